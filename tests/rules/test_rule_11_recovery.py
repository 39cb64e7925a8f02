"""Rule 11: what a person assumes of recovery comes in; both conventions, and what is counted twice, go out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graybook.report.constraint_result import AlternativeResult, ConstraintResult
from graybook.report.result import Result
from rules.limit_cases import CUMULATIVE, RULACH, assumptions, condition, entry, given, tolerance, words
from rules.patients import SIGNED, eqd2, metrics, organ, result_of, run, structure

CENTRE = "centre-cord"


def quarter(folder: Path, convention: str, organ_name: str = "SpinalCord", *, from_months: int = 6) -> Path:
    """A quarter recovered from half a year on, as a named person assumes it."""
    return assumptions(
        folder,
        f'[[recovery]]\ntg263 = "{organ_name}"\nshare = 0.25\nfrom_months = {from_months}\nconvention = "{convention}"\n',
    )


def alternative(one: ConstraintResult, kind: str) -> AlternativeResult:
    """The one alternative of its kind."""
    (found,) = [other for other in one.alternatives if other.kind == kind]
    return found


def thirty_and_thirty(folder: Path, **said: Any) -> Result:
    """30/15 and 30/15 on the cord against a centre's tolerance of 50 Gy without recovery."""
    cases = given(folder / "in", (30.0, 15), (30.0, 15), drawn=["SpinalCord"])
    return result_of(cases, rulebook=str(tolerance(folder)), **said)


@pytest.mark.rule(11)
def test_recovery_is_zero_unless_stated(tmp_path: Path) -> None:
    """Without options 60 of 50 is exceeded, no alternative speaks of recovery, and the result says that none is assumed."""
    result = thirty_and_thirty(tmp_path)
    one = entry(result, CENTRE)
    assert (one.status, one.value_upper, one.margin) == ("exceeded", 60.0, -10.0)
    assert not [
        other for entry_ in result.constraints for other in entry_.alternatives if "recover" in other.kind
    ]
    assert "recovery_zero" in {finding.code for finding in result.findings}


@pytest.mark.rule(11)
@pytest.mark.parametrize("convention", ["dose", "tolerance"])
def test_both_conventions_side_by_side(tmp_path: Path, convention: str) -> None:
    """A quarter off the earlier 30 leaves 52.5 of 50: exceeded. A quarter onto the tolerance leaves 60 of 62.5: met. Both are
    printed whichever was asked for, and nothing recovered: 60 of 50."""
    result = thirty_and_thirty(tmp_path, options=quarter(tmp_path, convention))
    one = entry(result, CENTRE)
    asked = (52.5, 50.0, "exceeded") if convention == "dose" else (60.0, 62.5, "met")
    assert (one.value_upper, one.limit, one.status) == asked
    dose, raised = alternative(one, "recovery_dose"), alternative(one, "recovery_tolerance")
    assert (dose.value_upper, dose.limit, dose.status) == (52.5, 50.0, "exceeded")
    assert (raised.value_upper, raised.limit, raised.status) == (60.0, 62.5, "met")
    none = alternative(one, "no_recovery")
    assert (none.value_upper, none.limit, none.status) == (60.0, 50.0, "exceeded")
    assert {dose.flips, raised.flips} == {True, False}
    assert "recovery_zero" not in {finding.code for finding in result.findings}


