"""Scenarios come in beside the headline: each stands in its own column with its author, and the headline keeps its bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from graybook.errors import UsageError
from graybook.report.result import Result, json_text
from graybook.workflow.cumulative import assess
from phantoms import write_phantom
from rules.limit_cases import NEW, OLD, RULACH, assumptions, entry, given
from rules.patients import course, eqd2, plan, result_of, run, state, structure

WHAT_IFS = {
    "cord at 3": '[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = 3\n',
    "a quarter recovered": '[[recovery]]\ntg263 = "SpinalCord"\nshare = 0.25\nconvention = "dose"\n',
    "without 2019": "[[leave_out]]\ncourse = 2019-03-04\n",
    "a half recovered": '[[recovery]]\ntg263 = "SpinalCord"\nshare = 0.5\nconvention = "tolerance"\n',
}


def three_courses(folder: Path) -> Path:
    """20/10, 30/15 and 10/2 on the cord: 67.5 of EQD2(2)."""
    from datetime import date

    days = [date(2019, 3, 4), date(2023, 5, 2), date(2025, 5, 5)]
    return given(folder, (20.0, 10), (30.0, 15), (10.0, 2), days=days, drawn=["SpinalCord"])


def files(folder: Path, names: list[str]) -> list[Path]:
    """One file for each what-if."""
    return [
        assumptions(folder, f'name = "{name}"\n{WHAT_IFS[name]}', f"{n}.toml") for n, name in enumerate(names)
    ]


@pytest.mark.rule(16)
def test_four_scenarios_in_order_and_the_headline_as_it_was(tmp_path: Path) -> None:
    """Four files: four columns in the order given, signed; all else keeps its bytes, but that provenance lists the files."""
    folder = three_courses(tmp_path / "in")
    plain = result_of(folder)
    names = list(WHAT_IFS)
    with_them = result_of(folder, scenarios=files(tmp_path, names))
    assert [one.name for one in with_them.scenarios] == names
    assert all(one.author == "A. Physicist" and one.assumptions for one in with_them.scenarios)
    assert _headline(with_them) == _headline(plain)
    assert plain.scenarios == []


@pytest.mark.rule(11)
@pytest.mark.rule(16)
def test_what_each_scenario_says(tmp_path: Path) -> None:
    """67.5 in the headline. At 3 Gy 66; a quarter off both earlier doses 55; without 2019 47.5; tolerance raised: 67.5."""
    folder = three_courses(tmp_path / "in")
    result = result_of(folder, scenarios=files(tmp_path, list(WHAT_IFS)))
    assert entry(result, RULACH).status == "exceeded"
    values = {
        one.name: next((c.value_upper, c.status) for c in one.constraints if c.id == RULACH)
        for one in result.scenarios
    }
    assert values["cord at 3"] == (pytest.approx(50 + eqd2(10, 2, 3.0), abs=1e-3), "not assessable")
    assert values["a quarter recovered"] == (
        pytest.approx(0.75 * 50 + eqd2(10, 2), abs=1e-3),
        "not assessable",
    )
    assert values["without 2019"] == (pytest.approx(30 + eqd2(10, 2), abs=1e-3), "met")
    assert values["a half recovered"][0] == pytest.approx(67.5, abs=1e-3)
    assert values["a half recovered"][1] != "met"


@pytest.mark.rule(2)
@pytest.mark.rule(16)
def test_phases_given_together(tmp_path: Path) -> None:
    """25/25 + 25/25 and 10/5 today: 47.5 in order, 60 given together: so a scenario says in its dose and in its limits."""
    drawn = [structure("SpinalCord")]
    early = course("old", OLD, plan(25, 25, "A"), plan(25, 25, "B"), structures=drawn)
    folder = write_phantom(tmp_path / "in", [early, course("new", NEW, plan(10, 5, "N"), structures=drawn)])
    state(folder, f'[[course]]\ncourse = "{OLD}"\nsequential = true')
    result = result_of(folder, scenarios=[assumptions(tmp_path, f'concurrent = ["{OLD}"]\n')])
    (scenario,) = result.scenarios
    (cord,) = scenario.structures
    assert (entry(result, RULACH).value_upper, cord.mean_gy, cord.max_gy, cord.d0_03cc_gy) == (
        47.5,
        60.0,
        60.0,
        60.0,
    )
    assert [one.value_upper for one in scenario.constraints if one.id == RULACH] == [60.0]


@pytest.mark.rule(16)
def test_a_fifth_scenario_is_refused(tmp_path: Path) -> None:
    """Side by side there is room for four."""
    folder = three_courses(tmp_path / "in")
    with pytest.raises(UsageError):
        assess(folder, scenarios=[*files(tmp_path, list(WHAT_IFS)), *files(tmp_path / "b", ["cord at 3"])])


@pytest.mark.rule(16)
def test_the_headline_leaves_no_course_out(tmp_path: Path) -> None:
    """A course may be left out beside the headline, never in it: refused with the line."""
    options = assumptions(tmp_path, WHAT_IFS["without 2019"])
    ran = run("assess", three_courses(tmp_path / "in"), "--out", tmp_path / "out", "--options", options)
    assert ran.exit_code != 0
    assert "options.toml" in ran.stderr
    assert "--scenario" in ran.stderr


@pytest.mark.rule(16)
def test_same_files_same_bytes(tmp_path: Path) -> None:
    """The same folder, options and scenarios, read from another place: the same bytes but for the day it was made."""
    made = []
    for where in ("a", "b"):
        folder = three_courses(tmp_path / where / "in")
        options = assumptions(tmp_path / where, WHAT_IFS["a quarter recovered"])
        scenarios = files(tmp_path / where, ["cord at 3", "without 2019"])
        made.append(json_text(result_of(folder, options=options, scenarios=scenarios)))
    assert made[0] == made[1]
    assert str(tmp_path) not in made[0]


def _headline(result: Result) -> str:
    """All but the scenarios, and the line of provenance that each of their files has."""
    inputs = [one for one in result.provenance.inputs if one.used_as != "scenario"]
    provenance = result.provenance.model_copy(update={"inputs": inputs})
    return json_text(result.model_copy(update={"scenarios": [], "provenance": provenance}))
