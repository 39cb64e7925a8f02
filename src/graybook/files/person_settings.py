"""Tables of ``graybook.toml`` that speak of the person come in; identifiers linked and values corrected by name go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from graybook.files._tables import Entry
from graybook.record.person import Identity, same_spelling

__all__ = [
    "CORRECTABLE",
    "CorrectionSetting",
    "IdentitySetting",
    "PersonSetting",
    "correction_setting",
    "identity_setting",
    "person_setting",
]

CORRECTABLE = ("birth_date", "sex", "ins")
"""What a named user may correct: the values whose difference forbids a link."""

SEXES = ("F", "M", "O")


@dataclass(frozen=True, kw_only=True)
class IdentitySetting:
    """Identifiers that a named user says are one person; one without issuer stands for that number of any issuer."""

    identities: tuple[Identity, ...]
    author: str = ""
    date: date | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The numbers alone."""
        return tuple(one.value for one in self.identities)

    def names(self, value: str, issuer: str) -> bool:
        """Whether an identifier found in a file is one of these."""
        return any(one.value == value and one.issuer in ("", issuer) for one in self.identities)


@dataclass(frozen=True, kw_only=True)
class CorrectionSetting:
    """A wrong value of the files of one Patient ID, and the right one."""

    patient_id: str
    issuer: str = ""
    attribute: str
    wrong: str
    right: str
    author: str = ""
    date: date | None = None


@dataclass(frozen=True, kw_only=True)
class PersonSetting:
    """Whose the paper courses are; all of it may be left out beside the files of one person."""

    patient_id: str = ""
    issuer: str = ""
    name: str = ""
    birth_name: str = ""
    birth_date: date | None = None
    sex: str = ""
    ins: str = ""


def identity_setting(entry: Entry) -> IdentitySetting:
    """One ``[[identity]]``."""
    entry.only(("ids", "evidence"))
    entry.required("ids")
    entry.required("evidence", "source")
    entry.text("evidence")
    found = entry.values["ids"]
    if not isinstance(found, list) or not found:
        raise entry.refuse("ids", "must be a list of identifiers", value=found, remedy=_IDS)
    return IdentitySetting(
        identities=tuple(_identity(entry, one) for one in found),
        author=entry.text("author"),
        date=entry.day("date"),
    )


_IDS = 'Write ids = [{ value = "A", issuer = "HOSPITAL" }, { value = "B" }].'


def _identity(entry: Entry, found: object) -> Identity:
    """A number alone, or a table of value and issuer; an empty number is that of files without one."""
    if isinstance(found, str):
        return Identity(value=same_spelling(found))
    if isinstance(found, dict) and set(found) <= {"value", "issuer"} and "value" in found:
        value, issuer = found["value"], found.get("issuer", "")
        if isinstance(value, str) and isinstance(issuer, str):
            return Identity(value=same_spelling(value), issuer=same_spelling(issuer))
    raise entry.refuse("ids", "holds what is no identifier", value=found, remedy=_IDS)


def correction_setting(entry: Entry) -> CorrectionSetting:
    """One ``[[correction]]``."""
    entry.only(("patient_id", "issuer", "attribute", "wrong", "right"))
    for key in ("patient_id", "attribute", "wrong", "right"):
        entry.required(key)
    attribute = entry.text("attribute", among=CORRECTABLE)
    return CorrectionSetting(
        patient_id=same_spelling(entry.text("patient_id", blank=True)),
        issuer=same_spelling(entry.text("issuer")),
        attribute=attribute,
        wrong=_value(entry, "wrong", attribute),
        right=_value(entry, "right", attribute),
        author=entry.text("author"),
        date=entry.day("date"),
    )


def _value(entry: Entry, key: str, attribute: str) -> str:
    if attribute == "birth_date":
        day = entry.day(key)
        return "" if day is None else day.isoformat()
    return entry.text(key, among=SEXES if attribute == "sex" else ())


def person_setting(entry: Entry) -> PersonSetting:
    """The ``[person]`` table."""
    entry.only(("patient_id", "issuer", "name", "birth_name", "birth_date", "sex", "ins"))
    entry.required("patient_id", "name")
    return PersonSetting(
        patient_id=same_spelling(entry.text("patient_id")),
        issuer=same_spelling(entry.text("issuer")),
        name=entry.text("name"),
        birth_name=entry.text("birth_name"),
        birth_date=entry.day("birth_date"),
        sex=entry.text("sex", among=SEXES),
        ins=entry.text("ins"),
    )
