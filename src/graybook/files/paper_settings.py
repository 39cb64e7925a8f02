"""Courses known from a letter come in as tables; checked statements go out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from graybook.files._fractions_a_day import DAY_KEYS, fractions_a_day
from graybook.files._paper_phases import NATURES, PaperDoseSetting, PaperPhaseSetting, paper_phase_setting
from graybook.files._regions import REGION_KEYS, region_of
from graybook.files._tables import Entry
from graybook.record.course import Modality, Status
from graybook.record.paper import METRICS, OrganDose
from graybook.record.region import Region

__all__ = [
    "PAPER_KEYS",
    "REGION_KEYS",
    "PaperCourseSetting",
    "PaperDoseSetting",
    "PaperPhaseSetting",
    "is_paper",
    "paper_course_setting",
    "region_of",
]

PAPER_KEYS = (
    "start_date",
    "end_date",
    "target",
    "nature",
    "energy",
    "total_gy",
    "fractions",
    "fractions_min",
    "fractions_max",
    *DAY_KEYS,
    "overall_days",
    "organ_dose",
    "acute_toxicity",
    "phase",
)
"""Keys that only a course without files has."""

OF_A_PHASE = ("target", "total_gy", "fractions", "fractions_min", "fractions_max", *DAY_KEYS)
"""Keys that stand in a course of one phase, and in the phases of a course of several."""


@dataclass(frozen=True, kw_only=True)
class PaperCourseSetting:
    """A course as an end-of-treatment report states it; what the report does not say is empty or None.

    Parameters
    ----------
    total_gy
        Dose given to the target in all. [Gy]
    fractions, fractions_range
        How many it was given in; the range when only that is known.
    fractions_per_day, interval_h
        How many a day and how far apart; None when nothing is said. [h]
    overall_days
        Overall treatment time. [d]
    phases
        Where the report states several: then dose and fractions stand in them, and in none of the fields above.
    """

    label: str = ""
    region: Region = field(default_factory=Region)
    intent: str = ""
    status: Status = Status.DELIVERED
    start_date: date | None = None
    end_date: date | None = None
    target: str = ""
    nature: Modality = Modality.UNKNOWN
    energy: str = ""
    total_gy: float | None = None
    fractions: int | None = None
    fractions_range: tuple[int, int] | None = None
    fractions_per_day: int | None = None
    interval_h: float | None = None
    overall_days: int | None = None
    organ_doses: tuple[OrganDose, ...] = ()
    acute_toxicity: str = ""
    phases: tuple[PaperPhaseSetting, ...] = ()


def is_paper(entry: Entry) -> bool:
    """Whether a ``[[course]]`` states a course of its own, instead of speaking of one of the files."""
    named = any(key in entry.values for key in ("course", "plans"))
    return not named and any(key in entry.values for key in PAPER_KEYS)


def paper_course_setting(entry: Entry, statuses: dict[str, Status]) -> PaperCourseSetting:
    """One ``[[course]]`` of which there is no file."""
    entry.only((*REGION_KEYS, *PAPER_KEYS, "label", "intent", "status"))
    start, end = entry.day("start_date"), entry.day("end_date")
    if start is not None and end is not None and end < start:
        raise entry.refuse("end_date", "is before start_date", value=end, remedy="Exchange the two.")
    fractions, between = entry.whole("fractions", least=1), entry.span("fractions_min", "fractions_max")
    if fractions is not None and between is not None:
        raise entry.refuse(
            "fractions and fractions_min",
            "stand together",
            value=fractions,
            remedy="Keep fractions when it is known.",
        )
    per_day, interval_h = fractions_a_day(entry)
    phases = tuple(paper_phase_setting(one, statuses) for one in entry.tables("phase"))
    _not_beside_phases(entry)
    return PaperCourseSetting(
        label=entry.text("label"),
        region=region_of(entry),
        intent=entry.text("intent"),
        status=statuses.get(entry.text("status", among=statuses), Status.DELIVERED),
        start_date=start,
        end_date=end,
        target=entry.text("target"),
        nature=NATURES.get(entry.text("nature", among=NATURES), Modality.UNKNOWN),
        energy=entry.text("energy"),
        total_gy=entry.positive("total_gy"),
        fractions=fractions,
        fractions_range=between,
        fractions_per_day=per_day,
        interval_h=interval_h,
        overall_days=entry.whole("overall_days", least=1),
        organ_doses=tuple(_organ_dose(one) for one in entry.tables("organ_dose")),
        acute_toxicity=entry.text("acute_toxicity"),
        phases=phases,
    )


def _not_beside_phases(entry: Entry) -> None:
    """Dose and fractions of a course stand in its phases when it has any: what a total beside them means is not known."""
    doubled = [key for key in OF_A_PHASE if key in entry.values]
    if "phase" in entry.values and doubled:
        raise entry.refuse(
            f"{doubled[0]} and phase",
            "stand together",
            value=entry.values[doubled[0]],
            remedy=f"Put {doubled[0]} into the phases.",
        )


def _organ_dose(entry: Entry) -> OrganDose:
    entry.only(("organ", "dose_gy", "metric"), stamp=False)
    for key in ("organ", "dose_gy", "metric"):
        entry.required(key)
    return OrganDose(
        organ=entry.text("organ"),
        dose_gy=entry.positive("dose_gy") or 0.0,
        metric=entry.text("metric", among=METRICS),
    )
