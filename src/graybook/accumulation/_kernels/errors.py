"""Errors: numbered draws and a lattice come in; smooth random fields of displacement, and points displaced by them, go out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types

from graybook.geometry._kernels import interpolate
from graybook.geometry.arrays import BoolArray, FloatArray, IntArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, written

__all__ = ["BLOCK", "displaced", "displaced_doses", "normals", "smooth_errors"]

BLOCK = 8
"""Samples that are computed side by side: an even number."""

WIDTH = 3 * BLOCK
"""What stands at a node: x, y and z of each sample of a block."""

PART = 64
"""Points that a block is displaced at, at a time."""

NODE_BITS = 21
"""Bits for the number of a node along each axis."""

TAPS = 6
"""Nodes of white noise that a node of the field is made of, along each axis."""


@njit(cache=False)
def mixed(number: Any) -> Any:  # pragma: no cover
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2714064.2660195): every bit depends on all."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))


@njit(cache=False)
def share(start: Any, turn: Any) -> float:  # pragma: no cover
    """A number above 0 and up to 1: number ``turn`` of the stream that begins at ``start``."""
    bits = mixed(start + np.uint64(0x9E3779B97F4A7C15) * np.uint64(turn + 1))
    return float((bits >> np.uint64(11)) + np.uint64(1)) * 1.1102230246251565e-16


@kernel(INT, written(1))
def normals(key: int, out: FloatArray) -> None:  # pragma: no cover
    """Fill ``out`` (n,) with independent standard normal draws: the same first ones however many are asked."""
    start = mixed(np.uint64(key))
    for s in range(out.shape[0]):
        length = np.sqrt(-2.0 * np.log(share(start, 2 * s)))
        out[s] = length * np.cos(2.0 * np.pi * share(start, 2 * s + 1))


@njit(cache=False)
def white(key: int, block: int, low: IntArray, noise: FloatArray) -> None:  # pragma: no cover
    """Fill a block of samples with standard normal draws (z, y, x, samples and components) at nodes from ``low`` on."""
    start = mixed(mixed(np.uint64(key)) + np.uint64(block))
    for k in range(noise.shape[0]):
        for j in range(noise.shape[1]):
            for i in range(noise.shape[2]):
                node = np.uint64(low[0] + k)
                node = (node << np.uint64(NODE_BITS)) ^ np.uint64(low[1] + j)
                node = (node << np.uint64(NODE_BITS)) ^ np.uint64(low[2] + i)
                here = mixed(start ^ node)
                for c in range(WIDTH // 2):
                    length = np.sqrt(-2.0 * np.log(share(here, 2 * c)))
                    angle = 2.0 * np.pi * share(here, 2 * c + 1)
                    noise[k, j, i, 2 * c] = length * np.cos(angle)
                    noise[k, j, i, 2 * c + 1] = length * np.sin(angle)


@njit(cache=False)
def smoothed(
    noise: FloatArray,
    starts_z: IntArray,
    starts_y: IntArray,
    starts_x: IntArray,
    weights_z: FloatArray,
    weights_y: FloatArray,
    weights_x: FloatArray,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (nz, ny, nx, 24) with weighted sums of the noise around each node, axis by axis."""
    nz, ny, nx = out.shape[0], out.shape[1], out.shape[2]
    along_x = np.zeros((noise.shape[0], noise.shape[1], nx, WIDTH))
    for k in range(noise.shape[0]):
        for j in range(noise.shape[1]):
            for i in range(nx):
                for t in range(TAPS):
                    weight, before = weights_x[i, t], starts_x[i] + t
                    for c in range(WIDTH):
                        along_x[k, j, i, c] += weight * noise[k, j, before, c]
    along_y = np.zeros((noise.shape[0], ny, nx, WIDTH))
    for k in range(noise.shape[0]):
        for j in range(ny):
            for t in range(TAPS):
                weight, before = weights_y[j, t], starts_y[j] + t
                for i in range(nx):
                    for c in range(WIDTH):
                        along_y[k, j, i, c] += weight * along_x[k, before, i, c]
    for k in range(nz):
        for j in range(ny):
            out[k, j, :, :] = 0.0
            for t in range(TAPS):
                weight, before = weights_z[k, t], starts_z[k] + t
                for i in range(nx):
                    for c in range(WIDTH):
                        out[k, j, i, c] += weight * along_y[before, j, i, c]


