"""Doses: constants and gradients come in, functions from points (n, 3) in mm to Gy go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from graybook.geometry.arrays import FloatArray

__all__ = ["DoseFunction", "gaussian", "linear", "moved", "uniform"]

DoseFunction = Callable[[FloatArray], FloatArray]


def uniform(dose_gy: float) -> DoseFunction:
    """The same dose everywhere. [Gy]"""
    return lambda points: np.full(len(points), float(dose_gy))


def linear(at_origin_gy: float, gradient_gy_per_mm: Sequence[float]) -> DoseFunction:
    """A plane wave of dose: value at (0, 0, 0) and slopes along x, y, z, never below 0. [Gy, Gy/mm]"""
    slope = np.asarray(gradient_gy_per_mm, dtype=float)
    return lambda points: np.maximum(at_origin_gy + points @ slope, 0.0)


def gaussian(peak_gy: float, centre: Sequence[float], sigma_mm: float) -> DoseFunction:
    """A round bell of dose. [Gy, mm]"""
    middle = np.asarray(centre, dtype=float)
    return lambda points: peak_gy * np.exp(-0.5 * np.sum((points - middle) ** 2, axis=1) / sigma_mm**2)


def moved(dose: DoseFunction, matrix: FloatArray) -> DoseFunction:
    """``dose`` of frame A as seen from frame B, where ``matrix`` maps points of B into A."""
    return lambda points: dose(points @ matrix[:3, :3].T + matrix[:3, 3])
