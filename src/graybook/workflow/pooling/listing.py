"""What is said of results that are not in the pool, or not whole, comes in; a list that a person can work through goes out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from graybook.record import Finding
from graybook.text import Language, phrase, remedy

__all__ = ["counted", "said", "write_private", "written_list"]

OWNER_ONLY = 0o600


def said(one: Finding, language: Language) -> dict[str, object]:
    """A finding as a line of the list: file, code, sentence and remedy."""
    words = {"subject": one.subject, **one.params}
    return {
        "file": one.subject,
        "code": one.code,
        "severity": one.severity.value,
        "text": phrase(one.code, language, **words),
        "remedy": remedy(one.code, language, **words).strip(),
        **{key: value for key, value in one.params.items() if key in ("key", "line", "value", "n")},
    }


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """How many results, or values, by code; sorted."""
    found: dict[str, int] = {}
    for one in findings:
        n = one.params.get("n")
        found[one.code] = found.get(one.code, 0) + (n if isinstance(n, int) else 1)
    return dict(sorted(found.items()))


def written_list(findings: Sequence[Finding], file: Path, language: Language) -> None:
    """Write one JSON object a line, errors first; for the owner alone, as it names files."""
    ranked = sorted(findings, key=lambda one: (one.severity.value != "error", one.subject, one.code))
    lines = [json.dumps(said(one, language), ensure_ascii=False) + "\n" for one in ranked]
    write_private(file, "".join(lines))


def write_private(file: Path, text: str) -> None:
    """Write a file that is whole or not there and that only its owner may open."""
    unfinished = file.with_name(file.name + ".tmp")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
        stream.write(text)
    unfinished.replace(file)
