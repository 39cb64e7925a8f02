"""Standings of one course come in; its phases, with fractions, delivery and order in time, go out (rules 1, 2, 5)."""

from __future__ import annotations

from collections.abc import Sequence

from graybook.files.settings import CourseSetting
from graybook.record import Delivery, Fractionated, Phase, Status
from graybook.tables.fractionation import fractions_range
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.planned import PlannedDose, matches
from graybook.workflow.folder.statuses import Standing

__all__ = ["phases_of"]


def phases_of(
    standings: Sequence[Standing], setting: CourseSetting, site: str, notes: Notes
) -> tuple[Phase, ...]:
    """Phases in the order of date, then label; sequential unless the user says otherwise, and said to be only the default."""
    counted = [one for one in standings if one.status.counts]
    order_known = setting.sequential or bool(setting.concurrent) or len(counted) < 2
    if not order_known:
        notes.warn(
            "order_unknown", counted[0].planned.name, plans=", ".join(one.planned.name for one in counted)
        )
    return tuple(_phase(one, standings, setting, site, notes, order_known=order_known) for one in standings)


def _phase(
    standing: Standing,
    standings: Sequence[Standing],
    setting: CourseSetting,
    site: str,
    notes: Notes,
    *,
    order_known: bool,
) -> Phase:
    planned = standing.planned
    bracket, source = _bracket(standing, site, notes)
    plan = planned.plan
    return Phase(
        id=planned.id,
        label=planned.label,
        status=standing.status,
        modality=planned.modality,
        fractions_planned=planned.fractions_planned,
        fractions_delivered=standing.fractions_delivered,
        sessions_partial=standing.sessions.partial if planned.setting.fractions_delivered is None else 0,
        fractions_range=bracket,
        fractions_source=source,
        dose=planned.volume,
        delivery=_delivery(standing, bracketed=bracket is not None, notes=notes),
        prescriptions=planned.prescriptions,
        plan_uids=planned.plan_uids,
        start_date=standing.sessions.first or planned.date,
        end_date=standing.sessions.last,
        approval="" if plan is None else plan.approval,
        intent="" if plan is None else plan.intent,
        concurrent_with=_concurrent(planned, standings, setting),
        order_known=order_known,
    )


def _delivery(standing: Standing, *, bracketed: bool, notes: Notes) -> Delivery | None:
    n, planned = standing.fractions_delivered, standing.planned
    stated = planned.setting
    if standing.status.counts and stated.fractions_per_day is None:
        _say_several_a_day(standing, notes)
    if standing.status.counts and stated.interval_h is not None and stated.fractions_delivered is None:
        _say_days_counted(standing, notes)
    if stated.interval_h is not None and (n or (n is None and bracketed)):
        return Fractionated(fractions=n, per_day=stated.fractions_per_day or 1, interval_h=stated.interval_h)
    return Fractionated(fractions=n) if n else None


def _say_days_counted(standing: Standing, notes: Notes) -> None:
    """Say that days were counted as sessions: records without a fraction number do not tell two of one day apart."""
    days, planned = standing.sessions.by_date, standing.planned
    if days:
        notes.warn("days_counted_as_sessions", planned.name, plan=planned.name, days=days)


def _say_several_a_day(standing: Standing, notes: Notes) -> None:
    """Say that plan or records show several fractions a day when nobody states the interval between them."""
    planned = standing.planned
    by_plan = 1 if planned.group is None else planned.group.most_a_day
    if planned.plan is not None and planned.group is None:
        by_plan = max((one.most_a_day for one in planned.plan.fraction_groups), default=1)
    most = max(by_plan, standing.sessions.most_a_day)
    if most > 1:
        notes.warn(
            "interval_not_stated",
            planned.name,
            plan=planned.name,
            most=most,
            uid=next(iter(planned.uids), ""),
        )


def _bracket(standing: Standing, site: str, notes: Notes) -> tuple[tuple[int, int] | None, str]:
    """Fewest and most fractions when the number is unknown, and who says so: the user, else the table of the site (rule 5)."""
    planned = standing.planned
    if planned.fractions_planned is not None:
        return None, ""
    if planned.setting.fractions_range is not None:
        return planned.setting.fractions_range, "graybook.toml"
    total_gy = max((one.dose_gy for one in planned.prescriptions), default=None)
    found = fractions_range(site, total_gy) if site and total_gy is not None else None
    if found is not None:
        least, most, source = found
        notes.warn(
            "fractions_from_table",
            planned.name,
            plan=planned.name,
            least=least,
            most=most,
            source=source,
            site=site,
        )
        return (least, most), source
    if standing.status is not Status.NOT_GIVEN:
        notes.warn("fractions_unknown", planned.name, plan=planned.name, uid=next(iter(planned.uids), ""))
    return None, ""


def _concurrent(
    planned: PlannedDose, standings: Sequence[Standing], setting: CourseSetting
) -> tuple[str, ...]:
    """Ids of the phases the user says were given in the same sessions."""
    return tuple(
        other.planned.id
        for group in setting.concurrent
        if any(matches(name, planned) for name in group)
        for other in standings
        if other.planned is not planned and any(matches(name, other.planned) for name in group)
    )
