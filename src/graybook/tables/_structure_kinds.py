"""The words of a structure's name and its DICOM type come in; what the structure is for goes out."""

from __future__ import annotations

from typing import Literal

__all__ = ["Kind", "kind_by_type_and_name"]

Kind = Literal["target", "organ", "external", "support", "ring", "other"]

_FIRM_TYPES: dict[str, Kind] = {
    "EXTERNAL": "external",
    "PTV": "target",
    "CTV": "target",
    "GTV": "target",
    "ITV": "target",
    "BOOST": "target",
}
"""Types that stand whatever the name says."""

_TYPES: dict[str, Kind] = {
    "ORGAN": "organ",
    "AVOIDANCE": "organ",
    "SUPPORT": "support",
    "FIXATION": "support",
    "BOLUS": "support",
    "BRACHY_CHANNEL": "support",
    "BRACHY_ACCESSORY": "support",
    "BRACHY_SRC_APP": "support",
    "BRACHY_CHNL_SHLD": "support",
    "CONTROL": "ring",
    "RING": "ring",
}
"""Types that stand when the name says nothing; all others (MARKER, DOSE_REGION, CAVITY …) are ``other``."""

_TARGET_STARTS = ("ptv", "ctv", "gtv", "itv", "igtv", "ictv", "iptv", "hrctv", "irctv", "boost")
_TARGET_PHRASES = ("tumorbed", "tumourbed", "littumoral", "littumorale", "surimpression")
_RING_STARTS = ("ring", "anneau", "couronne", "shell")
_RING_FIRST_WORDS = ("opt", "opti", "optim", "z", "zz", "zzz", "help", "helper", "aide", "dosi")
_RING_ANYWHERE = ("dosi", "help", "helper")
_SUPPORT_STARTS = ("couch", "table", "bolus", "support", "matelas")
_DOSE_WORDS = ("dose", "isodose", "isodoses")
_BODY_WORDS = ("body", "external", "externe")
_TARGET_WORDS = ("ptv", "ctv", "gtv", "itv")


def kind_by_type_and_name(
    words: tuple[str, ...], interpreted_type: str | None, *, is_organ: bool, is_external: bool
) -> Kind:
    """What a structure is for.

    Parameters
    ----------
    words
        Words of its name, folded.
    interpreted_type
        RT ROI Interpreted Type (3006,00A4), None or empty when absent.
    is_organ, is_external
        Whether the name is a recognised organ, or the outline of the body.
    """
    kind = (interpreted_type or "").strip().upper()
    if kind in _FIRM_TYPES:
        return _FIRM_TYPES[kind]
    if is_organ:
        return "organ"
    if is_external:
        return "external"
    return _kind_by_name(words) or _TYPES.get(kind, "other")


def _kind_by_name(words: tuple[str, ...]) -> Kind | None:
    """The kind a plain name states, or None."""
    if not words:
        return None
    together, present = "".join(words), set(words)
    if _any_starts(words, _RING_STARTS) or words[0] in _RING_FIRST_WORDS:
        return "ring"
    if together.startswith((*_TARGET_STARTS, *_TARGET_PHRASES)):
        return "target"
    if present & set(_RING_ANYWHERE) or (words[0] in _BODY_WORDS and present & set(_TARGET_WORDS)):
        return "ring"
    if _any_starts(words, _SUPPORT_STARTS):
        return "support"
    return "other" if words[0] in _DOSE_WORDS else None


def _any_starts(words: tuple[str, ...], starts: tuple[str, ...]) -> bool:
    return any(word.startswith(starts) for word in words)
