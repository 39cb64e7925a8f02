"""Sections: figures of one part come in as plain values; a part of the page goes out as what JSON can hold.

Every part of the scoreboard is a module with ``measured() -> dict`` (or ``measured(options)``), made here: title, texts,
tables, plots, versions of the programs that ran, and headline figures by name. :mod:`validation.page` writes it down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Options", "Series", "percents", "plainly", "plot", "section", "table"]

Series = tuple[str, Sequence[float], Sequence[float]]
"""Name, x, y of one line or cloud of points."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked on the command line.

    Parameters
    ----------
    peers
        Whether other programs run beside Graybook.
    quick
        Fewer places and sizes, to see that all of it works.
    work
        Folder for the files of this run.
    """

    peers: bool
    quick: bool
    work: Path


def section(
    title: str,
    *,
    texts: Sequence[str] = (),
    tables: Sequence[dict[str, Any]] = (),
    plots: Sequence[dict[str, Any]] = (),
    versions: Mapping[str, str] | None = None,
    figures: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """One part of the page."""
    return {
        "title": title,
        "texts": list(texts),
        "tables": list(tables),
        "plots": list(plots),
        "versions": dict(versions or {}),
        "figures": dict(figures or {}),
    }


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, note: str = ""
) -> dict[str, Any]:
    """A table; cells are shown as they are."""
    return {
        "title": title,
        "columns": list(columns),
        "rows": [[str(cell) for cell in row] for row in rows],
        "note": note,
    }


def plot(
    name: str,
    title: str,
    *,
    x: str,
    y: str,
    series: Sequence[Series],
    points: bool = False,
    logarithmic: bool = False,
    ticks: Sequence[str] = (),
) -> dict[str, Any]:
    """A plot, to be drawn as ``name``.svg: lines or points, on logarithmic axes or not; ``ticks`` name x = 0, 1, 2 …"""
    return {
        "name": name,
        "title": title,
        "x": x,
        "y": y,
        "points": points,
        "logarithmic": logarithmic,
        "ticks": list(ticks),
        "series": [
            {"name": label, "x": [float(f"{v:.5g}") for v in xs], "y": [float(f"{v:.5g}") for v in ys]}
            for label, xs, ys in series
        ],
    }


def percents(values: Sequence[float], decimals: int = 1) -> str:
    """Lowest and highest of relative deviations, in %."""
    if not values:
        return "–"
    low, high = (round(100.0 * value, decimals) + 0.0 for value in (min(values), max(values)))
    return f"{low:+.{decimals}f} … {high:+.{decimals}f}"


def plainly(title: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """A section of a part that gives figures only: single values in one table, lists of alike values in one each."""
    singles = [(name, value) for name, value in found.items() if not isinstance(value, (list, dict))]
    tables = [table("Figures", ["what", "value"], singles)] if singles else []
    for name, value in found.items():
        rows = list(value.values()) if isinstance(value, dict) else value
        if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
            heads = [""] * isinstance(value, dict) + list(rows[0])
            firsts = [[key] for key in value] if isinstance(value, dict) else [[] for _ in rows]
            cells = [
                [*first, *(row.get(head, "") for head in rows[0])]
                for first, row in zip(firsts, rows, strict=True)
            ]
            tables.append(table(name, heads, cells))
        elif isinstance(value, dict):
            tables.append(table(name, ["what", "value"], list(value.items())))
    return section(title, tables=tables)
