"""A name, a UID and a date in every attribute and every sequence of the standard: none of them is left in any byte."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from pydicom.datadict import DicomDictionary, keyword_dict
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from graybook.dicom.deidentify import deidentified, encoded, leaks, originals
from graybook.record import Identity
from graybook.record.project_key import ProjectKey

KEY = ProjectKey(project="trial", secret=bytes(range(32)))
PERSON = KEY.person([Identity(value="Z1")])
CT = "1.2.840.10008.5.1.4.1.1.2"
UID, DAY = "1.3.6.1.4.1.99999.42", "19870605"
NAME, IDEOGRAPHIC = "Zorglub^Dupont", "ゾルグ^デュポン"
SECRETS = ("zorglub", "dupont", UID, DAY, "19870606", "1987-06-05", "ゾルグ", "デュポン")
VALUES = {
    "PN": f"{NAME}={IDEOGRAPHIC}={NAME}",
    "UI": UID,
    "DA": DAY,
    "DT": f"{DAY}123456.123+0100",
    "TM": "123456",
    "AS": "095Y",
    "UR": "http://zorglub/dupont",
    "AE": "ZORGLUB",
    "LO": "Zorglub\\Dupont",
    "SH": "Zorglub Dupont",
    "UC": f"Zorglub {UID}",
    "ST": "Mme Dupont, Zorglub",
    "LT": f"seen {DAY}\r\nby Dupont",
    "UT": f"Dupont {UID}",
    "OB": b"Zorglub Dupont",
    "OW": b"Zorglub Dupont",
    "UN": b"Zorglub Dupont",
}
BULK = {"OB", "OW", "OF", "OD", "OL", "OV"}
STAYS = {
    "PixelData", "FloatPixelData", "DoubleFloatPixelData", "VectorGridData", "PointCoordinatesData",
    "CompensatorProximalThicknessMap", "CompensatorDistalThicknessMap", "BlockEdgeData",
}  # fmt: skip
DEEP = {
    "ReferencedImageSequence",
    "ContentSequence",
    "BeamSequence",
    "ROIContourSequence",
    "SourceImageSequence",
}
"""Sequences whose items have sequences themselves."""
WRITTEN = (
    ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian,
)  # fmt: skip


def add_private(dataset: Dataset) -> None:
    """A private block with a secret of each kind, one of them a sequence."""
    block = dataset.private_block(0x0099, "Zorglub Inc", create=True)
    for number, (vr, value) in enumerate(VALUES.items(), 1):
        block.add_new(number, vr, value)
    item = Dataset()
    item.PatientName, item.StudyInstanceUID = NAME, UID
    block.add_new(0x80, "SQ", [item])


def inner(depth: int | bool) -> Dataset:
    """An item full of secrets, with a sequence in it to some depth."""
    item = Dataset()
    item.PatientName, item.ReferencedSOPInstanceUID = NAME, UID
    item.ContentDate, item.TextValue, item.InstitutionName = DAY, "Mme Dupont", "Zorglub"
    item.PersonName, item.UID, item.CodeMeaning = NAME, UID, "Dupont"
    item.CodeValue, item.CodingSchemeDesignator = "DUPONT", "99ZORGLUB"
    add_private(item)
    if depth:
        item.ReferencedImageSequence = [inner(int(depth) - 1)]
    return item


def haunted(syntax: str, *, every: int = 1) -> Dataset:
    """A CT image in which every attribute of the standard that can hold a secret holds one; of sequences, every so many."""
    dataset = Dataset()
    for tag, (vr, _, _, _, keyword) in DicomDictionary.items():
        if (tag >> 16) in (0x0000, 0x0002, 0x0004) or not keyword or keyword in STAYS or "LUTData" in keyword:
            continue
        if (tag >> 16) in (0xFFFA, 0xFFFC) or "LookupTable" in keyword or "IndexList" in keyword:
            continue
        if vr in BULK and keyword not in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
            dataset.add(DataElement(tag, vr, b"Zorglub DupontXX"))
        elif vr == "SQ":
            if keyword in DEEP or tag % every == 0:
                dataset.add(DataElement(tag, vr, Sequence([inner(keyword in DEEP)])))
        elif vr in VALUES:
            dataset.add(DataElement(tag, vr, VALUES[vr]))
    for keyword in ("VolumetricCurvePoints", "DoublePointCoordinatesData"):
        dataset.pop(keyword_dict[keyword], None)
    add_private(dataset)
    dataset.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.Modality = CT, UID, "CT"
    dataset.BurnedInAnnotation = "NO"
    dataset.ReferencedSOPClassUID = CT
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.SourceApplicationEntityTitle = "ZORGLUB"
    dataset.preamble = b"Dupont".ljust(128, b"\0")
    return dataset


def read_again(dataset: Dataset) -> Dataset:
    """The dataset as a program reads it from a file, elements still raw."""
    stream = BytesIO()
    dcmwrite(stream, dataset, enforce_file_format=True)
    return pydicom.dcmread(BytesIO(stream.getvalue()))


def found_in(data: bytes) -> list[str]:
    """Secrets among the bytes, in the encodings a file may have."""
    folded = data.lower()
    kinds = [(one, code) for one in SECRETS for code in ("utf-8", "iso2022_jp", "shift_jis", "utf-16-le")]
    return sorted({one for one, code in kinds if one.encode(code) in folded})


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("syntax", WRITTEN, ids=lambda one: one.name)
def test_no_secret_of_any_attribute_is_left(syntax: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In each way of writing: no secret among the bytes, inflated too, and the search for originals agrees."""
    whole = syntax == ImplicitVRLittleEndian
    before = read_again(haunted(syntax, every=1 if whole else 7))
    assert len(before) > (2000 if whole else 1000)
    after, findings = deidentified(before, KEY, PERSON)
    data = encoded(after)
    again = pydicom.dcmread(BytesIO(data))
    again.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    uncompressed = BytesIO()
    dcmwrite(uncompressed, again, implicit_vr=False, little_endian=True, force_encoding=True)
    assert found_in(data) == []
    assert found_in(uncompressed.getvalue()) == []
    assert again.SOPInstanceUID == KEY.uid(UID)
    assert {one.code for one in findings} >= {"deidentify_private_removed", "deidentify_text_removed"}
    path = tmp_path_factory.mktemp("haunted") / "a.dcm"
    path.write_bytes(data)
    assert leaks(originals(before), [path]) == ()


