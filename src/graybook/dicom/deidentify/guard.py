"""The names and identifiers of a person's files come in; whether a text that stays by rule gives one of them away goes out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from pydicom.datadict import dictionary_has_tag, dictionary_keyword, dictionary_VR
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from graybook.dicom.attributes import Attributes, Notes
from graybook.dicom.header import declare_character_sets
from graybook.tables._spelling import words
from graybook.tables.deidentification import is_plain_word, place_words

__all__ = ["Guard", "guard_of", "guard_words", "named_in", "search_forms"]

IDENTIFIERS = frozenset({"PatientID", "OtherPatientIDs", "AccessionNumber", "AdmissionID", "StudyID"})
PLACES = frozenset({"InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName"})
BIRTH = "PatientBirthDate"
PERSONS = frozenset({"PatientName", "PatientBirthName", "OtherPatientNames"})
SHORTEST_WORD, SHORTEST_PLACE = 3, 4
WITHIN = 6
"""A word of so many letters is found within another one too."""
DEEPEST = 60
NUMBER_RUN = re.compile(r"\d{3,}")
DAY = re.compile(r"(\d\d)(\d\d)\D?(\d\d)\D?(\d\d)")


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What a text that stays must not hold, in small letters.

    Parameters
    ----------
    words
        Words of names, of identifiers, and of the names of places.
    places
        Whole names of places.
    numbers
        Digits of identifiers and of the day of birth: the name of a structure must not hold them.
    """

    words: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    def __or__(self, other: Guard) -> Guard:
        """What either guards."""
        return Guard(
            words=self.words | other.words,
            places=self.places | other.places,
            numbers=self.numbers | other.numbers,
        )

    @property
    def text(self) -> str:
        """All of it in one text, always the same for the same guard."""
        return "\n".join("\x00".join(sorted(one)) for one in (self.words, self.places, self.numbers))

    def gives_away(self, text: str) -> bool:
        """Whether a text holds a word of the names and identifiers, or the name of a place or a word of it."""
        folded = text.casefold()
        plain = _without_accents(folded)
        return (
            any(one in folded for one in self.places)
            or not self.words.isdisjoint(guard_words(folded))
            or any(len(one) >= WITHIN and (one in folded or one in plain) for one in self.words)
        )

    def is_in_structure(self, name: str) -> bool:
        """Whether the name of a structure holds one of the words or numbers, however they are written together."""
        found = words(name)
        digits = [one for one in found if one.isdecimal()]
        return (
            self.gives_away(name)
            or not self.words.isdisjoint(found)
            or not self.numbers.isdisjoint((*digits, "".join(digits)))
        )


def guard_of(dataset: Dataset) -> Guard:
    """The guard of one file: its names, identifiers, places and day of birth, at any depth."""
    guarded: set[str] = set()
    places: set[str] = set()
    numbers: set[str] = set()
    for text, keyword in named_in(dataset):
        if keyword == BIRTH:
            numbers |= set(_days(text))
            continue
        guarded |= _words_of(text, keyword)
        if keyword in PLACES and len(text) >= SHORTEST_PLACE:
            places.add(text.casefold())
        if keyword in IDENTIFIERS:
            numbers |= set(NUMBER_RUN.findall(text))
    return Guard(words=frozenset(guarded), places=frozenset(places), numbers=frozenset(numbers))


def search_forms(text: str, keyword: str) -> Iterator[str]:
    """A name, an identifier or a place, its parts and its words: all that is searched for."""
    if keyword in PLACES and len(text) < SHORTEST_PLACE:
        return
    yield text
    yield from (part.strip() for part in re.split(r"[\^=]", text) if part.strip())
    yield from sorted(_words_of(text, keyword))


def named_in(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Each name, identifier, place and day of birth of a dataset with its attribute, at any depth."""
    notes = Notes(path="")
    declare_character_sets(Attributes(dataset, notes))
    yield from _named_in(dataset, notes, 0)


def _named_in(dataset: Dataset, notes: Notes, depth: int) -> Iterator[tuple[str, str]]:
    if depth and "SpecificCharacterSet" in dataset:
        notes = Notes(path="")
        declare_character_sets(Attributes(dataset, notes))
    attributes = Attributes(dataset, notes)
    for tag in sorted(dataset._dict):
        kind, keyword = _kind(dataset, tag)
        if kind == "SQ" and depth < DEEPEST:
            with suppress(Exception):
                for item in dataset[tag].value or ():
                    yield from _named_in(item, notes, depth + 1)
        elif kind == "PN" or keyword in IDENTIFIERS or keyword in PLACES or keyword == BIRTH:
            with suppress(Exception):
                text = attributes.text(keyword) if keyword else str(dataset[tag].value)
                yield from ((one.strip(), keyword or "PN") for one in text.split("\\") if one.strip())


def _kind(dataset: Dataset, tag: BaseTag) -> tuple[str, str]:
    """The kind of value an attribute has, and its keyword; private ones have none."""
    if tag.group & 1 or not dictionary_has_tag(tag):
        return dataset._dict[tag].VR or "UN", ""
    return dictionary_VR(tag), dictionary_keyword(tag)


def _words_of(text: str, keyword: str) -> frozenset[str]:
    found = guard_words(text)
    if keyword in IDENTIFIERS or keyword in PERSONS:
        return found
    found -= place_words()
    if keyword not in PLACES:
        return found
    return frozenset(
        one for one in found if len(one) >= SHORTEST_PLACE and one.isalpha() and not is_plain_word(one)
    )


def _days(text: str) -> Iterator[str]:
    """How a day of birth may stand in the name of a structure: year, day and month in either order, and all together."""
    match = DAY.match(text)
    if match is None:
        return
    century, year, month, day = match.groups()
    yield century + year
    for first in (month + day, day + month):
        yield from (first, first + year, year + first, first + century + year, century + year + first)


def guard_words(text: str) -> frozenset[str]:
    """The words of a text in small letters, with and without accents, of three letters or digits and more.

    Examples
    --------
    >>> sorted(guard_words("DUPONT^Marie=d'X 12-345"))
    ['345', 'dupont', 'marie']
    """
    folded = text.casefold()
    found: set[str] = set()
    for form in {folded, _without_accents(folded)}:
        spaced = "".join(sign if sign.isalnum() else " " for sign in form)
        found.update(word for word in spaced.split() if len(word) >= SHORTEST_WORD)
    return frozenset(found)


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
