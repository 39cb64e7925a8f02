"""Within the organ (rule 10c): an organ and how far each course may lie off come in; the highest sum of organ on organ goes out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graybook.accumulation.within_organ import MovedDose, near_maxima_within_organ_gy
from graybook.geometry.arrays import FloatArray
from graybook.units import rounded_gy
from graybook.workflow.organs.dose import CourseOnOrgan
from graybook.workflow.organs.result import OrganDoses
from graybook.workflow.organs.shifted_doses import Shift

__all__ = ["within_organ"]


def within_organ(organ: OrganDoses, shifts: Sequence[Shift], alpha_beta_gy: float) -> dict[str, float | None]:
    """
    Near-maxima and maximum when each earlier course's dose at a point may be any within its shift that lies in the organ as that
    course drew it; no dose comes from outside the organ, so a target beside it is not drawn in. EQD2 [Gy]

    Where no point of the earlier delineation lies so near, the course counts there as it is mapped. A course that did not draw
    the organ is searched within the delineation that stands for the union.

    Parameters
    ----------
    organ
        With every course on it.
    shifts
        How far each course may lie off at the organ.
    alpha_beta_gy
        Of the organ. [Gy]
    """
    if not shifts:
        return {}
    samples, by_course = organ.samples, {one.course.dose.id: one for one in shifts}
    points = np.concatenate([samples.points_mm, samples.extreme_points_mm])
    fixed, moved = np.zeros(len(points)), []
    for on in organ.mapped:
        if on.id in by_course:
            moved.append(_moved(organ, on, by_course[on.id].mm, points, alpha_beta_gy))
        else:
            fixed += on.eqd2(alpha_beta_gy).high
    volumes = np.concatenate([samples.volumes_cm3, np.zeros(len(samples.extreme_points_mm))])
    near, highest = near_maxima_within_organ_gy(fixed, moved, points, volumes, (0.03, 0.1))
    return {
        "within_organ_d0_03cc_gy": rounded_gy(near[0]),
        "within_organ_d0_1cc_gy": rounded_gy(near[1]),
        "within_organ_max_gy": rounded_gy(highest),
    }


def _moved(
    organ: OrganDoses, on: CourseOnOrgan, shift_mm: float, points_mm: FloatArray, alpha_beta_gy: float
) -> MovedDose:
    """One course on the organ as it drew it, else on the delineation that stands for the union."""
    here_gy = on.eqd2(alpha_beta_gy).high
    carried, native = organ.carried.get(on.id), organ.native.get(on.id)
    if carried is None or native is None:
        return MovedDose(organ_mm=points_mm, organ_gy=here_gy, distance_mm=shift_mm, here_gy=here_gy)
    return MovedDose(
        organ_mm=np.concatenate([carried.points_mm, carried.extreme_points_mm]),
        organ_gy=native.eqd2(alpha_beta_gy).high,
        distance_mm=shift_mm,
        here_gy=here_gy,
    )
