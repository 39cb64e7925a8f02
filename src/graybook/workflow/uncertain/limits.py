"""Uncertain limits: a limit on an organ and what was drawn for it come in; its band and the chance of not meeting it go out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graybook.accumulation.uncertainty import Assumption, Simulated
from graybook.constraints.judgement import Measured
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.record import Recovery
from graybook.tables.limit import DoseOf, Limit, Scale
from graybook.workflow.limits.asking import Asked
from graybook.workflow.limits.values import alpha_betas_for
from graybook.workflow.uncertain.assumptions import Unknowns, recovered

__all__ = ["Drawn", "UncertainLimit", "band_of", "unasked"]

CLOSE, SMALLEST = 1e-9, 1e-6
"""Values closer than this are one: relative, and the step to which results are rounded (rule 16)."""

PERCENT = (5.0, 50.0, 95.0)
"""Ends and middle of a band."""

UNKNOWN = {"alpha_beta": "alpha_beta_gy", "order": "concurrent", "ends": "high"}
"""Kinds of what is not known, and the field of an assumption that each is."""

Ends = tuple[float, float]


def unasked(asked: Asked, reached: Collection[str]) -> str | None:
    """Why a limit has no band, as the code of a sentence, empty for what is no limit; None where it can have one.

    ``reached`` are the courses, by id, that have a dose on the organ.
    """
    limit = asked.limit
    if not limit.op or limit.scale is Scale.REPORTED:
        return ""
    if limit.dose_of is DoseOf.SHARE:
        return "uncertainty_share"
    if limit.scale is Scale.PHYSICAL:
        return "uncertainty_physical"
    if limit.dose_of is DoseOf.REFERENCE and asked.asking.courses.reference not in reached:
        return "uncertainty_no_reference"
    return "uncertainty_of_field" if asked.metric.needs_field else None


def band_of(values: FloatArray) -> tuple[float, float, float]:
    """5, 50 and 95 % of samples; NaN where one of them is undefined."""
    low, middle, high = np.percentile(values, PERCENT)
    return float(low), float(middle), float(high)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Case:
    """One way in which it could be: where it stands among the assumptions, what the limit then is, and from EQD2 to its scale."""

    place: int
    assumption: Assumption
    recovery: Recovery | None
    limit: Limit
    scale: float


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Of one limit, in its unit: nominal value, 5, 50 and 95 % of the samples, envelope; the chance as judged, and its range."""

    nominal: float
    band: tuple[float, float, float]
    envelope: Ends
    chance: float
    chances: Ends


