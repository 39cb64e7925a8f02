"""What is written, what is left out and said, and what comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from graybook.exchange.computed import with_eqd2
from graybook.exchange.course_facts import (
    BiologicalMetric,
    CourseFacts,
    MetricKind,
    PersonFacts,
    PhaseFacts,
    VolumeDose,
    VolumeFacts,
)
from graybook.exchange.exported import Exported
from graybook.exchange.fhir import check_fhir, facts_from_fhir, fhir_bundle
from graybook.record.assessment import Severity
from graybook.record.course import Modality, Status
from graybook.record.person import Identity, Person

DAY = date(2026, 11, 22)
PERSON = Person(
    identities=(Identity(value="12345", issuer="1.2.250.1.71"), Identity(value="A-7", issuer="HOSPITAL SUD")),
    name="MARTIN^Jeanne^Marie",
    birth_name="DURAND^Jeanne",
    birth_date=date(1951, 3, 9),
    sex="F",
)
TARGET = VolumeFacts(
    key="ptv", name="PTV boost", kind="PTV", site="76752008", laterality="7771000", uid="1.2.3.4"
)
CORD = VolumeFacts(key="cord", name="SpinalCord", kind="OAR")
PHASE = PhaseFacts(
    key="phase 1",
    label="Tangents",
    modality=Modality.PHOTON,
    modality_code="1156506007",
    technique="441799006",
    energy="6 MV",
    fractions_delivered=25,
    start_date=date(2020, 1, 6),
    end_date=date(2020, 2, 7),
    doses=(VolumeDose(volume="ptv", dose_gy=50.0),),
    uids=("1.2.3.4.5",),
)
COURSE = CourseFacts(
    key="course",
    uid="1.2.3",
    label="Breast 2020",
    start_date=date(2020, 1, 6),
    end_date=date(2020, 2, 7),
    intent="curative",
    modality=Modality.PHOTON,
    modality_code="1156506007",
    technique="441799006",
    termination="182992009",
    diagnosis="C50.9",
    site="76752008",
    laterality="7771000",
    reirradiation=True,
    sessions=25,
    phases=(replace(PHASE, key="phase-1"),),
    doses=(VolumeDose(volume="ptv", dose_gy=50.0, fractions=25, uniform=True),),
)


def facts(
    *courses: CourseFacts, cumulative: tuple[VolumeDose, ...] = (), person: Person = PERSON
) -> PersonFacts:
    """The person with courses."""
    return PersonFacts(person=person, courses=courses, volumes=(TARGET, CORD), cumulative=cumulative)


def written(given: PersonFacts) -> tuple[Exported, PersonFacts]:
    """What leaves, and what comes back; the document breaks no rule."""
    exported = fhir_bundle(given, created=DAY)
    document = json.loads(json.dumps(exported.document, allow_nan=False))
    assert [one for one in check_fhir(document) if one.severity is Severity.ERROR] == []
    return exported, facts_from_fhir(document)[0]


def said(exported: Exported) -> set[str]:
    """Codes of what is said of an export, but for what is said of all."""
    return {one.code.removeprefix("exchange_") for one in exported.findings} - {"fhir_cannot_hold"}


def resources(exported: Exported, kind: str) -> list[dict[str, Any]]:
    """The resources of a kind."""
    found = [entry["resource"] for entry in exported.document["entry"]]
    return [one for one in found if one["resourceType"] == kind]


def test_a_full_course_comes_back() -> None:
    """Everything that FHIR has a place for is the same after both ways."""
    exported, again = written(facts(COURSE))
    assert said(exported) == set()
    assert again == replace(facts(COURSE), volumes=(TARGET,))


def test_the_bundle_is_addressed_and_dated() -> None:
    """Every address is a urn:uuid of its own, every reference leads to one, and the time is that of the record."""
    exported, _ = written(facts(COURSE))
    document = exported.document
    assert (document["type"], document["timestamp"]) == ("collection", "2026-11-22T00:00:00Z")
    addresses = [one["fullUrl"] for one in document["entry"]]
    assert len(set(addresses)) == len(addresses) == 4
    assert all(one.startswith("urn:uuid:") for one in addresses)
    text = json.dumps(document)
    assert text.count('"reference": "urn:uuid:') == text.count('"reference"') == 6
    assert '"display": "' not in text.replace('"display": "PTV boost"', "").replace(
        '"display": "HOSPITAL SUD"', ""
    )


def test_two_persons_have_no_identifier_in_common() -> None:
    """What is made for a course of one person is never that of another, also where the courses look alike."""
    bare = replace(COURSE, uid="", phases=(), doses=())
    other = replace(PERSON, identities=(Identity(value="99"),))
    one, two = (resources(written(facts(bare, person=who))[0], "Procedure")[0] for who in (PERSON, other))
    made = [item["identifier"][1] for item in (one, two)]
    assert made[0]["value"] != made[1]["value"]
    assert all(item["assigner"]["display"].startswith("made by Graybook") for item in made)


def test_what_was_made_is_not_read_back() -> None:
    """Identifiers and names that were made for the profile come back as what they were: nothing."""
    bare = replace(COURSE, uid="", label="", phases=(replace(PHASE, key="phase-1", uids=(), label=""),))
    exported, again = written(facts(bare))
    assert said(exported) == {"uid_made"}
    assert again.courses == (bare,)


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    ("status", "word", "code"),
    [
        (Status.DELIVERED, "completed", ""),
        (Status.PARTLY_DELIVERED, "stopped", "partly_written_stopped"),
        (Status.ASSUMED_DELIVERED, "completed", "assumed_written_completed"),
        (Status.NOT_GIVEN, "not-done", ""),
        (Status.PROPOSED, "", "plan_not_written"),
        (Status.ALTERNATIVE, "", "plan_not_written"),
        (Status.UNKNOWN, "", "unknown_not_written"),
    ],
)
def test_status(status: Status, word: str, code: str) -> None:
    """Only what was given is written as given; a plan and what nobody knows are left out, and said."""
    exported = fhir_bundle(facts(replace(COURSE, status=status, phases=(), doses=())), created=DAY)
    assert [one["status"] for one in resources(exported, "Procedure")] == ([word] if word else [])
    assert said(exported) == ({code} if code else set())


def test_unknown_is_never_false() -> None:
    """Re-irradiation, sessions, fractions, dates, sex and a name that nobody knows are not in the document."""
    phase = PhaseFacts(key="p", doses=(VolumeDose(volume="ptv"),))
    bare = CourseFacts(key="c", phases=(phase,), doses=(VolumeDose(volume="ptv"),))
    exported, again = written(facts(bare, person=Person(identities=(Identity(value="1"),))))
    text = json.dumps(exported.document)
    assert '"valueBoolean"' not in text
    assert "valueUnsignedInt" not in text
    assert "totalDoseDelivered" not in text
    assert "start" not in text
    assert resources(exported, "Patient")[0]["gender"] == "unknown"
    assert said(exported) == {
        "uid_made",
        "reason_missing",
        "site_missing",
        "uniformity_unknown",
        "modality_not_written",
    }
    (course,) = again.courses
    assert (course.reirradiation, course.sessions, course.start_date) == (None, None, None)
    assert course.doses == (VolumeDose(volume="ptv"),)
    assert (again.person.sex, again.person.name) == ("", "")


def test_doses_of_organs_are_left_out() -> None:
    """A dose that an organ received is not one that was meant for it: it is left out, and said."""
    dose = VolumeDose(volume="cord", dose_gy=30.0, fractions=25, uniform=True)
    given = replace(COURSE, doses=(*COURSE.doses, dose))
    exported, again = written(facts(given))
    assert said(exported) == {"organ_dose_not_written"}
    assert again.courses == (COURSE,)
    assert [one["id"] for one in resources(exported, "BodyStructure")] == ["ptv"]


def test_sums_stand_beside_the_person() -> None:
    """The EQD2 of all courses is a metric without a physical dose, on the Patient, and comes back."""
    metric = BiologicalMetric(
        kind=MetricKind.EQD2, value_gy=61.25, alpha_beta_gy=2.0, as_found="EQD2Gy(a/b=2)"
    )
    total = VolumeDose(volume="cord", metrics=(metric,))
    exported, again = written(facts(COURSE, cumulative=(total,)))
    (patient,) = resources(exported, "Patient")
    assert "totalDoseDelivered" not in json.dumps(patient)
    assert '"value": 61.25, "unit": "EQD2Gy(a/b=2)"' in json.dumps(patient)
    assert said(exported) == {"uid_made", "cumulative_beside_person"}
    assert again == facts(COURSE, cumulative=(total,))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"energy": "6X"}, "energy_not_written"),
        ({"technique": "1156528007"}, "technique_not_written"),
        ({"modality": Modality.MICROSPHERES, "modality_code": "", "technique": ""}, "modality_not_written"),
        ({"modality": Modality.BRACHYTHERAPY, "modality_code": "", "technique": ""}, "modality_not_written"),
        ({"dose_uids": ("1.2.3.9",)}, "dose_uids_not_written"),
        ({"fractions_planned": 30}, "planned_fractions_not_written"),
        ({"doses": (VolumeDose(volume="ptv", dose_gy=48.0, fractions=24),)}, "volume_fractions_not_written"),
        ({"doses": (VolumeDose(volume="ptv", as_found="5000"),)}, "dose_without_unit_not_written"),
    ],
)
def test_what_of_a_phase_has_no_place(change: dict[str, Any], code: str) -> None:
    """Each thing that cannot be written is left out, and said."""
    phase = replace(PHASE, key="phase-1", **change)
    exported, _ = written(facts(replace(COURSE, phases=(phase,), doses=())))
    assert code in said(exported)


def test_what_of_a_course_has_no_place() -> None:
    """Intent in other words, evidence grade, and who linked the identifiers are said to be missing."""
    person = replace(PERSON, asserted_by="Dr A", asserted_on=DAY)
    exported, _ = written(facts(replace(COURSE, intent="salvage", grade="B"), person=person))
    assert said(exported) == {"intent_not_written", "grade_not_written", "assertion_not_written"}


def test_fractions_of_volumes_stand_at_the_phase() -> None:
    """Where all volumes of a phase had the same number, it is the phase's."""
    phase = replace(
        PHASE,
        key="p",
        fractions_delivered=None,
        doses=(VolumeDose(volume="ptv", dose_gy=50.0, fractions=25),),
    )
    _, again = written(facts(replace(COURSE, phases=(phase,))))
    assert (
        again.courses[0].phases[0].fractions_delivered,
        again.courses[0].phases[0].doses[0].fractions,
    ) == (25, None)


