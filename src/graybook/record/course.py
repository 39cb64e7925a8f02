"""Course: one treatment intent and its phases; a record is a person and all courses in time order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from graybook.errors import InputError
from graybook.record.delivery import Delivery
from graybook.record.dose import DoseVolume
from graybook.record.image import Image
from graybook.record.organ_doses import OrganDoses
from graybook.record.paper import PaperDetails
from graybook.record.person import Person
from graybook.record.region import Region
from graybook.record.structure import StructureSet

__all__ = ["Course", "EvidenceGrade", "Modality", "Phase", "Prescription", "Record", "Status"]


class Status(StrEnum):
    """Whether and how far a phase was given."""

    DELIVERED = "delivered"
    PARTLY_DELIVERED = "partly delivered"
    ASSUMED_DELIVERED = "assumed delivered"
    PROPOSED = "proposed"
    ALTERNATIVE = "alternative"
    NOT_GIVEN = "not given"
    UNKNOWN = "unknown"

    @property
    def counts(self) -> bool:
        """Whether a phase of this status enters the sum."""
        return self in (Status.DELIVERED, Status.PARTLY_DELIVERED, Status.ASSUMED_DELIVERED, Status.PROPOSED)


class EvidenceGrade(StrEnum):
    """How much is known of a course."""

    A = "A"
    """Dose, structures and image."""
    B = "B"
    """Dose; image or structures missing."""
    C = "C"
    """Prescription or activity only."""
    D = "D"
    """Known to exist, dose unknown."""


class Modality(StrEnum):
    """What irradiated; unlike evidence stays apart (rule 15)."""

    PHOTON = "photon"
    ELECTRON = "electron"
    PROTON = "proton"
    CARBON = "carbon"
    BRACHYTHERAPY = "brachytherapy"
    RADIONUCLIDE = "radionuclide"
    MICROSPHERES = "microspheres"
    XRAY = "x-ray"
    UNKNOWN = "unknown"

    @property
    def stands_apart(self) -> bool:
        """Whether its dose enters no sum of external beam and is judged by none of its limits (rule 15)."""
        return self in (Modality.RADIONUCLIDE, Modality.MICROSPHERES)


@dataclass(frozen=True, kw_only=True)
class Prescription:
    """What was asked: total dose to a target in a number of fractions.

    Parameters
    ----------
    target
        Name of the target, or empty.
    dose_gy
        Total over all planned fractions. [Gy]
    reference_uid
        Dose Reference UID, or empty.
    region
        Where, when a person states it apart from the region of the course.
    """

    target: str
    dose_gy: float
    reference_uid: str = ""
    region: Region | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Phase:
    """Plans given in the same sessions.

    Parameters
    ----------
    id
        Derived from content.
    label
        RT Plan Label, or what stands for it.
    status
        Whether it counts.
    fractions_planned
        None when unknown.
    fractions_delivered
        Sessions given (or proposed, or assumed); None when unknown.
    sessions_partial
        Sessions begun and not completed: each gave something between nothing and a whole fraction.
    fractions_range
        (n_min, n_max) when the number is unknown but bracketed (rule 5), with its source in ``fractions_source``.
    dose
        Dose of all *planned* fractions; None for a plan without a usable dose.
    organ_doses
        Mean doses of organs, where nothing gives a dose at points: a radionuclide, microspheres.
    delivery
        How it arrives in time.
    concurrent_with
        Ids of phases given in the same sessions (rule 2).
    order_known
        False when sequential was only the default, so that the concurrent value limits too (rule 2).
    """

    id: str
    label: str | None
    status: Status
    modality: Modality = Modality.PHOTON
    fractions_planned: int | None = None
    fractions_delivered: int | None = None
    sessions_partial: int = 0
    fractions_range: tuple[int, int] | None = None
    fractions_source: str = ""
    dose: DoseVolume | None = None
    organ_doses: OrganDoses | None = None
    delivery: Delivery | None = None
    prescriptions: tuple[Prescription, ...] = ()
    plan_uids: tuple[str, ...] = ()
    start_date: date | None = None
    end_date: date | None = None
    approval: str = ""
    intent: str = ""
    concurrent_with: tuple[str, ...] = ()
    order_known: bool = False

    def __post_init__(self) -> None:
        for name in ("fractions_planned", "fractions_delivered"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise InputError(
                    f"Phase {self.label}: {name} cannot be negative.",
                    value=value,
                    remedy="Correct it in graybook.toml.",
                )


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """One treatment intent.

    Parameters
    ----------
    id
        Derived from content.
    frame
        Frame of Reference UID of its doses and structures; empty when it has none.
    undecided
        True when APPROVED rivals leave a choice to the user: the course cannot be summed (rule 1).
    region
        Where it was given, as a person states it.
    paper
        What a report says of it, when no file describes it; None for a course of files.
    alignment_declined
        True when a person wants no alignment of it: the point sums serve.
    """

    id: str
    label: str
    start_date: date | None
    end_date: date | None
    evidence_grade: EvidenceGrade
    phases: tuple[Phase, ...]
    frame: str = ""
    modality: Modality = Modality.PHOTON
    site: str = ""
    intent: str = ""
    images: tuple[Image, ...] = ()
    structure_sets: tuple[StructureSet, ...] = ()
    undecided: bool = False
    region: Region = field(default_factory=Region)
    paper: PaperDetails | None = None
    alignment_declined: bool = False

    @property
    def counts(self) -> bool:
        """Whether any of its phases was given, or is proposed."""
        return any(phase.status.counts for phase in self.phases)


@dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """A person and all courses in time order."""

    person: Person
    courses: tuple[Course, ...]
