"""Tornado: bars of terms come in; a picture of what moves each limiting organ's figure goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graybook.report.drawing import ACCENT, INK, shortened, svg_text, wrapped
from graybook.report.remaining_words import judged_limits
from graybook.report.result import Result
from graybook.report.uncertainty_result import LimitUncertainty, TornadoBar
from graybook.report.uncertainty_words import limits_that_matter, uncertain_limit_name
from graybook.report.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["bars_text", "shown_tornadoes", "tornado_name", "tornado_svg"]

_PANELS = 4
_BARS = 7
_BAR_INCH = 0.24
_FRAME_INCH = 0.50
"""Title above the bars and figures below them."""
_LABEL = 0.40
"""Share of the width that labels take."""
_STYLES: dict[str, dict[str, Any]] = {
    "random": {"facecolor": ACCENT, "edgecolor": ACCENT, "linewidth": 0.7},
    "ignorance": {"facecolor": "white", "edgecolor": INK, "linewidth": 0.7, "hatch": "//////"},
}
"""Filled and hatched: told apart without colour."""


def shown_tornadoes(result: Result) -> tuple[LimitUncertainty, ...]:
    """The limits drawn: those that matter and have bars."""
    return tuple(one for one in limits_that_matter(result) if one.tornado)[:_PANELS]


def _bars(one: LimitUncertainty) -> list[TornadoBar]:
    return sorted(one.tornado, key=lambda bar: -(bar.high - bar.low))[:_BARS]


def _figure(value: float, words: Wording) -> str:
    return words.number(value, 1)


def _draw_bar(axes: Axes, place: int, bar: TornadoBar, span: float, words: Wording) -> None:
    style = _STYLES.get(bar.kind, _STYLES["ignorance"])
    axes.barh(place, max(bar.high - bar.low, span * 0.002), left=bar.low, height=0.58, zorder=3, **style)
    for value, side in ((bar.low, "right"), (bar.high, "left")):
        offset = span * (0.008 if side == "left" else -0.008)
        axes.text(value + offset, place, _figure(value, words), ha=side, va="center", fontsize=6.3, zorder=5,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip


def _draw_panel(axes: Axes, one: LimitUncertainty, title: str, words: Wording) -> None:
    bars = _bars(one)
    low = min([one.nominal, one.limit, *(bar.low for bar in bars)])
    high = max([one.nominal, one.limit, *(bar.high for bar in bars)])
    span = max(high - low, 1e-3)
    for place, bar in enumerate(bars):
        _draw_bar(axes, place, bar, span, words)
    axes.axvline(one.nominal, color=INK, linewidth=0.9, zorder=4)
    axes.axvline(one.limit, color=INK, linewidth=1.3, linestyle=(0, (4, 2)), zorder=2)
    axes.set_xlim(low - 0.12 * span, high + 0.12 * span)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    labels = ["\n".join(wrapped(bar.words, 58, 2)) for bar in bars]
    axes.set_yticks(range(len(bars)), labels)
    axes.tick_params(axis="y", length=0)
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.grid(visible=True, axis="x", color="#e4e4de", linewidth=0.4)
    axes.set_axisbelow(True)
    axes.set_title(title, loc="left", pad=4, fontweight="bold", x=-_LABEL / (0.985 - _LABEL))


def bars_text(one: LimitUncertainty, words: Wording) -> list[str]:
    """Each bar in words, for those who do not see the picture."""
    return [
        f"{bar.words} ({words('range', low=_figure(bar.low, words), high=_figure(bar.high, words))})"
        for bar in _bars(one)
    ]


def tornado_name(place: int) -> str:
    """The name of the picture of one of :func:`shown_tornadoes`."""
    return f"tornado-{place}"


def _svg(one: LimitUncertainty, title: str, words: Wording) -> str:
    inner = _BAR_INCH * len(_bars(one))
    total = _FRAME_INCH + inner

    def draw(figure: Figure) -> None:
        place = (_LABEL, (total - 0.24 - inner) / total, 0.985 - _LABEL, inner / total)
        _draw_panel(figure.add_axes(place), one, title, words)

    return svg_text(draw, height_inch=total)


def tornado_svg(result: Result, words: Wording) -> dict[str, str]:
    """A picture for each of :func:`shown_tornadoes`, by name."""
    judged = judged_limits(result)
    return {
        tornado_name(place): _svg(
            one, f"{shortened(one.structure, 40)}, {uncertain_limit_name(one, judged, words)}", words
        )
        for place, one in enumerate(shown_tornadoes(result))
    }
