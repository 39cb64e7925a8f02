"""A centre's limits replace those of the table, each with who changed it, when and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from graybook.errors import InputError, UsageError
from graybook.files.alignment_thresholds import parse_thresholds, read_thresholds

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "commissioning"\n'
CHANGE = '[[alignment_threshold]]\nmeasure = "dice"\nsum = 0.9\n' + STAMP


def test_a_change_stands_with_its_author(tmp_path: Path) -> None:
    """The limit of the sum is the centre's, the other one stays, and the source says who changed it."""
    path = tmp_path / "limits.toml"
    path.write_text(CHANGE, encoding="utf-8")
    (row,) = read_thresholds(path).of("dice")
    assert (row.sum_limit, row.envelope_limit, row.changed_on) == (0.9, 0.6, date(2026, 1, 31))
    assert row.source_text == "A. Physicist, 2026-01-31: commissioning"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[[alignment_threshold]]\nmeasure = "dice"\nsum = 0.9\n', "date is missing"),
        (CHANGE.replace("commissioning", " "), "reason"),
        (CHANGE.replace("dice", "magic"), "not one that has limits"),
        (
            CHANGE.replace("0.9", '"high"'),
            r"thresholds\.toml, line 3, \[\[alignment_threshold\]\] 1: sum must be a number",
        ),
        (CHANGE.replace("0.9", "0.1"), "contradict"),
        (CHANGE.replace("sum = 0.9\n", ""), "sum or envelope is missing"),
        ("[[alignment]]\n", "not a key"),
        ("[[", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_refused(text: str, what: str) -> None:
    """A change without author, date or reason, of an unknown measure, or without sense, is refused."""
    with pytest.raises(InputError, match=what):
        parse_thresholds(text)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that is not there is a fault of the call."""
    with pytest.raises(UsageError, match="cannot be read"):
        read_thresholds(tmp_path / "none.toml")
