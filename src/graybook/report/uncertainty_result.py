"""Uncertainty results: bands of metrics, chances of exceeding limits and what they come from, as parts of ``result.json``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["BandResult", "LimitUncertainty", "TermResult", "TornadoBar", "UncertaintyResult"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class TermResult(_Model):
    """One random term: what was varied, by how much, and who says so."""

    term: str = Field(description="registration, dose or delivery.")
    course: str = Field(default="", description="Its id; empty for all.")
    structure: str = Field(default="", description="Empty for all.")
    size: float = Field(
        description="Of registration the 95 % error, of the others one standard deviation; 0 where it is not included."
    )
    unit: str
    assumed: bool = Field(description="Whether nobody measured or stated it.")
    source: str = ""


class BandResult(_Model):
    """One metric of one structure: its nominal value, 5 to 95 % of the samples, and the widest such band over what is not known.

    ``lowest`` and ``highest`` are the outer envelope over α/β, numbers of fractions and recovery: ignorance, not frequency.
    """

    structure: str
    alpha_beta_gy: float
    metric: str
    unit: str
    nominal: float
    p5: float
    p50: float
    p95: float
    lowest: float
    highest: float


class TornadoBar(_Model):
    """What one term alone moves a metric by: 5 to 95 % of a random one, both ends of one that is not known."""

    term: str
    kind: str = Field(description="random or ignorance.")
    words: str = Field(description="In words.")
    low: float
    high: float


class LimitUncertainty(_Model):
    """One limit on one structure: its band, and the chance of exceeding it as a range."""

    id: str
    structure: str
    metric: str
    unit: str
    limit: float
    nominal: float
    p5: float
    p50: float
    p95: float
    lowest: float
    highest: float
    chance_low: float = Field(description="Least chance of not meeting it over what is not known; 0 to 1.")
    chance_high: float = Field(description="Greatest chance; 0 to 1.")
    chance: float | None = Field(
        default=None,
        description="Of the limit as judged, at its own α/β: over the random terms alone; 0 to 1.",
    )
    alpha_beta_gy: float | None = Field(default=None, description="That nominal and p5 to p95 are at. [Gy]")
    figure_kept: bool = Field(
        default=False,
        description="Whether chance_low and chance_high hold the printed figure against the dose at other α/β too: the limit"
        " has no schedule to be derived anew from.",
    )
    conditions_hold: bool = Field(
        default=True, description="Whether the source's conditions are known to hold (rule 12)."
    )
    reason: str = Field(default="", description="Why they do not, in words.")
    tornado: list[TornadoBar] = Field(default=[], description="Widest first.")
    source: str


class UncertaintyResult(_Model):
    """A seeded Monte Carlo over random terms, inside an envelope over what is not known; only when asked for."""

    samples: int
    seed: int
    correlation_mm: float = Field(description="Length over which registration errors are alike. [mm]")
    terms: list[TermResult]
    ignorance: list[str] = Field(default=[], description="What is not known and was spanned, in words.")
    bands: list[BandResult] = []
    limits: list[LimitUncertainty] = []
    not_computed: list[str] = Field(default=[], description="Structures left out, and why, in words.")
