"""The ``[clinical.outcome]`` table."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.errors import InputError
from graybook.files.clinical_settings import OutcomeSetting
from graybook.files.settings import parse


def outcome(text: str) -> OutcomeSetting:
    """The table's reading."""
    found = parse(f"[clinical.outcome]\n{text}\n").clinical.outcome
    assert found is not None
    return found


def test_what_nobody_says_stays_unknown() -> None:
    """No table: nothing known. A table with a day of death: dead, and no word on recurrence."""
    assert parse('[clinical]\nintent = "curative"').clinical.outcome is None
    found = outcome("death_date = 2026-05-04")
    assert (found.vital_status, found.recurrence, found.toxicities) == ("dead", None, ())


def test_a_recurrence_with_a_day_is_one() -> None:
    """Its day says that there was one; without a day the flag does, both ways."""
    assert outcome("recurrence_date = 2026-05-04").recurrence is True
    assert outcome("recurrence = false").recurrence is False
    toxic = outcome('toxicity = [{ organ = "SpinalCord", term = "myelitis", grade = 0, date = 2026-05-04 }]')
    assert (toxic.toxicities[0].grade, toxic.toxicities[0].date) == (0, date(2026, 5, 4))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('vital_status = "alive"\ndeath_date = 2026-05-04', "death_date"),
        ("death_date = 2026-05-04\nlast_follow_up = 2026-05-05", "last_follow_up"),
        ("death_date = 2026-05-04\nrecurrence_date = 2026-05-05", "recurrence_date"),
        ("recurrence = false\nrecurrence_date = 2026-05-05", "recurrence_date"),
        ('vital_status = "well"', "vital_status"),
        ('toxicity = [{ term = "myelitis", grade = 6 }]', "grade"),
    ],
)
def test_contradictions_are_refused(text: str, key: str) -> None:
    """What cannot both be true is refused by the key at fault."""
    with pytest.raises(InputError, match=key):
        outcome(text)


def test_the_table_is_one() -> None:
    """A list where one table belongs is refused with the way to write it."""
    with pytest.raises(InputError, match="must be a table"):
        parse("[clinical]\noutcome = [1]")
