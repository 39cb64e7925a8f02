"""Nuclear tables: cycles come in; tables of what was given, of dose, BED and EQD2 by cycle, and of the other choices go out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from graybook.report.blocks import Cell, Column, Table, cell
from graybook.report.citations import Citations, repair_source, short_source
from graybook.report.nuclear_result import CycleResult, LineResult, OrganCycleResult
from graybook.report.nuclear_words import (
    activity_text,
    agent_name,
    curve_name,
    figure_text,
    given_text,
    least_text,
    method_name,
    nuclide_name,
    rate_unknown,
    repair_of,
    spread_text,
    used_choice,
)
from graybook.report.result import ApartDose
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["cycles_table", "doses_table", "lines_table", "organs_of"]

Ends = tuple[float | None, float | None, float | None]
"""A value and both ends of its interval. [Gy]"""


def organs_of(cycles: Sequence[CycleResult]) -> dict[str, list[tuple[CycleResult, OrganCycleResult]]]:
    """Each organ's cycles, in the order in which organs are first named."""
    found: dict[str, list[tuple[CycleResult, OrganCycleResult]]] = {}
    for cycle in cycles:
        for organ in cycle.organs:
            found.setdefault(organ.organ, []).append((cycle, organ))
    return found


def _cited(source: str, numbers: Citations) -> tuple[str, int] | str:
    number = numbers.number(source)
    return (short_source(source), number) if number else source


def cycles_table(title: str, cycles: Sequence[CycleResult], words: Wording) -> Table:
    """What was given, when, and what its doses rest on."""
    devices = any(one.device for one in cycles)
    leaked = any(one.extravasation_percent is not None for one in cycles)
    rows = tuple(
        (
            cell(str(one.number), strong=True),
            cell(given_text(one.given, words)),
            cell(nuclide_name(one.nuclide), agent_name(one)),
            *((cell(words.term("device", one.device) if one.device else DASH),) if devices else ()),
            cell(activity_text(one.activity_gbq, words)),
            *((cell(_percent(one.extravasation_percent, words)),) if leaked else ()),
            cell(words.term("rests_on", one.origin), "" if one.organs else words("no_organ_dose")),
            cell(one.evidence_grade),
        )
        for one in cycles
    )
    return Table(
        title=title,
        columns=(
            Column(title=words("col_cycle")),
            Column(title=words("col_given")),
            Column(title=words("col_nuclide_agent")),
            *((Column(title=words("col_device")),) if devices else ()),
            Column(title=words("col_given_activity"), numeric=True),
            *((Column(title=words("col_extravasation"), numeric=True),) if leaked else ()),
            Column(title=words("col_rests_on"), share=1.0),
            Column(title=words("col_grade")),
        ),
        rows=rows,
    )


def _percent(value: float | None, words: Wording) -> str:
    return DASH if value is None else f"{words.number(value, 1)}\u00a0%"


def _dose_ends(organ: OrganCycleResult) -> Ends:
    return organ.dose_gy, organ.low_gy, organ.high_gy


def _bed_ends(organ: OrganCycleResult) -> Ends:
    return organ.bed_gy, organ.bed_low_gy, organ.bed_high_gy


def _eqd2_ends(organ: OrganCycleResult) -> Ends:
    return organ.eqd2_gy, organ.eqd2_low_gy, organ.eqd2_high_gy


def _added(organs: Sequence[OrganCycleResult], ends: Callable[[OrganCycleResult], Ends]) -> Ends:
    """Values and ends, each added over the cycles; None where one of them is not known."""
    columns = zip(*(ends(one) for one in organs), strict=True)
    value, low, high = (
        None if None in column else math.fsum(one for one in column if one is not None) for column in columns
    )
    return value, low, high


def _figure(ends: Ends, words: Wording, kind: str = "", *, strong: bool = False, least: bool = False) -> Cell:
    text = DASH if ends == (None, None, None) else figure_text(*ends, words, unit=False)
    if least and text != DASH:
        text = least_text(text, words)
    return cell(text, spread_text(*ends, kind, words), strong=strong)


def _alpha(organ: OrganCycleResult, words: Wording) -> str:
    if not organ.alpha_gy:
        return ""
    if organ.rbe is None:
        return words("alpha_unweighted", dose=organ.alpha_gy)
    return words("alpha_weighted", dose=organ.alpha_gy, rbe=organ.rbe, weighted=organ.rbe_weighted_gy)


def _integrated(organ: OrganCycleResult, words: Wording) -> Cell:
    value, sd = organ.time_integrated_mbq_h, organ.time_integrated_sd_mbq_h
    if value is None:
        return cell(DASH)
    used = used_choice(organ)
    model, tail = (organ.model, "") if used is None else (used.model, used.tail)
    text = words.number(value, 0) + ("" if sd is None else f"\u00a0±\u00a0{words.number(sd, 0)}")
    return cell(text, curve_name(model, tail, words) if model else "")


