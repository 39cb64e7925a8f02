"""Rule 10: hot spots that may or may not meet come in; customary sum, bound and shift envelope go out, none for another."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.report.result import Result
from phantoms import box, gaussian, linear, write_phantom
from phantoms.doses import DoseFunction
from rules.patients import codes, course, eqd2, organ, plan, result_of, run, state, structure

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)


def _spot(x_mm: float) -> DoseFunction:
    """45 Gy in a cuboid of 2 x 2 x 4 mm about x, 5 Gy elsewhere."""

    def dose(points: FloatArray) -> FloatArray:
        inside = np.all(
            np.abs(points - np.array([x_mm, 0.0, 0.0])) <= np.array([1.0, 1.0, 2.0]) + 1e-6, axis=1
        )
        return np.where(inside, 45.0, 5.0)

    return dose


def _spots(folder: Path, first_x: float, second_x: float) -> Path:
    organ_box = structure("SpinalCord", box((-8.0, -4.0, -4.0), (8.0, 4.0, 4.0)), slice_mm=0.5)
    said: dict[str, Any] = {
        "structures": [organ_box],
        "extent_mm": (11.0, 7.0, 7.0),
        "spacing_mm": (0.5, 0.5, 0.5),
    }
    plans = [plan(45, 20, "A", dose_gy=_spot(first_x)), plan(45, 20, "B", dose_gy=_spot(second_x))]
    return write_phantom(folder, [course("old", OLD, plans[0], **said), course("new", NEW, plans[1], **said)])


@pytest.mark.rule(10)
def test_separate_spots_exceed_the_customary_sum(tmp_path: Path) -> None:
    """Two separate spots of 0.016 cm³: together they fill 0.03 cm³, so the truth exceeds the customary sum, never the bound."""
    cord = organ(result_of(_spots(tmp_path, -5.0, 5.0)))
    truth, points = cord.cumulative, cord.point_sum
    assert truth.d0_03cc_gy is not None
    assert points.customary_d0_03cc_gy is not None
    assert points.bound_d0_03cc_gy is not None
    assert truth.d0_03cc_gy > 0.95 * (eqd2(45, 20) + eqd2(5, 20))
    assert points.customary_d0_03cc_gy < truth.d0_03cc_gy - 5.0
    assert points.bound_d0_03cc_gy >= truth.d0_03cc_gy
    assert points.max_sum_gy == pytest.approx(2 * eqd2(45, 20), rel=1e-4)


@pytest.mark.rule(10)
def test_meeting_spots_reach_the_bound(tmp_path: Path) -> None:
    """Both spots in one place: the maximum is the sum of maxima."""
    cord = organ(result_of(_spots(tmp_path, 2.0, 2.0)))
    assert cord.cumulative.max_gy == pytest.approx(2 * eqd2(45, 20), rel=1e-4)
    assert cord.point_sum.max_sum_gy == pytest.approx(2 * eqd2(45, 20), rel=1e-4)


@pytest.mark.rule(10)
def test_names_of_the_volumes(tmp_path: Path) -> None:
    """result.json names v in every near-maximum key: 0.03 and 0.1 cm³; no bare "near_max"."""
    write_phantom(tmp_path, [course("new", NEW, plan(50, 25))])
    (cord,) = result_of(tmp_path).model_dump(mode="json", by_alias=True)["structures"]
    assert {"customary_d0.03cc_gy", "bound_d0.03cc_gy", "bound_d0.1cc_gy", "max_sum_gy"} <= set(
        cord["point_sum"]
    )
    assert {"shift_mm", "inside_only", "d0.03cc_gy"} <= set(cord["envelope"])
    keys = {"mean_gy", "min_gy", "max_gy", "d0.03cc_gy", "d0.1cc_gy", "d2cc_gy", "d50_gy"}
    assert set(cord["cumulative"]) == set(cord["cumulative_upper"]) == keys


@pytest.mark.rule(10)
def test_the_assumed_shift(tmp_path: Path) -> None:
    """No alignment states its error: 3 mm, assumed, said; a uniform old dose moves nothing."""
    write_phantom(tmp_path, [course("old", OLD, plan(30, 15)), course("new", NEW, plan(50, 25))])
    result = result_of(tmp_path)
    envelope = organ(result).envelope
    assert envelope is not None
    assert (envelope.shift_mm, envelope.assumed) == (3.0, True)
    assert envelope.d0_03cc_gy == (80.0, 80.0)
    assert not envelope.inside_only
    assert "shift_assumed" in codes(result)


@pytest.mark.rule(10)
def test_a_gradient_that_may_slip(tmp_path: Path) -> None:
    """Old dose 40 + x Gy in 20, today uniform: moved 3 mm along x the highest is the EQD2 3 mm further up and down.

    A slab of 2 cm: D0.03cc lies at x = 10 - 30/400 mm of a box with 400 mm² cross-section.
    """
    old = course(
        "old",
        OLD,
        plan(40, 20, dose_gy=linear(40.0, (1.0, 0.0, 0.0))),
        structures=[structure("SpinalCord", slice_mm=1.0)],
    )
    new = course("new", NEW, plan(20, 10), structures=[structure("SpinalCord", slice_mm=1.0)])
    write_phantom(tmp_path, [old, new])
    cord = organ(result_of(tmp_path))
    assert cord.envelope is not None
    assert cord.envelope.d0_03cc_gy is not None
    low, high = cord.envelope.d0_03cc_gy
    at = 10 - 30 / 400
    assert cord.cumulative.d0_03cc_gy == pytest.approx(eqd2(40 + at, 20) + 20, rel=0.005)
    assert high == pytest.approx(eqd2(43 + at, 20) + 20, rel=0.005)
    assert low == pytest.approx(eqd2(37 + at, 20) + 20, rel=0.005)


@pytest.mark.rule(10)
def test_the_bound_holds_when_phases_were_concurrent(tmp_path: Path) -> None:
    """25/25 + 25/25 of unknown order may be 50.0 (rule 2): a bound that may not be exceeded is at least that."""
    write_phantom(tmp_path, [course("new", NEW, plan(25, 25, "A"), plan(25, 25, "B"))])
    points = organ(result_of(tmp_path)).point_sum
    assert points.bound_d0_03cc_gy == pytest.approx(50.0)
    assert points.max_sum_gy == pytest.approx(50.0)


@pytest.mark.rule(10)
def test_the_bound_takes_each_course_on_its_own_anatomy(tmp_path: Path) -> None:
    """An organ drawn larger at the time reached 60 Gy where today's contour ends: Σ Dmax has that point, said to the reader."""
    peak = gaussian(60.0, (20.0, 0.0, 0.0), 8.0)
    large = structure("SpinalCord", box((-10.0, -10.0, -10.0), (20.0, 10.0, 10.0)))
    old = course("old", OLD, plan(60, 30, dose_gy=peak), structures=[large], spacing_mm=(2.0, 2.0, 2.0))
    write_phantom(tmp_path, [old, course("new", NEW, plan(20, 10))])
    result = result_of(tmp_path)
    cord = organ(result)
    assert cord.point_sum.max_sum_gy == pytest.approx(80.0, rel=0.01)
    assert cord.cumulative.max_gy is not None
    assert cord.cumulative.max_gy < 55.0
    assert "native_mapped_differ" in codes(result)


