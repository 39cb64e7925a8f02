"""Two rulebooks, by name, file or edition, come in; rows added, removed and changed, field by field, go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graybook.errors import InputError, UsageError
from graybook.files._document import read_text_file
from graybook.tables.editions import editions
from graybook.tables.limit import Limit
from graybook.tables.limits import FILES, limits, parsed_limits
from graybook.tables.rulebook import RULEBOOKS
from graybook.workflow.tables import any_rulebook, limit_fields

__all__ = ["Change", "Difference", "difference"]

UNCOMPARED = ("place",)
"""Fields that say where a row stands, not what it says."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A row that both have: each field that differs, with its value in the one and in the other."""

    id: str
    organ: str
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What the second has and the first lacks, what it lacks, what it says otherwise, and how many rows are the same."""

    first: str
    second: str
    added: tuple[Limit, ...]
    removed: tuple[Limit, ...]
    changed: tuple[Change, ...]
    same: int


def difference(first: str, second: str) -> Difference:
    """
    Two sets of limits compared row by row.

    Parameters
    ----------
    first, second
        A rulebook that ships, a centre's file, an edition that ships, or the folder of an edition.
    """
    one, two = _rows(first), _rows(second)
    both = [key for key in one if key in two]
    changed = [change for key in both if (change := _change(one[key], two[key])) is not None]
    return Difference(
        first=first,
        second=second,
        added=tuple(row for key, row in two.items() if key not in one),
        removed=tuple(row for key, row in one.items() if key not in two),
        changed=tuple(changed),
        same=len(both) - len(changed),
    )


def _rows(name: str) -> dict[str, Limit]:
    if name in RULEBOOKS:
        found = any_rulebook(name).limits
    elif name in editions():
        found = limits()
    elif Path(name).is_dir():
        found = _of_folder(Path(name))
    elif Path(name).suffix or Path(name).exists():
        found = any_rulebook(name).limits
    else:
        known = ", ".join((*RULEBOOKS, *editions()))
        raise UsageError(
            "No rulebook and no edition of that name",
            value=name,
            remedy=f"use one of {known}, a file, or a folder",
        )
    return {one.id: one for one in found}


def _of_folder(folder: Path) -> tuple[Limit, ...]:
    """Limits of the tables of an edition that lie in a folder."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder.name} is no folder of an edition: a table is missing",
            value=", ".join(missing),
            remedy=f"name a folder that holds {' and '.join(FILES)}",
        )
    return tuple(
        limit
        for name in FILES
        for limit in parsed_limits(read_text_file(folder / name, "table").text, file=name)
    )


def _change(one: Limit, two: Limit) -> Change | None:
    before, after = limit_fields(one), limit_fields(two)
    differing = {
        name: (before[name], after[name])
        for name in before
        if name not in UNCOMPARED and before[name] != after[name]
    }
    return Change(id=two.id, organ=two.organ, fields=differing) if differing else None
