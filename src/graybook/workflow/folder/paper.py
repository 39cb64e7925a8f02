"""What ``graybook.toml`` states of courses without files comes in; courses of the record, graded C or D, go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import fsum

from graybook.files.paper_settings import PaperCourseSetting, PaperPhaseSetting
from graybook.files.settings import Settings
from graybook.record import (
    Administration,
    Course,
    EvidenceGrade,
    Finding,
    Fractionated,
    Modality,
    PaperDetails,
    Phase,
    Prescription,
    Severity,
    Status,
)
from graybook.record.assessment import Param
from graybook.tables.fractionation import fractions_range
from graybook.workflow.folder.doses import LoadedCourse
from graybook.workflow.folder.given import microsphere_courses, radionuclide_courses
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.planned import content_id

__all__ = ["loaded_paper", "paper_courses"]


def paper_courses(settings: Settings, given: Sequence[Administration], notes: Notes) -> tuple[Course, ...]:
    """The courses a person states from letters, the radionuclides given, and microspheres."""
    return (
        *(_course(one, notes) for one in settings.paper_courses),
        *radionuclide_courses(given),
        *microsphere_courses(settings.radioembolisations),
    )


def _course(setting: PaperCourseSetting, notes: Notes) -> Course:
    region = setting.region
    levels = region.levels.text if region.levels else ""
    label = setting.label or " ".join(one for one in (region.site, region.side, levels) if one) or "?"
    words = (label, region.site, region.side, levels, setting.target, setting.total_gy, setting.fractions)
    of_phases = [word for one in setting.phases for word in _words(one)]
    course_id = content_id(setting.start_date, ["paper", *(str(one) for one in (*words, *of_phases))])
    phases = _phases(setting, course_id, label, notes)
    known = bool(setting.organ_doses) or any(one.prescriptions for one in phases)
    start, end = _days(setting)
    energies = [one for one in (setting.energy, *(phase.energy for phase in setting.phases)) if one]
    return Course(
        id=course_id,
        label=label,
        start_date=start,
        end_date=end,
        evidence_grade=EvidenceGrade.C if known else EvidenceGrade.D,
        phases=phases,
        modality=_modality(setting, phases),
        site=region.site,
        intent=setting.intent,
        region=region,
        paper=PaperDetails(
            energy=", ".join(dict.fromkeys(energies)),
            overall_days=setting.overall_days,
            acute_toxicity=setting.acute_toxicity,
            organ_doses=setting.organ_doses,
        ),
    )


def _modality(setting: PaperCourseSetting, phases: Sequence[Phase]) -> Modality:
    """As stated of the course, else that of its first phase that counts, as of a course of files."""
    known = [one.modality for one in phases if one.modality is not Modality.UNKNOWN]
    counted = [one.modality for one in phases if one.status.counts and one.modality in known]
    return (
        setting.nature
        if setting.nature is not Modality.UNKNOWN
        else next(iter((*counted, *known)), setting.nature)
    )


def _words(phase: PaperPhaseSetting) -> tuple[object, ...]:
    """What tells a phase from another."""
    doses = [word for one in phase.doses for word in (one.target, one.total_gy)]
    return (phase.label, phase.start_date, phase.end_date, phase.fractions, *doses)


def _days(setting: PaperCourseSetting) -> tuple[date | None, date | None]:
    """First and last day: stated of the course, else those of its phases, where all of them are known."""
    starts = [one.start_date for one in setting.phases]
    ends = [one.end_date for one in setting.phases]
    first = min((one for one in starts if one is not None), default=None)
    last = max((one for one in ends if one is not None), default=None)
    return (
        setting.start_date or (first if None not in starts else None),
        setting.end_date or (last if None not in ends else None),
    )


def _phases(setting: PaperCourseSetting, course_id: str, label: str, notes: Notes) -> tuple[Phase, ...]:
    """The phases stated; a course that states none is one."""
    if not setting.phases:
        return (_only_phase(setting, course_id, label, notes),)
    return tuple(
        _phase_of_several(setting, one, f"{course_id}-paper-{number}", label, notes)
        for number, one in enumerate(setting.phases, start=1)
    )


def _phase_of_several(
    setting: PaperCourseSetting, stated: PaperPhaseSetting, phase_id: str, label: str, notes: Notes
) -> Phase:
    name = stated.label or " + ".join(one.target for one in stated.doses if one.target) or phase_id
    if not stated.fractions and stated.fractions_range is None and stated.doses:
        notes.warn("paper_fractions_unknown", phase_id, course=f"{label}, {name}")
    return Phase(
        id=phase_id,
        label=name,
        status=stated.status or setting.status,
        modality=setting.nature if stated.nature is Modality.UNKNOWN else stated.nature,
        fractions_planned=stated.fractions,
        fractions_delivered=stated.fractions,
        fractions_range=stated.fractions_range,
        fractions_source="" if stated.fractions_range is None else "graybook.toml",
        delivery=_delivery(stated, bracketed=stated.fractions_range is not None),
        prescriptions=tuple(
            Prescription(target=one.target, dose_gy=one.total_gy, region=one.region) for one in stated.doses
        ),
        start_date=stated.start_date,
        end_date=stated.end_date,
        intent=setting.intent,
        order_known=True,
    )


def _only_phase(setting: PaperCourseSetting, course_id: str, label: str, notes: Notes) -> Phase:
    between, source = _bracket(setting, course_id, label, notes)
    total_gy = setting.total_gy
    asked = () if total_gy is None else (Prescription(target=setting.target, dose_gy=total_gy),)
    return Phase(
        id=f"{course_id}-paper",
        label=setting.target or label,
        status=setting.status,
        modality=setting.nature,
        fractions_planned=setting.fractions,
        fractions_delivered=setting.fractions,
        fractions_range=between,
        fractions_source=source,
        delivery=_delivery(setting, bracketed=between is not None),
        prescriptions=asked,
        start_date=setting.start_date,
        end_date=setting.end_date,
        intent=setting.intent,
        order_known=True,
    )


def _delivery(setting: PaperCourseSetting | PaperPhaseSetting, *, bracketed: bool) -> Fractionated | None:
    n, per_day = setting.fractions, setting.fractions_per_day
    if setting.interval_h is not None and (n or bracketed):
        return Fractionated(fractions=n, per_day=per_day or 1, interval_h=setting.interval_h)
    return Fractionated(fractions=n) if n else None


def _bracket(
    setting: PaperCourseSetting, course_id: str, label: str, notes: Notes
) -> tuple[tuple[int, int] | None, str]:
    """Fewest and most fractions when the letter does not say: the user's, else the table of the site (rule 5)."""
    if setting.fractions is not None:
        return None, ""
    if setting.fractions_range is not None:
        return setting.fractions_range, "graybook.toml"
    if setting.total_gy is None and not setting.organ_doses:
        return None, ""
    found = None if setting.total_gy is None else fractions_range(setting.region.site, setting.total_gy)
    if found is None:
        notes.warn("paper_fractions_unknown", course_id, course=label)
        return None, ""
    least, most, source = found
    notes.warn(
        "fractions_from_table",
        course_id,
        plan=label,
        least=least,
        most=most,
        source=source,
        site=setting.region.site,
    )
    return (least, most), source


