"""Displacement: a grid of vectors comes in; points of one frame are carried to another, NaN where no vector is defined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graybook.errors import FrameMismatch, InputError
from graybook.geometry.arrays import FloatArray, read_only
from graybook.geometry.grid import Grid
from graybook.geometry.transform import Chained, Transform

__all__ = ["Displacement"]


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
        object.__setattr__(self, "before", read_only(self.before))
        object.__setattr__(self, "after", read_only(self.after))

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
        if frame != self.from_frame:
            raise FrameMismatch(
                f"This transform maps from frame {self.from_frame}.",
                value=frame,
                remedy="Apply the inverse, or find the transform of this frame.",
            )
        raise NotImplementedError

    def volume_ratios(self, points_mm: FloatArray) -> FloatArray:
        """Determinant of the Jacobian at points (n, 3), NaN where it is not defined."""
        raise NotImplementedError

    def inverse(self) -> Displacement:
        """From ``to_frame`` to ``from_frame``, computed by fixed-point iteration; see ``inversion_error_mm``."""
        raise NotImplementedError

    def then(self, after: Transform) -> Chained:
        """This transform followed by ``after``."""
        return Chained(links=(self, *(after.links if isinstance(after, Chained) else (after,))))
