"""Descent: a level, points with their values and a rigid matrix come in; a better matrix and how alike they are go out.

Images on one scale are fitted by robust least squares (Gauss-Newton, Tukey's biweight, a free linear relation of the values:
its optimum is that of correlation over what fits; after Reuter et al. 2010, doi 10.1016/j.neuroimage.2010.07.020), others by
mutual information (Mattes et al. 2003, doi 10.1109/TMI.2003.809072) along its slope (L-BFGS), then by trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from graybook.geometry.arrays import FloatArray, IntArray
from graybook.registration._kernels.rigid import (
    UNKNOWNS,
    correlations,
    normal_sums,
    robust_cost,
    values_and_slopes,
)
from graybook.registration._kernels.rigid_information import (
    BINS,
    information_slopes,
    joint_counts,
)
from graybook.registration.rigid_levels import Level, Window

__all__ = [
    "Likeness",
    "Shared",
    "Sought",
    "by_correlation",
    "by_information",
    "correlation",
    "evidence",
    "information",
]

ARM_MM = 100.0
"""A turn is measured by the way it carries a point at this distance."""

TUKEY = 4.685
"""Width of the biweight in standard deviations: 95 % efficient on normal residuals (Holland and Welsch 1977)."""

LEAST_REACH = 1.0
"""Width of the biweight at least, in standard deviations of the values: where most is even, edges must not count as misfits."""

STEPS = 30
"""Gauss-Newton steps at most on one level."""

STILL = 5e-3
"""A step below this share of the voxels ends a descent."""

CELL_MM = 40.0
"""Sides of the cubes in which values are correlated: an arm that moved away spoils its own and no other. [mm]"""

LEAST_IN_CELL = 20
"""Points of a cube below which its correlation is not looked at."""

DESCENTS = 40
"""Steps along the slope of information at most on one level."""

TRIAL_FIRST, TRIALS, TRIAL_GAIN = 2.0, 10, 1e-5
"""First step by trial [mm], number of rounds, and the gain [nat] below which steps are halved."""

LEAST_INSIDE = 50
"""Points inside below which nothing can be said."""


class Likeness(NamedTuple):
    """How alike two images are, and the share of the points where both are."""

    value: float
    inside: float


class Shared(NamedTuple):
    """Mutual information [nat], its part of the two images' own, and the share of the points where both are."""

    nats: float
    part: float
    inside: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Sought:
    """What is looked for in the moving image: points of the sampled image and their values.

    Parameters
    ----------
    points_mm
        (n, 3).
    values
        Of the sampled image there.
    bins
        The values' places among the bins of a histogram.
    cells
        Numbers of the cubes in which points lie, rising.
    """

    points_mm: FloatArray
    values: FloatArray
    bins: IntArray
    cells: IntArray

    @cached_property
    def centre_mm(self) -> FloatArray:
        """About which it turns."""
        return np.asarray(self.points_mm.mean(axis=0))

    @cached_property
    def relative_mm(self) -> FloatArray:
        """From the centre to the points (n, 3)."""
        return np.ascontiguousarray(self.points_mm - self.centre_mm)

    @classmethod
    def of(cls, level: Level, points_mm: FloatArray, window: Window, *, cell_mm: float = CELL_MM) -> Sought:
        """The points of a level that have a value."""
        values = level.values_at(points_mm)
        known = np.isfinite(values)
        points, values = points_mm[known], values[known]
        cells = _cells(points, cell_mm)
        order = np.argsort(cells, kind="stable")
        points, values = np.ascontiguousarray(points[order]), np.ascontiguousarray(values[order])
        share = (values - window.low) / (window.high - window.low)
        bins = np.clip((share * BINS).astype(np.int64), 0, BINS - 1)
        return cls(points_mm=points, values=values, bins=bins, cells=np.ascontiguousarray(cells[order]))


def _cells(points_mm: FloatArray, cell_mm: float) -> IntArray:
    """Numbers of the cubes of a lattice in which points lie."""
    if not len(points_mm):
        return np.zeros(0, dtype=np.int64)
    at = np.floor((points_mm - points_mm.min(axis=0)) / cell_mm).astype(np.int64)
    sizes = at.max(axis=0) + 1
    return np.asarray((at[:, 2] * sizes[1] + at[:, 1]) * sizes[0] + at[:, 0])


def turned(matrix: FloatArray, centre: FloatArray, step: FloatArray) -> FloatArray:
    """``matrix`` followed by a turn (a rotation vector) about where it carries ``centre``, and a shift."""
    turn = Rotation.from_rotvec(step[:3]).as_matrix()
    there = _carried(matrix, centre)
    out = np.eye(4)
    out[:3, :3] = _product(turn, matrix[:3, :3])
    out[:3, 3] = there + step[3:] - _times(out[:3, :3], centre)
    return out


