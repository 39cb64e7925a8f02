"""Filling: sections and their reaches come in; weighted sample points of the interior and points of the surface go out."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from graybook.dvh._kernels.sections import AREA
from graybook.geometry._kernels import crossings, edges_by_row
from graybook.geometry.arrays import BoolArray, FloatArray, IntArray
from graybook.geometry.compiling import FLOAT, kernel, read, several, written

__all__ = [
    "CELL",
    "COLUMNS",
    "carry",
    "filled",
    "fraction",
    "mould",
    "place",
    "raster",
    "root",
    "strata",
    "surface",
]

LINES = 4
"""Scan lines per row of cells; along a line the covered length is exact."""

CELL = 1 + 2 * LINES
"""Figures of a cell: its covered area, and for each line where its longest piece begins and its length."""

FULL = 1.0 - 1e-9
"""Share of a cell from which on it counts as covered all over."""

STRATA = 16
"""Heights of a sub-slice at which its section is known."""

SLIVER = 1e-14
"""A spread whose determinant is below this share of its trace squared is a line and is not stretched."""

SHIFT_X, SHIFT_Y, SHIFT_Z = 0.8191725133961645, 0.6710436067037893, 0.5497004779019703
"""Additive recurrence of three dimensions (inverse powers of the root of x⁴ = x + 1), one step per sub-slice."""

HASH_X, HASH_Y = 0.7548776662466927, 0.5698402909980532
"""Additive recurrence of two dimensions (inverse powers of the root of x³ = x + 1), one step per cell."""

COLUMNS = 6
"""Columns of a sample's box: section, least x, least y, width, height of its foot over the plane, thickness. [mm]"""

READ_INTEGERS = read(1, types.int64)
FILLED = several(written(2), written(1), written(1, types.boolean), written(2))


@njit(cache=False)
def raster(
    edges: FloatArray, low_x: float, low_y: float, pitch: float, cells: FloatArray
) -> None:  # pragma: no cover
    """Fills ``cells`` (ny, nx, 1 + 2 · 4) whose corner is at (low_x, low_y).

    A cell has its covered area, and for each of the four scan lines of its row where its longest covered piece begins and
    how long that is.
    """
    ny, nx = cells.shape[0], cells.shape[1]
    cells[:] = 0.0
    found = np.empty(edges.shape[0])
    height = pitch / LINES
    begin, numbers = edges_by_row(edges, low_y, pitch, ny)
    for line in range(ny * LINES):
        y = low_y + (line + 0.5) * height
        row = line // LINES
        at = 1 + 2 * (line - row * LINES)
        count = crossings(edges, numbers[begin[row] : begin[row + 1]], y, found)
        for k in range(0, count - 1, 2):
            first = max(int(np.floor((found[k] - low_x) / pitch)), 0)
            last = min(int(np.floor((found[k + 1] - low_x) / pitch)), nx - 1)
            for column in range(first, last + 1):
                a = max(found[k], low_x + column * pitch)
                b = min(found[k + 1], low_x + (column + 1) * pitch)
                if b > a:
                    cells[row, column, 0] += (b - a) * height
                    if b - a > cells[row, column, at + 1]:
                        cells[row, column, at] = a
                        cells[row, column, at + 1] = b - a


@njit(cache=False, inline="always")
def place(
    cells: FloatArray, j: int, i: int, low_y: float, pitch: float, u: float, v: float
) -> tuple[float, float]:  # pragma: no cover
    """The place in the covered part of a cell to which (u, v) of the unit square leads: evenly, as far as four lines tell."""
    whole, chosen = LINES * pitch, 0
    if cells[j, i, 0] < FULL * pitch * pitch:
        whole = cells[j, i, 2] + cells[j, i, 4] + cells[j, i, 6] + cells[j, i, 8]
    if whole >= FULL * LINES * pitch:
        x, y = cells[j, i, 1] + u * cells[j, i, 2], low_y + v * pitch
    else:
        rest = v * whole
        while chosen < LINES - 1 and rest >= cells[j, i, 2 + 2 * chosen]:
            rest -= cells[j, i, 2 + 2 * chosen]
            chosen += 1
        while chosen > 0 and cells[j, i, 2 + 2 * chosen] <= 0.0:
            chosen -= 1
        # on a line, so that the place is covered
        x = cells[j, i, 1 + 2 * chosen] + u * cells[j, i, 2 + 2 * chosen]
        y = low_y + (chosen + 0.5) * pitch / LINES
    return x, y


