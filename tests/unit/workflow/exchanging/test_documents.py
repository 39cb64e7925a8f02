"""Documents come in as they stand or are refused with a remedy; they go out as the same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from graybook.errors import InputError, UsageError
from graybook.workflow.exchanging.documents import read_json, read_texts, source_of, write_json, write_rows


@pytest.mark.parametrize("text", ["{", "[1, NaN]", "Infinity", "[" * 100000, "\udcff"])
def test_what_is_no_json(tmp_path: Path, text: str) -> None:
    """Broken text, numbers that are none, and depth without end are refused."""
    path = tmp_path / "document.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="is not valid JSON"):
        read_json(path)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Windows writes one."""
    path = tmp_path / "document.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(path) == {"a": 1}


def test_folders_of_tables(tmp_path: Path) -> None:
    """Every CSV file by its name, whatever the case of its ending; none, or no folder, is refused."""
    with pytest.raises(InputError, match="no CSV file"):
        read_texts(tmp_path)
    (tmp_path / "Course.CSV").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    assert read_texts(tmp_path) == {"Course.CSV": "a\n1\n"}
    (tmp_path / "Phase.csv").write_bytes(b"a\n\xff\n")
    with pytest.raises(InputError, match=r"Phase\.csv is not UTF-8"):
        read_texts(tmp_path)
    with pytest.raises(UsageError):
        read_texts(tmp_path / "missing")


def test_rows_go_out_with_empty_cells_for_what_is_not_known(tmp_path: Path) -> None:
    """None is empty, true is true; a table that lost its rows loses its file."""
    names = write_rows(tmp_path, {"a": [{"x": None, "y": True}, {"x": 1.5, "y": False}], "b": []})
    assert names == ("a.csv",)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "x,y\n,true\n1.5,false\n"
    assert write_rows(tmp_path, {"a": []}) == ()
    assert not (tmp_path / "a.csv").exists()


def test_no_number_that_is_none_leaves(tmp_path: Path) -> None:
    """NaN is no JSON: writing it is an error of ours."""
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "x.json", {"dose": float("nan")})


def test_a_source_is_its_name_and_its_hash(tmp_path: Path) -> None:
    """The start of the SHA-256 of the file, and no path of the machine."""
    path = tmp_path / "bundle.json"
    path.write_bytes(b"{}")
    assert source_of(path) == f"bundle.json, SHA-256 {hashlib.sha256(b'{}').hexdigest()[:16]}"
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"1")
    first = source_of(folder)
    (folder / "a.csv").write_bytes(b"2")
    assert source_of(folder) != first
    assert first.startswith("tables, SHA-256 ")
