"""Rulebook: the name of a set of limits comes in; its limits go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError, UsageError
from graybook.tables._rows import edition
from graybook.tables.limit import Limit, Namespace
from graybook.tables.limits import limits

__all__ = ["DEFAULT", "RULEBOOKS", "Rulebook", "rulebook"]

DEFAULT = "cumulative"
"""The rulebook judged by when nobody names another."""

RULEBOOKS = (DEFAULT, "cumulative-all", "first-course", "observed", "all")
"""Rulebooks that ship: the default; with rows not checked in their primary; the other namespaces; everything."""


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """
    A named set of limits.

    ``edition`` is that of the tables it comes from or builds on, ``sha256`` that of a centre's file; ``dropped`` are the rows of
    its base that a centre does not use, each with who says so.
    """

    name: str
    limits: tuple[Limit, ...]
    edition: str
    sha256: str = ""
    dropped: tuple[Limit, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two rows of one id."""
        seen: set[str] = set()
        for one in self.limits:
            if one.id in seen:
                raise InputError(
                    f"Rulebook {self.name}: two rows have one id", value=one.id, remedy="give each its own id"
                )
            seen.add(one.id)

    def changed(
        self, name: str, rows: Sequence[Limit], *, dropped: Sequence[Limit] = (), sha256: str = ""
    ) -> Rulebook:
        """This rulebook with a centre's rows: one of a known id takes that row's place, others are added."""
        own = {one.id: one for one in rows}
        gone = {one.id for one in dropped}
        kept = [own.pop(one.id, one) for one in self.limits if one.id not in gone]
        return Rulebook(
            name=name,
            limits=(*kept, *own.values()),
            edition=self.edition,
            sha256=sha256,
            dropped=(*self.dropped, *dropped),
        )


@cache
def rulebook(name: str = DEFAULT) -> Rulebook:
    """A rulebook that ships, by one of the names in :data:`RULEBOOKS`."""
    if name not in RULEBOOKS:
        raise UsageError("No rulebook of that name", value=name, remedy=f"use one of {', '.join(RULEBOOKS)}")
    rows = tuple(one for one in limits() if name == "all" or _belongs(one, name))
    return Rulebook(name=name, limits=rows, edition=edition())


def _belongs(one: Limit, name: str) -> bool:
    if name == DEFAULT:
        return one.default
    wanted = {
        "cumulative-all": Namespace.CUMULATIVE,
        "first-course": Namespace.FIRST_COURSE,
        "observed": Namespace.OBSERVED,
    }
    return one.namespace is wanted[name]
