"""Motions: points of today's anatomy come in, where the same tissue lay before goes out; closed forms, in mm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from graybook.geometry.arrays import FloatArray

__all__ = [
    "Motion", "bladder", "breathing", "jacobians", "lobe", "moved", "rigid", "scaled", "shoulders", "sliding", "slimmer",
    "still",
]  # fmt: skip

Motion: TypeAlias = Callable[[FloatArray], FloatArray]
"""Points (n, 3) to points (n, 3); NaN where the tissue is not there."""


def still(points: FloatArray) -> FloatArray:
    """Nothing moves."""
    return np.array(points, dtype=np.float64)


def moved(*motions: Motion) -> Motion:
    """One motion after the other."""

    def motion(points: FloatArray) -> FloatArray:
        for one in motions:
            points = one(points)
        return points

    return motion


def scaled(motion: Motion, scale: float, centre: FloatArray) -> Motion:
    """A motion of an anatomy that is shrunk by ``scale`` and laid around ``centre``, in both images."""
    return lambda points: centre + scale * motion((np.asarray(points) - centre) / scale)


def rigid(degrees: Sequence[float], shift_mm: Sequence[float]) -> Motion:
    """Turns about x, y, z in this order, about 0, then a shift."""
    turn = np.eye(3)
    for k, angle in enumerate(np.radians(degrees)):
        one = np.eye(3)
        a, b = (k + 1) % 3, (k + 2) % 3
        one[a, a] = one[b, b] = np.cos(angle)
        one[a, b], one[b, a] = -np.sin(angle), np.sin(angle)
        turn = one @ turn
    return lambda points: np.asarray(points @ turn.T + np.asarray(shift_mm, dtype=np.float64))


def breathing(strength: float = 1.0) -> Motion:
    """A breath: the base of the lungs moves most, the front rises, the sides widen, and everything a little."""

    def motion(points: FloatArray) -> FloatArray:
        x, y, z = points.T
        low, front = _rise((-15.0 - z) / 38.0), _rise((-10.0 - y) / 32.0)
        wide = 0.55 + 0.45 * np.cos(np.pi * x / 210.0)
        down = -10.6 * low * wide * (0.75 + 0.25 * np.cos(np.pi * (y - 10.0) / 160.0))
        down += 3.6 * np.sin(2 * np.pi * x / 150.0 + 0.6) * np.cos(2 * np.pi * z / 170.0 + 0.3)
        ahead = -6.2 * front * (0.5 + 0.5 * np.cos(np.pi * x / 230.0)) * _rise((60.0 - z) / 40.0)
        ahead += 3.4 * np.sin(2 * np.pi * z / 160.0 + 1.1) * np.cos(2 * np.pi * x / 180.0)
        aside = 4.6 * np.tanh(x / 60.0) * _rise((30.0 - z) / 45.0)
        aside += 3.4 * np.sin(2 * np.pi * y / 140.0 + 0.4) * np.sin(2 * np.pi * z / 190.0 + 0.8)
        return points + strength * np.stack([aside - 1.6, ahead, down], axis=1)

    return motion


def sliding(most_mm: float = 16.0) -> Motion:
    """Lungs, heart and what lies under them move along the chest wall and the spine, which stand still: a jump at the surface."""

    def motion(points: FloatArray) -> FloatArray:
        x, y, z = points.T
        side = np.where(x > 0, 68.0, -68.0)
        inside = ((x - side) / 52.0) ** 2 + ((y + 2.0) / 72.0) ** 2 < 1.0
        inside |= ((x - 8.0) / 60.0) ** 2 + ((y + 24.0) / 47.0) ** 2 < 1.0
        along = np.clip((60.0 - z) / 190.0, 0.0, None)
        down = most_mm * along**1.5 / (0.25 + along**1.5)
        return points - np.stack([0 * x, 0 * x, np.where(inside, down, 0.0)], axis=1)

    return motion


def slimmer(wide: float, deep: float, now_mm: float, then_mm: float) -> Motion:
    """From a thin layer of fat to the thick one it was; within, the shape of the trunk hardly changes."""

    def motion(points: FloatArray) -> FloatArray:
        x, y, _ = points.T
        at = np.sqrt((x / wide) ** 2 + (y / deep) ** 2)
        reach = np.sqrt(x**2 + y**2) / np.maximum(at, 1e-9)
        beyond = np.maximum((at - 1.0) * reach, 0.0)
        extra = np.where(
            beyond < now_mm, beyond * (then_mm / now_mm - 1.0), then_mm - now_mm
        ) + 0.03 * reach * _bump(at, 0.62, 0.26)
        length = np.maximum(np.sqrt(x**2 + y**2), 1e-9)
        return points + np.stack([x / length * extra, y / length * extra, 0 * x], axis=1)

    return motion


def bladder(now_mm: float, then_mm: float, centre: Sequence[float], reach_mm: float = 52.0) -> Motion:
    """A ball that was larger (or smaller) before: it grows about its middle and upwards, the push fades out around it."""

    def motion(points: FloatArray) -> FloatArray:
        off = points - np.asarray(centre, dtype=np.float64)
        r = np.maximum(np.sqrt(np.sum(off**2, axis=1)), 1e-9)
        t = np.clip((r - now_mm) / reach_mm, 0.0, 1.0)
        fade = (1.0 - t) ** 2 * (1.0 + 2.0 * t)
        push = np.where(r < now_mm, (then_mm - now_mm) * r / now_mm, (then_mm - now_mm) * fade)
        return points + off / r[:, None] * push[:, None]

    return motion


def lobe(floor_mm: float, fissure_mm: float, top_mm: float) -> Motion:
    """The right lung's remaining lobe has filled the room of the one taken out; the liver stays."""

    def motion(points: FloatArray) -> FloatArray:
        x, y, z = points.T
        inside = ((x + 68.0) / 52.0) ** 2 + ((y + 2.0) / 72.0) ** 2 < 1.0
        loss = 1.0 - (top_mm - fissure_mm) / (top_mm - floor_mm)
        outer = _rise((-46.0 - x) / 5.0)
        there = np.where(inside & (z < top_mm), z + (top_mm - z) * loss * outer, z)
        liver = ((x + 60.0) / 75.0) ** 2 + ((y + 5.0) / 80.0) ** 2 + ((z + 150.0) / 65.0) ** 2 < 1.0
        there = np.where(inside & (z < floor_mm), np.where(liver, z, np.nan), there)
        return np.stack([x, y, there], axis=1)

    return motion


