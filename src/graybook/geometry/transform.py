"""Transform: points of one named frame come in, points of another named frame go out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, overload

import numpy as np

from graybook.errors import FrameMismatch, InputError, UsageError
from graybook.geometry._kernels import mapped
from graybook.geometry.arrays import FloatArray, points_array, read_only

__all__ = ["Affine", "Chained", "Transform"]

RIGID_TOLERANCE = 1e-3
"""How far a matrix may be from orthonormal and still be called rigid; files round their entries."""


class Transform(Protocol):
    """A map **from** one named frame **to** another: affine, a field of displacements, or a chain of them."""

    @property
    def from_frame(self) -> str:
        """Frame of Reference UID of the points it takes."""
        ...

    @property
    def to_frame(self) -> str:
        """Frame of Reference UID of the points it gives."""
        ...

    @property
    def is_rigid(self) -> bool:
        """Whether it is a proper rotation and a shift."""
        ...

    @property
    def inversion_error_mm(self) -> float:
        """Largest distance by which it misses as a computed inverse; 0 where nothing was inverted, or exactly. [mm]"""
        ...

    def apply(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """Points (n, 3) of ``frame`` mapped to ``to_frame``, NaN where it is not defined; refuses points of another frame. [mm]"""
        ...

    def extrapolated(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """As :meth:`apply`, and where it is not defined, by what is defined nearest. [mm]"""
        ...

    def volume_ratios(self, points_mm: FloatArray) -> FloatArray:
        """Determinant of the Jacobian at points (n, 3) of ``from_frame``, NaN where it is not defined."""
        ...

    def preimages(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """Points (n, 3) of ``from_frame`` that are carried to points (n, 3) of ``to_frame``, NaN where none is. [mm]"""
        ...

    def inverse(self) -> Transform:
        """From ``to_frame`` to ``from_frame``: exact where affine, else computed, with its error stated."""
        ...

    def then(self, after: Transform) -> Transform:
        """This transform followed by ``after``."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Affine:
    """An affine map **from** one frame **to** another.

    Parameters
    ----------
    from_frame, to_frame
        Frame of Reference UIDs.
    matrix
        4x4, homogeneous: ``p_to = matrix @ p_from``, in mm, LPS.
    """

    from_frame: str
    to_frame: str
    matrix: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", read_only(self.matrix))
        if self.matrix.shape != (4, 4) or not np.all(np.isfinite(self.matrix)):
            raise InputError(
                "An affine transform needs a finite 4x4 matrix.",
                value=self.matrix.tolist(),
                remedy="Check FrameOfReferenceTransformationMatrix.",
            )
        if np.abs(self.matrix[3] - [0.0, 0.0, 0.0, 1.0]).max() > 1e-9:
            raise InputError(
                "The last row of a transformation matrix must be 0 0 0 1.",
                value=self.matrix[3].tolist(),
                remedy="Check whether the matrix was written column by column.",
            )
        if abs(np.linalg.det(self.matrix[:3, :3])) < 1e-6:
            raise InputError(
                "A transformation matrix must be invertible.",
                value=self.matrix.tolist(),
                remedy="Export the registration again.",
            )

    @classmethod
    def identity(cls, frame: str) -> Affine:
        """The map of a frame onto itself."""
        return cls(from_frame=frame, to_frame=frame, matrix=np.eye(4))

    @property
    def inversion_error_mm(self) -> float:
        """Zero: the inverse of a matrix is exact. [mm]"""
        return 0.0

    @property
    def is_rigid(self) -> bool:
        """Whether the matrix is a proper rotation and a shift."""
        linear = self.matrix[:3, :3]
        return bool(
            np.abs(linear.T @ linear - np.eye(3)).max() <= RIGID_TOLERANCE and np.linalg.det(linear) > 0
        )

    def apply(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """Points (n, 3) of ``frame`` mapped to ``to_frame``; refuses points of another frame. [mm]"""
        if frame != self.from_frame:
            raise FrameMismatch(
                f"This transform maps from frame {self.from_frame}.",
                value=frame,
                remedy="Apply the inverse, or find the transform of this frame.",
            )
        linear, shift = np.ascontiguousarray(self.matrix[:3, :3]), np.ascontiguousarray(self.matrix[:3, 3])
        there: FloatArray = mapped(points_array(points_mm), linear, shift)
        return there

    def extrapolated(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """As :meth:`apply`: a matrix holds everywhere. [mm]"""
        return self.apply(points_mm, frame=frame)

    def volume_ratios(self, points_mm: FloatArray) -> FloatArray:
        """Determinant of the matrix, the same at all points (n, 3)."""
        return np.full(len(points_array(points_mm)), np.linalg.det(self.matrix[:3, :3]))

    def preimages(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """Points (n, 3) that are carried to points (n, 3) of ``to_frame``: through the exact inverse. [mm]"""
        return self.inverse().apply(points_mm, frame=frame)

    def inverse(self) -> Affine:
        """The exact inverse, from ``to_frame`` to ``from_frame``."""
        return Affine(from_frame=self.to_frame, to_frame=self.from_frame, matrix=np.linalg.inv(self.matrix))

    @overload
    def then(self, after: Affine) -> Affine: ...

    @overload
    def then(self, after: Transform) -> Transform: ...

    def then(self, after: Transform) -> Transform:
        """This transform followed by ``after``."""
        if after.from_frame != self.to_frame:
            raise FrameMismatch(
                f"A chain ends in frame {self.to_frame}; the next link starts elsewhere.",
                value=after.from_frame,
                remedy="Order the chain, or use the inverse of a link.",
            )
        if isinstance(after, Affine):
            return Affine(
                from_frame=self.from_frame, to_frame=after.to_frame, matrix=after.matrix @ self.matrix
            )
        return Chained(links=(self, *(after.links if isinstance(after, Chained) else (after,))))


@dataclass(frozen=True, kw_only=True, eq=False)
class Chained:
    """Transforms one after the other, each starting in the frame the one before leads to."""

    links: tuple[Transform, ...]

    def __post_init__(self) -> None:
        if not self.links:
            raise UsageError("A chain needs a link.", value=0, remedy="Give at least one transform.")
        for before, after in pairwise(self.links):
            if before.to_frame != after.from_frame:
                raise FrameMismatch(
                    f"A chain ends in frame {before.to_frame}; the next link starts elsewhere.",
                    value=after.from_frame,
                    remedy="Order the chain, or use the inverse of a link.",
                )

    @property
    def from_frame(self) -> str:
        """Frame of Reference UID of the points it takes."""
        return self.links[0].from_frame

    @property
    def to_frame(self) -> str:
        """Frame of Reference UID of the points it gives."""
        return self.links[-1].to_frame

    @property
    def inversion_error_mm(self) -> float:
        """Sum over the links. [mm]"""
        return float(sum(link.inversion_error_mm for link in self.links))

    @property
    def is_rigid(self) -> bool:
        """Whether every link is."""
        return all(link.is_rigid for link in self.links)

    def apply(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """Points (n, 3) of ``frame`` through every link, NaN where one is not defined. [mm]"""
        points = points_mm
        for link in self.links:
            points = link.apply(points, frame=frame)
            frame = link.to_frame
        return points

    def extrapolated(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """Points (n, 3) of ``frame`` through every link, each carried on beyond where it is defined. [mm]"""
        points = points_mm
        for link in self.links:
            points = link.extrapolated(points, frame=frame)
            frame = link.to_frame
        return points

    def volume_ratios(self, points_mm: FloatArray) -> FloatArray:
        """Product of the links' determinants at points (n, 3), NaN where one is not defined."""
        points = points_array(points_mm)
        ratios = np.ones(len(points))
        for link in self.links:
            ratios = ratios * link.volume_ratios(points)
            points = link.apply(points, frame=link.from_frame)
        return ratios

    def preimages(self, points_mm: FloatArray, *, frame: str) -> FloatArray:
        """Points (n, 3) that are carried to points (n, 3) of ``to_frame``: through every link backwards. [mm]"""
        points = points_mm
        for link in reversed(self.links):
            points = link.preimages(points, frame=frame)
            frame = link.from_frame
        return points

    def inverse(self) -> Chained:
        """The links' inverses, last first."""
        return Chained(links=tuple(link.inverse() for link in reversed(self.links)))

    def then(self, after: Transform) -> Chained:
        """This chain followed by ``after``."""
        return Chained(links=(*self.links, *(after.links if isinstance(after, Chained) else (after,))))
