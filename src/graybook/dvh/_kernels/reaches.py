"""Reaches: a section and its neighbours along z come in; how far it goes on, and how it changes on the way, goes out.

The state of a section is (centroid x, y, spread xx, xy, yy, fullness). For a body bounded by a quadric whose sections are
similar (ellipsoid, cone, cylinder, in any position) every component of it is a parabola in z: a disc of radius r
has the spread r²/4, and r² = R² - z² for a sphere, k²z² for a cone; a cylinder lying across the planes has
rectangles of width w and length l with the spreads w²/12, l²/12, and w² = 4(R² - z²). So three planes determine
the body, and the plane where the spread runs out is its tip.

A *course* (6, 3) holds constant, slope and square term of the state over the distance from the plane.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types

from graybook.dvh._kernels.sections import AREA, FULL, FULLNESS_OF_ELLIPSE, XX, XY, YY
from graybook.geometry.arrays import FloatArray, IntArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, several, written

__all__ = ["MOULDED", "NONE", "PRISM", "pitched", "reaches", "volume_mm3"]

NONE, PRISM, MOULDED = 0, 1, 2
"""The slice models, as numbers."""

CHAIN = 4
"""How many sections in a row tell how a section goes on."""

LARGER_RULES = 4.0
"""Between two sections whose areas differ by more than this factor only the larger is moulded."""

TIP_WITHIN = 1.1
"""A tip is believed when it lies within this many slices beyond the last plane."""

VANISHED = 0.02
"""A spread below this share of the one before has run out: the tip of a cone, a contour drawn round a tip."""

FORETOLD = 0.2
"""How far, as a share of the area before, a foretold area may be from the one drawn."""

HOLLOW = 0.5
"""A section below this share of an ellipse's fullness is hollow, a ring or a crescent."""

SWELLING = 1.5
"""A tip is not believed when the other spread grows by more than this factor on the way."""

STRAYING = 2.0
"""A tip is not believed when it lies further aside than this many radii (twice the root of the larger spread)."""

DWINDLED = 0.75
"""A tip is not believed when the parabola through the areas still has more than this share of the last one there.

It has none for an ellipsoid and a cone, up to 0.6 for a lying cylinder; 0.9 where sections only turn or change their shape.
"""

LEAST_SHARE = 0.4
"""Between planes a spread below this share of the straight line's (a cone at its apex has half) is not believed."""

STEPS = 177
"""Places at which a tip is looked for."""

COLUMNS = 6


@njit(cache=False)
def spreads(course: FloatArray, distance: float) -> tuple[float, float]:  # pragma: no cover
    """Smaller and larger eigenvalue of the spread along a course. [mm²]"""
    xx = course[XX, 0] + distance * (course[XX, 1] + distance * course[XX, 2])
    xy = course[XY, 0] + distance * (course[XY, 1] + distance * course[XY, 2])
    yy = course[YY, 0] + distance * (course[YY, 1] + distance * course[YY, 2])
    middle, half = 0.5 * (xx + yy), np.hypot(0.5 * (xx - yy), xy)
    return middle - half, middle + half


@njit(cache=False)
def least_spread(state: FloatArray) -> float:  # pragma: no cover
    """Smaller eigenvalue of a state's spread. [mm²]"""
    middle = 0.5 * (state[XX] + state[YY])
    return middle - np.hypot(0.5 * (state[XX] - state[YY]), state[XY])


@njit(cache=False)
def straight(state: FloatArray, course: FloatArray) -> None:  # pragma: no cover
    """Fills a course that carries the section on unchanged."""
    course[:] = 0.0
    course[:, 0] = state[:COLUMNS]


@njit(cache=False)
def bend(
    za: float, a: FloatArray, zb: float, b: FloatArray, zc: float, c: FloatArray, out: FloatArray
) -> None:  # pragma: no cover
    """Fills the second derivative (6,) of the parabola through three states at their places. [mm]"""
    for k in range(COLUMNS):
        first, second = (b[k] - a[k]) / (zb - za), (c[k] - b[k]) / (zc - zb)
        out[k] = 2.0 * (second - first) / (zc - za)


