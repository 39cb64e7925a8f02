"""An attribute, a class of object or a private element comes in; what de-identification does with it goes out."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple, cast

from graybook.errors import InputError
from graybook.tables._rows import table_rows
from graybook.tables._spelling import words
from graybook.tables.structure_names import labels, tg263_name

__all__ = [
    "Choice",
    "Handling",
    "PrivateElement",
    "choices",
    "class_handling",
    "has_only_agent_words",
    "is_plain_structure_name",
    "is_plain_word",
    "place_words",
    "private_elements",
    "profile_action",
]

Choice = Literal[
    "age", "class", "code", "empty", "fraction_pattern", "keep", "marks", "name", "nuclide", "offset", "person",
    "placeholder", "recurse", "remove", "structure", "time",
]  # fmt: skip
"""What Graybook does with an attribute where neither the profile nor the kind of value decides."""

Handling = Literal["copied", "flagged", "refused_picture", "refused_document", "refused_directory"]
"""What becomes of an object of a class."""

_CHOICES, _HANDLINGS = (frozenset(kinds.__args__) for kinds in (Choice, Handling))  # type: ignore[attr-defined]
_SHORTEST_WORD = 3
_LONGEST_NUMBER = 4
_MOST_NUMBERS, _DATE_DIGITS = 3, 5
"""Digits of a number in the name of a target: 5040 is a dose, 19450312 a date."""


class PrivateElement(NamedTuple):
    """A private element that may stay, and as what."""

    vr: str
    action: str


@cache
def _profile() -> dict[str, str]:
    rows = table_rows("deidentification.csv", ("tag", "keyword", "vr", "action"))
    return {row["tag"].replace(",", "").upper(): row["action"] for row in rows}


def profile_action(tag: int) -> str:
    """The code of the basic profile for an attribute, as ``X``, ``Z/D`` or ``U``; empty when the profile does not name it.

    Examples
    --------
    >>> profile_action(0x00080080), profile_action(0x30060026), profile_action(0x300A00C2)
    ('X/Z/D', 'Z', '')
    """
    return _profile().get(f"{tag:08X}", "")


@cache
def choices() -> dict[str, Choice]:
    """What is done with an attribute by its keyword; goes before the profile."""
    found: dict[str, Choice] = {}
    for row in table_rows("deidentification_choices.csv", ("keyword", "action", "note")):
        if row["action"] not in _CHOICES or row["keyword"] in found:
            raise InputError(
                "Table deidentification_choices.csv: an action is unknown, or a keyword stands twice",
                value=(row["keyword"], row["action"]),
                remedy="correct the row",
            )
        found[row["keyword"]] = cast(Choice, row["action"])
    return found


@cache
def _classes() -> dict[str, Handling]:
    rows = table_rows("deidentification_classes.csv", ("sop_class_uid", "handling", "note"))
    if unknown := {row["handling"] for row in rows} - _HANDLINGS:
        raise InputError(
            "Table deidentification_classes.csv: unknown handling", value=unknown, remedy="correct the row"
        )
    return {row["sop_class_uid"]: cast(Handling, row["handling"]) for row in rows}


def class_handling(sop_class_uid: str) -> Handling | None:
    """What becomes of an object; None for a class that is not listed: such an object is not copied.

    Examples
    --------
    >>> class_handling("1.2.840.10008.5.1.4.1.1.481.5"), class_handling("1.2.840.10008.5.1.4.1.1.104.1")
    ('copied', 'refused_document')
    """
    return _classes().get(sop_class_uid)


@cache
def private_elements() -> dict[tuple[int, str, int], PrivateElement]:
    """The private elements that may stay, by group, creator and number; all others go."""
    rows = table_rows("deidentification_private.csv", ("group", "creator", "element", "vr", "action", "note"))
    return {
        (int(row["group"], 16), row["creator"], int(row["element"], 16)): PrivateElement(
            row["vr"], row["action"]
        )
        for row in rows
    }


@cache
def _listed_words() -> dict[str, str]:
    return {row["word"]: row["kind"] for row in table_rows("deidentification_words.csv", ("word", "kind"))}


def has_only_agent_words(text: str) -> bool:
    """Whether nothing stands in a text but listed words for radiopharmaceuticals.

    Examples
    --------
    >>> has_only_agent_words("MAA microspheres"), has_only_agent_words("MAA for J. Doe")
    (True, False)
    """
    return all(_listed_words().get(word) == "agent" for word in words(text))


@cache
def _plain_words() -> frozenset[str]:
    """The listed words, and those of three letters and more that make up the names of organs."""
    listed = {word for word, kind in _listed_words().items() if kind != "agent"}
    organs = {word for label in labels() for word in words(label) if len(word) >= _SHORTEST_WORD}
    return frozenset(listed | organs)


def is_plain_word(word: str) -> bool:
    """Whether a word may be part of a structure's name that stays."""
    return word in _plain_words()


@cache
def place_words() -> frozenset[str]:
    """Words that many institutions, departments and roles bear: they name none."""
    return frozenset(row["word"] for row in table_rows("deidentification_place_words.csv", ("word",)))


def is_plain_structure_name(name: str) -> bool:
    """Whether a structure's name says nothing but which structure it is.

    It is a TG-263 name or a spelling mapped to one, or made of the listed words and short numbers only. A number of three digits
    and more is that of a dose or a volume, in the name of a target or of a dose, or before its unit.

    Examples
    --------
    >>> [is_plain_structure_name(name) for name in ("Moelle épinière", "PTV_5040", "zRing 2cm")]
    [True, True, True]
    >>> [is_plain_structure_name(name) for name in ("PTV Dupont", "GTV 19450312", "GTV 12/3/45", "GTV 0817", "1")]
    [False, False, False, False, False]
    """
    if not name.isprintable() or "^" in name:
        return False
    if tg263_name(name) is not None:
        return True
    found = words(name)
    numbers = [word for word in found if word.isdecimal()]
    long = any(len(one) > _LONGEST_NUMBER for one in numbers)
    if long or len(numbers) == len(found) or len(numbers) > _MOST_NUMBERS or _is_like_date(numbers):
        return False
    if not all(_is_dose_or_volume(found, place) for place, one in enumerate(found) if _is_long(one)):
        return False
    return all(word in _plain_words() for word in found if not word.isdecimal())


def _is_long(word: str) -> bool:
    return word.isdecimal() and len(word) >= _SHORTEST_WORD


def _is_dose_or_volume(found: tuple[str, ...], place: int) -> bool:
    """Whether a long number in a name can be a dose or a volume: no zero before it, and a target, a dose or a unit beside it."""
    unit = found[place + 1] if place + 1 < len(found) else ""
    of_dose = any(_listed_words().get(one) == "target" or one in ("dose", "isodose") for one in found)
    return found[place][0] != "0" and (of_dose or _listed_words().get(unit) == "unit")


def _is_like_date(numbers: list[str]) -> bool:
    return len(numbers) == _MOST_NUMBERS and len("".join(numbers)) >= _DATE_DIGITS
