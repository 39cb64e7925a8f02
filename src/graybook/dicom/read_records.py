"""Read records: a treatment record's attributes come in (beams, ions, brachytherapy, summary); sessions given go out."""

from __future__ import annotations

from graybook.dicom.attributes import Attributes
from graybook.dicom.facts import Header, TreatmentRecordFacts
from graybook.dicom.read_rtplan import TREATING

__all__ = ["treatment_record"]

SESSIONS = {
    "TreatmentSessionBeamSequence": "ReferencedBeamNumber",
    "TreatmentSessionIonBeamSequence": "ReferencedBeamNumber",
    "TreatmentSessionApplicationSetupSequence": "ReferencedBrachyApplicationSetupNumber",
}
"""What one session is made of, and the number that says which beam or setup of the plan it was."""


def treatment_record(attributes: Attributes, header: Header) -> TreatmentRecordFacts:
    """The facts of a treatment record: one session, or the summary of all."""
    given = [
        (item, item.whole(number))
        for sequence, number in SESSIONS.items()
        for item in attributes.items(sequence)
        if item.code("TreatmentDeliveryType") in TREATING
    ]
    fractions = {item.whole("CurrentFractionNumber") for item, _ in given}
    statuses = {item.code("TreatmentTerminationStatus") for item, _ in given}
    summary = attributes.items("FractionGroupSummarySequence")
    counts = [item.whole("NumberOfFractionsDelivered") for item in summary]
    known = [count for count in counts if count is not None]
    return TreatmentRecordFacts(
        header=header,
        plan_uids=tuple(
            uid
            for uid in (
                item.uid("ReferencedSOPInstanceUID") for item in attributes.items("ReferencedRTPlanSequence")
            )
            if uid
        ),
        treatment_date=attributes.date("TreatmentDate"),
        fraction_group=_fraction_group(attributes, summary),
        fraction_numbers=tuple(sorted(number for number in fractions if number is not None)),
        complete=statuses <= {"NORMAL"},
        delivered_beams=tuple(sorted({number for _, number in given if number is not None})),
        is_summary=bool(summary),
        fractions_delivered=known[0] if len(known) == 1 else None,
    )


def _fraction_group(attributes: Attributes, summary: tuple[Attributes, ...]) -> int | None:
    number = attributes.whole("ReferencedFractionGroupNumber")
    if number is None and len(summary) == 1:
        return summary[0].whole("ReferencedFractionGroupNumber")
    return number
