"""Limit values: a limit and an assessed organ come in; the figure that the limit is compared with, at both ends, goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graybook.accumulation.equieffective import Interval
from graybook.constraints.judgement import Measured
from graybook.dvh.metrics import Kind, Metric, evaluate
from graybook.geometry.arrays import FloatArray
from graybook.record import Finding
from graybook.record.alignment import Use
from graybook.report.result import CourseDose
from graybook.tables.limit import DoseOf, Limit, Scale
from graybook.workflow.organs.assessing import AssessedOrgan, shifts_of
from graybook.workflow.organs.dose import NOTHING_RECOVERED, CourseOnOrgan, eqd2_on_organ
from graybook.workflow.organs.judgement import POINT_SUM, basis_of
from graybook.workflow.organs.result import OrganDoses
from graybook.workflow.organs.samples import Setting
from graybook.workflow.organs.shift_envelope import Shift, envelope_of
from graybook.workflow.organs.shifted_doses import DisplacedDoses

__all__ = ["COURSE", "Assumed", "OrganSums", "alpha_betas_for", "course_alone", "measured"]

COURSE = "course"
"""Basis of a value that is of one course alone."""

Ends = tuple[float, float]

POINT_METRICS = {"max": "max_gy", "D0.03cc": "d0_03cc_gy", "D0.1cc": "d0_1cc_gy"}
"""What a point sum knows: the metrics whose sum over courses bounds that of the sum (rule 10)."""


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """
    What is assumed of the courses.

    Parameters
    ----------
    kept
        Share of each course that counts (rule 11), by id.
    concurrent
        Courses whose phases were given in the same sessions (rule 2).
    worse_order
        Whether phases of unknown order are also taken as given together, and the worse value counts (rule 2).
    """

    kept: Mapping[str, float] = field(default_factory=lambda: NOTHING_RECOVERED)
    concurrent: frozenset[str] = frozenset()
    worse_order: bool = True

    def orders(self, setting: Setting) -> tuple[frozenset[str], ...]:
        """Each order to be looked at: courses taken as concurrent."""
        both = self.concurrent | setting.order_unknown
        return (
            (self.concurrent,) if both == self.concurrent or not self.worse_order else (self.concurrent, both)
        )


def alpha_betas_for(limit: Limit, organ: AssessedOrgan) -> tuple[float, ...]:
    """The α/β a limit is judged at: the organ's; of an organ without an entry the source's if it is one of the two shown,
    else both, and the worse counts (rule 4). [Gy]"""
    if organ.choice is None or organ.choice.value_gy is None:
        own = None if organ.result is None else organ.result.alpha_beta_gy
        return () if own is None else (own,)
    both = [one for one in (organ.choice.value_gy, organ.choice.alternative_gy) if one is not None]
    if len(both) > 1 and limit.alpha_beta_gy in both:
        return (limit.alpha_beta_gy,)
    return tuple(both) if limit.alpha_beta_gy is None else (organ.choice.value_gy,)


@dataclass(frozen=True, kw_only=True, eq=False)
class OrganSums:
    """
    Sums on organs, and their metrics when every earlier course may lie off by its alignment's error (rule 10c).

    ``metrics`` are those that will be asked of an organ, by its name: they are computed together, once for each α/β and recovery.
    ``displaced`` keeps displaced doses for other sums on the same organ.
    """

    setting: Setting
    metrics: Mapping[str, Sequence[Metric]]
    displaced: DisplacedDoses | None = None
    _known: dict[object, dict[str, Ends | None]] = field(default_factory=dict, repr=False)
    _sums: dict[tuple[object, ...], Interval] = field(default_factory=dict, repr=False)

    def total(
        self, doses: OrganDoses, alpha_beta_gy: float, order: frozenset[str], kept: Mapping[str, float]
    ) -> Interval:
        """The sum over courses on an organ; kept until another organ is asked for. [Gy]"""
        if not any(key[0] == id(doses) for key in self._sums):
            self._sums.clear()
        key = (id(doses), alpha_beta_gy, order, tuple(sorted(kept.items())))
        if key not in self._sums:
            seen = [_at_fewest_fractions(one) for one in doses.mapped]
            self._sums[key] = eqd2_on_organ(seen, alpha_beta_gy, concurrent=order, kept=kept)
        return self._sums[key]

    def shifted(self, limit: Limit, metric: Metric, organ: AssessedOrgan, assumed: Assumed) -> Measured:
        """What a limit is compared with; without a value where no shift is supported."""
        if organ.doses is None or organ.result is None or organ.result.use == Use.POINTS:
            return _none("limit_no_envelope", organ)
        shifts = shifts_of(organ.trusted, self.setting)
        if not shifts:
            return _none("limit_no_envelope", organ)
        ends = [
            _scaled(
                self._ends(organ.result.name, organ.doses, shifts, metric, ratio, order, assumed.kept),
                limit,
                ratio,
            )
            for ratio in alpha_betas_for(limit, organ)
            for order in assumed.orders(self.setting)
        ]
        return _worst(limit, organ, ends, Use.ENVELOPE.value)

    def _ends(
        self,
        name: str,
        doses: OrganDoses,
        shifts: Sequence[Shift],
        metric: Metric,
        alpha_beta_gy: float,
        order: frozenset[str],
        kept: Mapping[str, float],
    ) -> Ends | None:
        key = (name, id(doses), alpha_beta_gy, order, tuple(sorted(kept.items())))
        if metric.text not in self._known.setdefault(key, {}):
            asked = {one.text: one for one in (*self.metrics.get(name, ()), metric)}
            found = envelope_of(
                doses,
                shifts,
                tuple(asked.values()),
                alpha_beta_gy,
                kept_shares=kept,
                concurrent=order,
                displaced=self.displaced,
            )
            self._known[key].update(zip(asked, found, strict=True))
        return self._known[key][metric.text]


def measured(
    limit: Limit,
    metric: Metric,
    organ: AssessedOrgan,
    setting: Setting,
    assumed: Assumed,
    sums: OrganSums,
) -> Measured:
    """
    What a limit is compared with, at both ends of rule 9.

    Parameters
    ----------
    limit, metric
        The limit, and its metric parsed.
    organ
        Assessed: with its doses, or known from paper alone.
    setting
        What all organs share.
    assumed
        Of the courses.
    sums
        Where sums and shift envelopes come from, each computed once.
    """
    if organ.result is None or organ.result.alpha_beta_gy is None:
        return _none("limit_no_dose", organ)
    if limit.dose_of is DoseOf.REFERENCE or limit.scale is Scale.PHYSICAL:
        return course_alone(limit, metric, organ, setting, assumed, setting.reference.id)
    if limit.dose_of is DoseOf.SHARE:
        return _share(limit, metric, organ, setting, assumed, sums)
    return _of_all(limit, metric, organ, setting, assumed, sums)


def _none(code: str, organ: AssessedOrgan, **params: str) -> Measured:
    subject = "" if organ.result is None else organ.result.name
    return Measured(low=None, high=None, why=Finding(code=code, subject=subject, params=params))


def course_alone(
    limit: Limit, metric: Metric, organ: AssessedOrgan, setting: Setting, assumed: Assumed, course: str
) -> Measured:
    """A limit's metric of one course by itself."""
    reached = () if organ.doses is None else organ.doses.on(course)
    if not reached:
        return _of_row(limit, metric, organ, course)
    on = _at_fewest_fractions(reached[-1])
    if limit.scale is Scale.PHYSICAL:
        return _worst(limit, organ, [_ends(metric, on.physical(), on.volumes_cm3)], COURSE)
    ends = [
        _scaled(
            _ends(metric, on.eqd2(alpha_beta_gy, concurrent=on.id in order), on.volumes_cm3),
            limit,
            alpha_beta_gy,
        )
        for alpha_beta_gy in alpha_betas_for(limit, organ)
        for order in assumed.orders(setting)
    ]
    return _worst(limit, organ, ends, COURSE)


