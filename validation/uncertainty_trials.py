"""Trials: numbers come in; cases with a known truth go out. numpy and scipy only: not a line of the estimator's is used.

One trial is one patient: two earlier courses whose doses lie wrongly on the anatomy, one organ, and the true figures of the
equieffective sum. What the estimator is given is what a clinic has: the doses on their grids, where the *observed* alignment puts
the organ's points, and the sizes of the errors. The truth is where the points truly lay and what was truly given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import interpolate, ndimage, optimize, spatial, special, stats

__all__ = [
    "ERRORS",
    "METRICS",
    "Case",
    "GivenCourse",
    "Pattern",
    "case",
    "gaussian",
    "laplace",
    "of_pattern",
    "student",
]

Array = npt.NDArray[np.float64]
Errors = Callable[[np.random.Generator, Array, float, float], Array]
"""From points (n, 3), a 95 % error and a correlation length to displacements (n, 3). [mm]"""

METRICS = ("D0.03cc", "mean", "D20%")
"""What every trial asks."""

ALPHA_BETA_GY = 2.5
STEP_MM = 4.0
"""Of the dose grids. [mm]"""

MARGIN_MM = 25.0
"""What a dose grid reaches beyond the organ, truly and as observed. [mm]"""

WAVES = 200
"""Waves that a random field is made of."""


@dataclass(frozen=True, kw_only=True)
class GivenCourse:
    """One course as it is known: planned dose on a grid (zyx) from an origin on, and where the organ's points seem to lie."""

    dose_gy: Array
    origin_mm: Array
    fractions: int
    points_mm: Array
    error_mm: float
    dose_sd: float
    delivery_sd: float


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the estimator is given, and the true values of :data:`METRICS`. [Gy]"""

    points_mm: Array
    volumes_cm3: Array
    courses: tuple[GivenCourse, ...]
    correlation_mm: float
    truth: Array


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Residuals of a real registration: places (n, 3), error vectors (n, 3), and the 95 % error that was stated there (n,). [mm]"""

    points_mm: Array
    errors_mm: Array
    stated_mm: Array

    def between(self, points_mm: Array) -> Array:
        """The vectors linearly interpolated at points (n, 3), beyond the hull of the places that of the nearest one. [mm]"""
        found = self._linear(points_mm)
        nearest = spatial.cKDTree(self.points_mm).query(points_mm)[1]
        result: Array = np.where(np.isnan(found), self.errors_mm[nearest], found)
        return result

    @cached_property
    def _linear(self) -> interpolate.LinearNDInterpolator:
        return interpolate.LinearNDInterpolator(self.points_mm, self.errors_mm)


def gaussian(rng: np.random.Generator, points_mm: Array, error_mm: float, correlation_mm: float) -> Array:
    """A Gaussian field of covariance exp(-r² / 2 c²), as a sum of waves whose wave vectors are drawn from its spectrum."""
    sd = error_mm / np.sqrt(stats.chi2.ppf(0.95, 3))
    waves = rng.normal(size=(WAVES, 3)) / correlation_mm
    phases = points_mm @ waves.T
    amplitudes = rng.normal(size=(2, WAVES, 3)) * sd / np.sqrt(WAVES)
    field: Array = np.cos(phases) @ amplitudes[0] + np.sin(phases) @ amplitudes[1]
    return field


def student(rng: np.random.Generator, points_mm: Array, error_mm: float, correlation_mm: float) -> Array:
    """A Student field with 3 degrees of freedom: a Gaussian one of random size; 95 % of lengths keep within the error."""
    free = 3.0
    size = 1.0 / np.sqrt(rng.chisquare(free) / free)
    longest = np.sqrt(3.0 * stats.f.ppf(0.95, 3, free)) / np.sqrt(stats.chi2.ppf(0.95, 3))
    return gaussian(rng, points_mm, error_mm * size / longest, correlation_mm)


def _laplace_share(length: float) -> float:
    """Share of vectors √w z (w exponential of mean 1, z three standard normal components) longer than ``length``."""
    r = np.sqrt(2.0) * length
    # the density of the length is 2 r K_{1/2}(√2 r) √(√2 r) √(2/π) up to a factor; integrated: (1 + √2 r) exp(-√2 r)
    return float((1.0 + r) * np.exp(-r))


LAPLACE_95 = float(optimize.brentq(lambda length: _laplace_share(length) - 0.05, 1.0, 10.0))


def laplace(rng: np.random.Generator, points_mm: Array, error_mm: float, correlation_mm: float) -> Array:
    """A Laplace field: a Gaussian one whose variance is exponential; 95 % of lengths keep within the error."""
    size = np.sqrt(rng.exponential()) * np.sqrt(stats.chi2.ppf(0.95, 3)) / LAPLACE_95
    return gaussian(rng, points_mm, error_mm * size, correlation_mm)


ERRORS: dict[str, Errors] = {"gaussian": gaussian, "student": student, "laplace": laplace}


def of_pattern(rng: np.random.Generator, pattern: Pattern, points_mm: Array) -> tuple[Array, float]:
    """Errors at an organ's points laid among a registration's residuals, and the error stated at the nearest of them. [mm]

    The organ's middle is put up to 10 mm from a landmark drawn at random, the whole pattern turned or mirrored at random about it.
    Between landmarks the vectors are interpolated linearly (Delaunay), beyond their hull the nearest one counts: at a landmark the
    error is that landmark's, none is made smaller or larger.
    """
    chosen, turn, way = int(rng.integers(len(pattern.points_mm))), turned(rng), rng.normal(size=3)
    beside = rng.uniform(0.0, 10.0) * way / np.linalg.norm(way)
    there = (points_mm - points_mm.mean(axis=0) + beside) @ turn + pattern.points_mm[chosen]
    found: Array = pattern.between(there) @ turn.T
    return found, float(pattern.stated_mm[chosen])


