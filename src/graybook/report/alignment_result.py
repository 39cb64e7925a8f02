"""The alignment's result: one pydantic tree that is ``quality.json`` and all that its pages read."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from graybook.report.result import FindingResult, InputResult, MeasureResult, VerdictResult

__all__ = [
    "AlignedImage",
    "AlignmentProvenance",
    "AlignmentResult",
    "FieldResult",
    "FrameResult",
    "ThresholdResult",
    "TransformResult",
    "json_text",
    "schema_text",
]

SCHEMA_VERSION = "1.0"

COMPUTED = "computed, not approved"
"""What every alignment found here is until a person approves it."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FrameResult(_Model):
    """Where voxels or vectors stand. [mm], LPS"""

    shape_zyx: tuple[int, int, int]
    origin_mm: tuple[float, float, float]
    spacing_mm: tuple[float, float, float] = Field(
        description="Along the grid's x, y, z; the mean when uneven."
    )


class AlignedImage(_Model):
    """One of the two images."""

    role: str = Field(description="fixed: its points are carried; moving: where they are found.")
    course: str = Field(default="", description="Id of the course; empty for plain images.")
    label: str = ""
    start_date: str | None = None
    frame: str = Field(description="Frame of Reference UID; a name for plain images, which have none.")
    series_uid: str = ""
    modality: str = ""
    grid: FrameResult
    mask_voxels: int | None = Field(default=None, description="Voxels of the mask given; null without one.")


class TransformResult(_Model):
    """The transform: points of ``from_frame`` (fixed) are carried to ``to_frame`` (moving)."""

    from_frame: str
    to_frame: str
    kind: str = Field(description="rigid, affine or deformable.")
    matrix: list[list[float]] | None = Field(
        default=None, description="4x4 of a rigid or affine one, p_to = matrix · p_from. [mm], LPS"
    )
    nodes: FrameResult | None = Field(
        default=None, description="Where the vectors of a deformable one stand."
    )


class FieldResult(_Model):
    """The voxelwise error estimate: 95 % of true errors are expected below it. [mm]"""

    grid: FrameResult
    median_mm: float | None = Field(description="Over the places that the images support.")
    highest_mm: float | None
    supported_percent: float = Field(description="Share of the places with a finite estimate. [%]")


class ThresholdResult(_Model):
    """A limit that a centre changed."""

    measure: str
    tissue: str = ""
    sum_limit: float
    envelope_limit: float
    author: str
    changed_on: str
    reason: str


class AlignmentProvenance(_Model):
    """What it rests on. ``created`` is the only clock, to the day."""

    created: str
    version: str
    tables_edition: str
    inputs: list[InputResult] = []


class AlignmentResult(_Model):
    """The whole of ``quality.json``."""

    schema_version: str = SCHEMA_VERSION
    notice: str = Field(description="What Graybook is not (rule 17).")
    standing: str = Field(default=COMPUTED, description="Approval is a person's; this file records none.")
    method_asked: str
    method: str = Field(description="rigid, local or deformable: what was found in the end.")
    around: str = Field(default="", description="The structure that a local alignment was made around.")
    source: list[str] = []
    error_mm: float | None = Field(default=None, description="One stated error for all places. [mm]")
    fixed: AlignedImage
    moving: AlignedImage
    transform: TransformResult
    measures: list[MeasureResult] = []
    verdicts: list[VerdictResult] = []
    error_field: FieldResult | None = None
    landmarks: int = Field(default=0, description="Pairs of landmarks given.")
    settings: dict[str, str | float | int | None] = {}
    thresholds_changed: list[ThresholdResult] = Field(
        default=[],
        description="Limits that differ from the tables' own, each with who changed it, when and why.",
    )
    findings: list[FindingResult] = []
    files: list[str] = Field(default=[], description="What was written beside this file.")
    provenance: AlignmentProvenance


def json_text(result: AlignmentResult) -> str:
    """``quality.json`` as text: keys in the model's order, two spaces, a final newline."""
    document = result.model_dump(mode="json")
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def schema_text() -> str:
    """The JSON Schema of ``quality.json`` as text."""
    schema: dict[str, Any] = AlignmentResult.model_json_schema()
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
