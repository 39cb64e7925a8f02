"""A person and courses on paper come in; the tables of a ``graybook.toml`` that states them go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from graybook.errors import InputError
from graybook.record import Course, Modality, Person, Phase, Prescription, Region

__all__ = ["Stamp", "paper_tables"]

Table = dict[str, object]

SEXES = ("F", "M", "O")


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Who states what is imported, when, why, and from which document."""

    author: str
    date: date
    reason: str
    source: str

    @property
    def table(self) -> Table:
        """As every entry of graybook.toml carries it."""
        return {"author": self.author, "date": self.date, "reason": self.reason, "source": self.source}


def paper_tables(person: Person, courses: Sequence[Course], stamp: Stamp) -> Table:
    """
    The tables, in the order in which a person would write them.

    Raises
    ------
    graybook.errors.InputError
        Nothing says whose the courses are.
    """
    tables: Table = {"person": _person(person)}
    if len(person.identities) > 1:
        tables["identity"] = [_identity(person, stamp)]
    beams = [_course(one, stamp) for one in courses if one.modality is not Modality.RADIONUCLIDE]
    nuclides = [
        _without_blanks(
            {
                "nuclide": given.nuclide,
                "given": given.date,
                "cycle": given.cycle,
                **stamp.table,
            }
        )
        for one in courses
        if one.paper is not None
        for given in one.paper.administrations
    ]
    tables["course"] = beams
    tables["radionuclide"] = nuclides
    return {key: value for key, value in tables.items() if value}


def _person(person: Person) -> Table:
    first = person.identities[0] if person.identities else None
    table = _without_blanks(
        {
            "patient_id": first.value if first else "",
            "issuer": first.issuer if first and first.value else "",
            "name": person.name,
            "birth_name": person.birth_name,
            "birth_date": person.birth_date,
            "sex": person.sex if person.sex in SEXES else "",
            "ins": person.ins,
        }
    )
    if not {"patient_id", "name"} & set(table):
        raise InputError(
            "The document does not say whose the courses are: it holds neither an identifier nor a name.",
            value=None,
            remedy="Add the identifier of the patient to the document, or ask for it where the document was made.",
        )
    return table


def _identity(person: Person, stamp: Stamp) -> Table:
    ids = [_without_blanks({"value": one.value, "issuer": one.issuer}) for one in person.identities]
    return {"ids": ids, "evidence": stamp.source, **stamp.table}


def _course(course: Course, stamp: Stamp) -> Table:
    table = _without_blanks(
        {
            "label": course.label,
            "start_date": course.start_date,
            "end_date": course.end_date,
            **_region(course.region),
            "intent": course.intent,
            "nature": _nature(course.modality),
            "energy": "" if course.paper is None else course.paper.energy,
            "status": (common := _status(course)),
        }
    )
    if course.modality is not Modality.MICROSPHERES:
        table["phase"] = [_phase(one, with_status=not common) for one in course.phases]
    return {**table, **stamp.table}


def _status(course: Course) -> str:
    """What all phases have in common; what only some have stands in them."""
    found = {one.status for one in course.phases}
    return found.pop().value.replace(" ", "_") if len(found) == 1 else ""


def _phase(phase: Phase, *, with_status: bool) -> Table:
    between = phase.fractions_range
    table = _without_blanks(
        {
            "label": phase.label or "",
            "status": phase.status.value.replace(" ", "_") if with_status else "",
            "start_date": phase.start_date,
            "end_date": phase.end_date,
            "nature": _nature(phase.modality),
            "fractions": phase.fractions_delivered,
            "fractions_min": between[0] if between else None,
            "fractions_max": between[1] if between else None,
        }
    )
    if phase.prescriptions:
        table["dose"] = [_dose(one) for one in phase.prescriptions]
    return table


def _dose(asked: Prescription) -> Table:
    region = {} if asked.region is None else _region(asked.region)
    return _without_blanks({"target": asked.target, "total_gy": asked.dose_gy, **region})


def _region(region: Region) -> Table:
    levels = "" if region.levels is None else region.levels.text
    return {"site": region.site, "side": region.side, "levels": levels, "organs": list(region.organs)}


def _nature(modality: Modality) -> str:
    return "" if modality in (Modality.UNKNOWN, Modality.RADIONUCLIDE) else modality.value


def _without_blanks(table: Table) -> Table:
    plain = {key: value.strip() if isinstance(value, str) else value for key, value in table.items()}
    return {key: value for key, value in plain.items() if value not in (None, "", [])}
