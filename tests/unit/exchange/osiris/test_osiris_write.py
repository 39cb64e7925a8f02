"""A person's courses as rows: doses in cGy that say so, nothing made up, and everything that has no place named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from graybook.exchange.course_facts import (
    BiologicalMetric,
    CourseFacts,
    MetricKind,
    PersonFacts,
    PhaseFacts,
    VolumeDose,
    VolumeFacts,
)
from graybook.exchange.exported import Exported
from graybook.exchange.osiris import facts_from_osiris, osiris_csv, osiris_sql, osiris_tables, tables_from_csv
from graybook.record import Identity, Modality, Person, Status
from graybook.tables import osiris
from graybook.text import placeholders

CREATED = date(2026, 11, 22)
METRIC = BiologicalMetric(kind=MetricKind.EQD2, value_gy=40.0, alpha_beta_gy=3.0)
PHASE = PhaseFacts(
    key="p",
    modality=Modality.PHOTON,
    fractions_planned=5,
    fractions_delivered=5,
    start_date=date(2020, 9, 7),
    end_date=date(2020, 9, 14),
    doses=(VolumeDose(volume="brain", dose_gy=25.0, fractions=5, metrics=(METRIC,)),),
    uids=("1.2.3.4.5",),
)
COURSE = CourseFacts(
    key="c",
    label="Brain",
    start_date=date(2020, 9, 7),
    end_date=date(2020, 9, 14),
    intent="palliative",
    reirradiation=False,
    sessions=5,
    phases=(PHASE,),
    grade="B",
)


def export(*courses: CourseFacts, person: Person | None = None) -> Exported:
    """The rows of these courses."""
    facts = PersonFacts(
        person=person or Person(identities=(Identity(value="P1"),), birth_date=date(1960, 4, 2), sex="F"),
        volumes=(VolumeFacts(key="brain", name="Whole brain", kind="PTV", site="12738006"),),
        courses=courses,
    )
    return osiris_tables(facts, created=CREATED)


def codes(exported: Exported) -> set[str]:
    """Codes of what was said, without the part that is the same in all; each fills the sentence of its code."""
    for one in exported.findings:
        assert placeholders(one.code, "en") <= {"subject", *one.params}, one
    return {one.code.removeprefix("exchange_osiris_") for one in exported.findings}


def test_dose_is_in_cgy_and_says_so() -> None:
    """25 Gy in 5 is 2500 in 5 of "500 cGy"."""
    (row,) = export(COURSE).document["Dose_To_Volume"]
    assert (row["TotalDosis"], row["DoseNbFractions"], row["ScheduledDosePerFraction"]) == (
        2500.0,
        5,
        "500 cGy",
    )


def test_codes_stand_for_words() -> None:
    """Palliative and photons by their SNOMED CT codes, and the site of the volume as a number."""
    document = export(COURSE).document
    assert document["Course"][0]["CourseObjective"] == "363676003"
    assert document["Modality_and_Tech"][0]["Modality"] == "1156506007"
    assert document["ROI_Volume"][0]["ROIlocation"] == 12738006


def test_keys_lead_from_the_dose_to_the_patient() -> None:
    """Dose → plan → phase → course → patient: every key points to a row that is there."""
    document = export(COURSE, replace(COURSE, key="d", phases=(replace(PHASE, key="q"),))).document
    keys = {
        (one.table, one.name): {row[one.name] for row in document[one.table]}
        for one in osiris.columns()
        if one.key or one.identity
    }
    of_table = {table: found for (table, _), found in keys.items()}
    for column in osiris.columns():
        if column.refers_to in document:
            assert {row[column.name] for row in document[column.table]} <= of_table[column.refers_to], column
    assert len(document["Graybook_Course_Link"]) == 2


def test_what_is_made_up_is_named() -> None:
    """Each obligatory column without a value holds a fictive one and is named; none of them is 999999."""
    exported = export(COURSE)
    named = {(one.subject, one.params["column"]) for one in exported.findings if "_fictive" in one.code}
    fictive = {"Unknown", "?", "1000-01-01", -1, False}
    found = {
        (table, name)
        for table, rows in exported.document.items()
        for row in rows
        for name, value in row.items()
        if value in fictive and value is not None and not (value == 0 and value is not False)
    }
    assert found == named
    assert [
        one.params["column"] for one in exported.findings if one.code == "exchange_osiris_fictive_answer"
    ] == ["DeathStatus"]
    assert "999999" not in json.dumps(exported.document)


def test_what_has_no_place_is_named() -> None:
    """EQD2, re-irradiation, grade, label and kind of volume are not in the rows, and are said."""
    said = codes(export(COURSE))
    assert {
        "lost_metrics",
        "lost_reirradiation",
        "lost_grade",
        "lost_label",
        "lost_volume_kind",
        "link",
    } <= said
    assert "lost_planned" not in said


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.DELIVERED, "Delivered"),
        (Status.PARTLY_DELIVERED, "Delivered"),
        (Status.ASSUMED_DELIVERED, "Delivered"),
        (Status.PROPOSED, "Planned"),
        (Status.UNKNOWN, "Unknown"),
        (Status.NOT_GIVEN, None),
        (Status.ALTERNATIVE, None),
    ],
)
def test_status(status: Status, word: str | None) -> None:
    """What was given is Delivered, a proposal Planned, and what was not given is no row."""
    exported = export(replace(COURSE, status=status))
    assert [row["CourseType"] for row in exported.document["Course"]] == ([word] if word else [])
    assert ("assumed" in codes(exported)) == (status is Status.ASSUMED_DELIVERED)
    assert ("not_given" in codes(exported)) == (word is None)


def test_what_was_given_counts_and_not_what_was_planned() -> None:
    """12 of 30 fractions given, 24 Gy: the rows say 12, and that 30 were planned is said to be lost."""
    phase = replace(
        PHASE,
        fractions_planned=30,
        fractions_delivered=12,
        doses=(VolumeDose(volume="brain", dose_gy=24.0, fractions=12),),
    )
    exported = export(replace(COURSE, phases=(phase,)))
    (row,) = exported.document["Dose_To_Volume"]
    assert (row["TotalDosis"], row["DoseNbFractions"], row["ScheduledDosePerFraction"]) == (
        2400.0,
        12,
        "200 cGy",
    )
    assert exported.document["Phase"][0]["PhaseNbFractions"] == 12
    assert "lost_planned" in codes(exported)


def test_a_dose_that_is_not_known_is_no_row() -> None:
    """No fictive dose is ever written."""
    phase = replace(PHASE, doses=(VolumeDose(volume="brain", fractions=16, as_found="4256"),))
    exported = export(replace(COURSE, phases=(phase,)))
    assert exported.document["Dose_To_Volume"] == []
    assert "dose_left_out" in codes(exported)


def test_unequal_fractions_have_no_dose_per_fraction() -> None:
    """17 Gy in 7 unequal fractions: the dose per fraction is unknown, and its unit still stands there."""
    phase = replace(
        PHASE,
        fractions_delivered=7,
        doses=(VolumeDose(volume="brain", dose_gy=17.0, fractions=7, uniform=False),),
    )
    exported = export(replace(COURSE, phases=(phase,)))
    assert exported.document["Dose_To_Volume"][0]["ScheduledDosePerFraction"] == "Unknown cGy"
    back, _ = facts_from_osiris(exported.document)
    assert back.courses[0].phases[0].doses[0].dose_gy == 17.0


def test_a_course_without_phases() -> None:
    """Equal fractions over the whole course are one phase; unequal ones are not written, and said."""
    dose = VolumeDose(volume="brain", dose_gy=25.0, fractions=5)
    made = export(replace(COURSE, phases=(), doses=(dose,)))
    assert [row["TotalDosis"] for row in made.document["Dose_To_Volume"]] == [2500.0]
    assert "phase_made" in codes(made)
    left = export(replace(COURSE, phases=(), doses=(replace(dose, uniform=False),)))
    assert left.document["Phase"] == []
    assert "course_dose" in codes(left)


def test_doses_of_a_course_beside_phases_without_them() -> None:
    """25 Gy stated of the course, and phases that state none: not written, and said."""
    dose = VolumeDose(volume="brain", dose_gy=25.0, fractions=5)
    exported = export(replace(COURSE, phases=(replace(PHASE, doses=()),), doses=(dose,)))
    assert exported.document["Dose_To_Volume"] == []
    assert "course_dose" in codes(exported)
    assert "course_dose" not in codes(export(replace(COURSE, doses=(dose,))))


def test_several_plans_of_a_phase_have_no_uid() -> None:
    """The dose of two plans together is no plan's: no UID stands beside it, and both are said."""
    exported = export(replace(COURSE, phases=(replace(PHASE, uids=("1.2.3.4.5", "1.2.3.4.6")),)))
    assert exported.document["Plan"][0]["UIDRTplan"] == "Unknown"
    assert "plans" in codes(exported)


