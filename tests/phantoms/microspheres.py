"""Microspheres: activities of tumour, normal liver and lungs come in; MAA SPECT, 90Y PET and their SEG go out, the truth known.

The PET is written by pydicom alone, slice by slice; voxels are uniform in each compartment, so that every dose has a closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, PositronEmissionTomographyImageStorage

from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_seg import WrittenSegment, write_seg
from graybook.dicom.write_spect import SpectScan, write_spect
from graybook.geometry import Grid
from phantoms.folder import PERSON

__all__ = [
    "HALF_LIFE_H",
    "PET",
    "SPACING_MM",
    "SPECT",
    "Microspheres",
    "masks",
    "write_holmium",
    "write_microspheres",
]

SPACING_MM = 4.0
SHAPE = (36, 28, 30)
HALF_LIFE_H = 64.1
HOLMIUM_HALF_LIFE_H = 26.8
FRAME, STUDY = "2.25.700001", "2.25.700002"
PET, SPECT, SEG = "2.25.700003", "2.25.700004", "2.25.700005"
VOXEL_ML = SPACING_MM**3 / 1000.0
INFUSED = datetime.fromisoformat("2025-12-31T15:00:00+01:00")
TAKEN = datetime.fromisoformat("2026-01-01T10:30:00+01:00")
ORIGIN_MM = (-60.0, -50.0, -70.0)


@dataclass(frozen=True, kw_only=True)
class Microspheres:
    """
    What was given and where it went.

    Parameters
    ----------
    delivered_gbq
        At infusion. [GBq]
    tumour_share, lung_share
        Of it, after the infusion; the rest is in normal liver.
    foretold_ratio
        Concentration of tumour over normal liver in the MAA before.
    infused, taken
        Moments of infusion and of the PET, with their offset.
    """

    delivered_gbq: float = 0.2
    tumour_share: float = 0.3
    lung_share: float = 0.05
    foretold_ratio: float = 4.0
    infused: datetime = INFUSED
    taken: datetime = TAKEN
    units: str = "BQML"


def masks() -> dict[str, np.ndarray]:
    """Perfused liver of 16 x 16 x 16 voxels, a tumour of 5 x 5 x 5 in it, lungs above."""
    found = {name: np.zeros(SHAPE, dtype=bool) for name in ("Perfused", "GTV_Liver", "Lungs")}
    found["Perfused"][4:20, 6:22, 6:22] = True
    found["GTV_Liver"][8:13, 9:14, 10:15] = True
    found["Lungs"][23:33, 4:24, 4:26] = True
    return found


def _concentration(given: Microspheres) -> np.ndarray:
    """At infusion, true. [Bq/ml]"""
    drawn = masks()
    normal = drawn["Perfused"] & ~drawn["GTV_Liver"]
    shares = {
        "GTV_Liver": given.tumour_share,
        "Lungs": given.lung_share,
    }
    values = np.zeros(SHAPE)
    rest = 1.0 - sum(shares.values())
    values[normal] = rest * given.delivered_gbq * 1e9 / (normal.sum() * VOXEL_ML)
    for name, share in shares.items():
        values[drawn[name]] = share * given.delivered_gbq * 1e9 / (drawn[name].sum() * VOXEL_ML)
    return values


def write_microspheres(folder: Path, given: Microspheres | None = None) -> Path:
    """MAA SPECT in counts without a calibration, 90Y PET a day later, and a SEG in their frame."""
    given = given or Microspheres()
    grid, header = _grid(), _header(given)
    _write_maa(folder, given, grid, header)
    _write_pet(folder, given)
    _write_seg(folder, grid, header)
    return folder


def write_holmium(folder: Path, given: Microspheres | None = None) -> Path:
    """166Ho SPECT in Bq/ml the day before (a scout of 5 %) and two hours after, and a SEG in their frame."""
    given = given or Microspheres()
    grid = _grid()
    header = _header(given)
    folder.mkdir(parents=True, exist_ok=True)
    for name, uid, hours, share in (("scout", PET, -24.0, 0.05), ("after", SPECT, 2.0, 1.0)):
        began = given.infused + timedelta(hours=hours)
        left = 2.0 ** (-max(hours, 0.0) / HOLMIUM_HALF_LIFE_H)
        scan = SpectScan(began=began, duration_s=600.0, nuclide="Ho-166", agent="microspheres")
        write_spect(
            folder / f"{name}.dcm",
            header=header.in_series(uid).on(began.date()),
            uid=uid + ".1",
            grid=grid,
            bq_per_ml=_concentration(given) * share * left,
            scan=scan,
        )
    _write_seg(folder, grid, header)
    return folder


def _grid() -> Grid:
    return Grid(
        frame=FRAME,
        shape=SHAPE,
        origin_mm=np.array(ORIGIN_MM),
        spacing_mm=np.full(3, SPACING_MM),
        axes=np.eye(3),
    )


def _header(given: Microspheres) -> SeriesHeader:
    return SeriesHeader(
        person=PERSON, study_uid=STUDY, series_uid=SPECT, day=given.infused.date(), frame=FRAME
    )


def _write_seg(folder: Path, grid: Grid, header: SeriesHeader) -> None:
    segments = [WrittenSegment(label=name, mask=mask) for name, mask in masks().items()]
    write_seg(folder / "seg.dcm", header=header.in_series(SEG), uid=SEG + ".1", grid=grid, segments=segments)


def _write_maa(folder: Path, given: Microspheres, grid: Grid, header: SeriesHeader) -> None:
    drawn = masks()
    counts = np.zeros(SHAPE)
    counts[drawn["Perfused"]] = 100.0
    counts[drawn["GTV_Liver"]] = 100.0 * given.foretold_ratio
    liver = counts.sum()
    lungs = given.lung_share / (1.0 - given.lung_share) * liver
    counts[drawn["Lungs"]] = lungs / drawn["Lungs"].sum()
    scan = SpectScan(
        began=datetime.fromisoformat("2025-12-22T09:00:00+01:00"),
        duration_s=900.0,
        nuclide="Tc-99m",
        agent="MAA",
        decay_correction="",
    )
    path = folder / "maa.dcm"
    folder.mkdir(parents=True, exist_ok=True)
    write_spect(path, header=header, uid=SPECT + ".1", grid=grid, bq_per_ml=counts, scan=scan)
    dataset = pydicom.dcmread(path)
    del dataset.RealWorldValueMappingSequence
    dataset.Units = "CNTS"
    dataset.save_as(path)


def _write_pet(folder: Path, given: Microspheres) -> None:
    hours = (given.taken - given.infused).total_seconds() / 3600.0
    values = _concentration(given) * 2.0 ** (-hours / HALF_LIFE_H)
    slope = float(values.max()) / 60000.0
    for plane in range(SHAPE[0]):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = PositronEmissionTomographyImageStorage
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"{PET}.{plane + 1}"
        ds.PatientID = PERSON.identities[0].value
        ds.IssuerOfPatientID = PERSON.identities[0].issuer
        ds.PatientName = PERSON.name
        ds.PatientBirthDate = "" if PERSON.birth_date is None else PERSON.birth_date.strftime("%Y%m%d")
        ds.PatientSex = PERSON.sex
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = STUDY, PET, FRAME
        ds.Modality, ds.SeriesDescription, ds.Manufacturer = "PT", "Y-90 PET", "Closed forms"
        ds.TimezoneOffsetFromUTC = given.taken.strftime("%z")
        for kind in ("Study", "Series", "Acquisition", "Content"):
            setattr(ds, f"{kind}Date", given.taken.strftime("%Y%m%d"))
            setattr(ds, f"{kind}Time", given.taken.strftime("%H%M%S"))
        ds.Units, ds.DecayCorrection = given.units, "START"
        ds.CorrectedImage = ["DECY", "ATTN", "SCAT"]
        ds.SeriesType = ["STATIC", "IMAGE"]
        ds.ActualFrameDuration, ds.FrameReferenceTime = 1200000, 600000
        ds.Rows, ds.Columns = SHAPE[1:]
        ds.PixelSpacing, ds.SliceThickness = [SPACING_MM, SPACING_MM], SPACING_MM
        ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        ds.ImagePositionPatient = [ORIGIN_MM[0], ORIGIN_MM[1], ORIGIN_MM[2] + plane * SPACING_MM]
        ds.RescaleIntercept, ds.RescaleSlope = 0, f"{slope:.12g}"
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated = ds.BitsStored = 16
        ds.HighBit, ds.PixelRepresentation = 15, 0
        ds.PixelData = np.rint(values[plane] / slope).astype("<u2").tobytes()
        ds["PixelData"].VR = "OW"
        nuclide, drug = Dataset(), Dataset()
        nuclide.CodeValue, nuclide.CodingSchemeDesignator, nuclide.CodeMeaning = (
            "C-B1060",
            "SRT",
            "^90^Yttrium",
        )
        drug.RadionuclideCodeSequence = [nuclide]
        drug.Radiopharmaceutical = "microspheres"
        drug.RadionuclideHalfLife = HALF_LIFE_H * 3600.0
        ds.RadiopharmaceuticalInformationSequence = [drug]
        ds.save_as(folder / f"pet{plane:03d}.dcm", enforce_file_format=True)
