"""Displacement: a grid of vectors comes in; points of one frame are carried to another, NaN where no vector is defined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from graybook.errors import FrameMismatch, InputError, UsageError
from graybook.geometry._displacement_kernels import (
    carried,
    carried_shared,
    determinants,
    inverse_vectors,
    origins,
)
from graybook.geometry.arrays import BoolArray, FloatArray, points_array
from graybook.geometry.field import SHARED_FROM
from graybook.geometry.grid import Grid
from graybook.geometry.transform import Affine, Chained, Transform
from graybook.progress import Progress, silent

__all__ = ["Displacement"]

EVEN: FloatArray = np.empty(0)
"""Planes of a grid whose planes are even."""

BLOCK = 500_000
"""Points carried at once where there are many."""

MISSED_MM = 0.05
"""A node of an inverse is defined when a place was found that the map carries to within this of it. [mm]"""

MOST_GROWTH = 4
"""An inverse has at most so many times the nodes; of a map that stretches more, its grid is coarser."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Displacement:
    """A deformable map **from** one frame **to** another.

    ``p_to = after @ (before @ p + v(p))``, v trilinear between the nodes of the grid.


    Parameters
    ----------
    to_frame
        Frame of Reference UID of the points it gives.
    grid
        Where the vectors stand, in the frame it leads from.
    vectors_mm
        float32, (nz, ny, nx, 3): along x, y, z, LPS; NaN where undefined, which is not zero. [mm]
    before, after
        4x4, homogeneous, in mm.
    inversion_error_mm
        Largest distance by which a computed inverse misses the point it started from; 0 of one that is not. [mm]
    """

    to_frame: str
    grid: Grid
    vectors_mm: npt.NDArray[np.float32]
    before: FloatArray
    after: FloatArray
    inversion_error_mm: float = 0.0

    def __post_init__(self) -> None:
        vectors = np.ascontiguousarray(self.vectors_mm, dtype=np.float32)
        if vectors.shape != (*self.grid.shape, 3):
            raise InputError(
                "A displacement field needs one vector of three numbers at each node of its grid.",
                value=vectors.shape,
                remedy="Read the deformation again.",
            )
        view = vectors.view()
        view.setflags(write=False)
        object.__setattr__(self, "vectors_mm", view)
        for name in ("before", "after"):
            matrix = Affine(from_frame="", to_frame="", matrix=getattr(self, name)).matrix
            object.__setattr__(self, name, matrix)

    @classmethod
    def from_vectors(
        cls,
        vectors_mm: npt.ArrayLike,
        grid: Grid,
        *,
        to_frame: str,
        before: FloatArray | None = None,
        after: FloatArray | None = None,
    ) -> Displacement:
        """Vectors (nz, ny, nx, 3) at the nodes of ``grid``; matrices that are not given do nothing. [mm]

        Examples
        --------
        >>> grid = Grid(frame="a", shape=(2, 2, 2), origin_mm=[0, 0, 0], spacing_mm=[4, 4, 4], axes=np.eye(3))
        >>> vectors = np.zeros((2, 2, 2, 3))
        >>> vectors[:, :, 1, 2] = 8.0
        >>> Displacement.from_vectors(vectors, grid, to_frame="b").apply(np.array([[1.0, 2.0, 3.0]]), frame="a")
        array([[1., 2., 5.]])
        """
        return cls(
            to_frame=to_frame,
            grid=grid,
            vectors_mm=np.asarray(vectors_mm, dtype=np.float32),
            before=np.eye(4) if before is None else before,
            after=np.eye(4) if after is None else after,
        )

    @classmethod
    def sampled(cls, transform: Transform, grid: Grid, *, progress: Progress = silent) -> Displacement:
        """Any transform as plain vectors at the nodes of a grid in the frame it leads from."""
        if grid.frame != transform.from_frame:
            raise FrameMismatch(
                f"This transform maps from frame {transform.from_frame}.",
                value=grid.frame,
                remedy="Give a grid of that frame.",
            )
        nz, ny, nx = grid.shape
        vectors = np.empty((nz * ny * nx, 3), dtype=np.float32)
        for start, points in _node_blocks(grid, 0.0):
            progress("displacement", start / len(vectors))
            vectors[start : start + len(points)] = transform.apply(points, frame=grid.frame) - points
        return cls.from_vectors(vectors.reshape(nz, ny, nx, 3), grid, to_frame=transform.to_frame)

    def plain(self) -> Displacement:
        """The same map without matrices: they are linear, so that vectors at the same nodes hold them exactly."""
        if np.array_equal(self.before, np.eye(4)) and np.array_equal(self.after, np.eye(4)):
            return self
        found = Displacement.sampled(self, self.grid)
        return replace(found, inversion_error_mm=self.inversion_error_mm)

    @property
    def from_frame(self) -> str:
        """Frame of Reference UID of the points it takes."""
        return self.grid.frame

    @property
    def is_rigid(self) -> bool:
        """Never: a deformation is not."""
        return False

    def apply(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """Points (n, 3) of ``frame`` mapped to ``to_frame``, NaN outside the grid or next to an undefined vector. [mm]"""
        return self._carried(points_mm, frame, self.vectors_mm, extend=False)

    def extrapolated(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """Points (n, 3) of ``frame`` mapped to ``to_frame``, by the nearest defined vector where none is defined. [mm]"""
        return self._carried(points_mm, frame, self._filled, extend=True)

    def _carried(
        self, points_mm: FloatArray, frame: str, vectors: npt.NDArray[np.float32], *, extend: bool
    ) -> FloatArray:
        if frame != self.from_frame:
            raise FrameMismatch(
                f"This transform maps from frame {self.from_frame}.",
                value=frame,
                remedy="Apply the inverse, or find the transform of this frame.",
            )
        points = points_array(points_mm)
        out: FloatArray = np.empty(points.shape)
        run = carried if len(points) < SHARED_FROM else carried_shared
        run(vectors, points, *self._lookup, self.before, self.after, extend, out)
        return out

    def volume_ratios(self, points_mm: FloatArray) -> FloatArray:
        """Determinant of the Jacobian at points (n, 3), NaN where it is not defined: of the trilinear map, ``before`` and
        ``after`` included, inside the cell of nodes that a point lies in."""
        points = points_array(points_mm)
        out: FloatArray = np.empty(len(points))
        determinants(self.vectors_mm, points, *self._lookup, self.before, self.after, out)
        return out

    @property
    def _lookup(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Matrix and offset from points to indices, and the planes where they are uneven."""
        to_index = self.grid.to_index
        planes = EVEN if self.grid.planes_mm is None else self.grid.planes_mm
        return to_index, np.ascontiguousarray(-to_index @ self.grid.origin_mm), planes

    @cached_property
    def defined(self) -> BoolArray:
        """At which nodes (nz, ny, nx) a vector is defined."""
        known: BoolArray = np.asarray(np.isfinite(self.vectors_mm).all(axis=-1))
        return known

    @cached_property
    def _filled(self) -> npt.NDArray[np.float32]:
        """The vectors with the nearest defined one wherever one is not."""
        if self.defined.all():
            return self.vectors_mm
        if not self.defined.any():
            raise UsageError(
                "A displacement field without one defined vector cannot be carried on.",
                value="NaN everywhere",
                remedy="Read the deformation again.",
            )
        from scipy.ndimage import distance_transform_edt  # loaded only where there are holes

        sampling = self.grid.spacing_mm[::-1]
        nearest = distance_transform_edt(
            ~self.defined, sampling=sampling, return_distances=False, return_indices=True
        )
        return np.ascontiguousarray(self.vectors_mm[tuple(nearest)])

    def inverse(self) -> Displacement:
        """From ``to_frame`` to ``from_frame``, computed node by node (Newton's iteration, else fixed-point); on a grid that
        covers where the defined vectors lead. NaN where no point is carried there; see ``inversion_error_mm``."""
        forth = self.after @ self.before
        grid = self._image_grid(forth)
        vectors = np.empty((*grid.shape, 3), dtype=np.float32)
        inverse_vectors(
            self.vectors_mm,
            self._filled,
            *self._lookup,
            self.before,
            np.linalg.inv(self.after),
            np.linalg.inv(forth),
            grid.origin_mm,
            np.ascontiguousarray(grid.axes * grid.spacing_mm),
            MISSED_MM,
            vectors,
        )
        found = Displacement.from_vectors(
            vectors, grid, to_frame=self.from_frame, before=np.linalg.inv(forth)
        )
        return replace(found, inversion_error_mm=self._missed_mm(found))

    def preimages(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """Points (n, 3) of ``from_frame`` that are carried to points (n, 3) of ``to_frame``, NaN where none is; to 0.05 mm. [mm]

        One by one, without the grid of :meth:`inverse`: closer, and quicker for fewer points than that grid has nodes.
        """
        if frame != self.to_frame:
            raise FrameMismatch(
                f"This transform leads to frame {self.to_frame}.",
                value=frame,
                remedy="Give points of that frame.",
            )
        points = points_array(points_mm)
        out: FloatArray = np.empty(points.shape)
        origins(
            self.vectors_mm,
            self._filled,
            points,
            *self._lookup,
            self.before,
            np.linalg.inv(self.after),
            np.linalg.inv(self.after @ self.before),
            MISSED_MM,
            out,
        )
        return out

    def _image_grid(self, forth: FloatArray) -> Grid:
        """A grid in ``to_frame`` that covers where the nodes are carried, along this grid's axes as ``forth`` turns them."""
        left, _, right = np.linalg.svd(forth[:3, :3] @ self.grid.axes)
        axes = left @ right
        low, high = np.full(3, np.inf), np.full(3, -np.inf)
        for _, points in _node_blocks(self.grid, 0.0):
            along = self._carried(points, self.from_frame, self.vectors_mm, extend=False) @ axes
            along = along[np.isfinite(along).all(axis=1)]
            if len(along):
                low, high = np.minimum(low, along.min(axis=0)), np.maximum(high, along.max(axis=0))
        if not np.all(np.isfinite(low)):
            raise UsageError(
                "A displacement field without one defined vector has no inverse.",
                value="NaN everywhere",
                remedy="Read the deformation again.",
            )
        spacing = self.grid.finest_mm
        nodes = np.ceil((high - low) / spacing - 1e-6) + 1
        growth = float(np.prod(nodes)) / (MOST_GROWTH * float(np.prod(self.grid.shape)))
        if growth > 1.0:
            spacing = spacing * np.cbrt(growth)
            nodes = np.ceil((high - low) / spacing) + 1
        nx, ny, nz = (max(1, int(count)) for count in nodes)
        return Grid(
            frame=self.to_frame, shape=(nz, ny, nx), origin_mm=axes @ low, spacing_mm=spacing, axes=axes
        )

    def _missed_mm(self, found: Displacement) -> float:
        """By how much this map misses a point that ``found`` started from, at most: at the nodes and between them. [mm]"""
        worst = 0.0
        for shift in (0.0, 0.5):
            for _, points in _node_blocks(found.grid, shift):
                back = found.apply(points, frame=found.from_frame)
                missed = np.linalg.norm(self.apply(back, frame=self.from_frame) - points, axis=1)
                missed = missed[np.isfinite(missed)]
                worst = max(worst, float(missed.max()) if len(missed) else 0.0)
        return worst

    def then(self, after: Transform) -> Chained:
        """This transform followed by ``after``."""
        return Chained(links=(self, *(after.links if isinstance(after, Chained) else (after,))))


def _node_blocks(grid: Grid, shift: float) -> Iterator[tuple[int, FloatArray]]:
    """Points (n, 3) of the nodes in array order, block by block, with the number of each block's first; moved by ``shift`` of
    a step along x, y, z. [mm]"""
    nz, ny, nx = grid.shape
    for start in range(0, nz * ny * nx, BLOCK):
        number = np.arange(start, min(start + BLOCK, nz * ny * nx))
        indices = np.stack([number % nx, number // nx % ny, number // (nx * ny)], axis=1)
        yield start, grid.points_at(indices + shift)
