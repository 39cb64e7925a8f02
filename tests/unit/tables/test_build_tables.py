"""The build tool writes what the facts say, with the check its tier allows."""

from __future__ import annotations

import csv
import importlib
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
        {"organ": "X", "metric": "Dmax", "op": "<=", "value": [80, 95], "unit": "Gy EQD2 cumulative", "alpha_beta": 2,
         "column": "Rulach consensus 2021", "source": "rulach2021", "tier": "primary-table"},
        {"organ": "X", "metric": "D0.5cc", "op": "<", "value": 20, "unit": "Gy physical",
         "source": "hytec_carotid2021", "tier": "secondary-curated"},
        {"organ": "X", "metric": "seen", "op": None, "value": {"median": 50, "max": 90}, "unit": "Gy EQD2",
         "source": "held2019", "tier": "primary-abstract"},
        {"organ": "X", "metric": "events", "op": None, "value": 2, "unit": "% of patients", "source": "held2019",
         "tier": "primary-abstract"},
        {"organ": "X", "metric": "de novo by fx", "op": None, "value": {"1": [12.4, 14.0], "2": 17.0}, "unit": "Gy",
         "source": "a", "tier": "primary-abstract"},
    ],
    "recovery": [
        {"id": "nieder2006-rule", "source": "nieder2006", "tier": "primary-abstract",
         "value": {"cumulative_BED_Gy2_max_no_events": 120, "cumulative_BED_Gy2_low_risk": 135.5,
                   "each_course_BED_Gy2_max": 98, "interval_months_min": 6}},
        {"id": "hytec-cord-reRT", "source": "a", "tier": "primary-abstract",
         "value": {"cumulative_thecal_sac_Dmax_EQD2_2_max": 70, "sbrt_Dmax_EQD2_2_max": 25,
                   "sbrt_to_cumulative_ratio_max": 0.5, "interval_months_min": 5}},
        {"id": "sahgal2012", "source": "a", "tier": "primary-abstract",
         "value": {"total_max": 70, "reRT_Pmax": [20, 25], "sbrt_fraction_max": 0.5, "total_noRM": 62.3,
                   "total_RM": 105.8, "interval_months_min": 5}},
        {"id": "doi2021-simple", "source": "a", "tier": "primary-abstract", "evidence": "32 patients",
         "value": [{"interval_months_ge": 6, "recovery_fraction": 0.25}, {"interval_months_ge": 12, "recovery_fraction": 0.5}]},
        {"id": "slicer-rad-reirradiation", "source": "b", "tier": "secondary-repo",
         "value": [{"lt_months": 6, "r": 0}, {"lt_months": 12, "r": 0.25}, {"ge_months": 24, "r": 0.65}]},
    ],
    "repair_half_times": [
        {"tissue": "x", "value": 4.9, "ci95": [3.2, 6.4], "primary": "P", "source": "b", "tier": "secondary-curated"},
        {"tissue": "y", "value": [2, 4], "source": "b", "tier": "secondary-curated"},
        {"tissue": "z", "value": {"fast": 0.2, "slow": 2, "partition": 1, "alpha_beta": 2.5}, "source": "b",
         "tier": "secondary-repo"},
    ],
    "repopulation": [
        {"tissue": "x", "value": 0.8, "ci95": [0.5, 1.1], "Tk_days": 21, "source": "b", "tier": "secondary-curated"},
    ],
    "ntcp": [
        {"model": "LKB", "organ": "X", "endpoint": "e", "value": {"TD50": 76.9, "m": 0.13, "n": 0.09},
         "ci95": {"TD50": [73.7, 80.1]}, "source": "a", "tier": "primary-abstract"},
        {"model": "LKB", "organ": "X", "endpoint": "e", "value": {"TD50": 55, "m": 0.16, "n": 0.15},
         "note": "68 from memory", "source": "a", "tier": "secondary-repo"},
        {"model": "logistic: NTCP=1/(1+exp(-LP))", "organ": "X", "endpoint": "e", "value": {"b0": -3, "MLD_Gy": 0.1},
         "source": "a", "tier": "primary-table"},
    ],
    "constraints": [
        {"organ": "Liver", "schedule": "5 fx", "fractions": 5, "metric": "CV700cc", "op": "<", "value": 21.0, "unit": "Gy",
         "text": "D700 cc < 21 Gy", "source": "a", "seen_in": "b", "tier": "secondary-repo"},
        {"organ": "Heart", "schedule": "conventional (1.8-2 Gy/fx)", "metric": "V25Gy", "op": "<", "value": 10, "unit": "%",
         "text": "V25 ≤ 10 %", "source": "a", "seen_in": "b", "tier": "secondary-repo"},
        {"organ": "Lungs", "schedule": "3 fx", "fractions": 3, "metric": "CV1000cc", "op": "<", "value": 11.4, "unit": "Gy",
         "conflict": "12.4 elsewhere", "source": "a", "seen_in": "b", "tier": "secondary-repo"},
        {"organ": "Testis", "schedule": "5 fx", "fractions": 5, "metric": "free_text", "value": None,
         "text": "Avoid beam entry", "source": "a", "seen_in": "b", "tier": "secondary-repo"},
        {"organ": "Nowhere", "schedule": "5 fx", "fractions": 5, "metric": "Dmax", "op": "<", "value": 1, "unit": "Gy",
         "source": "a", "tier": "secondary-repo"},
    ],
    "sources": {
        "a": {"title": "Paper A", "doi": "10.1/a", "pmid": 1},
        "b": {"title": "List B (read somewhere; revised)"},
        "c": {"title": "unused"},
        "nieder2006": {"title": "Nieder"},
        "rulach2021": {"title": "github.com/someone/a-table @abc"},
    },
}  # fmt: skip


