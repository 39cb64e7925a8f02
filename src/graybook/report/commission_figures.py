"""Commission figures: curves and deviations come in; two pictures, as SVG, go out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from graybook.report.commission_result import Case, CommissionMaterial, ComparedCurve
from graybook.report.commission_sheet import CURVES, DEVIATIONS, PHANTOMS
from graybook.report.drawing import HUES, INK, svg_text
from graybook.report.pictures import Pictures
from graybook.report.wording import Wording
from graybook.text import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["commission_figures"]

CURVES_INCH, DEVIATIONS_INCH = 2.5, 2.4
_MARKS = ("o", "s", "^", "D", "v")


def commission_figures(material: CommissionMaterial, language: Language) -> Pictures:
    """The pictures by name; one is empty where its numbers are missing."""
    words = Wording(language, "commission")
    phantoms = [case for group in material.result.groups if group.id == PHANTOMS for case in group.cases]
    drawable = [case for case in phantoms if case.deviation is not None and case.column]
    return {
        CURVES: _curves_svg(material.curves, words) if material.curves else "",
        DEVIATIONS: _deviations_svg(drawable, words) if drawable else "",
    }


def _curves_svg(curves: Sequence[ComparedCurve], words: Wording) -> str:
    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(curves), squeeze=False)[0]
        figure.subplots_adjust(left=0.065, right=0.99, top=0.9, bottom=0.17, wspace=0.16)
        for axes, curve in zip(panels, curves, strict=True):
            axes.plot(curve.line_gy, curve.line_cm3, color=INK, linewidth=0.9, label=words("fig_line"))
            axes.plot(
                curve.points_gy, curve.points_cm3, linestyle="none", marker="o", markersize=2.6,
                markerfacecolor="none", markeredgewidth=0.8, color=HUES[1], label=words("fig_points"),
            )  # fmt: skip
            axes.set_title(curve.title, loc="left")
            axes.set_xlabel(words("fig_dose"))
            _open(axes, words)
            axes.set_ylim(bottom=0.0)
        panels[0].set_ylabel(words("fig_volume"))
        panels[0].legend(loc="lower left")

    return svg_text(draw, height_inch=CURVES_INCH)


def _open(axes: Axes, words: Wording) -> None:
    """Without a box, and with the language's own decimals."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.set_major_formatter(lambda value, _: words.short(float(value)).replace("-", "\u2212"))


def _slice_of(case: Case) -> str:
    """The slice spacing in a case's name, as written there."""
    found = re.search(r"([\d.]+) mm", case.id)
    return found[1] if found else ""


def _deviations_svg(cases: Sequence[Case], words: Wording) -> str:
    columns = list(dict.fromkeys(case.column for case in cases))
    slices = list(dict.fromkeys(map(_slice_of, cases)))
    tolerance = cases[0].tolerance

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        figure.subplots_adjust(left=0.065, right=0.99, top=0.93, bottom=0.12)
        axes.axhspan(-tolerance, tolerance, color="#e9eff5", zorder=0)
        axes.axhline(0.0, color=INK, linewidth=0.5, zorder=1)
        for number, spacing in enumerate(slices):
            own = [case for case in cases if _slice_of(case) == spacing]
            place = np.array([columns.index(case.column) for case in own], dtype=float)
            seen: dict[str, int] = {}
            for i, case in enumerate(own):
                seen[case.column] = seen.get(case.column, -1) + 1
                place[i] += (number - (len(slices) - 1) / 2) * 0.27 + (seen[case.column] % 10 - 4.5) * 0.022
            axes.plot(
                place, [case.deviation or 0.0 for case in own], linestyle="none", marker=_MARKS[number % 5],
                markersize=2.7, markerfacecolor="none", markeredgewidth=0.8, color=HUES[number % len(HUES)],
                label=words("fig_slices", slice=float(spacing or 0.0)), zorder=2,
            )  # fmt: skip
        axes.set_xticks(range(len(columns)), columns)
        axes.tick_params(axis="x", length=0)
        axes.set_ylabel(words("fig_percent"))
        reach = max(2.0 * tolerance, *(1.1 * abs(case.deviation or 0.0) for case in cases))
        axes.set_ylim(-reach, reach)
        _open(axes, words)
        axes.legend(loc="upper left", ncols=len(slices), borderaxespad=0.1)

    return svg_text(draw, height_inch=DEVIATIONS_INCH)
