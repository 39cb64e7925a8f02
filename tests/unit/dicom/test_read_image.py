"""CT slices become a volume only when they are one; every other case is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graybook.dicom.facts import OtherFacts
from graybook.dicom.images import image_of
from graybook.errors import NotYet


def test_slices_make_an_image(tiny: Any, read: Any) -> None:
    """Slices in any order give one grid along z, columns along x, and Hounsfield units by slope and intercept."""
    image = image_of([read(tiny.ct(z)) for z in (6.0, 0.0, 3.0)])
    assert (image.grid.shape, image.grid.spacing_mm.tolist()) == ((3, 2, 3), [2.5, 1.5, 3.0])
    assert image.grid.origin_mm.tolist() == [-5, -6, 0]
    assert image.grid.frame == "1.2.3.9"
    np.testing.assert_array_equal(image.voxels()[2], [[-1000, -998, -996], [-994, -992, -990]])


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"PatientPosition": "FFS"}, "head first, supine"),
        ({"ImageOrientationPatient": [1, 0, 0, 0, 0.98, 0.2]}, "not axial"),
        ({"ImagePositionPatient": [-5, -5.5, 3]}, "tilted gantry"),
        ({"ImagePositionPatient": [-5, -6, 0]}, "two slices at one position"),
        ({"ImagePositionPatient": [-5, -6, 7]}, "unevenly spaced"),
        ({"PixelSpacing": [1, 1]}, "different size or pixel spacing"),
        ({"SeriesInstanceUID": "1.2.3.99"}, "several series"),
        ({"FrameOfReferenceUID": "1.2.3.98"}, "several series or frames"),
    ],
)
def test_what_is_no_volume_is_named(tiny: Any, read: Any, second: dict[str, Any], said: str) -> None:
    """Another patient position, orientation, tilt, uneven or repeated positions are "not yet", with a remedy."""
    slices = [tiny.ct(0.0), tiny.ct(3.0, **second), tiny.ct(6.0), tiny.ct(9.0)]
    if "PatientPosition" in second:
        slices = [tiny.ct(z, **second) for z in (0.0, 3.0)]
    with pytest.raises(NotYet, match=said) as error:
        image_of([read(dataset) for dataset in slices])
    assert error.value.remedy


def test_one_slice_is_no_volume(tiny: Any, read: Any) -> None:
    """A single slice has no spacing."""
    with pytest.raises(NotYet, match="at least two"):
        image_of([read(tiny.ct())])


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
