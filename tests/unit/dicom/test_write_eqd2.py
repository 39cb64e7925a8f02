"""The written total: what it says of itself, that it repeats, how exact it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from graybook.dicom.write_eqd2 import write_eqd2_dose
from graybook.errors import UsageError
from graybook.geometry.grid import Grid
from phantoms import PERSON

GRID = Grid(
    frame="1.2.3",
    shape=(3, 4, 5),
    origin_mm=np.array([1.0, 2.0, 3.0]),
    spacing_mm=np.array([2.0, 2.0, 2.0]),
    axes=np.eye(3),
)


def written(path: Path, **changes: Any) -> pydicom.Dataset:
    """A written total of 0 … 118 Gy, read back."""
    arguments: dict[str, Any] = {
        "grid": GRID,
        "values_gy": 2.0 * np.arange(60.0).reshape(3, 4, 5),
        "alpha_beta_gy": 3.0,
        "patient": PERSON,
        "study_uid": "1.2.9",
        "day": date(2026, 4, 13),
        "plan_uids": ["1.2.5", "1.2.6", "1.2.5"],
        "sources": ["a" * 64, "1.2.7"],
    }
    uid = write_eqd2_dose(path, **{**arguments, **changes})
    ds = pydicom.dcmread(path)
    assert uid == ds.SOPInstanceUID
    return ds


def test_it_says_what_it_is(tmp_path: Path) -> None:
    """EFFECTIVE, MULTI_PLAN with each plan once, the issue's series description, Graybook as manufacturer."""
    ds = written(tmp_path / "deep" / "total.dcm")
    assert (ds.DoseType, ds.DoseSummationType, ds.DoseUnits) == ("EFFECTIVE", "MULTI_PLAN", "GY")
    assert ds.SeriesDescription == "GRAYBOOK EQD2 ab=3 NOT FOR PLANNING"
    assert ds.Manufacturer == "Graybook"
    assert [item.ReferencedSOPInstanceUID for item in ds.ReferencedRTPlanSequence] == ["1.2.5", "1.2.6"]
    block = ds.private_block(0x3287, "GRAYBOOK")
    assert (block[1].value, block[2].value, block[4].value) == ("EQD2", 3.0, "NOT FOR PLANNING")
    assert list(block[3].value) == ["a" * 64, "1.2.7"]


def test_one_plan_is_still_multi_plan(tmp_path: Path) -> None:
    """A total of one course is MULTI_PLAN too: it must never be taken for that plan's own dose."""
    ds = written(tmp_path / "total.dcm", plan_uids=["1.2.5"])
    assert (ds.DoseSummationType, len(ds.ReferencedRTPlanSequence)) == ("MULTI_PLAN", 1)


def test_alpha_beta_is_shortest(tmp_path: Path) -> None:
    """α/β 2.5 is written 2.5, 10.0 is written 10."""
    assert "ab=2.5 " in written(tmp_path / "a.dcm", alpha_beta_gy=2.5).SeriesDescription
    assert "ab=10 " in written(tmp_path / "b.dcm", alpha_beta_gy=10.0).SeriesDescription


def test_error_is_half_a_step(tmp_path: Path) -> None:
    """16 bits: no voxel is off by more than max / 65535 / 2."""
    ds = written(tmp_path / "total.dcm")
    assert ds.BitsAllocated == 16
    back = ds.pixel_array * float(ds.DoseGridScaling)
    assert np.abs(back - 2.0 * np.arange(60.0).reshape(3, 4, 5)).max() <= 118 / 65535 / 2 * 1.0001


def test_same_content_gives_same_bytes(tmp_path: Path) -> None:
    """Two writings of one total are equal byte by byte; another α/β or value makes another UID."""
    first = written(tmp_path / "a.dcm")
    written(tmp_path / "b.dcm")
    assert (tmp_path / "a.dcm").read_bytes() == (tmp_path / "b.dcm").read_bytes()
    other = written(tmp_path / "c.dcm", alpha_beta_gy=2.0)
    changed = written(tmp_path / "d.dcm", values_gy=1.0 + np.arange(60.0).reshape(3, 4, 5))
    assert len({first.SOPInstanceUID, other.SOPInstanceUID, changed.SOPInstanceUID}) == 3


def test_alpha_beta_must_be_positive(tmp_path: Path) -> None:
    """α/β 0 is refused."""
    with pytest.raises(UsageError):
        written(tmp_path / "a.dcm", alpha_beta_gy=0.0)
