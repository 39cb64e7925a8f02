"""Damaged files never break the reading: each gives one fact, and asking for its values gives values or our own error."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import pytest

from graybook.dicom.facts import DoseFacts, ImageSliceFacts, OtherFacts, StructureSetFacts
from graybook.errors import GraybookError
from graybook.text.catalogue import keys

SQUARE = [[0, 0, 5], [10, 0, 5], [10, 10, 5], [0, 10, 5]]


def damaged(data: bytes, dice: random.Random) -> bytes:
    """The bytes with a few of them changed, lost or added, or the end cut off."""
    copy = bytearray(data)
    for _ in range(dice.choice([1, 3, 10])):
        place = dice.randrange(len(copy))
        kind = dice.randrange(4)
        if kind < 2:
            copy[place] = dice.randrange(256)
        elif kind == 2:
            del copy[place : place + dice.randrange(1, 9)]
        else:
            copy[place:place] = dice.randbytes(dice.randrange(1, 9))
    return bytes(copy[: dice.randrange(len(copy))] if dice.random() < 0.1 else copy)


@pytest.mark.parametrize("kind", ["dose", "ct", "rtstruct"])
def test_damaged_files(tiny: Any, read: Any, kind: str) -> None:
    """300 damaged copies of each object: no foreign exception, a reason with a sentence for each that is not used."""
    dice = random.Random(kind)  # noqa: S311 - dice, no secret
    whole = tiny.rtstruct([tiny.contour(SQUARE)]) if kind == "rtstruct" else getattr(tiny, kind)()
    data = tiny.coded(whole)
    sentences = set(keys())
    for _ in range(300):
        fact = read(damaged(data, dice))
        if isinstance(fact, OtherFacts):
            assert fact.reason.code in sentences
            continue
        assert {finding.code for finding in fact.header.findings} <= sentences
        with contextlib.suppress(GraybookError):
            if isinstance(fact, DoseFacts | ImageSliceFacts):
                fact.voxels()
            elif isinstance(fact, StructureSetFacts):
                for roi in fact.rois:
                    roi.contours()
