"""The tables against figures typed by hand from the publications, and against real structure sets."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest

from graybook.tables import alpha_beta, structure_names

# Rulach et al. 2021, Adv Radiat Oncol 6(2):100653, Table 4: organ, α/β [Gy].
RULACH_RATIOS = [
    ("SpinalCord", 2.0),
    ("Esophagus", 3.0),
    ("BrachialPlex", 2.0),
    ("GreatVes", 3.0),
    ("BronchialTree_Prox", 3.0),
    ("Chestwall", 2.5),
    ("Skin", 2.5),
    ("Heart", 2.5),
    ("Lungs", 3.0),
]


@pytest.mark.parametrize(("organ", "ratio_gy"), RULACH_RATIOS)
def test_rulach_convention_is_the_default(organ: str, ratio_gy: float) -> None:
    """An organ of Rulach's Table 4 takes its α/β from that table, read in the primary."""
    default = alpha_beta.default_for_organ(organ)
    assert default is not None
    assert default.value_gy == ratio_gy
    assert default.row is not None
    assert (default.row.source, default.row.primary_checked) == ("rulach2021", True)
    assert "10.1016/j.adro.2021.100653" in default.row.source_text


def test_spinal_cord_range() -> None:
    """Beside the cord's 2 Gy stand 0.87 (Schultheiss 2008) and 3.7 with its interval 2.2 to 8.2 (Jin 2015)."""
    default = alpha_beta.default_for_organ("SpinalCord")
    assert default is not None
    assert default.range_gy == (0.87, 3.7)
    assert {row.ci95_gy for row in default.others if row.value_gy == 3.7} == {(2.2, 8.2)}


@pytest.mark.parametrize(
    ("organ", "ratio_gy", "tier"),
    [
        ("ThecalSac", 2.0, "primary-table"),  # HyTEC 2021 states the thecal sac's EQD2 at the cord's 2 Gy
        ("CaudaEquina", 4.0, "primary-abstract"),  # Nieder 2006: α/β 4 below the thoracic cord
        ("Rectum", 1.6, "secondary-curated"),  # CHHiP 2021, bleeding: the lowest of eight endpoints
        ("Breast_L", 1.6, "secondary-curated"),  # FAST 2020, induration: the lowest of seven endpoints
        ("Bladder", 0.6, "secondary-curated"),  # Brand 2023, haematuria: the lowest of three endpoints
        ("Bowel_Small", 3.9, "secondary-curated"),  # stricture or perforation: the lower of two
    ],
)
def test_best_tier_then_lowest(organ: str, ratio_gy: float, tier: str) -> None:
    """Outside Rulach's table the best tier decides, and within it the lowest value."""
    default = alpha_beta.default_for_organ(organ)
    assert default is not None
    assert default.row is not None
    assert (default.value_gy, default.row.tier) == (ratio_gy, tier)


@pytest.mark.parametrize(
    "organ",
    [
        "Brain",
        "Brainstem",
        "OpticChiasm",
        "OpticNrv_L",
        "Kidney_R",
        "Kidneys",
        "Liver",
        "Lens_L",
        "Colon",
        "Rib",
    ],
)
def test_repository_rows_are_no_default(organ: str) -> None:
    """An organ whose only α/β was read in a repository has no entry."""
    assert alpha_beta.default_for_organ(organ) is None


@pytest.mark.parametrize(
    ("site", "ratio_gy"),
    [("prostate", 1.6), ("Breast", 3.3), ("Sein", 3.3), ("ORL", 10.5), ("NSCLC", 8.2), ("Œsophage", 4.9)],
)
def test_tumour_rows(site: str, ratio_gy: float) -> None:
    """A target at a site with a published tumour α/β takes it."""
    default = alpha_beta.default_for_target(site)
    assert (default.value_gy, default.basis) == (ratio_gy, "tumour")


@pytest.mark.parametrize("site", [None, "", "lung", "liver", "vertebra"])
def test_other_tumours_are_a_convention(site: str | None) -> None:
    """A target without a row takes 10 Gy, marked as a convention; "lung" does not say the histology."""
    default = alpha_beta.default_for_target(site)
    assert (default.value_gy, default.basis, default.row) == (10.0, "convention", None)


BREAST_STRUCTURES = {
    "BODY": ("External", "external"),
    "Areola": (None, "organ"),
    "Borders": (None, "target"),
    "Breast": ("Breast", "target"),
    "Heart": ("Heart", "organ"),
    "Lt Lung": ("Lung_L", "organ"),
    "Nodes": (None, "organ"),
    "Scar": ("Scar", "organ"),
    "Tumor Bed": (None, "target"),
    "Tumor Bed Block": (None, "target"),
}
PROTON_STRUCTURES = {
    "Cube101010": (None, "target"),
    "Slope101004": (None, "target"),
    "External": ("External", "external"),
    "PMMA": (None, "organ"),
    "LoPo": (None, "other"),
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("breast_complete/RTSTRUCT.dcm", BREAST_STRUCTURES), ("proton_plan03/RS*.dcm", PROTON_STRUCTURES)],
)
def test_real_structure_sets(
    test_data: Path, pattern: str, expected: dict[str, tuple[str | None, str]]
) -> None:
    """Names and types of two real structure sets give the names and kinds a reader of them would give."""
    dataset = pydicom.dcmread(next(test_data.glob(pattern)))
    types = {
        item.ReferencedROINumber: item.RTROIInterpretedType for item in dataset.RTROIObservationsSequence
    }
    found = {
        str(roi.ROIName): (
            structure_names.tg263_name(str(roi.ROIName)),
            structure_names.kind_of(str(roi.ROIName), types[roi.ROINumber]),
        )
        for roi in dataset.StructureSetROISequence
    }
    assert found == expected


ECLIPSE_NAMES = {
    "BODY": ("External", "external"),
    "BRAIN": ("Brain", "organ"),
    "BRSTEM": ("Brainstem", "organ"),
    "CTV": (None, "target"),
    "Dose_5200[cGy]": (None, "other"),
    "GTV": (None, "target"),
    "Lens_-_left": ("Lens_L", "organ"),
    "Lens_-_right": ("Lens_R", "organ"),
    "Optic_Chiasm": ("OpticChiasm", "organ"),
    "Optic_Nerve_-_Rt": ("OpticNrv_R", "organ"),
    "Optic_Nerve-Lt": ("OpticNrv_L", "organ"),
    "Orbit_-_left": ("Orbit_L", "organ"),
    "Orbit_-_right": ("Orbit_R", "organ"),
    "PTV1": (None, "target"),
    "optBRAIN": (None, "ring"),
    "optOptic": (None, "ring"),
    "Bladder": ("Bladder", "organ"),
    "Femoral_Head_Lt": ("Femur_Head_L", "organ"),
    "Femoral_Head_RT": ("Femur_Head_R", "organ"),
    "Rectum": ("Rectum", "organ"),
}


@pytest.mark.parametrize("name", ECLIPSE_NAMES)
def test_names_of_a_commercial_system_without_types(name: str) -> None:
    """Names of the head-and-neck and prostate sets of SlicerRT (public), read without their DICOM types."""
    assert (structure_names.tg263_name(name), structure_names.kind_of(name, None)) == ECLIPSE_NAMES[name]
