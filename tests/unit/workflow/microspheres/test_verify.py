"""``graybook sirt verify``: doses of a phantom whose activities are known, by both calibrations, and what is missing said."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest

from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_rrdsr import WrittenAdministration, write_rrdsr
from graybook.dicom.write_seg import WrittenSegment, write_seg
from graybook.errors import NotComparable, UsageError
from graybook.geometry import Grid
from graybook.interventional.lung_shunt import ShuntDefinition
from graybook.interventional.voxel import Calibration
from graybook.report.sirt_result import ImageDoses, SirtVerifyResult
from graybook.workflow.microspheres.biology import Tissue
from graybook.workflow.microspheres.infusion import VerifyAsked
from graybook.workflow.microspheres.liver import Liver
from graybook.workflow.sirt_verify import sirt_verify
from phantoms.folder import PERSON
from phantoms.microspheres import (
    HALF_LIFE_H,
    PET,
    SPACING_MM,
    SPECT,
    Microspheres,
    masks,
    write_holmium,
    write_microspheres,
)

GIVEN = Microspheres()
DENSITY = 1.04
VOXEL_KG = SPACING_MM**3 * DENSITY * 1e-6
ASKED = VerifyAsked(device="y90-glass", activity_gbq=0.2, infused=GIVEN.infused, lung_kg=0.8)

TOML = """\
[[radioembolisation]]
device = "y90-glass"
label = "right"
given = 2025-12-31T15:00:00+01:00
activity_gbq = 0.2
tumour_kg = 0.00832
normal_kg = 0.2643
lung_kg = 0.8
tn_ratio = 10
tn_definition = "concentration"
lung_shunt = 0.05
shunt_definition = "liver"
bilirubin_mg_dl = 0.8
child_pugh = "A5"
indication = "hcc"
scenario = "lobectomy"
author = "Dr Test"
date = 2026-01-05
reason = "treatment report"
source = "report of 2025-12-31"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MAA before, 90Y PET after across the year's end, a SEG in their frame."""
    return write_microspheres(tmp_path_factory.mktemp("sirt"))


@pytest.fixture(scope="module")
def found(folder: Path) -> SirtVerifyResult:
    """What the check finds of it."""
    return sirt_verify(folder, ASKED)


def truth_gy(share: float, voxels: int) -> float:
    """k A p / m. [Gy]"""
    return 49.67 * GIVEN.delivered_gbq * share / (voxels * VOXEL_KG)


def doses_of(found: SirtVerifyResult, role: str, calibration: str) -> ImageDoses:
    """The one set of doses of a role and a calibration."""
    return next(one for one in found.doses if (one.role, one.calibration) == (role, calibration))


def means(one: ImageDoses) -> dict[str, float]:
    """Mean dose by compartment. [Gy]"""
    return {row.compartment: row.mean_gy for row in one.compartments}


@pytest.mark.parametrize("calibration", ["patient-relative", "absolute"])
def test_doses_after_are_what_was_put_there(found: SirtVerifyResult, calibration: str) -> None:
    """Tumour 30 %, lungs 5 %, the rest in normal liver: k A p / m of each, decayed by 19.5 h over the year's end."""
    drawn = {name: int(mask.sum()) for name, mask in masks().items()}
    tumour, perfused = drawn["GTV_Liver"], drawn["Perfused"]
    got = means(doses_of(found, "after", calibration))
    assert got["tumour"] == pytest.approx(truth_gy(0.30, tumour), rel=2e-4)
    assert got["normal"] == pytest.approx(truth_gy(0.65, perfused - tumour), rel=2e-4)
    assert got["perfused"] == pytest.approx(truth_gy(0.95, perfused), rel=2e-4)
    assert got["lung"] == pytest.approx(49.67 * 0.2 * 0.05 / 0.8, rel=1e-3)


