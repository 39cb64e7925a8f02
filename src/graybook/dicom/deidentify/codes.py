"""An item of a code sequence comes in; the code that may stay in its place goes out."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple, cast

from graybook.dicom.deidentify.texts import nuclide_or_agent
from graybook.record.project_key import ProjectKey

__all__ = ["CodedValue", "coded_value", "is_public", "kept_meaning"]

FORMS = {
    "DCM": r"\d{5,6}",
    "SCT": r"\d{6,18}",
    "SRT": r"[A-Z]-[0-9A-Z]{3,6}",
    "SNM3": r"[A-Z]-[0-9A-Z]{3,6}",
    "99SDM": r"[A-Z]-[0-9A-Z]{3,6}",
    "LN": r"\d{1,6}-\d",
    "UCUM": r"[][A-Za-z0-9/.*{}%^'-]{1,16}",
    "NCIt": r"C\d{3,7}",
    "FMA": r"\d{3,6}",
    "RADLEX": r"RID\d{1,6}",
    "UMLS": r"C\d{7}",
    "MA": r"\d{5,7}",
    "I10": r"[A-Z]\d{2}(\.\d{1,2})?",
    "I9C": r"\d{3}(\.\d{1,2})?",
    "ICDO2": r"[A-Z]\d{2}(\.\d)?|\d{4}/\d",
    "ICDO3": r"[A-Z]\d{2}(\.\d)?|\d{4}/\d",
    "IBSI": r"[0-9A-Z]{4}",
    "QIBA": r"[0-9A-Z]{4,10}",
    "ITIS_TSN": r"\d{1,7}",
}
"""Public coding schemes and what their values look like. Of all other schemes only a stand-in is kept."""
KNOWN_FORMER = {"SNM3": "SRT", "99SDM": "SRT"}
LOCAL = "99LOCAL"
VERSION = re.compile(r"[0-9.]{1,16}")


class CodedValue(NamedTuple):
    """Value, scheme, version and meaning of a code."""

    value: str
    scheme: str
    version: str
    meaning: str


def coded_value(code: CodedValue, key: ProjectKey) -> CodedValue:
    """The code as it was with the standard's wording of it, or a stand-in where the scheme is nobody's public one.

    A meaning that the standard does not word so is replaced by the value; one that names a nuclide or an agent of the tables stays.
    """
    meaning = kept_meaning(code)
    if not is_public(code):
        value = key.name(f"{code.scheme}\x00{code.value}", prefix="C-") if code.value else ""
        return CodedValue(value, LOCAL, "", meaning or value)
    version = code.version if VERSION.fullmatch(code.version) else ""
    return CodedValue(code.value, code.scheme, version, meaning or code.value)


def is_public(code: CodedValue) -> bool:
    """Whether value and scheme of a code stay: the scheme is public, and the value looks like one of its own."""
    form = FORMS.get(code.scheme)
    if form is None or not code.value:
        return False
    return re.fullmatch(form, code.value) is not None or (code.scheme, code.value) in _dictionary()


def kept_meaning(code: CodedValue) -> str:
    """The meaning where it is the standard's wording, or names a nuclide or an agent of the tables; else empty."""
    known = is_public(code) and _plain(code.meaning) in _meanings(code.scheme, code.value)
    return code.meaning if known else nuclide_or_agent(code.meaning)


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


@cache
def _meanings(scheme: str, value: str) -> frozenset[str]:
    """How the standard words a code, folded; empty for what its dictionary does not hold."""
    from pydicom.sr._snomed_dict import mapping

    scheme = KNOWN_FORMER.get(scheme, scheme)
    value, scheme = (mapping["SRT"].get(value, ""), "SCT") if scheme == "SRT" else (value, scheme)
    return frozenset(_dictionary().get((scheme, value), ()))


@cache
def _dictionary() -> dict[tuple[str, str], list[str]]:
    """The standard's wordings by scheme and value; the dictionary is large, and loaded with the first code."""
    from pydicom.sr._concepts_dict import concepts

    found: dict[tuple[str, str], list[str]] = {}
    for scheme, names in concepts.items():
        for listed in names.values():
            for value, (meaning, _) in cast(dict[str, tuple[str, list[int]]], listed).items():
                found.setdefault((scheme, value), []).append(_plain(meaning))
    return found
