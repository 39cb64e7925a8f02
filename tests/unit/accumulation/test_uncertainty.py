"""Tests of the Monte Carlo against closed forms: Gaussian errors in linear doses, factors on doses, nothing at all."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numba
import numpy as np
import pytest
from scipy import stats

from graybook.accumulation import uncertainty
from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.phase_dose import PhaseDose
from graybook.accumulation.uncertainty import (
    SHARE_95,
    Assumption,
    RandomTerms,
    Simulated,
    UncertainCourse,
    UncertainStructure,
    simulated,
)
from graybook.dvh.metrics import evaluate, parse, parse_list
from graybook.errors import UsageError
from graybook.geometry import Affine, GridField, MappedField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.field import Field, FieldSamples
from graybook.geometry.grid import Grid

GRID = Grid(
    frame="1.2.3",
    shape=(41, 41, 41),
    origin_mm=np.full(3, -100.0),
    spacing_mm=np.full(3, 5.0),
    axes=np.eye(3),
)
Z, Y, X = np.meshgrid(*[np.arange(41) * 5.0 - 100.0] * 3, indexing="ij")
POINTS = np.random.default_rng(1).uniform(-10.0, 10.0, (900, 3))
PHYSICAL = Assumption(alpha_beta_gy=1e12)
"""EQD2 is physical dose."""


def course(values: FloatArray, name: str = "C1", fractions: int = 25) -> CourseDose:
    field = GridField(grid=GRID, values=np.broadcast_to(values, GRID.shape))
    return CourseDose(
        id=name, phases=(PhaseDose(id=name, field=field, planned=fractions, delivered=fractions),)
    )


def on_points(dose: CourseDose, **errors: float) -> UncertainCourse:
    return UncertainCourse(dose=dose, points_mm=POINTS, **errors)


def structure(
    *courses: UncertainCourse, metrics: str = "mean", assumptions: tuple[Assumption, ...] = (PHYSICAL,)
) -> UncertainStructure:
    return UncertainStructure(
        name="cord",
        points_mm=POINTS,
        volumes_cm3=np.full(850, 0.01),
        courses=courses,
        assumptions=assumptions,
        metrics=parse_list(metrics),
    )


def run(asked: UncertainStructure, **terms: float) -> Simulated:
    return simulated([asked], RandomTerms(**terms))[0]  # type: ignore[arg-type]


def test_length_of_95_percent() -> None:
    """95 % of vectors of three standard normal components keep within the stated length."""
    assert stats.chi(3).ppf(0.95) == pytest.approx(SHARE_95, abs=1e-12)


def test_rigid_error_in_a_gradient() -> None:
    """A dose rising by 0.2 Gy per mm along x, displaced as a whole: every dose is Gaussian with sd 0.2 x error / 2.7955."""
    found = run(
        structure(on_points(course(30.0 + 0.2 * X), error_mm=5.0), metrics="mean, D0.03cc, max, D95%"),
        samples=4000,
        correlation_mm=1e5,
    )
    sd = 0.2 * 5.0 / SHARE_95
    for k in range(4):
        change = found.values[0, :, k] - found.nominal[0, k]
        assert stats.kstest(change / sd, "norm").pvalue > 0.001
    assert found.nominal[0, 0] == pytest.approx(30.0 + 0.2 * POINTS[:850, 0].mean(), abs=1e-6)


def test_delivery_alone() -> None:
    """A factor 1 + 0.03 z on 25 x 2 Gy gives the quantiles of 25 d (d + 3) / 5 at d = 2 (1 + 0.03 z)."""
    assumed = Assumption(alpha_beta_gy=3.0)
    found = run(
        structure(on_points(course(np.array(50.0)), delivery_sd=0.03), assumptions=(assumed,)), samples=20_000
    )
    for share in (0.05, 0.5, 0.95):
        d = 2.0 * (1.0 + 0.03 * stats.norm.ppf(share))
        assert np.quantile(found.values[0, :, 0], share) == pytest.approx(25.0 * d * (d + 3.0) / 5.0, abs=0.1)


def test_dose_and_delivery_together() -> None:
    """Independent factors of 4 and 3 %: the physical dose varies by 5 %."""
    found = run(structure(on_points(course(np.array(50.0)), dose_sd=0.04, delivery_sd=0.03)), samples=20_000)
    assert found.values[0, :, 0].std() == pytest.approx(0.05 * 50.0, rel=0.02)


def test_nothing_off() -> None:
    """Without errors every sample is the nominal value, and that is what the metrics of the doses say."""
    metrics = (
        "mean, D0.03cc, D95%, V32Gy[%], V32Gy[cc], CV1cc<32Gy, min, max, median, gEUD(a=4), gEUD(a=-4), HI"
    )
    found = run(
        structure(
            on_points(course(30.0 + 0.2 * X)), on_points(course(0.1 * Y + 12.0, "C2")), metrics=metrics
        ),
        samples=10,
    )
    assert (found.values == found.nominal[:, None]).all()
    doses = 42.0 + 0.2 * POINTS[:, 0] + 0.1 * POINTS[:, 1]
    volumes = np.full(850, 0.01)
    expected = [evaluate(one, doses[:850], volumes, doses[850:]) for one in parse_list(metrics)]
    assert found.nominal[0] == pytest.approx(np.array(expected, dtype=float), abs=1e-6)


def test_recovery_order_and_fractions() -> None:
    """Half of a course recovered, phases together (50 not 37.5), and the low-n end of a bracket (150 not 50): at α/β 2."""
    one = course(np.array(25.0)).phases[0]
    both = replace(course(np.array(25.0)), phases=(one, one))
    field = course(np.array(50.0)).phases[0].field
    bracketed = replace(one, field=field, planned=None, delivered=None, fractions_range=(5, 25))
    unknown = CourseDose(id="C2", phases=(bracketed,))
    assumptions = (
        Assumption(alpha_beta_gy=2.0),
        Assumption(alpha_beta_gy=2.0, concurrent=frozenset({"C1"}), kept={"C1": 0.5}, high=True),
    )
    found = run(structure(on_points(both), on_points(unknown), assumptions=assumptions), samples=2)
    assert found.nominal[:, 0].tolist() == pytest.approx([37.5 + 50.0, 25.0 + 150.0])


def test_outside_a_grid() -> None:
    """Points that no grid covers, or that lie nowhere, have no dose at the low end and the highest at the high end (rule 9)."""
    far, nowhere = POINTS + 1000.0, np.full_like(POINTS, np.nan)
    dose = course(np.array(50.0))
    for points in (far, nowhere):
        asked = structure(
            UncertainCourse(dose=dose, points_mm=points, error_mm=3.0),
            assumptions=(PHYSICAL, replace(PHYSICAL, high=True)),
        )
        found = run(asked, samples=4)
        assert found.values[:, :, 0] == pytest.approx(np.array([[0.0] * 4, [50.0] * 4]), abs=1e-6)


def test_draws_stand_alone() -> None:
    """A structure's samples are the same alone and among others, in any order; more samples begin with the same ones."""
    one = structure(on_points(course(30.0 + 0.2 * X), error_mm=4.0, dose_sd=0.02), metrics="mean, max")
    moved = replace(one, points_mm=POINTS + 150.0)
    alone = run(one, samples=31).values
    among = simulated([moved, one], RandomTerms(samples=100))[1].values
    assert np.array_equal(alone, among[:, :31])
    assert not np.array_equal(alone, run(one, samples=31, seed=2).values)


