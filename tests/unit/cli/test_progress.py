"""What the command line says while it works: nothing to a file, one sentence to a terminal."""

from __future__ import annotations

import sys

import pytest

from graybook.cli.output import shown_progress
from graybook.geometry import compiling
from graybook.text import Language


@pytest.mark.parametrize(("language", "word"), [("en", "kernels"), ("fr", "noyaux")])
@pytest.mark.parametrize("quiet", [True, False])
def test_compiling_is_said_on_a_terminal(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: Language,
    word: str,
    quiet: bool,
) -> None:
    """A person at a terminal is told on stderr, in the language asked for, that kernels are being compiled."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with shown_progress(quiet=quiet, language=language):
        compiling._waiting.say()
    said = capsys.readouterr()
    assert word in said.err
    assert said.out == ""


def test_nothing_is_said_to_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Where stderr is no terminal, nothing but errors is written to it."""
    compiling.on_compiling(None)
    with shown_progress(quiet=False, language="en"):
        compiling._waiting.say()
    assert capsys.readouterr() == ("", "")
