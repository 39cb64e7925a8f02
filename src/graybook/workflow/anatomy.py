"""Anatomy: the structure sets of all courses come in; the union by TG-263 name on today's anatomy goes out (rule 14)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from graybook.record import Course, Finding, Structure
from graybook.workflow.alignments import CourseAlignment

__all__ = ["Organ", "union_of_structures"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Organ:
    """One structure of the union.

    Parameters
    ----------
    structure
        The delineation that stands for it.
    course
        Whose delineation that is.
    origin
        "reference", "propagated" (carried over by an alignment) or "own anatomy" (no alignment).
    native
        Course id to that course's own delineation of the same organ.
    """

    structure: Structure
    course: Course
    origin: str
    native: dict[str, Structure] = field(default_factory=dict)


def union_of_structures(
    alignments: Sequence[CourseAlignment], reference: Course
) -> tuple[tuple[Organ, ...], tuple[Finding, ...]]:
    """The union over courses: the reference's structures first, then what only other courses drew; latest course first."""
    findings: list[Finding] = []
    drawn = {one.course.id: _by_key(one.course, findings) for one in alignments}
    ordered = sorted(
        alignments,
        key=lambda one: (
            one.course.id == reference.id,
            one.alignment is not None,
            str(one.course.start_date or ""),
        ),
        reverse=True,
    )
    organs: dict[str, Organ] = {}
    for one in ordered:
        for key, structure in drawn[one.course.id].items():
            if key in organs:
                continue
            organs[key] = Organ(
                structure=structure,
                course=one.course,
                origin=_origin(one, reference),
                native={course: keyed[key] for course, keyed in drawn.items() if key in keyed},
            )
    return tuple(organs.values()), tuple(findings)


def _origin(one: CourseAlignment, reference: Course) -> str:
    if one.course.id == reference.id:
        return "reference"
    return "propagated" if one.alignment is not None else "own anatomy"


def _by_key(course: Course, findings: list[Finding]) -> dict[str, Structure]:
    keyed: dict[str, Structure] = {}
    for structure in (one for structures in course.structure_sets for one in structures.structures):
        key = _key(structure, course)
        if key in keyed:
            findings.append(
                Finding(
                    code="structures_share_name",
                    subject=structure.name,
                    params={"course": course.label, "first": keyed[key].name, "tg263": structure.tg263},
                )
            )
            key = f"{key}|{course.id}|{structure.number}|{structure.name}"
        keyed[key] = structure
    return keyed


def _key(structure: Structure, course: Course) -> str:
    """Organs meet by TG-263 name, else by the name as found; a target is its course's own, whatever it is called."""
    if structure.kind not in ("organ", "external", "other"):
        return f"{structure.kind}|{course.frame}|{course.id}|{structure.name}"
    if structure.tg263 is not None:
        return f"tg263|{structure.tg263}"
    plain = unicodedata.normalize("NFKD", structure.name).casefold()
    return "name|" + "".join(letter for letter in plain if letter.isalnum())
