"""One element's text and what is to be done with it come in; the values to write go out, None for an element that goes."""

from __future__ import annotations

import re
from collections.abc import Callable

from graybook.dicom.deidentify.actions import Action
from graybook.dicom.deidentify.cleaning import Cleaning
from graybook.dicom.deidentify.dates import shifted_date, shifted_moment
from graybook.dicom.deidentify.terms import TERMS
from graybook.dicom.deidentify.texts import (
    code_string,
    dose_mark,
    label_name,
    nuclide_or_agent,
    structure_name,
)
from graybook.dicom.deidentify.uids import replaced_uid
from graybook.dicom.marks import MANUFACTURER

__all__ = ["MIDNIGHT", "PLACEHOLDER", "written"]

PLACEHOLDER = "REMOVED"
MIDNIGHT = "000000"
OLDEST = 90
"""Ages from here on are written as this: above it persons are few. [a]"""
AGE = re.compile(r"(\d{3})([DWMY])")
TIME = re.compile(r"\d{2}(:?\d{2}(:?\d{2}(\.\d{1,6})?)?)?")
OFFSET = re.compile(r"[+-]\d{4}")
PATTERN = re.compile(r"[01\s]*")
LIKE_UID = re.compile(r"\d+(\.\d+){5,}")
"""Longer than the version of a program."""
ONE_VALUE = frozenset({"ST", "LT", "UT", "UR"})


def written(text: str, vr: str, action: Action, cleaning: Cleaning) -> list[str] | None:
    """The values to write for an element of texts, dates, times or UIDs; an empty list for one that stays without a value."""
    if action == "remove":
        return None
    if action == "empty" or not text:
        return []
    parts = [text] if vr in ONE_VALUE else text.split("\\")
    rule = _RULES.get(action)
    if rule is None:
        return None
    values = [rule(part.strip(" \x00"), vr, cleaning) for part in parts]
    return values if any(values) else []


def _person(_text: str, _vr: str, cleaning: Cleaning) -> str:
    return cleaning.person


def _uid(text: str, _vr: str, cleaning: Cleaning) -> str:
    return replaced_uid(text, cleaning.key)


def _class(text: str, _vr: str, cleaning: Cleaning) -> str:
    return replaced_uid(text, cleaning.key, names_class=True)


def _date(text: str, vr: str, cleaning: Cleaning, *, time_of_day: bool = False) -> str:
    days = cleaning.days
    moved = shifted_date(text, days) if vr == "DA" else shifted_moment(text, days, time_of_day=time_of_day)
    if text and moved is None:
        cleaning.tell("date_unreadable")
    return moved or ""


def _time(text: str, vr: str, cleaning: Cleaning) -> str:
    if vr != "TM":
        return _date(text, vr, cleaning, time_of_day=True)
    return text if TIME.fullmatch(text) else ""


def _midnight(text: str, _vr: str, _cleaning: Cleaning) -> str:
    return MIDNIGHT if text else ""


def _age(text: str, _vr: str, _cleaning: Cleaning) -> str:
    match = AGE.fullmatch(text)
    if match is None:
        return ""
    return f"{min(int(match[1]), OLDEST):03d}Y" if match[2] == "Y" else text


def _keep(text: str, vr: str, cleaning: Cleaning) -> str:
    if vr == "CS":
        return text if text in TERMS else _code_string(text, vr, cleaning)
    if text == MANUFACTURER:
        return text  # a file of Graybook's own stays one, whatever the person is called
    if text and (cleaning.guard.gives_away(text) or not text.isprintable() or LIKE_UID.search(text)):
        cleaning.tell("text_removed")
        return ""
    return cleaning.said(text)


def _code_string(text: str, _vr: str, cleaning: Cleaning) -> str:
    plain = "" if cleaning.guard.gives_away(text) else code_string(text)
    if text and not plain:
        cleaning.tell("text_removed")
    return plain


def _name(text: str, _vr: str, cleaning: Cleaning) -> str:
    return label_name(text, cleaning.key)


def _structure(text: str, _vr: str, cleaning: Cleaning) -> str:
    name = structure_name(text, cleaning.key, cleaning.guard)
    if name != text:
        cleaning.tell("structure_renamed")
    return cleaning.said(name)


def _marks(text: str, vr: str, cleaning: Cleaning) -> str:
    """A dose's mark, else a stand-in: planes of one dose have one comment, and two doses two."""
    return dose_mark(text) or label_name(text, cleaning.key, prefix="C_" if vr == "CS" else "C-")


def _nuclide(text: str, _vr: str, cleaning: Cleaning) -> str:
    return cleaning.said(nuclide_or_agent(text))


def _offset(text: str, _vr: str, _cleaning: Cleaning) -> str:
    return text if OFFSET.fullmatch(text) else ""


def _fraction_pattern(text: str, _vr: str, _cleaning: Cleaning) -> str:
    return text if PATTERN.fullmatch(text) else ""


def _placeholder(text: str, _vr: str, cleaning: Cleaning) -> str:
    cleaning.tell("text_removed")
    return PLACEHOLDER if text else ""


_RULES: dict[str, Callable[[str, str, Cleaning], str]] = {
    "age": _age,
    "class": _class,
    "code_string": _code_string,
    "date": _date,
    "fraction_pattern": _fraction_pattern,
    "keep": _keep,
    "marks": _marks,
    "midnight": _midnight,
    "name": _name,
    "nuclide": _nuclide,
    "offset": _offset,
    "person": _person,
    "placeholder": _placeholder,
    "structure": _structure,
    "time": _time,
    "uid": _uid,
}
