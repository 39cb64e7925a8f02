"""Constraint results: limits judged, and scenarios beside each other, as parts of ``result.json``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "AlternativeResult",
    "ConditionResult",
    "ConstraintResult",
    "NtcpResult",
    "ScenarioResult",
    "ScenarioStructure",
]


def _key(name: str) -> str:
    """Volumes carry their decimal point."""
    return name.replace("d0_03cc", "d0.03cc")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, alias_generator=_key)


class ConditionResult(_Model):
    """A condition under which the source looked (rule 12)."""

    condition: str
    required: str
    found: str
    holds: bool | None = Field(description="null: not known.")


class AlternativeResult(_Model):
    """The same limit, or another for the same organ, under another legitimate assumption."""

    kind: str = Field(
        description="shift, order, alpha_beta, recovery_dose, recovery_tolerance, no_recovery, uncovered, source."
    )
    assumption: str = Field(description="In words.")
    limit: float
    value: float | None
    value_upper: float | None
    status: str
    flips: bool = Field(description="Whether it turns met into exceeded, or the reverse.")


class ConstraintResult(_Model):
    """One limit on one structure."""

    id: str
    structure: str
    tg263: str | None = None
    metric: str
    op: str
    limit: float
    unit: str
    namespace: str
    dose_of: str = "all courses"
    scale: str = Field(
        default="EQD2",
        description='The source\'s: EQD2, BED, physical, or "as reported"; of the last the value is EQD2 and not judged.',
    )
    alpha_beta_gy: float | None = Field(default=None, description="The source's. [Gy]")
    value: float | None = Field(description="Lower end, in unit.")
    value_upper: float | None = Field(description="Upper end, in unit.")
    basis: str = Field(default="", description="3D sum, 3D sum with envelope, point sum, or course.")
    status: str = Field(description="met, near, exceeded or not assessable.")
    margin: float | None = Field(description="Limit less upper end: positive is room. In unit.")
    reason: str
    endpoint: str = ""
    population: str = ""
    origin: str = ""
    source: str
    source_key: str = ""
    tier: str
    primary_checked: bool = True
    note: str = ""
    author: str = Field(default="", description="Of a centre's own row.")
    recovery_in_source: str = ""
    conditions: list[ConditionResult] = []
    alternatives: list[AlternativeResult] = []


class NtcpResult(_Model):
    """A complication probability of a first-course model, extrapolated to a sum of courses; only when asked for."""

    structure: str
    endpoint: str
    model: str
    value_percent: float
    value_upper_percent: float
    label: str = Field(description="Says that a first-course model is extrapolated.")
    source: str
    tier: str


class ScenarioStructure(_Model):
    """One structure under a scenario, on what limits look at there. EQD2 [Gy]"""

    name: str
    alpha_beta_gy: float | None
    basis: str = Field(default="", description="3D sum, 3D sum with envelope, or point sum.")
    mean_gy: float | None = Field(default=None, description="null where only a point sum is supported.")
    max_gy: float | None = None
    d0_03cc_gy: float | None = Field(default=None, description="Lower end of what limits look at.")
    d0_03cc_upper_gy: float | None = Field(default=None, description="Upper end of it.")


class ScenarioResult(_Model):
    """One scenario beside the headline: what it assumes, who says so, and what the limits then say."""

    name: str
    assumptions: list[str]
    author: str = ""
    date: str = ""
    reason: str = ""
    source: str = ""
    structures: list[ScenarioStructure] = []
    constraints: list[ConstraintResult] = []
