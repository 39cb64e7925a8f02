"""Alignments of courses with the reference (rule 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from graybook.errors import InputError
from graybook.geometry import Affine
from graybook.record import Alignment, Course, EvidenceGrade
from graybook.record.alignment import Quality
from graybook.registration import Link
from graybook.workflow.alignment.alignments import CourseAlignment, align_courses


def course(name: str, frame: str) -> Course:
    """A course of nothing but a frame."""
    return Course(
        id=name,
        label=name,
        start_date=date(2026, 1, 1),
        end_date=None,
        evidence_grade=EvidenceGrade.D,
        phases=(),
        frame=frame,
    )


def link(x_mm: float, source: str, *, scale: float = 1.0) -> Link:
    """From F1 to F2."""
    matrix = np.diag([scale, 1.0, 1.0, 1.0])
    matrix[0, 3] = x_mm
    return Link(transform=Affine(from_frame="F1", to_frame="F2", matrix=matrix), source=source)


OLD, NEW = course("old", "F1"), course("new", "F2")


def codes(links: list[Link]) -> tuple[str, list[str], str | None]:
    """How the old course is reached, its findings, its refusal."""
    one = align_courses([OLD, NEW], NEW, links, hotspots={"old": np.zeros(3)})[0]
    return (
        one.how,
        [finding.code for finding in one.findings],
        None if one.refusal is None else one.refusal.code,
    )


@pytest.mark.rule(8)
def test_no_registration_is_a_refusal() -> None:
    """Frames without a transform."""
    assert codes([]) == ("none", [], "no_alignment")


def test_a_registration_is_used_and_its_approval_asked_for() -> None:
    """Used, "approval not recorded"."""
    assert codes([link(5.0, "one")]) == ("registration", ["registration_approval_not_recorded"], None)


def test_an_affine_registration_is_said_to_be_one() -> None:
    """Volumes are scaled by 1/1.1 from the reference's view."""
    assert codes([link(5.0, "one", scale=1.1)])[1] == [
        "registration_approval_not_recorded",
        "registration_not_rigid",
    ]


@pytest.mark.rule(8)
def test_several_registrations_are_refused_with_their_spread() -> None:
    """Two that carry the hot spot 4 mm apart."""
    one = align_courses([OLD, NEW], NEW, [link(5.0, "a"), link(9.0, "b")], hotspots={"old": np.zeros(3)})[0]
    assert one.alignment is None
    assert one.refusal is not None
    assert (one.refusal.code, one.refusal.params["spread_mm"], one.refusal.params["count"]) == (
        "several_registrations",
        4.0,
        2,
    )


def test_a_course_without_frame_is_not_refused() -> None:
    """A paper course has no frame to align."""
    one = align_courses([course("paper", ""), NEW], NEW, [], hotspots={})[0]
    assert (one.how, one.alignment, one.refusal) == ("none", None, None)


class Aligned:
    """Stands for the registration of images: gives what it is told to, and remembers what it was asked."""

    def __init__(self, *, gives: Alignment | None = None, insists: bool = False, fails: bool = False) -> None:
        self.gives, self.insists, self.fails = gives, insists, fails
        self.asked: list[str] = []
        self.measured_courses: list[str] = []

    def computed(self, course: Course) -> Alignment | None:
        """What it was told to give."""
        self.asked.append(course.id)
        if self.fails:
            raise InputError("The images share nothing.", value=0, remedy="Look at them.")
        return self.gives

    def measured(self, course: Course, alignment: Alignment) -> Alignment:
        """The same alignment with an empty quality."""
        self.measured_courses.append(course.id)
        return replace(alignment, quality=Quality())


COMPUTED = Alignment(
    transform=Affine(from_frame="F2", to_frame="F1", matrix=np.eye(4)), source=("computed",), method="rigid"
)


def aligned_by(aligner: Aligned, links: list[Link]) -> CourseAlignment:
    """How the old course is reached."""
    return align_courses([OLD, NEW], NEW, links, hotspots={"old": np.zeros(3)}, aligner=aligner)[0]


@pytest.mark.rule(8)
def test_without_registration_one_is_computed_and_said() -> None:
    """Used, and said to be computed and not approved; the reference itself is not asked for."""
    aligner = Aligned(gives=COMPUTED)
    one = aligned_by(aligner, [])
    assert (one.how, one.alignment, one.refusal) == ("computed", COMPUTED, None)
    assert [finding.code for finding in one.findings] == ["alignment_computed"]
    assert aligner.asked == ["old"]


@pytest.mark.rule(8)
def test_a_registration_found_comes_first_and_is_measured() -> None:
    """Nothing is computed beside it; its quality is measured."""
    aligner = Aligned(gives=COMPUTED)
    one = aligned_by(aligner, [link(5.0, "one")])
    assert (one.how, aligner.asked, aligner.measured_courses) == ("registration", [], ["old"])
    assert one.alignment is not None
    assert one.alignment.quality is not None


@pytest.mark.rule(8)
def test_one_asked_for_by_name_comes_before_one_found() -> None:
    """The one found is named as not used; without images it is used after all."""
    one = aligned_by(Aligned(gives=COMPUTED, insists=True), [link(5.0, "one")])
    assert [finding.code for finding in one.findings] == ["alignment_computed", "alignment_found_not_used"]
    assert aligned_by(Aligned(insists=True), [link(5.0, "one")]).how == "registration"


@pytest.mark.rule(8)
def test_of_several_found_none_is_picked_and_none_computed() -> None:
    """Two registrations that disagree are the user's to choose from, images or not."""
    aligner = Aligned(gives=COMPUTED)
    one = aligned_by(aligner, [link(5.0, "a"), link(9.0, "b")])
    assert one.refusal is not None
    assert (one.refusal.code, aligner.asked) == ("several_registrations", [])


@pytest.mark.rule(8)
def test_images_that_cannot_be_aligned_are_a_refusal() -> None:
    """No alignment and no crash: refused with the reason."""
    one = aligned_by(Aligned(fails=True), [])
    assert one.refusal is not None
    assert one.refusal.code == "no_alignment"
    assert [finding.code for finding in one.findings] == ["alignment_failed"]
    assert aligned_by(Aligned(gives=None), []).refusal is not None
