"""Cohort figures: a pool's guarded numbers come in; pictures of doses, intervals and curves, as SVG, go out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from graybook.report.cohort_result import CohortResult, CurveResult, DoseResult, TileResult, TilesResult
from graybook.report.cohort_sheet import CURVES, DOSES, TILES
from graybook.report.cohort_words import PAGES, persons_text
from graybook.report.drawing import ACCENT, HUES, INK, QUIET, svg_text
from graybook.report.pictures import Pictures
from graybook.report.wording import Wording
from graybook.text import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["cohort_figures"]

TINT = "#c9d8e6"
ROW_INCH, FOOT_INCH = 0.24, 0.42
PANEL_INCH = 2.1
CURVES_INCH = 2.75
_DAYS_A_YEAR = 365.25
_BETWEEN_FOLLOWED = 0.21
"""Share of the axis that a number needs for itself."""


def cohort_figures(result: CohortResult, language: Language) -> Pictures:
    """The pictures by name; one is empty where there is nothing to draw."""
    words = Wording(language, PAGES)
    return {
        DOSES: _doses_svg(result.doses, words) if result.doses else "",
        TILES: _tiles_svg(result.tiles, words) if result.tiles else "",
        CURVES: _curves_svg(result.curves, words) if result.curves else "",
    }


def _doses_svg(doses: Sequence[DoseResult], words: Wording) -> str:
    height = ROW_INCH * len(doses) + FOOT_INCH

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        figure.subplots_adjust(left=0.27, right=0.985, top=1.0 - 0.05 / height, bottom=FOOT_INCH / height)
        for place, one in enumerate(doses):
            _draw_dose(axes, place, one)
            said = words("fig_persons", persons=persons_text(one.persons))
            axes.text(
                -0.012, place, one.name, ha="right", va="center", transform=axes.get_yaxis_transform(), fontweight="bold"
            )  # fmt: skip
            axes.text(
                -0.365, place, said, ha="left", va="center", transform=axes.get_yaxis_transform(), color=QUIET, fontsize=6.3
            )  # fmt: skip
        axes.set_ylim(len(doses) - 0.45, -0.55)
        axes.set_yticks([])
        axes.set_xlim(left=0.0)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.grid(visible=True, axis="x", color="#e4e4de", linewidth=0.4)
        axes.set_axisbelow(True)
        axes.set_xlabel(words("fig_dose_axis"))

    return svg_text(draw, height_inch=height)


def _draw_dose(axes: Axes, place: int, one: DoseResult) -> None:
    told = one.near_maximum_gy
    if 10 in told:
        axes.plot([told[10], told[90]], [place, place], color=ACCENT, linewidth=0.9, zorder=2)
    if 25 in told:
        bounds = one.lower_bound.high > 0
        axes.barh(
            place, told[75] - told[25], left=told[25], height=0.52, zorder=3, edgecolor=ACCENT, linewidth=0.8,
            facecolor="white" if bounds else TINT,
        )  # fmt: skip
    if 50 in told:
        axes.plot([told[50]] * 2, [place - 0.26, place + 0.26], color=INK, linewidth=1.6, zorder=4)
        axes.text(told[50], place - 0.27, str(told[50]), ha="center", va="bottom", fontsize=5.2, color=INK)


def _tiles_svg(found: Sequence[TilesResult], words: Wording) -> str:
    rows = math.ceil(len(found) / 2)
    height = rows * PANEL_INCH

    def draw(figure: Figure) -> None:
        panels = figure.subplots(rows, min(len(found), 2), squeeze=False).ravel()
        figure.subplots_adjust(
            left=0.06, right=0.99, top=1 - 0.22 / height, bottom=0.4 / height, hspace=0.36, wspace=0.15
        )
        for axes, one in zip(panels, found, strict=False):
            _draw_tiles(axes, one, words)
        for axes in panels[len(found) :]:
            axes.set_visible(False)

    return svg_text(draw, height_inch=height)


def _draw_tiles(axes: Axes, one: TilesResult, words: Wording) -> None:
    """Intervals side by side at equal widths; the darker a tile, the more persons a Gy. The highest of each is open and pale."""
    intervals = list(dict.fromkeys(tile.years for tile in one.tiles))
    highest = max(tile.dose_gy[0] for tile in one.tiles)
    top = highest + max(20.0, 0.25 * highest)
    dense = [_density(tile) for tile in one.tiles]
    for tile, density in zip(one.tiles, dense, strict=True):
        middle, low, high = intervals.index(tile.years) + 0.5, tile.dose_gy[0], tile.dose_gy[1] or top
        strength = density / max(dense) if density else 0.0
        axes.bar(
            middle, high - low, bottom=low, width=1.0, edgecolor="white", linewidth=1.0,
            color=ACCENT, alpha=0.15 + 0.57 * strength if density else 0.06,
        )  # fmt: skip
        said = persons_text(tile.persons) + (" ↑" if tile.dose_gy[1] is None else "")
        axes.text(
            middle, (low + high) / 2, said, ha="center", va="center",
            fontsize=5.8 if len(intervals) < 6 else 4.8, color="white" if strength > 0.6 else INK,
        )  # fmt: skip
    axes.set_xlim(0.0, len(intervals))
    axes.set_ylim(0.0, top)
    axes.set_xticks(
        [place + 0.5 for place in range(len(intervals))], [_years(one, words) for one in intervals]
    )
    axes.tick_params(axis="x", length=0)
    axes.spines[["top", "right"]].set_visible(False)
    whom = words("fig_persons", persons=persons_text(one.persons))
    axes.set_title(f"{one.name}, {whom}", loc="left", fontweight="bold")
    axes.set_xlabel(words("fig_interval_axis"))
    axes.set_ylabel("EQD2 D0.03cc (Gy)")


def _density(tile: TileResult) -> float:
    """Persons a Gy; 0 for a tile without an upper end, which has none."""
    low, high = tile.dose_gy
    return 0.0 if high is None else tile.persons.high / (high - low)


def _years(ends: tuple[float, float | None], words: Wording) -> str:
    low, high = ends
    return f"≥ {words.short(low)}" if high is None else f"{words.short(low)}\u2013{words.short(high)}"


def _curves_svg(curves: Sequence[CurveResult], words: Wording) -> str:
    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(curves), squeeze=False)[0]
        figure.subplots_adjust(left=0.075, right=0.985, top=0.91, bottom=0.27, wspace=0.2)
        for place, (axes, curve) in enumerate(zip(panels, curves, strict=True)):
            _draw_curve(axes, curve, HUES[place], words)

    return svg_text(draw, height_inch=CURVES_INCH)


def _draw_curve(axes: Axes, curve: CurveResult, hue: str, words: Wording) -> None:
    years = [days / _DAYS_A_YEAR for days in curve.days]
    if curve.low:
        axes.fill_between(years, curve.low, curve.high, color=hue, alpha=0.15, linewidth=0.0)
    axes.plot(years, curve.percent, color=hue, linewidth=1.2, marker="o", markersize=3.0)
    axes.set_ylim(0.0, 102.0)
    axes.set_xlim(left=0.0, right=years[-1] * 1.06)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color="#e4e4de", linewidth=0.4)
    axes.set_title(words(f"curve_{curve.code}"), loc="left", fontweight="bold")
    axes.set_xlabel(words("fig_years"))
    axes.set_ylabel(words("fig_percent"))
    axes.xaxis.set_major_formatter(lambda value, _: words.short(float(value)))
    across = axes.get_xaxis_transform()
    axes.text(0.0, -0.29, words("fig_followed"), transform=axes.transAxes, fontsize=5.8, color=QUIET)
    last = -math.inf
    for at, followed in zip(years, curve.followed, strict=True):
        if at - last >= years[-1] * _BETWEEN_FOLLOWED:
            text = persons_text(followed)
            axes.text(at, -0.33, text, transform=across, fontsize=5.8, ha="center", va="top")
            last = at
