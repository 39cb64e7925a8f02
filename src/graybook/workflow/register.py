"""Register: two courses of a folder, or two plain images, come in; the alignment between them, with its quality, goes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from graybook.errors import InputError, UsageError
from graybook.files.alignment_thresholds import read_thresholds
from graybook.files.points import read_pairs, read_points
from graybook.geometry.arrays import FloatArray
from graybook.progress import Progress, silent
from graybook.record import Alignment, InputFile
from graybook.registration.automatic import automatic
from graybook.tables.alignment_thresholds import Thresholds
from graybook.workflow.alignment.images import hashed, images_pair
from graybook.workflow.alignment.pair import Pair
from graybook.workflow.alignment.points import inside
from graybook.workflow.registering.courses import courses_pair

__all__ = ["Extras", "Method", "Registration", "extras_of", "register_courses", "register_images"]

Method: TypeAlias = Literal["auto", "rigid", "local", "deformable"]

LATTICE = 12
"""Places along each axis of the fixed image at which it is asked whether the moving one reaches there."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Extras:
    """What goes with two images.

    Parameters
    ----------
    points_mm
        Points (n, 3) of the fixed image to be carried. [mm]
    landmarks
        Points of the fixed image and the same places in the moving one. [mm]
    thresholds
        A centre's limits for the verdicts; None for those of the tables.
    """

    points_mm: FloatArray | None = None
    landmarks: tuple[FloatArray, FloatArray] | None = None
    thresholds: Thresholds | None = None
    inputs: tuple[InputFile, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Registration:
    """What was asked, and what was found."""

    pair: Pair
    alignment: Alignment
    asked: Method
    thresholds: Thresholds | None = None


def extras_of(
    *, points: Path | None = None, landmarks: Path | None = None, thresholds: Path | None = None
) -> Extras:
    """What the files say, read before any image, so that a bad line costs nothing."""
    used = {"points": points, "landmarks": landmarks, "thresholds": thresholds}
    return Extras(
        points_mm=None if points is None else read_points(points),
        landmarks=None if landmarks is None else read_pairs(landmarks),
        thresholds=None if thresholds is None else read_thresholds(thresholds),
        inputs=tuple(hashed(path, use) for use, path in used.items() if path is not None),
    )


def register_courses(
    folder: Path,
    *,
    from_course: str,
    to_course: str,
    method: Method = "auto",
    around: str | None = None,
    extras: Extras | None = None,
    patient: str | None = None,
    names: Path | None = None,
    progress: Progress = silent,
) -> Registration:
    """Register two courses; parameters as of :func:`graybook.workflow.registering.courses.courses_pair`."""
    _check_method(method, around, "Name a structure of the --to course with --around.")
    pair = courses_pair(
        folder,
        from_course=from_course,
        to_course=to_course,
        around=around,
        patient=patient,
        names=names,
        progress=progress,
    )
    return _registered(pair, method, extras or Extras(), progress)


def register_images(
    fixed: Path,
    moving: Path,
    *,
    fixed_mask: Path | None = None,
    moving_mask: Path | None = None,
    method: Method = "auto",
    around: Path | None = None,
    extras: Extras | None = None,
    progress: Progress = silent,
) -> Registration:
    """Register two plain images; parameters as of :func:`graybook.workflow.alignment.images.images_pair`."""
    _check_method(method, around, "Name a mask on the fixed image's grid with --around.")
    pair = images_pair(
        fixed, moving, fixed_mask=fixed_mask, moving_mask=moving_mask, around=around, progress=progress
    )
    return _registered(pair, method, extras or Extras(), progress)


def _check_method(method: Method, around: object, remedy: str) -> None:
    if method == "local" and around is None:
        raise UsageError(
            "--method local aligns around something, and nothing is named.", value=method, remedy=remedy
        )


def _registered(pair: Pair, method: Method, extras: Extras, progress: Progress) -> Registration:
    pair = replace(
        pair,
        landmarks=extras.landmarks,
        points_mm=extras.points_mm,
        inputs=(*pair.inputs, *extras.inputs),
    )
    found = automatic(
        pair.fixed,
        pair.moving,
        method="local" if method == "auto" and pair.around is not None else method,
        around=pair.around,
        structures=pair.structures,
        landmarks=pair.landmarks,
        thresholds=extras.thresholds,
        progress=progress,
    )
    alignment = replace(found, source=("computed",))
    _check_overlap(pair, alignment)
    return Registration(pair=pair, alignment=alignment, asked=method, thresholds=extras.thresholds)


def _check_overlap(pair: Pair, alignment: Alignment) -> None:
    """No place of one image lies in the other: nothing was aligned, whatever the numbers say."""
    grid = pair.fixed.grid
    steps = [np.linspace(0.0, size - 1.0, min(size, LATTICE)) for size in grid.shape]
    z, y, x = np.meshgrid(*steps, indexing="ij")
    points = grid.points_at(np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1))
    moved = alignment.transform.extrapolated(points, frame=grid.frame)
    if not inside(pair.moving.grid, moved).any():
        raise InputError(
            "The two images were not found to share any region: no place of the fixed image lies in the moving one.",
            value="0 % covered",
            remedy="Check that both show the same part of the same person, and any masks given.",
        )
