"""Illustrations: the result and what it was computed from come in; curves, planes and the organs' order go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.accumulation.equieffective import EquieffectiveField
from graybook.geometry import Grid
from graybook.geometry.arrays import FloatArray
from graybook.record import Course
from graybook.record.alignment import Use
from graybook.report.material import AlignedCourse, Material, Plane
from graybook.report.result import Result, StructureResult
from graybook.workflow.alignment.alignments import CourseAlignment
from graybook.workflow.alignment.anatomy import Organ
from graybook.workflow.alignment.course_registration import Registrar
from graybook.workflow.alignment.pair import Pair
from graybook.workflow.alignment.planes import planes_of
from graybook.workflow.alignment.results import method_of
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.samples import Setting
from graybook.workflow.person.pictures import planes_through

__all__ = ["material_of", "reference_grid"]


def material_of(
    result: Result,
    setting: Setting,
    organs: Sequence[Organ],
    assessed: Sequence[AssessedOrgan],
    total: EquieffectiveField | None,
    aligned: Sequence[CourseAlignment] = (),
    registrar: Registrar | None = None,
) -> Material:
    """The result with its curves, its planes, the order of its organs and the planes of its alignments."""
    ranking = _ranking(result.structures)
    curves = tuple(one.curves for one in assessed if one.curves is not None)
    point = _centre(ranking, assessed, setting)
    planes: tuple[Plane, ...] = ()
    if point is not None:
        shown = [organ.structure for organ in organs if organ.origin == "reference"]
        grid = reference_grid(setting)
        planes = planes_through(
            point, reference=setting.reference, dose=total, dose_grid=grid, structures=shown
        )
    return Material(
        result=result,
        curves=curves,
        planes=planes,
        ranking=ranking,
        alignments=() if registrar is None else tuple(_aligned(aligned, registrar, point)),
    )


def _aligned(
    aligned: Sequence[CourseAlignment], registrar: Registrar, point: FloatArray | None
) -> Iterator[AlignedCourse]:
    """The planes of every alignment between two frames, through the hottest point of the most loaded organ."""
    fixed = registrar.volume(registrar.reference)
    for one in aligned:
        if one.alignment is None or one.how not in ("registration", "computed") or fixed is None:
            continue
        moving = registrar.volume(one.course)
        if moving is None:
            continue
        names = [_named(course) for course in (registrar.reference, one.course)]
        pair = Pair(fixed=fixed, moving=moving, fixed_name=names[0], moving_name=names[1])
        pictures = planes_of(
            pair,
            one.alignment,
            centre_mm=point,
            method=method_of(one.alignment),
            computed=one.how == "computed",
        )
        yield AlignedCourse(course=one.course.id, pictures=pictures)


def _named(course: Course) -> str:
    return ", ".join(part for part in (course.label, str(course.start_date or "")) if part)


def _ranking(structures: Sequence[StructureResult]) -> tuple[str, ...]:
    """Organs, the most loaded first, by cumulative D0.03cc; by the point sum without one, or where it may not be judged by."""

    def load(one: StructureResult) -> float:
        summed, points = one.cumulative.d0_03cc_gy, one.point_sum.customary_d0_03cc_gy
        first = (points, summed) if one.use == Use.POINTS else (summed, points)
        for value in (*first, one.cumulative.max_gy):
            if value is not None:
                return value
        return -1.0

    judged = [one for one in structures if one.kind in ("organ", "other") and load(one) >= 0]
    return tuple(one.name for one in sorted(judged, key=lambda one: (-load(one), one.name)))


def _centre(
    ranking: Sequence[str],
    assessed: Sequence[AssessedOrgan],
    setting: Setting,
) -> FloatArray | None:
    """The hottest sample of the most loaded organ, in the reference frame."""
    hottest = {
        one.result.name: one.hottest_mm
        for one in assessed
        if one.result is not None and one.frame == setting.reference.frame
    }
    for name in ranking:
        if hottest.get(name) is not None:
            return hottest[name]
    return next((point for point in hottest.values() if point is not None), None)


def reference_grid(setting: Setting) -> Grid | None:
    """The dose grid of the reference course's first phase that counts; None without one."""
    for one in setting.courses:
        if one.course.id == setting.reference.id and one.grids:
            return next(iter(one.grids.values())).grid
    return None
