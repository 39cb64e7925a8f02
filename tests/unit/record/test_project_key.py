"""Stand-ins of a project: the same in it, others elsewhere, none computable without the secret."""

from __future__ import annotations

import hashlib
import hmac
import re

import pytest

from graybook.errors import InputError
from graybook.record.person import Identity
from graybook.record.project_key import ProjectKey

KEY = ProjectKey(project="lung", secret=bytes(range(32)))
OTHER = ProjectKey(project="lung", secret=bytes(range(1, 33)))


def test_digest_is_hmac_sha256_of_lengths_and_values() -> None:
    """RFC 2104 over label and values, each behind its length, so that no two lists of values give one message."""
    message = b"\0\0\0\x03uid\0\0\0\x031.2"
    assert KEY.digest("uid", "1.2") == hmac.new(bytes(range(32)), message, hashlib.sha256).digest()
    assert KEY.digest("uid", "1", ".2") != KEY.digest("uid", "1.2")


def test_uid_is_valid_and_differs_by_project() -> None:
    """DICOM PS3.5 B.2: 2.25 and an integer below 2^128 without a leading zero."""
    made = [KEY.uid(f"1.2.3.{n}") for n in range(500)]
    assert len(set(made)) == 500
    assert all(re.fullmatch(r"2\.25\.[1-9]\d{0,38}", one) and len(one) <= 64 for one in made)
    assert KEY.uid("1.2.3") != OTHER.uid("1.2.3")


def test_person_does_not_depend_on_the_order_of_identifiers() -> None:
    """One human with two identifiers has one pseudonym; another project gives another one."""
    two = (Identity(value="7", issuer="B"), Identity(value="9", issuer="A"))
    assert KEY.person(two) == KEY.person(reversed(two)) == KEY.person([two[1]])
    assert re.fullmatch(r"P-[A-Z2-7]{16}", KEY.person(two))
    assert KEY.person(two) != OTHER.person(two)


def test_days_are_whole_weeks_longer_than_a_life() -> None:
    """All between 120 and 160 years back, by whole weeks, and not the same for everybody."""
    drawn = [KEY.days(f"P-{n}") for n in range(300)]
    assert all(one % 7 == 0 and -160 * 365.25 <= one <= -119.9 * 365.25 for one in drawn)
    assert len(set(drawn)) > 200


def test_secret_is_not_shown_and_has_32_bytes() -> None:
    """It stands in no representation, so in no log; a short one is refused."""
    assert "\\x01" not in repr(KEY)
    assert "secret" not in repr(KEY)
    with pytest.raises(InputError):
        ProjectKey(project="lung", secret=b"short")


def test_an_identifier_without_a_value_stands_for_no_one() -> None:
    """Files without Patient ID linked to an identifier do not change its pseudonym; alone they can have none."""
    named, nameless = Identity(value="9", issuer="A"), Identity(value=" ")
    assert KEY.person([nameless, named]) == KEY.person([named])
    with pytest.raises(InputError, match="pseudonym"):
        KEY.person([nameless])