def test_terms_alone() -> None:
    """In a physical dose the change by a small error and by a factor add up, each as it is when alone on the same draws."""
    asked = structure(on_points(course(40.0 + 0.1 * X), error_mm=1.0, delivery_sd=0.001))
    terms = RandomTerms(samples=50)
    changes = []
    for only in (frozenset({"registration C1"}), frozenset({"delivery C1"}), None, frozenset({"dose C1"})):
        found = simulated([asked], terms, only=only)[0]
        changes.append(found.values[0, :, 0] - found.nominal[0, 0])
    assert changes[2] == pytest.approx(changes[0] + changes[1], abs=1e-3)
    assert (changes[3] == 0.0).all()


def test_threads() -> None:
    """One thread and two give the same digits."""
    dose = course(30.0 + 0.2 * X + 10.0 * np.sin(Y / 15.0))
    asked = structure(
        on_points(dose, error_mm=4.0, dose_sd=0.02), metrics="mean, D0.03cc, V31Gy[%], gEUD(a=8)"
    )
    several = [asked, replace(asked, points_mm=POINTS + 20.0), replace(asked, metrics=parse_list("max"))]
    threads, found = numba.get_num_threads(), []
    try:
        for count in (1, min(2, threads)):
            numba.set_num_threads(count)
            found.append(simulated(several, RandomTerms(samples=130)))
    finally:
        numba.set_num_threads(threads)
    for one, two in zip(*found, strict=True):
        for name in ("values", "nominal", "dvh_dose_gy", "dvh_percent"):
            assert np.array_equal(getattr(one, name), getattr(two, name))


