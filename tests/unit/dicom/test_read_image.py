"""CT slices become a volume only when they are one; every other case is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graybook.dicom.facts import ImageSliceFacts, OtherFacts
from graybook.dicom.images import image_of
from graybook.errors import InputError
from graybook.geometry import GridField

TILT = float(np.radians(18.0))


def test_slices_make_an_image(tiny: Any, read: Any) -> None:
    """Slices in any order give one grid along z, columns along x, and Hounsfield units by slope and intercept."""
    found = image_of([read(tiny.ct(z)) for z in (6.0, 0.0, 3.0)])
    image = found.image
    assert (image.grid.shape, image.grid.spacing_mm.tolist()) == ((3, 2, 3), [2.5, 1.5, 3.0])
    assert image.grid.origin_mm.tolist() == [-5, -6, 0]
    assert (image.grid.frame, found.findings, found.repeated) == ("1.2.3.9", (), ())
    np.testing.assert_array_equal(image.voxels()[2], [[-1000, -998, -996], [-994, -992, -990]])


@pytest.mark.parametrize(
    ("orientation", "position"),
    [
        ([1, 0, 0, 0, 1, 0], "HFS"),
        ([-1, 0, 0, 0, -1, 0], "HFP"),
        ([-1, 0, 0, 0, 1, 0], "FFS"),
        ([1, 0, 0, 0, -1, 0], "FFP"),
        ([0, 1, 0, -1, 0, 0], "HFDR"),
        ([0, -1, 0, -1, 0, 0], "FFDL"),
        ([0, 1, 0, 0, 0, -1], "HFS"),
        ([1, 0, 0, 0, 0, -1], "HFS"),
        ([0.8, 0.6, 0, -0.36, 0.48, 0.8], "HFS"),
    ],
    ids=["HFS", "HFP", "FFS", "FFP", "HFDR", "FFDL", "sagittal", "coronal", "oblique"],
)
@pytest.mark.parametrize("modality", ["CT", "MR", "PT"])
def test_any_orientation(
    tiny: Any, read: Any, orientation: list[float], position: str, modality: str
) -> None:
    """Each voxel lies at Image Position + column x row direction + row x column direction, for CT, MR and PET alike."""
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    normal = np.cross(row, column)
    slices = [
        read(
            tiny.ct(
                uid=f"1.2.3.7.{k}",
                Modality=modality,
                SOPClassUID=f"1.2.840.10008.5.1.4.1.1.{ {'CT': 2, 'MR': 4, 'PT': 128}[modality] }",
                ImageOrientationPatient=orientation,
                PatientPosition=position,
                ImagePositionPatient=(np.array([7.0, 8.0, 9.0]) + 3.0 * k * normal).tolist(),
                RescaleIntercept=str(100 * k),
            ),
            f"{k}.dcm",
        )
        for k in (2, 0, 3, 1)
    ]
    image = image_of(slices).image
    assert image.modality == modality
    place = np.array([7.0, 8.0, 9.0]) + 2 * 2.5 * row + 1 * 1.5 * column + 3 * 3.0 * normal
    np.testing.assert_allclose(image.grid.points_at(np.array([[2.0, 1.0, 3.0]]))[0], place, atol=1e-9)
    value = GridField(grid=image.grid, values=image.voxels()).sample(place[None] - 1e-9 * normal).low[0]
    assert value == pytest.approx(300 + 2 * 5)


def test_a_tilted_gantry_is_exact(tiny: Any, read: Any) -> None:
    """Tilted planes that follow each other along the table keep their shift: the third axis leans, nothing is resampled."""
    orientation = [1, 0, 0, 0, np.cos(TILT), -np.sin(TILT)]
    slices = [read(tiny.ct(z, ImageOrientationPatient=orientation)) for z in (0.0, 3.0, 6.0, 9.0)]
    grid = image_of(slices).image.grid
    assert not grid.is_orthonormal
    place = np.array([-5 + 2 * 2.5, -6 + 1.5 * np.cos(TILT), 9 - 1.5 * np.sin(TILT)])
    np.testing.assert_allclose(grid.points_at(np.array([[2.0, 1.0, 3.0]]))[0], place, atol=1e-6)


def test_uneven_slices_stay_where_they_are(tiny: Any, read: Any) -> None:
    """Slices 2 then 5 mm apart keep their positions and are said; nothing is missing."""
    found = image_of([read(tiny.ct(z)) for z in (0.0, 2.0, 4.0, 6.0, 11.0, 16.0, 21.0)])
    assert found.image.grid.offsets_mm.tolist() == [0, 2, 4, 6, 11, 16, 21]
    assert [finding.code for finding in found.findings] == ["image_slices_uneven"]


def test_missing_slices_are_said_or_refused(tiny: Any, read: Any) -> None:
    """One missing slice is bridged and said with its gap; a hole of 12 mm is refused."""
    found = image_of([read(tiny.ct(z)) for z in (0.0, 3.0, 9.0, 12.0, 15.0)])
    (finding,) = found.findings
    assert (finding.code, finding.params["count"], finding.params["longest"]) == (
        "image_slices_missing",
        1,
        "6",
    )
    with pytest.raises(InputError, match="a hole where slices are missing"):
        image_of([read(tiny.ct(z)) for z in (0.0, 3.0, 15.0, 18.0)])


def test_repeated_slices(tiny: Any, read: Any) -> None:
    """The same pixels twice at one position: one is kept and said; other pixels there: refused, both files named."""
    slices = [read(tiny.ct(z), f"{z}.dcm") for z in (0.0, 3.0, 6.0)]
    found = image_of([*slices, read(tiny.ct(3.0, uid="1.2.99"), "copy.dcm")])
    assert (found.image.grid.shape[0], found.repeated) == (3, ("copy.dcm",))
    assert [finding.code for finding in found.findings] == ["image_slices_repeated"]
    other = read(tiny.ct(3.0, uid="1.2.99", RescaleIntercept="0"), "other.dcm")
    with pytest.raises(InputError, match="two different slices at one position") as error:
        image_of([*slices, other])
    assert error.value.value == "3.0.dcm, other.dcm"


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"ImageOrientationPatient": [1, 0, 0, 0, 0.98, 0.2]}, "not parallel"),
        ({"ImagePositionPatient": [-5, -5.5, 3]}, "shifted against each other without a rule"),
        ({"PixelSpacing": [1, 1]}, "different size or pixel spacing"),
        ({"SeriesInstanceUID": "1.2.3.99"}, "several series"),
        ({"FrameOfReferenceUID": "1.2.3.98"}, "several series or frames"),
    ],
)
def test_what_is_no_volume_is_named(tiny: Any, read: Any, second: dict[str, Any], said: str) -> None:
    """Slices that are not parallel, are shifted, of another size, series or frame are refused with a remedy."""
    slices = [tiny.ct(0.0), tiny.ct(3.0, **second), tiny.ct(6.0), tiny.ct(9.0)]
    with pytest.raises(InputError, match=said) as error:
        image_of([read(dataset) for dataset in slices])
    assert error.value.remedy


def test_pixels_that_are_skewed_are_refused(tiny: Any, read: Any) -> None:
    """Rows and columns that are not at right angles are an error of the file."""
    slices = [read(tiny.ct(z, ImageOrientationPatient=[1, 0, 0, 0.5, 0.87, 0])) for z in (0.0, 3.0)]
    with pytest.raises(InputError, match="right angles"):
        image_of(slices)


def test_one_slice_is_no_volume(tiny: Any, read: Any) -> None:
    """A single slice has no thickness that is known."""
    with pytest.raises(InputError, match="has one slice"):
        image_of([read(tiny.ct())])


def functional(position: Any, intercept: float, tiny: Any) -> Any:
    """The functional groups of one frame."""
    return tiny.item(
        PlanePositionSequence=[tiny.item(ImagePositionPatient=position)],
        PixelValueTransformationSequence=[tiny.item(RescaleIntercept=intercept, RescaleSlope=2)],
    )


@pytest.mark.parametrize(("sop", "modality"), [("2.1", "CT"), ("4.1", "MR"), ("130", "PT")])
def test_enhanced_multiframe(tiny: Any, read: Any, sop: str, modality: str) -> None:
    """An enhanced object's frames lie and are scaled as their functional groups say, in any order."""
    shared = tiny.item(
        PlaneOrientationSequence=[tiny.item(ImageOrientationPatient=[-1, 0, 0, 0, 1, 0])],
        PixelMeasuresSequence=[tiny.item(PixelSpacing=[1.5, 2.5])],
    )
    frames = [functional([5.0, -6.0, z], z, tiny) for z in (4.0, 0.0, 2.0)]
    dataset = tiny.ct(
        SOPClassUID=f"1.2.840.10008.5.1.4.1.1.{sop}",
        Modality=modality,
        NumberOfFrames=3,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=frames,
        PixelData=np.arange(18, dtype="<i2").tobytes(),
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        PixelSpacing=None,
    )
    fact = read(dataset)
    assert isinstance(fact, ImageSliceFacts)
    image = image_of([fact]).image
    np.testing.assert_allclose(image.grid.points_at(np.array([[2.0, 1.0, 0.0]]))[0], [0, -4.5, 4])
    np.testing.assert_array_equal(image.voxels()[:, 0, 0], [4 + 0, 2 + 2 * 12, 0 + 2 * 6])


