"""Radionuclides given, with a person's own doses per activity, come in as tables; checked administrations go out."""

from __future__ import annotations

from graybook.files._given import activity_gbq, at_least_0, day, moment
from graybook.files._tables import Entry
from graybook.record.paper import Administration, StatedCoefficient
from graybook.tables.nuclides import known_nuclide
from graybook.tables.structure_names import tg263_name

__all__ = ["radionuclide_setting"]

KEYS = (
    "nuclide", "agent", "indication", "given", "activity_gbq", "cycle", "extravasation_percent", "organ_dose",
)  # fmt: skip

MOST_GY_PER_GBQ = 1e6
"""Of α emitters a thousand gray a GBq are usual; this is another unit. [Gy/GBq]"""


def radionuclide_setting(entry: Entry) -> Administration:
    """One ``[[radionuclide]]``."""
    entry.only(KEYS)
    entry.required("nuclide")
    nuclide = entry.text("nuclide")
    lost = at_least_0(entry, "extravasation_percent")
    if lost is not None and lost > 100.0:
        raise entry.refuse(
            "extravasation_percent",
            "is above 100",
            value=lost,
            remedy="Write the part that missed the vessel, in percent.",
        )
    coefficients = tuple(_coefficient(one, nuclide) for one in entry.tables("organ_dose"))
    _once_each(entry, coefficients)
    return Administration(
        nuclide=nuclide,
        agent=entry.text("agent"),
        indication=entry.text("indication"),
        date=day(entry, "given"),
        started=moment(entry, "given"),
        activity_gbq=activity_gbq(entry),
        cycle=entry.whole("cycle", least=1),
        extravasation_percent=lost,
        coefficients=coefficients,
    )


def _once_each(entry: Entry, coefficients: tuple[StatedCoefficient, ...]) -> None:
    seen: set[str] = set()
    for one in coefficients:
        name = tg263_name(one.organ) or one.organ.casefold()
        if name in seen:
            raise entry.refuse(
                "organ_dose",
                "speaks twice of one organ",
                value=one.organ,
                remedy="Keep one entry; low and high hold what is not certain.",
            )
        seen.add(name)


def _coefficient(entry: Entry, nuclide: str) -> StatedCoefficient:
    entry.only(("organ", "gy_per_gbq", "low", "high", "half_life_h", "source"), stamp=False)
    for key in ("organ", "gy_per_gbq", "source"):
        entry.required(key)
    value = entry.positive("gy_per_gbq") or 0.0
    if max(value, entry.positive("high") or 0.0) > MOST_GY_PER_GBQ:
        raise entry.refuse(
            "gy_per_gbq",
            f"is above {MOST_GY_PER_GBQ:g} Gy/GBq, which no organ receives",
            value=value,
            remedy="Write the dose in Gy over the activity in GBq.",
        )
    low, high = at_least_0(entry, "low"), entry.positive("high")
    if (low is None) != (high is None):
        raise entry.refuse(
            "low and high",
            "must both be given",
            value=(low, high),
            remedy="Give both ends, or neither. [Gy/GBq]",
        )
    if low is not None and high is not None and not low <= value <= high:
        raise entry.refuse(
            "low and high",
            "do not hold gy_per_gbq between them",
            value=(low, value, high),
            remedy="Give the lower end, the value and the upper end in this order. [Gy/GBq]",
        )
    return StatedCoefficient(
        organ=entry.text("organ"),
        gy_per_gbq=value,
        source=entry.text("source"),
        low_gy_per_gbq=low,
        high_gy_per_gbq=high,
        half_life_h=_half_life(entry, nuclide),
    )


def _half_life(entry: Entry, nuclide: str) -> float | None:
    """The effective half-life, never longer than the physical one. [h]"""
    value, known = entry.positive("half_life_h"), known_nuclide(nuclide)
    if value is not None and known is not None and value > known.half_life_h:
        raise entry.refuse(
            "half_life_h",
            f"is longer than {known.name} lasts",
            value=value,
            remedy=f"The effective half-life is at most the physical one, {known.half_life_h:.5g} h.",
        )
    return value