def _of_row(limit: Limit, metric: Metric, organ: AssessedOrgan, course: str) -> Measured:
    """A course as a letter states it."""
    assert organ.result is not None  # noqa: S101  (the caller has asked)
    row = next((one for one in organ.result.courses if one.id == course), None)
    name = POINT_METRICS.get(metric.text)
    value = None
    if row is not None and name is not None and limit.scale is not Scale.PHYSICAL:
        value = getattr(row, name)
    if value is None:
        return _none("limit_no_dose", organ)
    ratio = organ.result.alpha_beta_gy or 0.0
    return _worst(limit, organ, [_scaled((value, value), limit, ratio)], COURSE)


def _share(
    limit: Limit, metric: Metric, organ: AssessedOrgan, setting: Setting, assumed: Assumed, sums: OrganSums
) -> Measured:
    """The reference course's metric over that of all courses: lowest over highest, highest over lowest."""
    part = course_alone(limit, metric, organ, setting, assumed, setting.reference.id)
    whole = _of_all(limit, metric, organ, setting, assumed, sums)
    for one in (part, whole):
        if one.low is None or one.high is None:
            return one
    assert part.low is not None and part.high is not None  # noqa: S101, PT018
    if not whole.low or not whole.high:
        return _none("limit_no_dose", organ)
    return Measured(low=part.low / whole.high, high=min(1.0, part.high / whole.low), basis=whole.basis)


