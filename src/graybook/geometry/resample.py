"""Resample: fields and a grid come in; their values, or their sum, at every voxel of that grid go out.

For display and export. A dose-volume histogram asks the field itself at its own points: a resampled volume has been
interpolated once already, and is not to be sampled again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from graybook.errors import FrameMismatch, UsageError
from graybook.geometry._row_kernels import add_rows
from graybook.geometry.arrays import FloatArray
from graybook.geometry.field import Field, GridField, MappedField
from graybook.geometry.grid import Grid
from graybook.geometry.transform import Affine
from graybook.progress import Progress, silent

__all__ = ["added", "resampled"]

BLOCK = 2_000_000
"""Voxels summed at once, in whole planes, when the result is float32."""

POINTS = 100_000
"""Points asked at once of a field that is not a grid."""


def resampled(
    field: Field,
    grid: Grid,
    *,
    high: bool = False,
    dtype: npt.DTypeLike = np.float64,
    progress: Progress = silent,
) -> FloatArray:
    """
    A field at every voxel centre of a grid, zyx.

    Parameters
    ----------
    field
        In the grid's frame: a grid, a grid through a transform, or any other field.
    grid
        Where the values are wanted.
    high
        Outside the field's support, give the upper end of rule 9 instead of the lower one.
    dtype
        float64 or float32.
    progress
        Told of the share done.

    Examples
    --------
    >>> coarse = Grid(frame="1", shape=(2, 2, 2), origin_mm=[0, 0, 0], spacing_mm=[4, 4, 4], axes=np.eye(3))
    >>> fine = Grid(frame="1", shape=(1, 1, 4), origin_mm=[0, 0, 0], spacing_mm=[2, 2, 2], axes=np.eye(3))
    >>> dose = GridField(grid=coarse, values=np.array([[[0.0, 8.0]] * 2] * 2))
    >>> resampled(dose, fine).ravel().tolist(), resampled(dose, fine, high=True).ravel().tolist()
    ([0.0, 4.0, 8.0, 0.0], [0.0, 4.0, 8.0, 8.0])
    """
    return added([field], grid, high=high, dtype=dtype, progress=progress)


def added(
    fields: Sequence[Field],
    grid: Grid,
    *,
    high: bool = False,
    dtype: npt.DTypeLike = np.float64,
    progress: Progress = silent,
) -> FloatArray:
    """
    The sum of fields at every voxel centre of a grid, zyx, with no list of points: memory holds the sum and a block.

    What the fields mean is the caller's: physical doses of different courses are not to be added (rule 3).

    Parameters
    ----------
    fields
        In the grid's frame, added in this order.
    grid
        Where the sum is wanted.
    high
        Outside a field's support, add the upper end of rule 9 instead of the lower one.
    dtype
        float64 or float32 of the result; each sum is made in float64.
    progress
        Told of the share done.

    Raises
    ------
    graybook.errors.FrameMismatch
        A field takes points of another frame than the grid's.
    """
    if np.dtype(dtype) not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise UsageError(
            "A resampled dose is float64 or float32.", value=np.dtype(dtype).name, remedy="Name one."
        )
    for field in fields:
        if field.frame != grid.frame:
            raise FrameMismatch(
                f"The grid lies in frame {grid.frame}, a field to be resampled on it in another.",
                value=field.frame,
                remedy="Look at the field through the transform between them.",
            )
    out = np.zeros(grid.shape, dtype=dtype)
    if out.dtype == np.float64:
        for field in fields:
            _add(out, field, grid, 0, high=high, progress=progress)
        return out
    nz, ny, nx = grid.shape
    planes = max(1, BLOCK // (ny * nx))
    for first in range(0, nz, planes):
        block = np.zeros((min(planes, nz - first), ny, nx))
        for field in fields:
            _add(block, field, grid, first, high=high, progress=progress)
        out[first : first + planes] = block
    return out


def _add(block: FloatArray, field: Field, grid: Grid, first: int, *, high: bool, progress: Progress) -> None:
    """Add a field to a block of planes that starts at plane ``first`` of the grid."""
    source, matrix = _unwrapped(field)
    if isinstance(source, GridField):
        progress("resample", first / grid.shape[0])
        _add_grid(block, source, grid, first, matrix, high=high)
        return
    depth, ny, nx = block.shape
    rows = max(1, POINTS // nx)
    flat = block.reshape(depth * ny, nx)
    for start in range(0, depth * ny, rows):
        progress("resample", (first + start / ny) / grid.shape[0])
        part = flat[start : start + rows]
        row = np.repeat(np.arange(start, start + len(part)), nx)
        column = np.tile(np.arange(nx), len(part))
        indices = np.stack([column, row % ny, first + row // ny], axis=1).astype(np.float64)
        samples = field.sample(grid.points_at(indices))
        part += (samples.high if high else samples.low).reshape(part.shape)


def _unwrapped(field: Field) -> tuple[Field, FloatArray]:
    """The field behind all affine transforms, and the one matrix (4x4) that leads to it."""
    source, matrix = field, np.eye(4)
    while isinstance(source, MappedField) and isinstance(source.transform, Affine):
        matrix = source.transform.matrix @ matrix
        source = source.field
    return source, matrix


def _add_grid(
    block: FloatArray, field: GridField, grid: Grid, first: int, matrix: FloatArray, *, high: bool
) -> None:
    to_index = field.grid.to_index
    steps = to_index @ matrix[:3, :3] @ grid.axes
    offsets = grid.offsets_mm[first : first + len(block)]
    origin = to_index @ (matrix[:3, :3] @ grid.origin_mm + matrix[:3, 3] - field.grid.origin_mm)
    add_rows(
        block,
        field.values,
        np.ascontiguousarray(origin + offsets[:, None] * steps[:, 2]),
        np.ascontiguousarray(steps[:, 1] * grid.spacing_mm[1]),
        np.ascontiguousarray(steps[:, 0] * grid.spacing_mm[0]),
        np.empty(0) if field.grid.planes_mm is None else field.grid.planes_mm,
        field.face_max,
        high,
    )
