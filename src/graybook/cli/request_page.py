"""The output of ``graybook request``: what is missing comes in; a letter, or a JSON document, goes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import graybook
from graybook.errors import UsageError
from graybook.text import Language, date_text, number_text, phrase

if TYPE_CHECKING:
    from graybook.record import Course, Person, Phase
    from graybook.workflow.request import CourseRequest, MissingObject, Request

__all__ = ["document", "letter", "write_letter"]


def write_letter(path: Path, text: str) -> None:
    """Write a letter; a file that is there already is never overwritten.

    Raises
    ------
    graybook.errors.UsageError
        The file exists, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            "The file of --out exists; it was left as it is.", value=str(path), remedy="Name another file."
        ) from None
    except OSError as error:
        raise UsageError(
            "The letter cannot be written.",
            value=f"{path}: {error.strerror}",
            remedy="Name a file in a folder that can be written to.",
        ) from error


def letter(asked: Request, language: Language) -> str:
    """The letter as plain text."""
    return "\n".join(_lines(asked, language)) + "\n"


def document(asked: Request, language: Language) -> dict[str, Any]:
    """The same as plain values, with the letter."""
    person = asked.person
    return {
        "patient": {
            "ids": [{"value": one.value, "issuer": one.issuer} for one in person.identities],
            "name": person.name,
            "birth_date": None if person.birth_date is None else person.birth_date.isoformat(),
            "sex": person.sex,
        },
        "courses": [_course_values(one, language) for one in asked.courses],
        "strays": [_missing_values(item, language) for item in asked.strays],
        "letter": letter(asked, language),
    }


def _course_values(one: CourseRequest, language: Language) -> dict[str, Any]:
    course = one.course
    return {
        "id": course.id,
        "label": course.label,
        "start_date": None if course.start_date is None else course.start_date.isoformat(),
        "end_date": None if course.end_date is None else course.end_date.isoformat(),
        "evidence_grade": course.evidence_grade.value,
        "paper": one.paper,
        "missing": [_missing_values(item, language) for item in one.missing],
    }


def _missing_values(item: MissingObject, language: Language) -> dict[str, Any]:
    return {
        "object": item.kind.value,
        "plan": item.plan,
        "uids": list(item.uids),
        "text": _object(item, language),
    }


def _lines(asked: Request, language: Language) -> Iterator[str]:
    if asked.empty:
        yield _plain(phrase("request_nothing", language))
        return
    person = asked.person
    name = _name(person, language)
    born = "–" if person.birth_date is None else date_text(person.birth_date, language)
    for key in ("to", "from", "date"):
        yield phrase(f"request_{key}", language)
    yield _plain(phrase("request_subject", language, name=name, born=born))
    yield ""
    yield phrase("request_greeting", language)
    yield ""
    yield phrase("request_opening", language)
    yield from (f"    {line}" for line in _identity(person, name, born, language))
    yield ""
    yield phrase("request_ask", language)
    for number, one in enumerate(asked.courses, start=1):
        yield ""
        yield f"{number}. {_course(one, language)}"
        yield from (f"   - {_object(item, language)}" for item in one.missing)
    if asked.strays:
        yield ""
        yield phrase("request_strays", language)
        yield from (f"   - {_object(item, language)}" for item in asked.strays)
    yield ""
    yield from phrase("request_how", language).strip().splitlines()
    yield ""
    yield from phrase("request_closing", language).strip().splitlines()
    yield ""
    yield _plain(phrase("request_made_by", language, version=graybook.__version__))


def _identity(person: Person, name: str, born: str, language: Language) -> Iterator[str]:
    ids = ", ".join(
        f"{one.value} ({one.issuer})" if one.issuer else one.value for one in person.identities if one.value
    )
    yield _plain(phrase("request_name", language, name=name))
    if person.birth_name and person.birth_name != person.name:
        yield _plain(phrase("request_birth_name", language, name=_read(person.birth_name)))
    yield _plain(phrase("request_born", language, born=born))
    if person.sex:
        yield _plain(phrase("request_sex", language, sex=person.sex))
    yield _plain(phrase("request_ids", language, ids=ids or "–"))
    if person.ins:
        yield _plain(phrase("request_ins", language, ins=person.ins))


def _name(person: Person, language: Language) -> str:
    return _read(person.name) or phrase("request_name_unknown", language)


def _read(name: str) -> str:
    """A DICOM person name as people read it."""
    parts = [part.strip() for part in name.split("=")[0].split("^")]
    return " ".join(part for part in [parts[0].upper(), *parts[1:3]] if part)


def _course(one: CourseRequest, language: Language) -> str:
    course = one.course
    when = _when(course, language)
    doses = " + ".join(_dose(phase, language) for phase in course.phases if phase.prescriptions)
    site = course.site if course.site.casefold() not in course.label.casefold() else ""
    text = ", ".join(part for part in (course.label or course.site, site, when, doses) if part)
    return _plain(phrase("request_paper" if one.paper else "request_course", language, course=text))


def _when(course: Course, language: Language) -> str:
    days = [day for day in dict.fromkeys((course.start_date, course.end_date)) if day is not None]
    if len(days) > 1:
        start, end = (date_text(day, language) for day in days)
        return phrase("request_from_to", language, start=start, end=end)
    return date_text(days[0], language) if days else phrase("request_undated", language)


def _dose(phase: Phase, language: Language) -> str:
    text = number_text(max(one.dose_gy for one in phase.prescriptions), language)
    dose = text.rstrip("0").rstrip(".,")
    if phase.fractions_planned is None:
        return phrase("request_gy", language, dose=dose)
    return phrase("request_gy_in", language, dose=dose, n=phase.fractions_planned)


def _object(item: MissingObject, language: Language) -> str:
    """One object asked for: what, of which plan, exported how, and the UIDs that name it."""
    kind = item.kind.value.lower()
    plan = phrase("request_of_plan", language, plan=item.plan) if item.plan else ""
    text = phrase(f"request_{kind}", language, plan=plan)
    if item.uids:
        known = "request_uids_of_plan" if item.kind.value == "RTRECORD" else "request_uids"
        text += " " + phrase(known, language, uids=", ".join(item.uids))
    return _plain(text)


def _plain(text: str) -> str:
    """One line with plain spaces."""
    return " ".join(text.split())
