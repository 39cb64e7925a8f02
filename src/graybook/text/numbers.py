"""Numbers and dates as each language prints them: 18.80 Gy and 2025-11-28 in English, 18,80 Gy and 28/11/2025 in French."""

from __future__ import annotations

from datetime import date
from math import floor, log10
from typing import Literal

__all__ = ["Language", "activity_number_text", "date_text", "dose_text", "number_text"]

Language = Literal["en", "fr"]

_SMALL_GBQ = 0.1

DASH = "–"
"""Printed where there is no value."""


def number_text(value: float | None, language: Language, *, decimals: int = 2) -> str:
    """A number with a fixed number of decimals; a dash for None.

    Examples
    --------
    >>> number_text(18.8, "fr"), number_text(18.8, "en")
    ('18,80', '18.80')
    """
    if value is None:
        return DASH
    text = f"{round(float(value), decimals) + 0.0:.{decimals}f}"
    return text.replace(".", ",") if language == "fr" else text


def dose_text(dose_gy: float | None, language: Language, *, decimals: int = 2) -> str:
    """A dose with its unit, the space not breaking: ``18.80 Gy``. [Gy]"""
    return DASH if dose_gy is None else f"{number_text(dose_gy, language, decimals=decimals)}\u00a0Gy"


def activity_number_text(activity_gbq: float | None, language: Language) -> str:
    """An activity with two decimals, below 0.1 GBq with three significant digits: 0.0074, not 0.01. [GBq]

    Examples
    --------
    >>> activity_number_text(7.4, "en"), activity_number_text(0.0074, "en"), activity_number_text(0.05126, "fr")
    ('7.40', '0.0074', '0,0513')
    """
    if activity_gbq is None or not 0.0 < activity_gbq < _SMALL_GBQ:
        return number_text(activity_gbq, language)
    return number_text(activity_gbq, language, decimals=2 - floor(log10(activity_gbq))).rstrip("0")


def date_text(day: date | None, language: Language) -> str:
    """A date: 2025-11-28 in English, 28/11/2025 in French; a dash for None.

    Examples
    --------
    >>> date_text(date(2025, 11, 28), "fr")
    '28/11/2025'
    """
    if day is None:
        return DASH
    return day.strftime("%d/%m/%Y") if language == "fr" else day.isoformat()
