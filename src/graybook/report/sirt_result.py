"""Results of radioembolisation: a plan by the partition model, and doses of images before and after, with every choice in them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "ActivityClosure",
    "BiologicalResult",
    "CompartmentComparison",
    "CompartmentResult",
    "ConstantResult",
    "DefinitionResult",
    "HandlingResult",
    "ImageDoses",
    "LiverResult",
    "RecommendationResult",
    "SirtImage",
    "SirtPlanResult",
    "SirtRegion",
    "SirtStatement",
    "SirtVerifyResult",
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SirtStatement(_Model):
    """Something that must be said, by its code, in the language asked for."""

    code: str
    text: str
    remedy: str = ""


class ConstantResult(_Model):
    """Energy a GBq leaves where all of it decays, one of those in use. Every dose goes with it."""

    j_per_gbq: float = Field(description="[J/GBq]")
    source: str
    tier: str = ""
    used: bool = False
    difference_percent: float = Field(description="Of every dose, from the one used. [%]")


class DefinitionResult(_Model):
    """The same figures read by other definitions: what each dose would be."""

    tn_definition: str = Field(description='"concentration" or "activity".')
    shunt_definition: str = Field(description='"liver": lung/(lung + liver); "tumour": lung/(lung + tumour).')
    activity_gbq: float = Field(description="Delivered: the same, or what the wished dose would need. [GBq]")
    tumour_gy: float
    normal_gy: float
    perfused_gy: float
    lung_gy: float
    tumour_percent: float = Field(description="Difference from the definitions used. [%]")
    normal_percent: float
    lung_percent: float


class HandlingResult(_Model):
    """From the vial to the patient."""

    activity_gbq: float = Field(description="In the vial, at the calibration where one is stated. [GBq]")
    calibrated: str | None = None
    infused: str | None = None
    hours: float = Field(description="From calibration to infusion. [h]")
    half_life_h: float
    at_infusion_gbq: float
    residual_percent: float = Field(description="Share that stays in vial and lines. [%]")
    delivered_gbq: float = Field(description="What reaches the patient, at infusion. [GBq]")


class RecommendationResult(_Model):
    """What a guideline recommends to one structure, beside the dose found: never a verdict, never of external beam."""

    device: str
    indication: str
    scenario: str
    structure: str = Field(description="perfused, normal, normal_perfused or tumour.")
    relation: str = Field(description="above, at least, below, between or about.")
    low_gy: float | None
    high_gy: float | None
    condition: str = Field(description="Code of what must hold besides; empty when nothing.")
    applies: str = Field(description='"yes", "no", "not assessable" or "ask": the condition is for a person.')
    dose_gy: float | None = Field(description="Dose found in that structure. [Gy]")
    evidence_level: str
    source: str
    tier: str
    text: str = Field(description="The row in words.")


class LiverResult(_Model):
    """What is known of the liver, and whether the recommendation for the normal liver can be said."""

    bilirubin_mg_dl: float | None
    bilirubin_umol_l: float | None
    child_pugh: str
    albi: float | None
    normal_liver: str = Field(description='"not assessable" or "recommendation".')
    below_gy: list[float] = Field(
        default=[], description="Recommended upper ends that the liver function leaves standing. [Gy]"
    )
    reason: str = ""


class BiologicalResult(_Model):
    """BED of one structure, trapped for good: the dose rate falls with the physical half-life."""

    structure: str
    alpha_beta_gy: float
    alpha_beta_source: str = ""
    repair_half_time_h: float
    repair_source: str = ""
    half_life_h: float
    g_factor: float
    bed_gy: float
    eqd2_gy: float
    extrapolated: bool = Field(
        default=False, description="Beyond what the linear-quadratic model was validated for."
    )


class SirtPlanResult(_Model):
    """A plan by the partition model."""

    device: str
    nuclide: str
    target: str | None = Field(default=None, description="tumour, normal or perfused; null: activity given.")
    target_gy: float | None = None
    activity_gbq: float = Field(description="In the vial: given, or needed for the wished dose. [GBq]")
    delivered_gbq: float = Field(description="Reaches the patient, at infusion. [GBq]")
    tumour_gy: float
    normal_gy: float
    perfused_gy: float = Field(description="Mean of tumour and normal liver. [Gy]")
    lung_gy: float
    whole_normal_gy: float | None = Field(
        default=None,
        description="Mean of all normal liver, also where nothing was infused; null when its mass is unknown. [Gy]",
    )
    tumour_kg: float
    normal_kg: float
    lung_kg: float
    whole_normal_kg: float | None = None
    tn_ratio: float
    tn_definition: str
    tn_definition_stated: bool
    lung_shunt: float
    shunt_definition: str
    shunt_definition_stated: bool
    definitions: dict[str, str] = Field(default={}, description="Of tn_ratio and lung_shunt, in words.")
    tumour_share: float = Field(description="Of the activity delivered.")
    normal_share: float
    lung_share: float
    constant_j_per_gbq: float
    constant_source: str
    constants: list[ConstantResult]
    emitted_j: float = Field(description="Constant times activity delivered. [J]")
    deposited_j: float = Field(description="Sum of dose times mass over the three compartments. [J]")
    other_definitions: list[DefinitionResult]
    handling: HandlingResult
    liver: LiverResult
    biological: list[BiologicalResult] = []
    recommendations: list[RecommendationResult] = []
    statements: list[SirtStatement] = []
    notice: str = Field(description="What Graybook is not (rule 17).")


class SirtImage(_Model):
    """One image that doses were computed from."""

    series: str = Field(description="Series Instance UID.")
    modality: str = Field(description="PT or NM.")
    description: str = ""
    role: str = Field(description='"before" (scout or MAA) or "after" (the microspheres themselves).')
    nuclide: str = ""
    acquired: str | None = None
    units: str = ""
    units_source: str = ""
    voxel_mm: list[float] = Field(default=[], description="Along z, y and x. [mm]")
    camera: str = ""


class SirtRegion(_Model):
    """One compartment as drawn."""

    compartment: str = Field(description="perfused, normal, tumour, liver or lung.")
    series: str = Field(description="Image that it was placed in.")
    names: list[str] = Field(description="Structures as found; more than one are united.")
    derived: bool = Field(
        default=False, description="True when it is what the others leave, as normal = perfused - tumour."
    )
    volume_cm3: float = Field(description="Of the part that lies in the image. [cm³]")
    outside_share: float = Field(default=0.0, description="Share of it that lies outside the image.")
    density_g_cm3: float | None = Field(
        description="null for lungs: their mass is stated, or unknown. [g/cm³]"
    )
    mass_kg: float | None


class CompartmentResult(_Model):
    """Dose of one compartment from one image under one calibration."""

    compartment: str
    activity_gbq: float = Field(description="In it at infusion. [GBq]")
    share: float | None = Field(default=None, description="Of the activity delivered.")
    mass_kg: float
    mean_gy: float
    d95_gy: float | None = Field(default=None, description="Dose that 95 % of the volume receives at least.")
    d70_gy: float | None = None
    d50_gy: float | None = None
    max_gy: float | None = None
    grid_mean_gy: dict[str, float] = Field(
        default={}, description="Mean dose under other dose models, by name: voxel S. [Gy]"
    )
    biological: BiologicalResult | None = None


class ActivityClosure(_Model):
    """Activity that the image holds against activity delivered."""

    series: str
    role: str
    in_image_gbq: float | None = Field(description="Absolute units, decayed to infusion; null without. [GBq]")
    in_compartments_gbq: float | None = Field(default=None, description="[GBq]")
    delivered_gbq: float | None = Field(description="As stated or recorded. [GBq]")
    ratio: float | None = Field(description="In image over delivered.")


class ImageDoses(_Model):
    """All compartments from one image under one calibration."""

    role: str = Field(description='"before" or "after".')
    calibration: str = Field(description='"patient-relative" or "absolute".')
    used: bool = False
    series: str
    activity_gbq: float = Field(description="That the doses are for, delivered, at infusion. [GBq]")
    compartments: list[CompartmentResult]
    lung_shunt: float | None = Field(default=None, description="lung/(lung + liver).")
    lung_shunt_tumour: float | None = Field(default=None, description="lung/(lung + tumour).")
    lung_shunt_from: str = Field(default="", description='"image", "stated", or empty: nobody knows it.')
    tn_concentration: float | None = None
    tn_activity: float | None = None


class CompartmentComparison(_Model):
    """One compartment before and after."""

    compartment: str
    predicted_by: str = Field(description='"image before" or "partition model".')
    predicted_gy: float
    delivered_gy: float
    difference_percent: float = Field(description="Delivered from predicted. [%]")


class SirtVerifyResult(_Model):
    """Doses of a radioembolisation from its images, before and after."""

    patient: str
    device: str
    nuclide: str
    constant_j_per_gbq: float
    constant_source: str
    constants: list[ConstantResult]
    delivered_gbq: float | None = Field(description="As stated: reached the patient, at infusion. [GBq]")
    infused: str | None = Field(
        description="Moment of infusion; null when only a day, or nothing, is stated."
    )
    day: str | None
    images: list[SirtImage]
    regions: list[SirtRegion]
    doses: list[ImageDoses]
    closure: list[ActivityClosure] = []
    comparisons: list[CompartmentComparison] = []
    liver: LiverResult
    recommendations: list[RecommendationResult] = []
    statements: list[SirtStatement] = []
    notice: str
