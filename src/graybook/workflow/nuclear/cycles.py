"""Courses of radionuclides and activity images come in; one cycle for each administration, with its images by time, goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from graybook.files.nuclear_settings import Clock, NuclearSettings
from graybook.nuclear.decay import decay_factor
from graybook.record import Administration, Course, Finding, Modality, Phase
from graybook.tables.nuclides import nuclide, nuclide_name
from graybook.workflow.folder.administrations import MOST_DAYS_APART, day_of
from graybook.workflow.folder.clock import day_in, hours_between
from graybook.workflow.nuclear.images import ActivityImage

__all__ = ["Cycle", "TimePoint", "cycles_of"]


TOGETHER_H = 24.0
"""Of two administrations that are no further apart no image tells whose activity it shows. [h]"""

LEAST_LEFT = 0.01
"""With less of the activity left by physical decay alone, an image is hardly of that administration."""

ALONE = frozenset(
    {
        "nuclear_image_too_late",
        "nuclear_image_of_another_administration",
        "nuclear_image_of_another_day",
        "nuclear_image_before_administration",
    }
)
"""Questions about one image alone: the others of its cycle stand without it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TimePoint:
    """An image and how long after the start of the administration its activity was there. [h]"""

    image: ActivityImage
    hours: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Cycle:
    """One administration, one phase.

    Parameters
    ----------
    number
        As the person numbers it, else its place in the course.
    points
        Its images of one nuclide, in time order.
    asked
        What must be answered before its images can be used; then it has no points.
    """

    course: Course
    phase: Phase
    given: Administration
    number: int
    points: tuple[TimePoint, ...] = ()
    asked: tuple[Finding, ...] = ()

    @property
    def nuclide(self) -> str:
        """Name in the table of decay data; as found where that is none."""
        return nuclide_name(self.given.nuclide) or self.given.nuclide


def cycles_of(
    courses: Sequence[Course], images: Sequence[ActivityImage], settings: NuclearSettings
) -> tuple[tuple[Cycle, ...], tuple[Finding, ...]]:
    """
    Every administration of the courses as a cycle, and what is to be asked of images that belong to none.

    An image belongs to the last administration of its nuclide before it, by full date and time, unless a person names its cycle.
    """
    empty = _empty_cycles(courses)
    taken: dict[str, list[TimePoint]] = {one.phase.id: [] for one in empty}
    asked: dict[str, list[Finding]] = {one.phase.id: [] for one in empty}
    findings: list[Finding] = []
    together: dict[str, list[str]] = {}
    for image in images:
        rivals = [one for one in empty if one.nuclide == image.nuclide and one.phase.status.counts]
        if not rivals:
            continue
        cycle = _cycle_of(image, rivals, settings)
        if isinstance(cycle, Finding):
            findings.append(cycle)
            continue
        if any(_are_together(cycle, one, settings.clock) for one in rivals if one is not cycle):
            together.setdefault(cycle.phase.id, []).append(image.path)
            continue
        point = _of_another(image, cycle, settings) or _point(image, cycle, settings.clock)
        if isinstance(point, TimePoint):
            taken[cycle.phase.id].append(point)
        elif point.code in ALONE:
            findings.append(point)
        else:
            asked[cycle.phase.id].append(point)
    findings.extend(_shown_together(empty, together, settings.clock))
    filled = tuple(_filled(one, taken[one.phase.id], asked[one.phase.id]) for one in empty)
    return filled, (*findings, *(one for cycle in filled for one in cycle.asked))


def _are_together(one: Cycle, other: Cycle, clock: Clock) -> bool:
    """Whether two cycles of a nuclide are so close that images show both; where a time is not known, on one day or the next."""
    if one.given.started is not None and other.given.started is not None:
        passed = hours_between(one.given.started, other.given.started, clock, subject="").hours
        if passed is not None:
            return abs(passed) <= TOGETHER_H
    days = day_of(one.given, clock), day_of(other.given, clock)
    return days[0] is not None and days[1] is not None and abs((days[0] - days[1]).days) <= 1


def _shown_together(
    cycles: Sequence[Cycle], together: Mapping[str, Sequence[str]], clock: Clock
) -> list[Finding]:
    """The question of each cycle whose images show another one too."""
    said = []
    for cycle in cycles:
        paths = together.get(cycle.phase.id, ())
        near = [one for one in cycles if one.nuclide == cycle.nuclide and _are_together(cycle, one, clock)]
        if paths:
            params: dict[str, str | int] = {
                "path": ", ".join(paths),
                "nuclide": cycle.nuclide,
                "days": ", ".join(str(day_of(one.given, clock)) for one in near),
                "cycles": ", ".join(str(one.number) for one in near),
            }
            said.append(Finding(code="nuclear_administrations_together", subject=paths[0], params=params))
    return said


