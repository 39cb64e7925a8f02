"""Reach: a section and its neighbours along z come in; how far it goes on, and how it changes on the way, goes out.

The state of a section is (centroid x, y, spread xx, xy, yy). For a body bounded by a quadric whose sections are
similar (ellipsoid, cone, cylinder, in any position) every component of it is a parabola in z: a disc of radius r
has the spread r²/4, and r² = R² - z² for a sphere, k²z² for a cone; a cylinder lying across the planes has
rectangles of width w and length l with the spreads w²/12, l²/12, and w² = 4(R² - z²). So three planes determine
the body, and the plane where the spread runs out is its tip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graybook.geometry.arrays import FloatArray, read_only
from graybook.geometry.polygons import FULLNESS_OF_ELLIPSE, Section

__all__ = ["Reach", "between", "beyond", "lone_pair", "straight"]

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

LEAST_SHARE = 0.4
"""Between planes a spread below this share of the straight line's (a cone at its apex has half) is not believed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reach:
    """How a section goes on to one side of its plane.

    Parameters
    ----------
    length_mm
        How far. [mm]
    course
        (6, 3): constant, slope and square term of the state over the distance from the plane. [mm]
    tip
        Whether it ends in a tip; else in a face.
    """

    length_mm: float
    course: FloatArray
    tip: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "course", read_only(self.course))


def straight(section: Section, length_mm: float) -> Reach:
    """The section carried on unchanged."""
    return Reach(length_mm=length_mm, course=_course(section.state, np.zeros(6), np.zeros(6)))


def between(back: Sequence[tuple[float, Section]], ahead: Sequence[tuple[float, Section]]) -> Reach:
    """From a section towards its partner: along a parabola, half way (all the way when it is much the larger).

    ``back`` and ``ahead`` hold (distance, section) from here on to either side, this section first, at most
    four each; ``ahead[1]`` is the partner. [mm]
    """
    row = [(-distance, section) for distance, section in reversed(back)] + list(ahead[1:])
    here = len(back) - 1
    bends = [_bend(*row[k : k + 3]) for k in (here - 1, here) if 0 <= k <= len(row) - 3]
    if len(bends) == 1 and len(row) > 3:
        bends.append(
            _bend(*row[here - 2 : here + 1]) if here + 2 == len(row) else _bend(*row[here + 1 : here + 4])
        )
    return _towards(back[0][1], ahead[1][1], ahead[1][0], _agreed(bends))


def beyond(chain: Sequence[tuple[float, Section]], *, blunt_mm: float) -> Reach:
    """Past the last plane: a taper to the tip, or unchanged for ``blunt_mm``.

    ``chain`` holds (distance back from the last plane, section), the last plane first, at most four. A section
    that is hardly there any more is a tip drawn by hand. Three planes give the parabola; a fourth must have
    foretold the last, else the area is carried on in a line. [mm]
    """
    last = chain[0][1]
    if len(chain) > 1 and _least_spread(last) <= VANISHED * _least_spread(chain[1][1]):
        return Reach(length_mm=0.0, course=straight(last, 0.0).course, tip=True)
    if len(chain) < 3:
        return straight(last, blunt_mm)
    if len(chain) > 3 and not _foretold(chain):
        return _dwindling(chain) or straight(last, blunt_mm)
    return _tapered(last, _onward(chain), chain[1][0]) or straight(last, blunt_mm)


def lone_pair(here: Section, there: Section, *, step_mm: float) -> tuple[Reach, Reach] | None:
    """Beyond and towards the partner, for a structure of two planes that can be a ball; None when it cannot.

    Two planes leave the bend open: it is taken from a ball (r² = R² - z²), and believed if both tips then lie
    within one slice, as they must, or there would be a third contour.
    """
    bend = _ball_bend(here, there)
    tips = []
    for one, other in ((here, there), (there, here)):
        slope = (one.state - other.state) / step_mm + 0.5 * bend * step_mm
        slope[[0, 1, 5]] = 0.0
        course = _course(one.state, slope, bend)
        tips.append(_tapered(one, course, step_mm))
    if tips[0] is None or tips[1] is None:
        return None
    return tips[0], _towards(here, there, step_mm, bend)


def _onward(chain: Sequence[tuple[float, Section]]) -> FloatArray:
    """The parabola through the first three sections of a chain, going on from the first."""
    bend, step = _bend(*chain[:3]), chain[1][0] - chain[0][0]
    first, second = chain[0][1].state, chain[1][1].state
    return _course(first, (first - second) / step + 0.5 * bend * step, bend)


def _foretold(chain: Sequence[tuple[float, Section]]) -> bool:
    """Whether the parabola through the second to fourth section leads to the area of the first."""
    step, one = chain[1][0] - chain[0][0], chain[1][1]
    least, most = _spreads(_onward(chain[1:]), np.array([step]))
    onward = _onward(chain[1:])
    squared = float(onward[5] @ [1.0, step, step * step]) * float(least[0] * most[0])
    area = np.sqrt(max(squared, 0.0))
    return bool(least[0] > 0.0 and abs(area - chain[0][1].area_mm2) <= FORETOLD * one.area_mm2)


