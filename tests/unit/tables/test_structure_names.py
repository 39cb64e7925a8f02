"""Names as people write them become TG-263 names, or nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graybook.errors import InputError
from graybook.tables import structure_names
from graybook.tables.structure_names import kind_of, root, side, tg263_name

RECOGNISED = {
    "Lung_L": [
        "Lt Lung",
        "Lung L",
        "LUNG_LT",
        "Left Lung",
        "lung-left",
        "LtLung",
        "LLung",
        "LLUNG",
        "LUNGL",
        "lung (L)",
        "Poumon gauche",
        "poumon_g",
        "Poumon G",
        "PoumonG",
        "POUMON GCHE",
        "Poumon Gauche",
    ],
    "Lung_R": ["Rt Lung", "R Lung", "RTLUNG", "Poumon droit", "poumon_d", "Poumon Dt", "OAR_Poumon_D"],
    "Lungs": ["Lungs", "Poumons", "both lungs", "Total Lung", "Poumon D+G", "Poumon G/D", "2 poumons"],
    "Lung": ["lung", "Poumon"],
    "Lung_RUL": ["RUL", "Right upper lobe", "Lobe supérieur droit"],
    "SpinalCord": [
        "Spinal Cord",
        "cord",
        "SPINALCORD",
        "Moelle",
        "moelle epiniere",
        "Moelle épinière",
        "OAR moelle",
    ],
    "SpinalCord_PRV": ["PRV moelle", "cord PRV", "VRP Moelle"],
    "SpinalCord_PRV05": [
        "SpinalCord_PRV05",
        "Cord PRV 5mm",
        "PRV5 moelle",
        "Moelle+5mm",
        "moelle + 5 mm",
        "CORD_PRV_5",
    ],
    "SpinalCanal": ["Canal medullaire", "Canal médullaire", "Spinal canal", "CANAL_RACHIDIEN", "canal medul"],
    "ThecalSac": ["Thecal sac", "Fourreau dural", "Sac dural"],
    "CaudaEquina": ["Cauda", "Cauda equina", "Queue de cheval"],
    "BoneMarrow": ["Moelle osseuse", "bone marrow"],
    "Esophagus": ["Oesophage", "Œsophage", "Esophagus", "Oesophagus", "oeso"],
    "Heart": ["Coeur", "Cœur", "CŒUR", "Heart", "cœur"],
    "Brainstem": ["Tronc cérébral", "Brain stem", "BRSTEM", "Tronc_Cerebral"],
    "OpticChiasm": ["chiasma", "Chiasm", "Optic_Chiasm", "Chiasma optique"],
    "OpticNrv_L": ["Optic Nerve-Lt", "Opt Nerve L", "Nerf optique G", "OPTIC_NERVE_L"],
    "OpticNrv_PRV03_L": ["OpticNrv_PRV_L03", "OpticNrv_PRV03_L", "PRV nerf optique G 3mm"],
    "Eye_PRV03_R": ["Oeil D PRV 3mm", "PRV 03 oeil droit"],
    "Lens_L": ["Lens_-_left", "Cristallin G"],
    "Cochlea_R": ["Cochlée D", "Cochlea Rt"],
    "Parotid_R": [
        "Parotide D",
        "PAROTIDED",
        "parotidedte",
        "PAROTIDEDROITE",
        "Right parotid",
        "Parotide droite",
    ],
    "Glnd_Submand_L": ["left SMG", "sous-max g", "Glande sous-maxillaire G"],
    "Cavity_Oral": ["Cavité buccale", "cavite orale", "Oral Cavity"],
    "Bone_Mandible": ["Mandibule", "mandible"],
    "Liver": ["Foie", "LIVER"],
    "Kidney_R": ["Rein D", "Rein droit", "Rt Kidney", "KIDNEY_RT"],
    "Kidneys": ["Reins", "Kidneys", "both kidneys"],
    "Bladder": ["Vessie", "bladder"],
    "Rectum": ["Rectum", "RECTUM"],
    "Femur_Head_L": ["Tête fémorale G", "Femoral_Head_Lt", "FemHead_L", "Tete femorale gauche"],
    "Breast_L": ["Sein G", "Left breast", "SEIN_GAUCHE"],
    "Breast": ["Breast", "Sein"],
    "Bowel_Small": ["Grêle", "Intestin grele", "Small Bowel"],
    "Chestwall_R": ["Paroi thoracique D", "Chest wall R"],
    "BrachialPlex_L": ["Plexus brachial G", "Brachial plexus Lt"],
    "External": ["Body", "BODY", "External", "Contour externe", "Skin contour", "Patient"],
    "Skin": ["Skin", "Peau"],
    "Lungs-GTV": ["Lungs-GTV", "Poumons - GTV"],
    "Lung~_L": ["~Lung_L", "Lung~_L"],
}
CASES = [(spelling, label) for label, spellings in RECOGNISED.items() for spelling in spellings]

UNKNOWN = [
    "", " ", "d", "D", "G", "L", "R", "left", "PRV", "PRV05", "D Lung", "G Lung", "Lung D", "Heart L", "Foie D",
    "Cote D", "Paroi", "Plexus D", "Tronc", "TC", "VS", "NOD", "ME", "Heart 5mm", "Heart-5mm", "Lung Heart",
    "PRV moelle mm", "Cord PRV 005",
    "Poumons D", "Liver_GTV", "Heart-GTV", "Lung_L^exp", "Rectum A*M*", "left parotid 2 for IOV", "PTV", "CTV sein",
    "GTV_Lung_L", "z_Heart", "Ring_Heart", "Lung левое", "Nodes", "Areola", "PMMA", "cavit?buccale", "Brain 2", "Moelle os",
]  # fmt: skip


@pytest.mark.parametrize(("spelling", "label"), CASES)
def test_customary_spellings(spelling: str, label: str) -> None:
    """English and French spellings, any case, sign or accent, give the label a reader would give."""
    assert tg263_name(spelling) == label


@pytest.mark.parametrize("name", UNKNOWN)
def test_never_a_guess(name: str) -> None:
    """A side alone, a word with two meanings, a target or an unknown word more gives nothing."""
    assert tg263_name(name) is None


@pytest.mark.parametrize("label", sorted({*structure_names.labels(), *RECOGNISED}))
def test_a_label_is_its_own_name(label: str) -> None:
    """A TG-263 name is recognised as itself, in any case and with blanks for underscores."""
    assert tg263_name(label) == label
    assert tg263_name(label.upper()) == label
    assert tg263_name(label.replace("_", " ")) == label


@given(
    word=st.sampled_from([spelling for spelling, _ in CASES]),
    before=st.sampled_from(["", "L ", "Rt_", "gauche ", "PRV ", "oar_", "z_", "~"]),
    after=st.sampled_from(["", " D", "_G", " left", "_PRV03", "+3mm", "-GTV", " 2", "^a"]),
)
def test_naming_twice_is_naming_once(word: str, before: str, after: str) -> None:
    """Whatever is recognised is recognised as itself, and has at most one side."""
    label = tg263_name(before + word + after)
    if label is not None:
        assert tg263_name(label) == label
        assert side(label) in ("L", "R", None)
        assert root(root(label)) == root(label)


@given(st.text(max_size=20))
def test_any_text_is_a_question_with_an_answer(text: str) -> None:
    """No text raises; what is recognised is recognised again."""
    label = tg263_name(text)
    assert label is None or tg263_name(label) == label
    assert kind_of(text, None) in ("target", "organ", "external", "support", "ring", "other")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Lung_L", "L"), ("Kidney_R", "R"), ("OpticNrv_PRV03_R", "R"), ("Lung_LUL", "L"), ("Lung_RML", "R"),
        ("Kidney_L-GTV", "L"), ("Lung~_L", "L"), ("Heart", None), ("Lungs", None), ("A_LAD", None), ("Rectum", None),
        ("SpinalCord_Lum", None), ("Musc_Constrict_S", None), ("Larynx_SG", None),
    ],
)  # fmt: skip
def test_side(label: str, expected: str | None) -> None:
    """The side is read from the end of the label, or from the lobe, and from nowhere else."""
    assert side(label) == expected


@pytest.fixture
def two_rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A names table in which one spelling stands for two organs."""
    row = dict.fromkeys(("sides", "pair", "english", "french", "minus", "note"), "")
    faulty = ({**row, "label": "Heart", "english": "pump"}, {**row, "label": "Liver", "french": "pump"})
    monkeypatch.setattr(structure_names, "table_rows", lambda *_: faulty)
    caches = (structure_names._entries, structure_names._spellings, structure_names.tg263_name)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.usefixtures("two_rows")
