"""Alignments: material comes in; what was measured on each alignment, its verdicts and its pictures go out as a section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from graybook.report.alignment_figures import CHECKERBOARD, EDGES, ERROR, JACOBIAN, alignment_svgs
from graybook.report.blocks import Block, Cell, Column, Figure, Paragraph, Section, Table, cell
from graybook.report.material import Material
from graybook.report.result import LinkResult, MeasureResult, Result, StructureResult, VerdictResult
from graybook.report.values import course_name, structures_by_name
from graybook.report.wording import Wording
from graybook.text import Language
from graybook.text.numbers import DASH

__all__ = ["alignment_section", "alignment_svg", "support_line", "use_text"]

_WHOLE = (
    "landmark_mean",
    "landmark_p95",
    "landmark_max",
    "local_correlation",
    "coverage",
    "outline_mismatch_p95",
    "folded_share",
    "jacobian_min",
    "jacobian_p01",
    "jacobian_p99",
    "jacobian_max",
    "inverse_consistency_p95",
    "curl_p95",
    "strain_p95",
)
"""Measures of a whole alignment, in the order of the page."""

_BENT = (
    "folded_share",
    "jacobian_min",
    "jacobian_p01",
    "jacobian_p99",
    "jacobian_max",
    "curl_p95",
    "strain_p95",
)
"""Measures that say nothing of a rigid one."""

_SHARES = ("coverage", "folded_share")
"""Measures that are shares, printed in %."""

_FIGURES = (CHECKERBOARD, EDGES, JACOBIAN, ERROR)
_MOST_REASONS = 3

SAME_RATIO = 0.002
"""Changes of volume below this make no map."""


def _links(result: Result) -> Iterator[LinkResult]:
    """Those between two frames: what needs no alignment needs no page."""
    return (link for link in result.provenance.alignments if link.source != ["same frame"])


def use_text(use: str, envelope_mm: float | None, words: Wording) -> str:
    """What an alignment may be used for, in words."""
    if use == "3D sum with envelope" and envelope_mm is not None:
        return words("use_envelope_of", mm=envelope_mm)
    return words.term("use", use) if use else DASH


def support_line(result: Result, ranking: tuple[str, ...], words: Wording) -> str:
    """What the alignments support at the most loaded organ and at the cord; empty where nothing was measured."""
    declined = [course_name(one, words) for one in result.courses if one.alignment == "declined"]
    if declined:
        return words("support_declined", courses=words.listing(declined))
    by_name = structures_by_name(result)
    shown = [by_name[name] for name in ranking[:1] if name in by_name]
    shown += [one for one in result.structures if one.tg263 == "SpinalCord" and one not in shown]
    said = [
        words("support_at", organ=one.name, use=use_text(one.use, _shift_mm(one), words))
        for one in shown
        if one.use
    ]
    return words("support", organs=words.series(said)) if said else ""


def _shift_mm(structure: StructureResult) -> float | None:
    return None if structure.envelope is None else structure.envelope.shift_mm


def _standing(link: LinkResult, words: Wording) -> str:
    """How the alignment came about and who stands behind it."""
    parts = [words.term("method", link.method), words.term("approval", link.approval)]
    parts += [
        words(
            "approval_event" if event.approved else "approval_event_taken_back",
            who=event.who or words("nobody_named"),
            date=words.date(event.when),
        )
        for event in link.approvals
    ]
    unstated = link.error_mm is None
    parts.append(words("error_unstated") if unstated else words("error_stated", mm=link.error_mm))
    if link.inversion_error_mm:
        parts.append(words("inversion_error", mm=link.inversion_error_mm))
    return words.series(parts) + "."


def _value(one: MeasureResult | None, words: Wording) -> str:
    if one is None or one.value is None:
        return DASH
    if one.name in _SHARES:
        return f"{words.number(100.0 * one.value, 1)}\u00a0%"
    return f"{words.number(one.value, 2)}\u00a0{one.unit}".rstrip()


def _verdict_row(
    one: VerdictResult, link: LinkResult, measures: Mapping[str, MeasureResult], words: Wording
) -> tuple[Cell, ...]:
    low, high = measures.get("jacobian_p01"), measures.get("jacobian_p99")
    ratio = DASH
    rigid = link.method == "rigid"
    if not rigid and low and high and low.value is not None and high.value is not None:
        ratio = words("range", low=words.number(low.value), high=words.number(high.value))
    plain = one.use == "3D sum"
    reasons = [_without(one.structure, reason) for reason in one.reasons[:_MOST_REASONS]]
    return (
        cell(one.structure, strong=True),
        cell(use_text(one.use, one.envelope_mm, words), strong=not plain),
        cell(_value(measures.get("estimated_error_p95"), words)),
        cell(_value(measures.get("dice"), words)),
        cell(_value(measures.get("surface_distance_mean"), words)),
        cell(ratio),
        cell(*(() if plain else reasons), even=True),
    )


def _without(structure: str, reason: str) -> str:
    """A reason without the name it opens with, which stands in the first column."""
    rest = reason.removeprefix(structure).lstrip("\u00a0 :")
    return rest[:1].upper() + rest[1:]


def _verdicts(link: LinkResult, words: Wording) -> Table:
    own: dict[str, dict[str, MeasureResult]] = {}
    for one in link.measures:
        own.setdefault(one.structure, {})[one.name] = one
    return Table(
        title=words("verdicts"),
        columns=(
            Column(title=words("col_structure")),
            Column(title=words("col_use"), share=1.0),
            Column(title=words("col_estimated"), numeric=True),
            Column(title=words("col_dice"), numeric=True),
            Column(title=words("col_surface"), numeric=True),
            Column(title=words("col_ratio"), numeric=True),
            Column(title=words("col_why"), share=2.5),
        ),
        rows=tuple(_verdict_row(one, link, own.get(one.structure, {}), words) for one in link.verdicts),
        note=words("note_verdicts"),
    )


def _measures(link: LinkResult, words: Wording) -> Table:
    whole = {
        one.name: one
        for one in link.measures
        if not one.structure and one.value is not None and not (link.method == "rigid" and one.name in _BENT)
    }
    return Table(
        title=words("measures"),
        columns=(
            Column(title=words("col_measure"), share=1.0),
            Column(title=words("col_value"), numeric=True),
        ),
        rows=tuple(
            (cell(words(f"measure_{name}")), cell(_value(whole[name], words)))
            for name in _WHOLE
            if name in whole
        ),
    )


def _figure_name(place: int, kind: str) -> str:
    return f"alignment_{place}_{kind}"


def _figures(place: int, material: Material, words: Wording) -> Iterator[Figure]:
    shown = material.alignments[place].pictures
    bends = any(np.any(np.abs(plane.volume_ratio - 1.0) > SAME_RATIO) for plane in shown.planes)
    drawn = {
        JACOBIAN: bends,
        ERROR: any(plane.error_mm is not None for plane in shown.planes),
    }
    for kind in _FIGURES:
        if drawn.get(kind, True):
            yield Figure(name=_figure_name(place, kind), alt=words(f"alt_{kind}"))


def _of_course(link: LinkResult, material: Material, words: Wording) -> Iterator[Block]:
    courses = {one.id: course_name(one, words) for one in material.result.courses}
    name = courses.get(link.course, link.course)
    yield Paragraph(text=words("aligned_course", course=name, standing=_standing(link, words)))
    places = [place for place, one in enumerate(material.alignments) if one.course == link.course]
    if not link.verdicts and not places:
        yield Paragraph(text=words("not_measured"))
    yield from (table for table in (_verdicts(link, words), _measures(link, words)) if table.rows)
    for place in places:
        yield from _figures(place, material, words)


def alignment_section(material: Material, words: Wording) -> Section | None:
    """Each course's alignment: its standing, verdicts, measures and pictures; None where no course lies in another frame."""
    blocks = [block for link in _links(material.result) for block in _of_course(link, material, words)]
    if not blocks:
        return None
    return Section(id="alignments", title=words("section_alignments"), blocks=tuple(blocks))


def alignment_svg(material: Material, language: Language) -> dict[str, str]:
    """The pictures of every alignment, by the names of their figures."""
    words = Wording(language)
    wanted = {
        figure.name
        for place in range(len(material.alignments))
        for figure in _figures(place, material, words)
    }
    return {
        name: svg
        for place, one in enumerate(material.alignments)
        for kind, svg in alignment_svgs(one.pictures, language).items()
        if (name := _figure_name(place, kind)) in wanted
    }
