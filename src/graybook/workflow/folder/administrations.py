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

__all__ = ["MOST_DAYS_APART", "THERAPEUTIC", "administrations_of", "day_of"]

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

MOST_DAYS_APART = 4
"""No cycle follows another so soon: sources that are so far apart at most speak of one administration. [d]"""

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
    _take_reports(reports, found, clock, notes)
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


def _take_reports(
    reports: Sequence[AdministrationFacts], found: list[Administration], clock: Clock, notes: Notes
) -> None:
    """Join each report's administration with the one of its day that a person states, else of a day near by, else add it."""
    stated = set(range(len(found)))
    left: list[tuple[Administration, str]] = []
    for report in reports:
        notes.findings.extend(report.questions)
        for one in report.administrations:
            given = replace(one, agent=agent_name(one.agent))
            if not _treats(given.nuclide, given.agent):
                continue
            place = _place(given, found, clock)
            if place is None:
                left.append((given, report.header.path))
            else:
                stated.discard(place)
                _join(place, given, report.header.path, found, clock, notes)
    near_by: list[Administration] = []
    for given, path in left:
        if any(_same(one, given, clock) for one in near_by):
            continue
        place = _place(given, found, clock)
        near = None if place is not None else _near(given, found, stated, clock)
        if place is not None:
            _join(place, given, path, found, clock, notes)
        elif near is None:
            found.append(replace(given, date=given.date or day_of(given, clock)))
        else:
            stated.discard(near)
            near_by.append(given)
            _say_days_apart(found[near], given, path, clock, notes)
            if found[near].activity_gbq is None:
                found[near] = replace(found[near], activity_gbq=given.activity_gbq)


def _place(given: Administration, found: Sequence[Administration], clock: Clock) -> int | None:
    return next((n for n, one in enumerate(found) if _same(one, given, clock)), None)


def _near(given: Administration, found: Sequence[Administration], free: set[int], clock: Clock) -> int | None:
    """The nearest of those that none of the other origin matches on its day; None where it is too far for one and the same."""
    day = day_of(given, clock)
    apart = {}
    for place in sorted(free):
        own = day_of(found[place], clock)
        if day is not None and own is not None:
            alike = nuclide_name(found[place].nuclide) == nuclide_name(given.nuclide)
            days = abs((own - day).days)
            if alike and days <= MOST_DAYS_APART:
                apart[place] = days
    return min(apart, key=lambda place: (apart[place], place), default=None)


def _say_days_apart(
    known: Administration, given: Administration, path: str, clock: Clock, notes: Notes
) -> None:
    shown = {
        "day": str(day_of(known, clock)),
        "activity": _gbq(known.activity_gbq),
        "other_day": str(day_of(given, clock)),
        "other_activity": _gbq(given.activity_gbq),
    }
    notes.warn("nuclear_administration_days_apart", path, path=path, nuclide=known.nuclide, **shown)


def _gbq(activity_gbq: float | None) -> str:
    return "?" if activity_gbq is None else f"{activity_gbq:g} GBq"


def _join(
    place: int, given: Administration, path: str, found: list[Administration], clock: Clock, notes: Notes
) -> None:
    """What two sources say of one administration of one day."""
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
    headed = [(path, given) for path, facts in _first_of_series(slices) if (given := _of_image(facts))]
    free = set(range(len(found))) - {_place(given, found, clock) for _, given in headed}
    said: set[tuple[int, date | None]] = set()
    for path, given in headed:
        place = _place(given, found, clock)
        near = None if place is not None else _near(given, found, free, clock)
        if near is not None:
            if (near, day_of(given, clock)) not in said:
                _say_days_apart(found[near], given, path, clock, notes)
            said.add((near, day_of(given, clock)))
        elif place is not None:
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
                activity=_gbq(given.activity_gbq),
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