def test_one_spelling_for_two_organs_is_refused() -> None:
    """A table in which one spelling stands for two structures is refused."""
    with pytest.raises(InputError, match="two structures"):
        tg263_name("pump")


@pytest.mark.parametrize(
    ("name", "interpreted_type", "kind"),
    [
        # firm types stand whatever the name
        ("anything", "PTV", "target"), ("Breast", "GTV", "target"), ("Skin", "EXTERNAL", "external"),
        ("anything", " ctv ", "target"),
        # an organ is an organ under any other type, its margin too
        ("Heart", "CONTROL", "organ"), ("Moelle", None, "organ"), ("Coeur", "", "organ"), ("Foie", "SUPPORT", "organ"),
        ("PRV moelle", "CONTROL", "organ"), ("SpinalCord_PRV05", None, "organ"), ("Lungs-GTV", None, "organ"),
        ("Heart", "MARKER", "organ"), ("Opt Nerve L", None, "organ"),
        # a plain name decides where the type is silent or general
        ("PTV 50", None, "target"), ("PTV50_dosi", "ORGAN", "target"), ("ctv sein", "", "target"), ("IGTV", None, "target"),
        ("Tumor Bed Block", "AVOIDANCE", "target"), ("Lit tumoral", None, "target"), ("Boost", None, "target"),
        ("Ring 2cm", "ORGAN", "ring"), ("PTV_ring", None, "ring"), ("Anneau1", None, "ring"), ("z_Heart", "ORGAN", "ring"),
        ("opt_Rectum", None, "ring"), ("dosi moelle", None, "ring"), ("help1", None, "ring"), ("Body-PTV", None, "ring"),
        ("CouchSurface", None, "support"), ("Table", "ORGAN", "support"), ("Bolus 5mm", "", "support"),
        ("BODY", "ORGAN", "external"), ("Contour externe", None, "external"),
        # else the type
        ("Areola", "AVOIDANCE", "organ"), ("PMMA", "ORGAN", "organ"), ("x1", "CONTROL", "ring"),
        ("x1", "BRACHY_CHANNEL", "support"), ("x1", "FIXATION", "support"), ("x1", "MARKER", "other"),
        ("x1", "DOSE_REGION", "other"), ("x1", None, "other"), ("", None, "other"), ("Dose 50%", None, "other"),
        ("Scarring", None, "other"), ("Stringy", "ORGAN", "organ"),
    ],
)  # fmt: skip
def test_kind(name: str, interpreted_type: str | None, kind: str) -> None:
    """EXTERNAL and target types first, then a recognised organ, then a plain name, then the type."""
    assert kind_of(name, interpreted_type) == kind
