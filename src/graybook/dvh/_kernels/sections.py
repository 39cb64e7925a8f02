"""Sections: the rings of every plane come in; connected pieces with area, centroid, spread and links go out."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from graybook.geometry._kernels import edges_by_row, even_odd_moments, is_inside
from graybook.geometry.arrays import FloatArray, IntArray
from graybook.geometry.compiling import kernel, read, several, written

__all__ = ["AREA", "FULL", "XX", "XY", "YY", "X", "Y", "linked", "sectioned"]

X, Y, XX, XY, YY, FULL, AREA = 0, 1, 2, 3, 4, 5, 6
"""Columns of a section's state: centroid, spread (covariance), fullness (area² over the spread's determinant), area."""

FULLNESS_OF_ELLIPSE = (4.0 * np.pi) ** 2
"""The fullness of any ellipse; 144 for any parallelogram, less for a ring."""

LEAST_AREA_MM2 = 1e-9
"""What round-off leaves of a line; below it a section has no area. [mm²]"""

ROWS = 64
"""Rows into which a ring is cut to see whether it crosses itself, and to find the edges near an edge."""

INTEGERS = written(1, types.int64)
READ_INTEGERS = read(1, types.int64)


@njit(cache=False)
def crosses_itself(edges: FloatArray) -> bool:  # pragma: no cover
    """Whether lines through a ring (e, 4) see its edges go up and down other than in turn.

    On each of the 64 lines a ring that winds once is crossed in turn, and on all of them first in the same sense.
    """
    low, high = edges[:, 1].min(), edges[:, 1].max()
    height = (high - low) / ROWS
    if height <= 0.0:
        return True
    begin, numbers = edges_by_row(edges, low, height, ROWS)
    found, ups = np.empty(edges.shape[0]), np.empty(edges.shape[0], dtype=np.bool_)
    first, known = False, False
    for row in range(ROWS):
        y = low + (row + 0.5) * height
        count = 0
        for n in range(begin[row], begin[row + 1]):
            e = numbers[n]
            y0, y1 = edges[e, 1], edges[e, 3]
            if (y0 <= y) == (y1 <= y):
                continue
            x = edges[e, 0] + (y - y0) * (edges[e, 2] - edges[e, 0]) / (y1 - y0)
            k = count
            while k > 0 and found[k - 1] > x:
                found[k], ups[k] = found[k - 1], ups[k - 1]
                k -= 1
            found[k], ups[k] = x, y1 > y0
            count += 1
        if count == 0:
            continue
        if not known:
            first, known = ups[0], True
        for k in range(count):
            if ups[k] != (first if k % 2 == 0 else not first):
                return True
    return False


@njit(cache=False)
def green_moments(edges: FloatArray, x0: float, y0: float, out: FloatArray) -> None:  # pragma: no cover
    """Fills ``out`` with the integrals (6,) of 1, x, y, x², xy, y² about (x0, y0) over a ring that does not cross itself."""
    out[:] = 0.0
    for e in range(edges.shape[0]):
        xa, ya, xb, yb = edges[e, 0] - x0, edges[e, 1] - y0, edges[e, 2] - x0, edges[e, 3] - y0
        w = xa * yb - xb * ya
        out[0] += w / 2.0
        out[1] += w * (xa + xb) / 6.0
        out[2] += w * (ya + yb) / 6.0
        out[3] += w * (xa * xa + xa * xb + xb * xb) / 12.0
        out[4] += w * (2.0 * xa * ya + xa * yb + xb * ya + 2.0 * xb * yb) / 24.0
        out[5] += w * (ya * ya + ya * yb + yb * yb) / 12.0
    if out[0] < 0.0:
        for k in range(6):
            out[k] = -out[k]


@njit(cache=False)
def box_of(edges: FloatArray, out: FloatArray) -> None:  # pragma: no cover
    """Fills ``out`` with the least x, least y, largest x, largest y."""
    out[0], out[1], out[2], out[3] = edges[0, 0], edges[0, 1], edges[0, 0], edges[0, 1]
    for e in range(edges.shape[0]):
        out[0], out[1] = min(out[0], edges[e, 0]), min(out[1], edges[e, 1])
        out[2], out[3] = max(out[2], edges[e, 0]), max(out[3], edges[e, 1])


@njit(cache=False)
def boxes_meet(a: FloatArray, b: FloatArray) -> bool:  # pragma: no cover
    """Whether two boxes share a point."""
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


@njit(cache=False)
def meet(a: FloatArray, b: FloatArray) -> bool:  # pragma: no cover
    """Whether any edge of ``a`` (e, 4) crosses or touches any edge of ``b``."""
    low, high = b[:, 1].min(), b[:, 1].max()
    height = (high - low) / ROWS
    if height <= 0.0:
        height = 1.0
    begin, numbers = edges_by_row(b, low, height, ROWS)
    for i in range(a.shape[0]):
        px, py, qx, qy = a[i, 0], a[i, 1], a[i, 2], a[i, 3]
        if max(py, qy) < low or min(py, qy) > high:
            continue
        first = min(max(int(np.floor((min(py, qy) - low) / height)), 0), ROWS - 1)
        last = min(max(int(np.floor((max(py, qy) - low) / height)), 0), ROWS - 1)
        for row in range(first, last + 1):
            for n in range(begin[row], begin[row + 1]):
                j = numbers[n]
                rx, ry, sx, sy = b[j, 0], b[j, 1], b[j, 2], b[j, 3]
                if max(px, qx) < min(rx, sx) or max(rx, sx) < min(px, qx):
                    continue
                if max(py, qy) < min(ry, sy) or max(ry, sy) < min(py, qy):
                    continue
                d1 = (qx - px) * (ry - py) - (qy - py) * (rx - px)
                d2 = (qx - px) * (sy - py) - (qy - py) * (sx - px)
                d3 = (sx - rx) * (py - ry) - (sy - ry) * (px - rx)
                d4 = (sx - rx) * (qy - ry) - (sy - ry) * (qx - rx)
                if d1 * d2 <= 0.0 and d3 * d4 <= 0.0:
                    return True
    return False


@njit(cache=False)
def overlap(a: FloatArray, b: FloatArray) -> bool:  # pragma: no cover
    """Whether the even-odd interiors of two sets of edges share a point, or their edges touch."""
    if is_inside(b, a[0, 0], a[0, 1]) or is_inside(a, b[0, 0], b[0, 1]) or meet(a, b):
        return True
    for i in range(a.shape[0]):
        if is_inside(b, a[i, 0], a[i, 1]):
            return True
    for j in range(b.shape[0]):  # noqa: SIM110 (numba knows no generators)
        if is_inside(a, b[j, 0], b[j, 1]):
            return True
    return False


@njit(cache=False)
def pieces(
    edges: FloatArray,
    starts: IntArray,
    boxes: FloatArray,
    first: int,
    last: int,
    piece: IntArray,
    sign: IntArray,
) -> None:  # pragma: no cover
    """Fills, for rings ``first`` to ``last`` of one plane, the first ring of the piece each belongs to, and its sign.

    A ring inside an odd number of others is a hole (sign -1) of the one it lies directly in; rings that cross or touch
    are one piece whose moments need the even-odd rule (sign 0).
    """
    n = last - first
    for i in range(n):
        piece[first + i], sign[first + i] = first + i, 1
    if n == 1:
        return
    meets, inside = np.zeros((n, n), dtype=np.bool_), np.zeros((n, n), dtype=np.bool_)
    depth = np.zeros(n, dtype=np.int64)
    for i in range(n):
        a = edges[starts[first + i] : starts[first + i + 1]]
        for j in range(i):
            if boxes_meet(boxes[first + i], boxes[first + j]):
                meets[i, j] = meets[j, i] = meet(a, edges[starts[first + j] : starts[first + j + 1]])
    for i in range(n):
        x, y = edges[starts[first + i], 0], edges[starts[first + i], 1]
        for j in range(n):
            if i != j and not meets[i, j] and boxes_meet(boxes[first + i], boxes[first + j]):
                inside[i, j] = is_inside(edges[starts[first + j] : starts[first + j + 1]], x, y)
                depth[i] += inside[i, j]
    for i in range(n):
        if depth[i] % 2 == 1:
            sign[first + i] = -1
        for j in range(n):
            if meets[i, j] or (inside[i, j] and depth[i] % 2 == 1 and depth[j] == depth[i] - 1):
                low = min(piece[first + i], piece[first + j])
                high = max(piece[first + i], piece[first + j])
                for k in range(first, last):
                    if piece[k] == high:
                        piece[k] = low
    for i in range(n):
        if np.any(meets[i]):
            for k in range(first, last):
                if piece[k] == piece[first + i]:
                    sign[k] = 0


@njit(cache=False)
def state_of(
    edges: FloatArray, starts: IntArray, sign: IntArray, out: FloatArray
) -> None:  # pragma: no cover
    """Fills a section's state (7,) from its edges (e, 4), the bounds of its rings (r + 1,) and their signs (r,)."""
    box = np.empty(4)
    box_of(edges, box)
    x0, y0 = 0.5 * (box[0] + box[2]), 0.5 * (box[1] + box[3])
    total, own = np.zeros(6), np.zeros(6)
    plain = True
    for r in range(sign.shape[0]):
        plain = plain and sign[r] != 0 and not crosses_itself(edges[starts[r] : starts[r + 1]])
    if plain:
        for r in range(sign.shape[0]):
            green_moments(edges[starts[r] : starts[r + 1]], x0, y0, own)
            for k in range(6):
                total[k] += sign[r] * own[k]
    else:
        moved = np.empty_like(edges)
        for e in range(edges.shape[0]):
            moved[e, 0], moved[e, 1] = edges[e, 0] - x0, edges[e, 1] - y0
            moved[e, 2], moved[e, 3] = edges[e, 2] - x0, edges[e, 3] - y0
        total[:] = even_odd_moments(moved)
    out[:] = 0.0
    out[X], out[Y], out[FULL] = x0, y0, FULLNESS_OF_ELLIPSE
    area = total[0]
    if area <= LEAST_AREA_MM2:
        return
    cx, cy = total[1] / area, total[2] / area
    xx, xy, yy = total[3] / area - cx * cx, total[4] / area - cx * cy, total[5] / area - cy * cy
    determinant = xx * yy - xy * xy
    out[X], out[Y], out[XX], out[XY], out[YY], out[AREA] = x0 + cx, y0 + cy, xx, xy, yy, area
    if determinant > 0.0:
        out[FULL] = area * area / determinant


