"""Summary: a result comes in; the first page, which serves a tumour board alone, goes out."""

from __future__ import annotations

from collections.abc import Iterable

from graybook.report.alignments import support_line
from graybook.report.blocks import Cell, Column, Summary, Table, cell
from graybook.report.citations import Citations
from graybook.report.limits_table import limits_line, limits_table
from graybook.report.nuclear_columns import (
    apart_line,
    apart_notes,
    external_cell,
    kinds_apart,
    narrow_cells,
    narrow_columns,
)
from graybook.report.nuclear_words import given_activity
from graybook.report.result import CourseResult, Envelope, Result, StructureResult
from graybook.report.scaling_words import scaling_lines
from graybook.report.unknowns import assumptions, unknowns
from graybook.report.values import (
    alpha_beta_text,
    concurrent_text,
    course_name,
    course_prescription,
    delivered_text,
    metric_text,
    other_alpha_beta_text,
    planned_text,
    structures_by_name,
)
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["courses_table", "envelope_text", "organs_table", "shift_notes", "shift_text", "summary"]


def _reference(result: Result) -> CourseResult | None:
    return next((course for course in result.courses if course.id == result.reference_course), None)


def _proposed(course: CourseResult) -> bool:
    return any(phase.status == "proposed" for phase in course.phases)


def _question(result: Result, words: Wording) -> tuple[str, tuple[str, ...]]:
    course = _reference(result)
    others = len(result.courses) - 1
    asked = (
        words("asked_first") if others < 1 else words("asked_one" if others == 1 else "asked_many", n=others)
    )
    if course is None:
        return asked, ()
    dose = course_prescription(course, words, in_words=True) or words("no_prescription")
    headline = words("asked_proposed" if _proposed(course) else "asked_assessed", dose=dose)
    place = ", ".join(dict.fromkeys(part for part in (course.label, course.site) if part))
    details = words(
        "asked_start" if _proposed(course) else "asked_given",
        course=place or course.id,
        modality=words.term("modality", course.modality),
        date=words.date(course.start_date),
    )
    return headline, (details, asked)


def _interval(course: CourseResult, words: Wording) -> str:
    return words("reference") if course.is_reference else words.interval(course.interval_days)


def _statuses(course: CourseResult, words: Wording) -> list[str]:
    statuses = [words.term("status", phase.status) for phase in course.phases] or [DASH]
    return statuses[:1] if len(set(statuses)) == 1 else statuses


def _planned(course: CourseResult, words: Wording) -> Cell:
    """Dose and fractions as planned; one dash for what is given as activity."""
    lines = [planned_text(phase, words) for phase in course.phases]
    return cell(*(lines if set(lines) != {DASH} else [DASH]), even=True)


def _given(course: CourseResult, result: Result, words: Wording) -> Cell:
    """Dose and fractions as given; of radionuclides and microspheres the activity."""
    if activity := given_activity(course.id, result.nuclear, words):
        return cell(*activity)
    return cell(*([delivered_text(phase, words) for phase in course.phases] or [DASH]), even=True)


def _course_row(course: CourseResult, result: Result, words: Wording) -> tuple[Cell, ...]:
    named = course_name(course, words)
    return (
        cell(words.date(course.start_date) if course.start_date else words("undated")),
        cell(named, course.site if course.site != named else "", strong=course.is_reference),
        cell(words.term("modality", course.modality)),
        _planned(course, words),
        _given(course, result, words),
        cell(*_statuses(course, words), even=True),
        cell(course.evidence_grade),
        cell(words("reference") if course.is_reference else words.interval(course.interval_days)),
        cell(words("yes" if course.in_sum else "no"), strong=not course.in_sum),
    )


def courses_table(result: Result, words: Wording) -> Table:
    """All courses in one table, in the order of time."""
    return Table(
        title=words("section_courses"),
        columns=(
            Column(title=words("col_date")),
            Column(title=words("col_course"), share=1.0),
            Column(title=words("col_modality")),
            Column(title=words("col_planned")),
            Column(title=words("col_delivered")),
            Column(title=words("col_status")),
            Column(title=words("col_grade")),
            Column(title=words("col_interval")),
            Column(title=words("col_in_sum")),
        ),
        rows=tuple(_course_row(course, result, words) for course in result.courses),
        note=words("note_courses"),
        marked=next((i for i, course in enumerate(result.courses) if course.is_reference), -1),
    )


def envelope_text(envelope: Envelope | None, words: Wording) -> str:
    """The near-maximum when earlier doses are shifted, as a range (rule 10c); a dash when not computed."""
    if envelope is None or envelope.d0_03cc_gy is None or envelope.shift_mm == 0.0:
        return DASH
    low, high = envelope.d0_03cc_gy
    return words("range", low=words.number(low), high=words.number(high))


def shift_text(envelope: Envelope | None, words: Wording) -> str:
    """How far earlier doses were shifted for it."""
    if envelope is None or envelope.d0_03cc_gy is None or envelope.shift_mm == 0.0:
        return ""
    return words("shifted_by", mm=envelope.shift_mm)


