"""Rule 9: a dose grid that ends inside an organ comes in; an interval over the whole organ goes out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graybook.geometry.grid import Grid
from graybook.report.result import Result
from phantoms import PhantomPlan, linear, write_phantom
from rules.patients import course, eqd2, finding, metrics, organ, plan, result_of, run

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)
FRAME = course().frame


def _left_half(high_x: float = 0.0) -> Grid:
    """A grid of 2 mm that ends at x = ``high_x``."""
    return Grid(
        frame=FRAME,
        shape=(31, 31, 16),
        origin_mm=np.array([high_x - 30.0, -30.0, -30.0]),
        spacing_mm=np.full(3, 2.0),
        axes=np.eye(3),
    )


def _assessed(folder: Path, old: PhantomPlan) -> Result:
    write_phantom(folder, [course("old", OLD, old), course("new", NEW, plan(50, 25))])
    return result_of(folder)


@pytest.mark.rule(9)
def test_half_an_organ_outside(tmp_path: Path) -> None:
    """30 Gy in 15 on the left half only, 50 everywhere: 50 to 80; outside it may be 0 or 30, over the whole organ."""
    result = _assessed(tmp_path, plan(30, 15, "OLD", grid=_left_half()))
    cord = organ(result)
    assert cord.volume_cm3 is not None
    assert cord.outside_grid_cm3 == pytest.approx(
        cord.volume_cm3 / 2, rel=0.11
    )  # within one voxel of the edge
    assert cord.outside_grid_cm3 is not None
    share = 1 - cord.outside_grid_cm3 / cord.volume_cm3
    assert cord.cumulative.min_gy == 50.0
    assert cord.cumulative.max_gy == 80.0
    assert cord.cumulative.mean_gy == pytest.approx(50 + 30 * share, rel=1e-4)
    assert set(metrics(cord.cumulative_upper).values()) == {80.0}
    assert finding(result, "SpinalCord", "outside")


@pytest.mark.rule(9)
def test_ranges_only_where_the_ends_differ(tmp_path: Path) -> None:
    """Mean and minimum print as ranges; maximum and D0.03cc, alike at both ends, as one value."""
    cord = organ(_assessed(tmp_path, plan(30, 15, "OLD", grid=_left_half())))
    ranges = {one.metric: (one.low_gy, one.high_gy) for one in cord.printed_as_range}
    assert ranges["min"] == (50.0, 80.0)
    assert "mean" in ranges
    assert not {"max", "d0.03cc", "d0.1cc"} & set(ranges)


@pytest.mark.rule(9)
def test_the_highest_dose_of_the_nearest_face(tmp_path: Path) -> None:
    """Dose rises along y to 30 Gy at the edge of the face: every point outside may have received those 30, not its neighbour's."""
    rising = linear(15.0, (0.0, 0.5, 0.0))
    cord = organ(_assessed(tmp_path, plan(15, 15, "OLD", grid=_left_half(), dose_gy=rising)))
    assert cord.cumulative_upper.max_gy == pytest.approx(50 + eqd2(30, 15), abs=1e-3)
    assert cord.cumulative.max_gy == pytest.approx(50 + eqd2(20, 15), rel=0.002)
    assert cord.cumulative.min_gy == 50.0


@pytest.mark.rule(9)
def test_covered_is_one_value(tmp_path: Path) -> None:
    """A grid that covers the organ: nothing outside, both ends equal, no range."""
    result = _assessed(tmp_path, plan(30, 15, "OLD"))
    cord = organ(result)
    assert cord.outside_grid_cm3 == 0.0
    assert metrics(cord.cumulative) == metrics(cord.cumulative_upper)
    assert cord.printed_as_range == []
    assert not finding(result, "SpinalCord", "outside the dose grid")


@pytest.mark.rule(9)
def test_an_organ_wholly_outside(tmp_path: Path) -> None:
    """A grid 20 mm away from the organ: 50 to 80 all over; the course is not "0 Gy"."""
    cord = organ(_assessed(tmp_path, plan(30, 15, "OLD", grid=_left_half(-30.0))))
    assert cord.outside_grid_cm3 == pytest.approx(cord.volume_cm3)
    assert set(metrics(cord.cumulative).values()) == {50.0}
    assert set(metrics(cord.cumulative_upper).values()) == {80.0}


@pytest.mark.rule(9)
def test_the_bound_holds_outside_too(tmp_path: Path) -> None:
    """The bound is built from the upper end: 80, though the organ lies wholly outside the old grid."""
    cord = organ(_assessed(tmp_path, plan(30, 15, "OLD", grid=_left_half(-30.0))))
    assert cord.point_sum.bound_d0_03cc_gy == 80.0
    assert cord.point_sum.max_sum_gy == 80.0


@pytest.mark.rule(9)
def test_the_own_grid_may_be_short_too(tmp_path: Path) -> None:
    """The reference's own grid ends inside the organ: the same interval."""
    write_phantom(tmp_path, [course("new", NEW, plan(30, 15, grid=_left_half()))])
    cord = organ(result_of(tmp_path))
    assert cord.cumulative.min_gy == 0.0
    assert set(metrics(cord.cumulative_upper).values()) == {30.0}


@pytest.mark.rule(9)
def test_dvh_counts_the_whole_structure(tmp_path: Path) -> None:
    """dvh: the volume outside is stated and the denominator is the whole structure (V20Gy is at most the share inside)."""
    write_phantom(tmp_path, [course("new", NEW, plan(30, 15, grid=_left_half()))])
    ran = run("dvh", tmp_path, "--json", "--metrics", "V20Gy[%],V20Gy[cc]")
    (one,) = json.loads(ran.stdout)["plans"][0]["structures"]
    inside = one["volume_cm3"] - one["outside_grid_cm3"]
    assert 0.4 < inside / one["volume_cm3"] < 0.6
    assert one["metrics"]["V20Gy[cc]"] == pytest.approx(inside, rel=1e-6)
    assert one["metrics"]["V20Gy[%]"] == pytest.approx(100 * inside / one["volume_cm3"], rel=1e-6)


@pytest.mark.rule(9)
def test_ends_that_agree_print_as_one(tmp_path: Path) -> None:
    """An uncovered half that could hold 0.05 Gy at most (EQD2 0.0256) makes no range, though the ends differ."""
    faint = plan(0.05, 1, "OLD", grid=_left_half(), prescription_gy=None)
    cord = organ(_assessed(tmp_path, faint))
    assert cord.cumulative.min_gy == 50.0
    assert cord.cumulative_upper.min_gy == pytest.approx(50 + eqd2(0.05, 1), abs=1e-5)
    assert cord.printed_as_range == []
