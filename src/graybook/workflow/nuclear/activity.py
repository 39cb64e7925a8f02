"""An administration known by its activity alone comes in; mean doses of organs, a person's own or published intervals, go out.

Nothing here is a dose that anybody measured in this administration. A person's own dose per activity is used as stated; else
the interval that publications saw between patients, both ends and no value between them; else the organ is not there, and
its dose is unknown.
"""

from __future__ import annotations

from math import log

import numpy as np

from graybook.record import (
    Administration,
    Decaying,
    DoseOrigin,
    Finding,
    IntervalKind,
    MeanDose,
    OrganDoses,
    Severity,
    StatedCoefficient,
)
from graybook.tables.nuclides import known_nuclide, nuclide_name
from graybook.tables.organ_dose_per_activity import PublishedInterval, indications, published_intervals
from graybook.tables.structure_names import tg263_name

__all__ = ["METHOD", "activity_doses", "activity_findings", "emits_alpha"]

METHOD = "activity × Gy/GBq"


def activity_doses(given: Administration) -> OrganDoses:
    """
    Mean doses of the organs that anything is known of; an organ that is not among them has an unknown dose.

    Parameters
    ----------
    given
        With its activity; without one no dose is known.

    Notes
    -----
    How fast the dose came is unknown unless a person states an effective half-life or every publication of the organ gives both
    ends of one: then BED must reckon with anything between all at once and endlessly slow. Of what missed the vessel nobody knows
    where it went: lower ends lose that share, upper ends do not.

    Examples
    --------
    >>> given = Administration(nuclide="177Lu", agent="DOTATATE", activity_gbq=7.4)
    >>> kidneys = activity_doses(given).doses[0]
    >>> kidneys.mean_gy is None, round(kidneys.low_gy, 3), round(kidneys.high_gy, 3)
    (True, 1.998, 6.734)
    """
    if given.activity_gbq is None:
        return OrganDoses(doses=())
    own = [_own(one, given, given.activity_gbq) for one in given.coefficients]
    stated = {_plain(one.organ) for one in own}
    published = [
        _published(one, given, given.activity_gbq)
        for one in _published_for(given)
        if _plain(one.organ) not in stated
    ]
    return OrganDoses(doses=(*own, *published))


def activity_findings(given: Administration, *, subject: str, cycle: str) -> tuple[Finding, ...]:
    """What is to be said or asked of such doses: nuclide and activity nobody knows, intervals of whom, a disease to state.

    Parameters
    ----------
    subject
        Id of the course.
    cycle
        The administration in words.
    """
    params: dict[str, str | float | int | None] = {"cycle": cycle, "nuclide": given.nuclide}
    found = []
    if known_nuclide(given.nuclide) is None:
        found.append(Finding(code="given_nuclide_unknown", subject=subject, params=params))
    if given.activity_gbq is None:
        return (*found, Finding(code="given_activity_unknown", subject=subject, params=params))
    disease = indications(nuclide_name(given.nuclide) or "", given.agent)
    if disease and not given.indication:
        asked = {**params, "indication": " / ".join(disease)}
        found.append(Finding(code="given_indication_asked", subject=subject, params=asked))
    kinds = {one.interval for one in activity_doses(given).doses}
    if IntervalKind.PUBLISHED in kinds:
        said = {**params, "agent": given.agent}
        found.append(Finding(code="given_published", severity=Severity.INFO, subject=subject, params=said))
    if given.extravasation_percent:
        lost = {**params, "percent": given.extravasation_percent}
        found.append(Finding(code="given_extravasation", subject=subject, params=lost))
    return tuple(found)


def emits_alpha(nuclide: str) -> bool:
    """
    Whether a nuclide or anything it decays to gives α particles; False for one the table does not have.

    Examples
    --------
    >>> emits_alpha("Ra-223"), emits_alpha("Pb-212"), emits_alpha("Lu-177")
    (True, True, False)
    """
    seen: set[str] = set()
    ahead = [nuclide]
    while ahead:
        name = ahead.pop()
        known = None if name in seen else known_nuclide(name)
        seen.add(name)
        if known is not None and known.alpha_kev > 0.0:
            return True
        ahead += [] if known is None else [one.name for one in known.daughters]
    return False


def _published_for(given: Administration) -> tuple[PublishedInterval, ...]:
    name = nuclide_name(given.nuclide)
    return () if name is None else published_intervals(name, given.agent, given.indication)


def _plain(organ: str) -> str:
    return tg263_name(organ) or organ.casefold()


def _kept(given: Administration) -> float:
    """Share of the activity that surely entered the vessel."""
    return 1.0 - (given.extravasation_percent or 0.0) / 100.0


def _alpha(given: Administration, dose_gy: float) -> float:
    """Of a chain with α particles nobody says which part is theirs: all of it is taken for theirs, without an RBE. [Gy]"""
    return dose_gy if emits_alpha(given.nuclide) else 0.0


def _own(one: StatedCoefficient, given: Administration, activity_gbq: float) -> MeanDose:
    low, high = one.low_gy_per_gbq, one.high_gy_per_gbq
    mean_gy = one.gy_per_gbq * activity_gbq
    kept = _kept(given)
    ends = low is not None or kept < 1.0
    return MeanDose(
        organ=one.organ,
        mean_gy=mean_gy,
        low_gy=mean_gy * kept if low is None else low * activity_gbq * kept,
        high_gy=mean_gy if high is None else high * activity_gbq,
        interval=IntervalKind.STATED if ends else IntervalKind.POINT,
        origin=DoseOrigin.ACTIVITY,
        method=METHOD,
        source=one.source,
        decaying=None if one.half_life_h is None else _decaying(mean_gy, one.half_life_h),
        alpha_gy=_alpha(given, mean_gy),
    )


def _published(one: PublishedInterval, given: Administration, activity_gbq: float) -> MeanDose:
    high_gy = one.high_gy_per_gbq * activity_gbq
    short, long = one.half_life_h
    return MeanDose(
        organ=one.organ,
        mean_gy=None,
        low_gy=one.low_gy_per_gbq * activity_gbq * _kept(given),
        high_gy=high_gy,
        interval=IntervalKind.PUBLISHED,
        origin=DoseOrigin.ACTIVITY,
        method=METHOD,
        source=one.source,
        half_life_h=None if short is None or long is None else (short, long),
        alpha_gy=_alpha(given, high_gy),
    )


def _decaying(dose_gy: float, half_life_h: float) -> Decaying:
    """One exponential whose integral is the dose."""
    rate = log(2.0) / half_life_h
    return Decaying(amplitudes_gy_per_h=np.array([dose_gy * rate]), rates_per_h=np.array([rate]))
