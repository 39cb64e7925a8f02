"""Written RTDOSE: a grid and its dose in Gy come in, an RT Dose goes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import RTDoseStorage, RTIonPlanStorage, RTPlanStorage, RTStructureSetStorage

from graybook.dicom.write_header import (
    NOON,
    SeriesHeader,
    day_text,
    decimal,
    decimals,
    header_dataset,
    reference,
    save,
)
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid

__all__ = [
    "WrittenDose",
    "WrittenDvh",
    "add_geometry",
    "add_stored",
    "rtdose_dataset",
    "upright",
    "write_rtdose",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class WrittenDvh:
    """One DVH as a planning system stores it: cumulative, volumes at the upper ends of equal bins.

    Parameters
    ----------
    roi_number
        Of the referenced structure set.
    bin_width_gy
        Width of each dose bin. [Gy]
    volumes_cm3
        Volume that receives at least the dose of each bin. [cm³]
    min_gy, mean_gy, max_gy
        Statistics stated beside it. [Gy]
    """

    roi_number: int
    bin_width_gy: float
    volumes_cm3: tuple[float, ...]
    min_gy: float
    mean_gy: float
    max_gy: float


@dataclass(frozen=True, kw_only=True, eq=False)
class WrittenDose:
    """What a written dose says.

    Parameters
    ----------
    uid
        SOP Instance UID.
    grid
        Where the voxels lie; any orientation.
    values_gy
        Dose, zyx, not negative; NaN is written as 0. [Gy]
    summation, dose_type, units
        Dose Summation Type, Dose Type, Dose Units.
    plan_uids
        Referenced plans (several for MULTI_PLAN).
    ion_plan_uids
        Those of ``plan_uids`` that are RT Ion Plans.
    beam_numbers
        Referenced beams, for BEAM.
    fraction_group
        Referenced fraction group, for BEAM and FRACTION; None writes none.
    structure_set_uid
        Referenced structure set; needed by DVHs.
    bits
        16 or 32.
    absolute_offsets
        True writes Grid Frame Offset Vector as z coordinates (axial grids only), False relative to the first frame.
    """

    uid: str
    grid: Grid
    values_gy: FloatArray
    summation: str = "PLAN"
    dose_type: str = "PHYSICAL"
    units: str = "GY"
    plan_uids: tuple[str, ...] = ()
    ion_plan_uids: tuple[str, ...] = ()
    beam_numbers: tuple[int, ...] = ()
    fraction_group: int | None = None
    structure_set_uid: str = ""
    comment: str = ""
    dvhs: tuple[WrittenDvh, ...] = ()
    bits: int = 16
    absolute_offsets: bool = False

    def __post_init__(self) -> None:
        if self.bits not in (16, 32):
            raise UsageError(
                "A dose is written with 16 or 32 bits.", value=self.bits, remedy="Give 16 or 32."
            )
        if self.values_gy.shape != self.grid.shape:
            raise UsageError(
                "Dose values and grid disagree.",
                value=(self.values_gy.shape, self.grid.shape),
                remedy="Give the dose on its own grid.",
            )
        upright(self.grid)
        if self.absolute_offsets and np.abs(self.grid.axes[:, :2] - np.eye(3)[:, :2]).max() > 1e-6:
            raise UsageError(
                "Absolute frame offsets exist for axial grids only (PS3.3 C.8.8.3.2).",
                value=self.grid.axes.tolist(),
                remedy="Write relative offsets.",
            )


def upright(grid: Grid) -> Grid:
    """The grid, as an RT Dose can hold it; one whose planes lean is a :class:`UsageError`."""
    if not grid.is_orthonormal:
        raise UsageError(
            "An RT Dose has planes that lie straight above each other.",
            value=grid.axes.tolist(),
            remedy="Give a grid whose third axis is the normal of the other two.",
        )
    return grid


def rtdose_dataset(header: SeriesHeader, dose: WrittenDose) -> Dataset:
    """An RT Dose; the error of a stored value is at most half of max / (2^bits - 1)."""
    ds = header_dataset(header, sop_class=RTDoseStorage, uid=dose.uid, modality="RTDOSE")
    ds.InstanceNumber = 1
    ds.ContentDate = day_text(header.day)
    ds.ContentTime = NOON
    ds.DoseUnits = dose.units
    ds.DoseType = dose.dose_type
    ds.DoseSummationType = dose.summation
    if dose.comment:
        ds.DoseComment = dose.comment
    if dose.plan_uids:
        ds.ReferencedRTPlanSequence = [_plan_item(dose, uid) for uid in dose.plan_uids]
    if dose.structure_set_uid:
        ds.ReferencedStructureSetSequence = [reference(RTStructureSetStorage, dose.structure_set_uid)]
    add_geometry(ds, dose.grid, absolute_offsets=dose.absolute_offsets)
    _add_voxels(ds, dose)
    if dose.dvhs:
        ds.DVHSequence = [_dvh_item(dvh) for dvh in dose.dvhs]
    return ds


def _plan_item(dose: WrittenDose, uid: str) -> Dataset:
    item = reference(RTIonPlanStorage if uid in dose.ion_plan_uids else RTPlanStorage, uid)
    if dose.fraction_group is not None:
        group = Dataset()
        if dose.beam_numbers:
            group.ReferencedBeamSequence = [_beam_item(number) for number in dose.beam_numbers]
        group.ReferencedFractionGroupNumber = dose.fraction_group
        item.ReferencedFractionGroupSequence = [group]
    return item


def _beam_item(number: int) -> Dataset:
    item = Dataset()
    item.ReferencedBeamNumber = number
    return item


def add_geometry(ds: Dataset, grid: Grid, *, absolute_offsets: bool = False) -> None:
    """Write where the voxels lie into ``ds``, in place."""
    n_frames, ds.Rows, ds.Columns = grid.shape
    ds.NumberOfFrames = n_frames
    ds.FrameIncrementPointer = Tag(0x3004, 0x000C)
    ds.SliceThickness = decimal(grid.spacing_mm[2])
    ds.PixelSpacing = decimals([grid.spacing_mm[1], grid.spacing_mm[0]])
    ds.ImageOrientationPatient = decimals(grid.axes.T[:2])
    ds.ImagePositionPatient = decimals(grid.origin_mm)
    normal = np.cross(grid.axes[:, 0], grid.axes[:, 1])
    offsets = grid.offsets_mm * np.sign(normal @ grid.axes[:, 2])
    start = grid.origin_mm[2] if absolute_offsets else 0.0
    ds.GridFrameOffsetVector = decimals(start + offsets)


def _add_voxels(ds: Dataset, dose: WrittenDose) -> None:
    given = np.asarray(dose.values_gy, dtype=np.float64)
    values = np.where(np.isnan(given), 0.0, given)
    if values.min() < 0 or not np.all(np.isfinite(values)):
        raise UsageError(
            "A written dose must be finite and not negative.",
            value=float(values.min()),
            remedy="Check the dose that is to be written.",
        )
    top = 2**dose.bits - 1
    scaling = decimal(values.max() / top if values.max() > 0 else 1.0)
    stored = np.clip(np.rint(values / float(scaling)), 0, top)
    add_stored(ds, scaling, stored.astype(f"<u{dose.bits // 8}").tobytes(), bits=dose.bits)


def add_stored(ds: Dataset, scaling: float, pixels: bytes | BinaryIO, *, bits: int) -> None:
    """Write stored values into ``ds``, in place: their scaling, what they are, and the bytes or a stream of them."""
    ds.DoseGridScaling = scaling
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = bits
    ds.HighBit = bits - 1
    ds.PixelRepresentation = 0
    ds.PixelData = pixels
    ds["PixelData"].VR = "OW"


def _dvh_item(dvh: WrittenDvh) -> Dataset:
    item = Dataset()
    roi = Dataset()
    roi.DVHROIContributionType = "INCLUDED"
    roi.ReferencedROINumber = dvh.roi_number
    item.DVHReferencedROISequence = [roi]
    item.DVHType = "CUMULATIVE"
    item.DoseUnits = "GY"
    item.DoseType = "PHYSICAL"
    item.DVHDoseScaling = "1"
    item.DVHVolumeUnits = "CM3"
    item.DVHNumberOfBins = len(dvh.volumes_cm3)
    item.DVHData = decimals([[dvh.bin_width_gy, volume] for volume in dvh.volumes_cm3])
    item.DVHMinimumDose = decimal(dvh.min_gy)
    item.DVHMaximumDose = decimal(dvh.max_gy)
    item.DVHMeanDose = decimal(dvh.mean_gy)
    return item


def write_rtdose(path: Path, *, header: SeriesHeader, dose: WrittenDose) -> str:
    """Write an RT Dose; gives its SOP Instance UID."""
    return save(rtdose_dataset(header, dose), path)
