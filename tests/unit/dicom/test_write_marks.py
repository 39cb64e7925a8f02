"""Marks: UIDs from content, and the private block."""

from __future__ import annotations

import hashlib
import uuid

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID

from graybook.dicom.marks import add_marks, uid_from


def test_uid_is_the_hash_of_its_parts() -> None:
    """A UID is 2.25 and the UUID made of the first 128 bits of SHA-256 over the length-marked parts."""
    digest = hashlib.sha256(b"1:a2:bc").digest()
    assert uid_from("a", "bc") == f"2.25.{uuid.UUID(bytes=digest[:16], version=5).int}"


@pytest.mark.parametrize("parts", [(), ("",), ("a",), ("é", "b" * 500)])
def test_uid_is_valid(parts: tuple[str, ...]) -> None:
    """Every UID obeys PS3.5: digits and points, at most 64 characters."""
    assert UID(uid_from(*parts)).is_valid


def test_uid_tells_parts_apart() -> None:
    """The same letters cut elsewhere give another UID."""
    assert len({uid_from("ab", "c"), uid_from("a", "bc"), uid_from("abc"), uid_from("abc", "")}) == 4


def test_marks_say_what_the_dose_is() -> None:
    """A marked dataset names Graybook, the quantity, α/β, its sources and that it is not for planning."""
    ds = Dataset()
    add_marks(ds, quantity="EQD2", alpha_beta_gy=2.5, sources=["1.2", "3.4"])
    block = ds.private_block(0x3287, "GRAYBOOK")
    assert ds.Manufacturer == "Graybook"
    assert block[0x01].value == "EQD2"
    assert block[0x02].value == 2.5
    assert list(block[0x03].value) == ["1.2", "3.4"]
    assert block[0x04].value == "NOT FOR PLANNING"
