"""A real PostgreSQL with OSIRIS' published schema: our columns are its columns, our rows load, and come back as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from databases import postgresql
from graybook.exchange.computed import volume_eqd2_gy
from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.exchange.fhir import facts_from_fhir
from graybook.exchange.omop import omop_ddl
from graybook.exchange.osiris import facts_from_osiris, osiris_sql, osiris_tables
from graybook.record import Identity, Modality, Person, Severity, Status
from graybook.tables import omop, osiris

SCHEMA = Path(__file__).resolve().parents[1] / "data" / "osiris" / "OSIRIS_PostgreSQL_CREATE_TABLE.sql"
TYPES = {
    "integer": "integer",
    "character varying": "varchar",
    "character": "char",
    "date": "date",
    "timestamp without time zone": "timestamp",
    "boolean": "boolean",
    "numeric": "decimal",
}


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    """A server of our own."""
    found = postgresql.programs()
    if found is None:
        pytest.skip("PostgreSQL: install Debian's package postgresql")
    with postgresql.server(found) as running:
        yield running


@pytest.fixture
def database(server: postgresql.Server) -> str:
    """An empty OSIRIS database."""
    name = server.database("osiris")
    server.run(SCHEMA.read_text(encoding="utf-8"), database=name)
    return name


def rows(server: postgresql.Server, database: str, table: str) -> list[dict[str, Any]]:
    """All rows of a table as the server gives them, columns in lower case."""
    query = f"SELECT coalesce(json_agg(t), '[]') FROM (SELECT * FROM {table} ORDER BY 1) t;"  # noqa: S608
    found: list[dict[str, Any]] = json.loads(server.run(query, database=database))
    return found


def breast() -> PersonFacts:
    """XRTS-04 of CodeX Radiation Therapy: both breasts and a boost, 900 + 800 cGy in 3 + 4 fractions, 6 to 17 September 2021."""
    left, boost, right = "left", "boost", "right"

    def phase(
        key: str, days: tuple[int, int], number: int, kind: Modality, code: str, **gy: float
    ) -> PhaseFacts:
        doses = tuple(VolumeDose(volume=name, dose_gy=dose, fractions=number) for name, dose in gy.items())
        return PhaseFacts(
            key=key,
            modality=kind,
            modality_code=code,
            technique="1162782007",
            fractions_delivered=number,
            start_date=date(2021, 9, days[0]),
            end_date=date(2021, 9, days[1]),
            doses=doses,
            uids=(f"1.2.246.352.71.5.{days[0]}",),
        )

    photons, electrons = (Modality.PHOTON, "1156506007"), (Modality.ELECTRON, "45643008")
    return PersonFacts(
        person=Person(identities=(Identity(value="XRTS-04-22B"),), birth_date=date(1955, 3, 7), sex="F"),
        volumes=(
            VolumeFacts(key=left, name="Left breast", site="76752008", laterality="7771000"),
            VolumeFacts(key=boost, name="Lit opératoire, l'« îlot » \\ boost", uid="1.2.246.352.71.4.1"),
            VolumeFacts(key=right, name="Right breast", site="76752008", laterality="24028007"),
        ),
        courses=(
            CourseFacts(
                key="course",
                start_date=date(2021, 9, 6),
                end_date=date(2021, 9, 17),
                intent="curative",
                termination="182992009",
                sessions=10,
                phases=(
                    phase("a", (6, 8), 3, *photons, left=9.0, boost=9.0),
                    phase("b", (13, 15), 3, *photons, right=9.0),
                    phase("c", (14, 17), 4, *electrons, boost=8.0),
                ),
            ),
        ),
    )


def test_our_columns_are_those_of_the_schema(server: postgresql.Server, database: str) -> None:
    """Names, types, sizes and NOT NULL of each table we write are those that PostgreSQL reads in the published schema."""
    told = server.run(
        "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, is_identity "
        "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position;",
        database=database,
    )
    theirs: dict[str, list[tuple[object, ...]]] = {}
    for line in told.splitlines():
        table, name, kind, size, nullable, numbered = line.split("\t")
        column = (name, TYPES.get(kind, kind), size, nullable == "NO", numbered == "YES")
        theirs.setdefault(table, []).append(column)
    ours: dict[str, list[tuple[object, ...]]] = {}
    for one in osiris.columns():
        if not one.ours:
            column = (one.name.lower(), one.type, str(one.size or "\\N"), one.required, one.identity)
            ours.setdefault(one.table.lower(), []).append(column)
    assert len(theirs) == 44
    assert len(ours) == 8
    assert {table: theirs[table] for table in ours} == ours


def test_rows_load_and_come_back(server: postgresql.Server, database: str) -> None:
    """Every row that is written is accepted by the published schema, and comes back as it was, texts with quotes included."""
    tables = osiris_tables(breast(), created=date(2026, 11, 22)).document
    server.run(osiris_sql(tables), database=database)
    for table, written in tables.items():
        plain = [{name.lower(): value for name, value in row.items()} for row in written]
        back = rows(server, database, table)
        for row in back:
            for name, value in row.items():
                if isinstance(value, str):
                    row[name] = value.rstrip().replace("T00:00:00", " 00:00:00")
        assert back == plain, table
    assert [len(rows(server, database, table)) for table in ("course", "phase", "dose_to_volume")] == [
        1,
        3,
        4,
    ]


def test_facts_come_back_from_the_database(server: postgresql.Server, database: str) -> None:
    """What the database gives back says the same courses: dates, fractions, Gy by volume, modality, plan UIDs, and the person."""
    facts = breast()
    server.run(osiris_sql(osiris_tables(facts, created=date(2026, 11, 22)).document), database=database)
    tables = {table: rows(server, database, table) for table in {one.table for one in osiris.columns()}}
    read, findings = facts_from_osiris(tables)
    assert [one for one in findings if one.severity is not Severity.INFO] == []
    assert read.person == facts.person
    (course,), (first,) = read.courses, facts.courses
    for name in ("status", "start_date", "end_date", "intent", "termination", "sessions"):
        assert getattr(course, name) == getattr(first, name), name
    names = {one.key: one.name for one in (*read.volumes, *facts.volumes)}
    for back, given in zip(course.phases, first.phases, strict=True):
        same = (
            "status",
            "modality",
            "modality_code",
            "technique",
            "fractions_delivered",
            "start_date",
            "end_date",
            "uids",
        )
        for name in same:
            assert getattr(back, name) == getattr(given, name), name
        assert [(names[one.volume], one.dose_gy, one.fractions) for one in back.doses] == [
            (names[one.volume], one.dose_gy, one.fractions) for one in given.doses
        ]
    boost = [one.volume for phase in course.phases for one in phase.doses if "boost" in names[one.volume]]
    assert len(boost) == 2
    assert len(set(boost)) == 1


def test_a_database_numbers_on_behind_our_keys(server: postgresql.Server, database: str) -> None:
    """A patient whom the database numbers by itself, after ours, gets the next key."""
    server.run(osiris_sql(osiris_tables(breast(), created=date(2026, 11, 22)).document), database=database)
    server.run(
        "INSERT INTO Patient (TK_LoadProcID, TD_CreationDate, TD_UpdateDate, Ext_PatientID, OriginCenterID, ProviderCenterID, "
        "BirthDate, Gender, Ethnicity, DeathStatus, DeathStatusDate) "
        "VALUES (2, now(), now(), 'next', '1', '1', '1980-01-01', 'M', '', false, '2026-01-01');",
        database=database,
    )
    assert [row["pk_patientid"] for row in rows(server, database, "patient")] == [1, 2]


def test_a_code_that_overflows_is_reported(server: postgresql.Server, database: str) -> None:
    """A SNOMED CT identifier above 2 147 483 647 (721031000124102) is not written, said so, and the row still loads."""
    facts = PersonFacts(
        person=Person(identities=(Identity(value="P"),)),
        volumes=(VolumeFacts(key="v", name="v", site="721031000124102"),),
        courses=(
            CourseFacts(
                key="c",
                status=Status.DELIVERED,
                phases=(
                    PhaseFacts(
                        key="p",
                        fractions_delivered=5,
                        doses=(VolumeDose(volume="v", dose_gy=25.0, fractions=5),),
                    ),
                ),
            ),
        ),
    )
    exported = osiris_tables(facts, created=date(2026, 11, 22))
    server.run(osiris_sql(exported.document), database=database)
    assert rows(server, database, "roi_volume")[0]["roilocation"] == -1
    codes = {(one.code, one.params.get("column")) for one in exported.findings}
    assert ("exchange_osiris_no_room", "ROIlocation") in codes
    assert ("exchange_osiris_fictive", "ROIlocation") in codes


@pytest.mark.parametrize(
    ("case", "volume", "alpha_beta_gy", "expected"),
    [
        ("xrts-04", "boost", 3.0, 18.80),
        ("xrts-04", "boost", 10.0, 17.75),
        ("xrts-05", "brain", 3.0, 68.00),
        ("xrts-05", "brain", 10.0, 54.58),
    ],
)
def test_fhir_through_osiris(
    server: postgresql.Server, database: str, case: str, volume: str, alpha_beta_gy: float, expected: float
) -> None:
    """XRTS-04 and XRTS-05 out of FHIR, into OSIRIS' database and out of it again: EQD2 as by hand, phase by phase.

    9 Gy/3 + 8 Gy/4 to the boost; 25 Gy/5 and, a year later, 20 Gy/5 to the brain.
    """
    bundle = json.loads((SCHEMA.parents[1] / "fhir" / f"{case}.json").read_text(encoding="utf-8"))
    facts, _ = facts_from_fhir(bundle)
    server.run(osiris_sql(osiris_tables(facts, created=date(2026, 11, 22)).document), database=database)
    tables = {table: rows(server, database, table) for table in {one.table for one in osiris.columns()}}
    read, _ = facts_from_osiris(tables)
    named = {one.key for one in read.volumes if volume in one.name.casefold()}
    found = [
        volume_eqd2_gy(course, one, alpha_beta_gy)
        for course in read.courses
        for one in sorted({dose.volume for phase in course.phases for dose in phase.doses} & named)
    ]
    assert sum(one or 0.0 for one in found) == pytest.approx(expected, abs=0.005)
    assert None not in found


def test_omop_tables_are_made_by_postgresql_too(server: postgresql.Server) -> None:
    """Our definition of OMOP's tables, which DuckDB runs, is also PostgreSQL's: six tables with the columns of the list."""
    name = server.database("omop")
    server.run(omop_ddl(), database=name)
    told = server.run(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public';",
        database=name,
    )
    assert {tuple(line.split("\t")) for line in told.splitlines()} == {
        (one.table, one.name) for one in omop.columns()
    }
