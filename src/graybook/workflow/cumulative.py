"""Cumulative: a folder comes in; the lifetime dose on today's anatomy goes out as result, report, EQD2 volume and DVHs.

Scan, courses, one alignment per course, a field of dose per phase, equieffective with each structure's α/β, the sum, sampled on the
structure, histogram, metrics, report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import graybook
from graybook.accumulation.envelope import ASSUMED_SHIFT_MM
from graybook.accumulation.equieffective import EquieffectiveField
from graybook.errors import UsageError
from graybook.files.alignment_thresholds import read_thresholds
from graybook.files.settings import Settings
from graybook.geometry.arrays import FloatArray
from graybook.progress import Progress, silent
from graybook.record import Course, Finding, InputFile, Modality, Override, Provenance, Record, Severity
from graybook.report.material import Material
from graybook.report.result import Result
from graybook.tables import edition
from graybook.tables.alignment_thresholds import Thresholds, default_thresholds
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language, phrase
from graybook.workflow.alignment_results import verdict_findings
from graybook.workflow.alignments import CourseAlignment, align_courses
from graybook.workflow.alpha_beta import AlphaBetaChoice, alpha_beta_of
from graybook.workflow.anatomy import Organ, structure_names, union_of_structures
from graybook.workflow.clinical import administrations, clinical_result, overlap_results
from graybook.workflow.corrections import alpha_beta_override, links_of_registrations
from graybook.workflow.course_registration import Register, Registrar
from graybook.workflow.doses import LoadedCourse, hottest_point_mm, load_course, seen_from
from graybook.workflow.illustrations import material_of
from graybook.workflow.judgement import with_judgement
from graybook.workflow.laterality import side_findings
from graybook.workflow.organ_samples import Setting
from graybook.workflow.organs import AssessedOrgan, assess_organs
from graybook.workflow.overlap import levels_said, shared_levels
from graybook.workflow.paper import loaded_paper
from graybook.workflow.paper_sums import no_sum_refusals, with_paper
from graybook.workflow.planned import PlannedDose
from graybook.workflow.results import (
    course_result,
    finding_results,
    patient_result,
    provenance_result,
    refusal_results,
)
from graybook.workflow.scan import PersonScan, ScanResult, scan
from graybook.workflow.shift_envelope import MovableCourse

__all__ = ["Assessed", "assess", "reference_course"]

DISPLAY_ALPHA_BETA_GY = 3.0
"""α/β of the display volume unless the user says otherwise. [Gy]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Assessed:
    """What is given back, and what it was computed from."""

    material: Material
    person: PersonScan
    setting: Setting
    organs: tuple[Organ, ...]
    total: EquieffectiveField | None

    @property
    def result(self) -> Result:
        """What ``result.json`` holds."""
        return self.material.result