@njit(cache=False, inline="always")
def fraction(x: float) -> float:  # pragma: no cover
    """What ``x`` is above the whole number below it."""
    return x - np.floor(x)


@njit(cache=False)
def root(xx: float, xy: float, yy: float) -> tuple[float, float, float]:  # pragma: no cover
    """Square root (xx, xy, yy) of a symmetric 2x2 matrix; a negative eigenvalue counts as zero."""
    middle, half = 0.5 * (xx + yy), np.sqrt(0.25 * (xx - yy) ** 2 + xy * xy)
    most, least = middle + half, middle - half
    if most <= 0.0:
        return 0.0, 0.0, 0.0
    if least < 0.0:
        share = most / (most - least)
        xx, xy, yy = share * (xx - least), share * xy, share * (yy - least)
        least = 0.0
    a, b = np.sqrt(most), np.sqrt(least)
    return (xx + a * b) / (a + b), xy / (a + b), (yy + a * b) / (a + b)


@njit(cache=False)
def framed(
    a: tuple[float, float, float], m: tuple[float, float, float]
) -> tuple[float, float, float]:  # pragma: no cover
    """The product A M A of symmetric 2x2 matrices (xx, xy, yy)."""
    pxx, pxy = a[0] * m[0] + a[1] * m[1], a[0] * m[1] + a[1] * m[2]
    pyx, pyy = a[1] * m[0] + a[2] * m[1], a[1] * m[1] + a[2] * m[2]
    return pxx * a[0] + pxy * a[1], pxx * a[1] + pxy * a[2], pyx * a[1] + pyy * a[2]


@njit(cache=False)
def mould(course: FloatArray, distance: float, out: FloatArray) -> None:  # pragma: no cover
    """Fills ``out`` with centroid x, y, matrix xx, xy, yy and factor of area: the map of a section to this distance.

    The matrix is the symmetric one that carries the spread A of the plane to the spread B there:
    A^-1/2 (A^1/2 B A^1/2)^1/2 A^-1/2.
    """
    q = course[:, 0] + distance * (course[:, 1] + distance * course[:, 2])
    full = np.sqrt(max(q[5], 0.0) / course[5, 0]) if course[5, 0] > 0.0 else 1.0
    out[0], out[1] = q[0], q[1]
    axx, axy, ayy = course[2, 0], course[3, 0], course[4, 0]
    moved = False
    for k in range(2, 5):
        moved = moved or course[k, 1] != 0.0 or course[k, 2] != 0.0
    if not moved or distance == 0.0 or axx * ayy - axy * axy <= SLIVER * (axx + ayy) ** 2:
        out[2], out[3], out[4], out[5] = 1.0, 0.0, 1.0, full
        return
    s = root(axx, axy, ayy)
    determinant = s[0] * s[2] - s[1] * s[1]
    inverse = (s[2] / determinant, -s[1] / determinant, s[0] / determinant)
    c = framed(s, (q[2], q[3], q[4]))
    out[2], out[3], out[4] = framed(inverse, root(c[0], c[1], c[2]))
    out[5] = full * max(out[2] * out[4] - out[3] * out[3], 0.0)


@njit(cache=False, inline="always")
def carry(map_: FloatArray, x: float, y: float, z: float, out: FloatArray) -> None:  # pragma: no cover
    """Fills ``out`` (3,) with the point at (x, y) from the centroid of the plane, carried by a map to height z."""
    out[0] = map_[0] + map_[2] * x + map_[3] * y
    out[1] = map_[1] + map_[3] * x + map_[4] * y
    out[2] = z