def test_a_shared_uid_names_no_phase() -> None:
    """Two phases with the dose of one plan stay two: its UID is the identifier of neither."""
    phases = (replace(PHASE, key="a"), replace(PHASE, key="b", fractions_delivered=5))
    exported, again = written(facts(replace(COURSE, phases=phases, doses=())))
    assert "uid_shared" in said(exported)
    assert [one.fractions_delivered for one in again.courses[0].phases] == [25, 5]


def test_keys_that_cannot_be_ids() -> None:
    """Keys with blanks, or of a course and a phase alike, become ids of their own; nothing is lost."""
    phases = (replace(PHASE, key="same", uids=()), replace(PHASE, key="phase é 1", uids=(), label="Boost"))
    given = replace(COURSE, key="same", phases=phases, doses=())
    exported, again = written(facts(given))
    ids = [one["id"] for one in resources(exported, "Procedure")]
    assert len(set(ids)) == 3
    assert {one.label for one in again.courses[0].phases} == {"Tangents", "Boost"}


@pytest.mark.parametrize("isotope", ["Ir-192", "I-125"])
def test_isotopes(isotope: str) -> None:
    """An isotope is a code, and comes back as its name."""
    phase = replace(
        PHASE,
        key="p",
        modality=Modality.BRACHYTHERAPY,
        modality_code="394902000",
        technique="113120007",
        energy=isotope,
    )
    exported, again = written(facts(replace(COURSE, phases=(phase,), doses=())))
    assert again.courses[0].phases[0].energy == isotope
    assert "energy_not_written" not in said(exported)


