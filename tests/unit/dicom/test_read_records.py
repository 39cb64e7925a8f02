"""Treatment records say which sessions were given."""

from __future__ import annotations

from typing import Any

import pytest


def record(tiny: Any, sop: str, **values: Any) -> Any:
    """A treatment record of plan 1.2.70."""
    plan = [tiny.item(ReferencedSOPInstanceUID="1.2.70")]
    return tiny.made("481." + sop, "RTRECORD", "1.2.80", ReferencedRTPlanSequence=plan, **values)


@pytest.mark.parametrize(
    ("sop", "sequence"), [("4", "TreatmentSessionBeamSequence"), ("9", "TreatmentSessionIonBeamSequence")]
)
def test_one_session(tiny: Any, read: Any, sop: str, sequence: str) -> None:
    """Fraction number, beams and completeness of a session; a setup beam is no treatment."""
    beams = [
        tiny.item(
            CurrentFractionNumber=3,
            ReferencedBeamNumber=number,
            TreatmentTerminationStatus=status,
            TreatmentDeliveryType=kind,
        )
        for number, status, kind in [
            (1, "NORMAL", "TREATMENT"),
            (2, "NORMAL", "TREATMENT"),
            (9, "MACHINE", "SETUP"),
        ]
    ]
    values = {sequence: beams, "TreatmentDate": "20200102", "ReferencedFractionGroupNumber": 1}
    fact = read(record(tiny, sop, **values))
    assert (fact.plan_uids, fact.fraction_group, fact.fraction_numbers) == (("1.2.70",), 1, (3,))
    assert (fact.delivered_beams, fact.complete, fact.is_summary) == ((1, 2), True, False)
    assert fact.treatment_date.isoformat() == fact.header.date.isoformat() == "2020-01-02"


def test_an_interrupted_session(tiny: Any, read: Any) -> None:
    """A beam that was stopped makes the session incomplete."""
    beam = tiny.item(CurrentFractionNumber=3, ReferencedBeamNumber=1, TreatmentTerminationStatus="OPERATOR")
    assert not read(record(tiny, "4", TreatmentSessionBeamSequence=[beam])).complete


def test_a_brachytherapy_session(tiny: Any, read: Any) -> None:
    """Application setups count as what was given."""
    setup = tiny.item(
        CurrentFractionNumber=2, ReferencedBrachyApplicationSetupNumber=5, TreatmentTerminationStatus="NORMAL"
    )
    fact = read(record(tiny, "6", TreatmentSessionApplicationSetupSequence=[setup]))
    assert (fact.fraction_numbers, fact.delivered_beams, fact.complete) == ((2,), (5,), True)


def test_a_summary(tiny: Any, read: Any) -> None:
    """A treatment summary speaks for all sessions of its fraction group."""
    summary = tiny.item(ReferencedFractionGroupNumber=1, NumberOfFractionsDelivered=12)
    fact = read(record(tiny, "7", FractionGroupSummarySequence=[summary]))
    assert (fact.is_summary, fact.fractions_delivered, fact.fraction_group) == (True, 12, 1)