@pytest.mark.rule(11)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_both_conventions_stand_in_the_report(tmp_path: Path, language: str) -> None:
    """report.html holds 52.5 of 50 and 60 of 62.5 with their sentences, and who assumes it; result.json the same."""
    folder = given(tmp_path / "in", (30.0, 15), (30.0, 15), drawn=["SpinalCord"])
    ran = run(
        "assess", folder, "--out", tmp_path / "out", "--lang", language, "--rulebook", tolerance(tmp_path),
        "--options", quarter(tmp_path, "dose"),
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    comma = page.replace(",", ".") if language == "fr" else page
    for figure in ("52.5", "62.5", "A. Physicist"):
        assert figure in comma
    made = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    (one,) = [found for found in made["constraints"] if found["id"] == CENTRE]
    assert one["reason"]
    kinds = {other["kind"]: other["assumption"] for other in one["alternatives"]}
    assert {"recovery_dose", "recovery_tolerance", "no_recovery"} <= set(kinds)
    assert all(kinds.values())
    assert any(over["author"] == "A. Physicist" for over in made["provenance"]["overrides"])


@pytest.mark.rule(11)
def test_doses_stay_whole(tmp_path: Path) -> None:
    """Recovery changes what a limit sees, never a structure's dose: the same numbers with and without it."""
    plain, assumed = (
        thirty_and_thirty(tmp_path / "a"),
        thirty_and_thirty(tmp_path / "b", options=quarter(tmp_path / "b", "dose")),
    )
    for one, other in ((organ(plain), organ(assumed)),):
        assert metrics(one.cumulative) == metrics(other.cumulative)
        assert one.judged == other.judged


@pytest.mark.rule(11)
@pytest.mark.parametrize(
    ("schedules", "status", "value"),
    [
        (((50.0, 25), (14.0, 3)), "not assessable", 0.75 * 50 + eqd2(14, 3)),
        (((50.0, 25), (30.0, 5)), "exceeded", 0.75 * 50 + eqd2(30, 5)),
        (((30.0, 15), (10.0, 2)), "not assessable", 0.75 * 30 + eqd2(10, 2)),
    ],
)
def test_recovery_counted_twice(
    tmp_path: Path, schedules: tuple[tuple[float, int], ...], status: str, value: float
) -> None:
    """HyTEC's 70 holds recovery already: a quarter off 50/25 + 14/3 is 60.83 and never met; above 70 even so, exceeded."""
    folder = given(tmp_path / "in", *schedules)
    result = result_of(folder, options=quarter(tmp_path, "dose", "ThecalSac"))
    one = entry(result, CUMULATIVE)
    assert (one.status, one.recovery_in_source) == (status, "yes")
    assert one.value_upper == pytest.approx(value, abs=1e-3)
    assert condition(one, "recovery_in_source").holds is False
    assert "recovery counted twice" in words(one).lower()
    assert "met" not in {
        one.status,
        alternative(one, "recovery_dose").status,
        alternative(one, "recovery_tolerance").status,
    }


@pytest.mark.rule(11)
@pytest.mark.parametrize("convention", ["dose", "tolerance"])
def test_no_default_limit_passes_by_recovery(tmp_path: Path, convention: str) -> None:
    """60 Gy on cord and sac with a quarter recovered: no default limit that holds recovery is met, by either convention."""
    folder = given(tmp_path / "in", (40.0, 20), (20.0, 10), drawn=["SpinalCord"])
    result = result_of(folder, options=quarter(tmp_path, convention))
    held = [
        one for one in result.constraints if one.recovery_in_source == "yes" and one.dose_of == "all courses"
    ]
    assert held
    assert "met" not in {one.status for one in held}
    assert alternative(entry(result, RULACH), "no_recovery").status == "met"


@pytest.mark.rule(11)
def test_before_its_interval_nothing_has_recovered(tmp_path: Path) -> None:
    """Recovery from three years on, courses two years apart: 60 of 50, as if nothing were assumed."""
    result = thirty_and_thirty(tmp_path, options=quarter(tmp_path, "dose", from_months=36))
    one = entry(result, CENTRE)
    assert (one.value_upper, one.status) == (60.0, "exceeded")


@pytest.mark.rule(11)
def test_each_organ_has_its_own(tmp_path: Path) -> None:
    """Recovery of the cord leaves the oesophagus whole: 60 EQD2(3) of its limits."""
    folder = given(tmp_path / "in", (30.0, 15), (30.0, 15), drawn=["SpinalCord", "Esophagus"])
    result = result_of(folder, options=quarter(tmp_path, "dose"))
    one = entry(result, "rulach2021-esophagus-max-low", "Esophagus")
    assert (one.value_upper, one.status) == (60.0, "met")
    assert not [other for other in one.alternatives if "recover" in other.kind]


@pytest.mark.rule(11)
@pytest.mark.parametrize("name", ["PTV", "GTV", "CTV_5000"])
def test_never_on_a_target(tmp_path: Path, name: str) -> None:
    """Recovery of a tumour is refused with its line; nothing is computed."""
    folder = given(tmp_path / "in", (30.0, 15), (30.0, 15), drawn=["SpinalCord", structure(name, kind="PTV")])
    ran = run("assess", folder, "--out", tmp_path / "out", "--options", quarter(tmp_path, "dose", name))
    assert ran.exit_code != 0
    assert "options.toml" in ran.stderr
    assert not (tmp_path / "out" / "result.json").exists()


@pytest.mark.rule(11)
@pytest.mark.parametrize("missing", ["author", "date", "reason", "source"])
def test_who_when_why_and_from_where(tmp_path: Path, missing: str) -> None:
    """Recovery without author, date, reason or source is refused, and the message says which."""
    folder = given(tmp_path / "in", (30.0, 15), (30.0, 15), drawn=["SpinalCord"])
    lines = [*SIGNED.splitlines(), 'source = "local protocol 7"']
    kept = "\n".join(line for line in lines if not line.startswith(missing))
    path = tmp_path / "options.toml"
    path.write_text(
        f'{kept}\n[[recovery]]\ntg263 = "SpinalCord"\nshare = 0.25\nconvention = "dose"\n', encoding="utf-8"
    )
    ran = run("assess", folder, "--out", tmp_path / "out", "--options", path)
    assert ran.exit_code != 0
    assert missing in ran.stderr


@pytest.mark.rule(11)
def test_discount_after_conversion(tmp_path: Path) -> None:
    """20/4 earlier (EQD2 35): a quarter off its effect leaves 26.25, never the 24.x of a quarter off its gray."""
    folder = given(tmp_path / "in", (20.0, 4), (10.0, 5), drawn=["SpinalCord"])
    result = result_of(folder, rulebook=str(tolerance(tmp_path)), options=quarter(tmp_path, "dose"))
    assert entry(result, CENTRE).value_upper == pytest.approx(0.75 * eqd2(20, 4) + 10, abs=1e-3)
