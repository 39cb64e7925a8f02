"""What stands apart of a structure: cycles added by BED, intervals, unknown cycles, indicative totals."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.record import (
    Course,
    DoseOrigin,
    EvidenceGrade,
    IntervalKind,
    MeanDose,
    Modality,
    OrganDoses,
    Phase,
    Status,
)
from graybook.report.result import Metrics, StructureResult
from graybook.workflow.organs.apart import apart_doses, indicative_total
from graybook.workflow.organs.protracted import RepairRange

REPAIR = RepairRange(half_time_h=(2.8, 2.8), basis="override", source="test")


def dose(
    organ: str = "Kidney_L",
    mean: float | None = 6.0,
    low: float = 6.0,
    high: float = 6.0,
    t_eff: float = 50.0,
) -> MeanDose:
    """A dose of one cycle with one effective half-life."""
    return MeanDose(
        organ=organ,
        mean_gy=mean,
        low_gy=low,
        high_gy=high,
        interval=IntervalKind.STATED,
        origin=DoseOrigin.STATED,
        source="letter",
        half_life_h=(t_eff, t_eff),
    )


def course(
    *cycles: MeanDose | None,
    modality: Modality = Modality.RADIONUCLIDE,
    grade: EvidenceGrade = EvidenceGrade.C,
) -> Course:
    """A course of one phase for each cycle; None: nothing is known of it."""
    phases = tuple(
        Phase(
            id=f"p{number}",
            label=str(number),
            status=Status.DELIVERED,
            modality=modality,
            organ_doses=None if one is None else OrganDoses(doses=(one,)),
        )
        for number, one in enumerate(cycles, start=1)
    )
    return Course(
        id="c",
        label="177Lu",
        start_date=date(2022, 1, 1),
        end_date=None,
        evidence_grade=grade,
        phases=phases,
        modality=modality,
    )


def kidney(
    name: str = "Kidney_L", mean: float | None = None, alpha_beta: float | None = 2.6
) -> StructureResult:
    """A kidney with a mean EQD2 of external beam."""
    return StructureResult(
        name=name,
        tg263=name,
        kind="organ",
        alpha_beta_gy=alpha_beta,
        volume_cm3=150.0,
        outside_grid_cm3=0.0,
        cumulative=Metrics(mean_gy=mean),
    )


BEAM = Course(
    id="b",
    label="beam",
    start_date=date(2019, 1, 1),
    end_date=None,
    evidence_grade=EvidenceGrade.A,
    phases=(Phase(id="b1", label="b", status=Status.DELIVERED),),
)


def test_four_cycles_are_converted_one_by_one() -> None:
    """4 × 6 Gy (α/β 2.6 Gy, repair 2.8 h, 50 h): BED 26.937 by G = 2.8/52.8 of each cycle, never 35.75 of 24 Gy in one."""
    (found,) = apart_doses(kidney(), [course(*[dose()] * 4)], REPAIR)
    by_hand = 4 * 6.0 * (1 + 2.8 / 52.8 * 6.0 / 2.6)
    assert found.bed_gy == pytest.approx(by_hand, abs=1e-6)
    assert round(by_hand, 3) == 26.937
    assert found.eqd2_gy == pytest.approx(by_hand / (1 + 2 / 2.6), abs=1e-6)
    assert (found.dose_gy, found.complete, found.evidence_grade) == (24.0, True, "C")


def test_a_published_interval_has_no_middle() -> None:
    """Of two cycles one of which is known as an interval only, both ends are added and no single value is printed."""
    (found,) = apart_doses(kidney(), [course(dose(), dose(mean=None, low=2.0, high=10.0))], REPAIR)
    assert (found.dose_gy, found.bed_gy, found.eqd2_gy) == (None, None, None)
    assert (found.low_gy, found.high_gy) == (8.0, 16.0)
    assert found.eqd2_low_gy is not None
    assert found.eqd2_high_gy is not None
    assert found.eqd2_low_gy < found.eqd2_high_gy


def test_a_cycle_of_unknown_dose_leaves_a_lower_bound() -> None:
    """With one cycle unknown the sum is of the others, and says that it is not complete; an unknown dose is never 0."""
    (found,) = apart_doses(kidney(), [course(dose(), None)], REPAIR)
    assert (found.dose_gy, found.complete) == (6.0, False)
    (none,) = apart_doses(kidney(), [course(None, None)], REPAIR)
    assert (none.dose_gy, none.low_gy, none.eqd2_gy, none.complete) == (None, None, None, False)
    total = indicative_total(kidney(mean=3.0), [found], [BEAM])
    assert total is not None
    assert (total.eqd2_gy, total.lower_bound) == (None, True)
    assert total.low_gy == total.high_gy == pytest.approx(3.0 + (found.eqd2_gy or 0.0), abs=1e-6)


def test_a_dose_of_both_kidneys_is_that_of_each() -> None:
    """A mean dose stated for the kidneys stands beside the left and the right one, and beside no other organ."""
    both = course(dose(organ="Kidneys"))
    assert apart_doses(kidney("Kidney_R"), [both], REPAIR)[0].dose_gy == 6.0
    assert apart_doses(kidney("Liver"), [both], REPAIR)[0].dose_gy is None


def test_indicative_total_adds_mean_eqd2_and_takes_the_worst_grade() -> None:
    """3 Gy EQD2 of external beam (grade A) and 4 cycles (grade C): the sum of both, grade C."""
    apart = apart_doses(kidney(), [course(*[dose()] * 4)], REPAIR)
    total = indicative_total(kidney(mean=3.0), apart, [BEAM])
    assert total is not None
    eqd2 = 4 * 6.0 * (1 + 2.8 / 52.8 * 6.0 / 2.6) / (1 + 2 / 2.6)
    assert total.eqd2_gy == pytest.approx(3.0 + eqd2, abs=1e-6)
    assert (total.evidence_grade, total.lower_bound) == ("C", False)


def test_external_beam_of_unknown_size_leaves_a_lower_bound() -> None:
    """Where beams were given and no 3D sum of them is known, the total has no value and is a lower bound."""
    apart = apart_doses(kidney(), [course(dose())], REPAIR)
    total = indicative_total(kidney(mean=None), apart, [BEAM])
    assert total is not None
    assert (total.eqd2_gy, total.lower_bound) == (None, True)
    alone = indicative_total(kidney(mean=None), apart, [])
    assert alone is not None
    assert alone.eqd2_gy == apart[0].eqd2_gy


def test_nothing_without_an_alpha_beta() -> None:
    """A structure without an α/β has physical doses only, and no total."""
    apart = apart_doses(kidney(alpha_beta=None), [course(dose())], REPAIR)
    assert (apart[0].dose_gy, apart[0].eqd2_gy, apart[0].bed_gy) == (6.0, None, None)
    assert indicative_total(kidney(alpha_beta=None), apart, []) is None
