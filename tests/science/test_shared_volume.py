"""The volume two courses share, against closed forms: the lens of two balls, the common part of two boxes."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graybook.files.clinical_settings import ClinicalSetting
from graybook.geometry.arrays import FloatArray
from graybook.report.result import SharedVolumeResult
from graybook.workflow.cumulative import assess
from graybook.workflow.person.clinical import clinical_result
from phantoms import PhantomRegistration, rotation, write_phantom
from phantoms.doses import DoseFunction, uniform
from rules.patients import course, plan, result_of, state

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)
WIDE: dict[str, Any] = {"extent_mm": (50.0, 40.0, 40.0), "spacing_mm": (2.5, 2.5, 2.5)}


def cone(peak_gy: float, x_mm: float, reach_mm: float) -> DoseFunction:
    """A dose that falls in a straight line from a point, to nothing at ``reach_mm``: its isodoses are balls."""

    def dose(points: FloatArray) -> FloatArray:
        far = np.linalg.norm(points - np.array([x_mm, 0.0, 0.0]), axis=1)
        return np.maximum(0.0, peak_gy * (1 - far / reach_mm))

    return dose


def lens_cm3(first_mm: float, second_mm: float, apart_mm: float) -> float:
    """Common volume of two balls (the two caps cut by the plane of their circle). [cm³]"""
    if apart_mm >= first_mm + second_mm:
        return 0.0
    at = (apart_mm**2 + first_mm**2 - second_mm**2) / (2 * apart_mm)
    caps = (first_mm - at, second_mm - (apart_mm - at))
    return (
        sum(math.pi * h**2 * (3 * r - h) / 3 for h, r in zip(caps, (first_mm, second_mm), strict=True)) / 1e3
    )


def shared(folder: Path, **said: Any) -> SharedVolumeResult:
    """The one pair of an assessment."""
    (pair,) = result_of(folder, **said).clinical.reirradiation.pairs
    return pair


def two_balls(folder: Path, apart_mm: float, **said: Any) -> Path:
    """Half of the prescription at 20 mm from the middle (old) and at 15 mm (new)."""
    old = course("old", OLD, plan(50, 25, dose_gy=cone(50, -apart_mm / 2, 40.0)), **{**WIDE, **said})
    new = course("new", NEW, plan(30, 10, dose_gy=cone(30, apart_mm / 2, 30.0)), **WIDE)
    return write_phantom(folder, [old, new])


def from_the_grid_cm3(apart_mm: float, voxel_mm: float = 2.5) -> float:
    """
    What linear interpolation on voxels of h may take from the lens of balls of 20 and 15 mm. [cm³]

    The distance from a point curves by 1/r along two directions, so its interpolation is at most 2 h²/8r too long; times the
    area 2πrc of a cap of height c that is πh²c/2, and both caps together are as high as the balls reach into each other.
    """
    return math.pi * voxel_mm**2 / 2 * (35.0 - apart_mm) / 1e3


@pytest.mark.parametrize("apart_mm", [12.0, 20.0, 27.5])
def test_the_lens_of_two_balls(tmp_path: Path, apart_mm: float) -> None:
    """Isodoses of 20 and 15 mm radius: their lens within what the voxels take; the error of sampling is stated and small."""
    pair = shared(two_balls(tmp_path, apart_mm))
    assert pair.overlap
    assert pair.overlap_cm3 == pytest.approx(lens_cm3(20.0, 15.0, apart_mm), abs=from_the_grid_cm3(apart_mm))
    assert pair.overlap_error_cm3 is not None
    assert 0.0 < pair.overlap_error_cm3 < 0.05
    assert pair.isodose == "50 % of each prescription"
    assert pair.interval_days == (NEW - OLD).days - 32  # 25 sessions at five a week


def test_balls_that_do_not_meet(tmp_path: Path) -> None:
    """36 mm apart the radii do not reach: no overlap, 0 cm³."""
    pair = shared(two_balls(tmp_path, 36.0))
    assert (pair.overlap, pair.overlap_cm3) == (False, 0.0)


def test_the_lens_on_a_turned_grid(tmp_path: Path) -> None:
    """The earlier dose on a grid turned by 30 degrees about an oblique axis: the same lens."""
    axes = rotation((1.0, 2.0, 0.5), 30.0)[:3, :3]
    pair = shared(two_balls(tmp_path, 20.0, axes=axes, extent_mm=(60.0, 60.0, 60.0)))
    assert pair.overlap_cm3 == pytest.approx(lens_cm3(20.0, 15.0, 20.0), abs=from_the_grid_cm3(20.0))


def test_the_lens_through_a_registration(tmp_path: Path) -> None:
    """The earlier course in a frame of its own, turned and shifted, linked by a registration: the same lens."""
    matrix = rotation((0.2, 1.0, 0.4), 25.0, (7.0, -11.0, 5.0))
    back = np.linalg.inv(matrix)
    centre = matrix[:3, :3] @ np.array([-10.0, 0.0, 0.0]) + matrix[:3, 3]
    said = {**WIDE, "extent_mm": (60.0, 60.0, 60.0), "frame": ""}

    def there(points: FloatArray) -> FloatArray:
        return cone(50, -10.0, 40.0)(points @ back[:3, :3].T + back[:3, 3])

    old = course("old", OLD, plan(50, 25, dose_gy=there), **{**said, "centre_mm": tuple(centre)})
    new = course("new", NEW, plan(30, 10, dose_gy=cone(30, 10.0, 30.0)), **WIDE)
    link = PhantomRegistration(from_course=new, to_course=old, matrix=matrix)
    pair = shared(write_phantom(tmp_path, [old, new], registrations=[link]), register="never")
    assert pair.overlap_cm3 == pytest.approx(lens_cm3(20.0, 15.0, 20.0), abs=from_the_grid_cm3(20.0))


def slab(peak_gy: float, x_mm: float) -> DoseFunction:
    """A dose that falls by 1 Gy for 1 mm to either side of a plane: its isodoses are slabs."""
    return lambda points: np.maximum(0.0, peak_gy - np.abs(points[:, 0] - x_mm))


def test_what_goes_on_beyond_the_grid_has_no_volume(tmp_path: Path) -> None:
    """Slabs that meet and leave the dose grid at its sides: an overlap, and no figure for its volume."""
    old = course("old", OLD, plan(20, 10, dose_gy=slab(20, 0.0)), **WIDE)
    new = course("new", NEW, plan(20, 10, dose_gy=slab(20, 5.0)), **WIDE)
    pair = shared(write_phantom(tmp_path, [old, new]))
    assert (pair.overlap, pair.overlap_cm3, pair.overlap_error_cm3) == (True, None, None)


@pytest.mark.rule(9)
@pytest.mark.parametrize(("low_gy", "overlap"), [(5.0, False), (30.0, None)])
def test_outside_the_earlier_grid_is_not_unirradiated(
    tmp_path: Path, low_gy: float, overlap: bool | None
) -> None:
    """Today's ball lies outside the earlier grid: where its nearest face carries the isodose of 25 Gy nobody knows."""
    middle = {"extent_mm": (10.0, 10.0, 10.0), "spacing_mm": (2.5, 2.5, 2.5), "centre_mm": (-35.0, 0.0, 0.0)}
    old = course("old", OLD, plan(50, 25, dose_gy=uniform(low_gy)), structures=[], **middle)
    new = course("new", NEW, plan(30, 10, dose_gy=cone(30, 10.0, 30.0)), **WIDE)
    pair = shared(write_phantom(tmp_path, [old, new]))
    assert pair.overlap is overlap


