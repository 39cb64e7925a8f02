"""What one file's de-identification carries from item to item: key and person in; tallies of what was done out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from graybook.dicom.deidentify.guard import Guard
from graybook.record.project_key import ProjectKey

__all__ = ["Cleaning"]


@dataclass(kw_only=True)
class Cleaning:
    """The state of one file's de-identification.

    Parameters
    ----------
    key, person
        The project's key; the pseudonym of the person, which PatientID and PatientName become.
    guard
        Of the file: what a text that stays must not give away.
    """

    key: ProjectKey
    person: str
    guard: Guard = field(default_factory=Guard)
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
