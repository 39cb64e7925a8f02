"""Rule 1: plans, approvals, records and a person's word come in; only what was given is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from phantoms import PhantomPlan, write_phantom
from phantoms.course import Alter
from rules.patients import (
    codes,
    cord,
    course,
    eqd2,
    finding,
    metrics,
    organ,
    plan,
    result_of,
    run,
    scanned,
    state,
    structure,
)

DAY = date(2025, 5, 5)
EARLIER = date(2015, 5, 4)


@pytest.mark.rule(1)
def test_stopped_at_12_by_treatment_records(tmp_path: Path) -> None:
    """60 Gy in 30 with 12 treatment records is 24.0 at α/β 3, never 96, and said to be partly delivered."""
    write_phantom(
        tmp_path, [course("c", DAY, plan(60, 30, sessions=12), structures=[structure("Esophagus")])]
    )
    result = result_of(tmp_path)
    gullet = organ(result, "Esophagus")
    assert gullet.alpha_beta_gy == 3.0
    assert set(metrics(gullet.cumulative).values()) == {24.0}
    (phase,) = result.courses[0].phases
    assert (phase.fractions_planned, phase.fractions_delivered) == (30, 12)
    assert phase.status == "partly delivered"


@pytest.mark.rule(1)
def test_stopped_at_12_by_a_persons_word(tmp_path: Path) -> None:
    """The same by graybook.toml; the override is in the provenance with its author."""
    write_phantom(tmp_path, [course("c", DAY, plan(60, 30, "A"), structures=[structure("Esophagus")])])
    state(tmp_path, '[[phase]]\nplan = "A"\nfractions_delivered = 12')
    result = result_of(tmp_path)
    assert organ(result, "Esophagus").cumulative.mean_gy == 24.0
    assert any("A. Physicist" in str(one) and "12" in str(one) for one in result.provenance.overrides)


@pytest.mark.rule(1)
def test_dose_per_fraction_stays_as_planned(tmp_path: Path) -> None:
    """54 Gy in 3 stopped after 1 is one fraction of 18 Gy: 18 x 20 / 4 = 90 at α/β 2, not 6 Gy or 54 Gy a fraction."""
    write_phantom(tmp_path, [course("c", DAY, plan(54, 3, sessions=1))])
    assert organ(result_of(tmp_path)).cumulative.mean_gy == pytest.approx(90.0, abs=1e-6)


@pytest.mark.rule(1)
def test_no_record_is_assumed_delivered_and_said(tmp_path: Path) -> None:
    """Without a treatment record the planned sessions count as assumed delivered, with a finding."""
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25))])
    result = result_of(tmp_path)
    assert result.courses[0].phases[0].status == "assumed delivered"
    assert result.courses[0].phases[0].fractions_delivered == 25
    assert finding(result, "assumed", "delivered")


@pytest.mark.rule(1)
@pytest.mark.parametrize("intent", ["VERIFICATION", "MACHINE_QA", "RESEARCH", "SERVICE"])
def test_intents_that_are_no_treatment(tmp_path: Path, intent: str) -> None:
    """A plan for verification, machine QA, research or service is never counted; it is named."""
    plans = (plan(50, 25, "REAL"), plan(66, 33, "CHECK", intent=intent))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    assert organ(result).point_sum.max_sum_gy == 50.0
    assert finding(result, "CHECK")


@pytest.mark.rule(1)
@pytest.mark.parametrize("sessions", [0, 5])
def test_rejected_is_never_counted(tmp_path: Path, sessions: int) -> None:
    """A REJECTED plan is never counted, not even with treatment records beside it; it is named."""
    plans = (plan(50, 25, "REAL"), plan(66, 33, "BAD", approval="REJECTED", sessions=sessions))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    assert finding(result, "BAD")


@pytest.mark.rule(1)
def test_a_rejected_course_of_its_own_adds_nothing(tmp_path: Path) -> None:
    """A plan of ten years earlier that was rejected adds nothing, and the 3D sum stays whole."""
    old = course("old", EARLIER, plan(40, 20, "BAD", approval="REJECTED"))
    write_phantom(tmp_path, [old, course("new", DAY, plan(50, 25, "REAL"))])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    assert not organ(result).lower_bound
    assert finding(result, "BAD")


@pytest.mark.rule(1)
def test_unapproved_alone_is_assumed_and_said(tmp_path: Path) -> None:
    """An UNAPPROVED plan on its own counts only as assumed, and the report says that it is unapproved."""
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25, "DRAFT", approval="UNAPPROVED"))])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    assert result.courses[0].phases[0].status == "assumed delivered"
    assert finding(result, "DRAFT", "unapproved")


@pytest.mark.rule(1)
def test_unapproved_beside_an_approved_rival_is_an_alternative(tmp_path: Path) -> None:
    """Of two plans for one target with one prescription the UNAPPROVED one is an alternative, not in the sum."""
    plans = (plan(50, 25, "DRAFT", approval="UNAPPROVED", target="T"), plan(50, 25, "FINAL", target="T"))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    by_label = {phase.label: phase for phase in result.courses[0].phases}
    assert by_label["DRAFT"].status == "alternative"
    assert not by_label["DRAFT"].in_sum
    assert by_label["FINAL"].in_sum


RIVALS = {
    "the same dose reference": {"target": "T"},
    "the same target ROI": {"target_structure": "PTV"},
}


@pytest.mark.rule(1)
@pytest.mark.parametrize("named", RIVALS.values(), ids=RIVALS.keys())
def test_approved_rivals_are_the_users_choice(tmp_path: Path, named: dict[str, str]) -> None:
    """Two APPROVED rivals: both listed, the sum refused with a remedy that names them, exit status 0."""
    plans = (plan(60, 30, "ONE", **named), plan(60, 20, "TWO", **named))
    drawn = (cord(), structure("PTV", kind="PTV"))
    write_phantom(tmp_path / "in", [course("c", DAY, *plans, structures=drawn)])
    ran = run("assess", tmp_path / "in", "--out", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    result = result_of(tmp_path / "in")
    assert set(metrics(organ(result).cumulative).values()) == {None}
    assert {phase.label for phase in result.courses[0].phases} == {"ONE", "TWO"}
    assert not any(phase.in_sum for phase in result.courses[0].phases)
    (refusal,) = [one for one in result.refusals if "ONE" in one.text and "TWO" in one.text]
    assert "graybook.toml" in refusal.remedy


@pytest.mark.rule(1)
@pytest.mark.parametrize(("choice", "truth"), [("ONE", eqd2(60, 30)), ("TWO", eqd2(60, 20))])
def test_the_remedy_for_rivals_works(tmp_path: Path, choice: str, truth: float) -> None:
    """The remedy that the refusal prints, pasted with the choice, gives the sum of the chosen plan."""
    plans = (plan(60, 30, "ONE", target="T"), plan(60, 20, "TWO", target="T"))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    (refusal,) = result_of(tmp_path).refusals
    pasted = refusal.remedy[refusal.remedy.index("[[course]]") :]
    (tmp_path / "graybook.toml").write_text(pasted.replace('"ONE"', f'"{choice}"'), encoding="utf-8")
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == pytest.approx(truth, abs=1e-6)
    assert not result.refusals


@pytest.mark.rule(1)
def test_records_decide_between_rivals(tmp_path: Path) -> None:
    """Of two APPROVED rivals the one with treatment records was given."""
    plans = (plan(60, 30, "ONE", target="T", sessions=30), plan(60, 20, "TWO", target="T"))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    assert organ(result_of(tmp_path)).cumulative.mean_gy == 60.0


@pytest.mark.rule(1)
def test_phases_on_one_date_are_no_rivals(tmp_path: Path) -> None:
    """Plans that name no common target, or differ in dose and fractions, are phases even on one date: 50 + 10 Gy."""
    plans = (plan(50, 25, "MAIN", target="T"), plan(10, 5, "BOOST", target="T"))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == pytest.approx(60.0, abs=1e-6)
    assert not result.refusals


def _prescribed(dose_gy: float) -> Alter:
    def alter(dataset: Dataset) -> None:
        dataset.DoseReferenceSequence[0].TargetPrescriptionDose = dose_gy

    return alter


@pytest.mark.rule(1)
def test_phases_that_share_a_stated_total_are_no_rivals(tmp_path: Path) -> None:
    """25 x 2 Gy and 5 x 2 Gy that both state the course's 60 Gy for one target together give it: phases, 60 Gy."""
    main, boost = plan(50, 25, "MAIN", target="T"), plan(10, 5, "BOOST", target="T")
    plans: list[PhantomPlan] = [replace(one, alter_plan=_prescribed(60.0)) for one in (main, boost)]
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    result = result_of(tmp_path)
    assert "rival_plans" not in codes(result)
    assert organ(result).cumulative.mean_gy == pytest.approx(60.0, abs=1e-6)


