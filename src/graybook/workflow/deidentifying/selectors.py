"""A person's scan comes in; what a person may call a course, a plan or a file, with what it is called now, goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from graybook.dicom.deidentify.uids import replaced_uid
from graybook.files.settings import Settings
from graybook.record import Course
from graybook.record.project_key import ProjectKey
from graybook.workflow.folder.grouping import CourseMembers, grouped
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.planned import PlannedDose, content_id
from graybook.workflow.folder.scan import PersonScan

__all__ = ["Selectors", "moved", "selectors_of"]


@dataclass(frozen=True, kw_only=True)
class Selectors:
    """What names things in ``graybook.toml``: each old name with the new ones, several where it names several.

    Parameters
    ----------
    courses
        Id, label or start date, with the new ids.
    plans
        Label, UID or id, with the new SOP Instance UIDs of plans, or of doses without a plan.
    uids
        SOP Instance UIDs of registrations and Series Instance UIDs of images.
    cameras
        What a person may call a camera is any part of its description: old descriptions, with the new ones.
    structures
        Names of structures as found in the person's files.
    """

    courses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plans: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uids: Mapping[str, str] = field(default_factory=dict)
    cameras: Mapping[str, str] = field(default_factory=dict)
    structures: frozenset[str] = frozenset()

    def camera(self, text: str) -> tuple[str, ...]:
        """The new descriptions of every camera that a text names."""
        found = (new for old, new in self.cameras.items() if text.strip().casefold() in old.casefold())
        return tuple(sorted(set(found)))


def moved(day: date, days: int) -> date:
    """A date moved by a person's days."""
    return day + timedelta(days=days)


def selectors_of(
    found: PersonScan, settings: Settings, key: ProjectKey, days: int, cameras: Mapping[str, str]
) -> Selectors:
    """The names of one person's courses, plans and files."""
    groups, _ = grouped(found.planned, settings, Notes())
    return Selectors(
        courses=_courses(found.record.courses, groups, key, days),
        plans=_plans(found.planned, key),
        uids={
            uid: replaced_uid(uid, key)
            for uid in (
                *(one.header.sop_instance_uid for one in found.registrations),
                *(one.header.series_uid for one in found.slices),
            )
        },
        cameras=cameras,
        structures=frozenset(
            (
                *(roi.name for one in found.structure_sets for roi in one.rois),
                *(part.label for one in found.segmentations for part in one.segments),
            )
        ),
    )


def _courses(
    courses: Sequence[Course], groups: Sequence[CourseMembers], key: ProjectKey, days: int
) -> dict[str, tuple[str, ...]]:
    of_files = {_ending(content_id(None, _uids(group))): group for group in groups}
    names: dict[str, list[str]] = {}
    for course in courses:
        group = of_files.get(_ending(course.id))
        start = None if course.start_date is None else moved(course.start_date, days)
        if group is None:  # on paper: its new id hangs on texts that are no more
            new = "" if start is None else start.isoformat()
        else:
            new = content_id(start, [replaced_uid(uid, key) for uid in _uids(group)])
        for name in _names(course, group):
            if new and new not in names.setdefault(name, []):
                names[name].append(new)
    return {name: tuple(new) for name, new in names.items() if new}


def _ending(course_id: str) -> str:
    return course_id.rpartition("-")[2]


def _uids(group: CourseMembers) -> list[str]:
    return [uid for one in group.members for uid in one.uids]


def _names(course: Course, group: CourseMembers | None) -> tuple[str, ...]:
    """What a person may call a course, as reading the folder understands it."""
    found = [course.id, course.label]
    if course.start_date is not None:
        found.append(course.start_date.isoformat())
    if group is not None:
        found.append(" + ".join(dict.fromkeys(one.label or one.name for one in group.members)))
        found += [one.date.isoformat() for one in group.members if one.date is not None][:1]
    return tuple(dict.fromkeys(one for one in found if one))


def _plans(planned: Sequence[PlannedDose], key: ProjectKey) -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {}
    for one in planned:
        own = (
            one.plan_uids
            if one.plan is not None
            else tuple(dose.header.sop_instance_uid for dose in one.doses)
        )
        new = [replaced_uid(uid, key) for uid in own]
        for name in dict.fromkeys((one.label or "", one.id, *one.uids)):
            if name:
                known = names.setdefault(name, [])
                known += [uid for uid in new if uid not in known]
    return {name: tuple(new) for name, new in names.items()}
