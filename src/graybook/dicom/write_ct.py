"""Written CT: a grid and its HU come in, one axial CT Image file per slice goes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from graybook.dicom.marks import uid_from
from graybook.dicom.write_header import NOON, SeriesHeader, day_text, decimal, decimals, header_dataset, save
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid

__all__ = ["ct_slice_dataset", "ct_slice_uid", "write_ct"]

RESCALE_INTERCEPT = -1024


def ct_slice_uid(series_uid: str, index: int) -> str:
    """SOP Instance UID of slice ``index`` (0 at the lowest z) of a written series."""
    return uid_from("ct", series_uid, str(index))


def ct_slice_dataset(header: SeriesHeader, *, grid: Grid, hu: FloatArray, index: int) -> Dataset:
    """One axial slice, head first supine; ``hu`` holds rows x columns. [HU]"""
    ds = header_dataset(
        header, sop_class=CTImageStorage, uid=ct_slice_uid(header.series_uid, index), modality="CT"
    )
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.AcquisitionDate = ds.ContentDate = day_text(header.day)
    ds.AcquisitionTime = ds.ContentTime = NOON
    ds.AcquisitionNumber = 1
    ds.InstanceNumber = index + 1
    ds.PatientPosition = "HFS"
    ds.BodyPartExamined = "CHEST"
    ds.KVP = "120"
    ds.SliceThickness = decimal(grid.spacing_mm[2])
    position = grid.points_at(np.array([[0.0, 0.0, float(index)]]))[0]
    ds.ImagePositionPatient = decimals(position)
    ds.ImageOrientationPatient = decimals(grid.axes.T[:2])
    ds.SliceLocation = decimal(position[2])
    ds.PixelSpacing = decimals([grid.spacing_mm[1], grid.spacing_mm[0]])
    _add_pixels(ds, hu)
    return ds


def _add_pixels(ds: Dataset, hu: FloatArray) -> None:
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = hu.shape
    ds.BitsAllocated = 16
    ds.BitsStored = 12
    ds.HighBit = 11
    ds.PixelRepresentation = 0
    ds.WindowCenter = "40"
    ds.WindowWidth = "400"
    ds.RescaleIntercept = str(RESCALE_INTERCEPT)
    ds.RescaleSlope = "1"
    ds.RescaleType = "HU"
    stored = np.clip(np.rint(hu) - RESCALE_INTERCEPT, 0, 4095).astype("<u2")
    ds.PixelData = stored.tobytes()
    ds["PixelData"].VR = "OW"


def write_ct(folder: Path, *, header: SeriesHeader, grid: Grid, hu: FloatArray) -> tuple[str, ...]:
    """Write ``hu`` (zyx) as axial slices ``CT_0001.dcm`` … in ``folder``; gives their SOP Instance UIDs. [HU]"""
    if hu.shape != grid.shape or np.abs(grid.axes - np.eye(3)).max() > 1e-6:
        raise UsageError(
            "A CT is written on an axial grid of its own shape.",
            value=(hu.shape, grid.shape, grid.axes.tolist()),
            remedy="Give axes that are the identity and voxels of the grid's shape.",
        )
    return tuple(
        save(
            ct_slice_dataset(header, grid=grid, hu=hu[index], index=index), folder / f"CT_{index + 1:04d}.dcm"
        )
        for index in range(grid.shape[0])
    )
