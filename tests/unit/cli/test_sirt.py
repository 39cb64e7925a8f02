"""``graybook sirt plan``: doses by the partition model, both definitions named, recommendations beside and no verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from graybook.cli.main import app
from phantoms.microspheres import write_microspheres

LIVER = (
    "--lung-shunt",
    "0.05",
    "--tumour-kg",
    "0.2",
    "--normal-kg",
    "1.3",
    "--tn-ratio",
    "3",
    "--lung-kg",
    "1",
)
GLASS = ("--device", "y90-glass", *LIVER)


def ran(*words: str) -> Result:
    """What the command did."""
    return CliRunner().invoke(app, ["sirt", "plan", *words])


def document(*words: str) -> dict[str, Any]:
    """The document it prints."""
    done = ran(*words, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_golden_plan() -> None:
    """2 GBq, shunt 5 %, 0.2 and 1.3 kg, T/N 3: 49.67, 149.01, 4.967 Gy; 99.34 J emitted and deposited."""
    found = document(*GLASS, "--activity-gbq", "2")
    assert (found["normal_gy"], found["tumour_gy"], found["lung_gy"]) == (49.67, 149.01, 4.967)
    assert found["constant_j_per_gbq"] == 49.67
    assert found["emitted_j"] == found["deposited_j"] == 99.34
    assert (found["tn_definition"], found["shunt_definition"]) == ("concentration", "liver")
    assert not found["tn_definition_stated"]


def test_definitions_not_stated_are_named_with_what_the_others_give() -> None:
    """The four readings of 3 and 5 % stand there, each dose by hand: A_T/A_N 3 puts 0.75 of the liver's part in the tumour."""
    found = document(*GLASS, "--activity-gbq", "2")
    others = {(one["tn_definition"], one["shunt_definition"]): one for one in found["other_definitions"]}
    assert set(others) == {("activity", "liver"), ("concentration", "tumour"), ("activity", "tumour")}
    assert others["activity", "liver"]["tumour_gy"] == pytest.approx(99.34 * 0.95 * 0.75 / 0.2, abs=1e-6)
    per_liver = 0.75 * 0.05 / 0.95
    lung = per_liver / (1.0 + per_liver)
    assert others["activity", "tumour"]["lung_gy"] == pytest.approx(99.34 * lung, abs=1e-6)
    assert others["activity", "tumour"]["tumour_gy"] == pytest.approx(
        99.34 * (1 - lung) * 0.75 / 0.2, abs=1e-5
    )
    codes = [one["code"] for one in found["statements"]]
    assert codes[:2] == ["sirt_tn_assumed", "sirt_shunt_assumed"]


def test_definitions_stated_are_used() -> None:
    """A stated definition is used and no longer called assumed; the page names both."""
    words = (*GLASS, "--activity-gbq", "2", "--tn-definition", "activity", "--shunt-definition", "tumour")
    found = document(*words)
    assert (found["tn_definition"], found["shunt_definition"]) == ("activity", "tumour")
    assert {"sirt_tn_used", "sirt_shunt_used"} <= {one["code"] for one in found["statements"]}
    page = " ".join(ran(*words).output.split())
    assert "A_T/A_N (Kao 2013), as stated" in page
    assert "lung/(lung + tumour) (Kao 2013), as stated" in page


@pytest.mark.parametrize("target", ["tumour", "normal", "perfused", "lung"])
@pytest.mark.parametrize("device", ["y90-glass", "y90-resin", "ho166"])
def test_activity_for_a_dose_gives_that_dose(device: str, target: str) -> None:
    """The activity that a wished dose needs, planned again with decay and residual, gives the wished dose."""
    handling = ("--calibrated", "2026-03-28T12:00+01:00", "--infused", "2026-03-30T09:30+02:00")
    words = ("--device", device, *LIVER, *handling, "--residual-percent", "3")
    needed = document(*words, "--target-gy", "60", "--target", target)
    assert needed["handling"]["hours"] == 44.5
    again = document(*words, "--activity-gbq", repr(needed["activity_gbq"]))
    assert again[f"{target}_gy"] == pytest.approx(60.0, rel=1e-7)
    assert again["delivered_gbq"] < again["activity_gbq"]


def test_target_not_named_is_the_tumour_and_says_so() -> None:
    """--target-gy alone is for the tumour, and the first statement says so."""
    found = document(*GLASS, "--target-gy", "205")
    assert (found["target"], found["tumour_gy"]) == ("tumour", 205.0)
    assert found["statements"][0]["code"] == "sirt_target_assumed"


