"""Documents that would make a course look smaller or more certain than it was: imported, assessed, and checked by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graybook.report.result import Result
from rules.patients import codes, eqd2, organ, result_of, run
from unit.exchange.fhir_small import NEUTRONS, UCUM, Json, bundle, cgy, course, dose, phase


def imported(folder: Path, *resources: Json, **said: Any) -> tuple[Result, dict[str, str]]:
    """The assessment of a document and, by code, the last sentence of its findings."""
    source = folder / "document.json"
    source.write_text(json.dumps(bundle(*resources, **said)), encoding="utf-8")
    ran = run("import", source, "--from", "fhir", "--out", folder / "in", "--json")
    assert ran.exit_code == 0, ran.output
    findings = {one["code"]: one["text"] for one in json.loads(ran.stdout)["findings"]}
    return result_of(folder / "in"), findings


def brain(result: Result) -> tuple[float | None, bool]:
    """The point sum of the brain at α/β 3, and whether it claims to be complete."""
    points = organ(result, "Brain").point_sum
    return points.customary_d0_03cc_gy, points.complete


THIRTY = eqd2(30, 10, 3.0)
"""[Gy] 36."""


def given(name: str = "first", **said: Any) -> Json:
    """30 Gy in 10 equal fractions."""
    return course(name, dose(cgy(3000), 10, uniform=True), **said)


def test_one_course_stated_without_doubt_is_complete(tmp_path: Path) -> None:
    """30 Gy in 10 fractions: 30 · (3 + 3)/(2 + 3) = 36 Gy, and nothing is open."""
    result, findings = imported(tmp_path, given())
    assert brain(result) == (pytest.approx(36.0), True)
    assert not {one for one in findings if one.startswith("import_")} - {"import_not_kept"}


@pytest.mark.parametrize(
    ("modality", "code"), [(NEUTRONS, "import_modality_other"), (None, "import_modality_unknown")]
)
def test_neutrons_and_the_unsaid_are_not_photons(tmp_path: Path, modality: str | None, code: str) -> None:
    """Photons alone are summed: 36 Gy and not 72; the other course stands with its 30 Gy, unconverted."""
    result, findings = imported(tmp_path, given(), given("other", modality=modality, year=2015))
    assert code in findings
    assert brain(result) == (pytest.approx(36.0), False)
    rows = {one.physical_d0_03cc_gy: one.d0_03cc_gy for one in organ(result, "Brain").courses}
    assert set(rows) == {30.0}
    assert None in {one.d0_03cc_gy for one in organ(result, "Brain").courses}
    assert "paper_not_converted" in codes(result)


@pytest.mark.parametrize("modality", [NEUTRONS, None])
def test_a_neutron_phase_of_a_photon_course_is_not_of_photons(tmp_path: Path, modality: str | None) -> None:
    """A phase that states neutrons keeps no fractions; one that states nothing is of the course's photons."""
    result, _ = imported(
        tmp_path, course("first"), phase("one", "first", cgy(3000), 10, modality=modality or NEUTRONS)
    )
    assert brain(result) == (None, False)


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        (cgy(3000, comparator="<"), "exchange_dose_is_bound"),
        (cgy(3000, comparator=">"), "exchange_dose_is_bound"),
        (cgy(3000, unit="Gy"), "exchange_dose_unit_contradicts"),
        ({"value": 30, "unit": "cGy", "system": UCUM, "code": "Gy"}, "exchange_dose_unit_contradicts"),
        ({"value": 30, "unit": "gray", "system": UCUM, "code": "cGy"}, "exchange_dose_unit_contradicts"),
        ({"value": 3000, "unit": "cGy"}, "exchange_dose_unit_not_coded"),
        ({"value": 30, "unit": "GyE"}, "exchange_dose_unit_not_coded"),
    ],
)
def test_a_dose_in_doubt_is_no_dose(tmp_path: Path, quantity: Json, code: str) -> None:
    """A bound, two units at once, a unit in words: the course is known to exist and has no dose (grade D)."""
    result, findings = imported(
        tmp_path, given(), course("other", dose(quantity, 10, uniform=True), year=2015)
    )
    assert code in findings
    assert "exchange_dose_without_unit" not in findings
    assert "0.30" not in findings[code]
    assert sorted(one.evidence_grade for one in result.courses) == ["C", "D"]
    assert brain(result) == (pytest.approx(36.0), False)


