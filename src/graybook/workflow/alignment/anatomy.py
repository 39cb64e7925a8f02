"""Anatomy: the structure sets of all courses come in; the union by TG-263 name on today's anatomy goes out (rule 14)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from graybook.record import Course, Finding, Structure
from graybook.workflow.alignment.alignments import CourseAlignment

__all__ = ["Organ", "structure_names", "structures_by_key", "union_of_structures"]


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
    key
        What the delineations of the union share; see :func:`structures_by_key`.
    """

    structure: Structure
    course: Course
    origin: str
    native: dict[str, Structure] = field(default_factory=dict)
    key: str = ""


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
                key=key,
            )
    return tuple(organs.values()), tuple(findings)


def structures_by_key(course: Course) -> dict[str, Structure]:
    """A course's structures by what joins them over courses: TG-263 name, else name; a target is its course's own."""
    return _by_key(course, [])


def structure_names(courses: Sequence[Course], reference: Course) -> dict[str, str]:
    """A name of its own for every key of the union: as drawn on the reference, else as drawn last, with its course if taken."""
    ordered = sorted(
        courses, key=lambda one: (one.id == reference.id, str(one.start_date or "")), reverse=True
    )
    names: dict[str, str] = {}
    for course in ordered:
        for key, structure in structures_by_key(course).items():
            taken = set(names.values())
            candidates = [structure.name, f"{structure.name} ({course.label})"]
            numbered = (f"{structure.name} ({course.label} {n})" for n in range(2, len(names) + 3))
            free = next(one for one in (*candidates, *numbered) if one not in taken)
            names.setdefault(key, free)
    return names


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
