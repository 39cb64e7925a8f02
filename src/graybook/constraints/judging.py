"""Judging: a limit, a measured value and the case come in; the judgement with its reason goes out (rules 9, 11, 12, 15).

A value is judged (:mod:`graybook.constraints.verdicts`) under the conditions of the limit's source
(:mod:`graybook.constraints.conditions`). Where one does not hold, or nobody knows whether it does, the limit is not assessable. Two
conditions leave a verdict that follows all the same: a dose on a structure within the source's exceeds its limit a fortiori, one
on a structure around it meets it a fortiori; and a dose that recovery has made smaller, and that exceeds even so, exceeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graybook.constraints import reasons
from graybook.constraints.conditions import checks, same_alpha_beta
from graybook.constraints.judgement import Case, ConditionCheck, Judgement, Measured, Status
from graybook.constraints.language import checked, derived_at
from graybook.constraints.recovery import Applied, applied, raised
from graybook.constraints.structures import grows_with_the_structure, speaks_of
from graybook.constraints.verdicts import grows_with_dose, margin, verdict
from graybook.dvh.metrics import Metric
from graybook.record import Finding
from graybook.tables.limit import Limit, Namespace

__all__ = ["judge", "rederived"]


_OF_ONE_KIND = ("namespace", "scale", "alpha_beta")
"""Conditions without which a margin would compare unlike figures."""


@dataclass(frozen=True, kw_only=True)
class _Question:
    """A limit as printed and as judged, and all that bears on it."""

    printed: Limit
    limit: Limit
    metric: Metric
    measured: Measured
    case: Case
    acts: Applied | None
    conditions: tuple[ConditionCheck, ...]


def judge(limit: Limit, measured: Measured, case: Case) -> Judgement:
    """
    What a limit says of a measured value.

    Parameters
    ----------
    limit
        As its source prints it.
    measured
        Its metric on the case, on the limit's scale, at the case's α/β; where recovery of the dose is assumed, discounted by the
        caller (:func:`graybook.constraints.recovery.discounted_gy`).
    case
        What is known for the conditions.

    Returns
    -------
    The judgement. Its limit is the one compared with: re-derived at the case's α/β, or raised, where that is legitimate. It has
    no margin where value and limit are figures of another kind: first course and sum, other scales, another α/β.
    """
    question = _question(limit, measured, case)
    status, reason = _answer(question)
    return Judgement(
        status=status,
        limit=question.limit,
        measured=measured,
        margin=margin(question.limit, measured) if _comparable(question.conditions) else None,
        reason=reason,
        conditions=question.conditions,
    )


def rederived(limit: Limit, alpha_beta_gy: float) -> Limit:
    """
    A limit at another α/β, from the schedule its figure comes from; as it is without one.

    Examples
    --------
    Fourteen gray at once are 56 Gy EQD2 at 2 Gy, and 47.6 Gy at 3 Gy.
    """
    value = derived_at(limit, alpha_beta_gy)
    return limit if value is None else replace(limit, value=value, alpha_beta_gy=alpha_beta_gy)


def _question(limit: Limit, measured: Measured, case: Case) -> _Question:
    metric = checked(limit)
    acts = applied(limit, metric, case)
    used = limit
    if same_alpha_beta(limit, case) is False and case.alpha_beta_gy is not None:
        used = rederived(limit, case.alpha_beta_gy)
    if acts is not None and acts.convention == "tolerance" and limit.conditions.recovery_in_source == "no":
        used = raised(used, acts.share)
    return _Question(
        printed=limit,
        limit=used,
        metric=metric,
        measured=measured,
        case=case,
        acts=acts,
        conditions=checks(limit, case),
    )


def _answer(asked: _Question) -> tuple[Status, Finding]:
    """Status and reason: no limit at all, conditions, then the value."""
    if asked.limit.namespace is Namespace.OBSERVED:
        return Status.NOT_ASSESSABLE, _condition(asked, asked.conditions[0])
    if asked.measured.low is None and asked.measured.high is None:
        return Status.NOT_ASSESSABLE, asked.measured.why or reasons.no_value(asked.limit, asked.case)
    status = verdict(asked.limit, asked.metric, asked.measured, complete=asked.case.complete)
    failing = [one for one in asked.conditions if one.holds is not True]
    if not failing:
        return status, reasons.value(
            status, asked.printed, asked.limit, asked.measured, asked.case, asked.acts
        )
    if all(_follows(asked, one.name, status) for one in failing):
        return status, _all_the_same(asked, {one.name for one in failing}, status)
    return Status.NOT_ASSESSABLE, _condition(asked, _first(failing))


def _comparable(conditions: Sequence[ConditionCheck]) -> bool:
    """Whether value and limit are of one kind, so that their difference means something, verdict or not."""
    return all(one.holds is True for one in conditions if one.name in _OF_ONE_KIND)


def _first(failing: Sequence[ConditionCheck]) -> ConditionCheck:
    """The condition that gives the reason: of those that do not hold, else of those not known, the first."""
    return next((one for one in failing if one.holds is False), failing[0])


def _follows(asked: _Question, condition: str, status: Status) -> bool:
    """Whether a verdict follows although a condition does not hold."""
    if condition == "structure" and grows_with_the_structure(asked.limit, asked.metric):
        relation = speaks_of(asked.limit, asked.case.structure)
        return (relation, status) in (("inner", Status.EXCEEDED), ("outer", Status.MET))
    if condition == "recovery_in_source" and _twice(asked):
        return status is Status.EXCEEDED and grows_with_dose(asked.limit, asked.metric)
    return False


def _all_the_same(asked: _Question, conditions: set[str], status: Status) -> Finding:
    """Why a verdict follows although conditions do not hold."""
    if "structure" in conditions:
        return reasons.a_fortiori(status, asked.limit, asked.measured, asked.case, asked.acts)
    return _counted_twice(asked, status)


def _condition(asked: _Question, failing: ConditionCheck) -> Finding:
    if failing.name == "recovery_in_source" and _twice(asked):
        return _counted_twice(asked, Status.NOT_ASSESSABLE)
    return reasons.condition(failing, asked.limit, asked.case)


def _counted_twice(asked: _Question, status: Status) -> Finding:
    return reasons.counted_twice(status, asked.limit, asked.measured, asked.case, asked.acts)


def _twice(asked: _Question) -> bool:
    """Whether recovery is in the source and assumed in the case."""
    return asked.acts is not None and asked.limit.conditions.recovery_in_source == "yes"
