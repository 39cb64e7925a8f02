"""Ranges of vertebrae are read as people write them, and share what they share."""

from __future__ import annotations

import pytest

from graybook.errors import InputError
from graybook.record import Levels


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("T9-L1", "T9-L1"),
        ("T9–L1", "T9-L1"),
        ("D9 - L1", "T9-L1"),
        ("Th9 to L1", "T9-L1"),
        ("D9 à L1", "T9-L1"),
        ("L2-sacrum", "L2-sacrum"),
        ("L2-S5", "L2-sacrum"),
        ("sacrum", "sacrum"),
        ("c5", "C5"),
        ("S1-S2", "S1-S2"),
    ],
)
def test_ranges_are_read_as_written(written: str, meant: str) -> None:
    """English and French spellings of one range are one range."""
    assert Levels.parse(written).text == meant


@pytest.mark.parametrize("written", ["", "L1-T9", "T13", "L2-", "spine", "T9-T10-T11"])
def test_what_is_no_range_is_refused(written: str) -> None:
    """A range upside down, a vertebra that does not exist or a word is refused with an example."""
    with pytest.raises(InputError) as caught:
        Levels.parse(written)
    assert "T9-L1" in caught.value.remedy


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("T12-L3", "T9-L1", "T12-L1"),
        ("T12-L3", "L2-sacrum", "L2-L3"),
        ("C1-C7", "T1-T12", None),
        ("L5-S1", "sacrum", "S1"),
    ],
)
def test_shared_vertebrae(one: str, other: str, shared: str | None) -> None:
    """Two ranges share the vertebrae of both, in either order."""
    for first, second in ((one, other), (other, one)):
        found = Levels.parse(first).shared(Levels.parse(second))
        assert (found and found.text) == shared
