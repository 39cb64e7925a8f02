"""The names and identifiers at the top of a file come in; whether a text that stays by rule gives one of them away goes out."""

from __future__ import annotations

from dataclasses import dataclass

from graybook.dicom.attributes import Attributes

__all__ = ["Guard", "guard_of", "guard_words"]

NAMES = (
    "PatientName", "PatientID", "PatientBirthName", "OtherPatientIDs", "OtherPatientNames", "ReferringPhysicianName",
    "PhysiciansOfRecord", "PerformingPhysicianName", "OperatorsName", "ReviewerName",
)  # fmt: skip
PLACES = ("InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName")
SHORTEST_WORD, SHORTEST_PLACE = 3, 4


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Words of names and identifiers, and names of places, of one file, in small letters."""

    words: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()

    def gives_away(self, text: str) -> bool:
        """Whether a text holds a word of the names and identifiers, or the whole name of a place."""
        folded = text.casefold()
        return any(one in folded for one in self.places) or not self.words.isdisjoint(guard_words(text))


def guard_of(attributes: Attributes) -> Guard:
    """The guard of a file."""
    places = (attributes.text(keyword).casefold() for keyword in PLACES)
    return Guard(
        words=frozenset(word for keyword in NAMES for word in guard_words(attributes.text(keyword))),
        places=tuple(one for one in places if len(one) >= SHORTEST_PLACE),
    )


def guard_words(text: str) -> frozenset[str]:
    """The words of a text in small letters, of three letters or digits and more.

    Examples
    --------
    >>> sorted(guard_words("DUPONT^Marie=d'X 12-345"))
    ['345', 'dupont', 'marie']
    """
    spaced = "".join(sign if sign.isalnum() else " " for sign in text.casefold())
    return frozenset(word for word in spaced.split() if len(word) >= SHORTEST_WORD)
