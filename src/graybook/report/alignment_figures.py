"""Alignment figures: planes of two images and of a transform come in; checkerboard, edges, volume change and error go out.

Each picture has the three planes side by side at one scale; as SVG for pages, as PNG for files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.report.alignment_material import AlignedPlane, AlignmentPictures
from graybook.report.drawing import INK, QUIET, WIDTH_INCH, Pictures, png_bytes, shortened, svg_text
from graybook.report.planes import draw_letters, draw_scale, extent, held_within, largest_piece
from graybook.report.wording import Wording
from graybook.text import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize
    from matplotlib.figure import Figure

__all__ = ["CHECKERBOARD", "EDGES", "ERROR", "JACOBIAN", "alignment_pngs", "alignment_svgs"]

CHECKERBOARD, EDGES, JACOBIAN, ERROR = "checkerboard", "edges", "jacobian", "error"
"""The pictures, by name."""

_TILE_MM = 30.0
_EDGE_MM = 1.6
"""Width of the smoothing before edges are sought. [mm]"""
_EDGE_SHARE = 0.06
"""Steepness, as a share of the window over the width, from which an edge is drawn."""
_BODY_SHARE = 0.12
"""Share of the window above which a voxel is of the patient when the picture is cropped."""
_LUNG_SHARE, _LUNG_HU = 0.03, -900.0
"""The same for maps where the window shows lung, whose own voxels are the patient's too. [HU]"""
_LEAST_PIECE = 0.05
"""Least size of a piece that is drawn as the patient's (a second leg, an arm), as a share of the largest."""
_HEAD_INCH, _FOOT_INCH, _GAP_INCH, _TALLEST_INCH = 0.56, 0.36, 0.10, 2.9
_EDGE_HUE, _OTHER_HUE = "#FFB000", "#56B4E9"
_RATIOS = (0.5, 0.67, 0.8, 0.9, 0.95, 1.05, 1.1, 1.25, 1.5, 2.0)
_ERRORS_MM = (0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0)

_Paint = Callable[["Axes", AlignedPlane], None]


def alignment_svgs(shown: AlignmentPictures, language: Language) -> Pictures:
    """The pictures as SVG, by name; one is empty where there is nothing to draw."""
    return {
        name: svg_text(figure.draw, height_inch=figure.height_inch) if figure is not None else ""
        for name, figure in _figures(shown, language).items()
    }


def alignment_pngs(shown: AlignmentPictures, language: Language) -> Mapping[str, bytes]:
    """The pictures as PNG, by name; those with nothing to draw are left out."""
    return {
        name: png_bytes(figure.draw, height_inch=figure.height_inch)
        for name, figure in _figures(shown, language).items()
        if figure is not None
    }


def _figures(shown: AlignmentPictures, language: Language) -> dict[str, _Figure | None]:
    words = Wording(language, "register")
    shown = replace(shown, planes=tuple(_cropped(plane, shown.fixed_window) for plane in shown.planes))
    if not shown.planes:
        return dict.fromkeys((CHECKERBOARD, EDGES, JACOBIAN, ERROR))
    has_error = any(plane.error_mm is not None for plane in shown.planes)
    return {
        CHECKERBOARD: _Figure(shown, words, CHECKERBOARD),
        EDGES: _Figure(shown, words, EDGES),
        JACOBIAN: _Figure(shown, words, JACOBIAN),
        ERROR: _Figure(shown, words, ERROR) if has_error else None,
    }


