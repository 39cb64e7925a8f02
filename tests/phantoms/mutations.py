"""Mutations: a seed and a folder of clean files come in; one file of it damaged, the same way for the same seed, goes out."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

__all__ = ["MUTATIONS", "mutated"]

Dice = random.Random
Mutation = Callable[[bytes, Dice], bytes]

ABSURD = [
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "1e-308",
    "1e30",
    "-99999999",
    "0",
    "",
    "abc",
    "1\\2\\x",
    "9" * 40,
]
VRS = [b"OB", b"SQ", b"UN", b"US", b"DS", b"FD", b"AT", b"UI", b"XX", b"\x00\x00"]


def _truncated(data: bytes, dice: Dice) -> bytes:
    return data[: dice.randrange(len(data))]


def _flipped(data: bytes, dice: Dice) -> bytes:
    copy = bytearray(data)
    for _ in range(dice.choice([1, 3, 10, 40])):
        place = dice.randrange(min(len(copy), 4000) if dice.random() < 0.7 else len(copy))
        copy[place] = dice.randrange(256)
    return bytes(copy)


def _shifted(data: bytes, dice: Dice) -> bytes:
    copy = bytearray(data)
    place = dice.randrange(132, len(copy))
    if dice.random() < 0.5:
        del copy[place : place + dice.randrange(1, 9)]
    else:
        copy[place:place] = dice.randbytes(dice.randrange(1, 9))
    return bytes(copy)


def _wrong_vr(data: bytes, dice: Dice) -> bytes:
    copy = bytearray(data)
    places = [
        place
        for place in range(140, len(copy) - 8)
        if copy[place : place + 2] in (b"DS", b"IS", b"UI", b"SQ", b"US", b"LO")
    ]
    for place in dice.sample(places, min(len(places), dice.choice([1, 2, 5]))):
        copy[place : place + 2] = dice.choice(VRS)
    return bytes(copy)


def _huge_length(data: bytes, dice: Dice) -> bytes:
    copy = bytearray(data)
    places = [
        place
        for place in range(140, len(copy) - 12)
        if copy[place : place + 2] in (b"OW", b"OB", b"SQ", b"UN", b"UT")
    ]
    if places:
        place = dice.choice(places)
        copy[place + 4 : place + 8] = struct.pack(
            "<I", dice.choice([0xFFFFFFFE, 0xFFFFFFFF, 0x7FFFFFFF, 0x10000000, 1])
        )
    return bytes(copy)


def _absurd_tags(data: bytes, dice: Dice) -> bytes:
    element = struct.pack("<HH", dice.randrange(65536), dice.randrange(65536)) + dice.choice(VRS)
    tail = b"".join(
        element + struct.pack("<H", dice.randrange(65536)) for _ in range(dice.choice([1, 20, 500]))
    )
    place = dice.choice([len(data), dice.randrange(132, len(data))])
    return data[:place] + tail + data[place:]


def _items_of(dataset: Dataset) -> list[Dataset]:
    found = [dataset]
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value or []:
                found.extend(_items_of(item))
    return found


def _altered(change: Callable[[Dataset, Dice], None]) -> Mutation:
    def mutation(data: bytes, dice: Dice) -> bytes:
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        try:
            change(dataset, dice)
            buffer = io.BytesIO()
            dataset.save_as(buffer)
            return buffer.getvalue()
        except Exception:  # what pydicom will not write is damaged bytewise instead
            return _flipped(data, dice)

    return mutation


def _absurd_numbers(dataset: Dataset, dice: Dice) -> None:
    numbers = [(item, one) for item in _items_of(dataset) for one in item if one.VR in ("DS", "IS")]
    for item, one in dice.sample(numbers, min(len(numbers), dice.choice([1, 2, 6]))):
        text = dice.choice(ABSURD)
        count = max(1, one.VM)
        raw = "\\".join([text] * count if dice.random() < 0.5 else [text, *["1"] * (count - 1)])
        item.add(pydicom.DataElement(one.tag, "LT", raw))  # written without being checked
        item[one.tag].VR = "LT"


def _huge_counts(dataset: Dataset, dice: Dice) -> None:
    for keyword in ("Rows", "Columns"):
        if keyword in dataset and dice.random() < 0.7:
            setattr(dataset, keyword, dice.choice([0, 1, 65535]))
    if "NumberOfFrames" in dataset:
        dataset.NumberOfFrames = dice.choice([0, -1, 1, 2**31 - 1, 10**9])
    for keyword in ("BitsAllocated", "BitsStored", "SamplesPerPixel", "PixelRepresentation"):
        if keyword in dataset and dice.random() < 0.3:
            setattr(dataset, keyword, dice.choice([0, 1, 3, 12, 64, 65535]))
    for item in _items_of(dataset):
        if "NumberOfFractionsPlanned" in item:
            item.NumberOfFractionsPlanned = dice.choice([0, -5, 2**31 - 1])
        if "NumberOfContourPoints" in item:
            item.NumberOfContourPoints = 2**31 - 1


def _strange_contours(dataset: Dataset, dice: Dice) -> None:
    for item in _items_of(dataset):
        if "ContourData" in item and dice.random() < 0.5:
            values = [float(value) for value in item.ContourData]
            kind = dice.randrange(4)
            if kind == 0:
                values = [value * 10.0 ** dice.choice([3, 6, 9]) for value in values]
            elif kind == 1:
                values = values[: dice.randrange(1, 8)]
            elif kind == 2:
                values = [values[0]] * len(values)
            else:
                values = [dice.uniform(-1e3, 1e3) for _ in values]
            item.ContourData = [f"{value:.9g}" for value in values]


def _cyclic(dataset: Dataset, dice: Dice) -> None:
    own = dataset.SOPInstanceUID
    for item in _items_of(dataset):
        for keyword in ("ReferencedSOPInstanceUID", "ReferencedFrameOfReferenceUID", "FrameOfReferenceUID"):
            if keyword in item and dice.random() < 0.7:
                setattr(item, keyword, own)
    related = Dataset()
    related.ReferencedSOPClassUID, related.ReferencedSOPInstanceUID = dataset.SOPClassUID, own
    related.RTPlanRelationship = "PREDECESSOR"
    dataset.ReferencedRTPlanSequence = Sequence([related])


def _nested(data: bytes, dice: Dice) -> bytes:
    """Sequences in sequences, of undefined length, far deeper than any object."""
    deep = dice.choice([50, 900, 20000])
    begin = struct.pack("<HH2sHI", 0x3006, 0x0039, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    return data + begin * deep


def _many_items(data: bytes, dice: Dice) -> bytes:
    items = struct.pack("<HHI", 0xFFFE, 0xE000, 0) * dice.choice([1000, 100_000, 2_000_000])
    return data + struct.pack("<HH2sHI", 0x3006, 0x0039, b"SQ", 0, len(items)) + items


def _zipped(levels: int) -> Mutation:
    def mutation(data: bytes, dice: Dice) -> bytes:
        name = "inner.dcm"
        for _ in range(levels):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(name, data)
            data, name = buffer.getvalue(), "inner.zip"
        return data

    return mutation


def _bomb(data: bytes, dice: Dice) -> bytes:
    """A zip whose member grows to a gigabyte, and says so or lies."""
    buffer = io.BytesIO()
    zeros = bytes(1 << 24)
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bomb.dcm", "w", force_zip64=True) as member,
    ):
        member.write(data[:2000] if dice.random() < 0.5 else b"")
        for _ in range(dice.choice([8, 64])):
            member.write(zeros)
    return buffer.getvalue()


def _broken_zip(data: bytes, dice: Dice) -> bytes:
    return _flipped(_zipped(1)(data, dice), dice)


MUTATIONS: dict[str, tuple[Mutation, str]] = {
    "truncated": (_truncated, ".dcm"),
    "flipped": (_flipped, ".dcm"),
    "shifted": (_shifted, ".dcm"),
    "wrong VR": (_wrong_vr, ".dcm"),
    "huge length": (_huge_length, ".dcm"),
    "absurd tags": (_absurd_tags, ".dcm"),
    "absurd numbers": (_altered(_absurd_numbers), ".dcm"),
    "huge counts": (_altered(_huge_counts), ".dcm"),
    "strange contours": (_altered(_strange_contours), ".dcm"),
    "cyclic references": (_altered(_cyclic), ".dcm"),
    "nested sequences": (_nested, ".dcm"),
    "many items": (_many_items, ".dcm"),
    "zip": (_zipped(1), ".zip"),
    "nested zips": (_zipped(12), ".zip"),
    "zip bomb": (_bomb, ".zip"),
    "broken zip": (_broken_zip, ".zip"),
}
"""Every kind of damage, and the suffix of what comes out."""


def mutated(folder: Path, seed: int) -> tuple[str, Path]:
    """Damage one file of ``folder`` in place (a zip gets its own name); gives the kind and the file."""
    dice = random.Random(seed)  # noqa: S311 - dice, no secret
    kind = list(MUTATIONS)[seed % len(MUTATIONS)]
    mutation, suffix = MUTATIONS[kind]
    files = sorted(folder.rglob("*.dcm"))
    if kind == "strange contours":
        files = [one for one in files if one.name.startswith("RS")]
    file = dice.choice(files)
    damaged = mutation(file.read_bytes(), dice)
    file.unlink()
    target = file.with_suffix(suffix)
    target.write_bytes(damaged)
    return kind, target
