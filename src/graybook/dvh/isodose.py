"""Isodose volumes: a field and a dose come in; the volume of the whole field at or above that dose goes out.

A cell lies between eight neighbouring centres of a grid, and dose in it is trilinear. A cell whose corners all reach the dose
counts whole, one of which none does counts nothing; of a cell that straddles, the part at or above the dose is worked out
from the trilinear function itself (:mod:`graybook.dvh._kernels.cells`), to :data:`CELL_TOLERANCE` of the cell.

The volume ends where the field ends. An isodose that reaches the end of the grid goes on outside by an amount that nobody
knows (rule 9): the volume is then a lower bound and is marked so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from graybook.dvh._kernels.cells import filled_layers
from graybook.errors import UsageError
from graybook.geometry import Affine, Field, Grid, GridField, MappedField
from graybook.geometry.arrays import FloatArray
from graybook.units import CM3_PER_MM3

__all__ = ["CELL_TOLERANCE", "FieldVolumes", "IsodoseVolume", "isodose_volume"]

CELL_TOLERANCE = 1e-3
"""Largest error of one straddling cell, as a share of its volume, over a hundred thousand cells of random corners."""


class IsodoseVolume(NamedTuple):
    """A volume, and whether the isodose reaches the end of the grid, so that it is a lower bound. [cm³]"""

    volume_cm3: float
    is_cut: bool


@dataclass(kw_only=True, eq=False)
class FieldVolumes:
    """Isodose volumes of one field, each worked out once: what :func:`graybook.dvh.metrics.evaluate` asks for CI and GI.

    Parameters
    ----------
    field
        A grid, or a grid seen through a transform; any other field with ``over``.
    over
        Grid at whose centres any other field is asked; between them its values are taken as trilinear.
    """

    field: Field
    over: Grid | None = None

    def __post_init__(self) -> None:
        self._known: dict[float, IsodoseVolume] = {}

    def __call__(self, dose_gy: float) -> float | None:
        """Volume at or above ``dose_gy``; None when the isodose reaches the end of the grid. [cm³]"""
        if dose_gy not in self._known:
            self._known[dose_gy] = isodose_volume(self.field, dose_gy, over=self.over)
        found = self._known[dose_gy]
        return None if found.is_cut else found.volume_cm3


def isodose_volume(field: Field, dose_gy: float, *, over: Grid | None = None) -> IsodoseVolume:
    """The volume in which a field is at or above a dose, wherever it lies. [cm³]

    Parameters
    ----------
    field
        A :class:`~graybook.geometry.GridField` (planes may be uneven, axes may lean), exact for its interpolation; one seen
        through a transform likewise, by the determinant of the transform. Any other field needs ``over``.
    dose_gy
        The dose, above 0. [Gy]
    over
        Grid at whose centres any other field is asked. What lies outside that grid or that field is not counted, and where
        the dose may be reached there the volume is marked as cut.

    Examples
    --------
    >>> grid = Grid(frame="1", shape=(2, 2, 11), origin_mm=[0, 0, 0], spacing_mm=[1, 10, 10], axes=np.eye(3))
    >>> slope = GridField(grid=grid, values=np.broadcast_to(np.arange(11.0), grid.shape))
    >>> isodose_volume(slope, 7.5)  # the last 2.5 mm of 10 mm; it goes on behind the last plane
    IsodoseVolume(volume_cm3=0.25, is_cut=True)
    """
    if not 0.0 < dose_gy < np.inf:
        raise UsageError(
            "An isodose needs a dose above zero.", value=dose_gy, remedy="Give the prescription in Gy."
        )
    if (
        isinstance(field, MappedField)
        and isinstance(field.field, GridField)
        and isinstance(field.transform, Affine)
    ):
        there = isodose_volume(field.field, dose_gy)
        growth = abs(float(np.linalg.det(field.transform.matrix[:3, :3])))
        return IsodoseVolume(there.volume_cm3 / growth, there.is_cut)
    if isinstance(field, GridField):
        return IsodoseVolume(_volume_cm3(field.grid, field.values, dose_gy), _reaches(field.values, dose_gy))
    if over is None:
        raise UsageError(
            "This field has no grid of its own.",
            value=type(field).__name__,
            remedy="Give the grid over which it is to be asked.",
        )
    found = field.sample(over.centres())
    values = found.low.reshape(over.shape)
    beyond = bool(np.any(found.high[~found.inside] >= dose_gy))
    return IsodoseVolume(_volume_cm3(over, values, dose_gy), beyond or _reaches(values, dose_gy))


def _reaches(values: FloatArray, dose_gy: float) -> bool:
    """Whether any face of the grid reaches the dose."""
    faces = (values[:, :, 0], values[:, :, -1], values[:, 0, :], values[:, -1, :], values[0], values[-1])
    return any(float(face.max()) >= dose_gy for face in faces)


def _volume_cm3(grid: Grid, values: FloatArray, dose_gy: float) -> float:
    """Volume at or above the dose between the centres of a grid; layers are summed in their order. [cm³]"""
    if min(values.shape) < 2:
        return 0.0
    if not np.isfinite(values.sum()):
        raise UsageError(
            "A grid has a value that is not a number.", value=str(grid.shape), remedy="Check the dose grid."
        )
    filled: FloatArray = filled_layers(np.ascontiguousarray(values, dtype=np.float64), dose_gy)
    x_mm, y_mm, _ = grid.spacing_mm
    across_mm2 = float(x_mm * y_mm) * abs(float(np.linalg.det(grid.axes)))
    return float(np.sum(filled * np.diff(grid.offsets_mm))) * across_mm2 * CM3_PER_MM3