def test_energy_closes(found: SirtVerifyResult) -> None:
    """Dose times mass of tumour, normal liver and lungs is the constant times what was delivered."""
    rows = {row.compartment: row for row in doses_of(found, "after", "patient-relative").compartments}
    energy = sum(rows[name].mean_gy * rows[name].mass_kg for name in ("tumour", "normal", "lung"))
    assert energy == pytest.approx(49.67 * 0.2, rel=1e-4)


def test_image_before_foretells_by_its_own_ratio(found: SirtVerifyResult) -> None:
    """MAA counts without any calibration, T/N 4: D_N = k A (1-L)/(m_N + 4 m_T), D_T = 4 D_N."""
    drawn = {name: int(mask.sum()) for name, mask in masks().items()}
    tumour, normal = drawn["GTV_Liver"], drawn["Perfused"] - drawn["GTV_Liver"]
    normal_gy = 49.67 * 0.2 * 0.95 / ((normal + 4.0 * tumour) * VOXEL_KG)
    before = doses_of(found, "before", "patient-relative")
    assert means(before)["normal"] == pytest.approx(normal_gy, rel=2e-4)
    assert means(before)["tumour"] == pytest.approx(4.0 * normal_gy, rel=2e-4)
    assert before.tn_concentration == pytest.approx(4.0, rel=2e-4)
    assert before.tn_activity == pytest.approx(4.0 * tumour / normal, rel=2e-4)
    assert before.lung_shunt == pytest.approx(0.05, rel=1e-3)
    assert before.lung_shunt_from == "image"


def test_both_shunts_of_the_image_after(found: SirtVerifyResult) -> None:
    """0.05 of lung and liver; 0.05/0.35 of lung and tumour."""
    after = doses_of(found, "after", "absolute")
    assert after.lung_shunt == pytest.approx(0.05, rel=1e-3)
    assert after.lung_shunt_tumour == pytest.approx(0.05 / 0.35, rel=1e-3)


def test_activity_closes(found: SirtVerifyResult) -> None:
    """The PET holds what was delivered, at infusion, and 95 % of it in the perfused volume."""
    (closure,) = found.closure
    assert closure.in_image_gbq == pytest.approx(0.2, rel=2e-4)
    assert closure.in_compartments_gbq == pytest.approx(0.19, rel=2e-4)
    assert closure.ratio == pytest.approx(1.0, rel=2e-4)


def test_voxel_s_stands_beside_and_takes_nothing_away(found: SirtVerifyResult) -> None:
    """A kernel moves dose out of the hot tumour into the liver round it; local deposition stays the headline."""
    rows = {row.compartment: row for row in doses_of(found, "after", "patient-relative").compartments}
    assert rows["tumour"].grid_mean_gy["voxel S"] < rows["tumour"].mean_gy
    assert rows["normal"].grid_mean_gy["voxel S"] > rows["normal"].mean_gy


def test_predicted_against_delivered(found: SirtVerifyResult) -> None:
    """The image before foretold another dose to the tumour than the one after shows, and the same to the whole."""
    rows = {one.compartment: one for one in found.comparisons if one.predicted_by == "image before"}
    tumour = rows["tumour"]
    assert tumour.difference_percent == pytest.approx(
        100.0 * (tumour.delivered_gy / tumour.predicted_gy - 1.0), abs=1e-3
    )
    assert rows["perfused"].difference_percent == pytest.approx(0.0, abs=0.1)


@pytest.mark.rule(15)
def test_no_limit_of_external_beam_is_asked(found: SirtVerifyResult) -> None:
    """The document holds doses and recommendations of this device, says that no external limit is asked, and no verdict."""
    text = found.model_dump_json()
    assert "verdict" not in {key for key in found.model_dump() if "verdict" in key}
    assert {one.device for one in found.recommendations} == {"y90-glass"}
    assert "sirt_no_external_limit" in {one.code for one in found.statements}
    assert "EQD2" not in text


def test_without_bilirubin_normal_liver_is_not_assessable(found: SirtVerifyResult) -> None:
    """As in a plan."""
    assert found.liver.normal_liver == "not assessable"


