"""Mutations of nuclear files: a seed and a folder come in; one file damaged, in its bytes or in what it says, goes out."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from phantoms.mutations import MUTATIONS

__all__ = ["KINDS", "mutated_nuclear"]

Dice = random.Random
Change = Callable[[Dataset, Dice], None]

FLOATS = [0.0, -1.0, 1e-300, 1e300, float("nan"), float("inf"), float("-inf"), 1e-40, 3.4e38]
MOMENTS = [
    "",
    "00000000",
    "20241331",
    "19000101",
    "99991231",
    "24123",
    "abc",
    "20250101120000+1500",
    "20250101120000-0330",
]
CLOCKS = ["", "250000", "2400", "12:61:00", "235960", "000000", "999999.999999", "x"]
WORDS = [
    "",
    "NONE",
    "START",
    "ADMIN",
    "CNTS",
    "GML",
    "PROPCNTS",
    "BQML",
    "KBQML",
    "MBq",
    "mBq/ml",
    "FRACTIONAL",
    "BINARY",
    "?",
]
OFFSETS = ["", "+0100", "+9900", "Z", "-1200", "0000"]


def _items_of(dataset: Dataset) -> list[Dataset]:
    found = [dataset]
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value or []:
                found.extend(_items_of(item))
    return found


def _set(item: Dataset, tag: int, text: str) -> None:
    """Written without being checked."""
    item.add(pydicom.DataElement(tag, "LT", text))


def _floats(dataset: Dataset, dice: Dice) -> None:
    """Real World Value slopes and intercepts, and whole numbers, that are none."""
    found = [(item, one) for item in _items_of(dataset) for one in item if one.VR in ("FD", "FL", "US", "SS")]
    for item, one in dice.sample(found, min(len(found), dice.choice([1, 2]))):
        item[one.tag].value = (
            dice.choice(FLOATS) if one.VR in ("FD", "FL") else dice.choice([0, 1, 65535 // 2])
        )


def _slopes(dataset: Dataset, dice: Dice) -> None:
    """Decimal numbers of scale, time, half-life and dose."""
    names = (
        "RescaleSlope",
        "RescaleIntercept",
        "RadionuclideTotalDose",
        "RadionuclideHalfLife",
        "ActualFrameDuration",
    )
    names += ("NumericValue", "SpacingBetweenSlices", "PixelSpacing", "FrameReferenceTime")
    found = [(item, one) for item in _items_of(dataset) for one in item if one.keyword in names]
    for item, one in dice.sample(found, min(len(found), dice.choice([1, 3]))):
        _set(
            item,
            one.tag,
            dice.choice(["0", "-1", "1e-300", "1e300", "nan", "inf", "", "x", "1e-12", "7.4e12"]),
        )


def _moments(dataset: Dataset, dice: Dice) -> None:
    """Dates, times and date-times that are none, or of other years."""
    found = [(item, one) for item in _items_of(dataset) for one in item if one.VR in ("DA", "TM", "DT")]
    for item, one in dice.sample(found, min(len(found), dice.choice([1, 2, 6]))):
        _set(item, one.tag, dice.choice(CLOCKS if one.VR == "TM" else MOMENTS))
    if dice.random() < 0.4:
        _set(dataset, 0x00080201, dice.choice(OFFSETS))


def _words(dataset: Dataset, dice: Dice) -> None:
    """Units, corrections, codes, kinds."""
    found = [(item, one) for item in _items_of(dataset) for one in item if one.VR in ("CS", "SH", "LO")]
    for item, one in dice.sample(found, min(len(found), dice.choice([1, 2, 4]))):
        _set(item, one.tag, dice.choice(WORDS))


def _dropped(dataset: Dataset, dice: Dice) -> None:
    """Elements left out, anywhere."""
    for _ in range(dice.choice([1, 2, 5])):
        item = dice.choice(_items_of(dataset))
        tags = [tag for tag in item.keys()]  # noqa: C416, SIM118 - a dataset gives elements
        if tags:
            del item[dice.choice(tags)]


def _emptied(dataset: Dataset, dice: Dice) -> None:
    """Sequences without items, or with an item twice, or with an empty one."""
    found = [(item, one) for item in _items_of(dataset) for one in item if one.VR == "SQ" and one.value]
    for item, one in dice.sample(found, min(len(found), dice.choice([1, 2]))):
        items = list(one.value)
        kind = dice.randrange(3)
        item[one.tag].value = Sequence(
            [] if kind == 0 else [*items, items[0]] if kind == 1 else [Dataset(), *items]
        )


def _blank(dataset: Dataset, dice: Dice) -> None:
    """Voxels that are all zero, or all the same."""
    if "PixelData" in dataset:
        dataset.PixelData = bytes([dice.choice([0, 0, 255])]) * len(dataset.PixelData)


OWN: dict[str, Change] = {
    "floats": _floats,
    "slopes": _slopes,
    "moments": _moments,
    "words": _words,
    "dropped": _dropped,
    "emptied": _emptied,
    "blank": _blank,
}
BYTES = [
    kind for kind in MUTATIONS if kind not in ("strange contours", "zip bomb", "nested zips", "many items")
]
KINDS = [*BYTES, *OWN, *OWN]
"""Every kind of damage; what a file says is altered twice as often as its bytes."""


def mutated_nuclear(folder: Path, seed: int) -> tuple[str, Path]:
    """Damage one file of ``folder`` in place; gives the kind and the file. The same seed always does the same."""
    dice = random.Random(seed)  # noqa: S311 - dice, no secret
    kind = KINDS[seed % len(KINDS)]
    stems = sorted({one.name.split("_")[0] for one in folder.glob("*.dcm")})
    stem = dice.choice(stems)
    file = dice.choice(
        sorted(
            one for one in folder.glob("*.dcm") if one.name.split("_")[0].split(".")[0] == stem.split(".")[0]
        )
    )
    target = file
    if kind in OWN:
        dataset = pydicom.dcmread(file)
        OWN[kind](dataset, dice)
        buffer = io.BytesIO()
        dataset.save_as(buffer)
        file.write_bytes(buffer.getvalue())
        return kind, file
    mutation, suffix = MUTATIONS[kind]
    damaged = mutation(file.read_bytes(), dice)
    file.unlink()
    target = file.with_suffix(suffix)
    target.write_bytes(damaged)
    return kind, target
