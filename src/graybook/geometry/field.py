"""Field: points come in, values and an inside-mask go out; a grid, or a grid seen through a transform."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from graybook.errors import FrameMismatch, InputError, UsageError
from graybook.geometry._kernels import trilinear, trilinear_shared
from graybook.geometry._peak_kernels import block_maxima, highest_in_boxes
from graybook.geometry.arrays import BoolArray, FloatArray, points_array
from graybook.geometry.grid import Grid
from graybook.geometry.transform import Affine

__all__ = ["Field", "FieldSamples", "GridField", "MappedField"]

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

    def highest_near(self, points_mm: FloatArray, reach_mm: FloatArray, threshold: float) -> FloatArray:
        """No value within ``reach_mm`` (n, 3) along x, y, z of points (n, 3) is higher than this (n,).

        Coarse where it is below ``threshold``. Outside the support the highest value on the faces passed counts (rule 9).
        """
        return self.highest_near_through(points_mm, reach_mm, threshold, np.eye(4))

    def highest_near_through(
        self, points_mm: FloatArray, reach_mm: FloatArray, threshold: float, matrix: FloatArray
    ) -> FloatArray:
        """:meth:`highest_near` where ``matrix`` (4x4, homogeneous, in mm) carries points and their surroundings."""
        to_index = self.grid.to_index
        found: FloatArray = highest_in_boxes(
            self.values,
            self._block_max,
            np.ascontiguousarray(points_mm),
            np.ascontiguousarray(reach_mm),
            np.ascontiguousarray(to_index @ matrix[:3, :3]),
            np.ascontiguousarray(to_index @ (matrix[:3, 3] - self.grid.origin_mm)),
            np.empty(0) if self.grid.planes_mm is None else self.grid.planes_mm,
            self.face_max,
            threshold,
        )
        return found

    @cached_property
    def _block_max(self) -> FloatArray:
        """The highest value in and next to each block of voxels."""
        found: FloatArray = block_maxima(self.values)
        return found


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
    transform: Affine

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
        if isinstance(self.field, GridField):
            return self.field.sample_through(points_mm, self.transform.matrix)
        return self.field.sample(self.transform.apply(points_array(points_mm), frame=self.frame))

    def highest_near(self, points_mm: FloatArray, reach_mm: FloatArray, threshold: float) -> FloatArray:
        """As :meth:`GridField.highest_near`, of a field on a grid; any other kind is a :class:`UsageError`."""
        if not isinstance(self.field, GridField):
            raise UsageError(
                "Only a field on a grid tells how high it is near a point.",
                value=type(self.field).__name__,
                remedy="Sample it densely instead.",
            )
        return self.field.highest_near_through(points_mm, reach_mm, threshold, self.transform.matrix)
