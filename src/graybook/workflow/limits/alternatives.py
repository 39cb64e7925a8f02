"""Limit alternatives: a limit asked of an organ comes in; what it says under every other legitimate assumption goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from graybook.constraints.judgement import Judgement, Status
from graybook.record.alignment import Use
from graybook.report.constraint_result import AlternativeResult, ConstraintResult
from graybook.report.limit_words import whose
from graybook.report.wording import Wording
from graybook.tables.limit import DoseOf, Scale
from graybook.text import Language, phrase
from graybook.units import DOSE_DECIMALS, rounded_gy
from graybook.workflow.limits.asking import Asked
from graybook.workflow.limits.values import alpha_betas_for

__all__ = ["alternatives", "flips", "with_other_sources"]


def alternatives(asked: Asked, said: Judgement, language: Language) -> list[AlternativeResult]:
    """The same limit with earlier doses displaced, phases in order, another α/β, and each convention of recovery."""
    found = [
        *_shift(asked, said, language),
        *_order(asked, language),
        *_alpha_beta(asked, said, language),
        *_recovery(asked, language),
    ]
    return [_result(kind, words, one, said) for kind, words, one in found]


Found = tuple[str, str, Judgement]


def _shift(asked: Asked, said: Judgement, language: Language) -> Iterator[Found]:
    if said.measured.basis != Use.SUM.value or asked.limit.dose_of is not DoseOf.ALL:
        return
    moved = asked.shifted(asked.recovery)
    envelope = None if asked.organ.result is None else asked.organ.result.envelope
    if moved is not None and envelope is not None and envelope.shift_mm > 0:
        yield "shift", phrase("alternative_shift", language, mm=envelope.shift_mm), moved


def _order(asked: Asked, language: Language) -> Iterator[Found]:
    if asked.asking.setting.order_unknown - asked.asking.concurrent:
        yield (
            "order",
            phrase("alternative_order", language),
            asked.judged(asked.recovery, worse_order=False),
        )


def _alpha_beta(asked: Asked, said: Judgement, language: Language) -> Iterator[Found]:
    """The ends of the published range, and the source's own α/β where another was used: a dose, and a verdict only where the
    limit can be re-derived or the α/β is the source's."""
    choice = asked.organ.choice
    if (
        choice is None
        or choice.value_gy is None
        or asked.organ.doses is None
        or said.measured.low is None
        or said.measured.basis not in (Use.SUM.value, Use.ENVELOPE.value)
        or asked.limit.scale not in (Scale.EQD2, Scale.BED)
    ):
        return
    seen = alpha_betas_for(asked.limit, asked.organ)
    others = {choice.value_gy, *(choice.range_gy or ()), asked.limit.alpha_beta_gy} - {*seen, None}
    for ratio in sorted(one for one in others if one is not None):
        other = asked.at(ratio)
        yield (
            "alpha_beta",
            phrase("alternative_alpha_beta", language, value=ratio),
            other.judged(other.recovery),
        )


def _recovery(asked: Asked, language: Language) -> Iterator[Found]:
    """Both conventions side by side, and nothing recovered (rule 11)."""
    stated = asked.recovery
    if stated is None or asked.limit.dose_of is DoseOf.REFERENCE:
        return
    share = max(one.share for one in stated.steps)
    for kind, one in (
        ("recovery_dose", replace(stated, convention="dose")),
        ("recovery_tolerance", replace(stated, convention="tolerance")),
    ):
        words = phrase(f"alternative_{kind}", language, percent=100.0 * share, author=stated.by.author)
        yield kind, words, asked.judged(one)
    yield "no_recovery", phrase("alternative_no_recovery", language), asked.judged(None)


def with_other_sources(results: Sequence[ConstraintResult], language: Language) -> list[ConstraintResult]:
    """Each entry with what the other judged limits on the same dose of the same structure say."""
    judged = [one for one in results if one.status != Status.NOT_ASSESSABLE]
    return [
        one.model_copy(update={"alternatives": [*one.alternatives, *_others(one, judged, language)]})
        if one.status != Status.NOT_ASSESSABLE
        else one
        for one in results
    ]


def _others(
    one: ConstraintResult, judged: Sequence[ConstraintResult], language: Language
) -> Iterator[AlternativeResult]:
    for other in judged:
        if other.id == one.id or _asks(other) != _asks(one) or other.limit == one.limit:
            continue
        yield AlternativeResult(
            kind="source",
            assumption=phrase("alternative_source", language, source=whose(other, Wording(language))),
            limit=other.limit,
            value=other.value,
            value_upper=other.value_upper,
            status=other.status,
            flips=flips(one.status, other.status),
        )


def _asks(one: ConstraintResult) -> tuple[object, ...]:
    return (one.structure, one.metric, one.unit, one.dose_of, one.scale, one.namespace, one.alpha_beta_gy)


def flips(one: str, other: str) -> bool:
    """Whether two words are opposite answers."""
    return {one, other} == {Status.MET.value, Status.EXCEEDED.value}


def _result(kind: str, words: str, one: Judgement, said: Judgement) -> AlternativeResult:
    return AlternativeResult(
        kind=kind,
        assumption=words,
        limit=round(one.limit.value, DOSE_DECIMALS),
        value=rounded_gy(one.measured.low),
        value_upper=rounded_gy(one.measured.high),
        status=one.status.value,
        flips=flips(said.status.value, one.status.value),
    )
