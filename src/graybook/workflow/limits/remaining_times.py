"""Remaining times: what one limit leaves comes in; the same under other thoughts on time goes out.

Sessions shared or one after the other, recovery by both conventions, fractions known only as a range: with each the doses left in
the usual numbers of fractions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from graybook.constraints.judgement import Judgement
from graybook.record.alignment import Use
from graybook.report.remaining_result import Figure, RemainingAlternative, ScheduleDose
from graybook.tables.limit import DoseOf
from graybook.text import Language, phrase
from graybook.units import rounded_gy
from graybook.workflow.limits.asking import Asked
from graybook.workflow.limits.left_of import LeftOf, as_left, counted_recovery
from graybook.workflow.limits.new_course import SCHEDULES
from graybook.workflow.organs.assessing import shifts_of
from graybook.workflow.organs.dose import CourseOnOrgan
from graybook.workflow.organs.judgement import POINT_SUM

__all__ = ["figure", "schedules", "times"]


def figure(values: Sequence[float]) -> Figure:
    """One figure, the two of a range, or none, to a microgray."""
    rounded = [rounded_gy(one) or 0.0 for one in values]
    if len(rounded) > 1:
        return (rounded[0], rounded[1])
    return rounded[0] if rounded else None


def schedules(one: LeftOf) -> list[ScheduleDose]:
    """The dose left in each usual number of fractions."""
    return [ScheduleDose(fractions=n, dose_left_gy=figure(one.doses_gy(n))) for n in SCHEDULES]


def times(one: LeftOf, language: Language) -> list[RemainingAlternative]:
    """What the limit leaves under each other assumption that bears on it."""
    if one.limit_gy is None or one.asked.limit.dose_of is not DoseOf.ALL:
        return []
    found = []
    for kind, words, asked, said in _others(one, language):
        other = as_left(asked, said, one.alpha_beta_gy)
        if other.used is not None:
            found.append(
                RemainingAlternative(
                    kind=kind,
                    assumption=words,
                    limit_gy=rounded_gy(other.limit_gy),
                    used_eqd2_gy=figure(other.used_ends),
                    schedules=schedules(other),
                )
            )
    return found


Other = tuple[str, str, Asked, Judgement]


def _others(one: LeftOf, language: Language) -> Iterator[Other]:
    asked, recovery = one.asked, counted_recovery(one.asked)
    if asked.asking.setting.order_unknown - asked.asking.concurrent:
        said = asked.judgement_of(asked.value(recovery, worse_order=False), recovery)
        yield "order", phrase("alternative_order", language), asked, said
    yield from _recoveries(asked, language)
    if one.said.measured.basis == Use.SUM.value and (moved := asked.shifted(recovery)) is not None:
        shifts = shifts_of(asked.organ.trusted, asked.asking.setting) or ()
        shift = max((each.mm for each in shifts), default=0.0)
        if shift > 0:
            yield "shift", phrase("alternative_shift", language, mm=shift), asked, moved
    if one.said.measured.basis != POINT_SUM and (most := _in_most_fractions(asked)) is not None:
        yield "most", phrase("alternative_most_fractions", language), most, most.judged(recovery)


def _recoveries(asked: Asked, language: Language) -> Iterator[Other]:
    """Both conventions side by side, and nothing recovered (rule 11); nothing where recovery is in the limit already."""
    stated = counted_recovery(asked)
    if stated is None:
        return
    share = max(one.share for one in stated.steps)
    for kind, one in (
        ("recovery_dose", replace(stated, convention="dose")),
        ("recovery_tolerance", replace(stated, convention="tolerance")),
    ):
        words = phrase(f"alternative_{kind}", language, percent=100.0 * share, author=stated.by.author)
        yield kind, words, asked, asked.judged(one)
    yield "no_recovery", phrase("alternative_no_recovery", language), asked, asked.judged(None)


def _in_most_fractions(asked: Asked) -> Asked | None:
    """The same, with every course of a bracketed number of fractions given in the most; None without such a course (rule 5)."""
    doses = asked.organ.doses
    if doses is None:
        return None
    mapped = tuple(_most(one) for one in doses.mapped)
    if mapped == doses.mapped:
        return None
    return replace(asked, organ=replace(asked.organ, doses=replace(doses, mapped=mapped)))


def _most(on: CourseOnOrgan) -> CourseOnOrgan:
    samples = tuple(
        replace(one, fractions_high=one.fractions_low)
        if one.fractions_low[0] != one.fractions_high[0]
        else one
        for one in on.samples
    )
    return on if samples == on.samples else replace(on, samples=samples)
