"""A row of a dose comes in; what it states of a volume goes out: in Gy where it says its unit and does not contradict itself.

OSIRIS has no column for a unit. A dose without one is kept as it was found and not converted, however plainly it looks like cGy.
"""

from __future__ import annotations

from dataclasses import dataclass

from graybook.exchange.course_facts import VolumeDose
from graybook.exchange.osiris.layout import Row
from graybook.exchange.osiris.values import Quantity

__all__ = ["GY_PER_UNIT", "volume_dose"]

GY_PER_UNIT = {"cGy": 0.01, "Gy": 1.0}
TOLERANCE = 0.01
"""By how much dose per fraction times fractions may differ from the total: the one may be rounded."""


@dataclass(frozen=True, kw_only=True)
class _Stated:
    total: float | None
    each: float | None
    fractions: int | None
    unit: str
    units_known: bool

    @property
    def as_found(self) -> str:
        """The figures as they stand."""
        total = "?" if self.total is None else f"{self.total:g}"
        if self.each is None or self.fractions is None:
            return f"{total} {self.unit}".strip()
        return f"{total} {self.unit}".strip() + f" ({self.each:g} × {self.fractions})"


def volume_dose(row: Row, volume: str, *, fractions: int | None, given: bool) -> VolumeDose:
    """What a row states of a volume.

    Parameters
    ----------
    fractions
        What the plan, or else the phase, says of their number; None where neither does.
    given
        Whether plan and phase are delivered: a planned dose is no dose that was given.
    """
    stated = _stated(row)
    dose_gy = _gy(row, stated)
    if dose_gy is not None and not given:
        row.notes.warn("exchange_osiris_dose_planned", row.place, stated=stated.as_found)
        dose_gy = None
    number = stated.fractions
    if dose_gy is not None and not _agrees(row, stated, fractions):
        dose_gy = None
    if dose_gy is None and fractions is not None and number != fractions:
        number = None  # the number of a dose that is not taken is not that of the phase
    return VolumeDose(volume=volume, dose_gy=dose_gy, fractions=number, as_found=stated.as_found)


def _stated(row: Row) -> _Stated:
    total, each = row.quantity("total_dose"), row.quantity("fraction_dose")
    units = [one.unit for one in (total, each) if one is not None and one.unit]
    unit = units[0] if units else ""
    return _Stated(
        total=_in(total, unit),
        each=_in(each, unit),
        fractions=row.whole("fractions"),
        unit=unit,
        units_known=all(one in GY_PER_UNIT for one in units),
    )


def _in(found: Quantity | None, unit: str) -> float | None:
    """The number in the unit of the row, should the two quantities state different ones."""
    if found is None or found.number is None:
        return None
    if found.unit in GY_PER_UNIT and unit in GY_PER_UNIT and found.unit != unit:
        return found.number * GY_PER_UNIT[found.unit] / GY_PER_UNIT[unit]
    return found.number


def _gy(row: Row, stated: _Stated) -> float | None:
    """The total in Gy, where its unit is stated."""
    if stated.total is None:
        row.notes.warn("exchange_osiris_dose_missing", row.place, stated=stated.as_found)
        return None
    if not stated.units_known:
        row.notes.warn(
            "exchange_osiris_unit_unknown", row.place, unit=stated.unit[:20], stated=stated.as_found
        )
        return None
    if not stated.unit:
        centi = stated.total / 100.0
        row.notes.warn("exchange_osiris_no_unit", row.place, stated=stated.as_found, dose_gy=round(centi, 6))
        _is_inverted(row, stated)
        return None
    factor = GY_PER_UNIT[stated.unit]
    return round(stated.total * factor, 8)


def _is_inverted(row: Row, stated: _Stated) -> bool:
    """Whether the dose per fraction is fractions divided by dose, as the dictionary of the pivot files defines it by mistake."""
    if not stated.total or not stated.each or not stated.fractions:
        return False
    inverted = stated.fractions / stated.total
    if abs(stated.each - inverted) > TOLERANCE * inverted:
        return False
    if abs(stated.each * stated.fractions - stated.total) <= TOLERANCE * stated.total:
        return False
    row.notes.warn("exchange_osiris_fraction_dose_inverted", row.place, stated=stated.as_found)
    return True


def _agrees(row: Row, stated: _Stated, fractions: int | None) -> bool:
    """Whether dose, dose per fraction and both numbers of fractions fit together; where they do not, no dose is taken."""
    number = stated.fractions if stated.fractions is not None else fractions
    if fractions is not None and stated.fractions is not None and fractions != stated.fractions:
        row.notes.warn(
            "exchange_osiris_fractions_differ", row.place, stated=stated.as_found, fractions=fractions
        )
        return False
    if stated.each is None or number is None or stated.total is None:
        return True
    if _is_inverted(row, stated):
        return True
    if abs(stated.each * number - stated.total) > TOLERANCE * stated.total:
        row.notes.warn("exchange_osiris_dose_unlike", row.place, stated=stated.as_found)
        return False
    return True
