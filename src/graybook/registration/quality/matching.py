"""Two images on one lattice come in; at points of the lattice, the shift at which they would be most alike goes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.geometry.arrays import FloatArray, IntArray
from graybook.progress import Progress
from graybook.registration.quality._kernels import block_means, far_matches, near_matches
from graybook.registration.quality.lattice import Lattice
from graybook.registration.quality.similarity import contents

__all__ = ["Matches", "matches"]

PITCH_MM = 12.0
"""Distance of the points at which a better match is looked for. [mm]"""

REACH_MM = 25.0
"""How far a better match is looked for. [mm]"""

COARSE_BLOCK_MM, FINE_BLOCK_MM = 13.0, 10.0
"""Half the side of the blocks compared, at twice the lattice's pitch and at its own. [mm]"""

PENALTY = 2e-4
"""Taken from the correlation for each mm² of shift: of matches that are alike the nearest is taken. [1/mm²]"""

AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, eq=False)
class Matches:
    """Better matches, looked for at n nodes that hold recognisable anatomy.

    Parameters
    ----------
    nodes
        The nodes (n, 3): z, y, x of the lattice.
    shift_mm
        From where the transform's match lies to the best one (n, 3), z, y, x. [mm]
    best, here
        Correlation of the blocks there, and without a shift.
    curvature
        Least curvature of the correlation at its peak. [1/mm²]
    """

    nodes: IntArray
    shift_mm: FloatArray
    best: FloatArray
    here: FloatArray
    curvature: FloatArray


def matches(lattice: Lattice, *, progress: Progress) -> Matches:
    """Better matches at nodes every 12 mm or so: first on coarser images over 25 mm, then on the lattice around the best."""
    steps = np.maximum(1, np.round(PITCH_MM / lattice.spacing_mm)).astype(int)
    holds = contents(lattice) & lattice.covered
    grid = np.meshgrid(
        *(np.arange(s // 2, n, s) for s, n in zip(steps, lattice.grid.shape, strict=True)), indexing="ij"
    )
    nodes = np.stack([axis.ravel() for axis in grid], axis=1).astype(np.int64)
    nodes = nodes[holds[tuple(nodes.T)]]
    starts = _far(lattice, nodes, progress)
    near = _near(lattice, nodes, np.zeros_like(nodes), progress)
    off = np.flatnonzero((np.abs(starts) > 1).any(axis=1))
    there = _near(lattice, nodes[off], starts[off], progress)
    better = _score(there) > _score(near[off])
    near[off[better]] = there[better]
    found = np.isfinite(near[:, :5]).all(axis=1)
    near = near[found]
    return Matches(
        nodes=nodes[found], shift_mm=near[:, :3], best=near[:, 3], here=near[:, 4], curvature=near[:, 5]
    )


def _score(found: FloatArray) -> FloatArray:
    score = found[:, 3] - PENALTY * (found[:, :3] ** 2).sum(axis=1)
    return np.asarray(np.nan_to_num(score, nan=-np.inf))


def _far(lattice: Lattice, nodes: IntArray, progress: Progress) -> IntArray:
    """The best shift of each node in steps of the lattice, found on images half as fine."""
    shape = (lattice.grid.shape[0] // 2, lattice.grid.shape[1] // 2, lattice.grid.shape[2] // 2)
    if min(shape) < 2:
        return np.zeros_like(nodes)
    halves = []
    for values in (lattice.fixed, lattice.warped):
        half = np.empty(shape, dtype=np.float32)
        block_means(np.ascontiguousarray(values), 2, 2, 2, half)
        halves.append(half)
    spacing = 2.0 * lattice.spacing_mm
    radius = np.maximum(1, np.round(COARSE_BLOCK_MM / spacing)).astype(np.int64)
    reach = np.maximum(1, np.round(REACH_MM / spacing)).astype(np.int64)
    coarse = np.minimum(nodes // 2, np.array(shape) - 1)
    out = np.zeros_like(nodes)
    ours, theirs = (_padded(half, radius + reach) for half in halves)
    for start in range(0, len(nodes), AT_ONCE):
        progress("quality", 0.5 + 0.2 * start / len(nodes))
        far_matches(
            ours,
            theirs,
            np.ascontiguousarray(coarse[start : start + AT_ONCE] + radius + reach),
            radius,
            reach,
            spacing,
            lattice.noise / 8.0,
            PENALTY,
            not lattice.same_modality,
            out[start : start + AT_ONCE],
        )
    return 2 * out


def _near(lattice: Lattice, nodes: IntArray, starts: IntArray, progress: Progress) -> FloatArray:
    """The best match around a shift of each node, as the kernel gives it."""
    spacing = lattice.spacing_mm
    radius = np.maximum(1, np.round(FINE_BLOCK_MM / spacing)).astype(np.int64)
    pad = radius + 5 + (np.abs(starts).max(axis=0) if len(starts) else 0)
    ours, theirs = (_padded(values, pad) for values in (lattice.fixed, lattice.warped))
    out = np.empty((len(nodes), 6))
    for start in range(0, len(nodes), AT_ONCE):
        progress("quality", 0.7 + 0.05 * start / len(nodes))
        near_matches(
            ours,
            theirs,
            np.ascontiguousarray(nodes[start : start + AT_ONCE] + pad),
            radius,
            np.ascontiguousarray(starts[start : start + AT_ONCE]),
            spacing,
            lattice.noise,
            PENALTY,
            not lattice.same_modality,
            out[start : start + AT_ONCE],
        )
    return out


def _padded(values: FloatArray, margin: IntArray) -> FloatArray:
    """An image with so many unknown voxels around it."""
    return np.pad(values, [(int(width), int(width)) for width in margin], constant_values=np.float32(np.nan))
