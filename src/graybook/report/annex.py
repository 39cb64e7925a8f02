"""Annex: a result comes in; the tables behind the first page go out: all metrics, each course, the check by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.report.blocks import Block, Cell, Column, Paragraph, Section, Table, cell
from graybook.report.nuclear_words import apart_text, is_unknown
from graybook.report.repair_words import h_m, h_m_text, only_phase, several_a_day
from graybook.report.result import CourseDose, CourseResult, Result, StructureResult
from graybook.report.summary import envelope_text, shift_notes, shift_text
from graybook.report.values import (
    METRICS,
    alpha_beta_text,
    concurrent_text,
    course_name,
    dose_to,
    metric_text,
    other_alpha_beta_text,
)
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["bed_gy", "check_section", "metrics_section"]

_METRIC_COLUMNS = ("col_mean", "col_min", "col_max", "col_d003", "col_d01", "col_d2", "col_d50")
_COURSES_A_TABLE = 6


def bed_gy(dose_gy: float, fractions: int, alpha_beta_gy: float, incomplete_repair: float = 0.0) -> float:
    """Biologically effective dose of equal fractions, for the check by hand. [Gy]

    BED = D (1 + (1 + H_m) d / (α/β)), Fowler 1989, doi:10.1259/0007-1285-62-740-679; H_m is 0 for one fraction a day. Kept apart
    from the engine that makes the sum, so that the check is one.

    Examples
    --------
    >>> bed_gy(50.0, 25, 2.0)
    100.0
    """
    return dose_gy * (1.0 + (1.0 + incomplete_repair) * dose_gy / fractions / alpha_beta_gy)


def _course_named(course_id: str, result: Result, words: Wording) -> str:
    return next((course_name(item, words) for item in result.courses if item.id == course_id), course_id)


def _names(structure: StructureResult, result: Result, words: Wording) -> Cell:
    origin = ""
    keys = {"propagated": "propagated", "own anatomy": "own_anatomy", "paper": "paper_origin"}
    if key := keys.get(structure.origin):
        origin = words(key, course=_course_named(structure.origin_course, result, words))
    same = structure.tg263 in (None, structure.name)
    return cell(
        structure.name,
        "" if same else str(structure.tg263),
        words.term("kind", structure.kind) if structure.kind != "organ" else "",
        origin,
        strong=True,
    )


def _volume(structure: StructureResult, words: Wording) -> Cell:
    outside = structure.outside_grid_cm3
    return cell(words.number(structure.volume_cm3), words("outside", volume=outside) if outside else "")


def _metrics_table(result: Result, words: Wording) -> Table:
    rows = []
    for structure in result.structures:
        figures = (
            cell(
                metric_text(structure, metric, words),
                other_alpha_beta_text(structure, metric, words),
                concurrent_text(structure, metric, words),
            )
            for metric in METRICS
        )
        rows.append(
            (
                _names(structure, result, words),
                cell(alpha_beta_text(structure, words)),
                _volume(structure, words),
                *figures,
            )
        )
    return Table(
        title=words("metrics_sum"),
        columns=(
            Column(title=words("col_structure"), share=1.0),
            Column(title=words("col_alpha_beta")),
            Column(title=words("col_volume"), numeric=True),
            *(Column(title=words(key), numeric=True) for key in _METRIC_COLUMNS),
        ),
        rows=tuple(rows),
        note=words("note_metrics"),
    )


def _points_table(result: Result, words: Wording) -> Table:
    rows = []
    for structure in result.structures:
        points, envelope = structure.point_sum, structure.envelope
        if points.customary_d0_03cc_gy is None and points.max_sum_gy is None and envelope is None:
            continue
        rows.append(
            (
                cell(structure.name, "" if points.complete else words("incomplete"), strong=True),
                cell(words.number(points.customary_d0_03cc_gy)),
                cell(words.number(points.bound_d0_03cc_gy)),
                cell(words.number(points.customary_d0_1cc_gy)),
                cell(words.number(points.bound_d0_1cc_gy)),
                cell(words.number(points.max_sum_gy)),
                cell(envelope_text(envelope, words), shift_text(envelope, words)),
                cell(words.number(None if envelope is None else envelope.within_organ_d0_03cc_gy)),
            )
        )
    keys = (
        *("col_customary", "col_bound003", "col_customary01", "col_bound01", "col_max_sum"),
        *("col_envelope", "col_within_organ"),
    )
    shown = [item.envelope for item in result.structures if item.envelope is not None]
    searched = any(one.within_organ_d0_03cc_gy is not None for one in shown)
    return Table(
        title=words("metrics_points"),
        columns=(
            Column(title=words("col_structure"), share=1.0),
            *(Column(title=words(key), numeric=True) for key in keys),
        ),
        rows=tuple(rows),
        note=" ".join(
            [
                words("note_points"),
                *shift_notes(result.structures, words),
                *([words("note_within_organ")] if searched else []),
            ]
        ),
    )


def _dosed(dose: CourseDose) -> bool:
    return not (dose.mean_gy is None and dose.d0_03cc_gy is None and dose.max_gy is None)


def _course_cell(structure: StructureResult, course: CourseResult, words: Wording) -> Cell:
    beside = next((one for one in structure.apart if one.course == course.id), None)
    if beside is not None:
        value, *_, grade, _alpha = apart_text(beside, words)
        return cell(value, "" if is_unknown(beside) else grade)
    dose = dose_to(structure, course.id)
    if dose is None or not _dosed(dose):
        return cell(words("not_known"))
    native = dose.native_d0_03cc_gy
    differs = native is not None and abs(native - (dose.d0_03cc_gy or 0.0)) >= 0.005
    return cell(
        words.number(dose.d0_03cc_gy),
        words("mean_of", value=words.number(dose.mean_gy)),
        words("own_contour", value=words.number(native)) if differs else "",
        words("outside", volume=dose.outside_grid_cm3) if dose.outside_grid_cm3 else "",
        words("lq_extrapolated") if dose.lq_extrapolated_cm3 else "",
    )


def _beside_note(courses: Sequence[CourseResult], words: Wording) -> list[str]:
    """That what stands apart has its mean here, where a course of the table does."""
    apart = any(one.modality in ("radionuclide", "microspheres") for one in courses)
    return [words("note_per_course_apart")] if apart else []


def _course_tables(result: Result, words: Wording) -> Iterator[Table]:
    structures = [
        item
        for item in result.structures
        if any(_dosed(dose) for dose in item.courses) or not all(is_unknown(one) for one in item.apart)
    ]
    for first in range(0, len(result.courses), _COURSES_A_TABLE):
        courses = result.courses[first : first + _COURSES_A_TABLE]
        yield Table(
            title=words("metrics_courses"),
            columns=(
                Column(title=words("col_structure"), share=1.0),
                *(Column(title=course_name(course, words), numeric=True, share=1.0) for course in courses),
            ),
            rows=tuple(
                (
                    cell(structure.name, strong=True),
                    *(_course_cell(structure, course, words) for course in courses),
                )
                for structure in structures
            ),
            note=" ".join([words("note_per_course"), *_beside_note(courses, words)]),
        )


def metrics_section(result: Result, words: Wording, *, beside: Table | None = None) -> Section:
    """Every structure's metrics, what stands beside them (rule 15), point sums and doses of each course."""
    blocks: list[Block] = [Paragraph(text=words("note_no_structures"))]
    if result.structures:
        blocks = [
            _metrics_table(result, words),
            *((beside,) if beside is not None else ()),
            _points_table(result, words),
            *_course_tables(result, words),
        ]
    return Section(
        id="metrics",
        title=words("section_metrics"),
        blocks=tuple(block for block in blocks if not isinstance(block, Table) or block.rows),
    )


