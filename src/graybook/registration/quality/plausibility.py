"""Two images on one lattice come in; how far bone is bent and how far the body's outlines lie apart goes out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.registration.quality.interior import Interior
from graybook.registration.quality.lattice import Lattice

__all__ = ["Outline", "body", "bone_bending_mm", "outline"]

BONE_HU = 200.0
"""Nodes above are bone: a node is a mean over 3 mm, and spongy bone is soft. [HU]"""

AROUND_MM = 10.0
"""Bone is looked for in a structure and so far around it: what lies beside the cord is its vertebra. [mm]"""

LEAST_NODES = 30
"""Fewer nodes of bone are no bone."""

NEAR_MM = 60.0
"""The skin that bears on a structure lies within this distance of its box. [mm]"""

AIR_HU = -400.0
"""Between air and body. [HU]"""


class Outline(NamedTuple):
    """The body's outline: points of its surface on the fixed image (n, 3) and how far from the moving body's they land. [mm]"""

    points_mm: FloatArray
    apart_mm: FloatArray

    def near(self, interior: Interior) -> FloatArray:
        """The distances at the skin around a structure. [mm]"""
        bounds = interior.bounds_mm
        close = ((self.points_mm > bounds[0] - NEAR_MM) & (self.points_mm < bounds[1] + NEAR_MM)).all(axis=1)
        return np.asarray(self.apart_mm[close])


def bone_bending_mm(lattice: Lattice, interior: Interior) -> FloatArray:
    """How far bone in and around a structure is carried from where its best rigid motion would put it, node by node. [mm]

    Notes
    -----
    Connected bone is fitted piece by piece (Kabsch 1976), each within the structure's surroundings: a spine may bend between
    vertebrae, a vertebra may not.
    """
    from scipy.ndimage import binary_dilation, label

    box, inside = lattice.nodes(interior)
    if not lattice.ct or not inside.any():
        return np.empty(0)
    rounds = max(1, round(AROUND_MM / float(lattice.spacing_mm.min())))
    bone = (lattice.fixed[box] > BONE_HU) & binary_dilation(inside, iterations=rounds)
    pieces, count = label(bone)
    moved = lattice.moved_mm.reshape(*lattice.grid.shape, 3)[box]
    z, y, x = np.meshgrid(*(np.arange(s.start, s.stop) for s in box), indexing="ij")
    found = []
    for piece in range(1, count + 1):
        chosen = (pieces == piece) & np.isfinite(moved).all(axis=-1)
        if int(chosen.sum()) < LEAST_NODES:
            continue
        here = lattice.grid.points_at(np.stack([x[chosen], y[chosen], z[chosen]], axis=1).astype(np.float64))
        found.append(_off_rigid_mm(here, moved[chosen]))
    return np.concatenate(found) if found else np.empty(0)


def _off_rigid_mm(here: FloatArray, there: FloatArray) -> FloatArray:
    """Distance of each carried point from where the best rigid motion of all puts it. [mm]"""
    a, b = here - here.mean(axis=0), there - there.mean(axis=0)
    left, _, right = np.linalg.svd(a.T @ b)
    turn = left @ np.diag([1.0, 1.0, float(np.sign(np.linalg.det(left @ right)))]) @ right
    return np.asarray(np.linalg.norm(a @ turn - b, axis=1))


def body(values: FloatArray, *, ct: bool) -> BoolArray:
    """The largest piece of an image (zyx) that is not air, its holes in axial planes filled."""
    from scipy.ndimage import binary_fill_holes, binary_opening, label

    known = np.isfinite(values)
    limit = AIR_HU if ct else 0.15 * float(np.percentile(values[known], 99)) if known.any() else 0.0
    solid = binary_opening(known & (values > limit))
    pieces, count = label(solid)
    if count == 0:
        return np.zeros(values.shape, dtype=np.bool_)
    largest = pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))
    return np.stack([binary_fill_holes(plane) for plane in largest])


def outline(lattice: Lattice) -> Outline:
    """How far the skin of the fixed image lies from that of the moving image, warped; only where both images hold it."""
    from scipy.ndimage import binary_erosion, distance_transform_edt

    here = body(lattice.fixed, ct=lattice.ct)
    there = body(lattice.warped, ct=lattice.ct)
    known = np.isfinite(lattice.fixed) & np.isfinite(lattice.warped)
    whole = binary_erosion(known, iterations=2)
    edge = here & ~binary_erosion(here) & whole
    other = there & ~binary_erosion(there) & whole
    if not edge.any() or not other.any():
        return Outline(np.empty((0, 3)), np.empty(0))
    apart = distance_transform_edt(~other, sampling=lattice.spacing_mm)[edge]
    z, y, x = np.nonzero(edge)
    points = lattice.grid.points_at(np.stack([x, y, z], axis=1).astype(np.float64))
    return Outline(points, np.asarray(apart))
