"""Background grid: the reference course comes in; the voxels that files for a planning system have, those of its CT, go out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from graybook.errors import InputError, UsageError
from graybook.geometry import Grid
from graybook.record import Finding
from graybook.report.background_result import GeometryResult
from graybook.workflow.alignment.course_registration import images_to_align
from graybook.workflow.organs.samples import Setting
from graybook.workflow.person.illustrations import reference_grid

__all__ = ["FileGrid", "coarser", "file_grid"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FileGrid:
    """The voxels of every file, where they come from, and what is to be said of that."""

    grid: Grid
    result: GeometryResult
    series_uid: str = ""
    findings: tuple[Finding, ...] = ()


def file_grid(setting: Setting, spacing_mm: float | None = None) -> FileGrid:
    """
    The voxels of the reference course's CT; those of its dose where it has no CT that an RT Dose can be laid on.

    Parameters
    ----------
    setting
        With the reference course, also when it is only proposed.
    spacing_mm
        Coarser in-plane spacing; None for the CT's own. [mm]

    Raises
    ------
    graybook.errors.InputError
        Neither image nor dose.
    """
    images = images_to_align(setting.reference)
    image = next(iter(images), None)
    findings = []
    if image is not None and image.grid.is_orthonormal:
        return _of(image.grid, spacing_mm, series_uid=image.series_uid)
    code = "background_no_ct" if image is None else "background_ct_leans"
    findings.append(
        Finding(code=code, subject=setting.reference.id, params={"course": setting.reference.label})
    )
    grid = reference_grid(setting)
    if grid is None or not grid.is_orthonormal:
        raise InputError(
            "The reference course has neither a CT nor a dose on whose voxels a dose can be written.",
            value=setting.reference.label,
            remedy="Add the planning CT to FOLDER, or name the course it belongs to with --reference.",
        )
    return _of(grid, spacing_mm, findings=tuple(findings))


def coarser(grid: Grid, spacing_mm: float) -> Grid:
    """
    A grid with fewer voxels in its planes, from the same first to the same last centre.

    Its spacing is the largest that divides the extent and does not exceed ``spacing_mm``; never finer than the grid's own.

    Examples
    --------
    >>> ct = Grid(frame="F", shape=(2, 5, 11), origin_mm=np.zeros(3), spacing_mm=np.ones(3), axes=np.eye(3))
    >>> found = coarser(ct, 3.0)
    >>> found.shape, found.spacing_mm.tolist()
    ((2, 3, 5), [2.5, 2.0, 1.0])
    """
    if not 0 < spacing_mm < np.inf:
        raise UsageError("A spacing must be above 0.", value=spacing_mm, remedy="Give --spacing-mm in mm.")
    nz, ny, nx = grid.shape
    extents = grid.spacing_mm[:2] * [nx - 1, ny - 1]
    steps = np.ceil(extents / spacing_mm - 1e-9).astype(int)
    counts = [min(n, max(int(k), 1) + 1) for n, k in zip((nx, ny), steps, strict=True)]
    in_plane = [
        e / (n - 1) if n > 1 else s for e, n, s in zip(extents, counts, grid.spacing_mm[:2], strict=True)
    ]
    return replace(
        grid,
        shape=(nz, counts[1], counts[0]),
        spacing_mm=np.array([*in_plane, grid.spacing_mm[2]]),
    )


def _of(
    grid: Grid, spacing_mm: float | None, *, series_uid: str = "", findings: tuple[Finding, ...] = ()
) -> FileGrid:
    used = grid if spacing_mm is None else coarser(grid, spacing_mm)
    x, y, z = (float(one) for one in used.spacing_mm)
    first, second, third = (float(one) for one in used.origin_mm)
    return FileGrid(
        grid=used,
        series_uid=series_uid,
        findings=findings,
        result=GeometryResult(
            of="planning CT" if series_uid else "reference dose grid",
            frame=used.frame,
            series_uid=series_uid,
            shape_zyx=used.shape,
            spacing_mm=(x, y, z),
            origin_mm=(first, second, third),
            orientation=tuple(float(one) for one in used.axes.T[:2].ravel()),
            uneven_planes=used.planes_mm is not None,
            coarsened=used.shape != grid.shape,
        ),
    )