@dataclass(frozen=True, kw_only=True, eq=False)
class UncertainLimit:
    """
    A limit on one organ, under everything that is not known of it.

    Parameters
    ----------
    asked
        The limit on the organ.
    unknowns
        What is not known.
    metric
        Which of the organ's metrics it is.
    """

    asked: Asked
    unknowns: Unknowns
    metric: int

    @cached_property
    def cases(self) -> tuple[_Case, ...]:
        """Every way in which it could be, as the headline assumes recovery first."""
        courses = self.asked.asking.courses
        found = []
        for recovery in self._recoveries:
            kept = recovered(recovery, courses)
            for place, one in enumerate(self.unknowns.assumptions):
                if one.kept == kept:
                    limit, scale = self._limit(one.alpha_beta_gy, recovery)
                    found.append(
                        _Case(place=place, assumption=one, recovery=recovery, limit=limit, scale=scale)
                    )
        return tuple(found)

    @property
    def figure_kept(self) -> bool:
        """Whether the printed figure is compared at another α/β, for want of a schedule to derive it from anew."""
        return any(one.limit.alpha_beta_gy not in (None, one.assumption.alpha_beta_gy) for one in self.cases)

    def judged(self, simulated: Simulated) -> _Case:
        """What the limit as judged looks at: recovery as assumed, its own α/β, and the worse order and end (rules 2, 4, 9)."""
        seen = alpha_betas_for(self.asked.limit, self.asked.organ)
        first = self.cases[0].recovery
        at = [one for one in self.cases if one.recovery is first and one.assumption.alpha_beta_gy in seen]
        values = [self._nominal(one, simulated) for one in at]
        return at[int(np.argmax(values) if self.asked.limit.at_most else np.argmin(values))]

    def drawn(self, simulated: Simulated) -> Drawn | None:
        """Band and chances; None where the metric is undefined."""
        judged = self.judged(simulated)
        values = [one.scale * simulated.values[one.place, :, self.metric] for one in self.cases]
        if not all(np.isfinite(one).all() for one in values):
            return None
        bands = [band_of(one) for one in values]
        chances = [
            float(np.mean(_unmet(one, case.limit))) for one, case in zip(values, self.cases, strict=True)
        ]
        own = self.cases.index(judged)
        return Drawn(
            nominal=self._nominal(judged, simulated),
            band=bands[own],
            envelope=(min(one[0] for one in bands), max(one[2] for one in bands)),
            chance=chances[own],
            chances=(min(chances), max(chances)),
        )

    def ignorance(self, simulated: Simulated) -> dict[str, Ends]:
        """By kind of what is not known, the lowest and highest nominal value where that alone is another."""
        judged = self.judged(simulated)
        found = {}
        for kind in (*UNKNOWN, "recovery"):
            alone = [self._nominal(one, simulated) for one in self.cases if _alike(one, judged, but=kind)]
            moves = kind in UNKNOWN or min(alone) < max(alone)  # a recovery may raise the limit instead
            if len(alone) > 1 and moves:
                found[kind] = (min(alone), max(alone))
        return found

    @property
    def _recoveries(self) -> tuple[Recovery | None, ...]:
        """As assumed, and none; none alone where the limit has recovery in it, which is never counted twice (rule 11)."""
        stated, limit = self.asked.recovery, self.asked.limit
        none = stated is None or limit.dose_of is DoseOf.REFERENCE
        return (None,) if none or limit.conditions.recovery_in_source == "yes" else (stated, None)

    def _nominal(self, case: _Case, simulated: Simulated) -> float:
        return case.scale * float(simulated.nominal[case.place, self.metric])

    def _limit(self, alpha_beta_gy: float, recovery: Recovery | None) -> tuple[Limit, float]:
        """The limit compared with at an α/β, and from EQD2 to its scale.

        It is derived anew from its schedule; without one its figure stands for a dose in fractions of 2 Gy, which is the same
        EQD2 at every α/β. A BED is that EQD2 at the source's α/β, so that all ways in which it could be are on one scale.
        """
        nothing = Measured(low=None, high=None)
        limit = self.asked.at(alpha_beta_gy).judgement_of(nothing, recovery).limit
        if limit.scale is not Scale.BED:
            return limit, 1.0
        scale = 1.0 + 2.0 / (self.asked.limit.alpha_beta_gy or alpha_beta_gy)
        own = 1.0 + 2.0 / (limit.alpha_beta_gy or alpha_beta_gy)
        return replace(limit, value=limit.value * scale / own), scale


def _alike(one: _Case, other: _Case, *, but: str) -> bool:
    """Whether two cases differ in nothing but one kind."""
    if but != "recovery" and one.recovery is not other.recovery:
        return False
    return all(
        getattr(one.assumption, name) == getattr(other.assumption, name)
        for kind, name in UNKNOWN.items()
        if kind != but
    )


def _unmet(values: FloatArray, limit: Limit) -> BoolArray:
    """Which values do not meet a limit's figure as printed."""
    same = np.isclose(values, limit.value, rtol=CLOSE, atol=SMALLEST)
    beyond = values > limit.value if limit.at_most else values < limit.value
    unmet: BoolArray = np.where(same, "=" not in limit.op, beyond)
    return unmet
