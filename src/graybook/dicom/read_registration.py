"""Read registration: a Spatial Registration's attributes come in; matrices from source frames into its own frame go out."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np

from graybook.dicom.attributes import Attributes, NotUsed
from graybook.dicom.facts import Header, RegistrationFacts
from graybook.dicom.parsing import reason
from graybook.geometry.arrays import FloatArray, read_only
from graybook.record.assessment import Severity

__all__ = ["matrix_step", "registration", "reviewed"]

KINDS = ("RIGID", "RIGID_SCALE", "AFFINE")
"""From the strictest to the freest (PS3.3 C.20.2.1.2)."""
ORTHONORMAL_TOLERANCE = 1e-3
LAST_ROW_TOLERANCE = 1e-6
ORDER_TOLERANCE = 1e-6
"""Two orders of multiplication are one when no element differs by more (millimetres or none)."""

Step = tuple[FloatArray, str]


def registration(attributes: Attributes, header: Header) -> RegistrationFacts:
    """The facts of a Spatial Registration.

    PS3.3 C.20.2: the matrix of an item maps a point of that item's frame (source) into the frame of the object itself
    (registered); its elements are listed row by row.
    """
    if not header.frame:
        raise NotUsed(reason("registration_without_frame", header.path))
    links = []
    kinds = ["RIGID"]
    for item in attributes.items("RegistrationSequence"):
        steps = [
            matrix_step(matrix, header.path)
            for matrix in item.below("MatrixRegistrationSequence", "MatrixSequence")
        ]
        source = item.uid("FrameOfReferenceUID")
        if not steps:
            attributes.notes.add("registration_item_without_matrix", frame=source)
            continue
        matrix = _product([values for values, _ in steps], header.path)
        if not source:
            attributes.notes.add("registration_source_unknown")
        elif source == header.frame:
            if not np.allclose(matrix, np.eye(4), atol=ORDER_TOLERANCE):
                raise NotUsed(reason("registration_contradicts_itself", header.path, frame=source))
        else:
            kinds.extend(kind for _, kind in steps)
            _check_kind(attributes, matrix, [kind for _, kind in steps])
            links.append((source, header.frame, read_only(matrix)))
    if not links:
        raise NotUsed(reason("registration_without_links", header.path))
    facts = RegistrationFacts(header=header, links=tuple(links), kind=max(kinds, key=_freedom))
    return reviewed(attributes, facts)


def _freedom(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def reviewed(attributes: Attributes, facts: RegistrationFacts) -> RegistrationFacts:
    """The facts with what the Approval attributes say, where there are any; one that was rejected is not used."""
    approval = attributes.code("ApprovalStatus")
    if approval == "REJECTED":
        raise NotUsed(reason("registration_rejected", facts.header.path))
    return replace(
        facts,
        approval=approval,
        reviewed_by=attributes.text("ReviewerName"),
        reviewed_on=attributes.date("ReviewDate"),
    )


def matrix_step(item: Attributes, path: str) -> Step:
    """The matrix of an item, 4x4, and its type; refused unless it moves a body without mirroring it."""
    values = item.numbers("FrameOfReferenceTransformationMatrix")
    if len(values) != 16:
        raise NotUsed(reason("registration_matrix_malformed", path, count=len(values)))
    matrix = np.array(values).reshape(4, 4)
    if np.abs(matrix[3] - (0, 0, 0, 1)).max() > LAST_ROW_TOLERANCE or np.linalg.det(matrix[:3, :3]) <= 0:
        raise NotUsed(reason("registration_matrix_improper", path))
    return matrix, item.code("FrameOfReferenceTransformationMatrixType") or "RIGID"


def _product(matrices: list[FloatArray], path: str) -> FloatArray:
    """The product of an item's matrices, where both orders agree.

    The order of multiplication of several matrices (PS3.3 Equation C.20.2-2) is read both ways by published readers, so
    a registration on which it bears is not used rather than guessed.
    """
    forward = reduce(np.matmul, matrices)
    backward = reduce(np.matmul, matrices[::-1])
    if np.abs(forward - backward).max() > ORDER_TOLERANCE:
        raise NotUsed(reason("registration_matrix_order", path, count=len(matrices)))
    return np.asarray(forward, dtype=np.float64)


def _check_kind(attributes: Attributes, matrix: FloatArray, kinds: list[str]) -> None:
    """Note a matrix that is freer than its file claims."""
    claimed = max(kinds, key=_freedom)
    gram = matrix[:3, :3].T @ matrix[:3, :3]
    skew = float(np.abs(gram - np.diag(np.diag(gram))).max())
    stretch = float(np.abs(np.diag(gram) - 1).max())
    rigid = max(skew, stretch) <= ORTHONORMAL_TOLERANCE
    if (claimed == "RIGID" and not rigid) or (claimed == "RIGID_SCALE" and skew > ORTHONORMAL_TOLERANCE):
        attributes.notes.add(
            "registration_not_as_claimed", Severity.WARNING, claimed=claimed, error=max(skew, stretch)
        )
