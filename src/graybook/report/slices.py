"""Slices: planes come in; a picture of CT, contours and isodoses at one scale goes out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.report.drawing import DASHES, WIDTH_INCH, shortened, svg_text
from graybook.report.material import Material, Plane
from graybook.report.planes import EDGES, draw_letters, draw_scale, extent, halo, held_within, largest_piece
from graybook.report.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["cropped", "isodose_levels_gy", "outlined_structures", "slices_svg"]

_STEPS_GY = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_HIGH_GY = (20.0, 50.0, 100.0, 150.0, 200.0, 300.0, 500.0, 1000.0)
"""Levels where equal steps would leave out those that matter to most organs."""
_MOST_LEVELS = 6
_BODY_HU = -400.0
_LABEL_APART_INCH = 0.17
_MOST_STRUCTURES = 6
_WINDOW_HU = (-160.0, 240.0)
_GAP_INCH = 0.10
_TALLEST_INCH = 2.9
_HUES_ON_DARK = ("#ffffff", "#F0A6CF", "#E69F00", "#56B4E9", "#9ad7c4", "#F0E442")
_HUES_ON_LIGHT = ("#000000", "#CC79A7", "#D55E00", "#0072B2", "#009E73", "#7a6a00")


def isodose_levels_gy(highest_gy: float) -> tuple[float, ...]:
    """Round levels below the highest dose, six at most, lowest first. [Gy]

    Examples
    --------
    >>> isodose_levels_gy(105.0)
    (20.0, 40.0, 60.0, 80.0, 100.0)
    >>> isodose_levels_gy(310.0)
    (20.0, 50.0, 100.0, 150.0, 200.0, 300.0)
    """
    for step in _STEPS_GY:
        if highest_gy / step <= _MOST_LEVELS + 1:
            count = int(np.ceil(highest_gy / step)) - 1
            return tuple(step * (i + 1) for i in range(min(count, _MOST_LEVELS)))
    return tuple(level for level in _HIGH_GY if level < highest_gy)[-_MOST_LEVELS:]


def outlined_structures(material: Material) -> tuple[str, ...]:
    """The structures whose outlines are drawn: the most loaded organ, the targets, then organs by load."""
    kinds = {item.structure: item.kind for plane in material.planes for item in plane.contours}
    ranked = [name for name in material.ranking if name in kinds]
    targets = [name for name, kind in kinds.items() if kind == "target"]
    return tuple(dict.fromkeys([*ranked[:1], *targets[:2], *ranked[1:]]))[:_MOST_STRUCTURES]


def _body(plane: Plane, outlined: tuple[str, ...]) -> tuple[slice, slice]:
    """Rows and columns that hold the body or a drawn outline, with a margin; all of them when there is neither."""
    across, along = plane.horizontal_mm, plane.vertical_mm
    points = [
        line for one in plane.contours if one.structure in outlined for line in one.polylines if len(line)
    ]
    xs = [line[:, 0] for line in points]
    ys = [line[:, 1] for line in points]
    if plane.image is not None and (dense := plane.image > _BODY_HU).any():
        piece = largest_piece(dense)
        xs.append(across[piece.any(axis=0)])
        ys.append(along[piece.any(axis=1)])
    if not xs or plane.image is None:
        return slice(None), slice(None)
    return held_within(along, np.concatenate(ys)), held_within(across, np.concatenate(xs))


def cropped(plane: Plane, outlined: tuple[str, ...]) -> Plane:
    """The plane without the air around the patient."""
    rows, columns = _body(plane, outlined)
    return replace(
        plane,
        horizontal_mm=plane.horizontal_mm[columns],
        vertical_mm=plane.vertical_mm[rows],
        image=None if plane.image is None else plane.image[rows, columns],
        dose_gy=None if plane.dose_gy is None else plane.dose_gy[rows, columns],
    )


def _highest_gy(planes: tuple[Plane, ...]) -> float:
    doses = [plane.dose_gy for plane in planes if plane.dose_gy is not None]
    return max((float(np.nanmax(dose)) for dose in doses if np.isfinite(dose).any()), default=0.0)


def _level_styles(levels: tuple[float, ...], *, dark: bool) -> list[dict[str, Any]]:
    import matplotlib

    shades = np.linspace(0.42, 1.0, len(levels)) if dark else np.linspace(0.0, 0.75, len(levels))
    colours = matplotlib.colormaps["viridis"](shades)
    return [
        {"color": tuple(colour), "linewidth": 0.7 + 0.12 * i, "linestyle": "solid"}
        for i, colour in enumerate(colours)
    ]


def _structure_styles(names: tuple[str, ...], *, dark: bool) -> dict[str, dict[str, Any]]:
    hues = _HUES_ON_DARK if dark else _HUES_ON_LIGHT
    return {
        name: {
            "color": hues[i],
            "linewidth": 1.5 if i == 0 else 1.2,
            "linestyle": DASHES[i - 1] if i else "solid",
        }
        for i, name in enumerate(names)
    }


def _draw_image(axes: Axes, plane: Plane) -> None:
    if plane.image is None:
        return
    across, along = plane.horizontal_mm, plane.vertical_mm
    image = plane.image if along[-1] >= along[0] else plane.image[::-1]
    image = image if across[-1] >= across[0] else image[:, ::-1]
    left, right, *_ = extent(plane)
    low, high = sorted(extent(plane)[2:])
    axes.imshow(
        image, cmap="gray", vmin=_WINDOW_HU[0], vmax=_WINDOW_HU[1], extent=(left, right, low, high),
        origin="lower", aspect="equal", zorder=0,
    )  # fmt: skip


def _draw_dose(
    axes: Axes, plane: Plane, levels: tuple[float, ...], words: Wording, *, inch_a_mm: float, dark: bool
) -> None:
    if plane.dose_gy is None or not levels or min(plane.dose_gy.shape) < 2:
        return
    dose = np.ma.masked_invalid(plane.dose_gy)
    inside = [level for level in levels if dose.count() and dose.min() < level < dose.max()]
    if not inside:
        return
    styles = dict(zip(levels, _level_styles(levels, dark=dark), strict=True))
    drawn = axes.contour(
        plane.horizontal_mm, plane.vertical_mm, dose, levels=inside,
        colors=[styles[level]["color"] for level in inside],
        linewidths=[styles[level]["linewidth"] for level in inside], zorder=2,
    )  # fmt: skip
    drawn.set_path_effects(halo(1.0, dark=dark))
    labels = axes.clabel(drawn, fmt=lambda level: words.short(level), fontsize=5.8, inline=False)
    kept: list[FloatArray] = []
    for text in reversed(list(labels)):
        place = np.asarray(text.get_position()) * inch_a_mm
        if any(np.hypot(*(place - other)) < _LABEL_APART_INCH for other in kept):
            text.remove()
            continue
        kept.append(place)
        text.set_path_effects(halo(1.2, dark=dark))
        text.set_fontweight("bold")


def _draw_contours(axes: Axes, plane: Plane, styles: dict[str, dict[str, Any]], *, dark: bool) -> None:
    for contour in plane.contours:
        style = styles.get(contour.structure)
        for line in contour.polylines if style is not None else ():
            closed = np.concatenate([line, line[:1]])
            axes.plot(
                closed[:, 0], closed[:, 1], **(style or {}), zorder=3, path_effects=halo(1.2, dark=dark)
            )


def _draw_panel(
    axes: Axes,
    plane: Plane,
    levels: tuple[float, ...],
    styles: dict[str, dict[str, Any]],
    words: Wording,
    *,
    inch_a_mm: float,
) -> None:
    dark = plane.image is not None
    left, right, bottom, top = extent(plane)
    _draw_image(axes, plane)
    _draw_dose(axes, plane, levels, words, inch_a_mm=inch_a_mm, dark=dark)
    _draw_contours(axes, plane, styles, dark=dark)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("black" if dark else "#f6f6f3")
    draw_letters(axes, plane, dark=dark)
    if right - left > 80.0:
        draw_scale(axes, plane, dark=dark)
    axes.set_title(
        words(f"plane_{plane.name}", mm=plane.position_mm).replace("-", "\u2212"), loc="left", pad=3
    )


def _draw_legends(
    figure: Figure,
    material: Material,
    levels: tuple[float, ...],
    styles: dict[str, dict[str, Any]],
    words: Wording,
) -> None:
    from matplotlib.lines import Line2D

    dark = any(plane.image is not None for plane in material.planes)
    seam = halo(1.4, dark=dark)
    if levels:
        doses = [
            Line2D([], [], **{**style, "linewidth": 2.0}, path_effects=seam)
            for style in _level_styles(levels, dark=dark)
        ]
        title = words("fig_isodoses", alpha_beta=words.short(material.result.display_alpha_beta_gy))
        figure.legend(
            doses, [words.short(level) for level in levels], title=title, loc="lower left", ncols=3,
            bbox_to_anchor=(0.0, 0.0), title_fontsize=6.8, alignment="left", handlelength=2.4,
        )  # fmt: skip
    outlines = [Line2D([], [], **style, path_effects=seam) for style in styles.values()]
    if outlines:
        figure.legend(
            outlines, [shortened(name, 36) for name in styles], loc="lower right", ncols=2,
            bbox_to_anchor=(1.0, 0.0), handlelength=3.6, alignment="left",
        )  # fmt: skip


def slices_svg(material: Material, words: Wording) -> str:
    """The picture of the planes side by side; empty when there is none."""
    outlined = outlined_structures(material)
    planes = tuple(cropped(plane, outlined) for plane in material.planes if plane.name in EDGES)
    if not planes:
        return ""
    sizes = [(extent(p)[1] - extent(p)[0], abs(extent(p)[3] - extent(p)[2])) for p in planes]
    free = WIDTH_INCH - 0.02 - _GAP_INCH * (len(planes) - 1)
    inch_a_mm = min(free / sum(w for w, _ in sizes), _TALLEST_INCH / max(h for _, h in sizes))
    tallest, legend_inch = max(h for _, h in sizes) * inch_a_mm, 0.62
    total = tallest + legend_inch + 0.24
    levels = isodose_levels_gy(_highest_gy(planes))
    dark = any(plane.image is not None for plane in planes)
    styles = _structure_styles(outlined, dark=dark)

    def draw(figure: Figure) -> None:
        used = sum(w for w, _ in sizes) * inch_a_mm + _GAP_INCH * (len(planes) - 1)
        left = (WIDTH_INCH - used) / 2.0
        for plane, (wide, high) in zip(planes, sizes, strict=True):
            box = (
                left / WIDTH_INCH, (total - 0.24 - high * inch_a_mm) / total, wide * inch_a_mm / WIDTH_INCH,
                high * inch_a_mm / total,
            )  # fmt: skip
            _draw_panel(figure.add_axes(box), plane, levels, styles, words, inch_a_mm=inch_a_mm)
            left += wide * inch_a_mm + _GAP_INCH
        _draw_legends(figure, material, levels, styles, words)

    return svg_text(draw, height_inch=total)
