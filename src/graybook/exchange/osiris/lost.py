"""A person's courses as facts come in; findings go out that say which of them OSIRIS has no column for."""

from __future__ import annotations

from graybook.exchange.course_facts import PersonFacts
from graybook.exchange.osiris.notes import Notes

__all__ = ["report_lost"]


def report_lost(facts: PersonFacts, notes: Notes) -> None:
    """Count, kind by kind, what was not written because there is no place for it."""
    phases = [phase for course in facts.courses for phase in course.phases]
    doses = [dose for phase in phases for dose in phase.doses]
    totals = [dose for course in facts.courses for dose in course.doses]
    counts = {
        "metrics": sum(len(one.metrics) for one in (*doses, *totals, *facts.cumulative)),
        "reirradiation": sum(one.reirradiation is not None for one in facts.courses),
        "grade": sum(bool(one.grade) for one in facts.courses),
        "course_uid": sum(bool(one.uid) for one in facts.courses),
        "label": sum(bool(one.label) for one in facts.courses) + sum(bool(one.label) for one in phases),
        "diagnosis": sum(bool(one.diagnosis or one.site or one.laterality) for one in facts.courses),
        "volume_kind": sum(bool(one.kind) for one in facts.volumes),
        "uneven": sum(one.uniform is False for one in doses),
        "planned": sum(
            one.fractions_planned is not None
            and one.fractions_delivered is not None
            and one.fractions_planned != one.fractions_delivered
            for one in phases
        ),
    }
    for kind, count in counts.items():
        if count:
            notes.info(f"exchange_osiris_lost_{kind}", count=count)
    if facts.courses:
        notes.info("exchange_osiris_link")
