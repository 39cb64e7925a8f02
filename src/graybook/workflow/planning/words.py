"""Background words: what was written for a planning system comes in; the summary, with what it is valid for, goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from graybook.accumulation.base_errors import Misread, MissedDose
from graybook.dicom.write_background import WrittenBackground
from graybook.radiobiology import LQ_VALID_TO_GY
from graybook.record import Course, Finding, Severity
from graybook.record.alignment import Use
from graybook.report.background_result import (
    BackgroundCourse,
    BackgroundFile,
    BackgroundOrgan,
    BackgroundResult,
    OtherDoseError,
    PlainAddition,
)
from graybook.text import Language, phrase
from graybook.units import DOSE_DECIMALS
from graybook.workflow.folder.doses import LoadedCourse
from graybook.workflow.limits.prior import Prior, is_proposed
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.judgement import basis_of
from graybook.workflow.organs.samples import Setting
from graybook.workflow.person.assembled import findings_of, provenance_of, today
from graybook.workflow.person.results import finding_results, patient_result, provenance_result
from graybook.workflow.person.study import Study
from graybook.workflow.planning.expected_dose import Expected
from graybook.workflow.planning.grid import FileGrid
from graybook.workflow.planning.limits import ORGANS, VoxelLimits
from graybook.workflow.planning.organs import has_ratio
from graybook.workflow.planning.volumes import EXAMPLE_FRACTIONS, FileWish, Volumes

__all__ = ["Told", "background_result"]

NEAR_MM = 3.0
"""A point belongs to an organ when a sample of it lies within. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """All that the summary is made of."""

    study: Study
    prior: Prior
    grid: FileGrid
    limits: VoxelLimits
    volumes: Volumes
    expected: Expected | None
    fractions: int
    language: Language


def background_result(told: Told) -> BackgroundResult:
    """The whole summary."""
    study, language = told.study, told.language
    organs = [one for one in told.prior.organs if _is_organ(one)]
    missing = {
        one.course.id: why
        for one in told.prior.setting.courses
        if (why := _why_missing(one, told.prior.setting))
    }
    courses = [_course(one.course, missing, told) for one in study.setting.courses]
    return BackgroundResult(
        notice=phrase("notice", language),
        patient=patient_result(study.person.record.person),
        reference=_course(study.setting.reference, missing, told),
        geometry=told.grid.result,
        fractions=told.fractions,
        alpha_betas_gy=sorted({wish.ratio.alpha_beta_gy for wish, _ in told.volumes.files}),
        expected=None if told.expected is None else told.expected.result,
        rulebook=study.assumed.rulebook.name,
        courses=courses,
        files=[_file(wish, written, told, lower_bound=bool(missing)) for wish, written in told.volumes.files],
        trap=_trap(told),
        errors=[
            _error(ratio, one)
            for ratio, found in sorted(told.volumes.errors.items())
            for one in found.missed()
        ],
        not_voxelwise=list(told.limits.others),
        organs=[_organ(one) for one in organs],
        lower_bound=bool(missing),
        reasons=[
            phrase("background_missing", language, course=one.label, why=one.reason)
            for one in courses
            if one.id in missing
        ],
        outside_share=told.volumes.outside / float(np.prod(told.grid.grid.shape)),
        warnings=finding_results([*_said(told, organs), *_said_before(study)], language),
        provenance=provenance_result(
            provenance_of(study), study.alignments, created=today(), language=language
        ),
    )


def _is_organ(one: AssessedOrgan) -> bool:
    return one.result is not None and one.result.kind in ORGANS


def _why_missing(loaded: LoadedCourse, setting: Setting) -> str:
    """Why a course that counts is not, or not wholly, in the files, as a code of the catalogue; empty when it is."""
    if not loaded.course.counts and not loaded.course.undecided:
        return ""
    if loaded.course.paper is not None:
        return "background_course_paper"
    if loaded.dose is None:
        return "background_course_no_dose"
    if loaded.course.id not in setting.alignments:
        return "background_course_declined"
    return "" if loaded.complete else "background_course_part"


