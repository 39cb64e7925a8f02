"""What ``graybook.toml`` says of radionuclide images comes in as tables; checked answers and who gives them go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from graybook.files._nuclear_organs import OrganWish, organ_wish
from graybook.files._tables import Entry

__all__ = [
    "CORRECTIONS",
    "NUCLEAR_TABLES",
    "UNITS",
    "CameraSetting",
    "Clock",
    "ImageAnswer",
    "NuclearSettings",
    "OrganWish",
    "RecoverySetting",
    "clock_of",
    "nuclear_settings",
]

UNITS = {"Bq/ml": 1.0, "kBq/ml": 1e3, "MBq/ml": 1e6}
"""Units a person may say that voxels have. [Bq/ml]"""

COUNTS = "counts"
CORRECTIONS = ("START", "ADMIN", "NONE")

NUCLEAR_TABLES = ("camera", "recovery_coefficient", "nuclear_image", "nuclear_organ")
"""Tables of which there may be several, each with its author."""

UTC_HOURS = 14
"""No place on Earth is further from UTC. [h]"""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Where the clocks of files without an offset stand: a fixed offset from UTC, or a zone by its IANA name."""

    offset_minutes: int | None = None
    zone: str = ""

    @property
    def known(self) -> bool:
        """Whether a person states either."""
        return self.offset_minutes is not None or bool(self.zone)


@dataclass(frozen=True, kw_only=True)
class CameraSetting:
    """A calibration: counts per second for a MBq, and how sure activities of this camera are.

    Parameters
    ----------
    camera
        Text that the file's manufacturer, model, station name or serial number holds.
    cps_per_mbq
        The factor for images in counts; None where it speaks of images in Bq/ml alone. [cps/MBq]
    sd_percent
        One standard deviation of it, or of the activities in Bq/ml. [%]
    calibrated
        Day of the measurement.
    said
        Who states it, when, why and from which source.
    """

    camera: str
    nuclide: str
    calibrated: date
    cps_per_mbq: float | None = None
    sd_percent: float | None = None
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class RecoverySetting:
    """Recovery coefficients against volume, for one camera and nuclide: a curve 1 / (1 + (b / V)^c), or measured points.

    Parameters
    ----------
    b_cm3, c
        Of the curve; None with points. [cm³]
    points
        (volume, coefficient), rising. [cm³]
    point_sds
        One standard deviation of each of them, absolute; empty where none is stated.
    sd
        The same of any coefficient.
    volume_cm3
        Smallest and largest volume that it speaks for. [cm³]
    organs
        TG-263 names or names as found that it speaks for; empty: any of that volume.
    """

    camera: str
    nuclide: str
    volume_cm3: tuple[float, float]
    b_cm3: float | None = None
    c: float | None = None
    points: tuple[tuple[float, float], ...] = ()
    point_sds: tuple[float, ...] = ()
    sd: float | None = None
    organs: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class ImageAnswer:
    """What a person says of one image series, by its Series Instance UID.

    Parameters
    ----------
    units
        "Bq/ml", "kBq/ml", "MBq/ml" or "counts".
    decay_correction
        START, ADMIN or NONE.
    cycle
        Number of the cycle that it shows; None: by its date.
    leave_out
        True when it is not to be used.
    """

    series: str
    units: str = ""
    decay_correction: str = ""
    cycle: int | None = None
    leave_out: bool = False
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class NuclearSettings:
    """All that ``graybook.toml`` says of radionuclide images; empty when it says nothing."""

    clock: Clock = Clock()
    cameras: tuple[CameraSetting, ...] = ()
    recoveries: tuple[RecoverySetting, ...] = ()
    images: tuple[ImageAnswer, ...] = ()
    organs: tuple[OrganWish, ...] = ()


def nuclear_settings(entries: dict[str, list[Entry]]) -> NuclearSettings:
    """The settings from the tables of the file, by name."""
    return NuclearSettings(
        clock=next((clock_of(one) for one in entries["nuclear"]), Clock()),
        cameras=tuple(_camera(one) for one in entries["camera"]),
        recoveries=tuple(_recovery(one) for one in entries["recovery_coefficient"]),
        images=tuple(_image(one) for one in entries["nuclear_image"]),
        organs=tuple(organ_wish(one) for one in entries["nuclear_organ"]),
    )


