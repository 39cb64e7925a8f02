"""A dose lies where its file says, in every convention, or is refused with the reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from graybook.dicom import read_rtdose
from graybook.errors import InputError, UnreadableFile
from graybook.geometry import GridField

STORED = np.arange(24).reshape(4, 2, 3)


def test_voxels_are_gray(tiny: Any, read: Any) -> None:
    """Stored values times Dose Grid Scaling, in the order z, y, x."""
    np.testing.assert_allclose(read(tiny.dose()).voxels(), STORED * 0.01)


def test_grid_of_relative_offsets(tiny: Any, read: Any) -> None:
    """Pixel Spacing is rows (y) then columns (x); planes go up from Image Position."""
    grid = read(tiny.dose()).grid
    assert grid.shape == (4, 2, 3)
    np.testing.assert_allclose(grid.points_at(np.array([[2.0, 1.0, 3.0]])), [[-10 + 10, -20 + 2, -30 + 9]])


def test_grid_of_absolute_offsets(tiny: Any, read: Any) -> None:
    """Offsets that start at the z of Image Position are z coordinates (PS3.3 C.8.8.3.2 b)."""
    grid = read(tiny.dose(GridFrameOffsetVector=[-30, -27, -24, -21])).grid
    np.testing.assert_allclose(grid.points_at(np.array([[0.0, 0.0, 3.0]])), [[-10, -20, -21]])


def test_offsets_that_go_down(tiny: Any, read: Any) -> None:
    """Negative offsets run against row x column: the planes descend, spacing stays positive."""
    grid = read(tiny.dose(GridFrameOffsetVector=[0, -3, -6, -9])).grid
    np.testing.assert_allclose(grid.points_at(np.array([[0.0, 0.0, 3.0]])), [[-10, -20, -39]])
    assert grid.spacing_mm.tolist() == [5, 2, 3]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_uneven_planes_are_exact(tiny: Any, read: Any, sign: float) -> None:
    """Planes at 0, 2, 7 and 9 mm, up or down, keep their places; between 2 and 7 mm dose is linear."""
    fact = read(tiny.dose(GridFrameOffsetVector=[0.0, sign * 2, sign * 7, sign * 9]))
    assert fact.problem is None
    np.testing.assert_allclose(
        fact.grid.points_at(np.array([[0.0, 0.0, 2.0]])), [[-10, -20, -30 + sign * 7]], atol=1e-12
    )
    field = GridField(grid=fact.grid, values=fact.voxels())
    found = field.sample(np.array([[-10.0, -20.0, -30 + sign * 4.5]])).low[0]
    assert found == pytest.approx(0.01 * (6 + 12) / 2)


def test_absolute_offsets_head_first_prone(tiny: Any, read: Any) -> None:
    """Prone, planes still follow each other along +z: z coordinates cannot be misunderstood."""
    fact = read(
        tiny.dose(GridFrameOffsetVector=[-30, -27, -24, -21], ImageOrientationPatient=[-1, 0, 0, 0, -1, 0])
    )
    np.testing.assert_allclose(fact.grid.points_at(np.array([[1.0, 1.0, 3.0]])), [[-15, -22, -21]])


@pytest.mark.parametrize(
    "orientation", [[-1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1], [0.8, 0.6, 0, -0.6, 0.8, 0]], ids=str
)
def test_any_orientation(tiny: Any, read: Any, orientation: list[float]) -> None:
    """Row, column and their cross product carry the indices, whatever way the patient lies (PS3.3 C.8.8.3.2 a)."""
    grid = read(tiny.dose(ImageOrientationPatient=orientation)).grid
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    expected = np.array([-10, -20, -30]) + 2 * 5 * row + 1 * 2 * column + 3 * 3 * np.cross(row, column)
    np.testing.assert_allclose(grid.points_at(np.array([[2.0, 1.0, 3.0]]))[0], expected)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"GridFrameOffsetVector": [0, 3, 9, 6]}, "dose_grid_order"),
        ({"GridFrameOffsetVector": [0, 3, 3, 6]}, "dose_grid_order"),
        ({"GridFrameOffsetVector": [5, 8, 11, 14]}, "dose_grid_offsets"),
        (
            {"GridFrameOffsetVector": [-30, -27, -24, -21], "ImageOrientationPatient": [-1, 0, 0, 0, 1, 0]},
            "dose_grid_offsets",
        ),
        ({"GridFrameOffsetVector": [0, 3, 6]}, "dose_grid_offset_count"),
        ({"GridFrameOffsetVector": None}, "dose_grid_offset_count"),
        ({"ImageOrientationPatient": [1, 0, 0, 0.5, 1, 0]}, "dose_orientation"),
        ({"ImagePositionPatient": None}, "dose_geometry_missing"),
        ({"PixelSpacing": [2, 0]}, "dose_orientation"),
    ],
)
def test_unusable_geometry(tiny: Any, read: Any, changes: dict[str, Any], code: str) -> None:
    """No grid is invented: the problem is named."""
    fact = read(tiny.dose(**changes))
    assert fact.grid is None
    assert fact.problem.code == code


def test_a_single_plane_has_no_thickness(tiny: Any, read: Any) -> None:
    """A dose of one frame is a problem finding, not a volume."""
    fact = read(tiny.dose(STORED[:1]))
    assert (fact.grid, fact.problem.code) == (None, "dose_single_plane")


@pytest.mark.parametrize("scaling", [None, "0", "-1"])
def test_scaling_must_be_there(tiny: Any, read: Any, scaling: str | None) -> None:
    """Without a positive Dose Grid Scaling there is a problem, and no voxels."""
    fact = read(tiny.dose(DoseGridScaling=scaling))
    assert fact.problem.code == "dose_scaling_missing"
    with pytest.raises(InputError, match="DoseGridScaling"):
        fact.voxels()


def test_missing_pixels_are_found_without_decoding(tiny: Any, read: Any) -> None:
    """Pixel data shorter than rows x columns x frames is a problem; asking for voxels names tag and file."""
    fact = read(tiny.dose(PixelData=b"\x00" * 40))
    assert (fact.problem.code, fact.problem.params["missing"]) == ("pixel_data_truncated", 8)
    with pytest.raises(UnreadableFile, match=r"7FE0,0010\) of a.dcm"):
        fact.voxels()
    assert read(tiny.dose(PixelData=None)).problem.code == "dose_without_pixels"


def test_bits_and_sign(tiny: Any, read: Any) -> None:
    """32 bit unsigned keeps its upper half; signed 16 bit keeps its sign, and negative dose is said."""
    big = np.full((2, 2, 3), 4_000_000_000, dtype="<u4")
    wide = {"BitsAllocated": 32, "BitsStored": 32, "HighBit": 31, "PixelData": big.tobytes()}
    fact = read(tiny.dose(big, **wide, DoseGridScaling="1e-8"))
    assert fact.voxels().max() == pytest.approx(40.0)
    low = np.full((2, 2, 3), -50, dtype="<i2")
    fact = read(tiny.dose(low, PixelRepresentation=1, PixelData=low.tobytes()))
    assert fact.voxels().min() == pytest.approx(-0.5)
    (finding,) = fact.header.findings
    assert (finding.code, finding.params["value"]) == ("dose_negative", pytest.approx(-0.5))


def test_big_endian_and_compressed(tiny: Any, read: Any) -> None:
    """Big endian and RLE give the same Gy as little endian."""
    swapped = tiny.dose(PixelData=STORED.astype(">u2").tobytes())
    np.testing.assert_allclose(read(tiny.coded(swapped, ExplicitVRBigEndian)).voxels(), STORED * 0.01)
    np.testing.assert_allclose(read(tiny.coded(tiny.dose(), ImplicitVRLittleEndian)).voxels(), STORED * 0.01)
    packed = tiny.dose()
    tiny.coded(packed)
    packed.compress(RLELossless)
    np.testing.assert_allclose(read(packed).voxels(), STORED * 0.01)


def test_links_and_units(tiny: Any, read: Any) -> None:
    """Plan, fraction group and beam of a BEAM dose are kept; RELATIVE units are kept and said."""
    group = tiny.item(
        ReferencedFractionGroupNumber=1, ReferencedBeamSequence=[tiny.item(ReferencedBeamNumber=3)]
    )
    plan = tiny.item(ReferencedSOPInstanceUID="1.2.9", ReferencedFractionGroupSequence=[group])
    fact = read(tiny.dose(ReferencedRTPlanSequence=[plan], DoseSummationType="BEAM", DoseUnits="RELATIVE"))
    assert (fact.plan_uids, fact.fraction_group, fact.beam_numbers) == (("1.2.9",), 1, (3,))
    assert (fact.summation, fact.units) == ("BEAM", "RELATIVE")
    assert "dose_not_in_gray" in {finding.code for finding in fact.header.findings}


def test_frames_that_nobody_counted(tiny: Any, read: Any) -> None:
    """Without Number of Frames, as many planes as offsets are read when the pixels are there, else one."""
    assert read(tiny.dose(NumberOfFrames=None)).voxels().shape == (4, 2, 3)
    short = tiny.dose(NumberOfFrames=None, PixelData=STORED[:1].astype("<u2").tobytes())
    assert read(short).problem.code == "dose_single_plane"


@pytest.mark.parametrize(
    ("bits", "signed"), [(8, 0), (16, 0), (32, 0), (16, 1), (32, 1)], ids=["u1", "u2", "u4", "i2", "i4"]
)
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_pixels_read_where_they_lie(
    tiny: Any, read: Any, monkeypatch: pytest.MonkeyPatch, bits: int, signed: int, syntax: str
) -> None:
    """Uncompressed values of any width are read from their place, without a decoder, and are stored value times scaling."""
    stored = STORED.astype(f"<{'i' if signed else 'u'}{bits // 8}") * (2 ** (bits - 6) + 1)
    changes = {"BitsAllocated": bits, "BitsStored": bits, "HighBit": bits - 1}
    made = tiny.dose(**changes, PixelRepresentation=signed, PixelData=stored.tobytes())
    if syntax == ExplicitVRLittleEndian:
        made["PixelData"].VR = "OW" if bits > 8 else "OB"
    fact = read(tiny.coded(made, syntax))
    monkeypatch.setattr(read_rtdose, "decoded", lambda *_: pytest.fail("a decoder was asked"))
    np.testing.assert_array_equal(fact.voxels(), stored.astype(float) * 0.01)


def test_fewer_bits_stored_are_left_to_the_decoder(tiny: Any, read: Any) -> None:
    """Values of 12 bits in 16 are not read from their place: what the other bits hold is the decoder's matter."""
    np.testing.assert_allclose(read(tiny.dose(BitsStored=12, HighBit=11)).voxels(), STORED * 0.01)
