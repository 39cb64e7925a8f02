"""Alignments of courses with the reference (rule 8)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from graybook.geometry import Affine
from graybook.record import Course, EvidenceGrade
from graybook.registration import Link
from graybook.workflow.alignments import align_courses


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
