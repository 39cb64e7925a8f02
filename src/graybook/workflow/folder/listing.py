"""The facts of a folder and what became of them come in; one entry per file, used or with the reason, goes out (rule 16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from graybook.dicom.facts import DoseFacts, FileFacts, OtherFacts
from graybook.record import Course, Finding, Severity
from graybook.workflow.folder.nuclear_listing import nuclear_uses
from graybook.workflow.folder.objects import Objects, Unused
from graybook.workflow.folder.planned import PlannedDose

__all__ = ["FileEntry", "file_entries", "of_parts", "uses_of"]

OPENED = {"settings": "settings", "archive_opened": "archive"}
"""Files that are no objects, and what they are used as."""


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One file of the folder: what it is used as, or why it is not.

    Parameters
    ----------
    used_as
        "image", "activity", "administration", "segmentation", "structures", "plan", "dose", "treatment record",
        "registration", "settings", "archive"; None when not used.
    reason
        None when used.
    digest
        Gives the SHA-256 of its bytes, empty when it was not read.
    """

    path: str
    used_as: str | None
    reason: Finding | None = None
    digest: Callable[[], str] = field(default=str, compare=False, repr=False)
    uid: str = ""

    @property
    def sha256(self) -> str:
        """Of its bytes, read when first asked for; empty when it was not read."""
        return self.digest()


def uses_of(
    objects: Objects,
    planned: Sequence[PlannedDose],
    courses: Sequence[Course],
    apart: Sequence[PlannedDose],
) -> tuple[dict[str, str], list[Unused]]:
    """What each object of one person is used as, by path, and the objects that nothing uses; ``apart`` are of no course."""
    used: dict[str, str] = {}
    unused: list[Unused] = []
    images = {image.series_uid for course in courses for image in course.images}
    uids = {uid for one in planned for uid in one.plan_uids}
    for one in planned:
        if one in apart:
            unused += [_unused(path, "plan_of_no_course") for path in _paths(one)]
            continue
        used.update(dict.fromkeys(_dose_paths(one.doses), "dose"))
        used.update(
            {
                plan.header.path: "plan"
                for plan in objects.plans
                if plan.header.sop_instance_uid in one.plan_uids
            }
        )
        if one.structure_facts is not None:
            used[one.structure_facts.header.path] = "structures"
    for structures in objects.structure_sets:
        if structures.header.path not in used:
            unused.append(_unused(structures.header.path, "structures_of_no_plan"))
    for item in objects.slices:
        if item.header.series_uid in images:
            used[item.header.path] = "image"
        else:
            unused.append(_unused(item.header.path, "image_of_no_course"))
    for record in objects.records:
        if uids & set(record.plan_uids):
            used[record.header.path] = "treatment record"
        else:
            unused.append(_unused(record.header.path, "record_without_plan", Severity.WARNING))
    for registration in objects.registrations:
        if courses:
            used[registration.header.path] = "registration"
        else:
            unused.append(_unused(registration.header.path, "registration_of_no_course", Severity.WARNING))
    own_used, own_unused = nuclear_uses(objects, courses)
    kept = [
        one for one in unused if one.path not in own_used and one.path not in {two.path for two in own_unused}
    ]
    return {**used, **own_used}, [*kept, *own_unused]


def _paths(planned: PlannedDose) -> list[str]:
    plan = [] if planned.plan is None else [planned.plan.header.path]
    return [*plan, *_dose_paths(planned.doses)]


def _dose_paths(doses: Iterable[DoseFacts]) -> list[str]:
    return [path for dose in doses for path in dose.parts or (dose.header.path,)]


def of_parts(doses: Iterable[DoseFacts], unused: Iterable[Unused]) -> list[Unused]:
    """What is said of a dose put together from several files, said of each of the others too."""
    parts = {dose.header.path: dose.parts for dose in doses if dose.parts}
    return [
        replace(one, path=path, reason=replace(one.reason, subject=path))
        for one in unused
        for path in parts.get(one.path, ())
        if path != one.path
    ]


def _unused(path: str, code: str, severity: Severity = Severity.INFO) -> Unused:
    return Unused(
        path=path, reason=Finding(code=code, severity=severity, subject=path, params={"path": path})
    )


def file_entries(
    facts: Iterable[FileFacts], used: dict[str, str], unused: Iterable[Unused]
) -> tuple[FileEntry, ...]:
    """One entry for every file, in the order of paths; a file that was refused somewhere is not used, whatever else it was."""
    reasons: dict[str, Finding] = {}
    for one in unused:
        reasons.setdefault(one.path, one.reason)
    return tuple(_entry(fact, used, reasons) for fact in sorted(facts, key=_path))


def _path(fact: FileFacts) -> str:
    return fact.path if isinstance(fact, OtherFacts) else fact.header.path


def _entry(fact: FileFacts, used: dict[str, str], reasons: dict[str, Finding]) -> FileEntry:
    path = _path(fact)
    digest = str if fact.header is None else fact.header.digest
    uid = "" if fact.header is None else fact.header.sop_instance_uid
    if isinstance(fact, OtherFacts):
        opened = OPENED.get(fact.reason.code)
        return FileEntry(
            path=path, used_as=opened, reason=None if opened else fact.reason, digest=digest, uid=uid
        )
    if path in used:
        return FileEntry(path=path, used_as=used[path], digest=digest, uid=uid)
    reason = reasons.get(path) or _unused(path, "file_of_no_use").reason
    return FileEntry(path=path, used_as=None, reason=reason, digest=digest, uid=uid)
