"""What is known of a liver comes in, units with it; whether a recommendation for normal liver can be said goes out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from graybook.errors import UsageError
from graybook.report.sirt_result import LiverResult
from graybook.tables.microspheres import Recommendation
from graybook.text import Language, phrase

__all__ = ["Liver", "applies", "bilirubin_of", "child_pugh_of", "liver_result"]

UMOL_L_PER_MG_DL = 17.104
"""1 mg/dl of bilirubin, C33H36N4O6 of 584.67 g/mol. [µmol/l]"""

_BILIRUBIN = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(mg\s*/\s*dl|[uµμ]mol\s*/\s*l)\s*", re.IGNORECASE)
_CHILD_PUGH = re.compile(r"\s*([ABC])\s*(\d{1,2})?\s*", re.IGNORECASE)
_POINTS = range(5, 16)
_DECIMALS = 4


@dataclass(frozen=True, kw_only=True)
class Liver:
    """
    Function of a liver, as stated.

    Parameters
    ----------
    bilirubin_mg_dl
        Total bilirubin; None when nobody said. [mg/dl]
    child_pugh
        Class with or without points; empty when nobody said.
    albi
        ALBI score; None when nobody said.
    """

    bilirubin_mg_dl: float | None = None
    child_pugh: str = ""
    albi: float | None = None

    def __post_init__(self) -> None:
        if self.bilirubin_mg_dl is not None and not 0.0 < self.bilirubin_mg_dl < 100.0:
            raise UsageError(
                "This is no total bilirubin.",
                value=self.bilirubin_mg_dl,
                remedy="Give it with its unit: 0.9 mg/dl, or 15 umol/l.",
            )
        if self.albi is not None and not (isfinite(self.albi) and -10.0 < self.albi < 10.0):
            raise UsageError("This is no ALBI score.", value=self.albi, remedy="Give the score, as -2.6.")


def bilirubin_of(text: str) -> float:
    """
    Total bilirubin in mg/dl, of a text that names its unit: a number alone is a question, never a guess.

    Examples
    --------
    >>> bilirubin_of("0.9 mg/dl"), round(bilirubin_of("17.104 umol/l"), 6)
    (0.9, 1.0)
    """
    found = _BILIRUBIN.fullmatch(text)
    if found is None:
        raise UsageError(
            "A bilirubin needs its unit: 1.1 mg/dl and 1.1 µmol/l are not the same liver.",
            value=text,
            remedy='Write --bilirubin "0.9 mg/dl", or --bilirubin "15 umol/l".',
        )
    value = float(found[1].replace(",", "."))
    return value if found[2].lower().startswith("mg") else value / UMOL_L_PER_MG_DL


def child_pugh_of(text: str) -> str:
    """
    Class of Child and Pugh, with its points where they were given.

    Examples
    --------
    >>> child_pugh_of("a6"), child_pugh_of("B")
    ('A6', 'B')
    """
    found = _CHILD_PUGH.fullmatch(text)
    if found is None or (found[2] is not None and int(found[2]) not in _POINTS):
        raise UsageError(
            "This is no class of Child and Pugh.", value=text, remedy="Write A, B or C, or with points: B7."
        )
    return found[1].upper() + (found[2] or "")


def applies(row: Recommendation, liver: Liver) -> str:
    """Whether a row is for this liver: ``yes``, ``no``, ``not assessable``, or ``ask`` where only a person can say."""
    found = liver.bilirubin_mg_dl
    limits_normal = row.structure.startswith("normal") and row.relation == "below"
    if found is None and limits_normal:
        return "not assessable"
    if row.bilirubin_mg_dl is None:
        return "ask" if row.condition else "yes"
    if found is None or found == row.bilirubin_mg_dl:
        return "not assessable"
    above = found > row.bilirubin_mg_dl
    return "yes" if above == (row.condition == "bilirubin_above") else "no"


def liver_result(liver: Liver, rows: Sequence[Recommendation], language: Language) -> LiverResult:
    """
    What is known of the liver, and the upper ends recommended for normal liver that it leaves standing.

    Parameters
    ----------
    liver
        As stated.
    rows
        Recommendations of the device; of one indication and scenario where they are known.
    language
        Of the reason.
    """
    reason, below = "", _upper_ends(liver, rows)
    if liver.bilirubin_mg_dl is None:
        reason = "sirt_no_bilirubin"
    elif any(applies(row, liver) == "not assessable" for row in rows):
        reason = "sirt_bilirubin_at_threshold"
    elif not below:
        reason = "sirt_no_normal_row"
    bilirubin = liver.bilirubin_mg_dl
    return LiverResult(
        bilirubin_mg_dl=None if bilirubin is None else round(bilirubin, _DECIMALS),
        bilirubin_umol_l=None if bilirubin is None else round(bilirubin * UMOL_L_PER_MG_DL, _DECIMALS),
        child_pugh=liver.child_pugh,
        albi=liver.albi,
        normal_liver="not assessable" if reason else "recommendation",
        below_gy=[] if reason else below,
        reason=phrase(reason, language, bilirubin=bilirubin) if reason else "",
    )


def _upper_ends(liver: Liver, rows: Sequence[Recommendation]) -> list[float]:
    """One upper end per indication and scenario: the one for this bilirubin, else the one without a condition."""
    found: dict[tuple[str, str], tuple[bool, float]] = {}
    for row in rows:
        of_liver = row.structure.startswith("normal") and row.relation == "below" and row.high_gy is not None
        if not of_liver or applies(row, liver) != "yes" or row.high_gy is None:
            continue
        place, by_bilirubin = (row.indication, row.scenario), row.bilirubin_mg_dl is not None
        if by_bilirubin or place not in found:
            found[place] = (by_bilirubin, row.high_gy)
    return sorted({high for _, high in found.values()})
