"""The search for originals finds what other programs leave and what is hidden, and raises no alarm for what may stay."""

from __future__ import annotations

import json
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from graybook.dicom.deidentify import Originals, deidentified, encoded, leaks, originals
from graybook.record import Identity
from graybook.record.project_key import ProjectKey

KEY = ProjectKey(project="trial", secret=bytes(range(32)))
PERSON = KEY.person([Identity(value="P1")])


def written(folder: Path, dataset: Dataset, name: str = "a.dcm") -> Path:
    """A file of a dataset."""
    path = folder / name
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    path.write_bytes(stream.getvalue())
    return path


def attributes(found: Originals, *files: Path) -> set[str]:
    """The attributes whose original values were found."""
    return {leak.attribute for leak in leaks(found, files)}


def pydicom_file(name: str) -> Dataset:
    """A file that pydicom ships, as it is read."""
    dataset = pydicom.dcmread(get_testdata_file(f"{name}.dcm"), force=True)
    dataset.file_meta.TransferSyntaxUID = (
        dataset.file_meta.get("TransferSyntaxUID") or pydicom.uid.ImplicitVRLittleEndian
    )
    return dataset


def test_what_dicom_anonymizer_leaves_is_found(tmp_path: Path) -> None:
    """Rules at the top only (its version 2.1.0): nested institution, machine, names and UIDs of an RTPLAN are leaks."""
    dataset = pydicom_file("rtplan")
    found = originals(dataset)
    for keyword in ("PatientName", "PatientID", "InstitutionName", "StationName", "RTPlanLabel", "RTPlanName",
                    "InstitutionalDepartmentName", "ReferringPhysicianName", "OperatorsName", "StudyID"):  # fmt: skip
        if keyword in dataset:
            setattr(dataset, keyword, "")
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "InstanceCreatorUID"):
        setattr(dataset, keyword, "2.25.1")
    for keyword in ("StudyDate", "RTPlanDate", "InstanceCreationDate", "PatientBirthDate"):
        setattr(dataset, keyword, "19000101")
    dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    told = attributes(found, written(tmp_path, dataset))
    assert {
        "ReferencedSOPInstanceUID",
        "InstitutionalDepartmentName",
        "TreatmentMachineName",
        "BeamName",
    } <= told
    assert {
        "InstitutionName",
        "DeviceSerialNumber",
    } <= told  # "Here" and "9999": short, found as values of elements


def test_what_deid_leaves_is_found(tmp_path: Path) -> None:
    """All UIDs gone but labels and institution kept (deid 0.4.13): leaks, at the top and nested."""
    dataset = pydicom_file("rtplan")
    found = originals(dataset)
    dataset.PatientName = dataset.PatientID = ""
    told = attributes(found, written(tmp_path, dataset))
    assert {"InstitutionName", "StationName", "RTPlanLabel", "InstitutionalDepartmentName"} <= told


@pytest.mark.parametrize("name", ["rtplan", "rtstruct", "rtdose"])
def test_our_own_files_have_none(name: str, tmp_path: Path) -> None:
    """Nothing is found in what is written, and its originals are many."""
    dataset = pydicom_file(name)
    found = originals(dataset)
    path = tmp_path / "a.dcm"
    path.write_bytes(encoded(deidentified(dataset, KEY, PERSON)[0]))
    assert len(found.values) > 10
    assert leaks(found, [path]) == ()


def secret() -> Originals:
    """Originals of a person."""
    dataset = Dataset()
    dataset.PatientName, dataset.PatientID = "Éloïse^Dupont^Roux", "1980-77431"
    dataset.StudyDate, dataset.SOPInstanceUID = "20200304", "1.2.3.4.5.6.7"
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.StudyDescription = "Breast"
    dataset.BodyPartExamined = "BREAST"
    return originals(dataset)


HIDDEN: dict[str, bytes] = {
    "PatientName": "seen: ÉLOÏSE".encode(),
    "PatientName latin": b"\xc9lo\xefse",
    "PatientName json": json.dumps("Éloïse").encode(),
    "PatientName case": b"xxDUPONTxx",
    "PatientID": b'"1980-77431"',
    "StudyDate": b"on 20200304.",
    "StudyDate iso": b'"2020-03-04"',
    "StudyDate french": b"le 04/03/2020,",
    "SOPInstanceUID": b"1.2.3.4.5.6.7.8",
}


