"""The nouns of one life: persons, courses, phases, doses, structures, images, alignments and what is said of them."""

from graybook.record.alignment import Alignment, Approval, Measure, Quality, Use, Verdict
from graybook.record.assessment import Finding, Refusal, Severity
from graybook.record.course import Course, EvidenceGrade, Modality, Phase, Prescription, Record, Status
from graybook.record.delivery import Continuous, Decaying, Delivery, Fractionated, Single
from graybook.record.dose import DoseVolume, Quantity
from graybook.record.image import Image
from graybook.record.organ_doses import DoseOrigin, IntervalKind, MeanDose, OrganDoses
from graybook.record.override import Override
from graybook.record.paper import Administration, OrganDose, PaperDetails, StatedCoefficient
from graybook.record.person import Identity, Person
from graybook.record.provenance import InputFile, Provenance
from graybook.record.radioembolisation import Radioembolisation
from graybook.record.region import Levels, Region
from graybook.record.scenario import AlphaBetaWish, Recovery, RecoveryStep, RepairWish, Scenario
from graybook.record.structure import Structure, StructureSet
from graybook.record.uncertainty import Spread, Uncertainty

__all__ = [
    "Administration",
    "Alignment",
    "AlphaBetaWish",
    "Approval",
    "Continuous",
    "Course",
    "Decaying",
    "Delivery",
    "DoseOrigin",
    "DoseVolume",
    "EvidenceGrade",
    "Finding",
    "Fractionated",
    "Identity",
    "Image",
    "InputFile",
    "IntervalKind",
    "Levels",
    "MeanDose",
    "Measure",
    "Modality",
    "OrganDose",
    "OrganDoses",
    "Override",
    "PaperDetails",
    "Person",
    "Phase",
    "Prescription",
    "Provenance",
    "Quality",
    "Quantity",
    "Radioembolisation",
    "Record",
    "Recovery",
    "RecoveryStep",
    "Refusal",
    "Region",
    "RepairWish",
    "Scenario",
    "Severity",
    "Single",
    "Spread",
    "StatedCoefficient",
    "Status",
    "Structure",
    "StructureSet",
    "Uncertainty",
    "Use",
    "Verdict",
]
