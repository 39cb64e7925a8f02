"""Alignments: courses and registrations come in; how the reference course's frame is found in each course's goes out (rule 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from graybook.errors import Cancelled, GraybookError
from graybook.geometry import Affine
from graybook.geometry.arrays import FloatArray
from graybook.record import Alignment, Course, Finding, Refusal, Severity
from graybook.record.assessment import Param
from graybook.registration import Chains, Link, chains_between, spread_at_source_mm
from graybook.workflow.alignment.similarity import ALIKE, correlation

__all__ = ["Aligner", "CourseAlignment", "Hotspot", "align_courses"]

TOLD_MM = 0.1
"""Registrations that lead to one place within this are said to agree. [mm]"""

Hotspot = Mapping[str, FloatArray]
"""Course id to the point (xyz) of its highest dose, in its own frame. [mm]"""


class Aligner(Protocol):
    """Computes alignments by images, and measures those that were found."""

    @property
    def insists(self) -> bool:
        """Whether it computes one even where one was found."""
        ...

    def computed(self, course: Course) -> Alignment | None:
        """An alignment of a course with the reference, None where it cannot or may not be computed."""
        ...

    def measured(self, course: Course, alignment: Alignment) -> Alignment:
        """An alignment of a course with what it was measured to be worth."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class CourseAlignment:
    """How one course is reached.

    ``alignment`` leads **from** the reference frame **to** the course's frame: points of today's anatomy are carried to the
    course's dose. None when there is no single way, and ``refusal`` says why.
    """

    course: Course
    alignment: Alignment | None
    how: str
    refusal: Refusal | None = None
    findings: tuple[Finding, ...] = ()


def align_courses(
    courses: Sequence[Course],
    reference: Course,
    links: Sequence[Link],
    *,
    hotspots: Hotspot,
    aligner: Aligner | None = None,
) -> tuple[CourseAlignment, ...]:
    """One alignment per course, or the refusal that says what is missing; never a pick among several.

    ``aligner`` computes what no link gives; without one nothing is computed and nothing measured.
    """
    aligned = (_aligned(course, reference, links, hotspots, aligner) for course in courses)
    return tuple(one if aligner is None else _measured(one, aligner) for one in aligned)


def _measured(one: CourseAlignment, aligner: Aligner) -> CourseAlignment:
    if one.alignment is None or one.how != "registration":
        return one
    return replace(one, alignment=aligner.measured(one.course, one.alignment))


def _aligned(
    course: Course, reference: Course, links: Sequence[Link], hotspots: Hotspot, aligner: Aligner | None
) -> CourseAlignment:
    if not course.frame or not reference.frame:
        return CourseAlignment(course=course, alignment=None, how="none")
    if course.alignment_declined and course.frame != reference.frame:
        return _declined(course)
    chains = chains_between(links, from_frame=reference.frame, to_frame=course.frame)
    missing = not chains.alignments
    if course.frame != reference.frame and aligner is not None and (missing or aligner.insists):
        try:
            found = aligner.computed(course)
        except Cancelled:
            raise
        except GraybookError as error:
            return _failed(course, reference, error)
        if found is not None:
            return _computed(course, found, chains)
    if chains.single is not None:
        alignment = chains.single
        if course.id == reference.id:
            return CourseAlignment(course=course, alignment=alignment, how="reference")
        if alignment.source == ("same frame",):
            return _same_frame(course, reference, alignment)
        said = (
            *_registration(course, alignment),
            *_apart(course, "registration_approved_one_used", alignment, chains.rivals, hotspots),
            *_apart(course, "registration_detours_differ", alignment, chains.detours, hotspots),
        )
        return CourseAlignment(course=course, alignment=alignment, how="registration", findings=said)
    if chains.alignments:
        point = hotspots.get(course.id)
        spread = spread_at_source_mm(chains.alignments, point) if point is not None else None
        refusal = Refusal(
            code="several_registrations",
            subject=course.id,
            params={
                "course": course.label,
                "count": len(chains.alignments),
                "spread_mm": None if spread is None else round(spread, 2),
                "uids": ", ".join(" > ".join(one.source) for one in chains.alignments),
            },
        )
        return CourseAlignment(course=course, alignment=None, how="none", refusal=refusal)
    return CourseAlignment(
        course=course, alignment=None, how="none", refusal=_no_alignment(course, reference)
    )


def _declined(course: Course) -> CourseAlignment:
    """No alignment, because a person wants none: nothing is refused, the point sums serve."""
    params: dict[str, Param] = {"course": course.label}
    said = Finding(code="alignment_declined", severity=Severity.INFO, subject=course.id, params=params)
    return CourseAlignment(course=course, alignment=None, how="declined", findings=(said,))


