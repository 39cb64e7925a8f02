"""Person: one human with the identifiers that a named user, or one issuer, gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["Identity", "Person"]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """An identifier and who issued it (DICOM: Patient ID and Issuer of Patient ID)."""

    value: str
    issuer: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One human.

    Parameters
    ----------
    identities
        At least one identifier; several only when linked by a named user with reason and evidence.
    name
        The name in use, as found, DICOM form (``FAMILY^Given``).
    birth_name
        The name at birth, where a file keeps it apart.
    ins
        The French national health identity (issuer 1.2.250.1.213.1.4.8), as found; empty without one.
    asserted_by, asserted_on
        Who said that the identifiers are one person's, and when; empty when nobody had to.
    birth_date, sex
        As found; None or empty when the files do not say.
    """

    identities: tuple[Identity, ...]
    name: str = ""
    birth_date: date | None = None
    sex: str = ""
    birth_name: str = ""
    ins: str = ""
    asserted_by: str = ""
    asserted_on: date | None = None
