"""Quantities: photon-isoeffective first; what only a person knows is asked (rule 7)."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.files import Settings, parse
from graybook.record import Modality, Quantity
from graybook.workflow.folder.scan import PersonScan, scan_facts
from phantoms.facts import a_dose, a_plan

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "asked the vendor"\n'


def scanned(radiation: str, dose_type: str, rbe: str = "", *, plan: bool = True) -> PersonScan:
    settings = parse(f'[[phase]]\nplan = "A"\nrbe = "{rbe}"\n{STAMP}') if rbe else Settings()
    facts = [a_dose("A", plans=["A"], dose_type=dose_type, dose_gy=50.0)]
    result = scan_facts([*facts, a_plan("A", radiation=radiation)] if plan else facts, settings)
    return result.persons[0]


def dose_of(person: PersonScan) -> tuple[Quantity, str, float]:
    (phase,) = person.record.courses[0].phases
    assert phase.dose is not None
    return phase.dose.quantity, phase.dose.rbe_model, float(np.max(phase.dose.voxels()))


@pytest.mark.rule(7)
def test_proton_effective_is_never_multiplied_again() -> None:
    """A proton EFFECTIVE dose holds its RBE of 1.1: 50 Gy (RBE) stays 50."""
    person = scanned("PROTON", "EFFECTIVE")
    assert dose_of(person) == (Quantity.RBE_WEIGHTED, "RBE 1.1 (as exported)", 50.0)
    assert not person.refusals


@pytest.mark.rule(7)
@pytest.mark.parametrize(
    ("radiation", "dose_type", "plan", "code"),
    [
        ("PROTON", "PHYSICAL", True, "proton_physical"),
        ("PHOTON", "EFFECTIVE", True, "effective_unknown"),
        ("PHOTON", "EFFECTIVE", False, "effective_unknown"),
        ("ION", "PHYSICAL", True, "ion_physical"),
        ("NEUTRON", "PHYSICAL", True, "radiation_not_yet"),
    ],
)
def test_question_is_asked(radiation: str, dose_type: str, plan: bool, code: str) -> None:
    """What the files leave open is asked; until answered the dose is of unknown quantity, which no sum takes."""
    person = scanned(radiation, dose_type, plan=plan)
    assert [one.code for one in person.refusals] == [code]
    assert dose_of(person)[0] is Quantity.UNKNOWN


@pytest.mark.rule(7)
def test_confirmed_physical_proton_dose_is_multiplied_once() -> None:
    """50 Gy of protons without RBE, confirmed by the user, are 55 Gy."""
    quantity, model, dose_gy = dose_of(scanned("PROTON", "PHYSICAL", "physical"))
    assert (quantity, model) == (Quantity.RBE_WEIGHTED, "constant RBE 1.1")
    assert dose_gy == pytest.approx(55.0)


@pytest.mark.parametrize(
    ("answer", "quantity"), [("1.1 included", Quantity.RBE_WEIGHTED), ("photon", Quantity.PHYSICAL)]
)
def test_answer_settles_effective(answer: str, quantity: Quantity) -> None:
    """The user's word on an EFFECTIVE dose of unknown content is used as it stands, without a factor."""
    person = scanned("PHOTON", "EFFECTIVE", answer)
    assert dose_of(person)[0] is quantity
    assert dose_of(person)[2] == 50.0
    assert not person.refusals


@pytest.mark.rule(7)
def test_ion_dose_keeps_its_model_and_is_labelled() -> None:
    """A dose of heavier ions keeps its exporter's model, labelled extrapolated."""
    person = scanned("ION", "EFFECTIVE")
    assert "extrapolated" in dose_of(person)[1]
    assert "ion_model_extrapolated" in [one.code for one in person.findings]
    assert person.record.courses[0].modality is Modality.CARBON


@pytest.mark.rule(7)
def test_biological_doses_and_our_own_are_never_a_course() -> None:
    """A dose already in EQD2, and a file Graybook wrote, are listed with the reason and count nowhere."""
    result = scan_facts(
        [a_dose("E", biological="EQD2"), a_dose("G", made_by_graybook=True), a_plan("A")], Settings()
    )
    reasons = {one.path: one.reason.code for one in result.files if one.reason is not None}
    assert reasons == {"E.dose": "dose_already_biological", "G.dose": "made_by_graybook"}
    (course,) = result.persons[0].record.courses
    assert [phase.label for phase in course.phases] == ["A"]
