"""Nuclear figures: cycles come in; pictures of activity over time, dose by cycle, and BED over lines of therapy go out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.report.drawing import ACCENT, DASHES, HUES, INK, QUIET, shortened, svg_text
from graybook.report.nuclear_result import CycleResult, LineResult, NuclearResult, OrganCycleResult
from graybook.report.nuclear_tables import organs_of
from graybook.report.nuclear_words import beyond_last_percent, figure_text, least_text, nuclide_name
from graybook.report.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "LINES",
    "PANELS",
    "activity_name",
    "by_therapy",
    "doses_name",
    "first_organs",
    "nuclear_svg",
    "shown_lines",
    "shown_organs",
]

LINES = "nuclear-lines"
PANELS = 6
"""Organs drawn of a therapy; the tables hold every one."""
_FIRST = ("kidney", "rein", "marrow", "moelle")
"""What the names of kidneys and bone marrow hold, which are drawn first."""
_MARKERS = "os^Dvp"
_COLUMNS = 2
_BARS_COLUMNS = 3

Rows = list[tuple[CycleResult, OrganCycleResult]]


def activity_name(place: int) -> str:
    """The name of the picture of activity over time of one of :func:`by_therapy`."""
    return f"nuclear-activity-{place}"


def doses_name(place: int) -> str:
    """The name of the picture of dose by cycle of one of :func:`by_therapy`."""
    return f"nuclear-doses-{place}"


def by_therapy(nuclear: NuclearResult) -> dict[str, list[CycleResult]]:
    """The cycles of each course, in the order in which courses are first named."""
    found: dict[str, list[CycleResult]] = {}
    for cycle in nuclear.cycles:
        found.setdefault(cycle.course, []).append(cycle)
    return found


def first_organs(name: str) -> int:
    """Where an organ stands by its names: kidneys 0, bone marrow 1, all others 2."""
    said = name.casefold()
    return next((place for place, part in enumerate(_FIRST) if part in said), len(_FIRST)) // 2


def shown_organs(cycles: Sequence[CycleResult], *, measured: bool = False) -> dict[str, Rows]:
    """The organs drawn, kidneys and bone marrow first; ``measured`` keeps those with an activity at any time."""
    found = {
        name: rows
        for name, rows in organs_of(cycles).items()
        if not measured or any(organ.time_points for _, organ in rows)
    }
    ordered = sorted(found, key=lambda name: first_organs(f"{name} {found[name][0][1].tg263 or ''}"))
    return {name: found[name] for name in ordered[:PANELS]}


def shown_lines(nuclear: NuclearResult) -> tuple[LineResult, ...]:
    """The organs whose running totals are drawn: kidneys and bone marrow."""
    named = {organ.organ: organ.tg263 or "" for cycle in nuclear.cycles for organ in cycle.organs}
    return tuple(
        line
        for line in nuclear.lines
        if line.steps and first_organs(f"{line.organ} {named.get(line.organ, '')}") < len(_FIRST) // 2
    )


def _curve(organ: OrganCycleResult, hours: FloatArray) -> FloatArray:
    total = np.zeros_like(hours)
    for one in organ.exponentials:
        total += one.amplitude_mbq * np.exp(-one.rate_per_h * hours)
    return total


def _draw_curve(axes: Axes, place: int, cycle: CycleResult, organ: OrganCycleResult, words: Wording) -> None:
    """Measured points with their standard deviations; the curve full to the last of them and dashed beyond."""
    hue, marker = HUES[place % len(HUES)], _MARKERS[place % len(_MARKERS)]
    points = sorted(organ.time_points, key=lambda one: one.hours)
    hours = [one.hours for one in points]
    activity = [one.activity_mbq for one in points]
    share = beyond_last_percent(organ)
    label = words("fig_cycle", n=cycle.number)
    if len(points) == 1:
        label = words("fig_cycle_single", n=cycle.number)
    elif share is not None:
        label = words("fig_cycle_beyond", n=cycle.number, percent=f"{words.number(share, 1)}\u00a0%")
    axes.errorbar(
        hours, activity, yerr=[one.sd_mbq for one in points], fmt=marker, markersize=3.2, color=hue,
        elinewidth=0.7, capsize=1.6, label=label, zorder=4,
    )  # fmt: skip
    if not organ.exponentials:
        axes.plot(hours, activity, color=hue, linewidth=0.9, linestyle=DASHES[1])
        return
    last = hours[-1]
    inside = np.linspace(hours[0] * 0.25, last, 160)
    beyond = np.linspace(last, last * 1.7, 60)
    axes.plot(inside, _curve(organ, inside), color=hue, linewidth=1.0)
    axes.plot(beyond, _curve(organ, beyond), color=hue, linewidth=0.9, linestyle=DASHES[0])


def _draw_activity(axes: Axes, name: str, found: Rows, words: Wording) -> None:
    measured = [(cycle, organ) for cycle, organ in found if organ.time_points]
    for place, (cycle, organ) in enumerate(measured):
        _draw_curve(axes, place, cycle, organ, words)
    values = [point.activity_mbq for _, organ in measured for point in organ.time_points]
    positive = [value for value in values if value > 0.0]
    if positive:
        axes.set_yscale("log")
        axes.set_ylim(min(positive) * 0.3, max(positive) * 2.2)
        axes.yaxis.set_major_formatter(lambda value, _: words.short(value))
        axes.yaxis.set_minor_formatter(lambda *_: "")
    axes.set_xlim(left=0.0)
    axes.set_title(shortened(name, 40), loc="left", fontweight="bold", pad=3)
    axes.set_xlabel(words("axis_hours"))
    axes.set_ylabel("MBq")
    axes.grid(visible=True, color="#e4e4de", linewidth=0.4)
    axes.legend(loc="lower left", handlelength=1.2, borderaxespad=0.3, labelspacing=0.25, fontsize=6.3)


def _grid(
    figure: Figure, count: int, columns: int, panel_inch: float, draw: Callable[[int, Axes], None]
) -> None:
    """Panels in rows of ``columns``; their frames are as far apart as the words between them need."""
    rows = math.ceil(count / columns)
    total = rows * panel_inch
    for place in range(count):
        row, column = divmod(place, columns)
        left = (column + 0.115 * columns / 2.0) / columns
        bottom = ((rows - 1 - row) * panel_inch + 0.38) / total
        axes = figure.add_axes((left, bottom, 0.97 / columns - 0.115 / 2.0, (panel_inch - 0.62) / total))
        axes.spines[["right", "top"]].set_visible(False)
        draw(place, axes)


def _panels(
    shown: dict[str, Rows],
    columns: int,
    panel_inch: float,
    draw: Callable[[Axes, str, Rows, Wording], None],
    words: Wording,
) -> str:
    if not shown:
        return ""
    items = list(shown.items())

    def whole(figure: Figure) -> None:
        _grid(figure, len(items), columns, panel_inch, lambda place, axes: draw(axes, *items[place], words))

    return svg_text(whole, height_inch=math.ceil(len(items) / columns) * panel_inch)


def _draw_bar(
    axes: Axes, place: int, organ: OrganCycleResult | None, top: float, size: float, words: Wording
) -> None:
    """One cycle: a bar with its interval, an interval alone, or that nothing is known."""
    if organ is None:
        axes.text(
            place,
            top * 0.04,
            words("not_known"),
            rotation=90,
            ha="center",
            va="bottom",
            color=QUIET,
            fontsize=6.3,
        )
        return  # fmt: skip
    low, high = organ.low_gy, organ.high_gy
    if organ.dose_gy is None:
        axes.bar(place, high - low, bottom=low, width=0.5, facecolor="white", edgecolor=ACCENT, hatch="//////",
                 linewidth=0.8, zorder=3)  # fmt: skip
        text = words("range", low=words.number(low, 1), high=words.number(high, 1))
    else:
        axes.bar(place, organ.dose_gy, width=0.5, color=ACCENT, zorder=3)
        if high > low:
            ends = [[organ.dose_gy - low], [high - organ.dose_gy]]
            axes.errorbar(place, organ.dose_gy, yerr=ends, color=INK, elinewidth=0.9, capsize=3.0, zorder=4)
        text = words.number(organ.dose_gy)
    axes.text(place, high + 0.03 * top, text, ha="center", va="bottom", fontsize=size)


def _draw_bars(cycles: Sequence[CycleResult], axes: Axes, name: str, found: Rows, words: Wording) -> None:
    by_phase = {cycle.phase: organ for cycle, organ in found}
    top = max(max(organ.high_gy for _, organ in found), 1e-6) * 1.22
    for place, cycle in enumerate(cycles):
        _draw_bar(axes, place, by_phase.get(cycle.phase), top, 6.5 if len(cycles) < 4 else 5.2, words)
    axes.set_ylim(0.0, top)
    axes.set_xlim(-0.6, max(len(cycles) - 0.4, 1.6))
    axes.set_xticks(range(len(cycles)), [str(one.number) for one in cycles])
    axes.yaxis.set_major_formatter(lambda value, _: words.short(value))
    axes.set_xlabel(words("axis_cycle"))
    axes.set_ylabel("Gy")
    axes.set_title(shortened(name, 30), loc="left", fontweight="bold", pad=3)


def _slots(nuclear: NuclearResult) -> list[CycleResult]:
    """Every administration, in the order of time; those without a date come first."""
    return sorted(nuclear.cycles, key=lambda one: ((one.given or "")[:10], one.number))


def _slot_label(cycle: CycleResult, words: Wording) -> str:
    what = nuclide_name(cycle.nuclide)
    day = words.date(cycle.given) if cycle.given else words("undated")
    return f"{day}\n{what} {cycle.number}"


def _held(line: LineResult, slots: Sequence[CycleResult]) -> tuple[FloatArray, bool]:
    """Middle, low and high after each slot (NaN before the first that is known), and whether they are BED."""
    steps = {step.phase: step for step in line.steps}
    in_bed = any(one.bed_gy is not None or one.bed_high_gy is not None for one in line.steps)
    held = np.full((len(slots), 3), np.nan)
    now: tuple[float | None, float | None, float | None] = (None, None, None)
    for place, cycle in enumerate(slots):
        step = steps.get(cycle.phase)
        if step is not None and in_bed:
            now = (step.bed_gy, step.bed_low_gy, step.bed_high_gy)
        elif step is not None:
            now = (step.dose_gy, step.low_gy, step.high_gy)
        held[place] = [np.nan if one is None else one for one in now]
    return held, in_bed


def _draw_line(axes: Axes, line: LineResult, slots: Sequence[CycleResult], words: Wording) -> None:
    """Steps that hold from one administration to the next, with the band of their ends; nothing where nothing is known."""
    held, in_bed = _held(line, slots)
    edges = np.arange(len(slots) + 1) - 0.5
    middle, low, high = np.vstack([held, held[-1:]]).T
    top = max(float(np.nanmax(held, initial=0.0)), 1e-6) * 1.25
    axes.fill_between(edges, low, high, step="post", color=ACCENT, alpha=0.18, linewidth=0.0)
    axes.step(edges, middle, where="post", color=ACCENT, linewidth=1.3)
    told = {step.phase for step in line.steps}
    for place, cycle in enumerate(slots):
        _note_slot(axes, place, held[place], top, line if cycle.phase in told else None, words)
    axes.set_ylim(0.0, top)
    axes.set_xlim(-0.5, len(slots) - 0.5)
    axes.yaxis.set_major_formatter(lambda value, _: words.short(value))
    axes.set_ylabel(words("axis_bed") if in_bed else "Gy")
    title = line.organ if line.complete else f"{line.organ}, {words('line_incomplete')}"
    axes.set_title(shortened(title, 90), loc="left", fontweight="bold", pad=3)


def _note_slot(
    axes: Axes, place: int, held: FloatArray, top: float, line: LineResult | None, words: Wording
) -> None:
    """The figure reached, or that this administration's dose is unknown."""
    if line is None or np.isnan(held).all():
        axes.text(place, 0.05 * top, words("not_known"), ha="center", va="bottom", fontsize=6.3, color=QUIET)
        return
    middle, low, high = (None if np.isnan(one) else float(one) for one in held)
    text = figure_text(middle, low, high, words, unit=False)
    text = text if line.complete else least_text(text, words)
    axes.text(place, float(np.nanmax(held)) + 0.02 * top, text, ha="center", va="bottom", fontsize=6.5)


