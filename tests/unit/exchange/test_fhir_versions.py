"""Versions of one thing count once."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from graybook.exchange.fhir import facts_from_fhir
from graybook.exchange.fhir.document import document_of
from graybook.exchange.fhir.identifiers import official_uid
from graybook.exchange.fhir.versions import current
from graybook.record.assessment import Severity

BUNDLE = json.loads(
    (Path(__file__).resolve().parents[2] / "data" / "fhir" / "xrts-05.json").read_text(encoding="utf-8")
)


def pair(**metas: dict[str, str]) -> dict[str, Any]:
    """The document, whose two versions of the first course have other ``meta``."""
    document: dict[str, Any] = copy.deepcopy(BUNDLE)
    for place, meta in zip((3, 4), (metas["first"], metas["last"]), strict=True):
        resource = document["entry"][place]["resource"]
        resource["meta"] = {"profile": resource["meta"]["profile"]} | meta
    return document


@pytest.mark.parametrize(
    ("first", "last", "sessions", "decided"),
    [
        ({"lastUpdated": "2020-09-07T13:21:17+01:00"}, {"lastUpdated": "2020-09-14T13:21:17+01:00"}, 6, True),
        ({"lastUpdated": "2020-09-15"}, {"lastUpdated": "2020-09-14T13:21:17Z"}, 1, True),
        ({"versionId": "7"}, {"versionId": "6"}, 1, True),
        ({"versionId": "1"}, {"versionId": "6"}, 6, True),
        ({"lastUpdated": "2020-09-07"}, {"versionId": "6"}, 6, False),
        ({}, {}, 6, False),
        ({"lastUpdated": "never"}, {"lastUpdated": "2020-09-14"}, 6, False),
        ({"versionId": "v1"}, {"versionId": "6"}, 6, False),
    ],
)
def test_the_newest_counts(first: dict[str, str], last: dict[str, str], sessions: int, decided: bool) -> None:
    """The latest update counts, else the highest version; where neither decides, the higher dose does, and it is an error."""
    facts, findings = facts_from_fhir(pair(first=first, last=last))
    assert len(facts.courses) == 2
    assert facts.courses[0].sessions == sessions
    code = "exchange_version_superseded" if decided else "exchange_versions_undecided"
    found = [one for one in findings if one.code == code and "CourseSummary" in one.subject]
    assert [one.severity for one in found] == [Severity.INFO if decided else Severity.ERROR]


def test_references_to_an_earlier_version_lead_to_the_one_kept() -> None:
    """A phase that is part of the version after one fraction is part of the final course."""
    document = copy.deepcopy(BUNDLE)
    early = document["entry"][3]["resource"]["id"]
    document["entry"][7]["resource"]["partOf"] = [{"reference": f"Procedure/{early}/_history/1"}]
    facts, _ = facts_from_fhir(document)
    assert [len(one.phases) for one in facts.courses] == [1, 1]


def test_the_same_twice_counts_once() -> None:
    """A resource repeated word for word is no conflict."""
    document = copy.deepcopy(BUNDLE)
    document["entry"].append(copy.deepcopy(document["entry"][5]))
    facts, findings = facts_from_fhir(document)
    assert facts == facts_from_fhir(BUNDLE)[0]
    assert "exchange_versions_undecided" not in {one.code for one in findings}


def test_unknown_links_nothing() -> None:
    """Two courses whose identifier is Unknown stay two."""
    document = copy.deepcopy(BUNDLE)
    for place in (4, 5):
        document["entry"][place]["resource"]["identifier"][1]["value"] = "Unknown"
    document["entry"].pop(3)
    latest, findings = current(document_of(document))
    assert [official_uid(one.element) for one in latest.of("course")] == ["", ""]
    assert len(facts_from_fhir(document)[0].courses) == 2
    assert all("CourseSummary" not in one.subject for one in findings)


def test_one_id_of_two_courses_is_said() -> None:
    """Two courses of unlike identifiers that share an id, as two servers number them, stay two, and are said to."""
    document = copy.deepcopy(BUNDLE)
    document["entry"][5]["resource"]["id"] = document["entry"][4]["resource"]["id"]
    facts, findings = facts_from_fhir(document)
    assert [one.sessions for one in facts.courses if one.sessions] == [6, 5]
    assert [one.severity for one in findings if one.code == "exchange_id_twice"] == [Severity.ERROR]


def test_a_course_without_identifier_is_known_by_its_id() -> None:
    """Of two versions of one id, one of them without identifier, the newer counts."""
    document = copy.deepcopy(BUNDLE)
    early, late = (document["entry"][place]["resource"] for place in (3, 4))
    early["id"] = late["id"]
    early["identifier"].pop()
    facts, _ = facts_from_fhir(document)
    assert [one.sessions for one in facts.courses] == [6, 5]
