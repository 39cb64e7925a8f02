"""Scenarios: assessed organs and other assumptions come in; what the limits then say, beside the headline, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graybook.accumulation.equieffective import CourseDose
from graybook.errors import UsageError
from graybook.files.settings import Settings
from graybook.progress import Progress, silent
from graybook.record import Course, Recovery, Scenario
from graybook.report.constraint_result import ScenarioResult, ScenarioStructure
from graybook.tables.rulebook import Rulebook
from graybook.text import Language, phrase
from graybook.workflow.folder.corrections import alpha_beta_override
from graybook.workflow.folder.doses import LoadedCourse
from graybook.workflow.limits.results import constraints_of
from graybook.workflow.organs.alpha_beta import alpha_beta_of
from graybook.workflow.organs.assessing import AssessedOrgan, reassessed
from graybook.workflow.organs.dose import CourseOnOrgan
from graybook.workflow.organs.judgement import POINT_SUM, with_judgement
from graybook.workflow.organs.paper_sums import with_paper
from graybook.workflow.organs.repair import repair_of
from graybook.workflow.organs.result import OrganDoses
from graybook.workflow.organs.samples import Setting
from graybook.workflow.organs.shifted_doses import MovableCourse

__all__ = ["Assessing", "courses_named", "scenario_results", "together"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Assessing:
    """What the headline was assessed with, and every scenario is too."""

    setting: Setting
    settings: Settings
    book: Rulebook
    headline: Scenario
    language: Language


def scenario_results(
    scenarios: Sequence[Scenario],
    organs: Sequence[AssessedOrgan],
    assessing: Assessing,
    progress: Progress = silent,
) -> list[ScenarioResult]:
    """
    Each scenario beside the headline.

    Parameters
    ----------
    scenarios
        What is assumed otherwise; what they do not name is as in the headline.
    organs
        As assessed for the headline.
    assessing
        What the headline was assessed with.
    progress
        Told of every scenario.
    """
    results = []
    for place, one in enumerate(scenarios):
        progress(one.name, place / len(scenarios))
        results.append(_result(one, organs, assessing))
    return results


def courses_named(names: Sequence[str], courses: Sequence[Course]) -> frozenset[str]:
    """Ids of courses named by id, label or start date."""
    found = set()
    for name in names:
        ids = {one.id for one in courses if name in (one.id, one.label, str(one.start_date))}
        if len(ids) != 1:
            listed = "; ".join(f"{one.id} ({one.label}, {one.start_date})" for one in courses)
            raise UsageError(
                "No single course has this id, label or start date.",
                value=name,
                remedy=f"Name one of: {listed}.",
            )
        found |= ids
    return frozenset(found)


def together(loaded: LoadedCourse, named: frozenset[str]) -> LoadedCourse:
    """A course with all its phases given in the same sessions, when a person says so (rule 2)."""
    if loaded.course.id not in named or loaded.dose is None:
        return loaded
    return replace(loaded, dose=_together(loaded.dose), order_known=True)


def _together(dose: CourseDose) -> CourseDose:
    return replace(dose, groups=dose.all_groups(concurrent=True))


def _result(scenario: Scenario, organs: Sequence[AssessedOrgan], assessing: Assessing) -> ScenarioResult:
    setting = assessing.setting
    courses = [one.course for one in setting.courses]
    concurrent = courses_named(scenario.concurrent, courses)
    left_out = courses_named(scenario.left_out, courses)
    if setting.reference.id in left_out:
        raise UsageError(
            f'Scenario "{scenario.name}": the reference course cannot be left out.',
            value=setting.reference.label,
            remedy="Leave out an earlier course, or choose another with --reference.",
        )
    kept = _with_together(_without(setting, left_out), concurrent)
    moved = _reassessed(organs, scenario, assessing, kept, left_out, concurrent)
    return ScenarioResult(
        name=scenario.name,
        assumptions=_assumptions(scenario, assessing),
        **_stamp(scenario),
        structures=[_structure(one) for one in moved if one.result is not None and _shown(one)],
        constraints=constraints_of(
            moved,
            kept,
            assessing.book,
            language=assessing.language,
            recoveries=recoveries_of(scenario, assessing.headline),
            concurrent=concurrent,
            left_out=left_out,
        ),
    )


def recoveries_of(scenario: Scenario, headline: Scenario) -> tuple[Recovery, ...]:
    """A scenario's recoveries, and the headline's of the organs it does not name."""
    own = {one.organ for one in scenario.recoveries}
    return (*scenario.recoveries, *(one for one in headline.recoveries if one.organ not in own))


def _without(setting: Setting, left_out: frozenset[str]) -> Setting:
    if not left_out:
        return setting
    return replace(
        setting,
        courses=tuple(one for one in setting.courses if one.course.id not in left_out),
        movable=tuple(one for one in setting.movable if one.dose.id not in left_out),
    )


def _with_together(setting: Setting, concurrent: frozenset[str]) -> Setting:
    if not concurrent:
        return setting
    return replace(
        setting,
        courses=tuple(together(one, concurrent) for one in setting.courses),
        movable=tuple(
            MovableCourse(dose=_together(one.dose), transform=one.transform)
            if one.dose.id in concurrent
            else one
            for one in setting.movable
        ),
    )


def _reassessed(
    organs: Sequence[AssessedOrgan],
    scenario: Scenario,
    assessing: Assessing,
    setting: Setting,
    left_out: frozenset[str],
    concurrent: frozenset[str],
) -> tuple[AssessedOrgan, ...]:
    """The organs under the scenario's α/β, half-times and order, without the courses it leaves out; only changes are computed."""
    if not (scenario.alpha_betas or scenario.repairs or left_out or concurrent):
        return tuple(organs)
    repairs = (*scenario.repairs, *assessing.headline.repairs)
    wishes = (*scenario.alpha_betas, *assessing.headline.alpha_betas)
    drawn = []
    for one in organs:
        if one.organ is None or one.doses is None:
            continue
        stated = alpha_beta_override(one.organ.structure, assessing.settings, wishes)
        choice = alpha_beta_of(
            one.organ.structure, site=one.organ.course.site or setting.reference.site, stated=stated
        )
        doses = _doses_together(_doses_without(one.doses, left_out), concurrent)
        doses = doses.repairing(repair_of(one.organ.structure.tg263, repairs))
        drawn.append(reassessed(one, choice, doses, setting))
    courses = [one.course for one in setting.courses]
    return with_judgement(with_paper(drawn, courses, assessing.settings, wishes, repairs))


