"""Restated: organs with their courses, sampled before, come in; their metrics at another α/β go out within milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from graybook.accumulation.equieffective import Interval
from graybook.report.result import Bound, Metrics, PointSum
from graybook.workflow.organs.dose import CourseOnOrgan
from graybook.workflow.organs.result import OrganDoses, bounds, metrics_of_sum, point_sum

__all__ = ["Restated", "restated"]


@dataclass(frozen=True, kw_only=True)
class Restated:
    """An organ's metrics at one α/β, as they stand in ``result.json``.

    Parameters
    ----------
    alpha_beta_gy
        Of the organ. [Gy]
    cumulative, cumulative_upper
        Of the sum over courses, both ends; none where no course is mapped to the organ.
    concurrent
        If phases whose order is not known were given together (rule 2); None where all orders are known.
    printed_as_range
        Metrics whose ends differ (rule 9).
    point_sum
        Customary sum and bound (rule 10).
    """

    alpha_beta_gy: float
    cumulative: Metrics
    cumulative_upper: Metrics
    concurrent: Metrics | None
    printed_as_range: tuple[Bound, ...]
    point_sum: PointSum


def restated(
    organs: Sequence[tuple[OrganDoses, float]],
    *,
    complete: bool = True,
    order_unknown: frozenset[str] = frozenset(),
) -> tuple[Restated, ...]:
    """
    Every organ's metrics at an α/β of its own: nothing is sampled anew, only the model is applied again.

    Parameters
    ----------
    organs
        Each with the α/β wanted. [Gy]
    complete
        Whether every course that counts has a dose.
    order_unknown
        Courses whose phases may have been given in the same sessions (rule 2).
    """
    return tuple(_restated(organ, alpha_beta_gy, complete, order_unknown) for organ, alpha_beta_gy in organs)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Remembered(CourseOnOrgan):
    """A course on an organ whose EQD2 is computed once for each question."""

    known: dict[tuple[float, bool], Interval] = field(default_factory=dict)

    def eqd2(self, alpha_beta_gy: float, *, concurrent: bool = False) -> Interval:
        """EQD2 at all points, both ends. [Gy]"""
        asked = (alpha_beta_gy, concurrent)
        if asked not in self.known:
            self.known[asked] = super().eqd2(alpha_beta_gy, concurrent=concurrent)
        return self.known[asked]


def _remembering(organ: OrganDoses) -> OrganDoses:
    return replace(
        organ,
        mapped=tuple(_remembered(one) for one in organ.mapped),
        native={course: _remembered(one) for course, one in organ.native.items()},
    )


def _remembered(on: CourseOnOrgan) -> CourseOnOrgan:
    return _Remembered(dose=on.dose, samples=on.samples, volumes_cm3=on.volumes_cm3)


def _restated(
    organ: OrganDoses, alpha_beta_gy: float, complete: bool, order_unknown: frozenset[str]
) -> Restated:
    organ = _remembering(organ)
    low, high = metrics_of_sum(organ, alpha_beta_gy) if organ.mapped else (Metrics(), Metrics())
    together = order_unknown & {one.id for one in organ.mapped}
    return Restated(
        alpha_beta_gy=alpha_beta_gy,
        cumulative=low,
        cumulative_upper=high,
        concurrent=metrics_of_sum(organ, alpha_beta_gy, order_unknown)[0] if together else None,
        printed_as_range=tuple(bounds(low, high)),
        point_sum=point_sum(organ, alpha_beta_gy, complete=complete, concurrent=order_unknown),
    )
