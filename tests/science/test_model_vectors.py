"""Models of effect against published and derived test values, to the printed digit; each row names its source."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from graybook.radiobiology import bed_gy, eqd2_gy, eqd2_of_bed_gy
from graybook.record.override import Override
from graybook.record.scenario import Recovery, RecoveryStep
from validation.model_vectors import Vector, vectors

ROWS = vectors()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.model_name} {row.parameters} {row.quantity}")
def test_figure_is_found_to_the_printed_digit(row: Vector) -> None:
    """The model gives what the table states, with as many decimals."""
    assert row.found() == row.expected


def eqd2(dose_gy: float, fractions: int) -> float:
    """EQD2 of a schedule at 2 Gy."""
    return float(eqd2_gy(np.array(dose_gy), fractions=fractions, alpha_beta_gy=2.0))


@pytest.mark.rule(3)
def test_fractions_of_courses_are_not_pooled() -> None:
    """One voxel with 25 Gy in 25 and then 25 Gy in 5 is 62.5, not the 45.8333 of 50 Gy in 30."""
    assert f"{eqd2(25.0, 25) + eqd2(25.0, 5):.1f}" == "62.5"
    assert f"{eqd2(50.0, 30):.4f}" == "45.8333"


@pytest.mark.rule(3)
def test_courses_are_converted_before_they_are_added() -> None:
    """50 Gy in 25 and 24 Gy in 3 are 110.0, not the 85.8929 of 74 Gy in 28."""
    assert f"{eqd2(50.0, 25) + eqd2(24.0, 3):.1f}" == "110.0"
    assert f"{eqd2(74.0, 28):.4f}" == "85.8929"


def test_hytec_edge() -> None:
    """50 Gy in 25 and 14 Gy in 3: cumulative 73.3333 is above 70, 23.3333 below 25, the share 0.3182 below 0.5 (Sahgal 2021)."""
    later, total = eqd2(14.0, 3), eqd2(50.0, 25) + eqd2(14.0, 3)
    assert (f"{total:.4f}", f"{later:.4f}", f"{later / total:.4f}") == ("73.3333", "23.3333", "0.3182")
    assert total > 70.0
    assert later <= 25.0
    assert later / total <= 0.5


def recovery(share: float, convention: str) -> Recovery:
    """Recovery of the cord by one share from the first day."""
    return Recovery(
        organ="SpinalCord",
        steps=(RecoveryStep(from_months=0.0, share=share),),
        convention=convention,  # type: ignore[arg-type]
        by=Override(
            key="recovery", value=str(share), author="a", date=date(2026, 11, 1), reason="b", source="c"
        ),
    )


@pytest.mark.rule(11)
def test_both_conventions_of_recovery() -> None:
    """Tolerance 50, prior 30, new 30, 25 %: 52.5 exceeds 50 when the dose recovers, 60 meets 62.5 when the tolerance rises."""
    share = recovery(0.25, "dose").share_after(12.0)
    discounted, raised = 30.0 * (1.0 - share) + 30.0, 50.0 * (1.0 + share)
    assert (f"{discounted:.1f}", f"{raised:.1f}") == ("52.5", "62.5")
    assert discounted > 50.0
    assert raised >= 30.0 + 30.0


@pytest.mark.rule(11)
def test_recovery_acts_on_equieffective_dose() -> None:
    """A quarter off 50 Gy in 25 is 37.5; taken off the physical dose it would be 32.8125, and wrong."""
    share = recovery(0.25, "dose").share_after(12.0)
    assert f"{eqd2(50.0, 25) * (1.0 - share):.1f}" == "37.5"
    physical = bed_gy(np.array(2.0 * (1.0 - share)), fractions=25, alpha_beta_gy=2.0)
    assert f"{float(eqd2_of_bed_gy(physical, alpha_beta_gy=2.0)):.4f}" == "32.8125"
