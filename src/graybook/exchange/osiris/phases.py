"""Rows of a phase and its plans come in; the phase as facts goes out, or one for each plan where they were given in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from graybook.exchange.course_facts import PhaseFacts, VolumeDose
from graybook.exchange.osiris import values
from graybook.exchange.osiris.doses import volume_dose
from graybook.exchange.osiris.layout import Row, Rows, children
from graybook.exchange.osiris.volumes import Volumes
from graybook.record.course import Modality, Status
from graybook.tables import osiris

__all__ = ["DELIVERED", "PLANNED", "Phases", "kind_of", "period"]

DELIVERED, PLANNED = "delivered", "planned"


def kind_of(row: Row, above: str = "") -> str:
    """Whether a row says ``delivered`` or ``planned``; what stands above it where it says nothing."""
    found = (row.text("type") or "").casefold()
    if found in (DELIVERED, PLANNED):
        if above and found != above:
            row.notes.warn("exchange_osiris_types_differ", row.place, kind=found, above=above)
        return found
    if found:
        row.refuse("type")
    if not above:
        row.notes.warn("exchange_osiris_type_unknown", row.place)
    return above


def period(row: Row) -> tuple[date | None, date | None]:
    """First and last day; neither where the last comes before the first."""
    start, end = row.day("start_date"), row.day("end_date")
    if start is not None and end is not None and end < start:
        row.notes.warn(
            "exchange_osiris_dates_reversed", row.place, start=start.isoformat(), end=end.isoformat()
        )
        return None, None
    return start, end


@dataclass(frozen=True, kw_only=True)
class _Beams:
    modality: Modality
    code: str
    technique: str
    energy: str


class Phases:
    """The phases of a person, with what hangs on their plans."""

    def __init__(self, rows: Rows, volumes: Volumes) -> None:
        plans, beams = rows.get("plan", []), rows.get("beam", [])
        self._volumes = volumes
        self._plans = children(plans, "phase", rows.get("phase", []), "Phase")
        self._doses = children(rows.get("dose", []), "plan", plans, "Plan")
        self._energies = children(rows.get("energy", []), "plan", plans, "Plan")
        self._beams: dict[str, list[Row]] = {}
        if beams and "plan" in beams[0].columns:
            self._beams = children(beams, "plan", plans, "Plan")
        elif plans and "beam" in plans[0].columns:
            by_key = {row.key(): row for row in beams}
            stated = [plan for plan in plans if plan.key("beam")]
            for key, several in children(stated, "beam", beams, "ModalityAndTechniqueRT").items():
                self._beams |= {plan.key(): [by_key[key]] for plan in several}

    def of_phase(self, row: Row, above: str, course: str) -> list[PhaseFacts]:
        """The phase; or one for each plan, where the fractions of several plans make up those of the phase."""
        kind, fractions = kind_of(row, above), row.whole("fractions")
        plans = self._plans.get(row.key(), [])
        if not plans:
            row.notes.warn("exchange_osiris_no_plan", row.place)
        numbers = [plan.whole("fractions") for plan in plans]
        if len(plans) > 1:
            in_turn = None not in numbers and sum(one or 0 for one in numbers) == fractions
            row.notes.info(
                "exchange_osiris_plans_in_turn" if in_turn else "exchange_osiris_plans_together",
                row.place,
                count=len(plans),
            )
            if in_turn:
                return [
                    self._facts(row, [plan], kind, number, course, key=f"phase-{row.key()}-{plan.key()}")
                    for plan, number in zip(plans, numbers, strict=True)
                ]
        return [self._facts(row, plans, kind, fractions, course, key=f"phase-{row.key()}")]

    def _facts(
        self, row: Row, plans: Sequence[Row], kind: str, fractions: int | None, course: str, *, key: str
    ) -> PhaseFacts:
        start, end = period(plans[0] if len(plans) == 1 and "-" in key.removeprefix("phase-") else row)
        doses: list[VolumeDose] = []
        planned = fractions if kind == PLANNED else None
        for plan in plans:
            of_plan, number = kind_of(plan, kind), plan.whole("fractions")
            if of_plan == PLANNED and kind == DELIVERED:
                planned = number
            given = of_plan == DELIVERED and kind == DELIVERED
            if given and None not in (number, fractions) and number != fractions:
                plan.notes.warn(
                    "exchange_osiris_plan_fractions", plan.place, plan=number, fractions=fractions
                )
            for dose in self._doses.get(plan.key(), []):
                expected = fractions if fractions is not None else number
                doses += [
                    volume_dose(dose, one, fractions=expected, given=given)
                    for one in self._volumes.of_dose(dose, course)
                ]
        beams = self._of_plans(plans)
        return PhaseFacts(
            key=key,
            status=Status.DELIVERED if kind == DELIVERED else Status.UNKNOWN,
            modality=beams.modality,
            modality_code=beams.code,
            technique=beams.technique,
            energy=beams.energy,
            fractions_planned=planned,
            fractions_delivered=fractions if kind == DELIVERED else None,
            start_date=start,
            end_date=end,
            doses=_once(row, doses),
            uids=_uids(plans, "plan_uid"),
            dose_uids=_uids(plans, "dose_uid"),
        )

    def _of_plans(self, plans: Sequence[Row]) -> _Beams:
        rows = [beam for plan in plans for beam in self._beams.get(plan.key(), [])]
        codes = {code: row for row in rows if (code := row.text("modality"))}
        for plan in plans:
            if not codes:
                plan.notes.info("exchange_osiris_no_modality", plan.place)
        code = next(iter(codes)) if len(codes) == 1 else ""
        if len(codes) > 1:
            rows[0].notes.warn(
                "exchange_osiris_modalities", rows[0].place, codes=", ".join(sorted(codes))[:80]
            )
        modality = _modality(code, codes[code]) if code else Modality.UNKNOWN
        techniques = {found: row for row in rows if (found := row.text("technique"))}
        technique = next(iter(techniques)) if len(techniques) == 1 else ""
        if len(techniques) > 1:
            rows[0].notes.info(
                "exchange_osiris_techniques", rows[0].place, codes=", ".join(sorted(techniques))[:80]
            )
        if technique and not (technique.isascii() and technique.isdigit()):
            techniques[technique].refuse("technique")
            technique = ""
        return _Beams(
            modality=modality,
            code=code if modality is not Modality.UNKNOWN or code.isdecimal() else "",
            technique=technique,
            energy=self._energy(plans, modality),
        )

    def _energy(self, plans: Sequence[Row], modality: Modality) -> str:
        found = []
        for row in (one for plan in plans for one in self._energies.get(plan.key(), [])):
            isotope, quantity = row.text("isotope"), row.quantity("quantity")
            if isotope:
                found.append(isotope)
            if quantity is None or quantity.number is None:
                continue
            unit = quantity.unit or ("MeV" if modality is Modality.ELECTRON else "")
            if not unit:
                row.notes.info("exchange_osiris_energy_no_unit", row.place, energy=f"{quantity.number:g}")
            found.append(f"{quantity.number:g} {unit}".strip())
        return ", ".join(dict.fromkeys(found))


def _modality(code: str, row: Row) -> Modality:
    meaning = osiris.codes("modality").get(code, "")
    if meaning in {one.value for one in Modality}:
        return Modality(meaning)
    row.notes.warn("exchange_osiris_modality_unknown", row.place, stated=code[:40])
    return Modality.UNKNOWN


def _uids(plans: Sequence[Row], field: str) -> tuple[str, ...]:
    found = []
    for plan in plans:
        stated = plan.text(field)
        if stated and not values.uid(stated):
            plan.refuse(field)
        elif stated:
            found.append(values.uid(stated))
    return tuple(dict.fromkeys(found))


def _once(row: Row, doses: Sequence[VolumeDose]) -> tuple[VolumeDose, ...]:
    """One dose for each volume: where several state one, they may be parts or the same dose told twice, and none is taken."""
    by_volume: dict[str, list[VolumeDose]] = {}
    for dose in doses:
        by_volume.setdefault(dose.volume, []).append(dose)
    kept = []
    for volume, same in by_volume.items():
        if len(same) > 1:
            stated = "; ".join(one.as_found for one in same)
            row.notes.warn("exchange_osiris_volume_twice", row.place, volume=volume[:60], stated=stated[:120])
            kept.append(VolumeDose(volume=volume, as_found=stated))
        else:
            kept.append(same[0])
    return tuple(kept)
