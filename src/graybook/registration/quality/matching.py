"""Two images on one lattice come in; at points of the lattice, the shift at which they would be most alike goes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.geometry.arrays import FloatArray, IntArray
from graybook.progress import Progress
from graybook.registration.quality._kernels import block_means, matched
from graybook.registration.quality.lattice import Lattice
from graybook.registration.quality.similarity import contents

__all__ = ["Matches", "matches"]

PITCH_MM = 9.0
"""Distance of the points at which a better match is looked for. [mm]"""

REACH_MM = 25.0
"""How far a better match is looked for. [mm]"""

COARSE_BLOCK_MM, FINE_BLOCK_MM = 15.0, 10.0
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
    """Better matches at nodes every 9 mm or so: first on coarser images over 25 mm, then on the lattice around the best."""
    steps = np.maximum(1, np.round(PITCH_MM / lattice.spacing_mm)).astype(int)
    holds = contents(lattice) & lattice.covered
    grid = np.meshgrid(
        *(np.arange(s // 2, n, s) for s, n in zip(steps, lattice.grid.shape, strict=True)), indexing="ij"
    )
    nodes = np.stack([axis.ravel() for axis in grid], axis=1).astype(np.int64)
    nodes = nodes[holds[tuple(nodes.T)]]
    starts = _coarse_shifts(lattice, nodes, progress)
    near = _searched(
        lattice.fixed, lattice.warped, nodes, np.zeros_like(nodes), lattice, FINE_BLOCK_MM, 2, progress
    )
    far = (np.abs(starts) > 0).any(axis=1)
    if far.any():
        there = _searched(
            lattice.fixed, lattice.warped, nodes[far], starts[far], lattice, FINE_BLOCK_MM, 2, progress
        )
        score = np.nan_to_num(_score(there), nan=-np.inf)
        better = score > np.nan_to_num(_score(near[far]), nan=-np.inf)
        near[np.nonzero(far)[0][better]] = there[better]
    found = np.isfinite(near[:, :5]).all(axis=1)
    near = near[found]
    return Matches(
        nodes=nodes[found], shift_mm=near[:, :3], best=near[:, 3], here=near[:, 4], curvature=near[:, 5]
    )


def _score(found: FloatArray) -> FloatArray:
    return np.asarray(found[:, 3] - PENALTY * (found[:, :3] ** 2).sum(axis=1))


def _coarse_shifts(lattice: Lattice, nodes: IntArray, progress: Progress) -> IntArray:
    """The best shift of each node in steps of the lattice, found on images half as fine."""
    shape = tuple(max(1, n // 2) for n in lattice.grid.shape)
    halves = []
    for values in (lattice.fixed, lattice.warped):
        out = np.empty(shape, dtype=np.float32)
        block_means(np.ascontiguousarray(values), 2, 2, 2, out)
        halves.append(out)
    coarse = np.minimum(nodes // 2, np.array(shape) - 1)
    reach = max(1, round(REACH_MM / (2 * float(lattice.spacing_mm.min()))))
    found = _searched(
        halves[0],
        halves[1],
        coarse,
        np.zeros_like(coarse),
        lattice,
        COARSE_BLOCK_MM,
        reach,
        progress,
        scale=2.0,
    )
    shift = np.nan_to_num(found[:, :3]) / lattice.spacing_mm
    return np.rint(shift).astype(np.int64)


def _searched(
    fixed: FloatArray,
    warped: FloatArray,
    nodes: IntArray,
    starts: IntArray,
    lattice: Lattice,
    block_mm: float,
    reach: int,
    progress: Progress,
    *,
    scale: float = 1.0,
) -> FloatArray:
    """What the kernel finds at nodes, the images padded as far as it looks."""
    spacing = lattice.spacing_mm * scale
    radius = np.maximum(1, np.round(block_mm / spacing)).astype(np.int64)
    reaches = np.maximum(1, np.round(reach * spacing.min() / spacing)).astype(np.int64)
    pad = radius + reaches + (np.abs(starts).max(axis=0) if len(starts) else 0)
    margins = [(int(width), int(width)) for width in pad]
    ours = np.pad(fixed, margins, constant_values=np.nan).astype(np.float32)
    theirs = np.pad(warped, margins, constant_values=np.nan).astype(np.float32)
    out = np.empty((len(nodes), 6))
    for start in range(0, len(nodes), AT_ONCE):
        progress("quality", 0.5 + 0.3 * start / len(nodes))
        part = slice(start, start + AT_ONCE)
        matched(
            ours,
            theirs,
            np.ascontiguousarray(nodes[part] + pad),
            np.ascontiguousarray(starts[part]),
            radius,
            reaches,
            spacing,
            lattice.noise / scale**3,
            PENALTY,
            not lattice.same_modality,
            out[part],
        )
    return out
