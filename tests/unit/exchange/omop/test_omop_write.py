"""Rows of OMOP load into DuckDB with our own definition of the tables, and a query finds the doses again by their links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
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
from graybook.exchange.omop import omop_ddl, omop_tables
from graybook.record import Identity, Modality, Person, Severity, Status
from graybook.tables import omop
from graybook.text import placeholders

CREATED = date(2026, 11, 22)


def eqd2(value_gy: float, alpha_beta_gy: float) -> BiologicalMetric:
    """An EQD2."""
    return BiologicalMetric(kind=MetricKind.EQD2, value_gy=value_gy, alpha_beta_gy=alpha_beta_gy)


def brain(**changes: object) -> PersonFacts:
    """XRTS-05 of CodeX Radiation Therapy: 25 Gy/5 in 2020 and 20 Gy/5 in 2021 to the brain; EQD2 at 3 Gy 40 + 28 = 68."""

    def course(key: str, days: tuple[date, date], dose_gy: float, at_3: float, again: bool) -> CourseFacts:
        dose = VolumeDose(volume="brain", dose_gy=dose_gy, fractions=5, metrics=(eqd2(at_3, 3.0),))
        phase = PhaseFacts(
            key=f"{key} phase",
            modality=Modality.PHOTON,
            technique="1156530009",
            fractions_delivered=5,
            start_date=days[0],
            end_date=days[1],
            doses=(dose,),
        )
        return CourseFacts(
            key=key,
            start_date=days[0],
            end_date=days[1],
            intent="palliative",
            reirradiation=again,
            phases=(phase,),
            grade="C",
        )

    facts: dict[str, object] = {
        "person": Person(identities=(Identity(value="XRTS-05"),), birth_date=date(1960, 4, 2), sex="F"),
        "volumes": (VolumeFacts(key="brain", name="Whole brain"),),
        "courses": (
            course("C1", (date(2020, 9, 7), date(2020, 9, 14)), 25.0, 40.0, again=False),
            course("C2", (date(2021, 9, 20), date(2021, 9, 24)), 20.0, 28.0, again=True),
        ),
        "cumulative": (
            VolumeDose(volume="brain", metrics=(eqd2(73.75, 2.0), eqd2(68.0, 3.0), eqd2(54.583333, 10.0))),
        ),
    }
    return PersonFacts(**(facts | changes))  # type: ignore[arg-type]


@pytest.fixture
def loaded() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with the rows of XRTS-05."""
    connection = duckdb.connect()
    connection.execute(omop_ddl())
    for table, rows in omop_tables(brain(), created=CREATED).document.items():
        for row in rows:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", list(row.values()))  # noqa: S608
    yield connection
    connection.close()


def test_rows_are_those_of_two_courses(loaded: duckdb.DuckDBPyConnection) -> None:
    """Two courses are two episodes with a child each, and each child has one procedure of 5 fractions of photons, VMAT."""
    found = loaded.execute(
        "SELECT parent.episode_number, child.episode_start_date, p.procedure_concept_id, p.modifier_concept_id, p.quantity, "
        "p.procedure_source_value, p.modifier_source_value FROM episode parent "
        "JOIN episode child ON child.episode_parent_id = parent.episode_id "
        "JOIN episode_event e ON e.episode_id = child.episode_id AND e.episode_event_field_concept_id = 1147082 "
        "JOIN procedure_occurrence p ON p.procedure_occurrence_id = e.event_id "
        "WHERE parent.episode_concept_id = 32531 AND child.episode_concept_id = 32532 ORDER BY 1"
    ).fetchall()
    same = (607996, 603135, 5, "SCT:1156506007", "SCT:1156530009")
    assert found == [(1, date(2020, 9, 7), *same), (2, date(2021, 9, 20), *same)]
    assert loaded.execute("SELECT gender_concept_id, year_of_birth FROM person").fetchall() == [(8532, 1960)]


def test_doses_of_phases_hang_on_their_procedures(loaded: duckdb.DuckDBPyConnection) -> None:
    """2500 and 2000 cGy are found by procedure and unit, and so are the EQD2 of 40 and 28 Gy at an α/β of 3 Gy."""
    found = loaded.execute(
        "SELECT measurement_source_value, CAST(value_as_number AS DOUBLE), unit_source_value, value_source_value "
        "FROM measurement JOIN procedure_occurrence ON procedure_occurrence_id = measurement_event_id "
        "AND meas_event_field_concept_id = 1147082 WHERE unit_source_value IS NOT NULL ORDER BY measurement_id"
    ).fetchall()
    assert found == [
        ("GB:TOTAL_DOSE", 2500.0, "cGy", "Whole brain"),
        ("GB:EQD2", 4000.0, "cGy EQD2 a/b=3", "Whole brain"),
        ("GB:TOTAL_DOSE", 2000.0, "cGy", "Whole brain"),
        ("GB:EQD2", 2800.0, "cGy EQD2 a/b=3", "Whole brain"),
    ]


