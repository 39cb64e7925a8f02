"""A table of ``graybook.toml`` that names courses, plans, files or cameras comes in; what they are called now goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import product

from graybook.workflow.deidentifying.selectors import Selectors
from graybook.workflow.deidentifying.words import Words

__all__ = ["Dropped", "Naming"]

Table = Mapping[str, object]


class Dropped(Exception):
    """A table is not written; ``said`` unless it speaks of another person."""

    def __init__(self, *, said: bool) -> None:
        super().__init__()
        self.said = said


class Naming:
    """The names of one person's things, old and new."""

    def __init__(self, selectors: Selectors, words: Words) -> None:
        self.selectors, self.words = selectors, words

    def course_named(self, value: object) -> str:
        """A course in words: its new id, or its first day, where it is one of the person's; else what stands for its label."""
        name = _text(value)
        return next(iter(self.selectors.courses.get(name, ())), self.words.keyed("course-", name))

    def picked(self, table: str, entry: Table, *, said: bool) -> Sequence[Table]:
        """
        What the keys of a table that name something hold now: one table for each thing named.

        Raises
        ------
        Dropped
            It names nothing of this person.
        """
        ways: dict[str, list[object]] = {}
        if table in ("course", "structure") and "course" in entry:
            ways["course"] = list(self.selectors.courses.get(_text(entry["course"]), ()))
        if table == "course":
            ways.update(self._plans_of_course(entry))
        if table == "phase":
            ways["plan"] = list(self.selectors.plans.get(_text(entry["plan"]), ()))
        for key in _UIDS.get(table, ()):
            ways[key] = [uid] if (uid := self.selectors.uids.get(_text(entry[key]))) else []
        if table in ("camera", "recovery_coefficient"):
            ways["camera"] = list(self.selectors.camera(_text(entry["camera"])))
        if table == "structure" and not self._draws(entry["names"]):
            raise Dropped(said=said)
        if any(not found for found in ways.values()):
            raise Dropped(said=said)
        return [dict(zip(ways, one, strict=True)) for one in product(*ways.values())]

    def _draws(self, names: object) -> bool:
        """Whether a structure of the person bears one of the names; nobody's structures bear none."""
        listed = names if isinstance(names, list) else [names]
        return not self.selectors.structures or not self.selectors.structures.isdisjoint(listed)

    def _plans_of_course(self, entry: Table) -> dict[str, list[object]]:
        found: dict[str, list[object]] = {}
        if "plans" in entry:
            plans = self._plans(entry["plans"])
            found["plans"] = [plans] if plans else []
        if "use" in entry:
            used = self._plans([entry["use"]])
            found["use"] = [used[0] if len(used) == 1 else None]
        if "concurrent" in entry:
            groups = [self._plans(group) for group in entry["concurrent"]]  # type: ignore[attr-defined]
            found["concurrent"] = [[group for group in groups if len(group) > 1] or None]
        return found

    def _plans(self, names: object) -> list[str]:
        listed = names if isinstance(names, list) else [names]
        found = (uid for name in listed for uid in self.selectors.plans.get(_text(name), ()))
        return list(dict.fromkeys(found))


_UIDS = {"registration": ("use",), "approval": ("registration",), "nuclear_image": ("series",)}


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).strip()
