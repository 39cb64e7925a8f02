"""Planes: a plane of the patient comes in; its edges, the letters of its sides and its scale go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.report.drawing import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["EDGES", "Placed", "draw_letters", "draw_scale", "extent", "halo", "held_within", "largest_piece"]

EDGES = {"axial": "RLAP", "coronal": "RLHF", "sagittal": "APHF"}
_PLACES: tuple[
    tuple[float, float, Literal["left", "center", "right"], Literal["top", "center", "bottom"]], ...
] = (
    (0.02, 0.5, "left", "center"),
    (0.98, 0.5, "right", "center"),
    (0.5, 0.985, "center", "top"),
    (0.5, 0.015, "center", "bottom"),
)

_MARGIN_MM = 8.0


class Placed(Protocol):
    """A plane as it lies on the page.

    Coordinates of its columns and rows, LPS; axial: x and y, coronal: x and z, sagittal: y and z.
    """

    @property
    def name(self) -> str:
        """Axial, coronal or sagittal, in lower case."""
        ...

    @property
    def horizontal_mm(self) -> FloatArray:
        """Of the columns. [mm]"""
        ...

    @property
    def vertical_mm(self) -> FloatArray:
        """Of the rows. [mm]"""
        ...


def largest_piece(inside: BoolArray) -> BoolArray:
    """The largest connected region: the patient without the couch."""
    from scipy import ndimage

    pieces, count = ndimage.label(inside)
    if count < 2:
        return inside
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return np.asarray(pieces == int(sizes.argmax()))


def held_within(axis_mm: FloatArray, values_mm: FloatArray) -> slice:
    """The part of an axis that holds some values, with a margin. [mm]"""
    near = (axis_mm >= values_mm.min() - _MARGIN_MM) & (axis_mm <= values_mm.max() + _MARGIN_MM)
    held = np.flatnonzero(near)
    return slice(int(held[0]), int(held[-1]) + 1) if len(held) > 1 else slice(None)


def extent(plane: Placed) -> tuple[float, float, float, float]:
    """Left, right, bottom and top edge of the pixels as drawn. [mm]"""
    across, along = plane.horizontal_mm, plane.vertical_mm
    half_x = abs(float(across[-1] - across[0])) / max(len(across) - 1, 1) / 2.0
    half_y = abs(float(along[-1] - along[0])) / max(len(along) - 1, 1) / 2.0
    low, high = float(along.min()) - half_y, float(along.max()) + half_y
    vertical = (high, low) if plane.name == "axial" else (low, high)
    return float(across.min()) - half_x, float(across.max()) + half_x, *vertical


def halo(width: float, *, dark: bool) -> list[Any]:
    """A seam around a line or letters, so that they show on any ground."""
    from matplotlib.patheffects import Normal, Stroke

    return [Stroke(linewidth=width + 1.2, foreground="black" if dark else "white", alpha=0.75), Normal()]


def draw_letters(axes: Axes, plane: Placed, *, dark: bool) -> None:
    """The patient's sides at the edges of a plane."""
    for letter, (x, y, across, along) in zip(EDGES[plane.name], _PLACES, strict=True):
        axes.text(
            x, y, letter, transform=axes.transAxes, ha=across, va=along, fontsize=8, fontweight="bold",
            color="white" if dark else INK, path_effects=halo(1.0, dark=dark), zorder=5,
        )  # fmt: skip


def draw_scale(axes: Axes, plane: Placed, *, dark: bool) -> None:
    """A bar of 5 cm in the corner of a plane."""
    left, right, bottom, top = extent(plane)
    x, y = right - 0.04 * (right - left) - 50.0, bottom + 0.04 * (top - bottom)
    colour = "white" if dark else INK
    axes.plot(
        [x, x + 50.0], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt", zorder=5,
        path_effects=halo(1.0, dark=dark),
    )  # fmt: skip
    axes.annotate(
        "5\u00a0cm", (x + 25.0, y), xytext=(0, 2), textcoords="offset points", ha="center", va="bottom",
        fontsize=5.8, color=colour, path_effects=halo(0.8, dark=dark), zorder=5,
    )  # fmt: skip
