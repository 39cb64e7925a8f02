"""The tables of limits: three namespaces, complete rows, and a refusal with line and column for a faulty cell."""

from __future__ import annotations

import csv
import io
from importlib.resources import files

import pytest

from graybook.errors import InputError
from graybook.tables.limit import DoseOf, Namespace, Scale
from graybook.tables.limits import FILES, limits, parsed_limits

TEXTS = {
    name: files("graybook.tables").joinpath("data", "2026-11", name).read_text(encoding="utf-8")
    for name in FILES
}


def with_cell(column: str, value: str, *, line: int = 2) -> str:
    """The table of cumulative limits with one cell changed."""
    rows = list(csv.reader(io.StringIO(TEXTS[FILES[0]])))
    rows[line - 1][rows[0].index(column)] = value
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def test_three_namespaces() -> None:
    """Cumulative limits and observed doses stand in one table, first-course constraints in the other; ids are unique."""
    found = {name: {one.namespace for one in parsed_limits(text, file=name)} for name, text in TEXTS.items()}
    assert found == {
        "reirradiation_limits.csv": {Namespace.CUMULATIVE, Namespace.OBSERVED},
        "first_course_constraints.csv": {Namespace.FIRST_COURSE},
    }
    assert len({one.id for one in limits()}) == len(limits())


def test_a_row_is_complete() -> None:
    """The limit of HyTEC on the thecal sac has every condition its abstract states."""
    limit = next(one for one in limits() if one.id == "hytec2021-thecalsac-max")
    shown = (limit.organ, limit.metric, limit.op, limit.value, limit.unit, limit.dose_of, limit.scale)
    assert shown == ("ThecalSac", "max", "<=", 70.0, "Gy", DoseOf.ALL, Scale.EQD2)
    assert (limit.alpha_beta_gy, limit.rounding, limit.default) == (2.0, 0.625, True)
    conditions = limit.conditions
    assert (conditions.interval_months, conditions.courses, conditions.fractions) == (
        (5.0, None),
        (2, 2),
        (1, 5),
    )
    assert (conditions.recovery_in_source, limit.endpoint) == ("yes", "radiation myelopathy")
    assert "10.1016/j.ijrobp.2019.09.038" in limit.source_text


def test_no_condition_is_none() -> None:
    """Where nothing was read nothing is asked: the consensus column of Rulach states no interval and no fractionation."""
    conditions = next(one for one in limits() if one.id == "rulach2021-spinalcord-max").conditions
    assert (conditions.interval_months, conditions.courses, conditions.fractions) == (None, None, None)
    assert (conditions.fraction_gy, conditions.each_course_max_gy, conditions.modalities) == (None, None, ())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("namespace", "limit"),
        ("value", "sixty"),
        ("value", "0"),
        ("op", "=<"),
        ("dose_of", "some courses"),
        ("scale", "Gy"),
        ("rounding", ""),
        ("courses_min", "1.5"),
        ("courses_min", "0"),
        ("fractions_min", "3"),
        ("fraction_max_gy", "2"),
        ("interval_min_months", "six"),
        ("recovery_in_source", "perhaps"),
        ("default", "always"),
        ("source", ""),
        ("source", "nobody2020"),
        ("tier", "hearsay"),
        ("verified", "primary not checked"),
    ],
)
def test_a_faulty_cell_is_refused_with_its_line(column: str, value: str) -> None:
    """A cell that says nothing that the column means stops the table, and the message names the line."""
    with pytest.raises(InputError) as caught:
        parsed_limits(with_cell(column, value), file="limits.csv")
    assert "limits.csv, line 2" in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize(
    "column", ["namespace", "value", "dose_of", "scale", "recovery_in_source", "default"]
)
def test_a_faulty_cell_is_refused_with_its_column(column: str) -> None:
    """The message names the column and holds the bad value."""
    with pytest.raises(InputError, match=column) as caught:
        parsed_limits(with_cell(column, "nonsense"), file="limits.csv")
    assert caught.value.value == "nonsense"


def test_a_bound_above_its_other_end_is_refused() -> None:
    """Fractions from 5 to 1 are no condition."""
    line = next(
        n for n, text in enumerate(TEXTS[FILES[0]].splitlines(), 1) if text.startswith("hytec2021-thecalsac")
    )
    with pytest.raises(InputError, match=f"line {line}: fractions_min"):
        parsed_limits(with_cell("fractions_min", "9", line=line), file="limits.csv")
    line = next(
        n for n, text in enumerate(TEXTS[FILES[0]].splitlines(), 1) if text.startswith("rulach2021-paradis")
    )
    with pytest.raises(InputError, match=f"line {line}: interval_min_months"):
        parsed_limits(with_cell("interval_min_months", "18", line=line), file="limits.csv")


def test_a_default_that_nobody_checked_is_refused() -> None:
    """A row of tier secondary-repo cannot be marked as a default, whatever the table says."""
    lines = TEXTS[FILES[1]].splitlines()
    rows = list(csv.reader(lines))
    number, row = next((n, row) for n, row in enumerate(rows) if row[-2] == "secondary-repo")
    row[rows[0].index("default")] = "yes"
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(row)
    with pytest.raises(InputError, match="never a default"):
        parsed_limits("\n".join([lines[0], stream.getvalue()]), file="limits.csv")
    assert number > 0
