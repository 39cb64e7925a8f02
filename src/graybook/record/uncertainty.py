"""Uncertainty: what a person asks of the Monte Carlo and states of the random terms, each with author, date and reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from graybook.errors import InputError
from graybook.record.override import Override

__all__ = ["FEWEST_SAMPLES", "MOST", "MOST_SAMPLES", "Spread", "SpreadTerm", "Uncertainty"]

SpreadTerm = Literal["registration", "dose", "delivery"]
"""Random terms: where a course's dose lies, the ``dose`` as it was calculated, its ``delivery``."""

FEWEST_SAMPLES, MOST_SAMPLES = 100, 100_000
"""Below, the ends of a 90 % band rest on fewer than five samples; above, nothing is gained."""

MOST: Mapping[SpreadTerm, float] = MappingProxyType({"registration": 100.0, "dose": 50.0, "delivery": 50.0})
"""What is larger is a mistake of scale. [mm, %, %]"""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """
    The size of a random term, as a named person states it.

    Parameters
    ----------
    term
        Which.
    size
        Of ``registration`` the error that 95 % keep within, in place of an assumed one [mm]; of ``dose`` and ``delivery`` one
        standard deviation [%].
    by
        Author, date, reason and source.
    course
        Id, label or start date of the course; empty for every course that is not named by itself.
    """

    term: SpreadTerm
    size: float
    by: Override
    course: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.size <= MOST[self.term]:
            raise InputError(
                f"The uncertainty of {self.term} is out of range.",
                value=self.size,
                remedy=f"Give a number from 0 to {MOST[self.term]:g}.",
            )


@dataclass(frozen=True, kw_only=True)
class Uncertainty:
    """
    How the uncertainty is computed when it is asked for.

    Parameters
    ----------
    samples
        How often every course is drawn anew.
    seed
        The same seed gives the same figures.
    correlation_mm
        Length over which registration errors are alike; None for the engine's own. [mm]
    spreads
        What is stated of random terms; a course's own before that of all courses.
    """

    samples: int = 1000
    seed: int = 1
    correlation_mm: float | None = None
    spreads: tuple[Spread, ...] = ()

    def __post_init__(self) -> None:
        if not FEWEST_SAMPLES <= self.samples <= MOST_SAMPLES:
            raise InputError(
                "The number of samples is out of range.",
                value=self.samples,
                remedy=f"Ask for {FEWEST_SAMPLES} to {MOST_SAMPLES}.",
            )
        if self.seed < 0 or (self.correlation_mm is not None and not self.correlation_mm > 0.0):
            raise InputError(
                "A seed is a whole number of at least 0, a correlation length is above 0 mm.",
                value=(self.seed, self.correlation_mm),
                remedy="Give others.",
            )

    def spread(self, term: SpreadTerm, names: Collection[str]) -> Spread | None:
        """What is stated of a term of the course with these names, else of all courses; None where nothing is."""
        of_term = [one for one in self.spreads if one.term == term]
        own = [one for one in of_term if one.course in names and one.course]
        return next(iter([*own, *(one for one in of_term if not one.course)]), None)
