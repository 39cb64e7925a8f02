"""Names that clinics write, sixty French and sixty English at least, and those that must be asked."""

from __future__ import annotations

import pytest

from graybook.tables.ambiguous_names import possible_names
from graybook.tables.structure_names import labels, tg263_name

FRENCH = {
    "Poumon D": "Lung_R", "Poumon G": "Lung_L", "Poumons": "Lungs", "POUMON DROIT": "Lung_R", "poumon gche": "Lung_L",
    "Lobe sup droit": None, "Rein G": "Kidney_L", "Rein Droit": "Kidney_R", "Reins": "Kidneys", "Moelle": "SpinalCord",
    "Moelle épinière": "SpinalCord", "Moelle+3": "SpinalCord_PRV03", "Moelle + 5 mm": "SpinalCord_PRV05",
    "PRV Moelle": "SpinalCord_PRV", "Canal médullaire": "SpinalCanal", "Canal rachidien": "SpinalCanal",
    "Queue de cheval": "CaudaEquina", "Fourreau dural": "ThecalSac", "Moelle osseuse": "BoneMarrow",
    "Tronc cérébral": "Brainstem", "Tronc cérébral+3": "Brainstem_PRV03", "Encéphale": "Brain", "Cervelet": "Cerebellum",
    "Chiasma": "OpticChiasm", "Chiasma optique": "OpticChiasm", "Nerf optique D": "OpticNrv_R",
    "Nerf optique G+3": "OpticNrv_PRV03_L", "Œil G": "Eye_L", "Oeil droit": "Eye_R", "Cristallin D": "Lens_R",
    "Rétine G": "Retina_L", "Hypophyse": "Pituitary", "Hippocampe G": "Hippocampus_L", "Lobe temporal D": "Lobe_Temporal_R",
    "Oreille interne G": "Ear_Internal_L", "Oreille moyenne D": "Ear_Middle_R", "Cochlée D": "Cochlea_R",
    "Parotide D": "Parotid_R", "Parotide gauche": "Parotid_L", "Sous-maxillaire D": "Glnd_Submand_R",
    "Sous-mandibulaire G": "Glnd_Submand_L", "Thyroïde": "Glnd_Thyroid", "Cavité buccale": "Cavity_Oral",
    "Mandibule": "Bone_Mandible", "Lèvres": "Lips", "Langue": "Tongue", "Larynx": "Larynx", "ATM G": "Joint_TM_L",
    "Plexus brachial D": "BrachialPlex_R", "Trachée": "Trachea", "Oesophage": "Esophagus", "Œsophage": "Esophagus",
    "Cœur": "Heart", "IVA": "A_LAD", "Aorte": "A_Aorta", "Gros vaisseaux": "GreatVes", "Arbre bronchique": "Bronchus",
    "Sein G": "Breast_L", "Sein droit": "Breast_R", "Paroi thoracique G": "Chestwall_L", "Côtes": "Rib", "Foie": "Liver",
    "Estomac": "Stomach", "Rate": "Spleen", "Pancréas": "Pancreas", "Duodénum": "Duodenum", "Grêle": "Bowel_Small",
    "Sac intestinal": "Bag_Bowel", "Côlon": "Colon", "Sigmoïde": "Colon_Sigmoid", "Surrénale D": "Glnd_Adrenal_R",
    "Vessie": "Bladder", "Rectum": "Rectum", "Canal anal": "Canal_Anal", "Paroi rectale": "Rectal_Wall",
    "Vésicules séminales": "SeminalVes", "Bulbe pénien": "PenileBulb", "Tête fémorale D": "Femur_Head_R",
    "Têtes fémorales": "Femur_Heads", "Ovaire G": "Ovary_L", "Utérus": "Uterus", "Peau": "Skin", "Contour externe": "External",
}  # fmt: skip
ENGLISH = {
    "Right Lung": "Lung_R", "Lung L": "Lung_L", "LUNG_RT": "Lung_R", "Lungs": "Lungs", "Total Lung": "Lungs",
    "Lungs-GTV": "Lungs-GTV", "RUL": "Lung_RUL", "Spinal Cord": "SpinalCord", "cord": "SpinalCord",
    "Cord+5mm": "SpinalCord_PRV05", "Cord PRV": "SpinalCord_PRV", "SpinalCord_PRV03": "SpinalCord_PRV03",
    "Spinal Canal": "SpinalCanal", "Thecal sac": "ThecalSac", "Cauda equina": "CaudaEquina", "Brain stem": "Brainstem",
    "BRAINSTEM": "Brainstem", "Whole brain": "Brain", "Chiasm": "OpticChiasm", "Optic Chiasm": "OpticChiasm",
    "Rt Optic Nerve": "OpticNrv_R", "Optic_Nerve_L": "OpticNrv_L", "Left Eye": "Eye_L", "Eye R": "Eye_R", "Lens_L": "Lens_L",
    "Right lens": "Lens_R", "Cochlea Lt": "Cochlea_L", "Pituitary": "Pituitary", "Hippocampus R": "Hippocampus_R",
    "Left Temporal Lobe": "Lobe_Temporal_L", "Inner ear L": "Ear_Internal_L", "Parotid Rt": "Parotid_R",
    "Left parotid": "Parotid_L", "Submandibular gland L": "Glnd_Submand_L", "Rt SMG": "Glnd_Submand_R",
    "Thyroid": "Glnd_Thyroid", "Oral Cavity": "Cavity_Oral", "Mandible": "Bone_Mandible", "Larynx": "Larynx",
    "Pharyngeal constrictor": "Musc_Constrict", "TMJ L": "Joint_TM_L", "Brachial Plexus R": "BrachialPlex_R",
    "Trachea": "Trachea", "Proximal bronchial tree": "BronchialTree_Prox", "Oesophagus": "Esophagus", "Esophagus": "Esophagus",
    "Heart": "Heart", "LAD": "A_LAD", "Aorta": "A_Aorta", "Great vessels": "GreatVes", "SVC": "V_Venacava_S",
    "Left breast": "Breast_L", "Breast R": "Breast_R", "Chest wall L": "Chestwall_L", "Ribs": "Rib", "Liver": "Liver",
    "Stomach": "Stomach", "Spleen": "Spleen", "Pancreas": "Pancreas", "Duodenum": "Duodenum", "Small bowel": "Bowel_Small",
    "Bowel bag": "Bag_Bowel", "Colon": "Colon", "Sigmoid": "Colon_Sigmoid", "Lt Kidney": "Kidney_L", "KIDNEY_R": "Kidney_R",
    "Both kidneys": "Kidneys", "Adrenal L": "Glnd_Adrenal_L", "Bladder": "Bladder", "Rectum": "Rectum",
    "Anal canal": "Canal_Anal", "Rectal wall": "Rectal_Wall", "Seminal vesicles": "SeminalVes", "Penile bulb": "PenileBulb",
    "Lt Femoral Head": "Femur_Head_L", "Femoral heads": "Femur_Heads", "Ovary L": "Ovary_L", "Uterus": "Uterus", "Skin": "Skin",
    "BODY": "External",
}  # fmt: skip

