"""Transfer syntaxes: one course written plainly and in every other syntax comes in; the same doses must come out."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import JPEGExtended12Bit, JPEGLosslessSV1, JPEGLSLossless, JPEGLSNearLossless, RLELossless

from graybook.dicom.facts import DoseFacts, ImageSliceFacts, OtherFacts
from graybook.dicom.reading import read_folder
from graybook.progress import silent
from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, linear, sphere, write_phantom
from phantoms.syntaxes import WAYS, rewrite
from rules.patients import result_of

# 37 rows and columns: JPEG 2000 encoders take no less than 32.
BALL = PhantomStructure(name="SpinalCord", shape=sphere((0.0, 0.0, 0.0), 12.0))
PLAN = PhantomPlan(dose_gy=linear(40.0, (0.5, 0.2, -0.1)), fractions=20, prescription_gy=40.0)
COURSE = PhantomCourse(
    name="c",
    day=date(2025, 5, 5),
    structures=(BALL,),
    plans=(PLAN,),
    extent_mm=(36.0, 36.0, 18.0),
    spacing_mm=(2.0, 2.0, 3.0),
    image_spacing_mm=(2.0, 2.0, 6.0),
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course in Explicit VR Little Endian."""
    return write_phantom(tmp_path_factory.mktemp("plain"), [COURSE])


@pytest.mark.parametrize("way", list(WAYS))
def test_every_syntax_is_the_plain_twin(plain: Path, tmp_path: Path, way: str) -> None:
    """Doses, contours and images read the same to the last digit, and the DVH of the organ is the twin's."""
    shutil.copytree(plain, tmp_path / "in")
    rewrite(tmp_path / "in", way)
    for one, twin in zip(read_folder(tmp_path / "in", silent), read_folder(plain, silent), strict=True):
        assert type(one) is type(twin)
        assert one.header is not None
        if isinstance(one, DoseFacts | ImageSliceFacts) and isinstance(twin, DoseFacts | ImageSliceFacts):
            assert np.array_equal(one.voxels(), twin.voxels())
        assert one.header == twin.header
    ours, theirs = result_of(tmp_path / "in"), result_of(plain)
    assert ours.structures == theirs.structures


@pytest.mark.parametrize("syntax", [JPEGExtended12Bit, JPEGLSNearLossless])
def test_a_lossy_dose_is_refused(plain: Path, tmp_path: Path, syntax: str) -> None:
    """A dose compressed with losses is no measure of dose: refused with the remedy, whatever decoder is there."""
    shutil.copytree(plain, tmp_path / "in")
    file = tmp_path / "in" / "c" / "RD_0.dcm"
    dataset = pydicom.dcmread(file)
    dataset.compress(JPEGLSLossless, generate_instance_uid=False)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(file)
    result = result_of(tmp_path / "in")
    assert [one.code for one in result.refusals if "RD_0" in one.text] == ["dose_lossy"]
    assert all(one.remedy for one in result.refusals)


def test_a_syntax_without_decoder_is_named(plain: Path, tmp_path: Path) -> None:
    """A CT slice in a syntax that nothing here decodes is listed with the name of the syntax."""
    shutil.copytree(plain, tmp_path / "in")
    for file in (tmp_path / "in").rglob("CT*.dcm"):
        dataset = pydicom.dcmread(file)
        dataset.compress(RLELossless, generate_instance_uid=False)
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.100"
        dataset.save_as(file)
    facts = [one for one in read_folder(tmp_path / "in", silent) if isinstance(one, OtherFacts)]
    assert {one.reason.code for one in facts} == {"syntax_not_read"}
    assert all("MPEG2" in str(one.reason.params["syntax"]) for one in facts)


def test_jpeg_lossless_by_dcmtk(plain: Path, tmp_path: Path) -> None:
    """CT and dose compressed without loss (process 14, first-order prediction) by DCMTK read as the plain twin."""
    program = shutil.which("dcmcjpeg")
    if program is None:
        pytest.skip("dcmcjpeg: install dcmtk")
    shutil.copytree(plain, tmp_path / "in")
    for file in (tmp_path / "in").rglob("*.dcm"):
        if "PixelData" in pydicom.dcmread(file):
            subprocess.run([program, "+e1", str(file), str(file)], check=True, capture_output=True)
            assert pydicom.dcmread(file).file_meta.TransferSyntaxUID == JPEGLosslessSV1
    for one, twin in zip(read_folder(tmp_path / "in", silent), read_folder(plain, silent), strict=True):
        assert type(one) is type(twin)
        if isinstance(one, DoseFacts | ImageSliceFacts) and isinstance(twin, DoseFacts | ImageSliceFacts):
            assert np.array_equal(one.voxels(), twin.voxels())
    ours, theirs = result_of(tmp_path / "in"), result_of(plain)
    assert ours.structures == theirs.structures
