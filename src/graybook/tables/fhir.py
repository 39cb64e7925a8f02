"""Profiles of radiotherapy in HL7 FHIR: what they ask of each element, and which code means which noun of the record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError, UsageError
from graybook.tables._rows import Row, place_of, table_rows

__all__ = ["FhirCode", "FhirRule", "fhir_codes", "fhir_profiles", "fhir_rules", "fhir_techniques"]

_PROFILES, _CODES, _TECHNIQUES = "fhir_profiles.csv", "fhir_codes.csv", "fhir_techniques.csv"
_RULE_COLUMNS = ("profile", "path", "min", "max", "type", "values", "severity", "note")
_CODE_COLUMNS = ("set", "system", "code", "means", "state", "note")
_REMEDY = "restore the file from the package"


@dataclass(frozen=True, kw_only=True)
class FhirRule:
    """What a profile asks of one element.

    Parameters
    ----------
    path
        Steps from the resource, joined by points: ``name``, ``extension(url)``, ``name[use=usual]``, ``one|other``.
    least, most
        How many there must be in each parent; None for no upper number.
    types
        Of what type it may be; empty where nothing more is asked.
    codes
        Name of the set of codes that it may hold; empty for any.
    error
        Whether a break is an error, not a warning.
    """

    profile: str
    path: str
    least: int
    most: int | None
    types: tuple[str, ...]
    codes: str
    error: bool


@dataclass(frozen=True, kw_only=True)
class FhirCode:
    """One code of a set.

    Parameters
    ----------
    system
        Its code system; ``*`` for any, empty for an element without one.
    means
        The record's word for it, or a number; empty where the record has none.
    old
        Whether it is read, but no longer the one to write.
    """

    system: str
    code: str
    means: str
    old: bool


@cache
def fhir_profiles() -> dict[str, tuple[FhirRule, ...]]:
    """The rules of every profile."""
    found: dict[str, list[FhirRule]] = {}
    for row in table_rows(_PROFILES, _RULE_COLUMNS):
        found.setdefault(row["profile"], []).append(_rule(row))
    return {name: tuple(rules) for name, rules in found.items()}


def _rule(row: Row) -> FhirRule:
    if row["values"] and row["values"] not in _sets():
        raise InputError(
            f"{place_of(row, _PROFILES)}: no such set of codes", value=row["values"], remedy=_REMEDY
        )
    if row["severity"] not in ("error", "warning"):
        raise InputError(
            f"{place_of(row, _PROFILES)}: no such severity", value=row["severity"], remedy=_REMEDY
        )
    return FhirRule(
        profile=row["profile"],
        path=row["path"],
        least=_count(row, "min") or 0,
        most=_count(row, "max"),
        types=tuple(one for one in row["type"].split("|") if one),
        codes=row["values"],
        error=row["severity"] == "error",
    )


def _count(row: Row, column: str) -> int | None:
    if row[column] == "*":
        return None
    if not row[column].isdecimal():
        raise InputError(
            f"{place_of(row, _PROFILES)}: {column} is no number", value=row[column], remedy=_REMEDY
        )
    return int(row[column])


def fhir_rules(profile: str) -> tuple[FhirRule, ...]:
    """The rules of a profile: ``course``, ``phase``, ``plan``, ``volume`` or ``patient``."""
    found = fhir_profiles().get(profile)
    if found is None:
        raise UsageError(
            "No such profile in the tables.", value=profile, remedy="Use one of fhir_profiles()."
        )
    return found


@cache
def _sets() -> dict[str, tuple[FhirCode, ...]]:
    found: dict[str, list[FhirCode]] = {}
    for row in table_rows(_CODES, _CODE_COLUMNS):
        if row["state"] not in ("current", "old"):
            raise InputError(
                f"{place_of(row, _CODES)}: neither current nor old", value=row["state"], remedy=_REMEDY
            )
        one = FhirCode(system=row["system"], code=row["code"], means=row["means"], old=row["state"] == "old")
        found.setdefault(row["set"], []).append(one)
    return {name: tuple(codes) for name, codes in found.items()}


def fhir_codes(name: str) -> tuple[FhirCode, ...]:
    """The codes of a set, in the order of the table.

    Examples
    --------
    >>> [one.code for one in fhir_codes("laterality") if one.means == "left"]
    ['7771000']
    """
    found = _sets().get(name)
    if found is None:
        raise UsageError(
            "No such set of codes in the tables.", value=name, remedy="Use one of fhir_codes.csv."
        )
    return found


@cache
def fhir_techniques() -> dict[str, frozenset[str]]:
    """Codes of techniques that the profiles allow, by code of the modality."""
    rows = table_rows(_TECHNIQUES, ("modality", "techniques", "note"))
    return {row["modality"]: frozenset(row["techniques"].split(";")) for row in rows}
