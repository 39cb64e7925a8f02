"""What FHIR, OSIRIS and OMOP share: a person's courses as numbers that others state, with what they leave unsaid kept unsaid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from graybook.errors import InputError
from graybook.record.course import Modality, Status
from graybook.record.person import Person

__all__ = [
    "BiologicalMetric",
    "CourseFacts",
    "MetricKind",
    "PersonFacts",
    "PhaseFacts",
    "VolumeDose",
    "VolumeFacts",
]


class MetricKind(StrEnum):
    """What a radiobiologic metric may be, in TG-263's words."""

    EQD2 = "EQD2Gy"
    BED = "BED"
    RBE = "RBE"
    CGE = "CGE"


@dataclass(frozen=True, kw_only=True)
class BiologicalMetric:
    """A biological dose as somebody states it.

    Parameters
    ----------
    value_gy
        [Gy]
    alpha_beta_gy
        Of EQD2 and BED; None where it is not stated. [Gy]
    factor
        Of RBE; None where it is not stated.
    as_found
        The unit as it was written: ``EQD2Gy(a/b=3)``.
    """

    kind: MetricKind
    value_gy: float
    alpha_beta_gy: float | None = None
    factor: float | None = None
    as_found: str = ""


@dataclass(frozen=True, kw_only=True)
class VolumeFacts:
    """A volume that doses refer to.

    Parameters
    ----------
    key
        By which doses name it; unique in a person.
    name
        As displayed.
    kind
        ``GTV``, ``CTV``, ``PTV``, ``OAR``, or empty.
    site, laterality
        SNOMED CT codes, or empty. Codes only: their texts are not ours to pass on.
    uid
        Conceptual Volume UID, or another UID that names it for good; empty without one.
    """

    key: str
    name: str
    kind: str = ""
    site: str = ""
    laterality: str = ""
    uid: str = ""


@dataclass(frozen=True, kw_only=True)
class VolumeDose:
    """Physical dose given to a volume by a phase, or by all phases of a course.

    Parameters
    ----------
    volume
        Key of a `VolumeFacts`.
    dose_gy
        [Gy] None where it is not stated, or stated without a unit: then ``as_found`` says what stands there.
    fractions
        In how many it was given; None where nobody says.
    uniform
        Whether all fractions were equal; None where nobody says.
    metrics
        Biological doses stated beside it.
    """

    volume: str
    dose_gy: float | None = None
    fractions: int | None = None
    uniform: bool | None = None
    as_found: str = ""
    metrics: tuple[BiologicalMetric, ...] = ()

    def __post_init__(self) -> None:
        if self.dose_gy is not None and self.dose_gy < 0.0:
            raise InputError(
                f"Volume {self.volume}: a dose cannot be negative.",
                value=self.dose_gy,
                remedy="Correct it where the document was made.",
            )


@dataclass(frozen=True, kw_only=True)
class PhaseFacts:
    """Sessions of the same plans.

    Parameters
    ----------
    key
        Unique in a person.
    modality_code, technique, energy
        SNOMED CT codes of the modality, where one is finer than ``modality`` (HDR, PDR, seeds), and of the technique; in words
        (``6 MV``). Empty where nobody says.
    fractions_planned, fractions_delivered
        None where nobody says.
    unfinished
        Whether it was still going on when it was stated: more may have been given since.
    uids, dose_uids
        SOP Instance UIDs of its plans, and of its doses, where stated.
    """

    key: str
    label: str = ""
    status: Status = Status.DELIVERED
    modality: Modality = Modality.UNKNOWN
    modality_code: str = ""
    technique: str = ""
    energy: str = ""
    fractions_planned: int | None = None
    fractions_delivered: int | None = None
    unfinished: bool = False
    start_date: date | None = None
    end_date: date | None = None
    doses: tuple[VolumeDose, ...] = ()
    uids: tuple[str, ...] = ()
    dose_uids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CourseFacts:
    """One treatment intent.

    Parameters
    ----------
    key
        Unique in a person.
    uid
        Its official identifier: two documents with the same one speak of the same course, and count once.
    intent
        ``curative``, ``palliative``, another word of the person, or empty.
    modality, modality_code, technique
        Of the whole course, where it is one; phases state their own.
    termination
        SNOMED CT code of why it ended, or empty.
    diagnosis, site
        ICD-10 code and SNOMED CT code, or empty.
    reirradiation
        Whether it irradiates again what was irradiated; None where it is not known: never written as false.
    sessions
        Visits with radiation; None where nobody says.
    unfinished
        Whether it was still going on when it was stated: more may have been given since.
    doses
        Over all phases. Where a volume's fractions were not uniform, no EQD2 follows from them: the phases' are needed.
    grade
        Evidence, A to D; empty for what comes in (it becomes C or D).
    """

    key: str
    uid: str = ""
    label: str = ""
    status: Status = Status.DELIVERED
    start_date: date | None = None
    end_date: date | None = None
    intent: str = ""
    modality: Modality = Modality.UNKNOWN
    modality_code: str = ""
    technique: str = ""
    termination: str = ""
    diagnosis: str = ""
    site: str = ""
    laterality: str = ""
    reirradiation: bool | None = None
    sessions: int | None = None
    unfinished: bool = False
    phases: tuple[PhaseFacts, ...] = ()
    doses: tuple[VolumeDose, ...] = ()
    grade: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """A person with courses in the order of time, and the volumes they name.

    Parameters
    ----------
    cumulative
        Doses of volumes over all courses: only biological metrics, no physical dose (rule 3: doses of different fractionation
        are not added).
    stated_on
        The last day on which the document itself says that it was made or changed; None where it says none. It is of the
        document and not of the person: two that say the same are equal.
    """

    person: Person
    courses: tuple[CourseFacts, ...]
    volumes: tuple[VolumeFacts, ...] = ()
    cumulative: tuple[VolumeDose, ...] = ()
    stated_on: date | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        known = {one.key for one in self.volumes}
        doses = [*self.cumulative]
        for course in self.courses:
            doses += course.doses
            for phase in course.phases:
                doses += phase.doses
        for volume in sorted({one.volume for one in doses} - known):
            raise InputError(
                "A dose refers to a volume that is not listed.",
                value=volume,
                remedy="List the volume, or leave the dose out.",
            )
