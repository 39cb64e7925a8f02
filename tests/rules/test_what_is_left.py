"""What is left: courses of known dose come in; a uniform dose that meets each limit, and a plan scaled to its limit, go out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.valuerep import DSfloat

from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.record.alignment import Use
from graybook.report.constraint_result import ConstraintResult
from graybook.report.remaining_result import PlanScaling
from graybook.report.result import Result
from graybook.workflow.alignment import course_registration
from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, box, linear, write_phantom
from phantoms.doses import DoseFunction
from rules.limit_cases import assumptions, entry, tolerance
from rules.patients import course, eqd2, plan, result_of, run, state, structure
from rules.test_rule_08_computed import Engine

FIRST, SECOND, TODAY = date(2015, 5, 4), date(2019, 5, 6), date(2025, 5, 5)
PROPOSED = '[[course]]\ncourse = "2025-05-05"\nstatus = "proposed"'
MEETS_GY = 1e-5

HALF_MM = 5.0
CENTRES_MM = {"SpinalCord": -30.0, "Esophagus": 0.0, "Heart": 30.0}
ALPHA_BETA_GY = {"SpinalCord": 2.0, "Esophagus": 3.0, "Heart": 2.5}

PUBLISHED_GY: dict[str, dict[str, float]] = {
    "SpinalCord": {
        "rulach2021-spinalcord-max": 60.0,
        "rulach2021-paradis-spinalcord-d0.1cc": 56.25,
        "rulach2021-troost-spinalcord-max": 65.0,
        "rulach2021-ars-spinalcord-max": 57.0,
        "hytec2021-thecalsac-max": 70.0,
        "nieder2006-spinalcord-max-no-events": 120.0 / 2.0,
        "nieder2006-spinalcord-max-low-risk": 135.5 / 2.0,
    },
    "Esophagus": {
        "rulach2021-esophagus-max-low": 75.0,
        "rulach2021-esophagus-max-high": 100.0,
        "rulach2021-paradis-esophagus-d0.1cc": 90.6,
        "rulach2021-ars-esophagus-max-low": 100.0,
        "rulach2021-ars-esophagus-max-high": 110.0,
    },
    "Heart": {"rulach2021-paradis-heart-d0.1cc": 85.0, "rulach2021-troost-heart-mean": 70.0},
}
"""Limits of all courses as published, those in BED divided by 1 + 2 / α/β. EQD2 [Gy]"""

VOLUMES = {"rulach2021-ars-esophagus-v60gy", "rulach2021-ars-heart-v40gy"}

Row = dict[str, Any]


def boxes(*names: str) -> list[PhantomStructure]:
    """Cord, oesophagus and heart, or those named, each a cube of 1 cm³, far enough apart for a dose of its own."""
    return [
        structure(name, box((x - HALF_MM, -HALF_MM, -HALF_MM), (x + HALF_MM, HALF_MM, HALF_MM)))
        for name, x in CENTRES_MM.items()
        if not names or name in names
    ]


def wide(name: str, day: date, *plans: PhantomPlan, **said: Any) -> PhantomCourse:
    """A course whose grid holds all three organs."""
    return course(name, day, *plans, **{"structures": boxes(), "extent_mm": (50.0, 20.0, 20.0), **said})


def per_organ(doses_gy: Mapping[str, float]) -> DoseFunction:
    """A dose of its own, uniform, about each organ. [Gy]"""

    def dose(points: FloatArray) -> FloatArray:
        nearest = np.argmin([np.abs(points[:, 0] - x) for x in CENTRES_MM.values()], axis=0)
        return np.array([doses_gy[name] for name in CENTRES_MM])[nearest]

    return dose


def budget(folder: Path, fractions: int, *more: object) -> list[Row]:
    """The rows that ``graybook budget --json`` prints; it ends with 0 whatever is left."""
    ran = run("budget", folder, "--fractions", fractions, "--json", *more)
    assert ran.exit_code == 0, ran.output
    rows: list[Row] = json.loads(ran.stdout)["limits"]
    return rows


def row(rows: Sequence[Row], limit: str, name: str) -> Row:
    """The one row of a limit on a structure."""
    (found,) = [one for one in rows if (one["id"], one["structure"]) == (limit, name)]
    return found


def of_all_courses(rows: Sequence[Row]) -> list[Row]:
    """Rows that have a figure and ask the sum of all courses."""
    return [one for one in rows if one["dose_left_gy"] is not None and one.get("dose_of") == "all courses"]


def ends(figure: float | Sequence[float]) -> list[float]:
    """One figure, or both that a range has."""
    return [figure] if isinstance(figure, int | float) else list(figure)


def meets(one: Row) -> None:
    """Used and the new dose together are the limit, at each end; or nothing is left and the limit is used up."""
    used, doses, left = (ends(one[key]) for key in ("used_eqd2_gy", "dose_left_gy", "left_eqd2_gy"))
    assert len(used) == len(doses) == len(left)
    for used_gy, dose_gy, left_gy in zip(used, doses, left, strict=True):
        new = eqd2(dose_gy, one["fractions"], one["alpha_beta_gy"])
        if dose_gy == 0.0:
            assert used_gy >= one["limit_gy"] - MEETS_GY
            assert left_gy == 0.0
        else:
            assert used_gy + new == pytest.approx(one["limit_gy"], abs=MEETS_GY)
            assert left_gy == pytest.approx(new, abs=MEETS_GY)


def reached_gy(one: ConstraintResult, *, upper: bool) -> tuple[float, float]:
    """What a limit sees and the limit itself, in the limit's own unit. [Gy]"""
    value = one.value_upper if upper else one.value
    assert value is not None
    return value, one.limit


