"""Published doses per activity come in; for a nuclide and its agent the interval of each organ goes out, no point value.

An interval is what publications saw between patients. Where several were read, it reaches from the lowest to the highest of
them, and every one is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError
from graybook.tables._rows import Row, number, optional_number, place_of, table_rows
from graybook.tables._spelling import compact
from graybook.tables.agent_names import agent_named
from graybook.tables.sources import source_text

__all__ = ["DosePerActivity", "PublishedInterval", "doses_per_activity", "indications", "published_intervals"]

_FILE = "organ_dose_per_activity.csv"
_COLUMNS = (
    "nuclide", "agent", "indication", "organ", "low_gy_per_gbq", "high_gy_per_gbq", "kind", "patients", "mean_gy_per_gbq",
    "sd_gy_per_gbq", "half_life_low_h", "half_life_high_h", "read_at", "note",
)  # fmt: skip
_RANGE, _SPREAD = "range", "mean ± 2 SD"
_REMEDY = "restore the file from the package, or mend the cell as the README beside it says"


@dataclass(frozen=True, kw_only=True)
class DosePerActivity:
    """
    One row: what one publication saw between patients in one organ.

    Parameters
    ----------
    nuclide, agent
        By the names of the tables: ``Lu-177``, ``DOTATATE``.
    indication
        Disease that the patients had, where the agent alone does not say it; the row is for that disease only. Its names stand
        one after the other, separated by semicolons.
    organ
        TG-263 name, or ``Blood``.
    low_gy_per_gbq, high_gy_per_gbq
        Lowest and highest. [Gy/GBq]
    kind
        ``range``: lowest and highest of the patients. ``mean ± 2 SD``: computed from both, cut at 0.
    patients
        How many.
    mean_gy_per_gbq, sd_gy_per_gbq
        As published; for show and for checks, never a patient's dose. [Gy/GBq]
    half_life_h
        Shortest and longest effective half-life published with it; None where it was not read. [h]
    read_at, note
        Where in the publication, and what to know of it.
    source, tier
        Citation, and how it was read.
    """

    nuclide: str
    agent: str
    indication: str
    organ: str
    low_gy_per_gbq: float
    high_gy_per_gbq: float
    kind: str
    patients: int
    mean_gy_per_gbq: float | None
    sd_gy_per_gbq: float | None
    half_life_h: tuple[float | None, float | None]
    read_at: str
    note: str
    source: str
    tier: str

    def __post_init__(self) -> None:
        """Refuse an interval that is none, and one that does not follow from mean and SD where it says so."""
        mean, spread = self.mean_gy_per_gbq, self.sd_gy_per_gbq
        faults = [
            not 0.0 <= self.low_gy_per_gbq < self.high_gy_per_gbq,
            mean is not None and not self.low_gy_per_gbq <= mean <= self.high_gy_per_gbq,
            self.kind not in (_RANGE, _SPREAD),
            self.kind == _SPREAD and (mean is None or spread is None or not self._follows(mean, spread)),
            self.patients < 2,
        ]
        if any(faults):
            raise InputError(
                f"Dose per activity of {self.organ}, {self.nuclide} {self.agent}: no interval between patients",
                value=(self.low_gy_per_gbq, mean, self.high_gy_per_gbq, self.kind),
                remedy=_REMEDY,
            )

    def _follows(self, mean: float, spread: float) -> bool:
        ends = (max(0.0, mean - 2.0 * spread), mean + 2.0 * spread)
        return max(abs(ends[0] - self.low_gy_per_gbq), abs(ends[1] - self.high_gy_per_gbq)) < 1e-9


@dataclass(frozen=True, kw_only=True)
class PublishedInterval:
    """
    The interval of one organ over every publication read.

    Parameters
    ----------
    organ
        TG-263 name, or ``Blood``.
    low_gy_per_gbq, high_gy_per_gbq
        Lowest and highest of all rows. [Gy/GBq]
    half_life_h
        Shortest and longest effective half-life; None at an end that some row leaves open. [h]
    rows
        The rows, in the order of the table.
    """

    organ: str
    low_gy_per_gbq: float
    high_gy_per_gbq: float
    half_life_h: tuple[float | None, float | None]
    rows: tuple[DosePerActivity, ...]

    @property
    def source(self) -> str:
        """Every citation, each with its interval, its kind and the patients."""
        return "; ".join(
            f"{one.source}: {one.low_gy_per_gbq:g} to {one.high_gy_per_gbq:g} Gy/GBq ({one.kind}, n = {one.patients})"
            for one in self.rows
        )


@cache
def doses_per_activity() -> tuple[DosePerActivity, ...]:
    """All rows of the edition, in the order of the table."""
    return tuple(_dose(row) for row in table_rows(_FILE, _COLUMNS))


def published_intervals(nuclide: str, agent: str, indication: str = "") -> tuple[PublishedInterval, ...]:
    """
    The interval of each organ for what was given; empty where nothing was read.

    Parameters
    ----------
    nuclide
        As ``Lu-177``.
    agent
        As a person or a file writes it.
    indication
        The disease treated, where it is said; rows for one disease are not used without it.

    Examples
    --------
    >>> kidneys = published_intervals("Lu-177", "DOTATATE")[0]
    >>> kidneys.organ, kidneys.low_gy_per_gbq, kidneys.high_gy_per_gbq
    ('Kidneys', 0.27, 0.91)
    >>> published_intervals("I-131", "")
    ()
    """
    rows = [
        row for row in _rows_of(nuclide, agent) if not row.indication or _same(row.indication, indication)
    ]
    organs = dict.fromkeys(row.organ for row in rows)
    return tuple(_interval(organ, [row for row in rows if row.organ == organ]) for organ in organs)


def indications(nuclide: str, agent: str) -> tuple[str, ...]:
    """The diseases for which alone there are rows of what was given."""
    found = (row.indication.partition(";")[0] for row in _rows_of(nuclide, agent) if row.indication)
    return tuple(dict.fromkeys(found))


def _rows_of(nuclide: str, agent: str) -> list[DosePerActivity]:
    named = agent_named(agent, nuclide)
    return [row for row in doses_per_activity() if named and (row.nuclide, row.agent) == (nuclide, named)]


def _same(names: str, said: str) -> bool:
    return compact(said) in {compact(one) for one in names.split(";")}


def _interval(organ: str, rows: Sequence[DosePerActivity]) -> PublishedInterval:
    shortest, longest = ([row.half_life_h[end] for row in rows] for end in (0, 1))
    known = [[value for value in ends if value is not None] for ends in (shortest, longest)]
    return PublishedInterval(
        organ=organ,
        low_gy_per_gbq=min(row.low_gy_per_gbq for row in rows),
        high_gy_per_gbq=max(row.high_gy_per_gbq for row in rows),
        half_life_h=(
            min(known[0]) if len(known[0]) == len(rows) else None,
            max(known[1]) if len(known[1]) == len(rows) else None,
        ),
        rows=tuple(rows),
    )


def _dose(row: Row) -> DosePerActivity:
    patients = number(row, "patients", _FILE)
    if patients != int(patients):
        raise InputError(
            f"{place_of(row, _FILE)}: patients is not a whole number", value=patients, remedy=_REMEDY
        )
    return DosePerActivity(
        nuclide=row["nuclide"],
        agent=row["agent"],
        indication=row["indication"],
        organ=row["organ"],
        low_gy_per_gbq=number(row, "low_gy_per_gbq", _FILE),
        high_gy_per_gbq=number(row, "high_gy_per_gbq", _FILE),
        kind=row["kind"],
        patients=int(patients),
        mean_gy_per_gbq=optional_number(row, "mean_gy_per_gbq", _FILE),
        sd_gy_per_gbq=optional_number(row, "sd_gy_per_gbq", _FILE),
        half_life_h=(
            optional_number(row, "half_life_low_h", _FILE),
            optional_number(row, "half_life_high_h", _FILE),
        ),
        read_at=row["read_at"],
        note=row["note"],
        source=source_text(row["source"]),
        tier=row["tier"],
    )
