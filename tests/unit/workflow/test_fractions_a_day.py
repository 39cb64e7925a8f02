"""Several fractions a day: what plans and records show is asked about, what a person states becomes the phase's delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from graybook.dicom.facts import FileFacts, PlanFacts
from graybook.files import Settings, parse
from graybook.record import Fractionated, Phase
from graybook.workflow.folder.scan import PersonScan, scan_facts
from phantoms.facts import DAY, a_dose, a_plan, a_record

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "chart"\n'
TWICE = f'[[phase]]\nplan = "A"\nfractions_per_day = 2\ninterval_h = 6.0\n{STAMP}'


def scanned(*facts: FileFacts, settings: str = "") -> PersonScan:
    """The one person of these facts."""
    (person,) = scan_facts(facts, parse(settings) if settings else Settings()).persons
    return person


def only_phase(person: PersonScan) -> Phase:
    """The one phase."""
    (course,) = person.record.courses
    (phase,) = course.phases
    return phase


def said(person: PersonScan) -> set[str]:
    """Codes that speak of days."""
    asked = {"interval_not_stated", "days_counted_as_sessions"}
    return {one.code for one in person.findings} & asked


def paired(pattern_of_plan: int = 1) -> PlanFacts:
    """A plan of four fractions whose pattern has so many on one day."""
    plan = a_plan("A", fractions=(4,))
    (group,) = plan.fraction_groups
    return replace(plan, fraction_groups=(replace(group, most_a_day=pattern_of_plan),))


def test_stated_becomes_the_delivery() -> None:
    """Two a day 6 h apart; once a day has no interval; a number known within bounds keeps its day."""
    facts = (a_plan("A", fractions=(4,)), a_dose("A", plans=["A"]))
    assert only_phase(scanned(*facts, settings=TWICE)).delivery == Fractionated(
        fractions=4, per_day=2, interval_h=6.0
    )
    assert only_phase(scanned(*facts)).delivery == Fractionated(fractions=4)
    bounds = TWICE.replace("fractions_per_day", "fractions_min = 40\nfractions_max = 60\nfractions_per_day")
    unknown = (a_plan("A", fractions=(None,)), a_dose("A", plans=["A"]))
    assert only_phase(scanned(*unknown, settings=bounds)).delivery == Fractionated(
        fractions=None, per_day=2, interval_h=6.0
    )


def test_a_pattern_is_asked_about() -> None:
    """A pattern with two on one day is asked about until a person answers."""
    assert said(scanned(paired(2))) == {"interval_not_stated"}
    assert said(scanned(paired(1))) == set()
    assert said(scanned(paired(2), settings=TWICE)) == set()
    once = f'[[phase]]\nplan = "A"\nfractions_per_day = 1\n{STAMP}'
    assert said(scanned(paired(2), settings=once)) == set()


@pytest.mark.parametrize(("whole", "asked"), [(True, {"interval_not_stated"}), (False, set())])
def test_two_sessions_on_one_day_are_asked_about(whole: bool, asked: set[str]) -> None:
    """Two completed sessions on one date; one begun and given again the same day is none."""
    records = [a_record("A", n, day=DAY + timedelta(days=n)) for n in (1, 2, 3)]
    again = a_record("A", 4, day=DAY + timedelta(days=3), complete=whole)
    assert said(scanned(paired(), *records, again)) == asked


def test_records_without_a_fraction_number() -> None:
    """Only the date tells them apart: each beam twice on one day is asked about; stated twice a day, the count is doubted until
    a person gives it."""
    records = [
        a_record("A", None, day=DAY, beams=[1, 2], name="morning"),
        a_record("A", None, day=DAY, beams=[1, 2], name="evening"),
    ]
    assert said(scanned(paired(), *records)) == {"interval_not_stated"}
    assert said(scanned(paired(), records[0])) == set()
    beams = [a_record("A", None, day=DAY, beams=[n], name=f"beam{n}") for n in (1, 2)]
    assert said(scanned(paired(), *beams)) == set()
    assert said(scanned(paired(), *records, settings=TWICE)) == {"days_counted_as_sessions"}
    counted = TWICE.replace("fractions_per_day", "fractions_delivered = 2\nfractions_per_day")
    assert said(scanned(paired(), *records, settings=counted)) == set()