@pytest.mark.parametrize("what", HIDDEN)
def test_a_value_in_any_bytes_is_found(what: str, tmp_path: Path) -> None:
    """In other cases, other encodings, within words, as another spelling of a day: found, and said without the value."""
    path = tmp_path / "report.md"
    path.write_bytes(b"x" * 777 + HIDDEN[what] + b" tail")
    (leak, *_) = leaks(secret(), [path])
    assert leak.attribute == what.split()[0]
    assert leak.place.startswith("bytes at 7")
    assert not {"dupont", "1980", "2020"} & set(str(leak).lower().replace("-", " ").split())


def test_every_place_in_a_file_is_looked_at(tmp_path: Path, tiny: Any) -> None:
    """Preamble, file meta, private and unknown elements, overlays, pixels, what stands after them: found wherever it is."""
    value = b"1.2.3.4.5.6.7"
    for place in range(40):
        path = tmp_path / "b.bin"
        path.write_bytes(b"\0" * place + value + b"\0" * (3 * place % 11))
        assert len(leaks(secret(), [path])) == 1, place
    dataset = tiny.ct()
    dataset.private_block(0x0099, "A", create=True).add_new(1, "UN", value + b"\0")
    dataset.add_new(0x60003000, "OW", value + b"\0")
    dataset.PixelData = bytes(12) + value + b"\0"
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.preamble = value.ljust(128, b"\0")
    assert len(leaks(secret(), [written(tmp_path, dataset)])) >= 4


def test_deflated_files_are_inflated_first(tmp_path: Path, tiny: Any) -> None:
    """A name is found though no byte of it can be read in the file."""
    dataset = tiny.ct(PatientName="x", StudyDescription="of Dupont", PatientComments="a" * 500)
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    path = written(tmp_path, dataset)
    assert b"Dupont" not in path.read_bytes()
    assert zlib.decompressobj(-15)
    assert "PatientName" in attributes(secret(), path)


def test_file_names_are_searched(tmp_path: Path) -> None:
    """A UID in a file's name is a leak."""
    path = tmp_path / "CT.1.2.3.4.5.6.7.dcm"
    path.write_bytes(b"")
    assert [leak.place for leak in leaks(secret(), [path])] == ["file name"]


def test_short_names_are_found_as_values_and_words(tmp_path: Path, tiny: Any) -> None:
    """A name of four letters in an element of its own, within a text, or in a report; never within another word."""
    for changes in ({"StudyDescription": "Roux"}, {"StudyDescription": "for Roux, again"}):
        dataset = tiny.ct(**changes, PatientName="x", PatientID="x")
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        assert "PatientName" in attributes(secret(), written(tmp_path, dataset))
    path = tmp_path / "report.md"
    path.write_text("seen by Roux")
    assert attributes(secret(), path) == {"PatientName"}
    path.write_text("Rouxel is another")
    assert attributes(secret(), path) == set()


