"""Time and half-life come in; what is left of an activity, and how many decays it makes, go out."""

from __future__ import annotations

import math

import numpy as np

from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray

__all__ = [
    "J_PER_KEV",
    "SECONDS_PER_HOUR",
    "decay_factor",
    "decay_rate_per_h",
    "half_life_h",
    "mbq_h_of_all_decays",
]

J_PER_KEV = 1.602176634e-16
"""Joules in a kiloelectronvolt: exact since the SI of 2019."""

SECONDS_PER_HOUR = 3600.0


def decay_rate_per_h(half_life_h: float) -> float:
    """
    Rate of decay ln 2 / T. [1/h]

    Parameters
    ----------
    half_life_h
        Half-life T. [h]

    Raises
    ------
    UsageError
        The half-life is not above 0.
    """
    if not 0.0 < half_life_h < math.inf:
        raise UsageError("A half-life is above 0 h.", value=half_life_h, remedy="Give a half-life in hours.")
    return math.log(2.0) / half_life_h


def half_life_h(rate_per_h: float) -> float:
    """Half-life of a rate of decay: the inverse of :func:`decay_rate_per_h`. [h]"""
    if not 0.0 < rate_per_h < math.inf:
        raise UsageError(
            "A rate of decay is above 0 per hour.", value=rate_per_h, remedy="Give a rate in 1/h."
        )
    return math.log(2.0) / rate_per_h


def decay_factor(hours: float | FloatArray, half_life_h: float) -> FloatArray:
    """
    Share of an activity that is left after a time; above 1 for a time before.

    Parameters
    ----------
    hours
        Time since the moment the activity is known at. [h]
    half_life_h
        Physical half-life. [h]

    Examples
    --------
    >>> float(decay_factor(48.0, 24.0))
    0.25
    """
    factor: FloatArray = np.exp(-decay_rate_per_h(half_life_h) * np.asarray(hours, dtype=np.float64))
    return factor


def mbq_h_of_all_decays(activity_mbq: float, half_life_h: float) -> float:
    """
    Time-integrated activity of an activity that stays until all of it has decayed: A T / ln 2. [MBq h]

    Examples
    --------
    >>> round(mbq_h_of_all_decays(1.0, math.log(2.0)), 9)
    1.0
    """
    return activity_mbq / decay_rate_per_h(half_life_h)
