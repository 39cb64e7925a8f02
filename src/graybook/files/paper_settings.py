"""Courses known from a letter come in as tables; checked statements go out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from graybook.errors import InputError
from graybook.files._fractions_a_day import DAY_KEYS, fractions_a_day
from graybook.files._tables import Entry
from graybook.record.course import Modality, Status
from graybook.record.paper import METRICS, OrganDose
from graybook.record.region import SIDES, Levels, Region

__all__ = [
    "PAPER_KEYS",
    "REGION_KEYS",
    "PaperCourseSetting",
    "is_paper",
    "paper_course_setting",
    "region_of",
]

REGION_KEYS = ("site", "side", "levels", "organs")
"""Keys of any ``[[course]]``, of files or of paper, that say where it was given."""

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
)
"""Keys that only a course without files has."""

NATURES = {
    **{one.value: one for one in Modality if one not in (Modality.RADIONUCLIDE, Modality.UNKNOWN)},
    "photons": Modality.PHOTON,
    "electrons": Modality.ELECTRON,
    "protons": Modality.PROTON,
}


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


def is_paper(entry: Entry) -> bool:
    """Whether a ``[[course]]`` states a course of its own, instead of speaking of one of the files."""
    named = any(key in entry.values for key in ("course", "plans"))
    return not named and any(key in entry.values for key in PAPER_KEYS)


def region_of(entry: Entry) -> Region:
    """Where a course was given."""
    return Region(
        site=entry.text("site"),
        side=entry.text("side", among=SIDES),
        levels=_levels(entry),
        organs=entry.texts("organs"),
    )


def _levels(entry: Entry) -> Levels | None:
    text = entry.text("levels")
    if not text:
        return None
    try:
        return Levels.parse(text)
    except InputError as error:
        raise entry.refuse("levels", "is no range of vertebrae", value=text, remedy=error.remedy) from None


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
