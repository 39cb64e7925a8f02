"""The table of complication probability comes in; parameters of first-course models go out, those to compute with marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from graybook.errors import InputError
from graybook.tables._rows import (
    PRIMARY_CHECKED,
    Row,
    number,
    optional_number,
    place_of,
    table_rows,
    yes_or_no,
)
from graybook.tables.sources import source_text

__all__ = ["MODELS", "NtcpParameters", "ntcp_parameters", "usable_ntcp"]

_FILE = "ntcp.csv"
_COLUMNS = (
    "id", "model", "organ", "endpoint", "td50_gy", "td50_low_gy", "td50_high_gy", "m", "m_low", "m_high",
    "n", "n_low", "n_high", "gamma50", "a", "coefficients", "alpha_beta_gy", "usable", "reason", "note",
)  # fmt: skip
_REMEDY = "restore the file from the package, or mend the cell as the README beside it says"

MODELS = ("LKB", "Niemierko", "logistic", "logistic with risk factors", "log-logistic", "probabilistic")
"""Models whose parameters the table holds. Only LKB (Lyman, Kutcher, Burman) is ever computed with."""

Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class NtcpParameters:
    """
    Parameters of one model of complication probability, fitted on a first course.

    Parameters
    ----------
    id
        Stable key.
    model
        One of :data:`MODELS`.
    organ, endpoint
        Structure and harm; the organ is a TG-263 name where the model may be computed with.
    td50_gy, m, n
        Dose to the whole organ that gives half [Gy], slope and volume parameter of LKB; None where the model has none.
    td50_ci95_gy, m_ci95, n_ci95
        Their 95 % confidence intervals, or None.
    gamma50, a
        Slope and exponent of the models that have them.
    coefficients
        Of a logistic model, by name.
    alpha_beta_gy
        The source used; None where it was not read. [Gy]
    usable
        Whether it may be computed with: an LKB model, complete, read in its primary.
    reason
        Why it may not; empty when usable.
    source, source_text, tier, primary_checked, note
        Key, citation, how it was read, whether in the primary, remarks.
    """

    id: str
    model: str
    organ: str
    endpoint: str
    td50_gy: float | None
    td50_ci95_gy: Span | None
    m: float | None
    m_ci95: Span | None
    n: float | None
    n_ci95: Span | None
    gamma50: float | None
    a: float | None
    coefficients: Mapping[str, float]
    alpha_beta_gy: float | None
    usable: bool
    reason: str
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse an unknown model, and a usable one that is incomplete or was not read in its primary."""
        if self.model not in MODELS:
            raise InputError(f"NTCP {self.id}: unknown model", value=self.model, remedy=_REMEDY)
        complete = self.model == "LKB" and None not in (self.td50_gy, self.m, self.n)
        if self.usable and not (complete and self.primary_checked):
            raise InputError(
                f"NTCP {self.id}: usable without a checked primary and every parameter",
                value=self.tier,
                remedy=_REMEDY,
            )
        if not self.usable and not self.reason:
            raise InputError(f"NTCP {self.id}: not usable, and no reason", remedy=_REMEDY)


@cache
def ntcp_parameters() -> tuple[NtcpParameters, ...]:
    """All parameters of the edition, in the order of the table."""
    return tuple(_parameters(row) for row in table_rows(_FILE, _COLUMNS))


def usable_ntcp(organ: str) -> tuple[NtcpParameters, ...]:
    """
    Parameters of an organ that may be computed with, labelled as extrapolated from a first course.

    Examples
    --------
    >>> [(one.td50_gy, one.m, one.n) for one in usable_ntcp("Rectum")]
    [(76.9, 0.13, 0.09)]
    """
    return tuple(one for one in ntcp_parameters() if one.usable and one.organ == organ)


def _parameters(row: Row) -> NtcpParameters:
    return NtcpParameters(
        id=row["id"],
        model=row["model"],
        organ=row["organ"],
        endpoint=row["endpoint"],
        td50_gy=optional_number(row, "td50_gy", _FILE),
        td50_ci95_gy=_span(row, "td50_low_gy", "td50_high_gy"),
        m=optional_number(row, "m", _FILE),
        m_ci95=_span(row, "m_low", "m_high"),
        n=optional_number(row, "n", _FILE),
        n_ci95=_span(row, "n_low", "n_high"),
        gamma50=optional_number(row, "gamma50", _FILE),
        a=optional_number(row, "a", _FILE),
        coefficients=MappingProxyType(_coefficients(row)),
        alpha_beta_gy=optional_number(row, "alpha_beta_gy", _FILE),
        usable=yes_or_no(row, "usable", _FILE),
        reason=row["reason"],
        source=row["source"],
        source_text=source_text(row["source"]),
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
        note=row["note"],
    )


def _span(row: Row, low: str, high: str) -> Span | None:
    if not row[low] and not row[high]:
        return None
    return number(row, low, _FILE), number(row, high, _FILE)


def _coefficients(row: Row) -> dict[str, float]:
    try:
        pairs = [one.split("=") for one in row["coefficients"].split(";") if one.strip()]
        return {name.strip(): float(value) for name, value in pairs}
    except ValueError:
        raise InputError(
            f"{place_of(row, _FILE)}: coefficients are not written as name=value",
            value=row["coefficients"],
            remedy=_REMEDY,
        ) from None
