"""Microspheres known from a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from graybook.files.settings import Settings
from graybook.nuclear.biological import biological_dose
from graybook.record import (
    Course,
    EvidenceGrade,
    IntervalKind,
    MeanDose,
    Modality,
    OrganDose,
    PaperDetails,
    Phase,
    Radioembolisation,
    Status,
)
from graybook.workflow.folder.given import microsphere_courses
from graybook.workflow.microspheres.on_paper import (
    PERFUSED,
    TUMOUR,
    partition_findings,
    partition_organ_doses,
    with_partition_doses,
)
from graybook.workflow.microspheres.on_paper_results import infusion_results

STATED = Radioembolisation(
    device="y90-glass",
    date=date(2024, 5, 6),
    activity_gbq=2.0,
    tumour_kg=0.2,
    normal_kg=1.3,
    lung_kg=1.0,
    tn_ratio=3.0,
    tn_definition="concentration",
    lung_shunt=0.05,
    shunt_definition="liver",
    bilirubin_mg_dl=0.8,
    source="report",
)


def _doses(given: Radioembolisation) -> dict[str, MeanDose]:
    return {one.organ: one for one in partition_organ_doses(given).doses}


def test_golden_partition() -> None:
    """2 GBq, shunt 0.05, 0.2 and 1.3 kg, T/N 3, 49.67 J/GBq: 149.01, 49.67 and 4.967 Gy; device and constant stored."""
    found = _doses(STATED)
    assert {organ: one.mean_gy for organ, one in found.items()} == pytest.approx(
        {TUMOUR: 149.01, PERFUSED: 49.67, "Lungs": 4.967}
    )
    assert {one.device for one in found.values()} == {"y90-glass"}
    assert all("49.67" in one.method for one in found.values())
    assert all(one.interval is IntervalKind.POINT for one in found.values())


def test_definitions_that_are_not_stated_give_an_interval_over_both() -> None:
    """T/N 3 as activities: normal 2 · 0.95 · 49.67 / 4 / 1.3 = 18.15 Gy, as concentrations 49.67 Gy; nothing between is chosen."""
    found = _doses(replace(STATED, tn_definition=""))
    normal = found[PERFUSED]
    assert normal.mean_gy is None
    assert (normal.low_gy, normal.high_gy) == pytest.approx((2 * 0.95 * 49.67 / 4 / 1.3, 49.67))
    codes = {
        one.code for one in partition_findings(replace(STATED, tn_definition=""), subject="c", infusion="1")
    }
    assert "microspheres_definition_asked" in codes


def test_whole_liver_needs_its_mass() -> None:
    """1.8 kg of liver, 0.2 kg of them tumour: (49.67 · 1.3 + 149.01 · 0.2)/1.8 Gy to all, 49.67 · 1.3/1.6 Gy to the rest."""
    assert not {"Liver", "Liver-GTV"} & set(_doses(STATED))
    found = _doses(replace(STATED, liver_kg=1.8))
    assert found["Liver"].mean_gy == pytest.approx((49.67 * 1.3 + 149.01 * 0.2) / 1.8)
    assert found["Liver-GTV"].mean_gy == pytest.approx(49.67 * 1.3 / 1.6)


def test_lungs_without_a_mass_have_no_dose() -> None:
    """No mass of the lungs is made up; tumour and liver do not depend on it."""
    found = _doses(replace(STATED, lung_kg=None))
    assert "Lungs" not in found
    assert found[TUMOUR].mean_gy == pytest.approx(149.01)


@pytest.mark.parametrize("key", ["activity_gbq", "tumour_kg", "normal_kg", "tn_ratio", "lung_shunt"])
def test_what_is_needed_is_asked_for(key: str) -> None:
    """Without any one of the five no dose is known, and the question names it."""
    given = replace(STATED, **{key: None})  # type: ignore[arg-type]
    assert partition_organ_doses(given).doses == ()
    (asked,) = partition_findings(given, subject="c", infusion="1")
    assert (asked.code, asked.params["keys"]) == ("microspheres_dose_unknown", key)


def test_bed_falls_with_the_physical_half_life() -> None:
    """Microspheres stay: 90Y, 64.1 h, repair 2.5 h: G = 2.5/66.6 on 49.67 Gy."""
    found = biological_dose(_doses(STATED)[PERFUSED], alpha_beta_gy=2.5, repair_half_time_h=(2.5, 2.5))
    assert found.g_factor == pytest.approx(2.5 / 66.6, rel=1e-3)
    assert found.bed_gy == pytest.approx(49.67 * (1 + 2.5 / 66.6 * 49.67 / 2.5), rel=1e-3)


def test_course_of_microspheres_is_graded_c() -> None:
    """Two infusions of one device are two phases of one course of its own kind; without an activity it is known to exist only."""
    two = [STATED, replace(STATED, date=date(2024, 6, 10), activity_gbq=1.2)]
    (course,), said = with_partition_doses(microsphere_courses(two))
    assert (course.modality, course.evidence_grade.value, len(course.phases)) == (
        Modality.MICROSPHERES,
        "C",
        2,
    )
    assert all(phase.organ_doses is not None for phase in course.phases)
    assert {one.code for one in said} == {"microspheres_mass_asked"}
    (unknown,) = microsphere_courses([replace(STATED, activity_gbq=None)])
    assert unknown.evidence_grade.value == "D"


def test_infusions_stand_among_the_cycles() -> None:
    """One cycle for each infusion: device, grade C, and the lungs' BED by their own G at the table's half-times of repair."""
    (course,), _ = with_partition_doses(microsphere_courses([STATED]))
    (cycle,) = infusion_results([course], Settings())
    assert (cycle.nuclide, cycle.device, cycle.evidence_grade, cycle.origin) == (
        "Y-90",
        "y90-glass",
        "C",
        "partition model",
    )
    lungs = next(one for one in cycle.organs if one.organ == "Lungs")
    assert lungs.dose_gy == pytest.approx(4.967, abs=1e-6)
    assert lungs.alpha_beta_gy is not None
    assert lungs.bed_low_gy is not None
    assert lungs.bed_high_gy is not None
    assert 4.967 < lungs.bed_low_gy <= lungs.bed_high_gy < 4.967 * (1.0 + 4.967 / lungs.alpha_beta_gy)


def test_an_infusion_without_doses_is_not_dropped() -> None:
    """Known to have been given: a cycle without organs, its dose of unknown origin."""
    (course,), _ = with_partition_doses(microsphere_courses([replace(STATED, activity_gbq=None)]))
    (cycle,) = infusion_results([course], Settings())
    assert (cycle.organs, cycle.origin, cycle.evidence_grade) == ([], "unknown", "D")


def test_a_letter_with_mean_doses_keeps_them() -> None:
    """No partition, but a mean dose of the liver in a letter: as stated, of no known speed; a maximum says nothing of a mean."""
    letter = Course(
        id="letter",
        label="SIRT 2015",
        start_date=None,
        end_date=None,
        evidence_grade=EvidenceGrade.C,
        modality=Modality.MICROSPHERES,
        phases=(Phase(id="p", label="SIRT 2015", status=Status.DELIVERED, modality=Modality.MICROSPHERES),),
        paper=PaperDetails(
            organ_doses=(
                OrganDose(organ="Liver", dose_gy=42.0, metric="mean"),
                OrganDose(organ="Stomach", dose_gy=12.0, metric="max"),
            )
        ),
    )
    (course,), said = with_partition_doses([letter])
    assert course.phases[0].organ_doses is not None
    (liver,) = course.phases[0].organ_doses.doses
    assert (liver.organ, liver.mean_gy, liver.origin.value, liver.decaying) == ("Liver", 42.0, "stated", None)
    assert said == ()
