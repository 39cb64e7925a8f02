"""Budget result: what ``graybook budget`` prints as one JSON document."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, Field

from graybook.report.remaining_result import PlanScaling, RemainingResult
from graybook.report.result import FindingResult, PatientResult, ProvenanceResult, RefusalResult

__all__ = ["BudgetResult", "NotAskedResult", "budget_text"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class NotAskedResult(_Model):
    """A limit that leaves no figure on a structure, and why."""

    id: str
    structure: str
    why: str


class BudgetResult(_Model):
    """What limits leave to give on today's anatomy."""

    notice: str
    patient: PatientResult
    reference_course: str
    rulebook: str
    fractions: int
    starts_on: str | None = Field(description="First day of the new course, where it is known.")
    limits: list[RemainingResult] = Field(description="Limits on the sum over courses.")
    new_course_limits: list[RemainingResult] = Field(
        default=[], description="Limits on the new course alone: nothing is used of them."
    )
    scaling: list[PlanScaling] = []
    not_asked: list[NotAskedResult] = []
    findings: list[FindingResult] = []
    refusals: list[RefusalResult] = []
    provenance: ProvenanceResult


def budget_text(budget: BudgetResult) -> str:
    """One JSON document as text: keys in the model's order, two spaces, a final newline."""
    return json.dumps(budget.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False) + "\n"
