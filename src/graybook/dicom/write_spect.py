"""Written SPECT: a grid, its activity concentration and how it was taken come in, one reconstructed NM Image goes out.

Its voxels carry no rescaling: what they mean stands in a Real World Value Mapping in Bq/ml, as quantitative SPECT is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import NuclearMedicineImageStorage

from graybook.dicom.activity_facts import Camera, EnergyWindow
from graybook.dicom.nuclide_codes import Code, nuclide_code
from graybook.dicom.write_header import SeriesHeader, decimal, decimals, header_dataset, save
from graybook.dicom.write_items import add_moment, code_item
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid

__all__ = ["SpectScan", "spect_dataset", "write_spect"]

VIEWS = 60
"""Views of the one rotation, each of an equal share of the time."""
MOST_STORED = 65535
SLICE_VECTOR = Tag("SliceVector")


@dataclass(frozen=True, kw_only=True)
class SpectScan:
    """How a SPECT was taken.

    Parameters
    ----------
    began
        Start of the acquisition; with its offset from UTC, all times of the file are written in that.
    duration_s
        Its length. [s]
    nuclide, agent
        As "Lu-177", "DOTATATE".
    half_life_s
        Physical half-life. [s]
    administered, administered_mbq
        Start of the administration, and the activity given then. [MBq]
    decay_correction
        START, ADMIN or NONE; empty writes nothing, as NM images do.
    camera, energy_windows
        What took it.
    """

    began: datetime
    duration_s: float
    nuclide: str
    agent: str = ""
    half_life_s: float | None = None
    administered: datetime | None = None
    administered_mbq: float | None = None
    decay_correction: str = "START"
    camera: Camera = field(default_factory=Camera)
    energy_windows: tuple[EnergyWindow, ...] = ()


def spect_dataset(
    header: SeriesHeader, *, uid: str, grid: Grid, bq_per_ml: FloatArray, scan: SpectScan
) -> Dataset:
    """A reconstructed tomographic NM Image of ``bq_per_ml`` (zyx) on ``grid``; the slices follow each other along the normal.

    Stored values are whole numbers of max / 65535: no voxel is off by more than half of that.
    """
    row, column, normal = grid.axes.T
    if (
        bq_per_ml.shape != grid.shape
        or grid.planes_mm is not None
        or not np.allclose(np.cross(row, column), normal)
    ):
        raise UsageError(
            "A SPECT is written on an even, right-handed grid of its own shape.",
            value=(bq_per_ml.shape, grid.shape, grid.axes.tolist()),
            remedy="Resample it onto such a grid first.",
        )
    lowest, highest = float(np.min(bq_per_ml)), float(np.max(bq_per_ml))
    if not (np.isfinite(highest) and lowest >= 0.0):
        raise UsageError(
            "An activity concentration is a number, not below 0 Bq/ml.",
            value=(lowest, highest),
            remedy="Give finite values of at least 0.",
        )
    ds = header_dataset(header, sop_class=NuclearMedicineImageStorage, uid=uid, modality="NM")
    ds.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]
    ds.InstanceNumber = 1
    ds.CountsAccumulated = None
    _add_times(ds, scan)
    _add_equipment(ds, scan)
    _add_frames(ds, grid)
    slope = highest / MOST_STORED if highest > 0.0 else 1.0
    _add_pixels(ds, np.rint(bq_per_ml / slope))
    ds.RealWorldValueMappingSequence = [_mapping(slope)]
    ds.RadiopharmaceuticalInformationSequence = [_given(scan)]
    return ds


def _add_times(ds: Dataset, scan: SpectScan) -> None:
    offset = scan.began.strftime("%z")
    if offset:
        ds.TimezoneOffsetFromUTC = offset[:5]
    ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = scan.began.strftime("%Y%m%d")
    ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = scan.began.strftime("%H%M%S.%f")
    if scan.decay_correction:
        ds.DecayCorrection = scan.decay_correction
    ds.CorrectedImage = ["ATTN", "SCAT", *(["DECY"] if scan.decay_correction in ("START", "ADMIN") else [])]
    rotation = Dataset()
    rotation.StartAngle = "0"
    rotation.AngularStep = decimal(360 / VIEWS)
    rotation.RotationDirection = "CW"
    rotation.ScanArc = "360"
    rotation.ActualFrameDuration = str(round(1000.0 * scan.duration_s / VIEWS))
    rotation.NumberOfFramesInRotation = VIEWS
    ds.NumberOfRotations = 1
    ds.RotationInformationSequence = [rotation]


def _add_equipment(ds: Dataset, scan: SpectScan) -> None:
    camera = scan.camera
    ds.Manufacturer = camera.manufacturer or ds.Manufacturer
    ds.ManufacturerModelName = camera.model or ds.ManufacturerModelName
    if camera.station:
        ds.StationName = camera.station
    if camera.serial:
        ds.DeviceSerialNumber = camera.serial
    ds.Laterality = ""
    ds.PatientOrientationCodeSequence = []
    ds.PatientGantryRelationshipCodeSequence = []
    ds.NumberOfEnergyWindows = 1
    window = Dataset()
    window.EnergyWindowRangeSequence = []
    for one in scan.energy_windows:
        ends = Dataset()
        ends.EnergyWindowLowerLimit, ends.EnergyWindowUpperLimit = decimals([one.lower_kev, one.upper_kev])
        window.EnergyWindowRangeSequence.append(ends)
        window.EnergyWindowName = one.name[:16]
    ds.EnergyWindowInformationSequence = [window]


def _add_frames(ds: Dataset, grid: Grid) -> None:
    count = grid.shape[0]
    ds.NumberOfDetectors = 1
    detector = Dataset()
    detector.CollimatorType = ""
    detector.FocalDistance = None
    detector.ImagePositionPatient = decimals(grid.origin_mm)
    detector.ImageOrientationPatient = decimals(grid.axes.T[:2])
    ds.DetectorInformationSequence = [detector]
    ds.PixelSpacing = decimals([grid.spacing_mm[1], grid.spacing_mm[0]])
    ds.SliceThickness = ds.SpacingBetweenSlices = decimal(grid.spacing_mm[2])
    ds.NumberOfFrames = count
    ds.NumberOfSlices = count
    ds.FrameIncrementPointer = SLICE_VECTOR
    ds.SliceVector = list(range(1, count + 1))


def _add_pixels(ds: Dataset, stored: FloatArray) -> None:
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    _, ds.Rows, ds.Columns = stored.shape
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = 0
    ds.PixelData = stored.astype("<u2").tobytes()
    ds["PixelData"].VR = "OW"


def _mapping(slope: float) -> Dataset:
    item = Dataset()
    item.LUTExplanation = "Activity concentration"
    item.LUTLabel = "BQML"
    item.RealWorldValueFirstValueMapped = 0
    item.RealWorldValueLastValueMapped = MOST_STORED
    for keyword in ("RealWorldValueFirstValueMapped", "RealWorldValueLastValueMapped"):
        item[keyword].VR = "US"
    item.RealWorldValueIntercept = 0.0
    item.RealWorldValueSlope = slope
    item.MeasurementUnitsCodeSequence = [code_item(Code("Bq/ml", "UCUM", "Bq/ml"))]
    return item


def _given(scan: SpectScan) -> Dataset:
    item = Dataset()
    item.Radiopharmaceutical = scan.agent
    code = nuclide_code(scan.nuclide)
    item.RadionuclideCodeSequence = [code_item(code or Code(scan.nuclide, "99GRAYBOOK", scan.nuclide))]
    if scan.half_life_s is not None:
        item.RadionuclideHalfLife = decimal(scan.half_life_s)
    if scan.administered is not None:
        add_moment(item, "RadiopharmaceuticalStartDateTime", scan.administered, like=scan.began)
        item.RadiopharmaceuticalStartTime = item.RadiopharmaceuticalStartDateTime[8:14]
    if scan.administered_mbq is not None:
        item.RadionuclideTotalDose = decimal(scan.administered_mbq)
    return item


def write_spect(
    path: Path, *, header: SeriesHeader, uid: str, grid: Grid, bq_per_ml: FloatArray, scan: SpectScan
) -> str:
    """Write a SPECT (parameters as :func:`spect_dataset`); gives its SOP Instance UID."""
    return save(spect_dataset(header, uid=uid, grid=grid, bq_per_ml=bq_per_ml, scan=scan), path)
