"""De-identified files of pydicom hold nothing of what two public programs leave in them."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from graybook.dicom.deidentify import deidentified, encoded
from graybook.record import Identity
from graybook.record.project_key import ProjectKey

KEY = ProjectKey(project="trial", secret=bytes(range(32)))
PERSON = KEY.person([Identity(value="id00001")])
SURVIVORS = {
    "rtplan": ("Here", "Radiation Therap", "unit001", "9999", "Field 1"),
    "rtstruct": (),
    "rtdose": (),
}
"""What dicom-anonymizer 2.1.0 and deid 0.4.13 leave of texts in these files."""


def read(name: str) -> Dataset:
    """A file that pydicom ships."""
    return pydicom.dcmread(get_testdata_file(f"{name}.dcm"), force=True)


def uids(dataset: Dataset) -> set[str]:
    """Every UID at any depth that is none of the standard's."""
    found: set[str] = set()
    for element in dataset.iterall():
        if element.VR == "UI":
            values = [element.value] if isinstance(element.value, str) else element.value or []
            found |= {str(one) for one in values if not str(one).startswith("1.2.840.10008.")}
    return found


@pytest.mark.parametrize("name", SURVIVORS)
def test_nothing_that_other_programs_leave_survives(name: str) -> None:
    """No nested UID, institution, machine or name of a beam is among the bytes of the file."""
    original = read(name)
    written, _ = deidentified(original, KEY, PERSON)
    data = encoded(written)
    assert not [text for text in SURVIVORS[name] if text.encode() in data]
    assert uids(original)
    assert not [uid for uid in uids(original) if uid.encode() in data]


def test_links_between_files_survive() -> None:
    """A plan's structure set and a dose's plan are referred to by one UID before, and by one UID after."""
    plan, dose = (deidentified(read(name), KEY, PERSON)[0] for name in ("rtplan", "rtdose"))
    before = read("rtdose").ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID
    after = dose.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID
    assert after == KEY.uid(before)
    assert plan.SOPInstanceUID == KEY.uid(read("rtplan").SOPInstanceUID)


def test_pixels_and_numbers_keep_their_bytes() -> None:
    """The dose grid of RTDOSE is the same, byte for byte, in the same transfer syntax."""
    original = read("rtdose")
    again = pydicom.dcmread(BytesIO(encoded(deidentified(original, KEY, PERSON)[0])))
    assert again.PixelData == original.PixelData
    assert str(again.DoseGridScaling) == str(original.DoseGridScaling)
    assert again.file_meta.TransferSyntaxUID == original.file_meta.TransferSyntaxUID
