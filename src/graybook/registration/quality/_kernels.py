"""Arrays come in; filled polygons, sampled images, determinants of cells and best local shifts go out, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from graybook.geometry.arrays import FloatArray, IntArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, written

__all__ = ["block_means", "cell_determinants", "far_matches", "filled", "near_matches", "taken"]


@kernel(
    read(2),
    read(1, types.int64),
    read(1, types.int64),
    FLOAT,
    FLOAT,
    FLOAT,
    written(3, types.uint8),
)
def filled(
    points: FloatArray, starts: IntArray, levels: IntArray, u0: float, v0: float, step: float, out: IntArray
) -> None:  # pragma: no cover
    """Pixels whose centre lies inside the polygons of each plane, combined by exclusive or."""
    planes, rows, columns = out.shape
    for plane in range(planes):
        for polygon in range(levels[plane], levels[plane + 1]):
            low, high = starts[polygon], starts[polygon + 1]
            for i in range(low, high):
                j = i + 1 if i + 1 < high else low
                ua, va, ub, vb = points[i, 0], points[i, 1], points[j, 0], points[j, 1]
                if va == vb:
                    continue
                if va > vb:
                    ua, va, ub, vb = ub, vb, ua, va
                first = max(0, int(np.ceil((va - v0) / step)))
                last = min(rows - 1, int(np.ceil((vb - v0) / step)) - 1)
                for row in range(first, last + 1):
                    u = ua + (v0 + row * step - va) / (vb - va) * (ub - ua)
                    column = max(0, int(np.ceil((u - u0) / step)))
                    if column < columns:
                        out[plane, row, column] ^= 1
        for row in range(rows):
            inside = 0
            for column in range(columns):
                inside ^= out[plane, row, column]
                out[plane, row, column] = inside


@kernel(read(3, types.float32), INT, INT, INT, written(3, types.float32))
def block_means(values: FloatArray, fz: int, fy: int, fx: int, out: FloatArray) -> None:  # pragma: no cover
    """Mean of each block of voxels; those left over at the far sides are dropped."""
    nz, ny, nx = out.shape
    share = 1.0 / (fz * fy * fx)
    row = np.empty(nx)
    for z in range(nz):
        for y in range(ny):
            row[:] = 0.0
            for k in range(fz):
                for j in range(fy):
                    for x in range(nx):
                        total = 0.0
                        for i in range(fx):
                            total += values[z * fz + k, y * fy + j, x * fx + i]
                        row[x] += total
            for x in range(nx):
                out[z, y, x] = row[x] * share


@kernel(read(3, types.float32), read(2), written(1, types.float32))
def taken(values: FloatArray, indices: FloatArray, out: FloatArray) -> None:  # pragma: no cover
    """Trilinear values at fractional indices (x, y, z); NaN more than half a voxel outside, or where the index is NaN."""
    nz, ny, nx = values.shape
    for n in range(len(indices)):
        x, y, z = indices[n, 0], indices[n, 1], indices[n, 2]
        if not (-0.5 <= x <= nx - 0.5 and -0.5 <= y <= ny - 0.5 and -0.5 <= z <= nz - 0.5):
            out[n] = np.nan
            continue
        x, y, z = min(max(x, 0.0), nx - 1.0), min(max(y, 0.0), ny - 1.0), min(max(z, 0.0), nz - 1.0)
        i, j, k = min(int(x), max(nx - 2, 0)), min(int(y), max(ny - 2, 0)), min(int(z), max(nz - 2, 0))
        a, b, c = x - i, y - j, z - k
        i1, j1, k1 = min(i + 1, nx - 1), min(j + 1, ny - 1), min(k + 1, nz - 1)
        low = (values[k, j, i] * (1 - a) + values[k, j, i1] * a) * (1 - b)
        low += (values[k, j1, i] * (1 - a) + values[k, j1, i1] * a) * b
        high = (values[k1, j, i] * (1 - a) + values[k1, j, i1] * a) * (1 - b)
        high += (values[k1, j1, i] * (1 - a) + values[k1, j1, i1] * a) * b
        out[n] = low * (1 - c) + high * c


@njit(cache=False)
def _determinant(a, b, c, d, e, f, g, h, i):  # type: ignore[no-untyped-def]
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


@kernel(read(3), read(3), FLOAT, written(2, types.float32), written(2, types.float32))
def cell_determinants(
    below: FloatArray, above: FloatArray, volume: float, low: FloatArray, high: FloatArray
) -> None:  # pragma: no cover
    """Least and largest determinant at the eight corners of the cells between two planes of carried nodes (ny, nx, 3).

    Each corner takes the three edges that meet in it; ``volume`` is that of an undeformed cell, signed as its axes are.
    """
    ny, nx = low.shape
    edges = np.empty((2, 2, 2, 3))
    for y in range(ny):
        for x in range(nx):
            for j in range(2):
                for i in range(2):
                    for n in range(3):
                        edges[0, j, i, n] = below[y + j, x + i, n]
                        edges[1, j, i, n] = above[y + j, x + i, n]
            least, most = np.inf, -np.inf
            for k in range(2):
                for j in range(2):
                    for i in range(2):
                        det = _determinant(
                            edges[k, j, 1, 0] - edges[k, j, 0, 0],
                            edges[k, j, 1, 1] - edges[k, j, 0, 1],
                            edges[k, j, 1, 2] - edges[k, j, 0, 2],
                            edges[k, 1, i, 0] - edges[k, 0, i, 0],
                            edges[k, 1, i, 1] - edges[k, 0, i, 1],
                            edges[k, 1, i, 2] - edges[k, 0, i, 2],
                            edges[1, j, i, 0] - edges[0, j, i, 0],
                            edges[1, j, i, 1] - edges[0, j, i, 1],
                            edges[1, j, i, 2] - edges[0, j, i, 2],
                        )
                        det /= volume
                        if np.isnan(det):
                            least = most = np.nan
                        else:
                            least, most = min(least, det), max(most, det)
            low[y, x] = least
            high[y, x] = most


@njit(cache=False)
def _correlation(block, warped, z, y, x, noise, absolute):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Correlation of a block with that around a node of the warped image; NaN when less than half of it is known."""
    rz, ry, rx = block.shape[0] // 2, block.shape[1] // 2, block.shape[2] // 2
    count, known = 0, 0
    f1, f2, m1, m2, fm = 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(block.shape[0]):
        for j in range(block.shape[1]):
            for i in range(block.shape[2]):
                a = block[k, j, i]
                b = warped[z + k - rz, y + j - ry, x + i - rx]
                if a == a:
                    known += 1
                    if b == b:
                        count += 1
                        f1 += a
                        f2 += a * a
                        m1 += b
                        m2 += b * b
                        fm += a * b
    if count * 2 < known or count < 8:
        return np.nan
    f_var = max(f2 / count - (f1 / count) ** 2, 0.0) + noise
    m_var = max(m2 / count - (m1 / count) ** 2, 0.0) + noise
    found = (fm / count - f1 / count * m1 / count) / np.sqrt(f_var * m_var)
    return abs(found) if absolute else found