def test_settings_say_what_the_call_does_not(folder: Path, tmp_path: Path) -> None:
    """[[radioembolisation]] gives device, activity, moment, lungs, liver; its partition model is compared too."""
    for file in folder.iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / "graybook.toml").write_text(TOML, encoding="utf-8")
    tissues = {"normal": Tissue(alpha_beta_gy=2.5, repair_half_time_h=2.5)}
    found = sirt_verify(
        tmp_path, VerifyAsked(calibration=Calibration.ABSOLUTE, tissues=tissues), language="fr"
    )
    assert (found.device, found.delivered_gbq) == ("y90-glass", 0.2)
    assert (found.liver.normal_liver, found.liver.below_gy) == ("recommendation", [90.0])
    foretold = {one.compartment: one for one in found.comparisons if one.predicted_by == "partition model"}
    normal_gy = 49.67 * 0.2 * 0.95 / (0.2643 + 10 * 0.00832)
    assert foretold["normal"].predicted_gy == pytest.approx(normal_gy, rel=1e-6)
    assert foretold["tumour"].predicted_gy == pytest.approx(10 * normal_gy, rel=1e-6)
    used = next(one for one in found.doses if one.role == "after" and one.used)
    assert used.calibration == "absolute"
    normal = next(row for row in used.compartments if row.compartment == "normal")
    assert normal.biological is not None
    g = 2.5 / (2.5 + 64.1)
    assert normal.biological.bed_gy == pytest.approx(
        normal.mean_gy * (1 + g * normal.mean_gy / 2.5), rel=1e-6
    )
    with pytest.raises(UsageError, match="No infusion"):
        sirt_verify(tmp_path, VerifyAsked(infusion="left"))


def test_no_moment_no_absolute_doses(folder: Path) -> None:
    """Without the moment of infusion Bq/ml cannot be decayed to it: relative doses, and the question."""
    found = sirt_verify(
        folder, VerifyAsked(device="y90-glass", activity_gbq=0.2, liver=Liver(bilirubin_mg_dl=0.8))
    )
    assert {one.calibration for one in found.doses} == {"patient-relative"}
    codes = {one.code for one in found.statements}
    assert {"sirt_infusion_time_unknown", "sirt_lung_mass_unknown"} <= codes
    assert not [row for one in found.doses for row in one.compartments if row.compartment == "lung"]


@pytest.mark.parametrize(("asked", "told"), [
    (VerifyAsked(activity_gbq=0.2), "which microspheres"),
    (VerifyAsked(device="ho166", activity_gbq=0.2, names={"perfused": ("Nowhere",)}), "No structure has this name"),
])  # fmt: skip
def test_what_is_missing_is_asked(folder: Path, asked: VerifyAsked, told: str) -> None:
    """No device, a name nobody drew: refused with what to give."""
    with pytest.raises((UsageError, NotComparable), match=told):
        sirt_verify(folder, asked)


def test_no_activity_and_no_time_is_a_question(folder: Path) -> None:
    """Neither a statement nor an image decayed to infusion says how much was given."""
    with pytest.raises(NotComparable, match="how much was given"):
        sirt_verify(folder, VerifyAsked(device="y90-glass"))


def test_series_named_by_hand(folder: Path) -> None:
    """A series named as the one after is it, whatever its header says; and another nuclide is told, not dropped."""
    swapped = sirt_verify(folder, VerifyAsked(device="y90-glass", activity_gbq=0.2, before=PET, after=SPECT))
    assert [(one.series, one.role) for one in swapped.images] == [(PET, "before"), (SPECT, "after")]
    holmium = sirt_verify(folder, VerifyAsked(device="ho166", activity_gbq=0.2))
    assert [one.role for one in holmium.images] == ["before"]
    assert {"sirt_image_of_another_nuclide", "sirt_not_verified"} <= {one.code for one in holmium.statements}


