"""Earlier courses that may lie off, through affine and deformable alignments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from graybook.accumulation.envelope import shift_directions
from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.phase_dose import PhaseDose
from graybook.dvh.metrics import evaluate, parse
from graybook.dvh.sampling import StructureSamples
from graybook.geometry import Affine, Displacement, Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Transform
from graybook.workflow.folder.doses import seen_from
from graybook.workflow.organs.dose import doses_on_points
from graybook.workflow.organs.result import OrganDoses
from graybook.workflow.organs.shift_envelope import envelope, envelope_of
from graybook.workflow.organs.shifted_doses import MovableCourse, Shift

GRID = Grid(frame="then", shape=(21, 21, 41), origin_mm=[-40, -20, -20], spacing_mm=[2, 2, 2], axes=np.eye(3))


def sloped() -> CourseDose:
    """40 Gy in 20 at x = 0 of its own frame, 1 Gy/mm along x; α/β without end leaves it as it is."""
    x = GRID.centres()[:, 0].reshape(GRID.shape)
    field = GridField(grid=GRID, values=40.0 + x)
    return CourseDose(id="old", phases=(PhaseDose(id="p", field=field, planned=20, delivered=20),))


def moved(by_mm: FloatArray) -> Affine:
    """Now to then by a shift."""
    matrix = np.eye(4)
    matrix[:3, 3] = by_mm
    return Affine(from_frame="now", to_frame="then", matrix=matrix)


def bent(by_mm: FloatArray, *, undefined_from_x: float = np.inf) -> Displacement:
    """The same as a field of vectors, NaN from some x on."""
    grid = replace(GRID, frame="now")
    vectors = np.broadcast_to(np.asarray(by_mm, dtype=np.float64), (*grid.shape, 3)).copy()
    vectors[grid.centres()[:, 0].reshape(grid.shape) >= undefined_from_x] = np.nan
    return Displacement.from_vectors(vectors, grid, to_frame="then")


def organ(transform: Transform) -> OrganDoses:
    """Points along x from -10 to 10 mm, 0.01 cm³ each, with the old course on them."""
    points = np.array([[x, 0.0, 0.0] for x in np.linspace(-10.0, 10.0, 41)])
    samples = StructureSamples(
        frame="now",
        points_mm=points,
        volumes_cm3=np.full(41, 0.01),
        extreme_points_mm=points[[0, -1]],
    )
    return OrganDoses(samples=samples, mapped=(doses_on_points(seen_from(sloped(), transform), samples),))


def ends(transform: Transform, mm: float) -> tuple[float, float]:
    """The envelope when the old course lies off by so much."""
    shift = Shift(course=MovableCourse(dose=sloped(), transform=transform), mm=mm, assumed=False)
    found = envelope(organ(transform), [shift], 1e9)
    assert found.d0_03cc_gy is not None
    assert (found.shift_mm, found.assumed, found.inside_only) == (mm, False, False)
    return found.d0_03cc_gy


@pytest.mark.rule(10)
@pytest.mark.parametrize("kind", [moved, bent], ids=["affine", "deformable"])
def test_a_slope_moves_by_the_shift(kind: type) -> None:
    """1 Gy/mm, off by 4 mm at most: 4 Gy up and down of the third hottest point, at x = 9 mm here and 14 mm there."""
    low, high = ends(kind(np.array([5.0, 0.0, 0.0])), 4.0)
    assert high == pytest.approx(40 + 9 + 5 + 4, abs=1e-3)
    assert low == pytest.approx(40 + 9 + 5 - 4, abs=1e-3)


@pytest.mark.rule(9)
def test_where_the_deformation_is_not_defined_any_dose_may_be() -> None:
    """From x = 3 mm on nothing is known of the old dose: up to its highest anywhere, and never a crash."""
    through = bent(np.zeros(3), undefined_from_x=3.5)
    low, high = ends(through, 1.0)
    assert high == pytest.approx(40 + 40)
    assert low < 45
    (on,) = organ(through).mapped
    interval = on.eqd2(1e9)
    assert np.isfinite(interval.low).all()
    assert not on.inside.all()


def test_bounds_hold_under_a_scaling_alignment() -> None:
    """An affine alignment that doubles lengths moves a shift of 2 mm by 4 mm in the old frame: the bound reaches that far."""
    matrix = np.diag([2.0, 2.0, 2.0, 1.0])
    course = MovableCourse(dose=sloped(), transform=Affine(from_frame="now", to_frame="then", matrix=matrix))
    _, highest = course.bounded(2.0)
    at = highest.phases[0].sample(np.zeros((1, 3))).high_gy
    assert float(at[0]) >= 44.0


AT_REST = moved(np.zeros(3))


def shift_of(mm: float) -> list[Shift]:
    """The old course may lie off by so much."""
    return [Shift(course=MovableCourse(dose=sloped(), transform=AT_REST), mm=mm, assumed=False)]


def test_several_metrics_at_once() -> None:
    """1 Gy/mm, off by 4 mm: the mean of 40 Gy, the end point's 50 Gy and the near-maximum move by 4 Gy to either side."""
    metrics = [parse(text) for text in ("mean", "max", "D0.1cc", "min", "max[%of40Gy]", "D5cc", "GI(20Gy)")]
    found = envelope_of(organ(AT_REST), shift_of(4.0), metrics, 1e9)
    expected = [(36, 44), (46, 54), (45.5 - 4, 45.5 + 4), (26, 34), (115, 135), None, None]
    for value, ends_of in zip(found, expected, strict=True):
        assert value is None if ends_of is None else value == pytest.approx(ends_of, abs=1e-3)


