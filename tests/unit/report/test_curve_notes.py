"""Curve notes: every note of a fit or a choice has its sentence in both languages; times and unknown words are left out."""

from __future__ import annotations

import pytest

from graybook.nuclear.time_activity import FitNote
from graybook.nuclear.time_integrated import ChoiceNote
from graybook.report.curve_notes import sentences_of_curves
from graybook.report.nuclear_result import TimeIntegratedChoice
from graybook.report.wording import Wording

NOTES = [*(one for one in FitNote if one is not FitNote.TOO_FEW_POINTS), *ChoiceNote]
"""A model with too few points is not fitted, so it is no choice."""


def choice(note: str) -> TimeIntegratedChoice:
    """A choice with a note as the document holds it."""
    return TimeIntegratedChoice(model="mono", mbq_h=1.0, difference_percent=0.0, used=True, note=note)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("note", NOTES)
def test_every_note_has_a_sentence(note: FitNote | ChoiceNote, language: str) -> None:
    """One sentence, not the code."""
    said = sentences_of_curves([choice(note.value.replace("_", " "))], Wording(language))  # type: ignore[arg-type]
    assert len(said) == 1
    assert "_" not in said[0]


def test_notes_are_said_once() -> None:
    """Two cycles with the same note: one sentence; the time of a point is none."""
    both = [choice("103.1 h, aicc undefined"), choice("aicc undefined, error unknown"), None]
    assert len(sentences_of_curves(both, Wording("en"))) == 2