@njit(cache=False)
def strata(
    courses: FloatArray, bottom: float, thickness: float, maps: FloatArray
) -> float:  # pragma: no cover
    """Fills the maps (k, 6) at k even heights of a sub-slice; gives the mean factor of area."""
    mean, count = 0.0, maps.shape[0]
    for k in range(count):
        s = bottom + (k + 0.5) / count * thickness
        mould(courses[0] if s < 0.0 else courses[1], abs(s), maps[k])
        mean += maps[k, 5]
    return mean / count


@njit(cache=False)
def most_cells(edges: FloatArray, area: float, pitch: float) -> int:  # pragma: no cover
    """At least the number of cells that a section can touch: those inside and those its outline passes through."""
    length = 0.0
    for e in range(edges.shape[0]):
        length += abs(edges[e, 2] - edges[e, 0]) + abs(edges[e, 3] - edges[e, 1])
    nx = int(np.ceil((edges[:, 0].max() - edges[:, 0].min()) / pitch)) + 1
    ny = int(np.ceil((edges[:, 1].max() - edges[:, 1].min()) / pitch)) + 1
    return min(nx * ny, int(area / pitch**2 + 2.0 * length / pitch) + edges.shape[0] + 16)


@njit(cache=False)
def fill(
    edges: FloatArray,
    area: float,
    z: float,
    lengths: FloatArray,
    courses: FloatArray,
    pitch: float,
    layers: int,
    number: int,
    section: int,
    points: FloatArray,
    volumes: FloatArray,
    halves: BoolArray,
    boxes: FloatArray,
) -> tuple[int, float]:  # pragma: no cover
    """Fills the samples of one section's slab; gives their number and the slab's volume. [mm³]

    Each sub-slice has its own shift of the cells, and each cell its own height in the sub-slice, both by
    additive recurrences from the running number of the sub-slice, so that the projections on any axis are dense.
    """
    low_x, low_y = edges[:, 0].min(), edges[:, 1].min()
    nx = int(np.ceil((edges[:, 0].max() - low_x) / pitch)) + 1
    ny = int(np.ceil((edges[:, 1].max() - low_y) / pitch)) + 1
    cells, maps = np.empty((ny, nx, CELL)), np.empty((STRATA, 6))
    thickness = (lengths[0] + lengths[1]) / layers
    n, volume = 0, 0.0
    cx, cy = courses[0, 0, 0], courses[0, 1, 0]
    for layer in range(number, number + layers):
        bottom = (layer - number) * thickness - lengths[0]
        mean = strata(courses, bottom, thickness, maps)
        x0 = low_x - pitch * fraction(0.5 + layer * SHIFT_X)
        y0 = low_y - pitch * fraction(0.5 + layer * SHIFT_Y)
        raster(edges, x0, y0, pitch, cells)
        first, total = n, 0.0
        for j in range(ny):
            for i in range(nx):
                covered = cells[j, i, 0]
                if covered <= 0.0:
                    continue
                share = fraction(layer * SHIFT_Z + i * HASH_X + j * HASH_Y)
                map_ = maps[int(share * STRATA)]
                # places that differ along the row, the column and from one half to the other
                u = fraction(layer * SHIFT_X + j * HASH_X + i * HASH_Y)
                v = fraction(layer * SHIFT_Y + i * HASH_X + j * HASH_Y)
                x, y = place(cells, j, i, y0 + j * pitch, pitch, u, v)
                carry(map_, x - cx, y - cy, z + bottom + thickness * share, points[n])
                volumes[n] = covered * map_[5]
                halves[n] = (i + j + layer) % 2 == 1
                boxes[n, 0], boxes[n, 1], boxes[n, 2] = section, x0 + i * pitch, y0 + j * pitch
                boxes[n, 3], boxes[n, 4], boxes[n, 5] = pitch, bottom, thickness
                total += volumes[n]
                n += 1
        if total > 0.0:
            volumes[first:n] *= area * mean * thickness / total
            volume += area * mean * thickness
    return n, volume


