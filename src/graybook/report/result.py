"""The result model: one pydantic tree that is ``result.json`` and all that the report pages read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from graybook.report.constraint_result import ConstraintResult, NtcpResult, ScenarioResult
from graybook.report.nuclear_result import NuclearResult
from graybook.report.remaining_result import PlanScaling, RemainingResult
from graybook.report.uncertainty_result import UncertaintyResult

__all__ = [
    "SCHEMA_VERSION",
    "AdministrationResult",
    "Alternative",
    "ApartDose",
    "ApprovalResult",
    "Bound",
    "ClinicalResult",
    "CourseDose",
    "CourseResult",
    "Envelope",
    "FindingResult",
    "IdentityResult",
    "IndicativeTotal",
    "InputResult",
    "Judged",
    "LateToxicityResult",
    "LinkResult",
    "MeasureResult",
    "Metrics",
    "OutcomeResult",
    "OverlapResult",
    "PatientResult",
    "PhasePoint",
    "PhaseResult",
    "PointSum",
    "PrescriptionResult",
    "ProvenanceResult",
    "RefusalResult",
    "ReirradiationResult",
    "Result",
    "SharedVolumeResult",
    "StructureResult",
    "ToxicityResult",
    "VerdictResult",
    "json_text",
    "schema_text",
    "write_json",
]

SCHEMA_VERSION = "1.0"


def _key(name: str) -> str:
    """The key of a field: volumes carry their decimal point, ``d0.03cc_gy``."""
    return name.removesuffix("_").replace("d0_03cc", "d0.03cc").replace("d0_1cc", "d0.1cc")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, alias_generator=_key)


class IdentityResult(_Model):
    """An identifier and who issued it."""

    value: str
    issuer: str = ""


class PatientResult(_Model):
    """The person, as found in the files."""

    id: str
    issuer: str = ""
    name: str = ""
    birth_date: str | None = None
    sex: str = ""
    birth_name: str = ""
    ins: str = Field(default="", description="French national health identity, as found; not verified here.")
    identities: list[IdentityResult] = []
    asserted_by: str = Field(default="", description="Who linked the identifiers; empty when nobody had to.")
    asserted_on: str | None = None


class PrescriptionResult(_Model):
    """A dose asked for a target, over all planned fractions. [Gy]"""

    target: str
    dose_gy: float


class PhaseResult(_Model):
    """A phase: plans given in the same sessions."""

    id: str
    label: str | None
    status: str
    modality: str
    fractions_planned: int | None
    fractions_delivered: int | None
    fractions_range: tuple[int, int] | None = None
    start_date: str | None = None
    end_date: str | None = None
    approval: str = ""
    intent: str = ""
    quantity: str | None = None
    in_sum: bool = Field(description="Whether its dose enters the 3D sum.")
    concurrent_with: list[str] = []
    prescriptions: list[PrescriptionResult] = []
    max_gy: float | None = Field(
        default=None, description="Highest physical dose delivered in its grid. [Gy]"
    )
    fractions_per_day: int | None = Field(
        default=None, description="As a person states it; null for one a day, and where nobody says."
    )
    interval_h: float | None = Field(default=None, description="Between the fractions of a day. [h]")


class CourseResult(_Model):
    """A course in the order of time."""

    id: str
    label: str
    start_date: str | None
    end_date: str | None = None
    evidence_grade: str
    modality: str
    site: str = ""
    intent: str = ""
    interval_days: int | None = Field(
        default=None, description="End of this course to start of the reference course. [d]"
    )
    is_reference: bool = False
    in_sum: bool = Field(default=True, description="Whether it enters the 3D sum.")
    alignment: str = Field(
        default="",
        description="How its frame is reached: reference, same frame, registration (found in the input), computed, declined, none.",
    )
    side: str = ""
    levels: str = Field(default="", description="Vertebrae treated, as a person states them: T9-L1.")
    on_paper: bool = Field(
        default=False, description="No file describes it: a person states it from a letter."
    )
    energy: str = ""
    overall_days: int | None = Field(default=None, description="Overall treatment time. [d]")
    acute_toxicity: str = ""
    phases: list[PhaseResult] = []


class Metrics(_Model):
    """EQD2 metrics. [Gy]; null where refused or smaller than the metric's volume."""

    mean_gy: float | None = None
    min_gy: float | None = None
    max_gy: float | None = None
    d0_03cc_gy: float | None = None
    d0_1cc_gy: float | None = None
    d2cc_gy: float | None = None
    d50_gy: float | None = None


class Alternative(Metrics):
    """The same metrics under another assumption, which is named."""

    alpha_beta_gy: float | None = None


