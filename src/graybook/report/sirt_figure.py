"""Figure of radioembolisation: doses predicted and found come in; a picture of both by compartment goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graybook.report.drawing import ACCENT, INK, svg_text
from graybook.report.sirt_result import SirtVerifyResult
from graybook.report.wording import Wording

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["COMPARED", "sirt_svg"]

COMPARED = "sirt-compared"
_BAR_INCH = 0.46


def sirt_svg(found: SirtVerifyResult, words: Wording) -> str:
    """Two bars for each compartment; empty when nothing was compared."""
    compared = found.comparisons
    if not compared:
        return ""
    total = _BAR_INCH * len(compared) + 0.62

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0.22, 0.36 / total, 0.75, (total - 0.62) / total))
        top = max(max(one.predicted_gy, one.delivered_gy) for one in compared)
        for place, one in enumerate(compared):
            bars: tuple[tuple[float, float, dict[str, Any]], ...] = (
                (one.predicted_gy, -0.19, {"facecolor": "white", "edgecolor": ACCENT, "hatch": "//////"}),
                (one.delivered_gy, 0.19, {"facecolor": ACCENT, "edgecolor": ACCENT}),
            )
            for value, shift, style in bars:
                axes.barh(place + shift, value, height=0.34, linewidth=0.8, zorder=3, **style)
                axes.text(
                    value + 0.01 * top,
                    place + shift,
                    words.number(value, 1),
                    va="center",
                    color=INK,
                    fontsize=6.5,
                )
        labels = [
            f"{words.term('compartment', one.compartment)}\n{words.term('predicted_by', one.predicted_by)}"
            for one in compared
        ]
        axes.set_yticks(range(len(compared)), labels)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(compared) - 0.5, -0.5)
        axes.set_xlim(0.0, top * 1.12)
        axes.set_xlabel("Gy")
        axes.spines[["left", "right", "top"]].set_visible(False)
        handles = [axes.patches[0], axes.patches[1]]
        names = [words("col_predicted"), words("col_found")]
        axes.legend(handles, names, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.2)

    return svg_text(draw, height_inch=total)
