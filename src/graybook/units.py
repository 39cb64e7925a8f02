"""Units: the few conversions Graybook needs, each named; numbers in, numbers out."""

from __future__ import annotations

__all__ = ["CM3_PER_MM3", "DOSE_DECIMALS", "rounded_cm3", "rounded_gy"]

CM3_PER_MM3 = 1e-3
"""One cubic millimetre in cubic centimetres."""

DOSE_DECIMALS = 6
"""Doses are given out rounded to a microgray, so that the same input gives the same bytes."""


def rounded_gy(dose_gy: float | None) -> float | None:
    """The dose rounded to 1e-6 Gy, never ``-0.0``; None stays None.

    Examples
    --------
    >>> rounded_gy(18.80000004)
    18.8
    """
    if dose_gy is None:
        return None
    return round(float(dose_gy), DOSE_DECIMALS) + 0.0


def rounded_cm3(volume_cm3: float | None) -> float | None:
    """The volume rounded to 1e-6 cm³, never ``-0.0``; None stays None.

    Examples
    --------
    >>> rounded_cm3(12.30000004)
    12.3
    """
    return None if volume_cm3 is None else round(float(volume_cm3), 6) + 0.0
