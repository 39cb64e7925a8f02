"""A measure of an alignment and a tissue come in; the limits of each use, with source and who changed them, go out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Literal

from graybook.errors import InputError, UsageError
from graybook.tables._rows import PRIMARY_CHECKED, number, table_rows
from graybook.tables.sources import source_text

__all__ = ["Threshold", "Thresholds", "default_thresholds"]

_FILE = "alignment_thresholds.csv"
_COLUMNS = ("measure", "tissue", "worse", "sum", "envelope", "unit", "note")


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """How far a measure may go for each use of an alignment.

    Parameters
    ----------
    measure
        Name of the measure.
    tissue
        What it is for: "liver", "kidney", "small" (less than 10 cm³, or thin), "other modality", "whole" (the whole
        alignment, held against every structure); empty for any.
    worse
        Whether an alignment is worse above the limits or below them.
    sum_limit
        Up to here a structure may be in the 3D sum.
    envelope_limit
        Up to here in the 3D sum with an envelope; beyond it only in the point sum.
    unit, note, source, tier, primary_checked
        Evidence, as in every table.
    author, changed_on, reason
        Who changed the limits, when and why; None and empty when they are those of the table.
    """

    measure: str
    worse: Literal["above", "below"]
    sum_limit: float
    envelope_limit: float
    tissue: str = ""
    unit: str = ""
    note: str = ""
    source: str = ""
    tier: str = ""
    primary_checked: bool = False
    author: str = ""
    changed_on: date | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        ordered = (
            self.sum_limit <= self.envelope_limit
            if self.worse == "above"
            else self.envelope_limit <= self.sum_limit
        )
        if self.worse not in ("above", "below") or not ordered:
            raise InputError(
                f"The limits of {self.measure} contradict each other: the 3D sum must ask for more than the envelope.",
                value=(self.worse, self.sum_limit, self.envelope_limit),
                remedy="Give both limits, that of the sum the stricter.",
            )
        if not (math.isfinite(self.sum_limit) and math.isfinite(self.envelope_limit)):
            raise InputError(
                f"A limit of {self.measure} is not a finite number.",
                value=(self.sum_limit, self.envelope_limit),
                remedy="Give a number.",
            )

    @property
    def source_text(self) -> str:
        """The citation of the source; the author of a change instead, with the day and the reason."""
        if self.changed_on is not None:
            return f"{self.author}, {self.changed_on.isoformat()}: {self.reason}"
        return source_text(self.source)

    def level(self, value: float) -> int:
        """0 within the limit of the sum, 1 within that of the envelope, 2 beyond; not a number counts as beyond."""
        sign = 1.0 if self.worse == "above" else -1.0
        if sign * value <= sign * self.sum_limit:
            return 0
        return 1 if sign * value <= sign * self.envelope_limit else 2


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """All limits in use; a centre's changes make a new value."""

    rows: tuple[Threshold, ...]

    def of(self, measure: str, tissues: tuple[str, ...] = ()) -> tuple[Threshold, ...]:
        """The limits of a measure for a structure of these tissues: those of the first tissue that has any, else the general.

        Examples
        --------
        >>> default_thresholds().of("curl_p95", ("liver",))[0].sum_limit
        0.2
        """
        for tissue in (*tissues, ""):
            found = tuple(row for row in self.rows if row.measure == measure and row.tissue == tissue)
            if found:
                return found
        return ()

    def changed(
        self,
        measure: str,
        *,
        author: str,
        changed_on: date,
        reason: str,
        sum_limit: float | None = None,
        envelope_limit: float | None = None,
        tissue: str = "",
        worse: str = "",
    ) -> Thresholds:
        """These limits with one changed by a person; a tissue without a row of its own gets one.

        Parameters
        ----------
        measure, tissue
            Which limits; where a measure is held on both sides, ``worse`` says which.
        sum_limit, envelope_limit
            The new ones; None leaves a limit as it was.
        author, changed_on, reason
            Who, when, why; none may be empty.
        """
        if not author.strip() or not reason.strip():
            raise InputError(
                f"A change of the limits of {measure} needs its author and its reason.",
                value=(author, reason),
                remedy="Say who changed it and why.",
            )
        old = self._one(measure, tissue, worse)
        new = replace(
            old,
            tissue=tissue,
            sum_limit=old.sum_limit if sum_limit is None else float(sum_limit),
            envelope_limit=old.envelope_limit if envelope_limit is None else float(envelope_limit),
            author=author.strip(),
            changed_on=changed_on,
            reason=reason.strip(),
        )
        if old.tissue == tissue:
            return Thresholds(rows=tuple(new if row is old else row for row in self.rows))
        return Thresholds(rows=(*self.rows, new))

    def _one(self, measure: str, tissue: str, worse: str) -> Threshold:
        found = [row for row in self.of(measure, (tissue,)) if worse in ("", row.worse)]
        if not found:
            raise UsageError(
                "No limit of that name in the table of thresholds.",
                value=(measure, tissue),
                remedy=f"Use one of: {', '.join(sorted({row.measure for row in self.rows}))}.",
            )
        if len(found) > 1:
            raise UsageError(
                f"{measure} of {tissue} has a limit on both sides.",
                value=worse,
                remedy='Say worse = "above" or "below".',
            )
        return found[0]


@cache
def default_thresholds() -> Thresholds:
    """The limits of the edition, in the order of the table."""
    return Thresholds(rows=tuple(_row(row) for row in table_rows(_FILE, _COLUMNS)))


def _row(row: dict[str, str]) -> Threshold:
    if row["worse"] not in ("above", "below"):
        raise InputError(
            f"Table {_FILE}: {row['measure']} is worse neither above nor below",
            value=row["worse"],
            remedy="restore the file from the package",
        )
    return Threshold(
        measure=row["measure"],
        tissue=row["tissue"],
        worse="above" if row["worse"] == "above" else "below",
        sum_limit=number(row, "sum", _FILE),
        envelope_limit=number(row, "envelope", _FILE),
        unit=row["unit"],
        note=row["note"],
        source=row["source"],
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
    )
