"""A file that a person wrote comes in; its text, its hash and, of TOML, its tables and their lines go out, or an error."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from graybook.errors import InputError, UsageError
from graybook.files._lines import Lines, toml_lines

__all__ = ["TextFile", "read_text_file", "toml_tables"]

_SIXTEEN = (b"\xff\xfe", b"\xfe\xff")
"""How a text in UTF-16 begins."""


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """A text with the name of its file and the hash of its bytes."""

    name: str
    text: str
    sha256: str


def read_text_file(path: Path, what: str) -> TextFile:
    """
    The text of a file in UTF-8, with or without a byte order mark.

    Parameters
    ----------
    path
        The file.
    what
        What it is to the reader: "file of options".

    Raises
    ------
    graybook.errors.UsageError
        There is no such file, or it may not be read.
    graybook.errors.InputError
        It is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"The {what} cannot be read.",
            value=f"{path}: {said}",
            remedy="Name a file that exists and that you may read.",
        ) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wide = content.startswith(_SIXTEEN)
        raise InputError(
            f"{path.name}, line {line}: this is not UTF-8 text{', but UTF-16' if wide else ''}.",
            value=content[error.start : error.start + 4],
            remedy="Save it as UTF-8.",
        ) from error
    return TextFile(name=path.name, text=text, sha256=hashlib.sha256(content).hexdigest())


def toml_tables(text: str, name: str) -> tuple[dict[str, object], Lines]:
    """The tables of a text of TOML, and where they stand; not TOML is refused with the line."""
    try:
        tables = tomllib.loads(text)
    except RecursionError as error:
        raise InputError(
            f"{name}, line 1: there are too many brackets within brackets.",
            value=f"{text.count('[')} opening brackets",
            remedy="Write a list of values, not lists within lists.",
        ) from error
    except ValueError as error:
        raise InputError(
            f"{name}, line {_line(str(error), text)}: this is not valid TOML.",
            value=str(error),
            remedy="Mend that line; texts stand in quotes, dates as 2026-01-31, numbers with a point.",
        ) from error
    return tables, toml_lines(text)


def _line(said: str, text: str) -> int:
    """The line that tomllib names; the last one when it names the end."""
    found = re.search(r"\(at line (\d+)", said)
    return int(found[1]) if found else text.rstrip().count("\n") + 1