@kernel(
    read(2),
    READ_INTEGERS,
    read(2),
    read(1),
    read(2),
    read(4),
    READ_INTEGERS,
    FLOAT,
    gives=FILLED,
)
def filled(
    edges: FloatArray,
    begin: IntArray,
    states: FloatArray,
    heights: FloatArray,
    lengths: FloatArray,
    courses: FloatArray,
    layers: IntArray,
    pitch: float,
) -> tuple[FloatArray, FloatArray, BoolArray, FloatArray]:  # pragma: no cover
    """Samples that fill the slabs of all sections: points (n, 3), volumes (n,) in mm³, halves (n,) and boxes (n, 6).

    ``heights`` (s,) are the planes of the sections, ``layers`` (s,) their numbers of sub-slices, ``pitch`` the width of the
    cells. The halves take cells in turn, as a chessboard in three dimensions. [mm]
    """
    count = states.shape[0]
    place = np.zeros(count + 1, dtype=np.int64)
    numbers = np.zeros(count + 1, dtype=np.int64)
    for k in range(count):
        numbers[k + 1] = numbers[k] + layers[k]
        most = 0 if layers[k] == 0 else most_cells(edges[begin[k] : begin[k + 1]], states[k, AREA], pitch)
        place[k + 1] = place[k] + layers[k] * most
    points, volumes = np.empty((place[count], 3)), np.empty(place[count])
    halves, boxes = np.empty(place[count], dtype=np.bool_), np.empty((place[count], COLUMNS))
    made = np.zeros(count + 1, dtype=np.int64)
    for s in range(count):
        if layers[s] > 0:
            a, b = place[s], place[s + 1]
            made[s + 1], _ = fill(
                edges[begin[s] : begin[s + 1]],
                states[s, AREA],
                heights[s],
                lengths[s],
                courses[s],
                pitch,
                layers[s],
                numbers[s],
                s,
                points[a:b],
                volumes[a:b],
                halves[a:b],
                boxes[a:b],
            )
    for k in range(count):
        made[k + 1] += made[k]
    n = made[count]
    out, weights = np.empty((n, 3)), np.empty(n)
    sides, own = np.empty(n, dtype=np.bool_), np.empty((n, COLUMNS))
    for s in range(count):
        a, b, size = made[s], place[s], made[s + 1] - made[s]
        out[a : a + size] = points[b : b + size]
        weights[a : a + size] = volumes[b : b + size]
        sides[a : a + size] = halves[b : b + size]
        own[a : a + size] = boxes[b : b + size]
    return out, weights, sides, own


@kernel(
    read(2),
    READ_INTEGERS,
    read(1),
    read(2),
    read(4),
    read(2, types.boolean),
    FLOAT,
    gives=written(2),
)
def surface(
    edges: FloatArray,
    begin: IntArray,
    heights: FloatArray,
    lengths: FloatArray,
    courses: FloatArray,
    faces: BoolArray,
    step: float,
) -> FloatArray:  # pragma: no cover
    """Points (n, 3) of the contours, at most ``step`` apart, in their planes and on ``faces`` (s, 2) of their slabs. [mm]

    A face is where a slab ends below or above its plane.
    """
    count = heights.shape[0]
    place = np.zeros(count + 1, dtype=np.int64)
    for k in range(count):
        own = 0
        for e in range(begin[k], begin[k + 1]):
            own += max(int(np.ceil(np.hypot(edges[e, 2] - edges[e, 0], edges[e, 3] - edges[e, 1]) / step)), 1)
        place[k + 1] = place[k] + own * (1 + int(faces[k, 0]) + int(faces[k, 1]))
    out = np.empty((place[count], 3))
    for s in range(count):
        n, map_ = place[s], np.empty(6)
        for side in range(3):
            if side > 0 and not faces[s, side - 1]:
                continue
            distance = 0.0 if side == 0 else lengths[s, side - 1]
            course = courses[s, max(side - 1, 0)]
            mould(course, distance, map_)
            z = heights[s] + (-distance if side == 1 else distance)
            for e in range(begin[s], begin[s + 1]):
                dx, dy = edges[e, 2] - edges[e, 0], edges[e, 3] - edges[e, 1]
                parts = max(int(np.ceil(np.hypot(dx, dy) / step)), 1)
                for k in range(parts):
                    x = edges[e, 0] + k / parts * dx - course[0, 0]
                    y = edges[e, 1] + k / parts * dy - course[1, 0]
                    carry(map_, x, y, z, out[n])
                    n += 1
    return out
