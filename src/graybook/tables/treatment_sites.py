"""A code of where radiation was given comes in; the organ it names, by TG-263, goes out, and the way back. Codes only."""

from __future__ import annotations

from functools import cache

from graybook.errors import InputError
from graybook.tables._rows import place_of, table_rows

__all__ = ["organ_at", "site_code"]

_FILE = "treatment_sites.csv"
_COLUMNS = ("organ", "code", "note")


@cache
def _organs() -> dict[str, str]:
    """TG-263 name without side by SNOMED CT code."""
    found: dict[str, str] = {}
    for row in table_rows(_FILE, _COLUMNS):
        if row["code"] in found:
            raise InputError(
                f"{place_of(row, _FILE)}: a code stands twice.",
                value=row["code"],
                remedy="restore the file from the package",
            )
        found[row["code"]] = row["organ"]
    return found


def organ_at(code: str) -> str | None:
    """
    The organ of a SNOMED CT code of a treated site, by its TG-263 name without side; None where the table has none.

    Examples
    --------
    >>> organ_at("12738006"), organ_at("76752008"), organ_at("0")
    ('Brain', 'Breast', None)
    """
    return _organs().get(code)


def site_code(organ: str) -> str:
    """
    The SNOMED CT code of an organ, by its TG-263 name without side; empty where the table has none.

    Examples
    --------
    >>> site_code("Brain"), site_code("Breast"), site_code("Elbow")
    ('12738006', '76752008', '')
    """
    return next((code for code, one in _organs().items() if one == organ), "")