@pytest.fixture(scope="module")
def uniform_rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """What 30/10 and 20/5 leave in ten fractions, where 24/8 is proposed."""
    plans = [(FIRST, plan(30.0, 10, "A")), (SECOND, plan(20.0, 5, "B")), (TODAY, plan(24.0, 8, "C"))]
    folder = tmp_path_factory.mktemp("uniform")
    write_phantom(folder, [wide(str(day), day, one) for day, one in plans])
    return budget(state(folder, PROPOSED), 10)


@pytest.mark.rule(3)
def test_what_is_used_by_hand(uniform_rows: list[Row]) -> None:
    """30/10 + 20/5 of each organ at its own α/β and nothing of what is proposed; every published figure has its row."""
    for name, limits in PUBLISHED_GY.items():
        ratio = ALPHA_BETA_GY[name]
        used = eqd2(30.0, 10, ratio) + eqd2(20.0, 5, ratio)
        for limit, value_gy in limits.items():
            one = row(uniform_rows, limit, name)
            assert one["alpha_beta_gy"] == ratio
            assert one["limit_gy"] == pytest.approx(value_gy, abs=MEETS_GY)
            assert one["used_eqd2_gy"] == pytest.approx(used, abs=MEETS_GY)
            assert one["fractions"] == 10
            assert one["source"]
            assert one["tier"]
            meets(one)
    for one in of_all_courses(uniform_rows):
        meets(one)


@pytest.mark.rule(1)
def test_a_course_broken_off_uses_what_was_given(tmp_path: Path) -> None:
    """Four of ten sessions given: 12 Gy in 4 is used, never 30 Gy and never 12 Gy in 10."""
    courses = [
        small("first", FIRST, plan(30.0, 10, "FIRST", sessions=4)),
        small("second", SECOND, plan(20.0, 5, "SECOND")),
    ]
    rows = budget(write_phantom(tmp_path, courses), 10)
    one = row(rows, "rulach2021-spinalcord-max", "SpinalCord")
    assert one["used_eqd2_gy"] == pytest.approx(eqd2(12.0, 4) + eqd2(20.0, 5), abs=MEETS_GY)
    meets(one)


