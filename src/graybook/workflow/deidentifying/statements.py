"""``graybook.toml`` comes in as it was written; what it says of one person, de-identified, goes out as text.

Numbers, dates (moved) and words of a list stay. Every other text is replaced, so that the same stays the same, or left out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from graybook.errors import GraybookError, InputError
from graybook.files.settings import parse
from graybook.files.toml_text import toml_text
from graybook.record import Finding, Severity
from graybook.workflow.deidentifying.clocks import offset_text, offset_with, one_offset
from graybook.workflow.deidentifying.naming import Dropped, Naming
from graybook.workflow.deidentifying.people import Pseudonymous
from graybook.workflow.deidentifying.selectors import moved
from graybook.workflow.deidentifying.words import Words

__all__ = ["Statements", "statements"]

Table = Mapping[str, object]

GENERAL = ("structure", "alpha_beta", "camera", "recovery_coefficient", "nuclear_organ")
"""Tables that a centre writes alike for many persons: the days in them, moved by each one's number, would tell these numbers."""
UNDATED = date(1900, 1, 1)

OF_WORDS = {
    "": ("nature", "status", "side", "kind", "metric", "device", "attribute"),
    "course": ("alignment",),
    "phase": ("dose_scale", "rbe"),
    "nuclear_image": ("units", "decay_correction"),
    "nuclear_organ": ("curve", "tail", "dose"),
    "radioembolisation": ("tn_definition", "shunt_definition", "child_pugh", "indication", "scenario"),
    "clinical": ("recurrence", "vital_status"),
}
"""Keys of which reading has seen that they hold a word of a short list; by table, or of all."""

OF_DAYS = (
    "date", "start_date", "end_date", "given", "calibrated", "last_follow_up", "death_date", "recurrence_date",
)  # fmt: skip
"""Keys that hold a day, or a moment, even when it is written as a text."""

OF_ONE = ("person", "clinical", "radionuclide", "radioembolisation", "identity", "correction", "nuclear")


@dataclass(frozen=True, kw_only=True)
class Statements:
    """A de-identified ``graybook.toml`` of one person: its text, empty when nothing is left, and what was done."""

    text: str
    findings: tuple[Finding, ...]


def statements(
    text: str, person: Pseudonymous, naming: Naming, words: Words, moments: Sequence[datetime], *, alone: bool
) -> Statements:
    """
    What a file says of one person.

    Parameters
    ----------
    text
        Of a ``graybook.toml`` that could be read.
    naming
        What courses, plans, registrations and cameras are called now.
    moments
        Of the person's images and administrations.
    alone
        Whether the folder holds no other person.
    """
    return _Writer(text, person, naming, words, moments, alone).written()