def test_scout_of_the_same_nuclide_is_told_by_its_time(folder: Path) -> None:
    """An image of the microspheres' own nuclide from before the infusion is of a scout."""
    later = datetime.fromisoformat("2026-01-02T09:00:00+01:00")
    asked = VerifyAsked(device="y90-glass", activity_gbq=0.2, infused=later)
    with pytest.raises(NotComparable, match="Several images are from before"):
        sirt_verify(folder, asked)
    found = sirt_verify(folder, replace(asked, before=PET))
    assert [(one.series, one.role) for one in found.images] == [(PET, "before")]


def test_units_nobody_knows_leave_the_relative_doses(folder: Path, tmp_path: Path) -> None:
    """A PET in counts gives no absolute dose and no closure; patient-relative doses are the same."""
    for file in folder.iterdir():
        if file.name.startswith("pet"):
            ds = pydicom.dcmread(file)
            ds.Units = "CNTS"
            ds.save_as(tmp_path / file.name)
        else:
            shutil.copy(file, tmp_path)
    found = sirt_verify(tmp_path, ASKED)
    assert {one.calibration for one in found.doses} == {"patient-relative"}
    assert found.closure == []
    drawn = masks()
    got = means(doses_of(found, "after", "patient-relative"))
    assert got["tumour"] == pytest.approx(truth_gy(0.30, int(drawn["GTV_Liver"].sum())), rel=2e-4)


def test_shunt_of_the_tumour_stated_where_no_lungs_are_drawn(folder: Path, tmp_path: Path) -> None:
    """lung/(lung + tumour) of 1/7, the tumour holding 30 of 95 parts: 5 % of all in the lungs, and the same doses."""
    seg = pydicom.dcmread(folder / "seg.dcm")
    for item in seg.SegmentSequence:
        if item.SegmentLabel == "Lungs":
            item.SegmentLabel = "Elsewhere"
    seg.save_as(tmp_path / "seg.dcm")
    for file in folder.glob("pet*.dcm"):
        shutil.copy(file, tmp_path)
    asked = VerifyAsked(
        device="y90-glass",
        activity_gbq=0.2,
        lung_kg=0.8,
        lung_shunt=1 / 7,
        shunt_definition=ShuntDefinition.TUMOUR,
    )
    found = sirt_verify(tmp_path, asked)
    after = doses_of(found, "after", "patient-relative")
    assert after.lung_shunt_from == "stated"
    assert means(after)["lung"] == pytest.approx(49.67 * 0.2 * 0.05 / 0.8, rel=1e-3)
    unnamed = sirt_verify(tmp_path, replace(asked, lung_shunt=0.05, shunt_definition=None))
    assert "sirt_shunt_unnamed" in {one.code for one in unnamed.statements}
    assert means(doses_of(unnamed, "after", "patient-relative"))["lung"] == pytest.approx(
        means(after)["lung"], rel=1e-3
    )
    unstated = sirt_verify(tmp_path, VerifyAsked(device="y90-glass", activity_gbq=0.2, lung_kg=0.8))
    assert "sirt_lungs_unknown" in {one.code for one in unstated.statements}
    liver = means(doses_of(unstated, "after", "patient-relative"))
    assert "lung" not in liver
    assert liver["perfused"] == pytest.approx(means(after)["perfused"] / 0.95, rel=1e-3)
    assert np.isfinite(liver["tumour"])


def test_holmium_scout_and_after_are_told_apart_by_their_time(tmp_path: Path) -> None:
    """166Ho SPECT the day before is the scout; doses after are 15.87 A p / m by both calibrations; no kernel, no voxel S."""
    asked = replace(ASKED, device="ho166")
    found = sirt_verify(write_holmium(tmp_path), asked)
    assert [(one.series, one.role) for one in found.images] == [(PET, "before"), (SPECT, "after")]
    voxels = int(masks()["GTV_Liver"].sum())
    tumour_gy = 15.87 * 0.2 * 0.30 / (voxels * VOXEL_KG)
    for calibration in ("patient-relative", "absolute"):
        after = doses_of(found, "after", calibration)
        assert means(after)["tumour"] == pytest.approx(tumour_gy, rel=3e-4)
        assert after.compartments[0].grid_mean_gy == {}
    assert means(doses_of(found, "before", "patient-relative"))["tumour"] == pytest.approx(
        tumour_gy, rel=1e-3
    )


