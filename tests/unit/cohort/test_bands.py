"""Bands of persons hide every group of one to ten, whatever two numbers are compared."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest

from graybook.cohort.bands import FLOOR, Band, band_of, bands_of_parts, enough
from graybook.errors import NotComparable

ENOUGH_VALUES = 9


def values(low: int, high: int, *, most: int) -> int:
    """How many whole numbers from 0 to the most lie between the ends."""
    return min(high, most) - max(low, 0) + 1


@pytest.mark.parametrize("total", [11, 12, 21, 22, 25, 31, 32, 33, 43, 44, 60, 199, 200, 208, 209])
def test_every_number_lies_in_its_band(total: int) -> None:
    """Every count of a pool has a band that holds it, and bands follow each other without a gap."""
    found = [band_of(count, total) for count in range(total + 1)]
    assert all(band.low <= count <= band.high for count, band in enumerate(found))
    assert (found[0], found[-1]) == (Band(low=0, high=0), Band(low=total, high=total))
    distinct = list(dict.fromkeys(found))
    assert all(one.high + 1 == after.low for one, after in pairwise(distinct))


@pytest.mark.parametrize("total", [*range(22, 60), 99, 200, 207, 208])
def test_no_difference_tells_a_small_group(total: int) -> None:
    """Of two sets, one within the other by one to ten persons, the bands leave nine possible differences or more; so does N."""
    for small in range(total + 1):
        for large in range(small + 1, min(small + FLOOR, total + 1)):
            one, other = band_of(large, total), band_of(small, total)
            left = values(one.low - other.high, one.high - other.low, most=total)
            assert left >= ENOUGH_VALUES, (total, small, large)


@pytest.mark.parametrize("total", [22, 23, 31, 32, 45, 200])
def test_a_small_group_and_its_complement_are_hidden(total: int) -> None:
    """One to ten persons, and all but one to ten, show as ten values at least."""
    for count in range(1, FLOOR):
        assert values(band_of(count, total).low, band_of(count, total).high, most=total) >= FLOOR - 1
        rest = band_of(total - count, total)
        assert values(total - rest.high, total - rest.low, most=total) >= FLOOR - 1


def implied(place: int, total: int, found: Iterable[Band]) -> int:
    """How many values the whole and all other parts leave for one part."""
    bands = list(found)
    others = [band for i, band in enumerate(bands) if i != place]
    low = max(bands[place].low, total - sum(band.high for band in others))
    high = min(bands[place].high, total - sum(band.low for band in others))
    return high - low + 1


def test_parts_of_a_known_whole_hide_small_ones() -> None:
    """Of 2000 drawn partitions no part of one to ten persons has fewer than ten possible values beside all others and the total."""
    draw = np.random.default_rng(11)
    for _ in range(2000):
        parts = draw.integers(2, 7)
        shares = draw.dirichlet(np.full(parts, 0.6))
        counts = [int(one) for one in draw.multinomial(int(draw.integers(22, 400)), shares)]
        found = bands_of_parts(counts)
        for place, count in enumerate(counts):
            assert found[place].low <= count <= found[place].high
            if 0 < count < FLOOR:
                assert implied(place, sum(counts), found) >= FLOOR - 1, (counts, found)


def test_parts_at_their_upper_ends_are_widened() -> None:
    """Bands alone would tell: 120, 43 and 27 stand at or near their upper ends, so that the fourth part of 200 is 5 to 10."""
    counts = [120, 43, 27, 10]
    assert implied(3, 200, [band_of(one, 200) for one in counts]) == 6
    assert implied(3, 200, bands_of_parts(counts)) >= FLOOR - 1


def test_few_persons_are_not_described() -> None:
    """Ten persons make no pool that may be described."""
    enough(11)
    with pytest.raises(NotComparable, match="fewer than 11 persons"):
        enough(10)