def _organ_row(structure: StructureResult, result: Result, words: Wording) -> tuple[Cell, ...]:
    """Near-maxima and mean; where doses stand apart, the means stand together at the end (rule 15)."""
    beside = bool(kinds_apart(result))
    mean = (
        external_cell(structure, result, words)
        if beside
        else cell(metric_text(structure, "mean_gy", words, unit=True))
    )
    points = structure.point_sum
    no_entry = words("no_entry") if structure.alternative is not None else ""
    incomplete = "" if points.complete else words("incomplete")
    only_points = structure.use == "point sum only"
    return (
        cell(structure.name, strong=True),
        cell(alpha_beta_text(structure, words), no_entry),
        cell(
            metric_text(structure, "d0_03cc_gy", words, unit=True),
            other_alpha_beta_text(structure, "d0_03cc_gy", words),
            concurrent_text(structure, "d0_03cc_gy", words),
            words("not_judged") if only_points else "",
            strong=not only_points,
        ),
        *(() if beside else (mean,)),
        cell(words.number(points.customary_d0_03cc_gy), incomplete, strong=only_points),
        cell(words.number(points.bound_d0_03cc_gy), incomplete, strong=only_points),
        cell(envelope_text(structure.envelope, words), shift_text(structure.envelope, words)),
        *((mean, *narrow_cells(structure, result, words)) if beside else ()),
    )


def shift_notes(structures: Iterable[StructureResult], words: Wording) -> list[str]:
    """How far earlier doses were shifted for the envelopes, whether that was assumed, and where dose may come from."""
    shifts = {
        (one.shift_mm, one.assumed, one.inside_only): None
        for one in (item.envelope for item in structures)
        if one is not None and one.d0_03cc_gy is not None and one.shift_mm > 0.0
    }
    if len(shifts) > 1:
        return [
            words(
                "note_shift_each",
                beyond=words("beyond_organ"),
                assumed=words("note_some_assumed") if any(assumed for _, assumed, _ in shifts) else "",
            )
        ]
    return [
        words(
            "note_shift",
            mm=shift_mm,
            assumed=words("shift_assumed") if assumed else "",
            beyond=words("inside_only" if inside_only else "beyond_organ"),
        )
        for shift_mm, assumed, inside_only in shifts
    ]


def _organs_note(shown: list[StructureResult], result: Result, words: Wording) -> str:
    parts = [words("note_organs"), *apart_notes(result, words), *shift_notes(shown, words)]
    if any(item.lower_bound for item in shown):
        parts.append(words("note_lower_bound"))
    if any(item.use == "point sum only" for item in shown):
        parts.append(words("note_not_judged"))
    ranged = [item for item in shown if item.printed_as_range]
    if any(item.outside_grid_cm3 or item.repair_basis != "no entry" for item in ranged):
        parts.append(words("note_range"))
    if any(item.repair_basis == "no entry" for item in ranged):
        parts.append(words("note_range_repair"))
    if any(dose.basis == "prescription" for item in shown for dose in item.courses):
        parts.append(words("note_at_prescription"))
    return " ".join(parts)


def organs_table(result: Result, ranking: tuple[str, ...], words: Wording) -> Table:
    """The organs, most loaded first: the 3D sum, the point sums and the shift envelope."""
    by_name = structures_by_name(result)
    shown = [by_name[name] for name in ranking if name in by_name]
    beside = bool(kinds_apart(result))
    mean = Column(title=words("col_external_mean" if beside else "col_sum_mean"), numeric=True)
    return Table(
        title=words("section_organs"),
        columns=(
            Column(title=words("col_organ"), share=1.0),
            Column(title=words("col_alpha_beta")),
            Column(title=words("col_sum_d003"), numeric=True),
            *(() if beside else (mean,)),
            Column(title=words("col_customary"), numeric=True),
            Column(title=words("col_bound"), numeric=True),
            Column(title=words("col_envelope"), numeric=True),
            *((mean, *narrow_columns(result, words)) if beside else ()),
        ),
        rows=tuple(_organ_row(structure, result, words) for structure in shown),
        note=_organs_note(shown, result, words) if shown else words("note_no_organs"),
    )


def summary(result: Result, ranking: tuple[str, ...], numbers: Citations, words: Wording) -> Summary:
    """The first page; ``numbers`` are those of the sources of limits."""
    question, details = _question(result, words)
    return Summary(
        question=question,
        details=details,
        limits=limits_table(result, numbers, words),
        limits_line=limits_line(result, ranking, words),
        courses=courses_table(result, words),
        organs=organs_table(result, ranking, words),
        support=support_line(result, ranking, words),
        apart=apart_line(result, words),
        unknown=unknowns(result, ranking, words),
        assumptions=assumptions(result, words),
        scaling=tuple(scaling_lines(result, words)),
    )
