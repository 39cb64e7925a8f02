"""An organ's activity over time and what was given come in; the question where it holds more than there was goes out."""

from __future__ import annotations

from graybook.nuclear.decay import decay_factor
from graybook.record import Finding
from graybook.tables.nuclides import nuclide
from graybook.workflow.nuclear.cycles import Cycle
from graybook.workflow.nuclear.organ_points import OrganPoint, OrganPoints

__all__ = ["MOST_HELD", "more_than_given"]

MOST_HELD = 1.05
"""An organ cannot hold more than was given, decayed to the time; calibrations of camera and dose calibrator differ so much. [-]"""

MBQ_PER_GBQ = 1e3


def more_than_given(organ: OrganPoints, cycle: Cycle) -> Finding | None:
    """The question of an organ that at any time holds more than was given and had not decayed; the time of the largest excess."""
    given_gbq = cycle.given.activity_gbq
    if not given_gbq:
        return None
    half_life_h = nuclide(cycle.nuclide).half_life_h

    def left_mbq(point: OrganPoint) -> float:
        return given_gbq * MBQ_PER_GBQ * float(decay_factor(point.hours, half_life_h))

    worst = max(organ.points, key=lambda one: one.activity_mbq / left_mbq(one))
    if worst.activity_mbq <= MOST_HELD * left_mbq(worst):
        return None
    params: dict[str, str | float | int | None] = {
        "organ": organ.organ,
        "cycle": cycle.number,
        "hours": f"{worst.hours:.1f}",
        "held": _mbq(worst.activity_mbq),
        "left": _mbq(left_mbq(worst)),
        "path": worst.image.path,
    }
    return Finding(code="nuclear_more_than_given", subject=organ.organ, params=params)


def _mbq(activity_mbq: float) -> str:
    """Three digits, more where there are more before the point."""
    return f"{activity_mbq:.0f}" if activity_mbq >= 100.0 else f"{activity_mbq:.3g}"
