"""Remaining results: what limits leave to give, as parts of ``result.json`` and of what ``graybook budget`` prints."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["PlanScaling", "RemainingAlternative", "RemainingResult", "ScheduleDose"]

Figure = float | tuple[float, float] | None
"""One figure, two that a range has, or none."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ScheduleDose(_Model):
    """The uniform physical dose a limit leaves in a number of fractions; null for volume metrics. [Gy]"""

    fractions: int
    dose_left_gy: Figure


class RemainingAlternative(_Model):
    """The same limit under another assumption: recovery, order of phases, number of fractions known only as a range."""

    kind: str = Field(
        description="order, recovery_dose, recovery_tolerance, no_recovery, shift, fewest or most."
    )
    assumption: str = Field(description="In words.")
    limit_gy: float | None
    used_eqd2_gy: Figure
    schedules: list[ScheduleDose] = []


class RemainingResult(_Model):
    """What one limit leaves of all courses delivered or assumed delivered; of ranges least used, most left first."""

    id: str
    structure: str
    tg263: str | None = None
    metric: str
    limit_gy: float | None = Field(description="EQD2 at alpha_beta_gy; null for volume metrics. [Gy]")
    used_eqd2_gy: Figure
    left_eqd2_gy: Figure
    dose_left_gy: Figure = Field(
        description="Uniform physical dose in so many fractions that meets the limit. [Gy]"
    )
    fractions: int
    alpha_beta_gy: float | None
    stops: bool = Field(description="Whether no other limit leaves less: of a proposed plan, else of a dose.")
    value: Figure = Field(default=None, description="Of a volume metric: the earlier courses', in unit.")
    op: str = Field(default="<=", description="How the source compares.")
    limit: float = Field(description="As published, in unit.")
    unit: str
    scale: str = Field(default="EQD2", description="The source's: EQD2, BED or physical.")
    namespace: str
    dose_of: str = "all courses"
    basis: str = Field(default="", description="3D sum, 3D sum with envelope, point sum, or course.")
    lower_bound: bool = Field(
        default=False, description="A course is missing from the sum: less is left than stands here."
    )
    conditions_hold: bool = Field(description="Whether the source's conditions are known to hold (rule 12).")
    reason: str = Field(
        default="", description="Why they do not, or why recovery that was asked for is left out; in words."
    )
    schedules: list[ScheduleDose] = []
    alternatives: list[RemainingAlternative] = []
    endpoint: str = ""
    source: str
    source_key: str = ""
    tier: str
    primary_checked: bool = True


class PlanScaling(_Model):
    """How far a proposed course may be scaled, all its phases by one factor, until a limit stops it."""

    course: str
    label: str
    fractions: int | None
    factor: float | None = Field(
        description="null where no limit is reached; 0 where one is used up already."
    )
    stopped_by: list[str] = Field(default=[], description="Ids of the limits, each with @ and its structure.")
    factor_where_conditions_hold: float | None = Field(
        default=None, description="By limits alone whose conditions are known to hold."
    )
    asked: int = Field(description="How many limits the factor answers; with 0 it says nothing.")
    lower_bound: bool = Field(
        default=False,
        description="True where a course is missing from the sum: the plan has less room than the factor says.",
    )
    not_asked: list[str] = Field(default=[], description="Limits that the factor does not answer, and why.")
