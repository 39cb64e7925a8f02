"""Timeline: courses come in; a picture of them to scale, in years, goes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from graybook.report.drawing import ACCENT, INK, QUIET, WIDTH_INCH, svg_text, wrapped
from graybook.report.result import CourseResult, Result
from graybook.report.values import course_name, course_prescription
from graybook.report.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["timeline_svg", "years"]

_AXIS_WIDTH = 0.74
"""Share of the width that the axis takes; labels of the last courses use the rest."""
_LANE_INCH = 0.57
_LETTER_INCH = 0.066
_LABEL_LETTERS = 26


def years(day: str) -> float:
    """An ISO date as years and their fraction.

    Examples
    --------
    >>> round(years("2026-07-02"), 3)
    2026.498
    """
    when = date.fromisoformat(day[:10])
    return when.year + (when.timetuple().tm_yday - 1) / 365.25


@dataclass(frozen=True, kw_only=True)
class _Mark:
    course: CourseResult
    start: float
    end: float
    lines: tuple[str, ...]
    given: tuple[float, ...] = ()
    """When each radionuclide or batch of microspheres was given. [y]"""
    lane: int = 0

    @property
    def width_inch(self) -> float:
        return _LETTER_INCH * max(len(line) for line in self.lines)


_MOST_ACTIVITIES = 3
"""Activities named one by one; of more the total."""


def _given(result: Result, course: CourseResult) -> list[tuple[str, float | None]]:
    """Day and activity [GBq] of each administration of a course, those with a day first to last."""
    if result.nuclear is not None:
        found = [(one.given, one.activity_gbq) for one in result.nuclear.cycles if one.course == course.id]
    else:
        found = [(one.date, one.activity_gbq) for one in result.radionuclides if one.course == course.id]
    return sorted(((day, activity) for day, activity in found if day), key=lambda one: one[0])


def _dose_text(course: CourseResult, given: list[tuple[str, float | None]], words: Wording) -> str:
    """Dose and fractions; of what was given as activity, each activity, or all when there are many."""
    known = [activity for _, activity in given if activity is not None]
    if not known:
        return course_prescription(course, words)
    if len(known) < len(given) or len(known) > _MOST_ACTIVITIES:
        total = f"{words.activity(sum(known))}\u00a0GBq"
        least = words("at_least", value=total) if len(known) < len(given) else total
        return words("fig_cycles", n=len(given), activity=least)
    return f"{' + '.join(words.activity(one) for one in known)}\u00a0GBq"


def _marks(result: Result, words: Wording) -> list[_Mark]:
    marks = []
    for course in result.courses:
        if course.start_date:
            given = _given(result, course)
            start = years(course.start_date)
            end = max(start, years(course.end_date)) if course.end_date else start
            name = wrapped(course_name(course, words), _LABEL_LETTERS, 2)
            dose = wrapped(_dose_text(course, given, words), _LABEL_LETTERS, 1)
            lines = (*name, *(line for line in dose if line), words.date(course.start_date))
            moments = tuple(years(day) for day, _ in given)
            end = max(end, *moments) if moments else end
            marks.append(_Mark(course=course, start=start, end=end, lines=lines, given=moments))
    return sorted(marks, key=lambda mark: mark.start)


def _span(marks: list[_Mark]) -> tuple[float, float]:
    low, high = min(mark.start for mark in marks), max(mark.end for mark in marks)
    margin = max(0.03 * (high - low), 0.5)
    return low - margin, high + margin


def _in_lanes(marks: list[_Mark], span: tuple[float, float]) -> list[_Mark]:
    """Each label in the lowest lane where nothing to its right is in the way, so that no leader crosses a label."""
    inch_a_year = WIDTH_INCH * _AXIS_WIDTH / (span[1] - span[0])
    starts: list[float] = []
    placed = []
    for mark in reversed(marks):
        left = (mark.start - span[0]) * inch_a_year
        right = left + mark.width_inch + 0.12
        lane = next((i for i, begin in enumerate(starts) if right < begin), len(starts))
        starts[lane:] = [left] if lane == len(starts) else [left, *starts[lane + 1 :]]
        starts[:lane] = [min(begin, left) for begin in starts[:lane]]
        placed.append(replace(mark, lane=lane))
    return placed[::-1]


def _fill(course: CourseResult) -> str:
    if course.modality in _GIVEN:
        return course.modality
    if not course.in_sum:
        return "not_in_sum"
    return "proposed" if any(phase.status == "proposed" for phase in course.phases) else "in_sum"


_FILLS: dict[str, dict[str, object]] = {
    "in_sum": {"facecolor": ACCENT, "edgecolor": ACCENT},
    "proposed": {"facecolor": "white", "edgecolor": ACCENT, "hatch": "//////"},
    "not_in_sum": {"facecolor": "white", "edgecolor": ACCENT, "linestyle": (0, (2, 1.2))},
}
_GIVEN: dict[str, dict[str, object]] = {
    "radionuclide": {"marker": "v", "markerfacecolor": "#D55E00", "markeredgecolor": INK},
    "microspheres": {"marker": "o", "markerfacecolor": "#E69F00", "markeredgecolor": INK},
}
"""Not beams: one sign for each administration."""


def _draw_given(axes: Axes, mark: _Mark) -> None:
    """A line from the first administration to the last, and a sign at each."""
    moments = mark.given or (mark.start,)
    axes.plot([mark.start, mark.end], [0.0, 0.0], color=QUIET, linewidth=1.2, zorder=2)
    axes.plot(
        moments, [0.0] * len(moments), linestyle="none", markersize=5.0, markeredgewidth=0.5, zorder=4,
        **_GIVEN[_fill(mark.course)],  # type: ignore[arg-type]
    )  # fmt: skip


def _draw_bar(axes: Axes, mark: _Mark, least: float) -> None:
    from matplotlib.patches import Rectangle

    width = max(mark.end - mark.start, least)
    style = _FILLS[_fill(mark.course)]
    axes.add_patch(Rectangle((mark.start, -0.11), width, 0.22, linewidth=0.9, zorder=3, **style))  # type: ignore[arg-type]


def _draw_mark(axes: Axes, mark: _Mark, least: float) -> None:
    if _fill(mark.course) in _GIVEN:
        _draw_given(axes, mark)
    else:
        _draw_bar(axes, mark, least)
    foot = 0.30 + mark.lane
    axes.plot([mark.start, mark.start], [0.11, foot + 0.78], color=QUIET, linewidth=0.5, zorder=1)
    size = 6.9
    for i, line in enumerate(mark.lines[::-1]):
        last = i >= len(mark.lines) - len(mark.lines[:-2] or mark.lines[:1])
        axes.annotate(
            line,
            (mark.start, foot),
            xytext=(3.5, i * 9.0),
            textcoords="offset points",
            fontsize=size,
            color=INK if i else QUIET,
            fontweight="bold" if last else "normal",
            annotation_clip=False,
        )


def _draw_intervals(axes: Axes, marks: list[_Mark], inch_a_year: float, words: Wording) -> None:
    for before, after in pairwise(marks):
        gap = after.start - before.end
        text = words.interval(round(gap * 365.25))
        if gap * inch_a_year < 0.066 * len(text) + 0.25:
            continue
        arrow = {"arrowstyle": "<->", "color": QUIET, "linewidth": 0.6, "shrinkA": 2, "shrinkB": 2}
        axes.annotate("", (before.end, -0.36), (after.start, -0.36), arrowprops=arrow, annotation_clip=False)
        axes.text(
            (before.end + after.start) / 2.0, -0.36, text, ha="center", va="center", fontsize=6.6, color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip


def _draw_legend(axes: Axes, result: Result, marks: list[_Mark], words: Wording) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    used = {_fill(mark.course) for mark in marks}
    handles: list[Patch | Line2D] = [
        Patch(linewidth=0.9, **style)  # type: ignore[arg-type]
        for fill, style in _FILLS.items()
        if fill in used
    ]
    handles += [
        Line2D([], [], linestyle="none", markersize=5.0, markeredgewidth=0.5, **style)  # type: ignore[arg-type]
        for fill, style in _GIVEN.items()
        if fill in used
    ]
    labels = [words(f"fig_{fill}") for fill in (*_FILLS, *_GIVEN) if fill in used]
    axes.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0.0, -0.34 / _height(marks)), ncols=5,
        handlelength=1.6, handleheight=0.8, borderaxespad=0.0,
    )  # fmt: skip
    undated = [course_name(course, words) for course in result.courses if not course.start_date]
    if undated:
        text = f"{words('undated')}: {words.listing(undated, 3)}"
        axes.annotate(
            wrapped(text, 60, 1)[0], (1.0, 0.0), xycoords="axes fraction", xytext=(0.0, -40.0),
            textcoords="offset points", fontsize=6.8, color=INK, annotation_clip=False, ha="center",
        )  # fmt: skip


def _height(marks: list[_Mark]) -> float:
    """Of the axis. [inch]"""
    return 0.42 + _LANE_INCH * (1 + max(mark.lane for mark in marks))


def timeline_svg(result: Result, words: Wording) -> str:
    """The picture of the courses in time; empty when none has a date."""
    marks = _marks(result, words)
    if not marks:
        return ""
    span = _span(marks)
    marks = _in_lanes(marks, span)
    high = _height(marks)
    total = high + 0.64

    def draw(figure: Figure) -> None:
        from matplotlib.ticker import MaxNLocator

        axes = figure.add_axes((0.015, 0.56 / total, _AXIS_WIDTH, high / total))
        axes.set_xlim(*span)
        lanes = (high - 0.42) / _LANE_INCH
        axes.set_ylim(-0.5, 0.2 + lanes)
        axes.spines[["left", "right", "top"]].set_visible(False)
        axes.set_yticks([])
        axes.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True, min_n_ticks=1))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
        axes.axhline(0.0, color=QUIET, linewidth=0.5, zorder=0)
        for mark in marks:
            _draw_mark(axes, mark, 0.006 * (span[1] - span[0]))
        _draw_intervals(axes, marks, WIDTH_INCH * _AXIS_WIDTH / (span[1] - span[0]), words)
        _draw_legend(axes, result, marks, words)

    return svg_text(draw, height_inch=total)