@njit(cache=False)
def strays(course: FloatArray, length: float) -> bool:  # pragma: no cover
    """Whether the centroid moves out of proportion on its straight way to the tip."""
    radius = 2.0 * np.sqrt(max(spreads(course, 0.0)[1], 0.0))
    return np.hypot(course[0, 1], course[1, 1]) * length > STRAYING * radius


@njit(cache=False)
def tapered(course: FloatArray, step: float) -> float:  # pragma: no cover
    """Length up to the tip, if there is one within the next slice, else -1; the course's centroid then goes on in a line."""
    course[0, 2] = course[1, 2] = 0.0
    least0, most0 = spreads(course, 0.0)
    if least0 <= 0.0:
        return 0.0
    before_at, before, most = 0.0, least0, most0
    lowest, lowest_at, lowest_most, last = least0, 0.0, most0, least0
    for k in range(1, STEPS):
        at = TIP_WITHIN * step * k / (STEPS - 1)
        least, larger = spreads(course, at)
        full = course[FULL, 0] + at * (course[FULL, 1] + at * course[FULL, 2])
        least = min(least, least0 * full / course[FULL, 0])
        most = max(most, larger)
        if least <= 0.0:
            length = before_at + (at - before_at) * before / (before - least)
            return -1.0 if most > SWELLING * most0 or strays(course, length) else length
        if least < lowest:
            lowest, lowest_at, lowest_most = least, at, most
        before_at, before, last = at, least, least
    if lowest < VANISHED * least0 and lowest < last:
        return -1.0 if lowest_most > SWELLING * most0 or strays(course, lowest_at) else lowest_at
    return -1.0


@njit(cache=False)
def onward(
    z1: float, z2: float, z3: float, a: FloatArray, b: FloatArray, c: FloatArray, course: FloatArray
) -> None:  # pragma: no cover
    """Fills the parabola through three sections of a chain (distances z1 < z2 < z3 back), going on from the first."""
    own = np.empty(COLUMNS)
    bend(z1, a, z2, b, z3, c, own)
    step = z2 - z1
    for k in range(COLUMNS):
        course[k, 0] = a[k]
        course[k, 1] = (a[k] - b[k]) / step + 0.5 * own[k] * step
        course[k, 2] = 0.5 * own[k]


@njit(cache=False)
def dwindling(
    last: FloatArray, one: FloatArray, step: float, course: FloatArray
) -> float:  # pragma: no cover
    """The area of the last two sections carried on in a line to zero: length, or -1 if not within the next slice.

    A solid section shrinks to a point; a hollow one (a ring, a crescent) keeps its place and grows thin.
    """
    lost = one[AREA] - last[AREA]
    if lost <= 0.0 or last[AREA] > TIP_WITHIN * lost:
        return -1.0
    length = step * last[AREA] / lost
    straight(last, course)
    for k in range(COLUMNS):
        course[k, 1] = (last[k] - one[k]) / step
    if last[FULL] < HOLLOW * FULLNESS_OF_ELLIPSE:
        course[XX, 1] = course[XY, 1] = course[YY, 1] = 0.0
        course[FULL, 1], course[FULL, 2] = -2.0 * last[FULL] / length, last[FULL] / length**2
    else:
        for k in range(XX, YY + 1):
            course[k, 1] = -last[k] / length
        course[FULL, 1] = 0.0
    return -1.0 if strays(course, length) else length


@njit(cache=False)
def dwindled(at: FloatArray, ids: IntArray, states: FloatArray, length: float) -> bool:  # pragma: no cover
    """Whether the areas of the first three sections of a chain, by their parabola, are small at a tip this far beyond."""
    last, one, two = states[ids[0], AREA], states[ids[1], AREA], states[ids[2], AREA]
    first, second = (last - one) / at[1], (one - two) / (at[2] - at[1])
    curve = (first - second) / at[2]
    return last + length * (first + curve * (at[1] + length)) <= DWINDLED * last


