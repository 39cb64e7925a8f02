"""Contours read straight from the bytes are those that pydicom reads; whatever is not plain is left to pydicom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian
from pydicom.uid import ImplicitVRLittleEndian as Implicit

from graybook.dicom import read_rtstruct
from graybook.dicom.contour_items import NotPlain, contour_items

SQUARE = [[0, 0, 5], [10, 0, 5], [10, 10, 5], [0, 10, 5]]
HOLE = [[2, 2, 5], [4, 2, 5], [4, 4, 5]]
SYNTAXES = [ExplicitVRLittleEndian, Implicit, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]


def left_open(dataset: Dataset, *, items_too: bool) -> Dataset:
    """The dataset with the length of every sequence left undefined, and of every item if asked."""
    for element in dataset:
        if element.VR == "SQ":
            element.is_undefined_length = element.value.is_undefined_length = True
            for item in element.value:
                item.is_undefined_length_sequence_item = items_too
                left_open(item, items_too=items_too)
    return dataset


def structure_set(tiny: Any) -> Dataset:
    """Two ROIs of two contours each, with references to images."""
    dataset = tiny.rtstruct([tiny.contour(SQUARE), tiny.contour(HOLE, "CLOSEDPLANAR_XOR")])
    dataset.StructureSetROISequence.append(tiny.item(ROINumber=12, ROIName="Two"))
    raised = np.array(SQUARE) + np.array([0, 0, 2.5])
    second = [tiny.contour(raised / 3.0), tiny.contour(raised, "POINT")]
    for contour in second:
        contour.ContourImageSequence = [
            tiny.item(ReferencedSOPClassUID="1.2", ReferencedSOPInstanceUID="1.2.3")
        ]
    dataset.ROIContourSequence.append(tiny.item(ReferencedROINumber=12, ContourSequence=second))
    return dataset


def drawn(fact: Any) -> list[Any]:
    """Everything a structure set says of its ROIs, as plain values."""
    said = [(one.code, one.params) for one in fact.header.findings]
    rois = [(roi.number, roi.name, roi.contour_count, roi.interpreted_type) for roi in fact.rois]
    polygons = [[polygon.tolist() for polygon in roi.contours().polygons] for roi in fact.rois]
    return [said, rois, polygons, fact.label, fact.image_series_uids]


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("lengths", ["stated", "open sequences", "open items"])
def test_any_encoding_gives_the_same(
    tiny: Any, read: Any, monkeypatch: pytest.MonkeyPatch, syntax: str, lengths: str
) -> None:
    """In every transfer syntax, with lengths stated or not, the structures are those that pydicom's items give."""
    dataset = structure_set(tiny)
    if lengths != "stated":
        left_open(dataset, items_too=lengths == "open items")
    data = tiny.coded(dataset, syntax)
    plain = drawn(read(data))
    assert [count for _, _, count, _ in plain[1]] == [2, 1]

    def refuse(*_: Any, **__: Any) -> None:
        raise NotPlain

    monkeypatch.setattr(read_rtstruct, "contour_items", refuse)
    assert drawn(read(data)) == plain


def test_plain_bytes_need_no_items(tiny: Any, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain structure set is read without pydicom making an item of any contour."""
    data = [
        tiny.coded(left_open(structure_set(tiny), items_too=True), syntax)
        for syntax in (ExplicitVRLittleEndian, Implicit)
    ]
    monkeypatch.setattr(read_rtstruct, "_contour", lambda item: pytest.fail("an item was made"))
    assert [len(read(one).rois) for one in data] == [2, 2]


ITEM = b"\xfe\xff\x00\xe0"
NUMBER = b"\x06\x30\x84\x00\x02\x00\x00\x001 "


@pytest.mark.parametrize(
    "data",
    [
        b"\x06\x30\x84\x00\x02\x00\x00\x001 ",
        ITEM + b"\x0b\x00\x00\x00" + NUMBER,
        ITEM + b"\x08\x00\x00\x00" + NUMBER,
        ITEM + b"\x0a\x00\x00\x00" + NUMBER + b"\x00",
        ITEM + b"\x0a\x00\x00\x00" + NUMBER.replace(b"1 ", b"x "),
        ITEM + b"\xff\xff\xff\xff" + NUMBER,
        ITEM + b"\x00\x00\x00\x00",
        ITEM + b"\x0a\x00\x00\x00" + NUMBER.replace(b"\x02\x00\x00\x00", b"\xff\xff\xff\xff"),
    ],
)
def test_odd_bytes_are_not_plain(data: bytes) -> None:
    """No item, a length too long or short, a rest, a number that is none, a missing delimiter or number: all are refused."""
    with pytest.raises(NotPlain):
        contour_items(data, implicit=True)


def test_an_item_of_one_roi() -> None:
    """An item that holds nothing but ROI number 1 has no contours."""
    assert contour_items(ITEM + b"\x0a\x00\x00\x00" + NUMBER, implicit=True) == [(1, [])]