class _Figure:
    """One picture: a head, three planes at one scale, a foot."""

    def __init__(self, shown: AlignmentPictures, words: Wording, name: str) -> None:
        self.shown, self.words, self.name = shown, words, name
        self.sizes = [
            (right - left, abs(top - bottom)) for left, right, bottom, top in map(extent, shown.planes)
        ]
        free = WIDTH_INCH - 0.02 - _GAP_INCH * (len(self.sizes) - 1)
        wide, high = sum(w for w, _ in self.sizes), max(h for _, h in self.sizes)
        self.inch_a_mm = min(free / wide, _TALLEST_INCH / high)
        self.height_inch = high * self.inch_a_mm + _HEAD_INCH + _FOOT_INCH

    def draw(self, figure: Figure) -> None:
        """Put the picture on a figure."""
        paint = {
            CHECKERBOARD: self._checkerboard,
            EDGES: self._edges,
            JACOBIAN: self._jacobian,
            ERROR: self._error,
        }[self.name]
        used = sum(w for w, _ in self.sizes) * self.inch_a_mm + _GAP_INCH * (len(self.sizes) - 1)
        left = (WIDTH_INCH - used) / 2.0
        for plane, (wide, high) in zip(self.shown.planes, self.sizes, strict=True):
            wide_inch, high_inch = wide * self.inch_a_mm, high * self.inch_a_mm
            bottom = self.height_inch - _HEAD_INCH - high_inch
            box = (left / WIDTH_INCH, bottom / self.height_inch)
            size = (wide_inch / WIDTH_INCH, high_inch / self.height_inch)
            self._panel(figure.add_axes((*box, *size)), plane, paint)
            left += wide_inch + _GAP_INCH
        self._head(figure)
        self._foot(figure)

    def _panel(self, axes: Axes, plane: AlignedPlane, paint: _Paint) -> None:
        left, right, bottom, top = extent(plane)
        axes.set_facecolor("black")
        paint(axes, plane)
        axes.set_xlim(left, right)
        axes.set_ylim(bottom, top)
        axes.set_aspect("equal")
        axes.set_xticks([])
        axes.set_yticks([])
        draw_letters(axes, plane, dark=True)
        if right - left > 80.0:
            draw_scale(axes, plane, dark=True)
        title = self.words(f"plane_{plane.name}", mm=plane.position_mm).replace("-", "\u2212")
        axes.set_title(title, loc="left", pad=3)

    def _head(self, figure: Figure) -> None:
        words, shown = self.words, self.shown
        top = 1.0 - 0.04 / self.height_inch
        figure.text(0.002, top, words(f"fig_{self.name}"), fontsize=9, fontweight="bold", va="top")
        key = "fig_standing" if shown.computed else "fig_found"
        standing = words(key, method=words(f"method_{shown.method}"))
        figure.text(0.998, top, standing, fontsize=7, color=QUIET, va="top", ha="right")
        fixed = shortened(shown.fixed_name, 48) or words("fixed_image")
        moving = shortened(shown.moving_name, 48) or words("moving_image")
        line = words("fig_images", fixed=fixed, moving=moving)
        figure.text(0.002, top - 0.18 / self.height_inch, line, fontsize=7, color=INK, va="top")

    def _foot(self, figure: Figure) -> None:
        note = self.words(f"fig_{self.name}_note")
        place = 0.13 / self.height_inch
        wide = self.name in (CHECKERBOARD, EDGES)
        figure.text(0.002, place, note, fontsize=6.6, color=INK, va="center", wrap=True)
        if not wide:
            self._bar(figure)

    def _bar(self, figure: Figure) -> None:
        from matplotlib.cm import ScalarMappable

        colours, norm, ticks = _ratio_scale() if self.name == JACOBIAN else _error_scale()
        box = (0.56, 0.19 / self.height_inch, 0.42, 0.075 / self.height_inch)
        bar = figure.colorbar(
            ScalarMappable(norm, colours), cax=figure.add_axes(box), orientation="horizontal",
            ticks=list(ticks), extend="both" if self.name == JACOBIAN else "max", extendfrac=0.04,
        )  # fmt: skip
        bar.ax.set_xticklabels([self.words.short(tick) for tick in ticks])
        bar.ax.tick_params(labelsize=6, pad=1.5, length=2)
        bar.outline.set_linewidth(0.4)

    def _grey(self, axes: Axes, plane: AlignedPlane, values: FloatArray, window: tuple[float, float]) -> None:
        _image(axes, plane, values, cmap="gray", vmin=window[0], vmax=window[1])

    def _checkerboard(self, axes: Axes, plane: AlignedPlane) -> None:
        fixed = _windowed(plane.fixed, self.shown.fixed_window)
        moved = _windowed(plane.moved, self.shown.moving_window)
        across = np.floor((plane.horizontal_mm - plane.horizontal_mm[0]) / _TILE_MM)
        along = np.floor((plane.vertical_mm - plane.vertical_mm[0]) / _TILE_MM)
        other = np.asarray((across[None, :] + along[:, None]) % 2.0 == 1.0)
        lone = np.isnan(moved) & other
        _image(axes, plane, np.where(other, moved, fixed), cmap="gray", vmin=0.0, vmax=1.0)
        _tinted(axes, plane, other, _OTHER_HUE, 0.10)
        _tinted(axes, plane, lone & ~np.isnan(fixed), QUIET, 0.55)

    def _edges(self, axes: Axes, plane: AlignedPlane) -> None:
        self._grey(axes, plane, plane.fixed, self.shown.fixed_window)
        _outlined(axes, plane, _windowed(plane.moved, self.shown.moving_window), _EDGE_HUE, 0.55)

    def _jacobian(self, axes: Axes, plane: AlignedPlane) -> None:
        colours, norm, _ = _ratio_scale()
        self._map(axes, plane, plane.volume_ratio, colours, norm)
        _tinted(axes, plane, np.asarray(plane.volume_ratio <= 0.0), "#CC00CC", 1.0)

    def _error(self, axes: Axes, plane: AlignedPlane) -> None:
        colours, norm, _ = _error_scale()
        if plane.error_mm is None:
            return
        supported = np.isfinite(plane.error_mm)
        self._map(axes, plane, np.where(supported, plane.error_mm, np.nan), colours, norm)
        self._unsupported(axes, plane, ~supported & self._patient(plane))

    def _unsupported(self, axes: Axes, plane: AlignedPlane, where: BoolArray) -> None:
        _tinted(axes, plane, where, "#a8a8a8", 0.75)
        if where.any() and min(where.shape) > 1:
            axes.contourf(
                plane.horizontal_mm, plane.vertical_mm, where.astype(float), levels=[0.5, 1.5], colors="none",
                hatches=["////"], zorder=2,
            ).set_edgecolor("#333333")  # fmt: skip

    def _map(
        self, axes: Axes, plane: AlignedPlane, values: FloatArray, colours: Colormap, norm: Normalize
    ) -> None:
        """A map in colour on the patient, whose own edges are drawn over it."""
        self._grey(axes, plane, plane.fixed, self.shown.fixed_window)
        shown = np.where(self._patient(plane), values, np.nan)
        _image(axes, plane, shown, cmap=colours, norm=norm)
        _outlined(axes, plane, _windowed(plane.fixed, self.shown.fixed_window), "black", 0.35)

    def _patient(self, plane: AlignedPlane) -> BoolArray:
        from scipy import ndimage

        window = self.shown.fixed_window
        least = _LUNG_SHARE if window[0] < _LUNG_HU else _BODY_SHARE
        smooth = ndimage.gaussian_filter(np.nan_to_num(_windowed(plane.fixed, window)), 1.5)
        dense = ndimage.binary_fill_holes(smooth > least)
        pieces, count = ndimage.label(dense)
        if count < 2:
            return np.asarray(dense)
        sizes = np.bincount(pieces.ravel())
        sizes[0] = 0
        return np.asarray((sizes >= _LEAST_PIECE * sizes.max())[pieces])


