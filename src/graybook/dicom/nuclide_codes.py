"""Nuclide codes: a coded radionuclide or a text comes in, its name as "Lu-177" goes out; and back, for what is written."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple, cast

from graybook.dicom.attributes import Attributes
from graybook.tables.nuclides import nuclide_name

__all__ = ["Code", "code_of", "code_of_item", "nuclide_code", "nuclide_of", "nuclide_of_text"]

CONTEXT_GROUPS = (18, 4020)
"""Radiopharmaceutical Isotope, PET Radionuclide (PS3.16)."""
MASS = r"\^?(?P<mass>\d{1,3}[mM]?)\^?"
ELEMENT = r"(?P<element>[^\W\d_]+)"
LEADING = re.compile(rf"(?<![\w^]){MASS}[\s-]*{ELEMENT}(?!\w)")
TRAILING = re.compile(rf"(?<!\w){ELEMENT}[\s-]*{MASS}(?!\w)")


class Code(NamedTuple):
    """A code of a code sequence."""

    value: str
    scheme: str
    meaning: str


def nuclide_of_text(text: str) -> str:
    """The one nuclide that a text names, as "Lu-177"; empty when it names none or several.

    Examples
    --------
    >>> [nuclide_of_text(text) for text in ("^177^Lutetium", "Lu177", "F^18^", "99mTc-MAA", "Lutécium 177 PSMA-617")]
    ['Lu-177', 'Lu-177', 'F-18', 'Tc-99m', 'Lu-177']
    >>> nuclide_of_text("iodine"), nuclide_of_text("F-18 and Ga-68")
    ('', '')
    """
    found: set[str | None] = set()
    for pattern in (LEADING, TRAILING):
        for match in pattern.finditer(text):
            found.add(nuclide_name(f"{match['element']}-{match['mass']}"))
    found.discard(None)
    return (found.pop() or "") if len(found) == 1 else ""


@cache
def _known() -> dict[tuple[str, str], Code]:
    """Every radionuclide of the standard's context groups by value and scheme, also by its former SNOMED-RT value.

    The dictionaries are large, and loaded only when a file has such a code.
    """
    from pydicom.sr._cid_dict import cid_concepts
    from pydicom.sr._concepts_dict import concepts
    from pydicom.sr._snomed_dict import mapping

    found: dict[tuple[str, str], Code] = {}
    for group in CONTEXT_GROUPS:
        for scheme, names in cid_concepts[group].items():
            for name in names:
                listed = cast(dict[str, tuple[str, list[int]]], concepts[scheme][name])
                for value, (meaning, _) in listed.items():
                    code = Code(value, scheme, meaning)
                    found[value, scheme] = code
                    if scheme == "SCT" and value in mapping["SCT"]:
                        found[mapping["SCT"][value], "SRT"] = code
    return found


@cache
def _by_nuclide() -> dict[str, Code]:
    return {nuclide_of_text(code.meaning): code for code in _known().values()}


def nuclide_code(nuclide: str) -> Code | None:
    """The code of a nuclide named as "Lu-177"; None when the standard's context groups have none."""
    return _by_nuclide().get(nuclide)


def code_of_item(item: Attributes) -> Code:
    """The code that one item of a code sequence holds; the scheme of older files (SNM3, 99SDM) as SRT."""
    scheme = item.text("CodingSchemeDesignator")
    scheme = "SRT" if scheme in ("SNM3", "99SDM") else scheme
    value = item.text("CodeValue") or item.text("LongCodeValue")
    return Code(value, scheme, item.text("CodeMeaning"))


def code_of(attributes: Attributes, sequence: str) -> Code | None:
    """The first code of a code sequence; None when it is empty."""
    return next((code_of_item(item) for item in attributes.items(sequence)), None)


def nuclide_of(code: Code | None) -> str:
    """The nuclide of a code, by its value where the standard knows it and else by its meaning; empty when they contradict."""
    if code is None:
        return ""
    known = _known().get((code.value, code.scheme))
    said = nuclide_of_text(code.meaning)
    if known is None:
        return said
    nuclide = nuclide_of_text(known.meaning)
    return nuclide if said in ("", nuclide) else ""
