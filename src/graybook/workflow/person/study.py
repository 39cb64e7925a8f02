"""Study: a folder comes in; one person's courses on today's anatomy, every organ with every dose on it, go out.

Scan, courses, one alignment per course, a field of dose per phase, sampled on the union of structures, equieffective with each
structure's α/β. What limits say, what is left, and the report start from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graybook.errors import UsageError
from graybook.files.alignment_thresholds import read_thresholds
from graybook.files.settings import Settings
from graybook.geometry.arrays import FloatArray
from graybook.progress import Progress, silent
from graybook.record import AlphaBetaWish, Course, Finding, Record, RepairWish
from graybook.report.nuclear_result import NuclearResult
from graybook.tables.alignment_thresholds import Thresholds, default_thresholds
from graybook.tables.rulebook import DEFAULT
from graybook.workflow.alignment.alignments import CourseAlignment, align_courses
from graybook.workflow.alignment.anatomy import Organ, structure_names, union_of_structures
from graybook.workflow.alignment.course_registration import Register, Registrar
from graybook.workflow.folder.corrections import alpha_beta_override, links_of_registrations
from graybook.workflow.folder.doses import LoadedCourse, hottest_point_mm, load_course
from graybook.workflow.folder.paper import loaded_paper
from graybook.workflow.folder.planned import PlannedDose
from graybook.workflow.folder.scan import PersonScan, ScanResult, scan
from graybook.workflow.limits.scenarios import courses_named, together
from graybook.workflow.organs.alpha_beta import AlphaBetaChoice, alpha_beta_of
from graybook.workflow.organs.assessing import AssessedOrgan, assess_organs
from graybook.workflow.organs.judgement import with_judgement
from graybook.workflow.organs.paper_sums import with_paper
from graybook.workflow.organs.samples import Setting
from graybook.workflow.organs.shifted_doses import MovableCourse
from graybook.workflow.person.assumptions import Assumptions, assumptions
from graybook.workflow.person.doses_apart import doses_apart

__all__ = ["Study", "reference_course", "study"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """
    One person's courses on today's anatomy.

    Parameters
    ----------
    scanned, person
        The folder, and whose courses these are.
    setting
        Courses, their doses and alignments: what all organs share.
    alignments, registrar
        How every course is reached, and what was registered for it.
    organs, said
        The union of structures, and what is to be said of it.
    assessed
        Every structure with its doses, in the union's order, then what only letters know.
    assumed, thresholds
        The headline's assumptions with rulebook and scenarios; limits for what alignments may be used for.
    nuclear
        Radionuclides and microspheres, cycle by cycle; None where there are none.
    """

    scanned: ScanResult
    person: PersonScan
    setting: Setting
    alignments: tuple[CourseAlignment, ...]
    registrar: Registrar
    organs: tuple[Organ, ...]
    said: tuple[Finding, ...]
    assessed: tuple[AssessedOrgan, ...]
    assumed: Assumptions
    thresholds: Thresholds
    nuclear: NuclearResult | None = None


def study(
    folder: Path,
    *,
    reference: str | None = None,
    patient: str | None = None,
    names: Path | None = None,
    register: Register = "auto",
    thresholds: Path | None = None,
    options: Path | None = None,
    rulebook: str = DEFAULT,
    scenarios: Sequence[Path] = (),
    progress: Progress = silent,
) -> Study:
    """
    One person's courses on today's anatomy; parameters and errors as of :func:`graybook.workflow.cumulative.assess`.
    """
    assumed = assumptions(options, rulebook, scenarios)
    scanned = scan(folder, progress, names=names)
    headline = assumed.headline
    apart = doses_apart(
        scanned.person_to_sum(patient),
        scanned.settings,
        alpha_betas=headline.alpha_betas,
        repairs=headline.repairs,
        progress=progress,
    )
    person = apart.person
    today = reference_course(person.record, reference)
    planned = {one.id: one for one in person.planned}
    courses = person.record.courses
    concurrent = courses_named(assumed.headline.concurrent, courses)
    loaded = tuple(together(_loaded(course, planned), concurrent) for course in courses)
    limits = default_thresholds() if thresholds is None else read_thresholds(thresholds)
    registrar = Registrar.between(courses, today, register=register, thresholds=limits, progress=progress)
    alignments = tuple(
        align_courses(
            courses,
            today,
            links_of_registrations(person.registrations, scanned.settings),
            hotspots=_hotspots(loaded),
            aligner=registrar,
        )
    )
    setting = _setting(today, loaded, alignments, assumed.headline.repairs)
    organs, said = union_of_structures(alignments, today)
    wishes = assumed.headline.alpha_betas
    chosen = [(organ, _alpha_beta(organ, scanned.settings, today, wishes)) for organ in organs]
    drawn = assess_organs(chosen, setting, progress)
    return Study(
        scanned=scanned,
        person=person,
        setting=setting,
        alignments=alignments,
        registrar=registrar,
        organs=tuple(organs),
        said=tuple(said),
        assessed=with_judgement(
            with_paper(drawn, courses, scanned.settings, wishes, assumed.headline.repairs)
        ),
        assumed=assumed,
        thresholds=limits,
        nuclear=apart.nuclear,
    )


def reference_course(record: Record, wanted: str | None) -> Course:
    """The course named by id, label or start date; the latest when None, of those with files if there are any."""
    if wanted is None:
        known = [course for course in record.courses if course.paper is None] or record.courses
        beams = [course for course in known if not course.modality.stands_apart] or known
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


def _alpha_beta(
    organ: Organ, settings: Settings, today: Course, wishes: Sequence[AlphaBetaWish]
) -> AlphaBetaChoice:
    return alpha_beta_of(
        organ.structure,
        site=organ.course.site or today.site,
        stated=alpha_beta_override(organ.structure, settings, wishes),
    )
