"""Written RTPLAN: beams, fractions and prescriptions come in, an RT Plan or RT Ion Plan goes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import RTIonPlanStorage, RTPlanStorage, RTStructureSetStorage

from graybook.dicom.write_beams import WrittenBeam, beam_item, ion_beam_item
from graybook.dicom.write_header import (
    NOON,
    SeriesHeader,
    day_text,
    decimal,
    decimals,
    header_dataset,
    reference,
    save,
)

__all__ = ["WrittenBeam", "WrittenDoseReference", "WrittenPlan", "rtplan_dataset", "write_rtplan"]


@dataclass(frozen=True, kw_only=True)
class WrittenDoseReference:
    """One Dose Reference of a plan.

    Parameters
    ----------
    number
        Dose Reference Number.
    uid
        Dose Reference UID; plans that name the same target share it.
    prescription_gy
        Target Prescription Dose over all fractions of the plan; None writes none. [Gy]
    structure_type
        SITE, VOLUME, COORDINATES or POINT.
    reference_type
        TARGET or ORGAN_AT_RISK.
    roi_number
        Needed by VOLUME and POINT.
    point_mm
        Needed by COORDINATES. [mm]
    """

    number: int
    uid: str
    prescription_gy: float | None
    description: str = ""
    structure_type: str = "SITE"
    reference_type: str = "TARGET"
    roi_number: int | None = None
    point_mm: tuple[float, float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class WrittenPlan:
    """What a written plan says.

    Parameters
    ----------
    uid
        SOP Instance UID.
    label
        RT Plan Label, at most 16 characters.
    fractions
        Number of Fractions Planned; None writes it empty.
    beams
        Treatment beams, all in one fraction group.
    dose_references
        Prescriptions.
    intent, approval
        Plan Intent (empty writes none) and Approval Status.
    structure_set_uid
        Referenced structure set; without one the plan's geometry is TREATMENT_DEVICE.
    ion
        RT Ion Plan instead of RT Plan.
    """

    uid: str
    label: str
    fractions: int | None
    beams: tuple[WrittenBeam, ...] = ()
    dose_references: tuple[WrittenDoseReference, ...] = ()
    name: str = ""
    intent: str = "CURATIVE"
    approval: str = "APPROVED"
    structure_set_uid: str = ""
    prescription_description: str = ""
    ion: bool = False


def rtplan_dataset(header: SeriesHeader, plan: WrittenPlan) -> Dataset:
    """An RT Plan, or an RT Ion Plan, of one fraction group."""
    sop_class = RTIonPlanStorage if plan.ion else RTPlanStorage
    ds = header_dataset(header, sop_class=sop_class, uid=plan.uid, modality="RTPLAN")
    ds.InstanceNumber = 1
    ds.RTPlanLabel = plan.label
    ds.RTPlanDate = day_text(header.day)
    ds.RTPlanTime = NOON
    if plan.name:
        ds.RTPlanName = plan.name
    if plan.prescription_description:
        ds.PrescriptionDescription = plan.prescription_description
    if plan.intent:
        ds.PlanIntent = plan.intent
    ds.RTPlanGeometry = "PATIENT" if plan.structure_set_uid else "TREATMENT_DEVICE"
    if plan.structure_set_uid:
        ds.ReferencedStructureSetSequence = [reference(RTStructureSetStorage, plan.structure_set_uid)]
    if plan.dose_references:
        ds.DoseReferenceSequence = [_dose_reference_item(item) for item in plan.dose_references]
    ds.PatientSetupSequence = [_setup_item()]
    ds.FractionGroupSequence = [_fraction_group_item(plan)]
    if plan.ion:
        ds.IonBeamSequence = [ion_beam_item(beam) for beam in plan.beams]
    else:
        ds.BeamSequence = [beam_item(beam) for beam in plan.beams]
    ds.ApprovalStatus = plan.approval
    if plan.approval in ("APPROVED", "REJECTED"):
        ds.ReviewDate = day_text(header.day)
        ds.ReviewTime = NOON
        ds.ReviewerName = "Reviewer^Synthetic"
    return ds


def _setup_item() -> Dataset:
    item = Dataset()
    item.PatientSetupNumber = 1
    item.PatientPosition = "HFS"
    return item


def _dose_reference_item(dose_reference: WrittenDoseReference) -> Dataset:
    item = Dataset()
    item.DoseReferenceNumber = dose_reference.number
    item.DoseReferenceUID = dose_reference.uid
    item.DoseReferenceStructureType = dose_reference.structure_type
    if dose_reference.description:
        item.DoseReferenceDescription = dose_reference.description
    if dose_reference.roi_number is not None:
        item.ReferencedROINumber = dose_reference.roi_number
    if dose_reference.point_mm is not None:
        item.DoseReferencePointCoordinates = decimals(dose_reference.point_mm)
    item.DoseReferenceType = dose_reference.reference_type
    if dose_reference.prescription_gy is not None:
        item.TargetPrescriptionDose = decimal(dose_reference.prescription_gy)
    return item


def _fraction_group_item(plan: WrittenPlan) -> Dataset:
    item = Dataset()
    item.FractionGroupNumber = 1
    item.NumberOfFractionsPlanned = plan.fractions
    item.NumberOfBeams = len(plan.beams)
    item.NumberOfBrachyApplicationSetups = 0
    if plan.beams:
        item.ReferencedBeamSequence = [_beam_reference_item(beam) for beam in plan.beams]
    return item


def _beam_reference_item(beam: WrittenBeam) -> Dataset:
    item = Dataset()
    if beam.dose_gy is not None:
        item.BeamDose = decimal(beam.dose_gy)
        item.BeamDoseType = "PHYSICAL"
        if beam.dose_point_mm is not None:
            item.BeamDoseSpecificationPoint = decimals(beam.dose_point_mm)
    item.BeamMeterset = decimal(beam.meterset)
    item.ReferencedBeamNumber = beam.number
    return item


def write_rtplan(path: Path, *, header: SeriesHeader, plan: WrittenPlan) -> str:
    """Write an RT (Ion) Plan; gives its SOP Instance UID."""
    return save(rtplan_dataset(header, plan), path)