def _times(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    return np.asarray((matrix * vector).sum(axis=1))


def _product(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray((a[:, :, None] * b[None, :, :]).sum(axis=1))


def _carried(matrix: FloatArray, point: FloatArray) -> FloatArray:
    return np.asarray(_times(matrix[:3, :3], point) + matrix[:3, 3])


def evidence(level: Level, sought: Sought, matrix: FloatArray) -> float:
    """What the correlations in the cells say of a matrix, in nats for each point sought."""
    packed = level.matrix(matrix)[None]
    return float(correlations(level.image, sought.points_mm, sought.values, sought.cells, packed)[0])


def correlation(level: Level, sought: Sought, matrix: FloatArray) -> Likeness:
    """Median over the cells, by points, of the correlation in them; 0 where too few points are in both images."""
    moved = _samples(level, sought, matrix)[:, 0]
    known = np.isfinite(moved)
    inside = float(np.mean(known)) if len(known) else 0.0
    if known.sum() < LEAST_INSIDE:
        return Likeness(0.0, inside)
    a, b, cell = sought.values[known], moved[known], np.unique(sought.cells[known], return_inverse=True)[1]
    count = np.bincount(cell)
    a, b = a - (np.bincount(cell, a) / count)[cell], b - (np.bincount(cell, b) / count)[cell]
    spread = np.sqrt(np.bincount(cell, a * a) * np.bincount(cell, b * b))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(spread > 0, np.bincount(cell, a * b) / spread, 0.0)
    enough = count >= LEAST_IN_CELL
    if not enough.any():
        return Likeness(0.0, inside)
    order = np.argsort(found[enough], kind="stable")
    rising = np.cumsum(count[enough][order])
    middle = int(np.searchsorted(rising, rising[-1] / 2))
    return Likeness(float(found[enough][order][middle]), inside)


def by_correlation(level: Level, sought: Sought, matrix: FloatArray, *, steps: int = STEPS) -> FloatArray:
    """The rigid matrix (4x4) at which robust residuals are least, from a start."""
    samples = _samples(level, sought, matrix)
    still = STILL * float(level.grid.spacing_mm.min())
    damping, relation, fresh = 1e-3, (1.0, 0.0), True
    for _ in range(steps):
        if np.isfinite(samples[:, 0]).sum() < LEAST_INSIDE:
            return matrix
        if fresh:
            relation, reach = _relation(samples, sought, relation)
            cost = _cost(samples, sought, relation, reach)
            normal, right = _normal(samples, matrix, sought, relation, reach)
        step = _step(normal, right, damping)
        if step is None:
            return matrix
        there = turned(matrix, sought.centre_mm, step)
        tried = _samples(level, sought, there)
        fresh = _cost(tried, sought, relation, reach) <= cost
        damping = max(damping / 5, 1e-6) if fresh else damping * 10
        if fresh:
            matrix, samples = there, tried
        if _length(step) < still or damping > 1e3:
            break
    return matrix


def _samples(level: Level, sought: Sought, matrix: FloatArray) -> FloatArray:
    found: FloatArray = values_and_slopes(
        level.image, sought.points_mm, level.matrix(matrix), level.grid.to_index
    )
    return found


def _relation(
    samples: FloatArray, sought: Sought, before: tuple[float, float]
) -> tuple[tuple[float, float], float]:
    """The linear relation of the values that fits most of them, and how far off a value may be."""
    known = np.isfinite(samples[:, 0])
    a, b = sought.values[known], samples[known, 0]
    slope, offset = before
    spread_of_values = LEAST_REACH * float(a.std())
    for _ in range(3):
        residual = b - slope * a - offset
        reach = max(TUKEY * 1.4826 * float(np.median(np.abs(residual))), spread_of_values, 1e-6)
        keep = np.clip(1 - (residual / reach) ** 2, 0.0, None) ** 2
        total = keep.sum()
        if total <= 0:
            break
        mean_a, mean_b = (keep * a).sum() / total, (keep * b).sum() / total
        spread = (keep * (a - mean_a) ** 2).sum()
        if spread <= 0:
            break
        slope = float((keep * (a - mean_a) * (b - mean_b)).sum() / spread)
        offset = float(mean_b - slope * mean_a)
    return (slope, offset), reach


def _normal(
    samples: FloatArray, matrix: FloatArray, sought: Sought, relation: tuple[float, float], reach: float
) -> tuple[FloatArray, FloatArray]:
    """Matrix and right side of the normal equations."""
    turn = np.ascontiguousarray(matrix[:3, :3])
    sums = normal_sums(samples, sought.relative_mm, turn, sought.values, *relation, reach)
    normal = np.zeros((UNKNOWNS, UNKNOWNS))
    normal[np.triu_indices(UNKNOWNS)] = sums[:-UNKNOWNS]
    return normal + np.triu(normal, 1).T, sums[-UNKNOWNS:]


def _cost(samples: FloatArray, sought: Sought, relation: tuple[float, float], reach: float) -> float:
    """Mean robust cost of the points inside; infinite when there are too few."""
    cost, count = robust_cost(samples, sought.values, *relation, reach)
    return float(cost / count) if count >= LEAST_INSIDE else np.inf


def _step(normal: FloatArray, right: FloatArray, damping: float) -> FloatArray | None:
    """The damped Gauss-Newton step; None where the points say nothing."""
    scale = np.sqrt(np.maximum(np.diag(normal), 1e-12))
    scaled = normal / np.outer(scale, scale) + damping * np.eye(UNKNOWNS)
    try:
        step = np.linalg.solve(scaled, -right / scale) / scale
    except np.linalg.LinAlgError:
        return None
    return np.asarray(step[:6]) if np.all(np.isfinite(step)) else None


def _length(step: FloatArray) -> float:
    """About how far a step carries a point, in mm."""
    return float(np.linalg.norm(step[:3]) * ARM_MM + np.linalg.norm(step[3:]))


def information(level: Level, sought: Sought, matrix: FloatArray, window: Window) -> Shared:
    """What the two share where both are; the part is 2 I / (H + H): 0 independent, 1 each given by the other."""
    counts, inside = _counts(_samples(level, sought, matrix), sought, window)
    if inside * len(sought.values) < LEAST_INSIDE:
        return Shared(0.0, 0.0, inside)
    joint, fixed, moving = _entropy(counts), _entropy(counts.sum(axis=1)), _entropy(counts.sum(axis=0))
    nats = fixed + moving - joint
    return Shared(nats, 2 * nats / max(fixed + moving, 1e-12), inside)


def _counts(samples: FloatArray, sought: Sought, window: Window) -> tuple[FloatArray, float]:
    """Joint distribution of the values, and the share of the points inside."""
    counts = joint_counts(samples, sought.bins, *window)
    total = float(counts.sum())
    return counts / max(total, 1e-12), total / max(len(sought.values), 1)


def _entropy(shares: FloatArray) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log(some)).sum())


