"""Conditions: a limit and a case come in; each condition under which the limit's source looked, checked, goes out (rule 12).

What is required and found stands in figures and in the values of the record, so that it reads in any language; the catalogue
names the conditions under ``report_condition_<name>``, with their units.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from graybook.constraints.judgement import Case, ConditionCheck
from graybook.constraints.language import checked, derived_at
from graybook.constraints.recovery import applied
from graybook.constraints.structures import speaks_of
from graybook.record import Modality
from graybook.tables.limit import DoseOf, Limit, Namespace, Scale

__all__ = ["EXTERNAL_BEAM", "NAMES", "checks", "same_alpha_beta"]

NAMES = (
    "namespace", "scale", "recovery_in_source", "modality", "structure", "alpha_beta", "courses", "interval", "fractions",
    "fraction_gy", "each_course_max",
)  # fmt: skip
"""Every condition, in the order in which the first that does not hold gives the reason."""

EXTERNAL_BEAM = frozenset((Modality.PHOTON.value, Modality.ELECTRON.value, Modality.PROTON.value))
"""What a limit that states no modality was published for: photon-isoeffective external beams."""

_UNLIKE = frozenset((Modality.RADIONUCLIDE.value, Modality.MICROSPHERES.value))
"""Never judged against a limit of external beams, whatever a rulebook says (rule 15)."""

_CLOSE = 1e-9
_Span = tuple[float | None, float | None]


def checks(limit: Limit, case: Case) -> tuple[ConditionCheck, ...]:
    """
    Every condition of a limit, in the order of :data:`NAMES`; those that its source does not state are left out.

    Always stated are: namespace, scale, recovery, modality (external beam unless the row says otherwise), structure, and α/β
    unless the scale is physical. A condition of which the case does not know enough neither holds nor fails: None.
    """
    found = (
        _namespace(limit, case),
        _scale(limit, case),
        _recovery(limit, case),
        _modality(limit, case),
        _structure(limit, case),
        _alpha_beta(limit, case),
        _courses(limit, case),
        _interval(limit, case),
        _fractions(limit, case),
        _fraction_gy(limit, case),
        _each_course_max(limit, case),
    )
    return tuple(one for one in found if one is not None)


def same_alpha_beta(limit: Limit, case: Case) -> bool | None:
    """Whether the case was computed at the source's α/β; None where either is not known."""
    if limit.alpha_beta_gy is None or case.alpha_beta_gy is None:
        return None
    return _equal(limit.alpha_beta_gy, case.alpha_beta_gy)


def _namespace(limit: Limit, case: Case) -> ConditionCheck:
    """A first-course constraint needs one course, a cumulative limit several; an observed dose is never a limit."""
    if limit.namespace is Namespace.OBSERVED:
        return ConditionCheck(name="namespace", required="", found=limit.namespace.value, holds=False)
    first = limit.namespace is Namespace.FIRST_COURSE
    fewest = case.courses if case.complete else max(case.courses, 2)
    return ConditionCheck(
        name="namespace",
        required=_span((1, 1) if first else (2, None)),
        found=_counted(case),
        holds=fewest == 1 if first else fewest > 1,
    )


def _scale(limit: Limit, case: Case) -> ConditionCheck:
    """What the source reports on a scale of its own is not judged; physical doses of several courses are not added (rule 3)."""
    summed = limit.scale is Scale.PHYSICAL and limit.dose_of is not DoseOf.REFERENCE
    several = case.courses > 1 or not case.complete
    return ConditionCheck(
        name="scale",
        required=limit.scale.value,
        found=_counted(case) if summed else "",
        holds=limit.scale is not Scale.REPORTED and not (summed and several),
    )


def _recovery(limit: Limit, case: Case) -> ConditionCheck:
    """Recovery is in the source or in the case, never in both, and never in neither when the source discounted (rule 11)."""
    acts = applied(limit, checked(limit), case)
    in_source = limit.conditions.recovery_in_source
    holds = True
    if in_source == "yes":
        holds = acts is None
    elif in_source == "discounted":
        holds = acts is not None and acts.convention == "dose"
    return ConditionCheck(
        name="recovery_in_source",
        required=in_source,
        found="0" if acts is None else f"{acts.share:.10g} {acts.convention}",
        holds=holds,
    )


def _modality(limit: Limit, case: Case) -> ConditionCheck:
    allowed = frozenset(limit.conditions.modalities) or EXTERNAL_BEAM
    if allowed & EXTERNAL_BEAM:
        allowed -= _UNLIKE
    known = case.modalities - {Modality.UNKNOWN.value}
    holds: bool | None = known <= allowed
    if holds and (not known or known != case.modalities):
        holds = None
    return ConditionCheck(
        name="modality",
        required=", ".join(sorted(allowed)),
        found=", ".join(sorted(case.modalities)),
        holds=holds,
    )


