"""Rows come in; the one person they speak of, and the rows of this person's courses, go out."""

from __future__ import annotations

from graybook.errors import InputError
from graybook.exchange.osiris.layout import Row, Rows, children
from graybook.exchange.osiris.notes import Notes
from graybook.record.person import Identity, Person

__all__ = ["whose_courses"]

_SEXES = {"m": "M", "f": "F", "o": "O", "male": "M", "female": "F", "other": "O"}
_MONTH_ONLY = 15
"""The day that OSIRIS' dictionary puts in place of the day of birth."""


def whose_courses(rows: Rows, patient: str | None, notes: Notes) -> tuple[Person, list[Row]]:
    """The person, and the courses that are theirs.

    Raises
    ------
    InputError
        The tables hold several patients and none was named, or none has the name given.
    """
    courses = rows.get("course", [])
    owners = _linked(rows) if "link" in rows or "person" not in _columns(courses) else _referred(rows)
    known: dict[str, Row | None] = {_identifier(row): row for row in rows.get("person", [])}
    known |= {owner: None for owner in owners.values() if owner and owner not in known}
    chosen = _chosen(list(known), patient)
    nobodys = [course for course in courses if course.key() not in owners]
    theirs = [course for course in courses if chosen and owners.get(course.key()) == chosen]
    for course in nobodys:
        if len(known) > 1:
            notes.error("exchange_osiris_course_of_nobody", course.place)
        else:
            notes.warn("exchange_osiris_course_of_whom", course.place)
    others = len(courses) - len(theirs) - len(nobodys)
    if others:
        notes.info("exchange_osiris_other_patients", count=others)
    if len(known) <= 1:
        theirs = [course for course in courses if course in theirs or course in nobodys]
    return _person(chosen, known.get(chosen or ""), notes), theirs


def _columns(rows: list[Row]) -> set[str]:
    return set(rows[0].columns) if rows else set()


def _identifier(row: Row) -> str:
    return row.text("identifier") or row.key()


def _linked(rows: Rows) -> dict[str, str]:
    """Identifier of the person by key of the course, as Graybook's side table says; empty where it points to nobody."""
    links = rows.get("link", [])
    if not links:
        return {}
    people = {row.key(): row for row in rows.get("person", [])}
    of_courses = children(links, "course", rows.get("course", []), "Course")
    found = {}
    for course, of_course in of_courses.items():
        of_people = children(of_course, "person", list(people.values()), "Patient")
        keys = [key for key, several in of_people.items() if several]
        if len(keys) == 1:
            found[course] = _identifier(people[keys[0]])
        elif of_course:
            found[course] = ""
        if len(keys) > 1:
            of_course[0].notes.error("exchange_osiris_two_patients", f"Course {course}")
    return found


def _referred(rows: Rows) -> dict[str, str]:
    """Identifier of the person by key of the course, as each course of the pivot files says; empty where no file lists them."""
    people = rows.get("person", [])
    by_name = {name: row for row in people for name in (row.key(), row.text("identifier")) if name}
    found = {}
    for course in rows.get("course", []):
        name = course.text("person")
        if name is None:
            continue
        if name in by_name:
            found[course.key()] = _identifier(by_name[name])
        elif not people:
            found[course.key()] = name
        else:
            found[course.key()] = ""
            course.notes.error(
                "exchange_osiris_dangling",
                course.place,
                column=course.columns["person"],
                value=name[:60],
                target="Patient",
            )
    return found


def _chosen(known: list[str], patient: str | None) -> str | None:
    if patient is not None:
        if patient not in known:
            raise InputError(
                "No patient of these tables has this identifier.",
                value=patient,
                remedy=f"Name one of the {len(known)} that they hold, as Ext_PatientID or Patient_Id.",
            )
        return patient
    if len(known) > 1:
        raise InputError(
            "These tables hold several patients, and a record is of one.",
            value=f"{len(known)} patients",
            remedy="Name one of them, or give the tables of one.",
        )
    return known[0] if known else None


def _person(identifier: str | None, row: Row | None, notes: Notes) -> Person:
    stated = identifier if row is None else row.text("identifier")
    if not stated:
        notes.error("exchange_osiris_person_unknown")
    identities = (Identity(value=stated),) if stated else ()
    if row is None:
        notes.warn("exchange_osiris_patient_unlisted")
        return Person(identities=identities)
    born = row.day("birth_date")
    if born is not None and born.day == _MONTH_ONLY:
        notes.info("exchange_osiris_birth_day", row.place, date=born.isoformat())
        born = None
    sex = row.text("sex") or ""
    if sex and sex.casefold() not in _SEXES:
        row.refuse("sex")
    return Person(identities=identities, birth_date=born, sex=_SEXES.get(sex.casefold(), ""))