class PointSum(_Model):
    """Rule 10: the customary sum of near-maxima and its bounds, each course on its own anatomy. EQD2 [Gy]"""

    customary_d0_03cc_gy: float | None = None
    customary_d0_1cc_gy: float | None = None
    bound_d0_03cc_gy: float | None = None
    bound_d0_1cc_gy: float | None = None
    max_sum_gy: float | None = None
    complete: bool = Field(
        default=True, description="False when a course that may have reached the organ is not in it."
    )


class Envelope(_Model):
    """Rule 10c: the range of near-maximum and maximum when earlier doses are shifted by ``shift_mm``. EQD2 [Gy]

    It may draw dose from outside the organ unless ``inside_only``. In the figures ``within_organ`` each earlier dose at a point is
    the highest within the shift that lies in the organ as its course drew it, or as mapped where none does. They bound no larger
    error.
    """

    shift_mm: float = Field(
        description="The largest of the earlier courses': by the verdict on their alignments, else as stated, else assumed. [mm]"
    )
    assumed: bool = True
    inside_only: bool = False
    d0_03cc_gy: tuple[float, float] | None = None
    d0_1cc_gy: tuple[float, float] | None = None
    max_gy: tuple[float, float] | None = None
    within_organ_d0_03cc_gy: float | None = Field(
        default=None, description="Highest when no earlier dose comes from outside the organ. EQD2 [Gy]"
    )
    within_organ_d0_1cc_gy: float | None = None
    within_organ_max_gy: float | None = None


class Bound(_Model):
    """A metric printed as a range because part of the organ lies outside a grid (rule 9)."""

    metric: str
    low_gy: float
    high_gy: float


class Judged(_Model):
    """What limits look at, and the first page with them: the 3D sum, its envelope, or the point sum; both ends. EQD2 [Gy]

    A limit met only at the low end is not assessable. Of the point sum the ends are the customary value and the bound.
    """

    basis: str = Field(
        default="",
        description="3D sum, 3D sum with envelope, or point sum; empty where nothing can be judged.",
    )
    d0_03cc_gy: tuple[float, float] | None = None
    d0_1cc_gy: tuple[float, float] | None = None


class PhasePoint(_Model):
    """One phase's delivered physical dose at the point where its course's EQD2 is highest. [Gy]

    For the hand check of a course of several phases: each phase by its own n, then added, gives the course's ``max_gy``.
    """

    id: str
    physical_gy: float
    fractions: int


class CourseDose(_Model):
    """One course's dose to one structure. EQD2 unless the name says physical. [Gy]

    ``physical_at_near_max_gy`` is the course's delivered physical D0.03cc on the structure, with ``fractions``: what the
    hand-check annex starts from (D, n, d, α/β → EQD2).
    """

    id: str
    basis: str = Field(
        default="",
        description='Of a course on paper: "stated" in its report, or its "prescription"; empty for files.',
    )
    mean_gy: float | None = None
    max_gy: float | None = None
    d0_03cc_gy: float | None = None
    d0_1cc_gy: float | None = None
    physical_mean_gy: float | None = None
    physical_max_gy: float | None = None
    physical_d0_03cc_gy: float | None = None
    fractions: int | None = Field(
        default=None, description="Fractions delivered, when the course has one phase."
    )
    native_d0_03cc_gy: float | None = Field(default=None, description="On its own contour.")
    outside_grid_cm3: float = 0.0
    lq_extrapolated_cm3: float = Field(
        default=0.0, description="Volume with more than 10 Gy a fraction. [cm³]"
    )
    phases_at_max: list[PhasePoint] = Field(
        default=[], description="For courses of several phases: the doses that make max_gy."
    )


class ApartDose(_Model):
    """Evidence of another kind that stands in its own column and is judged by no external-beam limit (rule 15).

    ``dose_gy`` is the mean physical dose over all cycles; BED and EQD2 are summed cycle by cycle, each with its own G, at the
    structure's α/β. Where only an interval is known, the middle is null and both ends stand. [Gy]
    """

    course: str
    modality: str
    evidence_grade: str = ""
    origin: str = Field(default="unknown", description="images, activity, partition model, stated, unknown.")
    dose_gy: float | None = Field(default=None, description="null: no one value is known. [Gy]")
    low_gy: float | None = None
    high_gy: float | None = None
    eqd2_gy: float | None = None
    eqd2_low_gy: float | None = None
    eqd2_high_gy: float | None = None
    bed_gy: float | None = None
    interval: str = ""
    source: str = ""
    device: str = Field(
        default="", description="Of microspheres: glass and resin gray are not interchangeable."
    )
    alpha: bool = Field(default=False, description="Whether α particles gave part of it.")
    complete: bool = Field(default=True, description="False when a cycle's dose to the structure is unknown.")


