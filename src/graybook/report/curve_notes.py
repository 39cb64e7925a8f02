"""Curve notes: the choices of time-integrated activity come in; what is to be said of the one used goes out, as sentences."""

from __future__ import annotations

from collections.abc import Iterable

from graybook.report.nuclear_result import TimeIntegratedChoice
from graybook.report.wording import Wording

__all__ = ["sentences_of_curves"]

_GROUP = "curve_said"


def sentences_of_curves(choices: Iterable[TimeIntegratedChoice | None], words: Wording) -> list[str]:
    """Each note of the choices once, in this language; what has no sentence (a time in hours) is left out."""
    found: dict[str, None] = {}
    for choice in choices:
        for note in choice.note.split(", ") if choice is not None else ():
            said = words.term(_GROUP, note)
            if said != note:
                found[said] = None
    return list(found)
