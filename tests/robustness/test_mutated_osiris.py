"""OSIRIS tables with columns missing, wrong types and keys that point nowhere: no crash, no guess, no silence."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from graybook.errors import GraybookError
from graybook.exchange.course_facts import PersonFacts
from graybook.exchange.osiris import facts_from_osiris, tables_from_csv
from graybook.record import Finding, Severity
from graybook.text import placeholders
from unit.exchange.osiris.osiris_example import PIVOTS, Table, as_tables

SEEDS = 300
Tables = dict[str, Table]
GY = {"cGy": 0.01, "Gy": 1.0}
DOSES = ("Dose_To_Volume", "OSIRIS_pivot_DoseToVolumeRT.csv")
TOTALS = ("TotalDosis", "DoseToVolume_TotalDose")
EACH = ("ScheduledDosePerFraction", "DoseToVolume_FractionDose")
WRONG: tuple[Any, ...] = (
    [],
    {"a": 1},
    True,
    b"16",
    float("nan"),
    math.inf,
    -(10**30),
    10**5000,
    "Unknown",
    999999,
    "1000-01-01",
    "\x00",
    "sechzehn ' OR 1=1",
    "16,5",
    "−3",
    object(),
)
"""None of them is a number of fractions, a dose, a day, a code or a key; some can stand for a name."""
NAMES = {"ROIdescription", "Volume_Description ", "ROIidentifier", "Volume_Identifier", "IsotopeName"}
NAMES |= {
    "EnergyOrIsotope_IsotopeName",
    "CourseObjective",
    "Course_TreatmentIntent",
    "Ext_PatientID",
    "Patient_Id",
}


def whole() -> Tables:
    """The example with a unit in each dose and every key in place."""
    tables = as_tables()
    tables["Phase"][5]["FK_Course_ID"] = 2
    for row in tables["Dose_To_Volume"]:
        row["ScheduledDosePerFraction"] = "266 cGy"
    tables["ROI_Volume"][1] |= {"ROIidentifier": "103", "ROIdescription": "Bed"}
    tables["Modality_and_Tech"].append(
        {"PK_Modal_Tech_ID": 2, "FK_Plan_ID": 2, "Technique": "1162782007", "Modality": "1156506007"}
    )
    return tables


def pivots() -> Tables:
    """The pivot files with a unit in each dose."""
    tables = tables_from_csv(PIVOTS)
    for row in tables["OSIRIS_pivot_DoseToVolumeRT.csv"]:
        row["DoseToVolume_FractionDose"] = "266 cGy"
    return tables


def wrong_value(tables: Tables, chance: random.Random) -> None:
    """A value that is not what the column is for."""
    table = chance.choice([rows for rows in tables.values() if rows])
    row = chance.choice(table)
    columns = [name for name in row if name not in NAMES]
    row[chance.choice(columns)] = chance.choice(WRONG)


def column_gone(tables: Tables, chance: random.Random) -> None:
    """A column less, in every row."""
    table = chance.choice([rows for rows in tables.values() if rows])
    name = chance.choice(list(table[0]))
    for row in table:
        row.pop(name, None)


def table_gone(tables: Tables, chance: random.Random) -> None:
    """A table less."""
    del tables[chance.choice(list(tables))]


def row_gone(tables: Tables, chance: random.Random) -> None:
    """A row less, to which others may point; of an energy nobody would miss it."""
    kept = [name for name, rows in tables.items() if rows and name not in DOSES and "Energy" not in name]
    name = chance.choice(kept)
    del tables[name][chance.randrange(len(tables[name]))]


def key_nowhere(tables: Tables, chance: random.Random) -> None:
    """A key that points to no row."""
    places = [
        (row, name)
        for rows in tables.values()
        for row in rows
        for name in row
        if name.startswith("FK_") or name.endswith("_Ref")
    ]
    row, name = chance.choice([one for one in places if "Treatment" not in one[1]])
    row[name] = chance.choice((777, "nowhere", None, ""))


def key_twice(tables: Tables, chance: random.Random) -> None:
    """A second row with the key of another, that says something else."""
    table = chance.choice(
        [rows for rows in tables.values() if rows and not next(iter(rows[0])).startswith("FK_")]
    )
    row = dict(chance.choice(table))
    row[list(row)[-1]] = "something else"
    table.append(row)


def no_row(tables: Tables, chance: random.Random) -> None:
    """Something that is no row, or no table."""
    name = chance.choice(list(tables))
    if chance.random() < 0.5:
        tables[name] = chance.choice(("rows", None, 7))  # type: ignore[assignment]
    else:
        tables[name].insert(0, chance.choice(("row", None, 7)))


def unit_gone(tables: Tables, chance: random.Random) -> None:
    """A dose without its unit, or with another."""
    (name,) = [one for one in tables if one in DOSES]
    row = chance.choice(tables[name])
    column = next(one for one in EACH if one in row)
    row[column] = chance.choice(("266", "266 rad", "Unknown", "266 CGE"))


def more(tables: Tables, chance: random.Random) -> None:
    """A table and a column nobody knows."""
    tables["Surprise"] = [{"a": 1}]
    chance.choice([rows for rows in tables.values() if rows])[0]["Surprise"] = "x"


def is_whole(rows: Any) -> bool:
    """Whether it still is a table with a value in each row."""
    return isinstance(rows, list) and all(isinstance(row, dict) and row for row in rows)


MUTATIONS: tuple[Callable[[Tables, random.Random], None], ...] = (
    wrong_value,
    wrong_value,
    wrong_value,
    column_gone,
    table_gone,
    row_gone,
    key_nowhere,
    key_twice,
    no_row,
    unit_gone,
    more,
)


def doses(facts: PersonFacts) -> list[float]:
    """All doses that were taken. [Gy]"""
    found = [one for course in facts.courses for phase in course.phases for one in phase.doses]
    return sorted(one.dose_gy for one in found if one.dose_gy is not None)


def stated(tables: Tables) -> set[float]:
    """Every dose that a row states with a unit, read without Graybook. [Gy]"""
    found = set()
    for name, rows in tables.items():
        for row in rows if name in DOSES and isinstance(rows, list) else []:
            if not isinstance(row, dict):
                continue
            total = next((row[one] for one in TOTALS if one in row), None)
            each = next((row[one] for one in EACH if one in row), None)
            if not isinstance(total, str | int | float) or (isinstance(total, int) and total > 10**9):
                continue
            words = [*str(total).split(), *(str(each).split()[1:] if isinstance(each, str) else [])]
            if words and words[0].partition(".")[0].isdigit():
                found |= {round(float(words[0]) * GY[unit], 8) for unit in words[1:] if unit in GY}
    return found


def important(findings: tuple[Finding, ...]) -> set[tuple[str, str, str]]:
    """What was said, without what is only counted."""
    return {(one.code, one.subject, str(sorted(one.params.items(), key=str))) for one in findings}


@pytest.mark.parametrize("base", [whole, pivots], ids=["tables", "pivots"])
def test_mutated_tables(base: Callable[[], Tables]) -> None:
    """300 seeds: only Graybook's own refusals, no dose that no row states with a unit, and no change without a finding."""
    before, said_before = facts_from_osiris(base())
    assert len(doses(before)) == 2
    for seed in range(SEEDS):
        chance, tables = random.Random(seed), base()  # noqa: S311 - seeds make it repeatable
        mutation = chance.choice(MUTATIONS)
        mutation(tables, chance)
        for _ in range(chance.choice((0, 0, 1, 3))):
            wrong_value({name: rows for name, rows in tables.items() if is_whole(rows)}, chance)
        kept = copy.copy(tables)
        try:
            after, said = facts_from_osiris(tables)
        except GraybookError:
            continue
        where = f"seed {seed}, {mutation.__name__}"
        assert set(doses(after)) <= stated(kept), where
        for one in said:
            assert placeholders(one.code, "en") <= {"subject", *one.params}, one
        if after != before:
            assert important(said) - important(said_before), where
        if len(doses(after)) < len(doses(before)):
            new = [one for one in said if one not in said_before]
            assert {one.severity for one in new} & {Severity.WARNING, Severity.ERROR}, where


def test_a_mutated_text_is_read_or_refused() -> None:
    """Pivot files with bytes changed at random: read, or refused with a remedy."""
    for seed in range(SEEDS):
        chance = random.Random(seed)  # noqa: S311
        name = chance.choice(list(PIVOTS))
        text = list(PIVOTS[name])
        for _ in range(chance.randint(1, 8)):
            text[chance.randrange(len(text))] = chance.choice(('"', ";", "\n", "\r", "\x00", "é", "9", ""))
        try:
            facts, _ = facts_from_osiris(tables_from_csv(PIVOTS | {name: "".join(text)}))
        except GraybookError:
            continue
        assert len(doses(facts)) <= 2
        assert all(
            course.start_date is None or course.start_date > date(1000, 1, 1) for course in facts.courses
        )
