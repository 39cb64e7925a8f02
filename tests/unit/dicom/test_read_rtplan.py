"""A plan says what was asked: fractions, beams, prescriptions, intent, approval."""

from __future__ import annotations

from typing import Any

UID = "1.2.3.70"


def photon(tiny: Any, **changes: Any) -> Any:
    """A plan of one treatment beam and one setup beam, 25 fractions of 2 Gy."""
    reference = tiny.item(ReferencedBeamNumber=1, BeamDose="2", BeamDoseSpecificationPoint=[1, 2, 3])
    group = tiny.item(
        FractionGroupNumber=1,
        NumberOfFractionsPlanned=25,
        NumberOfBeams=1,
        ReferencedBeamSequence=[reference],
    )
    values: dict[str, Any] = {
        "RTPlanLabel": "LUNG",
        "RTPlanDate": "20190115",
        "PlanIntent": "CURATIVE",
        "ApprovalStatus": "APPROVED",
        "RTPlanGeometry": "PATIENT",
        "BeamSequence": [
            tiny.item(BeamNumber=1, BeamName="AP", RadiationType="PHOTON", TreatmentDeliveryType="TREATMENT"),
            tiny.item(BeamNumber=2, BeamName="CBCT", RadiationType="ELECTRON", TreatmentDeliveryType="SETUP"),
        ],
        "FractionGroupSequence": [group],
        "DoseReferenceSequence": [
            tiny.item(
                DoseReferenceUID="1.2.5",
                DoseReferenceStructureType="VOLUME",
                DoseReferenceType="TARGET",
                DoseReferenceDescription="PTV",
                ReferencedROINumber=4,
                TargetPrescriptionDose="50",
            )
        ],
        "ReferencedStructureSetSequence": [tiny.item(ReferencedSOPInstanceUID="1.2.60")],
    }
    return tiny.changed(tiny.made("481.5", "RTPLAN", UID), **{**values, **changes})


def test_photon_plan(tiny: Any, read: Any) -> None:
    """Every fact of a photon plan, dated by RTPlanDate; a setup beam is no radiation."""
    plan = read(photon(tiny))
    assert (plan.label, plan.intent, plan.approval) == ("LUNG", "CURATIVE", "APPROVED")
    assert (plan.header.date.isoformat(), plan.header.date_source) == ("2019-01-15", "RTPlanDate")
    assert (plan.radiation, plan.is_ion, plan.fractions_planned) == (("PHOTON",), False, 25)
    (beam,) = plan.fraction_groups[0].beams
    assert (beam.number, beam.name, beam.dose_gy, beam.point_mm) == (1, "AP", 2.0, (1.0, 2.0, 3.0))
    (reference,) = plan.dose_references
    assert (reference.prescription_gy, reference.roi_number, reference.point_mm) == (50.0, 4, None)
    assert plan.structure_set_uids == ("1.2.60",)


def test_ion_plan(tiny: Any, read: Any) -> None:
    """An RT Ion Plan takes its radiation from the ion beams."""
    plan = photon(tiny, BeamSequence=None, SOPClassUID="1.2.840.10008.5.1.4.1.1.481.8")
    plan.IonBeamSequence = [
        tiny.item(BeamNumber=1, RadiationType="PROTON", TreatmentDeliveryType="TREATMENT")
    ]
    fact = read(plan)
    assert (fact.radiation, fact.is_ion) == (("PROTON",), True)


def test_brachytherapy_plan(tiny: Any, read: Any) -> None:
    """Application setups give the radiation BRACHY and a dose per fraction each."""
    setup = tiny.item(ReferencedBrachyApplicationSetupNumber=1, BrachyApplicationSetupDose="7")
    group = tiny.item(
        FractionGroupNumber=1, NumberOfFractionsPlanned=4, ReferencedBrachyApplicationSetupSequence=[setup]
    )
    plan = photon(tiny, BeamSequence=None, FractionGroupSequence=[group])
    plan.ApplicationSetupSequence = [tiny.item(ApplicationSetupNumber=1)]
    fact = read(plan)
    assert (fact.radiation, fact.fraction_groups[0].setup_doses_gy) == (("BRACHY",), (7.0,))


def test_silence_and_nonsense(tiny: Any, read: Any) -> None:
    """Missing parts are empty; zero fractions are unknown and said; two fraction groups have no single number."""
    bare = read(photon(tiny, FractionGroupSequence=None, BeamSequence=None, ApprovalStatus=None))
    assert (bare.fractions_planned, bare.radiation, bare.approval) == (None, (), "")
    zero = read(
        photon(tiny, FractionGroupSequence=[tiny.item(FractionGroupNumber=1, NumberOfFractionsPlanned=0)])
    )
    assert zero.fractions_planned is None
    assert "attribute_malformed" in {finding.code for finding in zero.header.findings}
    groups = [tiny.item(FractionGroupNumber=n, NumberOfFractionsPlanned=n) for n in (5, 6)]
    assert read(photon(tiny, FractionGroupSequence=groups)).fractions_planned is None


def test_related_plans(tiny: Any, read: Any) -> None:
    """A predecessor is replaced; other relations are kept by name."""
    related = [
        tiny.item(ReferencedSOPInstanceUID="1.2.1", RTPlanRelationship="PREDECESSOR"),
        tiny.item(ReferencedSOPInstanceUID="1.2.2", RTPlanRelationship="CONCURRENT"),
    ]
    plan = read(photon(tiny, ReferencedRTPlanSequence=related))
    assert plan.replaces_uids == ("1.2.1",)
    assert plan.related_plans == (("PREDECESSOR", "1.2.1"), ("CONCURRENT", "1.2.2"))
