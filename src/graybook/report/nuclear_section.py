"""Nuclear section: radionuclides and microspheres come in; their section of the report goes out, judged by no limit (rule 15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from graybook.report.blocks import Block, Cell, Column, Figure, Paragraph, Section, Table, cell
from graybook.report.citations import Citations, limit_sources, nuclear_sources, short_source
from graybook.report.device_constants import device_constants
from graybook.report.limits_section import has_limits
from graybook.report.nuclear_chain import chain_table
from graybook.report.nuclear_choices import choices_table
from graybook.report.nuclear_figures import (
    LINES,
    PANELS,
    activity_name,
    by_therapy,
    doses_name,
    shown_lines,
    shown_organs,
)
from graybook.report.nuclear_result import (
    CameraResult,
    CycleResult,
    KernelResult,
    NuclearResult,
    NuclideResult,
)
from graybook.report.nuclear_tables import cycles_table, doses_table, lines_table, organs_of
from graybook.report.nuclear_words import given_text, nuclide_name, therapy_text
from graybook.report.result import ApartDose, Result
from graybook.report.sirt_tables import constants_table
from graybook.report.values import course_name
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["nuclear_blocks", "nuclear_section"]

Apart = Mapping[tuple[str, str], ApartDose]
"""What stands apart, by course and structure."""

LEAST_LOST = 0.001
"""Share of the energy from which the loss at the border of an image is printed."""


def _therapy(
    place: int, title: str, cycles: Sequence[CycleResult], apart: Apart, numbers: Citations, words: Wording
) -> Iterator[Block]:
    yield cycles_table(words("titled", name=title, title=therapy_text(cycles, words)), cycles, words)
    here = {structure: dose for (course, structure), dose in apart.items() if course == cycles[0].course}
    doses = doses_table(cycles, here, numbers, words)
    if doses is None:
        yield Paragraph(text=words("nuclear_unknown", course=title))
        return
    yield doses
    measured = shown_organs(cycles, measured=True)
    if measured:
        left = sum(any(one.time_points for _, one in rows) for rows in organs_of(cycles).values()) - PANELS
        caption = words("activity_note") + (f" {words('not_drawn', n=left)}" if left > 0 else "")
        yield Figure(name=activity_name(place), alt=words("fig_activity", course=title), caption=caption)
    left = len(organs_of(cycles)) - PANELS
    caption = words("doses_note") + (f" {words('not_drawn', n=left)}" if left > 0 else "")
    yield Figure(name=doses_name(place), alt=words("fig_doses", course=title), caption=caption)
    for table in (chain_table(cycles, words), choices_table(cycles, words)):
        if table is not None:
            yield table


def _lines(nuclear: NuclearResult, names: Mapping[str, str], words: Wording) -> Iterator[Block]:
    lines = shown_lines(nuclear)
    if lines:
        organs = words.listing([line.organ for line in lines])
        yield lines_table(lines, names, words)
        yield Figure(name=LINES, alt=words("fig_lines", organs=organs), caption=words("lines_note"))


def _nuclides(found: Sequence[NuclideResult], numbers: Citations, words: Wording) -> Table:
    alpha = any(one.alpha_kev for one in found)
    rows = tuple(
        (
            cell(nuclide_name(one.nuclide), words.listing(one.chain, 12), strong=True),
            cell(words.number(one.half_life_h, 3)),
            cell(words.number(one.electron_kev, 1)),
            cell(words.number(one.photon_kev, 1)),
            *((cell(words.number(one.alpha_kev, 1)),) if alpha else ()),
            cell(words.number(one.local_j_per_gbq)),
            _whose(one.source, numbers),
        )
        for one in found
    )
    alphas = ("col_alphas",) if alpha else ()
    keys = ("col_half_life", "col_electrons", "col_photons", *alphas, "col_local")
    return Table(
        title=words("nuclear_constants"),
        columns=(
            Column(title=words("col_nuclide")),
            *(Column(title=words(key), numeric=True) for key in keys),
            Column(title=words("col_source"), share=1.0),
        ),
        rows=rows,
        note=words("note_nuclear_constants"),
    )


def _whose(source: str, numbers: Citations) -> Cell:
    number = numbers.number(source)
    return cell((short_source(source), number)) if number else cell(source or DASH)


def _kernels(nuclear: NuclearResult, numbers: Citations, words: Wording) -> Table:
    rows = tuple(
        (
            cell(nuclide_name(one.nuclide), strong=True),
            cell(words.term("tissue", one.tissue)),
            cell(words.short(one.voxel_mm), *_kernel_used(one, words)),
            cell(words.number(one.density_g_cm3)),
            cell(words.number(one.closure, 3), strong=True),
            _whose(one.source, numbers),
        )
        for one in nuclear.kernels
    )
    return Table(
        title=words("nuclear_kernels"),
        columns=(
            Column(title=words("col_nuclide")),
            Column(title=words("col_tissue")),
            Column(title=words("col_voxel"), numeric=True),
            Column(title=words("col_density"), numeric=True),
            Column(title=words("col_closure"), numeric=True),
            Column(title=words("col_source"), share=1.0),
        ),
        rows=rows,
        note=words("note_nuclear_kernels"),
    )


def _kernel_used(kernel: KernelResult, words: Wording) -> list[str]:
    """What was done where the voxels of an image are not those of a kernel, and what its border lost."""
    found = []
    if len(kernel.of_sizes_mm) > 1:
        low, high = words.short(kernel.of_sizes_mm[0]), words.short(kernel.of_sizes_mm[-1])
        found.append(words("kernel_between", low=low, high=high))
    if kernel.resampled_from_mm:
        edges = " × ".join(words.short(edge) for edge in kernel.resampled_from_mm)
        found.append(words("kernel_resampled", edges=edges))
    if kernel.lost_at_border >= LEAST_LOST:
        percent = words.number(100.0 * kernel.lost_at_border, 1)
        found.append(words("kernel_border", percent=percent))
    return found


def _cameras(nuclear: NuclearResult, words: Wording) -> Table:
    """Images of one camera, unit and correction in one row."""
    found: dict[tuple[str, str, str, str], list[CameraResult]] = {}
    for one in nuclear.cameras:
        found.setdefault((one.camera, one.units, one.source, one.decay_correction), []).append(one)
    rows = tuple(
        (
            cell(camera or DASH, strong=True),
            cell(str(len(images))),
            cell(units, source),
            cell(correction or words("not_stated")),
            cell(*_references(images, words), even=True),
        )
        for (camera, units, source, correction), images in found.items()
    )
    return Table(
        title=words("nuclear_cameras"),
        columns=(
            Column(title=words("col_camera"), share=1.0),
            Column(title=words("col_images"), numeric=True),
            Column(title=words("col_units"), share=1.0),
            Column(title=words("col_correction")),
            Column(title=words("col_true_at")),
        ),
        rows=rows,
        note=words("note_nuclear_cameras"),
    )


def _references(images: Sequence[CameraResult], words: Wording) -> list[str]:
    moments = sorted({one.reference for one in images if one.reference})
    said = [given_text(one, words) for one in moments]
    if len(said) <= 2:
        return said or [DASH]
    return [words("range", low=said[0], high=said[-1])]


def nuclear_blocks(
    nuclear: NuclearResult, names: Mapping[str, str], apart: Apart, numbers: Citations, words: Wording
) -> tuple[Block, ...]:
    """All blocks: therapies in time, lines of therapy, constants, kernels and cameras.

    Parameters
    ----------
    nuclear
        The cycles and what they rest on.
    names
        Courses by id.
    apart
        Sums as the cumulative table holds them.
    numbers
        The sources by number.
    words
        Of one language.
    """
    blocks: list[Block] = [Paragraph(text=words("nuclear_lead"))]
    for place, (course, cycles) in enumerate(by_therapy(nuclear).items()):
        blocks += _therapy(place, names.get(course, course), cycles, apart, numbers, words)
    blocks += _lines(nuclear, names, words)
    if nuclear.nuclides:
        blocks.append(_nuclides(nuclear.nuclides, numbers, words))
    for device, constants in device_constants(nuclear).items():
        table = constants_table(constants, numbers, words)
        title = words("titled", name=words.term("device", device), title=table.title)
        blocks.append(replace(table, title=title))
    if nuclear.kernels:
        blocks.append(_kernels(nuclear, numbers, words))
    if nuclear.cameras:
        blocks.append(_cameras(nuclear, words))
    return tuple(blocks)


def nuclear_section(result: Result, numbers: Citations, words: Wording) -> Section | None:
    """The section of an assessment; None when there is no radionuclide and no microsphere."""
    if result.nuclear is None or not result.nuclear.cycles:
        return None
    names = {course.id: course_name(course, words) for course in result.courses}
    apart = {(dose.course, one.name): dose for one in result.structures for dose in one.apart}
    blocks = nuclear_blocks(result.nuclear, names, apart, numbers, words)
    listed_with_limits = set(limit_sources(result)) if has_limits(result) else set()
    own = [one for one in nuclear_sources(result.nuclear) if one not in listed_with_limits]
    if own:
        blocks = (*blocks, numbers.listed(words("nuclear_sources"), own))
    return Section(id="nuclear", title=words("section_nuclear"), blocks=blocks)
