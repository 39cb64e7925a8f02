"""``graybook bed``: what was said decides the model; too much or too little is refused with what to do."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from typer.testing import CliRunner

from graybook.cli.main import app

POINT = ("--dose-gy", "60", "--alpha-beta-gy", "2")


def ran(*words: str) -> Result:
    """What the command did."""
    return CliRunner().invoke(app, ["bed", *words])


def document(*words: str) -> dict[str, object]:
    """The document it prints."""
    done = ran(*words, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("words", "bed_gy", "eqd2_gy"), [
    ("--dose-gy 60 --alpha-beta-gy 10 --fractions 30", 72.0, 60.0),
    ("--dose-gy 55 --alpha-beta-gy 3 --fractions 20", 105.416667, 63.25),
    ("--dose-gy 23 --alpha-beta-gy 2.6 --effective-half-life-h 50 --repair-half-life-h 2.8", 33.790, 19.098),
    ("--dose-gy 70 --alpha-beta-gy 2.5 --effective-half-life-h 64.1 --repair-half-life-h 2.5", 143.574, 79.763),
    ("--dose-gy 2.4 --alpha-beta-gy 2 --fractions 2 --per-day 2 --interval-h 6 --repair-half-life-h 4", 4.349117, 2.174559),
])  # fmt: skip
def test_published_figures(words: str, bed_gy: float, eqd2_gy: float) -> None:
    """Closed forms and golden values of fractionated, daily and radionuclide deliveries."""
    found = document(*words.split())
    assert found["bed_gy"] == pytest.approx(bed_gy, abs=5e-4)
    assert found["eqd2_gy"] == pytest.approx(eqd2_gy, abs=5e-4)


@pytest.mark.parametrize(("words", "model", "factor"), [
    ("--fractions 30", "linear-quadratic", None),
    ("--fractions 30 --per-day 1", "linear-quadratic", None),
    ("--fractions 30 --per-day 2 --interval-h 6 --repair-half-life-h 4", "incomplete repair", None),
    ("--effective-half-life-h 64.1 --repair-half-life-h 1.5", "decaying source", 0.022866),
    ("--effective-half-life-h 64.1 --repair-half-life-h 1.5 --duration-h 0", "decaying source", 1.0),
    ("--duration-h 1 --repair-half-life-h 0.6931471805599453", "constant dose rate", 0.735759),
])  # fmt: skip
def test_what_was_said_decides_the_model(words: str, model: str, factor: float | None) -> None:
    """Each lawful combination has its model, and a factor G when the dose is protracted."""
    found = document(*POINT, *words.split())
    assert (found["model"], found["g_factor"]) == (model, factor)
    assert found["source"]
    assert found["formula"]
    assert "CE-marked" in str(found["notice"])


@pytest.mark.parametrize(("words", "message", "remedy"), [
    ("", "not said", "--fractions"),
    ("--per-day 2", "need their number", "--fractions"),
    ("--repair-half-life-h 2", "nothing of how", "--duration-h"),
    ("--effective-half-life-h 50", "half-time of repair", "--repair-half-life-h"),
    ("--duration-h 5", "half-time of repair", "--repair-half-life-h"),
    ("--fractions 5 --effective-half-life-h 50 --repair-half-life-h 2", "not both", "--effective-half-life-h"),
    ("--fractions 5 --duration-h 2", "not both", "--duration-h"),
    ("--fractions 5 --per-day 2", "interval", "leave --per-day out"),
    ("--fractions 5 --repair-half-life-h 2", "interval", "--per-day"),
    ("--fractions 5 --per-day 4 --interval-h 9 --repair-half-life-h 2", "fit into the day", "shorter"),
    ("--fractions 0", "1 or more", "whole number"),
    ("--effective-half-life-h 0 --repair-half-life-h 2", "above 0", "hours"),
    ("--effective-half-life-h 5 --repair-half-life-h -2", "0 or more", "hours"),
    ("--fractions 5 --reference-fraction-gy 0", "above 0", "Gy"),
    ("--fractions 5 --alpha-beta-gy 0", "must be positive", "α/β"),
    ("--fractions 5 --dose-gy -1", "below 0", "at least 0"),
    ("--fractions 5 --dose-gy nan", "not a number", "in Gy"),
    ("--fractions 5 --alpha-beta-gy nan", "must be positive", "α/β"),
])  # fmt: skip
def test_too_much_or_too_little_is_refused(words: str, message: str, remedy: str) -> None:
    """A combination that names no delivery, or two, is refused with the option to add or to leave out: status 2."""
    done = ran(*POINT, *words.split())
    assert done.exit_code == 2
    assert message in done.stderr
    assert remedy in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("words", ["--fractions five", "--fractions 2.5", "--lang de --fractions 5"])
def test_words_that_are_no_values_are_refused(words: str) -> None:
    """A count that is no whole number, or an unknown language: status 2."""
    assert ran(*POINT, *words.split()).exit_code == 2


def test_dose_and_alpha_beta_are_needed() -> None:
    """Neither has a default."""
    assert ran("--dose-gy", "60", "--fractions", "30").exit_code == 2
    assert ran("--alpha-beta-gy", "2", "--fractions", "30").exit_code == 2


def test_any_reference_fraction() -> None:
    """100 Gy₃ are 60 Gy in 2 Gy and 50 Gy in 3 Gy."""
    found = document(
        "--dose-gy", "60", "--alpha-beta-gy", "3", "--fractions", "30", "--reference-fraction-gy", "3"
    )
    assert (found["eqd2_gy"], found["eqdx_gy"], found["reference_fraction_gy"]) == (60.0, 50.0, 3.0)
    assert document(*POINT, "--fractions", "30")["eqdx_gy"] is None


@pytest.mark.rule(4)
def test_extrapolation_is_said() -> None:
    """54 Gy in 3 is 18 Gy a fraction: beyond the 10 Gy up to which the model was validated, and said so in both languages."""
    words = ("--dose-gy", "54", "--alpha-beta-gy", "10", "--fractions", "3")
    found = document(*words)
    assert found["outside_validity"] is True
    assert "10\u00a0Gy" in str(found["validity"])
    assert "EXTRAPOLATED" in ran(*words).stdout
    assert "EXTRAPOLÉ" in ran(*words, "--lang", "fr").stdout
    assert "EXTRAPOLATED" not in ran(*POINT, "--fractions", "30").stdout


@pytest.mark.parametrize("words", [
    "--fractions 30",
    "--fractions 30 --per-day 2 --interval-h 6 --repair-half-life-h 4",
    "--effective-half-life-h 50 --repair-half-life-h 2.8",
    "--effective-half-life-h 50 --repair-half-life-h 2.8 --duration-h 10",
    "--duration-h 10 --repair-half-life-h 2.8",
])  # fmt: skip
def test_page_is_whole_in_french(words: str) -> None:
    """Every row of the page has its words and its numbers as French prints them; no key is left unsaid."""
    shown = ran(*POINT, *words.split(), "--lang", "fr").stdout
    assert "60,00" in shown
    assert "Modèle" in shown
    assert "marquage CE" in shown
    assert "–" not in shown
    assert "bed_" not in shown


def test_help_teaches_with_examples() -> None:
    """The help shows a command for fractions and one for a radionuclide."""
    shown = " ".join(ran("--help").stdout.split())
    assert "graybook bed --dose-gy 60 --alpha-beta-gy 3 --fractions 20" in shown
    assert "--effective-half-life-h 50 --repair-half-life-h 2.8" in shown