def _structure(limit: Limit, case: Case) -> ConditionCheck:
    return ConditionCheck(
        name="structure",
        required=limit.organ,
        found=case.structure or "",
        holds=None if not case.structure else speaks_of(limit, case.structure) == "same",
    )


def _alpha_beta(limit: Limit, case: Case) -> ConditionCheck | None:
    """Equal, or the limit can be derived anew from its schedule; not known where either side does not say."""
    if limit.scale is Scale.PHYSICAL:
        return None
    holds = same_alpha_beta(limit, case)
    if holds is False and case.alpha_beta_gy is not None:
        holds = derived_at(limit, case.alpha_beta_gy) is not None
    return ConditionCheck(
        name="alpha_beta",
        required=_figure(limit.alpha_beta_gy) + (f" ({limit.schedule})" if limit.schedule else ""),
        found=_figure(case.alpha_beta_gy),
        holds=holds,
    )


def _courses(limit: Limit, case: Case) -> ConditionCheck | None:
    asked = limit.conditions.courses
    if asked is None:
        return None
    holds: bool | None = _within((case.courses, case.courses), asked)
    if not case.complete and (asked[1] is not None or not holds):
        holds = False if asked[1] is not None and case.courses > asked[1] else None
    return ConditionCheck(name="courses", required=_span(asked), found=_counted(case), holds=holds)


def _interval(limit: Limit, case: Case) -> ConditionCheck | None:
    """Every earlier course's interval; one outside is enough to fail, one unknown to not know."""
    asked = limit.conditions.interval_months
    if asked is None or asked == (None, None):
        return None
    return ConditionCheck(
        name="interval",
        required=_span(asked),
        found="; ".join(_figure(one) or "?" for one in case.intervals_months),
        holds=_all_within(case.intervals_months, asked, fewest=max(1, case.courses - 1)),
    )


def _fractions(limit: Limit, case: Case) -> ConditionCheck | None:
    """A physical dose says nothing without a fractionation: one that states none is never known to hold."""
    asked = limit.conditions.fractions
    if asked is None:
        if limit.scale is Scale.PHYSICAL and limit.conditions.fraction_gy is None:
            return ConditionCheck(name="fractions", required="", found="", holds=None)
        return None
    holds: bool | None = None
    if case.fractions is not None:
        ends = tuple(_within((one, one), asked) for one in case.fractions)
        apart = case.fractions[1] < asked[0] or case.fractions[0] > asked[1]
        holds = True if all(ends) else False if apart else None
    found = "" if case.fractions is None else _span(case.fractions)
    return ConditionCheck(name="fractions", required=_span(asked), found=found, holds=holds)


def _fraction_gy(limit: Limit, case: Case) -> ConditionCheck | None:
    asked = limit.conditions.fraction_gy
    if asked is None:
        return None
    given = case.fraction_gy
    holds = None if given is None else _within((given, given), asked)
    return ConditionCheck(name="fraction_gy", required=_span(asked), found=_figure(given), holds=holds)


def _each_course_max(limit: Limit, case: Case) -> ConditionCheck | None:
    most = limit.conditions.each_course_max_gy
    if most is None:
        return None
    like = limit.scale is Scale.PHYSICAL or same_alpha_beta(limit, case)
    return ConditionCheck(
        name="each_course_max",
        required=_span((None, most)),
        found="; ".join(_figure(one) or "?" for one in case.course_values),
        holds=_all_within(case.course_values, (None, most), fewest=max(1, case.courses)) if like else None,
    )


def _all_within(values: Iterable[float | None], asked: _Span, *, fewest: int) -> bool | None:
    """Whether all values lie within; None when none lies outside but one is missing, or there are too few."""
    found = [None if one is None else _within((one, one), asked) for one in values]
    if False in found:
        return False
    return None if None in found or len(found) < fewest else True


def _within(span: tuple[float, float], asked: _Span) -> bool:
    low, high = asked
    return (low is None or span[0] >= low or _equal(span[0], low)) and (
        high is None or span[1] <= high or _equal(span[1], high)
    )


def _equal(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_CLOSE)


def _counted(case: Case) -> str:
    """Courses counted; at least so many when one is missing from the sum."""
    return str(case.courses) if case.complete else f"≥ {case.courses}"


def _figure(value: float | None) -> str:
    """A figure in at most four digits; empty when not known."""
    return "" if value is None else f"{value:.4g}"


def _span(ends: _Span) -> str:
    """Both ends, or the one that is stated."""
    low, high = ends
    if low is None or high is None:
        return f"≤ {_figure(high)}" if low is None else f"≥ {_figure(low)}"
    return _figure(low) if low == high else f"{_figure(low)}–{_figure(high)}"