def test_an_identifier_that_does_not_fit_is_not_cut() -> None:
    """21 characters do not fit into 20: cut, two persons could become one. Unknown is written, as an error."""
    exported = export(COURSE, person=Person(identities=(Identity(value="X" * 21),)))
    assert exported.document["Patient"][0]["Ext_PatientID"] == "Unknown"
    assert "no_identifier" in codes(exported)


def test_modality_without_a_code_of_its_own() -> None:
    """Brachytherapy has a code for each dose rate: without one none is written; with HDR's it is."""
    bare = export(replace(COURSE, phases=(replace(PHASE, modality=Modality.BRACHYTHERAPY),)))
    assert bare.document["Modality_and_Tech"] == []
    assert "modality" in codes(bare)
    hdr = replace(PHASE, modality=Modality.BRACHYTHERAPY, modality_code="394902000")
    assert export(replace(COURSE, phases=(hdr,))).document["Modality_and_Tech"][0]["Modality"] == "394902000"


def test_a_nuclide_is_an_isotope() -> None:
    """Lu-177 stands in the column for it, and comes back; its quantity is obligatory, not known, and said."""
    phase = replace(PHASE, modality=Modality.RADIONUCLIDE, energy="Lu-177", doses=())
    exported = export(replace(COURSE, phases=(phase,)))
    (row,) = exported.document["Energy_Isotope"]
    assert (row["IsotopeName"], row["EI_Quantity"]) == ("Lu-177", -1)
    back, _ = facts_from_osiris(exported.document)
    assert back.courses[0].phases[0].energy == "Lu-177"


