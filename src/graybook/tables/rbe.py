"""The table of proton RBE comes in; the coefficients of each published model, with their source, go out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError, UsageError
from graybook.tables._rows import PRIMARY_CHECKED, number, table_rows
from graybook.tables.sources import source_text

__all__ = ["RbeRow", "constant_rbe", "rbe_row", "rows"]

_FILE = "rbe.csv"
_COLUMNS = ("model", "quantity", "offset", "slope", "alpha_beta_power", "primary", "note")
_QUANTITIES = ("rbe", "rbe_max", "rbe_min")


@dataclass(frozen=True, kw_only=True)
class RbeRow:
    r"""One limit of RBE: :math:`\mathrm{offset} + \mathrm{slope} \cdot (\alpha/\beta)^p \cdot \mathrm{LET}_d`.

    Parameters
    ----------
    model, quantity
        The publication, and ``rbe`` (constant), ``rbe_max`` (dose to 0) or ``rbe_min`` (dose large).
    offset
        RBE without LET.
    slope
        Per unit of LET. [µm/keV, times Gy to the power of -p]
    alpha_beta_power
        p.
    source, source_text, tier, primary_checked, note
        Evidence: key, citation, how it was read, whether in the primary, remarks.
    """

    model: str
    quantity: str
    offset: float
    slope: float
    alpha_beta_power: float
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str


@cache
def rows() -> tuple[RbeRow, ...]:
    """All rows of the edition, in the order of the table."""
    return tuple(_row(row) for row in table_rows(_FILE, _COLUMNS))


@cache
def rbe_row(model: str, quantity: str) -> RbeRow:
    """The row of one limit of one model.

    Examples
    --------
    >>> rbe_row("McNamara 2015", "rbe_max").offset
    0.99064
    """
    for row in rows():
        if (row.model, row.quantity) == (model, quantity):
            return row
    raise UsageError(
        "No such model of RBE in the tables", value=(model, quantity), remedy="use one of rbe.rows()"
    )


def constant_rbe() -> float:
    """The constant RBE of protons that is customary in clinics.

    Examples
    --------
    >>> constant_rbe()
    1.1
    """
    return rbe_row("constant", "rbe").offset


def _row(row: dict[str, str]) -> RbeRow:
    if row["quantity"] not in _QUANTITIES:
        raise InputError(
            f"Table {_FILE}: unknown quantity",
            value=row["quantity"],
            remedy=f"use one of {', '.join(_QUANTITIES)}",
        )
    citation = source_text(row["source"])
    return RbeRow(
        model=row["model"],
        quantity=row["quantity"],
        offset=number(row, "offset", _FILE),
        slope=number(row, "slope", _FILE),
        alpha_beta_power=number(row, "alpha_beta_power", _FILE),
        source=row["source"],
        source_text=f"{row['primary']}, as in {citation}" if row["primary"] else citation,
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
        note=row["note"],
    )
