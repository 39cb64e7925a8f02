"""Stated headings, courses and overlaps come in; the clinical part of the result, with the type of re-irradiation, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from graybook.files.clinical_settings import ClinicalSetting, OutcomeSetting
from graybook.record import Alignment, Course, PaperDetails
from graybook.report.result import (
    AdministrationResult,
    ClinicalResult,
    LateToxicityResult,
    OutcomeResult,
    OverlapResult,
    ReirradiationResult,
    SharedVolumeResult,
    ToxicityResult,
)
from graybook.tables.microspheres import nuclide_of
from graybook.units import rounded_cm3
from graybook.workflow.folder.doses import LoadedCourse
from graybook.workflow.limits.intervals import interval_days
from graybook.workflow.person.overlap import SharedLevels
from graybook.workflow.person.shared_volume import Isodose, shared_volume

__all__ = ["administrations", "clinical_result", "overlap_results"]

HEADINGS = ("intent", "histology", "performance_status", "toxicity", "recurrence")
"""Headings of the ESTRO/EORTC reporting guideline (patient and tumour, follow-up) that no file fills."""


def overlap_results(shared: Sequence[SharedLevels]) -> list[OverlapResult]:
    """The overlaps of vertebrae."""
    return [OverlapResult(course=one.course.id, with_=one.earlier.id, levels=one.levels) for one in shared]


def administrations(courses: Sequence[Course]) -> list[AdministrationResult]:
    """The radionuclides and microspheres given, each with its course."""
    return [one for course in courses if course.paper is not None for one in _given(course, course.paper)]


def _given(course: Course, paper: PaperDetails) -> list[AdministrationResult]:
    grade = course.evidence_grade.value
    nuclides = [
        AdministrationResult(
            course=course.id,
            nuclide=one.nuclide,
            agent=one.agent,
            date=_day(one.date),
            activity_gbq=one.activity_gbq,
            cycle=one.cycle,
            evidence_grade=grade,
        )
        for one in paper.administrations
    ]
    spheres = [
        AdministrationResult(
            course=course.id,
            nuclide=nuclide_of(one.device),
            agent=one.device,
            date=_day(one.date),
            activity_gbq=one.activity_gbq,
            evidence_grade=grade,
        )
        for one in paper.radioembolisations
    ]
    return [*nuclides, *spheres]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def clinical_result(
    stated: ClinicalSetting,
    reference: Course,
    loaded: Sequence[LoadedCourse],
    ways: dict[str, Alignment],
    *,
    overlap_percent: float = 50.0,
    overlap_gy: float | None = None,
    display_alpha_beta_gy: float = 3.0,
) -> ClinicalResult:
    """The headings as filled, those that are missing, and the type of re-irradiation with what each earlier course shares.

    A place counts as treated from ``overlap_percent`` of each prescription on [%], or from ``overlap_gy``, EQD2 at the display α/β.
    [Gy]
    """
    isodose = Isodose(percent=overlap_percent, dose_gy=overlap_gy, alpha_beta_gy=display_alpha_beta_gy)
    toxicity = [
        ToxicityResult(course=one.course, term=one.term, grade=one.grade) for one in stated.toxicities
    ]
    values: dict[str, str | None] = {
        "intent": stated.intent or reference.intent.lower() or None,
        "histology": stated.histology or None,
        "performance_status": stated.performance_status or None,
        "recurrence": stated.recurrence or None,
    }
    missing = [one for one in HEADINGS if not (toxicity if one == "toxicity" else values[one])]
    return ClinicalResult(
        intent=values["intent"],
        histology=values["histology"],
        performance_status=values["performance_status"],
        recurrence=values["recurrence"],
        cumulative_concern=stated.cumulative_concern,
        toxicity=toxicity,
        missing=missing,
        reirradiation=_type(stated, reference, loaded, ways, isodose),
        outcome=None if stated.outcome is None else _outcome(stated.outcome),
    )


def _outcome(stated: OutcomeSetting) -> OutcomeResult:
    return OutcomeResult(
        vital_status=stated.vital_status or None,
        last_follow_up=_day(stated.last_follow_up),
        death_date=_day(stated.death_date),
        recurrence=stated.recurrence,
        recurrence_date=_day(stated.recurrence_date),
        toxicity=[
            LateToxicityResult(organ=one.organ, term=one.term, grade=one.grade, date=_day(one.date))
            for one in stated.toxicities
        ],
    )


def _type(
    stated: ClinicalSetting,
    reference: Course,
    loaded: Sequence[LoadedCourse],
    ways: dict[str, Alignment],
    isodose: Isodose,
) -> ReirradiationResult:
    """
    Type I: the new volume overlaps an earlier one. Type II: it does not, but there is concern for toxicity from cumulative dose.
    Else repeat organ irradiation (same organ) or repeat irradiation. Concern is a physician's word, never computed.

    Andratschke et al. 2022, doi:10.1016/S1470-2045(22)00447-8.
    """
    today = next(one for one in loaded if one.course.id == reference.id)
    earlier = [one for one in loaded if one.course.id != reference.id and _comparable(one.course)]
    pairs = [_pair(today, one, ways.get(one.course.id), isodose) for one in earlier]
    if not earlier:
        return ReirradiationResult(type="none")
    met = [one for one in pairs if one.overlap]
    if met:
        return ReirradiationResult(type="type I", basis=_basis(met), pairs=pairs)
    if any(one.overlap is None for one in pairs) or stated.cumulative_concern is None:
        return ReirradiationResult(pairs=pairs)
    kind = "type II" if stated.cumulative_concern else _repeat([one.course for one in earlier], reference)
    return ReirradiationResult(type=kind, basis=_basis(pairs), pairs=pairs)


def _comparable(course: Course) -> bool:
    return course.counts and not course.modality.stands_apart


def _basis(pairs: Sequence[SharedVolumeResult]) -> str:
    return " and ".join(sorted({one.basis for one in pairs if one.basis}))


def _repeat(earlier: Sequence[Course], reference: Course) -> str:
    """Same organ or not, by the sites stated; not determined when a site is not stated."""
    if not reference.site or not all(one.site for one in earlier):
        return "not determined"
    ours = _place(reference)
    same = any(_place(one) == ours for one in earlier)
    return "repeat organ irradiation" if same else "repeat irradiation"


def _place(course: Course) -> tuple[str, str]:
    side = course.region.side if course.region.side in ("left", "right") else ""
    return course.site.casefold().strip(), side


def _pair(
    today: LoadedCourse, other: LoadedCourse, way: Alignment | None, isodose: Isodose
) -> SharedVolumeResult:
    """Geometry where both courses have doses in linked frames, else the vertebrae stated, else nothing."""
    days = interval_days(other.course, today.course)
    shared = shared_volume(today, other, way, isodose)
    if shared.meets is not None:
        return SharedVolumeResult(
            with_=other.course.id,
            overlap=shared.meets,
            basis="geometry",
            isodose=isodose.text,
            overlap_cm3=rounded_cm3(shared.volume_cm3),
            overlap_error_cm3=rounded_cm3(shared.error_cm3),
            interval_days=days,
        )
    ours, theirs = today.course.region.levels, other.course.region.levels
    if ours is not None and theirs is not None:
        return SharedVolumeResult(
            with_=other.course.id,
            overlap=ours.shared(theirs) is not None,
            basis="levels",
            interval_days=days,
        )
    return SharedVolumeResult(with_=other.course.id, overlap=None, interval_days=days)
