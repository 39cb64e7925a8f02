"""An attribute comes in; what is done with its value goes out: the choices first, then the basic profile, then its kind."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from pydicom.datadict import dictionary_has_tag, dictionary_keyword, dictionary_VR

from graybook.tables.deidentification import Choice, choices, profile_action

__all__ = ["BULK", "DECIMALS", "NUMBERS", "TEXTS", "Action", "action_of", "kind_of_vr"]

Action = Choice | Literal["date", "number", "code_string", "uid", "midnight"]

TEXTS = frozenset({"LO", "SH", "ST", "LT", "UT", "UC", "UR", "AE"})
NUMBERS = frozenset({"FL", "FD", "SL", "SS", "SV", "US", "UL", "UV", "AT", "US or SS"})
DECIMALS = frozenset({"DS", "IS"})
BULK = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN", "OB or OW", "US or OW", "US or SS or OW"})
DATES = frozenset({"DA", "DT"})

REMOVED_GROUPS = frozenset({0x0000, 0x0002, 0x0004, 0x0016, 0x0400, 0x4FFE, 0xFFFA, 0xFFFC, 0x0042})
"""Commands, file meta, directories, positions of a camera, signatures and encrypted values, paddings, documents."""
REPEATING = {0x5000: "curves", 0x6000: "overlays"}
"""First groups of what may stand several times, up to xx1E."""


def kind_of_vr(vr: str | None) -> str:
    """What sort of value a Value Representation is: text, name, decimal, number, bulk, date, time, uid, code, age, sequence."""
    if vr in TEXTS:
        return "text"
    if vr in NUMBERS:
        return "number"
    if vr in DECIMALS:
        return "decimal"
    if vr in BULK:
        return "bulk"
    if vr in DATES:
        return "date"
    return {"PN": "name", "TM": "time", "UI": "uid", "CS": "code", "AS": "age", "SQ": "sequence"}.get(
        vr or "", ""
    )


@lru_cache(maxsize=8192)
def action_of(tag: int) -> Action:
    """What is done with a standard attribute.

    Examples
    --------
    >>> action_of(0x00100010), action_of(0x300A00C2), action_of(0x30060026), action_of(0x300A00B2)
    ('person', 'name', 'structure', 'name')
    >>> action_of(0x00081155), action_of(0x300600A6), action_of(0x00081030), action_of(0x30040006)
    ('uid', 'empty', 'remove', 'marks')
    """
    group = tag >> 16
    if group in REMOVED_GROUPS or group & 1 or (group & 0xFF00) in REPEATING or not dictionary_has_tag(tag):
        return "remove"
    if tag & 0xFFFF == 0:
        return "remove"
    chosen = choices().get(dictionary_keyword(tag))
    return chosen or _by_profile(kind_of_vr(dictionary_VR(tag)), profile_action(tag))


def _by_profile(kind: str, profile: str) -> Action:
    if kind == "uid":
        return "remove" if profile == "X" else "uid"
    if kind == "date":
        return "date"
    if kind == "time":
        return _time(profile)
    if kind == "sequence":
        return "recurse" if not profile else "empty" if profile == "Z" else "remove"
    if kind in ("text", "name"):
        return _text(kind, profile)
    if profile:
        return "empty" if "Z" in profile else "remove"
    plain: dict[str, Action] = {"number": "number", "decimal": "number", "code": "code_string", "age": "age"}
    return plain.get(kind, "remove")


def _time(profile: str) -> Action:
    """A time of day that nothing is computed from: gone, or empty, or midnight where the object must have one."""
    return "midnight" if "D" in profile else "empty" if "Z" in profile else "remove"


def _text(kind: str, profile: str) -> Action:
    if profile in ("", "X"):
        return "remove"
    if kind == "name":
        return "empty" if "Z" in profile else "placeholder"
    return "name" if "D" in profile else "empty"