def _of_another(image: ActivityImage, cycle: Cycle, settings: NuclearSettings) -> Finding | None:
    """The question when an image says that its activity was given on another day than its cycle's."""
    own = image.facts.administered
    named = any(one.series == image.series_uid and one.cycle is not None for one in settings.images)
    if own is None or named or day_in(own, settings.clock) == day_of(cycle.given, settings.clock):
        return None
    given, said = day_of(cycle.given, settings.clock), day_in(own, settings.clock)
    if given is not None and abs((given - said).days) <= MOST_DAYS_APART:
        shown = {"day": str(said), "cycle": str(cycle.number), "given": str(given)}
        return _asked("nuclear_image_of_another_day", image, **shown)
    return _asked("nuclear_image_of_another_administration", image, day=str(day_in(own, settings.clock)))


def _empty_cycles(courses: Sequence[Course]) -> list[Cycle]:
    """Courses of radionuclides have one phase for each administration, in the same order."""
    found = []
    for course in courses:
        if course.modality is not Modality.RADIONUCLIDE or course.paper is None:
            continue
        pairs = zip(course.phases, course.paper.administrations, strict=True)
        for number, (phase, given) in enumerate(pairs, start=1):
            found.append(Cycle(course=course, phase=phase, given=given, number=given.cycle or number))
    return found


def _filled(cycle: Cycle, points: Sequence[TimePoint], asked: Sequence[Finding]) -> Cycle:
    ordered = () if asked else tuple(sorted(points, key=lambda one: (one.hours, one.image.series_uid)))
    return Cycle(
        course=cycle.course,
        phase=cycle.phase,
        given=cycle.given,
        number=cycle.number,
        points=ordered,
        asked=tuple(asked),
    )


def _cycle_of(image: ActivityImage, rivals: Sequence[Cycle], settings: NuclearSettings) -> Cycle | Finding:
    """The cycle that a person names, else the last one given before the image."""
    answer = next((one for one in settings.images if one.series == image.series_uid), None)
    if answer is not None and answer.cycle is not None:
        named = [one for one in rivals if one.number == answer.cycle]
        if len(named) == 1:
            return named[0]
        return _asked("nuclear_cycle_unknown", image, cycle=str(answer.cycle), count=len(named))
    if any(day_of(one.given, settings.clock) is None for one in rivals):
        return _asked("nuclear_administration_undated", image, nuclide=image.nuclide)
    before = [one for one in rivals if _begun(one.given, image.moment, settings.clock)]
    if not before:
        return _asked("nuclear_image_before_administration", image, moment=_shown(image.moment))
    return max(before, key=lambda one: _start_text(one.given, settings.clock))


def _begun(given: Administration, moment: datetime, clock: Clock) -> bool:
    """Whether an administration had begun at a moment; on the same day without a time, it is taken to have."""
    day = day_of(given, clock)
    if given.started is not None:
        passed = hours_between(given.started, moment, clock, subject="").hours
        if passed is not None:
            return passed >= 0.0
    return day is not None and day <= day_in(moment, clock)


def _start_text(given: Administration, clock: Clock) -> str:
    clock_time = given.started.time() if given.started is not None else time()
    return f"{day_of(given, clock)} {clock_time.isoformat()}"


def _point(image: ActivityImage, cycle: Cycle, clock: Clock) -> TimePoint | Finding:
    if cycle.given.started is None:
        return _asked("nuclear_start_unknown", image, cycle=str(cycle.number), day=str(cycle.given.date))
    passed = hours_between(cycle.given.started, image.moment, clock, subject=image.path)
    if passed.hours is None:
        return passed.question or _asked("nuclear_image_time_unknown", image)
    if passed.hours <= 0.0:
        return _asked("nuclear_image_before_administration", image, moment=_shown(image.moment))
    if float(decay_factor(passed.hours, nuclide(image.nuclide).half_life_h)) < LEAST_LEFT:
        days = round(passed.hours / 24.0)
        return _asked("nuclear_image_too_late", image, cycle=str(cycle.number), days=days)
    return TimePoint(image=image, hours=passed.hours)


def _shown(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")


def _asked(code: str, image: ActivityImage, **params: str | int) -> Finding:
    return Finding(code=code, subject=image.path, params={"path": image.path, **params})
