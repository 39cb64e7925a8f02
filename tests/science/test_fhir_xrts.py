"""XRTS-03, -04 and -05 of CodeX Radiation Therapy, and the example of the OSIRIS guide: round trips, EQD2, and their errors found.

EQD2 by hand: n d (d + α/β) / (2 + α/β) of each phase. The documents and their licences are described in tests/data/fhir/README.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graybook.exchange.computed import cumulative_eqd2_gy, volume_eqd2_gy, with_eqd2
from graybook.exchange.course_facts import CourseFacts, MetricKind, PersonFacts
from graybook.exchange.fhir import check_fhir, facts_from_fhir, fhir_bundle
from graybook.record.assessment import Finding, Severity
from graybook.record.course import Modality, Status
from graybook.text import LANGUAGES, phrase, remedy

DATA = Path(__file__).resolve().parents[1] / "data" / "fhir"
RATIOS = (2.0, 3.0, 10.0)
METRIC = "http://hl7.org/fhir/us/codex-radiation-therapy/StructureDefinition/codexrt-radiobiologic-metric"


def document(name: str) -> dict[str, Any]:
    """One of the documents."""
    found: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return found


def of(findings: tuple[Finding, ...], code: str) -> list[Mapping[str, Any]]:
    """Parameters of the findings with a code."""
    return [{"subject": one.subject, **one.params} for one in findings if one.code == f"exchange_{code}"]


def metric_values(value: object) -> dict[str, list[float]]:
    """Values of the metrics of a document by their unit, found without our reader."""
    found: dict[str, list[float]] = {}
    if isinstance(value, dict):
        if value.get("url") == METRIC:
            quantity = value["valueQuantity"]
            found.setdefault(quantity["unit"], []).append(quantity["value"])
        for one in value.values():
            for unit, values in metric_values(one).items():
                found.setdefault(unit, []).extend(values)
    elif isinstance(value, list):
        for one in value:
            for unit, values in metric_values(one).items():
                found.setdefault(unit, []).extend(values)
    return found


def volume(facts: PersonFacts, course: CourseFacts, name: str) -> str:
    """The key of a course's volume by its name."""
    keys = {one.volume for one in course.doses}
    return next(one.key for one in facts.volumes if one.name == name and one.key in keys)


def test_xrts_04_as_published() -> None:
    """One course of three phases, 9 Gy/3 and 9 Gy/3 and 8 Gy/4; the version after one fraction does not count."""
    facts, findings = facts_from_fhir(document("xrts-04"))
    (course,) = facts.courses
    assert (course.label, course.sessions, course.status) == ("C1_Both_Breast", 8, Status.DELIVERED)
    assert (course.start_date, course.end_date) == (date(2021, 9, 6), date(2021, 9, 17))
    assert [(one.fractions_delivered, one.modality) for one in course.phases] == [
        (3, Modality.PHOTON),
        (3, Modality.PHOTON),
        (4, Modality.ELECTRON),
    ]
    assert [[dose.dose_gy for dose in one.doses] for one in course.phases] == [[9.0, 9.0], [9.0], [8.0]]
    assert [(one.dose_gy, one.fractions, one.uniform) for one in course.doses] == [
        (9.0, 3, True),
        (17.0, 7, False),
        (9.0, 3, True),
    ]
    assert (course.site, course.laterality, course.reirradiation) == ("76752008", "51440002", None)
    assert facts.person.identities[0].value == "XRTS-04_22B"
    assert facts.person.birth_date == date(1980, 3, 4)
    assert len(of(findings, "version_superseded")) == 2


@pytest.mark.parametrize(
    ("name", "eqd2_gy"),
    [
        ("Left Breast", (11.25, 10.80, 9.75)),
        ("Left Breast Boost", (19.25, 18.80, 17.75)),
        ("Right Breast", (11.25, 10.80, 9.75)),
    ],
)
def test_xrts_04_eqd2(name: str, eqd2_gy: tuple[float, ...]) -> None:
    """Phases are converted before they are added: 18.80 at 3 Gy for the boost, never the 18.46 of 17 Gy in 7."""
    facts, _ = facts_from_fhir(document("xrts-04"))
    course = facts.courses[0]
    found = [volume_eqd2_gy(course, volume(facts, course, name), ratio) for ratio in RATIOS]
    assert found == pytest.approx(eqd2_gy, abs=1e-9)


