"""Background result: one pydantic tree that is ``background.json`` and all that the warning sheet of the files reads."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from graybook.report.result import FindingResult, PatientResult, ProvenanceResult

__all__ = [
    "BackgroundCourse",
    "BackgroundFile",
    "BackgroundOrgan",
    "BackgroundResult",
    "ExpectedDose",
    "FileLimit",
    "GeometryResult",
    "NotVoxelwise",
    "OtherDoseError",
    "PlainAddition",
    "json_text",
]

SCHEMA_VERSION = "1.0"

Kind = Literal["EQD2", "REMAINING", "BASE"]
"""What a file holds: prior EQD2, physical dose that a limit leaves, physical base dose for one expected dose."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GeometryResult(_Model):
    """Where the voxels of every file lie."""

    of: Literal["planning CT", "reference dose grid"]
    frame: str
    series_uid: str = Field(default="", description="Of the planning CT.")
    shape_zyx: tuple[int, int, int]
    spacing_mm: tuple[float, float, float] = Field(description="Along x, y, z; z the mean where uneven. [mm]")
    origin_mm: tuple[float, float, float]
    orientation: tuple[float, ...] = Field(description="Six numbers, as Image Orientation (Patient).")
    uneven_planes: bool = False
    coarsened: bool = Field(
        default=False, description="Whether a coarser in-plane spacing than the CT's was asked for."
    )


class BackgroundCourse(_Model):
    """A course, and whether its dose is in the files."""

    id: str
    label: str
    start_date: str | None
    role: Literal["prior", "proposed"]
    included: bool
    reason: str = Field(default="", description="Why it is not, or not wholly, in words.")


class ExpectedDose(_Model):
    """The new dose that base doses are valid for."""

    label: str
    plan_uid: str = ""
    dose_uids: list[str]
    sha256: str = Field(description="Of the dose file; of several, of their hashes one after another.")
    fractions: int
    max_gy: float = Field(description="Physical. [Gy]")


class FileLimit(_Model):
    """A limit that a file of remaining dose speaks of."""

    id: str
    structure: str
    tg263: str | None = None
    metric: str
    limit: float = Field(description="As published, in Gy of its scale.")
    scale: str
    limit_eqd2_gy: float
    limit_isoeffective_gy: float | None = Field(
        default=None,
        description="Physical dose in the n fractions with that EQD2: the objective beside a base dose. [Gy]",
    )
    organ_least_left_gy: float | None = Field(
        default=None, description="The least that is left at any point of the organ, with its surface. [Gy]"
    )
    organ_nothing_left_cm3: float | None = Field(
        default=None, description="Volume of the organ in which nothing is left. [cm³]"
    )
    conditions_hold: bool | None = Field(
        default=None, description="Whether the source's conditions are known to hold; null: not asked here."
    )
    source: str
    tier: str


class BackgroundFile(_Model):
    """One file written."""

    name: str = Field(description="In OUT.")
    kind: Kind
    sop_instance_uid: str
    sha256: str
    quantity: str = Field(description='"EQD2" or "physical".')
    dose_type: str = Field(description="As the file states it: EFFECTIVE or PHYSICAL.")
    label: str = Field(description="Its series description.")
    comment: str = Field(description="Its dose comment.")
    alpha_beta_gy: float
    fractions: int | None = Field(description="n that it is valid for; null for EQD2.")
    limits: list[FileLimit] = Field(default=[], description="Of remaining dose: all limits with this figure.")
    limit_eqd2_gy: float | None = Field(default=None, description="Of remaining dose. [Gy]")
    valid_for: str = Field(description="In words: the only use it is meant for.")
    min_gy: float
    max_gy: float
    nothing_left_cm3: float | None = Field(
        default=None, description="Of remaining dose: volume of all voxels in which nothing is left. [cm³]"
    )
    lower_bound: bool = Field(
        default=False,
        description="A course is missing: the earlier dose is at least this, what is left at most this.",
    )