class IndicativeTotal(_Model):
    """Mean EQD2 of unlike evidence added up: an indication, judged by no limit. [Gy]

    Both ends are sums over the parts that are known; where one is not, there is no value and the ends are a lower bound.
    """

    eqd2_gy: float | None = None
    low_gy: float | None = None
    high_gy: float | None = None
    lower_bound: bool = Field(default=False, description="True when a part of it is unknown.")
    evidence_grade: str = Field(default="", description="The worst of its parts.")


class StructureResult(_Model):
    """One structure of today's anatomy (or propagated to it)."""

    name: str
    tg263: str | None
    kind: str
    origin: str = Field(
        default="reference",
        description="reference, propagated, own anatomy, paper, or apart (only what stands apart knows it).",
    )
    origin_course: str = ""
    alpha_beta_gy: float | None
    alpha_beta_basis: str = ""
    alpha_beta_range_gy: tuple[float, float] | None = None
    alpha_beta_source: str = ""
    repair_half_time_h: float | None = Field(
        default=None,
        description="Of repair between the fractions of a day; null where all were one a day, or where none is known. [h]",
    )
    repair_basis: str = Field(
        default="",
        description="override, table or no entry (from complete repair to none within the day); empty where all were one a day.",
    )
    repair_source: str = ""
    volume_cm3: float | None
    outside_grid_cm3: float | None
    lower_bound: bool = Field(
        default=False, description="A course is missing from the 3D sum: every 3D number is a lower bound."
    )
    cumulative: Metrics = Metrics()
    cumulative_upper: Metrics = Metrics()
    concurrent: Metrics | None = Field(
        default=None, description="If phases whose order is not known were given together (rule 2)."
    )
    alternative: Alternative | None = Field(
        default=None, description="At α/β 2 when the organ has no entry (rule 4)."
    )
    metrics_error: Metrics = Field(
        default=Metrics(),
        description="Sampling error of cumulative; null where nothing is sampled (min, max). [Gy]",
    )
    printed_as_range: list[Bound] = []
    point_sum: PointSum = PointSum()
    envelope: Envelope | None = None
    use: str = Field(
        default="",
        description=(
            "What the alignments may be used for here: 3D sum, 3D sum with envelope, point sum only; "
            "empty where none was measured. It labels the sum and never removes it."
        ),
    )
    judged: Judged = Field(default=Judged(), description="What limits look at.")
    courses: list[CourseDose] = []
    apart: list[ApartDose] = Field(
        default=[],
        description="Radionuclides and microspheres: in columns of their own, in no judged sum (rule 15).",
    )
    indicative: IndicativeTotal | None = Field(
        default=None, description="External beam and all that stands apart; null where it is switched off."
    )


class OverlapResult(_Model):
    """Vertebrae that a course shares with an earlier one."""

    course: str
    with_: str
    levels: str


class AdministrationResult(_Model):
    """A radionuclide given; what it left in organs stands in ``nuclear`` and in each structure's ``apart`` (rule 15)."""

    course: str
    nuclide: str
    agent: str = ""
    date: str | None = None
    activity_gbq: float | None = None
    cycle: int | None = None
    evidence_grade: str
    dose_gy: float | None = None


class ToxicityResult(_Model):
    """A toxicity of an earlier course: CTCAE term and grade."""

    course: str = ""
    term: str
    grade: int


class LateToxicityResult(_Model):
    """A toxicity after the reference course: CTCAE term and grade, 0 for none, and the day it was first seen."""

    organ: str = ""
    term: str
    grade: int
    date: str | None = None


class OutcomeResult(_Model):
    """What happened after the reference course, as a person states it; null where nobody says."""

    vital_status: str | None = Field(default=None, description="alive or dead.")
    last_follow_up: str | None = None
    death_date: str | None = None
    recurrence: bool | None = None
    recurrence_date: str | None = None
    toxicity: list[LateToxicityResult] = []


class SharedVolumeResult(_Model):
    """Whether the reference course overlaps an earlier one, and what that rests on: geometry, levels, or nothing.

    The volume is where both give at least the isodose stated.
    """

    with_: str
    overlap: bool | None
    basis: str = ""
    isodose: str = Field(default="", description='"50 % of each prescription", or a dose.')
    overlap_cm3: float | None = None
    overlap_error_cm3: float | None = Field(
        default=None,
        description="Sampling error of overlap_cm3: a third of what a lattice half as fine differs by. [cm³]",
    )
    interval_days: int | None = Field(
        default=None, description="End of the earlier course to start of the reference course. [d]"
    )


class ReirradiationResult(_Model):
    """Type of re-irradiation by the ESTRO/EORTC consensus (Andratschke 2022)."""

    type: str = Field(
        default="not determined",
        description="type I, type II, repeat organ irradiation, repeat irradiation, not determined, or none.",
    )
    basis: str = Field(default="", description="geometry or levels; empty where nothing was determined.")
    pairs: list[SharedVolumeResult] = []


