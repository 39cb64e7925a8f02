"""Register, planes: two volumes and their alignment come in; three planes through the patient for the pictures go out.

Only the pixels of the planes are ever sampled: no volume is warped or copied.
"""

from __future__ import annotations

import numpy as np

from graybook.geometry import Grid
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.record import Alignment
from graybook.registration.volume import Volume
from graybook.report.alignment_material import AlignedPlane, AlignmentPictures
from graybook.workflow.alignment.pair import Pair
from graybook.workflow.alignment.points import error_mm_at

__all__ = ["planes_of"]

FINEST_MM, MOST_PIXELS = 1.0, 520
"""Pixel of the pictures, and how many along one axis at most. [mm]"""

AXES = {"axial": (0, 1, 2), "coronal": (0, 2, 1), "sagittal": (1, 2, 0)}
"""Horizontal, vertical and normal axis (x, y, z) of each plane."""

PLACES = 60
"""Voxels along each axis that are looked at for window and centre, about."""

AIR, LUNG, SOFT = -950.0, -500.0, (-160.0, 240.0)
WIDE = (-1000.0, 400.0)
LUNG_SHARE = 0.10
"""Share of lung among the voxels denser than air from which the window shows lung too. Display only."""


def planes_of(
    pair: Pair,
    alignment: Alignment,
    *,
    centre_mm: FloatArray | None = None,
    method: str = "",
    computed: bool = True,
) -> AlignmentPictures:
    """The planes through a point, else through the middle of the structure aligned around or of what both images show.

    ``method`` is what to call an alignment that was found and not ``computed``.
    """
    fixed_window, moving_window = _window(pair.fixed), _window(pair.moving)
    centre = _centre(pair, alignment, fixed_window) if centre_mm is None else centre_mm
    planes = tuple(_plane(name, centre, pair, alignment) for name in AXES)
    return AlignmentPictures(
        planes=planes,
        fixed_name=pair.fixed_name,
        moving_name=pair.moving_name,
        fixed_window=fixed_window,
        moving_window=moving_window,
        method=method or alignment.method,
        computed=computed,
    )


def sampled(volume: Volume, points_mm: FloatArray) -> FloatArray:
    """Trilinear values at points (n, 3), NaN outside the image."""
    from scipy import ndimage

    known: BoolArray = np.asarray(np.isfinite(points_mm).all(axis=1))
    indices = volume.grid.indices_of(np.where(known[:, None], points_mm, 0.0))
    values = ndimage.map_coordinates(
        volume.values, indices.T[::-1], output=np.float64, order=1, mode="constant", cval=np.nan
    )
    return np.where(known, values, np.nan)


def _coarse(volume: Volume) -> tuple[FloatArray, FloatArray]:
    """Some voxels on a coarse lattice, and where they lie (n, 3). [mm]"""
    steps = [np.arange(0, size, max(1, round(size / PLACES))) for size in volume.grid.shape]
    z, y, x = np.meshgrid(*steps, indexing="ij")
    points = volume.grid.points_at(np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1).astype(np.float64))
    return volume.values[z, y, x].ravel().astype(np.float64), points


def _window(volume: Volume) -> tuple[float, float]:
    """What is shown black and white: HU of soft tissue, or of lung too; else from the 1st to the 99.5th percentile."""
    values, _ = _coarse(volume)
    values = values[np.isfinite(values)]
    if volume.modality == "CT" or (volume.modality == "" and len(values) and values.min() < LUNG):
        tissue, lung = int((values > LUNG).sum()), int(((values > AIR) & (values <= LUNG)).sum())
        return WIDE if lung > LUNG_SHARE * max(1, tissue) else SOFT
    if not len(values):
        return 0.0, 1.0
    low, high = np.percentile(values, [1.0, 99.5])
    return float(low), float(max(high, low + 1e-6))


def _centre(pair: Pair, alignment: Alignment, window: tuple[float, float]) -> FloatArray:
    """A point (xyz) in the middle of what is to be looked at. [mm]"""
    if pair.around is not None and pair.around.any():
        indices = np.argwhere(pair.around)[:, ::-1].astype(np.float64)
        return np.asarray(pair.fixed.grid.points_at(indices).mean(axis=0))
    values, points = _coarse(pair.fixed)
    dense = values > window[0] + 0.3 * (window[1] - window[0])
    moved = alignment.transform.apply(points, frame=pair.fixed.grid.frame)
    both = dense & ~np.isnan(sampled(pair.moving, moved))
    chosen = both if both.any() else dense if dense.any() else np.ones(len(points), dtype=np.bool_)
    return np.asarray(np.median(points[chosen], axis=0))


def _plane(name: str, centre: FloatArray, pair: Pair, alignment: Alignment) -> AlignedPlane:
    across, down, normal = AXES[name]
    low, high = _extent(pair.fixed.grid)
    step = max(FINEST_MM, float((high - low).max()) / MOST_PIXELS)
    horizontal = np.arange(low[across], high[across] + step / 2.0, step)
    vertical = np.arange(low[down], high[down] + step / 2.0, step)
    x, y = np.meshgrid(horizontal, vertical)
    points = np.empty((x.size, 3))
    points[:, across], points[:, down], points[:, normal] = x.ravel(), y.ravel(), centre[normal]
    moved = alignment.transform.apply(points, frame=pair.fixed.grid.frame)
    quality = alignment.quality
    has_error = quality is not None and quality.error_mm is not None
    return AlignedPlane(
        name=name,
        position_mm=float(centre[normal]),
        horizontal_mm=horizontal,
        vertical_mm=vertical,
        fixed=sampled(pair.fixed, points).reshape(x.shape),
        moved=sampled(pair.moving, moved).reshape(x.shape),
        volume_ratio=alignment.transform.volume_ratios(points).reshape(x.shape),
        error_mm=error_mm_at(pair, alignment, points, moved).reshape(x.shape) if has_error else None,
    )


def _extent(grid: Grid) -> tuple[FloatArray, FloatArray]:
    nz, ny, nx = grid.shape
    corners = [[x, y, z] for x in (0, nx - 1) for y in (0, ny - 1) for z in (0, nz - 1)]
    points = grid.points_at(np.array(corners, dtype=np.float64))
    return points.min(axis=0), points.max(axis=0)
