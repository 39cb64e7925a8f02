"""Nuclear choices: cycles come in; a table of how far the other models of curve, tail and dose move each organ goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graybook.report.blocks import Cell, Column, Table, cell
from graybook.report.curve_notes import sentences_of_curves
from graybook.report.nuclear_result import CycleResult, OrganCycleResult
from graybook.report.nuclear_tables import organs_of
from graybook.report.nuclear_words import curve_name, method_name, percent_text, used_choice
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["choices_table"]


def _grouped(values: Iterator[tuple[str, float]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for name, percent in values:
        found.setdefault(name, []).append(percent)
    return found


def _lines(found: Mapping[str, Sequence[float]], words: Wording) -> list[str]:
    ordered = sorted(found.items(), key=lambda item: -max(abs(value) for value in item[1]))
    return [words("titled", name=name, title=percent_text(values, words)) for name, values in ordered]


def _curves(organs: Sequence[OrganCycleResult], words: Wording) -> Cell:
    other = _grouped(
        (curve_name(one.model, one.tail, words), one.difference_percent)
        for organ in organs
        for one in organ.time_integrated_choices
        if not one.used
    )
    return cell(*(_lines(other, words) or [DASH]), even=True)


def _models(organs: Sequence[OrganCycleResult], words: Wording) -> Cell:
    other = _grouped(
        (method_name(one.method, words), 100.0 * (one.dose_gy / organ.dose_gy - 1.0))
        for organ in organs
        for one in organ.dose_choices
        if not one.used and organ.dose_gy
    )
    return cell(*(_lines(other, words) or [DASH]), even=True)


def _used(found: Sequence[tuple[CycleResult, OrganCycleResult]], words: Wording) -> list[str]:
    """Models of curve and dose used; of which cycles, where not of all."""
    cycles: dict[str, list[int]] = {}
    for cycle, organ in found:
        used = used_choice(organ)
        curve = "" if used is None else curve_name(used.model, used.tail, words)
        for name in filter(None, (curve, method_name(organ.method, words))):
            cycles.setdefault(name, []).append(cycle.number)
    return [
        name
        if len(numbers) == len(found)
        else words("used_in_cycles", name=name, cycles=", ".join(str(one) for one in numbers))
        for name, numbers in cycles.items()
    ]


def _said(organs: Sequence[OrganCycleResult], words: Wording) -> list[str]:
    return sentences_of_curves((used_choice(one) for one in organs), words)


def choices_table(cycles: Sequence[CycleResult], words: Wording) -> Table | None:
    """How far the other models of curve, tail and dose move each organ, over all cycles; None where nothing was compared."""
    rows = []
    for name, found in organs_of(cycles).items():
        organs = [organ for _, organ in found]
        if any(len(one.time_integrated_choices) > 1 or len(one.dose_choices) > 1 for one in organs):
            rows.append(
                (
                    cell(name, strong=True),
                    cell(*_used(found, words), *_said(organs, words), even=True),
                    _curves(organs, words),
                    _models(organs, words),
                )
            )
    if not rows:
        return None
    return Table(
        title=words("nuclear_choices"),
        columns=(
            Column(title=words("col_organ"), share=0.7),
            Column(title=words("col_choice_used"), share=1.0),
            Column(title=words("col_other_curves"), share=1.3),
            Column(title=words("col_other_doses"), share=1.0),
        ),
        rows=tuple(rows),
        note=words("note_nuclear_choices"),
    )
