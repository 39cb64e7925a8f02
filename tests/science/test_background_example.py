"""30 Gy EQD2 of earlier courses under a new 30 Gy in 30 fractions, α/β 2: 52.5 is true, and a plain base dose reads 71.0.

Every expected value is worked out here with BED = D (1 + D / (n α/β)); docs/howto/background.md has the same example by hand.
"""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from graybook.accumulation.background import base_gy, read_eqd2_gy, remaining_gy, true_eqd2_gy
from graybook.constraints.remaining import dose_left_gy
from graybook.radiobiology import eqd2_gy
from graybook.radiobiology.isoeffective import isoeffective_gy

ALPHA_BETA_GY, FRACTIONS = 2.0, 30
PRIOR_EQD2_GY, NEW_GY = 30.0, 30.0
PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "background.md"


def bed(dose_gy: float) -> float:
    """BED of a physical dose in 30 fractions at 2 Gy. [Gy]"""
    return dose_gy * (1.0 + dose_gy / (FRACTIONS * ALPHA_BETA_GY))


def eqd2_of_bed(bed_gy: float) -> float:
    """EQD2 is BED over 1 + 2 / (α/β), here half of it. [Gy]"""
    return bed_gy / (1.0 + 2.0 / ALPHA_BETA_GY)


def in_thirty(bed_gy: float) -> float:
    """The physical dose in 30 fractions with this BED: D² / 60 + D - BED = 0. [Gy]"""
    return 30.0 * (sqrt(1.0 + 4.0 * bed_gy / 60.0) - 1.0)


PRIOR_BED_GY = 60.0
"""30 Gy in 2 Gy fractions: 30 (1 + 2/2)."""
TRUE_BED_GY = PRIOR_BED_GY + 45.0
"""The new course: 30 (1 + 1/2)."""


def test_the_example_by_hand() -> None:
    """37.08 Gy under 30 Gy reads 71.0, 30 "Gy" reads 60.0, and 24.85 Gy reads the true 52.5."""
    assert bed(NEW_GY) == 45.0
    assert eqd2_of_bed(TRUE_BED_GY) == 52.5
    restated, base = in_thirty(PRIOR_BED_GY), in_thirty(TRUE_BED_GY) - NEW_GY
    assert (f"{restated:.2f}", f"{base:.2f}") == ("37.08", "24.85")
    assert f"{eqd2_of_bed(bed(restated + NEW_GY)):.1f}" == "71.0"
    assert f"{eqd2_of_bed(bed(PRIOR_EQD2_GY + NEW_GY)):.1f}" == "60.0"
    assert eqd2_of_bed(bed(base + NEW_GY)) == pytest.approx(52.5, abs=1e-12)


def test_a_plain_base_can_also_read_too_little() -> None:
    """30 Gy in 5 fractions on top of 30 EQD2 are 90; the sum of the two numbers is 60, as if 30 Gy had never been in 5."""
    new_eqd2 = 30.0 * (30.0 / 5 + 2.0) / (2.0 + 2.0)
    assert PRIOR_EQD2_GY + new_eqd2 == 90.0
    found = PRIOR_EQD2_GY + float(eqd2_gy(np.array(30.0), fractions=5, alpha_beta_gy=ALPHA_BETA_GY))
    assert found == pytest.approx(90.0, abs=1e-12)
    assert PRIOR_EQD2_GY + NEW_GY == 60.0


def test_graybook_gives_the_true_sum() -> None:
    """Earlier EQD2 and the EQD2 of the new course add to 52.5; 30 Gy in 30 fractions are what 52.5 leaves of it."""
    new = float(eqd2_gy(np.array(NEW_GY), fractions=FRACTIONS, alpha_beta_gy=ALPHA_BETA_GY))
    assert PRIOR_EQD2_GY + new == pytest.approx(52.5, abs=1e-12)
    left = dose_left_gy(52.5, PRIOR_EQD2_GY, fractions=FRACTIONS, alpha_beta_gy=ALPHA_BETA_GY)
    assert left == pytest.approx(NEW_GY, abs=1e-9)


def test_graybook_restates_the_earlier_dose() -> None:
    """30 Gy EQD2 are 37.08 Gy in 30 fractions: the number that must not be added to a plan in Gy."""
    found = isoeffective_gy(np.array(PRIOR_EQD2_GY), fractions=FRACTIONS, alpha_beta_gy=ALPHA_BETA_GY)
    assert float(found) == pytest.approx(30.0 * (sqrt(5.0) - 1.0), abs=1e-9)