def _course(course: Course, missing: dict[str, str], told: Told) -> BackgroundCourse:
    setting = told.prior.setting
    given = {one.course.id: one for one in setting.courses}
    why = missing.get(course.id, "")
    return BackgroundCourse(
        id=course.id,
        label=course.label,
        start_date=None if course.start_date is None else course.start_date.isoformat(),
        role="proposed" if is_proposed(course) and course.id not in given else "prior",
        included=course.id in given and given[course.id].dose is not None and course.id in setting.alignments,
        reason=phrase(why, told.language) if why else "",
    )


def _file(wish: FileWish, written: WrittenBackground, told: Told, *, lower_bound: bool) -> BackgroundFile:
    ratio, expected = wish.ratio.alpha_beta_gy, told.expected
    valid_for = phrase(
        f"background_valid_{wish.quantity.lower()}",
        told.language,
        alpha_beta=ratio,
        fractions=told.fractions,
        limit=wish.limit_eqd2_gy,
        plan="" if expected is None else expected.result.label,
    )
    return BackgroundFile(
        name=wish.name,
        kind=wish.quantity,
        sop_instance_uid=written.sop_instance_uid,
        sha256=written.sha256,
        quantity="EQD2" if wish.quantity == "EQD2" else "physical",
        dose_type=written.dose_type,
        label=written.label,
        comment=written.comment,
        alpha_beta_gy=ratio,
        fractions=None if wish.quantity == "EQD2" else told.fractions,
        limits=list(wish.limits),
        limit_eqd2_gy=wish.limit_eqd2_gy,
        valid_for=valid_for,
        min_gy=round(written.min_gy, DOSE_DECIMALS),
        max_gy=round(written.max_gy, DOSE_DECIMALS),
        nothing_left_cm3=round(told.volumes.spent_cm3[wish.name], 6)
        if wish.name in told.volumes.spent_cm3
        else None,
        lower_bound=lower_bound,
    )


def _trap(told: Told) -> PlainAddition | None:
    """The α/β and the voxel in an organ of it at which the earlier dose loaded alone misleads most."""
    expected = [(ratio, one.worst) for ratio, one in told.volumes.errors.items() if one.worst is not None]
    found = expected or list(told.volumes.hottest.items())
    if not found:
        return None
    ratio, at = max(found, key=lambda one: (one[1].excess_gy, -one[0]))
    if at.prior_eqd2_gy <= 0.0:
        return None
    fractions = told.fractions if expected else EXAMPLE_FRACTIONS
    return PlainAddition(
        of="expected dose" if expected else "example",
        point_mm=at.point_mm,
        structures=list(_around(at, told, ratio)),
        alpha_beta_gy=ratio,
        fractions=fractions,
        prior_eqd2_gy=round(at.prior_eqd2_gy, DOSE_DECIMALS),
        prior_isoeffective_gy=round(at.prior_isoeffective_gy, DOSE_DECIMALS),
        new_gy=round(at.new_gy, DOSE_DECIMALS),
        reading_of_eqd2_gy=round(at.reading_of_eqd2_gy, DOSE_DECIMALS),
        reading_gy=round(at.reading_gy, DOSE_DECIMALS),
        truth_gy=round(at.truth_gy, DOSE_DECIMALS),
        base_gy=round(at.base_gy, DOSE_DECIMALS),
    )


def _around(at: Misread, told: Told, alpha_beta_gy: float) -> Iterator[str]:
    """Organs of an α/β with a sample next to a point."""
    point = np.array(at.point_mm)
    for one in told.prior.organs:
        if not has_ratio(one, alpha_beta_gy) or one.result is None or one.doses is None:
            continue
        samples = one.doses.samples
        if samples.frame == told.grid.grid.frame and len(samples.points_mm):
            distances = np.linalg.norm(samples.points_mm - point, axis=1)
            if float(np.nanmin(distances, initial=np.inf)) <= NEAR_MM:
                yield one.result.name


