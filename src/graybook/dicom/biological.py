"""Biological: the labels and comments of a dose come in; what it is other than a dose given, or nothing, goes out (rule 7)."""

from __future__ import annotations

import re

__all__ = ["FOR_PLANNING", "RADIONUCLIDE", "biological_quantity"]

RADIONUCLIDE = "RADIONUCLIDE"
"""A map of what a radionuclide gave, made by Graybook: no course of external beam."""

FOR_PLANNING = ("REMAINING", "BASE")
"""Quantities of files that Graybook makes for planning systems: their Gy are physical, and nobody was given them."""

_START, _END = r"(?<![a-z])", r"(?![a-z])"
EQD2 = re.compile(_START + r"((eqd|lqed)[\s_-]?2?(gy)?|equi-?effective|iso-?effective)" + _END, re.IGNORECASE)
BED = re.compile(r"(?:(?<=[\s_.,;:(\[/-])|^)(BED(?![A-Za-z])|bed(?=[\s_(,;]*(\d|a/?b\b|gy)))")
"""The abbreviation in capitals, or in small letters before a number, an α/β or Gy: "in bed position" is no quantity."""
OWN = re.compile(r"GRAYBOOK (PRIOR EQD2|REMAINING|BASE|RADIONUCLIDE)\b")
"""How Graybook's files for planning systems, and its maps of radionuclides, begin; a system that writes them anew may keep no
other mark."""
BIOLOGICAL = re.compile(_START + r"biolog\w*", re.IGNORECASE)
EQUIVALENT = re.compile(_START + r"biolog\w*[\s_-]+equiv", re.IGNORECASE)
ANATOMICAL = re.compile(
    r"(tumou?r|surg\w*|operative|op|postop|resection|prostat\w*|lump\w*|breast|nodal|node|fossa|cavity|seroma|excision"
    r"|boost|gtv|ctv|ptv|liver|lung|kidney|treatment|flat|the)[\s_.-]*$",
    re.IGNORECASE,
)
"""Words before "bed" that make it a place."""
PLACE = re.compile(r"^[\s_.-]*(boost|block|margin|volume|phase|plan|ptv|ctv|gtv|\+)", re.IGNORECASE)
"""Words after "bed" that make it a place."""


def biological_quantity(*texts: str) -> str:
    """ "EQD2" or "BED" when one of the texts says that the dose is already biological, "REMAINING" or "BASE" when it was made by
    Graybook for a planning system; else "".

    Examples
    --------
    >>> biological_quantity("GRAYBOOK EQD2 ab=3 NOT FOR PLANNING"), biological_quantity("", "Sum BED10")
    ('EQD2', 'BED')
    >>> biological_quantity("Tumor Bed boost", "Bedford")
    ''
    >>> biological_quantity("GRAYBOOK REMAINING ab=2 n=30 to 50 Gy EQD2 CHECK BEFORE USE")
    'REMAINING'
    """
    own = next((found[1] for text in texts if (found := OWN.search(text))), "")
    if own:
        return own.removeprefix("PRIOR ")
    if any(EQD2.search(text) or EQUIVALENT.search(text) for text in texts):
        return "EQD2"
    if any(BIOLOGICAL.search(text) or _says_bed(text) for text in texts):
        return "BED"
    return ""


def _says_bed(text: str) -> bool:
    return any(
        not ANATOMICAL.search(text[: match.start()]) and not PLACE.search(text[match.end() :])
        for match in BED.finditer(text)
    )
