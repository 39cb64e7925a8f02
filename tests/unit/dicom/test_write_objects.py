"""Written CT, structures, plans, records and registrations, read back with pydicom alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pydicom
import pytest

from graybook.dicom.write_ct import write_ct
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_registration import registration_dataset
from graybook.errors import FrameMismatch, UsageError
from graybook.geometry.grid import Grid
from graybook.geometry.transform import Affine
from phantoms import (
    PERSON,
    PhantomCourse,
    PhantomPlan,
    PhantomRegistration,
    PhantomStructure,
    box,
    linear,
    rotation_z,
    sphere,
    write_phantom,
)

HEADER = SeriesHeader(
    person=PERSON, study_uid="1.2.1", series_uid="1.2.2", day=date(2020, 2, 29), frame="1.2.3"
)
BALL = PhantomStructure(name="Boule d'eau", shape=sphere((0, 0, 0), 15), interpreted_type="PTV")
FIRST = PhantomCourse(
    name="first",
    day=date(2015, 5, 4),
    structures=(BALL,),
    plans=(
        PhantomPlan(
            dose_gy=linear(50, (0.5, 0, 0)),
            fractions=25,
            prescription_gy=50,
            sessions=2,
            target_structure=BALL.name,
        ),
    ),
    extent_mm=(30, 30, 30),
)
SECOND = PhantomCourse(
    name="second",
    day=date(2025, 5, 4),
    structures=(BALL,),
    plans=(PhantomPlan(fractions=5, prescription_gy=40, summation="BEAM", beams=3),),
    extent_mm=(30, 30, 30),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-course phantom with a registration."""
    turn = PhantomRegistration(from_course=FIRST, to_course=SECOND, matrix=rotation_z(90, (1, 2, 3)))
    return write_phantom(tmp_path_factory.mktemp("phantom"), (FIRST, SECOND), (turn,))


def test_ct_keeps_position_and_hu(tmp_path: Path) -> None:
    """Each slice states its own position; stored values rescale to the HU given, rounded and kept in 12 bits."""
    grid = Grid(
        frame="1.2.3",
        shape=(2, 3, 4),
        origin_mm=np.array([-5.0, -6.0, 7.5]),
        spacing_mm=np.array([1.0, 1.5, 2.5]),
        axes=np.eye(3),
    )
    hu = np.arange(24.0).reshape(2, 3, 4) * 100 - 1000
    write_ct(tmp_path, header=HEADER, grid=grid, hu=hu)
    ds = pydicom.dcmread(tmp_path / "CT_0002.dcm")
    assert [float(v) for v in ds.ImagePositionPatient] == [-5.0, -6.0, 10.0]
    assert [float(v) for v in ds.PixelSpacing] == [1.5, 1.0]
    assert np.array_equal(ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept), hu[1])


def test_ct_refuses_tilted_grids(tmp_path: Path) -> None:
    """A CT is axial or not written."""
    grid = Grid(
        frame="1", shape=(1, 2, 2), origin_mm=np.zeros(3), spacing_mm=np.ones(3), axes=rotation_z(5)[:3, :3]
    )
    with pytest.raises(UsageError, match="axial"):
        write_ct(tmp_path, header=HEADER, grid=grid, hu=np.zeros((1, 2, 2)))


def test_names_keep_their_accents(folder: Path) -> None:
    """Accents of person and structure names survive (ISO_IR 192)."""
    ds = pydicom.dcmread(folder / "first" / "RS.dcm")
    assert str(ds.PatientName) == "Éprouvette^Zoé"
    assert ds.StructureSetROISequence[0].ROIName == "Boule d'eau"


def test_contours_are_circles_of_the_ball(folder: Path) -> None:
    """Points of a ball's contours lie on it (polygons have the circle's area, so within 0.1 %)."""
    ds = pydicom.dcmread(folder / "first" / "RS.dcm")
    contours = ds.ROIContourSequence[0].ContourSequence
    points = np.concatenate([np.array(c.ContourData, dtype=float).reshape(-1, 3) for c in contours])
    assert len(contours) == 29
    assert np.abs(np.linalg.norm(points, axis=1) / 15 - 1).max() < 1e-3


