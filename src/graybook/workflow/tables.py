"""The tables of the edition and a centre's rulebook come in; what there is, and the rows a person asked for, go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from graybook.errors import UsageError
from graybook.files.rulebook import read_rulebook
from graybook.tables import edition
from graybook.tables._rows import PRIMARY_CHECKED, TIERS
from graybook.tables.editions import table_files, table_of
from graybook.tables.hashes import table_hashes
from graybook.tables.limit import Limit
from graybook.tables.rulebook import RULEBOOKS, Rulebook, rulebook
from graybook.tables.sources import address_in, source, source_keys
from graybook.tables.structure_names import pair_of, root, tg263_name

__all__ = ["Entry", "Listing", "Shown", "ShownRow", "any_rulebook", "limit_fields", "listing", "shown"]

UNCHECKED = "secondary-repo"
"""Tier of rows that are shown on request only."""

ORGAN_COLUMNS = ("organ", "tissue", "label", "inner", "subject")
"""Where a table says of which organ or tissue a row speaks."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One table or rulebook: its name, how many rows of which tier, and the SHA-256 of the file (empty for a rulebook)."""

    name: str
    rows: int
    tiers: Mapping[str, int]
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What ships: the edition, its rulebooks and its tables."""

    edition: str
    rulebooks: tuple[Entry, ...]
    tables: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    """
    One row as it is shown.

    Parameters
    ----------
    values
        Its cells by column, as text; empty ones too.
    limit
        The same as a limit, when it is one.
    citation, address
        Of its source; no address when it cannot be opened.
    tier, primary_checked
        How it was read.
    """

    values: Mapping[str, str]
    limit: Limit | None
    citation: str
    address: str
    tier: str
    primary_checked: bool


@dataclass(frozen=True, kw_only=True)
class Shown:
    """
    What was asked to be seen.

    Parameters
    ----------
    name, edition, sha256
        Of the table or rulebook.
    rows
        As asked for.
    held_back
        Rows that fit and are not shown because nobody checked them in their primary.
    """

    name: str
    edition: str
    sha256: str
    rows: tuple[ShownRow, ...]
    held_back: int


def listing() -> Listing:
    """Every rulebook and table that ships."""
    hashes = table_hashes()
    return Listing(
        edition=edition(),
        rulebooks=tuple(
            Entry(name=name, rows=len(rulebook(name).limits), tiers=_tiers(rulebook(name)))
            for name in RULEBOOKS
        ),
        tables=tuple(_table_entry(file, hashes[file]) for file in table_files()),
    )


def _table_entry(file: str, sha256: str) -> Entry:
    _, rows = table_of(file)
    tiers = Counter(row["tier"] for row in rows if "tier" in row)
    return Entry(name=file.removesuffix(".csv"), rows=len(rows), tiers=_in_order(tiers), sha256=sha256)


def _tiers(book: Rulebook) -> dict[str, int]:
    return _in_order(Counter(one.tier for one in book.limits))


def _in_order(tiers: Mapping[str, int]) -> dict[str, int]:
    rest = sorted(set(tiers) - set(TIERS))
    return {tier: tiers[tier] for tier in (*TIERS, *rest) if tier in tiers}


def any_rulebook(name: str) -> Rulebook:
    """A rulebook that ships, by its name, or a centre's, by its file."""
    if name in RULEBOOKS:
        return rulebook(name)
    if Path(name).suffix.lower() in (".toml", ".csv") or Path(name).is_file():
        return read_rulebook(Path(name))
    raise UsageError(
        "No rulebook of that name",
        value=name,
        remedy=f"use one of {', '.join(RULEBOOKS)}, or a file of your own",
    )