def test_image_without_a_nuclide_is_asked_and_can_be_named(folder: Path, tmp_path: Path) -> None:
    """Bremsstrahlung SPECT rarely names its nuclide: a question, and relative doses once a person names the series."""
    for file in folder.iterdir():
        if file.name.startswith("pet"):
            ds = pydicom.dcmread(file)
            del ds.RadiopharmaceuticalInformationSequence
            ds.save_as(tmp_path / file.name)
        elif file.name == "seg.dcm":
            shutil.copy(file, tmp_path)
    with pytest.raises(NotComparable, match="No image of the folder"):
        sirt_verify(tmp_path, ASKED)
    named = sirt_verify(tmp_path, replace(ASKED, after=PET))
    after = doses_of(named, "after", "patient-relative")
    voxels = int(masks()["GTV_Liver"].sum())
    assert means(after)["tumour"] == pytest.approx(truth_gy(0.30, voxels), rel=3e-4)


def test_structures_beyond_the_image_are_said(folder: Path, tmp_path: Path) -> None:
    """A PET that ends in the middle of the liver: the share outside is printed, the lungs are not taken from it."""
    kept = sorted(folder.glob("pet*.dcm"))[:14]
    for file in (*kept, folder / "seg.dcm"):
        shutil.copy(file, tmp_path)
    found = sirt_verify(tmp_path, ASKED)
    outside = {one.compartment: one.outside_share for one in found.regions}
    assert outside["perfused"] == pytest.approx(6 / 16, abs=1e-6)
    assert "sirt_region_outside" in {one.code for one in found.statements}
    assert doses_of(found, "after", "patient-relative").lung_shunt_from == ""


def _with_header(folder: Path, out: Path, activity_gbq: float, moments: tuple[str, ...]) -> Path:
    """The same PET with the infusion in its headers; moments change from slice to slice in turn."""
    for number, file in enumerate(sorted(folder.iterdir())):
        if file.name.startswith("pet"):
            ds = pydicom.dcmread(file)
            drug = ds.RadiopharmaceuticalInformationSequence[0]
            drug.RadionuclideTotalDose = activity_gbq * 1e9
            drug.RadiopharmaceuticalStartDateTime = moments[number % len(moments)]
            ds.save_as(out / file.name)
        elif file.name == "seg.dcm":
            shutil.copy(file, out)
    return out


def test_header_tells_what_nobody_states(folder: Path, tmp_path: Path) -> None:
    """Activity and moment of the PET's own header: absolute and relative doses as with a statement, and it is said."""
    _with_header(folder, tmp_path, 0.2, ("20251231150000+0100",))
    found = sirt_verify(tmp_path, VerifyAsked(device="y90-glass"))
    assert (found.delivered_gbq, found.infused) == (0.2, "2025-12-31T15:00:00+01:00")
    assert {one.calibration for one in found.doses} == {"patient-relative", "absolute"}
    assert "sirt_given_recorded" in {one.code for one in found.statements}
    disputed = sirt_verify(tmp_path, VerifyAsked(device="y90-glass", activity_gbq=0.3))
    assert disputed.delivered_gbq == 0.3
    assert {"sirt_given_disputed", "sirt_activity_not_closed"} <= {one.code for one in disputed.statements}


def test_headers_that_tell_of_several_infusions_are_a_question(folder: Path, tmp_path: Path) -> None:
    """Two moments in one folder: none is taken; a statement decides."""
    _with_header(folder, tmp_path, 0.2, ("20251231150000+0100", "20251230150000+0100"))
    with pytest.raises(NotComparable, match="how much was given"):
        sirt_verify(tmp_path, VerifyAsked(device="y90-glass"))
    stated = sirt_verify(tmp_path, ASKED)
    assert stated.delivered_gbq == 0.2


