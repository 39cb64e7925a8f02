"""The lists of de-identification come in; the tables of docs/science/deidentification.md go out, between their marks.

Usage::

    python tools/build_deidentification_page.py
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "src/graybook/tables/data/2026-11"
PAGE = ROOT / "docs/science/deidentification.md"
MEANT = {
    "age": "age, 90 years at most",
    "class": "UID of a class: the standard's own stay",
    "code": "kept for public coding schemes, in the standard's words; else a stand-in",
    "empty": "emptied",
    "fraction_pattern": "kept where it is digits 0 and 1",
    "keep": "kept as it is",
    "marks": "kept as EQD2, BED or Graybook's own mark alone; else a stand-in",
    "name": "a stand-in from the key",
    "nuclide": "kept as the name of a nuclide or a known agent",
    "offset": "kept as +HHMM or -HHMM",
    "person": "the person's pseudonym",
    "placeholder": "the word REMOVED",
    "recurse": "kept, its items treated like all",
    "remove": "removed",
    "structure": "structure name, see below",
    "time": "time of day kept, date moved",
}
HANDLED = {
    "copied": "copied",
    "flagged": "copied, with a warning to look at it",
    "refused_picture": "not copied: a picture in which a name usually stands",
    "refused_document": "not copied: a document",
    "refused_directory": "not copied: a directory",
}


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table."""
    with (TABLES / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def choices() -> list[str]:
    """One line for each action, with its attributes."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows("deidentification_choices.csv"):
        found[row["action"], row["note"]].append(row["keyword"])
    lines = ["| What is done | Attributes | Why |", "|---|---|---|"]
    return lines + [
        f"| {MEANT[action]} | {', '.join(sorted(keywords))} | {note} |"
        for (action, note), keywords in sorted(found.items())
    ]


def words() -> list[str]:
    """The words by kind."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows("deidentification_words.csv"):
        found[row["kind"]].append(row["word"])
    lines = ["| Words | |", "|---|---|"]
    return lines + [f"| {kind} | {', '.join(sorted(listed))} |" for kind, listed in sorted(found.items())]


def private() -> list[str]:
    """The private elements."""
    lines = ["| Element | Creator | What it is |", "|---|---|---|"]
    return lines + [
        f"| ({row['group']},xx{row['element']}) | {row['creator']} | {row['note']} |"
        for row in rows("deidentification_private.csv")
    ]


def classes() -> list[str]:
    """The classes by what becomes of them."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows("deidentification_classes.csv"):
        found[row["handling"], row["note"]].append(
            row["sop_class_uid"].replace("1.2.840.10008.5.1.4.1.1.", "…")
        )
    lines = [
        "Classes by the end of their UID, `1.2.840.10008.5.1.4.1.1.…`.",
        "",
        "| Objects | Classes | |",
        "|---|---|---|",
    ]
    return lines + [
        f"| {note} | {', '.join(listed)} | {HANDLED[handling]} |"
        for (handling, note), listed in found.items()
    ]


def page(text: str) -> str:
    """The page with its tables made anew."""
    for name, made in (("choices", choices), ("words", words), ("private", private), ("classes", classes)):
        block = f"<!-- {name} -->\n\n" + "\n".join(made()) + f"\n\n<!-- end of {name} -->"
        text = re.sub(
            f"<!-- {name} -->.*?<!-- end of {name} -->", lambda _, block=block: block, text, flags=re.DOTALL
        )
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
