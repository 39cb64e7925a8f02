"""Limit questions: organs and limits come in; every limit on every structure that it speaks of goes out, to be asked."""

from __future__ import annotations

from collections.abc import Sequence

from graybook.constraints.language import checked
from graybook.constraints.structures import speaks_of
from graybook.dvh.metrics import Metric
from graybook.record import Recovery
from graybook.tables.limit import Limit
from graybook.workflow.limits.asking import Asked, Asking
from graybook.workflow.limits.cases import Courses
from graybook.workflow.limits.pairs import with_pairs
from graybook.workflow.limits.values import OrganSums
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.samples import Setting

__all__ = ["limit_questions"]

JUDGED_KINDS = ("organ", "other")
"""Kinds of structure that limits speak of: never a target (rule 4)."""


def limit_questions(
    organs: Sequence[AssessedOrgan],
    limits: Sequence[Limit],
    *,
    setting: Setting,
    courses: Courses,
    recoveries: tuple[Recovery, ...] = (),
    concurrent: frozenset[str] = frozenset(),
) -> list[Asked]:
    """
    Each limit and each structure that it speaks of, pairs among them, in the order of structures, then of limits.

    Parameters
    ----------
    organs
        Assessed, with what limits look at.
    limits
        To be asked.
    setting
        What all organs share.
    courses
        What conditions ask of the courses.
    recoveries, concurrent
        What is assumed: recovery by organ, courses whose phases were given together.
    """
    found = [
        (organ, limit, checked(limit))
        for organ in with_pairs(organs, limits)
        for limit in limits
        if _concerns(limit, organ)
    ]
    metrics: dict[str, dict[str, Metric]] = {}
    for organ, _, metric in found:
        assert organ.result is not None  # noqa: S101  (what concerns an organ has seen its result)
        metrics.setdefault(organ.result.name, {})[metric.text] = metric
    asking = Asking(
        setting=setting,
        courses=courses,
        sums=OrganSums(setting=setting, metrics={name: tuple(of.values()) for name, of in metrics.items()}),
        recoveries=recoveries,
        concurrent=concurrent,
    )
    return [Asked(limit=limit, metric=metric, organ=organ, asking=asking) for organ, limit, metric in found]


def _concerns(limit: Limit, organ: AssessedOrgan) -> bool:
    """Whether a limit speaks of an organ; of one that only what stands apart knows there is no dose of beams to ask about."""
    result = organ.result
    return (
        result is not None
        and result.origin != "apart"
        and result.kind in JUDGED_KINDS
        and result.tg263 is not None
        and speaks_of(limit, result.tg263) is not None
    )