@pytest.mark.rule(13)
def test_volumes_leave_no_uniform_dose(uniform_rows: list[Row]) -> None:
    """A limit on a volume has no dose left: null, beside what is used of it in its own unit."""
    rows = uniform_rows
    found = [one for one in rows if one["id"] in VOLUMES]
    assert {one["id"] for one in found} == VOLUMES
    assert {one["dose_left_gy"] for one in found} == {None}
    assert {one["limit_gy"] for one in found} == {None}
    assert {(one["value"], one["unit"]) for one in found} == {(100.0, "%")}


@pytest.mark.rule(12)
def test_nothing_is_left(tmp_path: Path) -> None:
    """60/30 and 50/25 on the cord: every limit of all courses is used up, what is left is 0, and the program ends with 0."""
    plans = [(FIRST, plan(60.0, 30, "FIRST")), (SECOND, plan(50.0, 25, "SECOND"))]
    write_phantom(tmp_path, [small(str(day), day, one) for day, one in plans])
    rows = [one for one in budget(tmp_path, 10) if one["dose_of"] == "all courses"]
    assert rows
    for one in rows:
        assert (one["used_eqd2_gy"], one["left_eqd2_gy"], one["dose_left_gy"]) == (110.0, 0.0, 0.0)


@pytest.mark.rule(12)
def test_a_range_is_two_rows(uniform_rows: list[Row]) -> None:
    """75-100 Gy of the oesophagus are two rows, each with its own dose; least is left where the limit that stops is."""
    rows = uniform_rows
    low = row(rows, "rulach2021-esophagus-max-low", "Esophagus")
    high = row(rows, "rulach2021-esophagus-max-high", "Esophagus")
    assert (low["limit_gy"], high["limit_gy"]) == (75.0, 100.0)
    assert low["dose_left_gy"] < high["dose_left_gy"]


@pytest.mark.rule(12)
def test_least_is_left_where_it_stops(gradient_rows: list[Row]) -> None:
    """Without a proposed plan a limit stops when no other leaves less."""
    known = [one for one in gradient_rows if one["dose_left_gy"] is not None]
    least = min(min(ends(one["dose_left_gy"])) for one in known)
    stops = [one for one in known if one["stops"]]
    assert stops
    assert {min(ends(one["dose_left_gy"])) for one in stops} == {least}
    assert not any(one["stops"] for one in known if min(ends(one["dose_left_gy"])) > least)


@pytest.mark.rule(5)
def test_a_bracketed_number_of_fractions(tmp_path: Path) -> None:
    """20 Gy in 5 to 10: limits see the low-n end, so least is left; in ten fractions stands beside it as an assumption."""
    courses = [
        small("first", FIRST, plan(30.0, 10, "FIRST")),
        small("second", SECOND, plan(20.0, None, "SECOND")),
    ]
    write_phantom(tmp_path, courses)
    state(tmp_path, '[[phase]]\nplan = "SECOND"\nfractions_min = 5\nfractions_max = 10')
    one = row(budget(tmp_path, 10), "nieder2006-spinalcord-max-low-risk", "SpinalCord")
    assert one["used_eqd2_gy"] == pytest.approx(eqd2(30.0, 10) + eqd2(20.0, 5), abs=MEETS_GY)
    meets(one)
    found = [(each, other) for each in result_of(tmp_path).remaining for other in each.alternatives]
    most = [(each, other) for each, other in found if other.kind == "most"]
    assert most
    used = eqd2(30.0, 10) + eqd2(20.0, 10)
    for each, other in most:
        assert other.used_eqd2_gy == pytest.approx(used, abs=MEETS_GY)
        assert other.limit_gy == each.limit_gy
        for schedule in other.schedules:
            dose = schedule.dose_left_gy
            assert isinstance(dose, float)
            new = eqd2(dose, schedule.fractions) if dose else 0.0
            assert used + new == pytest.approx(max(other.limit_gy or 0.0, used), abs=MEETS_GY)