def test_cumulative_doses_belong_to_both_courses(loaded: duckdb.DuckDBPyConnection) -> None:
    """The EQD2 of both courses, 73.75, 68.00 and 54.583 33 Gy, is linked to both episodes and to 1e-5 Gy what it was."""
    found = loaded.execute(
        "SELECT unit_source_value, CAST(value_as_number AS DOUBLE) / 100, count(DISTINCT episode_id) FROM measurement "
        "JOIN episode_event ON event_id = measurement_id AND episode_event_field_concept_id = 1147138 "
        "WHERE measurement_source_value = 'GB:CUMULATIVE_EQD2' GROUP BY ALL ORDER BY 2 DESC"
    ).fetchall()
    assert [(unit, courses) for unit, _, courses in found] == [
        ("cGy EQD2 a/b=2", 2),
        ("cGy EQD2 a/b=3", 2),
        ("cGy EQD2 a/b=10", 2),
    ]
    assert [dose for _, dose, _ in found] == pytest.approx([73.75, 68.0, 54.583333], abs=1e-5)


def test_what_is_said_of_a_course_is_an_observation(loaded: duckdb.DuckDBPyConnection) -> None:
    """Re-irradiation stands as true or false by course; intent with the concept it was mapped to."""
    found = loaded.execute(
        "SELECT e.episode_id, observation_source_value, value_as_string, value_as_concept_id FROM observation "
        "JOIN episode_event e ON e.event_id = observation_id AND e.episode_event_field_concept_id = 1147165 ORDER BY 1, 2"
    ).fetchall()
    assert [one[2] for one in found if one[1] == "GB:REIRRADIATION"] == ["false", "true"]
    assert {one[2:] for one in found if one[1] == "GB:INTENT"} == {("palliative", 4179711)}
    assert len(found) == 6


def test_concepts_that_nobody_checked_are_said() -> None:
    """Each concept read in another's work is named in a finding, and none of them hides as a fact."""
    findings = omop_tables(brain(), created=CREATED).findings
    said = {one.subject for one in findings if one.code == "exchange_omop_unverified"}
    assert {"32531", "32532", "32817", "1147082", "607996", "603135", "4179711"} <= said
    assert "8532" not in said


def test_without_a_year_of_birth_there_is_no_person() -> None:
    """OMOP demands a year of birth: without one the row is left out and said, never made up."""
    exported = omop_tables(brain(person=Person(identities=(Identity(value="P"),))), created=CREATED)
    assert exported.document["person"] == []
    assert "exchange_omop_no_birth_year" in {one.code for one in exported.findings}


@pytest.mark.parametrize("status", [Status.PROPOSED, Status.UNKNOWN, Status.NOT_GIVEN, Status.ALTERNATIVE])
def test_only_what_was_given_is_written(status: Status) -> None:
    """A plan, or what nobody says was given, is no episode, and a finding names it."""
    course = CourseFacts(key="C", status=status, start_date=date(2020, 1, 1))
    exported = omop_tables(brain(courses=(course,), cumulative=()), created=CREATED)
    assert exported.document["episode"] == []
    assert ("exchange_omop_not_given", "C") in {(one.code, one.subject) for one in exported.findings}


def test_a_course_without_a_date_is_left_out() -> None:
    """OMOP demands a first day; none is invented, and the course is named."""
    exported = omop_tables(brain(courses=(CourseFacts(key="C"),), cumulative=()), created=CREATED)
    assert exported.document["episode"] == []
    left = omop_tables(brain(courses=(CourseFacts(key="C"),)), created=CREATED)
    assert left.document["measurement"] == []
    assert "exchange_omop_no_course" in {one.code for one in left.findings}
    (said,) = [one for one in exported.findings if one.code == "exchange_omop_no_date"]
    assert (said.subject, said.severity) == ("C", Severity.WARNING)


def test_a_dose_without_a_unit_is_no_measurement() -> None:
    """What has no Gy gets no row."""
    phase = PhaseFacts(key="p", doses=(VolumeDose(volume="brain", fractions=16, as_found="4256 (266 × 16)"),))
    course = CourseFacts(key="C", start_date=date(2020, 1, 1), phases=(phase,))
    exported = omop_tables(brain(courses=(course,), cumulative=()), created=CREATED)
    assert [one["measurement_source_value"] for one in exported.document["measurement"]] == ["GB:FRACTIONS"]
    assert "exchange_omop_dose_left_out" in {one.code for one in exported.findings}


def test_every_row_has_every_column() -> None:
    """Rows have the columns of the model in their order, and nothing stands in an obligatory one but a value."""
    document = omop_tables(brain(), created=CREATED).document
    for table, rows in document.items():
        names = [one.name for one in omop.columns() if one.table == table]
        needed = [one.name for one in omop.columns() if one.table == table and one.required]
        assert all(list(row) == names for row in rows)
        assert all(row[name] is not None for row in rows for name in needed)
        assert rows


def test_every_finding_fills_its_sentence() -> None:
    """What a sentence names stands in the finding."""
    strange = CourseFacts(
        key="C", start_date=date(2020, 1, 1), diagnosis="C71.9", phases=(PhaseFacts(key="p", energy="6 MV"),)
    )
    both = [*omop_tables(brain(), created=CREATED).findings]
    both += omop_tables(brain(courses=(strange,), person=Person(identities=())), created=CREATED).findings
    assert len({one.code for one in both}) >= 6
    for one in both:
        assert placeholders(one.code, "en") <= {"subject", *one.params}, one


def test_the_same_facts_give_the_same_rows() -> None:
    """The day of the export changes nothing."""
    assert omop_tables(brain(), created=CREATED) == omop_tables(brain(), created=date(2027, 1, 1))
