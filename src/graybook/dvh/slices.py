"""Slices: a contour stack comes in; slabs that fill the space between and beyond its planes go out."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from statistics import median

import numpy as np

from graybook.dvh._kernels import reaches as rules
from graybook.dvh._kernels.sections import linked, sectioned
from graybook.geometry import ContourStack
from graybook.geometry.arrays import BoolArray, FloatArray, IntArray

__all__ = ["DEFAULT", "DEFAULT_THICKNESS_MM", "Slabs", "SliceModel", "slabs"]

DEFAULT_THICKNESS_MM = 1.0
"""Thickness of a structure of one plane when the caller gives none. [mm]"""

GAP = 1.5
"""A step this many times longer than both its neighbours is a gap: the structure does not reach across it."""

LONE_STEP_MM = 10.0
"""Two planes and nothing else, of unknown slice spacing, belong together up to this distance. [mm]"""


class SliceModel(enum.Enum):
    """What a stack of contours means between and beyond its planes.

    NONE
        Each section extends half way to its neighbours and the structure ends in its first and last plane;
        a structure of one plane has no volume.
    PRISM
        Each section extends half way to its neighbours, and half a slice beyond the first and last plane.
    MOULDED
        Interpolation by shape. Between two planes a section is stretched and shifted so that centroid and spread
        (second moments) follow a parabola through the neighbouring planes; beyond the last plane it tapers to the
        tip where the spread runs out, if that lies within one slice, else it ends blunt after half a slice. Exact
        for ellipsoids, cones and cylinders, upright, tilted or lying. Where a section splits, merges or has no
        partner, it is a prism.
    """

    NONE = "right prism, no caps"
    PRISM = "right prism, half-slice caps"
    MOULDED = "moulded sections, caps by how the section runs out"


DEFAULT = SliceModel.MOULDED
"""The model of every result (decision record 0002)."""

NUMBERS = {
    SliceModel.NONE: rules.NONE,
    SliceModel.PRISM: rules.PRISM,
    SliceModel.MOULDED: rules.MOULDED,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Slabs:
    """Every section of a stack and the space it fills below and above its plane, in the coordinates of the stack.

    Parameters
    ----------
    edges
        All edges (n, 4), section after section: x0, y0, x1, y1. [mm]
    begin
        Where each section's edges begin (s + 1,).
    heights_mm
        Plane of each section (s,), rising. [mm]
    states
        Centroid x, y, spread xx, xy, yy, fullness and area of each section (s, 7). [mm]
    lengths_mm
        How far each section reaches below and above its plane (s, 2). [mm]
    courses
        How it changes on the way (s, 2, 6, 3): constant, slope and square term of its state. [mm]
    faces
        Where a slab ends in the open, below and above (s, 2): no section of the next plane goes on from it.
    """

    edges: FloatArray
    begin: IntArray
    heights_mm: FloatArray
    states: FloatArray
    lengths_mm: FloatArray
    courses: FloatArray
    faces: BoolArray

    @property
    def count(self) -> int:
        """Number of sections."""
        return len(self.states)


def slabs(
    contours: ContourStack, *, model: SliceModel = DEFAULT, slice_thickness_mm: float | None = None
) -> Slabs:
    """The slabs of a contour stack, from the lowest plane up.

    Parameters
    ----------
    contours
        The stack.
    model
        What lies between and beyond the planes.
    slice_thickness_mm
        Slice spacing of the image the contours were drawn on: the thickness of a structure of one plane. [mm]
    """
    heights, points, starts, levels = contours.rings()
    edges, begin, by_level, states, boxes = sectioned(points, starts, levels)
    joined, usual_mm = _joined(np.diff(heights), slice_thickness_mm)
    links = linked(edges, begin, by_level, boxes, joined)
    lengths, courses = rules.reaches(heights, by_level, states, links, joined, usual_mm, NUMBERS[model])
    return Slabs(
        edges=edges,
        begin=begin,
        heights_mm=np.repeat(heights, np.diff(by_level)),
        states=states,
        lengths_mm=lengths,
        courses=courses,
        faces=(links[:, ::2] == 0) & (lengths > 0.0),
    )


def _joined(steps_mm: FloatArray, slice_thickness_mm: float | None) -> tuple[FloatArray, float]:
    """Each plane's step to the next, 0 where the structure does not reach across it, and the usual step. [mm]"""
    steps = steps_mm.tolist()
    if len(steps) == 1:
        reached = [steps[0] <= (GAP * slice_thickness_mm if slice_thickness_mm else LONE_STEP_MM)]
    else:
        reached = [
            step <= GAP * max(steps[max(k - 1, 0) : k] + steps[k + 1 : k + 2]) for k, step in enumerate(steps)
        ]
    regular = [step for step, is_reached in zip(steps, reached, strict=True) if is_reached]
    usual = median(regular) if regular else slice_thickness_mm or DEFAULT_THICKNESS_MM
    joined = [step if is_reached else 0.0 for step, is_reached in zip(steps, reached, strict=True)]
    return np.array([*joined, 0.0]), usual