def rising(folder: Path, *new: PhantomCourse, drawn: Sequence[str] = ()) -> Path:
    """24/8 on average rising with x and y, 15/5 falling with x: nothing is uniform in any organ."""
    said = {"structures": boxes(*drawn)}
    courses = [
        wide("first", FIRST, plan(24.0, 8, "FIRST", dose_gy=linear(24.0, (0.1, 0.4, 0.0))), **said),
        wide("second", SECOND, plan(15.0, 5, "SECOND", dose_gy=linear(15.0, (-0.08, 0.3, 0.0))), **said),
        *new,
    ]
    return write_phantom(folder, courses)


def sum_in_gradient(name: str) -> FloatArray:
    """EQD2 of both courses on a fine raster of an organ's cross-section; nothing changes along z. [Gy]"""
    step = np.linspace(-HALF_MM, HALF_MM, 801)
    x, y = np.meshgrid(CENTRES_MM[name] + step, step)
    ratio = ALPHA_BETA_GY[name]
    first, second = 24.0 + 0.1 * x + 0.4 * y, 15.0 - 0.08 * x + 0.3 * y
    found: FloatArray = (first * (first / 8 + ratio) + second * (second / 5 + ratio)) / (2.0 + ratio)
    return found


def expected_in_gradient(name: str, metric: str) -> float:
    """Maximum, mean and D0.1cc of that: a tenth of 1 cm³ is a tenth of the raster. [Gy]"""
    values = sum_in_gradient(name)
    if metric == "max":
        return float(values.max())
    return float(values.mean()) if metric == "mean" else float(np.quantile(values, 0.9))


@pytest.fixture(scope="module")
def gradient_rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """What both courses in a gradient leave in five fractions."""
    return budget(rising(tmp_path_factory.mktemp("gradient")), 5)


@pytest.mark.rule(4)
def test_used_in_a_gradient(gradient_rows: list[Row]) -> None:
    """Maximum at the corner, mean and D0.1cc of a quadratic form: by a raster of the closed form, point by point at each α/β."""
    for one in of_all_courses(gradient_rows):
        truth = expected_in_gradient(one["structure"], one["metric"])
        close = {"max": 1e-5, "mean": 0.02}.get(one["metric"], 0.1)
        assert one["used_eqd2_gy"] == pytest.approx(truth, abs=close)
        meets(one)


def added(folder: Path, rows: Sequence[Row], place: int, *, fractions: int) -> tuple[Result, list[Row]]:
    """The case with a third course that gives each organ the dose its row number ``place`` leaves."""
    of_organ = {name: [one for one in rows if one["structure"] == name] for name in CENTRES_MM}
    chosen = [own[place] for own in of_organ.values() if place < len(own)]
    drawn = [one["structure"] for one in chosen]
    doses = dict.fromkeys(CENTRES_MM, 1.0) | {one["structure"]: one["dose_left_gy"] for one in chosen}
    new = plan(1.0, fractions, "NEW", dose_gy=per_organ(doses), prescription_gy=None)
    third = wide("new", TODAY, new, structures=boxes(*drawn))
    return result_of(rising(folder, third, drawn=drawn)), chosen


def distinct(rows: Sequence[Row]) -> list[Row]:
    """Rows with a dose of their own: two limits that leave the same dose are met together."""
    found: dict[tuple[str, float], Row] = {}
    for one in rows:
        if one["dose_left_gy"]:
            found.setdefault((one["structure"], one["dose_left_gy"]), one)
    return list(found.values())


@pytest.mark.rule(12)
@pytest.mark.parametrize("place", range(6))
def test_the_dose_left_meets_its_limit(tmp_path: Path, gradient_rows: list[Row], place: int) -> None:
    """The printed dose, written as a third course onto two in a gradient: assess finds the limit, to 1e-5 Gy."""
    result, chosen = added(tmp_path, distinct(of_all_courses(gradient_rows)), place, fractions=5)
    for one in chosen:
        value, limit = reached_gy(entry(result, one["id"], one["structure"]), upper=True)
        assert value == pytest.approx(limit, abs=MEETS_GY), one["id"]


