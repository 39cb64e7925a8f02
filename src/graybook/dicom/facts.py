"""Facts: what each kind of DICOM file says, typed and checked; no links between files are drawn here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from graybook.dicom.activity_facts import ActivityFacts
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.contours import ContourStack
from graybook.geometry.displacement import Displacement
from graybook.geometry.grid import Grid
from graybook.record.assessment import Finding
from graybook.record.paper import Administration

__all__ = [
    "ActivityFacts",
    "AdministrationFacts",
    "BeamFacts",
    "DeformationFacts",
    "DoseFacts",
    "DoseReferenceFacts",
    "DvhFacts",
    "FileFacts",
    "FractionGroupFacts",
    "Header",
    "ImageSliceFacts",
    "OtherFacts",
    "PlanFacts",
    "RegistrationFacts",
    "RoiFacts",
    "SegmentFacts",
    "SegmentationFacts",
    "StructureSetFacts",
    "TreatmentRecordFacts",
]


@dataclass(frozen=True, kw_only=True)
class Header:
    """What every file says of itself and its person; empty strings and None where it is silent.

    ``path`` is relative to the folder (``archive.zip!/inner/path`` inside a zip, forward slashes). ``date`` is the best date of
    the object itself: RTPlanDate, StructureSetDate, TreatmentDate, then content, acquisition, series, study, instance creation
    date; ``date_source`` names the attribute it was taken from. ``birth_date`` is None when missing or malformed.
    ``birth_name`` is Patient's Birth Name, kept apart from the name in use. ``other_ids`` are the items of Other Patient IDs
    Sequence: value and issuer, the issuer's universal id (an OID) before its name.
    ``findings`` are warnings about attributes that bear on neither dose, geometry, identity nor links, and others said on reading.
    """

    path: str
    digest: Callable[[], str] = field(compare=False, repr=False)
    sop_class_uid: str
    sop_instance_uid: str
    modality: str
    patient_id: str = ""
    issuer_of_patient_id: str = ""
    patient_name: str = ""
    birth_name: str = ""
    other_ids: tuple[tuple[str, str], ...] = ()
    birth_date: date | None = None
    sex: str = ""
    study_uid: str = ""
    series_uid: str = ""
    series_description: str = ""
    frame: str = ""
    date: date | None = None
    date_source: str = ""
    manufacturer: str = ""
    made_by_graybook: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def sha256(self) -> str:
        """SHA-256 of the file's bytes, read when first asked for."""
        return self.digest()


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageSliceFacts:
    """One image slice (CT, MR, PET ...); geometry only, voxels on demand (rescaled, rows x columns).

    A file of many slices has the position of each in ``frames_mm``, and its voxels are frames x rows x columns.
    ``activity`` is what the voxels of PET and NM mean; None for every other image.
    """

    header: Header
    position_mm: tuple[float, float, float]
    orientation: tuple[float, ...]
    patient_position: str
    rows: int
    columns: int
    pixel_spacing_mm: tuple[float, float]
    voxels: Callable[[], FloatArray]
    frames_mm: tuple[tuple[float, float, float], ...] = ()
    activity: ActivityFacts | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class RoiFacts:
    """One ROI of a structure set. ``contours`` raises InputError for open, point or unparallel contours."""

    number: int
    name: str
    interpreted_type: str
    frame: str
    contour_count: int
    contours: Callable[[], ContourStack]


@dataclass(frozen=True, kw_only=True, eq=False)
class StructureSetFacts:
    """An RTSTRUCT."""

    header: Header
    label: str
    rois: tuple[RoiFacts, ...]
    image_series_uids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DoseReferenceFacts:
    """A Dose Reference of a plan. Doses are totals over the plan's fractions. [Gy]"""

    uid: str
    structure_type: str
    """POINT, VOLUME, COORDINATES or SITE."""
    reference_type: str
    """TARGET or ORGAN_AT_RISK."""
    description: str
    roi_number: int | None
    point_mm: tuple[float, float, float] | None
    prescription_gy: float | None


