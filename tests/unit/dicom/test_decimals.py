"""Decimal texts become the nearest floats, in bulk as one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graybook.dicom._kernels import plain_decimals
from graybook.dicom.attributes import decimal_array

FILLING = b"\\0" * 200
"""Makes a text long enough to be read in bulk."""

written = st.one_of(
    st.decimals(min_value=-500, max_value=500, places=4).map(str),
    st.floats(-1e4, 1e4).map(lambda x: f"{x:.10g}"),
    st.floats(-1e4, 1e4).map(repr),
    st.floats(-1e30, 1e30).map(lambda x: f"{x:.9E}"),
    st.sampled_from(["-0", "+7", ".5", "5.", " 3.25 ", "1e3", "-1.5E-07", "9007199254740993", "1e-40"]),
)


@given(st.lists(written, min_size=1, max_size=30))
def test_bulk_is_python_s_own_reading(texts: list[str]) -> None:
    """Every number of a long text is bit for bit what Python's float gives."""
    values = decimal_array("\\".join(texts).encode() + FILLING)[: len(texts)]
    expected = np.array([float(text) for text in texts])
    np.testing.assert_array_equal(values, expected)
    np.testing.assert_array_equal(np.signbit(values), np.signbit(expected))


@pytest.mark.parametrize(
    "bad", [b"", b"x", b"1 2", b"1_0", b"--1", b"1.2.3", b"1e", b"e5", b".", b"-", b"1,5"]
)
def test_what_is_no_number_is_refused(bad: bytes) -> None:
    """An empty part, a letter, two numbers in a part, two points: the list is no list of numbers."""
    with pytest.raises(ValueError):  # noqa: PT011 - Python says which
        decimal_array(b"1\\" + bad + FILLING)


def test_no_room_is_no_overflow() -> None:
    """More numbers than places are refused, not written past the end."""
    values = np.full(2, 7.0)
    assert plain_decimals(np.frombuffer(b"1\\2\\3", dtype=np.uint8), values) == -1