@kernel(
    INT,
    INT,
    read(1, types.int64),
    read(1, types.int64),
    read(1, types.int64),
    read(1, types.int64),
    read(1, types.int64),
    read(2),
    read(2),
    read(2),
    written(5),
)
def smooth_errors(
    key: int,
    first: int,
    low: IntArray,
    size: IntArray,
    starts_z: IntArray,
    starts_y: IntArray,
    starts_x: IntArray,
    weights_z: FloatArray,
    weights_y: FloatArray,
    weights_x: FloatArray,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (blocks, nz, ny, nx, 24) with blocks ``first`` and following of a smooth field, unit normal at each node.

    White noise on the nodes ``low`` (z, y, x) and ``size`` following ones is summed with ``weights`` (n, 6) from ``starts`` (n,) on
    along each axis. What stands at a node depends on the key, the sample and the node alone.
    """
    for b in range(out.shape[0]):
        noise = np.empty((size[0], size[1], size[2], WIDTH))
        white(key, first + b, low, noise)
        smoothed(noise, starts_z, starts_y, starts_x, weights_z, weights_y, weights_x, out[b])


@njit(cache=False)
def shifts(
    nodes: FloatArray,
    node: int,
    weights: FloatArray,
    row: int,
    plane: int,
    scale: float,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (24,) with the displacements of a block of samples at a point of a cell of such ``weights`` (8,)."""
    for c in range(WIDTH):
        out[c] = scale * (
            weights[0] * nodes[node, c]
            + weights[1] * nodes[node + 1, c]
            + weights[2] * nodes[node + row, c]
            + weights[3] * nodes[node + row + 1, c]
            + weights[4] * nodes[node + plane, c]
            + weights[5] * nodes[node + plane + 1, c]
            + weights[6] * nodes[node + plane + row, c]
            + weights[7] * nodes[node + plane + row + 1, c]
        )


@kernel(read(3), read(1, types.int64), read(2), read(2), INT, INT, FLOAT, written(3))
def displaced(
    nodes: FloatArray,
    corner: IntArray,
    weights: FloatArray,
    points: FloatArray,
    row: int,
    plane: int,
    scale: float,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (samples, n, 3) with points (n, 3) displaced by ``scale`` times each sample's field.

    ``nodes`` (blocks, nodes, 24) hold the field; ``weights`` (n, 8) are those of the cell around each point,
    which begins at node ``corner``; nodes are ``row`` and ``plane`` apart along y and z.
    """
    for b in range(nodes.shape[0]):
        shift = np.empty(WIDTH)
        last = min(BLOCK, out.shape[0] - BLOCK * b)
        for p in range(points.shape[0]):
            shifts(nodes[b], corner[p], weights[p], row, plane, scale, shift)
            for s in range(last):
                for c in range(3):
                    out[BLOCK * b + s, p, c] = points[p, c] + shift[3 * s + c]


@kernel(
    read(3),
    read(1, types.int64),
    read(2),
    read(2),
    INT,
    INT,
    FLOAT,
    read(3),
    read(2),
    read(1),
    read(1),
    read(1),
    FLOAT,
    INT,
    written(3),
    written(3),
    written(1, types.boolean),
)
def displaced_doses(
    nodes: FloatArray,
    corner: IntArray,
    weights: FloatArray,
    points: FloatArray,
    row: int,
    plane: int,
    scale: float,
    values: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    highest: float,
    phase: int,
    low: FloatArray,
    high: FloatArray,
    certain: BoolArray,
) -> None:  # pragma: no cover
    """Fill row ``phase`` of ``low`` and ``high`` (samples, phases, n) with a grid's values at displaced points (n, 3).

    Up to ``scale`` as for :func:`displaced`, up to ``face_max`` as for ``trilinear``. A point that is NaN has 0 and ``highest``.
    ``certain`` (blocks,) tells where both ends are the same.
    """
    n = points.shape[0]
    for block in range(nodes.shape[0]):
        shift = np.empty(WIDTH)
        moved, inside = np.empty((BLOCK, PART, 3)), np.empty(PART, dtype=np.bool_)
        lower, upper = np.empty(PART), np.empty(PART)
        last = min(BLOCK, low.shape[0] - BLOCK * block)
        certain[block] = True
        for first in range(0, n, PART):
            count = min(PART, n - first)
            for q in range(count):
                p = first + q
                shifts(nodes[block], corner[p], weights[p], row, plane, scale, shift)
                for s in range(last):
                    for c in range(3):
                        place = points[p, c] + shift[3 * s + c]
                        moved[s, q, c] = 0.0 if np.isnan(place) else place
            for s in range(last):
                interpolate(
                    values, moved[s], matrix, offset, planes, face_max, lower, upper, inside, 0, count
                )
                for q in range(count):
                    p = first + q
                    if np.isnan(points[p, 0] + points[p, 1] + points[p, 2]):
                        lower[q], upper[q], inside[q] = 0.0, highest, False
                    low[BLOCK * block + s, phase, p] = lower[q]
                    high[BLOCK * block + s, phase, p] = upper[q]
                    if not inside[q]:
                        certain[block] = False