def shoulders(most_mm: float = 17.0) -> Motion:
    """Arms raised: the sides of the upper chest go up and in; the middle stays."""

    def motion(points: FloatArray) -> FloatArray:
        x, y, z = points.T
        outer = _rise((np.abs(x) - 112.0) / 9.0) * _rise((z - 35.0) / 22.0)
        return points + most_mm * outer[:, None] * np.stack(
            [-0.45 * np.sign(x), -0.25 + 0 * y, 0.8 + 0 * z], axis=1
        )

    return motion


def jacobians(motion: Motion, points: FloatArray, step_mm: float = 0.05) -> FloatArray:
    """Determinants of a motion's Jacobian at points, by central differences."""
    columns = [
        (motion(points + step_mm * unit) - motion(points - step_mm * unit)) / (2 * step_mm)
        for unit in np.eye(3)
    ]
    return np.asarray(np.linalg.det(np.stack(columns, axis=2)))


def _rise(t: FloatArray) -> FloatArray:
    """From 0 to 1, half at 0."""
    return np.asarray(0.5 + 0.5 * np.tanh(t))


def _bump(x: FloatArray, middle: float, width: float) -> FloatArray:
    t = np.clip(np.abs(x - middle) / width, 0.0, 1.0)
    return np.asarray((1.0 - t**2) ** 2)
