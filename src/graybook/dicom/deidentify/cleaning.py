"""What one file's de-identification carries from item to item: key and person in; tallies of what was done out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from graybook.record.project_key import ProjectKey

__all__ = ["Cleaning"]


@dataclass(kw_only=True)
class Cleaning:
    """The state of one file's de-identification.

    Parameters
    ----------
    key, person
        The project's key; the pseudonym of the person, which PatientID and PatientName become.
    guarded
        Words of names and identifiers in the file, in small letters: a text that stays must not hold one.
    places
        Names of institutions, in small letters: a text that stays must not hold one whole.
    """

    key: ProjectKey
    person: str
    guarded: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    done: Counter[str] = field(default_factory=Counter)
    """How often what was done: ``text_removed``, ``structure_renamed``, ``private_removed`` ..."""
    non_ascii: bool = False
    """Whether a text that stays has letters beyond ASCII."""

    def __post_init__(self) -> None:
        self.days = self.key.days(self.person)
        """By how many days all dates move. [d]"""

    def tell(self, what: str) -> None:
        """Count one thing done."""
        self.done[what] += 1

    def said(self, text: str) -> str:
        """A text that is written, its letters noted."""
        self.non_ascii = self.non_ascii or not text.isascii()
        return text

    def gives_away(self, text: str) -> bool:
        """Whether a text holds a word of the names and identifiers of the file, or the name of an institution."""
        folded = text.casefold()
        return any(one in folded for one in self.places) or not self.guarded.isdisjoint(guard_words(text))


def guard_words(text: str) -> frozenset[str]:
    """The words of a text in small letters, of three letters or digits and more."""
    spaced = "".join(sign if sign.isalnum() else " " for sign in text.casefold())
    return frozenset(word for word in spaced.split() if len(word) >= 3)
