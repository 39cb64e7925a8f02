"""The result model is what docs/schema says, and its text is stable."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import jsonschema

from graybook.report.result import Result, json_text, schema_text, write_json


def test_schema_is_fresh(repository: Path) -> None:
    """docs/schema/result.schema.json is the model's; made anew by tools or by writing ``schema_text()`` there."""
    kept = (repository / "docs" / "schema" / "result.schema.json").read_text(encoding="utf-8")
    assert kept == schema_text(), (
        "write graybook.report.result.schema_text() to docs/schema/result.schema.json"
    )


def test_result_keeps_its_schema(made: SimpleNamespace, tmp_path: Path) -> None:
    """result.json is valid under the published schema, names as the issue gives them."""
    write_json(made.result(), tmp_path / "result.json")
    found = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, json.loads(schema_text()))
    cord = next(item for item in found["structures"] if item["tg263"] == "SpinalCord")
    names = {"mean_gy", "min_gy", "max_gy", "d0.03cc_gy", "d0.1cc_gy", "d2cc_gy", "d50_gy"}
    assert set(cord["cumulative"]) == set(cord["cumulative_upper"]) == names
    points = {"customary_d0.03cc_gy", "bound_d0.03cc_gy", "bound_d0.1cc_gy", "max_sum_gy"}
    assert points <= set(cord["point_sum"])
    assert cord["envelope"]["d0.03cc_gy"][0] < cord["envelope"]["d0.03cc_gy"][1]


def test_result_reads_back(made: SimpleNamespace) -> None:
    """A result written and read again is the same."""
    text = json_text(made.result())
    assert json_text(Result.model_validate_json(text)) == text
    assert text.endswith("}\n")
