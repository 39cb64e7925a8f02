"""Nuclear objects and courses come in; what dose reports, activity images and segmentations are used as, or why not, goes out."""

from __future__ import annotations

from collections.abc import Sequence

from graybook.dicom.facts import ImageSliceFacts
from graybook.record import Course, Finding, Severity
from graybook.tables.microspheres import nuclide_of
from graybook.tables.nuclides import nuclide_name
from graybook.workflow.folder.links import frame_of_structures
from graybook.workflow.folder.objects import Objects, Unused

__all__ = ["nuclear_uses"]


def nuclear_uses(objects: Objects, courses: Sequence[Course]) -> tuple[dict[str, str], list[Unused]]:
    """What each of them is used as, by path, and those that nothing uses: they are of no nuclide that any course gave."""
    used: dict[str, str] = {}
    unused: list[Unused] = []
    given = _given(courses)
    frames: set[str] = set()
    for item in objects.slices:
        if not _shows(item, given):
            continue
        frames.add(item.header.frame)
        questions = item.activity.questions if item.activity is not None else ()
        if questions:
            unused.append(Unused(path=item.header.path, reason=questions[0]))
        else:
            used[item.header.path] = "activity"
    for report in objects.administrations:
        if given & {nuclide_name(one.nuclide) for one in report.administrations}:
            used[report.header.path] = "administration"
        else:
            unused.append(_left(report.header.path, "dose_report_of_no_course", Severity.WARNING))
    for segmentation in objects.segmentations:
        if segmentation.grid.frame in frames:
            used[segmentation.header.path] = "segmentation"
        else:
            unused.append(_left(segmentation.header.path, "segmentation_of_no_image", Severity.INFO))
    for drawn in objects.structure_sets:
        if frame_of_structures(drawn) in frames - {""}:
            used[drawn.header.path] = "structures"
    return used, unused


def _given(courses: Sequence[Course]) -> set[str | None]:
    """The nuclides that courses gave, alone or in microspheres."""
    papers = [course.paper for course in courses if course.paper is not None]
    alone = {nuclide_name(one.nuclide) for paper in papers for one in paper.administrations}
    return (alone | {nuclide_of(one.device) for paper in papers for one in paper.radioembolisations}) - {None}


def _shows(item: ImageSliceFacts, given: set[str | None]) -> bool:
    """Whether an image shows one of these nuclides, or activity of a nuclide that nobody says."""
    if item.activity is None or not given:
        return False
    return not item.activity.nuclide or nuclide_name(item.activity.nuclide) in given


def _left(path: str, code: str, severity: Severity) -> Unused:
    return Unused(
        path=path, reason=Finding(code=code, severity=severity, subject=path, params={"path": path})
    )