def test_without_bilirubin_the_normal_liver_is_not_assessable() -> None:
    """No bilirubin: no recommendation for normal liver is said to hold, in either language."""
    found = document(*GLASS, "--activity-gbq", "2", "--indication", "hcc", "--scenario", "lobectomy")
    assert found["liver"]["normal_liver"] == "not assessable"
    assert found["liver"]["below_gy"] == []
    normal = [
        one for one in found["recommendations"] if one["structure"] == "normal" and one["relation"] == "below"
    ]
    assert {one["applies"] for one in normal} == {"not assessable"}
    words = (*GLASS, "--activity-gbq", "2", "--indication", "hcc", "--scenario", "lobectomy")
    assert "not assessable" in ran(*words).output
    assert "non évaluable" in ran(*words, "--lang", "fr").output


@pytest.mark.parametrize(("bilirubin", "below_gy", "holds"), [
    ("0.9 mg/dl", [90.0], "recommendation"),
    ("1.2 mg/dl", [50.0], "recommendation"),
    ("15 umol/l", [90.0], "recommendation"),
    ("25 µmol/L", [50.0], "recommendation"),
    ("1.1 mg/dl", [], "not assessable"),
])  # fmt: skip
def test_bilirubin_chooses_the_row(bilirubin: str, below_gy: list[float], holds: str) -> None:
    """Glass in hepatocellular carcinoma: below 90 Gy under 1.1 mg/dl, below 50 above it, nothing said at it."""
    words = (
        *GLASS,
        "--activity-gbq",
        "2",
        "--indication",
        "hcc",
        "--scenario",
        "bilobar",
        "--child-pugh",
        "a5",
    )
    found = document(*words, "--bilirubin", bilirubin)
    assert (found["liver"]["normal_liver"], found["liver"]["below_gy"]) == (holds, below_gy)
    assert found["liver"]["child_pugh"] == "A5"


def test_recommendations_are_no_verdict_and_of_no_other_device() -> None:
    """Rows are of the device asked for, with source and tier; no field of them judges, and no external limit is in the document."""
    found = document(*GLASS, "--activity-gbq", "2", "--bilirubin", "0.9 mg/dl")
    assert {one["device"] for one in found["recommendations"]} == {"y90-glass"}
    assert {one["tier"] for one in found["recommendations"]} == {"primary-table"}
    assert {one["applies"] for one in found["recommendations"]} <= {"yes", "no", "ask", "not assessable"}
    assert not [key for key in found if "limit" in key or "verdict" in key]
    assert "sirt_no_external_limit" in {one["code"] for one in found["statements"]}


def test_whole_normal_liver_is_diluted() -> None:
    """A lobe of 0.65 kg of normal liver in 1.3: half the dose over the whole, and the row of the whole liver shows that."""
    words = (
        "--device",
        "y90-glass",
        "--lung-shunt",
        "0",
        "--tumour-kg",
        "0.2",
        "--normal-kg",
        "0.65",
        "--tn-ratio",
        "3",
    )
    found = document(
        *words, "--lung-kg", "1", "--activity-gbq", "2", "--whole-normal-kg", "1.3", "--indication", "hcc"
    )
    assert found["whole_normal_gy"] == pytest.approx(found["normal_gy"] / 2.0, abs=1e-6)
    rows = {one["structure"]: one["dose_gy"] for one in found["recommendations"]}
    assert rows["normal"] == found["whole_normal_gy"]
    assert rows["normal_perfused"] == found["normal_gy"]


def test_own_constant_is_stored_with_every_other() -> None:
    """--constant 50 scales every dose by 50/49.67 and is named as stated, beside those in use."""
    found = document(*GLASS, "--activity-gbq", "2", "--constant", "50")
    assert found["normal_gy"] == pytest.approx(50.0, abs=1e-6)
    assert (found["constant_j_per_gbq"], found["constant_source"]) == (50.0, "stated")
    assert [one["used"] for one in found["constants"]] == [True, False, False, False]


def test_bed_is_of_the_physical_half_life() -> None:
    """70 Gy of 90Y to normal liver, α/β 2.5 Gy, repair 2.5 h: BED 143.574, EQD2 79.763; 60 Gy of 166Ho: 182.867."""
    bed = ("--bed", "normal=2.5,2.5")
    found = document(*GLASS, "--target-gy", "70", "--target", "normal", *bed)["biological"][0]
    assert (found["bed_gy"], found["eqd2_gy"]) == pytest.approx((143.574, 79.763), abs=5e-4)
    holmium = document("--device", "ho166", *LIVER, "--target-gy", "60", "--target", "normal", *bed)
    assert holmium["biological"][0]["bed_gy"] == pytest.approx(182.867, abs=5e-4)


