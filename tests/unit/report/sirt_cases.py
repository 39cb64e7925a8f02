"""Made-up doses of a radioembolisation by images, their numbers by 49.67 J/GBq: a plan, and an MAA before with PET after."""

from __future__ import annotations

from graybook.report import sirt_result as model

CONSTANT = 49.67
KAO = "Kao et al. 2013, Cardiovasc Intervent Radiol, doi:10.1007/s00270-013-0783-z"
ICRP = "ICRP Publication 107, by icrp107-database 0.0.3"
EANM = "Weber et al. 2022, Eur J Nucl Med Mol Imaging 49:1682, Tables 2 to 4, doi:10.1007/s00259-021-05600-z"
BEFORE, AFTER = "1.2.826.0.1.3680043.10.1561.9.1", "1.2.826.0.1.3680043.10.1561.9.2"

CONSTANTS = [
    model.ConstantResult(j_per_gbq=CONSTANT, source=ICRP, tier="secondary-curated", used=True, difference_percent=0.0),
    model.ConstantResult(j_per_gbq=50.0, source=KAO, tier="primary-table", difference_percent=100.0 * (50.0 / CONSTANT - 1.0)),
]  # fmt: skip
LIVER = model.LiverResult(
    bilirubin_mg_dl=None, bilirubin_umol_l=None, child_pugh="A6", albi=None, normal_liver="not assessable",
    reason="No bilirubin is stated.",
)  # fmt: skip
BED = model.BiologicalResult(
    structure="normal", alpha_beta_gy=2.5, alpha_beta_source=KAO, repair_half_time_h=2.5, repair_source=KAO,
    half_life_h=64.1, g_factor=0.037538, bed_gy=143.574, eqd2_gy=79.763,
)  # fmt: skip


def recommendation(
    structure: str, relation: str, ends: tuple[float | None, float | None], dose: float, applies: str
) -> model.RecommendationResult:
    """One row of the guideline beside a dose."""
    low, high = ends
    return model.RecommendationResult(
        device="y90-glass", indication="hcc", scenario="lobectomy", structure=structure, relation=relation,
        low_gy=low, high_gy=high, condition="", applies=applies, dose_gy=dose, evidence_level="3", source=EANM,
        tier="primary-table", text=f"hepatocellular carcinoma, lobectomy: {structure} {relation} {low or high:g} Gy",
    )  # fmt: skip


RECOMMENDATIONS = [
    recommendation("tumour", "at least", (205.0, None), 149.01, "yes"),
    recommendation("normal", "below", (None, 75.0), 49.67, "not assessable"),
]
STATEMENTS = [
    model.SirtStatement(
        code="sirt_tn_definition_assumed",
        text="Nobody says what the T/N ratio is a ratio of; concentrations are taken.",
        remedy="Say --tn-definition concentration or activity.",
    )
]


def plan() -> model.SirtPlanResult:
    """2 GBq glass, shunt 5 %, 0.2 kg tumour, 1.3 kg normal, T/N 3, lungs 1 kg: 149.01, 49.67 and 4.967 Gy."""
    return model.SirtPlanResult(
        device="y90-glass", nuclide="Y-90", activity_gbq=2.0, delivered_gbq=2.0, tumour_gy=149.01, normal_gy=49.67,
        perfused_gy=62.9153, lung_gy=4.967, tumour_kg=0.2, normal_kg=1.3, lung_kg=1.0, tn_ratio=3.0,
        tn_definition="concentration", tn_definition_stated=False, lung_shunt=0.05, shunt_definition="liver",
        shunt_definition_stated=True, tumour_share=0.3, normal_share=0.65, lung_share=0.05,
        constant_j_per_gbq=CONSTANT, constant_source=ICRP, constants=CONSTANTS, emitted_j=99.34, deposited_j=99.34,
        other_definitions=[
            model.DefinitionResult(
                tn_definition="activity", shunt_definition="liver", activity_gbq=2.0, tumour_gy=353.899,
                normal_gy=18.1487, perfused_gy=62.9153, lung_gy=4.967, tumour_percent=137.5, normal_percent=-63.46,
                lung_percent=0.0,
            )
        ],
        handling=model.HandlingResult(
            activity_gbq=2.0, calibrated="2026-03-01T12:00:00+01:00", infused="2026-03-01T12:00:00+01:00", hours=0.0,
            half_life_h=64.1, at_infusion_gbq=2.0, residual_percent=0.0, delivered_gbq=2.0,
        ),
        liver=LIVER, biological=[BED], recommendations=RECOMMENDATIONS, statements=STATEMENTS,
        notice="Not CE-marked.",
    )  # fmt: skip


