"""Histograms: curves come in; small pictures of the most loaded organs, each course and the sum, go out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from graybook.report.drawing import DASHES, HUES, INK, shortened, svg_text
from graybook.report.material import DvhBand, DvhCurve, Material, StructureCurves
from graybook.report.values import course_name
from graybook.report.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["histograms_svg", "shown_curves"]

_COLUMNS = 3
_MOST = 6
_ROW_INCH = 1.68
_SAMPLED: dict[str, Any] = {"facecolor": "#c3d6ea", "edgecolor": "#8fa9c4", "linewidth": 0.5}
_OUTER: dict[str, Any] = {"color": INK, "linewidth": 0.8, "linestyle": (0, (1, 1.6))}


def shown_curves(material: Material) -> tuple[StructureCurves, ...]:
    """The curves drawn: the most loaded organs', else the first there are."""
    by_name = {item.structure: item for item in material.curves if item.curves}
    ranked = [by_name[name] for name in material.ranking if name in by_name]
    return tuple((ranked or list(by_name.values()))[:_MOST])


def _styles(material: Material) -> dict[str, dict[str, Any]]:
    styles: dict[str, dict[str, Any]] = {
        "cumulative": {"color": INK, "linewidth": 1.7, "linestyle": "solid", "zorder": 4},
        "cumulative_upper": {"color": INK, "linewidth": 0.8, "linestyle": "solid", "zorder": 3},
    }
    for i, course in enumerate(material.result.courses):
        styles[course.id] = {
            "color": HUES[i % len(HUES)],
            "linestyle": DASHES[i % len(DASHES)],
            "linewidth": 1.2,
            "zorder": 2,
        }
    return styles


def _band(axes: Axes, low: DvhCurve, high: DvhCurve) -> None:
    dose = np.union1d(low.dose_gy, high.dose_gy)
    lower = np.interp(dose, low.dose_gy, low.volume_percent, right=0.0)
    upper = np.interp(dose, high.dose_gy, high.volume_percent, right=0.0)
    axes.fill_between(dose, lower, upper, facecolor="#c9c9c2", edgecolor="none", linewidth=0.0, zorder=1)


def _samples(axes: Axes, band: DvhBand) -> None:
    """5 to 95 % of the samples as an area, the outer envelope as two dotted lines; no further than the last dose received."""
    last = min(len(band.dose_gy), int(np.count_nonzero(band.highest > 0.0)) + 1)
    dose = band.dose_gy[:last]
    axes.fill_between(dose, band.p5[:last], band.p95[:last], zorder=1.5, **_SAMPLED)
    for edge in (band.lowest, band.highest):
        axes.plot(dose, edge[:last], zorder=2.5, **_OUTER)


def _draw_panel(
    axes: Axes, item: StructureCurves, styles: dict[str, dict[str, Any]], band: DvhBand | None
) -> None:
    by_course = {curve.course: curve for curve in item.curves}
    if band is not None:
        _samples(axes, band)
    if "cumulative" in by_course and "cumulative_upper" in by_course:
        _band(axes, by_course["cumulative"], by_course["cumulative_upper"])
    for name, curve in by_course.items():
        if name in styles:
            axes.plot(curve.dose_gy, curve.volume_percent, **styles[name])
    axes.set_title(shortened(item.structure, 34), loc="left", pad=4, fontweight="bold")
    axes.set_ylim(0.0, 102.0)
    axes.set_xlim(left=0.0)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.spines[["right", "top"]].set_visible(False)
    axes.grid(visible=True, color="#e4e4de", linewidth=0.4)
    axes.set_axisbelow(True)


def _curve_names(material: Material, words: Wording) -> dict[str, str]:
    names = {"cumulative": words("fig_cumulative"), "cumulative_upper": words("fig_cumulative_upper")}
    for course in material.result.courses:
        start = f" ({course.start_date[:4]})" if course.start_date else ""
        names[course.id] = shortened(course_name(course, words), 32) + start
    return names


def histograms_svg(material: Material, words: Wording) -> str:
    """The picture; empty when there is no curve."""
    shown, styles = shown_curves(material), _styles(material)
    if not shown:
        return ""
    drawn = {curve.course for item in shown for curve in item.curves}
    names = {key: name for key, name in _curve_names(material, words).items() if key in drawn}
    bands = {one.structure: one for one in material.bands}
    sampled = any(item.structure in bands for item in shown)
    rows = math.ceil(len(shown) / _COLUMNS)
    legend_inch = 0.20 + 0.16 * math.ceil((len(names) + 2 * sampled) / 2)
    total = rows * _ROW_INCH + legend_inch

    def draw(figure: Figure) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        grid = figure.add_gridspec(
            rows, _COLUMNS, left=0.062, right=0.99, top=1.0 - 0.24 / total,
            bottom=(legend_inch + 0.38) / total, wspace=0.20, hspace=0.46,
        )  # fmt: skip
        for i, item in enumerate(shown):
            axes = figure.add_subplot(grid[i // _COLUMNS, i % _COLUMNS])
            _draw_panel(axes, item, styles, bands.get(item.structure))
            if i % _COLUMNS == 0:
                axes.set_ylabel(words("fig_axis_volume"))
            if i + _COLUMNS >= len(shown):
                axes.set_xlabel(words("fig_axis_dose"))
        handles: list[Line2D | Patch] = [Line2D([], [], **styles[key]) for key in names]
        said = list(names.values())
        if sampled:
            handles += [Patch(**_SAMPLED), Line2D([], [], **_OUTER)]
            said += [words("fig_sampled"), words("fig_outer")]
        figure.legend(
            handles, said, loc="lower center", ncols=min(2, len(said)), handlelength=3.6,
            columnspacing=2.5, bbox_to_anchor=(0.5, 0.0), borderaxespad=0.2,
        )  # fmt: skip

    return svg_text(draw, height_inch=total)
