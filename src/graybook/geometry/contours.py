"""Contours: closed planar polygons come in, a stack of planes that knows its frame goes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.errors import InputError, NotYet
from graybook.geometry.arrays import FloatArray, read_only

__all__ = ["ContourStack"]

PLANE_TOLERANCE_MM = 0.01
"""Contours whose z differ by less lie in one plane. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class ContourStack:
    """Closed axial polygons of one structure in one frame; several in a plane combine by exclusive or.

    Parameters
    ----------
    frame
        Frame of Reference UID.
    polygons
        Arrays (n, 3), xyz in mm, LPS; n >= 3, all points of one polygon at one z; not closed explicitly.
    """

    frame: str
    polygons: tuple[FloatArray, ...]

    def __post_init__(self) -> None:
        checked = []
        for polygon in self.polygons:
            array = read_only(polygon)
            if array.ndim != 2 or array.shape[1] != 3 or array.shape[0] < 3 or not np.all(np.isfinite(array)):
                raise InputError(
                    "A closed contour needs at least three finite points.",
                    value=array.shape,
                    remedy="Delete or redraw the contour.",
                )
            if np.ptp(array[:, 2]) > PLANE_TOLERANCE_MM:
                raise NotYet(
                    "A contour is not in an axial plane.",
                    value=float(np.ptp(array[:, 2])),
                    remedy="Export the structure on axial slices.",
                )
            checked.append(array)
        object.__setattr__(self, "polygons", tuple(checked))

    @property
    def is_empty(self) -> bool:
        """Whether no polygon was drawn."""
        return not self.polygons

    def planes(self) -> tuple[tuple[float, tuple[FloatArray, ...]], ...]:
        """The planes in order of z: (z in mm, polygons as arrays (n, 2) of x, y in mm)."""
        grouped: list[tuple[float, list[FloatArray]]] = []
        for polygon in sorted(self.polygons, key=lambda p: float(p[0, 2])):
            z_mm = float(polygon[0, 2])
            if grouped and abs(grouped[-1][0] - z_mm) <= PLANE_TOLERANCE_MM:
                grouped[-1][1].append(polygon[:, :2])
            else:
                grouped.append((z_mm, [polygon[:, :2]]))
        return tuple((z_mm, tuple(polygons)) for z_mm, polygons in grouped)