@njit(cache=False)
def beyond(
    count: int, at: FloatArray, ids: IntArray, states: FloatArray, blunt: float, course: FloatArray
) -> float:  # pragma: no cover
    """Past the last plane: the length of a taper to the tip, or ``blunt`` with the section unchanged.

    ``at`` and ``ids`` hold distance back from the last plane and section, the last plane first. A section
    that is hardly there any more is a tip drawn by hand. Three planes give the parabola; a fourth must have
    foretold the last, else the area is carried on in a line. [mm]
    """
    last = states[ids[0]]
    straight(last, course)
    if count > 1 and least_spread(last) <= VANISHED * least_spread(states[ids[1]]):
        return 0.0
    if count < 3:
        return blunt
    length = -1.0
    foretold = True
    if count > 3:
        own = np.empty((COLUMNS, 3))
        onward(at[1], at[2], at[3], states[ids[1]], states[ids[2]], states[ids[3]], own)
        step = at[1]
        least, most = spreads(own, step)
        squared = (own[FULL, 0] + step * (own[FULL, 1] + step * own[FULL, 2])) * least * most
        area = np.sqrt(max(squared, 0.0))
        foretold = least > 0.0 and abs(area - last[AREA]) <= FORETOLD * states[ids[1], AREA]
    if not foretold:
        length = dwindling(last, states[ids[1]], at[1], course)
    else:
        onward(at[0], at[1], at[2], last, states[ids[1]], states[ids[2]], course)
        length = tapered(course, at[1])
        if length > 0.0 and not dwindled(at, ids, states, length):
            length = -1.0
    if length < 0.0:
        straight(last, course)
        return blunt
    return length


@njit(cache=False)
def towards(
    here: FloatArray, there: FloatArray, step: float, own: FloatArray, course: FloatArray
) -> float:  # pragma: no cover
    """Fills the parabola from here to there with this bend; gives how far of it belongs to ``here``."""
    chord = np.zeros((COLUMNS, 3))
    for k in range(COLUMNS):
        chord[k, 0] = course[k, 0] = here[k]
        chord[k, 1] = (there[k] - here[k]) / step
        course[k, 1] = chord[k, 1] - 0.5 * own[k] * step
        course[k, 2] = 0.5 * own[k]
    for k in range(1, 8):
        at = step * k / 8.0
        if spreads(course, at)[0] < LEAST_SHARE * spreads(chord, at)[0]:
            course[:] = chord
            break
    if here[AREA] > LARGER_RULES * there[AREA]:
        return step
    if there[AREA] > LARGER_RULES * here[AREA]:
        return 0.0
    return 0.5 * step


@njit(cache=False)
def ball_bend(here: FloatArray, there: FloatArray, out: FloatArray) -> None:  # pragma: no cover
    """Fills the second derivative of the state of a ball, stretched in plane as the larger section is."""
    larger = here if here[AREA] >= there[AREA] else there
    determinant = larger[XX] * larger[YY] - larger[XY] ** 2
    scale = 2.0 * np.sqrt(max(determinant, 1e-12))
    out[:] = 0.0
    for k in range(XX, YY + 1):
        out[k] = -larger[k] / scale


@njit(cache=False)
def ball_tip(
    one: FloatArray, other: FloatArray, step: float, own: FloatArray, course: FloatArray
) -> float:  # pragma: no cover
    """Length from ``one`` away from ``other`` to the tip of a ball through both; -1 if there is none within a slice."""
    straight(one, course)
    for k in range(XX, YY + 1):
        course[k, 1] = (one[k] - other[k]) / step + 0.5 * own[k] * step
        course[k, 2] = 0.5 * own[k]
    return tapered(course, step)


@njit(cache=False)
def lone_pair(
    here: FloatArray, there: FloatArray, step: float, is_beyond: bool, course: FloatArray
) -> float:  # pragma: no cover
    """Beyond or towards the partner, for a structure of two planes that can be a ball; -1 when it cannot.

    Two planes leave the bend open: it is taken from a ball (r² = R² - z²), and believed if both tips then lie
    within one slice, as they must, or there would be a third contour.
    """
    own, spare = np.empty(COLUMNS), np.empty((COLUMNS, 3))
    ball_bend(here, there, own)
    if ball_tip(there, here, step, own, spare) < 0.0:
        return -1.0
    length = ball_tip(here, there, step, own, course)
    if length < 0.0 or is_beyond:
        return length
    return towards(here, there, step, own, course)


