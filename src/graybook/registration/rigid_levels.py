"""Levels: an image's voxels come in; coarser copies of it, places in it where registration looks, and their values go out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from graybook.errors import InputError
from graybook.geometry import Grid
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.registration._kernels.rigid import block_means, values_at
from graybook.registration.volume import Volume

__all__ = [
    "Level",
    "Picture",
    "Window",
    "body_of",
    "bones_of",
    "even",
    "is_ct",
    "picture",
    "pictures",
    "spread_points",
]

CT_WINDOW = (-250.0, 750.0)
"""Between lung and cortical bone: soft tissue and bone share the range, air and lung count as one. [HU]"""

LUNG_WINDOW = (-1000.0, 250.0)
"""Where a mask leaves mostly lung. [HU]"""

LEAST_BODY = 0.2
"""Share of a mask that the body in it must fill; else the mask is what is compared, be it lung."""

BODY_HU = -175.0
"""Halfway from the foot of the window to fat: the skin of a block. [HU]"""

BONE_HU = 150.0
"""Above soft tissue in a block of 4 mm. [HU]"""

LEAST_VOXELS = 6
"""Along each axis of a coarse copy."""

FOREGROUND = 0.15
"""Share of the range of an image that is not CT from which on a voxel is tissue."""


class Window(NamedTuple):
    """Values between which an image is looked at."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Level:
    """A coarse copy of an image.

    Parameters
    ----------
    grid
        Of even planes.
    image
        float32, zyx; NaN where masked out.
    """

    grid: Grid
    image: npt.NDArray[np.float32]

    def matrix(self, transform: FloatArray) -> FloatArray:
        """(3, 4): from points in mm, through ``transform`` (4x4), to fractional indices of this level."""
        to_index = self.grid.to_index
        shift = to_index @ (transform[:3, 3] - self.grid.origin_mm)
        return np.ascontiguousarray(np.column_stack([to_index @ transform[:3, :3], shift]))

    def values_at(self, points_mm: FloatArray) -> FloatArray:
        """Trilinear values at points (n, 3) of its own frame; NaN outside."""
        found: FloatArray = values_at(self.image, points_mm, self.matrix(np.eye(4)))
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """An image as rigid registration looks at it: its window, and the levels asked of it."""

    volume: Volume
    window: Window
    is_ct: bool

    def level(self, spacing_mm: float, *, blur_mm: float = 0.0) -> Level:
        """The copy whose voxels are the largest blocks not above ``spacing_mm``, blurred by a Gaussian."""
        grid = self.volume.grid
        sizes = np.array(grid.shape)
        wanted = np.floor(spacing_mm / grid.spacing_mm[::-1] + 1e-6).astype(np.int64)
        blocks = [int(n) for n in np.clip(wanted, 1, np.maximum(sizes // LEAST_VOXELS, 1))]
        image = block_means(self.volume.values, *self.window, *blocks)
        steps = np.array(blocks[::-1])
        coarse = Grid(
            frame=grid.frame,
            shape=(int(image.shape[0]), int(image.shape[1]), int(image.shape[2])),
            origin_mm=grid.points_at(((steps - 1) / 2)[None, :])[0],
            spacing_mm=grid.spacing_mm * steps,
            axes=grid.axes,
        )
        return Level(grid=coarse, image=_blurred(image, blur_mm / coarse.spacing_mm[::-1]))


def _blurred(image: npt.NDArray[np.float32], widths: FloatArray) -> npt.NDArray[np.float32]:
    """An image blurred by a Gaussian of these widths (zyx, in voxels), masked voxels left out."""
    if not widths.any():
        return image
    known = np.isfinite(image)
    if known.all():
        blurred: npt.NDArray[np.float32] = ndimage.gaussian_filter(image, widths, mode="nearest")
        return blurred
    total = ndimage.gaussian_filter(np.where(known, image, np.float32(0)), widths, mode="nearest")
    share = ndimage.gaussian_filter(known.astype(np.float32), widths, mode="nearest")
    return np.where(known, total / np.maximum(share, np.float32(1e-6)), np.float32("nan"))


def picture(volume: Volume) -> Picture:
    """An image made ready: even planes, NaN where masked out, and a window."""
    if min(volume.grid.shape) < 2:
        raise InputError(
            "An image to be registered needs at least two voxels along each axis.",
            value=volume.grid.shape,
            remedy="Give a volume, not a single slice.",
        )
    values = volume.values if volume.mask is None else np.where(volume.mask, volume.values, np.float32("nan"))
    made = even(Volume(grid=volume.grid, values=values, modality=volume.modality))
    ct = is_ct(volume)
    return Picture(volume=made, window=_ct_window(values) if ct else _window(values), is_ct=ct)


def pictures(fixed: Volume, moving: Volume) -> tuple[Picture, Picture]:
    """Two images made ready: two CT are looked at through one window."""
    one, two = picture(fixed), picture(moving)
    if one.is_ct and two.is_ct and one.window != two.window:
        wide = Window(min(one.window.low, two.window.low), max(one.window.high, two.window.high))
        one, two = (Picture(volume=it.volume, window=wide, is_ct=True) for it in (one, two))
    return one, two


def _ct_window(values: npt.NDArray[np.float32]) -> Window:
    """Soft tissue and bone, or lung where a mask leaves little else."""
    some = values[::2, ::2, ::2]
    known = np.isfinite(some)
    masked = not bool(known.all())
    lung = (some > -1000.0) & (some < CT_WINDOW[0])
    return Window(*(LUNG_WINDOW if masked and 2 * lung.sum() > known.sum() else CT_WINDOW))


def is_ct(volume: Volume) -> bool:
    """Whether values are on the scale of CT: by modality, else by what lies near -1000 and near 0."""
    if volume.modality:
        return volume.modality.upper() == "CT"
    some = volume.values[::2, ::4, ::4]
    air, tissue = np.mean((some > -1100) & (some < -700)), np.mean((some > -150) & (some < 150))
    return bool(air > 0.03 and tissue > 0.03 and np.mean(some < -1100) < 0.5)


def _window(values: npt.NDArray[np.float32]) -> Window:
    """From the lowest to the highest value but for a few, with room for no contrast at all."""
    some = values[:, ::2, ::2]
    known = some[np.isfinite(some)]
    if not len(known):
        raise InputError("An image to be registered has no voxel left.", value=0, remedy="Check its mask.")
    low, high = (float(v) for v in np.percentile(known, [0.5, 99.5]))
    return Window(low, high if high > low else low + 1.0)


def even(volume: Volume) -> Volume:
    """The same image with planes at their mean distance, blended from the planes on either side."""
    grid = volume.grid
    if grid.planes_mm is None:
        return volume
    nz = grid.shape[0]
    wanted = np.linspace(0.0, float(grid.planes_mm[-1]), nz)
    below = np.clip(np.searchsorted(grid.planes_mm, wanted, side="right") - 1, 0, nz - 2)
    share = (wanted - grid.planes_mm[below]) / (grid.planes_mm[below + 1] - grid.planes_mm[below])
    part = share.astype(np.float32)[:, None, None]
    values = volume.values[below] * (1 - part) + volume.values[below + 1] * part
    regular = Grid(
        frame=grid.frame,
        shape=grid.shape,
        origin_mm=grid.origin_mm,
        spacing_mm=np.array([*grid.spacing_mm[:2], wanted[1]]),
        axes=grid.axes,
    )
    return Volume(grid=regular, values=values, modality=volume.modality)


def body_of(picture: Picture, level: Level) -> BoolArray:
    """Voxels of a level inside the largest solid of it and just around: no couch, no air but what tissue encloses."""
    edge = (
        BODY_HU
        if picture.is_ct
        else picture.window.low + FOREGROUND * (picture.window.high - picture.window.low)
    )
    unknown = ~np.isfinite(level.image)
    solid = (level.image > edge) & ~unknown
    opened = ndimage.binary_opening(solid, iterations=1) if min(solid.shape) > 4 else solid
    labels, count = ndimage.label(opened)
    if count == 0:
        return np.asarray(~unknown)
    largest = labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    filled = np.stack([ndimage.binary_fill_holes(plane) for plane in largest])
    body = np.asarray(ndimage.binary_dilation(filled, iterations=1) & ~unknown)
    masked = bool(unknown.any()) and body.sum() < LEAST_BODY * (~unknown).sum()
    return np.asarray(~unknown) if masked else body


def bones_of(level: Level) -> BoolArray:
    """Voxels of a CT's level in and next to bone."""
    return np.asarray(ndimage.binary_dilation(level.image > BONE_HU, iterations=2))


def spread_points(level: Level, density: FloatArray, count: int, seed: int) -> FloatArray:
    """``count`` points (n, 3) spread over the voxels of a level by their density, evenly drawn. [mm]"""
    rising = np.cumsum(density.ravel(), dtype=np.float64)
    draw = np.random.default_rng(seed)
    at = (np.arange(count) + draw.random(count)) / count * rising[-1]
    voxel = np.minimum(np.searchsorted(rising, at, side="right"), density.size - 1)
    k, j, i = np.unravel_index(voxel, density.shape)
    indices = np.stack([i, j, k], axis=1) + draw.uniform(-0.5, 0.5, (count, 3))
    points = level.grid.points_at(np.asarray(indices, dtype=np.float64))
    return np.ascontiguousarray(points)
