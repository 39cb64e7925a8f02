"""Tables of points: what is written is read digit by digit, and a line that is no point is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graybook.errors import InputError, UnreadableFile, UsageError
from graybook.files.points import read_pairs, read_points, write_points

POINTS = np.array([[1.0, -2.5, 1e-7], [0.1 + 0.2, 1302.0, -1169.5]])


def kept(folder: Path, text: str, name: str = "points.csv") -> Path:
    """A file of this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_written_points_are_read_again(tmp_path: Path) -> None:
    """Every digit of every point, in order, under the header x,y,z."""
    path = tmp_path / "deep" / "points.csv"
    write_points(path, POINTS)
    assert path.read_text(encoding="utf-8").splitlines()[0] == "x,y,z"
    assert np.array_equal(read_points(path), POINTS)
    assert [one.name for one in path.parent.iterdir()] == ["points.csv"]


def test_where_points_lie_and_how_sure(tmp_path: Path) -> None:
    """The columns of the command: the point, where it lies in the other image, the error there, or inf."""
    path = tmp_path / "points.csv"
    moved = POINTS + np.array([1 / 3, 0.0, -1e-9])
    write_points(path, POINTS, moved_mm=moved, error_mm=np.array([1.25, np.inf]))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "x,y,z,moved_x,moved_y,moved_z,error_mm"
    assert lines[1] == "1.0,-2.5,1e-07,1.333333,-2.5,0.0,1.25"
    assert lines[2].endswith(",inf")
    fixed, found = read_pairs(path)
    np.testing.assert_array_equal(fixed, POINTS)
    np.testing.assert_allclose(found, moved, atol=5e-7)


def test_tables_as_people_write_them(tmp_path: Path) -> None:
    """A mark of UTF-8, capitals, blanks, another order, further columns, empty lines and Windows' line ends."""
    path = tmp_path / "points.csv"
    path.write_bytes(b"\xef\xbb\xbfname, Z ,X,Y\r\ncarina, 3 , 1.5 ,-2\r\n\r\n ,6,4,5\r\n")
    assert read_points(path).tolist() == [[1.5, -2.0, 3.0], [4.0, 5.0, 6.0]]


def test_elastix_points(tmp_path: Path) -> None:
    """Elastix's own format: the word point, the number of points, the points."""
    path = kept(tmp_path, "point\n2\n-40.94 -47.022 -1169.5\n95.66 -45.656 -1302\n", "points.txt")
    assert read_points(path).tolist() == [[-40.94, -47.022, -1169.5], [95.66, -45.656, -1302.0]]


@pytest.mark.parametrize(
    ("text", "where", "value"),
    [
        ("x,y,z\n1,2,3\n1,b,3\n", "line 3: y", "b"),
        ("x,y,z\n1,2\n", "line 2: z", ""),
        ("x,y,z\n1,2,nan\n", "line 2: z", "nan"),
        ("x,y,z\n1;2;3\n", "line 2: x", "1;2;3"),
        ("1,2,3\n4,5,6\n", "line 1", "1,2,3"),
        ("x,y,z\n", "no point", 0),
        ("", "line 1", ""),
        ("index\n1\n1 2 3\n", "line 1", "index"),
        ("point\n2\n1 2 3\n", "another number", "2 stated, 1 found"),
        ("point\n1\n1 2\n", "line 3: z", ""),
        ("point\n", "another number", " stated, 0 found"),
    ],
)
def test_what_is_no_table_of_points(tmp_path: Path, text: str, where: str, value: object) -> None:
    """The message names the file, the line, the value and what to do."""
    with pytest.raises(InputError) as caught:
        read_points(kept(tmp_path, text))
    assert caught.value.what.startswith("points.csv")
    assert where in caught.value.what
    assert caught.value.value == value
    assert caught.value.remedy


def test_files_that_are_not_there_or_no_text(tmp_path: Path) -> None:
    """A missing file is a wrong call, bytes that are no text an unreadable file; pairs need their columns."""
    with pytest.raises(UsageError):
        read_points(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"x,y,z\n\xff\xfe\n")
    with pytest.raises(UnreadableFile):
        read_points(tmp_path / "bytes.csv")
    with pytest.raises(InputError, match="moved_x"):
        read_pairs(kept(tmp_path, "x,y,z\n1,2,3\n"))
