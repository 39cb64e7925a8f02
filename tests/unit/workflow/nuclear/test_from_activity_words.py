"""A cycle is named without figures, which each language writes in its own way."""

from __future__ import annotations

from types import SimpleNamespace

from graybook.text import phrase
from graybook.workflow.nuclear.from_activity import _named


def test_french_sentence_has_no_decimal_point() -> None:
    """The activity of a cycle's label stays out of the sentence; the disease is said to be in English, as it must be typed."""
    cycle = _named(SimpleNamespace(label="131I"), SimpleNamespace(label="1: 3.7 GBq"))  # type: ignore[arg-type]
    assert cycle == "131I, 1"
    said = phrase("given_indication_asked", "fr", cycle=cycle, nuclide="131I", indication="thyroid cancer")
    assert "en anglais : « thyroid cancer »" in said.replace("\u00a0", " ")
    assert "3.7" not in said
