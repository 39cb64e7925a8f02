"""Each rule on a FHIR document, broken in a document that keeps all the others."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graybook.errors import InputError
from graybook.exchange.computed import volume_eqd2_gy
from graybook.exchange.fhir import check_fhir, facts_from_fhir
from graybook.record.assessment import Severity
from graybook.record.course import Status

BUNDLE = json.loads(
    (Path(__file__).resolve().parents[2] / "data" / "fhir" / "xrts-05.json").read_text(encoding="utf-8")
)
Json = dict[str, Any]
NAMES = {"patient": 0, "volume": 1, "course": 4, "second": 5, "old phase": 6, "phase": 7, "second phase": 8}
C = "http://hl7.org/fhir/us/codex-radiation-therapy/StructureDefinition/"
DOSE = "dose-delivered-to-volume"
M = "http://hl7.org/fhir/us/mcode/StructureDefinition/"


def changed(name: str, change: Callable[[Json], object]) -> Json:
    """The document with one resource changed."""
    document: Json = copy.deepcopy(BUNDLE)
    change(document["entry"][NAMES[name]]["resource"])
    return document


def codes(document: object) -> set[str]:
    """The findings of a document that the unchanged one has not."""
    before = {(one.code, one.subject, one.params["path"]) for one in check_fhir(BUNDLE)}
    found = {(one.code, one.subject, one.params["path"]) for one in check_fhir(document)} - before
    return {code.removeprefix("exchange_") for code, _, _ in found}


def extension(resource: Json, end: str, at: int = 0) -> Json:
    """The extension of a resource whose address ends so."""
    return [one for one in resource["extension"] if one["url"].endswith(end)][at]


def part(resource: Json, end: str) -> Json:
    """A part of the dose that a resource states."""
    return extension(extension(resource, DOSE), end)


def doses(resource: Json) -> list[Json]:
    """The parts of the dose that a resource states."""
    found: list[Json] = extension(resource, DOSE)["extension"]
    return found


def coding(resource: Json, end: str) -> Json:
    """The code of a part of modality and technique."""
    found: Json = extension(extension(resource, "modality-and-technique"), end)["valueCodeableConcept"][
        "coding"
    ][0]
    return found


def refer(to: str) -> Callable[[Json], object]:
    """A change: part of this."""
    return put("partOf", [{"reference": to}])


def put(key: str, value: object) -> Callable[[Json], object]:
    """A change: this value under this key."""
    return lambda resource: resource.__setitem__(key, value)


def without(key: str) -> Callable[[Json], object]:
    """A change: nothing under this key."""
    return lambda resource: resource.pop(key)


BROKEN: list[tuple[str, str, Callable[[Json], object], set[str]]] = [
    ("no status", "course", without("status"), {"element_missing", "status_unknown"}),
    (
        "status of another list",
        "course",
        put("status", "preparation"),
        {"code_not_allowed", "status_unknown"},
    ),
    ("status a number", "course", put("status", 3), {"element_type", "status_unknown"}),
    ("no category", "course", without("category"), {"element_missing"}),
    (
        "two categories",
        "course",
        lambda r: r.update(category=[r["category"], r["category"]]),
        {"element_too_many"},
    ),
    (
        "an old category",
        "course",
        lambda r: r["category"]["coding"][0].update(code="108290001"),
        {"code_old"},
    ),
    ("a category of words", "course", put("category", {"text": "radiotherapy"}), {"code_missing"}),
    ("no subject", "course", without("subject"), {"element_missing"}),
    ("a subject of text", "course", put("subject", "Joan"), {"element_type"}),
    ("no period", "course", without("performedPeriod"), {"element_missing"}),
    ("a period of text", "course", put("performedPeriod", "2020"), {"element_type"}),
    ("one identifier", "second", lambda r: r["identifier"].pop(), {"element_missing"}),
    ("an identifier without value", "course", lambda r: r["identifier"][0].pop("value"), {"element_missing"}),
    (
        "two names",
        "second",
        lambda r: r["identifier"][1].update(use="usual"),
        {"element_missing", "element_too_many"},
    ),
    ("no reason", "course", without("reasonCode"), {"element_missing"}),
    (
        "the reason why it ended in the old place",
        "course",
        lambda r: r["extension"].append(
            {
                "url": M + "mcode-treatment-termination-reason",
                "valueCodeableConcept": {"coding": [{"code": "1"}]},
            }
        ),
        {"element_not_used"},
    ),
    (
        "a flag of text",
        "course",
        lambda r: extension(r, "reirradiation").update(valueBoolean="yes"),
        {"element_type"},
    ),
    (
        "a flag of another type",
        "course",
        lambda r: (
            extension(r, "reirradiation").pop("valueBoolean"),
            extension(r, "reirradiation").update(valueString="1"),
        ),
        {"element_type"},
    ),
    (
        "sessions below nought",
        "course",
        lambda r: extension(r, "sessions").update(valueUnsignedInt=-1),
        {"element_type"},
    ),
    ("a dose to nothing", "course", lambda r: doses(r).pop(0), {"element_missing", "dose_without_volume"}),
    (
        "a dose twice",
        "course",
        lambda r: r["extension"].append(extension(r, DOSE)),
        {"volume_twice", "eqd2_not_computable"},
    ),
    ("uniformity unsaid", "course", lambda r: doses(r).pop(3), {"element_missing"}),
    (
        "fractions of one volume of a phase",
        "phase",
        lambda r: doses(r).append({"url": "fractionsDelivered", "valueUnsignedInt": 5}),
        {"element_not_used"},
    ),
    (
        "a dose in Gy",
        "phase",
        lambda r: part(r, "totalDoseDelivered")["valueQuantity"].update(value=25, code="Gy"),
        {"code_old"},
    ),
    (
        "a dose with the text of a unit alone",
        "phase",
        lambda r: part(r, "totalDoseDelivered").update(valueQuantity={"value": 25, "unit": "Gy"}),
        {"element_missing", "dose_unit_not_coded", "eqd2_not_computable"},
    ),
    (
        "a dose in megabecquerel",
        "phase",
        lambda r: part(r, "totalDoseDelivered")["valueQuantity"].update(code="MBq"),
        {"code_not_allowed", "dose_unit_unknown", "eqd2_not_computable"},
    ),
    (
        "a negative dose",
        "phase",
        lambda r: part(r, "totalDoseDelivered")["valueQuantity"].update(value=-2500),
        {"dose_negative", "eqd2_not_computable"},
    ),
    (
        "a missing dose",
        "phase",
        lambda r: part(r, "totalDoseDelivered")["valueQuantity"].update(value=999999),
        {"missing_value", "eqd2_not_computable"},
    ),
    (
        "a phase with another dose than its course",
        "phase",
        lambda r: part(r, "totalDoseDelivered")["valueQuantity"].update(value=2000),
        {"phases_contradict_course", "eqd2_not_computable"},
    ),
    (
        "a phase with other fractions than its course",
        "phase",
        lambda r: extension(r, "fractions-delivered").update(valueUnsignedInt=4),
        {"fractions_contradict_course"},
    ),
    (
        "a technique of protons",
        "phase",
        lambda r: coding(r, "technique").update(code="1156528007"),
        {"technique_not_allowed"},
    ),
    (
        "a modality in words",
        "phase",
        lambda r: extension(extension(r, "modality-and-technique"), "modality").update(
            valueCodeableConcept={"text": "photons"}
        ),
        {"code_missing", "modality_missing", "eqd2_not_computable"},
    ),
    (
        "a reference to nothing",
        "phase",
        refer("Procedure/none"),
        {"dangling_reference", "phase_without_course"},
    ),
    (
        "a reference elsewhere",
        "phase",
        refer("https://example.org/fhir/Procedure/none"),
        {"reference_outside", "phase_without_course"},
    ),
    (
        "a part of a person",
        "phase",
        refer("Patient/Patient-XRTS-05-22B"),
        {"reference_to_other", "phase_without_course"},
    ),
    (
        "a part of itself",
        "phase",
        lambda r: refer(f"Procedure/{r['id']}")(r),
        {"circular_part", "phase_without_course"},
    ),
    ("a date of a year", "course", lambda r: r["performedPeriod"].update(end="2020"), {"date_not_whole"}),
    (
        "an end before the start",
        "course",
        lambda r: r["performedPeriod"].update(end="2019-01-01"),
        {"period_reversed"},
    ),
    ("a course not finished", "second", put("status", "in-progress"), {"unfinished"}),
    (
        "an unknown date",
        "course",
        lambda r: r["performedPeriod"].update(start="1000-01-01"),
        {"missing_value"},
    ),
    (
        "a diagnosis of SNOMED CT",
        "course",
        lambda r: r["reasonCode"][0]["coding"][0].update(system="http://snomed.info/sct"),
        {"diagnosis_not_kept"},
    ),
    (
        "an intent of words",
        "course",
        lambda r: extension(r, "procedure-intent").update(valueCodeableConcept={"text": "salvage"}),
        {"code_missing", "intent_not_kept"},
    ),
    ("no name of a person", "patient", without("name"), {"element_missing"}),
    ("a gender of another list", "patient", put("gender", "F"), {"code_not_allowed"}),
    ("a person without number", "patient", without("identifier"), {"element_missing"}),
    ("a volume of nobody", "volume", without("patient"), {"element_missing"}),
    ("a volume without UID", "volume", lambda r: r["identifier"].pop(), {"element_missing"}),
    (
        "a UID of another system",
        "volume",
        lambda r: r["identifier"][1].update(system="urn:ietf:rfc:3986"),
        {"code_not_allowed"},
    ),
    ("something that is not read", "course", put("complication", [{"text": "none"}]), {"elements_not_read"}),
]


def test_the_document_breaks_nothing() -> None:
    """The unchanged document has no error, and of warnings only the reasons that its phases leave out."""
    findings = check_fhir(BUNDLE)
    assert [one for one in findings if one.severity is Severity.ERROR] == []
    warnings = [one for one in findings if one.severity is Severity.WARNING]
    assert {(one.code, one.params["profile"]) for one in warnings} == {("exchange_element_missing", "phase")}


@pytest.mark.parametrize(
    ("name", "change", "expected"), [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN]
)
def test_a_broken_rule_is_found(name: str, change: Callable[[Json], object], expected: set[str]) -> None:
    """Each break is found by its code, and by no other."""
    found = codes(changed(name, change))
    assert found >= expected
    assert found - expected <= {"metric_not_recomputed"}


def test_absent_on_purpose_is_not_missing() -> None:
    """What a document says to be absent, in the way FHIR has for it, breaks no rule."""
    absent = {
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
        ]
    }
    document = changed("course", lambda r: (r.pop("performedPeriod"), r.update(_performedPeriod=absent)))
    assert codes(document) == set()
    document = changed(
        "course",
        lambda r: (
            part(r, "uniform-fractionation").pop("valueBoolean"),
            part(r, "uniform-fractionation").update(_valueBoolean=absent),
        ),
    )
    assert codes(document) == set()
    assert facts_from_fhir(document)[0].courses[0].doses[0].uniform is None


def test_a_place_is_a_path() -> None:
    """A finding names the resource and the way to the element."""
    document = changed(
        "phase", lambda r: part(r, "totalDoseDelivered").update(valueQuantity={"value": 25, "unit": "Gy"})
    )
    (found,) = (one for one in check_fhir(document) if one.code == "exchange_dose_unit_not_coded")
    assert found.subject == "Procedure/RadiotherapyTreatedPhase-XRTS-05-22B-01-01-Primary"
    assert found.params["path"] == "entry[7].resource.extension[3].extension[1]"
    assert found.params["value"] == "25 Gy"


def test_a_circle_of_parts_ends() -> None:
    """Phases that are parts of each other are said to be, and each stands as a course of its own."""
    document = copy.deepcopy(BUNDLE)
    one, other = (document["entry"][NAMES[name]]["resource"] for name in ("phase", "second phase"))
    one["partOf"], other["partOf"] = ([{"reference": f"Procedure/{at['id']}"}] for at in (other, one))
    facts, findings = facts_from_fhir(document)
    assert len([found for found in findings if found.code == "exchange_circular_part"]) == 2
    assert sum(course.key.endswith(".course") for course in facts.courses) == 2


def test_a_resource_alone_is_a_document() -> None:
    """One course summary without a bundle is read."""
    facts, findings = facts_from_fhir(copy.deepcopy(BUNDLE["entry"][5]["resource"]))
    assert (facts.courses[0].sessions, facts.courses[0].doses[0].dose_gy) == (5, 20.0)
    assert "exchange_dangling_reference" in {one.code for one in findings}


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ([], "not a JSON object"),
        ("Bundle", "not a JSON object"),
        (None, "not a JSON object"),
        ({}, "no radiotherapy course"),
        ({"resourceType": "Bundle", "entry": "none"}, "no radiotherapy course"),
        (
            {"resourceType": "Bundle", "entry": [None, {"resource": 3}, {"resource": {}}]},
            "no radiotherapy course",
        ),
    ],
)
def test_what_is_no_document_is_refused(document: object, what: str) -> None:
    """A thing that is no document, or one without courses, is refused with a remedy."""
    with pytest.raises(InputError, match=what) as caught:
        facts_from_fhir(document)
    assert caught.value.remedy


def test_a_document_that_holds_itself_is_refused() -> None:
    """A structure nested without end is refused, in no time."""
    circle: Json = {"resourceType": "Bundle"}
    circle |= {"entry": [circle, circle], "link": circle}
    with pytest.raises(InputError, match="nested"):
        check_fhir(circle)


def test_several_persons_are_refused() -> None:
    """Courses of two persons in one document are refused: nothing says that they are one (rule 8)."""
    document = copy.deepcopy(BUNDLE)
    document["entry"][5]["resource"]["subject"] = {"reference": "Patient/other"}
    with pytest.raises(InputError, match="several persons"):
        facts_from_fhir(document)
    document = copy.deepcopy(BUNDLE)
    for entry in document["entry"]:
        entry["resource"].pop("subject", None)
    document["entry"].pop(0)
    with pytest.raises(InputError, match="whose courses"):
        facts_from_fhir(document)


def test_a_biological_dose_in_another_unit_is_not_read() -> None:
    """A metric whose name says Gy and whose code says cGy is not read, and said."""
    metric = {"value": 4000, "unit": "EQD2Gy(a/b=3)", "system": "http://unitsofmeasure.org", "code": "cGy"}
    stated = {"url": C + "codexrt-radiobiologic-metric", "valueQuantity": metric}
    document = changed("course", lambda r: doses(r).append(stated))
    facts, findings = facts_from_fhir(document)
    assert "exchange_metric_unit_contradicts" in {one.code for one in findings}
    assert facts.courses[0].doses[0].metrics == ()
    metric |= {"value": 66.666667, "unit": "BED(a/b=3)", "code": "Gy"}
    facts, findings = facts_from_fhir(document)
    assert facts.courses[0].doses[0].metrics[0].alpha_beta_gy == 3.0
    assert "exchange_metric_differs" not in {one.code for one in findings}


def test_a_planned_course_is_a_proposal() -> None:
    """A category that says planned outweighs a status that says completed (rule 1)."""
    document = changed("course", put("category", {"coding": [{"system": "urn:x", "code": "planned"}]}))
    facts, findings = facts_from_fhir(document)
    assert facts.courses[0].status is Status.PROPOSED
    assert "exchange_plan_not_treatment" in {one.code for one in findings}


def test_references_by_identifier_are_followed() -> None:
    """A phase whose course is named by its official identifier, and not by an address, is part of it."""
    uid = BUNDLE["entry"][4]["resource"]["identifier"][1]["value"]
    document = changed("phase", put("partOf", [{"identifier": {"system": "urn:dicom:uid", "value": uid}}]))
    assert codes(document) == set()
    assert facts_from_fhir(document)[0] == facts_from_fhir(BUNDLE)[0]
    document = changed("phase", put("partOf", [{"identifier": {"value": "1.2.3"}}]))
    assert {"dangling_reference", "phase_without_course"} <= codes(document)


def test_a_contained_volume_is_found() -> None:
    """A volume that stands inside its course is the course's, and no other's of the same id."""
    document = copy.deepcopy(BUNDLE)
    for place, name in ((4, "Left"), (5, "Right")):
        resource = document["entry"][place]["resource"]
        inner = copy.deepcopy(BUNDLE["entry"][1]["resource"]) | {
            "id": "v",
            "identifier": [{"use": "usual", "value": name}],
        }
        resource["contained"] = [inner]
        part(resource, "volume")["valueReference"] = {"reference": "#v"}
    facts, findings = facts_from_fhir(document)
    names = {one.key: one.name for one in facts.volumes}
    assert [names[one.doses[0].volume] for one in facts.courses] == ["Left", "Right"]
    assert "exchange_dangling_reference" not in {one.code for one in findings}


@pytest.mark.parametrize(("flag", "said"), [(True, False), (False, True)])
def test_a_denied_reirradiation_is_said(flag: bool, said: bool) -> None:
    """The second course to the brain, said to be no re-irradiation, is said to contradict the first."""
    document = changed("second", lambda r: extension(r, "reirradiation").update(valueBoolean=flag))
    assert ("reirradiation_denied" in codes(document)) == said


def test_a_plan_without_phase_stands_as_one() -> None:
    """Courses whose plans are part of them directly lose nothing: the same EQD2 follows from them."""
    text = json.dumps(BUNDLE).replace("1222565005", "1255724003").replace("treated-phase", "treated-plan")
    facts, findings = facts_from_fhir(json.loads(text))
    assert [volume_eqd2_gy(one, one.doses[0].volume, 3.0) for one in facts.courses] == [40.0, 28.0]
    assert [len(one.phases) for one in facts.courses] == [1, 1]
    assert "exchange_phase_without_course" not in {one.code for one in findings}


def test_doses_of_several_plans_are_not_added() -> None:
    """A phase that leaves its dose to one plan has that dose; with two plans it has none, and that is said."""
    document = copy.deepcopy(BUNDLE)
    phase = document["entry"][NAMES["second phase"]]["resource"]
    plan = copy.deepcopy(phase) | {"id": "plan", "partOf": [{"reference": f"Procedure/{phase['id']}"}]}
    plan["code"] = {"coding": [{"system": "http://snomed.info/sct", "code": "1255724003"}]}
    plan["meta"], plan["identifier"][1]["value"] = {}, "urn:oid:1.2.3"
    phase["extension"] = [one for one in phase["extension"] if not one["url"].endswith(DOSE)]
    document["entry"].append({"resource": plan})
    second = facts_from_fhir(document)[0].courses[1]
    assert second.phases[0].doses[0].dose_gy == 20.0
    assert "1.2.3" in second.phases[0].uids
    other = copy.deepcopy(plan) | {"id": "other"}
    other["identifier"][1]["value"] = "urn:oid:1.2.4"
    document["entry"].append({"resource": other})
    facts, findings = facts_from_fhir(document)
    assert facts.courses[1].phases[0].doses == ()
    assert "exchange_plans_not_added" in {one.code for one in findings}