def shown(name: str, *, organ: str = "", tier: str = "", every: bool = False) -> Shown:
    """
    Rows of a table or rulebook.

    Parameters
    ----------
    name
        Of a table, of a rulebook, or a file of a centre's rulebook.
    organ
        Only rows of this organ or tissue; any spelling that is recognised.
    tier
        Only rows of this tier.
    every
        Also rows that were read in a repository alone.
    """
    tables = [file.removesuffix(".csv") for file in table_files()]
    if name.removesuffix(".csv") in tables and not Path(name).is_file():
        sha256, rows = table_hashes()[f"{name.removesuffix('.csv')}.csv"], _rows_of_table(name)
    else:
        sha256, rows = _rows_of_rulebook(name, tables)
    known = {row.tier for row in rows}
    if tier and tier not in (*TIERS, *known):
        raise UsageError("No tier of that name", value=tier, remedy=f"use one of {', '.join(TIERS)}")
    fitting = [row for row in rows if _speaks_of(row, organ) and (not tier or row.tier == tier)]
    visible = [row for row in fitting if every or tier or row.tier != UNCHECKED]
    return Shown(
        name=name,
        edition=edition(),
        sha256=sha256,
        rows=tuple(visible),
        held_back=len(fitting) - len(visible),
    )


def _rows_of_rulebook(name: str, tables: Sequence[str]) -> tuple[str, tuple[ShownRow, ...]]:
    try:
        book = any_rulebook(name)
    except UsageError as error:
        if error.value != name or Path(name).suffix:
            raise
        known = ", ".join((*RULEBOOKS, *tables))
        raise UsageError(
            "No table and no rulebook of that name", value=name, remedy=f"use one of {known}, or a file"
        ) from None
    return book.sha256, tuple(_of_limit(one) for one in book.limits)


def _of_limit(limit: Limit) -> ShownRow:
    known = limit.source in source_keys()
    return ShownRow(
        values=limit_fields(limit),
        limit=limit,
        citation=limit.source_text,
        address=source(limit.source).address if known else address_in(limit.source_text),
        tier=limit.tier,
        primary_checked=limit.primary_checked,
    )


def _rows_of_table(name: str) -> tuple[ShownRow, ...]:
    _, rows = table_of(name)
    return tuple(_of_row(row) for row in rows)


def _of_row(row: Mapping[str, str]) -> ShownRow:
    cited = source(row["source"] if "source" in row else row["key"])
    return ShownRow(
        values=dict(row),
        limit=None,
        citation=cited.citation,
        address=cited.address,
        tier=row.get("tier", ""),
        primary_checked=PRIMARY_CHECKED.get(row.get("verified", ""), False),
    )


def _speaks_of(row: ShownRow, organ: str) -> bool:
    if not organ:
        return True
    of_row = [row.values[column] for column in ORGAN_COLUMNS if row.values.get(column)]
    named = {part.casefold() for text in of_row for part in (text, *text.split("/"))}
    return bool(_spellings(organ) & named)


@cache
def _spellings(organ: str) -> frozenset[str]:
    """The organ as asked for, its TG-263 name, that of both sides, and the tissues that speak for it."""
    name = tg263_name(organ) or ""
    _, rows = table_of("tissues")
    tissues = [row["tissue"] for row in rows if name and row["organ"] == root(name)]
    return frozenset(
        text.casefold() for text in (organ, name, root(name), pair_of(root(name)), *tissues) if text
    )


_AS_TEXT: dict[str, Callable[[Limit], str]] = {
    "interval_months": lambda one: _span(one.conditions.interval_months),
    "courses": lambda one: _span(one.conditions.courses),
    "fractions": lambda one: _span(one.conditions.fractions),
    "fraction_gy": lambda one: _span(one.conditions.fraction_gy),
    "modalities": lambda one: ", ".join(one.conditions.modalities),
    "each_course_max_gy": lambda one: _text(one.conditions.each_course_max_gy),
    "recovery_in_source": lambda one: one.conditions.recovery_in_source,
}


def limit_fields(limit: Limit) -> dict[str, str]:
    """Every field of a limit as text, its conditions among them, in the order of the tables."""
    found: dict[str, str] = {}
    for one in fields(limit):
        if one.name == "conditions":
            found |= {name: text(limit) for name, text in _AS_TEXT.items()}
        else:
            found[one.name] = _text(getattr(limit, one.name))
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _span(span: tuple[float | None, float | None] | None) -> str:
    if span is None:
        return ""
    low, high = (_text(None if end is None else float(end)) for end in span)
    if not low:
        return f"≤ {high}"
    if not high:
        return f"≥ {low}"
    return low if low == high else f"{low}–{high}"
