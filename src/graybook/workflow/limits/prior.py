"""Prior: assessed organs come in; the same with proposed phases taken out, what is delivered or assumed delivered, goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graybook.accumulation.equieffective import CourseDose
from graybook.files.settings import Settings
from graybook.record import AlphaBetaWish, Course, RepairWish, Status
from graybook.report.result import Judged, Metrics
from graybook.workflow.folder.doses import LoadedCourse
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.dose import CourseOnOrgan
from graybook.workflow.organs.paper_sums import with_paper
from graybook.workflow.organs.result import OrganDoses, course_doses, metrics_of_sum, point_sum
from graybook.workflow.organs.samples import Setting
from graybook.workflow.organs.shifted_doses import MovableCourse

__all__ = ["Prior", "given_phases", "is_proposed", "only_phases", "prior_of"]

Kept = Mapping[str, frozenset[str]]
"""Ids of the phases that stay, by course; a course that is not named loses all of them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Prior:
    """What was given, or is assumed to have been: the setting and the organs without any proposed phase."""

    setting: Setting
    organs: tuple[AssessedOrgan, ...]


def is_proposed(course: Course) -> bool:
    """Whether some phase of a course is proposed."""
    return any(phase.status is Status.PROPOSED for phase in course.phases)


def given_phases(courses: Sequence[Course]) -> dict[str, frozenset[str]]:
    """Ids of the phases that count and are not proposed, by course."""
    return {
        course.id: frozenset(
            phase.id for phase in course.phases if phase.status.counts and phase.status is not Status.PROPOSED
        )
        for course in courses
    }


def prior_of(
    organs: Sequence[AssessedOrgan],
    setting: Setting,
    settings: Settings,
    *,
    alpha_betas: Sequence[AlphaBetaWish] = (),
    repairs: tuple[RepairWish, ...] = (),
) -> Prior:
    """
    Organs as assessed, on the courses that are delivered or assumed delivered, and as one more course will find them.

    Parameters
    ----------
    organs, setting
        As assessed, proposed courses included.
    settings
        The folder's, for what is known from paper.
    alpha_betas, repairs
        Of the headline.
    """
    courses = [one.course for one in setting.courses]
    kept = given_phases(courses)
    left = replace(
        setting,
        courses=tuple(_loaded(one, kept) for one in setting.courses if _stays(one.course)),
        movable=tuple(
            one if dose is one.dose else MovableCourse(dose=dose, transform=one.transform)
            for one in setting.movable
            if (dose := only_phases(one.dose, kept)) is not None
        ),
    )
    drawn = [_given(one, kept, left) for one in organs if one.organ is not None and one.doses is not None]
    given = [one.course for one in left.courses]
    return Prior(setting=left, organs=with_paper(drawn, given, settings, alpha_betas, repairs))


def only_phases(dose: CourseDose, kept: Kept) -> CourseDose | None:
    """A course's dose of some of its phases; None when none stays."""
    places = _places(dose, kept)
    if len(places) == len(dose.phases):
        return dose
    if not places:
        return None
    number = {place: at for at, place in enumerate(places)}
    groups = (tuple(number[one] for one in group if one in number) for group in dose.groups)
    return replace(
        dose,
        phases=tuple(dose.phases[place] for place in places),
        groups=tuple(group for group in groups if len(group) > 1),
    )


def _stays(course: Course) -> bool:
    """Whether a course has anything but proposed phases."""
    return not is_proposed(course) or any(
        phase.status.counts and phase.status is not Status.PROPOSED for phase in course.phases
    )


def _places(dose: CourseDose, kept: Kept) -> list[int]:
    stays = kept.get(dose.id, frozenset())
    return [place for place, phase in enumerate(dose.phases) if phase.id in stays]


def _loaded(loaded: LoadedCourse, kept: Kept) -> LoadedCourse:
    if not is_proposed(loaded.course):
        return loaded
    stays = kept[loaded.course.id]
    course = replace(loaded.course, phases=tuple(one for one in loaded.course.phases if one.id in stays))
    return replace(
        loaded,
        course=course,
        dose=None if loaded.dose is None else only_phases(loaded.dose, kept),
        grids={phase: grid for phase, grid in loaded.grids.items() if phase in stays},
    )


def _given(one: AssessedOrgan, kept: Kept, setting: Setting) -> AssessedOrgan:
    """An organ with what limits see of its earlier courses; envelopes and curves are not made anew, and stand empty."""
    assert one.doses is not None  # noqa: S101  (the caller has asked)
    doses = _doses(one.doses, kept)
    ratio = None if one.result is None else one.result.alpha_beta_gy
    if one.result is None or ratio is None:
        return replace(one, doses=doses, curves=None)
    none = Metrics()
    low, high = metrics_of_sum(doses, ratio) if doses.mapped and _is_summed(one) else (none, none)
    points = point_sum(doses, ratio, complete=setting.complete, concurrent=setting.order_unknown, to_come=1)
    update = {
        "cumulative": low,
        "cumulative_upper": high,
        "concurrent": None,
        "alternative": None,
        "envelope": None,
        "judged": Judged(),
        "point_sum": points,
        "courses": course_doses(doses, ratio),
        "apart": [],
    }
    return replace(one, result=one.result.model_copy(update=update), curves=None, doses=doses)


def _is_summed(one: AssessedOrgan) -> bool:
    """Whether the assessment has a 3D sum there."""
    return one.result is not None and one.result.cumulative.max_gy is not None


def _doses(doses: OrganDoses, kept: Kept) -> OrganDoses:
    native = {course: _on(one, kept) for course, one in doses.native.items()}
    mapped = [_on(one, kept) for one in doses.mapped]
    return replace(
        doses,
        mapped=tuple(one for one in mapped if one is not None),
        native={course: one for course, one in native.items() if one is not None},
        courses=tuple(one for one in doses.courses if kept.get(one)),
        unconverted={course: one for course, one in doses.unconverted.items() if kept.get(course)},
    )


def _on(on: CourseOnOrgan, kept: Kept) -> CourseOnOrgan | None:
    """A course on an organ with some of its phases; None when none stays."""
    dose = only_phases(on.dose, kept)
    if dose is None or dose is on.dose:
        return None if dose is None else on
    return replace(on, dose=dose, samples=tuple(on.samples[place] for place in _places(on.dose, kept)))
