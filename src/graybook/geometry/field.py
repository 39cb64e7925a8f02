"""Field: points come in, values and an inside-mask go out; a grid, or a grid seen through a transform."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from graybook.errors import FrameMismatch, InputError, UsageError
from graybook.geometry._kernels import trilinear, trilinear_shared
from graybook.geometry._peak_kernels import block_maxima, block_slopes
from graybook.geometry.arrays import BoolArray, FloatArray, points_array
from graybook.geometry.grid import Grid
from graybook.geometry.transform import Affine, Transform

__all__ = ["Field", "FieldSamples", "GridField", "Lattice", "MappedField", "sampled_where_defined"]

SHARED_FROM = 100_000
"""From so many points on sampling is shared among the cores: below, waiting for each other costs more than it gains."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FieldSamples:
    """Values of a field at n points.

    Outside the field's support ``low`` is 0 and ``high`` the highest value on the nearest face (rule 9);
    inside, both are the value.
    """

    low: FloatArray
    high: FloatArray
    inside: BoolArray


class Field(Protocol):
    """Anything that gives values and an inside-mask at points of its frame."""

    @property
    def frame(self) -> str:
        """Frame of Reference UID of the points it takes."""
        ...

    def sample(self, points_mm: FloatArray) -> FieldSamples:
        """Values at points (n, 3), xyz in mm, of :attr:`frame`."""
        ...


NO_PLANES: FloatArray = np.empty(0)
"""Of a grid of even planes."""


class Lattice(NamedTuple):
    """A grid as kernels take it.

    Parameters
    ----------
    values
        Voxels (nz, ny, nx).
    blocks
        The highest value in each block of 4 x 4 x 4 voxels.
    slopes
        The largest differences of neighbouring voxels along x, y, z in and next to each block.
    matrix, offset
        From points to fractional indices x, y, z (3, 3), (3,).
    planes
        Distances of uneven planes; none when they are even.
    face_max
        Highest values of the faces x-, x+, y-, y+, z-, z+.
    """

    values: FloatArray
    blocks: FloatArray
    slopes: FloatArray
    matrix: FloatArray
    offset: FloatArray
    planes: FloatArray
    face_max: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class GridField:
    """Trilinear interpolation between voxel centres, however the planes are spaced; its support is the hull of the centres.

    Parameters
    ----------
    grid
        Where the voxels lie.
    values
        Voxel values, zyx, of the grid's shape.
    """

    grid: Grid
    values: FloatArray
    face_max: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        values = np.ascontiguousarray(self.values, dtype=np.float64)
        if values.shape != self.grid.shape:
            raise InputError(
                "Voxels and grid disagree.",
                value=(values.shape, self.grid.shape),
                remedy="Read the dose again.",
            )
        view = values.view()
        view.setflags(write=False)
        object.__setattr__(self, "values", view)
        faces = [values[:, :, 0], values[:, :, -1], values[:, 0, :], values[:, -1, :], values[0], values[-1]]
        object.__setattr__(self, "face_max", np.array([float(face.max()) for face in faces]))

    @property
    def frame(self) -> str:
        """Frame of Reference UID of the grid."""
        return self.grid.frame

    def sample(self, points_mm: FloatArray) -> FieldSamples:
        """Values at points (n, 3) of the grid's frame."""
        return self.sample_through(points_mm, np.eye(4))

    def sample_through(self, points_mm: FloatArray, matrix: FloatArray) -> FieldSamples:
        """Values where ``matrix`` (4x4, homogeneous, in mm) carries points (n, 3): one pass, no copy of the points."""
        points = np.ascontiguousarray(points_array(points_mm))
        to_index = self.grid.to_index
        planes = np.empty(0) if self.grid.planes_mm is None else self.grid.planes_mm
        low, high = np.empty(len(points)), np.empty(len(points))
        inside = np.empty(len(points), dtype=np.bool_)
        kernel = trilinear if len(points) < SHARED_FROM else trilinear_shared
        kernel(
            self.values,
            points,
            np.ascontiguousarray(to_index @ matrix[:3, :3]),
            np.ascontiguousarray(to_index @ (matrix[:3, 3] - self.grid.origin_mm)),
            planes,
            self.face_max,
            low,
            high,
            inside,
        )
        return FieldSamples(low=low, high=high, inside=inside)

    def lattice(self, matrix: FloatArray) -> Lattice:
        """The grid as kernels take it, for points that ``matrix`` (4x4, homogeneous, in mm) carries into its frame."""
        to_index = self.grid.to_index
        return Lattice(
            values=self.values,
            blocks=self._blocks[0],
            slopes=self._blocks[1],
            matrix=np.ascontiguousarray(to_index @ matrix[:3, :3]),
            offset=np.ascontiguousarray(to_index @ (matrix[:3, 3] - self.grid.origin_mm)),
            planes=NO_PLANES if self.grid.planes_mm is None else self.grid.planes_mm,
            face_max=self.face_max,
        )

    @cached_property
    def _blocks(self) -> tuple[FloatArray, FloatArray]:
        """The highest value in each block of voxels, and the steepest slopes in and next to it."""
        return block_maxima(self.values), block_slopes(self.values)


