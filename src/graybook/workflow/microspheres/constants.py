"""A device and perhaps a person's own constant come in; the constant used, its source, and the others in use go out."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from graybook.errors import UsageError
from graybook.report.sirt_result import ConstantResult
from graybook.tables.microspheres import constant_of, constants_of

__all__ = ["Constant", "constant_used"]

STATED = "stated"


@dataclass(frozen=True, kw_only=True)
class Constant:
    """
    Energy a GBq leaves where all of it decays.

    Parameters
    ----------
    j_per_gbq, source
        The one used, and who says so. [J/GBq]
    others
        All in use, the one used marked, with what each does to every dose.
    """

    j_per_gbq: float
    source: str
    others: tuple[ConstantResult, ...]


def constant_used(device: str, stated_j_per_gbq: float | None) -> Constant:
    """The constant of a device: a person's own, else the default of the table."""
    default = constant_of(device)
    used, source = default.j_per_gbq, default.source_text
    if stated_j_per_gbq is not None:
        if not (isfinite(stated_j_per_gbq) and stated_j_per_gbq > 0.0):
            raise UsageError(
                "The constant must be above 0.",
                value=stated_j_per_gbq,
                remedy=f"Give J/GBq, that is Gy kg/GBq; {device} has {default.j_per_gbq:g}.",
            )
        used, source = stated_j_per_gbq, STATED
    rows = [
        ConstantResult(
            j_per_gbq=row.j_per_gbq,
            source=row.source_text,
            tier=row.tier,
            used=stated_j_per_gbq is None and row.default,
            difference_percent=_percent(row.j_per_gbq, used),
        )
        for row in constants_of(device)
    ]
    if stated_j_per_gbq is not None:
        rows.insert(0, ConstantResult(j_per_gbq=used, source=source, used=True, difference_percent=0.0))
    return Constant(j_per_gbq=used, source=source, others=tuple(rows))


def _percent(value: float, used: float) -> float:
    return round(100.0 * (value / used - 1.0), 4) + 0.0