def by_information(
    level: Level, sought: Sought, matrix: FloatArray, window: Window, *, trial: bool = False
) -> FloatArray:
    """The rigid matrix (4x4) at which mutual information is greatest, from a start: along its slope, then by trial.

    Information has small ridges on which its slope ends; with ``trial``, steps along each axis, halved when none helps, cross them.
    """

    def objective(x: FloatArray) -> tuple[float, FloatArray]:
        return _loss(level, sought, _moved(matrix, sought, x), window, x[:3] / ARM_MM)

    found = minimize(objective, np.zeros(6), jac=True, method="L-BFGS-B", options={"maxiter": DESCENTS})
    best, least = np.asarray(found.x), float(found.fun)
    step = TRIAL_FIRST if trial else 0.0
    for _ in range(TRIALS if trial else 0):
        before = least
        for axis in range(6):
            for way in (step, -step):
                tried = best + way * np.eye(6)[axis]
                samples = _samples(level, sought, _moved(matrix, sought, tried))
                loss = -_information(_counts(samples, sought, window)[0])
                if loss < least:
                    best, least = tried, loss
        if least > before - TRIAL_GAIN:
            step /= 2
    return _moved(matrix, sought, best)


def _moved(matrix: FloatArray, sought: Sought, x: FloatArray) -> FloatArray:
    """A matrix after turns, as ways of a point at :data:`ARM_MM`, and shifts, all in mm."""
    return turned(matrix, sought.centre_mm, np.concatenate([x[:3] / ARM_MM, x[3:]]))


def _information(counts: FloatArray) -> float:
    """Mutual information of a joint distribution. [nat]"""
    return _entropy(counts.sum(axis=0)) + _entropy(counts.sum(axis=1)) - _entropy(counts)


def _loss(
    level: Level, sought: Sought, matrix: FloatArray, window: Window, turn_so_far: FloatArray
) -> tuple[float, FloatArray]:
    """Mutual information with its sign changed, and its slope along :func:`_moved`."""
    samples = _samples(level, sought, matrix)
    counts, inside = _counts(samples, sought, window)
    if inside * len(sought.values) < LEAST_INSIDE:
        return 0.0, np.zeros(6)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(counts > 0, np.log(counts / counts.sum(axis=0)[None, :]), 0.0)
    gain = np.ascontiguousarray(gain / (inside * len(sought.values)))
    turn = np.ascontiguousarray(matrix[:3, :3])
    slope = information_slopes(samples, sought.relative_mm, turn, sought.bins, *window, gain)
    slope[:3] = _times(_turn_slopes(turn_so_far).T, slope[:3]) / ARM_MM
    return -_information(counts), -slope


def _turn_slopes(turn: FloatArray) -> FloatArray:
    """The left Jacobian of the exponential map at a rotation vector."""
    angle = float(np.linalg.norm(turn))
    x, y, z = turn
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    if angle < 1e-6:
        return np.eye(3) + 0.5 * cross
    first, second = (1 - np.cos(angle)) / angle**2, (angle - np.sin(angle)) / angle**3
    return np.asarray(np.eye(3) + first * cross + second * _product(cross, cross))