class _Writer:
    def __init__(
        self,
        text: str,
        person: Pseudonymous,
        naming: Naming,
        words: Words,
        moments: Sequence[datetime],
        alone: bool,
    ) -> None:
        self.tables = tomllib.loads(text)
        self.clock = parse(text).nuclear.clock
        self.person, self.naming, self.words, self.moments, self.alone = person, naming, words, moments, alone
        self.dropped: dict[tuple[str, str], int] = {}
        self.told: list[Finding] = []

    def written(self) -> Statements:
        """The new text, read once more: what does not hold as settings is never written."""
        found = {}
        for name, value in self.tables.items():
            new = self._table(name, value) if isinstance(value, dict) else self._list(name, value)
            if new:
                found[name] = new
        text = toml_text(found)
        try:
            parse(text)
        except GraybookError:
            raise InputError(
                "graybook.toml does not hold without the words that must be left out.",
                remedy="Please report it; `graybook scan` says whether the file itself is right.",
            ) from None
        for (table, key), count in sorted(self.dropped.items()):
            self._say("deidentify_setting_dropped", table=table, key=key, count=count)
        return Statements(text=text, findings=tuple(self.told))

    def _say(self, code: str, **params: str | float) -> None:
        self.told.append(
            Finding(code=code, severity=Severity.INFO, subject=self.person.pseudonym, params=params)
        )

    # ---- tables

    def _table(self, name: str, value: Table) -> Table | None:
        """``[person]``, ``[clinical]`` or ``[nuclear]``."""
        if name == "nuclear":
            return self._clock(value)
        if not (self.alone or self.person.has_paper):
            self._say("deidentify_setting_of_whom", table=name)
            return None
        if name == "person":
            if not self.person.has_paper:
                return None
            stays = {"sex": value["sex"]} if "sex" in value else {}
            return {"patient_id": self.person.pseudonym, **stays}
        return self._rewritten(name, value)

    def _clock(self, value: Table) -> Table | None:
        """An offset stays; a zone becomes the offset it had, where it had one only, and stands in the files in any case."""
        if "utc_offset" in value:
            return {"utc_offset": value["utc_offset"]}
        offset = one_offset(self.moments, self.clock)
        self._say("deidentify_zone_written_out")
        return None if offset is None else {"utc_offset": offset_text(offset)}

    def _list(self, name: str, value: Sequence[Table]) -> list[Table]:
        found: list[Table] = []
        for entry in value:
            try:
                for picked in self._picked(name, entry):
                    new = self._rewritten(name, entry, picked)
                    if new not in found:
                        found.append(new)
            except Dropped as left:
                if left.said:
                    self._say("deidentify_setting_names_nothing", table=name)
        return found

    def _picked(self, name: str, entry: Table) -> Sequence[Table]:
        """What the keys that name something hold now; several where several things are named."""
        if name in ("radionuclide", "radioembolisation") or (name == "course" and self._on_paper(entry)):
            if not self.person.has_paper:
                raise Dropped(said=False)
            return ({},)
        if name == "identity":
            raise Dropped(said=False)  # all files bear the pseudonym
        if name == "correction":
            return (self._correction(entry),)
        return self.naming.picked(name, entry, said=self.alone)

    @staticmethod
    def _on_paper(entry: Table) -> bool:
        return "course" not in entry and "plans" not in entry

    def _correction(self, entry: Table) -> Table:
        """A sex that was wrong stays wrong in the files, so its correction stays; birth dates and INS are gone."""
        own = {one.value for one in self.person.person.identities}
        if entry["attribute"] != "sex" or entry["patient_id"] not in own:
            raise Dropped(said=False)
        return {
            "patient_id": self.person.pseudonym,
            "issuer": None,
            "attribute": "sex",
            "wrong": entry["wrong"],
            "right": entry["right"],
        }

    # ---- values

    def _rewritten(self, table: str, entry: Table, picked: Table | None = None) -> dict[str, object]:
        """A table in the order of its keys; what is picked stands as it is, None left out."""
        found: dict[str, object] = {}
        for key, value in entry.items():
            new = picked[key] if picked and key in picked else self._value(table, key, value, entry)
            if new is None:
                place = (table, key)
                if not (picked and key in picked):
                    self.dropped[place] = self.dropped.get(place, 0) + 1
            else:
                found[key] = new
        found.update(
            {key: value for key, value in (picked or {}).items() if key not in entry and value is not None}
        )
        return found

    def _value(self, table: str, key: str, value: object, entry: Table) -> object | None:
        if key in OF_DAYS and not isinstance(value, dict | list):
            return self._day(table, key, value)
        if isinstance(value, bool | int | float):
            return value
        if key == "course":
            return self.naming.course_named(value)
        if isinstance(value, dict):
            return self._rewritten(table, value)
        if isinstance(value, list):
            return list(self._items(table, key, value, entry))
        if not isinstance(value, str):
            return None
        if key in OF_WORDS.get(table, ()) or key in OF_WORDS[""]:
            return value
        return self.words.said(key, value, entry)

    def _items(self, table: str, key: str, values: Sequence[object], entry: Table) -> Iterator[object]:
        for one in values:
            new = self._value(table, key, one, entry)
            if new is not None:
                yield new

    def _day(self, table: str, key: str, value: object) -> date | datetime | None:
        if isinstance(value, str):
            text = value.strip()
            value = (
                datetime.fromisoformat(text) if len(text) > len("2026-01-31") else date.fromisoformat(text)
            )
        if table in GENERAL and key in ("date", "calibrated"):
            return UNDATED
        if isinstance(value, datetime):
            offset = offset_with(self.clock)(value) if value.tzinfo is None else None
            local = datetime.combine(moved(value.date(), self.person.days), time.min)
            whole = value.replace(year=local.year, month=local.month, day=local.day)
            return (
                whole
                if offset is None
                else datetime.fromisoformat(f"{whole.isoformat()}{offset_text(offset)}")
            )
        return moved(value, self.person.days) if isinstance(value, date) else None
