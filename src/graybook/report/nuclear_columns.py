"""Nuclear columns: a result comes in; organs with external beam, radionuclides and microspheres side by side go out (rule 15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graybook.report.blocks import Cell, Column, Table, cell
from graybook.report.citations import Citations
from graybook.report.nuclear_figures import first_organs
from graybook.report.nuclear_words import (
    apart_text,
    figure_text,
    is_unknown,
    least_text,
    nuclide_name,
    span_text,
)
from graybook.report.result import ApartDose, Result, StructureResult
from graybook.report.values import course_name, metric_text, structures_by_name
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["apart_notes", "columns_table", "external_cell", "kinds_apart", "narrow_cells", "narrow_columns"]

_KINDS = ("radionuclide", "microspheres")
_ORGANS = ("organ", "other")
_NAMED = 3
"""Organs in the line of the first page."""


def _known(dose: ApartDose) -> bool:
    return not is_unknown(dose)


def _external_grades(structure: StructureResult, result: Result) -> str:
    """Grades of the external beam courses that a structure has a dose of, best and worst."""
    with_dose = {dose.id for dose in structure.courses}
    grades = sorted(
        {
            course.evidence_grade
            for course in result.courses
            if course.id in with_dose and course.modality not in _KINDS
        }
    )
    return _between(grades)


def _between(grades: Sequence[str]) -> str:
    """``A``, or ``A–C``."""
    return "–".join(dict.fromkeys((grades[0], grades[-1]))) if grades else ""


def _external_text(structure: StructureResult, result: Result, words: Wording) -> str:
    """The mean of the 3D sum; "≥" only where a course of beams is missing from it, since what stands apart has its own columns."""
    beams = [one for one in result.courses if one.modality not in _KINDS]
    if structure.lower_bound and all(one.in_sum for one in beams):
        structure = structure.model_copy(update={"lower_bound": False})
    return metric_text(structure, "mean_gy", words, unit=True)


def external_cell(structure: StructureResult, result: Result, words: Wording) -> Cell:
    """Mean EQD2 of external beam, as the first page has it: with its band where one was computed, and grade."""
    full = _external(structure, result, words)
    if len(full.lines) == 1:
        return full
    band, grades = _band_ends(structure, result, words), _external_grades(structure, result)
    return cell(full.lines[0], ", ".join(part for part in (band, grades) if part))


def _band_ends(structure: StructureResult, result: Result, words: Wording) -> str:
    bands = [] if result.uncertainty is None else result.uncertainty.bands
    band = next((one for one in bands if (one.structure, one.metric) == (structure.name, "mean")), None)
    return "" if band is None else span_text(band.p5, band.p95, words)


def _external(structure: StructureResult, result: Result, words: Wording) -> Cell:
    """Mean EQD2 of external beam: the 3D sum, with its band where one was computed."""
    value = _external_text(structure, result, words)
    given = any(course.modality not in _KINDS for course in result.courses)
    if value == DASH:
        return cell(words("not_known") if given else DASH)
    ends, grades = _band_ends(structure, result, words), _external_grades(structure, result)
    spread = words("band_of", band=ends) if ends else words("no_spread")
    grade = words("of_grade", grade=grades) if grades else ""
    return cell(value, ", ".join(part for part in (spread, grade) if part))


def _beside(
    structure: StructureResult, kind: str, result: Result, numbers: Citations, words: Wording
) -> Cell:
    """What courses of one kind left, each in its own lines: unlike agents are not added here."""
    doses = [one for one in structure.apart if one.modality == kind]
    if not doses:
        return cell(DASH)
    names = {course.id: course_name(course, words) for course in result.courses}
    lines: list[str | tuple[str, int]] = []
    for dose in doses:
        said = ", ".join(part for part in apart_text(dose, words) if part)
        if len(doses) > 1:
            said = words("titled", name=names.get(dose.course, dose.course), title=said)
        lines.append((said, numbers.number(dose.source)))
    return cell(*lines, even=True)


def _total(structure: StructureResult, words: Wording) -> Cell:
    total = structure.indicative
    if total is None:
        return cell(DASH)
    value = figure_text(total.eqd2_gy, total.low_gy, total.high_gy, words)
    known = total.eqd2_gy is not None or total.low_gy is not None
    ends = span_text(total.low_gy, total.high_gy, words) if total.eqd2_gy is not None else ""
    return cell(
        least_text(value, words) if total.lower_bound and known else value,
        ends,
        words("of_grade", grade=total.evidence_grade) if total.evidence_grade else "",
    )


def kinds_apart(result: Result) -> list[str]:
    """Which columns there are: a kind that was given, though nobody knows its dose, has one."""
    given = {course.modality for course in result.courses}
    given |= {dose.modality for one in result.structures for dose in one.apart}
    return [kind for kind in _KINDS if kind in given]


def _ordered(result: Result, ranking: Sequence[str]) -> list[StructureResult]:
    by_name = structures_by_name(result)
    names = [*ranking, *(name for name in by_name if name not in set(ranking))]
    found = [by_name[name] for name in names if name in by_name and by_name[name].apart]
    return [one for one in found if one.kind in _ORGANS or any(_known(dose) for dose in one.apart)]


def apart_notes(result: Result, words: Wording) -> list[str]:
    """What the columns mean, in sentences; none where there is nothing apart."""
    if not kinds_apart(result):
        return []
    totals = [words("note_indicative")] if _has_totals(result) else []
    return [words("note_apart"), *totals]


def _has_totals(result: Result) -> bool:
    return any(one.indicative is not None for one in result.structures)


def columns_table(result: Result, ranking: Sequence[str], numbers: Citations, words: Wording) -> Table | None:
    """Mean doses of unlike evidence, each in its column before any total, with all that is known of each; None without any.

    Parameters
    ----------
    result
        An assessment.
    ranking
        Organs, most loaded first.
    numbers
        The sources by number.
    words
        Of one language.
    """
    kinds = kinds_apart(result)
    found = _ordered(result, ranking)
    if not kinds or not found:
        return None
    rows = tuple(
        (
            cell(one.name, strong=True),
            cell(words.short(one.alpha_beta_gy)),
            _external(one, result, words),
            *(_beside(one, kind, result, numbers, words) for kind in kinds),
            *((_total(one, words),) if _has_totals(result) else ()),
        )
        for one in found
    )
    return Table(
        title=words("section_apart"),
        columns=(
            Column(title=words("col_organ"), share=0.6),
            Column(title=words("col_alpha_beta")),
            Column(title=words("col_external"), share=0.8),
            *(Column(title=words(f"col_apart_{kind}"), share=1.2) for kind in kinds),
            *((Column(title=words("col_indicative"), share=0.9),) if _has_totals(result) else ()),
        ),
        rows=rows,
        note=" ".join(apart_notes(result, words)),
    )


# --- the same, narrow, for the first page ---------------------------------------------------------------------


def narrow_columns(result: Result, words: Wording) -> tuple[Column, ...]:
    """Titles of the columns that the first page's table of organs ends with."""
    keys = [f"col_apart_{kind}" for kind in kinds_apart(result)]
    keys += ["col_indicative"] if _has_totals(result) else []
    return tuple(Column(title=words(key), numeric=True) for key in keys)


