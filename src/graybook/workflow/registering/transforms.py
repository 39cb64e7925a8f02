"""Register, transforms: a found transform comes in; ITK files, a displacement field and a DICOM registration are written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

import graybook
from graybook.dicom.marks import MANUFACTURER, uid_from
from graybook.dicom.write_deformable import write_deformable
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_registration import WrittenImages, write_registration
from graybook.files.transforms import write_displacement_field, write_transform
from graybook.geometry import Affine, Displacement, Grid
from graybook.geometry.transform import Transform
from graybook.progress import Progress, silent
from graybook.workflow.alignment.pair import CourseSide, Pair
from graybook.workflow.registering.giving_back import UNDATED

__all__ = ["DICOM", "FIELD", "LINEAR", "SPLINE", "even_grid", "series_header", "write_transforms"]

LINEAR, SPLINE, FIELD, DICOM = "transform.tfm", "transform.h5", "displacement.mha", "registration.dcm"
"""Names of the files: a rigid transform as text, a deformable one, its vectors as an image, the DICOM object."""

LINEAR_STEP_MM = 10.0
"""Distance of the vectors of a rigid transform, which is linear between them: nothing is lost. [mm]"""

STEP_MM = 2.0
"""Least distance of the vectors where a deformation has no even grid of its own. [mm]"""

DESCRIPTION = "Computed, not approved"


def write_transforms(
    transform: Transform, pair: Pair, folder: Path, *, method: str, progress: Progress = silent
) -> None:
    """Write the transform into a folder in every form it has."""
    if isinstance(transform, Affine):
        write_transform(transform, folder / LINEAR)
        grid = even_grid(pair.fixed.grid, LINEAR_STEP_MM)
        write_displacement_field(transform, grid, folder / FIELD, progress=progress)
        kept: Affine | Displacement = transform
    else:
        kept = _on_even_nodes(transform, pair, progress)
        progress("transform", 0.3)
        write_transform(kept, folder / SPLINE)
        progress("transform", 0.6)
        write_displacement_field(kept, None, folder / FIELD)
    progress("transform", 0.8)
    if pair.fixed_side is not None and pair.moving_side is not None:
        _write_dicom(kept, pair, pair.fixed_side, pair.moving_side, folder / DICOM, method)


def _on_even_nodes(transform: Transform, pair: Pair, progress: Progress) -> Displacement:
    if isinstance(transform, Displacement):
        grid = transform.grid
        if grid.planes_mm is None and grid.is_orthonormal:
            return transform
    return Displacement.sampled(transform, even_grid(pair.fixed.grid, STEP_MM), progress=progress)


def even_grid(grid: Grid, least_mm: float) -> Grid:
    """An even grid with axes at right angles over the same place, steps of at least ``least_mm`` wherever voxels are finer."""
    nz, ny, nx = grid.shape
    corners = np.array(
        [[x, y, z] for x in (0, nx - 1) for y in (0, ny - 1) for z in (0, nz - 1)], dtype=float
    )
    x, y = grid.axes[:, 0], grid.axes[:, 1]
    axes = np.stack([x, y, np.cross(x, y)], axis=1)
    axes[:, 2] *= np.sign(axes[:, 2] @ grid.axes[:, 2])
    along = (grid.points_at(corners) - grid.origin_mm) @ axes
    low, size = along.min(axis=0), np.ptp(along, axis=0)
    steps = np.maximum(least_mm, grid.spacing_mm)
    counts = np.maximum(2, np.ceil(size / steps - 1e-6).astype(int) + 1)
    spacing = np.where(size > 0.0, size / (counts - 1), steps)
    return Grid(
        frame=grid.frame,
        shape=(int(counts[2]), int(counts[1]), int(counts[0])),
        origin_mm=grid.origin_mm + axes @ low,
        spacing_mm=spacing,
        axes=axes,
    )


def series_header(pair: Pair, side: CourseSide, *, kind: str, description: str) -> SeriesHeader:
    """The header of an object in the study of the course that is carried onto."""
    if pair.person is None or pair.moving_side is None:
        raise ValueError("plain images have no DICOM header")  # no caller asks
    first = side.slices[0].header
    day: date | None = side.course.start_date or first.date
    return SeriesHeader(
        person=pair.person,
        study_uid=first.study_uid,
        series_uid=uid_from("graybook", kind, side.image.series_uid, pair.moving_side.image.series_uid),
        day=day or UNDATED,
        frame=side.image.grid.frame,
        series_description=description,
        manufacturer=MANUFACTURER,
        model="Graybook",
        software=graybook.__version__,
    )


def _write_dicom(
    transform: Affine | Displacement,
    pair: Pair,
    fixed: CourseSide,
    moving: CourseSide,
    path: Path,
    method: str,
) -> None:
    """A Spatial Registration maps source to registered, the inverse of ours; a deformable one registered to source, as ours."""
    header = series_header(pair, fixed, kind=f"registration {method}", description=DESCRIPTION)
    ours, theirs = _images(fixed), _images(moving)
    if isinstance(transform, Displacement):
        write_deformable(
            path,
            header=header,
            transform=transform,
            registered_images=ours,
            source_images=theirs,
            description=DESCRIPTION,
        )
        return
    numbers = " ".join(f"{number:.9g}" for number in transform.matrix.ravel())
    write_registration(
        path,
        header=header,
        uid=uid_from("graybook", "registration", header.series_uid, numbers),
        transform=transform.inverse(),
        registered_images=ours,
        source_images=theirs,
        description=DESCRIPTION,
    )


def _images(side: CourseSide) -> WrittenImages | None:
    """The slices of an image by their UIDs; none when they are not of one kind."""
    headers = [one.header for one in side.slices]
    kinds = {one.sop_class_uid for one in headers}
    if len(kinds) != 1 or "" in kinds:
        return None
    uids = [one.sop_instance_uid for one in headers]
    return WrittenImages(headers[0].study_uid, headers[0].series_uid, uids, headers[0].sop_class_uid)
