"""Uncertainty section: a result comes in; bands, samples that do not meet limits, and what was varied go out, and the annex."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.report.blocks import Block, Cell, Column, Figure, Paragraph, Section, Table, cell
from graybook.report.citations import Citations, short_source
from graybook.report.limit_words import metric_name
from graybook.report.remaining_words import failed_text, judged_limits
from graybook.report.result import Result
from graybook.report.summary import shift_text
from graybook.report.tornado import bars_text, shown_tornadoes, tornado_name
from graybook.report.uncertainty_result import BandResult, LimitUncertainty, UncertaintyResult
from graybook.report.uncertainty_terms import terms_table
from graybook.report.uncertainty_words import (
    band_text,
    chance_text,
    limits_that_matter,
    outer_text,
    uncertain_limit_name,
)
from graybook.report.values import structures_by_name
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["uncertainty_annex", "uncertainty_section"]

_ORGANS = 5
"""Organs whose bands stand in the section."""
_METRICS = ("D0.03cc", "mean")
"""Whose bands stand there; those of what is limited stand with the limits."""
_SHIFTED = {"D0.03cc": "d0_03cc_gy", "D0.1cc": "d0_1cc_gy", "max": "max_gy"}
"""Metrics that the shift envelope knows."""
_SENTENCES = 6
"""Sentences on what is not known, and on what was not computed; all stand in the annex."""


def _band_columns(words: Wording) -> tuple[Column, ...]:
    keys = ("col_nominal", "col_band", "col_outer")
    return tuple(Column(title=words(key), numeric=True) for key in keys)


def _figures(one: BandResult | LimitUncertainty, words: Wording) -> tuple[Cell, ...]:
    nominal = f"{words.number(one.nominal, 1)}\u00a0{one.unit}"
    return cell(nominal), cell(band_text(one, words), strong=True), cell(outer_text(one, words))


def _limits_table(
    shown: Sequence[LimitUncertainty], result: Result, numbers: Citations, words: Wording
) -> Table:
    judged = judged_limits(result)
    samples = 0 if result.uncertainty is None else result.uncertainty.samples
    keys = {(one.id, one.structure): one.source_key for one in result.constraints}
    return Table(
        title=words("uncertain_limits"),
        columns=(
            Column(title=words("col_organ")),
            Column(title=words("col_limit"), share=1.0),
            *_band_columns(words),
            Column(title=words("col_not_met"), share=1.0),
        ),
        rows=tuple(
            (
                cell(one.structure, strong=True),
                cell(
                    uncertain_limit_name(one, judged, words),
                    (
                        short_source(one.source, keys.get((one.id, one.structure), "")),
                        numbers.number(one.source),
                    ),
                    "" if one.conditions_hold else failed_text(one.reason, one.structure, words),
                ),
                *_figures(one, words),
                cell(
                    chance_text(one, samples, words),
                    words("figure_kept") if one.figure_kept else "",
                    strong=True,
                ),
            )
            for one in shown
        ),
        note=words("note_uncertain_limits"),
    )


def _bands_table(title: str, shown: Sequence[BandResult], result: Result, words: Wording) -> Table:
    by_name = structures_by_name(result)

    def twin(one: BandResult) -> Cell:
        found = by_name.get(one.structure)
        envelope = None if found is None or one.metric not in _SHIFTED else found.envelope
        ends = None if envelope is None else getattr(envelope, _SHIFTED[one.metric])
        if ends is None:
            return cell(DASH)
        return cell(
            words("range", low=words.number(ends[0]), high=words.number(ends[1])), shift_text(envelope, words)
        )

    rows = tuple(
        (
            cell(
                one.structure, words("at_its_alpha_beta", value=words.short(one.alpha_beta_gy)), strong=True
            ),
            cell(metric_name(one.metric, words)),
            *_figures(one, words),
            twin(one),
        )
        for one in shown
    )
    return Table(
        title=title,
        columns=(
            Column(title=words("col_organ"), share=1.0),
            Column(title=words("col_metric")),
            *_band_columns(words),
            Column(title=words("col_envelope"), numeric=True),
        ),
        rows=rows,
        note=words("note_bands"),
    )


def _organs_that_matter(result: Result, ranking: tuple[str, ...]) -> tuple[str, ...]:
    limited = tuple(one.structure for one in limits_that_matter(result))
    return limited or ranking[:_ORGANS]


def _parted(result: Result, ranking: tuple[str, ...]) -> tuple[list[BandResult], list[BandResult]]:
    """Near-maximum and mean of the organs that limit, in their order, and the others."""
    bands = [] if result.uncertainty is None else result.uncertainty.bands
    names = _organs_that_matter(result, ranking)
    shown = [one for name in names for one in bands if one.structure == name and one.metric in _METRICS]
    return shown, [one for one in bands if one not in shown]


def _other_limits(result: Result) -> list[LimitUncertainty]:
    shown = limits_that_matter(result)
    return (
        [] if result.uncertainty is None else [one for one in result.uncertainty.limits if one not in shown]
    )


def _about(sentences: Sequence[str], structures: Sequence[str]) -> list[str]:
    """Sentences on the structures that matter first."""
    first = [one for one in sentences if one.startswith(tuple(structures))] if structures else []
    return [*first, *(one for one in sentences if one not in first)]


def _told(key: str, sentences: Sequence[str], words: Wording) -> Iterator[Paragraph]:
    """The first sentences, and how many more there are."""
    if sentences:
        shown = [one if one.endswith(".") else f"{one}." for one in sentences[:_SENTENCES]]
        more = len(sentences) - len(shown)
        rest = [words("uncertain_more", n=more)] if more else []
        yield Paragraph(text=words(key, sentences=" ".join([*shown, *rest])))


def _blocks(
    found: UncertaintyResult, result: Result, ranking: tuple[str, ...], numbers: Citations, words: Wording
) -> Iterator[Block]:
    yield Paragraph(
        text=words(
            "uncertain_lead",
            samples=found.samples,
            seed=found.seed,
            length=f"{words.short(found.correlation_mm)}\u00a0mm",
        )
    )
    if limits := limits_that_matter(result):
        yield _limits_table(limits, result, numbers, words)
    drawn = shown_tornadoes(result)
    for place, one in enumerate(drawn):
        caption = words("tornado_note") if place == len(drawn) - 1 else ""
        alt = words("fig_tornado", organ=one.structure, bars=words.series(bars_text(one, words)))
        yield Figure(name=tornado_name(place), alt=alt, caption=caption)
    shown, others = _parted(result, ranking)
    if shown:
        yield _bands_table(words("uncertain_bands"), shown, result, words)
    if found.terms:
        yield terms_table(found, result, words)
    yield from _told("uncertain_ignorance", _about(found.ignorance, [one.structure for one in limits]), words)
    yield from _told("uncertain_not_computed", found.not_computed, words)
    if left := len(others) + len(_other_limits(result)):
        yield Paragraph(text=words("uncertain_others", n=left))


def _all_told(result: Result, words: Wording) -> Iterator[Table]:
    """Every sentence on what is not known and not computed, where the section holds only the first."""
    found = result.uncertainty
    lists = () if found is None else (("col_not_known", found.ignorance), ("col_refused", found.not_computed))
    for title, sentences in lists:
        if len(sentences) > _SENTENCES:
            yield Table(
                columns=(Column(title=words(title), share=1.0),),
                rows=tuple((cell(one),) for one in sentences),
            )


def uncertainty_section(
    result: Result, ranking: tuple[str, ...], numbers: Citations, words: Wording
) -> Section | None:
    """How sure the figures are: of the organs that limit; None unless it was asked for."""
    if result.uncertainty is None:
        return None
    blocks = tuple(_blocks(result.uncertainty, result, ranking, numbers, words))
    return Section(id="uncertainty", title=words("section_uncertainty"), blocks=blocks)


def uncertainty_annex(
    result: Result, ranking: tuple[str, ...], numbers: Citations, words: Wording
) -> Section | None:
    """Limits and bands that the section leaves out; None without any."""
    limits, bands = _other_limits(result), _parted(result, ranking)[1]
    blocks: tuple[Block, ...] = (
        *((_limits_table(limits, result, numbers, words),) if limits else ()),
        *((_bands_table(words("uncertain_bands"), bands, result, words),) if bands else ()),
        *_all_told(result, words),
    )
    if not blocks:
        return None
    return Section(id="uncertainty-others", title=words("section_uncertainty_others"), blocks=blocks)