def _lq_row(
    dose_gy: float, fractions: int, alpha_beta_gy: float, incomplete_repair: float, words: Wording
) -> tuple[Cell, ...]:
    bed = bed_gy(dose_gy, fractions, alpha_beta_gy, incomplete_repair)
    return (
        cell(words.number(dose_gy)),
        cell(str(fractions)),
        cell(words.number(dose_gy / fractions)),
        cell(words.short(alpha_beta_gy)),
        cell(words.number(bed)),
        cell(words.number(bed / (1.0 + 2.0 / alpha_beta_gy))),
    )


def _phase_rows(
    dose: CourseDose, course: CourseResult, structure: StructureResult, alpha_beta_gy: float, words: Wording
) -> Iterator[tuple[Cell, ...]]:
    phases = {phase.id: phase for phase in course.phases}
    total = 0.0
    for point in dose.phases_at_max:
        phase, n = phases.get(point.id), point.fractions
        repair = 0.0 if phase is None else h_m(phase, n, structure.repair_half_time_h)
        total += bed_gy(point.physical_gy, n, alpha_beta_gy, repair) / (1.0 + 2.0 / alpha_beta_gy)
        label = point.id if phase is None else phase.label or phase.id
        named = cell(course_name(course, words), label, h_m_text(phase, n, structure, words))
        yield (named, *_lq_row(point.physical_gy, n, alpha_beta_gy, repair, words), cell(""))
    blank = (cell(""),) * 5
    named = cell(course_name(course, words), words("phase_sum"))
    yield (named, *blank, cell(words.number(total)), cell(words.number(dose.max_gy)))