def _contains(result: Result) -> bool:
    cord = organ(result)
    assert cord.envelope is not None
    assert cord.envelope.d0_03cc_gy is not None
    assert cord.cumulative.d0_03cc_gy is not None
    assert cord.cumulative_upper.d0_03cc_gy is not None
    low, high = cord.envelope.d0_03cc_gy
    return low <= cord.cumulative.d0_03cc_gy + 1e-6 and high >= cord.cumulative_upper.d0_03cc_gy - 1e-6


@pytest.mark.rule(10)
@pytest.mark.parametrize("cause", ["number of fractions", "uncovered", "own number of fractions"])
def test_the_envelope_contains_both_ends(tmp_path: Path, cause: str) -> None:
    """A shift of nothing is among the shifts: the envelope holds cumulative and cumulative_upper, whatever makes them differ."""
    short = Grid(
        frame=course().frame,
        shape=(13, 13, 3),
        origin_mm=np.array([-30.0, -30.0, -30.0]),
        spacing_mm=np.full(3, 5.0),
        axes=np.eye(3),
    )
    old_plan = plan(
        30, None if cause == "number of fractions" else 15, "A", grid=short if cause == "uncovered" else None
    )
    new_plan = plan(50, None if cause == "own number of fractions" else 25, "B")
    write_phantom(tmp_path, [course("old", OLD, old_plan), course("new", NEW, new_plan)])
    label = {"number of fractions": "A", "own number of fractions": "B"}.get(cause)
    if label:
        state(tmp_path, f'[[phase]]\nplan = "{label}"\nfractions_min = 5\nfractions_max = 25')
    result = result_of(tmp_path)
    assert organ(result).cumulative.d0_03cc_gy != organ(result).cumulative_upper.d0_03cc_gy
    assert _contains(result)


@pytest.mark.rule(10)
def test_customary_is_called_customary(tmp_path: Path) -> None:
    """The customary sum is called customary, and never conservative or worst case except to deny it, on any page."""
    folder = _spots(tmp_path / "in", -5.0, 5.0)
    ran = run("assess", folder, "--out", tmp_path / "out")
    assert ran.exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8").lower()
    assert "customary" in page
    assert page.count("conservative") == page.count("not conservative")
    assert "worst case" not in page
