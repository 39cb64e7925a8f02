"""Uncertain groups: assessed organs and limits come in; what is to be drawn, with all that is asked of it, goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graybook.accumulation.uncertainty import UncertainStructure
from graybook.dvh.metrics import Metric, parse
from graybook.record import Finding, Scenario
from graybook.record.uncertainty import SpreadTerm
from graybook.tables.limit import DoseOf, Limit
from graybook.workflow.limits.asking import Asked
from graybook.workflow.limits.cases import Courses, courses_of
from graybook.workflow.limits.questions import limit_questions
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.judgement import basis_of
from graybook.workflow.organs.samples import Setting
from graybook.workflow.uncertain.assumptions import Unknowns, unknowns_of
from graybook.workflow.uncertain.limits import UncertainLimit, unasked
from graybook.workflow.uncertain.organs import SizedTerm, UncertainOrgan, uncertain_organ

__all__ = ["BANDS", "Groups", "UncertainGroup", "uncertain_groups"]

BANDS = ("D0.03cc", "D0.1cc", "mean", "max")
"""Metrics of every organ that has a band, beside those of its limits."""


@dataclass(frozen=True, kw_only=True, eq=False)
class UncertainGroup:
    """
    An organ under some courses, and what is asked of it.

    Parameters
    ----------
    organ
        With all courses, or with the reference course alone.
    unknowns
        What is not known of it.
    limits, metrics
        The limits, and every metric they or a band ask for.
    banded
        Whether it is a structure of the result under all courses: pairs and the reference course alone serve limits only.
    """

    organ: UncertainOrgan
    unknowns: Unknowns
    limits: tuple[UncertainLimit, ...]
    metrics: tuple[Metric, ...]
    banded: bool

    @property
    def structure(self) -> UncertainStructure:
        """As the engine takes it."""
        return UncertainStructure(
            name=self.organ.name,
            points_mm=self.organ.points_mm,
            volumes_cm3=self.organ.volumes_cm3,
            courses=self.organ.courses,
            assumptions=self.unknowns.assumptions,
            metrics=self.metrics,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """What is to be drawn, and the structures and limits that are not, each with the code that says why."""

    groups: tuple[UncertainGroup, ...]
    structures: tuple[Finding, ...]
    limits: tuple[tuple[Asked, str], ...]


def uncertain_groups(
    organs: Sequence[AssessedOrgan],
    setting: Setting,
    limits: Sequence[Limit],
    headline: Scenario,
    sizes: Mapping[tuple[SpreadTerm, str], SizedTerm],
) -> Groups:
    """
    Every organ with a 3D sum, and the pairs that limits ask for.

    Parameters
    ----------
    organs
        Assessed, with what limits look at.
    setting
        What all organs share.
    limits
        Of the rulebook.
    headline
        Recoveries, and what a person states of random terms.
    sizes
        Of calculation and delivery, by course.
    """
    courses = courses_of(setting)
    questions = limit_questions(
        organs, limits, setting=setting, courses=courses, recoveries=headline.recoveries
    )
    pairs = [one.organ for one in questions if one.organ.organ is None]
    asked: dict[int, list[Asked]] = {}
    for one in questions:
        asked.setdefault(id(one.organ), []).append(one)
    groups: list[UncertainGroup] = []
    without: list[Finding] = []
    skipped: list[tuple[Asked, str]] = []
    for organ in dict.fromkeys([*organs, *pairs]):
        if organ.result is None or not basis_of(organ.result):
            continue
        found = uncertain_organ(organ, setting, headline.uncertainty, sizes)
        if isinstance(found, Finding):
            without.append(found)
            continue
        reached = {one.dose.id for one in found.courses}
        reasons = [(one, unasked(one, reached)) for one in asked.get(id(organ), ())]
        skipped += [(one, why) for one, why in reasons if why]
        groups += _of_organ(found, [one for one, why in reasons if why is None], setting, courses)
    return Groups(groups=tuple(groups), structures=tuple(without), limits=tuple(skipped))


def _of_organ(
    organ: UncertainOrgan, asked: Sequence[Asked], setting: Setting, courses: Courses
) -> list[UncertainGroup]:
    """The organ under all courses; and, where a limit asks for it, under the reference course alone."""
    reference = courses.reference
    alone = [one for one in asked if one.limit.dose_of is DoseOf.REFERENCE]
    summed = [one for one in asked if one.limit.dose_of is DoseOf.ALL]
    banded = organ.organ.organ is not None
    found = [_group(organ, summed, setting, courses, banded=banded)] if banded or summed else []
    own = tuple(one for one in organ.courses if one.dose.id == reference)
    if alone:
        found.append(_group(replace(organ, courses=own, moves=()), alone, setting, courses, banded=False))
    return found


def _group(
    organ: UncertainOrgan, asked: Sequence[Asked], setting: Setting, courses: Courses, *, banded: bool
) -> UncertainGroup:
    recovery = asked[0].recovery if asked and asked[0].limit.dose_of is DoseOf.ALL else None
    unknowns = unknowns_of(organ, setting, courses, recovery)
    wanted = [*(parse(text) for text in (BANDS if banded else ())), *(one.metric for one in asked)]
    metrics = tuple({one.text: one for one in wanted}.values())
    places = {one.text: place for place, one in enumerate(metrics)}
    return UncertainGroup(
        organ=organ,
        unknowns=unknowns,
        limits=tuple(
            UncertainLimit(asked=one, unknowns=unknowns, metric=places[one.metric.text]) for one in asked
        ),
        metrics=metrics,
        banded=banded,
    )
