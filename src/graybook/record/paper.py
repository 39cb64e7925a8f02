"""Paper: what a report or a letter says of a course that no file describes: doses to organs, activities given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["METRICS", "Administration", "OrganDose", "PaperDetails"]

METRICS = ("max", "mean", "D0.03cc", "D0.1cc")
"""What a stated organ dose may be."""


@dataclass(frozen=True, kw_only=True)
class OrganDose:
    """A physical dose that the report states for an organ. [Gy]"""

    organ: str
    dose_gy: float
    metric: str


@dataclass(frozen=True, kw_only=True)
class Administration:
    """One radionuclide given; what dose it left in an organ is not known."""

    nuclide: str
    agent: str = ""
    date: date | None = None
    activity_gbq: float | None = None
    cycle: int | None = None


@dataclass(frozen=True, kw_only=True)
class PaperDetails:
    """What an end-of-treatment report adds to a course of which there is no file.

    Parameters
    ----------
    energy, acute_toxicity
        In words.
    overall_days
        Overall treatment time. [d]
    organ_doses
        Doses to organs, as stated.
    administrations
        Radionuclides given, when the course is one of them.
    """

    energy: str = ""
    overall_days: int | None = None
    acute_toxicity: str = ""
    organ_doses: tuple[OrganDose, ...] = ()
    administrations: tuple[Administration, ...] = ()
