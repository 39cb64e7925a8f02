"""Curve points: loose times, activities and errors of a region come in; the same in time order, each of them possible, go out."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log

import numpy as np
import numpy.typing as npt

from graybook.errors import InputError, UsageError
from graybook.geometry.arrays import FloatArray, read_only

__all__ = ["Points", "checked_points"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """Points of a curve in time order, with how much each weighs."""

    times: FloatArray
    values: FloatArray
    sds: FloatArray | None
    slowest: float
    organ: str

    @property
    def name(self) -> str:
        """For errors."""
        return self.organ or "the region"

    @property
    def weights(self) -> FloatArray:
        """One over the stated errors; 1 without them."""
        return np.ones(len(self.times)) if self.sds is None else 1.0 / self.sds

    @property
    def distinct(self) -> int:
        """Number of different times."""
        return len(set(self.times.tolist()))

    @property
    def fastest(self) -> float:
        """A rate whose exponential has vanished before the first point after the start. [1/h]"""
        first = float(self.times[self.times > 0].min())
        return max(40.0 / first, 10.0 * self.slowest)


def checked_points(
    times_h: npt.ArrayLike,
    activity_mbq: npt.ArrayLike,
    *,
    sd_mbq: npt.ArrayLike | None,
    physical_half_life_h: float,
    organ: str,
) -> Points:
    """Points of a curve in time order, each above 0 MBq and none before the administration."""
    times = np.atleast_1d(np.asarray(times_h, dtype=np.float64))
    values = np.atleast_1d(np.asarray(activity_mbq, dtype=np.float64))
    name = organ or "the region"
    if times.ndim != 1 or times.shape != values.shape or not times.size:
        raise UsageError(
            f"Times and activities of {name} do not belong together.",
            value=(times.shape, values.shape),
            remedy="Give one activity for each time, at least one.",
        )
    if not 0.0 < physical_half_life_h < inf:
        raise UsageError(
            f"The physical half-life for {name} must be above 0.",
            value=physical_half_life_h,
            remedy="Give it in hours.",
        )
    for time, value in zip(times.tolist(), values.tolist(), strict=True):
        _check_point(name, time, value)
    if not bool((times > 0).any()):
        raise InputError(
            f"No activity of {name} was measured after the start of the administration.",
            value=times.tolist(),
            remedy="Give times in hours after the start of the administration.",
        )
    order = np.argsort(times, kind="stable")
    sds = None if sd_mbq is None else _checked_errors(name, times, sd_mbq)[order]
    return Points(
        times=read_only(times[order]),
        values=read_only(values[order]),
        sds=None if sds is None else read_only(sds),
        slowest=log(2.0) / physical_half_life_h,
        organ=organ,
    )


def _check_point(name: str, time: float, value: float) -> None:
    if not 0.0 <= time < inf:
        raise InputError(
            f"An activity of {name} was measured before the administration, or at no known time.",
            value=f"{time:g} h",
            remedy="Check dates and times of the image and of the administration.",
        )
    if not 0.0 < value < inf:
        raise InputError(
            f"The activity of {name} at {time:g} h is not above 0 MBq.",
            value=f"{value:g} MBq",
            remedy="Check region and calibration; where nothing was seen leave this time out: a curve through 0 has no rate.",
        )


def _checked_errors(name: str, times: FloatArray, sd_mbq: npt.ArrayLike) -> FloatArray:
    sds = np.broadcast_to(np.asarray(sd_mbq, dtype=np.float64), times.shape).copy()
    for time, sd in zip(times.tolist(), sds.tolist(), strict=True):
        if not 0.0 < sd < inf:
            raise InputError(
                f"The error of the activity of {name} at {time:g} h is not above 0 MBq.",
                value=f"{sd:g} MBq",
                remedy="Give one standard deviation for each point, or none at all: then the scatter about the curve is the error.",
            )
    return sds
