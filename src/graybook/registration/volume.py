"""Volume: an image's voxels in memory, as registration takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graybook.errors import InputError
from graybook.geometry import Grid
from graybook.geometry.arrays import BoolArray
from graybook.record.image import Image

__all__ = ["Volume"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Volume:
    """An image in memory.

    Parameters
    ----------
    grid
        Where the voxels lie.
    values
        float32, zyx (HU for CT).
    modality
        DICOM modality; "" when unknown.
    mask
        Voxels that bear on the alignment; all when None.
    """

    grid: Grid
    values: npt.NDArray[np.float32]
    modality: str = ""
    mask: BoolArray | None = None

    def __post_init__(self) -> None:
        values = np.ascontiguousarray(self.values, dtype=np.float32)
        object.__setattr__(self, "values", values)
        for array in (values, self.mask):
            if array is not None and array.shape != self.grid.shape:
                raise InputError(
                    "Voxels, mask and grid of an image disagree.",
                    value=(array.shape, self.grid.shape),
                    remedy="Give a mask on the grid of its image.",
                )

    @classmethod
    def of(cls, image: Image, *, mask: BoolArray | None = None) -> Volume:
        """An image with its voxels read."""
        values = np.asarray(image.voxels(), dtype=np.float32)
        return cls(grid=image.grid, values=values, modality=image.modality, mask=mask)