@pytest.mark.parametrize(
    "text",
    [
        b"0.20200304123", b"120200304", b"202003041", b"-1.20200304", b"91.2.3.4.5.6.7", b"Breast_L", b"BREAST",
    ],
)  # fmt: skip
def test_what_is_no_leak_raises_no_alarm(text: bytes, tmp_path: Path) -> None:
    """A date within a decimal number, a UID that ends like another, a word that the published lists let stay."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"\\" + text + b"\\")
    assert leaks(secret(), [path]) == ()


def test_a_name_is_searched_though_a_code_string_holds_it(tmp_path: Path) -> None:
    """A name that also stands among the code strings of a file is no word that may stay."""
    dataset = Dataset()
    dataset.PatientName, dataset.BodyPartExamined, dataset.Manufacturer = (
        "Dupont^Marie",
        "DUPONT",
        "Dupont SA",
    )
    path = tmp_path / "report.md"
    path.write_text("about dupont")
    assert attributes(originals(dataset), path) == {"PatientName"}


@pytest.mark.parametrize(
    ("stated", "name"), [("ISO_IR 144", "Люкceмбypг"), ("GB18030", "王小东小"), ("ISO_IR 192", "Зорин")]
)
def test_a_name_of_another_script_is_found_in_utf8(stated: str, name: str, tmp_path: Path, tiny: Any) -> None:
    """A name is read by the character set of its file and searched in UTF-8 too, in either case."""
    dataset = tiny.ct(SpecificCharacterSet=stated, PatientName=name)
    found = originals(pydicom.dcmread(BytesIO(tiny.coded(dataset))))
    path = tmp_path / "report.md"
    for text in (name, name.upper(), json.dumps(name)):
        path.write_text(f"of {text} x", encoding="utf-8")
        assert attributes(found, path) == {"PatientName"}


def test_a_stand_in_raises_no_alarm(tmp_path: Path, tiny: Any) -> None:
    """The stand-in of a target begins with "Boost": it is no leak of a person called so, and a text of theirs is one."""
    dataset = tiny.rtstruct([], PatientName="Boost^Ring")
    dataset.StructureSetROISequence[0].ROIName = "lit tumoral de Mme X"
    found = originals(dataset)
    path = tmp_path / "a.dcm"
    path.write_bytes(encoded(deidentified(dataset, KEY, PERSON)[0]))
    assert b"Boost-" in path.read_bytes()
    assert leaks(found, [path]) == ()
    assert attributes(found, written(tmp_path, pydicom.dcmread(BytesIO(tiny.coded(dataset))))) >= {
        "PatientName"
    }


def test_our_own_sentences_raise_no_alarm(tmp_path: Path) -> None:
    """A word of a sentence that the report says anyway is no leak there, and is one elsewhere."""
    dataset = Dataset()
    dataset.StudyDescription, dataset.PatientName = "treatment", "Mark^X"
    sentence = "The treatment of the mark was removed."
    path = tmp_path / "report.md"
    path.write_text(sentence)
    assert leaks(originals(dataset), [path], own_texts=[sentence]) == ()
    assert len(leaks(originals(dataset), [path])) == 2
    path.write_text("treatment")
    assert len(leaks(originals(dataset), [path], own_texts=[sentence])) == 1


def test_a_private_copy_of_a_number_raises_no_alarm(tmp_path: Path, tiny: Any) -> None:
    """A vendor's private text that repeats a pixel spacing is no original; a private name and a private date are."""
    dataset = tiny.ct(PixelSpacing=["0.976562", "0.976562"])
    block = dataset.private_block(0x0019, "VENDOR", create=True)
    for number, (vr, value) in enumerate(
        [
            ("LO", "0.976562"),
            ("UN", b"0.976562"),
            ("LO", "Mme Dupont"),
            ("DA", "20200304"),
            ("UN", b"Mme Roussel "),
        ]
    ):
        block.add_new(number, vr, value)
    found = originals(dataset)
    assert "0.976562" not in found.values
    assert {"Mme Dupont", "20200304", "Mme Roussel"} <= set(found.values)
    path = tmp_path / "a.dcm"
    path.write_bytes(encoded(deidentified(dataset, KEY, PERSON)[0]))
    assert leaks(found, [path]) == ()


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_private_elements_that_stay_raise_no_alarm(syntax: str, tmp_path: Path, tiny: Any) -> None:
    """The names of creators, factors and marks of the list stay; what is no word of ours in them is an original."""
    dataset = tiny.ct()
    dataset.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(0x0D, "DT", "20200304101112.00")
    dataset.private_block(0x7053, "Philips PET Private Group", create=True).add_new(0x09, "DS", "1.000001")
    own = dataset.private_block(0x3287, "GRAYBOOK", create=True)
    own.add_new(0x04, "LO", "NOT FOR PLANNING")
    own.add_new(0x01, "LO", "of Mme Dupont")
    own.add_new(0x03, "UC", ["1.2.3.4.5.6.7"])
    before = pydicom.dcmread(BytesIO(tiny.coded(dataset, syntax)))
    found = originals(before)
    assert {"GEMS_PETD_01", "Philips PET Private Group", "NOT FOR PLANNING"}.isdisjoint(found.values)
    assert {"20200304", "of Mme Dupont", "1.2.3.4.5.6.7"} <= set(found.values)
    path = tmp_path / "a.dcm"
    path.write_bytes(encoded(deidentified(before, KEY, PERSON)[0]))
    assert leaks(found, [path]) == ()


def test_a_name_of_another_kind_of_value_is_an_original() -> None:
    """A name that a broken file holds as bytes is searched for like any other."""
    dataset = Dataset()
    tag = pydicom.tag.Tag("PatientName")
    dataset._dict[tag] = RawDataElement(tag, "OB", 12, b"Dupont^Marie", 0, False, True)
    assert "Dupont^Marie" in originals(dataset).values


def test_originals_of_many_files_are_one_set() -> None:
    """Values, what stays and encodings of all files together."""
    both = secret() | originals(pydicom_file("rtplan"))
    assert {"Dupont", "unit001"} <= set(both.values)
    assert "BREAST" in both.kept
    assert {"utf-8"} < both.encodings
