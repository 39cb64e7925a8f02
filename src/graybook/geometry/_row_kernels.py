"""Row kernels: the voxels of one grid and the way to them come in; they are added along the rows of another. Arrays only.

Indices that are known to be inside are cast to unsigned integers: numba then leaves out the test for negative ones, and the
inner loops become vector code, three to ten times faster.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numba import njit, prange, types

from graybook.geometry._kernels import EDGE, index_below
from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import kernel, read, written

__all__ = ["add_rows"]

STILL = 1e-9
"""A row whose index moves by less than this from end to end stands still along that axis; and how far the quick loop
stays away from the last voxel. [voxels]"""

Three: TypeAlias = tuple[float, float, float]


@njit(cache=False)
def columns_within(
    start: Three, step: Three, lowest: Three, highest: Three, columns: int
) -> tuple[int, int]:  # pragma: no cover
    """First column, and the one after the last, at which ``start + column * step`` lies between the ends on every axis."""
    first, last = 0, columns
    for axis in range(3):
        if step[axis] == 0.0:
            if start[axis] < lowest[axis] or start[axis] > highest[axis]:
                return 0, 0
        else:
            a = (lowest[axis] - start[axis]) / step[axis]
            b = (highest[axis] - start[axis]) / step[axis]
            first = max(first, int(np.ceil(min(max(min(a, b), 0.0), columns))))
            last = min(last, int(np.floor(max(min(max(a, b), columns - 1.0), -1.0))) + 1)
    if last <= first:
        return 0, 0
    return first, last


@njit(cache=False)
def index_of_plane(planes: FloatArray, z: float) -> float:  # pragma: no cover
    """Fractional index of a distance among uneven planes; the end pieces carried on."""
    k = index_below(planes, z)
    share: float = (z - planes[k]) / (planes[k + 1] - planes[k])
    return k + share


@njit(cache=False)
def add_bound(
    row: FloatArray, start: Three, step: Three, lowest: Three, highest: Three, face_max: FloatArray
) -> None:  # pragma: no cover
    """Add the highest of the faces that each column lies beyond; nothing inside."""
    for i in range(row.shape[0]):
        bound = -np.inf
        for axis in range(3):
            at = start[axis] + i * step[axis]
            if at < lowest[axis]:
                bound = max(bound, face_max[2 * axis])
            elif at > highest[axis]:
                bound = max(bound, face_max[2 * axis + 1])
        if bound > -np.inf:
            row[i] += bound


@njit(cache=False)
def add_along(
    row: FloatArray, values: FloatArray, start: Three, step: float, first: int, last: int
) -> None:  # pragma: no cover
    """Columns of a row that runs along the rows of ``values``: four of its rows become one, then it is linear."""
    nz, ny, nx = values.shape
    y0 = min(max(int(start[1]), 0), max(ny - 2, 0))
    z0 = min(max(int(start[2]), 0), max(nz - 2, 0))
    y1, z1 = min(y0 + 1, ny - 1), min(z0 + 1, nz - 1)
    fy, fz = min(max(start[1] - y0, 0.0), 1.0), min(max(start[2] - z0, 0.0), 1.0)
    near_low, near_high, far_low, far_high = values[z0, y0], values[z0, y1], values[z1, y0], values[z1, y1]
    a, b = start[0] + first * step, start[0] + (last - 1) * step
    left = min(max(int(min(a, b)), 0), nx - 1)
    width = min(max(int(max(a, b)), 0) + 1, nx - 1) - left + 1
    blend = np.empty(width + 1)
    for i in range(width):
        near = near_low[left + i] * (1 - fy) + near_high[left + i] * fy
        far = far_low[left + i] * (1 - fy) + far_high[left + i] * fy
        blend[i] = near * (1 - fz) + far * fz
    blend[width] = blend[width - 1]
    begin = start[0] - left
    for i in range(first, last):
        x = max(begin + i * step, 0.0)
        x0 = np.int32(x)
        at = np.uint64(x0)
        row[i] += blend[at] + (x - x0) * (blend[at + np.uint64(1)] - blend[at])


@njit(cache=False)
def add_across(
    row: FloatArray, values: FloatArray, flat: FloatArray, start: Three, step: Three, first: int, last: int
) -> None:  # pragma: no cover
    """Columns of a row that runs across ``values``, none of them on its last voxels; ``flat`` is ``values``, flat."""
    ny, nx = np.uint64(values.shape[1]), np.uint64(values.shape[2])
    one = np.uint64(1)
    for i in range(first, last):
        x, y, z = start[0] + i * step[0], start[1] + i * step[1], start[2] + i * step[2]
        x0, y0, z0 = np.int32(x), np.int32(y), np.int32(z)
        fx, fy, fz = x - x0, y - y0, z - z0
        a = (np.uint64(z0) * ny + np.uint64(y0)) * nx + np.uint64(x0)
        b = a + nx
        c = a + ny * nx
        d = c + nx
        near_low = flat[a] + fx * (flat[a + one] - flat[a])
        near_high = flat[b] + fx * (flat[b + one] - flat[b])
        far_low = flat[c] + fx * (flat[c + one] - flat[c])
        far_high = flat[d] + fx * (flat[d + one] - flat[d])
        near = near_low + fy * (near_high - near_low)
        far = far_low + fy * (far_high - far_low)
        row[i] += near + fz * (far - near)


@njit(cache=False)
def add_with_care(
    row: FloatArray,
    values: FloatArray,
    planes: FloatArray,
    start: Three,
    step: Three,
    first: int,
    last: int,
) -> None:  # pragma: no cover
    """Columns of a row anywhere inside the hull, on its very edge and between uneven planes too."""
    nz, ny, nx = values.shape
    for i in range(first, last):
        x, y, z = start[0] + i * step[0], start[1] + i * step[1], start[2] + i * step[2]
        if planes.shape[0] > 1:
            z = index_of_plane(planes, z)
        x0, y0, z0 = (
            min(max(int(x), 0), max(nx - 2, 0)),
            min(max(int(y), 0), max(ny - 2, 0)),
            min(max(int(z), 0), max(nz - 2, 0)),
        )
        x1, y1, z1 = min(x0 + 1, nx - 1), min(y0 + 1, ny - 1), min(z0 + 1, nz - 1)
        fx, fy, fz = (
            min(max(x - x0, 0.0), 1.0),
            min(max(y - y0, 0.0), 1.0),
            min(max(z - z0, 0.0), 1.0),
        )
        near_low = values[z0, y0, x0] * (1 - fx) + values[z0, y0, x1] * fx
        near_high = values[z0, y1, x0] * (1 - fx) + values[z0, y1, x1] * fx
        far_low = values[z1, y0, x0] * (1 - fx) + values[z1, y0, x1] * fx
        far_high = values[z1, y1, x0] * (1 - fx) + values[z1, y1, x1] * fx
        row[i] += (near_low * (1 - fy) + near_high * fy) * (1 - fz) + (
            far_low * (1 - fy) + far_high * fy
        ) * fz


@njit(cache=False)
def still(step: float, columns: int) -> float:  # pragma: no cover
    """A step that is nothing over the whole row, made exactly nothing."""
    return step if abs(step) * columns > STILL else 0.0


@kernel(
    written(3),
    read(3),
    read(2),
    read(1),
    read(1),
    read(1),
    read(1),
    types.boolean,
    parallel=True,
)
def add_rows(
    out: FloatArray,
    values: FloatArray,
    starts: FloatArray,
    step_y: FloatArray,
    step_x: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    high: bool,
) -> None:  # pragma: no cover
    """Add a grid's trilinear values to ``out`` (planes, rows, columns), without a list of points.

    Voxel (0, 0) of plane k of ``out`` lies at index ``starts[k]`` (x, y, z) of ``values`` (zyx); one row on the index grows by
    ``step_y``, one column by ``step_x``. Where ``planes`` (nz,) holds the distances of uneven planes, z is a distance too.
    Outside the hull nothing is added, or when ``high`` the highest value on the nearest face: ``face_max`` as in ``trilinear``.
    """
    nz, ny, nx = values.shape
    depth, rows, columns = out.shape
    flat = values.reshape(nz * ny * nx)
    step = (still(step_x[0], columns), still(step_x[1], columns), still(step_x[2], columns))
    before, after = -EDGE, nz - 1 + EDGE
    uneven = planes.shape[0] > 1
    if uneven:
        before = planes[0] - EDGE * (planes[1] - planes[0])
        after = planes[nz - 1] + EDGE * (planes[nz - 1] - planes[nz - 2])
    lowest, highest = (-EDGE, -EDGE, before), (nx - 1 + EDGE, ny - 1 + EDGE, after)
    quick = (nx - 1 - STILL, ny - 1 - STILL, nz - 1 - STILL)
    for r in prange(depth * rows):
        k, j = r // rows, r % rows
        row = out[k, j]
        start = (
            starts[k, 0] + j * step_y[0],
            starts[k, 1] + j * step_y[1],
            starts[k, 2] + j * step_y[2],
        )
        first, last = columns_within(start, step, lowest, highest, columns)
        if high and last - first < columns:
            add_bound(row, start, step, lowest, highest, face_max)
        if last == 0:
            continue
        if step[1] == 0.0 and step[2] == 0.0:
            z = index_of_plane(planes, start[2]) if uneven else start[2]
            add_along(row, values, (start[0], start[1], z), step[0], first, last)
        elif uneven:
            add_with_care(row, values, planes, start, step, first, last)
        else:
            one, other = columns_within(start, step, (0.0, 0.0, 0.0), quick, columns)
            if other == 0:
                one = other = first
            add_with_care(row, values, planes, start, step, first, one)
            add_across(row, values, flat, start, step, one, other)
            add_with_care(row, values, planes, start, step, other, last)
