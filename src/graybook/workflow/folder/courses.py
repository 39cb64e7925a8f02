"""The planned doses of one person come in; courses with phases, structures, images and evidence grades, in time order, go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from graybook.dicom.facts import TreatmentRecordFacts
from graybook.files.settings import CourseSetting, Settings
from graybook.record import Course, EvidenceGrade, Image, Modality, Phase, Region, Status
from graybook.workflow.folder.delineations import structure_set_of
from graybook.workflow.folder.grouping import CourseMembers, grouped, near_in_time
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.phases import phases_of
from graybook.workflow.folder.planned import PlannedDose, content_id
from graybook.workflow.folder.rivals import settled
from graybook.workflow.folder.statuses import Standing, sessions_of, standing_of

__all__ = ["courses_of", "in_time"]


def courses_of(
    planned: Sequence[PlannedDose],
    records: Sequence[TreatmentRecordFacts],
    images: Mapping[str, Image],
    settings: Settings,
    notes: Notes,
) -> tuple[Course, ...]:
    """The courses of one person (rules 1 and 2)."""
    groups, alone = grouped(planned, settings, notes)
    for one in alone:
        standing_of(one, records, None, notes)
        notes.warn("plan_of_no_course", one.name, plan=one.name)
    courses = [(_course(group, records, images, settings, notes), group) for group in groups]
    _ask_two_frames(courses, notes)
    return tuple(course for course, _ in courses)


def in_time(courses: Sequence[Course], notes: Notes) -> tuple[Course, ...]:
    """Courses in the order of time, undated ones last and said to be."""
    ordered = sorted(courses, key=lambda one: (one.start_date or date.max, one.id))
    for course in ordered:
        if course.start_date is None:
            notes.warn("course_undated", course.id, course=course.label)
    return tuple(ordered)


def _course(
    group: CourseMembers,
    records: Sequence[TreatmentRecordFacts],
    images: Mapping[str, Image],
    settings: Settings,
    notes: Notes,
) -> Course:
    start = min(
        (day for one in group.members if (day := sessions_of(one, records).first or one.date)), default=None
    )
    course_id = content_id(start, [uid for one in group.members for uid in one.uids])
    found_label = " + ".join(dict.fromkeys(one.label or one.name for one in group.members))
    plan_days = [one.date.isoformat() for one in group.members if one.date is not None]
    names = (course_id, found_label, *(() if start is None else (start.isoformat(),)), *plan_days[:1])
    setting = _setting(group, names, settings)
    standings = [
        standing_of(one, records, setting.status if one in group.members else None, notes)
        for one in sorted(
            (*group.members, *group.excluded), key=lambda one: (one.date or date.max, one.name, one.id)
        )
    ]
    chosen, undecided = settled(standings, setting.use, course_id, notes)
    _say_assumptions(chosen, notes)
    phases = phases_of(chosen, setting, setting.site, notes)
    members = [*group.members, *group.excluded]
    facts = {
        one.structure_facts.header.path: one.structure_facts
        for one in members
        if one.structure_facts is not None
    }
    series = dict.fromkeys(uid for one in members for uid in one.series_uids if uid in images)
    _say_series(members, course_id, found_label, notes)
    structure_sets = tuple(structure_set_of(facts[path], settings, names) for path in sorted(facts))
    last = [day for one in chosen if one.status.counts and (day := one.sessions.last)]
    return Course(
        id=course_id,
        label=setting.label or found_label,
        start_date=start,
        end_date=max(last, default=None),
        evidence_grade=_grade(phases, delineated=bool(facts), imaged=bool(series)),
        phases=phases,
        frame=next((one.frame for one in group.members if one.frame), ""),
        modality=_modality(phases),
        site=setting.site,
        intent=setting.intent
        or next((phase.intent for phase in phases if phase.status.counts and phase.intent), ""),
        images=tuple(images[uid] for uid in series),
        structure_sets=structure_sets,
        undecided=undecided,
        region=setting.region,
        alignment_declined=setting.declined,
    )


def _setting(group: CourseMembers, names: Sequence[str], settings: Settings) -> CourseSetting:
    """What the user says of this course: the table that made it and those that name it, the first word on each matter."""
    own = [group.setting, *(one for one in settings.courses if one.course and one.course in names)]
    return CourseSetting(
        course=names[0],
        plans=group.setting.plans,
        label=next((one.label for one in own if one.label), ""),
        region=Region(
            site=next((one.region.site for one in own if one.region.site), ""),
            side=next((one.region.side for one in own if one.region.side), ""),
            levels=next((one.region.levels for one in own if one.region.levels), None),
            organs=next((one.region.organs for one in own if one.region.organs), ()),
        ),
        intent=next((one.intent for one in own if one.intent), ""),
        status=next((one.status for one in own if one.status is not None), None),
        use=next((one.use for one in own if one.use), ""),
        concurrent=next((one.concurrent for one in own if one.concurrent), ()),
        sequential=any(one.sequential for one in own),
        declined=any(one.declined for one in own),
    )


def _say_assumptions(standings: Sequence[Standing], notes: Notes) -> None:
    """Say what is only assumed: delivery without a record, an unapproved plan, a date that is not the plan's."""
    recorded = [one for one in standings if one.sessions.completed]
    for one in standings:
        planned, plan = one.planned, one.planned.plan
        if one.status is Status.ASSUMED_DELIVERED:
            notes.warn(
                "assumed_delivered"
                if one.fractions_delivered is not None
                else "assumed_delivered_unknown_fractions",
                planned.name,
                plan=planned.name,
                fractions=one.fractions_delivered,
            )
            if recorded:
                notes.warn(
                    "records_of_other_plan", planned.name, plan=planned.name, other=recorded[0].planned.name
                )
            if plan is not None and plan.approval.upper() == "UNAPPROVED":
                notes.warn("plan_unapproved", planned.name, plan=planned.name)
        if planned.date is not None and planned.date_source != "RTPlanDate":
            notes.warn(
                "date_from_fallback",
                planned.name,
                plan=planned.name,
                date=planned.date.isoformat(),
                source=planned.date_source or None,
            )