class ClinicalResult(_Model):
    """Clinical headings of a re-irradiation; null where nobody filled them."""

    intent: str | None = None
    histology: str | None = None
    performance_status: str | None = None
    recurrence: str | None = None
    cumulative_concern: bool | None = None
    toxicity: list[ToxicityResult] = []
    missing: list[str] = Field(default=[], description="Headings that nobody filled.")
    reirradiation: ReirradiationResult = ReirradiationResult()
    outcome: OutcomeResult | None = Field(default=None, description="For research: judged by nothing here.")


class FindingResult(_Model):
    """Something the reader must know."""

    code: str
    severity: str
    subject: str
    text: str


class RefusalResult(_Model):
    """Something not computed, and the remedy."""

    code: str
    subject: str
    text: str
    remedy: str


class InputResult(_Model):
    """One input by hash."""

    sha256: str
    used_as: str
    uid: str = ""


class MeasureResult(_Model):
    """One number on an alignment, or on one structure of it; null where it could not be measured."""

    name: str
    value: float | None
    unit: str = ""
    structure: str = ""


class VerdictResult(_Model):
    """What an alignment may be used for at one structure, and why in words."""

    structure: str
    use: str
    envelope_mm: float | None = None
    reasons: list[str] = []


class ApprovalResult(_Model):
    """Who approved a registration, or took that back, and when; for the structures named, or for all."""

    who: str = Field(description="Empty when a file says that it was approved and not by whom.")
    when: str | None
    approved: bool
    reason: str = ""
    structures: list[str] = []
    registration: str = Field(default="", description="Which of a chain's; empty for all of them.")


class LinkResult(_Model):
    """An alignment used."""

    course: str = ""
    from_frame: str
    to_frame: str
    method: str = Field(
        default="",
        description="Of a computed one: rigid, local or deformable; else affine, deformable or none.",
    )
    source: list[str] = Field(
        description='SOP Instance UIDs of the registrations used, "same frame", or "computed".'
    )
    error_mm: float | None = Field(description="As a person or a file states it. [mm]")
    inversion_error_mm: float | None = Field(
        default=None,
        description="By how much the computed inverse of a deformation misses at most; null of what is inverted exactly. [mm]",
    )
    approved: bool
    approval: str = Field(
        default="approval not recorded",
        description="approved, approved in part, approval revoked, approval not recorded, computed, not approved, or not needed.",
    )
    approvals: list[ApprovalResult] = []
    measures: list[MeasureResult] = []
    verdicts: list[VerdictResult] = []


class ProvenanceResult(_Model):
    """What the result rests on. ``created`` is the only clock, to the day."""

    created: str
    version: str
    tables_edition: str
    slice_model: str = Field(default="", description="What contours mean between and beyond their planes.")
    inputs: list[InputResult] = []
    alignments: list[LinkResult] = []
    overrides: list[dict[str, str]] = []
    settings_sha256: str = ""


class Result(_Model):
    """The whole of ``result.json``."""

    schema_version: str = SCHEMA_VERSION
    notice: str = Field(description="What Graybook is not (rule 17).")
    patient: PatientResult
    reference_course: str
    display_alpha_beta_gy: float = 3.0
    courses: list[CourseResult]
    structures: list[StructureResult]
    overlaps: list[OverlapResult] = []
    radionuclides: list[AdministrationResult] = []
    nuclear: NuclearResult | None = Field(
        default=None, description="Radionuclides and microspheres, cycle by cycle; null where there are none."
    )
    clinical: ClinicalResult = ClinicalResult()
    reirradiation_type: str = Field(
        default="not determined", description="As in clinical.reirradiation.type."
    )
    rulebook: str = Field(default="", description="By which limits were judged.")
    constraints: list[ConstraintResult] = []
    scenarios: list[ScenarioResult] = []
    ntcp: list[NtcpResult] = Field(default=[], description="Only when asked for.")
    remaining: list[RemainingResult] = Field(
        default=[], description="What each limit leaves of all courses delivered or assumed delivered."
    )
    scaling: list[PlanScaling] = Field(default=[], description="How far each proposed course may be scaled.")
    uncertainty: UncertaintyResult | None = Field(default=None, description="Only when asked for.")
    findings: list[FindingResult]
    refusals: list[RefusalResult]
    provenance: ProvenanceResult


def json_text(result: Result) -> str:
    """``result.json`` as text: keys in the model's order, two spaces, a final newline."""
    return json.dumps(result.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False) + "\n"


def write_json(result: Result, path: Path) -> None:
    """Write ``result.json``."""
    path.write_bytes(json_text(result).encode())


def schema_text() -> str:
    """The JSON Schema of ``result.json`` as text."""
    schema: dict[str, Any] = Result.model_json_schema(by_alias=True)
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