@pytest.mark.rule(3)
def test_xrts_05_eqd2() -> None:
    """Both courses to the brain, 25 Gy/5 and 20 Gy/5: 43.75 + 30 at 2 Gy, 40 + 28 at 3 Gy, 31.25 + 23.33 at 10 Gy."""
    facts, _ = facts_from_fhir(document("xrts-05"))
    found = [cumulative_eqd2_gy(facts, "Brain Mets", alpha_beta_gy=ratio) for ratio in RATIOS]
    assert found == pytest.approx([73.75, 68.0, 31.25 + 23.0 + 1.0 / 3.0], abs=1e-9)
    first, second = facts.courses
    assert (first.reirradiation, second.reirradiation) == (False, True)
    assert first.end_date is not None
    assert second.start_date is not None
    assert (second.start_date - first.end_date).days == 371
    assert (first.sessions, second.sessions) == (6, 5)
    assert [one.technique for one in facts.courses] == ["441799006", "1156530009"]


@pytest.mark.parametrize("name", ["xrts-03", "xrts-04", "xrts-05"])
def test_round_trip(name: str) -> None:
    """What was read, written and read again is the same person with the same courses; writing twice gives the same bytes."""
    facts, _ = facts_from_fhir(document(name))
    written = fhir_bundle(facts, created=date(2026, 11, 22)).document
    assert json.dumps(fhir_bundle(facts, created=date(2026, 11, 22)).document) == json.dumps(written)
    again, findings = facts_from_fhir(json.loads(json.dumps(written)))
    assert again == facts
    allowed = {"exchange_metric_differs"} if name == "xrts-03" else set()
    assert {one.code for one in findings if one.severity is Severity.ERROR} == allowed


def test_round_trip_with_eqd2() -> None:
    """Our EQD2 stand in the document as metrics, in both examples, and come back; every one passes the check."""
    boost, brain = (facts_from_fhir(document(name))[0] for name in ("xrts-04", "xrts-05"))
    boost = with_eqd2(boost, alpha_beta_gy=RATIOS)
    brain = with_eqd2(brain, alpha_beta_gy=RATIOS, together=("Brain Mets",))
    for facts, unit, value in (
        (boost, "EQD2Gy(a/b=2)", 19.25),
        (boost, "EQD2Gy(a/b=3)", 18.8),
        (boost, "EQD2Gy(a/b=10)", 17.75),
        (brain, "EQD2Gy(a/b=2)", 73.75),
        (brain, "EQD2Gy(a/b=3)", 68),
        (brain, "EQD2Gy(a/b=10)", 54.583333),
    ):
        written = json.loads(json.dumps(fhir_bundle(facts, created=date(2026, 11, 22)).document))
        assert value in metric_values(written)[unit]
        again, findings = facts_from_fhir(written)
        assert again == facts
        assert of(findings, "metric_differs") == of(findings, "metric_not_recomputed") == []
        assert all("a/b=10" in one["value"] for one in of(findings, "metric_upstream_rejects"))
        assert of(findings, "metric_upstream_rejects")
    stated = {one.alpha_beta_gy: one.value_gy for one in brain.cumulative[0].metrics}
    assert stated == {2.0: 73.75, 3.0: 68.0, 10.0: 54.583333}


def test_a_naive_sum_is_found() -> None:
    """A course that states 18.46 for its boost, or courses that state 67.5 for the brain, are contradicted."""
    boost, brain = (facts_from_fhir(document(name))[0] for name in ("xrts-04", "xrts-05"))
    for facts, right, wrong in (
        (with_eqd2(boost, alpha_beta_gy=[3.0]), 18.8, 18.46),
        (with_eqd2(brain, alpha_beta_gy=[3.0], together=["Brain Mets"]), 68, 67.5),
    ):
        written = json.dumps(fhir_bundle(facts, created=date(2026, 11, 22)).document)
        assert f'"value": {right}, "unit": "EQD2Gy(a/b=3)"' in written
        naive = written.replace(f'"value": {right}, "unit"', f'"value": {wrong}, "unit"')
        (found,) = of(check_fhir(json.loads(naive)), "metric_differs")
        assert found["stated"] == wrong
        assert found["recomputed"] == pytest.approx(right)


