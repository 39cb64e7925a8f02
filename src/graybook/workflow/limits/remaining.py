"""Remaining: earlier courses on every organ and a rulebook come in; what each limit leaves to give goes out."""

from __future__ import annotations

from collections.abc import Sequence

from graybook.progress import Progress, silent
from graybook.record import Scenario
from graybook.report.remaining_result import Figure, RemainingResult
from graybook.tables.limit import DoseOf
from graybook.tables.rulebook import Rulebook
from graybook.text import Language, phrase
from graybook.units import DOSE_DECIMALS, rounded_gy
from graybook.workflow.limits.left_of import LeftOf, NotAsked, counted_recovery, left_of
from graybook.workflow.limits.new_course import NewCourse
from graybook.workflow.limits.prior import Prior
from graybook.workflow.limits.questions import limit_questions
from graybook.workflow.limits.remaining_times import figure, schedules, times

__all__ = ["remaining_results"]


def remaining_results(
    prior: Prior,
    new: NewCourse,
    book: Rulebook,
    headline: Scenario,
    *,
    language: Language,
    progress: Progress = silent,
) -> tuple[list[RemainingResult], list[NotAsked]]:
    """
    What each limit of a rulebook leaves.

    Parameters
    ----------
    prior
        What was given.
    new
        What is asked about.
    book, headline
        Limits, and what is assumed.
    language
        Of the sentences.
    progress
        Told of every structure.

    Returns
    -------
    One entry for each limit, structure and α/β, in the order of structures, then of the rulebook; and the limits that leave no
    figure.
    """
    found: list[LeftOf] = []
    refused: list[NotAsked] = []
    questions = limit_questions(
        prior.organs,
        book.limits,
        setting=prior.setting,
        courses=new.courses,
        recoveries=headline.recoveries,
    )
    for place, asked in enumerate(questions):
        if asked.organ.result is not None:
            progress(asked.organ.result.name, place / len(questions))
        answers = left_of(asked, new.fractions, language)
        if isinstance(answers, NotAsked):
            refused.append(answers)
        else:
            found += answers
    return _results(found, new, language), refused


def _results(found: Sequence[LeftOf], new: NewCourse, language: Language) -> list[RemainingResult]:
    """Every answer as a part of the result; times are thought of anew where a limit leaves least of its structure."""
    least = _least(found, new)
    first = [
        _least([one for one in found if _name(one) == name], new) for name in dict.fromkeys(map(_name, found))
    ]
    holding = [
        _least([one for one in found if _name(one) == name and one.holds], new)
        for name in dict.fromkeys(map(_name, found))
    ]
    return [
        _result(one, new, language, stops=one in least, again=any(one in few for few in (*first, *holding)))
        for one in found
    ]


def _name(one: LeftOf) -> str:
    return "" if one.asked.organ.result is None else one.asked.organ.result.name


def _least(found: Sequence[LeftOf], new: NewCourse) -> list[LeftOf]:
    """Those that leave the least physical dose."""
    doses = [(one.doses_gy(new.fractions), one) for one in found]
    least = min((dose[-1] for dose, _ in doses if dose), default=0.0)
    return [one for dose, one in doses if dose and dose[-1] <= least]


def _result(one: LeftOf, new: NewCourse, language: Language, *, stops: bool, again: bool) -> RemainingResult:
    limit, said = one.asked.limit, one.said
    result = one.asked.organ.result
    assert result is not None  # noqa: S101  (asked only of organs with a result)
    low, high = said.measured.low, said.measured.high
    return RemainingResult(
        id=limit.id,
        structure=result.name,
        tg263=result.tg263,
        metric=limit.metric,
        limit_gy=rounded_gy(one.limit_gy),
        used_eqd2_gy=figure(one.used_ends),
        left_eqd2_gy=figure(
            [] if one.limit_gy is None else [max(0.0, one.limit_gy - used) for used in one.used_ends]
        ),
        dose_left_gy=figure(one.doses_gy(new.fractions)),
        fractions=new.fractions,
        alpha_beta_gy=one.alpha_beta_gy,
        stops=stops,
        value=None if one.used is not None or low is None or high is None else _ends(low, high),
        op=limit.op,
        limit=round(said.limit.value, DOSE_DECIMALS),
        unit=limit.unit,
        scale=limit.scale.value,
        namespace=limit.namespace.value,
        dose_of=limit.dose_of.value,
        basis=said.measured.basis,
        lower_bound=limit.dose_of is DoseOf.ALL and not one.asked.complete(said.measured),
        conditions_hold=one.holds,
        reason=_reason(one, language),
        schedules=schedules(one),
        alternatives=times(one, language) if again else [],
        endpoint=limit.endpoint,
        source=limit.source_text,
        source_key=limit.source,
        tier=limit.tier,
        primary_checked=limit.primary_checked,
    )


def _ends(low: float, high: float) -> Figure:
    return rounded_gy(high) if high - low <= 1e-6 else (round(low, DOSE_DECIMALS), round(high, DOSE_DECIMALS))


def _reason(one: LeftOf, language: Language) -> str:
    """Why the source's conditions are not known to hold, or why recovery is left out; else nothing."""
    result, said = one.asked.organ.result, one.said
    name = "" if result is None else result.name
    if not one.holds:
        return phrase(said.reason.code, language, **{"subject": name, **said.reason.params})
    if one.asked.recovery is not None and counted_recovery(one.asked) is None:
        return phrase("remaining_recovery", language, subject=name)
    return ""
