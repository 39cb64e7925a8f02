"""Background check result: what a planning system reads with a base dose and a new plan, against the truth."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, Field

from graybook.report.result import FindingResult

__all__ = ["BackgroundCheckResult", "check_text"]


class BackgroundCheckResult(BaseModel):
    """What ``graybook background-check --json`` prints."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: str = "1.0"
    notice: str = Field(description="What Graybook is not (rule 17).")
    plan: str = Field(description="Label of the plan that the base dose is valid for.")
    alpha_beta_gy: float
    fractions: int
    is_expected: bool = Field(
        description="Whether the new dose is the very file that the base dose was made for."
    )
    reading_gy: float = Field(
        description="Highest EQD2 read: base and new dose added in Gy and converted once, over the voxels of the base dose. [Gy]"
    )
    reading_point_mm: tuple[float, float, float]
    truth_gy: float | None = Field(
        description="Highest cumulative EQD2: of the expected dose from the marks of the base dose, of another from --prior; "
        "null where neither tells. [Gy]"
    )
    error_gy: float | None = Field(description="Reading minus truth. [Gy]")
    error_percent: float | None
    lowest_error_gy: float | None = Field(
        default=None, description="Over all voxels; only with --prior. Negative: too little is read. [Gy]"
    )
    highest_error_gy: float | None = None
    lower_bound: bool = Field(description="An earlier course is missing from the base dose.")
    warnings: list[FindingResult] = []


def check_text(result: BackgroundCheckResult) -> str:
    """The document as text: keys in the model's order, two spaces, a final newline."""
    return json.dumps(result.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
