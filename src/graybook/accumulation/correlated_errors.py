r"""Correlated errors: points and a correlation length come in; draws of a smooth random field at the points go out.

The field has three independent components, each Gaussian with unit variance everywhere and the covariance
:math:`\exp(-r^2 / 2 c^2)` at a distance r. White noise on a lattice of c, the same in all space, is smoothed onto nodes c/2
apart with a Gaussian of variance :math:`c^2 (1/2 - 1/24)`; between nodes the field is linear along each axis, which smooths by
the missing :math:`(c/2)^2/6`, and divided by the standard deviation that such a mean of eight nodes has. So the variance is
exact everywhere; the covariance is right in the mean and within 0.08 at any two points.

What a sample is at a point depends on the key, the sample's number and the place alone: not on what else is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graybook.accumulation._kernels.errors import (
    BLOCK,
    NODE_BITS,
    TAPS,
    displaced,
    displaced_doses,
    normals,
    smooth_errors,
)
from graybook.errors import UsageError
from graybook.geometry import GridField
from graybook.geometry.arrays import FloatArray, IntArray

__all__ = ["BLOCK", "Displacement", "ErrorLattice", "Placed", "standard_normals", "stream_key"]

NODE, NOISE = 0.5, 1.0
"""Distance of nodes, and of white noise, over the correlation length."""

SPREAD = 0.5 - NODE**2 / 6.0
"""Variance of what smooths the noise, over the square of the correlation length."""

MOST_NODES = 2_000_000
"""Nodes around the points of one structure at most: some 400 MB for each course."""

BEFORE = 2
"""Nodes of white noise that count before a node."""


def stream_key(seed: int, term: str) -> int:
    """A number of 63 bits for a random term's stream of draws."""
    digest = hashlib.sha256(f"{seed}\n{term}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def standard_normals(key: int, samples: int) -> FloatArray:
    """Independent standard normal draws of a stream."""
    out = np.empty(samples)
    normals(key, out)
    return out


@dataclass(frozen=True, kw_only=True, eq=False)
class Placed:
    """Points as a lattice knows them: their cells, and weights of the eight nodes around each."""

    corner: IntArray
    weights: FloatArray


class ErrorLattice:
    """The nodes that surround some points.

    Parameters
    ----------
    points_mm
        Arrays (n, 3) of points; NaN is nowhere. [mm]
    correlation_mm
        c. [mm]
    """

    def __init__(self, points_mm: Sequence[FloatArray], correlation_mm: float) -> None:
        self.node_mm = NODE * correlation_mm
        lows = [np.nanmin(points, axis=0, initial=np.inf) for points in points_mm]
        highs = [np.nanmax(points, axis=0, initial=-np.inf) for points in points_mm]
        low, high = np.min(lows, axis=0), np.max(highs, axis=0)
        if not np.isfinite(high - low).all():
            low = high = np.zeros(3)
        self._first = np.floor(low / self.node_mm)[::-1].astype(np.int64)
        last = np.floor(high / self.node_mm)[::-1].astype(np.int64) + 1
        self.shape: tuple[int, int, int] = tuple((last - self._first + 1).tolist())
        self._outermost = int(max(abs(self._first).max(), abs(last).max()))
        taps = [_taps(first, count) for first, count in zip(self._first, self.shape, strict=True)]
        lows_of_noise = [starts[0] for starts, _ in taps]
        self._low = np.array(lows_of_noise) + 2 ** (NODE_BITS - 1)
        self._size = np.array([starts[-1] + TAPS - starts[0] for starts, _ in taps])
        self._starts = [starts - starts[0] for starts, _ in taps]
        self._weights = [weights for _, weights in taps]

    @property
    def nodes(self) -> int:
        """How many."""
        return int(np.prod(self.shape))

    def placed(self, points_mm: FloatArray) -> Placed:
        """Points (n, 3) among the nodes; where one is NaN its displacement is no matter. [mm]

        Raises
        ------
        graybook.errors.UsageError
            There are too many nodes for one structure.
        """
        if self.nodes > MOST_NODES or self._outermost >= 2 ** (NODE_BITS - 2):
            raise UsageError(
                "The correlation length is too small for points so far apart.",
                value=self.node_mm / NODE,
                remedy="Give a larger correlation length.",
            )
        known = np.isfinite(points_mm).all(axis=1, keepdims=True)
        at = np.where(known, points_mm / self.node_mm, self._first[::-1])[:, ::-1]
        node = np.clip(np.floor(at), self._first, self._first + np.array(self.shape) - 2)
        share = at - node  # of absolute places: the same digits whatever else lies on the lattice
        along = np.stack([1.0 - share, share])
        deviation = np.sqrt(along[0] ** 2 + along[1] ** 2 + 2.0 * ALIKE * along[0] * along[1])
        z, y, x = np.moveaxis(along / deviation, 2, 0)
        weights = np.stack([z[k] * y[j] * x[i] for k in (0, 1) for j in (0, 1) for i in (0, 1)], axis=1)
        cell = node.astype(np.int64) - self._first
        corner = (cell[:, 0] * self.shape[1] + cell[:, 1]) * self.shape[2] + cell[:, 2]
        return Placed(corner=corner, weights=np.ascontiguousarray(weights))

    def drawn(self, key: int, first: int, samples: int) -> FloatArray:
        """Samples ``first`` (a multiple of 8) and following of a stream at all nodes: (blocks, nodes, 8 samples of xyz)."""
        blocks = -(-samples // BLOCK)
        out = np.empty((blocks, *self.shape, 3 * BLOCK))
        smooth_errors(key, first // BLOCK, self._low, self._size, *self._starts, *self._weights, out)
        return out.reshape(blocks, self.nodes, 3 * BLOCK)

    @property
    def strides(self) -> tuple[int, int]:
        """How many nodes apart neighbours along y and z are."""
        return self.shape[2], self.shape[1] * self.shape[2]


@dataclass(frozen=True, kw_only=True, eq=False)
class Displacement:
    """Points displaced by drawn samples of a field.

    Parameters
    ----------
    lattice, nodes
        The field: what :meth:`ErrorLattice.drawn` gave.
    samples
        How many of them count.
    placed
        The points among the nodes.
    points_mm
        Where what is displaced lies (n, 3), one for each point. [mm]
    scale_mm
        What the field is multiplied by. [mm]
    """

    lattice: ErrorLattice
    nodes: FloatArray
    samples: int
    placed: Placed
    points_mm: FloatArray
    scale_mm: float

    @property
    def all_mm(self) -> FloatArray:
        """All displaced points (samples, n, 3). [mm]"""
        out = np.empty((self.samples, *self.points_mm.shape))
        displaced(*self._arguments, out)
        return out

    def doses(
        self, field: GridField, matrix: FloatArray, phase: int, low: FloatArray, high: FloatArray
    ) -> bool:
        """Fill row ``phase`` of both ends (samples, phases, n) with a field's values where ``matrix`` (4x4) carries the points.

        Gives whether both ends are the same.
        """
        grid = field.grid
        certain = np.empty(len(self.nodes), dtype=np.bool_)
        everywhere = np.isfinite(self.points_mm).all()
        displaced_doses(
            *self._arguments,
            field.values,
            np.ascontiguousarray(grid.to_index @ matrix[:3, :3]),
            np.ascontiguousarray(grid.to_index @ (matrix[:3, 3] - grid.origin_mm)),
            np.empty(0) if grid.planes_mm is None else grid.planes_mm,
            field.face_max,
            0.0 if everywhere else float(field.values.max()),
            phase,
            low,
            high,
            certain,
        )
        return bool(certain.all())

    @property
    def _arguments(self) -> tuple[FloatArray, IntArray, FloatArray, FloatArray, int, int, float]:
        return (
            self.nodes,
            self.placed.corner,
            self.placed.weights,
            self.points_mm,
            *self.lattice.strides,
            self.scale_mm,
        )


def _taps(first: int, count: int) -> tuple[IntArray, FloatArray]:
    """Number of the first node of noise (count,) and weights (count, 6), of square sum 1, that make up each node along one axis."""
    at = NODE * (first + np.arange(count)) / NOISE
    starts = np.floor(at + 1e-9).astype(np.int64) - BEFORE
    distance = NOISE * (at[:, None] - starts[:, None] - np.arange(TAPS))
    weights = np.exp(-0.5 * distance**2 / SPREAD)
    return starts, weights / np.sqrt((weights**2).sum(axis=1))[:, None]


def _alike() -> float:
    """Correlation of neighbouring nodes, whether noise lies at a node or between two."""
    starts, weights = _taps(0, 2)
    spread = np.zeros((2, TAPS + 1))
    for k in range(2):
        spread[k, starts[k] - starts[0] : starts[k] - starts[0] + TAPS] = weights[k]
    return float(spread[0] @ spread[1])


ALIKE = _alike()
