"""A Spatial Registration maps source frames into its own frame, or is not used, with the reason (PS3.3 C.20.2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

OWN, SOURCE = "1.2.3.9", "1.2.3.8"
QUARTER_TURN = [[0, -1, 0, 10], [1, 0, 0, 20], [0, 0, 1, 30], [0, 0, 0, 1]]


def part(tiny: Any, frame: str | None, *matrices: Any, kind: str = "RIGID") -> Any:
    """One item of the Registration Sequence."""
    steps = [
        tiny.item(
            FrameOfReferenceTransformationMatrixType=kind,
            FrameOfReferenceTransformationMatrix=np.asarray(matrix, dtype=float).ravel().tolist(),
        )
        for matrix in matrices
    ]
    made = tiny.item(MatrixRegistrationSequence=[tiny.item(MatrixSequence=steps)])
    if frame:
        made.FrameOfReferenceUID = frame
    return made


def registration(tiny: Any, *parts: Any, sop: str = "66.1") -> Any:
    """A registration object in its own frame."""
    return tiny.made(sop, "REG", "1.2.90", RegistrationSequence=list(parts))


def test_source_into_registered(tiny: Any, read: Any) -> None:
    """The matrix, row by row, takes the source's origin to (10, 20, 30) of the object's frame; identity is no link."""
    fact = read(registration(tiny, part(tiny, OWN, np.eye(4)), part(tiny, SOURCE, QUARTER_TURN)))
    ((start, end, matrix),) = fact.links
    assert (start, end, fact.kind) == (SOURCE, OWN, "RIGID")
    np.testing.assert_allclose(matrix @ [0, 0, 0, 1], [10, 20, 30, 1])
    np.testing.assert_allclose(matrix @ [1, 0, 0, 1], [10, 21, 30, 1])
    assert fact.header.findings == ()


def test_chains_of_matrices(tiny: Any, read: Any) -> None:
    """Matrices that commute are multiplied; where the order would matter the file is not used."""
    up, over = np.eye(4), np.eye(4)
    up[2, 3], over[0, 3] = 5, 7
    ((_, _, matrix),) = read(registration(tiny, part(tiny, SOURCE, up, over))).links
    np.testing.assert_allclose(matrix[:3, 3], [7, 0, 5])
    assert (
        read(registration(tiny, part(tiny, SOURCE, QUARTER_TURN, over))).reason.code
        == "registration_matrix_order"
    )


def test_a_claim_that_does_not_hold(tiny: Any, read: Any) -> None:
    """A scaling called RIGID is used and said; called RIGID_SCALE it is what it claims."""
    scaled = np.diag([1.1, 1.1, 1.1, 1.0])
    fact = read(registration(tiny, part(tiny, SOURCE, scaled)))
    assert [finding.code for finding in fact.header.findings] == ["registration_not_as_claimed"]
    fact = read(registration(tiny, part(tiny, SOURCE, scaled, kind="RIGID_SCALE")))
    assert (fact.kind, fact.header.findings) == ("RIGID_SCALE", ())


@pytest.mark.parametrize(
    ("matrix", "code"),
    [
        (np.diag([-1, 1, 1, 1]), "registration_matrix_improper"),
        (np.diag([1, 1, 0, 1]), "registration_matrix_improper"),
        (np.array(QUARTER_TURN).T, "registration_matrix_improper"),
        (np.ones(15), "registration_matrix_malformed"),
    ],
)
def test_matrices_that_move_no_patient(tiny: Any, read: Any, matrix: Any, code: str) -> None:
    """Mirrors, collapses, a transposed matrix and fifteen numbers are not used."""
    assert read(registration(tiny, part(tiny, SOURCE, matrix))).reason.code == code


def test_frames_that_are_missing(tiny: Any, read: Any) -> None:
    """An unnamed source links nothing; a registration that moves its own frame contradicts itself."""
    assert (
        read(registration(tiny, part(tiny, None, QUARTER_TURN))).reason.code == "registration_without_links"
    )
    moved = read(registration(tiny, part(tiny, OWN, QUARTER_TURN)))
    assert moved.reason.code == "registration_contradicts_itself"
    deformable = read(registration(tiny, part(tiny, SOURCE, QUARTER_TURN), sop="66.3"))
    assert deformable.reason.code == "registration_without_links"


def test_what_its_file_says_of_its_approval(tiny: Any, read: Any) -> None:
    """An approved one says by whom and when; a rejected one is not used."""
    approved = registration(tiny, part(tiny, SOURCE, QUARTER_TURN))
    approved.ApprovalStatus, approved.ReviewerName, approved.ReviewDate = "APPROVED", "Curie^M", "20260131"
    fact = read(approved)
    assert (fact.approval, fact.reviewed_by, str(fact.reviewed_on)) == ("APPROVED", "Curie^M", "2026-01-31")
    approved.ApprovalStatus = "REJECTED"
    assert read(approved).reason.code == "registration_rejected"