@kernel(
    read(2),
    READ_INTEGERS,
    READ_INTEGERS,
    gives=several(written(2), INTEGERS, INTEGERS, written(2), written(2)),
)
def sectioned(
    points: FloatArray, starts: IntArray, levels: IntArray
) -> tuple[FloatArray, IntArray, IntArray, FloatArray, FloatArray]:  # pragma: no cover
    """The sections of planes whose rings are ``points[starts[k]:starts[k + 1]]`` (n, 2), rings of plane p from ``levels[p]`` on.

    Gives edges (n, 4) by section, where each section's begin (s + 1,), where each plane's sections begin (p + 1,),
    states (s, 7) and boxes (s, 4). The sections of a plane are in the order of their centroids.
    """
    rings, planes = starts.shape[0] - 1, levels.shape[0] - 1
    edges = np.empty((points.shape[0], 4))
    boxes = np.empty((rings, 4))
    piece, sign = np.empty(rings, dtype=np.int64), np.empty(rings, dtype=np.int64)
    for r in range(rings):
        first, last = starts[r], starts[r + 1]
        for e in range(first, last):
            f = e + 1 if e + 1 < last else first
            edges[e, 0], edges[e, 1] = points[e, 0], points[e, 1]
            edges[e, 2], edges[e, 3] = points[f, 0], points[f, 1]
        box_of(edges[first:last], boxes[r])
    for p in range(planes):
        pieces(edges, starts, boxes, levels[p], levels[p + 1], piece, sign)
    count = 0
    for r in range(rings):
        count += piece[r] == r
    out, begin = np.empty_like(edges), np.zeros(count + 1, dtype=np.int64)
    by_level = np.zeros(planes + 1, dtype=np.int64)
    heads, bounds, signs = np.empty(count, dtype=np.int64), starts.copy(), sign.copy()
    ring_begin = np.zeros(count + 1, dtype=np.int64)
    s, at, ring = 0, 0, 0
    for p in range(planes):
        for r in range(levels[p], levels[p + 1]):
            if piece[r] != r:
                continue
            heads[s] = r
            for q in range(r, levels[p + 1]):
                if piece[q] == r:
                    size = starts[q + 1] - starts[q]
                    out[at : at + size] = edges[starts[q] : starts[q + 1]]
                    bounds[ring], signs[ring] = at, sign[q]
                    at += size
                    ring += 1
            s += 1
            begin[s], ring_begin[s] = at, ring
        by_level[p + 1] = s
    bounds[ring] = at
    states, section_boxes = np.empty((count, 7)), np.empty((count, 4))
    for k in range(count):
        own = np.empty(ring_begin[k + 1] - ring_begin[k] + 1, dtype=np.int64)
        for r in range(own.shape[0]):
            own[r] = bounds[ring_begin[k] + r] - begin[k]
        own[own.shape[0] - 1] = begin[k + 1] - begin[k]
        state_of(out[begin[k] : begin[k + 1]], own, signs[ring_begin[k] : ring_begin[k + 1]], states[k])
        box_of(out[begin[k] : begin[k + 1]], section_boxes[k])
    return ordered(out, begin, by_level, states, section_boxes)


