"""What a pool says of itself comes back as it was written, or it is no pool."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graybook.cohort.manifest import MANIFEST, Manifest, manifest_text, read_manifest, table_files
from graybook.cohort.schema import TABLE
from graybook.errors import InputError


def test_round_trip(tmp_path: Path) -> None:
    """The manifest written is the one read, and its files are paths in the pool."""
    told = Manifest(project="p", persons=2, rows=9, failed={"pool_no_day": 1}, files=("table/a.parquet",))
    (tmp_path / MANIFEST).write_text(manifest_text(told), encoding="utf-8")
    assert read_manifest(tmp_path) == told
    assert table_files(tmp_path) == (tmp_path / "table" / "a.parquet",)


@pytest.mark.parametrize("text", [None, "", "{}", "[1]", '{"schema_version": "1"}'])
def test_other_folders_are_no_pools(tmp_path: Path, text: str | None) -> None:
    """Without a whole manifest the remedy is to build."""
    if text is not None:
        (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="cohort build"):
        read_manifest(tmp_path)


def test_another_schema_is_refused(tmp_path: Path) -> None:
    """A pool of another schema version is built again, not misread."""
    told = Manifest(project="p", persons=0, rows=0, schema_version="0")
    (tmp_path / MANIFEST).write_text(manifest_text(told), encoding="utf-8")
    with pytest.raises(InputError, match="another version"):
        read_manifest(tmp_path)


def test_every_column_is_explained(repository: Path) -> None:
    """Each column of the table stands on its page, and the page names no other."""
    page = (repository / "docs" / "science" / "pool-table.md").read_text(encoding="utf-8")
    cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    named = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(TABLE.names)
