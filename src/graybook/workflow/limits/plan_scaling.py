"""Plan scaling: a proposed course on every organ and a rulebook come in; how far it may be scaled, and what stops it, goes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.phase_dose import PhaseSamples
from graybook.constraints.remaining import MOST_SCALING, largest_scaling
from graybook.files.settings import Settings
from graybook.geometry import GridField
from graybook.progress import Progress, silent
from graybook.record import Course, Scenario, Status
from graybook.report.remaining_result import PlanScaling
from graybook.tables.limit import DoseOf, Namespace, Scale
from graybook.tables.rulebook import Rulebook
from graybook.text import Language, phrase
from graybook.workflow.limits.asking import Asked
from graybook.workflow.limits.cases import courses_of
from graybook.workflow.limits.left_of import alpha_betas_of, counted_recovery
from graybook.workflow.limits.new_course import fractions_of
from graybook.workflow.limits.questions import limit_questions
from graybook.workflow.limits.values import OrganSums
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.dose import CourseOnOrgan
from graybook.workflow.organs.judgement import POINT_SUM, basis_of
from graybook.workflow.organs.paper_sums import with_paper
from graybook.workflow.organs.result import course_doses, point_sum
from graybook.workflow.organs.samples import Setting
from graybook.workflow.organs.shifted_doses import DisplacedDoses, MovableCourse

__all__ = ["scaling_of"]

FACTOR_DECIMALS = 10
"""A factor carries more digits than a dose, so that 100 Gy times it are right to a microgray."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Plan:
    """A course, its phases that are proposed, and the folder's settings."""

    course: Course
    phases: frozenset[str]
    settings: Settings


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stop:
    """Limits that ask the same figure of one organ: the strictest of them, all of them, and by how much a factor exceeds it."""

    names: tuple[str, ...]
    answered: tuple[str, ...]
    lower_bound: bool
    only_holding: bool
    excess: Callable[[float], float]


def scaling_of(
    course: Course,
    organs: Sequence[AssessedOrgan],
    setting: Setting,
    book: Rulebook,
    headline: Scenario,
    settings: Settings,
    *,
    language: Language,
    progress: Progress = silent,
) -> PlanScaling:
    """
    How far all proposed phases of a course may be scaled by one factor until a limit stops them.

    Parameters
    ----------
    course
        Proposed.
    organs, setting
        As assessed, with it.
    book, headline
        Limits, and what is assumed.
    settings
        The folder's, for what is known from paper.
    language
        Of the sentences.
    progress
        Told of every limit.
    """
    not_asked: list[str] = []
    stops: list[_Stop] = []
    groups: dict[tuple[object, ...], list[Asked]] = {}
    questions = limit_questions(
        organs,
        book.limits,
        setting=setting,
        courses=courses_of(setting),
        recoveries=headline.recoveries,
    )
    for asked in questions:
        why = _unasked(asked, course)
        if why:
            not_asked.append(f"{_named(asked)}: {phrase(why, language)}")
            continue
        for ratio in alpha_betas_of(asked):
            groups.setdefault(_figure_of(asked, ratio), []).append(asked.at(ratio))
    plan = _Plan(
        course=course,
        phases=frozenset(one.id for one in course.phases if one.status is Status.PROPOSED),
        settings=settings,
    )
    displaced = DisplacedDoses()
    for members in groups.values():
        found = _stops(members, plan, displaced)
        if not found:
            not_asked += [f"{_named(one)}: {phrase('remaining_no_value', language)}" for one in members]
        stops += found
    factor, by = _largest([one for one in stops if not one.only_holding], progress)
    holding, _ = _largest([one for one in stops if one.only_holding], progress)
    return PlanScaling(
        course=course.id,
        label=course.label,
        fractions=fractions_of(course),
        factor=factor,
        stopped_by=by,
        factor_where_conditions_hold=holding,
        asked=len({name for one in stops for name in one.answered}),
        lower_bound=not setting.complete or any(one.lower_bound for one in stops),
        not_asked=not_asked,
    )


def _named(asked: Asked) -> str:
    return f"{asked.limit.id} @ {'' if asked.organ.result is None else asked.organ.result.name}"


def _unasked(asked: Asked, course: Course) -> str:
    """Why a limit says nothing of a factor; empty when it does."""
    limit = asked.limit
    if limit.namespace is Namespace.OBSERVED:
        return "remaining_observed"
    several = len(asked.asking.courses.counted) > 1
    if limit.scale is Scale.REPORTED or (
        limit.scale is Scale.PHYSICAL and limit.dose_of is DoseOf.ALL and several
    ):
        return "remaining_scale"
    if limit.dose_of is not DoseOf.ALL and asked.asking.setting.reference.id != course.id:
        return "remaining_not_reference"
    result = asked.organ.result
    if (
        result is not None
        and basis_of(result) == POINT_SUM
        and alpha_betas_of(asked) != (result.alpha_beta_gy,)
    ):
        return "remaining_point_sum"
    return ""


def _figure_of(asked: Asked, ratio: float) -> tuple[object, ...]:
    limit = asked.limit
    whole = counted_recovery(asked) is None
    return id(asked.organ), asked.metric.text, limit.dose_of, limit.scale, ratio, limit.at_most, whole


