"""Left of: one limit on one organ's earlier courses comes in; what is used of it, and so what it leaves, goes out.

What is used is what the limit sees of the courses that were given: the same sums, ends and envelopes as for a verdict. What is left
of it is a uniform dose in the structure, because a dose that is the same everywhere raises every dose metric by the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.constraints.judgement import Judgement, Measured
from graybook.constraints.language import derived_at
from graybook.constraints.remaining import dose_left_gy
from graybook.dvh.metrics import Kind
from graybook.radiobiology.linear_quadratic import eqd2_gy
from graybook.record import Recovery
from graybook.tables.limit import DoseOf, Namespace, Scale
from graybook.text import Language, phrase
from graybook.workflow.limits.asking import Asked
from graybook.workflow.limits.values import COURSE, alpha_betas_for
from graybook.workflow.organs.judgement import POINT_SUM, basis_of

__all__ = ["LeftOf", "NotAsked", "alpha_betas_of", "as_left", "counted_recovery", "left_of", "unasked"]

UNIFORM = (Kind.MAX, Kind.MIN, Kind.MEAN, Kind.MEDIAN, Kind.DOSE_AT_VOLUME, Kind.DOSE_AT_PERCENT)
"""Metrics that a uniform dose raises by itself."""

SAME_GY, SAME_SHARE = 0.1, 0.01
"""Two ends that differ by no more than this, in Gy or as a share, print as one value, the higher (rule 9)."""


@dataclass(frozen=True, kw_only=True)
class NotAsked:
    """A limit that leaves no figure on a structure, and why in words."""

    limit: str
    structure: str
    why: str


@dataclass(frozen=True, kw_only=True, eq=False)
class LeftOf:
    """
    One limit on one organ, at one α/β.

    Parameters
    ----------
    asked
        The limit on the earlier courses.
    said
        Its judgement of them; its limit is the one compared with.
    used
        EQD2 at both ends of rule 9; None of a volume metric. [Gy]
    limit_gy
        EQD2; None of a volume metric. [Gy]
    """

    asked: Asked
    said: Judgement
    alpha_beta_gy: float
    used: tuple[float, float] | None
    limit_gy: float | None

    @property
    def holds(self) -> bool:
        """Whether every condition of the limit's source is known to hold."""
        return all(one.holds is True for one in self.said.conditions)

    def doses_gy(self, fractions: int) -> tuple[float, ...]:
        """The uniform physical dose left in n fractions: of a range most first, else one; empty of a volume metric. [Gy]"""
        limit_gy = self.limit_gy
        if limit_gy is None:
            return ()
        if self.asked.limit.scale is Scale.PHYSICAL:
            return (self.said.limit.value,)
        return tuple(
            dose_left_gy(limit_gy, one, fractions=fractions, alpha_beta_gy=self.alpha_beta_gy)
            for one in self.used_ends
        )

    @property
    def used_ends(self) -> tuple[float, ...]:
        """Both ends of what is used, or the upper one where they print as one (rule 9). [Gy]"""
        if self.used is None:
            return ()
        low, high = self.used
        return (high,) if high - low <= max(SAME_GY, SAME_SHARE * high) else (low, high)


def left_of(asked: Asked, fractions: int, language: Language) -> list[LeftOf] | NotAsked:
    """A limit on the earlier courses of an organ, at each α/β of :func:`alpha_betas_of`; or why it leaves no figure.

    ``fractions`` are those that a limit in physical dose on the new course is converted with.
    """
    why = unasked(asked)
    if why:
        return _not_asked(asked, why, language)
    found = []
    for ratio in alpha_betas_of(asked):
        at = asked.at(ratio)
        recovery = counted_recovery(at)
        said = at.judgement_of(_used(at, recovery), recovery)
        if any(one.holds is False and one.name == "namespace" for one in said.conditions):
            first = asked.limit.namespace is Namespace.FIRST_COURSE
            return _not_asked(asked, "remaining_namespace" if first else "remaining_no_earlier", language)
        if said.measured.low is None or said.measured.high is None:
            none = said.measured.why
            code, params = ("limit_no_dose", {}) if none is None else (none.code, dict(none.params))
            return _not_asked(asked, code, language, **params)
        found.append(as_left(at, said, ratio, fractions))
    return found


def as_left(asked: Asked, said: Judgement, alpha_beta_gy: float, fractions: int = 1) -> LeftOf:
    """A judgement of the earlier courses as what is used and left of its limit."""
    limit, value = said.limit, said.measured
    uniform = (
        asked.metric.kind in UNIFORM
        and limit.at_most
        and limit.unit == "Gy"
        and limit.dose_of is not DoseOf.SHARE
    )
    if not uniform or value.low is None or value.high is None:
        return LeftOf(asked=asked, said=said, alpha_beta_gy=alpha_beta_gy, used=None, limit_gy=None)
    share = 1.0 / (1.0 + 2.0 / alpha_beta_gy) if limit.scale is Scale.BED else 1.0
    limit_gy = limit.value * share
    if limit.scale is Scale.PHYSICAL:
        limit_gy = float(eqd2_gy(np.array(limit.value), fractions=fractions, alpha_beta_gy=alpha_beta_gy))
    return LeftOf(
        asked=asked,
        said=said,
        alpha_beta_gy=alpha_beta_gy,
        used=(value.low * share, value.high * share),
        limit_gy=limit_gy,
    )


def unasked(asked: Asked) -> str:
    """Why a limit leaves nothing that could be named, as a code of the catalogue; empty when it is asked."""
    limit, result = asked.limit, asked.organ.result
    if limit.namespace is Namespace.OBSERVED:
        return "remaining_observed"
    if limit.scale is Scale.REPORTED or (limit.scale is Scale.PHYSICAL and _is_of_earlier(asked)):
        return "remaining_scale"
    if result is not None and basis_of(result) == POINT_SUM and limit.dose_of is DoseOf.ALL:
        ratios = alpha_betas_of(asked)
        return "" if ratios == (result.alpha_beta_gy,) else "remaining_point_sum"
    return ""


def alpha_betas_of(asked: Asked) -> tuple[float, ...]:
    """Those a limit is judged at; its source's where it cannot be derived anew at the organ's. [Gy]"""
    limit = asked.limit
    ratios = alpha_betas_for(limit, asked.organ)
    if limit.alpha_beta_gy is None or limit.alpha_beta_gy in ratios:
        return ratios
    if ratios and all(derived_at(limit, one) is not None for one in ratios):
        return ratios
    return (limit.alpha_beta_gy,)


def _is_of_earlier(asked: Asked) -> bool:
    """Whether a limit sees earlier courses: there are some, and it is not on the new course alone."""
    return asked.limit.dose_of is DoseOf.ALL and any(
        one.course.counts for one in asked.asking.setting.courses
    )


def counted_recovery(asked: Asked) -> Recovery | None:
    """The recovery that is reckoned with: none for a limit that has recovery in it already (rule 11)."""
    return None if asked.limit.conditions.recovery_in_source == "yes" else asked.recovery


def _used(asked: Asked, recovery: Recovery | None) -> Measured:
    """What the limit sees of the earlier courses: nothing where there are none, or where it is on the new course alone."""
    if not _is_of_earlier(asked):
        return Measured(low=0.0, high=0.0, basis=COURSE)
    return asked.value(recovery)


def _not_asked(asked: Asked, code: str, language: Language, **params: object) -> NotAsked:
    name = "" if asked.organ.result is None else asked.organ.result.name
    words = phrase(code, language, **{"subject": name, "metric": asked.limit.metric, **params})
    return NotAsked(limit=asked.limit.id, structure=name, why=words)
