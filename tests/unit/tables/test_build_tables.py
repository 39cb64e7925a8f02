"""The build tool writes what the facts say, with the check its tier allows."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FACTS: dict[str, Any] = {
    "alpha_beta": [
        {
            "tissue": "gland", "endpoint": "late", "value": 2.0, "ci95": [1.0, 3.5], "primary": "A 1999",
            "primary_attribution": "MEMORY: not confirmed", "source": "b", "tier": "secondary-curated",
        },
        {"tissue": "gland tumour", "endpoint": "local control", "value": 9, "source": "a", "tier": "primary-table"},
    ],
    "reirradiation_limits": [
        {"organ": "X", "metric": "Dmax", "op": "<", "value": [80, 95], "unit": "Gy EQD2 cumulative", "alpha_beta": 2,
         "source": "a", "tier": "primary-table"},
        {"organ": "X", "metric": "seen", "op": None, "value": {"median": 50, "max": 90}, "unit": "Gy EQD2",
         "source": "a", "tier": "primary-abstract"},
        {"organ": "X", "metric": "events", "op": None, "value": 2, "unit": "% of patients", "source": "a",
         "tier": "primary-abstract"},
    ],
    "sources": {
        "a": {"title": "Paper A", "doi": "10.1/a", "pmid": 1},
        "b": {"title": "List B (read somewhere; revised)"},
        "c": {"title": "unused"},
    },
}  # fmt: skip


@pytest.fixture
def built(repository: Path, tmp_path: Path) -> dict[str, list[dict[str, str]]]:
    """The three generated tables of the small facts above."""
    spec = importlib.util.spec_from_file_location("build_tables", repository / "tools" / "build_tables.py")
    assert spec is not None
    assert spec.loader is not None
    tool: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    tool.build(FACTS, tmp_path)
    return {
        path.stem: list(csv.DictReader(path.read_text("utf-8").splitlines())) for path in tmp_path.iterdir()
    }


def test_evidence_is_kept(built: dict[str, list[dict[str, str]]]) -> None:
    """Tier and source pass through; only primary tiers count as checked; doubtful names are said to be so."""
    first, second = built["alpha_beta"]
    assert (first["verified"], second["verified"]) == ("primary not checked", "primary checked")
    assert (first["ci95_low_gy"], first["ci95_high_gy"], second["ci95_low_gy"]) == ("1", "3.5", "")
    assert "not confirmed" in first["note"]
    assert (first["effect"], second["effect"]) == ("late", "tumour")


def test_limits_and_observations_are_told_apart(built: dict[str, list[dict[str, str]]]) -> None:
    """A comparison makes a limit, its absence an observation; a rate of events is neither."""
    rows = [(row["namespace"], row["low"], row["high"]) for row in built["reirradiation_limits"]]
    assert rows == [("cumulative limit", "80", "95"), ("observed dose", "50", "90")]


def test_only_cited_sources_are_listed(built: dict[str, list[dict[str, str]]]) -> None:
    """A source that no row cites stays out, remarks on how it was read too."""
    listed = {row["key"]: row["title"] for row in built["sources"]}
    own = {"codexrt", "fowler1989", "graybook", "hytec_cord2021", "saifuddin1998", "tg263"}
    own |= {"eqd2viewer", "latifi2018", "registrationqa"}
    assert set(listed) == {"a", "b", *own}
    assert listed["b"] == "List B (revised)"