@njit(cache=False)
def ordered(
    edges: FloatArray, begin: IntArray, by_level: IntArray, states: FloatArray, boxes: FloatArray
) -> tuple[FloatArray, IntArray, IntArray, FloatArray, FloatArray]:  # pragma: no cover
    """The same with the sections of each plane in the order of centroid x, y and area."""
    count = states.shape[0]
    order = np.arange(count)
    moved = False
    for p in range(by_level.shape[0] - 1):
        for a in range(by_level[p] + 1, by_level[p + 1]):
            k = a
            while k > by_level[p]:
                one, two = states[order[k - 1]], states[order[k]]
                before = one[X] < two[X]
                if one[X] == two[X]:
                    before = one[Y] < two[Y] or (one[Y] == two[Y] and one[AREA] <= two[AREA])
                if before:
                    break
                order[k - 1], order[k] = order[k], order[k - 1]
                moved = True
                k -= 1
    if not moved:
        return edges, begin, by_level, states, boxes
    out, starts = np.empty_like(edges), np.zeros_like(begin)
    for k in range(count):
        size = begin[order[k] + 1] - begin[order[k]]
        starts[k + 1] = starts[k] + size
        out[starts[k] : starts[k + 1]] = edges[begin[order[k]] : begin[order[k] + 1]]
    return out, starts, by_level, states[order], boxes[order]


