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
from graybook.geometry.polygons import Section

__all__ = ["Reach", "between", "beyond", "lone_pair", "straight"]

LARGER_RULES = 4.0
"""Between two sections whose areas differ by more than this factor only the larger is moulded."""

TIP_WITHIN = 1.1
"""A tip is believed when it lies within this many slices beyond the last plane."""

VANISHED = 0.02
"""A spread that turns at less than this share of its last value is taken to run out there (the tip of a cone)."""

SWELLING = 1.5
"""A tip is not believed when the other spread grows by more than this factor on the way."""

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
        (5, 3): constant, slope and square term of the state over the distance from the plane. [mm]
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
    course = np.zeros((5, 3))
    course[:, 0] = _state(section)
    return Reach(length_mm=length_mm, course=course)


def between(
    here: Section,
    there: Section,
    *,
    step_mm: float,
    before: tuple[float, Section] | None,
    after: tuple[float, Section] | None,
) -> Reach:
    """From one section towards its partner: along a parabola, half way (all the way when it is much the larger).

    ``before`` and ``after`` are the next sections beyond ``here`` and ``there`` with their distances from them. [mm]
    """
    bends = []
    if before is not None:
        bends.append(_bend(_state(before[1]), _state(here), _state(there), before[0], step_mm))
    if after is not None:
        bends.append(_bend(_state(here), _state(there), _state(after[1]), step_mm, after[0]))
    return _towards(here, there, step_mm, _agreed(bends))


def beyond(chain: Sequence[tuple[float, Section]], *, blunt_mm: float) -> Reach:
    """Past the last of three planes: a taper to the tip, or unchanged for ``blunt_mm``.

    ``chain`` holds (distance back from the last plane, section), the last plane first. [mm]
    """
    last = chain[0][1]
    if len(chain) < 3:
        return straight(last, blunt_mm)
    states = [_state(section) for _, section in chain]
    step, further = chain[1][0], chain[2][0] - chain[1][0]
    bend = _bend(states[2], states[1], states[0], further, step)
    course = np.stack([states[0], (states[0] - states[1]) / step + 0.5 * bend * step, 0.5 * bend], axis=1)
    return _tapered(last, course, step) or straight(last, blunt_mm)


def lone_pair(here: Section, there: Section, *, step_mm: float) -> tuple[Reach, Reach] | None:
    """Beyond and towards the partner, for a structure of two planes that can be a ball; None when it cannot.

    Two planes leave the bend open: it is taken from a ball (r² = R² - z²), and believed if both tips then lie
    within one slice, as they must, or there would be a third contour.
    """
    bend = _ball_bend(here, there)
    tips = []
    for one, other in ((here, there), (there, here)):
        slope = (_state(one) - _state(other)) / step_mm + 0.5 * bend * step_mm
        slope[:2] = 0.0
        course = np.stack([_state(one), slope, 0.5 * bend], axis=1)
        tips.append(_tapered(one, course, step_mm))
    if tips[0] is None or tips[1] is None:
        return None
    return tips[0], _towards(here, there, step_mm, bend)


def _state(section: Section) -> FloatArray:
    """Centroid and spread as five numbers."""
    spread = section.spread_mm2
    return np.array([*section.centroid_mm, spread[0, 0], spread[0, 1], spread[1, 1]])


def _bend(low: FloatArray, middle: FloatArray, high: FloatArray, first: float, second: float) -> FloatArray:
    """Second derivative of the parabola through three states, ``first`` and ``second`` mm apart."""
    return 2.0 * ((high - middle) / second - (middle - low) / first) / (first + second)


def _ball_bend(here: Section, there: Section) -> FloatArray:
    """Second derivative of the state of a ball, stretched in plane as the larger section is."""
    larger = max(here, there, key=lambda section: section.area_mm2)
    scale = 2.0 * np.sqrt(max(float(np.linalg.det(larger.spread_mm2)), 1e-12))
    return np.concatenate([np.zeros(2), -_state(larger)[2:] / scale])


def _agreed(bends: Sequence[FloatArray]) -> FloatArray:
    """The smaller of the bends seen from both sides; none where they contradict each other."""
    if not bends:
        return np.zeros(5)
    parts = []
    for part in (slice(0, 2), slice(2, 5)):
        found = sorted((bend[part] for bend in bends), key=lambda b: float(b @ b))
        agree = len(found) == 1 or float(found[0] @ found[1]) > 0.0
        parts.append(found[0] if agree else np.zeros_like(found[0]))
    return np.concatenate(parts)


def _towards(here: Section, there: Section, step_mm: float, bend: FloatArray) -> Reach:
    """The parabola from here to there with this bend, and how far of it belongs to ``here``."""
    start, end = _state(here), _state(there)
    course = np.stack([start, (end - start) / step_mm - 0.5 * bend * step_mm, 0.5 * bend], axis=1)
    chord = np.stack([start, (end - start) / step_mm, np.zeros(5)], axis=1)
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
    course[:2, 1] += 0.0
    course[:2, 2] = 0.0
    distances = np.linspace(0.0, TIP_WITHIN * step_mm, 177)
    least, most = _spreads(course, distances)
    if least[0] <= 0.0:
        return Reach(length_mm=0.0, course=course, tip=True)
    gone = np.flatnonzero(least <= 0.0)
    if gone.size:
        k = int(gone[0])
        length = float(np.interp(0.0, [least[k], least[k - 1]], [distances[k], distances[k - 1]]))
    else:
        k = int(np.argmin(least))
        if not (k < least.size - 1 and least[k] < VANISHED * least[0]):
            return None
        length = float(distances[k])
    if most[: k + 1].max() > SWELLING * most[0]:
        return None
    return Reach(length_mm=length, course=course, tip=True)


def _spreads(course: FloatArray, distances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Smaller and larger eigenvalue of the spread along a course. [mm²]"""
    xx, xy, yy = course[2:] @ np.stack([np.ones_like(distances), distances, distances**2])
    middle, half = 0.5 * (xx + yy), np.hypot(0.5 * (xx - yy), xy)
    return middle - half, middle + half
