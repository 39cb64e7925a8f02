"""A document of another format comes in from a file or folder, or goes out into one."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graybook.errors import InputError, UsageError

__all__ = ["Rows", "read_json", "read_texts", "source_of", "write_json", "write_rows", "write_texts"]

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by table."""

MOST_BYTES = 256 * 1024 * 1024
"""A document of one person is far smaller."""


def read_json(path: Path) -> object:
    """What a JSON file holds.

    Raises
    ------
    graybook.errors.UsageError
        There is no such file.
    graybook.errors.InputError
        It is no JSON, or holds numbers that are none (NaN, Infinity).
    """
    try:
        return json.loads(_bytes(path).decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path.name} is not valid JSON.", value=str(error), remedy="Export it again from its program."
        ) from error


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise UsageError("There is no such file.", value=str(path), remedy="Name a file that exists.")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(
            f"{path.name} is too large for the courses of one person.",
            value=f"{path.stat().st_size} bytes",
            remedy="Export one person at a time.",
        )
    return path.read_bytes()


def read_texts(folder: Path) -> dict[str, str]:
    """The text of every CSV file of a folder, by the file's name.

    Raises
    ------
    graybook.errors.UsageError
        There is no such folder.
    graybook.errors.InputError
        It holds no CSV file, or one that is no text.
    """
    if not folder.is_dir():
        raise UsageError("There is no such folder.", value=str(folder), remedy="Name a folder of CSV files.")
    found = _csv_files(folder)
    if not found:
        raise InputError(
            "The folder holds no CSV file.", value=folder.name, remedy="Export each table as NAME.csv."
        )
    return {one.name: _text(one) for one in found}


def _csv_files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.is_file() and one.suffix.lower() == ".csv")


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name} is not UTF-8 text.", value=str(error), remedy="Save it as UTF-8."
        ) from error


def write_json(path: Path, document: object) -> None:
    """A document, the same bytes for the same document."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def write_rows(folder: Path, tables: Rows) -> tuple[str, ...]:
    """One CSV file for each table that has rows, a value that is not known being an empty cell; their names.

    That of a table without rows is removed, so that nothing of an earlier export stands beside this one.
    """
    names = []
    for name, rows in tables.items():
        if not rows:
            (folder / f"{name}.csv").unlink(missing_ok=True)
            continue
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
        names.append(f"{name}.csv")
    return tuple(names)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def write_texts(folder: Path, files: Mapping[str, str]) -> None:
    """Texts by file name, as they stand."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


def source_of(path: Path) -> str:
    """What a document is called among sources: its name and the start of its SHA-256; of a folder that of its CSV files."""
    digest = hashlib.sha256()
    for one in [path] if path.is_file() else _csv_files(path):
        if one != path:
            digest.update(f"{one.name}\0{one.stat().st_size}\0".encode())
        digest.update(one.read_bytes())
    return f"{path.name}, SHA-256 {digest.hexdigest()[:16]}"
