"""Calibration: counts a second, and what a phantom gave, come in; activities, and the error they share, go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import exp, expm1, inf, log, sqrt

from graybook.errors import InputError, NotComparable, UsageError

__all__ = ["Calibration", "CalibrationNote", "DeadTime", "calibration_of_phantom", "true_over_observed"]


class DeadTime(StrEnum):
    """How a detector loses counts."""

    PARALYSABLE = "paralysable"
    """observed = true · exp(-true · τ)"""
    NON_PARALYSABLE = "non-paralysable"
    """observed = true / (1 + true · τ)"""


class CalibrationNote(StrEnum):
    """What does not fit between a calibration and an image."""

    OTHER_NUCLIDE = "other_nuclide"
    OTHER_CAMERA = "other_camera"
    AFTER_IMAGE = "after_image"
    """Measured after the image."""
    OLD = "old"
    """Measured more than a year before the image."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Counts per second that a camera gives per activity, with when, where and of which nuclide it was measured.

    Parameters
    ----------
    cps_per_mbq, sd_cps_per_mbq
        Value and standard error. The error is shared by all images of this camera. [1/(s MBq)]
    measured
        Day.
    camera
        Manufacturer, model, station and collimator, as the person writes them.
    nuclide
        As ``Lu-177``.
    dead_time_us
        Of the detector for the counts of the whole field; None: not corrected. [µs]
    dead_time
        How counts are lost.
    source
        Who says so.

    Examples
    --------
    >>> from datetime import date
    >>> camera = Calibration(
    ...     cps_per_mbq=10.0, sd_cps_per_mbq=0.3, measured=date(2026, 3, 1), camera="A", nuclide="Lu-177"
    ... )
    >>> camera.activity_mbq(500.0), camera.relative_sd
    (50.0, 0.03)
    """

    cps_per_mbq: float
    sd_cps_per_mbq: float
    measured: date
    camera: str
    nuclide: str
    dead_time_us: float | None = None
    dead_time: DeadTime = DeadTime.PARALYSABLE
    source: str = ""

    def __post_init__(self) -> None:
        if not 0.0 < self.cps_per_mbq < inf or not 0.0 <= self.sd_cps_per_mbq < inf:
            raise InputError(
                f"The calibration of {self.camera} for {self.nuclide} is not above 0, or its error is below 0.",
                value=(self.cps_per_mbq, self.sd_cps_per_mbq),
                remedy="Give counts per second and MBq, and one standard deviation.",
            )
        if self.dead_time_us is not None and not 0.0 <= self.dead_time_us < inf:
            raise InputError(
                f"The dead time of {self.camera} is below 0.",
                value=self.dead_time_us,
                remedy="Give it in microseconds, or leave it out.",
            )

    @property
    def relative_sd(self) -> float:
        """Standard error over value."""
        return self.sd_cps_per_mbq / self.cps_per_mbq

    def activity_mbq(self, counts_per_s: float, *, field_counts_per_s: float | None = None) -> float:
        """
        Activity of a region.

        Parameters
        ----------
        counts_per_s
            Of the region. [1/s]
        field_counts_per_s
            Observed over the whole detector, by which dead time is corrected; needed where a dead time is set. [1/s]
        """
        if not 0.0 <= counts_per_s < inf:
            raise InputError(
                f"A count rate on {self.camera} is below 0.",
                value=counts_per_s,
                remedy="Check scatter correction and units of the image.",
            )
        factor = 1.0
        if self.dead_time_us:
            if field_counts_per_s is None:
                raise UsageError(
                    f"Dead time of {self.camera} needs the count rate of the whole field.",
                    remedy="Give the observed count rate of the detector, or leave the dead time out.",
                )
            factor = true_over_observed(field_counts_per_s, self.dead_time_us, self.dead_time)
        return counts_per_s * factor / self.cps_per_mbq

    def notes(self, *, nuclide: str, camera: str, imaged: date) -> tuple[CalibrationNote, ...]:
        """What does not fit between this calibration and an image."""
        days = (imaged - self.measured).days
        found = [
            (nuclide != self.nuclide, CalibrationNote.OTHER_NUCLIDE),
            (camera != self.camera, CalibrationNote.OTHER_CAMERA),
            (days < 0, CalibrationNote.AFTER_IMAGE),
            (days > 366, CalibrationNote.OLD),
        ]
        return tuple(note for holds, note in found if holds)


def true_over_observed(observed_per_s: float, dead_time_us: float, kind: DeadTime) -> float:
    """
    Factor by which observed counts are to be multiplied.

    Examples
    --------
    A detector with 1 µs that sees 100 000 counts a second:

    >>> round(true_over_observed(1e5, 1.0, DeadTime.NON_PARALYSABLE), 6)
    1.111111
    >>> true = 1e5 * true_over_observed(1e5, 1.0, DeadTime.PARALYSABLE)
    >>> round(true * exp(-true * 1e-6), 3)
    100000.0
    """
    lost = observed_per_s * dead_time_us * 1e-6
    if not 0.0 <= lost < (exp(-1.0) if kind is DeadTime.PARALYSABLE else 1.0):
        raise NotComparable(
            "The observed count rate is more than a detector with this dead time can show.",
            value=f"{observed_per_s:g}/s at {dead_time_us:g} µs",
            remedy="Check the dead time and the count rate.",
        )
    if kind is DeadTime.NON_PARALYSABLE:
        return 1.0 / (1.0 - lost)
    exponent = 0.0  # the root of x = lost · exp(x) below 1, by Newton
    for _ in range(60):
        value = lost * exp(exponent)
        exponent -= (exponent - value) / (1.0 - value)
    return exp(exponent)


def calibration_of_phantom(
    counts_per_s: float,
    *,
    sd_counts_per_s: float,
    activity_mbq: float,
    sd_activity_mbq: float,
    assayed: datetime,
    imaged: datetime,
    duration_s: float,
    half_life_h: float,
    camera: str,
    nuclide: str,
    source: str = "",
) -> Calibration:
    r"""
    Calibration from one image of a phantom, whose activity decays from the assay to the image and during it.

    .. math:: Q = \frac{\dot{C}}{A_0\, 2^{-\Delta t/T}} \cdot \frac{\lambda d}{1 - e^{-\lambda d}}

    Parameters
    ----------
    counts_per_s, sd_counts_per_s
        Mean over the acquisition, and standard error. [1/s]
    activity_mbq, sd_activity_mbq
        At the assay, and standard error (activity meter, volume, residue). [MBq]
    assayed, imaged
        Moment of the assay and start of the image, of one clock.
    duration_s
        Of the acquisition. [s]
    half_life_h
        Physical. [h]
    camera, nuclide, source
        As of :class:`Calibration`.

    Examples
    --------
    A hundred megabecquerel that halve before the image, seen with 500 counts a second:

    >>> found = calibration_of_phantom(
    ...     500.0, sd_counts_per_s=5.0, activity_mbq=100.0, sd_activity_mbq=2.0, assayed=datetime(2026, 3, 1, 8),
    ...     imaged=datetime(2026, 3, 2, 8), duration_s=0.0, half_life_h=24.0, camera="A", nuclide="X",
    ... )
    >>> round(found.cps_per_mbq, 9), round(found.relative_sd, 6)
    (10.0, 0.022361)
    """
    if (assayed.tzinfo is None) != (imaged.tzinfo is None):
        raise InputError(
            f"Assay and image of the phantom on {camera} have no common clock.",
            value=(assayed.isoformat(), imaged.isoformat()),
            remedy="Give both with their offset from UTC, or both without.",
        )
    for value, what in (
        (counts_per_s, "count rate"),
        (activity_mbq, "activity"),
        (half_life_h, "half-life"),
    ):
        if not 0.0 < value < inf:
            raise InputError(
                f"The {what} of the phantom on {camera} is not above 0.",
                value=value,
                remedy="Check the phantom's measurement.",
            )
    hours = (imaged - assayed).total_seconds() / 3600.0
    decay = log(2.0) / half_life_h
    during = decay * duration_s / 3600.0
    mean_activity = activity_mbq * exp(-decay * hours) * (-expm1(-during) / during if during else 1.0)
    relative = sqrt((sd_counts_per_s / counts_per_s) ** 2 + (sd_activity_mbq / activity_mbq) ** 2)
    value = counts_per_s / mean_activity
    return Calibration(
        cps_per_mbq=value,
        sd_cps_per_mbq=value * relative,
        measured=imaged.date(),
        camera=camera,
        nuclide=nuclide,
        source=source,
    )
