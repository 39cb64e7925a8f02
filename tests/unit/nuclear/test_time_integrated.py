"""Trapezoid, single time points and the table of choices: closed forms, published ratios, bounds, notes, refusals."""

from __future__ import annotations

from math import e, log

import numpy as np
import pytest

from graybook.errors import InputError, UsageError
from graybook.nuclear.single_time_point import hanscheid, hanscheid_ratio, madsen, madsen_ratio
from graybook.nuclear.time_activity import fit_curve
from graybook.nuclear.time_integrated import ChoiceNote, choices, of_single_time_point, of_trapezoid
from graybook.nuclear.trapezoid import trapezoid

LU_177_H = 159.528
TIMES = [4.0, 24.0, 72.0, 120.0, 168.0]


def points(half_life_h: float) -> list[float]:
    """A hundred megabecquerel that fall with one half-life. [MBq]"""
    return [100.0 * 2.0 ** (-t / half_life_h) for t in TIMES]


def test_trapezoid_by_hand() -> None:
    """Triangle, two trapezoids, tail A/λ."""
    area = trapezoid([2.0, 4.0, 8.0], [10.0, 20.0, 12.0], physical_half_life_h=10.0, tail="physical")
    assert area.start_mbq_h == 10.0
    assert area.middle_mbq_h == 30.0 + 64.0
    assert area.tail_mbq_h == pytest.approx(12.0 * 10.0 / log(2))
    assert area.mbq_h == pytest.approx(104.0 + 120.0 / log(2))
    none = trapezoid([2.0, 4.0, 8.0], [10.0, 20.0, 12.0], physical_half_life_h=10.0, tail="none")
    assert none.mbq_h == 104.0
    back = trapezoid([2.0], [10.0], physical_half_life_h=10.0, tail="none", start="decay")
    assert back.mbq_h == pytest.approx(10.0 * (2.0**0.2 - 1.0) * 10.0 / log(2))


def test_mono_tail_is_exact_for_one_exponential() -> None:
    """The rate of the last points; no slower than physical decay, and that is noted."""
    area = trapezoid(TIMES, points(50.0), physical_half_life_h=LU_177_H, tail="mono")
    assert area.tail_rate_per_h == pytest.approx(log(2) / 50.0)
    assert area.tail_mbq_h == pytest.approx(points(50.0)[-1] * 50.0 / log(2))
    slow = trapezoid(TIMES, points(400.0), physical_half_life_h=LU_177_H, tail="mono")
    assert slow.tail_rate_per_h == pytest.approx(log(2) / LU_177_H)
    assert ChoiceNote.TAIL_AT_PHYSICAL_DECAY in of_trapezoid(slow).notes


def test_tails_bound_each_other() -> None:
    """Nothing ≤ one exponential ≤ physical decay, whatever the points."""
    random = np.random.Generator(np.random.PCG64(7))
    for _ in range(50):
        values = random.uniform(1.0, 100.0, len(TIMES))
        areas = [
            trapezoid(TIMES, values, physical_half_life_h=LU_177_H, tail=tail).mbq_h
            for tail in ("none", "mono", "physical")
        ]
        assert areas == sorted(areas)


@pytest.mark.parametrize("tail", ["none", "mono", "physical"])
def test_error_of_the_trapezoid_equals_many_draws(tail: str) -> None:
    """Standard error against 4000 seeded draws, within 5 %."""
    values = np.array(points(60.0))
    sds = 0.02 * values
    random = np.random.Generator(np.random.PCG64(3))
    draws = [
        trapezoid(
            TIMES, values + sds * random.standard_normal(5), physical_half_life_h=LU_177_H, tail=tail
        ).mbq_h
        for _ in range(4000)
    ]
    area = trapezoid(TIMES, values, sd_mbq=sds, physical_half_life_h=LU_177_H, tail=tail)
    assert area.sd_mbq_h == pytest.approx(np.std(draws), rel=0.05)


def test_one_point_has_no_mono_tail() -> None:
    """Refused by name."""
    with pytest.raises(InputError, match="Kidney_R"):
        trapezoid([24.0], [50.0], physical_half_life_h=LU_177_H, tail="mono", organ="Kidney_R")
    with pytest.raises(InputError, match="Kidney_R at 24 h"):
        trapezoid([24.0], [0.0], physical_half_life_h=LU_177_H, organ="Kidney_R")


def test_hanscheid_is_exact_at_one_and_two_half_lives() -> None:
    """And never more than 6.2 % high; within -10 % from 0.765 to 2.43 half-lives."""
    for half_life in (20.0, 50.0, 90.0):
        true = 100.0 * half_life / log(2)
        for time in (half_life, 2.0 * half_life):
            assert hanscheid(time, 100.0 * 2 ** (-time / half_life)).mbq_h == pytest.approx(true)
    ratios = [hanscheid_ratio(x, 1.0) for x in np.linspace(0.765, 2.43, 400)]
    assert min(ratios) >= 0.8995
    assert max(ratios) == pytest.approx(2.0 / (e * log(2)), rel=1e-5)