def test_bed_beyond_the_model_is_extrapolated() -> None:
    """G = 1.5/(1.5 + 64.1): G·D of 70 Gy is 1.6 Gy and within the model; of 2000 Gy it is 46 Gy and beyond it, which is said."""
    bed = ("--bed", "tumour=10,1.5", "--target", "tumour")
    near, far = (document(*GLASS, "--target-gy", one, *bed) for one in ("70", "2000"))
    assert [one["biological"][0]["extrapolated"] for one in (near, far)] == [False, True]
    assert "sirt_bed_extrapolated" in {one["code"] for one in far["statements"]}


def test_plan_is_written_with_its_pages(tmp_path: Path) -> None:
    """--out writes the document that --json prints, and pages in the language asked for."""
    printed = document(*GLASS, "--activity-gbq", "2", "--out", str(tmp_path), "--lang", "fr")
    assert json.loads((tmp_path / "sirt-plan.json").read_text(encoding="utf-8")) == printed
    assert "149,01" in (tmp_path / "sirt-plan.html").read_text(encoding="utf-8")
    assert (tmp_path / "sirt-plan.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(("words", "told"), [
    ((*GLASS,), "activity or from a wished dose"),
    ((*GLASS, "--activity-gbq", "2", "--target-gy", "60"), "activity or from a wished dose"),
    ((*GLASS, "--activity-gbq", "2", "--target", "tumour"), "A target without a dose"),
    ((*GLASS, "--activity-gbq", "2000"), "no activity in GBq"),
    ((*GLASS, "--activity-gbq", "2", "--bilirubin", "0.9"), "needs its unit"),
    ((*GLASS, "--activity-gbq", "2", "--bilirubin", "900 mg/dl"), "no total bilirubin"),
    ((*GLASS, "--activity-gbq", "2", "--child-pugh", "D"), "no class"),
    ((*GLASS, "--activity-gbq", "2", "--albi", "-26"), "no ALBI"),
    ((*GLASS, "--activity-gbq", "2", "--calibrated", "2026-03-01T12:00"), "Decay needs both"),
    ((*GLASS, "--activity-gbq", "2", "--calibrated", "yesterday", "--infused", "2026-03-01T12:00"), "no moment"),
    ((*GLASS, "--activity-gbq", "2", "--residual-percent", "100"), "residual"),
    ((*GLASS, "--activity-gbq", "2", "--whole-normal-kg", "1"), "cannot be less"),
    ((*GLASS, "--activity-gbq", "2", "--bed", "kidney=2.5,2.5"), "A tissue is"),
    ((*GLASS, "--activity-gbq", "2", "--constant", "0"), "constant must be above 0"),
])  # fmt: skip
def test_wrong_calls_say_what_to_give(words: tuple[str, ...], told: str) -> None:
    """Too much, too little, a missing unit: status 2, with what was found and the remedy."""
    done = ran(*words)
    assert done.exit_code == 2
    assert told in done.output
    assert "Remedy:" in done.output


def test_two_clocks_are_not_compared() -> None:
    """A moment with an offset and one without are not subtracted: no answer, status 3."""
    moments = ("--calibrated", "2026-03-01T12:00", "--infused", "2026-03-02T12:00+01:00")
    assert ran(*GLASS, "--activity-gbq", "2", *moments).exit_code == 3


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images before and after, with known truth."""
    return write_microspheres(tmp_path_factory.mktemp("sirt"))


def test_check_writes_what_it_prints(images: Path, tmp_path: Path) -> None:
    """--json prints the document that sirt.json holds; the page has predicted and delivered, in both languages."""
    words = [
        "sirt",
        "verify",
        str(images),
        "--out",
        str(tmp_path),
        "--device",
        "y90-glass",
        "--activity-gbq",
        "0.2",
    ]
    words += ["--infused", "2025-12-31T15:00+01:00", "--lung-kg", "1", "--bed", "normal=2.5,2.5"]
    printed = CliRunner().invoke(app, [*words, "--json"])
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.stdout) == json.loads((tmp_path / "sirt.json").read_text(encoding="utf-8"))
    assert "Predicted against delivered" in CliRunner().invoke(app, words).output
    assert "Prédit et délivré" in CliRunner().invoke(app, [*words, "--lang", "fr"]).output


def test_check_without_images_says_what_to_do(tmp_path: Path) -> None:
    """A folder with nothing in it allows no answer, and nothing is written."""
    (tmp_path / "in").mkdir()
    done = CliRunner().invoke(app, ["sirt", "verify", str(tmp_path / "in"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 3
    assert "Remedy:" in done.output
    assert not (tmp_path / "out").exists()