@pytest.mark.parametrize("step", [2.0, -2.0])
def test_nuclear_medicine_volume(tiny: Any, read: Any, step: float) -> None:
    """A reconstructed NM object's slices follow its first by Spacing Between Slices along row x column, backwards when negative."""
    detector = tiny.item(ImagePositionPatient=[-5, -6, 10], ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    dataset = tiny.ct(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.20",
        Modality="NM",
        ImageType=["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"],
        NumberOfFrames=3,
        SliceVector=[1, 2, 3],
        SpacingBetweenSlices=step,
        DetectorInformationSequence=[detector],
        PixelData=np.arange(18, dtype="<i2").tobytes(),
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
    )
    image = image_of([read(dataset)]).image
    low = 10 if step > 0 else 6
    assert image.grid.points_at(np.zeros((1, 3)))[0].tolist() == [-5, -6, low]
    assert image.voxels()[0 if step > 0 else 2, 0, 0] == -1000.0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ImagePositionPatient": None}, "image_without_geometry"),
        ({"PixelData": None}, "pixel_data_missing"),
        ({"PixelData": b"\x00" * 10}, "pixel_data_truncated"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "image_is_localizer"),
        ({"NumberOfFrames": 2}, "image_multiframe"),
    ],
)
def test_slices_not_used(tiny: Any, read: Any, changes: dict[str, Any], code: str) -> None:
    """A slice without place or pixels is listed with the reason."""
    fact = read(tiny.ct(**changes))
    assert isinstance(fact, OtherFacts)
    assert fact.reason.code == code
