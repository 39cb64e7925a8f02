"""Synthetic contours: a closed form and the frame it is drawn in come in, axial polygons go out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Affine
from graybook.workflow.demo.anatomy import Organ

__all__ = ["polygons_of"]

N_ANGLES = 96
STEP_MM = 2.0
BISECTIONS = 14
LARGEST_MM = 215.0


def _mapped(points: FloatArray, through: Affine) -> FloatArray:
    """Points (..., 3) of ``through.from_frame`` in its other frame: a few at a time, so no kernel. [mm]"""
    x, y, z = (points[..., k, None] for k in range(3))
    matrix = through.matrix
    return np.asarray(matrix[:3, 0] * x + matrix[:3, 1] * y + matrix[:3, 2] * z + matrix[:3, 3])


def _seen_from(organ: Organ, to_reference: Affine, z_mm: float) -> FloatArray:
    """The organ's middle point in the axial plane ``z_mm`` of the frame it is drawn in (fixed point, slopes are small)."""
    back = to_reference.inverse()
    height = float(_mapped(np.array([0.0, 0.0, z_mm]), to_reference)[2])
    for _ in range(30):
        x, y = organ.middle(height)
        own = _mapped(np.array([x, y, height]), back)
        height += z_mm - float(own[2])
    own[2] = z_mm
    return own


def _levels(organ: Organ, points: FloatArray, to_reference: Affine) -> FloatArray:
    there = _mapped(points, to_reference)
    return organ.level(there[..., 0], there[..., 1], there[..., 2])


def polygons_of(organ: Organ, to_reference: Affine, heights_mm: Sequence[float]) -> tuple[FloatArray, ...]:
    """Where rays from the organ's middle first leave it, in each axial plane of the drawing frame.

    Parameters
    ----------
    organ
        In the reference frame.
    to_reference
        From the drawing frame to the reference frame.
    heights_mm
        z of the planes, in the drawing frame. [mm]
    """
    angles = 2 * np.pi * np.arange(N_ANGLES) / N_ANGLES
    rays = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(N_ANGLES)])
    steps = np.arange(STEP_MM, LARGEST_MM, STEP_MM)
    found = []
    for z_mm in heights_mm:
        middle = _seen_from(organ, to_reference, z_mm)
        there = _mapped(middle, to_reference)
        if not organ.low_mm <= there[2] <= organ.high_mm or organ.level(*there[:, None])[0] > -0.5:
            continue
        outside = _levels(organ, middle + steps[None, :, None] * rays[:, None, :], to_reference) > 0
        high = steps[np.argmax(outside, axis=1)]
        low = high - STEP_MM
        for _ in range(BISECTIONS):
            half = 0.5 * (low + high)
            beyond = _levels(organ, middle + half[:, None] * rays, to_reference) > 0
            low, high = np.where(beyond, low, half), np.where(beyond, half, high)
        found.append(middle + (0.5 * (low + high))[:, None] * rays)
    return tuple(found)
