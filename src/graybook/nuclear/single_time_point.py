"""Single time point: one activity and what is known of the half-life come in; time-integrated activity with its error goes out."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, fsum, inf, log, sqrt

from graybook.errors import InputError, UsageError

__all__ = [
    "HANSCHEID",
    "HANSCHEID_VALID",
    "MADSEN",
    "SingleTimePoint",
    "hanscheid",
    "hanscheid_ratio",
    "madsen",
    "madsen_ratio",
]

HANSCHEID = "method of Hänscheid, as examined in PMC8882881"
MADSEN = "method of Madsen, as examined in PMC8882881"

HANSCHEID_VALID = (0.765, 2.43)
"""Times over the effective half-life between which Hänscheid's error stays within -10 and +6.2 %."""


@dataclass(frozen=True, kw_only=True)
class SingleTimePoint:
    """Time-integrated activity from one activity.

    Parameters
    ----------
    method
        ``hanscheid`` or ``madsen``.
    time_h, activity_mbq
        The one point. [h], [MBq]
    mbq_h
        Time-integrated activity. [MBq h]
    sd_mbq_h
        Standard error: of the activity and of what the patient's half-life may be; None where one is not known. [MBq h]
    ratio_low, ratio_high
        Smallest and largest ratio of this to the truth over the half-lives that were stated; None without them.
    source
        Citation.
    """

    method: str
    time_h: float
    activity_mbq: float
    mbq_h: float
    sd_mbq_h: float | None
    ratio_low: float | None
    ratio_high: float | None
    source: str


def hanscheid_ratio(time_h: float, half_life_h: float) -> float:
    r"""
    Hänscheid's time-integrated activity over the true one of a single exponential.

    .. math:: 2 \frac{t}{T} 2^{-t/T}

    which is 1 at t = T and at t = 2T, and never more than 2/(e ln 2) = 1.0615.

    Examples
    --------
    >>> hanscheid_ratio(50, 50), hanscheid_ratio(100, 50), round(hanscheid_ratio(50 / log(2), 50), 4)
    (1.0, 1.0, 1.0615)
    """
    x = time_h / half_life_h
    return float(2.0 * x * 2.0**-x)


def madsen_ratio(time_h: float, half_life_h: float, population_half_life_h: float) -> float:
    """
    Madsen's time-integrated activity over the true one of a single exponential.

    Examples
    --------
    >>> round(madsen_ratio(72, 40, 50), 5)
    0.97396
    """
    population, own = log(2.0) / population_half_life_h, log(2.0) / half_life_h
    return own / population * exp((population - own) * time_h)


def hanscheid(
    time_h: float,
    activity_mbq: float,
    *,
    sd_mbq: float | None = None,
    half_life_h: tuple[float, float] | None = None,
    organ: str = "",
) -> SingleTimePoint:
    r"""
    Time-integrated activity from one point, without a half-life.

    .. math:: \tilde{A} \approx \frac{2\, A(t)\, t}{\ln 2}

    Parameters
    ----------
    time_h, activity_mbq, sd_mbq
        The point and its standard error, decay included. [h], [MBq]
    half_life_h
        Shortest and longest effective half-life to reckon with: says between which ratios to the truth the result may lie. [h]
    organ
        Named in errors.

    Examples
    --------
    >>> round(hanscheid(100.0, 25.0).mbq_h, 3)
    7213.475
    """
    _check(time_h, activity_mbq, sd_mbq, organ)
    total = 2.0 * activity_mbq * time_h / log(2.0)
    ratios = None if half_life_h is None else _hanscheid_range(time_h, *_checked(half_life_h, organ))
    sd = None
    if sd_mbq is not None and ratios is not None:
        sd = _combined(total, sd_mbq / activity_mbq, [log(one) for one in ratios])
    return SingleTimePoint(
        method="hanscheid",
        time_h=time_h,
        activity_mbq=activity_mbq,
        mbq_h=total,
        sd_mbq_h=sd,
        ratio_low=None if ratios is None else ratios[0],
        ratio_high=None if ratios is None else ratios[1],
        source=HANSCHEID,
    )