@pytest.mark.filterwarnings("ignore")
def test_the_object_that_came_in_is_as_it_was() -> None:
    """Nothing is changed in place: every value of the original is still there."""
    before = haunted(ExplicitVRLittleEndian, every=20)
    expected = before.to_json()
    deidentified(before, KEY, PERSON)
    assert before.to_json() == expected


@pytest.mark.filterwarnings("ignore")
def test_links_of_every_kind_lead_where_they_led() -> None:
    """A UID is replaced by one and the same at every depth: in sequences, several at once, and in content items."""
    before = haunted(ExplicitVRLittleEndian, every=20)
    before.ReferencedImageSequence[0].FailedSOPInstanceUIDList = [UID, f"{UID}.1", UID]
    after, _ = deidentified(before, KEY, PERSON)
    item = after.ReferencedImageSequence[0]
    assert item.ReferencedSOPInstanceUID == after.SOPInstanceUID == KEY.uid(UID)
    assert list(item.FailedSOPInstanceUIDList) == [KEY.uid(UID), KEY.uid(f"{UID}.1"), KEY.uid(UID)]
    assert item.ReferencedImageSequence[0].ReferencedSOPInstanceUID == KEY.uid(UID)
    assert KEY.uid(UID) == after.ContentSequence[0].UID


@pytest.mark.filterwarnings("ignore")
def test_signatures_and_former_values_are_gone() -> None:
    """What vouches for the old object, or keeps its old values, is not in the new one."""
    before = haunted(ExplicitVRLittleEndian, every=20)
    gone = (
        "DigitalSignaturesSequence", "MACParametersSequence", "OriginalAttributesSequence",
        "ModifiedAttributesSequence", "EncryptedAttributesSequence", "IconImageSequence", "DataSetTrailingPadding",
        "RequestAttributesSequence", "OtherPatientIDsSequence", "ReferencedPatientSequence", "ICCProfile",
    )  # fmt: skip
    for keyword in gone:
        tag = keyword_dict[keyword]
        vr = DicomDictionary[tag][0]
        before.add(DataElement(tag, vr, Sequence([inner(0)]) if vr == "SQ" else b"Dupont"))
    before.add(DataElement(Tag(0x6000, 0x0010), "US", 64))
    before.add(DataElement(Tag(0x6002, 0x3000), "OW", b"Dupont"))
    before.add(DataElement(Tag(0x6002, 0x4000), "LT", "Dupont"))
    before.add(DataElement(Tag(0x5004, 0x3000), "OW", b"Dupont"))
    before.add(DataElement(Tag(0x300A, 0x0000), "UL", 12))
    after, findings = deidentified(before, KEY, PERSON)
    assert [keyword for keyword in gone if keyword in after] == []
    assert {tag.group for tag in after.keys()} & {0x6000, 0x6002, 0x5004, 0x0400} == set()  # noqa: SIM118
    assert {"deidentify_overlay_removed", "deidentify_overlay_in_pixels", "deidentify_signature_removed"} <= {
        one.code for one in findings
    }