def _say_series(members: Sequence[PlannedDose], course_id: str, label: str, notes: Notes) -> None:
    if len({one.series_uids for one in members if one.series_uids}) > 1:
        notes.warn("course_several_series", course_id, course=label)


def _grade(phases: Sequence[Phase], *, delineated: bool, imaged: bool) -> EvidenceGrade:
    """A with dose, structures and image; B with dose; C with a prescription or fractions only; else D."""
    counted = [phase for phase in phases if phase.status.counts or phase.status is Status.UNKNOWN] or list(
        phases
    )
    with_dose = [phase for phase in counted if phase.dose is not None]
    if with_dose:
        complete = len(with_dose) == len(counted) and delineated and imaged
        return EvidenceGrade.A if complete else EvidenceGrade.B
    stated = any(phase.prescriptions or phase.fractions_planned for phase in counted)
    return EvidenceGrade.C if stated else EvidenceGrade.D


def _modality(phases: Sequence[Phase]) -> Modality:
    counted = [phase for phase in phases if phase.status.counts] or list(phases)
    known = [phase.modality for phase in counted if phase.modality is not Modality.UNKNOWN]
    return known[0] if known else Modality.UNKNOWN


def _ask_two_frames(courses: Sequence[tuple[Course, CourseMembers]], notes: Notes) -> None:
    """Ask whether two courses in two frames within 90 days are one treatment."""
    for place, (course, group) in enumerate(courses):
        for other, others in courses[place + 1 :]:
            if course.frame != other.frame and near_in_time(group, others):
                notes.warn("two_frames_within_90_days", course.id, course=course.label, other=other.label)
