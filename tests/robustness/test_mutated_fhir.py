"""FHIR documents, each broken at random: findings or a refusal, never another error, and what is read can be written."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graybook.errors import InputError
from graybook.exchange.fhir import check_fhir, facts_from_fhir, fhir_bundle
from graybook.record.assessment import Severity
from graybook.text import phrase

DATA = Path(__file__).resolve().parents[1] / "data" / "fhir"
DOCUMENTS = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.json"))]
SEEDS = 300
SHARES = 10
VALUES: list[Any] = [
    None, True, False, 0, -1, 999999, float("inf"), float("nan"), 10**400, "", "Unknown", " ", "1000-01-01",
    "2021-13-45", "x" * 5000, "\ud800", [], {}, [[]], [None], {"a": {"b": [1]}}, "Procedure/none",
]  # fmt: skip
"""What may stand where something else should."""
STATED_WRONG = {"exchange_metric_differs"}
"""Errors of the examples themselves, which are kept as they stand."""


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from places(value[key])


def procedures(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The procedures that are still such."""
    entries = document.get("entry")
    found = (
        [one.get("resource") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    )
    return [
        one
        for one in found
        if isinstance(one, dict) and one.get("resourceType") == "Procedure" and one.get("id")
    ]


def broken(document: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The document with one to six places gone, of another type, repeated, exchanged, or in a circle."""
    for _ in range(rng.randint(1, 6)):
        found = list(places(document))
        if not found:
            break
        holder, key = rng.choice(found)
        way = rng.randrange(5)
        if way == 0:
            del holder[key]
        elif way == 1:
            holder[key] = copy.deepcopy(rng.choice(VALUES))
        elif way == 2 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif way == 3:
            other, name = rng.choice(found)
            holder[key] = copy.deepcopy(other[name])
        elif len(parts := procedures(document)) > 1:
            one, two = rng.sample(parts, 2)
            one["partOf"] = [{"reference": f"Procedure/{two['id']}"}]
            two["partOf"] = [{"reference": f"Procedure/{one['id']}"}]
    return document


@pytest.mark.parametrize("share", range(SHARES))
def test_a_broken_document_is_answered(share: int) -> None:
    """Every seed: a refusal with its remedy, or findings with a place and words; what is read leaves without error."""
    refused: list[InputError] = []
    for seed in range(share, SEEDS, SHARES):
        rng = random.Random(seed)  # noqa: S311 - dice, no secret
        document = broken(copy.deepcopy(rng.choice(DOCUMENTS)), rng)
        try:
            check_fhir(document)
            facts, findings = facts_from_fhir(document)
        except InputError as error:
            refused.append(error)
            continue
        for one in findings:
            assert one.params["path"], seed
            assert phrase(one.code, "en", subject=one.subject, **one.params), seed
        written = fhir_bundle(facts, created=date(2026, 11, 22)).document
        errors = {
            one.code
            for one in check_fhir(json.loads(json.dumps(written, allow_nan=False)))
            if one.severity is Severity.ERROR
        }
        assert errors <= STATED_WRONG, seed
    assert all(one.what and one.remedy for one in refused)