def turned(rng: np.random.Generator) -> Array:
    """A random turn, or a turn and a mirror."""
    found: Array = stats.ortho_group.rvs(3, random_state=rng)
    return found


def _organ(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """A ball, a slab or a cord: points on a jittered lattice that fills it, and their volumes. [mm, cm³]"""
    half = np.array(
        [
            rng.uniform([8.0] * 3, [25.0] * 3),
            rng.uniform([25.0, 25.0, 5.0], [40.0, 40.0, 8.0]),
            [6.0, 6.0, rng.uniform(30.0, 70.0)],
        ][int(rng.integers(3))]
    )
    turn = turned(rng)
    step = (8.0 * np.prod(half) * np.pi / 6.0 / count) ** (1.0 / 3.0)
    axes = [np.arange(-side + 0.5 * step, side, step) for side in half]
    lattice = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    lattice += rng.uniform(-0.5, 0.5, lattice.shape) * step
    inside = ((lattice / half) ** 2).sum(axis=1) <= 1.0
    points: Array = lattice[inside] @ turn.T
    return points, np.full(len(points), np.prod(half) * np.pi * 4.0 / 3.0 / 1000.0 / len(points))


def _dose(rng: np.random.Generator, low_mm: Array, high_mm: Array) -> tuple[Array, Array]:
    """A planned dose on a grid over a box: a target with a rim of some millimetres, a second lobe, a bath, ripples; its origin."""
    low = np.floor((low_mm - MARGIN_MM) / STEP_MM) * STEP_MM
    axes = [np.arange(first, last + MARGIN_MM, STEP_MM) for first, last in zip(low, high_mm, strict=True)]
    z, y, x = np.meshgrid(*axes[::-1], indexing="ij")
    places = np.stack([x, y, z], axis=-1)
    dose = np.full(x.shape, rng.uniform(1.0, 4.0))
    for share in (1.0, rng.uniform(0.1, 0.5)):
        centre, sides = rng.uniform(-45.0, 45.0, 3), rng.uniform(20.0, 45.0, 3)
        local = ((places - centre) @ turned(rng)) / sides
        radius = np.sqrt(np.einsum("zyxc,zyxc->zyx", local, local))
        rim = rng.uniform(4.0, 12.0) / sides.mean()
        dose += share * rng.uniform(20.0, 60.0) * special.expit((1.0 - radius) / rim)
    dose *= 1.0 + 0.03 * np.sin(x / 17.0 + rng.uniform(0.0, 6.0)) * np.cos(y / 13.0) * np.cos(z / 21.0)
    return dose, low


def _sampled(dose: Array, origin_mm: Array, points_mm: Array) -> Array:
    found: Array = ndimage.map_coordinates(
        dose, ((points_mm - origin_mm) / STEP_MM)[:, ::-1].T, order=1, mode="nearest"
    )
    return found


def _measured(eqd2: Array, volumes: Array) -> Array:
    """:data:`METRICS`, from scratch."""
    order = np.argsort(eqd2)[::-1]
    filled = np.cumsum(volumes[order])
    near = eqd2[order][np.searchsorted(filled, 0.03 * (1 - 1e-9))]
    fifth = eqd2[order][np.searchsorted(filled, 0.2 * volumes.sum() * (1 - 1e-9))]
    return np.array([near, (eqd2 * volumes).sum() / volumes.sum(), fifth])


def case(
    rng: np.random.Generator,
    kind: str,
    *,
    count: int = 150,
    correlation_mm: float = 30.0,
    longer: float = 1.0,
    pattern: Pattern | None = None,
    factor_sd: float = 0.0,
) -> Case:
    """One trial: errors of a kind, alike over ``longer`` times the length that the estimator is told, or of a pattern. [mm]"""
    points, volumes = _organ(rng, count)
    given, total = [], np.zeros(len(points))
    for _ in range(2):
        truly = points + rng.uniform(-25.0, 25.0, 3)
        if pattern is None:
            error = rng.uniform(2.0, 8.0)
            off = ERRORS[kind](rng, points, error, longer * correlation_mm)
        else:
            off, error = of_pattern(rng, pattern, points)
        ends = np.stack([truly, truly + off])
        dose, origin = _dose(rng, ends.min(axis=(0, 1)), ends.max(axis=(0, 1)))
        fractions = int(rng.choice([5, 10, 25, 30]))
        sds = factor_sd * rng.uniform(0.5, 1.5, 2)
        truth = _sampled(dose, origin, truly) * np.prod(1.0 + sds * rng.normal(size=2))
        each = truth / fractions
        total += fractions * each * (each + ALPHA_BETA_GY) / (2.0 + ALPHA_BETA_GY)
        given.append(
            GivenCourse(
                dose_gy=dose, origin_mm=origin, fractions=fractions, points_mm=truly + off, error_mm=error,
                dose_sd=float(sds[0]), delivery_sd=float(sds[1]),
            )
        )  # fmt: skip
    return Case(
        points_mm=points,
        volumes_cm3=volumes,
        courses=tuple(given),
        correlation_mm=correlation_mm,
        truth=_measured(total, volumes),
    )