@dataclass(frozen=True, kw_only=True, eq=False)
class MappedField:
    """A field seen from another frame: points go through ``transform`` (here → field) and the field is sampled there.

    Parameters
    ----------
    field
        The field, in ``transform.to_frame``.
    transform
        From the frame of the points to the frame of the field.
    """

    field: Field
    transform: Transform

    def __post_init__(self) -> None:
        if self.transform.to_frame != self.field.frame:
            raise FrameMismatch(
                f"The field lies in frame {self.field.frame}, the transform leads to another.",
                value=self.transform.to_frame,
                remedy="Use the inverse transform.",
            )

    @property
    def frame(self) -> str:
        """Frame of Reference UID of the points it takes."""
        return self.transform.from_frame

    def sample(self, points_mm: FloatArray) -> FieldSamples:
        """Values at points (n, 3) of :attr:`frame`."""
        if isinstance(self.field, GridField) and isinstance(self.transform, Affine):
            return self.field.sample_through(points_mm, self.transform.matrix)
        return sampled_where_defined(
            self.field, self.transform.apply(points_array(points_mm), frame=self.frame)
        )

    def lattice(self, matrix: FloatArray) -> Lattice:
        """As :meth:`GridField.lattice`, of a field on a grid; any other kind is a :class:`UsageError`."""
        if not isinstance(self.field, GridField) or not isinstance(self.transform, Affine):
            raise UsageError(
                "Only a field on a grid, seen through an affine transform, has voxels.",
                value=(type(self.field).__name__, type(self.transform).__name__),
                remedy="Sample it densely instead.",
            )
        return self.field.lattice(self.transform.matrix @ matrix)


def sampled_where_defined(field: Field, points_mm: FloatArray) -> FieldSamples:
    """A field at points (n, 3), some of which are NaN because the way there is not defined: any of its values may be theirs."""
    if np.isfinite(points_mm).all():
        return field.sample(points_mm)
    known: BoolArray = np.asarray(np.isfinite(points_mm).all(axis=1))
    there = field.sample(points_mm[known])
    low, high = np.zeros(len(known)), np.full(len(known), _highest(field))
    inside = np.zeros(len(known), dtype=np.bool_)
    low[known], high[known], inside[known] = there.low, there.high, there.inside
    return FieldSamples(low=low, high=high, inside=inside)


def _highest(field: Field) -> float:
    """The highest value a field takes anywhere; infinite where that is not known."""
    if isinstance(field, MappedField):
        return _highest(field.field)
    return float(field.values.max()) if isinstance(field, GridField) else np.inf
