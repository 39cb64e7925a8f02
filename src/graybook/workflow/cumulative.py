"""Cumulative: a folder comes in; the lifetime dose on today's anatomy goes out as result, report, EQD2 volume and DVHs.

Scan, courses, one alignment per course, a field of dose per phase, equieffective with each structure's α/β, the sum, sampled on the
structure, histogram, metrics, report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graybook.accumulation.equieffective import EquieffectiveField
from graybook.errors import UsageError
from graybook.files.alignment_thresholds import read_thresholds
from graybook.files.settings import Settings
from graybook.geometry.arrays import FloatArray
from graybook.progress import Progress, silent
from graybook.record import (
    AlphaBetaWish,
    Course,
    Modality,
    Record,
    RepairWish,
)
from graybook.report.material import Material
from graybook.report.result import Result
from graybook.tables.alignment_thresholds import default_thresholds
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language
from graybook.workflow.alignments import CourseAlignment, align_courses
from graybook.workflow.alpha_beta import AlphaBetaChoice, alpha_beta_of
from graybook.workflow.anatomy import Organ, structure_names, union_of_structures
from graybook.workflow.assembled import Judged, Parts, assembled
from graybook.workflow.assumptions import Assumptions, assumptions
from graybook.workflow.complications import complications
from graybook.workflow.corrections import alpha_beta_override, links_of_registrations
from graybook.workflow.course_registration import Register, Registrar
from graybook.workflow.doses import LoadedCourse, hottest_point_mm, load_course, seen_from
from graybook.workflow.illustrations import material_of
from graybook.workflow.judgement import with_judgement
from graybook.workflow.limit_results import constraints_of
from graybook.workflow.organ_samples import Setting
from graybook.workflow.organs import AssessedOrgan, assess_organs
from graybook.workflow.paper import loaded_paper
from graybook.workflow.paper_sums import with_paper
from graybook.workflow.planned import PlannedDose
from graybook.workflow.scan import PersonScan, scan
from graybook.workflow.scenarios import Assessing, courses_named, scenario_results, together
from graybook.workflow.shifted_doses import MovableCourse

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
    assumed = assumptions(options, rulebook, scenarios)
    scanned = scan(folder, progress, names=names)
    person = scanned.person_to_sum(patient)
    today = reference_course(person.record, reference)
    planned = {one.id: one for one in person.planned}
    courses = person.record.courses
    concurrent = courses_named(assumed.headline.concurrent, courses)
    loaded = tuple(together(_loaded(course, planned), concurrent) for course in courses)
    limits = default_thresholds() if thresholds is None else read_thresholds(thresholds)
    registrar = Registrar.between(courses, today, register=register, thresholds=limits, progress=progress)
    alignments = align_courses(
        courses,
        today,
        links_of_registrations(person.registrations, scanned.settings),
        hotspots=_hotspots(loaded),
        aligner=registrar,
    )
    setting = _setting(today, loaded, alignments, assumed.headline.repairs)
    organs, said = union_of_structures(alignments, today)
    wishes = assumed.headline.alpha_betas
    chosen = [(organ, _alpha_beta(organ, scanned.settings, today, wishes)) for organ in organs]
    assessed = assess_organs(chosen, setting, progress)
    assessed = with_judgement(
        with_paper(assessed, courses, scanned.settings, wishes, assumed.headline.repairs)
    )
    total = _total(setting, display_alpha_beta_gy)
    assessing = Assessing(
        setting=setting,
        settings=scanned.settings,
        book=assumed.rulebook,
        headline=assumed.headline,
        language=language,
    )
    result = assembled(
        Parts(
            scanned=scanned,
            person=person,
            setting=setting,
            alignments=alignments,
            organs=organs,
            assessed=assessed,
            said=said,
            thresholds=limits,
            assumptions=assumed,
            judged=_judged(assessed, assessing, assumed, progress),
            language=language,
            display_alpha_beta_gy=display_alpha_beta_gy,
        )
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
    today: Course,
    loaded: tuple[LoadedCourse, ...],
    alignments: Sequence[CourseAlignment],
    repairs: tuple[RepairWish, ...],
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
        repairs=repairs,
    )


def _judged(
    assessed: Sequence[AssessedOrgan], assessing: Assessing, assumed: Assumptions, progress: Progress
) -> Judged:
    """Every limit of the rulebook, under the headline's assumptions and under each scenario's."""
    return Judged(
        constraints=constraints_of(
            assessed,
            assessing.setting,
            assessing.book,
            language=assessing.language,
            recoveries=assumed.headline.recoveries,
            progress=progress,
        ),
        scenarios=scenario_results(assumed.scenarios, assessed, assessing, progress),
        ntcp=complications(assessed, assessing.language) if assumed.headline.ntcp else [],
    )


def _alpha_beta(
    organ: Organ, settings: Settings, today: Course, wishes: Sequence[AlphaBetaWish]
) -> AlphaBetaChoice:
    return alpha_beta_of(
        organ.structure,
        site=organ.course.site or today.site,
        stated=alpha_beta_override(organ.structure, settings, wishes),
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
