"""Files for planning systems: what they say of themselves, how exact they are, and that no later scan counts them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from graybook.dicom.background_marks import BackgroundMarks, background_marks
from graybook.dicom.facts import DoseFacts
from graybook.dicom.reading import read_folder
from graybook.dicom.write_background import BackgroundHeader, BackgroundVoxels, write_background
from graybook.errors import UsageError
from graybook.geometry import Grid
from graybook.geometry.arrays import FloatArray
from graybook.progress import silent
from phantoms import PERSON

TILTED = np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, -1.0]])
"""Rows turned by 36.87 degrees, planes that follow each other against their normal."""

EQD2 = BackgroundMarks(quantity="EQD2", alpha_beta_gy=2.0)
REMAINING = BackgroundMarks(quantity="REMAINING", alpha_beta_gy=2.5, fractions=30, limit_eqd2_gy=67.5)
BASE = BackgroundMarks(
    quantity="BASE",
    alpha_beta_gy=2.0,
    fractions=30,
    expected_plan_uid="1.2.99",
    expected_sha256="a" * 64,
    expected_label="VMAT\\1 with a name that is rather longer than a label may be",
    truth_eqd2_gy=71.25,
    lower_bound=True,
)


def grid(**changes: Any) -> Grid:
    """Uneven planes in a turned grid."""
    values: dict[str, Any] = {
        "frame": "1.2.3",
        "shape": (4, 3, 5),
        "origin_mm": np.array([-10.0, 20.0, 30.0]),
        "spacing_mm": np.array([1.5, 2.0, 3.0]),
        "axes": TILTED,
        "planes_mm": np.array([0.0, 2.0, 5.0, 9.0]),
    }
    return Grid(**{**values, **changes})


def dose(shape: tuple[int, ...] = (4, 3, 5)) -> FloatArray:
    """0 to 90 Gy, with thousandths of a gray among them."""
    values = np.linspace(0.0, 90.0, int(np.prod(shape)))
    values[1] = 0.001
    return values.reshape(shape)


def written(
    path: Path, marks: BackgroundMarks, values: FloatArray | None = None, top: float = 500.0
) -> pydicom.Dataset:
    """The file, plane by plane, read back by pydicom."""
    header = BackgroundHeader(
        patient=PERSON,
        study_uid="1.2.9",
        day=date(2026, 4, 13),
        plan_uids=["1.2.5", "1.2.5"],
        sources=["b" * 64],
    )
    with BackgroundVoxels(path, grid(), top) as voxels:
        for plane in dose() if values is None else values:
            voxels.add(plane[np.newaxis])
        made = write_background(voxels, marks=marks, header=header)
    ds = pydicom.dcmread(path)
    assert (made.sop_instance_uid, made.label, made.comment) == (
        ds.SOPInstanceUID,
        ds.SeriesDescription,
        ds.DoseComment,
    )
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    return ds


@pytest.mark.parametrize(
    ("marks", "dose_type", "label"),
    [
        (EQD2, "EFFECTIVE", "GRAYBOOK PRIOR EQD2 ab=2 CHECK BEFORE USE"),
        (REMAINING, "PHYSICAL", "GRAYBOOK REMAINING ab=2.5 n=30 to 67.5 Gy EQD2 CHECK BEFORE USE"),
        (BASE, "PHYSICAL", "GRAYBOOK BASE ab=2 n=30 ONLY FOR PLAN VMAT/1 with a name that is rath"[:64]),
    ],
)
def test_it_says_what_it_is_valid_for(
    tmp_path: Path, marks: BackgroundMarks, dose_type: str, label: str
) -> None:
    """Label, comment and private elements name quantity, α/β, fractions, plan; no word forbids planning with it."""
    ds = written(tmp_path / "one.dcm", marks)
    assert (ds.DoseType, ds.DoseSummationType, ds.DoseUnits, ds.SeriesDescription) == (
        dose_type,
        "MULTI_PLAN",
        "GY",
        label,
    )
    assert len(ds.DoseComment) <= 64
    assert ds.DoseComment.startswith("GRAYBOOK")
    assert ("COURSE MISSING" in ds.DoseComment) is marks.lower_bound
    assert "NOT FOR PLANNING" not in str(ds)
    assert len(ds.DerivationDescription) <= 1024
    found = background_marks(ds)
    assert found is not None
    assert found.alpha_beta_gy == marks.alpha_beta_gy
    assert (found.quantity, found.fractions, found.limit_eqd2_gy) == (
        marks.quantity,
        marks.fractions,
        marks.limit_eqd2_gy,
    )
    assert (found.expected_plan_uid, found.expected_sha256) == (
        marks.expected_plan_uid,
        marks.expected_sha256,
    )
    assert (found.truth_eqd2_gy, found.lower_bound) == (marks.truth_eqd2_gy, marks.lower_bound)


def test_voxels_and_geometry_come_back(tmp_path: Path) -> None:
    """Turned axes and uneven planes are read as written; each value within 0.01 % though only 500 Gy was known to bound it."""
    written(tmp_path / "base.dcm", BASE)
    (fact,) = read_folder(tmp_path, silent)
    assert isinstance(fact, DoseFacts)
    assert fact.grid is not None
    np.testing.assert_allclose(fact.voxels(), dose(), rtol=1e-4)
    corner = np.array([[4.0, 2.0, 3.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(fact.grid.points_at(corner), grid().points_at(corner), atol=1e-6)


@pytest.mark.parametrize(("marks", "quantity"), [(EQD2, "EQD2"), (REMAINING, "REMAINING"), (BASE, "BASE")])
def test_a_copy_without_our_marks_is_known(tmp_path: Path, marks: BackgroundMarks, quantity: str) -> None:
    """Another manufacturer, no private elements, and one of label and comment rewritten: still no dose that was given."""
    for lost in ("SeriesDescription", "DoseComment"):
        ds = written(tmp_path / "one.dcm", marks)
        ds.remove_private_tags()
        ds.Manufacturer = "Another"
        del ds.DerivationDescription
        setattr(ds, lost, "exported again")
        ds.save_as(tmp_path / "one.dcm")
        (fact,) = read_folder(tmp_path, silent)
        assert isinstance(fact, DoseFacts)
        assert (fact.header.made_by_graybook, fact.biological) == (False, quantity)
        (tmp_path / "one.dcm").unlink()


def test_same_content_same_file(tmp_path: Path) -> None:
    """The same dose with the same marks gives the same bytes; another α/β another UID."""
    for name in "123":
        (tmp_path / name).mkdir()
    first, again = (written(tmp_path / name / "a.dcm", EQD2) for name in "12")
    assert (tmp_path / "1" / "a.dcm").read_bytes() == (tmp_path / "2" / "a.dcm").read_bytes()
    assert first.SOPInstanceUID == again.SOPInstanceUID
    other = written(tmp_path / "3" / "a.dcm", BackgroundMarks(quantity="EQD2", alpha_beta_gy=3.0))
    assert other.SOPInstanceUID != first.SOPInstanceUID


def test_nothing_is_left_of_what_went_wrong(tmp_path: Path) -> None:
    """A dose below 0, a plane too few and planes that lean are refused, and no part of a file stays."""
    header = BackgroundHeader(patient=PERSON, study_uid="1.2.9", day=date(2026, 4, 13))
    with pytest.raises(UsageError, match="negative"), BackgroundVoxels(tmp_path / "a", grid(), 1.0) as voxels:
        voxels.add(np.full((1, 3, 5), -1e-9))
    with pytest.raises(UsageError, match="missing"), BackgroundVoxels(tmp_path / "a", grid(), 1.0) as voxels:
        write_background(voxels, marks=EQD2, header=header)
    lean = TILTED @ np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.0], [0.0, 0.0, 0.8]])
    with pytest.raises(UsageError, match="straight above"):
        BackgroundVoxels(tmp_path / "a", grid(axes=lean), 1.0)
    with pytest.raises(UsageError, match="--spacing-mm"):
        BackgroundVoxels(tmp_path / "a", grid(shape=(4, 20_000, 20_000)), 1.0)
    assert list(tmp_path.iterdir()) == []