def read(base_gy: float, new_gy: float) -> float:
    """What Graybook says a planning system reads. [Gy]"""
    arrays = np.array(base_gy), np.array(new_gy)
    return float(read_eqd2_gy(*arrays, fractions=FRACTIONS, alpha_beta_gy=ALPHA_BETA_GY))


def test_graybook_gives_the_three_readings() -> None:
    """The EQD2 as if in Gy reads 60.0, its isoeffective dose 71.0, the base dose for this plan what is true: 52.5."""
    prior, new = np.array(PRIOR_EQD2_GY), np.array(NEW_GY)
    true = float(true_eqd2_gy(prior, new, fractions=FRACTIONS, alpha_beta_gy=ALPHA_BETA_GY))
    base = float(base_gy(prior, new, fractions=FRACTIONS, alpha_beta_gy=ALPHA_BETA_GY))
    assert true == pytest.approx(eqd2_of_bed(TRUE_BED_GY), abs=1e-12)
    assert base == pytest.approx(in_thirty(TRUE_BED_GY) - NEW_GY, abs=1e-9)
    assert read(PRIOR_EQD2_GY, NEW_GY) == pytest.approx(60.0, abs=1e-9)
    assert f"{read(in_thirty(PRIOR_BED_GY), NEW_GY):.1f}" == "71.0"
    assert read(base, NEW_GY) == pytest.approx(52.5, abs=1e-9)


@pytest.mark.parametrize(("share", "error_gy"), [(0.8, -2.4853), (1.2, 2.4853)])
def test_a_base_dose_is_wrong_under_another_dose(share: float, error_gy: float) -> None:
    """Under 24 or 36 Gy it misses by 2 B D (f - 1) / (n (2 + α/β)): the difference of (B + D)² and what B was made for."""
    base = in_thirty(TRUE_BED_GY) - NEW_GY
    new = share * NEW_GY
    truth = PRIOR_EQD2_GY + eqd2_of_bed(bed(new))
    missed = eqd2_of_bed(bed(base + new)) - truth
    assert missed == pytest.approx(2.0 * base * NEW_GY * (share - 1.0) / (FRACTIONS * 4.0), abs=1e-9)
    assert missed == pytest.approx(error_gy, abs=1e-4)
    assert read(base, new) - truth == pytest.approx(missed, abs=1e-9)


def test_for_another_tissue_the_base_dose_is_another() -> None:
    """At α/β 10 the same earlier 30 Gy EQD2 under 30 Gy in 30 fractions need 27.85 Gy, not 24.85."""
    bed_gy = 30.0 * (1.0 + 2.0 / 10.0) + 30.0 * (1.0 + 1.0 / 10.0)
    expected = 150.0 * (sqrt(1.0 + 4.0 * bed_gy / 300.0) - 1.0) - NEW_GY
    found = base_gy(np.array(PRIOR_EQD2_GY), np.array(NEW_GY), fractions=FRACTIONS, alpha_beta_gy=10.0)
    assert float(found) == pytest.approx(expected, abs=1e-9)
    assert f"{expected:.2f}" == "27.85"


def test_a_base_dose_for_one_limit_needs_no_plan() -> None:
    """Limit restated less what it leaves: the sum meets the restated limit exactly where the new dose is what is left."""
    limit = in_thirty(2.0 * 50.0)
    left = in_thirty(2.0 * (50.0 - PRIOR_EQD2_GY))
    found = remaining_gy(
        np.array(PRIOR_EQD2_GY), limit_eqd2_gy=50.0, fractions=FRACTIONS, alpha_beta_gy=ALPHA_BETA_GY
    )
    assert float(found) == pytest.approx(left, abs=1e-9)
    for new in (0.5 * left, left, 1.2 * left):
        below = PRIOR_EQD2_GY + eqd2_of_bed(bed(new)) <= 50.0 + 1e-9
        assert below == ((limit - left) + new <= limit + 1e-9)


def test_the_page_says_the_same() -> None:
    """The example stands on the page for planners, digit by digit."""
    text = PAGE.read_text(encoding="utf-8")
    for figure in (
        "71.0",
        "52.5",
        "37.08",
        "24.85",
        "54.85",
        "67.08",
        "60.0",
        "44.3",
        "46.8",
        "61.3",
        "58.8",
    ):
        assert figure in text, figure