def _measured(organ: OrganCycleResult, words: Wording) -> str:
    parts = [
        words("volume_is", volume=organ.volume_cm3) if organ.volume_cm3 is not None else "",
        words("mass_is", mass=words.short(organ.mass_g)) if organ.volume_cm3 is None and organ.mass_g else "",
        words("recovery_is", value=organ.recovery) if organ.recovery is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def _cycle_row(
    cycle: CycleResult, organ: OrganCycleResult, numbers: Citations, words: Wording
) -> tuple[Cell, ...]:
    return (
        cell(organ.organ, _measured(organ, words)),
        cell(str(cycle.number)),
        _integrated(organ, words),
        cell(words.number(organ.effective_half_life_h, 1)),
        cell(
            figure_text(*_dose_ends(organ), words, unit=False),
            spread_text(*_dose_ends(organ), organ.interval, words),
            _alpha(organ, words),
        ),
        cell(method_name(organ.method, words) or DASH, _cited(organ.source, numbers)),
        cell(words("g_any") if rate_unknown(organ) else words.number(organ.g_factor, 3)),
        _figure(_bed_ends(organ), words),
        _figure(_eqd2_ends(organ), words),
    )


def _biology(
    organs: Sequence[OrganCycleResult], numbers: Citations, words: Wording
) -> list[tuple[str, int] | str]:
    """α/β, and the half-time of repair where a rate is known that it was used with."""
    organ = next((one for one in organs if not rate_unknown(one)), organs[0])
    if organ.alpha_beta_gy is None:
        return [words("no_alpha_beta")]
    ratio = words("at_alpha_beta_of", value=words.short(organ.alpha_beta_gy))
    if rate_unknown(organ):
        return [ratio]
    repair = repair_of(organ, words)
    return [(f"{ratio}, {repair}" if repair else ratio, numbers.number(repair_source(organ)))]


def _sum_row(
    found: Sequence[tuple[CycleResult, OrganCycleResult]],
    cycles: Sequence[CycleResult],
    beside: ApartDose | None,
    numbers: Citations,
    words: Wording,
) -> tuple[Cell, ...]:
    organs = [organ for _, organ in found]
    dose, bed, eqd2 = (_added(organs, ends) for ends in (_dose_ends, _bed_ends, _eqd2_ends))
    if beside is not None:
        dose = (beside.dose_gy, beside.low_gy, beside.high_gy)
        eqd2 = (beside.eqd2_gy, beside.eqd2_low_gy, beside.eqd2_high_gy)
    least = len(found) < len(cycles)
    told = (
        words("cycles_told", n=len(found), all=len(cycles)) if least else words("cycles_all", n=len(cycles))
    )
    return (
        cell(organs[0].organ, *_biology(organs, numbers, words), strong=True),
        cell(told),
        cell(""),
        cell(""),
        _figure(dose, words, strong=True, least=least),
        cell(""),
        cell(""),
        _figure(bed, words, strong=True, least=least),
        _figure(eqd2, words, strong=True, least=least),
    )


def doses_table(
    cycles: Sequence[CycleResult], apart: Mapping[str, ApartDose], numbers: Citations, words: Wording
) -> Table | None:
    """Dose, BED and EQD2 of each organ, cycle by cycle, then summed; None when no cycle tells a dose."""
    rows: list[tuple[Cell, ...]] = []
    for name, found in organs_of(cycles).items():
        rows += [_cycle_row(cycle, organ, numbers, words) for cycle, organ in found]
        if len(cycles) > 1:
            rows.append(_sum_row(found, cycles, apart.get(name), numbers, words))
        else:
            named = cell(name, _measured(found[0][1], words), *_biology([found[0][1]], numbers, words))
            rows[-1] = (named, *rows[-1][1:])
    if not rows:
        return None
    wordy = ("col_organ", "col_dose_model")
    keys = ("col_organ", "col_cycle", "col_integrated", "col_effective", "col_mean_dose", "col_dose_model", "col_g",
            "col_bed_gy", "col_eqd2_gy")  # fmt: skip
    unknown = any(rate_unknown(organ) for cycle in cycles for organ in cycle.organs)
    return Table(
        title=words("nuclear_doses"),
        columns=tuple(
            Column(
                title=words(key),
                numeric=key not in (*wordy, "col_cycle"),
                share=1.0 if key in wordy else 0.0,
            )
            for key in keys
        ),
        rows=tuple(rows),
        note=" ".join([words("note_nuclear_doses"), *([words("note_rate_unknown")] if unknown else [])]),
    )


def lines_table(lines: Sequence[LineResult], names: Mapping[str, str], words: Wording) -> Table:
    """Running totals of the organs drawn, after each cycle that tells a dose."""
    rows = [
        (
            cell(line.organ, "" if line.complete else words("line_incomplete"), strong=True),
            cell(given_text(step.given, words)),
            cell(words("after_cycle", course=names.get(step.course, step.course), n=step.number)),
            _figure((step.dose_gy, step.low_gy, step.high_gy), words, least=not line.complete),
            _figure((step.bed_gy, step.bed_low_gy, step.bed_high_gy), words, least=not line.complete),
        )
        for line in lines
        for step in line.steps
    ]
    return Table(
        title=words("nuclear_lines"),
        columns=(
            Column(title=words("col_organ")),
            Column(title=words("col_given")),
            Column(title=words("col_after"), share=1.0),
            Column(title=words("col_dose_so_far"), numeric=True),
            Column(title=words("col_bed_so_far"), numeric=True),
        ),
        rows=tuple(rows),
        note=words("note_nuclear_lines"),
    )
