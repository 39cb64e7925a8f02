"""An infusion and what dose reports and image headers say of it come in; what nobody stated is filled in, and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from graybook.dicom.facts import AdministrationFacts, ImageSliceFacts
from graybook.files.nuclear_settings import Clock
from graybook.record import Finding, Severity
from graybook.tables.microspheres import nuclide_of
from graybook.tables.nuclides import nuclide_name
from graybook.workflow.folder.clock import day_in
from graybook.workflow.microspheres.infusion import Infusion

__all__ = ["with_recorded"]

APART = 0.02
"""Beyond this share two activities disagree; below, one is rounded."""


@dataclass(frozen=True, kw_only=True)
class _Given:
    """One administration as a file tells it; the path does not tell two apart."""

    started: datetime | None
    activity_gbq: float | None
    path: str


def with_recorded(
    infusion: Infusion,
    reports: Sequence[AdministrationFacts],
    slices: Sequence[ImageSliceFacts],
    clock: Clock,
) -> tuple[Infusion, tuple[Finding, ...]]:
    """
    The infusion with the activity and the moment that files record, where nobody states them.

    A statement stands before a dose report, and a report before an image's header; several that differ are a question.
    """
    name = nuclide_of(infusion.device)
    of_reports = [
        _Given(started=one.started, activity_gbq=one.activity_gbq, path=report.header.path)
        for report in reports
        for one in report.administrations
        if nuclide_name(one.nuclide) == name
    ]
    for found in (of_reports, _of_images(slices, name)):
        fitting = _once([one for one in found if _on_the_day(one, infusion, clock)])
        if len(fitting) > 1:
            paths = ", ".join(one.path for one in fitting)
            return infusion, (
                Finding(code="sirt_given_several", subject=fitting[0].path, params={"paths": paths}),
            )
        if fitting:
            return _joined(infusion, fitting[0])
    return infusion, ()


def _of_images(slices: Sequence[ImageSliceFacts], name: str) -> list[_Given]:
    found = []
    for one in slices:
        facts = one.activity
        if facts is None or nuclide_name(facts.nuclide) != name:
            continue
        if facts.administered is None and facts.administered_bq is None:
            continue
        activity = None if facts.administered_bq is None else facts.administered_bq / 1e9
        found.append(_Given(started=facts.administered, activity_gbq=activity, path=one.header.path))
    return found


def _on_the_day(one: _Given, infusion: Infusion, clock: Clock) -> bool:
    if infusion.day is None or one.started is None:
        return True
    return day_in(one.started, clock) == infusion.day


def _once(found: Sequence[_Given]) -> list[_Given]:
    kept: dict[tuple[datetime | None, float | None], _Given] = {}
    for one in found:
        kept.setdefault((one.started, one.activity_gbq), one)
    return list(kept.values())


def _joined(infusion: Infusion, given: _Given) -> tuple[Infusion, tuple[Finding, ...]]:
    said: list[Finding] = []
    stated, told = infusion.activity_gbq, given.activity_gbq
    params = {"path": given.path, "stated": stated, "recorded": told}
    if stated and told and abs(told / stated - 1.0) > APART:
        said.append(Finding(code="sirt_given_disputed", subject=given.path, params=params))
    taken = (stated is None and told is not None) or (infusion.infused is None and given.started is not None)
    if taken:
        moment = None if given.started is None else given.started.isoformat(sep=" ")
        said.append(
            Finding(
                code="sirt_given_recorded",
                severity=Severity.INFO,
                subject=given.path,
                params={"path": given.path, "activity": stated or told, "moment": moment},
            )
        )
    infused = infusion.infused or given.started
    joined = replace(
        infusion,
        activity_gbq=stated or told,
        infused=infused,
        day=infusion.day if infused is None else infused.date(),
    )
    return joined, tuple(said)
