"""The readers against real files: pydicom's own decoding, planning systems' own numbers, every file accounted for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pydicom
import pytest

from graybook.dicom.facts import (
    DoseFacts,
    FileFacts,
    ImageSliceFacts,
    OtherFacts,
    PlanFacts,
    StructureSetFacts,
)
from graybook.dicom.images import image_of
from graybook.dicom.reading import read_file, read_folder
from graybook.dicom.walk import SourceFile
from graybook.progress import silent
from graybook.text.catalogue import LANGUAGES, phrase, placeholders

PYDICOM = "pydicom_rt/src/pydicom/data/test_files"
FOLDERS = (
    "breast_complete",
    "elastix_lung",
    "elastix_lung_points",
    "proton_plan03",
    "pydicom_rt",
    "pymedphys_data",
    "pyskindose_rdsr",
    "slicerrt_eclipse",
    "sts_001_mr",
)


@cache
def facts_of(folder: Path) -> tuple[FileFacts, ...]:
    """The facts of a folder, read once."""
    return read_folder(folder, silent)


def one(file: Path) -> FileFacts:
    """The fact of one file."""
    return read_file(SourceFile(path=file.name, open=lambda: file.open("rb"), size=file.stat().st_size))


@pytest.mark.parametrize("name", FOLDERS)
def test_every_file_is_accounted_for(test_data: Path, name: str) -> None:
    """Each file on disk has one fact, and everything said has its sentence in both languages, its blanks filled."""
    folder = test_data / name
    facts = facts_of(folder)
    listed = [fact.path if isinstance(fact, OtherFacts) else fact.header.path for fact in facts]
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert len(listed) == len(set(listed))
    assert set(listed) == on_disk
    for fact in facts:
        said = [fact.reason] if isinstance(fact, OtherFacts) else fact.header.findings
        for finding in said:
            for language in LANGUAGES:
                assert phrase(finding.code, language, **finding.params)
                assert placeholders(finding.code, language) <= finding.params.keys()


@pytest.mark.parametrize("name", ["rtdose", "rtdose_rle", "rtdose_expb"])
def test_doses_as_pydicom_decodes_them(test_data: Path, name: str) -> None:
    """Little endian, RLE and big endian give pydicom's pixel array times the scaling, and lie on the same grid."""
    file = test_data / PYDICOM / f"{name}.dcm"
    fact = one(file)
    assert isinstance(fact, DoseFacts)
    dataset = pydicom.dcmread(file)
    np.testing.assert_allclose(
        fact.voxels(), dataset.pixel_array * float(dataset.DoseGridScaling), rtol=1e-12
    )
    assert (fact.units, fact.summation) == ("RELATIVE", "BEAM")
    assert fact.grid is not None
    assert fact.grid.shape == dataset.pixel_array.shape
    last = fact.grid.points_at(np.array([[0.0, 0.0, fact.grid.shape[0] - 1.0]]))[0]
    assert last[2] == pytest.approx(-761.87 + float(dataset.GridFrameOffsetVector[-1]))


def test_single_frame_and_cut_files(test_data: Path) -> None:
    """One-frame doses have no grid; the cut plan is called cut."""
    for name in ("rtdose_1frame", "rtdose_rle_1frame", "rtdose_expb_1frame"):
        fact = one(test_data / PYDICOM / f"{name}.dcm")
        assert isinstance(fact, DoseFacts)
        assert fact.problem is not None
        assert fact.problem.code == "dose_single_plane"
    cut = one(test_data / PYDICOM / "rtplan_truncated.dcm")
    assert isinstance(cut, OtherFacts)
    assert cut.reason.code == "truncated"


BREAST = {
    1: (13944.42, 0.000, 0.462, 14.681),
    3: (0.745, 0.032, 0.079, 0.149),
    4: (396.229, 0.041, 5.614, 14.681),
    5: (437.462, 0.022, 0.648, 3.095),
    6: (2008.949, 0.023, 0.909, 12.723),
    7: (0.566, 0.075, 0.108, 0.155),
    8: (0.343, 1.231, 6.320, 11.547),
    9: (12.809, 14.071, 14.291, 14.569),
    10: (62.883, 12.499, 14.265, 14.662),
}
"""Volume cm³, minimum, mean, maximum Gy by the planning system (MANIFEST.md of the data)."""


