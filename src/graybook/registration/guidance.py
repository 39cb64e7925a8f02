"""Guidance: a structure delineated in both images comes in; distances from its border, which a deformation matches, go out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt

from graybook.errors import InputError
from graybook.geometry import Grid
from graybook.geometry.arrays import BoolArray
from graybook.registration.pyramid import coarser
from graybook.registration.volume import Volume

__all__ = ["Guide", "border_distance"]

REACH_MM = 20.0
"""Distances from the border are cut here: what lies deeper or farther does not pull. Own choice. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Guide:
    """One structure, as voxels (zyx) of the fixed and of the moving image."""

    name: str
    fixed: BoolArray
    moving: BoolArray

    def __post_init__(self) -> None:
        for side, mask in (("fixed", self.fixed), ("moving", self.moving)):
            if not mask.any():
                raise InputError(
                    f"A guide has no voxel in the {side} image.",
                    value=self.name,
                    remedy="Guide by structures that are delineated in both images.",
                )


def border_distance(mask: BoolArray, grid: Grid, spacing_mm: float) -> npt.NDArray[np.float32]:
    """Distance from a mask's border on the grid coarsened to ``spacing_mm``, inside negative, in units of the reach."""
    inside = coarser(Volume(grid=grid, values=mask.astype(np.float32)), spacing_mm)
    voxel = inside.grid.spacing_mm[::-1]
    within = inside.values >= 0.5
    signed = distance_transform_edt(~within, sampling=voxel) - distance_transform_edt(within, sampling=voxel)
    return np.asarray(np.clip(signed / REACH_MM, -1.0, 1.0), dtype=np.float32)