def _doses_without(doses: OrganDoses, left_out: frozenset[str]) -> OrganDoses:
    return replace(
        doses,
        mapped=tuple(one for one in doses.mapped if one.id not in left_out),
        native={course: one for course, one in doses.native.items() if course not in left_out},
        courses=tuple(course for course in doses.courses if course not in left_out),
        unconverted={course: one for course, one in doses.unconverted.items() if course not in left_out},
    )


def _doses_together(doses: OrganDoses, concurrent: frozenset[str]) -> OrganDoses:
    def seen(one: CourseOnOrgan) -> CourseOnOrgan:
        return replace(one, dose=_together(one.dose)) if one.id in concurrent else one

    return replace(
        doses,
        mapped=tuple(seen(one) for one in doses.mapped),
        native={course: seen(one) for course, one in doses.native.items()},
    )


def _shown(one: AssessedOrgan) -> bool:
    return one.result is not None and one.result.kind in ("organ", "other") and bool(one.result.judged.basis)


def _structure(one: AssessedOrgan) -> ScenarioStructure:
    result = one.result
    assert result is not None  # noqa: S101  (shown only with a result)
    near = result.judged.d0_03cc_gy or (None, None)
    basis = result.judged.basis
    points = basis == POINT_SUM
    return ScenarioStructure(
        name=result.name,
        alpha_beta_gy=result.alpha_beta_gy,
        basis=basis,
        mean_gy=None if points else result.cumulative.mean_gy,
        max_gy=result.point_sum.max_sum_gy if points else result.cumulative.max_gy,
        d0_03cc_gy=near[0],
        d0_03cc_upper_gy=near[1],
    )


def _stamp(scenario: Scenario) -> dict[str, str]:
    """Who assumes it: the first override's author, date, reason and source."""
    first = next(iter(scenario.overrides), None)
    if first is None:
        return {}
    return {
        "author": first.author,
        "date": first.date.isoformat(),
        "reason": first.reason,
        "source": first.source,
    }


def _assumptions(scenario: Scenario, assessing: Assessing) -> list[str]:
    language = assessing.language
    labels = {
        name: one.course.label or one.course.id
        for one in assessing.setting.courses
        for name in (one.course.id, one.course.label, str(one.course.start_date))
    }
    return [
        *(
            phrase("scenario_alpha_beta", language, organ=one.structure or one.tg263, value=one.value_gy)
            for one in scenario.alpha_betas
        ),
        *(
            phrase(
                f"scenario_recovery_{one.convention}",
                language,
                organ=one.organ,
                percent=100.0 * step.share,
                months=step.from_months,
            )
            for one in scenario.recoveries
            for step in one.steps
        ),
        *(
            phrase("scenario_repair", language, organ=one.organ, hours=one.half_time_h)
            for one in scenario.repairs
        ),
        *(
            phrase("scenario_concurrent", language, course=labels.get(one, one))
            for one in scenario.concurrent
        ),
        *(phrase("scenario_left_out", language, course=labels.get(one, one)) for one in scenario.left_out),
    ]
