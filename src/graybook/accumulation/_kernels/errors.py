"""Errors: numbered draws and a lattice come in; smooth random fields of displacement, and points displaced by them, go out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange, types

from graybook.geometry.arrays import FloatArray, IntArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, written

__all__ = ["displaced", "normals", "smooth_errors"]

NODE_BITS = 21
"""Bits for the number of a node along each axis."""

TAPS = 8
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
def white(key: int, pair: int, low: IntArray, even: FloatArray, odd: FloatArray) -> None:  # pragma: no cover
    """Fill two samples, numbers 2 ``pair`` and 2 ``pair`` + 1, with standard normal draws (z, y, 3 x) at nodes from ``low`` on."""
    start = mixed(mixed(np.uint64(key)) + np.uint64(pair))
    for k in range(even.shape[0]):
        for j in range(even.shape[1]):
            for i in range(even.shape[2] // 3):
                node = np.uint64(low[0] + k)
                node = (node << np.uint64(NODE_BITS)) ^ np.uint64(low[1] + j)
                node = (node << np.uint64(NODE_BITS)) ^ np.uint64(low[2] + i)
                here = mixed(start ^ node)
                for c in range(3):
                    length = np.sqrt(-2.0 * np.log(share(here, 2 * c)))
                    angle = 2.0 * np.pi * share(here, 2 * c + 1)
                    even[k, j, 3 * i + c] = length * np.cos(angle)
                    odd[k, j, 3 * i + c] = length * np.sin(angle)


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
    """Fill ``out`` (nz, ny, 3 nx) with weighted sums of the noise around each node, axis by axis."""
    nz, ny, nx = out.shape[0], out.shape[1], out.shape[2] // 3
    along_x = np.zeros((noise.shape[0], noise.shape[1], 3 * nx))
    for k in range(noise.shape[0]):
        for j in range(noise.shape[1]):
            for i in range(nx):
                for t in range(TAPS):
                    for c in range(3):
                        along_x[k, j, 3 * i + c] += weights_x[i, t] * noise[k, j, 3 * (starts_x[i] + t) + c]
    along_y = np.zeros((noise.shape[0], ny, 3 * nx))
    for k in range(noise.shape[0]):
        for j in range(ny):
            for t in range(TAPS):
                weight = weights_y[j, t]
                for i in range(3 * nx):
                    along_y[k, j, i] += weight * along_x[k, starts_y[j] + t, i]
    for k in range(nz):
        for j in range(ny):
            out[k, j, :] = 0.0
            for t in range(TAPS):
                weight = weights_z[k, t]
                for i in range(3 * nx):
                    out[k, j, i] += weight * along_y[starts_z[k] + t, j, i]


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
    written(4),
    parallel=True,
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
    """Fill ``out`` (samples, nz, ny, 3 nx) with samples ``first`` (even) and following of a smooth field, unit normal at each node.

    White noise on the nodes ``low`` (z, y, x) and ``size`` following ones is summed with ``weights`` (n, 8) from ``starts`` (n,) on
    along each axis. What stands at a node depends on the key, the sample and the node alone.
    """
    samples = out.shape[0]
    for pair in prange((samples + 1) // 2):
        number = int(np.int64(pair))
        even = np.empty((size[0], size[1], 3 * size[2]))
        odd = np.empty((size[0], size[1], 3 * size[2]))
        white(key, first // 2 + number, low, even, odd)
        one = out[2 * number]
        smoothed(even, starts_z, starts_y, starts_x, weights_z, weights_y, weights_x, one)
        if 2 * number + 1 < samples:
            other = out[2 * number + 1]
            smoothed(odd, starts_z, starts_y, starts_x, weights_z, weights_y, weights_x, other)


@kernel(
    read(3),
    read(1, types.int64),
    read(2),
    read(2),
    INT,
    INT,
    FLOAT,
    written(3),
    parallel=True,
)
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

    ``nodes`` (samples, nodes, 3) hold the field; ``weights`` (n, 8) are those of the cell around each point,
    which begins at node ``corner``; nodes are ``row`` and ``plane`` apart along y and z.
    """
    for s in prange(out.shape[0]):
        for p in range(points.shape[0]):
            node = corner[p]
            for c in range(3):
                shift = (
                    weights[p, 0] * nodes[s, node, c]
                    + weights[p, 1] * nodes[s, node + 1, c]
                    + weights[p, 2] * nodes[s, node + row, c]
                    + weights[p, 3] * nodes[s, node + row + 1, c]
                    + weights[p, 4] * nodes[s, node + plane, c]
                    + weights[p, 5] * nodes[s, node + plane + 1, c]
                    + weights[p, 6] * nodes[s, node + plane + row, c]
                    + weights[p, 7] * nodes[s, node + plane + row + 1, c]
                )
                out[s, p, c] = points[p, c] + scale * shift
