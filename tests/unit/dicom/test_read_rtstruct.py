"""Contours come out as they were drawn; what cannot bound a volume is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graybook.errors import InputError, NotYet

SQUARE = [[0, 0, 5], [10, 0, 5], [10, 10, 5], [0, 10, 5]]
HOLE = [[2, 2, 5], [4, 2, 5], [4, 4, 5]]


def codes(fact: Any) -> list[str]:
    """Codes of the findings."""
    return [finding.code for finding in fact.header.findings]


def test_closed_contours(tiny: Any, read: Any) -> None:
    """Two polygons of one plane keep their points, order and frame; a repeated first point is dropped."""
    fact = read(tiny.rtstruct([tiny.contour([*SQUARE, SQUARE[0]]), tiny.contour(HOLE, "CLOSEDPLANAR_XOR")]))
    (roi,) = fact.rois
    assert (roi.number, roi.name, roi.interpreted_type, roi.contour_count) == (1, "Cord", "ORGAN", 2)
    stack = roi.contours()
    assert stack.frame == "1.2.3.9"
    np.testing.assert_array_equal(stack.polygons[0], SQUARE)
    np.testing.assert_array_equal(stack.polygons[1], HOLE)


def test_what_bounds_nothing_is_said(tiny: Any, read: Any) -> None:
    """Points, open lines and two-point contours are counted in findings and left out."""
    contours = [
        tiny.contour(SQUARE),
        tiny.contour([[1, 1, 5]], "POINT"),
        tiny.contour(HOLE, "OPEN_PLANAR"),
        tiny.contour(HOLE[:2]),
    ]
    fact = read(tiny.rtstruct(contours))
    assert fact.rois[0].contour_count == 1
    assert len(fact.rois[0].contours().polygons) == 1
    assert sorted(codes(fact)) == ["roi_contours_not_closed", "roi_contours_too_small"]
    assert fact.header.findings[0].params["count"] == 2


def test_a_structure_of_points_is_not_yet(tiny: Any, read: Any) -> None:
    """A structure of points only has no volume: asking for it names the structure."""
    fact = read(tiny.rtstruct([tiny.contour([[1, 1, 5]], "POINT")]))
    with pytest.raises(NotYet, match="'Cord' has no closed planar contour"):
        fact.rois[0].contours()


def test_an_empty_structure(tiny: Any, read: Any) -> None:
    """A structure without contours is empty, said, and not an error."""
    fact = read(tiny.rtstruct([]))
    assert fact.rois[0].contours().is_empty
    assert codes(fact) == ["roi_empty"]


def test_an_oblique_contour_is_read(tiny: Any, read: Any) -> None:
    """A planar contour in any plane is a contour: three points are always planar."""
    fact = read(tiny.rtstruct([tiny.contour([[0, 0, 5], [10, 0, 5], [10, 10, 9]])]))
    assert len(fact.rois[0].contours().planes()) == 1


def test_planes_that_are_not_parallel_are_named(tiny: Any, read: Any) -> None:
    """An axial and a sagittal contour in one structure are refused, with the structure's name."""
    sagittal = [[5, 0, 0], [5, 10, 0], [5, 10, 10], [5, 0, 10]]
    fact = read(tiny.rtstruct([tiny.contour(SQUARE), tiny.contour(sagittal)]))
    with pytest.raises(InputError, match=r"'Cord': Contour . of 2 lies in a plane"):
        fact.rois[0].contours()


@pytest.mark.parametrize("bad", [b"4,0", b"4\\0", b" ", b"4 0", b"nan"])
def test_malformed_numbers_name_roi_and_tag(tiny: Any, read: Any, bad: bytes) -> None:
    """A decimal comma, a number too many, an empty one, a space inside or not-a-number is an error on that structure."""
    data = tiny.coded(
        tiny.rtstruct([tiny.contour(SQUARE), tiny.contour([[7.125, 0, 5], [8, 0, 5], [8, 8, 5]])])
    )
    fact = read(data.replace(b"7.125", bad.ljust(5) if len(bad) < 5 else bad))
    with pytest.raises(InputError, match=r"ContourData \(3006,0050\) of ROI 'Cord'"):
        fact.rois[0].contours()


def test_frame_and_series(tiny: Any, read: Any) -> None:
    """Without a frame of its own a structure takes the set's only frame; the image series is kept."""
    series = tiny.item(SeriesInstanceUID="1.2.8")
    study = tiny.item(ReferencedSOPInstanceUID="1.2.7", RTReferencedSeriesSequence=[series])
    frame = tiny.item(FrameOfReferenceUID="1.2.6", RTReferencedStudySequence=[study])
    fact = read(
        tiny.rtstruct(
            [tiny.contour(SQUARE)],
            ReferencedFrameOfReferenceSequence=[frame],
            StructureSetROISequence=[tiny.item(ROINumber=1, ROIName="Cord")],
        )
    )
    assert fact.rois[0].frame == "1.2.6"
    assert fact.image_series_uids == ("1.2.8",)


def test_contours_of_nobody_are_said(tiny: Any, read: Any) -> None:
    """Contours whose structure number is not named are not dropped in silence."""
    fact = read(tiny.rtstruct([tiny.contour(SQUARE)], StructureSetROISequence=[]))
    assert codes(fact) == ["contours_without_roi"]