def clock_of(entry: Entry) -> Clock:
    """The ``[nuclear]`` table."""
    entry.only(("utc_offset", "zone"), stamp=False)
    zone, text = entry.text("zone"), entry.text("utc_offset")
    if zone and text:
        raise entry.refuse("zone and utc_offset", "stand together", value=zone, remedy="Keep the zone.")
    if zone and not _is_zone(zone):
        raise entry.refuse("zone", "is not known", value=zone, remedy='Write zone = "Europe/Paris", say.')
    minutes = _minutes(text) if text else None
    if text and minutes is None:
        raise entry.refuse(
            "utc_offset", "is no offset from UTC", value=text, remedy='Write utc_offset = "+02:00", say.'
        )
    return Clock(offset_minutes=minutes, zone=zone)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _minutes(text: str) -> int | None:
    sign, digits = text[:1], text[1:].replace(":", "")
    if sign not in ("+", "-") or len(digits) != 4 or not digits.isdecimal():
        return None
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > UTC_HOURS or minutes > 59:
        return None
    return (1 if sign == "+" else -1) * (60 * hours + minutes)


def _camera(entry: Entry) -> CameraSetting:
    entry.only(("camera", "nuclide", "cps_per_mbq", "sd_percent", "calibrated"))
    for key in ("camera", "nuclide", "calibrated", "source"):
        entry.required(key)
    entry.required("cps_per_mbq", "sd_percent")
    calibrated = entry.day("calibrated")
    if calibrated is None:  # pragma: no cover - required above
        raise entry.refuse("calibrated", "is missing", value=None, remedy="Add calibrated = 2026-01-31.")
    return CameraSetting(
        camera=entry.text("camera"),
        nuclide=entry.text("nuclide"),
        calibrated=calibrated,
        cps_per_mbq=entry.positive("cps_per_mbq"),
        sd_percent=entry.positive("sd_percent"),
        said=entry.said(),
    )


def _recovery(entry: Entry) -> RecoverySetting:
    entry.only(("camera", "nuclide", "points", "b_cm3", "c", "sd", "from_cm3", "to_cm3", "organs"))
    for key in ("camera", "nuclide", "source"):
        entry.required(key)
    points = tuple(_point(one) for one in entry.tables("points"))
    b, c = entry.positive("b_cm3"), entry.positive("c")
    if bool(points) == (b is not None and c is not None) or (b is None) != (c is None):
        raise entry.refuse(
            "points, or b_cm3 and c",
            "must be given, one of the two",
            value=dict(entry.values),
            remedy="Write points = [{ volume_cm3 = 10, coefficient = 0.6 }, ...], or b_cm3 and c.",
        )
    if any(after[0] <= before[0] for before, after in pairwise(points)):
        raise entry.refuse("points", "do not rise in volume", value=points, remedy="Put them in order.")
    low, high = entry.positive("from_cm3"), entry.positive("to_cm3")
    if points and low is None and high is None:
        low, high = points[0][0], points[-1][0]
    if low is None or high is None or low > high:
        raise entry.refuse(
            "from_cm3 and to_cm3",
            "must both be given, the smaller first",
            value=(low, high),
            remedy="Write the volumes that were measured: from_cm3 = 5, to_cm3 = 300, say.",
        )
    return RecoverySetting(
        camera=entry.text("camera"),
        nuclide=entry.text("nuclide"),
        volume_cm3=(low, high),
        b_cm3=b,
        c=c,
        points=points,
        point_sds=_point_sds(entry),
        sd=entry.positive("sd"),
        organs=entry.texts("organs"),
        said=entry.said(),
    )


def _point(entry: Entry) -> tuple[float, float]:
    entry.only(("volume_cm3", "coefficient", "sd"), stamp=False)
    entry.required("volume_cm3")
    entry.required("coefficient")
    coefficient = entry.positive("coefficient") or 0.0
    if coefficient > MOST_RECOVERED:
        raise entry.refuse(
            "coefficient",
            "is no recovery coefficient",
            value=coefficient,
            remedy="Write the share of the true activity that is seen, 0.6 say, not a percentage.",
        )
    return entry.positive("volume_cm3") or 0.0, coefficient


def _point_sds(entry: Entry) -> tuple[float, ...]:
    """The error of each point; of none unless every point or ``sd`` states one."""
    given = [one.positive("sd") for one in entry.tables("points")]
    filled = [entry.positive("sd") if one is None else one for one in given]
    known = [one for one in filled if one is not None]
    return tuple(known) if len(known) == len(filled) else ()


MOST_RECOVERED = 1.5
"""A coefficient above this is a percentage or a factor the other way round; edge artefacts give a little more than 1."""


def _image(entry: Entry) -> ImageAnswer:
    entry.only(("series", "units", "decay_correction", "cycle", "leave_out"))
    entry.required("series")
    entry.required("units", "decay_correction", "cycle", "leave_out")
    return ImageAnswer(
        series=entry.text("series"),
        units=entry.text("units", among=(*UNITS, COUNTS)),
        decay_correction=entry.text("decay_correction", among=CORRECTIONS),
        cycle=entry.whole("cycle", least=1),
        leave_out=entry.flag("leave_out"),
        said=entry.said(),
    )
