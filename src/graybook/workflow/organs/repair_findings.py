"""An organ with its doses comes in; what is to be said of repair between the fractions of a day goes out."""

from __future__ import annotations

from collections.abc import Sequence

from graybook.accumulation.fractions_a_day import AT_ONCE, NEVER
from graybook.geometry.arrays import FloatArray
from graybook.radiobiology.incomplete_repair import NIGHT_SHARE
from graybook.record import Finding, RepairWish, Severity
from graybook.workflow.folder.doses import LoadedCourse, day_of
from graybook.workflow.organs.dose import CourseOnOrgan, eqd2_on_organ
from graybook.workflow.organs.result import OrganDoses

__all__ = ["SAID_FROM_GY", "general_findings", "repair_findings", "unknown_finding"]

SAID_FROM_GY = 0.1
"""A dose that would rise by less is not spoken of. [Gy]"""


def repair_findings(name: str, doses: OrganDoses, alpha_beta_gy: float | None) -> list[Finding]:
    """That no half-time is known of an organ, and by how much its dose would rise at most; or that the night does not repair."""
    if doses.repair is None or alpha_beta_gy is None:
        return []
    half_time_h = doses.repair.half_time_h
    if half_time_h is None:
        rise_gy = _rise_gy(doses, alpha_beta_gy)
        return [unknown_finding(name, rise_gy)] if rise_gy >= SAID_FROM_GY else []
    days = {
        phase.day
        for one in (*doses.mapped, *doses.native.values())
        for phase in one.dose.phases
        if phase.day is not None
    }
    left = max((day.left_over_night(half_time_h) for day in days), default=0.0)
    if left <= NIGHT_SHARE:
        return []
    params = {"half_time_h": half_time_h, "percent": round(100.0 * left, 6)}
    return [Finding(code="repair_night", subject=name, params=params)]


def unknown_finding(name: str, rise_gy: float) -> Finding:
    """That no half-time is known of an organ, and by how much its dose would rise at most. [Gy]"""
    return Finding(code="repair_unknown", subject=name, params={"rise_gy": round(rise_gy, 6)})


def _rise_gy(doses: OrganDoses, alpha_beta_gy: float) -> float:
    """The most that EQD2 rises by at any point when nothing is repaired within the day. [Gy]"""
    courses = [doses.mapped] if doses.mapped else [(one,) for one in doses.native.values()]
    return sum(
        float((_eqd2(one, alpha_beta_gy, NEVER) - _eqd2(one, alpha_beta_gy, AT_ONCE)).max())
        for one in courses
    )


def _eqd2(courses: Sequence[CourseOnOrgan], alpha_beta_gy: float, half_time_h: float) -> FloatArray:
    repaired = [one.repairing(half_time_h) for one in courses]
    return eqd2_on_organ(repaired, alpha_beta_gy, concurrent=frozenset()).low


def general_findings(courses: Sequence[LoadedCourse], wishes: Sequence[RepairWish]) -> list[Finding]:
    """Where fractions were given several a day, that the display volume, which is no organ's, takes repair as complete; where none
    were, that half-times asked for change nothing."""
    if any(one.dose is not None and not one.dose.is_once_a_day for one in courses):
        return [Finding(code="display_complete_repair", severity=Severity.INFO)]
    if any(day_of(phase) for one in courses for phase in one.course.phases):
        return []
    organs = dict.fromkeys(one.organ for one in wishes)
    return [Finding(code="repair_without_effect", subject=organ) for organ in organs]
