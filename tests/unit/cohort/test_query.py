"""The words of a question: one spelling, coarse limits, no measure that counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from graybook.cohort.fields import FIELDS
from graybook.cohort.query import Condition, Query
from graybook.cohort.schema import DOSE_AT_PERCENT, TABLE, VOLUME_AT_GY
from graybook.errors import UsageError


def test_every_field_is_a_column() -> None:
    """Every word that a question may use is a column of the table, and no column that tells persons apart is one."""
    columns = {field.column for field in FIELDS.values()}
    assert columns <= set(TABLE.names)
    assert not columns & {"person", "result", "start"}


def test_every_field_is_documented(repository: Path) -> None:
    """Every word stands on the command's page; points of the histogram by their first and last."""
    page = (repository / "docs" / "commands" / "cohort.md").read_text(encoding="utf-8")
    points = {f"eqd2_d{percent}pct" for percent in DOSE_AT_PERCENT[1:-1]} | {
        f"v{gy}gy" for gy in VOLUME_AT_GY[1:-1]
    }
    assert [name for name in FIELDS if name not in points and f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("structure = SpinalCord", "structure=SpinalCord"),
        ("structure=Lung_R, Lung_L,Lung_R", "structure=Lung_L,Lung_R"),
        ("eqd2_d0_03cc >= 40", "eqd2_d0_03cc>=40"),
        ("sex=not-known", "sex=not-known"),
        ("recurrence=yes", "recurrence=yes"),
    ],
)
def test_condition_has_one_spelling(text: str, spelled: str) -> None:
    """Blanks, order and repetition make no other question."""
    assert str(Condition.parsed(text)) == spelled


@pytest.mark.parametrize(
    "text",
    [
        "eqd2_d0_03cc>=45.5",  # limits between whole Gy would find single persons
        "eqd2_d0_03cc>=45",
        "eqd2_d0_03cc=45",
        "interval_days<100",
        "age>=65",
        "structure>=SpinalCord",
        "recurrence=true",
        "person=P-1",
        "start>=2020",
        "eqd2_mean>=many",
        "eqd2_mean",
        "eqd2_mean>=",
    ],
)
def test_condition_is_refused(text: str) -> None:
    """Limits off the grid, exact values, fields that are not asked, and what is no condition."""
    with pytest.raises(UsageError):
        Condition.parsed(text)


@pytest.mark.parametrize(
    "words",
    [
        {"columns": "sex"},
        {"rows": "sex", "columns": "sex"},
        {"measure": "mean"},
        {"of": "eqd2_mean"},
        {"measure": "mean", "of": "recurrence"},  # the mean of yes and no is a count
        {"measure": "sum", "of": "toxicity_grade"},
        {"measure": "mean", "of": "courses"},
        {"rows": "person"},
    ],
)
def test_query_is_refused(words: dict[str, str]) -> None:
    """Columns without rows, measures of nothing, and measures that would count persons."""
    with pytest.raises(UsageError):
        Query(**words)  # type: ignore[arg-type]


def test_query_comes_back() -> None:
    """A question read from the log is the question that was asked, whatever the order of its conditions."""
    conditions = Condition.parsed("sex=F"), Condition.parsed("age>=60")
    query = Query(rows="structure", measure="mean", of="eqd2_mean", where=conditions)
    assert Query.of_document(query.document()) == query
    assert (
        Query(rows="structure", measure="mean", of="eqd2_mean", where=conditions[::-1]).sha256 == query.sha256
    )


@pytest.mark.parametrize(
    ("name", "category", "label"),
    [
        ("eqd2_mean", 4, "40-50 Gy"),
        ("v20gy", 3, "30-40 %"),
        ("v20gy", 10, "100 %"),
        ("interval_days", 0, "<180 d"),
        ("interval_days", 1, "180-360 d"),
        ("interval_days", 5, ">=3600 d"),
        ("sex", None, "not-known"),
        ("recurrence", False, "no"),
        ("alpha_beta", 2000, "2 Gy"),
        ("courses", 3, "3"),
    ],
)
def test_label(name: str, category: object, label: str) -> None:
    """Categories are called by their bounds, with units."""
    assert FIELDS[name].label(category) == label
