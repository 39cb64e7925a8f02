"""Names of structures: the courses come in; the names that leave open what they stand for are asked, never guessed."""

from __future__ import annotations

from collections.abc import Iterable

from graybook.files.settings import Settings
from graybook.record import Course
from graybook.tables.ambiguous_names import possible_names
from graybook.workflow.folder.notes import Notes

__all__ = ["ask_names"]


def ask_names(courses: Iterable[Course], settings: Settings, notes: Notes) -> None:
    """Ask, once a name and course, what a name of two readings stands for, with the block to paste; answered ones are not asked."""
    for course in courses:
        asked: set[str] = set()
        for structure in (one for drawn in course.structure_sets for one in drawn.structures):
            readings = possible_names(structure.name)
            if not readings or structure.name in asked or structure.kind not in ("organ", "other"):
                continue
            if _answered(structure.name, course, settings):
                continue
            asked.add(structure.name)
            notes.warn(
                "structure_name_asked",
                structure.name,
                course=course.label,
                selector=course.id,
                readings=", ".join(readings),
                first=readings[0],
                name=structure.name.replace("\\", "\\\\").replace('"', '\\"'),
            )


def _answered(name: str, course: Course, settings: Settings) -> bool:
    places = ("", course.id, course.label, str(course.start_date))
    return any(name in one.names and one.course in places for one in settings.structures)