@dataclass(frozen=True, kw_only=True)
class BeamFacts:
    """One treatment beam's share of a fraction."""

    number: int
    name: str
    radiation_type: str
    delivery_type: str
    dose_gy: float | None
    """Beam Dose, per fraction. [Gy]"""
    point_mm: tuple[float, float, float] | None


@dataclass(frozen=True, kw_only=True)
class FractionGroupFacts:
    """A Fraction Group: planned fractions and the beams of each."""

    number: int
    fractions_planned: int | None
    beams: tuple[BeamFacts, ...] = ()
    setup_doses_gy: tuple[float, ...] = ()
    """Brachy Application Setup Dose of each setup, per fraction. [Gy]"""
    setup_numbers: tuple[int, ...] = ()
    """Brachytherapy application setups given in each fraction."""
    setup_points_mm: tuple[tuple[float, float, float], ...] = ()
    """Where the setups state their dose, each once."""
    most_a_day: int = 1
    """The most fractions that the Fraction Pattern has on one day."""


@dataclass(frozen=True, kw_only=True)
class PlanFacts:
    """An RTPLAN or RT Ion Plan. ``radiation`` is the set of RadiationType of its treatment beams, upper case, sorted."""

    header: Header
    label: str
    name: str
    intent: str
    approval: str
    radiation: tuple[str, ...]
    is_ion: bool
    geometry: str
    fraction_groups: tuple[FractionGroupFacts, ...]
    dose_references: tuple[DoseReferenceFacts, ...]
    structure_set_uids: tuple[str, ...]
    dose_uids: tuple[str, ...]
    prescription_description: str = ""
    replaces_uids: tuple[str, ...] = ()
    brachy_type: str = ""
    """Brachy Treatment Type: HDR, MDR, LDR, PDR, MANUAL; empty when it is no brachytherapy or not said."""
    related_plans: tuple[tuple[str, str], ...] = ()
    """RT Plan Relationship (PRIOR, ALTERNATIVE, PREDECESSOR, VERIFIED_PLAN, CONCURRENT) and UID of each related plan."""

    @property
    def fractions_planned(self) -> int | None:
        """Fractions of the plan: the sum over its fraction groups is not one number, so None unless there is exactly one."""
        return self.fraction_groups[0].fractions_planned if len(self.fraction_groups) == 1 else None


@dataclass(frozen=True, kw_only=True)
class DvhFacts:
    """One item of an RTDOSE's DVH Sequence, in Gy whatever the file's units; ``percent_trap`` when they were percent."""

    roi_number: int
    volume_cm3: float | None
    min_gy: float | None
    mean_gy: float | None
    max_gy: float | None
    percent_trap: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class DoseFacts:
    """An RTDOSE. ``voxels`` gives Gy, zyx; raises when the bytes are missing or broken.

    ``summation`` PLAN, MULTI_PLAN, FRACTION, BEAM, BRACHY, ..._SESSION ...; ``dose_type`` PHYSICAL, EFFECTIVE, ERROR;
    ``units`` GY or RELATIVE. ``grid`` is None when the geometry is unusable; then ``problem`` says why, as a refusal code.
    """

    header: Header
    summation: str
    dose_type: str
    units: str
    grid: Grid | None
    voxels: Callable[[], FloatArray]
    plan_uids: tuple[str, ...] = ()
    structure_set_uids: tuple[str, ...] = ()
    fraction_group: int | None = None
    beam_numbers: tuple[int, ...] = ()
    setup_numbers: tuple[int, ...] = ()
    comment: str = ""
    dvhs: tuple[DvhFacts, ...] = ()
    biological: str = ""
    """"EQD2" or "BED" when marks, label, series description or comment say the dose is already biological (rule 7)."""
    problem: Finding | None = None
    plane: Grid | None = None
    """Where the one plane of a single-frame dose lies (its thickness is not known); None for any other dose."""
    parts: tuple[str, ...] = ()
    """Paths of the single-frame files this dose was put together from; empty for a file of its own."""
    dvh_hundred_percent_gy: float | None = None
    """Gy of 100 %, as fitted, where the DVH statistics were percent; compare it with the prescription."""


