"""One ``[[nuclear_organ]]`` table comes in; how a person wants one organ's dose from a radionuclide computed goes out."""

from __future__ import annotations

from dataclasses import dataclass

from graybook.files._tables import Entry

__all__ = ["CURVES", "DOSE_MODELS", "TAILS", "OrganWish", "organ_wish"]

CURVES = ("auto", "mono", "bi", "uptake", "tri", "trapezoid", "hanscheid", "madsen")
TAILS = ("physical", "mono", "none")
DOSE_MODELS = ("local deposition", "voxel S", "sphere", "organ S")


@dataclass(frozen=True, kw_only=True)
class OrganWish:
    """What a person wants for one organ; empty and None where nothing is said.

    Parameters
    ----------
    organ
        TG-263 name, or name as found.
    nuclide, cycle
        For one nuclide, for one cycle; empty and None: for all.
    curve, tail
        Model of the time-activity curve by name ("auto": least AICc), and of the tail of a trapezoid.
    dose
        Dose model by name.
    density_g_per_cm3, mass_g
        The mass is the volume times the density, unless it is stated. [g/cm³], [g]
    volume_sd_percent, point_sd_percent
        One standard deviation of the delineated volume, and of each activity by chance alone. [%]
    s_gy_per_mbq_h
        Dose to the organ per time-integrated activity in it, for "organ S". [Gy/(MBq h)]
    s_mass_g
        Mass of the model that the S-value is of; it is scaled to the patient's. [g]
    half_life_h
        Effective half-life of a population, for Madsen's estimate from one time point. [h]
    repair_half_time_h
        Of sublethal damage; both ends are equal where one value is stated. [h]
    rbe
        Of the share by α particles.
    said
        Who states it, when, why and from which source.
    """

    organ: str
    nuclide: str = ""
    cycle: int | None = None
    curve: str = ""
    tail: str = ""
    dose: str = ""
    density_g_per_cm3: float | None = None
    mass_g: float | None = None
    volume_sd_percent: float | None = None
    point_sd_percent: float | None = None
    s_gy_per_mbq_h: float | None = None
    s_mass_g: float | None = None
    half_life_h: float | None = None
    repair_half_time_h: tuple[float, float] | None = None
    rbe: float | None = None
    said: str = ""


KEYS = (
    "organ",
    "nuclide",
    "cycle",
    "curve",
    "tail",
    "dose",
    "density_g_per_cm3",
    "mass_g",
    "volume_sd_percent",
    "point_sd_percent",
    "s_gy_per_mbq_h",
    "s_mass_g",
    "half_life_h",
    "repair_half_time_h",
    "repair_half_time_to_h",
    "rbe",
)

OF_A_SOURCE = ("s_gy_per_mbq_h", "half_life_h", "repair_half_time_h", "rbe")
"""Figures that are somebody's: without a source they are not taken."""


def organ_wish(entry: Entry) -> OrganWish:
    """One ``[[nuclear_organ]]``."""
    entry.only(KEYS)
    entry.required("organ")
    entry.required(*KEYS[3:])
    for key in OF_A_SOURCE:
        if key in entry.values:
            entry.required("source")
    dose = entry.text("dose", among=DOSE_MODELS)
    s_value = entry.positive("s_gy_per_mbq_h")
    if dose == "organ S" and s_value is None:
        raise entry.refuse(
            "s_gy_per_mbq_h",
            "is missing",
            value=None,
            remedy='Add it with its source, or take another dose model: none is shipped for "organ S".',
        )
    curve, half_life = entry.text("curve", among=CURVES), entry.positive("half_life_h")
    return OrganWish(
        organ=entry.text("organ"),
        nuclide=entry.text("nuclide"),
        cycle=entry.whole("cycle", least=1),
        curve=curve,
        tail=entry.text("tail", among=TAILS),
        dose=dose,
        density_g_per_cm3=entry.positive("density_g_per_cm3"),
        mass_g=entry.positive("mass_g"),
        volume_sd_percent=entry.positive("volume_sd_percent"),
        point_sd_percent=entry.positive("point_sd_percent"),
        s_gy_per_mbq_h=s_value,
        s_mass_g=entry.positive("s_mass_g"),
        half_life_h=half_life,
        repair_half_time_h=_repair(entry),
        rbe=entry.positive("rbe"),
        said=entry.said(),
    )


def _repair(entry: Entry) -> tuple[float, float] | None:
    low, high = entry.positive("repair_half_time_h"), entry.positive("repair_half_time_to_h")
    if low is None and high is None:
        return None
    if low is None or (high is not None and high < low):
        raise entry.refuse(
            "repair_half_time_h and repair_half_time_to_h",
            "are no range",
            value=(low, high),
            remedy="Write the shorter first: repair_half_time_h = 1.5, repair_half_time_to_h = 2.8, say.",
        )
    return low, low if high is None else high