def test_csv_says_the_same() -> None:
    """The rows as CSV, read back as texts, give the same facts as the rows themselves."""
    document = export(COURSE).document
    texts = osiris_csv(document)
    assert texts["Course.csv"].startswith("PK_Course_ID,TK_LoadProcID,")
    assert facts_from_osiris(tables_from_csv(texts))[0] == facts_from_osiris(document)[0]


def test_sql_quotes_what_people_write() -> None:
    """A quote in a name is doubled, and the script is one transaction."""
    named = replace(PHASE, doses=(VolumeDose(volume="brain", dose_gy=25.0, fractions=5),))
    facts = PersonFacts(
        person=Person(identities=(Identity(value="O'Neil\\"),)),
        volumes=(VolumeFacts(key="brain", name="x'); DROP TABLE Patient; --"),),
        courses=(replace(COURSE, phases=(named,)),),
    )
    script = osiris_sql(osiris_tables(facts, created=CREATED).document)
    assert "E'O''Neil\\\\'" in script
    assert "'x''); DROP TABLE Patient; --'" in script
    assert script.startswith("SET client_encoding = 'UTF8';\nBEGIN;\n")
    assert script.endswith("COMMIT;\n")


def test_the_same_facts_on_the_same_day_give_the_same_bytes() -> None:
    """No clock, no random number."""
    assert osiris_sql(export(COURSE).document) == osiris_sql(export(COURSE).document)
    assert "2026-11-22 00:00:00" in osiris_sql(export(COURSE).document)
