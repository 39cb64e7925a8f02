"""The moment of calibration and that of infusion come in; the hours between them, or what must be answered first, go out."""

from __future__ import annotations

from datetime import datetime

from graybook.errors import NotComparable

__all__ = ["hours_to_infusion"]

S_PER_H = 3600.0


def hours_to_infusion(calibrated: datetime, infused: datetime) -> float:
    """
    Hours by full dates and offsets; negative where the activity was calibrated for a later moment. [h]

    Examples
    --------
    Over the night in which clocks in Paris are put forward:

    >>> moments = ("2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00")
    >>> hours_to_infusion(*(datetime.fromisoformat(one) for one in moments))
    23.0
    """
    if (calibrated.utcoffset() is None) != (infused.utcoffset() is None):
        raise NotComparable(
            "One moment has an offset from UTC and the other has none.",
            value=f"{calibrated.isoformat()} and {infused.isoformat()}",
            remedy="Give both with their offset, as 2026-03-28T12:00+01:00, or both without.",
        )
    return (infused - calibrated).total_seconds() / S_PER_H