def _error(alpha_beta_gy: float, one: MissedDose) -> OtherDoseError:
    missed = one.reading_at_hottest_gy - one.truth_at_hottest_gy
    return OtherDoseError(
        alpha_beta_gy=alpha_beta_gy,
        share=one.share,
        lowest_gy=round(one.lowest_gy, DOSE_DECIMALS),
        highest_gy=round(one.highest_gy, DOSE_DECIMALS),
        at_hottest_gy=round(missed, DOSE_DECIMALS),
        at_hottest_percent=round(100.0 * missed / one.truth_at_hottest_gy, 4)
        if one.truth_at_hottest_gy
        else 0.0,
        truth_at_hottest_gy=round(one.truth_at_hottest_gy, DOSE_DECIMALS),
        reading_at_hottest_gy=round(one.reading_at_hottest_gy, DOSE_DECIMALS),
    )


def _organ(one: AssessedOrgan) -> BackgroundOrgan:
    assert one.result is not None  # noqa: S101  (asked only of organs with a result)
    basis = basis_of(one.result)
    return BackgroundOrgan(
        name=one.result.name,
        tg263=one.result.tg263,
        kind=one.result.kind,
        alpha_beta_gy=one.result.alpha_beta_gy,
        alternative_alpha_beta_gy=None if one.choice is None else one.choice.alternative_gy,
        basis=basis,
        voxelwise=one.result.use != Use.POINTS and one.result.cumulative.max_gy is not None,
    )


def _said(told: Told, organs: Sequence[AssessedOrgan]) -> Iterator[Finding]:
    """What is to be said of these files."""
    yield from told.grid.findings
    if told.expected is not None:
        yield from told.expected.findings
    share = told.volumes.outside / float(np.prod(told.grid.grid.shape))
    if share > 0.0:
        yield Finding(code="background_outside", params={"percent": 100.0 * share})
    for one in told.prior.setting.courses:
        yield from _said_of_course(one)
    left = [written.max_gy for wish, written in told.volumes.files if wish.quantity == "REMAINING"]
    most = max(left, default=0.0) / told.fractions
    if most > LQ_VALID_TO_GY:
        yield Finding(code="background_new_extrapolated", params={"fraction": most, "valid": LQ_VALID_TO_GY})
    for recovery in told.study.assumed.headline.recoveries:
        yield Finding(code="background_recovery", params={"organ": recovery.organ})
    for code, use in (("background_with_envelope", Use.ENVELOPE), ("background_points_only", Use.POINTS)):
        named = [one.result.name for one in organs if one.result is not None and one.result.use == use]
        if named:
            yield Finding(code=code, params={"organs": ", ".join(named)})


def _said_of_course(loaded: LoadedCourse) -> Iterator[Finding]:
    if loaded.dose is None:
        return
    params = {"course": loaded.course.label}
    if any(one.fractions_range is not None for one in loaded.dose.phases):
        yield Finding(code="background_bracketed", subject=loaded.course.id, params=params)
    if not loaded.order_known:
        yield Finding(code="background_order", subject=loaded.course.id, params=params)
    most = max(float(loaded.grids[one.id].values.max()) / one.fractions_high[0] for one in loaded.dose.phases)
    if most > LQ_VALID_TO_GY:
        yield Finding(
            code="background_extrapolated",
            subject=loaded.course.id,
            params={"course": loaded.course.label, "fraction": most, "valid": LQ_VALID_TO_GY},
        )
    if not loaded.dose.is_once_a_day:
        yield Finding(code="background_several_a_day", subject=loaded.course.id, params=params)


def _said_before(study: Study) -> list[Finding]:
    """Errors and warnings of the whole study."""
    return [one for one in findings_of(study) if one.severity is not Severity.INFO]