def test_every_row_was_added(gradient_rows: list[Row]) -> None:
    """No organ has more distinct doses left than the test above adds, and none has fewer than two."""
    doses = distinct(of_all_courses(gradient_rows))
    numbers = [len([one for one in doses if one["structure"] == name]) for name in CENTRES_MM]
    assert max(numbers) == 6
    assert min(numbers) >= 2


def small(name: str, day: date, one: PhantomPlan) -> PhantomCourse:
    """A course with a cord of 1 cm³ in the middle."""
    cube = box((-HALF_MM, -HALF_MM, -HALF_MM), (HALF_MM, HALF_MM, HALF_MM))
    return course(name, day, one, structures=[structure("SpinalCord", cube)])


def uncovered(folder: Path, *new: PhantomCourse) -> Path:
    """30/10 on a grid 20 mm away from the cord, 20/5 everywhere."""
    grid = Grid(
        frame=course().frame,
        shape=(31, 31, 16),
        origin_mm=np.array([-60.0, -30.0, -30.0]),
        spacing_mm=np.full(3, 2.0),
        axes=np.eye(3),
    )
    first = small("first", FIRST, plan(30.0, 10, "FIRST", grid=grid))
    return write_phantom(folder, [first, small("second", SECOND, plan(20.0, 5, "SECOND")), *new])


@pytest.mark.rule(9)
def test_both_ends_outside_a_grid(tmp_path: Path) -> None:
    """The cord lies outside one grid: 0 or 30/10 beside 20/5. First low used and most left; each end meets the limit when given."""
    one = row(budget(uncovered(tmp_path / "prior"), 5), "rulach2021-ars-spinalcord-max", "SpinalCord")
    used, doses = one["used_eqd2_gy"], one["dose_left_gy"]
    assert used == pytest.approx([eqd2(20.0, 5), eqd2(20.0, 5) + eqd2(30.0, 10)], abs=MEETS_GY)
    assert doses[0] > doses[1]
    meets(one)
    for end, dose_gy in enumerate(doses):
        if dose_gy == 0.0:
            continue
        new = small("new", TODAY, plan(dose_gy, 5, "NEW"))
        again = entry(result_of(uncovered(tmp_path / str(end), new)), one["id"], "SpinalCord")
        value, limit = reached_gy(again, upper=bool(end))
        assert value == pytest.approx(limit, abs=MEETS_GY)


