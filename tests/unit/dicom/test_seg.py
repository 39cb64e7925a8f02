"""Segmentations: masks are read as they were written, by this program and by highdicom; what is no volume is named."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from pydicom.sr.codedict import codes

from graybook.dicom.facts import OtherFacts, SegmentationFacts
from graybook.dicom.nuclide_codes import Code
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_seg import WrittenSegment, seg_dataset, write_seg
from graybook.geometry.arrays import BoolArray
from graybook.geometry.grid import Grid
from graybook.record.person import Identity, Person

GRID = Grid(
    frame="1.2.3.9",
    shape=(6, 5, 7),
    origin_mm=np.array([-10.0, -20.0, -30.0]),
    spacing_mm=np.array([4.0, 5.0, 4.7952]),
    axes=np.eye(3),
)
HEADER = SeriesHeader(
    person=Person(identities=(Identity(value="P1"),), name="Phantom^One"),
    study_uid="1.2.3.1",
    series_uid="1.2.3.2",
    day=date(2025, 1, 2),
    frame="1.2.3.9",
)
KIDNEY = Code("64033007", "SCT", "Kidney")


def mask(planes: slice, seed: int = 1) -> BoolArray:
    """Some voxels of some planes."""
    found = np.zeros(GRID.shape, dtype=np.bool_)
    found[planes] = np.random.default_rng(seed).random(found[planes].shape) > 0.5
    return found


def offset_of_planes(facts: SegmentationFacts) -> int:
    """The plane of GRID that the first plane of a segmentation is."""
    shift = (facts.grid.origin_mm - GRID.origin_mm) @ GRID.axes / GRID.spacing_mm
    np.testing.assert_allclose(shift, np.rint(shift), atol=1e-3)
    assert shift[:2].tolist() == [0.0, 0.0]
    return round(float(shift[2]))


def check(facts: SegmentationFacts, wanted: list[BoolArray]) -> None:
    """Every voxel of every segment, where it lies."""
    begin, (count, _, _) = offset_of_planes(facts), facts.grid.shape
    for segment, expected in zip(facts.segments, wanted, strict=True):
        np.testing.assert_array_equal(segment.mask(), expected[begin : begin + count])
        assert not expected[:begin].any()
        assert not expected[begin + count :].any()


def test_binary_segments_are_read_as_written(read: Any) -> None:
    """Two segments on other planes, one with a gap: each voxel where it was, labels and codes as stated, empty planes left out."""
    gapped = mask(slice(1, 5))
    gapped[2:4] = False
    whole = mask(slice(2, 6), seed=2)
    segments = [
        WrittenSegment(label="Kidney_L", mask=gapped, kind=KIDNEY),
        WrittenSegment(label="Liver", mask=whole),
    ]
    facts = read(seg_dataset(HEADER, uid="1.2.3.4", grid=GRID, segments=segments, image_series_uid="1.2.3.7"))
    assert isinstance(facts, SegmentationFacts)
    check(facts, [gapped, whole])
    assert [(one.number, one.label, one.kind) for one in facts.segments] == [
        (1, "Kidney_L", "Kidney"),
        (2, "Liver", "Organ"),
    ]
    assert (facts.segments[0].algorithm, facts.segments[0].category) == ("MANUAL", "Anatomical Structure")
    assert (facts.image_series_uids, facts.grid.frame) == (("1.2.3.7",), "1.2.3.9")
    assert facts.header.findings == ()


def test_fractions_are_read_as_written(read: Any) -> None:
    """Fractions between 0 and 1 come back to half of 1/255."""
    values = np.random.default_rng(3).random(GRID.shape)
    facts = read(
        seg_dataset(HEADER, uid="1.2.3.4", grid=GRID, segments=[WrittenSegment(label="L", mask=values)])
    )
    (segment,) = facts.segments
    assert segment.is_fraction
    np.testing.assert_allclose(segment.mask(), values, atol=0.5 / 255 + 1e-6)


def written_by_highdicom(kind: str, masks: list[Any]) -> pydicom.Dataset:
    """The same masks as another program writes them, from CT slices."""
    slices = []
    for plane in range(GRID.shape[0]):
        ds = pydicom.Dataset()
        ds.file_meta = pydicom.dataset.FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        ds.SOPClassUID, ds.SOPInstanceUID = pydicom.uid.CTImageStorage, f"1.2.3.7.{plane + 1}"
        ds.PatientID, ds.PatientName, ds.PatientBirthDate, ds.PatientSex = "P1", "Phantom^One", "", ""
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = "1.2.3.1", "1.2.3.2", "1.2.3.9"
        ds.StudyID, ds.StudyDate, ds.StudyTime, ds.AccessionNumber, ds.ReferringPhysicianName = (
            "1",
            "20250102",
            "",
            "",
            "",
        )
        ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, plane + 1
        ds.ImagePositionPatient = GRID.points_at(np.array([[0.0, 0.0, float(plane)]]))[0].round(4).tolist()
        ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.SliceThickness = [5.0, 4.0], 4.7952
        _, ds.Rows, ds.Columns = GRID.shape
        ds.BitsAllocated = ds.BitsStored = 16
        ds.HighBit, ds.PixelRepresentation, ds.SamplesPerPixel, ds.PhotometricInterpretation = (
            15,
            0,
            1,
            "MONOCHROME2",
        )
        ds.PixelData = bytes(2 * ds.Rows * ds.Columns)
        slices.append(ds)
    described = [
        highdicom.seg.SegmentDescription(
            segment_number=number,
            segment_label=f"S{number}",
            segmented_property_category=codes.SCT.AnatomicalStructure,
            segmented_property_type=codes.SCT.Kidney,
            algorithm_type="MANUAL",
        )
        for number in range(1, len(masks) + 1)
    ]
    return highdicom.seg.Segmentation(
        source_images=slices,
        pixel_array=np.stack(masks, axis=-1),
        segmentation_type=kind,
        segment_descriptions=described,
        series_instance_uid="1.2.3.40",
        series_number=2,
        sop_instance_uid="1.2.3.41",
        instance_number=1,
        manufacturer="Other",
        manufacturer_model_name="Other",
        software_versions="1",
        device_serial_number="1",
    )


@pytest.mark.parametrize("kind", ["BINARY", "LABELMAP"])
def test_segments_of_another_program(read: Any, kind: str) -> None:
    """What highdicom writes is read voxel for voxel, binary and as a label map."""
    one = mask(slice(1, 4))
    other = mask(slice(0, 6), seed=5) & ~one
    buffer = BytesIO()
    written_by_highdicom(kind, [one, other]).save_as(buffer)
    facts = read(buffer.getvalue())
    assert isinstance(facts, SegmentationFacts), facts
    check(facts, [one, other])


def test_another_program_reads_what_is_written(tmp_path: Path) -> None:
    """highdicom finds the voxels of each written segment where they were, the empty planes between them too."""
    gapped = mask(slice(1, 5))
    gapped[2:4] = False
    whole = mask(slice(0, 6), seed=2)
    segments = [WrittenSegment(label="K", mask=gapped), WrittenSegment(label="L", mask=whole)]
    write_seg(tmp_path / "seg.dcm", header=HEADER, uid="1.2.3.4", grid=GRID, segments=segments)
    found = highdicom.seg.segread(tmp_path / "seg.dcm")
    for number, drawn in ((1, gapped), (2, whole)):
        volume = found.get_volume(segment_numbers=[number], allow_missing_positions=True)
        top = GRID.points_at(np.array([[0.0, 0.0, 5.0]]))[0]
        np.testing.assert_allclose(volume.position, top, atol=1e-6)
        np.testing.assert_array_equal(volume.array[::-1, :, :, 0].astype(bool), drawn)
    assert [one.SegmentLabel for one in found.SegmentSequence] == ["K", "L"]


def test_a_long_header_and_many_segments(read: Any) -> None:
    """240 segments, whose header is longer than what is read at once: each is read from its own frames alone."""
    drawn = [mask(slice(k % 6, k % 6 + 1), seed=k) for k in range(240)]
    segments = [WrittenSegment(label=f"S{k}", mask=one) for k, one in enumerate(drawn)]
    buffer = BytesIO()
    ds = seg_dataset(HEADER, uid="1.2.3.4", grid=GRID, segments=segments)
    ds.save_as(buffer, implicit_vr=False, little_endian=True)
    assert len(buffer.getvalue()) > 1 << 16
    facts = read(ds)
    check(facts, drawn)


@pytest.mark.parametrize("syntax", ["deflated", "RLE"])
def test_compressed_segmentations(read: Any, syntax: str) -> None:
    """Deflated binary and RLE fractional segments are decoded as a whole, voxel for voxel."""
    values = np.random.default_rng(3).random(GRID.shape) if syntax == "RLE" else mask(slice(0, 6))
    ds = seg_dataset(HEADER, uid="1.2.3.4", grid=GRID, segments=[WrittenSegment(label="K", mask=values)])
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    if syntax == "RLE":
        ds.compress(pydicom.uid.RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    else:
        ds.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, ds, enforce_file_format=True)
    found = read(buffer.getvalue()).segments[0].mask()
    np.testing.assert_allclose(found.astype(float), values.astype(float), atol=0.5 / 255 + 1e-6)


def changed(change: Any) -> Any:
    """A written segmentation with something done to it."""
    ds = seg_dataset(
        HEADER, uid="1.2.3.4", grid=GRID, segments=[WrittenSegment(label="K", mask=mask(slice(0, 6)))]
    )
    change(ds)
    return ds


def _moved(ds: Any) -> None:
    ds.PerFrameFunctionalGroupsSequence[2].PlanePositionSequence[0].ImagePositionPatient = [-10, -20, -24.0]


def _renumbered(ds: Any) -> None:
    ds.PerFrameFunctionalGroupsSequence[2].SegmentIdentificationSequence[0].ReferencedSegmentNumber = 9


def _twice(ds: Any) -> None:
    groups = ds.PerFrameFunctionalGroupsSequence
    groups[2].PlanePositionSequence = groups[1].PlanePositionSequence


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_moved, "segmentation_unusable"),
        (_renumbered, "segmentation_unusable"),
        (_twice, "segmentation_unusable"),
        (lambda ds: setattr(ds, "SegmentationType", "OTHER"), "segmentation_unusable"),
        (lambda ds: setattr(ds, "SegmentSequence", []), "segmentation_unusable"),
        (lambda ds: setattr(ds, "PixelData", b"\x00" * 4), "pixel_data_truncated"),
        (lambda ds: delattr(ds, "PixelData"), "pixel_data_missing"),
        (lambda ds: delattr(ds, "FrameOfReferenceUID"), "segmentation_unusable"),
        (lambda ds: delattr(ds, "PerFrameFunctionalGroupsSequence"), "image_multiframe"),
    ],
)
def test_what_is_no_segmentation_is_named(read: Any, change: Any, code: str) -> None:
    """Frames between planes, of no segment, twice on one plane, too few bytes: not used, with the reason, never half empty."""
    facts = read(changed(change))
    assert isinstance(facts, OtherFacts)
    assert facts.reason.code == code


def test_an_empty_segment_is_said(read: Any) -> None:
    """A described segment without a frame is empty, and that is said."""

    def described(ds: Any) -> None:
        empty = pydicom.Dataset()
        empty.SegmentNumber, empty.SegmentLabel = 2, "Spleen"
        ds.SegmentSequence.append(empty)

    facts = read(changed(described))
    assert [one.code for one in facts.header.findings] == ["segmentation_empty"]
    assert not facts.segments[1].mask().any()