@pytest.mark.rule(1)
def test_together_over_a_stated_prescription_is_rival(tmp_path: Path) -> None:
    """30 x 2 Gy and 30 x 1.8 Gy for one target of 60 Gy exceed it together: a choice, no sum."""
    other = replace(plan(54, 30, "TWO", target="T"), alter_plan=_prescribed(60.0))
    write_phantom(tmp_path, [course("c", DAY, plan(60, 30, "ONE", target="T"), other)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy is None
    assert finding(result, "ONE", "TWO")


@pytest.mark.rule(1)
def test_scan_lists_plans_that_were_not_given(tmp_path: Path) -> None:
    """scan shows the rejected plan's files with what they were used as, or the reason; nothing is dropped."""
    plans = (plan(50, 25, "REAL"), plan(66, 33, "BAD", approval="REJECTED"))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    document = scanned(tmp_path)
    assert all(one["used_as"] or one["reason"] for one in document["files"])
    (person,) = document["persons"]
    shown = {phase["label"]: phase["status"] for one in person["courses"] for phase in one["phases"]}
    assert shown.get("BAD", "not given") == "not given"
    assert shown["REAL"] == "assumed delivered"


@pytest.mark.rule(1)
def test_interrupted_sessions_are_an_interval_or_a_lower_bound(tmp_path: Path) -> None:
    """Twelve sessions begun and ended by the machine gave between 0 and 24 Gy: an interval, or said to be a lower bound."""
    write_phantom(tmp_path, [course("c", DAY, plan(60, 30, "A", sessions=12, termination="MACHINE"))])
    result = result_of(tmp_path)
    cord_row = organ(result)
    interval = (cord_row.cumulative.mean_gy, cord_row.cumulative_upper.mean_gy) == (0.0, 24.0)
    assert interval or (cord_row.lower_bound and not cord_row.point_sum.complete)
    assert finding(result, "A", "12")


@pytest.mark.rule(1)
def test_a_course_not_given_is_no_gap(tmp_path: Path) -> None:
    """A course stated not given adds nothing, makes no lower bound, and nothing says that it does."""
    write_phantom(tmp_path, [course("old", EARLIER, plan(30, 15, "A")), course("new", DAY, plan(50, 25))])
    state(tmp_path, '[[course]]\ncourse = "2015-05-04"\nstatus = "not_given"')
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    assert not organ(result).lower_bound
    assert not finding(result, "lower bound")


@pytest.mark.rule(1)
def test_a_course_of_unknown_fate_is_a_gap(tmp_path: Path) -> None:
    """A course of which nobody knows whether it was given makes every 3D number a lower bound."""
    write_phantom(tmp_path, [course("old", EARLIER, plan(30, 15, "A")), course("new", DAY, plan(50, 25))])
    state(tmp_path, '[[course]]\ncourse = "2015-05-04"\nstatus = "unknown"')
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy in (50.0, None)
    assert organ(result).lower_bound
    assert not organ(result).point_sum.complete


@pytest.mark.rule(1)
@pytest.mark.parametrize("by", ["records", "word"])
def test_more_sessions_than_planned_is_said(tmp_path: Path, by: str) -> None:
    """40 sessions of a plan of 25 are 80 Gy, as stated, and that is said."""
    one = plan(50, 25, "A", sessions=40 if by == "records" else 0)
    write_phantom(tmp_path, [course("c", DAY, one)])
    if by == "word":
        state(tmp_path, '[[phase]]\nplan = "A"\nfractions_delivered = 40')
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 80.0
    assert finding(result, "A", "40", "25")


@pytest.mark.rule(1)
def test_a_proposed_course_counts_and_says_so(tmp_path: Path) -> None:
    """A course stated as proposed is in the sum, as proposed."""
    write_phantom(tmp_path, [course("old", EARLIER, plan(30, 15)), course("new", DAY, plan(50, 25))])
    result = result_of(state(tmp_path, '[[course]]\ncourse = "2025-05-05"\nstatus = "proposed"'))
    assert organ(result).cumulative.mean_gy == 80.0
    assert result.courses[1].phases[0].status == "proposed"


@pytest.mark.rule(1)
def test_the_loser_of_three_rivals_is_not_said_to_have_lost_to_a_winner(tmp_path: Path) -> None:
    """A and C approved, B not: A and C are a choice; no sentence says that A or C is counted."""
    plans = (
        plan(60, 30, "A1", target="T"),
        plan(60, 30, "B1", target="T", approval="UNAPPROVED"),
        plan(60, 30, "C1", target="T"),
    )
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy is None
    assert not finding(result, "A1 is counted")
    assert not finding(result, "C1 is counted")


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    "said", [{"intent": "VERIFICATION"}, {"approval": "REJECTED"}], ids=["verification", "rejected"]
)
def test_a_persons_word_against_intent_or_rejection_is_said(tmp_path: Path, said: dict[str, str]) -> None:
    """Stated delivered although it is a check or rejected: not counted, or the report says what was overruled."""
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25, "REAL"), plan(66, 33, "CHECK", **said))])
    result = result_of(state(tmp_path, '[[phase]]\nplan = "CHECK"\nfractions_delivered = 33'))
    (word,) = said.values()
    counted = organ(result).cumulative.mean_gy != 50.0
    assert not counted or finding(result, "CHECK", word)
