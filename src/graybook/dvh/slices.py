"""Slices: a contour stack comes in; slabs that fill the space between and beyond its planes go out."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graybook.dvh.reach import Reach, between, beyond, lone_pair, straight
from graybook.geometry import ContourStack
from graybook.geometry.arrays import FloatArray
from graybook.geometry.polygons import Section, sections

__all__ = ["DEFAULT", "DEFAULT_THICKNESS_MM", "Slab", "SliceModel", "slabs"]

DEFAULT_THICKNESS_MM = 1.0
"""Thickness of a structure of one plane when the caller gives none. [mm]"""

GAP = 1.5
"""A step this many times longer than both its neighbours is a gap: the structure does not reach across it."""

CHAIN = 4
"""How many sections in a row tell how a section goes on."""

LONE_STEP_MM = 10.0
"""Two planes and nothing else, of unknown slice spacing, belong together up to this distance. [mm]"""


class SliceModel(enum.Enum):
    """What a stack of contours means between and beyond its planes.

    PRISM
        Each section extends half way to its neighbours, and half a slice beyond the first and last plane.
    MOULDED
        Between two planes a section is stretched and shifted so that centroid and spread (second moments)
        follow a parabola through the neighbouring planes; beyond the last plane it tapers to the tip where
        the spread runs out, if that lies within one slice, else it ends blunt after half a slice. Exact for
        ellipsoids, cones and cylinders, upright, tilted or lying. Where a section splits, merges or has no
        partner, it is a prism.
    """

    PRISM = "right prism, half-slice caps"
    MOULDED = "moulded sections, caps by how the section runs out"


DEFAULT = SliceModel.MOULDED
"""The model of every result (decision record 0002)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Slab:
    """One section and the space it fills below and above its plane, in the coordinates of the stack.

    Parameters
    ----------
    z_mm
        The plane, along the stack (z of the frame for axial contours). [mm]
    section
        The section in the plane.
    below, above
        How far it reaches and how it changes on the way.
    """

    z_mm: float
    section: Section
    below: Reach
    above: Reach


@dataclass(frozen=True, kw_only=True, eq=False)
class _Level:
    z_mm: float
    sections: tuple[Section, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stack:
    levels: tuple[_Level, ...]
    steps_mm: FloatArray
    joined: tuple[bool, ...]
    links: tuple[tuple[tuple[int, int], ...], ...]
    thickness_mm: float

    def step(self, level: int, direction: int) -> float | None:
        """Distance to the next level if there is one and no gap before it. [mm]"""
        index = level if direction > 0 else level - 1
        if 0 <= index < len(self.joined) and self.joined[index]:
            return float(self.steps_mm[index])
        return None

    def partners(self, level: int, section: int, direction: int) -> list[int]:
        """Sections of the next level that overlap this one."""
        if self.step(level, direction) is None:
            return []
        if direction > 0:
            return [b for a, b in self.links[level] if a == section]
        return [a for a, b in self.links[level - 1] if b == section]

    def partner(self, level: int, section: int, direction: int) -> int | None:
        """The one section of the next level that overlaps this one and no other; None if there is none such."""
        found = self.partners(level, section, direction)
        if len(found) != 1 or len(self.partners(level + direction, found[0], -direction)) != 1:
            return None
        return found[0]

    def chain(self, level: int, section: int, direction: int) -> list[tuple[float, Section]]:
        """(distance in mm, section) from here through one-to-one partners, at most four."""
        start = self.levels[level].z_mm
        found = [(0.0, self.levels[level].sections[section])]
        at: int | None = section
        while len(found) < CHAIN and at is not None:
            at = self.partner(level, at, direction)
            level += direction
            if at is not None:
                found.append((abs(self.levels[level].z_mm - start), self.levels[level].sections[at]))
        return found


def slabs(
    contours: ContourStack, *, model: SliceModel = DEFAULT, slice_thickness_mm: float | None = None
) -> tuple[Slab, ...]:
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
    stack = _stack(contours, slice_thickness_mm)
    made = []
    for level, here in enumerate(stack.levels):
        for number, section in enumerate(here.sections):
            below, above = (_side(stack, level, number, d, model) for d in (-1, 1))
            made.append(Slab(z_mm=here.z_mm, section=section, below=below, above=above))
    return tuple(made)


def _stack(contours: ContourStack, slice_thickness_mm: float | None) -> _Stack:
    """Levels, gaps and links of a contour stack."""
    levels = tuple(_Level(z_mm=z, sections=sections(polygons)) for z, polygons in contours.planes())
    steps = np.diff([level.z_mm for level in levels])
    joined = _joined(steps, slice_thickness_mm)
    links = tuple(
        tuple(
            (a, b)
            for a, one in enumerate(low.sections)
            for b, other in enumerate(high.sections)
            if one.overlaps(other)
        )
        if is_joined
        else ()
        for (low, high), is_joined in zip(pairwise(levels), joined, strict=True)
    )
    regular = [s for s, is_joined in zip(steps.tolist(), joined, strict=True) if is_joined]
    usual = float(np.median(regular)) if regular else slice_thickness_mm or DEFAULT_THICKNESS_MM
    return _Stack(levels=levels, steps_mm=steps, joined=joined, links=links, thickness_mm=usual)


def _joined(steps_mm: FloatArray, slice_thickness_mm: float | None) -> tuple[bool, ...]:
    """For each step between planes whether the structure reaches across it."""
    steps = steps_mm.tolist()
    if len(steps) == 1:
        return (steps[0] <= (GAP * slice_thickness_mm if slice_thickness_mm else LONE_STEP_MM),)
    return tuple(
        step <= GAP * max(steps[max(k - 1, 0) : k] + steps[k + 1 : k + 2]) for k, step in enumerate(steps)
    )


def _side(stack: _Stack, level: int, number: int, direction: int, model: SliceModel) -> Reach:
    """How a section goes on below (-1) or above (1) its plane."""
    here = stack.levels[level].sections[number]
    step, step_back = stack.step(level, direction), stack.step(level, -direction)
    back = stack.chain(level, number, -direction)
    if step is None or not stack.partners(level, number, direction):
        blunt = 0.5 * (step_back or stack.thickness_mm)
        if model is SliceModel.PRISM:
            return straight(here, blunt)
        if len(back) == 2 and _is_lone_pair(stack, level, number, -direction):
            pair = lone_pair(here, back[1][1], step_mm=back[1][0])
            return pair[0] if pair else straight(here, blunt)
        return beyond(back, blunt_mm=blunt)
    ahead = stack.chain(level, number, direction)
    if model is SliceModel.PRISM or len(ahead) == 1:
        return straight(here, 0.5 * step)
    if len(ahead) == 2 and len(back) == 1 and _is_lone_pair(stack, level, number, direction):
        pair = lone_pair(here, ahead[1][1], step_mm=step)
        if pair:
            return pair[1]
    return between(back, ahead)


def _is_lone_pair(stack: _Stack, level: int, number: int, direction: int) -> bool:
    """Whether a section and its partner in this direction are all there is of their piece."""
    partner = stack.partner(level, number, direction)
    return (
        partner is not None
        and not stack.partners(level, number, -direction)
        and not stack.partners(level + direction, partner, direction)
    )