@pytest.mark.rule(10)
def test_both_ends_of_an_envelope(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alignment that supports a sum with 4 mm of envelope: both ends are used, and each dose left takes its end to the limit."""
    monkeypatch.setattr(course_registration, "automatic", Engine(use=Use.ENVELOPE, envelope_mm=4.0))
    old = small("old", FIRST, plan(30, 15, "OLD", dose_gy=linear(30.0, (0.5, 0.2, 0.0))))

    def courses(*doses_gy: float) -> list[PhantomCourse]:
        given = [
            replace(small(str(dose_gy), day, plan(dose_gy, 5, str(dose_gy))), image=True)
            for dose_gy, day in zip(doses_gy, (SECOND, TODAY), strict=False)
        ]
        return [replace(old, frame="", image=True), *given]

    one = row(
        budget(write_phantom(tmp_path / "prior", courses(5.0)), 5),
        "rulach2021-ars-spinalcord-max",
        "SpinalCord",
    )
    used, doses = one["used_eqd2_gy"], one["dose_left_gy"]
    assert one["basis"] == "3D sum with envelope"
    middle = 30.0 + 0.5 * (HALF_MM + 5.0) + 0.2 * HALF_MM  # the engine's own shift is 5 mm
    along = 4.0 * np.hypot(0.5, 0.2)
    assert used[0] == pytest.approx(eqd2(middle - along, 15) + eqd2(5, 5), rel=0.02)
    assert used[1] == pytest.approx(eqd2(middle + along, 15) + eqd2(5, 5), rel=0.02)
    assert doses[0] > doses[1] > 0.0
    meets(one)
    again = entry(result_of(write_phantom(tmp_path / "added", courses(5.0, doses[1]))), one["id"])
    for upper in (False, True):
        value, limit = reached_gy(again, upper=upper)
        assert value == pytest.approx(limit - (used[1] - used[0]) * (not upper), abs=2 * MEETS_GY)


@pytest.mark.rule(10)
def test_a_point_sum_with_one_course_more(tmp_path: Path) -> None:
    """Two frames and no way between them: customary sum and bound are used, the bound with the new course among its courses."""
    old = replace(
        small("old", FIRST, plan(20.0, 8, "OLD", dose_gy=linear(20.0, (0.5, 0.2, 0.0)))),
        frame="",
    )
    given = [old, small("second", SECOND, plan(12.0, 5, "SECOND", dose_gy=linear(12.0, (0.0, 0.3, 0.0))))]
    rows = budget(write_phantom(tmp_path / "prior", given), 5)
    one = row(rows, "rulach2021-paradis-spinalcord-d0.1cc", "SpinalCord")
    assert one["basis"] == "point sum"
    meets(one)
    new = small("new", TODAY, plan(one["dose_left_gy"][1], 5, "NEW"))
    again = entry(result_of(write_phantom(tmp_path / "added", [*given, new])), one["id"])
    value, limit = reached_gy(again, upper=True)
    assert again.basis == "point sum"
    assert value == pytest.approx(limit, abs=MEETS_GY)


def scaled(factor: float) -> Callable[[Dataset], None]:
    """Multiplies a dose file's scaling, as a planning system does."""

    def alter(dataset: Dataset) -> None:
        dataset.DoseGridScaling = DSfloat(float(dataset.DoseGridScaling) * factor, auto_format=True)

    return alter


def two_phases(folder: Path, factor: float, order: str) -> Path:
    """Two courses in a gradient and a proposed one of two phases, 8/4 falling with y and 5/2 rising with x; its doses scaled."""
    phases = [
        plan(
            total,
            n,
            label,
            dose_gy=linear(total, slope),
            prescription_gy=total * factor,
            alter_dose=scaled(factor),
        )
        for total, n, label, slope in (
            (8.0, 4, "MAIN", (0.05, -0.2, 0.0)),
            (5.0, 2, "BOOST", (0.04, 0.0, 0.0)),
        )
    ]
    rising(folder, wide("new", TODAY, *phases, structures=boxes(*SCALED)), drawn=SCALED)
    return state(folder, f"{PROPOSED}\n{order}")


SCALED = ("SpinalCord", "Esophagus")

ORDERS = {
    "sequential": "sequential = true",
    "concurrent": 'concurrent = [["MAIN", "BOOST"]]',
}


def scaling_of(folder: Path, order: str) -> PlanScaling:
    """How far the proposed course may be scaled, by the order of its phases."""
    (scaling,) = result_of(two_phases(folder, 1.0, ORDERS[order])).scaling
    return scaling


@pytest.mark.rule(2)
@pytest.mark.parametrize("order", ["concurrent", pytest.param("sequential", marks=pytest.mark.slow)])
def test_a_scaled_plan_meets_the_limit_that_stops_it(tmp_path: Path, order: str) -> None:
    """Both phases scaled by the printed factor: the limit that stops is met to 1e-5 Gy, and no other that was asked is exceeded."""
    scaling = scaling_of(tmp_path / "proposed", order)
    assert scaling.factor is not None
    assert scaling.factor > 0.0
    assert scaling.stopped_by
    again = result_of(two_phases(tmp_path / "scaled", scaling.factor, ORDERS[order]))
    for named in scaling.stopped_by:
        limit, _, name = named.partition("@")
        value, most = reached_gy(entry(again, limit.strip(), name.strip()), upper=True)
        assert value == pytest.approx(most, abs=MEETS_GY), named
    unasked = " ".join(scaling.not_asked)
    asked = [one for one in again.constraints if one.unit in ("Gy", "%") and one.id not in unasked]
    assert len(asked) > 10
    for one in asked:
        value, most = reached_gy(one, upper=True)
        assert value <= most + MEETS_GY, one.id


@pytest.mark.slow
@pytest.mark.rule(2)
def test_together_scales_less_than_in_sequence(tmp_path: Path) -> None:
    """Phases in the same sessions weigh more (rule 2): their factor is smaller."""
    factors = {order: scaling_of(tmp_path / order, order).factor or 0.0 for order in ORDERS}
    assert 0.0 < factors["concurrent"] < factors["sequential"]


@pytest.mark.slow
@pytest.mark.rule(10)
def test_a_plan_is_scaled_under_an_envelope(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where limits see earlier doses displaced by up to 4 mm, the scaled plan's upper end meets the limit that stops it."""
    monkeypatch.setattr(course_registration, "automatic", Engine(use=Use.ENVELOPE, envelope_mm=4.0))
    old = small("old", FIRST, plan(30, 15, "OLD", dose_gy=linear(30.0, (0.5, 0.2, 0.0))))

    def courses(factor: float) -> list[PhantomCourse]:
        rising_gy = linear(10.0, (0.0, 0.3, 0.0))
        new = plan(
            10.0, 5, "NEW", dose_gy=rising_gy, prescription_gy=10.0 * factor, alter_dose=scaled(factor)
        )
        return [replace(one, frame="", image=True) for one in (old, small("new", TODAY, new))]

    before = state(write_phantom(tmp_path / "proposed", courses(1.0)), PROPOSED)
    (scaling,) = result_of(before).scaling
    assert scaling.factor
    (named,) = [one for one in scaling.stopped_by if "reference" not in one]
    again = result_of(state(write_phantom(tmp_path / "scaled", courses(scaling.factor)), PROPOSED))
    one = entry(again, named.partition("@")[0].strip())
    value, limit = reached_gy(one, upper=True)
    assert one.basis == "3D sum with envelope"
    assert value == pytest.approx(limit, abs=MEETS_GY)


@pytest.mark.rule(2)
def test_a_proposed_boost_is_scaled_alone(tmp_path: Path) -> None:
    """30/15, then 10/5 given and 8/2 proposed in one course: 40 is used of a centre's 46, and 6 are left to the boost alone.

    In sequence, y Gy a session: 2 y (y + 2) / 4 = 6. Of unknown order it may fall on two of the sessions of 2 Gy:
    2 (2 + y) (4 + y) / 4 = 46 - 30 - 6.
    """
    cube = box((-HALF_MM, -HALF_MM, -HALF_MM), (HALF_MM, HALF_MM, HALF_MM))
    phases = [plan(10.0, 5, "MAIN"), plan(8.0, 2, "BOOST")]
    new = course("new", TODAY, *phases, structures=[structure("SpinalCord", cube)])
    write_phantom(tmp_path / "in", [small("old", FIRST, plan(30.0, 15, "OLD")), new])
    boost = '[[phase]]\nplan = "BOOST"\nstatus = "proposed"'
    sequence = '[[course]]\ncourse = "2025-05-05"\nsequential = true'
    rules = str(tolerance(tmp_path, rule="max <= 46 Gy"))
    for entries, session_gy in (
        ((boost, sequence), -1.0 + np.sqrt(1.0 + 2.0 * 6.0)),
        ((boost,), -3.0 + np.sqrt(9.0 + 2.0 * (46.0 - 30.0 - 6.0) - 8.0)),
    ):
        result = result_of(state(tmp_path / "in", *entries), rulebook=rules)
        (one,) = [each for each in result.remaining if each.id == "centre-cord"]
        (scaling,) = result.scaling
        assert one.used_eqd2_gy == pytest.approx(40.0, abs=MEETS_GY)
        assert scaling.fractions == 2
        assert [named.replace(" ", "") for named in scaling.stopped_by] == ["centre-cord@SpinalCord"]
        assert scaling.factor == pytest.approx(session_gy / 4.0, abs=1e-6)


@pytest.mark.rule(12)
def test_a_factor_by_hand(tmp_path: Path) -> None:
    """30/15 given and 20/10 proposed, a centre's 44 Gy: 14 EQD2 are 10 d (d + 2) / 4, d = (-2 + √(4 + 22.4)) / 2."""
    plans = [(FIRST, plan(30.0, 15, "FIRST")), (TODAY, plan(20.0, 10, "NEW"))]
    write_phantom(tmp_path / "in", [small(str(day), day, one) for day, one in plans])
    state(tmp_path / "in", PROPOSED)
    rules = tolerance(tmp_path, rule="max <= 44 Gy")
    (scaling,) = result_of(tmp_path / "in", rulebook=str(rules)).scaling
    fraction = (-2.0 + np.sqrt(4.0 + 4.0 * 5.6)) / 2.0
    assert scaling.factor == pytest.approx(fraction / 2.0, abs=1e-6)
    assert [one.replace(" ", "") for one in scaling.stopped_by] == ["centre-cord@SpinalCord"]


@pytest.mark.rule(11)
def test_recovery_stands_beside_and_is_counted_once(tmp_path: Path) -> None:
    """A quarter of 30/15 recovered, a tolerance of 44: 22.5 of 44 used, or 30 of 55, or 30 of 44; never off what holds it."""
    plans = [(FIRST, plan(30.0, 15, "FIRST")), (TODAY, plan(20.0, 10, "NEW"))]
    write_phantom(tmp_path / "in", [small(str(day), day, one) for day, one in plans])
    state(tmp_path / "in", PROPOSED)
    quarter = assumptions(
        tmp_path,
        '[[recovery]]\ntg263 = "SpinalCord"\nshare = 0.25\nfrom_months = 6\nconvention = "dose"\n',
    )
    rules = tolerance(tmp_path, rule="max <= 44 Gy")
    rows = budget(tmp_path / "in", 10, "--rulebook", rules, "--options", quarter)
    one = row(rows, "centre-cord", "SpinalCord")
    assert (one["used_eqd2_gy"], one["limit_gy"]) == (22.5, 44.0)
    meets(one)
    held = row(rows, "rulach2021-spinalcord-max", "SpinalCord")
    assert (held["used_eqd2_gy"], held["limit_gy"]) == (30.0, 60.0)
    meets(held)
    (shown,) = [
        each
        for each in result_of(tmp_path / "in", rulebook=str(rules), options=quarter).remaining
        if each.id == "centre-cord"
    ]
    beside = {other.kind: (other.limit_gy, other.used_eqd2_gy) for other in shown.alternatives}
    assert beside["recovery_dose"] == (44.0, 22.5)
    assert beside["recovery_tolerance"] == (55.0, 30.0)
    assert beside["no_recovery"] == (44.0, 30.0)


@pytest.mark.rule(1)
def test_the_proposed_dose_is_not_used(tmp_path: Path) -> None:
    """With a proposed plan and without: the same rows to the last digit."""
    found = []
    for total in (None, 40.0):
        folder = tmp_path / str(total)
        courses = [small("old", FIRST, plan(30.0, 15, "FIRST"))]
        if total is not None:
            courses.append(small("new", TODAY, plan(total, 10, "NEW")))
        write_phantom(folder, courses)
        rows = budget(folder if total is None else state(folder, PROPOSED), 10)
        found.append(
            {(one["id"], key): one[key] for one in of_all_courses(rows) for key in one if key.endswith("_gy")}
        )
    assert found[0]
    assert found[0] == found[1]