@pytest.mark.parametrize("unit", ["Gy", "gray", ""])
def test_a_unit_and_code_that_agree_are_taken(tmp_path: Path, unit: str) -> None:
    """30 with the code Gy, whatever is shown of it: 36 Gy."""
    quantity = {"value": 30, "system": UCUM, "code": "Gy"} | ({"unit": unit} if unit else {})
    result, _ = imported(tmp_path, course("first", dose(quantity, 10, uniform=True)))
    assert brain(result) == (pytest.approx(36.0), True)


@pytest.mark.parametrize("status", ["unknown", "preparation", "weird"])
def test_a_course_of_unknown_status_leaves_no_sum_complete(tmp_path: Path, status: str) -> None:
    """Given or not, 36 or 72 Gy: the sum is 36, not complete, and the assessment names the course with its 30 Gy."""
    result, findings = imported(tmp_path, given(), given("second", year=2021, status=status))
    assert "exchange_status_unknown" in findings
    assert brain(result) == (pytest.approx(36.0), False)
    (found,) = (one for one in result.findings if one.code == "paper_status_unsure")
    assert "second" in found.text
    assert "30.00" in found.text


def test_not_done_gives_nothing(tmp_path: Path) -> None:
    """A course that was not done leaves the sum of the other one complete."""
    result, _ = imported(tmp_path, given(), given("second", year=2021, status="not-done"))
    assert brain(result) == (pytest.approx(36.0), True)


@pytest.mark.parametrize("status", ["in-progress", "on-hold"])
def test_a_course_still_going_on_is_a_lower_bound(tmp_path: Path, status: str) -> None:
    """What was given when the document was made is 36 Gy; more may have followed, and the assessment says so."""
    result, findings = imported(tmp_path, given(status=status))
    assert "import_unfinished" in findings
    assert brain(result) == (pytest.approx(36.0), False)
    assert "paper_phase_unsure_open" in codes(result)


def test_a_stopped_course_is_what_was_given(tmp_path: Path) -> None:
    """Stopped after 10 fractions: nothing more comes."""
    result, _ = imported(tmp_path, given(status="stopped"))
    assert brain(result) == (pytest.approx(36.0), True)


def test_phases_below_their_course_are_a_lower_bound(tmp_path: Path) -> None:
    """40 Gy in 20 of a course of 60 Gy: 40 · (3 + 2)/(2 + 3) = 40 Gy at least, and 20 Gy are named as open."""
    result, findings = imported(
        tmp_path,
        course("first", dose(cgy(6000), 30, uniform=False)),
        phase("one", "first", cgy(4000), 20),
    )
    assert "20.00" in findings["import_phases_below"]
    assert brain(result) == (pytest.approx(40.0), False)
    (found,) = (one for one in result.findings if one.code == "paper_phase_unsure")
    assert "20.00" in found.text


def test_what_was_not_done_or_entered_in_error_adds_nothing_to_phases(tmp_path: Path) -> None:
    """40 in 20 and 20 in 10 are the 60 Gy of the course: 60 Gy at 2 Gy a fraction, complete, and no contradiction."""
    result, findings = imported(
        tmp_path,
        course("first", dose(cgy(6000), 30, uniform=True)),
        phase("one", "first", cgy(4000), 20),
        phase("two", "first", cgy(2000), 10),
        phase("three", "first", cgy(2000), 10, status="entered-in-error"),
        phase("four", "first", cgy(2000), 10, status="not-done"),
    )
    assert brain(result) == (pytest.approx(60.0), True)
    assert "exchange_entered_in_error" in findings
    assert not {one for one in findings if "contradict" in one or "not_computable" in one}


