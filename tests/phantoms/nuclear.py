"""A therapy with 177Lu comes out as files of known activity: SPECT four times, PET once, a dose report, a segmentation."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from graybook.dicom.activity_facts import Camera, EnergyWindow
from graybook.dicom.nuclide_codes import Code
from graybook.dicom.write_header import SeriesHeader, decimal, decimals, header_dataset, save
from graybook.dicom.write_items import add_moment, code_item
from graybook.dicom.write_rrdsr import WrittenAdministration, write_rrdsr
from graybook.dicom.write_seg import WrittenSegment, write_seg
from graybook.dicom.write_spect import SpectScan, write_spect
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.grid import Grid
from graybook.record.person import Identity, Person

__all__ = ["BACKGROUND_BQ_ML", "GRID", "KIDNEY_MBQ", "STARTED", "WASHOUT_H", "kidney", "write_therapy"]

FRAME = "1.2.826.0.1.3680043.8.498.1"
GRID = Grid(
    frame=FRAME,
    shape=(8, 12, 12),
    origin_mm=np.array([-26.4, -26.4, -16.8]),
    spacing_mm=np.full(3, 4.8),
    axes=np.eye(3),
)
STARTED = datetime(2024, 12, 30, 22, 30, tzinfo=UTC)
HOURS = (4.0, 24.0, 72.0, 120.0)
PET_HOURS = 96.0
HALF_LIFE_S = 574300.8
"""Physical, of 177Lu (ICRP 107). [s]"""
WASHOUT_H = 50.0
"""Effective half-life. [h]"""
KIDNEY_MBQ = 100.0
"""At the start of the administration. [MBq]"""
BACKGROUND_BQ_ML = 500.0
PET_STORAGE = "1.2.840.10008.5.1.4.1.1.128"
PERSON = Person(
    identities=(Identity(value="NUC1"),), name="Nuclear^Phantom", birth_date=date(1955, 5, 5), sex="F"
)


def kidney() -> BoolArray:
    """The voxels of the one organ."""
    mask = np.zeros(GRID.shape, dtype=np.bool_)
    mask[2:6, 3:9, 3:8] = True
    return mask


def bq_per_ml(hours: float) -> FloatArray:
    """Activity concentration so long after the administration."""
    inside = kidney()
    volume_ml = float(inside.sum()) * GRID.voxel_cm3
    organ = 1e6 * KIDNEY_MBQ * 0.5 ** (hours / WASHOUT_H) / volume_ml
    return np.where(inside, organ, BACKGROUND_BQ_ML)


def header(name: str, day: date, frame: str = FRAME) -> SeriesHeader:
    """A series of its own in the study of its day."""
    number = sum(ord(letter) for letter in name)
    return SeriesHeader(
        person=PERSON,
        study_uid=f"1.2.826.0.1.3680043.8.498.2.{day:%Y%m%d}",
        series_uid=f"1.2.826.0.1.3680043.8.498.3.{number}",
        day=day,
        frame=frame,
        series_description=name,
    )


def write_therapy(folder: Path) -> Path:
    """The files of one cycle; gives the folder."""
    for hours in HOURS:
        began = STARTED + timedelta(hours=hours)
        scan = SpectScan(
            began=began,
            duration_s=1200.0,
            nuclide="Lu-177",
            agent="DOTATATE",
            half_life_s=HALF_LIFE_S,
            administered=STARTED,
            administered_mbq=7400.0,
            camera=Camera(manufacturer="Maker", model="Two heads", serial="77"),
            energy_windows=(EnergyWindow(name="208", lower_kev=187.2, upper_kev=228.8),),
        )
        name = f"NM_{hours:03.0f}h"
        write_spect(
            folder / f"{name}.dcm",
            header=header(name, began.date()),
            uid=f"1.2.826.0.1.3680043.8.498.4.{hours:.0f}",
            grid=GRID,
            bq_per_ml=bq_per_ml(hours),
            scan=scan,
        )
    _write_pet(folder)
    given = WrittenAdministration(
        nuclide="Lu-177",
        agent="Lutetium^177^ DOTATATE",
        half_life_s=HALF_LIFE_S,
        started=STARTED,
        activity_mbq=7400.0,
        before_mbq=7450.0,
        after_mbq=50.0,
        uid="1.2.826.0.1.3680043.8.498.5",
    )
    write_rrdsr(
        folder / "SR.dcm",
        header=header("report", STARTED.date(), frame=""),
        uid="1.2.826.0.1.3680043.8.498.6",
        given=given,
    )
    write_seg(
        folder / "SEG.dcm",
        header=header("segments", STARTED.date()),
        uid="1.2.826.0.1.3680043.8.498.7",
        grid=GRID,
        segments=[WrittenSegment(label="Kidney_L", mask=kidney(), kind=Code("64033007", "SCT", "Kidney"))],
    )
    return folder


def _write_pet(folder: Path) -> None:
    """The same as PET, slice by slice, each with its own slope."""
    began = STARTED + timedelta(hours=PET_HOURS)
    values = bq_per_ml(PET_HOURS)
    for plane, each in enumerate(values):
        slope = float(each.max()) / 32767
        ds = header_dataset(
            header("PT_096h", began.date()),
            sop_class=PET_STORAGE,
            uid=f"1.2.826.0.1.3680043.8.498.8.{plane}",
            modality="PT",
        )
        ds.ImageType = ["ORIGINAL", "PRIMARY"]
        ds.TimezoneOffsetFromUTC = "+0000"
        ds.SeriesDate = ds.AcquisitionDate = began.strftime("%Y%m%d")
        ds.SeriesTime = ds.AcquisitionTime = began.strftime("%H%M%S")
        ds.Units, ds.DecayCorrection, ds.CorrectedImage = "BQML", "START", ["DECY", "ATTN", "SCAT", "RAN"]
        ds.SeriesType = ["STATIC", "IMAGE"]
        ds.ActualFrameDuration, ds.FrameReferenceTime = "1200000", "600000"
        ds.ImagePositionPatient = decimals(GRID.points_at(np.array([[0.0, 0.0, float(plane)]]))[0])
        ds.ImageOrientationPatient, ds.PixelSpacing = [1, 0, 0, 0, 1, 0], decimals([4.8, 4.8])
        ds.SliceThickness, ds.PatientPosition = decimal(4.8), "HFS"
        ds.RadiopharmaceuticalInformationSequence = [_drug()]
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.Rows, ds.Columns = each.shape
        ds.BitsAllocated = ds.BitsStored = 16
        ds.HighBit, ds.PixelRepresentation = 15, 1
        ds.RescaleSlope, ds.RescaleIntercept = decimal(slope), "0"
        ds.PixelData = np.rint(each / float(ds.RescaleSlope)).astype("<i2").tobytes()
        ds["PixelData"].VR = "OW"
        save(ds, folder / f"PT_{plane}.dcm")


def _drug() -> Dataset:
    item = Dataset()
    item.Radiopharmaceutical = "DOTATATE"
    item.RadionuclideTotalDose, item.RadionuclideHalfLife = "7400000000", decimal(HALF_LIFE_S)
    item.RadionuclideCodeSequence = [code_item(Code("447553000", "SCT", "^177^Lutetium"))]
    add_moment(item, "RadiopharmaceuticalStartDateTime", STARTED, like=STARTED)
    return item