def test_xrts_03_metrics_are_wrong() -> None:
    """EQD2 of 52.0 at 2.5 Gy is stated for 7.2 Gy and for 8.0 Gy in 4: by hand 7.2·(1.8 + 2.5)/4.5 = 6.88, and 8.00."""
    facts, findings = facts_from_fhir(document("xrts-03"))
    found = {one["volume"]: (one["stated"], one["recomputed"]) for one in of(findings, "metric_differs")}
    assert found == {"PelvNs": (52.0, pytest.approx(6.88)), "SemVs": (52.0, pytest.approx(8.0))}
    assert [one.kind for dose in facts.courses[0].doses for one in dose.metrics] == [MetricKind.EQD2] * 2


def test_xrts_03_points_outside() -> None:
    """Its person and volumes are not in the document: each reference is named; the person is known by the reference alone."""
    facts, findings = facts_from_fhir(document("xrts-03"))
    assert len(of(findings, "dangling_reference")) == 4
    assert len(of(findings, "person_not_in_document")) == 1
    assert facts.person.identities[0].value == "Patient-XRTS-03-22B"
    assert [one.name for one in facts.volumes] == ["Prostate", "PelvNs", "SemVs"]
    assert len(of(findings, "several_sites")) == 1


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("EQD2Gy(a/b=10)", "metric_upstream_rejects"),
        ("BED(a/b=3)", "metric_upstream_rejects"),
        ("EQD2Gy(a/b=)", "metric_upstream_accepts"),
        ("RBE(factor=)", "metric_upstream_accepts"),
        ("EQD2(3)", "metric_not_read"),
    ],
)
def test_the_rule_of_the_guide_is_wrong(unit: str, code: str) -> None:
    """What the guide documents and its rule rejects is read, and said; what only its rule accepts is not read, and said."""
    text = json.dumps(document("xrts-03")).replace("EQD2Gy(a/b=2.5)", unit)
    facts, findings = facts_from_fhir(json.loads(text))
    assert [one["value"] for one in of(findings, code)] == [unit, unit]
    read = [metric for dose in facts.courses[0].doses for metric in dose.metrics]
    assert len(read) == (2 if code == "metric_upstream_rejects" else 0)


def test_a_document_with_old_codes() -> None:
    """The inactive category that XRTS-01 keeps, and local codes of earlier versions, are read with a warning."""
    text = json.dumps(document("xrts-05"))
    for old, new in (
        ("1287742003", "108290001"),
        ("1217123003", "USCRS-33529"),
        ("1222565005", "USCRS-33527"),
    ):
        text = text.replace(f'"code": "{old}"', f'"code": "{new}"')
    facts, findings = facts_from_fhir(json.loads(text))
    assert facts == facts_from_fhir(document("xrts-05"))[0]
    assert {one["value"] for one in of(findings, "code_old")} == {"108290001", "USCRS-33529", "USCRS-33527"}
    assert {one["current"] for one in of(findings, "code_old")} == {"1287742003", "1217123003", "1222565005"}


def test_rules_of_the_guides_that_never_fire() -> None:
    """Motion management in SNOMED CT, and permanent seeds: the guides' own rules look elsewhere, and a reader is told."""
    assert of(check_fhir(document("xrts-04")), "upstream_never_fires")
    seeds = json.dumps(document("xrts-05")).replace("1156506007", "169359004").replace("721031000124102", "0")
    found = of(check_fhir(json.loads(seeds)), "upstream_never_fires")
    assert {one["value"] for one in found} == {"169359004", "0"}


def test_a_code_with_a_blank_is_found() -> None:
    """``' 1156506007'`` is an error of its place, and read without the blank."""
    text = json.dumps(document("xrts-05")).replace('"1156506007"', '" 1156506007"')
    facts, findings = facts_from_fhir(json.loads(text))
    assert {one["value"] for one in of(findings, "code_with_blank")} == {"' 1156506007'"}
    assert facts == facts_from_fhir(document("xrts-05"))[0]


