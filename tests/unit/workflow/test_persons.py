"""Persons: same identifier is one person unless the files contradict it (rule 8)."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.files import Settings, parse
from graybook.workflow.persons import persons_of, plain_name
from phantoms.facts import a_dose, a_plan, structures

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "identity checked"\n'


def test_same_identifier_is_one_person() -> None:
    """Files of one Patient ID without contradiction are one person, without a word."""
    (person,) = persons_of([a_plan("A"), a_dose("A")], Settings())
    assert person.person.identities[0].value == "P1"
    assert not person.findings
    assert not person.refusals


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"birth_date": date(1950, 1, 1)}, {"birth_date": date(1960, 1, 1)}),
        ({"sex": "M"}, {"sex": "F"}),
        ({"patient_name": "DOE^JANE"}, {"patient_name": "ROE^MARY"}),
    ],
)
@pytest.mark.rule(8)
def test_contradiction_is_refused(first: dict[str, object], second: dict[str, object]) -> None:
    """One identifier with two birth dates, sexes or names is not established as one person."""
    persons = persons_of([a_plan("A", **first), a_plan("B", **second)], Settings())
    assert len(persons) == 2
    assert all(one.refusals[0].code == "identity_conflict" for one in persons)


def test_spelling_is_no_contradiction() -> None:
    """Accents, hyphens, apostrophes, case and trailing carets do not make two names."""
    assert plain_name("Lefèvre-d'Arc^Zoé^^") == plain_name("LEFEVRE DARC^ZOE")
    (person,) = persons_of(
        [a_plan("A", patient_name="Müller^Zoé"), a_plan("B", patient_name="MULLER^ZOE^^")], Settings()
    )
    assert not person.findings


def test_sex_other_contradicts_nothing() -> None:
    """Sex O is no contradiction to F."""
    (person,) = persons_of([a_plan("A", sex="O"), a_plan("B", sex="F")], Settings())
    assert not person.refusals


def test_married_name_with_equal_birth_date_is_a_warning() -> None:
    """Two names with the same birth date are one person, said."""
    born = date(1950, 1, 1)
    (person,) = persons_of(
        [a_plan("A", birth_date=born), a_plan("B", patient_name="ROE^JANE", birth_date=born)], Settings()
    )
    assert [one.code for one in person.findings] == ["names_differ"]
    assert not person.refusals


def test_issuers_keep_identifiers_apart() -> None:
    """The same identifier from two issuers is two persons; a file that names no issuer goes with the only one."""
    two = persons_of(
        [a_plan("A", issuer_of_patient_id="X"), a_plan("B", issuer_of_patient_id="Y")], Settings()
    )
    assert len(two) == 2
    (one,) = persons_of([a_plan("A", issuer_of_patient_id="X"), a_plan("B")], Settings())
    assert [(i.value, i.issuer) for i in one.person.identities] == [("P1", "X")]


def test_without_identifier_name_and_birth_date_group() -> None:
    """An empty Patient ID groups by name and birth date, with a warning; without a name, by study."""
    named = persons_of(
        [a_plan("A", patient_id=""), a_plan("B", patient_id="", study_uid="other")], Settings()
    )
    assert [one.code for one in named[0].findings] == ["no_patient_id"]
    nameless = persons_of(
        [
            a_plan("A", patient_id="", patient_name=""),
            a_plan("B", patient_id="", patient_name="", study_uid="other"),
        ],
        Settings(),
    )
    assert (len(named), len(nameless)) == (1, 2)


@pytest.mark.rule(8)
def test_object_of_another_person_is_said_and_refused() -> None:
    """A plan under another Patient ID than the dose that refers to it goes with the dose; both ids are named, sums refused."""
    persons = persons_of(
        [
            a_plan("A", patient_id="P2", structure_set="S"),
            a_dose("A", plans=["A"]),
            structures("S"),
        ],
        Settings(),
    )
    (person,) = persons
    assert {one.header.path for one in person.objects} == {"A.plan", "A.dose", "S"}
    (refusal,) = person.refusals
    assert refusal.code == "linked_object_of_other_person"
    assert {refusal.params["owner"], refusal.params["referrer"]} == {"P1", "P2"}


def test_named_user_joins_identifiers() -> None:
    """[[same_person]] makes two identifiers one person, with both of them kept."""
    settings = parse(f'[[same_person]]\nids = ["P1", "P2"]\n{STAMP}')
    (person,) = persons_of([a_plan("A", patient_id="P2"), a_dose("A", plans=["A"])], settings)
    assert [one.value for one in person.person.identities] == ["P1", "P2"]
    assert not person.refusals


def test_named_user_answers_a_contradiction() -> None:
    """[[same_person]] with one identifier answers a contradiction; the answer stays visible."""
    settings = parse(f'[[same_person]]\nids = ["P1"]\n{STAMP}')
    (person,) = persons_of([a_plan("A", sex="M"), a_plan("B", sex="F")], settings)
    assert [one.code for one in person.findings] == ["identity_confirmed_by_user"]
