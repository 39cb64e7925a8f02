"""Persons: same identifier is one person unless the files contradict it (rule 8)."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.files import Settings, parse
from graybook.workflow.folder.identities import plain_name
from graybook.workflow.folder.persons import persons_of
from phantoms.facts import a_dose, a_plan, structures

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "identity checked"\nsource = "card"\n'


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
    code = "identity_conflict" if "patient_name" in first else "identity_value_conflict"
    assert all(one.refusals[0].code == code for one in persons)


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
    """[[identity]] makes two identifiers one person, with both of them and the asserter kept."""
    settings = parse(f'[[identity]]\nids = ["P1", "P2"]\n{STAMP}')
    (person,) = persons_of([a_plan("A", patient_id="P2"), a_dose("A", plans=["A"])], settings)
    assert [one.value for one in person.person.identities] == ["P1", "P2"]
    assert (person.person.asserted_by, person.person.asserted_on) == ("A. Physicist", date(2026, 1, 31))
    assert not person.refusals


def test_an_issuer_in_the_link_is_heeded() -> None:
    """An identifier linked with its issuer leaves the same number of another issuer alone."""
    settings = parse(f'[[identity]]\nids = [{{ value = "P1", issuer = "X" }}, {{ value = "P2" }}]\n{STAMP}')
    found = persons_of(
        [
            a_plan("A", issuer_of_patient_id="X"),
            a_plan("B", issuer_of_patient_id="Y"),
            a_plan("C", patient_id="P2"),
        ],
        settings,
    )
    assert sorted(len(one.person.identities) for one in found) == [1, 2]


def test_links_that_share_an_identifier_are_one() -> None:
    """P1 = P2 by one entry and P2 = P3 by another: three identifiers of one person."""
    settings = parse(f'[[identity]]\nids = ["P1", "P2"]\n{STAMP}[[identity]]\nids = ["P2", "P3"]\n{STAMP}')
    plans = [a_plan(one, patient_id=one) for one in ("P1", "P2", "P3")]
    (person,) = persons_of(plans, settings)
    assert [one.value for one in person.person.identities] == ["P1", "P2", "P3"]


def test_named_user_overrules_a_name() -> None:
    """[[identity]] with one identifier answers two names; the answer stays visible."""
    settings = parse(f'[[identity]]\nids = ["P1"]\n{STAMP}')
    (person,) = persons_of(
        [a_plan("A", patient_name="DOE^JANE"), a_plan("B", patient_name="ROE^ANN")], settings
    )
    assert [one.code for one in person.findings] == ["identity_confirmed_by_user"]


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    ("one", "other", "attribute", "wrong", "right"),
    [
        ({"birth_date": date(1950, 1, 1)}, {"birth_date": date(1960, 1, 1)}, "birth_date", "1960-01-01", "1950-01-01"),
        ({"sex": "M"}, {"sex": "F"}, "sex", '"M"', '"F"'),
    ],
)  # fmt: skip
def test_nobody_overrules_a_birth_date_or_sex(
    one: dict[str, object], other: dict[str, object], attribute: str, wrong: str, right: str
) -> None:
    """A link does not overrule a birth date or sex; a correction of the wrong value by name and reason does away with it."""
    plans = [a_plan("A", **one), a_plan("B", patient_id="P2", **other)]
    link = f'[[identity]]\nids = ["P1", "P2"]\n{STAMP}'
    refused = persons_of(plans, parse(link))
    assert {refusal.code for person in refused for refusal in person.refusals} == {"identity_value_conflict"}
    wrong_id = "P1" if attribute == "sex" else "P2"
    correction = (
        f'[[correction]]\npatient_id = "{wrong_id}"\nattribute = "{attribute}"\n'
        f"wrong = {wrong}\nright = {right}\n{STAMP}"
    )
    (person,) = persons_of(plans, parse(link + correction))
    assert not person.refusals
    assert right.strip('"') in (str(person.person.birth_date), person.person.sex)


BIRTH, MARRIED = "DURAND^MARIE", "MARTIN^MARIE"


def test_birth_name_and_used_name_are_kept_apart() -> None:
    """A file that keeps the birth name beside the married one agrees with a file of the birth name; the latest name is in use."""
    settings = parse(f'[[identity]]\nids = ["P1", "P2"]\n{STAMP}')
    old = a_plan("A", patient_name="Durand^Marie", date=date(2009, 1, 1))
    new = a_plan("B", patient_id="P2", patient_name=MARRIED, birth_name=BIRTH, date=date(2026, 1, 1))
    (person,) = persons_of([old, new], settings)
    assert (person.person.name, person.person.birth_name) == (MARRIED, BIRTH)
    assert not person.findings


def test_a_name_cut_at_64_characters_matches_its_beginning() -> None:
    """A name that fills DICOM's 64 characters is the same as the longer one it begins; a shorter beginning is not."""
    long = "DE-LA-TOUR-D'AUVERGNE-LAURAGUAIS-DE-MONTMORENCY-LUXEMBOURG^MARIE-ANNE-CHARLOTTE"
    (person,) = persons_of([a_plan("A", patient_name=long), a_plan("B", patient_name=long[:64])], Settings())
    assert not person.refusals
    assert (
        len(persons_of([a_plan("A", patient_name=long), a_plan("B", patient_name=long[:50])], Settings()))
        == 2
    )


INS = ("269054958815780", "1.2.250.1.213.1.4.8")


@pytest.mark.rule(8)
def test_an_equal_ins_proposes_the_link_and_never_makes_it() -> None:
    """Two identifiers with one INS (with and without its key) stay two persons; both say it, with lines to paste."""
    plans = [
        a_plan("A", other_ids=(INS,)),
        a_plan("B", patient_id="P2", other_ids=((INS[0][:13], f"INS&{INS[1]}&ISO"),)),
    ]
    found = persons_of(plans, Settings())
    assert [[one.code for one in person.findings] for person in found] == [["ins_proposes_identity"]] * 2
    pasted = parse(str(found[0].findings[0].params["block"]))
    (person,) = persons_of(plans, pasted)
    assert person.person.ins[:13] == INS[0][:13]


@pytest.mark.rule(8)
def test_two_ins_are_two_persons() -> None:
    """One identifier on files of two INS is not one person, whatever a user says; another issuer's number is no INS."""
    other = ("185057800608491", INS[1])
    plans = [a_plan("A", other_ids=(INS,)), a_plan("B", other_ids=(other,))]
    link = parse(f'[[identity]]\nids = ["P1"]\n{STAMP}')
    assert all(one.refusals for one in persons_of(plans, link))
    elsewhere = [a_plan("A", other_ids=(("1", "X"),)), a_plan("B", other_ids=(("2", "X"),))]
    assert not persons_of(elsewhere, Settings())[0].refusals