@pytest.fixture
def tool(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool, as if run from its folder."""
    monkeypatch.syspath_prepend(str(repository / "tools"))
    return importlib.import_module("build_tables")


@pytest.fixture
def built(tool: ModuleType, tmp_path: Path) -> dict[str, list[dict[str, str]]]:
    """The generated tables of the small facts above."""
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
    """A comparison makes a limit, its absence an observation; a range is two rows; a rate of events is neither."""
    rows = [(row["namespace"], row["value"], row["origin"]) for row in built["reirradiation_limits"]]
    assert rows == [
        ("cumulative limit", "80", "Rulach consensus 2021; lower end"),
        ("cumulative limit", "95", "Rulach consensus 2021; upper end"),
        ("cumulative limit", "20", ""),
        ("cumulative limit", "70", ""),
        ("cumulative limit", "25", ""),
        ("cumulative limit", "0.5", ""),
        ("cumulative limit", "70", ""),
        ("cumulative limit", "20", "lower end"),
        ("cumulative limit", "25", "upper end"),
        ("cumulative limit", "0.5", ""),
        ("cumulative limit", "120", "no myelopathy reported"),
        ("cumulative limit", "135.5", "risk appears small"),
        ("observed dose", "50", "median of the series"),
        ("observed dose", "90", "highest of the series"),
    ]


def test_defaults_are_of_primary_tiers(built: dict[str, list[dict[str, str]]]) -> None:
    """A limit read in a primary is a default; a curated one, an observed dose and a first-course constraint are not."""
    rows = (*built["reirradiation_limits"], *built["first_course_constraints"])
    defaults = {(row["namespace"], row["tier"]) for row in rows if row["default"] == "yes"}
    assert defaults == {("cumulative limit", "primary-table"), ("cumulative limit", "primary-abstract")}


def test_constraints_keep_their_kind(built: dict[str, list[dict[str, str]]]) -> None:
    """A critical volume asks for a volume below a dose; a sign is the text's; a schedule is kept; conditions are rule 12's."""
    rows = {row["organ"]: row for row in built["first_course_constraints"]}
    liver, heart = rows["Liver"], rows["Heart"]
    assert (liver["metric"], liver["op"], liver["value"], liver["unit"]) == (
        "CV700cc<21Gy",
        ">=",
        "700",
        "cm³",
    )
    assert (liver["fractions_min"], liver["fractions_max"], liver["courses_max"]) == ("5", "5", "1")
    assert (heart["metric"], heart["op"], heart["value"], heart["unit"]) == ("V25Gy[%]", "<=", "10", "%")
    assert (heart["fraction_min_gy"], heart["fraction_max_gy"], heart["recovery_in_source"]) == (
        "1.8",
        "2",
        "no",
    )
    cord = [row["schedule"] for row in built["first_course_constraints"] if row["organ"] == "X"]
    assert cord == ["12.4/1", "14/1", "17/2"]


def test_what_is_left_out_is_told(tool: ModuleType, tmp_path: Path) -> None:
    """A conflict between transcriptions, free text and an unknown structure give no row but a line with the reason."""
    lines = tool.build(FACTS, tmp_path, frozenset({"Liver", "Heart", "Lungs", "Testis"}))
    assert [line.rsplit(": ", 1)[-1] for line in lines] == [
        "12.4 elsewhere",
        "free text",
        "not a structure of TG-263",
    ]


def test_a_limit_without_notes_stops_the_build(tool: ModuleType, tmp_path: Path) -> None:
    """A limit beside which nobody wrote its conditions is not shipped in silence."""
    row = {**FACTS["reirradiation_limits"][0], "source": "a"}
    with pytest.raises(SystemExit, match="0 notes"):
        tool.build({**FACTS, "reirradiation_limits": [row]}, tmp_path)


def test_a_fact_that_a_note_asks_for_must_be_there(tool: ModuleType, tmp_path: Path) -> None:
    """A limit that the notes describe and the facts lack stops the build; so does a recovery without a note."""
    with pytest.raises(SystemExit, match="No fact hytec-cord-reRT"):
        tool.build({**FACTS, "recovery": FACTS["recovery"][:1]}, tmp_path)
    unknown = {"id": "new", "source": "a", "tier": "primary-abstract", "value": {}}
    with pytest.raises(SystemExit, match="on new: write one"):
        tool.build({**FACTS, "recovery": [*FACTS["recovery"], unknown]}, tmp_path)


def test_recovery_steps(built: dict[str, list[dict[str, str]]]) -> None:
    """Steps start where they act: given by their start, or by the end of the step before; a repository is never usable."""
    rows = {row["name"]: row for row in built["recovery"]}
    assert (rows["doi2021"]["steps"], rows["doi2021"]["usable"]) == ("6:0.25;12:0.5", "yes")
    assert (rows["slicer_rerad"]["steps"], rows["slicer_rerad"]["usable"]) == ("6:0.25;24:0.65", "no")
    assert rows["nieder2006"]["evidence"].startswith("no myelopathy up to 120 Gy2 BED")


def test_repair_and_repopulation(built: dict[str, list[dict[str, str]]]) -> None:
    """A figure is one row, a range two, two components two with their partition."""
    rows = [
        (row["tissue"], row["component"], row["half_time_h"], row["partition"]) for row in built["repair"]
    ]
    assert rows == [
        ("x", "", "4.9", ""),
        ("y", "lower end", "2", ""),
        ("y", "upper end", "4", ""),
        ("z", "fast", "0.2", "1"),
        ("z", "slow", "2", "1"),
    ]
    assert [(row["gy_per_day"], row["onset_days"]) for row in built["repopulation"]] == [("0.8", "21")]


def test_probabilities(built: dict[str, list[dict[str, str]]]) -> None:
    """Only a complete LKB model read in its primary is usable; a remark with a figure from memory is dropped."""
    rows = [(row["id"], row["usable"], row["note"], row["coefficients"]) for row in built["ntcp"]]
    assert rows == [
        ("a-x-lkb", "yes", "", ""),
        ("a-x-lkb-2", "no", "", ""),
        ("a-x-logistic", "no", "", "b0=-3; MLD_Gy=0.1"),
    ]


def test_same_facts_same_bytes(tool: ModuleType, tmp_path: Path) -> None:
    """Built twice, every table is the same to the byte."""
    for name in ("one", "two"):
        tool.build(FACTS, tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_only_cited_sources_are_listed(tool: ModuleType, built: dict[str, list[dict[str, str]]]) -> None:
    """A source that no row cites stays out, remarks on how it was read too."""
    listed = {row["key"]: row["title"] for row in built["sources"]}
    own = {row["key"] for row in tool.OWN_SOURCES}
    assert set(listed) == {"a", "b", "nieder2006", "rulach2021", *own}
    assert listed["b"] == "List B (revised)"


def test_a_repository_has_an_address(built: dict[str, list[dict[str, str]]]) -> None:
    """A source named by its repository is given the address of that repository."""
    listed = {row["key"]: row["url"] for row in built["sources"]}
    assert listed["rulach2021"] == "https://github.com/someone/a-table"
