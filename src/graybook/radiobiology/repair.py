"""Repair: half-times of sublethal damage and their shares come in; what is left after a time goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import fsum, inf, isclose, log

from graybook.errors import UsageError
from graybook.radiobiology.model import at_least_zero

__all__ = ["Repair", "decay_constant"]


@dataclass(frozen=True, kw_only=True)
class Repair:
    """
    First-order repair with one half-time, or several that each repair a share of the damage (bi-exponential repair).

    Parameters
    ----------
    half_times_h
        Half-times; 0 is repair at once. [h]
    shares
        Share of the damage that each half-time repairs; together 1.

    Notes
    -----
    The quadratic term of BED is linear in the remaining damage, so every factor of protraction is the mean of the factors of the
    single half-times, weighted with the shares. Authors who give a partition coefficient c of slow to fast repair (Millar and
    Canney 1993, doi:10.1080/09553009314551431) mean the shares 1/(1 + c) and c/(1 + c).

    Examples
    --------
    >>> Repair.single(1.5)
    Repair(half_times_h=(1.5,), shares=(1.0,))
    >>> Repair.partitioned(fast_h=0.2, slow_h=2.0, partition=1.0).shares
    (0.5, 0.5)
    """

    half_times_h: tuple[float, ...]
    shares: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        for half_time in self.half_times_h:
            at_least_zero(half_time, "repair half-time", "hours")
        if len(self.shares) != len(self.half_times_h) or any(not 0 <= share <= 1 for share in self.shares):
            raise UsageError(
                "Each repair half-time needs its share of the damage, from 0 to 1.",
                value=(self.half_times_h, self.shares),
                remedy="Give as many shares as half-times.",
            )
        if not isclose(fsum(self.shares), 1.0, abs_tol=1e-9):
            raise UsageError(
                "The shares of the repair half-times must add up to 1.",
                value=self.shares,
                remedy="Divide each by their sum.",
            )

    @classmethod
    def single(cls, half_time_h: float) -> Repair:
        """Repair with one half-time. [h]"""
        return cls(half_times_h=(half_time_h,))

    @classmethod
    def partitioned(cls, *, fast_h: float, slow_h: float, partition: float) -> Repair:
        """Repair with a fast and a slow half-time [h] and the partition coefficient of slow to fast."""
        slow = at_least_zero(partition, "partition coefficient", "a plain number") / (1.0 + partition)
        return cls(half_times_h=(fast_h, slow_h), shares=(1.0 - slow, slow))

    def mean(self, factor: Callable[[float], float]) -> float:
        """Mean over the half-times of a factor of the repair rate μ. [1/h]"""
        rates = (decay_constant(half_time) for half_time in self.half_times_h)
        return fsum(share * factor(rate) for rate, share in zip(rates, self.shares, strict=True))


def decay_constant(half_time_h: float) -> float:
    """Rate of an exponential with a half-time; infinite for 0. [1/h]"""
    return log(2.0) / half_time_h if half_time_h else inf
