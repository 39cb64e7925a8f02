"""Organs: courses with their doses and alignments come in; every structure's part of the result and its curves go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from graybook.dvh.histogram import thinned
from graybook.dvh.sampling import StructureSamples, structure_samples
from graybook.errors import InputError
from graybook.geometry import Affine, MappedField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Transform
from graybook.progress import Progress
from graybook.record import Alignment, Course, Finding, Refusal, Structure
from graybook.report.material import DvhCurve, StructureCurves
from graybook.report.result import Alternative, Metrics, StructureResult
from graybook.workflow.alpha_beta import AlphaBetaChoice
from graybook.workflow.anatomy import Organ
from graybook.workflow.doses import LoadedCourse, seen_from
from graybook.workflow.organ_checks import checks_of
from graybook.workflow.organ_dose import CourseOnOrgan, doses_on_points, eqd2_on_organ
from graybook.workflow.organ_result import (
    OrganDoses,
    ShiftedCourse,
    UnconvertedDose,
    bounds,
    course_doses,
    envelope,
    metrics,
    metrics_error,
    point_sum,
)

__all__ = ["AssessedOrgan", "Setting", "assess_organs"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """What all organs share.

    ``alignments`` holds, for each course that can be reached, the way from the reference frame to the course's frame.
    ``refused`` is True when no 3D sum may be made, ``complete`` False when some course is not in it.
    """

    reference: Course
    courses: tuple[LoadedCourse, ...]
    alignments: dict[str, Alignment]
    refused: bool
    complete: bool
    shifted: tuple[ShiftedCourse, ...] = ()
    samples: dict[str, StructureSamples] = field(default_factory=dict)

    @property
    def order_unknown(self) -> frozenset[str]:
        """Courses whose phases may have been given in the same sessions (rule 2)."""
        return frozenset(one.course.id for one in self.courses if not one.order_known)

    def places(self, course: Course) -> dict[str, tuple[str | None, str, float]]:
        """Each sampled structure of a course: its TG-263 name, kind and x of its centre in the course's frame. [mm]"""
        drawn = [one for structures in course.structure_sets for one in structures.structures]
        return {
            one.name: (one.tg263, one.kind, _centre_x_mm(self.samples[_sample_key(one)]))
            for one in drawn
            if _sample_key(one) in self.samples
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class AssessedOrgan:
    """One structure's result (None for one without a contour), its curves, and what is to be said of it."""

    result: StructureResult | None
    curves: StructureCurves | None
    findings: tuple[Finding, ...]
    refusals: tuple[Refusal, ...] = ()
    frame: str = ""
    hottest_mm: FloatArray | None = None
    """Its hottest sample, xyz in ``frame``. [mm]"""


def assess_organs(
    organs: Sequence[tuple[Organ, AlphaBetaChoice]], setting: Setting, progress: Progress
) -> tuple[AssessedOrgan, ...]:
    """Every structure in turn."""
    assessed = []
    for place, (organ, choice) in enumerate(organs):
        progress(organ.structure.name, place / len(organs))
        assessed.append(_assessed(organ, choice, setting))
    return tuple(assessed)


def _assessed(organ: Organ, choice: AlphaBetaChoice, setting: Setting) -> AssessedOrgan:
    findings = [] if choice.finding is None else [choice.finding]
    subject = organ.structure.name
    try:
        doses = _organ_doses(organ, setting)
    except InputError as error:
        params = {"course": organ.course.label, "why": str(error)}
        refusal = Refusal(code="structure_unreadable", subject=subject, params=params)
        return AssessedOrgan(
            result=_empty(organ, choice, setting), curves=None, findings=(), refusals=(refusal,)
        )
    if doses is None:  # the reader has said that it has no closed contour
        return AssessedOrgan(result=None, curves=None, findings=())
    result, curves = _result(organ, choice, doses, setting)
    findings += checks_of(organ, result, doses, setting.courses)
    return AssessedOrgan(
        result=result,
        curves=curves,
        findings=tuple(findings),
        frame=doses.samples.frame,
        hottest_mm=_hottest_mm(doses, choice),
    )


def _hottest_mm(doses: OrganDoses, choice: AlphaBetaChoice) -> FloatArray | None:
    if choice.value_gy is None or not doses.mapped:
        return None
    n = len(doses.samples.volumes_cm3)
    dose = eqd2_on_organ(doses.mapped, choice.value_gy, concurrent=frozenset()).low[:n]
    hottest: FloatArray = doses.samples.points_mm[int(np.argmax(dose))]
    return hottest


def _centre_x_mm(samples: StructureSamples) -> float:
    return float(np.average(samples.points_mm[:, 0], weights=samples.volumes_cm3))


def _samples(structure: Structure, course: Course, setting: Setting) -> StructureSamples | None:
    key = _sample_key(structure)
    if key not in setting.samples:
        contours = structure.contours()
        if contours.is_empty:
            return None
        if contours.frame != course.frame:
            raise InputError(
                "It lies in another frame of reference than its course's dose.",
                value=contours.frame,
                remedy="Export the structures of the frame the dose was computed in.",
            )
        thickness = course.images[0].grid.step_along_mm(contours.normal) if course.images else None
        setting.samples[key] = structure_samples(contours, slice_thickness_mm=thickness)
    return setting.samples[key]


def _organ_doses(organ: Organ, setting: Setting) -> OrganDoses | None:
    own = _samples(organ.structure, organ.course, setting)
    if own is None:
        return None
    way = setting.alignments.get(organ.course.id)
    if organ.origin == "own anatomy" or way is None:
        samples = own
        mapped = tuple(
            doses_on_points(one.dose, own)
            for one in setting.courses
            if one.dose is not None and one.course.frame == organ.course.frame
        )
    else:
        samples = _carried(own, way.transform.inverse())
        mapped = tuple(
            doses_on_points(seen_from(one.dose, setting.alignments[one.course.id].transform), samples)
            for one in setting.courses
            if one.dose is not None and one.course.id in setting.alignments
        )
    return OrganDoses(
        samples=samples,
        mapped=mapped,
        native=_native(organ, setting),
        carried=_carried_natives(organ, setting),
        courses=tuple(one.course.id for one in setting.courses if one.dose is not None),
        unconverted=_unconverted(organ, samples, setting),
    )


def _unconverted(organ: Organ, samples: StructureSamples, setting: Setting) -> dict[str, UnconvertedDose]:
    """Courses with a dose but no number of fractions, on the mapped organ, else on their own delineation."""
    found = {}
    for one in setting.courses:
        if one.dose is not None or not one.grids or one.course.undecided:
            continue
        way = setting.alignments.get(one.course.id)
        own = organ.native.get(one.course.id)
        if way is not None and samples.frame == way.transform.from_frame:
            on, there = samples, way.transform
        elif own is not None and (drawn := _samples(own, one.course, setting)) is not None:
            on, there = drawn, Affine.identity(drawn.frame)
        else:
            continue
        fields = [MappedField(field=each, transform=there) for each in one.grids.values()]
        found[one.course.id] = UnconvertedDose(
            points_gy=np.sum([each.sample(on.points_mm).low for each in fields], axis=0),
            extremes_gy=np.sum([each.sample(on.extreme_points_mm).low for each in fields], axis=0),
            volumes_cm3=on.volumes_cm3,
        )
    return found


def _native(organ: Organ, setting: Setting) -> dict[str, CourseOnOrgan]:
    native = {}
    for one in setting.courses:
        structure = organ.native.get(one.course.id)
        if one.dose is None or structure is None or structure is organ.structure:
            continue
        try:
            samples = _samples(structure, one.course, setting)
        except InputError:
            samples = None
        if samples is not None:
            native[one.course.id] = doses_on_points(one.dose, samples)
    return native


def _carried_natives(organ: Organ, setting: Setting) -> dict[str, StructureSamples]:
    carried = {}
    for course, structure in organ.native.items():
        way = setting.alignments.get(course)
        samples = setting.samples.get(_sample_key(structure))
        if course != organ.course.id and way is not None and samples is not None:
            carried[course] = _carried(samples, way.transform.inverse())
    return carried


def _sample_key(structure: Structure) -> str:
    return f"{structure.frame}|{structure.number}|{structure.name}|{id(structure)}"


def _carried(samples: StructureSamples, transform: Transform) -> StructureSamples:
    """Samples of one frame as samples of another; volumes scale with the transform."""
    if transform.from_frame == transform.to_frame:
        return samples
    scale = 1.0 if transform.is_rigid else np.abs(transform.volume_ratios(samples.points_mm))
    return StructureSamples(
        frame=transform.to_frame,
        points_mm=transform.apply(samples.points_mm, frame=samples.frame),
        volumes_cm3=samples.volumes_cm3 * scale,
        extreme_points_mm=transform.apply(samples.extreme_points_mm, frame=samples.frame),
        second_half=samples.second_half,
        model=samples.model,
    )


def _header(organ: Organ, choice: AlphaBetaChoice, setting: Setting) -> dict[str, object]:
    return {
        "name": organ.structure.name,
        "tg263": organ.structure.tg263,
        "kind": organ.structure.kind,
        "origin": organ.origin,
        "origin_course": organ.course.id,
        "alpha_beta_gy": choice.value_gy,
        "alpha_beta_basis": choice.basis,
        "alpha_beta_range_gy": choice.range_gy,
        "alpha_beta_source": choice.source,
        "lower_bound": not setting.complete,
    }


def _empty(organ: Organ, choice: AlphaBetaChoice, setting: Setting) -> StructureResult:
    return StructureResult.model_validate(
        {**_header(organ, choice, setting), "volume_cm3": None, "outside_grid_cm3": None}
    )


def _result(
    organ: Organ, choice: AlphaBetaChoice, doses: OrganDoses, setting: Setting
) -> tuple[StructureResult, StructureCurves | None]:
    volumes = doses.samples.volumes_cm3
    uncovered = np.zeros(len(volumes), dtype=np.bool_)
    for on in doses.mapped:
        uncovered |= ~on.inside
    values = {
        **_header(organ, choice, setting),
        "volume_cm3": round(float(volumes.sum()), 6),
        "outside_grid_cm3": round(float(volumes[uncovered].sum()), 6),
        "courses": course_doses(doses, choice.value_gy),
    }
    if choice.value_gy is None:
        return StructureResult.model_validate(values), None
    values["point_sum"] = point_sum(
        doses, choice.value_gy, complete=setting.complete, concurrent=setting.order_unknown
    )
    if not setting.refused and organ.origin != "own anatomy" and doses.mapped:
        values |= _three_dimensional(choice, doses, setting)
    return StructureResult.model_validate(values), _curves(organ, choice.value_gy, doses, setting)


def _three_dimensional(choice: AlphaBetaChoice, doses: OrganDoses, setting: Setting) -> dict[str, object]:
    assert choice.value_gy is not None  # noqa: S101  (the caller has asked)
    low, high = _both(doses, choice.value_gy, frozenset())
    sampled = eqd2_on_organ(doses.mapped, choice.value_gy, concurrent=frozenset())
    values: dict[str, object] = {
        "cumulative": low,
        "cumulative_upper": high,
        "metrics_error": metrics_error(sampled.low[: len(doses.samples.volumes_cm3)], doses.samples),
        "printed_as_range": bounds(low, high),
    }
    if setting.order_unknown:
        values["concurrent"] = _both(doses, choice.value_gy, setting.order_unknown)[0]
    if choice.alternative_gy is not None:
        other = _both(doses, choice.alternative_gy, frozenset())[0]
        values["alternative"] = Alternative(
            **other.model_dump(by_alias=True), alpha_beta_gy=choice.alternative_gy
        )
    values["envelope"] = envelope(doses, setting.shifted, choice.value_gy)
    return values


def _both(doses: OrganDoses, alpha_beta_gy: float, concurrent: frozenset[str]) -> tuple[Metrics, Metrics]:
    volumes = doses.samples.volumes_cm3
    n = len(volumes)
    interval = eqd2_on_organ(doses.mapped, alpha_beta_gy, concurrent=concurrent)
    low = metrics(interval.low[:n], interval.low[n:], volumes)
    if np.array_equal(interval.low, interval.high):
        return low, low
    return low, metrics(interval.high[:n], interval.high[n:], volumes)


def _curves(organ: Organ, alpha_beta_gy: float, doses: OrganDoses, setting: Setting) -> StructureCurves:
    volumes = doses.samples.volumes_cm3
    n = len(volumes)

    def curve(course: str, dose_gy: FloatArray) -> DvhCurve:
        found = thinned(dose_gy[:n], volumes)
        return DvhCurve(
            course=course,
            dose_gy=found.dose_gy,
            volume_percent=100.0 * found.volume_cm3 / float(volumes.sum()),
        )

    curves = [curve(on.id, on.eqd2(alpha_beta_gy).low) for on in doses.mapped]
    if not setting.refused and organ.origin != "own anatomy" and doses.mapped:
        interval = eqd2_on_organ(doses.mapped, alpha_beta_gy, concurrent=frozenset())
        curves.append(curve("cumulative", interval.low))
        if not np.array_equal(interval.low, interval.high):
            curves.append(curve("cumulative_upper", interval.high))
    return StructureCurves(structure=organ.structure.name, curves=tuple(curves))
