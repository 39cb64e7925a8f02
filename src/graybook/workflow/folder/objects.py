"""Facts of files come in, in any order; the objects of one person by kind, each once, go out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graybook.dicom.facts import (
    AdministrationFacts,
    DoseFacts,
    FileFacts,
    Header,
    ImageSliceFacts,
    OtherFacts,
    PlanFacts,
    RegistrationFacts,
    SegmentationFacts,
    StructureSetFacts,
    TreatmentRecordFacts,
)
from graybook.record import Finding, Severity

__all__ = ["Object", "Objects", "Unused", "header_of", "objects_of", "once", "without_disputed"]

Object = (
    ImageSliceFacts
    | StructureSetFacts
    | PlanFacts
    | DoseFacts
    | TreatmentRecordFacts
    | RegistrationFacts
    | AdministrationFacts
    | SegmentationFacts
)
"""A file that Graybook can use."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Unused:
    """A file that is not used, and why."""

    path: str
    reason: Finding


@dataclass(frozen=True, kw_only=True, eq=False)
class Objects:
    """What one person's files hold, by kind, in the order of their paths."""

    slices: tuple[ImageSliceFacts, ...] = ()
    structure_sets: tuple[StructureSetFacts, ...] = ()
    plans: tuple[PlanFacts, ...] = ()
    doses: tuple[DoseFacts, ...] = ()
    records: tuple[TreatmentRecordFacts, ...] = ()
    registrations: tuple[RegistrationFacts, ...] = ()
    administrations: tuple[AdministrationFacts, ...] = ()
    segmentations: tuple[SegmentationFacts, ...] = ()

    def series(self) -> dict[str, tuple[ImageSliceFacts, ...]]:
        """The slices of each image series, by Series Instance UID."""
        found: dict[str, list[ImageSliceFacts]] = {}
        for one in self.slices:
            found.setdefault(one.header.series_uid, []).append(one)
        return {uid: tuple(slices) for uid, slices in sorted(found.items())}


def header_of(fact: FileFacts) -> Header | None:
    """The header of a file; None for one that could not be read."""
    return fact.header


def objects_of(facts: Iterable[Object]) -> Objects:
    """The facts by kind, in the order of their paths."""
    ordered = sorted(facts, key=lambda fact: fact.header.path)
    return Objects(
        slices=tuple(fact for fact in ordered if isinstance(fact, ImageSliceFacts)),
        structure_sets=tuple(fact for fact in ordered if isinstance(fact, StructureSetFacts)),
        plans=tuple(fact for fact in ordered if isinstance(fact, PlanFacts)),
        doses=tuple(fact for fact in ordered if isinstance(fact, DoseFacts)),
        records=tuple(fact for fact in ordered if isinstance(fact, TreatmentRecordFacts)),
        registrations=tuple(fact for fact in ordered if isinstance(fact, RegistrationFacts)),
        administrations=tuple(fact for fact in ordered if isinstance(fact, AdministrationFacts)),
        segmentations=tuple(fact for fact in ordered if isinstance(fact, SegmentationFacts)),
    )


def without_disputed(facts: Iterable[FileFacts]) -> tuple[FileFacts, ...]:
    """The facts, with no pick among plans or doses that share a UID but not their bytes: none of them is used.

    The readers keep the first of two such files, which is harmless for images and structures, but not for what is added up.
    """
    listed = tuple(facts)
    first = {
        fact.header.sop_instance_uid: fact.path
        for fact in listed
        if isinstance(fact, OtherFacts)
        and fact.header is not None
        and fact.reason.code == "conflicting_duplicate"
        and fact.header.modality in ("RTDOSE", "RTPLAN")
    }
    return tuple(_disputed(fact, first) for fact in listed)


def _disputed(fact: FileFacts, first: dict[str, str]) -> FileFacts:
    header = fact.header
    if header is None or header.sop_instance_uid not in first:
        return fact
    path = fact.path if isinstance(fact, OtherFacts) else header.path
    if isinstance(fact, OtherFacts) and fact.reason.code != "conflicting_duplicate":
        return fact
    other = (
        fact.reason.params.get("first") if isinstance(fact, OtherFacts) else first[header.sop_instance_uid]
    )
    params = {"path": path, "other": other}
    reason = Finding(code="file_uid_conflict", severity=Severity.ERROR, subject=path, params=params)
    return OtherFacts(header=header, path=path, reason=reason)


def once(facts: Iterable[FileFacts]) -> tuple[tuple[Object, ...], tuple[Unused, ...]]:
    """Each object once, and the files left out: those not usable, byte-equal copies, and two contents under one UID.

    Two unlike doses under one UID are both kept: the choice of a plan's dose compares their values and refuses.
    """
    kept: list[Object] = []
    unused: list[Unused] = []
    by_uid: dict[str, list[Object]] = {}
    for fact in sorted(
        facts, key=lambda fact: fact.path if isinstance(fact, OtherFacts) else fact.header.path
    ):
        if isinstance(fact, OtherFacts):
            unused.append(Unused(path=fact.path, reason=fact.reason))
        else:
            by_uid.setdefault(fact.header.sop_instance_uid or fact.header.path, []).append(fact)
    for same in by_uid.values():
        chosen, left = _distinct(same)
        kept.extend(chosen)
        unused.extend(left)
    return tuple(sorted(kept, key=lambda fact: fact.header.path)), tuple(unused)


def _distinct(same: list[Object]) -> tuple[list[Object], list[Unused]]:
    """Of the files under one UID: those to keep, and those left out with the reason."""
    first = same[0]
    kept: list[Object] = [first]
    left: list[Unused] = []
    conflict = False
    for other in same[1:]:
        if any(one.header.sha256 == other.header.sha256 for one in kept):
            left.append(_unused(other, "file_duplicate", first, Severity.INFO))
        elif isinstance(first, DoseFacts) and isinstance(other, DoseFacts):
            kept.append(other)
        elif _same_content(first, other):
            left.append(_unused(other, "file_duplicate_content", first, Severity.WARNING))
        else:
            conflict = True
            left.append(_unused(other, "file_uid_conflict", first, Severity.ERROR))
    if conflict:
        return [], [_unused(first, "file_uid_conflict", same[1], Severity.ERROR), *left]
    return kept, left


def _unused(fact: Object, code: str, first: Object, severity: Severity) -> Unused:
    path = fact.header.path
    reason = Finding(
        code=code, severity=severity, subject=path, params={"path": path, "other": first.header.path}
    )
    return Unused(path=path, reason=reason)


def _same_content(one: Object, other: Object) -> bool:
    """Whether two files of one UID say the same of what Graybook uses."""
    if isinstance(one, PlanFacts) and isinstance(other, PlanFacts):
        return replace(one, header=other.header) == other
    if isinstance(one, AdministrationFacts) and isinstance(other, AdministrationFacts):
        return one.administrations == other.administrations
    if isinstance(one, TreatmentRecordFacts) and isinstance(other, TreatmentRecordFacts):
        return replace(one, header=other.header) == other
    if isinstance(one, StructureSetFacts) and isinstance(other, StructureSetFacts):
        drawn = [(roi.number, roi.name, roi.frame, roi.contour_count) for roi in one.rois]
        return drawn == [(roi.number, roi.name, roi.frame, roi.contour_count) for roi in other.rois]
    if isinstance(one, ImageSliceFacts) and isinstance(other, ImageSliceFacts):
        return (one.header.series_uid, one.header.frame, one.position_mm, one.rows, one.columns) == (
            other.header.series_uid,
            other.header.frame,
            other.position_mm,
            other.rows,
            other.columns,
        )
    return False
