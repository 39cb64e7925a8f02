"""Landmark pairs are read as written, and a bad line is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from graybook.errors import InputError, UsageError
from graybook.files.landmarks import read_landmarks

HEADER = "x,y,z,moved_x,moved_y,moved_z\n"


def file(folder: Path, text: str) -> Path:
    """A file of landmarks."""
    path = folder / "landmarks.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_pairs_are_read(tmp_path: Path) -> None:
    """Two pairs in any order of columns, with a mark before the text, a column of our own and an empty line."""
    text = "\ufeffmoved_x, moved_y, moved_z, X, Y, Z, error_mm\n4,5,6,1,2,3,inf\n\n-4,-5,-6,-1,-2,-3,0\n"
    fixed, moving = read_landmarks(file(tmp_path, text))
    assert fixed.tolist() == [[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]]
    assert moving.tolist() == [[4.0, 5.0, 6.0], [-4.0, -5.0, -6.0]]


@pytest.mark.parametrize("line", ["1,2,3,4,5", "1,2,3,4,5,six", "1,2,3,4,5,nan", "1;2;3;4;5;6"])
def test_bad_line_is_named(tmp_path: Path, line: str) -> None:
    """The number of the line and what stands there."""
    with pytest.raises(InputError, match="line 3") as refused:
        read_landmarks(file(tmp_path, f"{HEADER}1,2,3,4,5,6\n{line}\n"))
    assert refused.value.value == line
    assert "x,y,z,moved_x" in refused.value.remedy


@pytest.mark.parametrize("text", ["", "x,y,z\n1,2,3\n", HEADER])
def test_no_pair_is_refused(tmp_path: Path, text: str) -> None:
    """An empty file, one without the moving side, one without a line."""
    with pytest.raises(InputError):
        read_landmarks(file(tmp_path, text))


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is a wrong call."""
    with pytest.raises(UsageError, match="landmarks"):
        read_landmarks(tmp_path / "none.csv")
