"""What holds of every histogram, whatever the doses and shapes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from graybook.dvh.histogram import cumulative
from graybook.dvh.sampling import structure_samples
from graybook.dvh.slices import SliceModel
from graybook.dvh.statistics import (
    dose_at_percent_gy,
    equivalent_uniform_gy,
    mean_gy,
    near_maximum_gy,
    volume_above_cm3,
)
from graybook.geometry import ContourStack

N = st.integers(min_value=1, max_value=300)
GRAYS = st.floats(min_value=0.0, max_value=150.0, allow_subnormal=False)
VOLUMES = st.floats(min_value=1e-6, max_value=0.05)


@st.composite
def samples(draw: st.DrawFn, doses: int) -> tuple[np.ndarray, ...]:
    """Volumes and so many doses on the same samples."""
    n = draw(N)
    return (
        draw(arrays(float, n, elements=VOLUMES)),
        *(draw(arrays(float, n, elements=GRAYS)) for _ in range(doses)),
    )


@pytest.mark.rule(10)
@settings(deadline=None)
@given(samples(2), st.floats(min_value=1e-3, max_value=1.0))
def test_bound_of_two_courses(drawn: tuple[np.ndarray, ...], share: float) -> None:
    """D_v(a + b) <= D_{v/2}(a) + D_{v/2}(b) for any two doses on the same samples and any v."""
    volumes, a, b = drawn
    v = share * float(volumes.sum())
    total = near_maximum_gy(a + b, volumes, v)
    first, second = near_maximum_gy(a, volumes, v / 2), near_maximum_gy(b, volumes, v / 2)
    assert total is not None
    assert first is not None
    assert second is not None
    assert total <= (first + second) * (1 + 1e-12)


@pytest.mark.rule(10)
@settings(deadline=None)
@given(samples(3), st.floats(min_value=1e-3, max_value=1.0))
def test_bound_of_three_courses(drawn: tuple[np.ndarray, ...], share: float) -> None:
    """D_v of a sum of N doses is at most the sum of their D_{v/N}."""
    volumes, *doses = drawn
    v = share * float(volumes.sum())
    bound = sum(near_maximum_gy(dose, volumes, v / 3) or 0.0 for dose in doses)
    assert (near_maximum_gy(sum(doses), volumes, v) or 0.0) <= bound * (1 + 1e-12)


@settings(deadline=None)
@given(samples(1), st.floats(min_value=1e-3, max_value=0.999), st.floats(min_value=1e-3, max_value=0.999))
def test_dose_falls_as_volume_grows(drawn: tuple[np.ndarray, ...], one: float, other: float) -> None:
    """D_v never rises with v, and lies between the extremes."""
    volumes, dose = drawn
    small, large = sorted((one, other))
    total = float(volumes.sum())
    hot, cool = near_maximum_gy(dose, volumes, small * total), near_maximum_gy(dose, volumes, large * total)
    assert hot is not None
    assert cool is not None
    assert dose.min() <= cool <= hot <= dose.max()


@settings(deadline=None)
@given(samples(1), st.floats(min_value=1e-3, max_value=100.0))
def test_dose_and_volume_are_inverse(drawn: tuple[np.ndarray, ...], percent: float) -> None:
    """At least p % of the volume receive D_p%, and less than that receive more."""
    volumes, dose = drawn
    found = dose_at_percent_gy(dose, volumes, percent)
    assert found is not None
    asked = percent / 100.0 * float(volumes.sum())
    assert volume_above_cm3(dose, volumes, found) >= asked * (1 - 1e-8)
    assert volume_above_cm3(dose, volumes, np.nextafter(found, np.inf)) <= asked * (1 + 1e-8)


@settings(deadline=None)
@given(samples(1), GRAYS, st.floats(min_value=1e-3, max_value=0.999))
def test_a_dose_is_reached_exactly_when_its_volume_is(
    drawn: tuple[np.ndarray, ...], threshold: float, share: float
) -> None:
    """D_v >= d exactly when V(d) >= v, for every d and v: each is the inverse of the other, steps and all."""
    volumes, dose = drawn
    v = share * float(volumes.sum())
    for d in (threshold, float(dose[0])):
        reached = volume_above_cm3(dose, volumes, d)
        if abs(reached - v) > 1e-8 * v:  # apart from round-off of the sums
            assert ((near_maximum_gy(dose, volumes, v) or 0.0) >= d) == (reached >= v)


@settings(deadline=None)
@given(samples(1), GRAYS)
def test_there_and_back(drawn: tuple[np.ndarray, ...], threshold: float) -> None:
    """D(V(d)) is the lowest dose at or above d that any sample has, and has the same volume."""
    volumes, dose = drawn
    reached = volume_above_cm3(dose, volumes, threshold)
    if reached > 0.0:
        back = near_maximum_gy(dose, volumes, reached)
        assert back == dose[dose >= threshold].min()
        assert volume_above_cm3(dose, volumes, back) == reached


@settings(deadline=None)
@given(samples(1), GRAYS, GRAYS)
def test_volume_falls_as_dose_grows(drawn: tuple[np.ndarray, ...], one: float, other: float) -> None:
    """V(d) never rises with d, from the whole volume at 0 Gy to none above the maximum."""
    volumes, dose = drawn
    low, high = sorted((one, other))
    assert volume_above_cm3(dose, volumes, low) >= volume_above_cm3(dose, volumes, high)
    assert volume_above_cm3(dose, volumes, 0.0) == pytest.approx(volumes.sum())
    assert volume_above_cm3(dose, volumes, float(np.nextafter(dose.max(), np.inf))) == 0.0


EXPONENTS = st.floats(min_value=-40.0, max_value=40.0).filter(lambda a: abs(a) > 1e-3)


@settings(deadline=None)
@given(samples(1), EXPONENTS, EXPONENTS, st.floats(min_value=0.1, max_value=10.0))
def test_equivalent_uniform_dose_is_a_mean(
    drawn: tuple[np.ndarray, ...], one: float, other: float, factor: float
) -> None:
    """gEUD lies between the extremes, grows with a (the power means), and scales with the dose; a = 1 is the mean."""
    volumes, dose = drawn
    dose = dose + 0.5
    low, high = sorted((one, other))
    cool, hot = (equivalent_uniform_gy(dose, volumes, a) for a in (low, high))
    slack = 1.0 + 1e-9
    assert dose.min() <= cool * slack <= hot * slack**2 <= dose.max() * slack**3
    scaled = equivalent_uniform_gy(factor * dose, volumes, low)
    assert scaled == pytest.approx(factor * cool)
    assert equivalent_uniform_gy(dose, volumes, 1.0) == pytest.approx(mean_gy(dose, volumes))


@settings(deadline=None)
@given(samples(1))
def test_curve_falls_from_the_whole_volume(drawn: tuple[np.ndarray, ...]) -> None:
    """The curve never rises, starts at the whole volume, and its area is the mean dose."""
    volumes, dose = drawn
    curve = cumulative(dose, volumes)
    assert np.all(np.diff(curve.volume_cm3) <= 0.0)
    assert curve.volume_cm3[0] == pytest.approx(volumes.sum())
    area = float(np.sum(np.diff(curve.dose_gy) * curve.volume_cm3[1:]))
    assert area / volumes.sum() == pytest.approx(mean_gy(dose, volumes), rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(samples(1), st.integers(min_value=0, max_value=300))
def test_a_structure_in_two_adds_up(drawn: tuple[np.ndarray, ...], cut: int) -> None:
    """Volumes above a dose of two parts add up to that of the whole."""
    volumes, dose = drawn
    parts = volume_above_cm3(dose[:cut], volumes[:cut], 30.0) + volume_above_cm3(
        dose[cut:], volumes[cut:], 30.0
    )
    assert parts == pytest.approx(volume_above_cm3(dose, volumes, 30.0))


@st.composite
def ellipsoids(draw: st.DrawFn) -> tuple[ContourStack, float]:
    """A tilted ellipsoid cut at 1 to 3 mm, at least six planes, and its volume in cm³."""
    a, b, c = (draw(st.floats(min_value=4.0, max_value=25.0)) for _ in range(3))
    step = draw(st.floats(min_value=1.0, max_value=min(3.0, c / 3.0)))
    phase, lean = (
        draw(st.floats(min_value=0.0, max_value=1.0)),
        draw(st.floats(min_value=-1.0, max_value=1.0)),
    )
    angle = 2.0 * np.pi * np.arange(120) / 120
    grown = np.sqrt(2 * np.pi / 120 / np.sin(2 * np.pi / 120))
    polygons = []
    for z in step * (np.arange(-40, 41) + phase):
        size = grown * np.sqrt(max(1.0 - (z / c) ** 2, 0.0))
        if size > 1e-3:
            x, y = a * size * np.cos(angle) + lean * z, b * size * np.sin(angle)
            polygons.append(np.column_stack([x, y, np.full(120, z)]))
    return ContourStack(frame="1", polygons=tuple(polygons)), 4 / 3 * np.pi * a * b * c / 1000.0


@settings(max_examples=60, deadline=None)
@given(ellipsoids())
def test_ellipsoids_have_their_volume(drawn: tuple[ContourStack, float]) -> None:
    """Any sheared ellipsoid at any slice spacing and phase has its volume within 0.2 %, its mean at its centre."""
    contours, truth = drawn
    found = structure_samples(contours, target_count=8000)
    assert found.volume_cm3 == pytest.approx(truth, rel=0.002)
    centroid = np.average(found.points_mm, axis=0, weights=found.volumes_cm3)
    assert centroid == pytest.approx([0.0, 0.0, 0.0], abs=0.05)


@settings(max_examples=25, deadline=None)
@given(ellipsoids(), st.floats(min_value=-400.0, max_value=400.0), st.integers(min_value=0, max_value=119))
def test_place_and_start_point_do_not_matter(
    drawn: tuple[ContourStack, float], shift: float, start: int
) -> None:
    """Moved in space, or each contour begun at another point and run the other way: the same volume and mean depth."""
    contours, _ = drawn
    moved = np.array([shift, -shift, shift])
    other = ContourStack(
        frame="1",
        polygons=tuple(np.roll(p, start, axis=0)[::-1] + moved for p in contours.polygons),
    )
    one, two = structure_samples(contours, target_count=3000), structure_samples(other, target_count=3000)
    assert two.volume_cm3 == pytest.approx(one.volume_cm3, rel=1e-5)
    means = [np.average(s.points_mm, axis=0, weights=s.volumes_cm3) for s in (one, two)]
    assert means[1] == pytest.approx(means[0] + moved, abs=1e-3)


@st.composite
def scribbles(draw: st.DrawFn) -> ContourStack:
    """Planes of unlike, jagged, shifted outlines, some with a second piece or a hole: contours no body has."""
    seed, planes = (
        draw(st.integers(min_value=0, max_value=2**32 - 1)),
        draw(st.integers(min_value=1, max_value=9)),
    )
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0.0, 2.0 * np.pi, 24))
    polygons = []
    for z in np.cumsum(rng.choice([1.0, 2.0, 3.0, 9.0], planes, p=[0.3, 0.3, 0.3, 0.1])):
        for _ in range(rng.choice([1, 2], p=[0.7, 0.3])):
            radius = rng.uniform(0.01, 12.0) * rng.uniform(0.6, 1.0, len(angle))
            x, y = rng.uniform(-8.0, 8.0, 2)
            polygons.append(
                np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle), 0 * angle + z])
            )
    return ContourStack(frame="1", polygons=tuple(polygons))


@settings(max_examples=200, deadline=None)
@given(scribbles())
def test_wild_contours_stay_near_what_was_drawn(contours: ContourStack) -> None:
    """Whatever was drawn, samples are finite, weigh something, and lie within what was drawn plus a margin."""
    found = structure_samples(contours, target_count=1500)
    prism = structure_samples(contours, target_count=1500, model=SliceModel.PRISM)
    drawn = np.concatenate(contours.polygons)
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    margin = np.array([0.6, 0.6, 0.0]) * (high - low) + [2.0, 2.0, 10.0]
    for points in (found.points_mm, found.extreme_points_mm):
        assert np.all(np.isfinite(points))
        assert np.all(points >= low - margin)
        assert np.all(points <= high + margin)
    assert np.all(found.volumes_cm3 >= 0.0)
    assert 0.5 * prism.volume_cm3 <= found.volume_cm3 <= 2.0 * prism.volume_cm3