@njit(cache=False)
def _peak(before, here, after):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Where a parabola through three neighbouring scores is highest, in steps, and how curved it is there."""
    curvature = 2.0 * here - before - after
    if not curvature > 1e-9:
        return 0.0, 0.0
    return min(max(0.5 * (after - before) / curvature, -0.5), 0.5), curvature


@njit(cache=False)
def _searched(block, warped, z, y, x, reach, spacing, noise, penalty, absolute, best):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The best of all shifts up to ``reach`` goes to ``best``, and its score is given."""
    highest = -np.inf
    best[:] = 0
    for dz in range(-reach[0], reach[0] + 1):
        for dy in range(-reach[1], reach[1] + 1):
            for dx in range(-reach[2], reach[2] + 1):
                far = (dz * spacing[0]) ** 2 + (dy * spacing[1]) ** 2 + (dx * spacing[2]) ** 2
                score = _correlation(block, warped, z + dz, y + dy, x + dx, noise, absolute) - penalty * far
                if score > highest:
                    highest = score
                    best[0], best[1], best[2] = dz, dy, dx
    return highest


@njit(cache=False)
def _climbed(block, warped, z, y, x, spacing, noise, penalty, absolute, scores, best):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The nearest summit from the shift ``best``, changed on the way, at most four steps off; ``scores`` are those around it."""
    for _ in range(4):
        highest, k1, j1, i1 = -np.inf, 0, 0, 0
        for k in range(-1, 2):
            for j in range(-1, 2):
                for i in range(-1, 2):
                    dz, dy, dx = best[0] + k, best[1] + j, best[2] + i
                    far = (dz * spacing[0]) ** 2 + (dy * spacing[1]) ** 2 + (dx * spacing[2]) ** 2
                    score = _correlation(block, warped, z + dz, y + dy, x + dx, noise, absolute)
                    score -= penalty * far
                    scores[k + 1, j + 1, i + 1] = score
                    if score > highest:
                        highest, k1, j1, i1 = score, k, j, i
        if highest == -np.inf or (k1 == 0 and j1 == 0 and i1 == 0):
            return highest
        best[0] += k1
        best[1] += j1
        best[2] += i1
    return highest


BLOCKS = (read(3, types.float32), read(3, types.float32), read(2, types.int64), read(1, types.int64))
"""Both images, nodes, and half the sides of a block."""


@kernel(*BLOCKS, read(1, types.int64), read(1), FLOAT, FLOAT, types.boolean, written(2, types.int64))
def far_matches(
    fixed: FloatArray,
    warped: FloatArray,
    nodes: IntArray,
    radius: IntArray,
    reach: IntArray,
    spacing: FloatArray,
    noise: float,
    penalty: float,
    absolute: bool,
    out: IntArray,
) -> None:  # pragma: no cover
    """The shift of each node (z, y, x), in steps, up to ``reach``, at which the warped image is most like the fixed one.

    Both arrays are padded with NaN as far as any block reaches. ``penalty`` is taken from the correlation per mm² of shift.
    """
    r = radius
    block = np.empty((2 * r[0] + 1, 2 * r[1] + 1, 2 * r[2] + 1), np.float32)
    best = np.zeros(3, np.int64)
    for n in range(len(nodes)):
        z, y, x = nodes[n, 0], nodes[n, 1], nodes[n, 2]
        block[:] = fixed[z - r[0] : z + r[0] + 1, y - r[1] : y + r[1] + 1, x - r[2] : x + r[2] + 1]
        _searched(block, warped, z, y, x, reach, spacing, noise, penalty, absolute, best)
        out[n] = best


@kernel(*BLOCKS, read(2, types.int64), read(1), FLOAT, FLOAT, types.boolean, written(2))
def near_matches(
    fixed: FloatArray,
    warped: FloatArray,
    nodes: IntArray,
    radius: IntArray,
    starts: IntArray,
    spacing: FloatArray,
    noise: float,
    penalty: float,
    absolute: bool,
    out: FloatArray,
) -> None:  # pragma: no cover
    """As :func:`far_matches`, climbing from shifts ``starts`` and between the nodes.

    Columns of ``out``: shift along z, y, x in mm, correlation there, correlation without a shift, least curvature of the peak
    per mm².
    """
    r = radius
    block = np.empty((2 * r[0] + 1, 2 * r[1] + 1, 2 * r[2] + 1), np.float32)
    best = np.zeros(3, np.int64)
    scores = np.empty((3, 3, 3))
    for n in range(len(nodes)):
        z, y, x = nodes[n, 0], nodes[n, 1], nodes[n, 2]
        block[:] = fixed[z - r[0] : z + r[0] + 1, y - r[1] : y + r[1] + 1, x - r[2] : x + r[2] + 1]
        best[:] = starts[n]
        out[n, :] = np.nan
        out[n, 4] = _correlation(block, warped, z, y, x, noise, absolute)
        highest = _climbed(block, warped, z, y, x, spacing, noise, penalty, absolute, scores, best)
        if highest == -np.inf:
            continue
        here = scores[1, 1, 1]
        pz, cz = _peak(scores[0, 1, 1], here, scores[2, 1, 1])
        py, cy = _peak(scores[1, 0, 1], here, scores[1, 2, 1])
        px, cx = _peak(scores[1, 1, 0], here, scores[1, 1, 2])
        out[n, 0] = (best[0] + pz) * spacing[0]
        out[n, 1] = (best[1] + py) * spacing[1]
        out[n, 2] = (best[2] + px) * spacing[2]
        out[n, 3] = here + penalty * (out[n, 0] ** 2 + out[n, 1] ** 2 + out[n, 2] ** 2)
        out[n, 5] = min(cz / spacing[0] ** 2, cy / spacing[1] ** 2, cx / spacing[2] ** 2)