def test_identifiers_keep_their_issuers() -> None:
    """An OID, an address, a name and no issuer at all come back as they were; the national identity too."""
    identities = (
        Identity(value="1", issuer="1.2.250.1.213.1.4.8"),
        Identity(value="2", issuer="http://hospital.example.org/ids"),
        Identity(value="3", issuer="HOSPITAL SUD"),
        Identity(value="4"),
    )
    _, again = written(facts(COURSE, person=replace(PERSON, identities=identities, ins="1")))
    assert again.person.identities == identities
    assert again.person.ins == "1"
    _, again = written(facts(COURSE, person=replace(PERSON, ins="2")))
    assert again.person.identities[-1] == Identity(value="2", issuer="1.2.250.1.213.1.4.8")


def test_doses_have_no_noise() -> None:
    """0.1 + 0.2 Gy are 30 cGy, not 30.000000000000004; a whole number has no point."""
    dose = VolumeDose(volume="ptv", dose_gy=0.1 + 0.2, fractions=1, uniform=True)
    exported, again = written(facts(replace(COURSE, phases=(), doses=(dose,))))
    assert '{"value": 30, "unit": "cGy"' in json.dumps(exported.document)
    assert again.courses[0].doses[0].dose_gy == 0.3


@pytest.mark.rule(4)
@pytest.mark.parametrize(("dose_gy", "fractions", "extrapolated"), [(54.0, 3, True), (30.0, 3, False)])
def test_large_fractions_are_said(dose_gy: float, fractions: int, extrapolated: bool) -> None:
    """EQD2 of fractions above 10 Gy is extrapolated: said when it leaves, and when it comes in."""
    dose = VolumeDose(volume="ptv", dose_gy=dose_gy, fractions=fractions, uniform=True)
    given = with_eqd2(facts(replace(COURSE, phases=(), doses=(dose,))), alpha_beta_gy=[3.0])
    exported, _ = written(given)
    assert ("lq_extrapolated" in said(exported)) == extrapolated
    assert "totalDoseDelivered" in json.dumps(exported.document)
    found = {one.code for one in check_fhir(json.loads(json.dumps(exported.document)))}
    assert ("exchange_lq_extrapolated" in found) == extrapolated