@njit(cache=False)
def chain(
    section: int,
    side: int,
    level_of: IntArray,
    heights: FloatArray,
    links: IntArray,
    at: FloatArray,
    ids: IntArray,
) -> int:  # pragma: no cover
    """Fills distance and section from here through one-to-one partners on one side (0 below, 1 above); gives their number."""
    at[0], ids[0] = 0.0, section
    count = 1
    while count < CHAIN:
        here = ids[count - 1]
        if links[here, 2 * side] != 1:
            break
        there = links[here, 2 * side + 1]
        if links[there, 2 * (1 - side)] != 1:
            break
        at[count], ids[count] = abs(heights[level_of[there]] - heights[level_of[section]]), there
        count += 1
    return count


@njit(cache=False)
def is_lone_pair(section: int, partner: int, side: int, links: IntArray) -> bool:  # pragma: no cover
    """Whether a section and its partner on this side are all there is of their piece."""
    return links[section, 2 * (1 - side)] == 0 and links[partner, 2 * side] == 0


@njit(cache=False)
def agreed(bends: FloatArray, count: int, out: FloatArray) -> None:  # pragma: no cover
    """Fills the smaller of the bends seen from both sides; none where they contradict each other."""
    out[:] = 0.0
    if count == 1:
        out[:] = bends[0]
    if count != 2:
        return
    for low, high in ((0, XX), (XX, FULL), (FULL, COLUMNS)):
        one, two, both = 0.0, 0.0, 0.0
        for k in range(low, high):
            one += bends[0, k] ** 2
            two += bends[1, k] ** 2
            both += bends[0, k] * bends[1, k]
        if both > 0.0:
            for k in range(low, high):
                out[k] = bends[0, k] if one <= two else bends[1, k]


@njit(cache=False)
def between(
    back: int, ats: FloatArray, ids: IntArray, ahead: int, step: float, states: FloatArray, course: FloatArray
) -> float:  # pragma: no cover
    """From a section towards its partner: along a parabola, half way (all the way when it is much the larger).

    ``ats`` and ``ids`` (2, 4) hold the chains back and ahead of ``back`` and ``ahead`` sections, this one first.
    """
    place, row = np.empty(2 * CHAIN), np.empty(2 * CHAIN, dtype=np.int64)
    here = back - 1
    for k in range(back):
        place[here - k], row[here - k] = -ats[0, k], ids[0, k]
    for k in range(1, ahead):
        place[here + k], row[here + k] = ats[1, k], ids[1, k]
    length = back + ahead - 1
    bends, count = np.empty((2, COLUMNS)), 0
    for first in (here - 1, here):
        if 0 <= first <= length - 3:
            seen_from(place, row, first, states, bends[count])
            count += 1
    if count == 1 and length > 3:
        seen_from(place, row, here - 2 if here + 2 == length else here + 1, states, bends[1])
        count = 2
    own = np.empty(COLUMNS)
    agreed(bends, count, own)
    return towards(states[ids[0, 0]], states[ids[1, 1]], step, own, course)


@njit(cache=False)
def seen_from(
    place: FloatArray, row: IntArray, first: int, states: FloatArray, out: FloatArray
) -> None:  # pragma: no cover
    """Fills the bend of the three sections of a row from number ``first`` on."""
    a, b, c = row[first], row[first + 1], row[first + 2]
    bend(place[first], states[a], place[first + 1], states[b], place[first + 2], states[c], out)


