"""Scenario: what a person asks to be computed otherwise than by default, each with author, date and reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from graybook.errors import InputError
from graybook.record.override import Override
from graybook.record.uncertainty import Uncertainty

__all__ = ["AlphaBetaWish", "Recovery", "RecoveryStep", "RepairWish", "Scenario"]

Convention = Literal["dose", "tolerance"]
"""What recovery changes: the earlier equieffective ``dose``, or the ``tolerance`` (rule 11)."""


@dataclass(frozen=True, kw_only=True)
class RecoveryStep:
    """From an interval on, the share recovered. [months, 0 to 1]"""

    from_months: float
    share: float

    def __post_init__(self) -> None:
        if not (self.from_months >= 0 and 0 <= self.share < 1):
            raise InputError(
                "A step of recovery is out of range.",
                value=(self.from_months, self.share),
                remedy="Give months of at least 0 and a share from 0 to below 1.",
            )


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """
    Recovery of one tissue between courses, as a named person assumes it (rule 11).

    Parameters
    ----------
    organ
        TG-263 name of the organ; never a target.
    steps
        In order of months; before the first nothing is recovered. The interval is that between the end of a course and the start
        of the reference course.
    convention
        ``dose``: each earlier course's equieffective dose x (1 - share). ``tolerance``: the limit x (1 + share), the dose whole.
    by
        Author, date, reason and source.
    model
        Name of the published model it follows; empty for a share of the person's own.
    """

    organ: str
    steps: tuple[RecoveryStep, ...]
    convention: Convention
    by: Override
    model: str = ""

    def __post_init__(self) -> None:
        if not self.steps or list(self.steps) != sorted(self.steps, key=lambda one: one.from_months):
            raise InputError(
                f"The recovery of {self.organ} has no steps in order of months.",
                value=[(one.from_months, one.share) for one in self.steps],
                remedy="Give at least one share, and rising months.",
            )
        if not self.by.source.strip():
            raise InputError(
                f"The recovery of {self.organ} has no source.",
                value=self.by.value,
                remedy='Add `source = "..."`: recovery is 0 unless a source says otherwise.',
            )

    def share_after(self, interval_months: float | None) -> float:
        """Share recovered after an interval; 0 when the interval is not known. [months]"""
        if interval_months is None:
            return 0.0
        return max((one.share for one in self.steps if interval_months >= one.from_months), default=0.0)


@dataclass(frozen=True, kw_only=True)
class AlphaBetaWish:
    """The α/β that a structure, by its name as found or its TG-263 name, should be computed at. [Gy]"""

    value_gy: float
    by: Override
    structure: str = ""
    tg263: str = ""


@dataclass(frozen=True, kw_only=True)
class RepairWish:
    """The half-time of repair between the fractions of a day that an organ, by its TG-263 name, should be computed with. [h]

    0 is repair at once: complete repair between fractions.
    """

    organ: str
    half_time_h: float
    by: Override

    def __post_init__(self) -> None:
        if not 0.0 <= self.half_time_h < inf:
            raise InputError(
                f"The half-time of repair of {self.organ} is no time.",
                value=self.half_time_h,
                remedy="Give hours of at least 0.",
            )


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """
    One set of assumptions: the headline's (from ``--options``), or a what-if beside it.

    Parameters
    ----------
    name
        What it is called beside the others; empty for the headline's.
    alpha_betas, recoveries, repairs
        What is assumed otherwise.
    concurrent
        Ids, labels or start dates of courses whose phases were given in the same sessions.
    left_out
        Ids, labels or start dates of courses not counted; never in the headline.
    overlap_percent
        Isodose whose shared volume is given, as a share of each course's prescription. [%]
    overlap_gy
        The same as a dose, EQD2 at the display α/β; in place of ``overlap_percent`` when given. [Gy]
    ntcp
        Whether complication probabilities are shown, labelled extrapolated.
    uncertainty
        How the uncertainty is computed where it is asked for; never of a scenario.
    overrides
        All of it as overrides: what provenance prints.
    sha256
        Of the file that states it; empty without one.
    """

    name: str = ""
    alpha_betas: tuple[AlphaBetaWish, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    repairs: tuple[RepairWish, ...] = ()
    concurrent: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    overlap_percent: float = 50.0
    overlap_gy: float | None = None
    ntcp: bool = False
    uncertainty: Uncertainty = field(default_factory=Uncertainty)
    overrides: tuple[Override, ...] = ()
    sha256: str = ""

    def recovery_of(self, tg263: str | None) -> Recovery | None:
        """What is assumed for an organ; None when nothing is."""
        return next((one for one in self.recoveries if one.organ == tg263), None)
