"""Uncertain assumptions: an organ to draw for comes in; every way in which what is not known could be goes out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from graybook.accumulation.uncertainty import Assumption
from graybook.geometry.arrays import FloatArray
from graybook.record import Recovery
from graybook.workflow.limits.cases import Courses, kept_after
from graybook.workflow.organs.samples import Setting
from graybook.workflow.uncertain.organs import UncertainOrgan

__all__ = ["Unknowns", "recovered", "unknowns_of"]

BEYOND = 2.0
"""Times the error that 95 % keep within: how far off a course is still looked for in its grid."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Unknowns:
    """
    What is not known of one organ, each with its ends; the first of each is the headline's.

    Parameters
    ----------
    alpha_betas_gy
        The value computed with, the other one shown, and both ends of the published range. [Gy]
    orders
        Courses taken as given in the same sessions: those stated, and with them those whose order is not known (rule 2).
    ends
        The lower end of rules 5 and 9, and the upper one where they differ or a shift could make them differ.
    kept
        Shares of courses that are not recovered from: all, and what a person assumes (rule 11).
    """

    alpha_betas_gy: tuple[float, ...]
    orders: tuple[frozenset[str], ...]
    ends: tuple[bool, ...]
    kept: tuple[dict[str, float], ...]

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Every combination; the headline's first."""
        return tuple(
            Assumption(alpha_beta_gy=ratio, kept=kept, concurrent=order, high=high)
            for kept, ratio, order, high in product(self.kept, self.alpha_betas_gy, self.orders, self.ends)
        )

    @property
    def of_doses(self) -> int:
        """How many of the assumptions, the first ones, speak of doses: recovery changes what a limit sees, never a dose."""
        return len(self.assumptions) // len(self.kept)


def unknowns_of(
    organ: UncertainOrgan, setting: Setting, courses: Courses, recovery: Recovery | None
) -> Unknowns:
    """
    What is not known of an organ.

    Parameters
    ----------
    organ
        With an α/β.
    setting
        What all organs share.
    courses
        For the intervals that a recovery acts on.
    recovery
        What a person assumes of the organ; None where nobody assumes any.
    """
    choice = organ.organ.choice
    assert choice is not None  # noqa: S101  (an organ with doses has a choice)
    shown = [choice.value_gy, choice.alternative_gy, *(choice.range_gy or ())]
    reached = frozenset(one.dose.id for one in organ.courses)
    unknown = setting.order_unknown & reached
    kept = recovered(recovery, courses)
    return Unknowns(
        alpha_betas_gy=tuple(dict.fromkeys(one for one in shown if one is not None)),
        orders=(frozenset(), unknown) if unknown else (frozenset(),),
        ends=(False,) if _is_certain(organ, setting) else (False, True),
        kept=({}, kept) if kept else ({},),
    )


def recovered(recovery: Recovery | None, courses: Courses) -> dict[str, float]:
    """Shares of earlier courses that a recovery of the dose leaves; of courses of which nothing is recovered none."""
    if recovery is None or recovery.convention != "dose":
        return {}
    return {course: share for course, share in kept_after(recovery, courses).items() if share < 1.0}


def _is_certain(organ: UncertainOrgan, setting: Setting) -> bool:
    """Whether both ends of rules 5 and 9 are one, wherever a course may lie."""
    doses = organ.organ.doses
    assert doses is not None  # noqa: S101  (the caller has asked)
    if not all(sample.is_certain for on in doses.mapped for sample in on.samples):
        return False
    movable = {one.dose.id: one for one in setting.movable}
    return all(
        bool(np.all(movable[one.course].surrounds(_finite(organ.points_mm), BEYOND * one.size)))
        for one in organ.moves
    )


def _finite(points_mm: FloatArray) -> FloatArray:
    found: FloatArray = points_mm[np.isfinite(points_mm).all(axis=1)]
    return found