def test_two_lesions_of_one_course_keep_their_own_isodose(tmp_path: Path) -> None:
    """Earlier course of two lesions, 20 Gy each, apart: today's ball meets the half-dose ball of one of them.

    Half of both prescriptions added would be 20 Gy, reached at one point only. Balls of 10 mm (old) and 15 mm (new), 15 mm apart.
    """
    plans = [plan(20, 5, "A", dose_gy=cone(20, -30.0, 20.0)), plan(20, 5, "B", dose_gy=cone(20, 25.0, 20.0))]
    old = course("old", OLD, *plans, **WIDE)
    new = course("new", NEW, plan(30, 10, dose_gy=cone(30, 10.0, 30.0)), **WIDE)
    pair = shared(
        state(write_phantom(tmp_path, [old, new]), f'[[course]]\ncourse = "{OLD}"\nsequential = true')
    )
    tolerance = math.pi * 2.5**2 / 2 * 10.0 / 1e3
    assert pair.overlap_cm3 == pytest.approx(lens_cm3(10.0, 15.0, 15.0), abs=tolerance)


def test_a_boost_belongs_to_what_it_boosts(tmp_path: Path) -> None:
    """40 Gy in 20 and a boost of 20 Gy in 10 to one place, all in cones of 40 mm: half of 60 Gy is reached at 20 mm."""
    plans = [
        plan(40, 20, "A", dose_gy=cone(40, -10.0, 40.0)),
        plan(20, 10, "B", dose_gy=cone(20, -10.0, 40.0)),
    ]
    old = course("old", OLD, *plans, **WIDE)
    new = course("new", NEW, plan(30, 10, dose_gy=cone(30, 10.0, 30.0)), **WIDE)
    pair = shared(
        state(write_phantom(tmp_path, [old, new]), f'[[course]]\ncourse = "{OLD}"\nsequential = true')
    )
    assert pair.overlap_cm3 == pytest.approx(lens_cm3(20.0, 15.0, 20.0), abs=from_the_grid_cm3(20.0))


def test_another_isodose(tmp_path: Path) -> None:
    """At 75 % the balls are of 10 and 7.5 mm; at 20 Gy EQD2 of α/β 3 each is where its own fractions give that."""
    folder = two_balls(tmp_path, 12.0)
    seen = assess(folder)
    reference = next(
        one.course for one in seen.setting.courses if one.course.id == seen.result.reference_course
    )
    stated = ClinicalSetting()
    at = clinical_result(
        stated, reference, seen.setting.courses, seen.setting.alignments, overlap_percent=75.0
    )
    (pair,) = at.reirradiation.pairs
    assert pair.isodose == "75 % of each prescription"
    assert pair.overlap_cm3 == pytest.approx(lens_cm3(10.0, 7.5, 12.0), abs=math.pi * 2.5**2 / 2 * 5.5 / 1e3)
    at = clinical_result(stated, reference, seen.setting.courses, seen.setting.alignments, overlap_gy=20.0)
    (pair,) = at.reirradiation.pairs
    radii = [reach * (1 - _physical(20.0, n) / peak) for peak, n, reach in ((50, 25, 40.0), (30, 10, 30.0))]
    reached = radii[0] + radii[1] - 12.0
    assert pair.isodose == "20 Gy EQD2 (α/β 3 Gy)"
    assert pair.overlap_cm3 == pytest.approx(
        lens_cm3(radii[0], radii[1], 12.0), abs=math.pi * 2.5**2 / 2 * reached / 1e3
    )


def _physical(eqd2_gy: float, fractions: int) -> float:
    """The dose D in n fractions with D (D/n + 3) / 5 = EQD2. [Gy]"""
    return (math.sqrt((3 * fractions) ** 2 + 4 * fractions * 5 * eqd2_gy) - 3 * fractions) / 2
