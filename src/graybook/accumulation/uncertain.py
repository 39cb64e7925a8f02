"""Uncertain: what a Monte Carlo is asked comes in, checked; nouns of structures, courses and assumptions go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from graybook.accumulation.equieffective import CourseDose
from graybook.dvh.metrics import Metric
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray, points_array

__all__ = [
    "CORRELATION_MM",
    "SHARE_95",
    "Assumption",
    "RandomTerms",
    "Simulated",
    "UncertainCourse",
    "UncertainStructure",
]

CORRELATION_MM = 30.0
"""Distance at which errors of registration are alike by exp(-1/2) = 0.61. [mm]

Graybook's own choice, no published figure could be read: bands hold at twice the length as well (``docs/science/uncertainty.md``).
"""

SHARE_95 = 2.795483482915108
"""Length that 95 % of vectors with three independent standard normal components keep within.

The root of the 95 % point of χ² with 3 degrees of freedom, at which erf(r / √2) - √(2 / π) r exp(-r² / 2) = 0.95.
"""


@dataclass(frozen=True, kw_only=True)
class RandomTerms:
    """How the random terms are drawn.

    Parameters
    ----------
    samples
        How many times.
    seed
        The same seed, the same draws: of each term and course its own, whatever else is asked.
    correlation_mm
        Errors of registration at two points are alike by exp(-r² / 2 c²) at a distance r. [mm]
    """

    samples: int = 1000
    seed: int = 1
    correlation_mm: float = CORRELATION_MM

    def __post_init__(self) -> None:
        if self.samples < 1 or self.seed < 0 or not 0.0 < self.correlation_mm < np.inf:
            raise UsageError(
                "Random terms need at least one sample, a seed from 0 on and a correlation length above zero.",
                value=(self.samples, self.seed, self.correlation_mm),
                remedy="Correct the settings of the uncertainty.",
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class UncertainCourse:
    """One course at one structure's points.

    Parameters
    ----------
    dose
        Its phases, as fields that take ``points_mm``; in the tissue's repair (:meth:`CourseDose.repairing`) where that matters.
    points_mm
        Where each of the structure's points lies when nothing is off (n, 3); NaN where that is not defined. [mm]
    error_mm
        95 % of displacements keep within it; 0: the course does not move. [mm]
    dose_sd, delivery_sd
        Relative standard deviations of a factor on the course's whole physical dose.
    """

    dose: CourseDose
    points_mm: FloatArray
    error_mm: float = 0.0
    dose_sd: float = 0.0
    delivery_sd: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "points_mm", points_array(self.points_mm))
        sizes = (self.error_mm, self.dose_sd, self.delivery_sd)
        if not all(0.0 <= one < np.inf for one in sizes):
            raise UsageError(
                f"The errors of course {self.dose.id} are numbers from 0 on.",
                value=sizes,
                remedy="Correct the settings of the uncertainty.",
            )


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """What is not known and not drawn: one way in which it could be.

    Parameters
    ----------
    alpha_beta_gy
        Of the tissue: one for all courses and points. [Gy]
    kept
        By course, the share of its EQD2 that is not recovered from (rule 11); all of it where it is not named.
    concurrent
        Courses whose phases are taken as given in the same sessions (rule 2).
    high
        Which end of rules 5 and 9.
    """

    alpha_beta_gy: float
    kept: Mapping[str, float] = field(default_factory=dict)
    concurrent: frozenset[str] = frozenset()
    high: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class UncertainStructure:
    """One structure: its points, what lies on them, and what is asked.

    Parameters
    ----------
    name
        Of the structure.
    points_mm
        Of the reference frame (n, 3): where errors of registration are asked. [mm]
    volumes_cm3
        Volumes (k,) of the first k points; those after them count for maximum and minimum only. [cm³]
    courses
        All that is summed.
    assumptions, metrics
        What is asked, each metric under each assumption; CI, GI and MGI ask for the whole field and are not known here.
    """

    name: str
    points_mm: FloatArray
    volumes_cm3: FloatArray
    courses: tuple[UncertainCourse, ...]
    assumptions: tuple[Assumption, ...]
    metrics: tuple[Metric, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "points_mm", points_array(self.points_mm))
        object.__setattr__(self, "volumes_cm3", np.ascontiguousarray(self.volumes_cm3, dtype=np.float64))
        n = len(self.points_mm)
        counts = (len(self.volumes_cm3), n, *(len(course.points_mm) for course in self.courses))
        if not 0 < counts[0] <= n or len(set(counts[1:])) > 1 or not self.courses or not self.assumptions:
            raise UsageError(
                f"{self.name} needs points with volumes, courses at as many points, and an assumption.",
                value=(*counts, len(self.assumptions)),
                remedy="Give every course one point for each of the structure's.",
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulated:
    """What was drawn for one structure.

    Parameters
    ----------
    values
        Each metric in its own unit (assumptions, samples, metrics); NaN where it is undefined.
    nominal
        The same with nothing off (assumptions, metrics).
    dvh_dose_gy
        Doses (b,) of the bands. [Gy]
    dvh_percent
        5, 50 and 95 % of the samples' cumulative volume at each dose (assumptions, 3, b). [%]
    """

    values: FloatArray
    nominal: FloatArray
    dvh_dose_gy: FloatArray
    dvh_percent: FloatArray