class PlainAddition(_Model):
    """
    What a planning system reads when the earlier dose alone is loaded in Gy, against the truth, at one point.

    Two ways to go wrong: the earlier EQD2 loaded as it is, and the physical dose isoeffective to the earlier dose alone in the n
    fractions. Earlier 30 Gy EQD2, new 30 Gy in 30 fractions, α/β 2: 52.5 is true, the first reads 60.0, the second 71.0.
    """

    of: Literal["expected dose", "example"] = Field(
        description="The patient's expected dose, or 30 Gy in 30 fractions on the highest earlier dose."
    )
    point_mm: tuple[float, float, float] = Field(
        description="Where the second reading misleads most, in an organ of this α/β. [mm]"
    )
    structures: list[str] = Field(default=[], description="Organs around the point.")
    alpha_beta_gy: float
    fractions: int
    prior_eqd2_gy: float
    prior_isoeffective_gy: float = Field(description="Physical dose in n fractions with that EQD2. [Gy]")
    new_gy: float = Field(description="Physical. [Gy]")
    reading_of_eqd2_gy: float = Field(
        description="EQD2 read when the EQD2 is loaded as if it were physical. [Gy]"
    )
    reading_gy: float = Field(description="EQD2 read when the isoeffective dose is loaded. [Gy]")
    truth_gy: float = Field(description="Earlier EQD2 plus EQD2 of the new dose. [Gy]")
    base_gy: float = Field(description="The base dose that reads the truth for this new dose alone. [Gy]")


class OtherDoseError(_Model):
    """What a base dose reads wrongly when the new dose is another share of the expected one, at one α/β; reading minus truth."""

    alpha_beta_gy: float
    share: float = Field(description="Of the expected dose: 0.8 or 1.2.")
    lowest_gy: float = Field(description="Of all voxels, EQD2; negative: too little is read. [Gy]")
    highest_gy: float
    at_hottest_gy: float = Field(
        description="Where the cumulative EQD2 with the expected dose is highest in organs of this α/β, else anywhere. [Gy]"
    )
    at_hottest_percent: float = Field(description="Of the truth there.")
    truth_at_hottest_gy: float = Field(description="For this share. [Gy]")
    reading_at_hottest_gy: float


class NotVoxelwise(_Model):
    """A limit without a file of remaining dose, and why, in words."""

    id: str
    structure: str
    metric: str
    limit: float
    unit: str
    reason: str


class BackgroundOrgan(_Model):
    """An organ of the reference and what the alignments of the earlier courses may be used for there."""

    name: str
    tg263: str | None = None
    kind: str
    alpha_beta_gy: float | None
    alternative_alpha_beta_gy: float | None = None
    basis: str = Field(description="3D sum, 3D sum with envelope, point sum, or empty: not judged.")
    voxelwise: bool = Field(
        description="Whether the files may be relied on there, as far as alignments tell."
    )


class BackgroundResult(_Model):
    """The whole of ``background.json``."""

    schema_version: str = SCHEMA_VERSION
    notice: str = Field(description="What Graybook is not (rule 17).")
    patient: PatientResult
    reference: BackgroundCourse
    geometry: GeometryResult
    fractions: int
    alpha_betas_gy: list[float]
    expected: ExpectedDose | None = None
    rulebook: str
    courses: list[BackgroundCourse]
    files: list[BackgroundFile]
    trap: PlainAddition | None = Field(default=None, description="null without any earlier dose.")
    errors: list[OtherDoseError] = Field(
        default=[], description="Of base doses, at 0.8 and 1.2 of the expected dose."
    )
    not_voxelwise: list[NotVoxelwise] = []
    organs: list[BackgroundOrgan] = []
    lower_bound: bool = Field(
        description="A course that counts is missing from the files, wholly or in part."
    )
    reasons: list[str] = Field(default=[], description="Why, in words.")
    outside_share: float = Field(
        description="Share of voxels outside some earlier dose's grid, where the highest dose of its nearest face is taken."
    )
    warnings: list[FindingResult] = []
    provenance: ProvenanceResult


def json_text(result: BackgroundResult) -> str:
    """``background.json`` as text: keys in the model's order, two spaces, a final newline."""
    return json.dumps(result.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
