"""Numbers of radionuclides print with their spread; what is unknown prints as unknown and never as nothing."""

from __future__ import annotations

import math

import pytest

from graybook.report.nuclear_result import ExponentialResult, OrganCycleResult, TimePointResult
from graybook.report.nuclear_words import (
    activity_text,
    apart_text,
    beyond_last_percent,
    figure_text,
    given_activity,
    given_text,
    method_name,
    nuclide_name,
    percent_text,
    spread_text,
    therapy_text,
)
from graybook.report.result import ApartDose
from graybook.report.wording import Wording
from unit.report import nuclear_cases as cases

EN, FR = Wording("en"), Wording("fr")


@pytest.mark.parametrize(("gbq", "text"), [(0.0074, "0.0074"), (0.05, "0.05"), (7.4, "7.40"), (0.1, "0.10")])
def test_small_activities_keep_their_digits(gbq: float, text: str) -> None:
    """0.0074 GBq, MBq in the place of GBq, are not 0.01; in French with a comma."""
    assert activity_text(gbq, EN) == f"{text}\u00a0GBq"
    assert activity_text(gbq, FR) == f"{text}\u00a0GBq".replace(".", ",")


def test_unknown_is_a_word() -> None:
    """A dose of which nothing is known is "unknown" in both languages, neither zero nor a dash."""
    assert figure_text(None, None, None, EN) == "unknown"
    assert figure_text(None, None, None, FR) == "inconnue"


def test_only_an_interval_prints_as_an_interval() -> None:
    """1.48 to 6.66 Gy without a middle is the interval; no middle is made up."""
    assert figure_text(None, 1.48, 6.66, EN) == "1.48–6.66\u00a0Gy"
    assert spread_text(None, 1.48, 6.66, "published interval", EN) == "published interval"


def test_a_value_has_its_interval_beside_it() -> None:
    """2.67 Gy, 2.38 to 2.95 of a 90 % band, in French with commas."""
    assert figure_text(2.667, 2.38, 2.95, FR) == "2,67\u00a0Gy"
    assert spread_text(2.667, 2.38, 2.95, "90 % band", FR) == "2,38–2,95, bande à 90\u00a0%"


def test_moments_keep_their_offset() -> None:
    """A moment prints with the offset it was stated with; a day alone prints as a day."""
    assert given_text("2025-10-26T01:30:00+02:00", FR) == "26/10/2025 01:30 (UTC+02:00)"
    assert given_text("2025-10-26T01:30:00", EN) == "2025-10-26 01:30"
    assert given_text("1998-05-12", EN) == "1998-05-12"
    assert given_text(None, EN) == "undated"


@pytest.mark.parametrize(
    ("values", "text"),
    [([30.1, 43.2], "+30.1 to +43.2\u00a0%"), ([-0.5], "−0.5\u00a0%"), ([0.0], "0.0\u00a0%")],
)
def test_differences_have_signs(values: list[float], text: str) -> None:
    """The spread over cycles is a signed range, and nothing has no sign."""
    assert percent_text(values, EN) == text


def test_share_beyond_the_last_point() -> None:
    """One exponential of 50 h measured until 100 h: a quarter lies beyond, since two half-lives have passed."""
    organ = OrganCycleResult(
        organ="Liver", low_gy=1.0, high_gy=1.0, interval="no interval", method="",
        time_points=[TimePointResult(hours=h, activity_mbq=1.0, sd_mbq=0.1) for h in (4.0, 100.0)],
        exponentials=[ExponentialResult(amplitude_mbq=8.0, rate_per_h=math.log(2.0) / 50.0)],
    )  # fmt: skip
    assert beyond_last_percent(organ) == pytest.approx(25.0, abs=1e-9)
    assert beyond_last_percent(organ.model_copy(update={"exponentials": []})) is None


def test_therapies_in_words() -> None:
    """Three cycles of 7.41, 7.38 and 7.44 GBq are 22.23 GBq; with one not known it is at least the others."""
    cycles = cases.lutate_cycles()
    assert therapy_text(cycles, EN) == "¹⁷⁷Lu-DOTATATE, 3 cycles, 22.23\u00a0GBq"
    cycles[1] = cycles[1].model_copy(update={"activity_gbq": None})
    assert therapy_text(cycles, EN) == "¹⁷⁷Lu-DOTATATE, 3 cycles, ≥ 14.85\u00a0GBq"
    assert given_activity(cases.IODINE, cases.nuclear(), EN) == ("3.70\u00a0GBq", "")
    assert nuclide_name("Tc-99m") == "⁹⁹ᵐTc"
    named = cases.lutate_cycles()[0].model_copy(update={"agent": "Lutetium^177^ DOTATATE"})
    assert therapy_text([named], EN) == "¹⁷⁷Lu-DOTATATE, 1 cycle, 7.41\u00a0GBq"


@pytest.mark.rule(15)
def test_microspheres_name_their_device() -> None:
    """Glass and resin are told apart where the dose stands."""
    dose = ApartDose(
        course="y", modality="microspheres", evidence_grade="B", device="y90-resin", dose_gy=40.0,
        low_gy=35.0, high_gy=45.0, interval="stated interval",
    )  # fmt: skip
    said = apart_text(dose, EN)
    assert said[0] == "40.00\u00a0Gy physical, no EQD2"
    assert "⁹⁰Y resin" in said[3]


@pytest.mark.rule(15)
def test_a_missing_cycle_makes_a_lower_bound() -> None:
    """EQD2 of which a cycle is missing prints with "≥"."""
    dose = ApartDose(
        course="lu", modality="radionuclide", evidence_grade="A", eqd2_gy=4.0, eqd2_low_gy=3.5,
        eqd2_high_gy=4.5, complete=False,
    )  # fmt: skip
    assert apart_text(dose, EN)[0] == "≥ 4.00\u00a0Gy"


def test_dose_by_activity_is_named_in_both_languages() -> None:
    """As the doses by activity write it, with its sign of multiplication."""
    assert method_name("activity × Gy/GBq", EN) == "activity × Gy/GBq"
    assert method_name("activity × Gy/GBq", FR) == "activité × Gy/GBq"
