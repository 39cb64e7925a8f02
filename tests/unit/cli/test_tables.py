"""``graybook tables``: what it prints, in both languages and as JSON, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from graybook.cli.main import app
from graybook.errors import InputError
from graybook.workflow import tables_check

COMMANDS = (
    ["list"],
    ["show", "cumulative"],
    ["show", "first-course", "--all", "--organ", "Heart"],
    ["show", "recovery"],
    ["show", "sources"],
    ["check"],
    ["diff", "cumulative", "cumulative-all"],
)


def ran(*words: str) -> Result:
    """The command's end."""
    return CliRunner().invoke(app, ["tables", *words])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_command_prints_in_both_languages(words: list[str], language: str) -> None:
    """Each command ends with 0 and prints lines, none of them an unfilled sentence."""
    result = ran(*words, "--lang", language)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip()
    assert "{" not in result.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_prints_one_document(words: list[str]) -> None:
    """With --json each prints one document, the same whenever it is asked."""
    first, second = ran(*words, "--json"), ran(*words, "--json")
    assert isinstance(json.loads(first.stdout), dict)
    assert first.stdout == second.stdout


def document(*words: str) -> Any:
    """What a command prints with --json."""
    return json.loads(ran(*words, "--json").stdout)


def test_list_names_the_default() -> None:
    """The list says by which rulebook assess judges, and gives each table's SHA-256."""
    found = document("list")
    assert found["default"] == "cumulative"
    assert {len(one["sha256"]) for one in found["tables"]} == {64}
    assert "assess judges by it" in ran("list").stdout


def test_show_has_source_and_tier_beside_each_row() -> None:
    """Every row is printed with its citation, tier, and whether its primary was checked."""
    out = ran("show", "cumulative", "--organ", "ThecalSac").stdout
    assert "ThecalSac: max <= 70 Gy  (EQD2, α/β 2 Gy, sum of all courses)" in out
    assert "interval ≥ 5 months; courses 2; fractions 1–5" in out
    assert out.count("primary-abstract, primary checked") == 7
    assert out.count("https://") >= 7
    assert "ThecalSac: max <= 0.5  (α/β 2 Gy, share of the reference course)" in out


def test_repository_rows_are_marked() -> None:
    """Without --all they are counted; with it each says that its primary was not checked."""
    plain, every = (
        ran("show", "first-course", "--organ", "Liver"),
        ran("show", "first-course", "--organ", "Liver", "--all"),
    )
    assert "secondary-repo" not in plain.stdout
    assert "add --all" in plain.stdout
    assert "secondary-repo, primary not checked" in every.stdout
    assert "Liver: CV700cc<21Gy >= 700 cm³" in every.stdout


def test_a_citation_that_cannot_be_opened_is_marked() -> None:
    """The row says so itself."""
    assert "cannot be opened" in ran("show", "alpha_beta", "--organ", "GreatVes").stdout


def test_nothing_fits() -> None:
    """An organ without a row says so, and ends with 0."""
    result = ran("show", "cumulative", "--organ", "Testis")
    assert (result.exit_code, result.stdout) == (0, "No row of cumulative fits.\n")


def test_check_says_that_nothing_was_fetched() -> None:
    """The check is of form, and says so; citations that cannot be opened are listed and no fault."""
    found = document("check")
    assert (found["passed"], found["faults"]) == (True, [])
    assert {"binkley2016", "graybook"} <= {one["source"] for one in found["cannot_be_opened"]}
    out = ran("check").stdout
    assert "nothing was fetched" in out
    assert "No fault." in out
    assert "cannot be opened" in out


def test_a_fault_ends_with_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault is printed with its remedy, and a script sees it in the status."""

    def refuse() -> object:
        raise InputError("Table x.csv, line 3: value is not a number", value="ten", remedy="mend it")

    monkeypatch.setattr(tables_check, "LOADERS", (("x.csv", refuse),))
    result = ran("check")
    assert result.exit_code == 1
    assert "x.csv: Table x.csv, line 3: value is not a number. Found: ten. Remedy: mend it" in result.stdout


def test_a_centres_file(tmp_path: Path) -> None:
    """A centre's file is checked with its own rows; a faulty one ends with 1."""
    path = tmp_path / "ours.toml"
    good = (
        'author = "A. Physicist"\ndate = 2026-01-31\nreason = "ours"\nbase = "none"\n[[limit]]\norgan = "Heart"\n'
        'rule = "mean <= 30 Gy"\nalpha_beta_gy = 2.5\nrecovery_in_source = "no"\nsource = "Own audit 2025"\n'
    )
    path.write_text(good, encoding="utf-8")
    result = ran("check", "--rulebook", str(path))
    assert result.exit_code == 0, result.output
    assert "Own audit 2025" in result.stdout
    path.write_text(good.replace("Heart", "Hart"), encoding="utf-8")
    assert ran("check", "--rulebook", str(path)).exit_code == 1
    path.write_text(good, encoding="utf-8")
    shown = ran("show", str(path)).stdout
    assert "A. Physicist" in shown


def test_diff_shows_fields() -> None:
    """What the second has more is marked with a plus."""
    out = ran("diff", "cumulative", "cumulative-all").stdout
    assert "1 added, 0 removed, 0 changed" in out
    assert "+ hytec2021-carotid-a_carotid-d0.5cc" in out


@pytest.mark.parametrize(
    "words",
    [["show", "nothing"], ["diff", "cumulative", "yesterday"], ["show", "cumulative", "--tier", "best"]],
)
def test_wrong_calls_end_with_2(words: list[str]) -> None:
    """A name that nobody knows is a wrong call, and the message names those that exist."""
    result = ran(*words)
    assert result.exit_code == 2
    assert "Remedy: use one of" in result.stderr
