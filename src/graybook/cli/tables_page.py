"""What ``graybook tables`` found comes in; the lines a person reads, or a JSON document, go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from graybook.tables.limit import DoseOf, Limit, Scale
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language, phrase
from graybook.workflow.tables import Entry, Listing, Shown, ShownRow, limit_fields
from graybook.workflow.tables_check import Check
from graybook.workflow.tables_diff import Difference

__all__ = [
    "check_document",
    "check_page",
    "diff_document",
    "diff_page",
    "listing_document",
    "listing_page",
    "shown_document",
    "shown_page",
]

INDENT = "    "
HASH_DIGITS = 12
"""So many digits of a SHA-256 stand in the list; all of them in its JSON."""

EVIDENCE = ("source", "tier", "verified", "key")
"""Cells that stand in the line of the source."""

CONDITIONS = (
    "interval_months",
    "courses",
    "fractions",
    "fraction_gy",
    "modalities",
    "each_course_max_gy",
    "schedule",
)
DOSES = {DoseOf.ALL: "all", DoseOf.REFERENCE: "reference", DoseOf.SHARE: "share"}


def listing_document(found: Listing) -> dict[str, Any]:
    """What ships, as one document."""
    return {
        "edition": found.edition,
        "default": DEFAULT,
        "rulebooks": [_entry(one) for one in found.rulebooks],
        "tables": [_entry(one) for one in found.tables],
    }


def _entry(one: Entry) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": one.name, "rows": one.rows, "tiers": dict(one.tiers)}
    return {**entry, "sha256": one.sha256} if one.sha256 else entry


def listing_page(found: Listing, language: Language) -> str:
    """What ships, a line each."""
    return _text(_listing_lines(found, language))


def _listing_lines(found: Listing, language: Language) -> Iterator[str]:
    width = max(len(one.name) for one in (*found.rulebooks, *found.tables))
    yield phrase("tables_edition", language, edition=found.edition)
    for key, entries in (("tables_rulebooks", found.rulebooks), ("tables_tables", found.tables)):
        yield ""
        yield phrase(key, language)
        for one in entries:
            count = phrase("tables_rows", language, count=one.rows)
            tiers = ", ".join(f"{tier} {number}" for tier, number in one.tiers.items())
            mark = phrase("tables_default", language) if one.name == DEFAULT else one.sha256[:HASH_DIGITS]
            yield "  ".join(part for part in (f"  {one.name:<{width}}", f"{count:>11}", mark, tiers) if part)
    yield ""
    yield phrase("tables_list_next", language)


def shown_document(found: Shown) -> dict[str, Any]:
    """Rows with all their cells, as one document."""
    return {
        "name": found.name,
        "edition": found.edition,
        "sha256": found.sha256,
        "held_back": found.held_back,
        "rows": [
            {
                **row.values,
                "source_text": row.citation,
                "address": row.address,
                "primary_checked": row.primary_checked,
            }
            for row in found.rows
        ],
    }


def shown_page(found: Shown, language: Language) -> str:
    """Rows, a few lines each."""
    return _text(_shown_lines(found, language))


def _shown_lines(found: Shown, language: Language) -> Iterator[str]:
    for row in found.rows:
        yield from _limit_lines(row.limit, language) if row.limit else _row_lines(row)
        yield f"{INDENT}{_evidence(row, language)}"
        yield ""
    if not found.rows:
        yield phrase("tables_none", language, name=found.name)
    if found.held_back:
        yield phrase("tables_held_back", language, count=found.held_back)


def _limit_lines(one: Limit, language: Language) -> Iterator[str]:
    yield f"{one.id}  {_limit_in_short(one, language)}"
    cells = limit_fields(one)
    under = [
        phrase(f"tables_field_{name}", language, value=cells[name]) for name in CONDITIONS if cells[name]
    ]
    under.append(phrase(f"tables_recovery_{one.conditions.recovery_in_source}", language))
    yield INDENT + "; ".join(under)
    for cell in (", ".join(part for part in (one.endpoint, one.population) if part), one.origin, one.note):
        if cell:
            yield INDENT + cell
    if one.author:
        yield INDENT + phrase(
            "tables_by", language, author=one.author, day=one.changed_on, reason=one.reason, place=one.place
        )


def _limit_in_short(one: Limit, language: Language) -> str:
    figure = " ".join(part for part in (one.metric, one.op, f"{one.value:g}", one.unit) if part)
    scale = ""
    if one.scale is Scale.REPORTED or one.scale is Scale.PHYSICAL:
        key = "tables_scale_reported" if one.scale is Scale.REPORTED else "tables_scale_physical"
        scale = phrase(key, language)
    elif one.unit == "Gy" or one.metric.startswith(("V", "CV")):
        scale = one.scale.value
    ratio = "" if one.alpha_beta_gy is None else f"α/β {one.alpha_beta_gy:g} Gy"
    of = phrase(f"tables_of_{DOSES[one.dose_of]}", language)
    return f"{one.organ}: {figure}  ({', '.join(part for part in (scale, ratio, of) if part)})"


def _row_lines(row: ShownRow) -> Iterator[str]:
    cells = {name: value for name, value in row.values.items() if value and name not in EVIDENCE}
    name, *rest = cells.items()
    yield name[1]
    yield from (f"{INDENT}{column}: {value}" for column, value in rest)


def _evidence(row: ShownRow, language: Language) -> str:
    key = row.values.get("source") or row.values.get("key", "")
    parts = [f"{row.citation} [{key}]"]
    if row.address and row.address not in row.citation:
        parts.append(row.address)
    if not row.address:
        parts.append(phrase("tables_no_address", language))
    if row.tier:
        checked = phrase("tables_checked" if row.primary_checked else "tables_not_checked", language)
        parts.append(f"{row.tier}, {checked}")
    return " | ".join(parts)


def check_document(found: Check) -> dict[str, Any]:
    """A check as one document."""
    return {
        "name": found.name,
        "edition": found.edition,
        "sha256": found.sha256,
        "checked": "form only; nothing was fetched",
        "passed": not found.faults,
        "rows": dict(found.rows),
        "sources": found.sources,
        "faults": [asdict(one) for one in found.faults],
        "cannot_be_opened": [asdict(one) for one in found.unopenable],
    }


def check_page(found: Check, language: Language) -> str:
    """A check: the verdict, faults, and citations that cannot be opened."""
    return _text(_check_lines(found, language))


def _check_lines(found: Check, language: Language) -> Iterator[str]:
    rows = sum(found.rows.values())
    yield phrase("tables_check_heading", language, name=found.name, rows=rows, sources=found.sources)
    if found.faults:
        yield phrase("tables_check_faults", language, count=len(found.faults))
    else:
        yield phrase("tables_check_passed", language)
    for one in found.faults:
        row = f", {one.row}" if one.row else ""
        key = "tables_check_fault" if one.value else "tables_check_fault_bare"
        what = one.what.rstrip()
        what += "\n   " if "\n" in what else "" if what.endswith(".") else "."
        yield "  " + phrase(
            key, language, place=one.place, row=row, what=what, value=one.value, remedy=one.remedy
        )
    if not found.unopenable:
        if found.sources:
            yield phrase("tables_check_openable", language)
        return
    yield phrase("tables_check_unopenable", language, count=len(found.unopenable))
    for source in found.unopenable:
        yield f"  {source.source}: {source.citation}"
        why = phrase(f"tables_why_{source.why}", language)
        rests = phrase("tables_check_rests", language, rows=source.rows, tables=", ".join(source.tables))
        yield f"{INDENT}{why}; {rests}"


def diff_document(found: Difference) -> dict[str, Any]:
    """A comparison as one document."""
    return {
        "first": found.first,
        "second": found.second,
        "added": [limit_fields(one) for one in found.added],
        "removed": [limit_fields(one) for one in found.removed],
        "changed": [
            {"id": one.id, "organ": one.organ, "fields": _pairs(one.fields)} for one in found.changed
        ],
        "same": found.same,
    }


def _pairs(fields: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    return {name: {"first": before, "second": after} for name, (before, after) in fields.items()}


def diff_page(found: Difference, language: Language) -> str:
    """A comparison, a line a row and a line a field: ``+`` added, ``-`` removed, ``~`` changed."""
    return _text(_diff_lines(found, language))


def _diff_lines(found: Difference, language: Language) -> Iterator[str]:
    counts = {"added": len(found.added), "removed": len(found.removed), "changed": len(found.changed)}
    yield phrase(
        "tables_diff_heading", language, first=found.first, second=found.second, same=found.same, **counts
    )
    for sign, rows in (("+", found.added), ("-", found.removed)):
        for one in rows:
            yield f"{sign} {one.id}  {_limit_in_short(one, language)}  [{one.tier}]"
    for change in found.changed:
        yield f"~ {change.id}  {change.organ}"
        for name, (before, after) in change.fields.items():
            yield f"{INDENT}{name}: {before or '–'} → {after or '–'}"


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"