def _lines_svg(nuclear: NuclearResult, words: Wording) -> str:
    lines, slots = shown_lines(nuclear), _slots(nuclear)
    if not lines:
        return ""
    panel, foot = 1.25, 0.36
    total = panel * len(lines) + foot

    def draw(figure: Figure) -> None:
        for place, line in enumerate(lines):
            bottom = (foot + panel * (len(lines) - 1 - place) + 0.06) / total
            axes = figure.add_axes((0.075, bottom, 0.915, (panel - 0.30) / total))
            axes.spines[["right", "top"]].set_visible(False)
            _draw_line(axes, line, slots, words)
            last = place == len(lines) - 1
            labels = [_slot_label(one, words) for one in slots]
            axes.set_xticks(range(len(slots)), labels if last else [""] * len(slots))

    return svg_text(draw, height_inch=total)


def nuclear_svg(nuclear: NuclearResult | None, words: Wording) -> dict[str, str]:
    """Every picture of the radionuclide section by name; those without anything to draw are empty."""
    if nuclear is None:
        return {}
    drawn = {LINES: _lines_svg(nuclear, words)}
    for place, cycles in enumerate(by_therapy(nuclear).values()):
        measured, dosed = shown_organs(cycles, measured=True), shown_organs(cycles)
        drawn[activity_name(place)] = _panels(measured, _COLUMNS, 1.95, _draw_activity, words)

        def bars(
            axes: Axes, name: str, found: Rows, said: Wording, given: Sequence[CycleResult] = tuple(cycles)
        ) -> None:
            _draw_bars(given, axes, name, found, said)

        drawn[doses_name(place)] = _panels(dosed, _BARS_COLUMNS, 1.6, bars, words)
    return drawn
