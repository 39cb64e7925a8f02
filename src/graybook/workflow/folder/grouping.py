"""Planned doses come in; those of one treatment intent, by frame and date or by the user's word, go out together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from graybook.files.settings import CourseSetting, Settings
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.planned import PlannedDose, matches
from graybook.workflow.folder.statuses import NEVER_GIVEN_INTENTS

__all__ = ["CourseMembers", "grouped", "is_excluded", "near_in_time"]

COURSE_GAP = timedelta(days=90)
"""Plans of one frame belong to one course when each is dated within this time of the one before."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CourseMembers:
    """The planned doses of one course, in order of date then label; ``excluded`` were never given but belong beside them."""

    members: tuple[PlannedDose, ...]
    excluded: tuple[PlannedDose, ...] = ()
    setting: CourseSetting = field(default_factory=CourseSetting)


def is_excluded(planned: PlannedDose) -> bool:
    """Whether intent or approval says that a plan was never given, and no person says otherwise (rule 1)."""
    setting, plan = planned.setting, planned.plan
    if plan is None or setting.status is not None or setting.fractions_delivered is not None:
        return False
    return plan.intent.upper() in NEVER_GIVEN_INTENTS or plan.approval.upper() == "REJECTED"


def grouped(
    planned: Sequence[PlannedDose], settings: Settings, notes: Notes
) -> tuple[tuple[CourseMembers, ...], tuple[PlannedDose, ...]]:
    """Courses, and the plans that were never given and lie near no course."""
    left = list(planned)
    courses: list[CourseMembers] = []
    for setting in (one for one in settings.courses if one.plans):
        own = [one for one in left if any(matches(selector, one) for selector in setting.plans)]
        if len({one.frame for one in own if one.frame}) > 1:
            notes.warn("course_frames_differ", own[0].name, plans=", ".join(one.name for one in own))
        elif any(not is_excluded(one) for one in own):
            members = tuple(one for one in own if not is_excluded(one))
            excluded = tuple(one for one in own if is_excluded(one))
            courses.append(CourseMembers(members=members, excluded=excluded, setting=setting))
            left = [one for one in left if one not in own]
    given = [one for one in left if not is_excluded(one)]
    by_frame: dict[str, list[PlannedDose]] = {}
    for one in given:
        by_frame.setdefault(_place(one), []).append(one)
    for together in by_frame.values():
        courses.extend(CourseMembers(members=chain) for chain in _chains(together))
    return _with_excluded(courses, [one for one in left if is_excluded(one)])


def _place(planned: PlannedDose) -> str:
    """What plans of one course share: their frame, else their study."""
    if planned.frame:
        return f"frame {planned.frame}"
    header = planned.plan.header if planned.plan is not None else planned.doses[0].header
    return f"study {header.study_uid or header.path}"


def _chains(members: Sequence[PlannedDose]) -> list[tuple[PlannedDose, ...]]:
    """Chains in which each is dated within 90 days of the one before; an undated one stands alone."""
    chains: list[list[PlannedDose]] = []
    for one in members:
        last = chains[-1][-1].date if chains else None
        if one.date is not None and last is not None and one.date - last <= COURSE_GAP:
            chains[-1].append(one)
        else:
            chains.append([one])
    return [tuple(chain) for chain in chains]


def _with_excluded(
    courses: Sequence[CourseMembers], excluded: Sequence[PlannedDose]
) -> tuple[tuple[CourseMembers, ...], tuple[PlannedDose, ...]]:
    beside: dict[int, list[PlannedDose]] = {}
    alone = []
    for one in excluded:
        near = [
            place
            for place, course in enumerate(courses)
            if any(_place(member) == _place(one) and _near(member, one) for member in course.members)
        ]
        if near:
            beside.setdefault(near[0], []).append(one)
        else:
            alone.append(one)
    completed = tuple(
        replace(course, excluded=(*course.excluded, *beside.get(place, ())))
        for place, course in enumerate(courses)
    )
    return completed, tuple(alone)


def _near(one: PlannedDose, other: PlannedDose) -> bool:
    if one.date is None or other.date is None:
        return one.date == other.date
    return abs(one.date - other.date) <= COURSE_GAP


def near_in_time(one: CourseMembers, other: CourseMembers) -> bool:
    """Whether two courses have plans dated within 90 days of each other."""
    return any(
        first.date is not None and second.date is not None and abs(first.date - second.date) <= COURSE_GAP
        for first in one.members
        for second in other.members
    )