@kernel(
    read(1),
    read(1, types.int64),
    read(2),
    read(2, types.int64),
    read(1),
    FLOAT,
    INT,
    gives=several(written(2), written(4)),
)
def reaches(
    heights: FloatArray,
    by_level: IntArray,
    states: FloatArray,
    links: IntArray,
    joined: FloatArray,
    thickness: float,
    model: int,
) -> tuple[FloatArray, FloatArray]:  # pragma: no cover
    """How each section goes on below and above its plane: lengths (s, 2) in mm and courses (s, 2, 6, 3).

    ``joined`` (p,) holds the step from each plane to the next, 0 where the structure does not reach across;
    ``thickness`` is the usual step. [mm]
    """
    count = states.shape[0]
    lengths, courses = np.zeros((count, 2)), np.zeros((count, 2, COLUMNS, 3))
    level_of = np.empty(count, dtype=np.int64)
    for p in range(heights.shape[0]):
        level_of[by_level[p] : by_level[p + 1]] = p
    ats, ids, counts = np.empty((2, CHAIN)), np.empty((2, CHAIN), dtype=np.int64), np.zeros(2, dtype=np.int64)
    for s in range(count):
        here = states[s]
        for side in range(2):
            level = level_of[s]
            step = joined[level] if side == 1 else (joined[level - 1] if level > 0 else 0.0)
            step_back = joined[level] if side == 0 else (joined[level - 1] if level > 0 else 0.0)
            course = courses[s, side]
            straight(here, course)
            counts[0] = chain(s, 1 - side, level_of, heights, links, ats[0], ids[0])
            counts[1] = chain(s, side, level_of, heights, links, ats[1], ids[1])
            if links[s, 2 * side] == 0:
                if model == NONE:
                    continue
                blunt = 0.5 * (step_back if step_back > 0.0 else thickness)
                length = blunt
                if model == MOULDED and counts[0] == 2 and is_lone_pair(s, ids[0, 1], 1 - side, links):
                    length = lone_pair(here, states[ids[0, 1]], ats[0, 1], True, course)
                    if length < 0.0:
                        straight(here, course)
                        length = blunt
                elif model == MOULDED:
                    length = beyond(counts[0], ats[0], ids[0], states, blunt, course)
            elif model != MOULDED or counts[1] == 1:
                length = 0.5 * step
            else:
                length = -1.0
                if counts[1] == 2 and counts[0] == 1 and is_lone_pair(s, ids[1, 1], side, links):
                    length = lone_pair(here, states[ids[1, 1]], step, False, course)
                if length < 0.0:
                    length = between(counts[0], ats, ids, counts[1], step, states, course)
            lengths[s, side] = length
    return lengths, courses


@njit(cache=False)
def area_at(course: FloatArray, area: float, distance: float) -> float:  # pragma: no cover
    """Area of a moulded section at a distance along its course, from spread and fullness. [mm²]"""
    full = course[FULL, 0] + distance * (course[FULL, 1] + distance * course[FULL, 2])
    before, after = spreads(course, 0.0), spreads(course, distance)
    if before[0] <= 0.0 or course[FULL, 0] <= 0.0:
        return area
    share = (
        max(after[0], 0.0) * max(after[1], 0.0) * max(full, 0.0) / (before[0] * before[1] * course[FULL, 0])
    )
    return float(area * np.sqrt(share))


@kernel(read(2), read(2), read(4), gives=FLOAT)
def volume_mm3(states: FloatArray, lengths: FloatArray, courses: FloatArray) -> float:  # pragma: no cover
    """Volume of all slabs by Simpson's rule on each side of each plane, for choosing how many samples. [mm³]"""
    volume = 0.0
    for s in range(states.shape[0]):
        for side in range(2):
            length, area = lengths[s, side], states[s, AREA]
            if length > 0.0 and area > 0.0:
                middle, end = (
                    area_at(courses[s, side], area, 0.5 * length),
                    area_at(courses[s, side], area, length),
                )
                volume += length * (area + 4.0 * middle + end) / 6.0
    return volume


@kernel(read(2), read(2), FLOAT, INT, FLOAT, gives=several(FLOAT, written(1, types.int64)))
def pitched(
    states: FloatArray, lengths: FloatArray, volume: float, count: int, widest: float
) -> tuple[float, IntArray]:  # pragma: no cover
    """Width of cells that gives about ``count`` samples, at most ``widest`` [mm], and the sub-slices (s,) of each slab.

    Sub-slices are no thicker than the cells are wide; a slab without volume has none.
    """
    layers = np.zeros(states.shape[0], dtype=np.int64)
    pitch = min(np.cbrt(max(volume, 1e-9) / count), widest)
    for turn in range(4):
        made = 0.0
        for s in range(states.shape[0]):
            length = lengths[s, 0] + lengths[s, 1]
            if states[s, AREA] > 0.0 and length > 0.0:
                layers[s] = max(1, int(np.ceil(length / pitch - 1e-9)))
                made += states[s, AREA] / pitch**2 * layers[s]
        if turn < 3 and made > count:
            pitch = min(pitch * np.sqrt(made / count), widest)
    return pitch, layers