def assess(
    folder: Path,
    *,
    reference: str | None = None,
    patient: str | None = None,
    language: Language = "en",
    display_alpha_beta_gy: float = DISPLAY_ALPHA_BETA_GY,
    names: Path | None = None,
    register: Register = "auto",
    thresholds: Path | None = None,
    options: Path | None = None,
    rulebook: str = DEFAULT,
    scenarios: Sequence[Path] = (),
    progress: Progress = silent,
) -> Assessed:
    """
    The cumulative assessment of one person.

    Parameters
    ----------
    folder
        A folder tree or zip of DICOM, with an optional ``graybook.toml``.
    reference
        Id, label or start date of the course whose anatomy is today's; the latest when None.
    patient
        Patient ID, when the folder holds several persons.
    language
        Of the sentences.
    display_alpha_beta_gy
        α/β of ``eqd2_total.dcm`` and of the isodoses. [Gy]
    names
        A centre's file of structure names.
    register
        What to align by images: "auto" the courses that no registration leads to, "rigid" or "deformable" every course in
        another frame by that kind, "never" none.
    thresholds
        A centre's file of limits for what alignments may be used for.
    options
        A file of assumptions for the headline: α/β, recovery, order of phases.
    rulebook
        Which limits to judge by: one of :data:`graybook.tables.rulebook.RULEBOOKS`, or the path of a centre's file.
    scenarios
        Up to four files of assumptions to be computed beside the headline.
    progress
        Told of every step.

    Raises
    ------
    graybook.errors.InputError
        Nothing readable.
    graybook.errors.NotComparable
        The files are not established as one person.
    """
    scanned = scan(folder, progress, names=names)
    person = scanned.person_to_sum(patient)
    today = reference_course(person.record, reference)
    planned = {one.id: one for one in person.planned}
    loaded = tuple(_loaded(course, planned) for course in person.record.courses)
    courses = person.record.courses
    limits = default_thresholds() if thresholds is None else read_thresholds(thresholds)
    registrar = Registrar.between(courses, today, register=register, thresholds=limits, progress=progress)
    alignments = align_courses(
        courses,
        today,
        links_of_registrations(person.registrations, scanned.settings),
        hotspots=_hotspots(loaded),
        aligner=registrar,
    )
    setting = _setting(today, loaded, alignments)
    organs, said = union_of_structures(alignments, today)
    chosen = [(organ, _alpha_beta(organ, scanned.settings, today)) for organ in organs]
    assessed = assess_organs(chosen, setting, progress)
    assessed = with_judgement(with_paper(assessed, person.record.courses, scanned.settings))
    total = _total(setting, display_alpha_beta_gy)
    result = _result(
        scanned, person, setting, alignments, organs, assessed, said, limits, language, display_alpha_beta_gy
    )
    material = material_of(result, setting, organs, assessed, total, alignments, registrar)
    return Assessed(material=material, person=person, setting=setting, organs=organs, total=total)


def reference_course(record: Record, wanted: str | None) -> Course:
    """The course named by id, label or start date; the latest when None, of those with files if there are any."""
    if wanted is None:
        known = [course for course in record.courses if course.paper is None] or record.courses
        beams = [course for course in known if course.modality is not Modality.RADIONUCLIDE] or known
        dated = [course for course in beams if course.start_date is not None]
        return max(dated, key=lambda one: (str(one.start_date), one.id)) if dated else beams[-1]
    found = [one for one in record.courses if wanted in (one.id, one.label, str(one.start_date))]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{one.id} ({one.label})" for one in record.courses)
    raise UsageError(
        "No single course has this id, label or start date.", value=wanted, remedy=f"Name one of: {listed}."
    )


def _loaded(course: Course, planned: Mapping[str, PlannedDose]) -> LoadedCourse:
    return load_course(course, planned) if course.paper is None else loaded_paper(course)


def _hotspots(loaded: Sequence[LoadedCourse]) -> dict[str, FloatArray]:
    points = {one.course.id: hottest_point_mm(one) for one in loaded}
    return {course: point for course, point in points.items() if point is not None}


def _setting(
    today: Course, loaded: tuple[LoadedCourse, ...], alignments: Sequence[CourseAlignment]
) -> Setting:
    reached = {one.course.id: one.alignment for one in alignments if one.alignment is not None}
    return Setting(
        reference=today,
        courses=loaded,
        alignments=reached,
        movable=tuple(
            MovableCourse(dose=one.dose, transform=reached[one.course.id].transform)
            for one in loaded
            if one.dose is not None and one.course.id in reached and one.course.id != today.id
        ),
        names=structure_names([one.course for one in loaded], today),
        refused=any(
            one.course.undecided or (one.dose is not None and one.course.id not in reached) for one in loaded
        ),
        complete=all(one.complete for one in loaded if one.course.paper is None),
    )


def _alpha_beta(organ: Organ, settings: Settings, today: Course) -> AlphaBetaChoice:
    return alpha_beta_of(
        organ.structure,
        site=organ.course.site or today.site,
        stated=alpha_beta_override(organ.structure, settings),
    )


def _total(setting: Setting, alpha_beta_gy: float) -> EquieffectiveField | None:
    if setting.refused or not setting.reference.frame:
        return None
    courses = tuple(
        seen_from(one.dose, setting.alignments[one.course.id].transform)
        for one in setting.courses
        if one.dose is not None
    )
    if not courses:
        return None
    return EquieffectiveField(frame=setting.reference.frame, courses=courses, alpha_beta_gy=alpha_beta_gy)


