"""``graybook budget``: one document or one table, in both languages, and an exit status that does not judge."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from phantoms import write_phantom
from rules.limit_cases import NEW, given
from rules.patients import course, plan, run, state

KEYS = {
    "structure", "metric", "limit_gy", "used_eqd2_gy", "left_eqd2_gy", "dose_left_gy", "fractions",
    "alpha_beta_gy", "stops", "source", "tier",
}  # fmt: skip


PROPOSED = '[[phase]]\nplan = "PLAN0"\nstatus = "proposed"'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """70/35, then 2 Gy: nothing is left to the cord."""
    return given(tmp_path_factory.mktemp("budget") / "in", (70.0, 35), (2.0, 1), drawn=("SpinalCord",))


def test_the_document_has_every_key(folder: Path) -> None:
    """Each row has the stated keys, the one that stops is told, and nothing left is status 0."""
    ran = run("budget", folder, "--fractions", 5, "--json")
    assert ran.exit_code == 0, ran.output
    rows = json.loads(ran.stdout)["limits"]
    assert rows
    assert all(set(one) >= KEYS for one in rows)
    assert any(one["stops"] for one in rows)
    assert {one["dose_left_gy"] for one in rows if one["metric"] == "max" and one["limit_gy"] <= 72.0} == {
        0.0
    }


@pytest.mark.parametrize(("language", "words"), [("en", "Dose left"), ("fr", "Dose restante")])
def test_the_page_says_what_the_dose_is(folder: Path, language: str, words: str) -> None:
    """A table, then that the dose is uniform, no prescription, and needs an independent check."""
    ran = run("budget", folder, "--fractions", 5, "--lang", language)
    said = " ".join(ran.stdout.split())
    assert ran.exit_code == 0, ran.output
    assert words in said
    assert "prescription" in said
    assert "CE" in said


def test_no_fractions_are_a_wrong_call(folder: Path) -> None:
    """Status 2, before the folder is read."""
    assert run("budget", folder, "--fractions", 0).exit_code == 2
    assert run("budget", folder).exit_code == 2


def test_a_plan_that_nothing_was_asked_of_is_said_to_be(tmp_path: Path) -> None:
    """One proposed course alone: no limit on a sum could be asked, and nothing reads as if it were free."""
    only = state(given(tmp_path / "in", (30.0, 15), days=(NEW,), drawn=("SpinalCord",)), PROPOSED)
    said = " ".join(run("budget", only, "--fractions", 15).stdout.split())
    assert "no limit could be asked" in said
    assert "however far" not in said


def test_a_plan_after_all_is_used_up_has_no_factor(folder: Path) -> None:
    """70/35 use the cord's limits up: the page says so and prints no factor of 0.000."""
    used_up = state(folder, PROPOSED.replace("PLAN0", "PLAN1"))
    said = " ".join(run("budget", used_up, "--fractions", 1).stdout.split())
    assert "at no factor" in said
    assert "0.000" not in said


def test_warnings_stand_on_the_page(tmp_path: Path) -> None:
    """50 Gy in an unknown number of fractions are in no sum: said, and not that no limit speaks of the cord."""
    folder = write_phantom(
        tmp_path / "in",
        [
            course("course0", date(2018, 1, 10), plan(50.0, None, "PLAN0")),
            course("course1", NEW, plan(30.0, 15, "PLAN1")),
        ],
    )
    said = " ".join(run("budget", folder, "--fractions", 15).stdout.split())
    assert "number of fractions is not known" in said
    assert "No limit of this rulebook" not in said
