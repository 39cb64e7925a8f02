"""The phases of a course known from a letter come in as tables; checked statements go out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from graybook.files._fractions_a_day import DAY_KEYS, fractions_a_day
from graybook.files._regions import REGION_KEYS, region_of
from graybook.files._tables import Entry
from graybook.record.course import Modality, Status
from graybook.record.region import Region

__all__ = ["NATURES", "PaperDoseSetting", "PaperPhaseSetting", "paper_phase_setting"]

NATURES = {
    **{one.value: one for one in Modality if one not in (Modality.RADIONUCLIDE, Modality.UNKNOWN)},
    "photons": Modality.PHOTON,
    "electrons": Modality.ELECTRON,
    "protons": Modality.PROTON,
}

_OF_PHASES = {word: one for word, one in NATURES.items() if not one.stands_apart}
"""What stands apart is a course of its own (rule 15)."""

_DOSE_KEYS = ("target", "total_gy", *REGION_KEYS)
_FRACTION_KEYS = ("fractions", "fractions_min", "fractions_max", *DAY_KEYS)
_KEYS = (
    "label",
    "status",
    "start_date",
    "end_date",
    "nature",
    "energy",
    *_FRACTION_KEYS,
    *_DOSE_KEYS,
    "dose",
)


@dataclass(frozen=True, kw_only=True)
class PaperDoseSetting:
    """A dose that a phase gave to one target. [Gy]

    ``region`` says where, when that is stated apart from the phase's and the course's; else None.
    """

    total_gy: float
    target: str = ""
    region: Region | None = None


@dataclass(frozen=True, kw_only=True)
class PaperPhaseSetting:
    """One phase of a course as a report states it: sessions of the same plans; what is not said is empty or None.

    Parameters
    ----------
    doses
        One for each target; all were given in the sessions of the phase.
    status
        None where that of the course holds.
    fractions, fractions_range, fractions_per_day, interval_h
        As of a course.
    """

    label: str = ""
    status: Status | None = None
    start_date: date | None = None
    end_date: date | None = None
    nature: Modality = Modality.UNKNOWN
    energy: str = ""
    doses: tuple[PaperDoseSetting, ...] = field(default_factory=tuple)
    fractions: int | None = None
    fractions_range: tuple[int, int] | None = None
    fractions_per_day: int | None = None
    interval_h: float | None = None


def paper_phase_setting(entry: Entry, statuses: dict[str, Status]) -> PaperPhaseSetting:
    """One phase of a ``[[course]]`` of which there is no file."""
    entry.only(_KEYS, stamp=False)
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
    return PaperPhaseSetting(
        label=entry.text("label"),
        status=statuses.get(entry.text("status", among=statuses)),
        start_date=start,
        end_date=end,
        nature=_OF_PHASES.get(entry.text("nature", among=_OF_PHASES), Modality.UNKNOWN),
        energy=entry.text("energy"),
        doses=_doses(entry),
        fractions=fractions,
        fractions_range=between,
        fractions_per_day=per_day,
        interval_h=interval_h,
    )


def _doses(entry: Entry) -> tuple[PaperDoseSetting, ...]:
    """The one dose that stands in the phase itself, or those in its ``dose``."""
    listed, own = entry.tables("dose"), _own_region(entry)
    if not listed:
        total_gy = entry.positive("total_gy")
        return () if total_gy is None else (_dose(entry, total_gy, None),)
    for key in ("target", "total_gy"):
        if key in entry.values:
            raise entry.refuse(
                f"{key} and dose",
                "stand together",
                value=entry.values[key],
                remedy=f"Put {key} into one of the tables of dose.",
            )
    return tuple(_listed(one, own) for one in listed)


def _listed(entry: Entry, own: Region | None) -> PaperDoseSetting:
    entry.only(_DOSE_KEYS, stamp=False)
    entry.required("total_gy")
    return _dose(entry, entry.positive("total_gy") or 0.0, own)


def _dose(entry: Entry, total_gy: float, outer: Region | None) -> PaperDoseSetting:
    region = _own_region(entry)
    return PaperDoseSetting(
        total_gy=total_gy, target=entry.text("target"), region=outer if region is None else region
    )


def _own_region(entry: Entry) -> Region | None:
    return region_of(entry) if any(key in entry.values for key in REGION_KEYS) else None