def _result(
    scanned: ScanResult,
    person: PersonScan,
    setting: Setting,
    alignments: Sequence[CourseAlignment],
    organs: Sequence[Organ],
    assessed: Sequence[AssessedOrgan],
    said: Sequence[Finding],
    limits: Thresholds,
    language: Language,
    display_alpha_beta_gy: float,
) -> Result:
    structures = [one.result for one in assessed if one.result is not None]
    courses = [one.course for one in setting.courses]
    shared = shared_levels(courses)
    findings = [
        *scanned.findings,
        *person.findings,
        *said,
        *_general(setting),
        *verdict_findings(alignments, _judged_names(organs, setting)),
        *levels_said(shared),
        *(finding for one in setting.courses for finding in one.findings),
        *(finding for one in alignments for finding in one.findings),
        *(finding for one in assessed for finding in one.findings),
        *(
            finding
            for one in setting.courses
            for finding in side_findings(setting.places(one.course), course=one.course.label)
        ),
    ]
    refusals = [
        *person.refusals,
        *no_sum_refusals(courses),
        *(refusal for one in setting.courses for refusal in one.refusals),
        *(one.refusal for one in alignments if one.refusal is not None),
        *(refusal for one in assessed for refusal in one.refusals),
    ]
    return Result(
        notice=phrase("notice", language),
        patient=patient_result(person.record.person),
        reference_course=setting.reference.id,
        display_alpha_beta_gy=display_alpha_beta_gy,
        courses=[
            course_result(loaded, aligned, setting.reference, refused=setting.refused)
            for loaded, aligned in zip(setting.courses, alignments, strict=True)
        ],
        structures=structures,
        overlaps=overlap_results(shared),
        radionuclides=administrations(courses),
        clinical=clinical_result(
            scanned.settings.clinical, setting.reference, setting.courses, setting.alignments
        ),
        findings=finding_results(findings, language),
        refusals=refusal_results(refusals, language),
        provenance=provenance_result(
            _provenance(scanned, limits), alignments, created=_today(), language=language
        ),
    )


def _judged_names(organs: Sequence[Organ], setting: Setting) -> frozenset[str]:
    """What verdicts call the organs that limits look at."""
    return frozenset(
        setting.names.get(one.key, one.structure.name)
        for one in organs
        if one.structure.kind in ("organ", "other")
    )


def _general(setting: Setting) -> list[Finding]:
    """What holds for the whole assessment."""
    findings = [Finding(code="recovery_zero", severity=Severity.INFO)]
    moved = [way for course, way in setting.alignments.items() if course != setting.reference.id]
    if any(way.error_mm is None and way.quality is None for way in moved):
        findings.append(
            Finding(code="shift_assumed", severity=Severity.INFO, params={"shift_mm": ASSUMED_SHIFT_MM})
        )
    with_dose = {one.course.id for one in setting.courses if one.dose is not None}
    if setting.reference.id not in with_dose and setting.reference.paper is None:
        findings.append(Finding(code="no_reference_dose", subject=setting.reference.id))
    return findings


def _changes(limits: Thresholds) -> tuple[Override, ...]:
    """Limits of alignments that a person changed."""
    return tuple(
        Override(
            key=f"alignment_threshold {row.measure}" + (f" ({row.tissue})" if row.tissue else ""),
            value=f"3D sum {row.sum_limit:g}, envelope {row.envelope_limit:g}",
            author=row.author,
            date=row.changed_on,
            reason=row.reason,
        )
        for row in limits.rows
        if row.changed_on is not None
    )


def _provenance(scanned: ScanResult, limits: Thresholds) -> Provenance:
    used = {
        InputFile(sha256=one.sha256, used_as=one.used_as, uid=one.uid)
        for one in scanned.files
        if one.used_as is not None and one.sha256
    }
    return Provenance(
        version=graybook.__version__,
        tables_edition=edition(),
        inputs=tuple(sorted(used, key=lambda one: (one.used_as, one.uid, one.sha256))),
        overrides=(*scanned.settings.overrides, *_changes(limits)),
        settings_sha256=scanned.settings.sha256,
    )


def _today() -> date:
    return datetime.now(tz=UTC).date()