@dataclass(frozen=True, kw_only=True)
class TreatmentRecordFacts:
    """An RT (Beams/Ion/...) Treatment Record: one session of a plan."""

    header: Header
    plan_uids: tuple[str, ...]
    treatment_date: date | None
    fraction_group: int | None
    fraction_numbers: tuple[int, ...]
    """Current Fraction Number of each beam, unique, sorted."""
    complete: bool
    """False when a beam's Treatment Termination Status is not NORMAL."""
    delivered_beams: tuple[int, ...] = ()
    is_summary: bool = False
    """A Treatment Summary Record speaks for all sessions; ``fractions_delivered`` is its count."""
    fractions_delivered: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class DeformationFacts:
    """One deformation of a Deformable Spatial Registration; ``displacement`` reads its vectors.

    PS3.3 C.20.3: it leads from the frame of the object (registered) to that of its item (source), against the direction of the
    matrices of a Spatial Registration.
    """

    from_frame: str
    to_frame: str
    displacement: Callable[[], Displacement]


@dataclass(frozen=True, kw_only=True, eq=False)
class RegistrationFacts:
    """A Spatial Registration, or a deformable one.

    Each link is (from frame, to frame, 4x4 matrix): PS3.3 C.20.2, source into registered frame. ``approval`` is its Approval
    Status with who reviewed it and when, where it says so.
    """

    header: Header
    links: tuple[tuple[str, str, FloatArray], ...]
    kind: str = "RIGID"
    deformations: tuple[DeformationFacts, ...] = ()
    approval: str = ""
    reviewed_by: str = ""
    reviewed_on: date | None = None

    @property
    def joined(self) -> tuple[tuple[str, str], ...]:
        """The frames that it joins, in pairs."""
        matrices = tuple((start, end) for start, end, _ in self.links)
        return (*matrices, *((one.from_frame, one.to_frame) for one in self.deformations))


@dataclass(frozen=True, kw_only=True)
class AdministrationFacts:
    """A Radiopharmaceutical Radiation Dose SR: what was given, when and how much.

    ``questions`` say what is missing or contradicts itself; an activity in a unit that is none of activity is absent, not guessed.
    """

    header: Header
    administrations: tuple[Administration, ...]
    questions: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class SegmentFacts:
    """One segment of a segmentation. ``mask`` gives zyx on the segmentation's grid: bool, or the fraction of each voxel (0 to 1).

    ``category`` and ``kind`` are the meanings of its codes ("Anatomical Structure", "Left kidney"); ``algorithm`` is MANUAL,
    SEMIAUTOMATIC or AUTOMATIC, with the name where there is one.
    """

    number: int
    label: str
    category: str
    kind: str
    algorithm: str
    mask: Callable[[], FloatArray | BoolArray]
    is_fraction: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class SegmentationFacts:
    """A SEG: segments on one grid. Planes that have no frame of a segment are empty in it, as PS3.3 A.51 says."""

    header: Header
    label: str
    grid: Grid
    segments: tuple[SegmentFacts, ...]
    image_series_uids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OtherFacts:
    """A readable file that is not used, with the reason as a finding code; or one that could not be read."""

    header: Header | None
    path: str
    reason: Finding


FileFacts = (
    ImageSliceFacts
    | StructureSetFacts
    | PlanFacts
    | DoseFacts
    | TreatmentRecordFacts
    | RegistrationFacts
    | AdministrationFacts
    | SegmentationFacts
    | OtherFacts
)
