"""Curves of dvh.csv: their points by plain fractions, and every line that is none."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graybook.cohort.entry import NotPooled
from graybook.cohort.histogram import curves_of
from graybook.cohort.schema import DOSE_AT_PERCENT, VOLUME_AT_GY

HEAD = "structure,course,dose_gy_eqd2,volume_percent\n"


def text(points: list[tuple[int, int]], structure: str = "Heart", course: str = "cumulative") -> str:
    """Lines of a curve from doses in tenths of a Gy and volumes in ten-thousandths of a percent."""
    return "".join(f"{structure},{course},{d / 10:.6f},{v // 10000}.{v % 10000:04}\n" for d, v in points)


def dose_at(points: list[tuple[int, int]], percent: int) -> Fraction:
    """The highest dose that so much of the volume gets, on straight lines between the points. [µGy]"""
    wanted = percent * 10000
    for (d, v), (e, w) in pairwise(points):
        if v >= wanted > w:
            return Fraction(d * 100000) + Fraction((e - d) * 100000 * (v - wanted), v - w)
    raise AssertionError


def volume_at(points: list[tuple[int, int]], gy: int) -> Fraction:
    """The share of the volume that gets a dose, on straight lines. [millionths]"""
    for (d, v), (e, w) in pairwise(points):
        if d <= gy * 10 < e:
            return Fraction(v) + Fraction((w - v) * (gy * 10 - d), e - d)
    return Fraction(0)


@st.composite
def curves(draw: st.DrawFn) -> list[tuple[int, int]]:
    """A curve that falls from everything at 0 to nothing."""
    doses = sorted(draw(st.sets(st.integers(1, 1500), min_size=1, max_size=40)))
    volumes = sorted(
        draw(st.lists(st.integers(0, 1_000_000), min_size=len(doses) - 1, max_size=len(doses) - 1))
    )
    return list(zip([0, *doses], [1_000_000, *reversed(volumes), 0], strict=True))


@given(curves())
def test_points_are_those_of_straight_lines(points: list[tuple[int, int]]) -> None:
    """Every D% and V Gy is what fractions give, rounded half to even."""
    (curve,) = curves_of((HEAD + text(points)).encode()).values()
    assert curve is not None
    assert list(curve.doses_ugy()) == [round(dose_at(points, one)) for one in DOSE_AT_PERCENT]
    assert list(curve.volumes_ppm()) == [round(volume_at(points, one)) for one in VOLUME_AT_GY]


def test_a_uniform_dose() -> None:
    """60 Gy everywhere: every D% lies in the last step, V60 is everything and V70 nothing; the mean is 60 and not 59.8."""
    (curve,) = curves_of((HEAD + text([(0, 1_000_000), (600, 1_000_000), (601, 0)])).encode()).values()
    assert curve is not None
    assert all(60_000_000 <= one <= 60_100_000 for one in curve.doses_ugy())
    assert dict(zip(VOLUME_AT_GY, curve.volumes_ppm(), strict=True))[60] == 1_000_000
    assert dict(zip(VOLUME_AT_GY, curve.volumes_ppm(), strict=True))[70] == 0
    assert curve.fits_mean(60_000_000)
    assert curve.fits_mean(60_100_000)
    assert not curve.fits_mean(59_800_000)
    assert not curve.fits_mean(60_300_000)


def test_curves_by_structure_and_course() -> None:
    """Each curve stands under its structure and course; names may hold commas, quotes and line ends."""
    ramp = [(0, 1_000_000), (10, 0)]
    name = '"Heart, ""old""\nset"'
    found = curves_of((HEAD + text(ramp) + text(ramp, course="2020-a") + text(ramp, structure=name)).encode())
    assert set(found) == {("Heart", "cumulative"), ("Heart", "2020-a"), ('Heart, "old"\nset', "cumulative")}


def test_two_curves_of_one_name_are_of_neither() -> None:
    """Nobody can say whose such a curve is."""
    ramp = text([(0, 1_000_000), (10, 0)])
    assert curves_of((HEAD + ramp + ramp).encode()) == {("Heart", "cumulative"): None}
    apart = ramp + text([(0, 1_000_000), (10, 0)], course="a") + ramp
    assert curves_of((HEAD + apart).encode())["Heart", "cumulative"] is None


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("Heart,a,NaN,50.0000", "dose_gy_eqd2", "NaN"),
        ("Heart,a,0.1,inf", "volume_percent", "inf"),
        ("Heart,a,,50.0000", "dose_gy_eqd2", ""),
        ("Heart,a,0.1,50,0", "dvh.csv", "not 4 values"),
        ("Heart,a,0.1", "dvh.csv", "not 4 values"),
        ("Heart,a,0.10000001,50.0", "dose_gy_eqd2", "0.10000001"),
    ],
)
def test_a_bad_line_is_named(line: str, key: str, value: str) -> None:
    """A line that is none is refused, with its number, the column and the value."""
    data = HEAD + "Heart,a,0.000000,100.0000\n" + line + "\n" + "Heart,a,0.200000,0.0000\n"
    with pytest.raises(NotPooled) as error:
        curves_of(data.encode())
    assert error.value.finding.code == "pool_bad_line"
    assert error.value.finding.params == {"line": 3, "key": key, "value": value}


@pytest.mark.parametrize(
    "points",
    [
        [(0, 1_000_000), (10, 500_000)],
        [(0, 900_000), (10, 0)],
        [(1, 1_000_000), (10, 0)],
        [(0, 1_000_000), (10, 400_000), (20, 500_000), (30, 0)],
        [(0, 1_000_000), (10, 400_000), (10, 0)],
        [(0, 1_000_000)],
    ],
)
def test_a_curve_falls_from_everything_to_nothing(points: list[tuple[int, int]]) -> None:
    """A curve cut off, rising, or not starting at dose 0 with the whole volume is refused, with the line it starts at."""
    with pytest.raises(NotPooled) as error:
        curves_of((HEAD + text(points)).encode())
    assert error.value.finding.code == "pool_curve_incomplete"
    assert error.value.finding.params["line"] == 2


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\xff\xfe", HEAD.encode() + b"\xff,a,0,100\n"])
def test_other_files_are_refused(data: bytes) -> None:
    """What is no table of curves is refused, never an exception of the reader's own."""
    with pytest.raises(NotPooled) as error:
        curves_of(data)
    assert error.value.finding.code == "pool_bad_line"


def test_no_curve_at_all() -> None:
    """A table without a line holds no curve."""
    assert curves_of(HEAD.encode()) == {}
