"""Two courses on spheres in linear gradients, one in a rotated frame with a Spatial Registration, against the closed form.

For a sphere of radius R in a dose D(t) = a + b t along t, EQD2 = D (D/n + α/β) / (2 + α/β) is a polynomial in t; with both
gradients along one axis the sum is monotone in t, so D_v is the sum at the cap height of volume v, D50 the sum at the centre,
and the mean follows from <t> = 0 and <t²> = R²/5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graybook.geometry.arrays import FloatArray
from graybook.workflow.cumulative import assess
from phantoms.course import PhantomCourse, PhantomPlan, PhantomRegistration, PhantomStructure
from phantoms.doses import linear, moved
from phantoms.folder import write_phantom
from phantoms.shapes import rotation, sphere

RADIUS_MM = 15.0
CENTRE = (3.0, -4.0, 6.5)
ALPHA_BETA_GY = 2.0


@dataclass(frozen=True)
class Linear:
    """One course: dose at the sphere's centre, slope per mm relative to it, fractions."""

    centre_gy: float
    slope: float
    fractions: int

    def eqd2_gy(self, t_mm: float) -> float:
        """EQD2 at the distance t from the centre along the gradient."""
        dose = self.centre_gy * (1 + self.slope * t_mm)
        return dose * (dose / self.fractions + ALPHA_BETA_GY) / (2 + ALPHA_BETA_GY)

    def mean_gy(self) -> float:
        """Mean EQD2 over the sphere."""
        second = self.centre_gy**2 * (1 + self.slope**2 * RADIUS_MM**2 / 5)
        return (second / self.fractions + ALPHA_BETA_GY * self.centre_gy) / (2 + ALPHA_BETA_GY)


def cap_height_mm(volume_cm3: float) -> float:
    """Height h of the cap of this volume: π h² (R - h/3)."""
    roots = np.roots([-np.pi / 3, np.pi * RADIUS_MM, 0.0, -1000.0 * volume_cm3])
    return float(min(root.real for root in roots if abs(root.imag) < 1e-9 and 0 < root.real < 2 * RADIUS_MM))


def dose_along(course: Linear, axis: tuple[float, float, float]) -> object:
    """The dose as a function of points: a plane wave along ``axis`` through the sphere's centre."""
    unit = np.asarray(axis) / np.linalg.norm(axis)
    gradient = course.centre_gy * course.slope * unit
    return linear(course.centre_gy - float(gradient @ np.asarray(CENTRE)), gradient)


def folder_with(
    tmp_path: Path, first: Linear, second: Linear, axis: tuple[float, float, float], slice_mm: float
) -> Path:
    """Course one in a frame turned and shifted against course two, its registration beside it."""
    to_first: FloatArray = rotation((1.0, 2.0, 3.0), 25.0, (12.0, -7.0, 9.0))
    back = np.linalg.inv(to_first)
    centre_in_first = tuple(to_first[:3, :3] @ np.asarray(CENTRE) + to_first[:3, 3])
    old = PhantomCourse(
        name="old",
        day=date(2019, 3, 4),
        plans=(plan("OLD", first, moved(dose_along(first, axis), back)),),
        structures=(organ(centre_in_first, slice_mm),),
        centre_mm=centre_in_first,
        extent_mm=(45.0, 45.0, 45.0),
        image=False,
    )
    new = PhantomCourse(
        name="new",
        day=date(2026, 3, 4),
        plans=(plan("NEW", second, dose_along(second, axis)),),
        structures=(organ(CENTRE, slice_mm),),
        centre_mm=CENTRE,
        extent_mm=(45.0, 45.0, 45.0),
        image=False,
    )
    write_phantom(tmp_path, [old, new], [PhantomRegistration(from_course=old, to_course=new, matrix=back)])
    return tmp_path


def organ(centre: tuple[float, ...], slice_mm: float) -> PhantomStructure:
    """A ball drawn on axial slices."""
    x, y, z = centre
    return PhantomStructure(name="SpinalCord", shape=sphere((x, y, z), RADIUS_MM), slice_mm=slice_mm)


