"""The rows that matter: of each organ the limit that leaves least and applies, the least left first."""

from __future__ import annotations

from graybook.report.leaving import by_least_left, columns_of, first_left, other_rows, rows_that_matter
from unit.report import left_cases as cases


def test_least_left_comes_first() -> None:
    """In 25 fractions 4.7, 14.7, 29.8 and 38.6 Gy are left; then the plexus, whose limit does not apply."""
    assert [entry.structure for entry in first_left(cases.REMAINING)] == [
        "Oesophage",
        "Poumon D",
        "Moelle épinière",
        "Coeur",
        "Plexus brachial D",
    ]


def test_a_limit_that_does_not_apply_follows_the_one_that_does() -> None:
    """The heart's other limit would leave less, did its conditions hold: it stands behind, never before."""
    rows = [entry for entry in rows_that_matter(cases.REMAINING) if entry.structure == "Coeur"]
    assert rows == [cases.HEART, cases.HEART_LESS]


def test_no_row_is_lost() -> None:
    """What the section leaves out, a looser limit and one of a volume, stands among the others."""
    assert set(map(id, other_rows(cases.REMAINING))) == {id(cases.CORD_HYTEC), id(cases.LUNG_VOLUME)}
    many = [cases.remaining(f"limit-{i}", f"Organe {i}", 50.0, 10.0 + i) for i in range(20)]
    assert len(rows_that_matter(many)) + len(other_rows(many)) == 20
    assert rows_that_matter(many)[0].structure == "Organe 19"


def test_where_nothing_is_left_what_is_exceeded_most_comes_first() -> None:
    """Both leave nothing: 90 of 60 stands before 61 of 60."""
    little, much = (cases.remaining(name, name, 60.0, used) for name, used in (("a", 61.0), ("b", 90.0)))
    assert by_least_left([little, much]) == (much, little)


def test_columns_are_the_schedules_and_what_was_asked() -> None:
    """Doses are told in 5, 10, 20 and 30 fractions, and in the 25 that were asked for."""
    assert columns_of(cases.REMAINING) == (5, 10, 20, 25, 30)
