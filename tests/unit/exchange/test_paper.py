"""Courses as others state them become courses on paper: graded, phase by phase, and nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from graybook.errors import InputError
from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.exchange.paper import courses_of, on_paper
from graybook.exchange.paper_tables import Stamp, paper_tables
from graybook.files import parse
from graybook.files.toml_text import toml_text
from graybook.record import Course, EvidenceGrade, Identity, Modality, Person, Region, Status

ME = Person(identities=(Identity(value="P-1", issuer="HOSPITAL A"),), name="DOE^Jane", sex="F")
STAMP = Stamp(author="A. Physicist", date=date(2026, 1, 31), reason="imported", source="letter.json")
BREAST, BRAIN, LEFT, RIGHT = "76752008", "12738006", "7771000", "24028007"
HDR, LDR = "394902000", "1156708005"

VOLUMES = (
    VolumeFacts(key="left", name="Left Breast", kind="PTV", site=BREAST, laterality=LEFT),
    VolumeFacts(key="boost", name="Boost", kind="PTV", site=BREAST, laterality=LEFT),
    VolumeFacts(key="cord", name="Moelle", kind="OAR"),
    VolumeFacts(key="somewhere", name="PTV1"),
)


def dose(
    volume: str, dose_gy: float | None, n: int | None = None, *, uniform: bool | None = None
) -> VolumeDose:
    """A dose to one of the volumes."""
    return VolumeDose(volume=volume, dose_gy=dose_gy, fractions=n, uniform=uniform, as_found=str(dose_gy))


def phase(key: str, n: int | None, *doses: VolumeDose, modality: Modality = Modality.PHOTON) -> PhaseFacts:
    """A phase of a number of fractions."""
    return PhaseFacts(key=key, label=key, modality=modality, fractions_delivered=n, doses=doses)


def person(*courses: CourseFacts) -> PersonFacts:
    """A person with these courses."""
    return PersonFacts(person=ME, courses=courses, volumes=VOLUMES)


def said(*courses: CourseFacts) -> set[str]:
    """Codes of what is said of these courses."""
    return {one.code for one in on_paper(person(*courses))[1]}


def only(course: CourseFacts) -> Course:
    """The one course that another becomes."""
    (found,) = courses_of(person(course))
    return found


def test_phases_keep_their_fractions_and_targets() -> None:
    """3 of 3 Gy to two volumes and 4 of 2 Gy to one: two phases, grade C, each dose in the left breast."""
    course = CourseFacts(
        key="c",
        label="breast",
        phases=(
            phase("a", 3, dose("left", 9.0), dose("boost", 9.0)),
            phase("b", 4, dose("boost", 8.0), modality=Modality.ELECTRON),
        ),
    )
    found = only(course)
    assert found.evidence_grade is EvidenceGrade.C
    assert [one.fractions_delivered for one in found.phases] == [3, 4]
    assert [[asked.dose_gy for asked in one.prescriptions] for one in found.phases] == [[9.0, 9.0], [8.0]]
    places = {asked.region for one in found.phases for asked in one.prescriptions}
    assert places == {Region(site="Breast", side="left")}
    assert said(course) == set()


def test_doses_of_one_phase_in_unlike_fractions_become_phases() -> None:
    """A dose in 16 and one in 4 sessions of one phase have each their own number."""
    found = only(
        CourseFacts(key="c", phases=(phase("a", None, dose("left", 42.56, 16), dose("boost", 10.0, 4)),))
    )
    assert [(one.fractions_delivered, one.prescriptions[0].dose_gy) for one in found.phases] == [
        (16, 42.56),
        (4, 10.0),
    ]


@pytest.mark.rule(5)
@pytest.mark.parametrize(("uniform", "fractions"), [(True, 7), (False, None), (None, None)])
def test_a_total_counts_fractions_only_when_they_were_equal(
    uniform: bool | None, fractions: int | None
) -> None:
    """17 Gy in 7 of the whole course: 7 fractions when they are said to be equal, else unknown, and said so."""
    course = CourseFacts(key="c", modality=Modality.PHOTON, doses=(dose("boost", 17.0, 7, uniform=uniform),))
    (found,) = only(course).phases
    assert found.fractions_delivered == fractions
    assert ("import_fractions_not_uniform" in said(course)) is (fractions is None)


@pytest.mark.rule(3)
def test_a_total_beside_its_phases_is_not_counted_again() -> None:
    """The course's total of a volume that phases name adds nothing; a contradiction between them is said.

    17 Gy in phases of a course of 25 Gy: 8 Gy stand in a phase of which nobody says whether it was given.
    """
    parts = (phase("a", 3, dose("boost", 9.0)), phase("b", 4, dose("boost", 8.0)))
    right = CourseFacts(key="c", phases=parts, doses=(dose("boost", 17.0, 7, uniform=False),))
    above = CourseFacts(key="c", phases=parts, doses=(dose("boost", 16.0, 7, uniform=False),))
    below = CourseFacts(key="c", phases=parts, doses=(dose("boost", 25.0, 7, uniform=False),))
    assert len(only(right).phases) == len(only(above).phases) == 2
    assert said(right) == set()
    assert said(above) == {"import_phases_differ"}
    assert said(below) == {"import_phases_below"}
    *_, last = only(below).phases
    assert (last.status, last.fractions_delivered) == (Status.UNKNOWN, None)
    assert [one.dose_gy for one in last.prescriptions] == [8.0]


def test_a_dose_without_unit_is_no_dose() -> None:
    """What stands there is quoted, the course is of grade D, and no prescription is made of it."""
    bare = VolumeDose(volume="left", dose_gy=None, fractions=16, as_found="4256")
    course = CourseFacts(key="c", label="C1", phases=(phase("a", 16, bare),))
    found, findings = on_paper(person(course))
    assert found[0].evidence_grade is EvidenceGrade.D
    assert found[0].phases[0].prescriptions == ()
    quoted = next(one for one in findings if one.code == "import_dose_without_unit")
    assert quoted.params == {"path": "Left Breast", "value": "4256"}


@pytest.mark.rule(7)
@pytest.mark.parametrize(("code", "fractions"), [(HDR, 4), (LDR, None), ("", None)])
def test_only_short_sessions_are_fractions(code: str, fractions: int | None) -> None:
    """Brachytherapy keeps its number of fractions at a high dose rate; at a low or unknown one it is not converted."""
    given = PhaseFacts(
        key="a",
        modality=Modality.BRACHYTHERAPY,
        modality_code=code,
        fractions_delivered=4,
        doses=(dose("cord", 28.0),),
    )
    course = CourseFacts(key="c", phases=(given,))
    assert only(course).phases[0].fractions_delivered == fractions
    assert ("import_not_short_sessions" in said(course)) is (fractions is None)


def test_where_a_volume_lies_is_its_code_or_an_organs_name() -> None:
    """A French name of the cord is the cord; a target without a place is said to enter no organ."""
    course = CourseFacts(key="c", phases=(phase("a", 5, dose("cord", 10.0), dose("somewhere", 20.0)),))
    cord, target = only(course).phases[0].prescriptions
    assert cord.region == Region(site="SpinalCord")
    assert target.region is None
    assert said(course) == {"import_site_unknown"}
    inside = CourseFacts(key="c", site=BRAIN, phases=course.phases)
    assert only(inside).region == Region(site="Brain")
    assert said(inside) == set()


@pytest.mark.rule(15)
def test_a_radionuclide_among_beams_is_a_course_of_its_own() -> None:
    """A phase of beams and one of Lu-177: two courses, and the second stands apart without a dose."""
    nuclide = PhaseFacts(
        key="n", modality=Modality.RADIONUCLIDE, energy="Lu-177", start_date=date(2022, 1, 3)
    )
    course = CourseFacts(key="c", label="mixed", phases=(phase("a", 5, dose("left", 10.0)), nuclide))
    beams, apart = courses_of(person(course))
    assert (beams.modality, apart.modality) == (Modality.PHOTON, Modality.RADIONUCLIDE)
    tables = paper_tables(ME, (beams, apart), STAMP)
    assert [one["nuclide"] for one in tables["radionuclide"]] == ["Lu-177"]  # type: ignore[index, attr-defined]
    settings = parse(toml_text(tables))
    assert len(settings.paper_courses) == len(settings.radionuclides) == 1
    assert settings.radionuclides[0].date == date(2022, 1, 3)


@pytest.mark.rule(1)
def test_a_plan_of_others_is_no_proposal_of_ours() -> None:
    """What is only planned, or was not given, comes through graybook.toml as something that no sum holds."""
    planned = PhaseFacts(
        key="p", label="p", status=Status.PROPOSED, modality=Modality.PHOTON, doses=(dose("left", 50.0, 25),)
    )
    never = replace(planned, key="n", label="n", status=Status.NOT_GIVEN)
    course = CourseFacts(key="c", label="c", status=Status.PROPOSED, phases=(planned,))
    mixed = CourseFacts(key="d", label="d", phases=(planned, never, phase("q", 5, dose("left", 10.0))))
    settings = parse(toml_text(paper_tables(ME, courses_of(person(course, mixed)), STAMP)))
    assert settings.paper_courses[0].status is Status.UNKNOWN
    assert [one.status for one in settings.paper_courses[1].phases] == [
        Status.UNKNOWN,
        Status.NOT_GIVEN,
        Status.DELIVERED,
    ]
    assert not any(one.counts for one in (Status.UNKNOWN, Status.NOT_GIVEN))
    assert said(course) == said(mixed) == {"import_only_planned"}


def test_days_and_labels_that_cannot_stand_are_said() -> None:
    """An end before the start is left out; two courses of one label and day are told apart, for one may be counted twice."""
    wrong = CourseFacts(
        key="c",
        label="c",
        start_date=date(2020, 2, 3),
        end_date=date(2020, 1, 3),
        phases=(phase("a", 5, dose("left", 10.0)),),
    )
    assert only(wrong).end_date is None
    assert said(wrong) == {"import_ends_before_start"}
    twin = replace(wrong, key="d", end_date=None)
    found = courses_of(person(twin, replace(twin, key="e")))
    assert [one.label for one in found] == ["c", "c (2)"]
    assert said(twin, replace(twin, key="e")) == {"import_courses_alike"}
    assert len(parse(toml_text(paper_tables(ME, found, STAMP))).paper_courses) == 2


def test_several_identifiers_are_linked_by_the_document() -> None:
    """Each identifier stands in an [[identity]] with the document as evidence; nobody at all is refused."""
    twice = Person(identities=(*ME.identities, Identity(value="OLD-7")), name="DOE^Jane")
    settings = parse(toml_text(paper_tables(twice, (), STAMP)))
    assert settings.identities[0].ids == ("P-1", "OLD-7")
    assert settings.person is not None
    assert (settings.person.patient_id, settings.person.issuer) == ("P-1", "HOSPITAL A")
    with pytest.raises(InputError, match="neither an identifier nor a name"):
        paper_tables(Person(identities=()), (), STAMP)
