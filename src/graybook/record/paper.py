"""Paper: what a report or a letter says of a course that no file describes: doses to organs, activities given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from graybook.record.radioembolisation import Radioembolisation

__all__ = ["METRICS", "Administration", "OrganDose", "PaperDetails", "StatedCoefficient"]

METRICS = ("max", "mean", "D0.03cc", "D0.1cc")
"""What a stated organ dose may be."""


@dataclass(frozen=True, kw_only=True)
class OrganDose:
    """A physical dose that the report states for an organ. [Gy]"""

    organ: str
    dose_gy: float
    metric: str


@dataclass(frozen=True, kw_only=True)
class StatedCoefficient:
    """Dose per administered activity that a person states for an organ of this patient. [Gy/GBq]

    ``low`` and ``high`` are its interval, None where none is stated. The source says who found it and how.
    """

    organ: str
    gy_per_gbq: float
    source: str
    low_gy_per_gbq: float | None = None
    high_gy_per_gbq: float | None = None
    half_life_h: float | None = None
    """Effective half-life in the organ, where it is stated too. [h]"""


@dataclass(frozen=True, kw_only=True)
class Administration:
    """One radionuclide given, or microspheres.

    Parameters
    ----------
    nuclide
        As ``177Lu`` or ``Lu-177``, as found.
    agent
        What carries it: DOTATATE.
    indication
        The disease treated, where a person says it.
    date
        Day given, in the clock of the place.
    started
        When it began, with its offset from UTC where a file or a person says it; None when only the day is known.
    activity_gbq
        Given, at ``started``: before minus after. [GBq]
    cycle
        Its number in the course.
    extravasation_percent
        Estimated share that did not enter the vessel; None when nobody says. [%]
    uid
        Radiopharmaceutical Administration Event UID of its dose report; empty when there is none.
    coefficients
        The user's own dose per activity of organs.
    """

    nuclide: str
    agent: str = ""
    indication: str = ""
    date: date | None = None
    started: datetime | None = None
    activity_gbq: float | None = None
    cycle: int | None = None
    extravasation_percent: float | None = None
    uid: str = ""
    coefficients: tuple[StatedCoefficient, ...] = ()


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
        Radionuclides given, when the course is one of them: one for each phase, in the same order.
    radioembolisations
        Microspheres given, when the course is one of them: one for each phase, in the same order.
    """

    energy: str = ""
    overall_days: int | None = None
    acute_toxicity: str = ""
    organ_doses: tuple[OrganDose, ...] = ()
    administrations: tuple[Administration, ...] = ()
    radioembolisations: tuple[Radioembolisation, ...] = ()