def test_dose_report_stands_before_the_header(folder: Path, tmp_path: Path) -> None:
    """An RRDSR of 0.2 GBq beside headers of 0.25: the report is taken."""
    _with_header(folder, tmp_path, 0.25, ("20251231150000+0100",))
    header = SeriesHeader(
        person=PERSON, study_uid="2.25.700009", series_uid="2.25.700010", day=GIVEN.infused.date()
    )
    given = WrittenAdministration(
        nuclide="Y-90",
        agent="glass microspheres",
        half_life_s=HALF_LIFE_H * 3600.0,
        started=GIVEN.infused,
        activity_mbq=200.0,
        uid="2.25.700012",
    )
    write_rrdsr(tmp_path / "rrdsr.dcm", header=header, uid="2.25.700011", given=given)
    found = sirt_verify(tmp_path, VerifyAsked(device="y90-glass"))
    assert found.delivered_gbq == pytest.approx(0.2)
    assert [one.code for one in found.statements].count("sirt_given_recorded") == 1


def test_tumours_of_another_anatomy_are_not_taken(folder: Path, tmp_path: Path) -> None:
    """A GTV of another course, in another frame, beside them: the same doses as without it."""
    for file in folder.iterdir():
        shutil.copy(file, tmp_path)
    header = SeriesHeader(
        person=PERSON,
        study_uid="2.25.700009",
        series_uid="2.25.700010",
        day=GIVEN.infused.date(),
        frame="2.25.700013",
    )
    grid = Grid(
        frame="2.25.700013",
        shape=(4, 4, 4),
        origin_mm=np.zeros(3),
        spacing_mm=np.full(3, SPACING_MM),
        axes=np.eye(3),
    )
    lung = WrittenSegment(label="GTV_Lung", mask=np.ones((4, 4, 4), dtype=bool))
    write_seg(tmp_path / "other.dcm", header=header, uid="2.25.700011", grid=grid, segments=[lung])
    found = sirt_verify(tmp_path, ASKED)
    voxels = int(masks()["GTV_Liver"].sum())
    got = means(doses_of(found, "after", "absolute"))
    assert got["tumour"] == pytest.approx(truth_gy(0.30, voxels), rel=2e-4)


def test_nothing_perfused_is_a_question(folder: Path, tmp_path: Path) -> None:
    """No structure says that it is perfused: refused, and naming it gives the doses."""
    seg = pydicom.dcmread(folder / "seg.dcm")
    for item in seg.SegmentSequence:
        if item.SegmentLabel == "Perfused":
            item.SegmentLabel = "Right"
    seg.save_as(tmp_path / "seg.dcm")
    for file in folder.glob("pet*.dcm"):
        shutil.copy(file, tmp_path)
    with pytest.raises(NotComparable, match="gives doses") as refused:
        sirt_verify(tmp_path, ASKED)
    assert "--perfused" in refused.value.remedy
    named = sirt_verify(tmp_path, replace(ASKED, names={"perfused": ("Right",)}))
    assert {row.compartment for row in named.doses[0].compartments} == {
        "tumour",
        "normal",
        "perfused",
        "lung",
    }


def test_the_image_itself_tells_how_much_was_given(folder: Path) -> None:
    """No activity stated, a PET in Bq/ml and a moment: absolute doses, the scout without doses, and the question."""
    found = sirt_verify(folder, VerifyAsked(device="y90-glass", infused=GIVEN.infused, lung_kg=0.8))
    assert [(one.role, one.calibration, one.used) for one in found.doses] == [("after", "absolute", True)]
    assert found.doses[0].activity_gbq == pytest.approx(0.2, rel=2e-4)
    assert "sirt_activity_unknown" in {one.code for one in found.statements}
