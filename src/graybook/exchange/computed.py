"""Courses as numbers that others state come in; the EQD2 of a volume, reckoned phase by phase, goes out, or None.

A total over phases of unlike fractions gives no EQD2: 17 Gy in 7 fractions that were 3 of 3 Gy and 4 of 2 Gy are 18.80 Gy at
α/β 3 Gy, not the 18.46 of equal ones. What is not stated is never filled in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from graybook.exchange.course_facts import (
    BiologicalMetric,
    CourseFacts,
    MetricKind,
    PersonFacts,
    PhaseFacts,
    VolumeDose,
)
from graybook.exchange.metric import unit_text
from graybook.radiobiology import bed_gy, eqd2_gy
from graybook.record.course import Modality, Status

__all__ = [
    "cumulative_eqd2_gy",
    "dose_bed_gy",
    "dose_eqd2_gy",
    "given_phases",
    "is_given",
    "largest_fraction_gy",
    "volume_eqd2_gy",
    "with_eqd2",
]

GIVEN = (Status.DELIVERED, Status.PARTLY_DELIVERED, Status.ASSUMED_DELIVERED)
NOT_GIVEN = (Status.NOT_GIVEN, Status.ALTERNATIVE, Status.PROPOSED)
HIGH_DOSE_RATE = ("394902000", "438629002")
"""SNOMED CT codes of brachytherapy whose fractions are as short as those of external beam."""

TOTAL_TOLERANCE_GY = 0.005
"""[Gy] Half of the last figure that a document in whole cGy can state."""


def is_given(status: Status) -> bool:
    """Whether a status says that dose reached the person."""
    return status in GIVEN


def given_phases(course: CourseFacts) -> tuple[PhaseFacts, ...]:
    """Phases of a course that are not known to have stayed a plan."""
    return tuple(one for one in course.phases if one.status not in NOT_GIVEN)


def dose_eqd2_gy(dose: VolumeDose, *, fractions: int | None, alpha_beta_gy: float) -> float | None:
    """EQD2 of a dose in equal fractions; None where dose or fractions are not known, or fractions were unlike. [Gy]"""
    if dose.dose_gy is None or not fractions or dose.uniform is False:
        return None
    return float(eqd2_gy(np.array(dose.dose_gy), fractions=fractions, alpha_beta_gy=alpha_beta_gy))


def dose_bed_gy(dose: VolumeDose, *, fractions: int | None, alpha_beta_gy: float) -> float | None:
    """BED of a dose in equal fractions; None as for `dose_eqd2_gy`. [Gy]"""
    if dose.dose_gy is None or not fractions or dose.uniform is False:
        return None
    each = np.array(dose.dose_gy / fractions)
    return float(bed_gy(each, fractions=fractions, alpha_beta_gy=alpha_beta_gy))


def volume_eqd2_gy(course: CourseFacts, volume: str, alpha_beta_gy: float) -> float | None:
    """EQD2 that a course gave to a volume. [Gy]

    It is the sum of the phases that name it. Where the course has no phases, it comes from the dose of the whole course, provided
    that this says that its fractions were equal. None where dose, fractions or modality are left unsaid, where phases and the dose
    of the course contradict each other, and where the linear-quadratic model of short fractions does not speak of the modality
    (ions, sources that stay, radionuclides).

    Parameters
    ----------
    volume
        Key of a `VolumeFacts`.
    alpha_beta_gy
        [Gy]

    Examples
    --------
    >>> from graybook.exchange.course_facts import PhaseFacts
    >>> first = VolumeDose(volume="boost", dose_gy=9.0, fractions=3)
    >>> second = VolumeDose(volume="boost", dose_gy=8.0, fractions=4)
    >>> phases = [PhaseFacts(key=str(one.dose_gy), modality=Modality.PHOTON, doses=(one,)) for one in (first, second)]
    >>> round(volume_eqd2_gy(CourseFacts(key="c", phases=tuple(phases)), "boost", 3.0), 6)
    18.8
    """
    if not is_given(course.status):
        return None
    total = [one for one in course.doses if one.volume == volume]
    parts = [(phase, one) for phase in given_phases(course) for one in phase.doses if one.volume == volume]
    if len(total) > 1:
        return None
    if parts:
        return _of_parts(parts, total, alpha_beta_gy)
    if not total or total[0].uniform is not True or given_phases(course) or not _follows_lq(course):
        return None
    return dose_eqd2_gy(total[0], fractions=total[0].fractions, alpha_beta_gy=alpha_beta_gy)


def _of_parts(
    parts: list[tuple[PhaseFacts, VolumeDose]], total: list[VolumeDose], alpha_beta_gy: float
) -> float | None:
    found = []
    for phase, dose in parts:
        fractions = dose.fractions if dose.fractions is not None else phase.fractions_delivered
        eqd2 = dose_eqd2_gy(dose, fractions=fractions, alpha_beta_gy=alpha_beta_gy)
        if eqd2 is None or not is_given(phase.status) or not _follows_lq(phase):
            return None
        found.append(eqd2)
    if total and total[0].dose_gy is not None:
        added = math.fsum(dose.dose_gy or 0.0 for _, dose in parts)
        if abs(added - total[0].dose_gy) > TOTAL_TOLERANCE_GY:
            return None
    return math.fsum(found)


def largest_fraction_gy(course: CourseFacts, volume: str) -> float | None:
    """The highest dose of one fraction that is known to have been given to a volume; None where none is. [Gy]"""
    stated = [(one, one.fractions) for one in course.doses if one.volume == volume]
    for phase in given_phases(course):
        stated += [
            (one, one.fractions if one.fractions is not None else phase.fractions_delivered)
            for one in phase.doses
            if one.volume == volume
        ]
    found = [one.dose_gy / count for one, count in stated if one.dose_gy is not None and count]
    return max(found, default=None)


def _follows_lq(given: PhaseFacts | CourseFacts) -> bool:
    if given.modality is Modality.BRACHYTHERAPY:
        return given.modality_code in HIGH_DOSE_RATE
    return given.modality in (Modality.PHOTON, Modality.ELECTRON)


def cumulative_eqd2_gy(facts: PersonFacts, *names: str, alpha_beta_gy: float) -> float | None:
    """EQD2 of all courses to the volumes of these names, as displayed. [Gy]

    Volumes of one name may be drawn anew in each course: they are different volumes of the same place, whose EQD2 add where both
    received the dose in full. A course that names none of them adds nothing, which makes the sum a lower bound. None where the
    EQD2 of one course cannot be had, or where a course names two of the volumes.

    Parameters
    ----------
    names
        At least one.
    alpha_beta_gy
        [Gy]
    """
    keys = {one.key for one in facts.volumes if one.name in names}
    found = []
    for course in facts.courses:
        if course.status in NOT_GIVEN:
            continue
        doses = [*course.doses, *(dose for phase in given_phases(course) for dose in phase.doses)]
        here = sorted({one.volume for one in doses} & keys)
        if len(here) > 1:
            return None
        if here:
            found.append(volume_eqd2_gy(course, here[0], alpha_beta_gy))
    if not found or any(one is None for one in found):
        return None
    return math.fsum(one for one in found if one is not None)


def with_eqd2(
    facts: PersonFacts, *, alpha_beta_gy: Iterable[float], together: Iterable[str] = ()
) -> PersonFacts:
    """The same courses with the EQD2 that follows from them beside each dose, wherever one follows.

    Parameters
    ----------
    alpha_beta_gy
        [Gy] One metric for each.
    together
        Names of volumes, as displayed, that are one place in all courses: the sum over courses is stated for each.
    """
    ratios = tuple(alpha_beta_gy)
    courses = tuple(
        replace(course, doses=tuple(_with_metrics(course, dose, ratios) for dose in course.doses))
        for course in facts.courses
    )
    sums = []
    for name in together:
        key = next((one.key for one in facts.volumes if one.name == name), None)
        found = [(one, cumulative_eqd2_gy(facts, name, alpha_beta_gy=one)) for one in ratios]
        metrics = tuple(_eqd2(ratio, value) for ratio, value in found if value is not None)
        if key is not None and metrics:
            sums.append(VolumeDose(volume=key, metrics=metrics))
    return replace(facts, courses=courses, cumulative=(*facts.cumulative, *sums))


def _with_metrics(course: CourseFacts, dose: VolumeDose, ratios: tuple[float, ...]) -> VolumeDose:
    found = [(one, volume_eqd2_gy(course, dose.volume, one)) for one in ratios]
    metrics = tuple(_eqd2(ratio, value) for ratio, value in found if value is not None)
    return replace(dose, metrics=(*dose.metrics, *metrics))


def _eqd2(alpha_beta_gy: float, value_gy: float) -> BiologicalMetric:
    metric = BiologicalMetric(kind=MetricKind.EQD2, value_gy=round(value_gy, 6), alpha_beta_gy=alpha_beta_gy)
    return replace(metric, as_found=unit_text(metric))
