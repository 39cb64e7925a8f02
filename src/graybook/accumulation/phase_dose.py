"""Phase dose: a field of the planned dose and the numbers of fractions come in; dose per fraction at points goes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graybook.accumulation.fractions_a_day import AT_ONCE, NEVER, FractionsADay
from graybook.errors import InputError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.field import Field, sampled_where_defined

__all__ = ["PhaseDose", "PhaseSamples"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PhaseSamples:
    """One phase at n points. ``low`` and ``high`` are the planned total dose at both ends of rule 9. [Gy]

    ``fractions`` pairs (planned, delivered) for the low end and for the high end: they differ when sessions were interrupted or the
    number is bracketed
    (rule 5: more fractions, less effect). ``incomplete_repair`` is H_m of fractions given several a day, at both ends: 0 where
    repair between fractions is complete.
    """

    low_gy: FloatArray
    high_gy: FloatArray
    inside: BoolArray
    fractions_low: tuple[int, int]
    fractions_high: tuple[int, int]
    incomplete_repair: tuple[float, float] = (0.0, 0.0)

    @cached_property
    def is_certain(self) -> bool:
        """Whether both ends of rules 5 and 9, and of repair, are the same at every point."""
        if self.fractions_low != self.fractions_high or len(set(self.incomplete_repair)) > 1:
            return False
        return self.high_gy is self.low_gy or np.array_equal(self.low_gy, self.high_gy)

    def planned(self, *, high: bool) -> tuple[FloatArray, int]:
        """Dose of all planned fractions [Gy], and their number."""
        return (self.high_gy, self.fractions_high[0]) if high else (self.low_gy, self.fractions_low[0])

    def fraction_gy(self, *, high: bool) -> FloatArray:
        """Dose per fraction d = D_plan / n_planned, whatever was delivered (rule 1). [Gy]"""
        dose_gy, planned = self.planned(high=high)
        return dose_gy / planned

    def sessions(self, *, high: bool) -> int:
        """Fractions delivered."""
        return self.fractions_high[1] if high else self.fractions_low[1]

    def delivered_gy(self, *, high: bool) -> FloatArray:
        """Physical dose delivered, d x n_delivered. [Gy]"""
        return self.fraction_gy(high=high) * self.sessions(high=high)


@dataclass(frozen=True, kw_only=True, eq=False)
class PhaseDose:
    """One phase as a field.

    Parameters
    ----------
    id
        Of the phase.
    field
        Photon-isoeffective dose of all planned fractions, seen from the frame of the points. [Gy]
    planned, delivered
        Numbers of fractions; None when only a range is known.
    partial
        Sessions begun and not completed: none at the low end, whole ones at the high end.
    fractions_range
        (n_min, n_max) when the number is not known.
    day
        How several fractions a day were given; None for one a day.
    incomplete_repair
        H_m in the tissue that is asked about, at both ends; complete repair unless :meth:`repairing` says otherwise.
    """

    id: str
    field: Field
    planned: int | None
    delivered: int | None
    partial: int = 0
    fractions_range: tuple[int, int] | None = None
    day: FractionsADay | None = None
    incomplete_repair: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if self.planned is not None:
            if self.planned < 1:
                raise InputError(
                    f"Phase {self.id} has no planned fraction.",
                    value=self.planned,
                    remedy="Give fractions_planned.",
                )
        elif self.fractions_range is None or not 1 <= self.fractions_range[0] <= self.fractions_range[1]:
            raise InputError(
                f"The number of fractions of phase {self.id} is unknown.",
                value=self.fractions_range,
                remedy="Give fractions_min and fractions_max in graybook.toml.",
            )

    @property
    def fractions_low(self) -> tuple[int, int]:
        """(planned, delivered) of the end with less effect."""
        if self.planned is not None:
            return self.planned, self.planned if self.delivered is None else self.delivered
        assert self.fractions_range is not None  # noqa: S101  (checked on construction)
        n_max = self.fractions_range[1]
        return n_max, n_max

    @property
    def fractions_high(self) -> tuple[int, int]:
        """(planned, delivered) of the end with more effect."""
        if self.planned is not None:
            planned, delivered = self.fractions_low
            return planned, delivered + self.partial
        assert self.fractions_range is not None  # noqa: S101  (checked on construction)
        n_min = self.fractions_range[0]
        return n_min, n_min

    def repairing(self, half_time_h: float | None) -> PhaseDose:
        """The phase in tissue of a half-time of repair; without one, from complete repair to none within the day. [h]"""
        if self.day is None:
            return self
        ends = (AT_ONCE, NEVER) if half_time_h is None else (half_time_h, half_time_h)
        given = (self.fractions_low[1], self.fractions_high[1])
        low, high = (self.day.incomplete_repair(n, end) for n, end in zip(given, ends, strict=True))
        return replace(self, incomplete_repair=(low, high))

    def sample(self, points_mm: FloatArray) -> PhaseSamples:
        """The phase at points (n, 3) of the field's frame; where a point is NaN, any of the field's doses may be its own."""
        samples = sampled_where_defined(self.field, points_mm)
        return PhaseSamples(
            low_gy=samples.low,
            high_gy=samples.low if samples.inside.all() else samples.high,
            inside=samples.inside,
            fractions_low=self.fractions_low,
            fractions_high=self.fractions_high,
            incomplete_repair=self.incomplete_repair,
        )
