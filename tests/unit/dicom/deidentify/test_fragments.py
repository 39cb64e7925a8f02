"""Compressed pixels keep their bytes; fragments of odd length become even ones, and the file stays whole."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from pydicom.encaps import generate_fragments
from pydicom.uid import JPEG2000

from graybook.dicom.deidentify import deidentified, encoded
from graybook.dicom.deidentify.fragments import even_fragments
from graybook.record.project_key import ProjectKey

KEY = ProjectKey(project="P", secret=bytes(range(32)))


def item(data: bytes) -> bytes:
    return b"\xfe\xff\x00\xe0" + len(data).to_bytes(4, "little") + data


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([b"", b"abcd", b"ef"], [b"", b"abcd", b"ef"]),
        ([b"", b"abc"], [b"", b"abc\0"]),
        ([b"\0\0\0\0", b"abc", b"d"], [b"", b"abc\0", b"d\0"]),
        ([b"\0\0\0\0", b"abcd"], [b"\0\0\0\0", b"abcd"]),
    ],
)
def test_each_odd_fragment_gets_one_zero(before, after):
    """PS3.5 A.4: fragments of even length; a table of offsets stands only where no frame grew."""
    assert even_fragments(b"".join(map(item, before))) == b"".join(map(item, after))


def test_what_are_no_items_stays():
    """Pixels that are not encapsulated, or damaged, are not touched."""
    assert even_fragments(b"abc") == b"abc"
    assert even_fragments(item(b"abc") + b"x") == item(b"abc") + b"x"


def test_a_file_with_an_odd_fragment_is_whole_afterwards():
    """Written by a system that did not pad: the fragment is found again, and the delimiter after it."""
    dataset = pydicom.Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3.4"
    dataset.Modality, dataset.SamplesPerPixel, dataset.Rows = "CT", 1, 1
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = JPEG2000
    dataset.PixelData = item(b"") + item(b"\xff\x4f12\xff\xd9")
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    even, odd = b"\x06\0\0\0\xff\x4f12\xff\xd9", b"\x05\0\0\0\xff\x4f1\xff\xd9"
    broken = stream.getvalue().replace(even, odd)
    assert odd in broken
    result, _ = deidentified(pydicom.dcmread(BytesIO(broken)), KEY, "P-AAAAAAAAAAAAAAAA")
    data = encoded(result)
    assert data.endswith(b"\xfe\xff\xdd\xe0\0\0\0\0")
    assert list(generate_fragments(pydicom.dcmread(BytesIO(data)).PixelData))[-1] == b"\xff\x4f1\xff\xd9\0"