def test_sessions_and_overlaps_are_notes() -> None:
    """Six sessions of five fractions; two phases of XRTS-04 that overlap on different volumes: said, and not errors."""
    (sessions,) = of(check_fhir(document("xrts-05")), "sessions_not_fractions")
    assert (sessions["sessions"], sessions["fractions"]) == (6, 5)
    findings = check_fhir(document("xrts-04"))
    (overlap,) = of(findings, "phases_overlap")
    assert {overlap["one"], overlap["other"]} == {"Right Breast Tangents", "Left Breast Boost"}
    assert of(findings, "phases_overlap_on_volume") == of(findings, "sessions_not_fractions") == []


def test_osiris_doses_have_no_unit() -> None:
    """``4256`` in 16 fractions of ``266``: 42.56 Gy if in cGy, said and not used; no EQD2 follows."""
    facts, findings = facts_from_fhir(document("osiris-example"))
    found = of(findings, "dose_without_unit")
    assert {(one["value"], one["if_cgy"], one["fractions"]) for one in found} == {("4256", 42.56, 16)}
    assert of(findings, "fraction_dose_contradicts") == []
    doses = [dose for course in facts.courses for phase in course.phases for dose in phase.doses]
    assert doses
    assert {(one.dose_gy, one.as_found, one.fractions) for one in doses} == {(None, "4256", 16)}
    given = next(one for one in facts.courses if one.key.endswith("RadiotherapyCourse-2"))
    assert volume_eqd2_gy(given, doses[0].volume, 3.0) is None


def test_osiris_links_and_missing_values() -> None:
    """A phase of a course that does not exist; Unknown, 999999 and 1000-01-01 stand for nothing, and link nothing."""
    facts, findings = facts_from_fhir(document("osiris-example"))
    (dangling,) = of(findings, "dangling_reference")
    assert dangling["subject"].endswith("RadiotherapyPhase-6")
    assert dangling["value"].endswith("RadiotherapyCourse-6")
    assert len(of(findings, "phase_without_course")) == 1
    assert {one["value"] for one in of(findings, "missing_value")} == {"Unknown", "999999", "1000-01-01"}
    assert of(findings, "version_superseded") == of(findings, "versions_undecided") == []
    assert facts.person.birth_date is None
    assert all(phase.uids == () for course in facts.courses for phase in course.phases)


@pytest.mark.rule(1)
def test_osiris_plans_are_no_treatments() -> None:
    """A planned course whose status says completed is a proposal: of 36 sessions planned and 36 given, 36 count."""
    facts, findings = facts_from_fhir(document("osiris-example"))
    status = {one.key.rpartition("-example-")[2]: one.status for one in facts.courses}
    assert status == {
        "RadiotherapyCourse-1": Status.PROPOSED,
        "RadiotherapyCourse-2": Status.DELIVERED,
        "RadiotherapyPhase-6.course": Status.DELIVERED,
    }
    assert len(of(findings, "plan_not_treatment")) == 4
    given = [
        phase.fractions_delivered
        for one in facts.courses
        if one.status is Status.DELIVERED
        for phase in one.phases
    ]
    assert sorted(one for one in given if one is not None) == [4, 16, 16]


@pytest.mark.parametrize("name", ["xrts-03", "xrts-04", "xrts-05", "osiris-example"])
def test_findings_are_said_in_both_languages(name: str) -> None:
    """Each finding has its place, and a sentence in which every value is filled in; errors and warnings say what helps."""
    facts, findings = facts_from_fhir(document(name))
    exported = fhir_bundle(facts, created=date(2026, 11, 22)).findings
    for one in (*findings, *exported):
        for language in LANGUAGES:
            sentence = phrase(one.code, language, subject=one.subject, **one.params)
            assert sentence
            assert "– " not in sentence
            if one.severity is not Severity.INFO and one.code != "exchange_plan_not_written":
                assert remedy(one.code, language)
    assert all(one.params["path"] for one in findings)