def _ratio_scale() -> tuple[Colormap, Normalize, tuple[float, ...]]:
    import matplotlib
    from matplotlib.colors import BoundaryNorm

    colours = matplotlib.colormaps["RdBu_r"]
    return colours, BoundaryNorm(_RATIOS, colours.N, extend="both"), _RATIOS


def _error_scale() -> tuple[Colormap, Normalize, tuple[float, ...]]:
    import matplotlib
    from matplotlib.colors import BoundaryNorm

    colours = matplotlib.colormaps["YlOrRd"]
    return colours, BoundaryNorm(_ERRORS_MM, colours.N, extend="max"), _ERRORS_MM


def _windowed(values: FloatArray, window: tuple[float, float]) -> FloatArray:
    """0 to 1 over the window, NaN where there is no image."""
    low, high = window
    return np.asarray(np.clip((values - low) / max(high - low, 1e-9), 0.0, 1.0))


def _image(axes: Axes, plane: AlignedPlane, values: FloatArray, **how: Any) -> None:
    left, right, bottom, top = extent(plane)
    low, high = sorted((bottom, top))
    axes.imshow(
        np.ma.masked_invalid(values), extent=(left, right, low, high), origin="lower", aspect="equal",
        interpolation="nearest", zorder=0, **how,
    )  # fmt: skip


def _tinted(axes: Axes, plane: AlignedPlane, where: BoolArray, hue: str, alpha: float) -> None:
    if where.any():
        from matplotlib.colors import ListedColormap

        _image(axes, plane, np.where(where, 1.0, np.nan), cmap=ListedColormap([hue]), alpha=alpha)


def _outlined(axes: Axes, plane: AlignedPlane, values: FloatArray, hue: str, width: float) -> None:
    """Edges of a windowed image: zero crossings of its Laplacian where it is steep."""
    if min(values.shape) < 4 or np.isnan(values).all():
        return
    from scipy import ndimage

    known = np.where(np.isnan(values), 0.0, values)
    step = abs(float(plane.horizontal_mm[1] - plane.horizontal_mm[0]))
    sigma = _EDGE_MM / step
    bent = ndimage.gaussian_laplace(known, sigma)
    steep = ndimage.gaussian_gradient_magnitude(known, sigma) > _EDGE_SHARE / sigma
    unknown = ndimage.binary_dilation(np.isnan(values), iterations=max(1, round(2.0 * sigma)))
    shown = np.ma.masked_array(bent, mask=~ndimage.binary_dilation(steep) | unknown)
    if shown.count() < 4:
        return
    axes.contour(
        plane.horizontal_mm, plane.vertical_mm, shown, levels=[0.0], colors=[hue], linewidths=width, zorder=3
    )


def _cropped(plane: AlignedPlane, window: tuple[float, float]) -> AlignedPlane:
    """The plane without the air around the patient."""
    dense = np.asarray(_windowed(plane.fixed, window) > _BODY_SHARE)
    if not dense.any():
        return plane
    piece = largest_piece(dense)
    rows = held_within(plane.vertical_mm, plane.vertical_mm[piece.any(axis=1)])
    columns = held_within(plane.horizontal_mm, plane.horizontal_mm[piece.any(axis=0)])
    return replace(
        plane,
        horizontal_mm=plane.horizontal_mm[columns],
        vertical_mm=plane.vertical_mm[rows],
        fixed=plane.fixed[rows, columns],
        moved=plane.moved[rows, columns],
        volume_ratio=plane.volume_ratio[rows, columns],
        error_mm=None if plane.error_mm is None else plane.error_mm[rows, columns],
    )
