"""The model of quality.json is what docs/schema says, and its text is stable."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from graybook.report.alignment_result import (
    AlignedImage,
    AlignmentProvenance,
    AlignmentResult,
    FrameResult,
    TransformResult,
    json_text,
    schema_text,
)
from graybook.report.result import MeasureResult, VerdictResult

GRID = FrameResult(shape_zyx=(2, 3, 4), origin_mm=(0.0, 0.0, 0.0), spacing_mm=(1.0, 1.0, 2.5))


def result(value: float | None) -> AlignmentResult:
    """A result of one measure."""
    return AlignmentResult(
        notice="Not CE-marked.",
        method_asked="auto",
        method="rigid",
        fixed=AlignedImage(role="fixed", frame="1.2", grid=GRID),
        moving=AlignedImage(role="moving", frame="1.3", grid=GRID),
        transform=TransformResult(from_frame="1.2", to_frame="1.3", kind="rigid"),
        measures=[MeasureResult(name="coverage", value=value, unit="%")],
        verdicts=[VerdictResult(structure="SpinalCord", use="3D sum")],
        provenance=AlignmentProvenance(created="2026-01-05", version="0", tables_edition="2026-11"),
    )


def test_schema_is_fresh(repository: Path) -> None:
    """docs/schema/quality.schema.json is the model's; made anew by writing ``schema_text()`` there."""
    kept = (repository / "docs" / "schema" / "quality.schema.json").read_text(encoding="utf-8")
    assert kept == schema_text(), (
        "write graybook.report.alignment_result.schema_text() to docs/schema/quality.schema.json"
    )


def test_result_keeps_its_schema() -> None:
    """quality.json is valid under the published schema and says that nobody approved it."""
    found = json.loads(json_text(result(98.0)))
    jsonschema.validate(found, json.loads(schema_text()))
    assert found["standing"] == "computed, not approved"


def test_result_reads_back() -> None:
    """A result written and read again is the same."""
    text = json_text(result(None))
    assert json_text(AlignmentResult.model_validate_json(text)) == text


def test_infinity_is_no_json() -> None:
    """An infinite value never reaches the file: other programs could not read it."""
    with pytest.raises(ValueError, match="JSON"):
        json_text(result(float("inf")))
