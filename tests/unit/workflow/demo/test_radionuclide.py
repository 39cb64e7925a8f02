"""The synthetic patient's SPECT, segments and dose reports: what they show, against what was invented."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pydicom
import pytest

from graybook.workflow.demo.radionuclide import CYCLES, HALF_LIFE_H
from phantoms.demo import synthetic_patient

SEMI_MM = {"Kidney_L": (28.0, 25.0, 43.0), "Kidney_R": (27.0, 25.0, 42.0)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic patient."""
    return synthetic_patient(tmp_path_factory.getbasetemp())


def concentration(ds: pydicom.Dataset) -> np.ndarray:
    """Stored values through the Real World Value Mapping. [Bq/ml]"""
    (mapping,) = ds.RealWorldValueMappingSequence
    assert mapping.MeasurementUnitsCodeSequence[0].CodeValue == "Bq/ml"
    return np.asarray(ds.pixel_array * mapping.RealWorldValueSlope + mapping.RealWorldValueIntercept)


def moment(ds: pydicom.Dataset) -> datetime:
    """Start of the acquisition with its offset."""
    text = f"{ds.AcquisitionDate}{ds.AcquisitionTime[:6]}{ds.TimezoneOffsetFromUTC}"
    return datetime.strptime(text, "%Y%m%d%H%M%S%z")


def test_images_hold_all_the_activity_there_is(folder: Path) -> None:
    """Summed over its voxels each SPECT holds A0 · 2^(-t/T) of both kidneys within 0.5 %: the blur moves it and loses none."""
    for cycle in CYCLES:
        paths = sorted((folder / cycle.key).glob("NM_*.dcm"))
        assert len(paths) == len(cycle.scans)
        for path in paths:
            ds = pydicom.dcmread(path)
            hours = (moment(ds) - cycle.started) / timedelta(hours=1)
            expected = sum(first * 2 ** (-hours / half_life) for first, half_life in cycle.kidneys.values())
            voxel_ml = float(np.prod([*ds.PixelSpacing, ds.SpacingBetweenSlices])) / 1000
            assert concentration(ds).sum() * voxel_ml / 1e6 == pytest.approx(expected, rel=5e-3)


def test_kidneys_are_never_slower_than_physical_decay() -> None:
    """Every effective half-life is shorter than that of 177Lu."""
    assert all(half_life < HALF_LIFE_H for cycle in CYCLES for _, half_life in cycle.kidneys.values())


def test_segments_have_the_kidneys_volumes(folder: Path) -> None:
    """Voxels of 2 mm: 4/3 pi a b c within 0.5 %; the SPECT and its segments share a frame that no other cycle has."""
    frames = set()
    for cycle in CYCLES:
        ds = pydicom.dcmread(folder / cycle.key / "SEG.dcm")
        frames.add(ds.FrameOfReferenceUID)
        assert ds.FrameOfReferenceUID == pydicom.dcmread(folder / cycle.key / "NM_1.dcm").FrameOfReferenceUID
        numbers = np.array([
            group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
            for group in ds.PerFrameFunctionalGroupsSequence
        ])  # fmt: skip
        for segment in ds.SegmentSequence:
            truth_cm3 = 4 / 3 * np.pi * np.prod(SEMI_MM[segment.SegmentLabel]) / 1000
            drawn = ds.pixel_array[numbers == segment.SegmentNumber].sum() * 0.008
            assert drawn == pytest.approx(truth_cm3, rel=5e-3)
    assert len(frames) == len(CYCLES)


def test_clocks_are_those_of_the_place(folder: Path) -> None:
    """Summer time ends within the first cycle, the year within the second, summer time begins within the third."""
    offsets = [
        [
            pydicom.dcmread(path).TimezoneOffsetFromUTC
            for path in sorted((folder / cycle.key).glob("NM_*.dcm"))
        ]
        for cycle in CYCLES
    ]
    assert offsets == [["+0200", "+0100", "+0100"], ["+0100", "+0100"], ["+0200"]]
    assert [cycle.started.strftime("%z") for cycle in CYCLES] == ["+0200", "+0100", "+0100"]
    assert CYCLES[1].started.year < CYCLES[1].scans[-1].year