ASKED = {
    "Poumon": {"Lung_L", "Lung_R", "Lungs"}, "Rein": {"Kidney_L", "Kidney_R", "Kidneys"},
    "Parotide 1": {"Parotid_L", "Parotid_R", "Parotids"}, "Parotide 2": {"Parotid_L", "Parotid_R", "Parotids"},
    "Sein": {"Breast_L", "Breast_R", "Breasts"}, "Femoral head": {"Femur_Head_L", "Femur_Head_R", "Femur_Heads"},
    "Optic nerve": {"OpticNrv_L", "OpticNrv_R"}, "PD": {"Parotid_R", "Lung_R"}, "PG": {"Parotid_L", "Lung_L"},
    "TC": {"Brainstem"}, "VS": {"SeminalVes"}, "NOD": {"OpticNrv_R"}, "ME": {"SpinalCord"},
    "Moelle os": {"BoneMarrow", "SpinalCord"}, "Plexus D": {"BrachialPlex_R", "SacralPlex"},
}  # fmt: skip
PLAIN = [
    "Poumon D",
    "Poumons",
    "Moelle",
    "Heart",
    "Lung_L",
    "RUL",
    "PTV",
    "GTV_Lung",
    "x1",
    "",
    "Bronchus_L",
    "A_LAD",
]


def test_lists_are_long_enough() -> None:
    """Sixty names of each language are mapped."""
    assert sum(label is not None for label in FRENCH.values()) >= 60
    assert sum(label is not None for label in ENGLISH.values()) >= 60


@pytest.mark.parametrize(("name", "label"), [*FRENCH.items(), *ENGLISH.items()])
def test_clinic_name(name: str, label: str | None) -> None:
    """A name as a clinic writes it gives the label a physicist would give; one with a word more gives none."""
    assert tg263_name(name) == label


@pytest.mark.parametrize(("name", "readings"), ASKED.items())
def test_ambiguous_name_is_asked(name: str, readings: set[str]) -> None:
    """A name without its side, with a number for it, or of two readings, gives the readings and is not decided."""
    assert set(possible_names(name)) == readings
    assert tg263_name(name) not in readings


@pytest.mark.parametrize("name", PLAIN)
def test_plain_name_is_not_asked(name: str) -> None:
    """A name that says all, or that is no organ's, raises no question."""
    assert possible_names(name) == ()


def test_readings_are_labels() -> None:
    """Whatever is proposed is a label that a settings file may hold."""
    assert {one for readings in ASKED.values() for one in readings} <= labels()
