"""Search: points of one image and a coarse copy of the other come in; rigid matrices worth descending from go out, best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from graybook.geometry.arrays import FloatArray
from graybook.progress import Progress
from graybook.registration._kernels.rigid import correlations
from graybook.registration._kernels.rigid_information import many_information
from graybook.registration.rigid_descent import Sought
from graybook.registration.rigid_levels import Level, Window

__all__ = ["Candidate", "Scorer", "apart", "around", "everywhere", "scorer"]

STEP_MM = 16.0
"""Between neighbouring shifts: about half the width of a coarse image's correlation peak. [mm]"""

LEAST_SHARE = 0.3
"""Of the shorter of the two bodies along an axis that must lie in the other."""

SLACK_MM = 48.0
"""By which one body may stick out of the other across the axis of the patient. [mm]"""

TURNS_DEG = (15.0, 30.0, 45.0)
"""Turns tried about each axis, both ways."""

OBLIQUE_DEG = 30.0
"""Turns tried about the diagonals of each two axes, both ways."""

COARSE_BINS = 10
"""Of the histograms of the search."""

BATCH = 4096
"""Matrices scored between two looks at whether to stop."""

Scorer = Callable[[FloatArray], FloatArray]
"""Matrices (m, 4, 4) → what each is worth (m,)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """A rigid matrix and what it is worth."""

    matrix: FloatArray
    worth: float


def scorer(level: Level, sought: Sought, window: Window | None) -> Scorer:
    """How matrices are scored: by correlation, or by information when there is a window for the moving values."""

    def score(matrices: FloatArray) -> FloatArray:
        to_index = level.grid.to_index
        linear = (to_index[None, :, :, None] * matrices[:, None, :3, :3]).sum(axis=2)
        shift = (to_index[None] * (matrices[:, :3, 3] - level.grid.origin_mm)[:, None, :]).sum(axis=2)
        packed = np.ascontiguousarray(np.concatenate([linear, shift[:, :, None]], axis=2))
        if window is None:
            return np.asarray(
                correlations(level.image, sought.points_mm, sought.values, sought.cells, packed)
            )
        found = many_information(level.image, sought.points_mm, sought.bins, *window, packed, COARSE_BINS)
        return np.asarray(found[:, 0] * found[:, 1])

    return score


def turns() -> list[FloatArray]:
    """None, turns about each axis and between two, and prone instead of supine."""
    out: list[FloatArray] = [np.eye(3)]
    for angle in TURNS_DEG:
        for axis in range(3):
            for sign in (1, -1):
                out.append(Rotation.from_rotvec(np.radians(sign * angle) * np.eye(3)[axis]).as_matrix())
    for a, b in ((0, 1), (0, 2), (1, 2)):
        for sign in (1, -1):
            diagonal = (np.eye(3)[a] + sign * np.eye(3)[b]) / np.sqrt(2.0)
            for way in (1, -1):
                out.append(Rotation.from_rotvec(np.radians(way * OBLIQUE_DEG) * diagonal).as_matrix())
    out.append(np.diag([-1.0, -1.0, 1.0]))
    return out


def everywhere(
    sought: Sought, moving_points_mm: FloatArray, score: Scorer, progress: Progress
) -> list[Candidate]:
    """Shifts on a lattice at every turn, best first: all at which enough of the two bodies could overlap."""
    low, high = (np.percentile(moving_points_mm, share, axis=0) for share in (1.0, 99.0))
    middle, extent = (low + high) / 2, high - low
    centre = sought.centre_mm
    arms = sought.points_mm - centre
    best: list[Candidate] = []
    all_turns = turns()
    for number, turn in enumerate(all_turns):
        arm = np.stack([(arms * row).sum(axis=1) for row in turn], axis=1)
        first, last = (np.percentile(arm, share, axis=0) for share in (1.0, 99.0))
        own_middle, own = (first + last) / 2, last - first
        reach = (own + extent) / 2 - LEAST_SHARE * np.minimum(own, extent)
        reach[:2] = np.minimum(reach, np.abs(own - extent) / 2 + SLACK_MM)[:2]
        shifts = _lattice(middle - own_middle, reach)
        matrices = np.tile(np.eye(4), (len(shifts), 1, 1))
        matrices[:, :3, :3] = turn
        matrices[:, :3, 3] = shifts - (turn * centre).sum(axis=1)
        found = _scored(matrices, score, progress, number / len(all_turns))
        best += found[:40]
    return sorted(best, key=lambda one: -one.worth)


def _lattice(middle: FloatArray, reach: FloatArray) -> FloatArray:
    axes = []
    for k in range(3):
        steps = int(np.ceil(reach[k] / STEP_MM))
        axes.append(middle[k] + STEP_MM * np.arange(-steps, steps + 1))
    return np.stack([one.ravel() for one in np.meshgrid(*axes, indexing="ij")], axis=1)


def around(
    matrices: Sequence[FloatArray],
    sought: Sought,
    score: Scorer,
    progress: Progress,
    *,
    step_mm: float,
    step_deg: float,
) -> list[Candidate]:
    """Given matrices and small turns and shifts about them, best first."""
    steps = [np.zeros(3), *(sign * unit for unit in np.eye(3) for sign in (1.0, -1.0))]
    several = []
    for matrix in matrices:
        there = (matrix[:3, :3] * sought.centre_mm).sum(axis=1) + matrix[:3, 3]
        for turn in steps:
            linear = Rotation.from_rotvec(np.radians(step_deg) * turn).as_matrix() @ matrix[:3, :3]
            for shift in steps:
                one = np.eye(4)
                one[:3, :3] = linear
                one[:3, 3] = there + step_mm * shift - (linear * sought.centre_mm).sum(axis=1)
                several.append(one)
    return _scored(np.array(several), score, progress, 0.0)


def _scored(matrices: FloatArray, score: Scorer, progress: Progress, done: float) -> list[Candidate]:
    parts = []
    for start in range(0, len(matrices), BATCH):
        progress("register: look for starts", done)
        parts.append(score(matrices[start : start + BATCH]))
    values = np.concatenate(parts)
    order = np.argsort(-values, kind="stable")
    return [Candidate(matrix=matrices[k], worth=float(values[k])) for k in order[:400]]


def apart(candidates: Sequence[Candidate], sought: Sought, *, count: int, least_mm: float) -> list[Candidate]:
    """The best candidates that carry the sampled points to places at least so far apart on average."""
    some = sought.points_mm[:: max(1, len(sought.points_mm) // 50)]
    kept: list[Candidate] = []
    places: list[FloatArray] = []
    for one in candidates:
        place = (one.matrix[:3, :3][None] * some[:, None, :]).sum(axis=2) + one.matrix[:3, 3]
        if all(float(np.linalg.norm(place - other, axis=1).mean()) >= least_mm for other in places):
            kept.append(one)
            places.append(place)
        if len(kept) == count:
            break
    return kept