def _dwindling(chain: Sequence[tuple[float, Section]]) -> Reach | None:
    """The area of the last two sections carried on in a line to zero, if that lies within the next slice.

    A solid section shrinks to a point; a hollow one (a ring, a crescent) keeps its place and grows thin.
    """
    (_, last), (step, one) = chain[:2]
    lost = one.area_mm2 - last.area_mm2
    if lost <= 0.0 or last.area_mm2 > TIP_WITHIN * lost:
        return None
    length = step * last.area_mm2 / lost
    slope, square = (last.state - one.state) / step, np.zeros(6)
    if last.state[5] < HOLLOW * FULLNESS_OF_ELLIPSE:
        slope[2:] = 0.0
        slope[5], square[5] = -2.0 * last.state[5] / length, last.state[5] / length**2
    else:
        slope[2:5], slope[5] = -last.state[2:5] / length, 0.0
    course = _course(last.state, slope, 2.0 * square)
    return None if _strays(course, length) else Reach(length_mm=length, course=course, tip=True)


def _least_spread(section: Section) -> float:
    """Smaller eigenvalue of the spread. [mm²]"""
    return float(np.linalg.eigvalsh(section.spread_mm2)[0])


def _bend(*three: tuple[float, Section]) -> FloatArray:
    """Second derivative of the parabola through the states of three sections at their places. [mm]"""
    (za, a), (zb, b), (zc, c) = three
    first, second = (b.state - a.state) / (zb - za), (c.state - b.state) / (zc - zb)
    return 2.0 * (second - first) / (zc - za)


def _course(state: FloatArray, slope: FloatArray, bend: FloatArray) -> FloatArray:
    """Constant, slope and square term of a parabola."""
    return np.stack([state, slope, 0.5 * bend], axis=1)


def _ball_bend(here: Section, there: Section) -> FloatArray:
    """Second derivative of the state of a ball, stretched in plane as the larger section is."""
    larger = max(here, there, key=lambda section: section.area_mm2)
    scale = 2.0 * np.sqrt(max(float(np.linalg.det(larger.spread_mm2)), 1e-12))
    return np.concatenate([np.zeros(2), -larger.state[2:5] / scale, np.zeros(1)])


def _agreed(bends: Sequence[FloatArray]) -> FloatArray:
    """The smaller of the bends seen from both sides; none where they contradict each other."""
    if not bends:
        return np.zeros(6)
    parts = []
    for part in (slice(0, 2), slice(2, 5), slice(5, 6)):
        found = sorted((bend[part] for bend in bends), key=lambda b: float(b @ b))
        agree = len(found) == 1 or float(found[0] @ found[1]) > 0.0
        parts.append(found[0] if agree else np.zeros_like(found[0]))
    return np.concatenate(parts)


def _towards(here: Section, there: Section, step_mm: float, bend: FloatArray) -> Reach:
    """The parabola from here to there with this bend, and how far of it belongs to ``here``."""
    start, end = here.state, there.state
    course = _course(start, (end - start) / step_mm - 0.5 * bend * step_mm, bend)
    chord = _course(start, (end - start) / step_mm, np.zeros(6))
    inner = np.linspace(0.0, step_mm, 9)[1:-1]
    if np.any(_spreads(course, inner)[0] < LEAST_SHARE * _spreads(chord, inner)[0]):
        course = chord
    if here.area_mm2 > LARGER_RULES * there.area_mm2:
        return Reach(length_mm=step_mm, course=course)
    if there.area_mm2 > LARGER_RULES * here.area_mm2:
        return Reach(length_mm=0.0, course=course)
    return Reach(length_mm=0.5 * step_mm, course=course)


def _tapered(last: Section, course: FloatArray, step_mm: float) -> Reach | None:
    """The course up to its tip, if there is one within the next slice; the centroid goes on in a line."""
    course = course.copy()
    course[:2, 2] = 0.0
    distances = np.linspace(0.0, TIP_WITHIN * step_mm, 177)
    least, most = _spreads(course, distances)
    if least[0] <= 0.0:
        return Reach(length_mm=0.0, course=course, tip=True)
    full = course[5] @ np.stack([np.ones_like(distances), distances, distances**2])
    least = np.minimum(least, least[0] * full / full[0])
    gone = np.flatnonzero(least <= 0.0)
    if gone.size:
        k = int(gone[0])
        length = float(np.interp(0.0, [least[k], least[k - 1]], [distances[k], distances[k - 1]]))
    else:
        k = int(np.argmin(least))
        if not (k < least.size - 1 and least[k] < VANISHED * least[0]):
            return None
        length = float(distances[k])
    if most[: k + 1].max() > SWELLING * most[0] or _strays(course, length):
        return None
    return Reach(length_mm=length, course=course, tip=True)


def _strays(course: FloatArray, length_mm: float) -> bool:
    """Whether the centroid moves out of proportion on its straight way to the tip."""
    radius = 2.0 * float(np.sqrt(_spreads(course, np.zeros(1))[1][0]))
    return float(np.hypot(course[0, 1], course[1, 1])) * length_mm > STRAYING * radius


def _spreads(course: FloatArray, distances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Smaller and larger eigenvalue of the spread along a course. [mm²]"""
    xx, xy, yy = course[2:5] @ np.stack([np.ones_like(distances), distances, distances**2])
    middle, half = 0.5 * (xx + yy), np.hypot(0.5 * (xx - yy), xy)
    return middle - half, middle + half
