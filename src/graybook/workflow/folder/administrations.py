"""Radionuclides given, by a person, dose reports and image headers, come in; each administration once goes out, and what disagrees.

A person's word stands before a report's, and a report's before an image's; images speak alone only where nobody else does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from graybook.dicom.facts import ActivityFacts, AdministrationFacts, ImageSliceFacts
from graybook.files.nuclear_settings import Clock
from graybook.record import Administration
from graybook.tables.agent_names import agent_named
from graybook.tables.nuclides import agent_name, nuclide_name
from graybook.workflow.folder.clock import day_in, hours_between
from graybook.workflow.folder.notes import Notes

__all__ = ["THERAPEUTIC", "administrations_of", "day_of"]

THERAPEUTIC = frozenset(
    {
        "Ac-225", "At-211", "Bi-213", "Cu-67", "Er-169", "Ho-166", "I-131", "Lu-177", "P-32", "Pb-212",
        "Ra-223", "Re-186", "Re-188", "Sm-153", "Sr-89", "Tb-149", "Tb-161", "Th-227", "Y-90",
    }
)  # fmt: skip
"""Nuclides that treat: a report or an image of another one is of a diagnosis, and no course."""

SPHERES = ("sphere", "sir-", "particle", "resin", "glass")
"""Words of what carries microspheres: a course of their own."""

OF_SPHERES = ("Y-90", "Ho-166")
"""Nuclides that are given in microspheres too: an image alone, without a known agent, does not tell which."""

ACTIVITY_SHARE, TIME_H = 0.02, 0.25
"""Beyond these two sources of one administration disagree; below, one is rounded. [-], [h]"""


def administrations_of(
    stated: Sequence[Administration],
    reports: Sequence[AdministrationFacts],
    slices: Sequence[ImageSliceFacts],
    clock: Clock,
    notes: Notes,
) -> tuple[Administration, ...]:
    """
    Every therapeutic administration once, in time order.

    Parameters
    ----------
    stated
        Of ``graybook.toml``.
    reports
        Radiopharmaceutical Radiation Dose SR.
    slices
        Images; those that say nothing of activity are passed over.
    clock
        Where clocks without an offset stand.
    notes
        Takes what disagrees, and what an administration was taken from.
    """
    found = list(stated)
    for report in reports:
        for given in report.administrations:
            _take_report(given, report, found, clock, notes)
        notes.findings.extend(report.questions)
    _take_images(slices, found, clock, notes)
    return tuple(sorted(found, key=lambda one: (_day_text(one, clock), nuclide_name(one.nuclide) or "")))


def day_of(given: Administration, clock: Clock) -> date | None:
    """The day of an administration in the clock of the place."""
    return day_in(given.started, clock) if given.started is not None else given.date


def _day_text(given: Administration, clock: Clock) -> str:
    day = day_of(given, clock)
    moment = given.started.strftime("%H%M") if given.started is not None else ""
    return f"{day.isoformat() if day else '9999'} {moment}"


def _treats(nuclide: str, agent: str) -> bool:
    words = agent.casefold()
    return nuclide_name(nuclide) in THERAPEUTIC and not any(word in words for word in SPHERES)


def _take_report(
    given: Administration,
    report: AdministrationFacts,
    found: list[Administration],
    clock: Clock,
    notes: Notes,
) -> None:
    """Add a report's administration, or join it with the one it speaks of."""
    path = report.header.path
    given = replace(given, agent=agent_name(given.agent))
    if not _treats(given.nuclide, given.agent):
        return
    place = next((n for n, one in enumerate(found) if _same(one, given, clock)), None)
    if place is None:
        day = day_of(given, clock)
        found.append(replace(given, date=given.date or day))
        return
    known = found[place]
    _compare(known, given, path, clock, notes)
    found[place] = replace(
        known,
        agent=known.agent or given.agent,
        date=known.date or day_of(given, clock),
        started=known.started or given.started,
        activity_gbq=given.activity_gbq if known.activity_gbq is None else known.activity_gbq,
        extravasation_percent=given.extravasation_percent
        if known.extravasation_percent is None
        else known.extravasation_percent,
        uid=known.uid or given.uid,
    )


def _same(one: Administration, other: Administration, clock: Clock) -> bool:
    """Whether two say the same: by the UID of the event, else by nuclide and day."""
    if one.uid and other.uid:
        return one.uid == other.uid
    day = day_of(one, clock)
    alike = nuclide_name(one.nuclide) == nuclide_name(other.nuclide)
    return alike and day is not None and day == day_of(other, clock)


def _compare(known: Administration, given: Administration, path: str, clock: Clock, notes: Notes) -> None:
    """Say where two sources of one administration disagree; the first stands."""
    if known.activity_gbq and given.activity_gbq:
        apart = abs(given.activity_gbq / known.activity_gbq - 1.0)
        if apart > ACTIVITY_SHARE:
            used, other = f"{known.activity_gbq:g} GBq", f"{given.activity_gbq:g} GBq"
            notes.warn("nuclear_administration_disputed", path, path=path, used=used, other=other)
    if known.started is not None and given.started is not None:
        passed = hours_between(known.started, given.started, clock, subject=path).hours
        if passed is None or abs(passed) > TIME_H:
            used, other = (one.isoformat(sep=" ") for one in (known.started, given.started))
            notes.warn("nuclear_administration_disputed", path, path=path, used=used, other=other)


def _take_images(
    slices: Sequence[ImageSliceFacts], found: list[Administration], clock: Clock, notes: Notes
) -> None:
    """Check administrations by what image headers say; take them from there where nobody else speaks of the nuclide."""
    spoken_of = {nuclide_name(one.nuclide) for one in found}
    for path, facts in _first_of_series(slices):
        given = _of_image(facts)
        if given is None:
            continue
        place = next((n for n, one in enumerate(found) if _same(one, given, clock)), None)
        if place is not None:
            known = found[place]
            _compare(known, given, path, clock, notes)
            if known.started is None:
                found[place] = replace(known, started=given.started)
                notes.tell("nuclear_start_from_image", path, path=path, started=str(given.started))
        elif given.nuclide in OF_SPHERES and agent_named(given.agent, given.nuclide) is None:
            notes.warn("nuclear_spheres_or_not", path, path=path, nuclide=given.nuclide)
        elif given.nuclide not in spoken_of:
            found.append(replace(given, date=day_of(given, clock)))
            notes.warn(
                "nuclear_administration_from_image",
                path,
                path=path,
                nuclide=given.nuclide,
                started=str(given.started),
                activity=f"{given.activity_gbq:g} GBq" if given.activity_gbq else "?",
            )


def _first_of_series(slices: Sequence[ImageSliceFacts]) -> list[tuple[str, ActivityFacts]]:
    """The path and facts of the first file of each series that speaks of activity."""
    firsts: dict[str, tuple[str, ActivityFacts]] = {}
    for one in slices:
        if one.activity is not None:
            firsts.setdefault(one.header.series_uid, (one.header.path, one.activity))
    return list(firsts.values())


def _of_image(facts: ActivityFacts) -> Administration | None:
    """The administration that an image speaks of; None where it treats nothing or does not say when."""
    started: datetime | None = facts.administered
    if started is None or not _treats(facts.nuclide, facts.agent):
        return None
    activity = None if facts.administered_bq is None else facts.administered_bq / 1e9
    return Administration(
        nuclide=nuclide_name(facts.nuclide) or facts.nuclide,
        agent=agent_name(facts.agent),
        started=started,
        activity_gbq=activity,
    )