def _no_alignment(course: Course, reference: Course) -> Refusal:
    return Refusal(
        code="no_alignment",
        subject=course.id,
        params={"course": course.label, "frame": course.frame, "reference_frame": reference.frame},
    )


def _failed(course: Course, reference: Course, error: GraybookError) -> CourseAlignment:
    """No alignment, because the images could not be aligned."""
    params: dict[str, Param] = {"course": course.label, "why": str(error)}
    said = Finding(code="alignment_failed", subject=course.id, params=params)
    refusal = _no_alignment(course, reference)
    return CourseAlignment(course=course, alignment=None, how="none", refusal=refusal, findings=(said,))


def _computed(course: Course, alignment: Alignment, chains: Chains) -> CourseAlignment:
    """An alignment computed here: nobody has approved it, and registrations found and not used are named."""
    params: dict[str, Param] = {"course": course.label, "method": alignment.method}
    findings = [Finding(code="alignment_computed", subject=course.id, params=params)]
    if chains.alignments:
        uids = ", ".join(" > ".join(one.source) for one in chains.alignments)
        params = {"course": course.label, "uids": uids}
        findings.append(Finding(code="alignment_found_not_used", subject=course.id, params=params))
    return CourseAlignment(course=course, alignment=alignment, how="computed", findings=tuple(findings))


def _apart(
    course: Course, code: str, used: Alignment, others: Sequence[Alignment], hotspots: Hotspot
) -> tuple[Finding, ...]:
    """Other ways that lead elsewhere: the spread at the course's hot spot is said beside the one that is used."""
    point = hotspots.get(course.id)
    if point is None or not others:
        return ()
    spread = spread_at_source_mm((used, *others), point)
    if spread is not None and spread < TOLD_MM:
        return ()
    params: dict[str, Param] = {"course": course.label, "spread_mm": spread, "count": len(others)}
    return (Finding(code=code, subject=course.id, params=params),)


def _approval(course: Course, alignment: Alignment) -> tuple[Finding, ...]:
    """What is not approved of an alignment: nothing recorded, taken back, or approved for some structures only."""
    if alignment.is_approved():
        return ()
    recorded = {event.registration or uid for event in alignment.approvals for uid in alignment.source}
    named = sorted({name for event in alignment.approvals for name in event.structures})
    approved = [name for name in named if alignment.is_approved(name)]
    params: dict[str, Param] = {"course": course.label, "uids": ", ".join(alignment.source)}
    if not set(alignment.source) <= recorded:
        code = "registration_approval_not_recorded"
    elif approved:
        code, params = "registration_approved_in_part", {**params, "structures": ", ".join(approved)}
    else:
        code = "registration_approval_withdrawn"
    return (Finding(code=code, subject=course.id, params=params),)


def _registration(course: Course, alignment: Alignment) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    findings.extend(_approval(course, alignment))
    missed_mm = alignment.transform.inversion_error_mm
    if missed_mm > 0.0:
        findings.append(
            Finding(
                code="registration_inverted",
                severity=Severity.INFO,
                subject=course.id,
                params={"course": course.label, "error_mm": round(missed_mm, 2)},
            )
        )
    if isinstance(alignment.transform, Affine) and not alignment.transform.is_rigid:
        findings.append(
            Finding(
                code="registration_not_rigid",
                subject=course.id,
                params={
                    "course": course.label,
                    "volume_ratio": round(float(np.linalg.det(alignment.transform.matrix[:3, :3])), 4),
                },
            )
        )
    if len(alignment.source) > 1:
        findings.append(
            Finding(
                code="registration_chained",
                severity=Severity.INFO,
                subject=course.id,
                params={"course": course.label, "count": len(alignment.source)},
            )
        )
    return tuple(findings)


def _same_frame(course: Course, reference: Course, alignment: Alignment) -> CourseAlignment:
    """Same frame but another image series is inferred identity: the images must look alike, else no 3D sum is made."""
    ours = {image.series_uid for image in reference.images}
    theirs = {image.series_uid for image in course.images}
    if not theirs or not ours or ours & theirs:
        return CourseAlignment(course=course, alignment=alignment, how="same frame")
    params: dict[str, Param] = {"course": course.label}
    inferred = Finding(code="same_frame_other_image", subject=course.id, params=params)
    found = correlation(reference.images[0], course.images[0])
    if found is None:
        return CourseAlignment(course=course, alignment=alignment, how="same frame", findings=(inferred,))
    params = {**params, "correlation": round(found, 3)}
    if found < ALIKE:
        refusal = Refusal(code="same_frame_images_differ", subject=course.id, params=params)
        return CourseAlignment(course=course, alignment=None, how="none", refusal=refusal)
    alike = Finding(code="same_frame_images_alike", severity=Severity.INFO, subject=course.id, params=params)
    return CourseAlignment(course=course, alignment=alignment, how="same frame", findings=(inferred, alike))
