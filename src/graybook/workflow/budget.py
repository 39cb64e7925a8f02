"""Budget: a folder and a number of fractions come in; what limits leave to give, and how far a plan may be scaled, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from graybook.errors import UsageError
from graybook.progress import Progress, silent
from graybook.report.budget_result import BudgetResult, NotAskedResult
from graybook.report.remaining_result import PlanScaling, RemainingResult
from graybook.tables.limit import DoseOf
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language
from graybook.workflow.alignment.course_registration import Register
from graybook.workflow.limits.left_of import NotAsked
from graybook.workflow.limits.new_course import SCHEDULES, fractions_of, new_course, proposed_courses
from graybook.workflow.limits.plan_scaling import scaling_of
from graybook.workflow.limits.prior import is_proposed, prior_of
from graybook.workflow.limits.remaining import remaining_results
from graybook.workflow.person.assembled import Judged, Parts, assembled
from graybook.workflow.person.study import Study, study

__all__ = ["Left", "budget", "left_to_give"]


@dataclass(frozen=True, kw_only=True)
class Left:
    """What limits leave: for each limit, for each proposed course, and the limits that leave no figure."""

    remaining: list[RemainingResult]
    scaling: list[PlanScaling]
    not_asked: list[NotAsked]


def budget(
    folder: Path,
    *,
    fractions: int,
    starts_on: date | None = None,
    reference: str | None = None,
    patient: str | None = None,
    language: Language = "en",
    names: Path | None = None,
    register: Register = "auto",
    thresholds: Path | None = None,
    options: Path | None = None,
    rulebook: str = DEFAULT,
    progress: Progress = silent,
) -> BudgetResult:
    """
    What the limits of a rulebook leave to give in a number of fractions.

    Parameters
    ----------
    folder
        A folder tree or zip of DICOM, with an optional ``graybook.toml``.
    fractions
        The new course is to be given in.
    starts_on
        Its first day, for limits that ask for an interval; else that of the proposed course.
    reference, patient, language, names, register, thresholds, options, rulebook, progress
        As of :func:`graybook.workflow.cumulative.assess`.

    Raises
    ------
    graybook.errors.UsageError
        Fewer fractions than one, or a first day before that of an earlier course.
    graybook.errors.InputError
        Nothing readable.
    graybook.errors.NotComparable
        The files are not established as one person.
    """
    if fractions < 1:
        raise UsageError(
            "A new course has at least one fraction.",
            value=fractions,
            remedy="Give --fractions of 1 or more.",
        )
    found = study(
        folder,
        reference=reference,
        patient=patient,
        names=names,
        register=register,
        thresholds=thresholds,
        options=options,
        rulebook=rulebook,
        progress=progress,
    )
    _after_all_earlier(found, starts_on)
    left = left_to_give(found, fractions=fractions, starts_on=starts_on, language=language, progress=progress)
    whole = assembled(Parts(study=found, judged=Judged(), language=language, display_alpha_beta_gy=3.0))
    return BudgetResult(
        notice=whole.notice,
        patient=whole.patient,
        reference_course=whole.reference_course,
        rulebook=whole.rulebook,
        fractions=fractions,
        starts_on=_day(found, starts_on),
        limits=[one for one in left.remaining if one.dose_of == DoseOf.ALL.value],
        new_course_limits=[one for one in left.remaining if one.dose_of != DoseOf.ALL.value],
        scaling=left.scaling,
        not_asked=[
            NotAskedResult(id=one.limit, structure=one.structure, why=one.why) for one in left.not_asked
        ],
        findings=whole.findings,
        refusals=whole.refusals,
        provenance=whole.provenance,
    )


def left_to_give(
    found: Study,
    *,
    fractions: int | None = None,
    starts_on: date | None = None,
    language: Language = "en",
    progress: Progress = silent,
) -> Left:
    """
    What limits leave of the courses delivered or assumed delivered, and how far each proposed one may be scaled.

    Parameters
    ----------
    found
        The person's courses on today's anatomy.
    fractions
        Of the new course; else those of the proposed one, else the most of the usual schedules.
    starts_on
        First day of the new course.
    language
        Of the sentences.
    progress
        Told of every limit.
    """
    headline, settings = found.assumed.headline, found.scanned.settings
    prior = prior_of(
        found.assessed,
        found.setting,
        settings,
        alpha_betas=headline.alpha_betas,
        repairs=headline.repairs,
    )
    proposed = proposed_courses(found.setting)
    planned = fractions_of(proposed[0]) if proposed else None
    new = new_course(
        found.setting,
        prior.setting,
        fractions=fractions or planned or max(SCHEDULES),
        starts_on=starts_on,
    )
    book = found.assumed.rulebook
    remaining, not_asked = remaining_results(prior, new, book, headline, language=language, progress=progress)
    scaling = [
        scaling_of(
            one, found.assessed, found.setting, book, headline, settings, language=language, progress=progress
        )
        for one in proposed
    ]
    return Left(remaining=_with_stops(remaining, scaling), scaling=scaling, not_asked=not_asked)


def _with_stops(rows: Sequence[RemainingResult], scaling: Sequence[PlanScaling]) -> list[RemainingResult]:
    """The limits that stop the plan, where there is one that a limit stops; else those that leave least."""
    by = {name for one in scaling[:1] for name in one.stopped_by}
    if not by:
        return list(rows)
    return [one.model_copy(update={"stops": f"{one.id} @ {one.structure}" in by}) for one in rows]


def _after_all_earlier(found: Study, starts_on: date | None) -> None:
    """Nothing, or the error that the new course would come first."""
    given = [one.course for one in found.setting.courses if one.course.counts and not is_proposed(one.course)]
    days = [one.start_date for one in given if one.start_date is not None]
    if starts_on is not None and days and starts_on < max(days):
        raise UsageError(
            "The new course would start before an earlier one.",
            value=f"--starts-on {starts_on}; an earlier course starts on {max(days)}",
            remedy="Give the first day of the new course, after the earlier ones.",
        )


def _day(found: Study, starts_on: date | None) -> str | None:
    proposed = proposed_courses(found.setting)
    day = starts_on or (proposed[0].start_date if proposed else None)
    return None if day is None else str(day)