def plan(label: str, course: Linear, dose: object) -> PhantomPlan:
    """An approved plan; 32 bits, so that the file's rounding is no part of the comparison."""
    return PhantomPlan(
        label=label,
        dose_gy=dose,  # type: ignore[arg-type]
        fractions=course.fractions,
        prescription_gy=course.centre_gy,
        bits=32,
    )


AXES = [(0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (1.0, -2.0, 2.0)]


@pytest.mark.parametrize("slice_mm", [1.0, 3.0])
@pytest.mark.parametrize("axis", AXES)
def test_one_percent_per_millimetre(
    tmp_path: Path, axis: tuple[float, float, float], slice_mm: float
) -> None:
    """Mean, D0.1cc, D2cc and D50 of the sum within 0.5 % of the closed form at 1 %/mm."""
    first, second = Linear(40.0, 0.01, 20), Linear(30.0, 0.01, 5)
    result = assess(folder_with(tmp_path, first, second, axis, slice_mm)).result
    cumulative = next(one for one in result.structures if one.tg263 == "SpinalCord").cumulative

    def truth(t_mm: float) -> float:
        return first.eqd2_gy(t_mm) + second.eqd2_gy(t_mm)

    assert cumulative.mean_gy == pytest.approx(first.mean_gy() + second.mean_gy(), rel=0.005)
    assert cumulative.d50_gy == pytest.approx(truth(0.0), rel=0.005)
    assert cumulative.d0_1cc_gy == pytest.approx(truth(RADIUS_MM - cap_height_mm(0.1)), rel=0.005)
    assert cumulative.d2cc_gy == pytest.approx(truth(RADIUS_MM - cap_height_mm(2.0)), rel=0.005)
    assert cumulative.max_gy == pytest.approx(truth(RADIUS_MM), rel=0.005)


@pytest.mark.parametrize("slice_mm", [1.0, 3.0])
@pytest.mark.parametrize("axis", AXES)
def test_five_percent_per_millimetre(
    tmp_path: Path, axis: tuple[float, float, float], slice_mm: float
) -> None:
    """D0.1cc of the sum within 1 % of the closed form at 5 %/mm."""
    first, second = Linear(40.0, 0.05, 20), Linear(30.0, 0.05, 5)
    result = assess(folder_with(tmp_path, first, second, axis, slice_mm)).result
    cumulative = next(one for one in result.structures if one.tg263 == "SpinalCord").cumulative
    t_mm = RADIUS_MM - cap_height_mm(0.1)
    assert cumulative.d0_1cc_gy == pytest.approx(first.eqd2_gy(t_mm) + second.eqd2_gy(t_mm), rel=0.01)


@pytest.mark.rule(10)
def test_bound_and_customary_of_the_phantom(tmp_path: Path) -> None:
    """On its own anatomy each course has the closed form's near-maximum: customary at 0.03 cm³ each, bound at 0.015 cm³ each."""
    first, second = Linear(40.0, 0.01, 20), Linear(30.0, 0.01, 5)
    result = assess(folder_with(tmp_path, first, second, (0.0, 0.0, 1.0), 1.0)).result
    point_sum = next(one for one in result.structures if one.tg263 == "SpinalCord").point_sum

    def near(volume_cm3: float) -> float:
        t_mm = RADIUS_MM - cap_height_mm(volume_cm3)
        return first.eqd2_gy(t_mm) + second.eqd2_gy(t_mm)

    assert point_sum.customary_d0_03cc_gy == pytest.approx(near(0.03), rel=0.005)
    assert point_sum.bound_d0_03cc_gy == pytest.approx(near(0.015), rel=0.005)
    assert point_sum.bound_d0_1cc_gy == pytest.approx(near(0.05), rel=0.005)
    assert point_sum.max_sum_gy == pytest.approx(
        first.eqd2_gy(RADIUS_MM) + second.eqd2_gy(RADIUS_MM), rel=0.005
    )
