"""A person's courses as facts come in; rows of OSIRIS' radiotherapy tables go out, and findings that say what these cannot hold."""

from __future__ import annotations

import re
from datetime import date

from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.exchange.exported import Exported
from graybook.exchange.osiris.lost import report_lost
from graybook.exchange.osiris.notes import Notes
from graybook.exchange.osiris.tables import Tables
from graybook.record.course import Modality, Status
from graybook.record.person import Person
from graybook.tables import osiris

__all__ = ["CGY_PER_GY", "osiris_tables"]

CGY_PER_GY = 100
_WORDS = {
    Status.DELIVERED: "Delivered",
    Status.PARTLY_DELIVERED: "Delivered",
    Status.ASSUMED_DELIVERED: "Delivered",
    Status.PROPOSED: "Planned",
    Status.UNKNOWN: "Unknown",
}
"""Courses and phases of any other status were not given, and are not written."""
_NUCLIDE = re.compile(r"[A-Z][a-z]?-\d{1,3}m?", re.ASCII)


def osiris_tables(facts: PersonFacts, *, created: date) -> Exported:
    """Rows by table, in the order of the schema; cells are texts, numbers, truth values or None.

    Doses are in cGy, and each row says so in the one column with room for it (``ScheduledDosePerFraction``: ``300 cGy``). An
    obligatory column of which nothing is known gets a value that cannot be taken for a true one, and a finding.

    Parameters
    ----------
    created
        The day that stands in the technical columns; no clock is read.
    """
    notes = Notes()
    tables = Tables(created, notes)
    patient = _patient(tables, facts.person, notes)
    volumes = {one.key: one for one in facts.volumes}
    for course in facts.courses:
        if course.status not in _WORDS:
            notes.info("exchange_osiris_not_given", course.label or course.key)
            continue
        _write_course(tables, course, volumes, patient, notes)
    report_lost(facts, notes)
    return Exported(document=tables.rows(), findings=notes.findings())


def _patient(tables: Tables, person: Person, notes: Notes) -> int:
    fitting = [
        one.value
        for one in person.identities
        if 0 < len(one.value) <= tables.size("Patient", "Ext_PatientID")
    ]
    if not fitting:
        notes.error("exchange_osiris_no_identifier")
    elif len(person.identities) > 1:
        notes.info("exchange_osiris_one_identifier", count=len(person.identities))
    return tables.add(
        "Patient",
        Ext_PatientID=fitting[0] if fitting else None,
        BirthDate=person.birth_date,
        Gender=person.sex or None,
    )


def _write_course(
    tables: Tables, course: CourseFacts, volumes: dict[str, VolumeFacts], patient: int, notes: Notes
) -> None:
    name = course.label or course.key
    if course.status is Status.ASSUMED_DELIVERED:
        notes.warn("exchange_osiris_assumed", name)
    if course.status is Status.PARTLY_DELIVERED:
        notes.info("exchange_osiris_partly", name)
    intents = {meaning: code for code, meaning in osiris.codes("intent").items()}
    known = course.intent in intents or course.intent in intents.values()
    if course.intent and not known:
        notes.info("exchange_osiris_intent", name, intent=course.intent[:60])
    key = tables.add(
        "Course",
        CourseType=_WORDS[course.status],
        CourseObjective=intents.get(course.intent, course.intent) if known else None,
        CourseEndReason=course.termination or None,
        CourseNbSessions=course.sessions,
        CourseStartDate=course.start_date,
        CourseEndDate=course.end_date,
    )
    tables.add("Graybook_Course_Link", FK_Course_ID=key, FK_PatientID=patient)
    for phase in _phases(course, notes):
        if phase.status not in _WORDS:
            notes.info("exchange_osiris_not_given", phase.label or phase.key)
            continue
        _write_phase(tables, phase, volumes, key, notes)


def _phases(course: CourseFacts, notes: Notes) -> tuple[PhaseFacts, ...]:
    """The phases; or one that stands for the whole course, where that states equal fractions for all its volumes."""
    told = {dose.volume for phase in course.phases for dose in phase.doses if dose.dose_gy is not None}
    doses = [one for one in course.doses if one.dose_gy is not None and one.volume not in told]
    if not doses:
        return course.phases
    numbers = {one.fractions for one in doses}
    uneven = len(numbers) > 1 or None in numbers or any(one.uniform is False for one in doses)
    if course.phases or uneven:
        notes.warn("exchange_osiris_course_dose", course.label or course.key, count=len(doses))
        return course.phases
    notes.info("exchange_osiris_phase_made", course.label or course.key)
    fractions = next(iter(numbers))
    return (
        PhaseFacts(
            key=course.key,
            status=course.status,
            modality=course.modality,
            modality_code=course.modality_code,
            technique=course.technique,
            fractions_delivered=fractions if course.status is not Status.PROPOSED else None,
            fractions_planned=fractions if course.status is Status.PROPOSED else None,
            start_date=course.start_date,
            end_date=course.end_date,
            doses=tuple(doses),
        ),
    )


