"""TOML written is read back by tomllib as it was."""

from __future__ import annotations

import math
import tomllib
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graybook.files.toml_text import toml_text

SCALARS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_what_is_written_is_read_back(tables):
    """Any tables of TOML's own types come back equal from Python's reader."""
    assert tomllib.loads(toml_text(tables)) == tables


def test_offsets_and_infinity():
    """A time with its offset from UTC keeps it; infinity is one of TOML's numbers."""
    moment = datetime(1866, 3, 1, 10, 15, tzinfo=timezone(timedelta(hours=1)))
    tables = {"a": [{"given": moment, "utc": datetime(2024, 1, 2, tzinfo=UTC), "most": math.inf}]}
    assert tomllib.loads(toml_text(tables)) == tables
    assert "1866-03-01T10:15:00+01:00" in toml_text(tables)


def test_blocks_are_as_a_person_writes_them():
    """Tables of the top stand in blocks, lists of tables in double brackets, what is deeper inline."""
    tables = {
        "clinical": {"outcome": {"vital_status": "alive"}},
        "phase": [{"plan": "A", "date": date(2026, 1, 31)}, {"plan": "B", "at": time(9, 30)}],
    }
    assert toml_text(tables) == (
        '[clinical]\noutcome = { vital_status = "alive" }\n\n'
        '[[phase]]\nplan = "A"\ndate = 2026-01-31\n\n[[phase]]\nplan = "B"\nat = 09:30:00\n'
    )


def test_what_toml_lacks_is_refused():
    """None has no spelling in TOML."""
    with pytest.raises(TypeError, match="NoneType"):
        toml_text({"a": None})
