"""Limit asking: one limit and one organ come in; its judgement under any assumption goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graybook.constraints.judgement import Judgement, Measured
from graybook.constraints.judging import judge
from graybook.dvh.metrics import Metric
from graybook.record import Recovery
from graybook.tables.limit import Limit
from graybook.workflow.limits.cases import Courses, case_of, kept_after, recovery_of
from graybook.workflow.limits.values import (
    COURSE,
    Assumed,
    OrganSums,
    alpha_betas_for,
    course_alone,
    measured,
)
from graybook.workflow.organs.alpha_beta import AlphaBetaChoice
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.judgement import POINT_SUM
from graybook.workflow.organs.samples import Setting

__all__ = ["Asked", "Asking"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Asking:
    """What all limits of one set of assumptions share."""

    setting: Setting
    courses: Courses
    sums: OrganSums
    recoveries: tuple[Recovery, ...] = ()
    concurrent: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """One limit on one organ."""

    limit: Limit
    metric: Metric
    organ: AssessedOrgan
    asking: Asking

    @property
    def recovery(self) -> Recovery | None:
        """What a person assumes for the organ."""
        result = self.organ.result
        return recovery_of(None if result is None else result.tg263, self.asking.recoveries)

    def judged(self, recovery: Recovery | None, *, worse_order: bool = True) -> Judgement:
        """The limit's word with a recovery, or with none."""
        return self.judgement_of(self.value(recovery, worse_order=worse_order), recovery)

    def value(self, recovery: Recovery | None, *, worse_order: bool = True) -> Measured:
        """What the limit is compared with."""
        assumed = self._assumed(recovery, worse_order=worse_order)
        return measured(self.limit, self.metric, self.organ, self.asking.setting, assumed, self.asking.sums)

    def shifted(self, recovery: Recovery | None) -> Judgement | None:
        """Its word on the shift envelope; None where none is supported."""
        assumed = self._assumed(recovery)
        value = self.asking.sums.shifted(self.limit, self.metric, self.organ, assumed)
        return None if value.low is None else self.judgement_of(value, recovery)

    def at(self, alpha_beta_gy: float) -> Asked:
        """The same limit on the organ at another α/β. [Gy]"""
        choice = AlphaBetaChoice(value_gy=alpha_beta_gy, basis="alternative")
        return replace(self, organ=replace(self.organ, choice=choice))

    def _assumed(self, recovery: Recovery | None, *, worse_order: bool = True) -> Assumed:
        discounted = recovery is not None and recovery.convention == "dose"
        return Assumed(
            kept=kept_after(recovery, self.asking.courses) if discounted else {},
            concurrent=self.asking.concurrent,
            worse_order=worse_order,
        )

    def judgement_of(self, value: Measured, recovery: Recovery | None) -> Judgement:
        """The limit's word on a value."""
        result = self.organ.result
        ratios = alpha_betas_for(self.limit, self.organ)
        case = case_of(
            None if result is None else result.tg263,
            self.asking.courses,
            alpha_beta_gy=ratios[0] if len(ratios) == 1 else None,
            alone=self._alone(self._assumed(recovery)),
            recovery=recovery,
            complete=self.complete(value),
        )
        return judge(self.limit, value, case)

    def complete(self, value: Measured) -> bool:
        """Whether no course that counts is missing from a value."""
        result = self.organ.result
        if value.basis == COURSE:
            return True
        if result is None:
            return False
        return result.point_sum.complete if value.basis == POINT_SUM else not result.lower_bound

    def _alone(self, assumed: Assumed) -> Sequence[Measured]:
        if self.limit.conditions.each_course_max_gy is None:
            return ()
        whole = replace(assumed, kept={})
        return [
            course_alone(self.limit, self.metric, self.organ, self.asking.setting, whole, course)
            for course in self.asking.courses.counted
        ]
