"""Written treatment record: one session of a plan comes in, an RT Beams Treatment Record goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import RTBeamsTreatmentRecordStorage, RTPlanStorage

from graybook.dicom.write_beams import WrittenBeam
from graybook.dicom.write_header import NOON, SeriesHeader, day_text, decimal, header_dataset, reference, save

__all__ = ["WrittenSession", "rtrecord_dataset", "write_rtrecord"]


@dataclass(frozen=True, kw_only=True)
class WrittenSession:
    """One session.

    Parameters
    ----------
    uid
        SOP Instance UID.
    plan_uid
        The plan that was treated; empty writes no reference.
    day
        Treatment Date.
    fraction
        Current Fraction Number, from 1.
    fractions_planned
        Number of Fractions Planned.
    termination
        Treatment Termination Status: NORMAL, OPERATOR, MACHINE or UNKNOWN.
    delivered_share
        Share of each beam's meterset that was given.
    """

    uid: str
    plan_uid: str
    day: date
    fraction: int
    fractions_planned: int
    termination: str = "NORMAL"
    delivered_share: float = 1.0


def rtrecord_dataset(header: SeriesHeader, session: WrittenSession, beams: Sequence[WrittenBeam]) -> Dataset:
    """An RT Beams Treatment Record of ``session``; each beam is one item of the session."""
    ds = header_dataset(header, sop_class=RTBeamsTreatmentRecordStorage, uid=session.uid, modality="RTRECORD")
    ds.InstanceNumber = session.fraction
    ds.TreatmentDate = day_text(session.day)
    ds.TreatmentTime = NOON
    ds.ReferencedRTPlanSequence = [reference(RTPlanStorage, session.plan_uid)] if session.plan_uid else []
    ds.TreatmentMachineSequence = [_machine_item(header)]
    ds.ReferencedFractionGroupNumber = 1
    ds.NumberOfFractionsPlanned = session.fractions_planned
    ds.PrimaryDosimeterUnit = "MU"
    ds.TreatmentSessionBeamSequence = [_beam_item(session, beam) for beam in beams]
    return ds


def _machine_item(header: SeriesHeader) -> Dataset:
    item = Dataset()
    item.TreatmentMachineName = "SYNTHETIC"
    item.Manufacturer = header.manufacturer
    item.InstitutionName = header.institution
    item.ManufacturerModelName = header.model
    item.DeviceSerialNumber = "1"
    return item


def _beam_item(session: WrittenSession, beam: WrittenBeam) -> Dataset:
    item = Dataset()
    item.ReferencedBeamNumber = beam.number
    item.BeamName = beam.name
    item.BeamType = "STATIC"
    item.RadiationType = beam.radiation_type
    item.TreatmentDeliveryType = beam.delivery_type
    item.CurrentFractionNumber = session.fraction
    item.TreatmentTerminationStatus = session.termination
    item.TreatmentVerificationStatus = ""
    item.SpecifiedPrimaryMeterset = decimal(beam.meterset)
    item.DeliveredPrimaryMeterset = decimal(beam.meterset * session.delivered_share)
    item.BeamLimitingDeviceLeafPairsSequence = [_jaws_item("ASYMX"), _jaws_item("ASYMY")]
    item.NumberOfWedges = 0
    item.NumberOfCompensators = 0
    item.NumberOfBoli = 0
    item.NumberOfBlocks = 0
    item.NumberOfControlPoints = 2
    item.ControlPointDeliverySequence = [
        _control_point_item(session, beam, index=0, share=0.0),
        _control_point_item(session, beam, index=1, share=1.0),
    ]
    return item


def _jaws_item(kind: str) -> Dataset:
    item = Dataset()
    item.RTBeamLimitingDeviceType = kind
    item.NumberOfLeafJawPairs = 1
    return item


def _control_point_item(session: WrittenSession, beam: WrittenBeam, *, index: int, share: float) -> Dataset:
    item = Dataset()
    item.ReferencedControlPointIndex = index
    item.TreatmentControlPointDate = day_text(session.day)
    item.TreatmentControlPointTime = NOON
    item.SpecifiedMeterset = decimal(beam.meterset * share)
    item.DeliveredMeterset = decimal(beam.meterset * share * session.delivered_share)
    item.DoseRateSet = "600"
    item.DoseRateDelivered = "600"
    if index == 0:
        item.NominalBeamEnergy = decimal(beam.energy)
        item.NominalBeamEnergyUnit = "MV" if beam.radiation_type == "PHOTON" else "MEV"
        item.GantryAngle = decimal(beam.gantry_deg)
        item.GantryRotationDirection = "NONE"
        item.BeamLimitingDeviceAngle = "0"
        item.BeamLimitingDeviceRotationDirection = "NONE"
        item.PatientSupportAngle = "0"
        item.PatientSupportRotationDirection = "NONE"
        item.TableTopEccentricAngle = "0"
        item.TableTopEccentricRotationDirection = "NONE"
        item.TableTopVerticalPosition = ""
        item.TableTopLongitudinalPosition = ""
        item.TableTopLateralPosition = ""
        item.BeamLimitingDevicePositionSequence = [_jaw_position("ASYMX"), _jaw_position("ASYMY")]
    return item


def _jaw_position(kind: str) -> Dataset:
    item = Dataset()
    item.RTBeamLimitingDeviceType = kind
    item.LeafJawPositions = ["-50", "50"]
    return item


def write_rtrecord(
    path: Path, *, header: SeriesHeader, session: WrittenSession, beams: Sequence[WrittenBeam]
) -> str:
    """Write an RT Beams Treatment Record; gives its SOP Instance UID."""
    return save(rtrecord_dataset(header, session, beams), path)
