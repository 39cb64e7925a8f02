"""Person: one human with the identifiers that a named user, or one issuer, gave."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

__all__ = ["INS_DIGITS", "INS_ISSUER", "Identity", "Person", "identifiers", "same_spelling"]

INS_ISSUER = "1.2.250.1.213.1.4.8"
"""Who issues the French national health identity."""
INS_DIGITS = 13
"""Of it; a key of two digits may follow."""


def same_spelling(text: str) -> str:
    """An identifier without what does not tell it from another: blanks and NUL around it (DICOM pads), composition of letters.

    Examples
    --------
    >>> same_spelling(" IDX \\0"), same_spelling("E\u0301") == same_spelling("\u00c9")
    ('IDX', True)
    """
    return unicodedata.normalize("NFC", text.replace("\0", " ")).strip()


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


def identifiers(identities: Iterable[Identity], *, ins: str = "") -> tuple[Identity, ...]:
    """All identifiers with a value, the national one among them, in one spelling, each once, sorted by issuer and value.

    Of a national one blanks, dots and the key at the end make no difference.
    """
    spelled = {(same_spelling(one.issuer), same_spelling(one.value)) for one in identities}
    told = {value for issuer, value in spelled if issuer == INS_ISSUER} | {ins}
    spelled = {(issuer, value) for issuer, value in spelled if issuer != INS_ISSUER}
    spelled |= {
        (INS_ISSUER, "".join(sign for sign in one.upper() if sign.isalnum())[:INS_DIGITS]) for one in told
    }
    return tuple(Identity(value=value, issuer=issuer) for issuer, value in sorted(spelled) if value)