def test_contours_refer_to_their_slice(folder: Path) -> None:
    """A contour in the plane of a CT slice names that slice; others name none."""
    structures = pydicom.dcmread(folder / "first" / "RS.dcm")
    slices = [pydicom.dcmread(path) for path in sorted((folder / "first").glob("CT_*.dcm"))]
    by_z = {float(ds.ImagePositionPatient[2]): ds.SOPInstanceUID for ds in slices}
    for contour in structures.ROIContourSequence[0].ContourSequence:
        z_mm = float(contour.ContourData[2])
        named = [item.ReferencedSOPInstanceUID for item in contour.get("ContourImageSequence", [])]
        assert named == ([by_z[z_mm]] if z_mm in by_z else [])


def test_plan_beams_add_up_to_its_prescription(folder: Path) -> None:
    """Σ BeamDose x fractions is the prescription; the dose reference names the target's ROI."""
    ds = pydicom.dcmread(folder / "first" / "RP_0.dcm")
    group = ds.FractionGroupSequence[0]
    per_fraction = sum(float(item.BeamDose) for item in group.ReferencedBeamSequence)
    assert per_fraction * group.NumberOfFractionsPlanned == pytest.approx(50)
    assert float(ds.DoseReferenceSequence[0].TargetPrescriptionDose) == 50
    assert ds.DoseReferenceSequence[0].ReferencedROINumber == 1
    structures = pydicom.dcmread(folder / "first" / "RS.dcm")
    assert ds.ReferencedStructureSetSequence[0].ReferencedSOPInstanceUID == structures.SOPInstanceUID


def test_records_are_one_per_session(folder: Path) -> None:
    """Each record names its plan, its day and its fraction."""
    plan = pydicom.dcmread(folder / "first" / "RP_0.dcm")
    records = [pydicom.dcmread(path) for path in sorted((folder / "first").glob("RT_*.dcm"))]
    assert [ds.TreatmentDate for ds in records] == ["20150504", "20150505"]
    assert [ds.TreatmentSessionBeamSequence[0].CurrentFractionNumber for ds in records] == [1, 2]
    assert {ds.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID for ds in records} == {
        plan.SOPInstanceUID
    }


def test_registration_maps_source_into_registered_frame(folder: Path) -> None:
    """PS3.3 C.20.2: the source item's matrix takes its coordinates into the object's own frame, whose item is the identity."""
    (path,) = (folder / "registrations").iterdir()
    ds = pydicom.dcmread(path)
    matrices = {
        item.FrameOfReferenceUID: np.array(
            item.MatrixRegistrationSequence[0].MatrixSequence[0].FrameOfReferenceTransformationMatrix,
            dtype=float,
        ).reshape(4, 4)
        for item in ds.RegistrationSequence
    }
    assert ds.FrameOfReferenceUID == SECOND.frame_uid
    assert np.array_equal(matrices[SECOND.frame_uid], np.eye(4))
    assert np.allclose(matrices[FIRST.frame_uid] @ [10, 0, 0, 1], [1, 12, 3, 1], atol=1e-9)


def test_registration_refuses_the_wrong_way() -> None:
    """A transform that leads out of the registered frame is not written as if it led in."""
    wrong = Affine(from_frame="1.2.3", to_frame="1.2.4", matrix=np.eye(4))
    with pytest.raises(FrameMismatch):
        registration_dataset(HEADER, uid="1.9", transform=wrong)


def test_writing_twice_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """No clock, no chance, no path: a phantom written again is the same, byte by byte."""
    turn = PhantomRegistration(from_course=FIRST, to_course=SECOND, matrix=rotation_z(90, (1, 2, 3)))
    again = write_phantom(tmp_path, (FIRST, SECOND), (turn,))
    names = sorted(path.relative_to(folder) for path in folder.rglob("*.dcm"))
    assert names == sorted(path.relative_to(again) for path in again.rglob("*.dcm"))
    assert all((folder / name).read_bytes() == (again / name).read_bytes() for name in names)


def test_box_has_its_corners() -> None:
    """A box is the same rectangle in each plane, its volume the product of its sides."""
    shape = box((0, 0, -2), (10, 20, 2))
    assert shape.volume_cm3 == pytest.approx(0.8)
    assert [polygon[0, 2] for polygon in shape.contours(2.0)] == [-2.0, 0.0, 2.0]
