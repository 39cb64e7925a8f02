"""Files before and after come in; original values that survived, found with plain Python and pydicom alone, go out.

Written apart from the product's own search, so that the two can be wrong in different ways only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pydicom
from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

__all__ = ["element_values", "references", "short_survivors", "survivors"]

TEXTS = {"PN", "LO", "SH", "ST", "LT", "UT", "UC", "AE", "UI", "DA", "DT", "UN"}
STANDARD = "1.2.840.10008."
PUBLISHED = {"Manufacturer", "ManufacturerModelName", "SoftwareVersions", "ImplementationClassUID"}
"""What the page of the command says stays as it is; and the mark of who wrote the file, which is Graybook before and after."""
SHORTEST = 6
NUMBER = re.compile(rb"[0-9.]+")
"""A UID, a day or a number: searched for as a whole, not within a longer one."""
_KEYWORDS = frozenset(entry[4].encode() for entry in DicomDictionary.values())


def element_values(dataset: Dataset, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Place, keyword and text of every value that a person, a system or a clock wrote, file meta among them."""
    elements = [] if place else list(getattr(dataset, "file_meta", ()))
    elements += [dataset[tag] for tag in dataset.keys() if _vr(dataset, tag) in TEXTS | {"SQ"}]  # noqa: SIM118
    coded = "CodingSchemeDesignator" in dataset
    for element in elements:
        here = f"{place}/{element.tag}"
        if element.VR == "SQ":
            for number, item in enumerate(element.value or ()):
                yield from element_values(item, f"{here}[{number}]")
        elif element.VR in TEXTS and not (coded and element.keyword in ("CodeValue", "CodeMeaning")):
            values = element.value if element.VM > 1 else [element.value]
            for value in values:
                text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                if text.strip(" \0"):
                    yield here, element.keyword, text.strip(" \0")


def _vr(dataset: Dataset, tag: BaseTag) -> str:
    """The kind of value, without reading it: contours are long."""
    vr = dataset.get_item(tag).VR
    return vr or (dictionary_VR(tag) if dictionary_has_tag(tag) else "UN")


def _originals(files: Collection[Path], allowed: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in files:
        dataset = pydicom.dcmread(file, force=True)
        for _, keyword, text in element_values(dataset):
            if keyword in PUBLISHED or text in allowed or text.startswith(STANDARD):
                continue
            found.setdefault(text, keyword)
            for part in set(re.split(r"[\^=]", text)) - set(allowed):
                found.setdefault(part, keyword)
    return found


def survivors(
    before: Collection[Path], out: Path, *, allowed: Collection[str] = (), words: Collection[str] = ()
) -> list[tuple[str, str, str]]:
    """Every original value, and word, of six bytes or more whose bytes stand in a file below ``out``, or in its name."""
    values = {**_originals(before, allowed), **dict.fromkeys(words, "word")}
    needles = [
        (form.lower(), value, keyword)
        for value, keyword in values.items()
        for form in {value.encode("utf-8"), value.encode("latin-1", "ignore")}
        if len(form) >= SHORTEST
    ]
    found = []
    for file in sorted(out.rglob("*")):
        if not file.is_file():
            continue
        data = file.relative_to(out).as_posix().encode().lower() + b"\n" + _searchable(file).lower()
        numbers = {one.strip(b".") for one in re.findall(rb"[0-9.]{6,}", data)}
        for needle, value, keyword in needles:
            if needle in numbers if NUMBER.fullmatch(needle) else needle in data:
                found.append((file.name, keyword, value))
    return found


def _searchable(file: Path) -> bytes:
    """The bytes of a file; of a report without the keywords of attributes, which are the standard's words."""
    data = file.read_bytes()
    if file.suffix == ".dcm":
        return data
    return re.sub(rb"\w+", lambda found: b" " if found[0] in _KEYWORDS else found[0], data)


def short_survivors(before: Dataset, after: Dataset, allowed: Collection[str] = ()) -> list[tuple[str, str]]:
    """Values of an attribute shorter than six bytes that are the same before and after, at the same place."""
    now = {(place, text) for place, _, text in element_values(after)}
    return [
        (keyword, text)
        for place, keyword, text in element_values(before)
        if len(text.encode()) < SHORTEST
        and keyword not in PUBLISHED
        and text not in allowed
        and (place, text) in now
    ]


def references(files: Collection[Path]) -> dict[str, list[str]]:
    """For each object, by kind and number, the kinds of what its UIDs lead to: ``dangling``, or what is there."""
    datasets = {str(one.SOPInstanceUID): one for one in (pydicom.dcmread(file, force=True) for file in files)}
    frames = sorted(
        {str(one.FrameOfReferenceUID) for one in datasets.values() if "FrameOfReferenceUID" in one}
    )
    series = {str(one.SeriesInstanceUID) for one in datasets.values() if "SeriesInstanceUID" in one}
    studies = {str(one.StudyInstanceUID) for one in datasets.values() if "StudyInstanceUID" in one}
    found: dict[str, list[str]] = {}
    for uid, dataset in datasets.items():
        led = []
        for place, keyword, text in element_values(dataset):
            if place.startswith("/(0002") or "UID" not in keyword or text.startswith(STANDARD):
                continue
            where = re.sub(r".*/", "", place)
            target = datasets.get(text)
            kind = "itself" if text == uid else "dangling" if target is None else _kind(target)
            kind = "series" if text in series else "study" if text in studies else kind
            led.append(f"{where} {keyword} {'frame' if text in frames else kind}")
        found.setdefault(_kind(dataset), []).append(json.dumps(led))
    return {kind: sorted(led) for kind, led in found.items()}


def _kind(dataset: Dataset) -> str:
    return f"{dataset.Modality} {dataset.get('InstanceNumber', '')}"