def _check_rows(
    structure: StructureResult, course: CourseResult, words: Wording
) -> Iterator[tuple[Cell, ...]]:
    dose, alpha_beta_gy = dose_to(structure, course.id), structure.alpha_beta_gy
    if dose is None or not alpha_beta_gy or dose.d0_03cc_gy is None:
        return
    if dose.phases_at_max:
        yield from _phase_rows(dose, course, structure, alpha_beta_gy, words)
        return
    physical, fractions, made = dose.physical_d0_03cc_gy, dose.fractions, words.number(dose.d0_03cc_gy)
    if physical is None or not fractions:
        named = cell(course_name(course, words), words("several_phases") if len(course.phases) > 1 else "")
        dash, used = cell(DASH), cell(words.short(alpha_beta_gy))
        yield (named, cell(words.number(physical)), dash, dash, used, dash, dash, cell(made))
        return
    extrapolated = words("lq_extrapolated") if physical / fractions > 10.0 else ""
    phase = only_phase(course, dose)
    repair = 0.0 if phase is None else h_m(phase, fractions, structure.repair_half_time_h)
    named = cell(course_name(course, words), extrapolated, h_m_text(phase, fractions, structure, words))
    yield (named, *_lq_row(physical, fractions, alpha_beta_gy, repair, words), cell(made))


def check_section(result: Result, words: Wording) -> Section:
    """The annex from which a physicist computes every course's EQD2 again by hand."""
    rows = []
    for structure in result.structures:
        for course in result.courses:
            for row in _check_rows(structure, course, words):
                rows.append((cell(structure.name, strong=True), *row))
    keys = ("col_physical", "col_n", "col_d", "col_alpha_beta", "col_bed", "col_eqd2", "col_program")
    table = Table(
        columns=(
            Column(title=words("col_structure"), share=1.0),
            Column(title=words("col_course"), share=1.0),
            *(Column(title=words(key), numeric=True) for key in keys),
        ),
        rows=tuple(rows),
        note=words("note_check"),
    )
    shown: tuple[Block, ...] = (table,) if rows else (Paragraph(text=words("none")),)
    if several_a_day(result):
        shown = (Paragraph(text=words("formula_repair"), formula=True), *shown)
    return Section(
        id="check",
        title=words("section_check"),
        blocks=(Paragraph(text=words("formula"), formula=True), *shown),
    )
