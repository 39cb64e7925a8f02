"""Bending: control points come in; how sharply the field bends between them, and its slopes, go out."""

from __future__ import annotations

import numpy as np

from graybook.geometry.arrays import FloatArray

__all__ = ["bending", "bending_diagonal"]

PAIRS = ((0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0), (0, 1, 2.0), (0, 2, 2.0), (1, 2, 2.0))
"""Second derivatives by axis, mixed ones counted twice (Rueckert 1999, doi 10.1109/42.796284, eq. 9)."""


def bending(coefficients: FloatArray, spacing_mm: tuple[float, float, float]) -> tuple[float, FloatArray]:
    """Mean square of the second differences of the control points (gz, gy, gx, 3), and its slopes. [1/mm²]

    ``spacing_mm``: distance of control points along z, y, x. [mm]
    """
    slopes = np.zeros_like(coefficients)
    total = 0.0
    number = float(np.prod(coefficients.shape[:3]))
    for a, b, weight in PAIRS:
        if min(coefficients.shape[a], coefficients.shape[b]) < (3 if a == b else 2):
            continue
        scale = 1.0 / (spacing_mm[a] * spacing_mm[b])
        second = np.diff(np.diff(coefficients, axis=a), axis=b) * scale
        total += weight * float(np.sum(second * second)) / number
        force = second * (2.0 * weight * scale / number)
        slopes += _undiff(_undiff(force, b), a)
    return total, slopes


def bending_diagonal(spacing_mm: tuple[float, float, float], number: int) -> float:
    """Second derivative of :func:`bending` by one coefficient inside the field."""
    total = 0.0
    for a, b, weight in PAIRS:
        scale = 1.0 / (spacing_mm[a] * spacing_mm[b])
        total += 2.0 * weight * scale**2 * (6.0 if a == b else 4.0) / number
    return total


def _undiff(values: FloatArray, axis: int) -> FloatArray:
    """The adjoint of a difference along an axis."""
    pad = [(0, 0)] * values.ndim
    pad[axis] = (1, 1)
    return -np.diff(np.pad(values, pad), axis=axis)
