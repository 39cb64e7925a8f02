"""Published cumulative limits and observed cumulative doses come in; two separate lists of rows go out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError
from graybook.tables._rows import PRIMARY_CHECKED, number, optional_number, table_rows
from graybook.tables.limit import Limit, Namespace
from graybook.tables.sources import source_text

__all__ = ["CumulativeLimit", "ObservedDose", "cumulative_limits", "limits", "observed_doses"]

_FILE = "reirradiation_limits.csv"
_COLUMNS = (
    "namespace", "organ", "metric", "op", "low", "high", "unit", "alpha_beta_gy", "origin", "note",
)  # fmt: skip
_REMEDY = "mend the row in the table, or rebuild the table from its facts"


@dataclass(frozen=True, kw_only=True)
class CumulativeLimit:
    """One published limit on the dose summed over courses; never a first-course constraint.

    Parameters
    ----------
    organ
        Organ as the table names it; two organs under one row are joined by a slash.
    metric, op
        What is limited, in the source's words, and ``<`` or ``<=``.
    value_gy
        Lowest and highest limit [Gy], equal when the source gives one; None when a volume is limited.
    volume_percent
        Lowest and highest limit [%] of the organ's volume; None when a dose is limited.
    quantity
        What the Gy are: ``EQD2``, ``as reported``, ``physical, re-irradiation course only``.
    alpha_beta_gy
        The α/β the source used [Gy], or None when it does not say.
    origin
        Which author's column of the source.
    source, source_text, tier, primary_checked, note
        Evidence: key, citation, how it was read, whether in the primary, remarks.
    """

    organ: str
    metric: str
    op: str
    value_gy: tuple[float, float] | None
    volume_percent: tuple[float, float] | None
    quantity: str
    alpha_beta_gy: float | None
    origin: str
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse a limit that limits nothing, or limits backwards."""
        if self.op not in ("<", "<="):
            raise InputError(f"Limit on {self.organ}: unknown comparison", value=self.op, remedy=_REMEDY)
        if (self.value_gy is None) == (self.volume_percent is None):
            raise InputError(
                f"Limit on {self.organ}: either a dose or a volume is limited",
                value=self.metric,
                remedy=_REMEDY,
            )
        low, high = self.value_gy or self.volume_percent or (0.0, 0.0)
        if not 0 < low <= high:
            raise InputError(f"Limit on {self.organ}: bad range", value=(low, high), remedy=_REMEDY)

    @property
    def organs(self) -> tuple[str, ...]:
        """Organs the row speaks of, one by one."""
        return tuple(self.organ.split("/"))


@dataclass(frozen=True, kw_only=True)
class ObservedDose:
    """One cumulative dose seen in a published series: a fact about patients, not a limit.

    Parameters
    ----------
    organ, metric
        What was measured, in the source's words.
    median_gy, max_gy
        Median and maximum over the series [Gy in `quantity`]; None where the source gives no maximum.
    quantity
        ``EQD2`` or ``BED``.
    alpha_beta_gy
        The α/β the source used [Gy], or None when it does not say.
    source, source_text, tier, primary_checked, note
        Evidence: key, citation, how it was read, whether in the primary, remarks.
    """

    organ: str
    metric: str
    median_gy: float
    max_gy: float | None
    quantity: str
    alpha_beta_gy: float | None
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str


@cache
def cumulative_limits() -> tuple[CumulativeLimit, ...]:
    """All published cumulative limits of the edition, in the order of the table."""
    return tuple(_limit(row) for row in table_rows(_FILE, _COLUMNS) if row["namespace"] == "cumulative limit")


@cache
def observed_doses() -> tuple[ObservedDose, ...]:
    """All observed cumulative doses of the edition, in the order of the table."""
    return tuple(_observed(row) for row in table_rows(_FILE, _COLUMNS) if row["namespace"] == "observed dose")


def _limit(row: dict[str, str]) -> CumulativeLimit:
    span = (number(row, "low", _FILE), number(row, "high", _FILE))
    percent = row["unit"] == "%"
    return CumulativeLimit(
        organ=row["organ"],
        metric=row["metric"],
        op=row["op"],
        value_gy=None if percent else span,
        volume_percent=span if percent else None,
        quantity="EQD2" if percent else row["unit"].removeprefix("Gy "),
        alpha_beta_gy=optional_number(row, "alpha_beta_gy", _FILE),
        origin=row["origin"],
        source=row["source"],
        source_text=source_text(row["source"]),
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
        note=row["note"],
    )


def _observed(row: dict[str, str]) -> ObservedDose:
    return ObservedDose(
        organ=row["organ"],
        metric=row["metric"],
        median_gy=number(row, "low", _FILE),
        max_gy=optional_number(row, "high", _FILE),
        quantity=row["unit"].removeprefix("Gy "),
        alpha_beta_gy=optional_number(row, "alpha_beta_gy", _FILE),
        source=row["source"],
        source_text=source_text(row["source"]),
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
        note=row["note"],
    )


_METRICS = {
    "Dmax": "max",
    "Dmean": "mean",
    "V20Gy": "V20Gy[%]",
    "V40Gy": "V40Gy[%]",
    "V60Gy": "V60Gy[%]",
    "D0.1cc": "D0.1cc",
}


@cache
def limits() -> tuple[Limit, ...]:
    """Every limit of the edition, all namespaces, in the order of the tables."""
    found: dict[str, Limit] = {}
    for row in cumulative_limits():
        if row.quantity != "EQD2" or row.metric not in _METRICS:
            continue
        for value in sorted(set(row.value_gy or row.volume_percent or ())):
            one = Limit(
                id=f"{row.source}-{row.organ}-{row.metric}-{row.origin}-{value:g}".lower().replace(" ", "-"),
                namespace=Namespace.CUMULATIVE,
                organ=row.organ,
                metric=_METRICS[row.metric],
                op=row.op,
                value=value,
                unit="Gy" if row.value_gy else "%",
                alpha_beta_gy=row.alpha_beta_gy,
                rounding=0.5,
                origin=row.origin,
                source=row.source,
                source_text=row.source_text,
                tier=row.tier,
                primary_checked=row.primary_checked,
                note=row.note,
                default=True,
            )
            found[one.id] = one
    return tuple(found.values())
