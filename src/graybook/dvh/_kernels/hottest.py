"""Hottest: samples with their boxes and a grid come in; the samples of the hottest volume, their boxes cut up, go out."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from graybook.dvh._kernels.filling import CELL, COLUMNS, carry, fraction, mould, place, raster, strata
from graybook.dvh._kernels.quantiles import reached
from graybook.geometry._kernels import interpolate
from graybook.geometry._peak_kernels import highest_in_box, highest_of_blocks
from graybook.geometry.arrays import BoolArray, FloatArray, IntArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, several, written

__all__ = ["hottest"]

PARTS = 2
"""Into how many parts a box is cut along each side, at once."""

CHILDREN = PARTS**3

STRATA = 2
"""Heights of a part at which its section is known."""

ROOM = 4.0
"""How many boxes sampled where they are hottest are allowed for at first."""

NEAR = 0.002
"""A box that cannot exceed a near-maximum by more than this share of it is left whole."""

SLACK_MM = 0.1
"""What a block about a box is wider than the box: for bends on the way. [mm]"""

HASH_X, HASH_Y, HASH_Z = 0.8191725133961645, 0.6710436067037893, 0.5497004779019703
"""Additive recurrence of three dimensions (inverse powers of the root of x⁴ = x + 1)."""


@njit(cache=False, inline="always")
def bound(
    box: FloatArray,
    dose: float,
    heights: FloatArray,
    courses: FloatArray,
    seen: FloatArray,
    maps: FloatArray,
    values: FloatArray,
    blocks: FloatArray,
    slopes: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    threshold: float,
) -> float:  # pragma: no cover
    """No value in a box, carried to where it lies, is higher; coarse below the threshold.

    ``seen`` (15,) keeps what boxes of one sub-slice have in common: section, foot, thickness, how much wider and further
    aside the section is on its way, height of the middle, the map there, and the centroid of the plane.
    """
    if box[0] != seen[0] or box[4] != seen[1] or box[5] != seen[2]:
        look(box, heights, courses, seen, maps)
    x, y = box[1] + 0.5 * box[3] - seen[13], box[2] + 0.5 * box[3] - seen[14]
    return highest_in_box(
        values,
        blocks,
        slopes,
        dose,
        seen[8] + seen[10] * x + seen[11] * y,
        seen[9] + seen[11] * x + seen[12] * y,
        seen[7],
        0.5 * box[3] * seen[3] + seen[5] + SLACK_MM,
        0.5 * box[3] * seen[4] + seen[6] + SLACK_MM,
        0.5 * box[5],
        matrix,
        offset,
        planes,
        face_max,
        threshold,
    )


@njit(cache=False)
def look(
    box: FloatArray, heights: FloatArray, courses: FloatArray, seen: FloatArray, maps: FloatArray
) -> None:  # pragma: no cover
    """Fills ``seen`` of :func:`bound` for the sub-slice of a box."""
    section, bottom, thickness = int(box[0]), box[4], box[5]
    course, map_ = courses[section], maps[maps.shape[0] - 1]
    seen[0], seen[1], seen[2], seen[3], seen[4] = box[0], bottom, thickness, 0.0, 0.0
    for k in range(3):
        s = bottom + thickness * (0.0 if k == 0 else (1.0 if k == 1 else 0.5))
        mould(course[0] if s < 0.0 else course[1], abs(s), map_)
        seen[3] = max(seen[3], abs(map_[2]) + abs(map_[3]))
        seen[4] = max(seen[4], abs(map_[3]) + abs(map_[4]))
    # how far the section is shifted on the way, to first order
    side = course[0] if bottom + 0.5 * thickness < 0.0 else course[1]
    seen[5], seen[6] = 0.5 * thickness * abs(side[0, 1]), 0.5 * thickness * abs(side[1, 1])
    seen[7] = heights[section] + bottom + 0.5 * thickness
    for k in range(5):
        seen[8 + k] = map_[k]
    seen[13], seen[14] = course[0, 0, 0], course[0, 1, 0]


@njit(cache=False)
def end_of_layer(boxes: FloatArray, first: int) -> int:  # pragma: no cover
    """Number of the first box after ``first`` that is of another sub-slice."""
    last = first + 1
    while last < boxes.shape[0] and boxes[last, 0] == boxes[first, 0] and boxes[last, 4] == boxes[first, 4]:
        last += 1
    return last


@njit(cache=False)
def is_cold(
    boxes: FloatArray,
    heights: FloatArray,
    courses: FloatArray,
    seen: FloatArray,
    maps: FloatArray,
    blocks: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    threshold: float,
) -> bool:  # pragma: no cover
    """Whether no block of voxels that the boxes of one sub-slice meet reaches the threshold."""
    look(boxes[0], heights, courses, seen, maps)
    low_x, low_y = boxes[:, 1].min() - seen[13], boxes[:, 2].min() - seen[14]
    high_x, high_y = boxes[:, 1].max() + boxes[0, 3] - seen[13], boxes[:, 2].max() + boxes[0, 3] - seen[14]
    x, y = 0.5 * (low_x + high_x), 0.5 * (low_y + high_y)
    side = max(high_x - low_x, high_y - low_y)
    most = highest_of_blocks(
        blocks,
        seen[8] + seen[10] * x + seen[11] * y,
        seen[9] + seen[11] * x + seen[12] * y,
        seen[7],
        0.5 * side * seen[3] + seen[5] + SLACK_MM,
        0.5 * side * seen[4] + seen[6] + SLACK_MM,
        0.5 * boxes[0, 5],
        matrix,
        offset,
        planes,
        face_max.max(),
    )
    return most < threshold


@njit(cache=False)
def cut(
    edges: FloatArray,
    box: FloatArray,
    height: float,
    course: FloatArray,
    number: int,
    maps: FloatArray,
    cells: FloatArray,
    near: FloatArray,
    points: FloatArray,
    volumes: FloatArray,
    halves: BoolArray,
    boxes: FloatArray,
) -> int:  # pragma: no cover
    """Fills the samples of a box cut into parts; gives their number."""
    width, thickness = box[3] / PARTS, box[5] / PARTS
    count = 0
    for e in range(edges.shape[0]):
        if max(edges[e, 1], edges[e, 3]) >= box[2] and min(edges[e, 1], edges[e, 3]) <= box[2] + box[3]:
            for k in range(4):
                near[count, k] = edges[e, k]
            count += 1
    raster(near[:count], box[1], box[2], width, cells)
    n = 0
    for layer in range(PARTS):
        bottom = box[4] + layer * thickness
        strata(course, bottom, thickness, maps[:STRATA])
        for j in range(PARTS):
            for i in range(PARTS):
                covered = cells[j, i, 0]
                if covered <= 0.0:
                    continue
                share = fraction(number * HASH_Z + layer * HASH_Z + i * HASH_X + j * HASH_Y)
                map_ = maps[int(share * STRATA)]
                u = fraction(number * HASH_X + layer * HASH_X + j * HASH_Y)
                v = fraction(number * HASH_Y + layer * HASH_Y + i * HASH_X)
                x, y = place(cells, j, i, box[2] + j * width, width, u, v)
                carry(
                    map_,
                    x - course[0, 0, 0],
                    y - course[0, 1, 0],
                    height + bottom + thickness * share,
                    points[n],
                )
                volumes[n] = covered * map_[5] * thickness
                halves[n] = (i + j + layer) % 2 == 1
                boxes[n, 0], boxes[n, 1], boxes[n, 2] = box[0], box[1] + i * width, box[2] + j * width
                boxes[n, 3], boxes[n, 4], boxes[n, 5] = width, bottom, thickness
                n += 1
    return n


@kernel(
    read(2),
    read(1, types.int64),
    read(1),
    read(4),
    read(2),
    read(1),
    read(1),
    read(3),
    read(3),
    read(4),
    read(2),
    read(1),
    read(1),
    read(1),
    read(1),
    FLOAT,
    INT,
    INT,
    gives=several(
        written(1, types.boolean),
        written(2),
        written(1),
        written(1, types.boolean),
        written(2),
    ),
)
def hottest(
    edges: FloatArray,
    begin: IntArray,
    heights: FloatArray,
    courses: FloatArray,
    boxes: FloatArray,
    volumes: FloatArray,
    dose: FloatArray,
    values: FloatArray,
    blocks: FloatArray,
    slopes: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    hot: FloatArray,
    enough: float,
    most: int,
    rounds: int,
) -> tuple[BoolArray, FloatArray, FloatArray, BoolArray, FloatArray]:  # pragma: no cover
    """Samples that stay (n,), and points (m, 3), volumes, halves (m,) and boxes (m, 6) of those in place of the others.

    A box is cut up when it may hold some of the hottest ``hot[k]`` mm³ and is larger than a share of 1 / ``enough`` of it.
    It may when a bound on the grid around it reaches the near-maximum of ``hot[k]`` as it is known in that round. At most
    ``most`` boxes are cut in a round, those with the highest bounds first.
    ``matrix`` to ``face_max`` as in ``trilinear``, for points of the stack.
    """
    n = volumes.shape[0]
    stays = np.ones(n, dtype=np.bool_)
    total = volumes.sum()
    near = np.empty((edges.shape[0], 4))
    maps, cells, seen = np.empty((STRATA + 1, 6)), np.empty((PARTS, PARTS, CELL)), np.full(15, -1.0)
    thresholds = np.empty(hot.shape[0])
    for k in range(hot.shape[0]):
        thresholds[k] = reached(dose, volumes, min(hot[k], 0.5 * total))
    # a large box may by chance be sampled where it is hottest: what can be hot is decided with room for some such
    lowest = (1.0 + NEAR) * reached(dose, volumes, min(hot.max() + ROOM * volumes.max(), 0.5 * total))
    bounds = np.full(n, -np.inf)
    count = 0
    last, cold = 0, False
    for p in range(n):
        if p == last:
            last = end_of_layer(boxes, p)
            cold = is_cold(
                boxes[p:last], heights, courses, seen, maps, blocks, matrix, offset, planes, face_max, lowest
            )
        if not cold and volumes[p] > hot.min() / enough:
            bounds[p] = bound(
                boxes[p],
                dose[p],
                heights,
                courses,
                seen,
                maps,
                values,
                blocks,
                slopes,
                matrix,
                offset,
                planes,
                face_max,
                lowest,
            )
        if max(bounds[p], dose[p]) >= lowest:
            count += 1
    room = count + rounds * most * CHILDREN
    points, weights, doses = np.empty((room, 3)), np.empty(room), np.empty(room)
    low, inside = np.empty(room), np.empty(room, dtype=np.bool_)
    halves, own, upper = np.empty(room, dtype=np.bool_), np.empty((room, COLUMNS)), np.full(room, -np.inf)
    # the first ``count`` stand for samples that were there: they are given back as such unless they are cut
    origin = np.full(room, -1, dtype=np.int64)
    size = 0
    for p in range(n):
        if max(bounds[p], dose[p]) >= lowest:
            weights[size], doses[size], upper[size], origin[size] = volumes[p], dose[p], bounds[p], p
            own[size] = boxes[p]
            size += 1
    alive = np.ones(room, dtype=np.bool_)
    for _ in range(rounds):
        flagged = np.empty(size, dtype=np.int64)
        found = 0
        for q in range(size):
            if alive[q]:
                for k in range(hot.shape[0]):
                    if upper[q] >= (1.0 + NEAR) * thresholds[k] and weights[q] > hot[k] / enough:
                        flagged[found] = q
                        found += 1
                        break
        if found == 0:
            break
        chosen = flagged[:found]
        if found > most:
            chosen = chosen[np.argsort(-upper[chosen])[:most]]
        before = size
        for q in chosen:
            section = int(own[q, 0])
            alive[q] = False
            if origin[q] >= 0:
                stays[origin[q]] = False
            size += cut(
                edges[begin[section] : begin[section + 1]],
                own[q],
                heights[section],
                courses[section],
                q,
                maps,
                cells,
                near,
                points[size:],
                weights[size:],
                halves[size:],
                own[size:],
            )
        interpolate(values, points, matrix, offset, planes, face_max, low, doses, inside, before, size)
        for q in range(before, size):
            if weights[q] > hot.min() / enough:
                upper[q] = bound(
                    own[q],
                    doses[q],
                    heights,
                    courses,
                    seen,
                    maps,
                    values,
                    blocks,
                    slopes,
                    matrix,
                    offset,
                    planes,
                    face_max,
                    lowest,
                )
        hot_doses, hot_weights = doses[:size][alive[:size]], weights[:size][alive[:size]]
        for k in range(hot.shape[0]):
            thresholds[k] = reached(hot_doses, hot_weights, min(hot[k], 0.5 * total))
    new = np.flatnonzero(alive[:size] & (origin[:size] < 0))
    return stays, points[new], weights[new], halves[new], own[new]