def _narrow(dose: ApartDose, what: str, words: Wording) -> tuple[str, str]:
    """Value, and below it its interval with grade and device."""
    in_eqd2 = dose.eqd2_gy is not None or dose.eqd2_low_gy is not None
    middle, low, high = (
        (dose.eqd2_gy, dose.eqd2_low_gy, dose.eqd2_high_gy)
        if in_eqd2
        else (dose.dose_gy, dose.low_gy, dose.high_gy)
    )
    ends = span_text(low, high, words) if middle is not None else ""
    device = words.term("device", dose.device) if dose.device else ""
    parts = (ends, dose.evidence_grade, device, "α" if dose.alpha else "")
    return f"{what} {apart_text(dose, words)[0]}".strip(), ", ".join(part for part in parts if part)


def _narrow_cell(doses: Sequence[ApartDose], nuclides: Mapping[str, str], words: Wording) -> Cell:
    """What is known first; of several therapies those that are not known by their nuclide."""
    known = [one for one in doses if _known(one)]
    if not known:
        return cell(words("not_known") if doses else DASH)
    several = len(doses) > 1
    lines = [
        line for one in known for line in _narrow(one, nuclides.get(one.course, "") if several else "", words)
    ]
    silent = dict.fromkeys(nuclides.get(one.course, "") for one in doses if not _known(one))
    return cell(*lines, *(f"{what} {words('not_known')}".strip() for what in silent))


def narrow_cells(structure: StructureResult, result: Result, words: Wording) -> tuple[Cell, ...]:
    """An organ's doses apart and the indicative total, each with interval and grade."""
    nuclides = _nuclides(result)
    found = [
        _narrow_cell([one for one in structure.apart if one.modality == kind], nuclides, words)
        for kind in kinds_apart(result)
    ]
    total = structure.indicative
    if _has_totals(result):
        ends = "" if total is None or total.eqd2_gy is None else span_text(total.low_gy, total.high_gy, words)
        grade = "" if total is None else total.evidence_grade
        first = _total(structure, words).lines[0]
        found.append(cell(first, ", ".join(part for part in (ends, grade) if part)))
    return tuple(found)


def _in_line(dose: ApartDose, what: str, words: Wording) -> str:
    value, quiet = _narrow(dose, what, words)
    return f"{value} ({quiet})" if quiet else value


def _organ_in_line(structure: StructureResult, result: Result, words: Wording) -> str:
    """External beam, what stands apart, and the indicative total of one organ."""
    nuclides = _nuclides(result)
    external = _external_text(structure, result, words)
    doses = [words("apart_external", dose=external)] if external != DASH else []
    doses += [_in_line(one, nuclides.get(one.course, ""), words) for one in structure.apart if _known(one)]
    total = "" if structure.indicative is None else _total(structure, words).lines[0]
    key = "apart_of_with_total" if total and external != DASH else "apart_of"
    return words(key, organ=structure.name, doses=" + ".join(doses), total=total)


def apart_line(result: Result, words: Wording) -> str:
    """Which organs radionuclides and microspheres are known to have reached, kidneys and bone marrow first; empty without any."""
    known = [one for one in result.structures if any(_known(dose) for dose in one.apart)]
    known.sort(key=lambda one: first_organs(f"{one.name} {one.tg263 or ''}"))
    if not known:
        return ""
    said = [_organ_in_line(one, result, words) for one in known[:_NAMED]]
    more = words("and_more", n=len(known) - _NAMED) if len(known) > _NAMED else ""
    return words("apart_line", organs=" ".join(part for part in (words.series(said), more) if part))


def _nuclides(result: Result) -> dict[str, str]:
    """What each course gave, by its nuclide."""
    given = {one.course: one.nuclide for one in result.radionuclides}
    if result.nuclear is not None:
        given |= {one.course: one.nuclide for one in result.nuclear.cycles}
    return {course: nuclide_name(nuclide) for course, nuclide in given.items()}