def _of_all(
    limit: Limit, metric: Metric, organ: AssessedOrgan, setting: Setting, assumed: Assumed, sums: OrganSums
) -> Measured:
    """The sum over courses, on what the alignments allow."""
    assert organ.result is not None  # noqa: S101  (the caller has asked)
    basis = basis_of(organ.result)
    if basis == POINT_SUM:
        return _of_points(limit, metric, organ, assumed)
    if not basis or organ.doses is None:
        return _none("limit_no_dose", organ)
    volumes = organ.doses.samples.volumes_cm3
    ends = [
        _scaled(
            _ends(
                metric,
                sums.total(organ.doses, alpha_beta_gy, order, assumed.kept),
                volumes,
            ),
            limit,
            alpha_beta_gy,
        )
        for alpha_beta_gy in alpha_betas_for(limit, organ)
        for order in assumed.orders(setting)
    ]
    found = _worst(limit, organ, ends, basis)
    if basis != Use.ENVELOPE.value or found.low is None or found.high is None:
        return found
    moved = sums.shifted(limit, metric, organ, assumed)
    if moved.low is None or moved.high is None:
        return moved
    return Measured(low=min(found.low, moved.low), high=max(found.high, moved.high), basis=basis)


def _of_points(limit: Limit, metric: Metric, organ: AssessedOrgan, assumed: Assumed) -> Measured:
    """The point sum: from the customary value to the bound (rule 10), each course on its own anatomy."""
    assert organ.result is not None  # noqa: S101  (the caller has asked)
    name = POINT_METRICS.get(metric.text)
    if name is None:
        return _none("limit_point_sum_only", organ, metric=metric.text.split("[")[0])
    points = organ.result.point_sum
    rows = [(one, _own(one, name)) for one in organ.result.courses]
    if name == "max_gy":
        known = [value for _, value in rows if value is not None]
        low, high = (sum(known) if len(known) == len(rows) and known else None), points.max_sum_gy
    else:
        low, high = getattr(points, f"customary_{name}"), getattr(points, f"bound_{name}")
    if low is None or high is None:
        return _none("limit_no_dose", organ)
    recovered = sum((1.0 - assumed.kept.get(one.id, 1.0)) * (value or 0.0) for one, value in rows)
    ends = _scaled((low - recovered, high - recovered), limit, organ.result.alpha_beta_gy or 0.0)
    return _worst(limit, organ, [ends], POINT_SUM)


def _own(row: CourseDose, name: str) -> float | None:
    if name == "d0_03cc_gy" and row.native_d0_03cc_gy is not None:
        return row.native_d0_03cc_gy
    value: float | None = getattr(row, name)
    return value


def _at_fewest_fractions(on: CourseOnOrgan) -> CourseOnOrgan:
    """A course as limits see it: where only a range of fractions is known, in the fewest, at both ends (rule 5)."""
    samples = tuple(
        replace(one, fractions_low=one.fractions_high)
        if one.fractions_low[0] != one.fractions_high[0]
        else one
        for one in on.samples
    )
    return on if samples == on.samples else replace(on, samples=samples)


def _ends(metric: Metric, dose: Interval, volumes_cm3: FloatArray) -> Ends | None:
    n = len(volumes_cm3)
    if metric.kind is Kind.CRITICAL_VOLUME and float(volumes_cm3.sum()) < (metric.volume_cm3 or 0.0):
        return None  # a structure cannot spare more than it has (rule 13)
    found = [
        evaluate(metric, gy[:n], volumes_cm3, gy[n:])
        for gy in ((dose.low,) if dose.low is dose.high else (dose.low, dose.high))
    ]
    known = [one for one in found if one is not None]
    return (min(known), max(known)) if len(known) == len(found) else None


def _scaled(ends: Ends | None, limit: Limit, alpha_beta_gy: float) -> Ends | None:
    """EQD2 as BED where the limit is one: BED = EQD2 (1 + 2 / α/β)."""
    if ends is None or limit.scale is not Scale.BED:
        return ends
    factor = 1.0 + 2.0 / alpha_beta_gy
    return factor * ends[0], factor * ends[1]


def _worst(limit: Limit, organ: AssessedOrgan, ends: Sequence[Ends | None], basis: str) -> Measured:
    """Of several assumptions the worse, at each end; without a value where one of them has none."""
    known = [one for one in ends if one is not None]
    if not known or len(known) < len(ends):
        return _none("limit_undefined", organ, metric=limit.metric)
    worse = max if limit.at_most else min
    return Measured(low=worse(one[0] for one in known), high=worse(one[1] for one in known), basis=basis)
