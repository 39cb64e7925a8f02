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
        As found, DICOM form (``FAMILY^Given``).
    birth_date, sex
        As found; None or empty when the files do not say.
    """

    identities: tuple[Identity, ...]
    name: str = ""
    birth_date: date | None = None
    sex: str = ""
