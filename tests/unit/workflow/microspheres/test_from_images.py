"""Microspheres of a report whose image after is in the folder: the image's doses take the place of the partition model's."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from graybook.progress import silent
from graybook.record import Course, DoseOrigin, EvidenceGrade, Finding, Radioembolisation
from graybook.workflow.folder.given import microsphere_courses
from graybook.workflow.folder.scan import scan
from graybook.workflow.microspheres.from_images import with_image_doses
from graybook.workflow.microspheres.on_paper import with_partition_doses
from phantoms.microspheres import PET, SPACING_MM, Microspheres, masks, write_microspheres

GIVEN = Microspheres()
STATED = Radioembolisation(
    device="y90-glass", date=date(2025, 12, 31), started=GIVEN.infused, activity_gbq=0.2, lung_kg=0.8
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MAA, PET and SEG of known truth."""
    return write_microspheres(tmp_path_factory.mktemp("sirt"))


def filled(folder: Path, *given: Radioembolisation) -> tuple[tuple[Course, ...], tuple[Finding, ...]]:
    """Courses of the report with what the images give."""
    scanned = scan(folder, silent)
    return with_image_doses(microsphere_courses(given), scanned.persons[0], scanned.settings)


def test_doses_are_those_of_the_image(folder: Path) -> None:
    """Tumour and lungs by k A p / m, of grade A, with their calibration and series; the decay is the physical one."""
    ((course,), said) = filled(folder, STATED)
    (phase,) = course.phases
    assert phase.organ_doses is not None
    doses = {one.organ: one for one in phase.organ_doses.doses}
    mass_kg = int(masks()["GTV_Liver"].sum()) * SPACING_MM**3 * 1.04e-6
    assert doses["GTV_Liver"].mean_gy == pytest.approx(49.67 * 0.2 * 0.3 / mass_kg, rel=3e-4)
    assert doses["Lungs"].mean_gy == pytest.approx(49.67 * 0.2 * 0.05 / 0.8, rel=1e-3)
    assert {(one.origin, one.source) for one in doses.values()} == {(DoseOrigin.IMAGES, PET)}
    assert "patient-relative" in doses["Lungs"].method
    decaying = doses["GTV_Liver"].decaying
    assert decaying is not None
    integral = float((decaying.amplitudes_gy_per_h / decaying.rates_per_h).sum())
    assert integral == pytest.approx(doses["GTV_Liver"].mean_gy)
    assert course.evidence_grade is EvidenceGrade.A
    assert "sirt_doses_of_image" in {one.code for one in said}


def test_partition_model_keeps_out_where_an_image_speaks(folder: Path) -> None:
    """Doses of the image are not replaced by those of the report."""
    known = replace(
        STATED, tumour_kg=0.2, normal_kg=1.3, tn_ratio=3.0, tn_definition="activity", lung_shunt=0.1
    )
    (courses, _) = filled(folder, known)
    (after, _) = with_partition_doses(courses)
    assert after[0].phases[0].organ_doses is courses[0].phases[0].organ_doses


def test_image_of_a_later_infusion_is_not_of_this_one(folder: Path) -> None:
    """A second infusion on the day of the PET: the image is its, and the first has none."""
    later = replace(STATED, date=date(2026, 1, 1), started=GIVEN.taken.replace(hour=1))
    (courses, _) = filled(folder, STATED, later)
    phases = [phase for course in courses for phase in course.phases]
    assert [one.organ_doses is not None for one in phases] == [False, True]
    assert courses[0].evidence_grade is not EvidenceGrade.A


def test_without_structures_the_report_speaks(folder: Path, tmp_path: Path) -> None:
    """No region: no dose of the image, and the reason; the phase stays as it was."""
    for file in folder.glob("pet*.dcm"):
        shutil.copy(file, tmp_path)
    ((course,), said) = filled(tmp_path, STATED)
    assert course.phases[0].organ_doses is None
    assert {"sirt_no_perfused", "sirt_image_gives_no_dose"} <= {one.code for one in said}


def test_without_images_nothing_is_said(tmp_path: Path, folder: Path) -> None:
    """A folder without activity images leaves courses as they are."""
    shutil.copy(folder / "seg.dcm", tmp_path)
    scanned = scan(tmp_path, silent)
    courses = microsphere_courses((STATED,))
    person = replace(scan(folder, silent).persons[0], slices=())
    assert with_image_doses(courses, person, scanned.settings) == (courses, ())


@pytest.mark.rule(16)
def test_images_and_structures_of_an_infusion_are_listed_as_used(folder: Path, tmp_path: Path) -> None:
    """With the infusion in graybook.toml the PET is used as activity and the SEG as segmentation; the MAA has its reason."""
    for file in folder.iterdir():
        shutil.copy(file, tmp_path)
    text = (
        '[[radioembolisation]]\ndevice = "y90-glass"\ngiven = 2025-12-31T15:00:00+01:00\nactivity_gbq = 0.2\n'
    )
    stamp = 'author = "Dr Test"\ndate = 2026-01-05\nreason = "report"\nsource = "report"\n'
    (tmp_path / "graybook.toml").write_text(text + stamp, encoding="utf-8")
    files = {one.path: one for one in scan(tmp_path, silent).files}
    assert {files[f"pet{plane:03d}.dcm"].used_as for plane in range(36)} == {"activity"}
    assert files["seg.dcm"].used_as == "segmentation"
    assert files["maa.dcm"].reason is not None
