"""The folder to read and the one to write come in; nothing goes out, unless they lie in each other or OUT holds foreign files."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path

from graybook.errors import UsageError
from graybook.workflow.all_or_nothing import asked_folder

__all__ = [
    "JOURNAL",
    "REPORT",
    "REPORT_PAGE",
    "UNFINISHED",
    "apart",
    "clear_unfinished",
    "files_below",
    "settings_of",
    "without_foreign_files",
]

REPORT, REPORT_PAGE = "deidentified.json", "deidentified.md"
JOURNAL = "deidentified.unfinished.jsonl"
"""What is done so far; gone once all is."""

UNFINISHED = ".unfinished"
"""End of the name of a file that is being written."""
SETTINGS = re.compile(r"P-[A-Z2-7]{16}/graybook\.toml")
HALF_WRITTEN = re.compile(
    rf"(P-[A-Z2-7]{{16}}/[0-9.]+(-\d+)?\.dcm|{re.escape(JOURNAL)}){re.escape(UNFINISHED)}"
)


def apart(folder: Path, out: Path) -> None:
    """Refuse two folders of which one is, or lies in, the other; nothing is made yet.

    Raises
    ------
    graybook.errors.UsageError
        They overlap, also through a link, or OUT cannot be made.
    """
    read, written = folder.resolve(), out.resolve()
    if read.is_relative_to(written) or written.is_relative_to(read):
        raise UsageError(
            "FOLDER and OUT lie in each other: originals and de-identified files would be mixed.",
            value=f"{folder}, {out}",
            remedy="Name an OUT elsewhere.",
        )
    asked_folder(out)


def clear_unfinished(out: Path) -> None:
    """Take away what a stopped run had half written."""
    for name in files_below(out):
        if HALF_WRITTEN.fullmatch(name):
            (out / name).unlink()


def files_below(out: Path) -> tuple[str, ...]:
    """Every file and every link below a folder, relative to it, with forward slashes, sorted; none where there is no folder."""
    found: list[str] = []
    for place, folders, files in os.walk(out):
        names = [*files, *(one for one in folders if (Path(place) / one).is_symlink())]
        found.extend((Path(place) / one).relative_to(out).as_posix() for one in names)
    return tuple(sorted(found))


def settings_of(out: Path) -> list[str]:
    """Pseudonyms of the persons with a graybook.toml."""
    return [one.partition("/")[0] for one in files_below(out) if SETTINGS.fullmatch(one)]


def without_foreign_files(out: Path, own: Collection[str]) -> None:
    """Refuse an OUT that holds files which no earlier run of this project wrote: they would leave with the others.

    Raises
    ------
    graybook.errors.UsageError
        It does; the first one is named.
    """
    known = {*own, REPORT, REPORT_PAGE, JOURNAL}
    foreign = [
        one
        for one in files_below(out)
        if one not in known and not SETTINGS.fullmatch(one) and not HALF_WRITTEN.fullmatch(one)
    ]
    if foreign:
        raise UsageError(
            "OUT holds files that this project did not write: they might name somebody.",
            value=f"{len(foreign)}, the first is {foreign[0]}",
            remedy="Name an empty OUT, or one of an earlier run of this project.",
        )