@kernel(
    read(2),
    READ_INTEGERS,
    READ_INTEGERS,
    read(2),
    read(1),
    gives=written(2, types.int64),
)
def linked(
    edges: FloatArray, begin: IntArray, by_level: IntArray, boxes: FloatArray, joined: FloatArray
) -> IntArray:  # pragma: no cover
    """For each section: how many sections of the plane below and above overlap it, and the last such (s, 4).

    Columns: count below, one below, count above, one above. Planes with ``joined[p] == 0`` between p and p + 1 are not linked.
    """
    count, planes = begin.shape[0] - 1, by_level.shape[0] - 1
    out = np.zeros((count, 4), dtype=np.int64)
    out[:, 1] = out[:, 3] = -1
    for p in range(planes):
        for side in range(2):
            other = p - 1 if side == 0 else p + 1
            if other < 0 or other >= planes or joined[min(p, other)] == 0.0:
                continue
            for a in range(by_level[p], by_level[p + 1]):
                for b in range(by_level[other], by_level[other + 1]):
                    if boxes_meet(boxes[a], boxes[b]) and overlap(
                        edges[begin[a] : begin[a + 1]], edges[begin[b] : begin[b + 1]]
                    ):
                        out[a, 2 * side] += 1
                        out[a, 2 * side + 1] = b
    return out
