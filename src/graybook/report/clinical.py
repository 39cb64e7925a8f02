"""Clinical: a result comes in; the clinical headings, filled or missing, courses on paper and radionuclides go out as tables."""

from __future__ import annotations

from collections.abc import Iterator

from graybook.report.blocks import Cell, Column, Paragraph, Section, Table, cell
from graybook.report.result import CourseResult, Result
from graybook.report.values import course_name, course_prescription
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["clinical_section"]


def _named(course_id: str, result: Result, words: Wording) -> str:
    return next((course_name(one, words) for one in result.courses if one.id == course_id), course_id)


def _toxicities(result: Result, words: Wording) -> list[str]:
    stated = []
    for one in result.clinical.toxicity:
        entry = words("toxicity_entry", term=one.term, grade=one.grade)
        stated.append(f"{one.course}: {entry}" if one.course else entry)
    acute = [one for one in result.courses if one.acute_toxicity]
    return [*stated, *(f"{course_name(one, words)}: {one.acute_toxicity}" for one in acute)]


def _type(result: Result, words: Wording) -> str:
    found = result.clinical.reirradiation
    kind = words.term("reirradiation", found.type)
    if not found.basis:
        return kind
    basis = words("and").join(words.term("basis", one) for one in found.basis.split(" and "))
    return words("type_entry", type=kind, basis=basis)


def _isodose(text: str, words: Wording) -> str:
    """A dose as it stands; a share of the prescriptions in this language."""
    share = text.removesuffix(" of each prescription")
    return text if share == text else words("isodose_share", percent=share.replace(" ", "\u00a0"))


def _shared(result: Result, words: Wording) -> Iterator[str]:
    """The volume that the reference course and each earlier one treat, at the isodose named."""
    for pair in result.clinical.reirradiation.pairs:
        if not pair.isodose:
            continue
        if pair.overlap_cm3 is None:
            key = "shared_unknown"
        else:
            key = "shared_entry" if pair.overlap_cm3 > 0 else "shared_none"
        isodose = _isodose(pair.isodose, words)
        yield words(key, volume=pair.overlap_cm3, isodose=isodose, other=_named(pair.with_, result, words))


def _intervals(result: Result, words: Wording) -> Iterator[str]:
    for pair in result.clinical.reirradiation.pairs:
        if pair.interval_days is not None:
            other = _named(pair.with_, result, words)
            yield words("interval_entry", interval=words.interval(pair.interval_days), other=other)


def _headings(result: Result, words: Wording) -> Iterator[tuple[Cell, ...]]:
    clinical = result.clinical
    recurrence = clinical.recurrence and words.term("recurrence", clinical.recurrence)
    entries: dict[str, list[str]] = {
        "intent": [clinical.intent or ""],
        "histology": [clinical.histology or ""],
        "performance_status": [clinical.performance_status or ""],
        "toxicity": _toxicities(result, words),
        "recurrence": [recurrence or ""],
        "type": [_type(result, words)],
    }
    if result.overlaps:
        entries["overlap"] = [
            words(
                "overlap_entry",
                levels=one.levels.replace("-", "–"),
                course=_named(one.course, result, words),
                other=_named(one.with_, result, words),
            )
            for one in result.overlaps
        ]
    pairs = {"shared": list(_shared(result, words)), "interval": list(_intervals(result, words))}
    entries |= {key: lines for key, lines in pairs.items() if lines}
    for key, lines in entries.items():
        filled = [line for line in lines if line]
        entry = cell(*filled, even=True) if filled else cell(words("missing"), strong=True)
        yield cell(words(f"heading_{key}")), entry


def _region(course: CourseResult, words: Wording) -> str:
    side = words.term("side", course.side) if course.side else ""
    return " ".join(one for one in (course.site, side, course.levels.replace("-", "–")) if one) or DASH


def _given(result: Result) -> set[str]:
    """Courses of radionuclides and microspheres given: each administration has a row of its own."""
    return {one.course for one in result.radionuclides}


def _paper(result: Result, words: Wording) -> Table | None:
    on_paper = [one for one in result.courses if one.on_paper and one.id not in _given(result)]
    if not on_paper:
        return None
    keys = ("col_course", "col_region", "col_planned", "col_energy", "col_days", "col_acute")
    rows = tuple(
        (
            cell(course_name(one, words), strong=True),
            cell(_region(one, words)),
            cell(course_prescription(one, words) or DASH),
            cell(one.energy or DASH),
            cell(DASH if one.overall_days is None else str(one.overall_days)),
            cell(one.acute_toxicity or words("missing")),
        )
        for one in on_paper
    )
    columns = tuple(
        Column(title=words(key), share=1.0 if key in ("col_course", "col_acute") else 0.0) for key in keys
    )
    return Table(title=words("paper_courses"), columns=columns, rows=rows)


def _radionuclides(result: Result, words: Wording) -> Table | None:
    """Without what they left in organs: the section of radionuclides says more where there is one."""
    if not result.radionuclides or result.nuclear is not None:
        return None
    keys = (
        "col_nuclide",
        "col_agent",
        "col_date",
        "col_cycle",
        "col_activity",
        "col_grade",
        "col_organ_dose",
    )
    rows = tuple(
        (
            cell(one.nuclide, strong=True),
            cell(one.agent or DASH),
            cell(words.date(one.date)),
            cell(DASH if one.cycle is None else str(one.cycle)),
            cell(words.activity(one.activity_gbq)),
            cell(one.evidence_grade),
            cell(words("dose_unknown")),
        )
        for one in result.radionuclides
    )
    return Table(
        title=words("radionuclides"), columns=tuple(Column(title=words(key)) for key in keys), rows=rows
    )


def clinical_section(result: Result, words: Wording) -> Section:
    """The headings a re-irradiation is reported under; what nobody filled is printed as missing."""
    headings = Table(
        columns=(Column(title=words("col_heading")), Column(title=words("col_entry"), share=1.0)),
        rows=tuple(_headings(result, words)),
    )
    tables = [one for one in (_paper(result, words), _radionuclides(result, words)) if one is not None]
    return Section(
        id="clinical",
        title=words("section_clinical"),
        blocks=(headings, Paragraph(text=words("clinical_note")), *tables),
    )