def loaded_paper(course: Course) -> LoadedCourse:
    """A course without files among those with doses: nothing to sample, and said so."""
    params: dict[str, Param] = {"course": course.label, "grade": course.evidence_grade.value}
    findings = []
    unsure = [one for one in course.phases if one.status is Status.UNKNOWN]
    if unsure:
        findings.append(_unsure(course, unsure, params))
    if course.modality.stands_apart:
        findings.append(_apart(course, params))
    elif course.counts:
        findings.append(
            Finding(code="course_on_paper", severity=Severity.INFO, subject=course.id, params=params)
        )
        if any(one.modality in (Modality.PROTON, Modality.CARBON) for one in course.phases):
            findings.append(Finding(code="paper_rbe_assumed", subject=course.id, params=params))
    return LoadedCourse(
        course=course,
        dose=None,
        grids={},
        complete=not course.counts,
        order_known=True,
        findings=tuple(findings),
    )


def _unsure(course: Course, phases: Sequence[Phase], params: dict[str, Param]) -> Finding:
    """Of what nobody says whether it was given: of the whole course, or of some of its phases, with the doses stated."""
    names = "" if len(phases) == len(course.phases) else ", ".join(one.label or one.id for one in phases)
    doses = [max(asked.dose_gy for asked in one.prescriptions) for one in phases if one.prescriptions]
    said: dict[str, Param] = {**params, "phases": names, "dose": fsum(doses)}
    if not doses:
        code = "paper_phase_unsure_open" if names else "paper_status_unsure_open"
    else:
        code = "paper_phase_unsure" if names else "paper_status_unsure"
    return Finding(code=code, subject=course.id, params=said)


def _apart(course: Course, params: dict[str, Param]) -> Finding:
    """Of which organs the dose is known in every phase; of all others it is not."""
    phases = [one for one in course.phases if one.status.counts]
    known = [
        [] if one.organ_doses is None else [dose.organ for dose in one.organ_doses.doses] for one in phases
    ]
    organs = [
        organ for organ in dict.fromkeys(known[0] if known else []) if all(organ in one for one in known)
    ]
    if not organs:
        return Finding(code="radionuclide_dose_unknown", subject=course.id, params=params)
    said: dict[str, Param] = {**params, "organs": ", ".join(organs)}
    return Finding(code="apart_doses_of_organs", severity=Severity.INFO, subject=course.id, params=said)