def test_band_of_a_curve() -> None:
    """A flat dose with a factor: half of the samples' curves hold all the volume at the nominal dose, and levels are in order."""
    found = run(structure(on_points(course(np.array(50.0)), delivery_sd=0.05)), samples=2001)
    at = found.dvh_dose_gy
    middle = found.dvh_percent[0, 1]
    assert np.interp(49.0, at, middle) == pytest.approx(100.0)
    assert np.interp(51.5, at, middle) == pytest.approx(0.0)
    assert all(
        (found.dvh_percent[0, low] <= found.dvh_percent[0, up]).all() for low, up in pairwise(range(3))
    )
    ends = [at[found.dvh_percent[0, k] > 50.0].max() for k in (0, 2)]
    assert ends == pytest.approx([50.0 * (1 - 0.05 * 1.645), 50.0 * (1 + 0.05 * 1.645)], abs=1.0)


def test_wrong_calls() -> None:
    """No sample, a negative error, and points that do not belong together are refused."""
    with pytest.raises(UsageError, match="sample"):
        RandomTerms(samples=0)
    with pytest.raises(UsageError, match="errors"):
        on_points(course(np.array(1.0)), error_mm=-1.0)
    with pytest.raises(UsageError, match="points"):
        structure(UncertainCourse(dose=course(np.array(1.0)), points_mm=POINTS[:5]))


class Plain:
    """A field that is no grid: one seen through nothing."""

    frame = "1.2.3"

    def __init__(self, field: Field) -> None:
        self.field = field

    def sample(self, points_mm: FloatArray) -> FieldSamples:
        return self.field.sample(points_mm)


def test_fields_of_any_kind() -> None:
    """A grid seen through an affine transform, and a field that is no grid, give the samples of the grid itself."""
    dose = course(30.0 + 0.2 * X + 10.0 * np.sin(Y / 15.0))
    grid = dose.phases[0].field
    matrix = np.eye(4)
    matrix[:3, 3] = [1.0, 2.0, 3.0]
    moved = MappedField(field=grid, transform=Affine(from_frame="4.5.6", to_frame="1.2.3", matrix=matrix))
    found = [
        run(
            structure(
                UncertainCourse(
                    dose=replace(dose, phases=(replace(dose.phases[0], field=field),)),
                    points_mm=POINTS - by,
                    error_mm=4.0,
                )
            ),
            samples=70,
        ).values
        for field, by in ((grid, 0.0), (moved, matrix[:3, 3]), (Plain(grid), 0.0))
    ]
    assert found[1] == pytest.approx(found[0], abs=1e-9)
    assert found[2] == pytest.approx(found[0], abs=1e-9)


def test_short_correlation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Structures too far apart for one lattice give the same digits, each with its own; one that is too large is refused."""
    near = structure(on_points(course(30.0 + 0.2 * X), error_mm=4.0))
    far = replace(near, points_mm=POINTS + 90.0)
    terms = RandomTerms(samples=20, correlation_mm=10.0)
    together = simulated([near, far], terms)
    monkeypatch.setattr(uncertainty, "NODES_TOGETHER", 1000)
    apart = simulated([near, far], terms)
    for one, two in zip(together, apart, strict=True):
        assert np.array_equal(one.values, two.values)
    with pytest.raises(UsageError, match="correlation length"):
        simulated([near, far], replace(terms, correlation_mm=0.1))


def test_metrics_of_the_field() -> None:
    """Indices that ask for the whole field are not known."""
    found = run(structure(on_points(course(np.array(50.0))), metrics="CI(40Gy)"), samples=2)
    assert np.isnan(found.values).all()
    assert parse("CI(40Gy)").needs_field
