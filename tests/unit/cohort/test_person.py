"""Who results are of: identifiers, ages, and which results are of one human."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graybook.cohort.entry import Entry, NotPooled
from graybook.cohort.person import age_years, identities_of, sex, united
from graybook.record import Identity
from graybook.record.person import INS_ISSUER


def patient(**values: Any) -> Entry:
    """A patient as in result.json."""
    return Entry({"id": "1", "issuer": "", "ins": "", "identities": [], "sex": "", **values}, "patient")


def test_every_identifier_counts() -> None:
    """The id, all identities and the national health identity, each once, sorted by issuer."""
    found = identities_of(
        patient(
            id="7",
            issuer="B",
            ins="1234",
            identities=[{"value": "7", "issuer": "B"}, {"value": "9", "issuer": "A"}],
        )
    )
    assert [(one.issuer, one.value) for one in found] == [(INS_ISSUER, "1234"), ("A", "9"), ("B", "7")]


def test_blanks_and_composed_letters_make_no_other_person() -> None:
    """DICOM pads identifiers, and an accent is one sign or two; of the national identity the key is not always kept."""
    padded = identities_of(patient(id="IDX  ", issuer=" HO\u0302P\0", ins="2 69 05 49 588 157 80"))
    plain = identities_of(patient(id="IDX", issuer="H\u00d4P", ins="2690549588157"))
    assert padded == plain
    assert [one.value for one in plain] == ["2690549588157", "IDX"]
    assert united([padded[1:], plain[1:]]) == [[0, 1]]
    assert identities_of(patient(id="idx")) != identities_of(patient(id="IDX"))


def test_nobody_is_refused() -> None:
    """A result without an identifier is of nobody known."""
    with pytest.raises(NotPooled) as error:
        identities_of(patient(id=" "))
    assert error.value.finding.code == "pool_unknown_person"


@pytest.mark.parametrize(
    ("told", "known"), [("f", "F"), ("M", "M"), ("O", "O"), ("", None), ("Female", None)]
)
def test_sex(told: str, known: str | None) -> None:
    """F, M and O are known; all else is not guessed."""
    assert sex(patient(sex=told)) == known


def test_age() -> None:
    """Whole years, the birthday itself counts, leap days too; all above 89 are 90; without a date none."""
    assert age_years(date(2000, 2, 29), date(2026, 2, 28)) == 25
    assert age_years(date(2000, 2, 29), date(2026, 3, 1)) == 26
    assert age_years(date(1936, 5, 1), date(2026, 4, 30)) == 89
    assert age_years(date(1920, 5, 1), date(2026, 4, 30)) == 90
    assert age_years(None, date(2026, 4, 30)) is None
    with pytest.raises(NotPooled):
        age_years(date(2026, 5, 1), date(2026, 4, 30))


@given(st.lists(st.sets(st.integers(0, 12), min_size=1, max_size=3), max_size=12))
def test_linked_results_are_of_one_human(sets: list[set[int]]) -> None:
    """The groups are those found by merging sets that meet until none do."""
    merged: list[tuple[set[int], set[int]]] = []
    for at, one in enumerate(sets):
        ids, places = set(one), {at}
        apart = []
        for other_ids, other_places in merged:
            if ids & other_ids:
                ids |= other_ids
                places |= other_places
            else:
                apart.append((other_ids, other_places))
        merged = [*apart, (ids, places)]
    found = united([[Identity(value=str(v)) for v in sorted(one)] for one in sets])
    assert sorted(map(sorted, found)) == sorted(sorted(places) for _, places in merged)
