"""Written RTDOSE: voxels, offsets, orientation and references, read back with pydicom alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.uid import RTIonPlanStorage, RTPlanStorage

from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_rtdose import WrittenDose, WrittenDvh, rtdose_dataset, write_rtdose
from graybook.errors import UsageError
from graybook.geometry.grid import Grid
from phantoms import PERSON, rotation

HEADER = SeriesHeader(
    person=PERSON, study_uid="1.2.1", series_uid="1.2.2", day=date(2020, 2, 29), frame="1.2.3"
)


def dose(**changes: Any) -> WrittenDose:
    """A small dose: 0.5 Gy steps from 0 to 29.5, voxel sizes 1, 2, 3 mm."""
    grid = Grid(
        frame="1.2.3",
        shape=(3, 4, 5),
        origin_mm=np.array([-10.0, 20.0, 30.5]),
        spacing_mm=np.array([1.0, 2.0, 3.0]),
        axes=np.eye(3),
    )
    values = 0.5 * np.arange(60.0).reshape(3, 4, 5)
    return replace(WrittenDose(uid="1.2.4", grid=grid, values_gy=values), **changes)


@pytest.mark.parametrize(("bits", "steps"), [(16, 65535), (32, 4294967295)])
def test_voxels_come_back(tmp_path: Path, bits: int, steps: int) -> None:
    """Stored value x DoseGridScaling is the dose to within half of max / (2^bits - 1)."""
    write_rtdose(tmp_path / "rd.dcm", header=HEADER, dose=dose(bits=bits))
    ds = pydicom.dcmread(tmp_path / "rd.dcm")
    back = ds.pixel_array * float(ds.DoseGridScaling)
    assert np.abs(back - 0.5 * np.arange(60.0).reshape(3, 4, 5)).max() <= 29.5 / steps / 2 * 1.001 + 1e-9


def test_offsets_relative_and_absolute() -> None:
    """Frame offsets start at 0, or are the z coordinates themselves; the position is the first frame's in both."""
    relative = rtdose_dataset(HEADER, dose())
    absolute = rtdose_dataset(HEADER, dose(absolute_offsets=True))
    assert [float(v) for v in relative.GridFrameOffsetVector] == [0.0, 3.0, 6.0]
    assert [float(v) for v in absolute.GridFrameOffsetVector] == [30.5, 33.5, 36.5]
    for ds in (relative, absolute):
        assert [float(v) for v in ds.ImagePositionPatient] == [-10.0, 20.0, 30.5]
        assert [float(v) for v in ds.PixelSpacing] == [2.0, 1.0]


def test_rotated_grid_states_its_rows_and_columns() -> None:
    """Image orientation holds the grid's x axis, then its y axis."""
    axes = rotation((0, 0, 1), 90.0)[:3, :3]
    ds = rtdose_dataset(HEADER, dose(grid=replace(dose().grid, axes=axes)))
    assert np.allclose([float(v) for v in ds.ImageOrientationPatient], [0, 1, 0, -1, 0, 0], atol=1e-12)


def test_left_handed_grid_steps_back() -> None:
    """Frames that go against rows x columns have negative offsets."""
    ds = rtdose_dataset(HEADER, dose(grid=replace(dose().grid, axes=np.diag([1.0, 1.0, -1.0]))))
    assert [float(v) for v in ds.GridFrameOffsetVector] == [0.0, -3.0, -6.0]


def test_plans_are_referenced_with_their_class() -> None:
    """Every plan is referenced, an ion plan as an ion plan."""
    ds = rtdose_dataset(
        HEADER, dose(summation="MULTI_PLAN", plan_uids=("1.5", "1.6"), ion_plan_uids=("1.6",))
    )
    found = [
        (item.ReferencedSOPInstanceUID, item.ReferencedSOPClassUID) for item in ds.ReferencedRTPlanSequence
    ]
    assert found == [("1.5", RTPlanStorage), ("1.6", RTIonPlanStorage)]


def test_beam_dose_names_its_beam() -> None:
    """A BEAM dose refers to one beam of one fraction group of its plan."""
    ds = rtdose_dataset(
        HEADER, dose(summation="BEAM", plan_uids=("1.5",), beam_numbers=(2,), fraction_group=1)
    )
    group = ds.ReferencedRTPlanSequence[0].ReferencedFractionGroupSequence[0]
    assert group.ReferencedFractionGroupNumber == 1
    assert [item.ReferencedBeamNumber for item in group.ReferencedBeamSequence] == [2]


def test_dvh_is_stored_as_widths_and_volumes() -> None:
    """DVH Data alternates bin width and cumulative volume (PS3.3 C.8.8.4)."""
    dvh = WrittenDvh(
        roi_number=3, bin_width_gy=0.5, volumes_cm3=(9.0, 4.0), min_gy=0.1, mean_gy=0.6, max_gy=0.9
    )
    item = rtdose_dataset(HEADER, dose(structure_set_uid="1.9", dvhs=(dvh,))).DVHSequence[0]
    assert [float(v) for v in item.DVHData] == [0.5, 9.0, 0.5, 4.0]
    assert item.DVHReferencedROISequence[0].ReferencedROINumber == 3


def test_nan_is_written_as_zero() -> None:
    """A voxel without a value is 0."""
    values = np.full((3, 4, 5), 2.0)
    values[0, 0, 0] = np.nan
    ds = rtdose_dataset(HEADER, dose(values_gy=values))
    stored = np.frombuffer(ds.PixelData, dtype="<u2")
    assert stored[0] == 0
    assert stored[1] * float(ds.DoseGridScaling) == pytest.approx(2.0, abs=2 / 65535)


@pytest.mark.parametrize(
    "make",
    [
        lambda: dose(bits=8),
        lambda: dose(values_gy=np.zeros((1, 1, 1))),
        lambda: dose(absolute_offsets=True, grid=replace(dose().grid, axes=rotation((1, 0, 0), 5)[:3, :3])),
        lambda: rtdose_dataset(HEADER, dose(values_gy=np.full((3, 4, 5), -1.0))),
        lambda: rtdose_dataset(HEADER, dose(values_gy=np.full((3, 4, 5), np.inf))),
    ],
)
def test_wrong_calls_are_refused(make: Callable[[], object]) -> None:
    """Other bit depths, unlike shapes, tilted absolute offsets, negative and infinite doses are refused."""
    with pytest.raises(UsageError):
        make()