def madsen(
    time_h: float,
    activity_mbq: float,
    *,
    population_half_life_h: float,
    half_life_h: tuple[float, float] | None = None,
    sd_mbq: float | None = None,
    organ: str = "",
) -> SingleTimePoint:
    r"""
    Time-integrated activity from one point and the mean effective half-life of a population, or of the patient's earlier cycle.

    .. math:: \tilde{A} = \frac{A(t)\, e^{\lambda t}}{\lambda}, \qquad \lambda = \frac{\ln 2}{T_\mathrm{pop}}

    Parameters
    ----------
    time_h, activity_mbq, sd_mbq
        The point and its standard error, decay included. [h], [MBq]
    population_half_life_h
        Effective. [h]
    half_life_h
        Shortest and longest effective half-life to reckon with in this patient. [h]
    organ
        Named in errors.

    Examples
    --------
    >>> round(madsen(50.0, 50.0, population_half_life_h=50.0).mbq_h, 3)
    7213.475
    """
    _check(time_h, activity_mbq, sd_mbq, organ)
    if not 0.0 < population_half_life_h < inf:
        raise UsageError(
            "The population's effective half-life must be above 0.",
            value=population_half_life_h,
            remedy="Give it in hours, with its source.",
        )
    rate = log(2.0) / population_half_life_h
    total = activity_mbq * exp(rate * time_h) / rate
    ratios = None
    if half_life_h is not None:
        short, long = _checked(half_life_h, organ)
        ratios = _madsen_range(time_h, short, long, population_half_life_h)
    sd = None
    if sd_mbq is not None and ratios is not None:
        sd = _combined(total, sd_mbq / activity_mbq, [log(one) for one in ratios])
    return SingleTimePoint(
        method="madsen",
        time_h=time_h,
        activity_mbq=activity_mbq,
        mbq_h=total,
        sd_mbq_h=sd,
        ratio_low=None if ratios is None else ratios[0],
        ratio_high=None if ratios is None else ratios[1],
        source=MADSEN,
    )


def _hanscheid_range(time_h: float, short: float, long: float) -> tuple[float, float]:
    """Smallest and largest ratio; between the ends it has one maximum, at T = t ln 2."""
    ends = [hanscheid_ratio(time_h, short), hanscheid_ratio(time_h, long)]
    top = time_h * log(2.0)
    if short < top < long:
        ends.append(hanscheid_ratio(time_h, top))
    return min(ends), max(ends)


def _madsen_range(time_h: float, short: float, long: float, population_h: float) -> tuple[float, float]:
    """Smallest and largest ratio; between the ends it has one maximum, at T = t ln 2."""
    ends = [madsen_ratio(time_h, short, population_h), madsen_ratio(time_h, long, population_h)]
    top = time_h * log(2.0)
    if short < top < long:
        ends.append(madsen_ratio(time_h, top, population_h))
    return min(ends), max(ends)


def _combined(total: float, relative: float, log_ratios: list[float]) -> float:
    """Relative error of the activity, and the larger end of the ratio taken as 5 or 95 %, in quadrature."""
    method = max(abs(one) for one in log_ratios) / 1.645
    return total * sqrt(fsum([relative**2, method**2]))


def _checked(half_life_h: tuple[float, float], organ: str) -> tuple[float, float]:
    short, long = half_life_h
    if not 0.0 < short <= long < inf:
        raise UsageError(
            f"The effective half-lives of {organ or 'the region'} are not a range.",
            value=half_life_h,
            remedy="Give the shortest and the longest in hours, above 0.",
        )
    return short, long


def _check(time_h: float, activity_mbq: float, sd_mbq: float | None, organ: str) -> None:
    name = organ or "the region"
    if not 0.0 < time_h < inf:
        raise InputError(
            f"The one activity of {name} was not measured after the administration.",
            value=f"{time_h:g} h",
            remedy="Check dates and times of the image and of the administration.",
        )
    if not 0.0 < activity_mbq < inf:
        raise InputError(
            f"The activity of {name} at {time_h:g} h is not above 0 MBq.",
            value=f"{activity_mbq:g} MBq",
            remedy="Check region and calibration.",
        )
    if sd_mbq is not None and not 0.0 < sd_mbq < inf:
        raise InputError(
            f"The error of the activity of {name} at {time_h:g} h is not above 0 MBq.",
            value=f"{sd_mbq:g} MBq",
            remedy="Give one standard deviation, or none.",
        )