def _write_phase(
    tables: Tables, phase: PhaseFacts, volumes: dict[str, VolumeFacts], course: int, notes: Notes
) -> None:
    name, word = phase.label or phase.key, _WORDS[phase.status]
    if phase.status is Status.ASSUMED_DELIVERED:
        notes.warn("exchange_osiris_assumed", name)
    fractions = phase.fractions_delivered if word == "Delivered" else phase.fractions_planned
    dates = (phase.start_date, phase.end_date)
    row = tables.add(
        "Phase",
        FK_Course_ID=course,
        PhaseType=word,
        PhaseNbFractions=fractions,
        PhaseStartDate=dates[0],
        PhaseEndDate=dates[1],
    )
    for uids, code in (
        (phase.uids, "exchange_osiris_plans"),
        (phase.dose_uids, "exchange_osiris_dose_files"),
    ):
        if len(uids) > 1:
            notes.info(code, name, uids=", ".join(uids))
    plan = tables.add(
        "Plan",
        FK_Phase_ID=row,
        PlanType=word,
        NbOfFractions=fractions,
        PlanStartDate=dates[0],
        PlanEndDate=dates[1],
        UIDRTplan=phase.uids[0] if len(phase.uids) == 1 else None,
        UIDRTdose=phase.dose_uids[0] if len(phase.dose_uids) == 1 else None,
    )
    _write_beams(tables, phase, plan, notes)
    for dose in phase.doses:
        _write_dose(tables, dose, volumes[dose.volume], fractions, plan, notes)


def _write_beams(tables: Tables, phase: PhaseFacts, plan: int, notes: Notes) -> None:
    meant = [code for code, meaning in osiris.codes("modality").items() if meaning == phase.modality.value]
    code = phase.modality_code or (meant[0] if len(meant) == 1 else None)
    if code is None and phase.modality is not Modality.UNKNOWN:
        notes.warn("exchange_osiris_modality", phase.label or phase.key, modality=phase.modality.value)
    if code or phase.technique:
        tables.add("Modality_and_Tech", FK_Plan_ID=plan, Technique=phase.technique or None, Modality=code)
    number, _, unit = phase.energy.partition(" ")
    if _NUCLIDE.fullmatch(phase.energy):
        tables.add("Energy_Isotope", FK_Plan_ID=plan, IsotopeName=phase.energy)
    elif unit in ("MV", "MeV") and number.replace(".", "", 1).isdigit():
        tables.add("Energy_Isotope", FK_Plan_ID=plan, EI_Quantity=float(number))
        notes.count("exchange_osiris_energy_unit", "Energy_Isotope", energy=phase.energy)
    elif phase.energy:
        notes.info("exchange_osiris_energy", phase.label or phase.key, energy=phase.energy[:60])


def _write_dose(
    tables: Tables, dose: VolumeDose, volume: VolumeFacts, fractions: int | None, plan: int, notes: Notes
) -> None:
    name = volume.name or volume.key
    if dose.dose_gy is None:
        notes.warn("exchange_osiris_dose_left_out", name, stated=dose.as_found or None)
        return
    number = dose.fractions if dose.fractions is not None else fractions
    total_cgy = round(dose.dose_gy * CGY_PER_GY, 6)
    each = f"{total_cgy / number:g}" if number and dose.uniform is not False else "Unknown"
    key = tables.add(
        "Dose_To_Volume",
        FK_Plan_ID=plan,
        ScheduledDosePerFraction=f"{each} cGy",
        DoseNbFractions=number,
        TotalDosis=total_cgy,
    )
    tables.add(
        "ROI_Volume",
        FK_Dose_to_Vol_ID=key,
        ROIidentifier=volume.uid or volume.key,
        ROIlocation=volume.site or None,
        ROIlocationCodes=volume.laterality or None,
        ROIdescription=volume.name or None,
    )
