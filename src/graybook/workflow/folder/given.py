"""Radionuclides and microspheres given come in; courses of the record, one phase for each administration, go out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from graybook.record import (
    Administration,
    Course,
    EvidenceGrade,
    Modality,
    PaperDetails,
    Phase,
    Radioembolisation,
    Status,
)
from graybook.tables.agent_names import agent_named
from graybook.tables.nuclides import agent_name, nuclide_name
from graybook.workflow.folder.planned import content_id

__all__ = ["CYCLES_WITHIN", "microsphere_courses", "radionuclide_courses"]

_Given = TypeVar("_Given", Administration, Radioembolisation)

CYCLES_WITHIN = timedelta(days=365)
"""Administrations of one kind belong to one course when each is within this time of the one before."""


def radionuclide_courses(given: Sequence[Administration]) -> tuple[Course, ...]:
    """
    One course for each nuclide and agent and run of cycles: known activity is grade C, else D.

    What it left in organs is not said here (rule 15); its phases stand in the order of its administrations.
    """
    ordered = sorted(given, key=lambda one: (*_kind(one), one.date or date.max, _moment(one), one.cycle or 0))
    return tuple(_radionuclide(cycles) for cycles in _runs(ordered, _kind))


def microsphere_courses(given: Sequence[Radioembolisation]) -> tuple[Course, ...]:
    """One course for each device and run of infusions: known activity is grade C, else D."""
    ordered = sorted(given, key=lambda one: (one.device, one.date or date.max, _moment(one)))
    return tuple(_microspheres(infusions) for infusions in _runs(ordered, lambda one: one.device))


def _kind(one: Administration) -> tuple[str, str]:
    """Nuclide and agent, however they are spelt."""
    nuclide = nuclide_name(one.nuclide) or one.nuclide
    return nuclide, agent_named(one.agent, nuclide) or one.agent


def _moment(one: Administration | Radioembolisation) -> str:
    return "" if one.started is None else one.started.strftime("%H%M%S")


def _runs(ordered: Sequence[_Given], kind: Callable[[_Given], Hashable]) -> list[list[_Given]]:
    """Those of one kind that follow one another; one without a date belongs to the run it stands in."""
    runs: list[list[_Given]] = []
    for one in ordered:
        last = runs[-1][-1] if runs else None
        if last is not None and kind(last) == kind(one) and _near(last.date, one.date):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _near(before: date | None, after: date | None) -> bool:
    return before is None or after is None or after - before <= CYCLES_WITHIN


def _radionuclide(cycles: Sequence[Administration]) -> Course:
    first = cycles[0]
    label = " ".join(one for one in (first.nuclide, first.agent) if one)
    words = ["radionuclide", *(f"{one.date} {one.cycle} {label}" for one in cycles)]
    return _course(
        " ".join(one for one in (first.nuclide, agent_name(first.agent)) if one),
        words,
        Modality.RADIONUCLIDE,
        [(one.date, one.activity_gbq, one.cycle) for one in cycles],
        PaperDetails(administrations=tuple(cycles)),
    )


def _microspheres(infusions: Sequence[Radioembolisation]) -> Course:
    first = infusions[0]
    label = first.label or first.device
    words = ["radioembolisation", *(f"{one.date} {one.device} {one.label}" for one in infusions)]
    return _course(
        label,
        words,
        Modality.MICROSPHERES,
        [(one.date, one.activity_gbq, None) for one in infusions],
        PaperDetails(radioembolisations=tuple(infusions)),
    )


def _course(
    label: str,
    words: Sequence[str],
    modality: Modality,
    given: Sequence[tuple[date | None, float | None, int | None]],
    paper: PaperDetails,
) -> Course:
    days = [day for day, _, _ in given if day is not None]
    start, end = min(days, default=None), max(days, default=None)
    course_id = content_id(start, list(words))
    known = all(activity is not None for _, activity, _ in given)
    return Course(
        id=course_id,
        label=label,
        start_date=start,
        end_date=end,
        evidence_grade=EvidenceGrade.C if known else EvidenceGrade.D,
        phases=tuple(
            Phase(
                id=f"{course_id}-{number}",
                label=_given(activity, cycle or number),
                status=Status.DELIVERED,
                modality=modality,
                start_date=day,
                end_date=day,
                order_known=True,
            )
            for number, (day, activity, cycle) in enumerate(given, start=1)
        ),
        modality=modality,
        paper=paper,
    )


def _given(activity_gbq: float | None, number: int) -> str:
    return f"{number}: {'? GBq' if activity_gbq is None else f'{activity_gbq:g} GBq'}"
