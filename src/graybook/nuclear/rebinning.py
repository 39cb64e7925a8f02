"""Amounts in voxels of one size come in; the same amounts in voxels of another size go out, and a map back: sums are kept.

An amount (activity, decays, energy) of a voxel is shared among the new voxels by the volume they have in common. Both grids start
at the same corner. Nothing is interpolated, so nothing is gained or lost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray

__all__ = ["averaged_over", "rebinned"]


def rebinned(amounts: FloatArray, *, from_mm: Sequence[float], to_mm: float) -> FloatArray:
    """
    Amounts in cubes of another size, from the same corner on; the last cubes may reach beyond the old grid.

    Parameters
    ----------
    amounts
        Of each voxel, zyx: an activity in MBq, not a concentration.
    from_mm
        Edges of the old voxels, zyx. [mm]
    to_mm
        Edge of the new ones. [mm]

    Examples
    --------
    >>> rebinned(np.array([[[3.0, 6.0]]]), from_mm=(3.0, 3.0, 3.0), to_mm=2.0).sum(axis=(0, 1)).tolist()
    [2.0, 3.0, 4.0]
    """
    result: FloatArray = np.asarray(amounts, dtype=np.float64)
    for axis, (edge_mm, count) in enumerate(zip(from_mm, _shape(result), strict=True)):
        shares = _common_mm(count, edge_mm, to_mm) / edge_mm
        result = _along(result, shares, axis)
    return result


def averaged_over(
    values: FloatArray, *, from_mm: float, to_mm: Sequence[float], shape: tuple[int, int, int]
) -> FloatArray:
    """
    Mean over each voxel of the old grid of a value per volume (a dose in a uniform medium) that lies in cubes.

    Parameters
    ----------
    values
        In cubes, zyx.
    from_mm
        Edge of the cubes. [mm]
    to_mm
        Edges of the voxels asked for, zyx. [mm]
    shape
        Number of these voxels, zyx.
    """
    result: FloatArray = np.asarray(values, dtype=np.float64)
    for axis, (edge_mm, count) in enumerate(zip(to_mm, shape, strict=True)):
        shares = _common_mm(count, edge_mm, from_mm).T / edge_mm
        result = _along(result, shares, axis)
    return result


def _common_mm(count: int, edge_mm: float, other_mm: float) -> FloatArray:
    """Length that each new interval has in common with each old one: new along rows. [mm]"""
    if edge_mm <= 0.0 or other_mm <= 0.0:
        raise UsageError(
            "A voxel has an edge above 0 mm.", value=(edge_mm, other_mm), remedy="Give edges in mm."
        )
    new = max(int(np.ceil(count * edge_mm / other_mm - 1e-9)), 1)
    old_starts, new_starts = np.arange(count) * edge_mm, np.arange(new)[:, None] * other_mm
    ends = np.minimum(old_starts + edge_mm, new_starts + other_mm)
    common: FloatArray = np.clip(ends - np.maximum(old_starts, new_starts), 0.0, None)
    return common


def _along(values: FloatArray, shares: FloatArray, axis: int) -> FloatArray:
    """Shares applied along one axis: few of them are above 0, and they are added in order."""
    turned = np.moveaxis(values, axis, 0)
    mixed = csr_array(shares) @ turned.reshape(turned.shape[0], -1)
    return np.ascontiguousarray(np.moveaxis(mixed.reshape(shares.shape[0], *turned.shape[1:]), 0, axis))


def _shape(values: FloatArray) -> tuple[int, int, int]:
    if values.ndim != 3:
        raise UsageError(
            "A grid has three axes, zyx.", value=values.shape, remedy="Give one number per voxel."
        )
    return (values.shape[0], values.shape[1], values.shape[2])
