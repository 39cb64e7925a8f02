"""Scale: a dose of one fraction taken for the whole is an error until answered (rule 6)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graybook.dicom.facts import DoseFacts, PlanFacts, StructureSetFacts
from graybook.files import Settings, parse
from graybook.progress import silent
from graybook.workflow.folder.scale import ScaleVerdict, scale_of
from graybook.workflow.folder.scan import scan, scan_facts
from phantoms.facts import a_dose, a_plan, a_target, structures

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "measured"\n'
ORIGIN = (0.0, 0.0, 0.0)


def verdict(*facts: PlanFacts | DoseFacts | StructureSetFacts, settings: str = "") -> ScaleVerdict:
    (person,) = scan_facts(facts, parse(settings) if settings else Settings()).persons
    (planned,) = person.planned
    return scale_of(planned)


def codes(said: ScaleVerdict) -> list[str]:
    return [*(one.code for one in said.findings), *(one.code for one in said.refusals)]


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("dose_gy", "code"),
    [
        (60.0, "scale_checked"),
        (2.0, "dose_scale_suspect"),
        (1800.0, "dose_scale_suspect"),
        (6000.0, "dose_scale_suspect"),
    ],
)
def test_prescription_point(dose_gy: float, code: str) -> None:
    """60 Gy prescribed to a point in 30: 60 there is right, 2 is a fraction's dose, 1800 is thirty times too much,
    6000 is centigray."""
    plan = a_plan("A", fractions=(30,), targets=[a_target(60.0, point=ORIGIN)])
    assert codes(verdict(plan, a_dose("A", plans=["A"], dose_gy=dose_gy))) == [code]


@pytest.mark.rule(6)
@pytest.mark.parametrize(("dose_gy", "code"), [(58.0, "scale_checked"), (10.0, "dose_scale_suspect")])
def test_target_median(dose_gy: float, code: str) -> None:
    """54 Gy in 5 prescribed to a target: a median of 58 agrees, of 10 is one fraction's dose."""
    plan = a_plan("A", fractions=(5,), targets=[a_target(54.0, roi=1)], structure_set="S")
    drawn = structures("S", series=["gone"])
    assert codes(verdict(plan, drawn, a_dose("A", plans=["A"], dose_gy=dose_gy))) == [code]


@pytest.mark.rule(6)
def test_beam_points() -> None:
    """Two beams of 1 Gy each in 20 fractions at one point: 40 Gy are expected there, 2 is one fraction's dose."""
    plan = a_plan("A", fractions=(20,), beam_dose_gy=1.0, beam_point=ORIGIN)
    assert codes(verdict(plan, a_dose("A", plans=["A"], dose_gy=40.0))) == ["scale_checked"]
    assert codes(verdict(plan, a_dose("A", plans=["A"], dose_gy=2.0))) == ["dose_scale_suspect"]


def test_highest_dose_where_nothing_else_is_there() -> None:
    """A prescription without point or ROI is compared with the highest dose: 3 Gy for 60 in 20 is one fraction's."""
    plan = a_plan("A", fractions=(20,), targets=[a_target(60.0)])
    assert codes(verdict(plan, a_dose("A", plans=["A"], dose_gy=3.0))) == ["dose_scale_suspect"]
    assert codes(verdict(plan, a_dose("A", plans=["A"], dose_gy=64.0))) == ["scale_checked"]


def test_hot_stereotactic_dose_is_no_scale_error() -> None:
    """A maximum of twice the prescription in 2 fractions (50 % isodose) is not a factor of n."""
    plan = a_plan("A", fractions=(2,), targets=[a_target(20.0)])
    assert codes(verdict(plan, a_dose("A", plans=["A"], dose_gy=40.0))) == ["scale_unclear"]


@pytest.mark.rule(6)
def test_nothing_to_check_against_is_a_warning() -> None:
    """No prescription and no beam dose: scale not checkable, said, and the dose is used."""
    said = verdict(a_plan("A"), a_dose("A", plans=["A"]))
    assert codes(said) == ["scale_not_checkable"]
    assert codes(verdict(a_dose("A"))) == ["scale_not_checkable"]


@pytest.mark.rule(6)
def test_answer_settles_the_scale() -> None:
    """per_fraction makes 2 Gy the 60 they are; total keeps them, with a word about it."""
    plan = a_plan("A", fractions=(30,), targets=[a_target(60.0, point=ORIGIN)])
    dose = a_dose("A", plans=["A"], dose_gy=2.0)
    answer = '[[phase]]\nplan = "A"\ndose_scale = "{}"\n' + STAMP
    assert codes(verdict(plan, dose, settings=answer.format("per_fraction"))) == ["scale_checked"]
    assert codes(verdict(plan, dose, settings=answer.format("total"))) == ["scale_stated"]


def test_one_fraction_has_one_scale() -> None:
    """With a single fraction there is nothing to confuse: 20 Gy in 1 is checked, not suspected."""
    plan = a_plan("A", fractions=(1,), targets=[a_target(20.0, point=ORIGIN)])
    assert codes(verdict(plan, a_dose("A", plans=["A"], dose_gy=20.0))) == ["scale_checked"]


def test_beam_sum_is_compared_with_the_prescription() -> None:
    """2 beams x 1 Gy x 20 = 40 Gy against 40 prescribed is said; against 60 it is a warning."""
    dose = a_dose("A", plans=["A"])
    same = a_plan("A", fractions=(20,), beam_dose_gy=1.0, targets=[a_target(40.0)])
    unlike = a_plan("A", fractions=(20,), beam_dose_gy=1.0, targets=[a_target(60.0)])
    assert "beam_dose_sum" in codes(verdict(same, dose))
    assert "beam_dose_sum_differs" in codes(verdict(unlike, dose))


@pytest.mark.rule(6)
def test_breast_beam_sum_and_point(test_data: Path) -> None:
    """Public breast plan: sum of beam doses x 7 = 14 Gy, and the dose at its calculation point is the 11.31 Gy it states."""
    (person,) = scan(test_data / "breast_complete", silent).persons
    (planned,) = person.planned
    said = {one.code: one.params for one in scale_of(planned).findings}
    assert said["beam_dose_sum"]["sum_gy"] == pytest.approx(14.0)
    assert np.isclose(float(said["scale_checked"]["found_gy"] or 0), 11.3113869, rtol=0.01)