def test_madsen_golden() -> None:
    """True half-life 40 h, population 50 h, at 72 h: 0.97396 of the truth."""
    assert round(madsen_ratio(72.0, 40.0, 50.0), 5) == 0.97396
    found = madsen(72.0, 100.0 * 2 ** (-72.0 / 40.0), population_half_life_h=50.0)
    assert found.mbq_h / (100.0 * 40.0 / log(2)) == pytest.approx(0.97396, abs=5e-6)
    assert found.sd_mbq_h is None


def test_ratios_over_a_range_of_half_lives() -> None:
    """The stated range contains each ratio in between, its ends and its maximum."""
    for found, ratio in (
        (hanscheid(72.0, 30.0, half_life_h=(35.0, 90.0), sd_mbq=1.5), lambda h: hanscheid_ratio(72.0, h)),
        (
            madsen(72.0, 30.0, population_half_life_h=50.0, half_life_h=(35.0, 90.0), sd_mbq=1.5),
            lambda h: madsen_ratio(72.0, h, 50.0),
        ),
    ):
        all_of_them = [ratio(h) for h in np.linspace(35.0, 90.0, 2001)]
        assert found.ratio_low == pytest.approx(min(all_of_them), rel=1e-6)
        assert found.ratio_high == pytest.approx(max(all_of_them), rel=1e-6)
        assert found.sd_mbq_h is not None
        assert found.sd_mbq_h > 0.05 * found.mbq_h


@pytest.mark.parametrize(
    ("time", "value", "sd"),
    [(0.0, 5.0, None), (24.0, 0.0, None), (24.0, -1.0, None), (24.0, 5.0, 0.0), (float("nan"), 5.0, None)],
)
def test_impossible_single_points(time: float, value: float, sd: float | None) -> None:
    """Refused with the organ's name by both methods."""
    with pytest.raises(InputError, match="Spleen"):
        hanscheid(time, value, sd_mbq=sd, organ="Spleen")
    with pytest.raises(InputError, match="Spleen"):
        madsen(time, value, sd_mbq=sd, population_half_life_h=50.0, organ="Spleen")


def test_wrong_half_lives_are_refused() -> None:
    """Ranges the wrong way round, populations without a half-life."""
    with pytest.raises(UsageError, match="range"):
        hanscheid(24.0, 5.0, half_life_h=(60.0, 40.0))
    with pytest.raises(UsageError, match="population"):
        madsen(24.0, 5.0, population_half_life_h=0.0)


def test_choices_of_one_exponential() -> None:
    """The truth is used and first; each other choice states its difference from it in per cent."""
    fit = fit_curve(TIMES, points(50.0), physical_half_life_h=LU_177_H)
    rows = choices(fit, population_half_life_h=50.0, organ="Liver")
    truth = 100.0 * 50.0 / log(2)
    assert rows[0].used
    assert rows[0].mbq_h == pytest.approx(truth)
    for row in rows:
        assert row.difference_percent == pytest.approx(100.0 * (row.mbq_h / truth - 1.0), abs=1e-4)
    madsens = [row for row in rows if row.model == "madsen"]
    assert [row.time_h for row in madsens] == [72.0, 120.0]
    assert all(row.mbq_h == pytest.approx(truth) for row in madsens)
    share = rows[0].share_after_last
    assert share == pytest.approx(2.0 ** (-168.0 / 50.0))


def test_another_choice_can_be_used() -> None:
    """By model, or model and tail; differences then are from it, and an unknown name is refused."""
    fit = fit_curve(TIMES, points(50.0), physical_half_life_h=LU_177_H)
    rows = choices(fit, used="trapezoid mono")
    assert (rows[0].model, rows[0].tail, rows[0].used) == ("trapezoid", "mono", True)
    curve = next(row for row in rows if row.model == "mono")
    truth = 100.0 * 50.0 / log(2)
    assert curve.difference_percent == pytest.approx(100.0 * (truth / rows[0].mbq_h - 1.0))
    with pytest.raises(UsageError, match="no choice"):
        choices(fit, used="quad")


def test_choice_notes() -> None:
    """Bounds are called bounds, extrapolations extrapolations."""
    fit = fit_curve([4.0, 12.0, 24.0], [100.0, 95.0, 88.0], physical_half_life_h=LU_177_H)
    rows = {f"{row.model} {row.tail}": row for row in choices(fit)}
    assert ChoiceNote.LOWER_BOUND in rows["trapezoid none"].notes
    assert ChoiceNote.UPPER_TAIL in rows["trapezoid physical"].notes
    assert ChoiceNote.MOSTLY_EXTRAPOLATED in rows["mono curve"].notes
    early = of_single_time_point(hanscheid(10.0, 80.0), half_life_h=50.0)
    assert early.notes == (ChoiceNote.OUTSIDE_METHOD,)