def test_a_course_entered_in_error_is_left_out(tmp_path: Path) -> None:
    """Neither in the courses nor in a sum; a finding names it."""
    result, findings = imported(tmp_path, given(), given("second", year=2021, status="entered-in-error"))
    assert [one.label for one in result.courses] == ["first"]
    assert brain(result) == (pytest.approx(36.0), True)
    assert "second" in findings["exchange_entered_in_error"]


@pytest.mark.parametrize(("newest", "kept"), [("2", ["first"]), ("0", ["first", "second"])])
def test_the_newest_version_may_withdraw_a_course(tmp_path: Path, newest: str, kept: list[str]) -> None:
    """A course of which the newest version was entered in error is withdrawn; an older one of them changes nothing."""
    valid = given("second", year=2021, meta={"versionId": "1"})
    wrong = {**valid, "status": "entered-in-error", "meta": {"versionId": newest}}
    result, _ = imported(tmp_path, given(), valid, wrong)
    assert [one.label for one in result.courses] == kept


def test_versions_in_no_order_keep_the_dose(tmp_path: Path) -> None:
    """Which is the newer is not known: the dose is kept, and an error says so."""
    valid = given()
    result, findings = imported(tmp_path, {**valid, "status": "entered-in-error"}, valid)
    assert brain(result)[0] == pytest.approx(36.0)
    assert "exchange_versions_undecided" in findings


@pytest.mark.parametrize(
    ("total_gy", "fractions", "questioned"),
    [(3000.0, 10, True), (210.0, 105, True), (62.0, 2, True), (60.0, 2, False), (80.0, 40, False)],
)
def test_doses_that_no_treatment_gives_are_questioned(
    tmp_path: Path, total_gy: float, fractions: int, questioned: bool
) -> None:
    """Above 30 Gy a fraction (300, 31) or 200 Gy in all (3000, 210): said, and taken as it stands."""
    result, findings = imported(tmp_path, course("first", dose(cgy(100 * total_gy), fractions, uniform=True)))
    assert ("import_dose_implausible" in findings) is questioned
    assert brain(result)[0] == pytest.approx(eqd2(total_gy, fractions, 3.0), abs=0.01)


def test_a_course_given_after_its_document_is_questioned(tmp_path: Path) -> None:
    """A document of 1 June 2019 cannot know of sessions in 2199; its entries bear its own day at the latest."""
    result, findings = imported(
        tmp_path, given(), given("later", year=2199), timestamp="2019-06-01T10:00:00Z"
    )
    assert "2199-05-24" in findings["import_after_document"]
    assert "2019-06-01" in findings["import_after_document"]
    assert "paper_in_future" in codes(result)
    text = (tmp_path / "in" / "graybook.toml").read_text(encoding="utf-8")
    assert "\ndate = 2019-05-24\n" in text
    assert "\ndate = 2199" not in text


def test_a_course_in_the_future_is_said_by_the_assessment(tmp_path: Path) -> None:
    """A document that says nothing of its own day: the assessment compares with the day that it bears."""
    result, findings = imported(tmp_path, given("later", year=2199))
    assert "import_after_document" not in findings
    assert [one.text for one in result.findings if one.code == "paper_in_future" and "2199-05-24" in one.text]


def test_two_numbers_of_fractions_are_a_range(tmp_path: Path) -> None:
    """30 Gy in 10 says the course, in 12 its phase: 30 · (3 + 2.5)/5 = 33 Gy at least, 30 · (3 + 3)/5 = 36 Gy at most."""
    result, findings = imported(
        tmp_path,
        course("first", dose(cgy(3000), 10, uniform=True)),
        phase("one", "first", cgy(3000), 12),
    )
    points = organ(result, "Brain").point_sum
    assert points.customary_d0_03cc_gy == pytest.approx(33.0)
    assert points.bound_d0_03cc_gy == pytest.approx(36.0)
    assert "10-12" in findings["import_fractions_differ"]
