"""What de-identifying a folder gave comes in; what was done and what was left out is printed, or one document goes out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from graybook.cli.output import print_text, remedy_text, sentence
from graybook.record import Finding, Severity
from graybook.text import Language, phrase, placeholders

if TYPE_CHECKING:
    from graybook.workflow.deidentify import Deidentified

__all__ = ["document", "page"]

LEAKS = Finding(code="deidentified_leaks")
SHOWN = 20
"""So many files, and so many leaks, are listed; the rest are counted."""


def document(result: Deidentified, language: Language) -> dict[str, object]:
    """The report, with what only the screen may show: files left out, and where original values were found."""
    return {
        **result.report,
        "done": result.done,
        "left_out_files": [
            {"file": one.path, "code": one.reason.code, "text": sentence(one.reason, language)}
            for one in result.left_out
        ],
        "leaks": [{"file": one.file, "attribute": one.attribute, "place": one.place} for one in result.leaks],
    }


def page(result: Deidentified, out: Path, language: Language) -> None:
    """Print what was done on stdout, and what forbids giving it out on stderr."""
    lines = []
    if result.key_made:
        lines.append(phrase("deidentified_key_made", language, path=str(result.key_path)))
    lines += _said(result, language)
    if result.left_out:
        lines.append(f"{phrase('deidentified_left_out', language)} ({len(result.left_out)})")
        shown = (_with_path(one.path, sentence(one.reason, language)) for one in result.left_out[:SHOWN])
        lines += _listed(shown, len(result.left_out))
    if result.done:
        persons: list[object] = result.report["persons"]  # type: ignore[assignment]
        files: list[object] = result.report["files"]  # type: ignore[assignment]
        lines.append(
            phrase("deidentified_done", language, persons=len(persons), files=len(files), out=str(out))
        )
        others: list[str] = result.report["not_compared"]  # type: ignore[assignment]
        if others:
            lines.append(
                phrase("deidentified_not_compared", language, count=len(others), persons=", ".join(others))
            )
        lines.append(phrase("deidentified_not", language))
    print_text("\n".join(lines) + "\n")
    if not result.done:
        _print_leaks(result, language)


def _said(result: Deidentified, language: Language) -> list[str]:
    said: dict[str, int] = result.report["said"]  # type: ignore[assignment]
    lines = [f"  {_counted(code, count, language)}" for code, count in said.items()]
    listed: list[dict[str, object]] = result.report["findings"]  # type: ignore[assignment]
    findings = [
        Finding(
            code=str(one["code"]),
            severity=Severity(str(one["severity"])),
            subject=str(one["subject"]),
            params=one["params"],  # type: ignore[arg-type]
        )
        for one in listed
    ]
    return [*lines, *(f"  {sentence(one, language)}" for one in findings)]


def _counted(code: str, count: int, language: Language) -> str:
    """The sentence with its number, before it where the sentence has no place for it."""
    text = sentence(Finding(code=code, params={"count": count}), language)
    return text if "count" in placeholders(code, language) else f"{text} ({count})"


def _with_path(path: str, text: str) -> str:
    return text if text.startswith(path) else f"{path}: {text}"


def _listed(lines: Iterable[str], count: int) -> list[str]:
    found = [f"  • {line}" for line in lines]
    return [*found, f"  … + {count - SHOWN}"] if count > SHOWN else found


def _print_leaks(result: Deidentified, language: Language) -> None:
    shown = (
        phrase("deidentified_leak", language, file=one.file, attribute=one.attribute, place=one.place)
        for one in result.leaks[:SHOWN]
    )
    lines = [sentence(LEAKS, language), *_listed(shown, len(result.leaks)), remedy_text(LEAKS, language)]
    sys.stderr.write("\n".join(lines) + "\n")
