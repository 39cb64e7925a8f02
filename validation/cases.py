"""Cases: contour stacks and a dose on a grid come in; the DICOM files every program reads go out.

The CT that some programs rasterise on has pixels of 0.6 mm (Pepin 2022) and the slices of the contours; it holds 0 HU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from graybook.dicom.marks import uid_from
from graybook.dicom.write_ct import ct_slice_uid, write_ct
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_rtdose import WrittenDose, write_rtdose
from graybook.dicom.write_rtstruct import WrittenRoi, write_rtstruct
from graybook.dvh.bodies import Dose
from graybook.geometry import ContourStack, Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.record.person import Identity, Person

__all__ = ["FRAME", "Case", "dose_grid", "planes_mm", "stored", "written"]

FRAME = uid_from("validation", "frame")
DAY = date(2026, 1, 5)
CT_PIXEL_MM = 0.6


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One dose and the structures in it.

    Parameters
    ----------
    name
        Unique in its part.
    stacks
        Contours by structure name.
    field
        The dose as stored. [Gy]
    slice_mm
        Slice spacing of the contours and the CT. [mm]
    reach_mm
        The CT reaches at least this far from the origin on every side. [mm]
    curve_gy
        Doses at which the volume is asked of every structure. [Gy]
    """

    name: str
    stacks: Mapping[str, ContourStack]
    field: GridField
    slice_mm: float
    reach_mm: float
    curve_gy: FloatArray

    @cached_property
    def ct_name(self) -> str:
        """One CT serves all cases of a slice spacing and size."""
        return f"ct-{self.slice_mm:g}-{self.reach_mm:g}"


def planes_mm(slice_mm: float, reach_mm: float) -> FloatArray:
    """Planes at whole multiples of the spacing. [mm]"""
    count = int(np.ceil(reach_mm / slice_mm))
    return np.arange(-count, count + 1) * slice_mm


def dose_grid(spacing_mm: tuple[float, float, float], reach_mm: float) -> Grid:
    """A grid with a voxel's centre in the origin; spacing x, y, z. [mm]"""
    counts = [int(np.ceil(reach_mm / step)) for step in spacing_mm]
    nx, ny, nz = (2 * count + 1 for count in counts)
    return Grid(
        frame=FRAME,
        shape=(nz, ny, nx),
        origin_mm=-np.array(counts) * np.array(spacing_mm),
        spacing_mm=np.array(spacing_mm),
        axes=np.eye(3),
    )


def stored(dose: Dose, grid: Grid) -> GridField:
    """The dose at the voxels' centres; below 0 a file holds 0. [Gy]"""
    values = np.maximum(dose.at(grid.centres()), 0.0).reshape(grid.shape)
    return GridField(grid=grid, values=values)


def written(case: Case, folder: Path) -> dict[str, Any]:
    """Write a case below the folder; gives what a program must be told to read it."""
    study = uid_from("validation", "study")
    person = Person(identities=(Identity(value="PHANTOM", issuer="validation"),), name="Phantom^Closed forms")
    header = SeriesHeader(
        person=person, study_uid=study, series_uid=uid_from(case.ct_name), day=DAY, frame=FRAME
    )
    planes = planes_mm(case.slice_mm, case.reach_mm)
    ct, home = folder / case.ct_name, folder / case.name
    half = int(np.ceil(case.reach_mm / CT_PIXEL_MM))
    grid = Grid(
        frame=FRAME,
        shape=(len(planes), 2 * half + 1, 2 * half + 1),
        origin_mm=np.array([-half * CT_PIXEL_MM, -half * CT_PIXEL_MM, planes[0]]),
        spacing_mm=np.array([CT_PIXEL_MM, CT_PIXEL_MM, case.slice_mm]),
        axes=np.eye(3),
    )
    if not ct.exists():
        ct.mkdir(parents=True)
        write_ct(ct, header=header, grid=grid, hu=np.zeros(grid.shape))
    home.mkdir(parents=True)
    _write_objects(case, header, home)
    return {
        "name": case.name,
        "ct": str(ct),
        "rtstruct": str(home / "rs.dcm"),
        "rtdose": str(home / "rd.dcm"),
        "rois": {name: number for number, name in enumerate(case.stacks, start=1)},
        "curve_gy": [round(float(dose), 6) for dose in case.curve_gy],
    }


def _write_objects(case: Case, header: SeriesHeader, home: Path) -> None:
    planes = planes_mm(case.slice_mm, case.reach_mm)
    slices = {float(z): ct_slice_uid(header.series_uid, index) for index, z in enumerate(planes)}
    rois = [
        WrittenRoi(number=number, name=name, polygons=stack.polygons)
        for number, (name, stack) in enumerate(case.stacks.items(), start=1)
    ]
    structure_set = write_rtstruct(
        home / "rs.dcm",
        header=header.in_series(uid_from("rs", case.name)),
        uid=uid_from("rs", case.name, "1"),
        label="PHANTOM",
        rois=rois,
        image_series_uid=header.series_uid,
        image_uids=slices,
    )
    dose = WrittenDose(
        uid=uid_from("rd", case.name, "1"),
        grid=case.field.grid,
        values_gy=case.field.values,
        structure_set_uid=structure_set,
        bits=32,
    )
    write_rtdose(home / "rd.dcm", header=header.in_series(uid_from("rd", case.name)), dose=dose)