def test_percent_for_gy_of_a_planning_system(test_data: Path) -> None:
    """The percent of 14 Gy in breast_complete leave as Gy, to the last digit listed, and it is said."""
    (dose,) = [fact for fact in facts_of(test_data / "breast_complete") if isinstance(fact, DoseFacts)]
    assert dose.dvh_hundred_percent_gy == 14.0
    assert "dvh_percent_for_gy" in {finding.code for finding in dose.header.findings}
    found = {dvh.roi_number: (dvh.volume_cm3, dvh.min_gy, dvh.mean_gy, dvh.max_gy) for dvh in dose.dvhs}
    assert found.keys() == BREAST.keys()
    for number, values in BREAST.items():
        np.testing.assert_allclose(np.array(found[number], dtype=float), values, atol=6e-4, rtol=4e-6)


def test_the_breast_set(test_data: Path) -> None:
    """98 JPEG2000 slices make one volume with the spacing of their positions; plan and ROIs are as listed."""
    facts = facts_of(test_data / "breast_complete")
    image = image_of([fact for fact in facts if isinstance(fact, ImageSliceFacts)]).image
    assert image.grid.shape[0] == 98
    voxels = image.voxels()
    assert voxels.shape == image.grid.shape
    assert -1100 < voxels.min() < -900
    (plan,) = [fact for fact in facts if isinstance(fact, PlanFacts)]
    assert (plan.approval, plan.fractions_planned, plan.radiation) == ("UNAPPROVED", 7, ("PHOTON",))
    assert sum(beam.dose_gy or 0 for beam in plan.fraction_groups[0].beams) * 7 == pytest.approx(14.0)
    (structures,) = [fact for fact in facts if isinstance(fact, StructureSetFacts)]
    assert len(structures.rois) == 10


def test_contours_as_pydicom_parses_them(test_data: Path) -> None:
    """Bulk parsing gives the numbers that pydicom gives one by one."""
    file = test_data / "breast_complete" / "RTSTRUCT.dcm"
    fact = one(file)
    assert isinstance(fact, StructureSetFacts)
    rois = {roi.number: roi for roi in fact.rois}
    for item in pydicom.dcmread(file).ROIContourSequence:
        expected = [
            np.array(c.ContourData, dtype=float).reshape(-1, 3) for c in item.get("ContourSequence", [])
        ]
        polygons = rois[int(item.ReferencedROINumber)].contours().polygons
        assert len(polygons) == len(expected)
        for polygon, points in zip(polygons, expected, strict=True):
            np.testing.assert_array_equal(polygon, points[: len(polygon)])


def test_proton_plan_is_the_sum_of_its_beams(test_data: Path) -> None:
    """PLAN = BEAM 1 + BEAM 2 within 4.6e-5 Gy, 2.2102 Gy at most; the plan carries another PatientID."""
    facts = facts_of(test_data / "proton_plan03")
    doses = {fact.beam_numbers: fact for fact in facts if isinstance(fact, DoseFacts)}
    assert {fact.dose_type for fact in doses.values()} == {"EFFECTIVE"}
    whole = doses[()].voxels()
    assert whole.max() == pytest.approx(2.2102, abs=5e-5)
    assert np.abs(whole - doses[(1,)].voxels() - doses[(2,)].voxels()).max() < 4.7e-5
    (plan,) = [fact for fact in facts if isinstance(fact, PlanFacts)]
    assert (plan.is_ion, plan.radiation) == (True, ("PROTON",))
    assert (plan.header.patient_id, doses[()].header.patient_id) == ("test_LET_ramp", "WTR303030")


def test_feet_first_and_non_square(test_data: Path) -> None:
    """Feet first: x and z run backwards from Image Position. Non-square: rows are spaced along y, columns along x."""
    feet = one(test_data / "pymedphys_data" / "RD.TBB_feet_in_supine.dcm")
    assert isinstance(feet, DoseFacts)
    assert feet.grid is not None
    corner = feet.grid.points_at(np.array([[1.0, 1.0, 1.0]]))[0]
    np.testing.assert_allclose(corner, [99.90417554 - 2, -99.38342162 + 2, 100 - 2.5])
    oblong = one(test_data / "pymedphys_data" / "rtdose_non_square_pixels.dcm")
    assert isinstance(oblong, DoseFacts)
    assert oblong.grid is not None
    np.testing.assert_allclose(oblong.grid.spacing_mm[:2], [1.0078947368421, 1.03125])
    assert oblong.grid.points_at(np.array([[0.0, 0.0, 1.0]]))[0][2] == pytest.approx(
        18.5 - 1.0197368, abs=0.02
    )
    assert oblong.voxels().shape == oblong.grid.shape
