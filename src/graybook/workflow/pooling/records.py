"""Folders and files come in; every ``result.json`` in them, with the ``dvh.csv`` beside it, goes out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graybook.record import Finding, Severity

__all__ = ["CURVES", "RESULT", "RecordFiles", "records_in"]

RESULT, CURVES = "result.json", "dvh.csv"


@dataclass(frozen=True, kw_only=True)
class RecordFiles:
    """One result: its file, that of its curves where there is one, and how it is called in lists."""

    result: Path
    curves: Path | None
    shown: str


def records_in(given: Iterable[Path]) -> tuple[list[RecordFiles], list[Finding]]:
    """The results below each folder, and each file given, sorted and each once; and what was given and holds none."""
    found: dict[Path, RecordFiles] = {}
    empty: list[Finding] = []
    for one in given:
        files, closed = ([one], []) if one.is_file() else _below(one)
        empty += closed
        if not files and not closed:
            empty.append(Finding(code="pool_nothing_there", severity=Severity.ERROR, subject=str(one)))
        for file in files:
            beside = file.with_name(CURVES)
            found.setdefault(
                file.resolve(),
                RecordFiles(result=file, curves=beside if beside.is_file() else None, shown=str(file)),
            )
    return [found[path] for path in sorted(found)], empty


def _below(folder: Path) -> tuple[list[Path], list[Finding]]:
    """Every file called ``result.json`` in a folder and below, links to folders not followed; and folders that stay closed."""
    closed: list[OSError] = []
    found = [
        Path(place) / RESULT for place, _, names in os.walk(folder, onerror=closed.append) if RESULT in names
    ]
    return sorted(one for one in found if one.is_file()), [
        Finding(
            code="pool_unreadable",
            severity=Severity.ERROR,
            subject=str(one.filename),
            params={"key": Path(str(one.filename)).name, "why": one.strerror},
        )
        for one in closed
        if not isinstance(one, FileNotFoundError)
    ]
