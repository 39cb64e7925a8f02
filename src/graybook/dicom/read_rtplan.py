"""Read RTPLAN: a plan of photons, electrons, ions or sources comes in; its fractions, beams and prescriptions go out."""

from __future__ import annotations

from graybook.dicom.attributes import Attributes, tag_text
from graybook.dicom.facts import BeamFacts, DoseReferenceFacts, FractionGroupFacts, Header, PlanFacts

__all__ = ["plan"]

TREATING = frozenset({"TREATMENT", "CONTINUATION", ""})
"""Treatment Delivery Types that mean treatment; SETUP and port films do not (PS3.3 C.8.8.14)."""


def plan(attributes: Attributes, header: Header, *, is_ion: bool) -> PlanFacts:
    """The facts of an RTPLAN or RT Ion Plan."""
    beams = {
        beam.whole("BeamNumber"): beam
        for beam in (*attributes.items("BeamSequence"), *attributes.items("IonBeamSequence"))
    }
    radiation = {
        beam.code("RadiationType") or "UNKNOWN"
        for beam in beams.values()
        if beam.code("TreatmentDeliveryType") in TREATING
    }
    if attributes.items("ApplicationSetupSequence"):
        radiation.add("BRACHY")
    related = tuple(
        (item.code("RTPlanRelationship"), item.uid("ReferencedSOPInstanceUID"))
        for item in attributes.items("ReferencedRTPlanSequence")
    )
    return PlanFacts(
        header=header,
        label=attributes.text("RTPlanLabel"),
        name=attributes.text("RTPlanName"),
        intent=attributes.code("PlanIntent"),
        approval=attributes.code("ApprovalStatus"),
        radiation=tuple(sorted(radiation)),
        is_ion=is_ion or "IonBeamSequence" in attributes,
        geometry=attributes.code("RTPlanGeometry"),
        fraction_groups=tuple(_group(item, beams) for item in attributes.items("FractionGroupSequence")),
        dose_references=tuple(_reference(item) for item in attributes.items("DoseReferenceSequence")),
        structure_set_uids=_uids(attributes, "ReferencedStructureSetSequence"),
        dose_uids=_uids(attributes, "ReferencedDoseSequence"),
        prescription_description=attributes.text("PrescriptionDescription"),
        replaces_uids=tuple(uid for relation, uid in related if relation == "PREDECESSOR" and uid),
        related_plans=related,
        brachy_type=attributes.code("BrachyTreatmentType"),
    )


def _uids(attributes: Attributes, keyword: str) -> tuple[str, ...]:
    found = (item.uid("ReferencedSOPInstanceUID") for item in attributes.items(keyword))
    return tuple(uid for uid in found if uid)


def _group(item: Attributes, beams: dict[int | None, Attributes]) -> FractionGroupFacts:
    planned = item.whole("NumberOfFractionsPlanned")
    if planned is not None and planned < 1:
        item.notes.add(
            "attribute_malformed", attribute=tag_text("NumberOfFractionsPlanned"), value=str(planned)
        )
        planned = None
    setups = item.items("ReferencedBrachyApplicationSetupSequence")
    doses = [setup.number("BrachyApplicationSetupDose") for setup in setups]
    numbers = [setup.whole("ReferencedBrachyApplicationSetupNumber") for setup in setups]
    points = [setup.point("BrachyApplicationSetupDoseSpecificationPoint") for setup in setups]
    return FractionGroupFacts(
        number=item.whole("FractionGroupNumber") or 0,
        fractions_planned=planned,
        beams=tuple(_beam(reference, beams) for reference in item.items("ReferencedBeamSequence")),
        setup_doses_gy=tuple(dose for dose in doses if dose is not None),
        setup_numbers=tuple(-1 if number is None else number for number in numbers),
        setup_points_mm=tuple(dict.fromkeys(point for point in points if point is not None)),
        most_a_day=_most_a_day(item),
    )


def _most_a_day(group: Attributes) -> int:
    """The most fractions that the Fraction Pattern has on one day; 1 where it has none or is not understood."""
    digits = group.whole("NumberOfFractionPatternDigitsPerDay")
    pattern = "".join(group.text("FractionPattern").split())
    if digits is None or digits < 2 or set(pattern) - {"0", "1"}:
        return 1
    days = [pattern[start : start + digits] for start in range(0, len(pattern), digits)]
    return max([1, *(day.count("1") for day in days)])


def _beam(reference: Attributes, beams: dict[int | None, Attributes]) -> BeamFacts:
    number = reference.whole("ReferencedBeamNumber")
    beam = beams.get(number)
    return BeamFacts(
        number=-1 if number is None else number,
        name=beam.text("BeamName") if beam else "",
        radiation_type=beam.code("RadiationType") if beam else "",
        delivery_type=beam.code("TreatmentDeliveryType") if beam else "",
        dose_gy=reference.number("BeamDose"),
        point_mm=reference.point("BeamDoseSpecificationPoint"),
    )


def _reference(item: Attributes) -> DoseReferenceFacts:
    return DoseReferenceFacts(
        uid=item.uid("DoseReferenceUID"),
        structure_type=item.code("DoseReferenceStructureType"),
        reference_type=item.code("DoseReferenceType"),
        description=item.text("DoseReferenceDescription"),
        roi_number=item.whole("ReferencedROINumber"),
        point_mm=item.point("DoseReferencePointCoordinates"),
        prescription_gy=item.number("TargetPrescriptionDose"),
    )
