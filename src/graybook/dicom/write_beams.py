"""Written beams: the few facts a phantom states of a beam come in, complete beam items for plans go out."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import Dataset

from graybook.dicom.write_header import decimal, decimals

__all__ = ["WrittenBeam", "beam_item", "ion_beam_item"]


@dataclass(frozen=True, kw_only=True)
class WrittenBeam:
    """One treatment beam.

    Parameters
    ----------
    number, name
        Beam Number and Beam Name.
    dose_gy
        Beam Dose per fraction at the specification point; None writes none. [Gy]
    meterset
        Beam Meterset. [MU]
    gantry_deg
        Gantry angle. [°]
    isocentre_mm
        Isocenter Position. [mm]
    dose_point_mm
        Beam Dose Specification Point; None writes none. [mm]
    radiation_type
        PHOTON, ELECTRON, PROTON …
    delivery_type
        TREATMENT, SETUP …
    energy
        Nominal beam energy. [MV, or MeV for particles]
    """

    number: int
    name: str
    dose_gy: float | None
    meterset: float = 100.0
    gantry_deg: float = 0.0
    isocentre_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    dose_point_mm: tuple[float, float, float] | None = None
    radiation_type: str = "PHOTON"
    delivery_type: str = "TREATMENT"
    energy: float = 6.0


def beam_item(beam: WrittenBeam) -> Dataset:
    """An item of a Beam Sequence: one static open field with two jaw pairs."""
    item = _common_item(beam)
    item.SourceAxisDistance = "1000"
    item.BeamLimitingDeviceSequence = [_jaws_item("ASYMX"), _jaws_item("ASYMY")]
    item.NumberOfControlPoints = 2
    first = _first_control_point(beam)
    first.DoseRateSet = "600"
    first.BeamLimitingDevicePositionSequence = [_jaw_position("ASYMX"), _jaw_position("ASYMY")]
    first.TableTopEccentricAngle = "0"
    first.TableTopEccentricRotationDirection = "NONE"
    item.ControlPointSequence = [first, _last_control_point()]
    return item


def ion_beam_item(beam: WrittenBeam) -> Dataset:
    """An item of an Ion Beam Sequence: one uniform, unscanned field."""
    item = _common_item(beam)
    if beam.radiation_type == "ION":
        item.RadiationMassNumber, item.RadiationAtomicNumber, item.RadiationChargeState = 12, 6, 6
    item.ScanMode = "NONE"
    item.VirtualSourceAxisDistances = [2000.0, 2000.0]
    item.NumberOfRangeShifters = 0
    item.NumberOfLateralSpreadingDevices = 0
    item.NumberOfRangeModulators = 0
    item.PatientSupportType = "TABLE"
    item.NumberOfControlPoints = 2
    item.IonControlPointSequence = [_first_control_point(beam), _last_control_point()]
    return item


def _common_item(beam: WrittenBeam) -> Dataset:
    item = Dataset()
    item.BeamNumber = beam.number
    item.BeamName = beam.name
    item.BeamType = "STATIC"
    item.RadiationType = beam.radiation_type
    item.TreatmentMachineName = "SYNTHETIC"
    item.PrimaryDosimeterUnit = "MU"
    item.ReferencedPatientSetupNumber = 1
    item.TreatmentDeliveryType = beam.delivery_type
    item.NumberOfWedges = 0
    item.NumberOfCompensators = 0
    item.NumberOfBoli = 0
    item.NumberOfBlocks = 0
    item.FinalCumulativeMetersetWeight = "1"
    return item


def _first_control_point(beam: WrittenBeam) -> Dataset:
    point = Dataset()
    point.ControlPointIndex = 0
    point.CumulativeMetersetWeight = "0"
    point.NominalBeamEnergy = decimal(beam.energy)
    point.GantryAngle = decimal(beam.gantry_deg)
    point.GantryRotationDirection = "NONE"
    point.BeamLimitingDeviceAngle = "0"
    point.BeamLimitingDeviceRotationDirection = "NONE"
    point.PatientSupportAngle = "0"
    point.PatientSupportRotationDirection = "NONE"
    point.TableTopVerticalPosition = ""
    point.TableTopLongitudinalPosition = ""
    point.TableTopLateralPosition = ""
    point.IsocenterPosition = decimals(beam.isocentre_mm)
    return point


def _last_control_point() -> Dataset:
    point = Dataset()
    point.ControlPointIndex = 1
    point.CumulativeMetersetWeight = "1"
    return point


def _jaws_item(kind: str) -> Dataset:
    item = Dataset()
    item.RTBeamLimitingDeviceType = kind
    item.NumberOfLeafJawPairs = 1
    return item


def _jaw_position(kind: str) -> Dataset:
    item = Dataset()
    item.RTBeamLimitingDeviceType = kind
    item.LeafJawPositions = ["-50", "50"]
    return item
