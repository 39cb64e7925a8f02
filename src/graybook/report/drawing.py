"""Drawing: a function that draws on a matplotlib figure comes in; an SVG or a PNG goes out, the same bytes for the same input."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "ACCENT",
    "DASHES",
    "HUES",
    "INK",
    "QUIET",
    "WIDTH_INCH",
    "Pictures",
    "png_bytes",
    "shortened",
    "svg_text",
    "wrapped",
]

ACCENT = "#1f4e79"
INK = "#1d1d1b"
QUIET = "#6b6b66"
WIDTH_INCH = 7.1
"""Width of the text on an A4 page."""

PNG_DPI = 220

Pictures = Mapping[str, str]
"""SVG text by the name of the figure; empty where there is nothing to draw."""

HUES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours that the colour-blind tell apart (Okabe and Ito 2008, https://jfly.uni-koeln.de/color/)."""

DASHES: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0, (5, 2)),
    (0, (1, 1.4)),
    (0, (6, 2, 1, 2)),
    (0, (9, 3)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2, 3)),
)
"""Dashes that tell the same lines apart in grey."""

_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "graybook",
    "svg.fonttype": "path",
    "text.parse_math": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 7.0,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.5,
    "axes.labelsize": 7.0,
    "axes.titlesize": 7.5,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.frameon": False,
    "legend.fontsize": 6.8,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "white",
}


@contextmanager
def _style() -> Iterator[None]:
    """Our settings whatever the user's are; letters that the font lacks are drawn as boxes without a warning."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def svg_text(draw: Callable[[Figure], None], *, height_inch: float) -> str:
    """The SVG of what ``draw`` puts on a figure as wide as the page's text."""
    with _style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH_INCH, height_inch))
        draw(figure)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", dpi=170, metadata={"Date": None, "Creator": "Graybook"})
    return stream.getvalue()


def png_bytes(draw: Callable[[Figure], None], *, height_inch: float) -> bytes:
    """The PNG of what ``draw`` puts on a figure as wide as the page's text."""
    with _style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH_INCH, height_inch))
        draw(figure)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return stream.getvalue()


def shortened(text: str, longest: int) -> str:
    """The text on one line, cut with an ellipsis; a leading underscore, which legends would drop, is kept."""
    line = " ".join(text.split())
    line = line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
    return f"\u200a{line}" if line.startswith("_") else line


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """The text on a few lines of ``width`` characters, the last cut with an ellipsis."""
    return textwrap.wrap(text, width=width, max_lines=lines, placeholder=" …") or [""]
