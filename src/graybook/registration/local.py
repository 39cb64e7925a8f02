"""Local: two images, one structure or vertebra and a start come in; the rigid transform that fits there goes out."""

from __future__ import annotations

import numpy as np

from graybook.errors import FrameMismatch, UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.transform import Affine
from graybook.progress import Progress, silent
from graybook.registration.registered import Registered
from graybook.registration.rigid import SEED, Pair, descended, orthonormal
from graybook.registration.rigid_levels import Picture, Window, bones_of, pictures
from graybook.registration.rigid_region import cut, nearness
from graybook.registration.rigid_search import apart, scorer
from graybook.registration.rigid_search import around as neighbours
from graybook.registration.volume import Volume

__all__ = ["local"]

LEVELS = ((4.0, 6000, 4), (2.0, 16_000, 2), (1.0, 32_000, 1))
"""Voxels [mm], points compared, and starts carried that far."""

SEARCH_POINTS = 1500
"""Compared in the search about the start."""

STEP_MM, STEP_DEG = 6.0, 5.0
"""Shifts and turns tried about the start. [mm], [degree]"""

BONE_WEIGHT = 4.0
"""Of a place in or next to bone, against soft tissue as near to the structure, when both images are CT."""

ROOM_MM = 30.0
"""Of the moving image around where the start puts the region. [mm]"""


def local(
    fixed: Volume,
    moving: Volume,
    *,
    around: BoolArray,
    start: Affine,
    margin_mm: float = 20.0,
    progress: Progress = silent,
) -> Registered:
    """
    The turn and shift that fits one structure, or one vertebra, and its neighbourhood.

    What cord reirradiation needs: the spine bends between two courses, and a transform of the whole body fits no vertebra. The
    result holds near the structure and nowhere else.

    Parameters
    ----------
    fixed, moving
        Today's image and the earlier one.
    around
        Voxels of the fixed image, zyx.
    start
        From the fixed image's frame to the moving one's: a :func:`~graybook.registration.rigid.rigid` of the whole body.
    margin_mm
        How far from the structure the images are compared, with falling weight. [mm]
    progress
        Told of every level.

    Returns
    -------
    The transform; ``similarity`` as of :func:`~graybook.registration.rigid.rigid`, in this region. No result is less alike than
    the start: then the start is given back.
    """
    _checked(fixed, moving, around, start)
    points = fixed.grid.points_at(np.argwhere(around)[:, ::-1].astype(np.float64))
    pair = _pair(fixed, moving, around, points, start, margin_mm)
    level, few = pair.sought(LEVELS[0][0], SEARCH_POINTS)
    score = scorer(level, few, pair.window)
    tried = neighbours([start.matrix], few, score, progress, step_mm=STEP_MM, step_deg=STEP_DEG)
    candidates = apart(tried, few, count=LEVELS[0][2], least_mm=3.0)
    for spacing, count, keep in LEVELS:
        level, sought = pair.sought(spacing, count)
        candidates = descended(pair, level, sought, candidates[:keep], progress, spacing)
    matrix = candidates[0].matrix
    level, sought = pair.sought(*LEVELS[1][:2])
    if pair.worth(level, sought, matrix) < pair.worth(level, sought, start.matrix):
        matrix = start.matrix
    likeness = pair.likeness(level, sought, matrix)
    return Registered(
        transform=Affine(from_frame=fixed.grid.frame, to_frame=moving.grid.frame, matrix=orthonormal(matrix)),
        method="local",
        similarity=likeness.value,
        settings={
            "measure": "correlation" if pair.linear else "mutual information",
            "margin_mm": margin_mm,
            "overlap": round(likeness.inside, 6),
            "seed": SEED,
        },
    )


def _checked(fixed: Volume, moving: Volume, around: BoolArray, start: Affine) -> None:
    if around.shape != fixed.grid.shape or not around.any():
        raise UsageError(
            "A local registration needs some voxels of the fixed image to fit.",
            value=(around.shape, int(around.sum())),
            remedy="Give a structure that lies in the fixed image.",
        )
    if (start.from_frame, start.to_frame) != (fixed.grid.frame, moving.grid.frame):
        raise FrameMismatch(
            "The start of a local registration must lead from the fixed image's frame to the moving one's.",
            value=(start.from_frame, start.to_frame),
            remedy="Give the inverse, or register the whole images first.",
        )


def _pair(
    fixed: Volume, moving: Volume, around: BoolArray, points: FloatArray, start: Affine, margin_mm: float
) -> Pair:
    one, two = pictures(fixed, moving)
    there = start.apply(points, frame=start.from_frame)
    near = cut(one.volume, points, margin_mm=margin_mm)
    far = cut(two.volume, there, margin_mm=margin_mm + ROOM_MM)
    linear = one.is_ct and two.is_ct
    sampled = Picture(volume=near, window=one.window if linear else _contrast(near), is_ct=one.is_ct)
    other = Picture(volume=far, window=two.window if linear else _contrast(far), is_ct=two.is_ct)
    level = sampled.level(2.0)
    marked = _marked(level.grid.indices_of(points), level.image.shape)
    density = nearness(level.grid, marked, margin_mm=margin_mm) * np.isfinite(level.image)
    if linear:
        density = np.where(bones_of(level), BONE_WEIGHT * density, density)
    return Pair(sampled=sampled, other=other, density=density, map_level=level, swapped=False)


def _marked(indices: FloatArray, shape: tuple[int, ...]) -> BoolArray:
    """Voxels of a level in which a marked point lies."""
    marked = np.zeros(shape, dtype=np.bool_)
    nearest = np.clip(np.rint(indices).astype(np.int64), 0, np.array(shape[::-1]) - 1)
    marked[nearest[:, 2], nearest[:, 1], nearest[:, 0]] = True
    return marked


def _contrast(volume: Volume) -> Window:
    """Between all but the lowest and highest values of a part of an image."""
    known = volume.values[np.isfinite(volume.values)]
    low, high = (float(v) for v in np.percentile(known, [1.0, 99.0])) if len(known) else (0.0, 0.0)
    return Window(low, high if high > low else low + 1.0)