def _compartment(name: str, gbq: float, kg: float, *, bed: bool = False) -> model.CompartmentResult:
    mean = CONSTANT * gbq / kg
    return model.CompartmentResult(
        compartment=name, activity_gbq=gbq, share=gbq / 2.0, mass_kg=kg, mean_gy=mean, d95_gy=mean * 0.4,
        d70_gy=mean * 0.8, d50_gy=mean * 0.97, max_gy=mean * 2.1,
        grid_mean_gy={"voxel S": mean * 0.985}, biological=BED if bed else None,
    )  # fmt: skip


def _doses(role: str, calibration: str, tumour_gbq: float, *, used: bool) -> model.ImageDoses:
    normal_gbq = 1.9 - tumour_gbq
    return model.ImageDoses(
        role=role, calibration=calibration, used=used, series=BEFORE if role == "before" else AFTER,
        activity_gbq=2.0,
        compartments=[
            _compartment("tumour", tumour_gbq, 0.2),
            _compartment("normal", normal_gbq, 1.3, bed=True),
            _compartment("perfused", 1.9, 1.5),
            _compartment("lung", 0.1, 1.0),
        ],
        lung_shunt=0.05, lung_shunt_tumour=0.1 / (0.1 + tumour_gbq), lung_shunt_from="image",
        tn_concentration=(tumour_gbq / 0.2) / (normal_gbq / 1.3), tn_activity=tumour_gbq / normal_gbq,
    )  # fmt: skip


def verified() -> model.SirtVerifyResult:
    """Predicted 0.6 GBq in the tumour, found 0.5; the PET holds 1.94 of 2 GBq."""
    before = _doses("before", "patient-relative", 0.6, used=True)
    after = _doses("after", "patient-relative", 0.5, used=True)
    pairs = zip(before.compartments, after.compartments, strict=True)
    return model.SirtVerifyResult(
        patient="800123456", device="y90-glass", nuclide="Y-90", constant_j_per_gbq=CONSTANT, constant_source=ICRP,
        constants=CONSTANTS, delivered_gbq=2.0, infused="2025-06-18T10:42:00+02:00", day="2025-06-18",
        images=[
            model.SirtImage(
                series=series, modality=modality, description=words, role=role, nuclide=nuclide,
                acquired="2025-06-18T15:02:00+02:00", units=units, units_source="DICOM Units",
                voxel_mm=[3.0, 4.07, 4.07], camera="GE Discovery 710",
            )
            for series, modality, words, role, nuclide, units in (
                (BEFORE, "NM", "MAA foie", "before", "Tc-99m", "counts"),
                (AFTER, "PT", "90Y PET", "after", "Y-90", "BQML"),
            )
        ],
        regions=[
            model.SirtRegion(
                compartment=name, series=AFTER, names=names, derived=name == "normal", volume_cm3=kg / 1.04e-3,
                outside_share=0.0, density_g_cm3=1.04, mass_kg=kg,
            )
            for name, names, kg in (
                ("tumour", ["CHC VII"], 0.2), ("perfused", ["Foie droit"], 1.5), ("normal", ["Foie droit"], 1.3),
            )
        ],
        doses=[before, after, _doses("after", "absolute", 0.485, used=False)],
        closure=[
            model.ActivityClosure(
                series=AFTER, role="after", in_image_gbq=1.94, in_compartments_gbq=1.85, delivered_gbq=2.0, ratio=0.97
            )
        ],
        comparisons=[
            model.CompartmentComparison(
                compartment=one.compartment, predicted_by="image before", predicted_gy=one.mean_gy,
                delivered_gy=two.mean_gy, difference_percent=100.0 * (two.mean_gy / one.mean_gy - 1.0),
            )
            for one, two in pairs
        ],
        liver=LIVER, recommendations=RECOMMENDATIONS, statements=STATEMENTS, notice="Not CE-marked.",
    )  # fmt: skip