def _stops(members: Sequence[Asked], plan: _Plan, displaced: DisplacedDoses) -> list[_Stop]:
    """The strictest of the limits on one figure, and the strictest of those whose conditions hold; none without a figure."""
    judged = [(one, one.judged(counted_recovery(one))) for one in members]
    judged = [
        (one, said)
        for one, said in judged
        if said.measured.high is not None
        and not any(check.name == "namespace" and check.holds is False for check in said.conditions)
    ]
    found = []
    for only_holding in (False, True):
        some = [
            (one, said)
            for one, said in judged
            if not only_holding or all(check.holds is True for check in said.conditions)
        ]
        if not some:
            continue
        asked = some[0][0]
        at_most = asked.limit.at_most
        strictest = (min if at_most else max)(said.limit.value for _, said in some)
        names = tuple(_named(one) for one, said in some if said.limit.value == strictest)
        found.append(
            _Stop(
                names=names,
                answered=tuple(_named(one) for one, _ in some),
                lower_bound=any(
                    one.limit.dose_of is DoseOf.ALL and not one.complete(said.measured) for one, said in some
                ),
                only_holding=only_holding,
                excess=_excess(asked, strictest, plan, displaced),
            )
        )
    return found


def _excess(asked: Asked, limit: float, plan: _Plan, displaced: DisplacedDoses) -> Callable[[float], float]:
    """By how much a limit is exceeded when the proposed phases of a course are scaled."""

    @cache
    def excess(factor: float) -> float:
        setting = _scaled_setting(asked.asking.setting, plan, factor)
        kept = displaced if setting is asked.asking.setting else None
        fresh = replace(
            asked,
            organ=_scaled(asked, plan, factor),
            asking=replace(
                asked.asking,
                setting=setting,
                sums=OrganSums(setting=setting, metrics={}, displaced=kept),
            ),
        )
        value = fresh.value(counted_recovery(asked))
        if value.low is None or value.high is None:  # a share of nothing: nothing is exceeded
            return -limit
        return value.high - limit if asked.limit.at_most else limit - value.low

    return excess


def _scaled_setting(setting: Setting, plan: _Plan, factor: float) -> Setting:
    """What all organs share, with the proposed phases scaled where their course may lie off; itself where it does not move."""
    if not any(one.dose.id == plan.course.id for one in setting.movable):
        return setting
    return replace(
        setting,
        movable=tuple(
            MovableCourse(dose=_scaled_dose(one.dose, plan, factor), transform=one.transform)
            if one.dose.id == plan.course.id
            else one
            for one in setting.movable
        ),
    )


def _scaled_dose(dose: CourseDose, plan: _Plan, factor: float) -> CourseDose:
    phases = tuple(
        replace(phase, field=replace(phase.field, values=factor * phase.field.values))
        if phase.id in plan.phases and isinstance(phase.field, GridField)
        else phase
        for phase in dose.phases
    )
    return replace(dose, phases=phases)


def _scaled(asked: Asked, plan: _Plan, factor: float) -> AssessedOrgan:
    """The organ with a course's proposed phases scaled."""
    organ = asked.organ
    if organ.doses is None:
        return organ

    def on(one: CourseOnOrgan) -> CourseOnOrgan:
        return _on(one, plan.phases, factor) if one.id == plan.course.id else one

    doses = replace(
        organ.doses,
        mapped=tuple(on(one) for one in organ.doses.mapped),
        native={name: on(one) for name, one in organ.doses.native.items()},
    )
    if organ.result is None or basis_of(organ.result) != POINT_SUM:
        return replace(organ, doses=doses)
    return _with_points(replace(organ, doses=doses), asked.asking.setting, plan.settings)


def _with_points(organ: AssessedOrgan, setting: Setting, settings: Settings) -> AssessedOrgan:
    """The organ with the point sum of its doses, what is known from paper included."""
    assert organ.doses is not None and organ.result is not None  # noqa: S101, PT018  (the caller has asked)
    ratio = organ.result.alpha_beta_gy or 0.0
    points = point_sum(organ.doses, ratio, complete=setting.complete, concurrent=setting.order_unknown)
    result = organ.result.model_copy(
        update={"point_sum": points, "courses": course_doses(organ.doses, ratio), "apart": []}
    )
    courses = [one.course for one in setting.courses]
    return with_paper([replace(organ, result=result)], courses, settings)[0]


def _on(one: CourseOnOrgan, phases: frozenset[str], factor: float) -> CourseOnOrgan:
    return replace(
        one,
        samples=tuple(
            _times(sample, factor) if phase.id in phases else sample
            for phase, sample in zip(one.dose.phases, one.samples, strict=True)
        ),
    )


def _times(sample: PhaseSamples, factor: float) -> PhaseSamples:
    low = factor * sample.low_gy
    return replace(
        sample, low_gy=low, high_gy=low if sample.high_gy is sample.low_gy else factor * sample.high_gy
    )


def _largest(stops: Sequence[_Stop], progress: Progress) -> tuple[float | None, list[str]]:
    """The largest factor with which every limit is met, and those that stop it."""
    best: float | None = None
    by: list[str] = []
    for place, one in enumerate(stops):
        progress(one.names[0], place / len(stops))
        if best is not None and best > 0.0 and one.excess(best) <= 0.0:
            continue
        found = largest_scaling(one.excess, most=MOST_SCALING if best is None else best)
        if found is None:
            continue
        if best == 0.0 and found == 0.0:
            by += [name for name in one.names if name not in by]
            continue
        if best is None or found < best:
            best, by = found, list(one.names)
    return (None if best is None else round(best, FACTOR_DECIMALS)), by