def test_volumes_under_a_shift() -> None:
    """Of 41 points half a millimetre apart, those with 45 Gy start at x = 5 mm; 4 mm off they start at 1 or at 9 mm."""
    above, below = parse("V45Gy[%]"), parse("CV0.1cc<45Gy")
    found = envelope_of(organ(AT_REST), shift_of(4.0), [above, below], 1e9)
    assert found[0] == pytest.approx((100 * 3 / 41, 100 * 19 / 41))
    assert found[1] == pytest.approx((0.22, 0.38))


@pytest.mark.rule(11)
def test_recovery_before_the_shift() -> None:
    """Half of the old course recovered from: half of every end."""
    (full,) = envelope_of(organ(AT_REST), shift_of(4.0), [parse("max")], 1e9)
    (half,) = envelope_of(organ(AT_REST), shift_of(4.0), [parse("max")], 1e9, kept_shares={"old": 0.5})
    assert full is not None
    assert half == pytest.approx((full[0] / 2, full[1] / 2))


@pytest.mark.rule(9)
@pytest.mark.parametrize("edge", [-36.0, 36.0], ids=["cold edge", "hot edge"])
def test_at_the_edge_of_a_grid(edge: float) -> None:
    """Where a shift leads out of the grid nothing is passed over: as measuring every point under every shift gives it."""
    points = np.array([[x, 0.0, 0.0] for x in np.linspace(edge - 3.5, edge + 3.5, 29)])
    samples = StructureSamples(
        frame="now", points_mm=points, volumes_cm3=np.full(29, 0.01), extreme_points_mm=points[[0, -1]]
    )
    near = OrganDoses(samples=samples, mapped=(doses_on_points(seen_from(sloped(), AT_REST), samples),))
    (shift,) = shift_of(6.0)
    metrics = [parse("D0.03cc"), parse("D0.1cc"), parse("max")]
    lows, highs = [], []
    for way in shift_directions():
        on = doses_on_points(shift.course.shifted(6.0 * way), samples).eqd2(1e9)
        lows.append([evaluate(one, on.low[:29], samples.volumes_cm3, on.low[29:]) for one in metrics])
        highs.append([evaluate(one, on.high[:29], samples.volumes_cm3, on.high[29:]) for one in metrics])
    expected = list(zip(np.min(lows, axis=0), np.max(highs, axis=0), strict=True))
    assert list(envelope_of(near, [shift], metrics, 1e9)) == expected


def test_a_large_organ_is_followed_at_some_of_its_points() -> None:
    """30,000 points along 20 mm: the mean of 40 Gy is that of all points, and moves by the shift."""
    x = np.linspace(-10.0, 10.0, 30_000)
    points = np.stack([x, np.zeros_like(x), np.zeros_like(x)], axis=1)
    samples = StructureSamples(
        frame="now", points_mm=points, volumes_cm3=np.full(len(x), 0.001), extreme_points_mm=points[[0, -1]]
    )
    large = OrganDoses(samples=samples, mapped=(doses_on_points(seen_from(sloped(), AT_REST), samples),))
    found = envelope_of(large, shift_of(4.0), [parse("mean"), parse("V45Gy[cc]")], 1e9)
    assert found[0] == pytest.approx((36.0, 44.0), abs=1e-6)
    assert found[1] == pytest.approx((1.5, 13.5), abs=2e-3)


@pytest.mark.rule(2)
@pytest.mark.rule(5)
def test_both_ends_and_phases_given_together() -> None:
    """Two phases of 40 Gy at α/β 2: in 20 sessions of their own each 40, together 4 Gy a session are 120; in 10 to 20 sessions
    40 to 60 each."""

    def even(name: str, **fractions: Any) -> PhaseDose:
        field = GridField(grid=GRID, values=np.full(GRID.shape, 40.0))
        return PhaseDose(id=name, field=field, **fractions)

    def found(old: CourseDose, **said: Any) -> tuple[tuple[float, float] | None, ...]:
        points = np.array([[x, 0.0, 0.0] for x in np.linspace(-5.0, 5.0, 21)])
        samples = StructureSamples(
            frame="now", points_mm=points, volumes_cm3=np.full(21, 0.01), extreme_points_mm=points[[0, -1]]
        )
        doses = OrganDoses(samples=samples, mapped=(doses_on_points(seen_from(old, AT_REST), samples),))
        shift = Shift(course=MovableCourse(dose=old, transform=AT_REST), mm=2.0, assumed=False)
        return envelope_of(doses, [shift], [parse("D0.03cc"), parse("mean")], 2.0, **said)

    known = CourseDose(id="old", phases=tuple(even(name, planned=20, delivered=20) for name in ("a", "b")))
    assert found(known) == ((pytest.approx(80.0),) * 2,) * 2
    assert found(known, concurrent=frozenset({"old"})) == ((pytest.approx(120.0),) * 2,) * 2
    range_ = even("a", planned=None, delivered=None, fractions_range=(10, 20))
    unknown = CourseDose(id="old", phases=(range_,))
    assert found(unknown) == ((pytest.approx(40.0), pytest.approx(60.0)),) * 2
