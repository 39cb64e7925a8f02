"""Limit results: assessed organs, a rulebook and assumptions come in; every limit judged, with what would change it, goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.constraints.judgement import Judgement
from graybook.progress import Progress, silent
from graybook.record import Recovery
from graybook.report.constraint_result import ConditionResult, ConstraintResult
from graybook.tables.limit import Scale
from graybook.tables.rulebook import Rulebook
from graybook.text import Language, phrase
from graybook.units import DOSE_DECIMALS, rounded_gy
from graybook.workflow.limits.alternatives import alternatives, with_other_sources
from graybook.workflow.limits.asking import Asked
from graybook.workflow.limits.cases import courses_of
from graybook.workflow.limits.questions import limit_questions
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.samples import Setting

__all__ = ["constraints_of"]


def constraints_of(
    organs: Sequence[AssessedOrgan],
    setting: Setting,
    book: Rulebook,
    *,
    language: Language,
    recoveries: tuple[Recovery, ...] = (),
    concurrent: frozenset[str] = frozenset(),
    left_out: frozenset[str] = frozenset(),
    progress: Progress = silent,
) -> list[ConstraintResult]:
    """
    One entry for each limit of a rulebook and each structure that it speaks of, in the order of structures, then of the rulebook.

    Parameters
    ----------
    organs
        Assessed, with what limits look at.
    setting
        What all organs share.
    book
        The limits.
    language
        Of the sentences.
    recoveries, concurrent, left_out
        What is assumed: recovery by organ, courses whose phases were given together, courses that do not count.
    progress
        Told of every structure.
    """
    questions = limit_questions(
        organs,
        book.limits,
        setting=setting,
        courses=courses_of(setting, left_out=left_out),
        recoveries=recoveries,
        concurrent=concurrent,
    )
    results = []
    for place, asked in enumerate(questions):
        if asked.organ.result is not None:
            progress(asked.organ.result.name, place / len(questions))
        results.append(_result(asked, language))
    return with_other_sources(results, language)


def _result(asked: Asked, language: Language) -> ConstraintResult:
    result = asked.organ.result
    assert result is not None  # noqa: S101  (asked only of organs with a result)
    said = asked.judged(asked.recovery)
    limit = said.limit
    return ConstraintResult(
        id=limit.id,
        structure=result.name,
        tg263=result.tg263,
        metric=limit.metric,
        op=limit.op,
        limit=round(limit.value, DOSE_DECIMALS),
        unit=limit.unit,
        namespace=limit.namespace.value,
        dose_of=limit.dose_of.value,
        scale=limit.scale.value,
        alpha_beta_gy=limit.alpha_beta_gy,
        value=rounded_gy(said.measured.low),
        value_upper=rounded_gy(said.measured.high),
        basis=said.measured.basis,
        status=said.status.value,
        margin=None if limit.scale is Scale.REPORTED else rounded_gy(said.margin),
        reason=phrase(said.reason.code, language, **{"subject": result.name, **said.reason.params}),
        endpoint=limit.endpoint,
        population=limit.population,
        origin=limit.origin,
        source=limit.source_text,
        source_key=limit.source,
        tier=limit.tier,
        primary_checked=limit.primary_checked,
        note=limit.note,
        author=limit.author,
        recovery_in_source=limit.conditions.recovery_in_source,
        conditions=list(_conditions(said)),
        alternatives=alternatives(asked, said, language),
    )


def _conditions(said: Judgement) -> Iterator[ConditionResult]:
    for one in said.conditions:
        yield ConditionResult(condition=one.name, required=one.required, found=one.found, holds=one.holds)
