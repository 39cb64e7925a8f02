"""The union of structures over courses (rule 14)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from graybook.geometry import Affine, ContourStack
from graybook.record import Alignment, Course, EvidenceGrade, Structure, StructureSet
from graybook.workflow.alignment.alignments import CourseAlignment
from graybook.workflow.alignment.anatomy import union_of_structures

SQUARE = np.array([[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]], dtype=float)


def structure(name: str, tg263: str | None, frame: str, kind: str = "organ", number: int = 1) -> Structure:
    """A square on one slice."""
    return Structure(
        name=name,
        tg263=tg263,
        kind=kind,
        frame=frame,
        contours=lambda: ContourStack(frame=frame, polygons=(SQUARE,)),
        number=number,
    )


def course(name: str, day: date, frame: str, *structures: Structure) -> Course:
    """A course with these structures."""
    drawn = StructureSet(uid=name, label=name, frame=frame, structures=structures)
    return Course(
        id=name,
        label=name,
        start_date=day,
        end_date=None,
        evidence_grade=EvidenceGrade.A,
        phases=(),
        frame=frame,
        structure_sets=(drawn,),
    )


def aligned(one: Course, reference: Course, *, reachable: bool = True) -> CourseAlignment:
    """The course with an identity to its frame, or without a way."""
    transform = Affine(from_frame=reference.frame, to_frame=one.frame, matrix=np.eye(4))
    return CourseAlignment(
        course=one,
        alignment=Alignment(transform=transform, source=("test",)) if reachable else None,
        how="registration" if reachable else "none",
    )


OLD = course(
    "old",
    date(2009, 1, 1),
    "F1",
    structure("Moelle", "SpinalCord", "F1"),
    structure("Poumon G", "Lung_L", "F1", number=2),
    structure("PTV", None, "F1", "target", number=3),
)
NEW = course(
    "new",
    date(2026, 1, 1),
    "F2",
    structure("SpinalCord", "SpinalCord", "F2"),
    structure("PTV", None, "F2", "target", number=2),
)


@pytest.mark.rule(14)
def test_spellings_meet_in_their_tg263_name() -> None:
    """Moelle of 2009 and SpinalCord of 2026 are one organ; the reference's delineation stands for it."""
    organs, _ = union_of_structures([aligned(OLD, NEW), aligned(NEW, NEW)], NEW)
    cord = next(organ for organ in organs if organ.structure.tg263 == "SpinalCord")
    assert cord.structure.name == "SpinalCord"
    assert cord.origin == "reference"
    assert set(cord.native) == {"old", "new"}


@pytest.mark.rule(14)
def test_absent_on_the_reference_is_propagated_or_on_its_own_anatomy() -> None:
    """The left lung of 2009 is never dropped: propagated where an alignment leads, else on its own anatomy."""
    for reachable, origin in ((True, "propagated"), (False, "own anatomy")):
        organs, _ = union_of_structures([aligned(OLD, NEW, reachable=reachable), aligned(NEW, NEW)], NEW)
        lung = next(organ for organ in organs if organ.structure.tg263 == "Lung_L")
        assert (lung.origin, lung.course.id) == (origin, "old")


@pytest.mark.rule(14)
def test_targets_of_two_courses_are_never_one() -> None:
    """PTV and PTV are two targets, whatever they are called."""
    organs, _ = union_of_structures([aligned(OLD, NEW), aligned(NEW, NEW)], NEW)
    assert [organ.course.id for organ in organs if organ.structure.name == "PTV"] == ["new", "old"]


@pytest.mark.rule(14)
def test_two_structures_of_one_name_in_a_course_are_both_kept() -> None:
    """Of two delineations of the cord the first meets the other courses, the second is shown on its own, and it is said."""
    twice = course(
        "new",
        date(2026, 1, 1),
        "F2",
        structure("Cord", "SpinalCord", "F2"),
        structure("Moelle", "SpinalCord", "F2", number=2),
    )
    organs, findings = union_of_structures([aligned(twice, twice)], twice)
    assert [organ.structure.name for organ in organs] == ["Cord", "Moelle"]
    assert [finding.code for finding in findings] == ["structures_share_name"]
