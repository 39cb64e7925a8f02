"""A written SPECT says what it holds to any program that reads DICOM."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pydicom
import pytest

from graybook.dicom.activity_facts import Camera, EnergyWindow
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_spect import SpectScan, write_spect
from graybook.errors import UsageError
from graybook.geometry.grid import Grid
from graybook.record.person import Identity, Person

GRID = Grid(
    frame="1.2.3.9",
    shape=(3, 4, 5),
    origin_mm=np.array([-10.0, -20.0, -30.0]),
    spacing_mm=np.array([4.0, 5.0, 6.0]),
    axes=np.eye(3),
)
HEADER = SeriesHeader(
    person=Person(identities=(Identity(value="P1"),), name="Phantom^One"),
    study_uid="1.2.3.1",
    series_uid="1.2.3.2",
    day=date(2025, 3, 30),
    frame="1.2.3.9",
)
SCAN = SpectScan(
    began=datetime(2025, 3, 30, 9, 30, tzinfo=timezone(timedelta(hours=2))),
    duration_s=1800.0,
    nuclide="Lu-177",
    agent="DOTATATE",
    half_life_s=574300.8,
    administered=datetime(2025, 3, 29, 23, 15, tzinfo=UTC),
    administered_mbq=7400.0,
    camera=Camera(manufacturer="Maker", model="Two heads", station="ROOM1", serial="77"),
    energy_windows=(EnergyWindow(name="208", lower_kev=187.2, upper_kev=228.8),),
)


def test_values_stand_in_the_mapping(tmp_path: Path) -> None:
    """Stored value x slope of the one mapping in Bq/ml gives the concentration to half a step; no rescaling is written."""
    values = np.random.default_rng(1).uniform(0.0, 2.0e5, GRID.shape)
    write_spect(tmp_path / "a.dcm", header=HEADER, uid="1.2.3.4", grid=GRID, bq_per_ml=values, scan=SCAN)
    ds = pydicom.dcmread(tmp_path / "a.dcm")
    (mapping,) = ds.RealWorldValueMappingSequence
    assert mapping.MeasurementUnitsCodeSequence[0].CodeValue == "Bq/ml"
    assert "RescaleSlope" not in ds
    given = ds.pixel_array * mapping.RealWorldValueSlope + mapping.RealWorldValueIntercept
    np.testing.assert_allclose(given, values, atol=values.max() / 65535 / 2 * 1.001)


def test_times_are_written_in_one_offset(tmp_path: Path) -> None:
    """The acquisition stands in its own clock, the administration by date in the same offset, though it was stated in UTC."""
    write_spect(
        tmp_path / "a.dcm", header=HEADER, uid="1.2.3.4", grid=GRID, bq_per_ml=np.ones(GRID.shape), scan=SCAN
    )
    ds = pydicom.dcmread(tmp_path / "a.dcm")
    assert (ds.TimezoneOffsetFromUTC, ds.AcquisitionDate, ds.AcquisitionTime[:6]) == (
        "+0200",
        "20250330",
        "093000",
    )
    (given,) = ds.RadiopharmaceuticalInformationSequence
    assert given.RadiopharmaceuticalStartDateTime == "20250330011500.000000+0200"
    assert (float(given.RadionuclideTotalDose), given.RadionuclideCodeSequence[0].CodeMeaning) == (
        7400.0,
        "^177^Lutetium",
    )
    (rotation,) = ds.RotationInformationSequence
    assert rotation.ActualFrameDuration * rotation.NumberOfFramesInRotation == 1_800_000


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_what_is_no_activity_is_not_written(tmp_path: Path, bad: float) -> None:
    """A concentration below zero or not finite is a wrong call."""
    values = np.ones(GRID.shape)
    values[0, 0, 0] = bad
    with pytest.raises(UsageError):
        write_spect(tmp_path / "a.dcm", header=HEADER, uid="1.2.3.4", grid=GRID, bq_per_ml=values, scan=SCAN)
