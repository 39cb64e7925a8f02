"""Organ doses: mean doses of organs from one phase, each as an interval, with how it arrived in time and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graybook.errors import InputError
from graybook.record.delivery import Decaying

__all__ = ["DoseOrigin", "IntervalKind", "MeanDose", "OrganDoses"]


class IntervalKind(StrEnum):
    """What the two ends of a dose are."""

    BAND = "90 % band"
    """5 and 95 % of what the measurement's errors make of it."""
    PUBLISHED = "published interval"
    """What a named publication saw between patients: never one patient's value."""
    STATED = "stated interval"
    """As a person states it."""
    POINT = "no interval"
    """A person states one value and no error."""


class DoseOrigin(StrEnum):
    """What the dose was computed from."""

    IMAGES = "images"
    ACTIVITY = "activity"
    """Activity times a dose per activity, the user's own or a published interval."""
    PARTITION = "partition model"
    STATED = "stated"


@dataclass(frozen=True, kw_only=True, eq=False)
class MeanDose:
    """Mean absorbed dose of one organ from one phase.

    Parameters
    ----------
    organ
        Name as found, or TG-263.
    mean_gy
        Best value; None when only an interval is known. [Gy]
    low_gy, high_gy
        Both ends of the interval. [Gy]
    interval
        What the ends are.
    origin, method
        What it was computed from, and the model by name ("local deposition", "voxel S", "Gy/GBq" ...).
    source
        Who says so: a citation, or the files it was measured on.
    decaying
        Dose rate as a sum of exponentials, whose integral is ``mean_gy`` (or ``high_gy`` without it); None when nobody measured it.
    half_life_h
        Shortest and longest effective half-life that BED must reckon with, where ``decaying`` is None. [h]
    alpha_gy
        Share of ``mean_gy`` by α particles, not weighted. [Gy]
    rbe
        RBE of that share as a person set it; None: not weighted.
    device
        Of microspheres: glass and resin gray are not interchangeable.
    """

    organ: str
    mean_gy: float | None
    low_gy: float
    high_gy: float
    interval: IntervalKind
    origin: DoseOrigin
    method: str = ""
    source: str = ""
    decaying: Decaying | None = None
    half_life_h: tuple[float, float] | None = None
    alpha_gy: float = 0.0
    rbe: float | None = None
    device: str = ""

    def __post_init__(self) -> None:
        middle = self.low_gy if self.mean_gy is None else self.mean_gy
        if not 0.0 <= self.low_gy <= middle <= self.high_gy < float("inf"):
            raise InputError(
                f"The dose of {self.organ} does not lie within its interval.",
                value=(self.low_gy, self.mean_gy, self.high_gy),
                remedy="Give the lower end, the value and the upper end in this order, none below 0 Gy.",
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class OrganDoses:
    """Mean doses of the organs that one phase is known to have reached; an organ that is not here has an unknown dose."""

    doses: tuple[MeanDose, ...]
