"""Pairs of images whose true alignment is known: an anatomy given by formulas, seen through a motion.

The moving image is the anatomy ``hu(y)``; the fixed image is ``hu(truth(x))``. So ``truth`` leads from the fixed frame to the
moving one exactly, and any transform's error is its distance from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np

from graybook.geometry import ContourStack, Grid
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.displacement import Displacement
from graybook.geometry.transform import Affine
from graybook.registration.quality import StructurePair
from graybook.registration.volume import Volume

Motion: TypeAlias = Callable[[FloatArray], FloatArray]

FIXED, MOVING = "1.2.3.1", "1.2.3.2"

ORGANS = {
    "Lung_L": ((48.0, 0.0, 15.0), (36.0, 52.0, 75.0)),
    "Lung_R": ((-48.0, 0.0, 15.0), (36.0, 52.0, 75.0)),
    "Heart": ((14.0, -30.0, -5.0), (34.0, 28.0, 36.0)),
    "Liver": ((-36.0, -8.0, -88.0), (44.0, 48.0, 34.0)),
    "Kidney_L": ((46.0, 34.0, -88.0), (17.0, 15.0, 27.0)),
    "SpinalCord": ((0.0, 66.0, 0.0), (6.0, 6.0, 112.0)),
}
"""Ellipsoids by TG-263 name: centre and half axes, of the moving anatomy of person 0. [mm]"""


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """A person: everything that differs between two of them comes from the seed."""

    seed: int = 0
    resected: bool = False

    def organ(self, name: str) -> tuple[FloatArray, FloatArray]:
        """Centre and half axes of an organ. [mm]"""
        centre, axes = (np.array(values) for values in ORGANS[name])
        if self.seed:
            random = np.random.default_rng(self.seed * 100 + sorted(ORGANS).index(name))
            if name != "SpinalCord":
                centre = centre + random.uniform(-14.0, 14.0, 3)
                axes = axes * random.uniform(0.8, 1.2, 3)
        return centre, axes

    def within(self, name: str, points: FloatArray) -> BoolArray:
        """Which points lie inside an organ."""
        centre, axes = self.organ(name)
        return np.asarray((((points - centre) / axes) ** 2).sum(axis=1) < 1.0)

    def hu(self, points: FloatArray) -> FloatArray:
        """CT numbers at points (n, 3): body, organs, vertebrae with discs, ribs, vessels; edges 4 mm wide. [HU]"""
        x, y, z = points.T
        girth = 1.0 if self.seed == 0 else 0.94 + 0.02 * (self.seed % 7)
        height = 26.0 if self.seed == 0 else 24.0 + self.seed % 5
        texture, fine = _texture(points, self.seed, 22.0, 60.0), _texture(points, self.seed + 50, 14.0, 34.0)
        around = np.sqrt((x / (106.0 * girth)) ** 2 + (y / (80.0 * girth)) ** 2)
        out = np.full(len(points), -1000.0)
        _paint(out, (1.0 - np.sqrt((x / (118.0 * girth)) ** 2 + (y / (92.0 * girth)) ** 2)) * 92.0, -80.0)
        _paint(out, (1.0 - around) * 80.0, 40.0 + 60.0 * _step((texture - 0.5) * 8.0))
        for name in ("Lung_L", "Lung_R"):
            vessels = -820.0 + 800.0 * _step((fine - 0.85) * 6.0)
            if self.resected and name == "Lung_L":
                vessels = np.where(z > 25.0, 15.0, vessels)
            _paint(out, self.depth(name, points), vessels)
        for name, value, strength in (
            ("Heart", 50.0, 90.0),
            ("Liver", 90.0, 140.0),
            ("Kidney_L", 120.0, 160.0),
        ):
            _paint(out, self.depth(name, points), value + strength * _step((fine - 0.7) * 6.0))
        rib = np.minimum(4.0 - 84.0 * np.abs(around - 0.92), 4.5 - np.abs((z + 0.25 * y) % height - 4.5))
        _paint(out, np.where(z > -60.0, rib, -9.0), 500.0)
        disc = _step(2.5 - np.abs((z + 3.0 * self.seed) % height - 2.5))
        _paint(out, (1.0 - np.sqrt((x / 17.0) ** 2 + ((y - 46.0) / 15.0) ** 2)) * 15.0, 350.0 - 260.0 * disc)
        _paint(out, (1.0 - np.sqrt((x / 15.0) ** 2 + ((y - 66.0) / 14.0) ** 2)) * 14.0, 600.0 - 540.0 * disc)
        _paint(out, (1.0 - np.sqrt((x / 9.0) ** 2 + ((y - 66.0) / 9.0) ** 2)) * 9.0, 10.0)
        _paint(out, self.depth("SpinalCord", points), 45.0)
        return out

    def depth(self, name: str, points: FloatArray) -> FloatArray:
        """About how deep points lie in an organ, negative outside. [mm]"""
        centre, axes = self.organ(name)
        radius = np.sqrt((((points - centre) / axes) ** 2).sum(axis=1))
        return np.asarray((1.0 - radius) * float(axes.min()))


def _step(depth_mm: FloatArray) -> FloatArray:
    """From 0 to 1 over about 4 mm."""
    return np.asarray(0.5 + 0.5 * np.tanh(depth_mm / 1.5))


def _paint(out: FloatArray, depth_mm: FloatArray, value: FloatArray | float) -> None:
    share = _step(depth_mm)
    out += share * (value - out)


def _texture(points: FloatArray, seed: int, shortest: float, longest: float) -> FloatArray:
    """A random smooth field of unit variance with wavelengths of this range. [mm]"""
    random = np.random.default_rng(1000 + seed)
    directions = random.normal(size=(24, 3))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    waves = directions * (2 * np.pi / random.uniform(shortest, longest, 24))[:, None]
    phases = random.uniform(0, 2 * np.pi, 24)
    return np.asarray(np.cos(points @ waves.T + phases).sum(axis=1) / np.sqrt(12.0))


def grid_of(
    frame: str, spacing_mm: float = 4.0, low: FloatArray | None = None, high: FloatArray | None = None
) -> Grid:
    """A grid over the anatomy, or between two corners."""
    low = np.array([-126.0, -102.0, -118.0]) if low is None else low
    high = np.array([126.0, 102.0, 118.0]) if high is None else high
    nx, ny, nz = (int(n) + 1 for n in (high - low) // spacing_mm)
    return Grid(
        frame=frame, shape=(nz, ny, nx), origin_mm=low, spacing_mm=np.full(3, spacing_mm), axes=np.eye(3)
    )


def smooth(points: FloatArray, strength: float = 1.0) -> FloatArray:
    """Where a smooth deformation of up to about 9 mm carries points."""
    x, y, z = points.T
    shift = np.stack(
        [
            3.0 * np.sin(z / 45.0) + 1.5,
            3.5 * np.cos(x / 60.0) * np.sin(z / 70.0 + 0.5) - 2.0,
            5.0 * np.exp(-(((z + 50.0) / 60.0) ** 2)) * np.cos(y / 80.0),
        ],
        axis=1,
    )
    return np.asarray(points + strength * shift)


@cache
def _painted(anatomy: Anatomy, spacing_mm: float, noise_hu: float) -> Volume:
    grid = grid_of(MOVING, spacing_mm)
    return _noisy(anatomy.hu(grid.centres()), grid, noise_hu, 1)


def _noisy(values: FloatArray, grid: Grid, noise_hu: float, seed: int) -> Volume:
    noise = np.random.default_rng(seed).normal(0.0, noise_hu, len(values))
    return Volume(grid=grid, values=(values + noise).reshape(grid.shape).astype(np.float32), modality="CT")


def moving_image(anatomy: Anatomy, *, spacing_mm: float = 4.0, noise_hu: float = 12.0) -> Volume:
    """The earlier image."""
    return _painted(anatomy, spacing_mm, noise_hu)


def fixed_image(
    anatomy: Anatomy, truth: Motion, *, spacing_mm: float = 4.0, noise_hu: float = 12.0
) -> Volume:
    """Today's image: the anatomy seen through the motion."""
    grid = grid_of(FIXED, spacing_mm)
    return _noisy(anatomy.hu(truth(grid.centres())), grid, noise_hu, 2)


def transform(
    motion: Motion, spacing_mm: float = 4.0, frames: tuple[str, str] = (FIXED, MOVING)
) -> Displacement:
    """A motion as displacements on a grid somewhat larger than the images."""
    grid = grid_of(frames[0], spacing_mm, np.array([-134.0, -110.0, -126.0]), np.array([134.0, 110.0, 126.0]))
    points = grid.centres()
    vectors = (motion(points) - points).reshape(*grid.shape, 3)
    return Displacement.from_vectors(vectors, grid, to_frame=frames[1])


def shifted(shift_mm: FloatArray) -> Affine:
    """A shift from the fixed to the moving frame."""
    matrix = np.eye(4)
    matrix[:3, 3] = shift_mm
    return Affine(from_frame=FIXED, to_frame=MOVING, matrix=matrix)


def contours(
    inside: Callable[[FloatArray], BoolArray], frame: str, centre: FloatArray, reach: float
) -> ContourStack:
    """Contours in planes 4 mm apart of a body that is convex around a line through its centre: rays from its middle."""
    angles = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    polygons = []
    radii = np.arange(0.5, reach, 0.5)
    for z in np.arange(-118.0, 118.1, 4.0):
        plane = _plane_centre(inside, centre, z, reach)
        if plane is None:
            continue
        rays = (
            plane
            + np.stack([np.cos(angles), np.sin(angles), np.zeros(48)], axis=1)[:, None] * radii[None, :, None]
        )
        held = inside(rays.reshape(-1, 3)).reshape(48, -1)
        far = radii[np.maximum(held.cumprod(axis=1).sum(axis=1) - 1, 0)]
        if far.min() > 1.0:
            polygon = plane + np.stack([np.cos(angles) * far, np.sin(angles) * far, np.zeros(48)], axis=1)
            polygons.append(polygon)
    return ContourStack(frame=frame, polygons=tuple(polygons))


def _plane_centre(
    inside: Callable[[FloatArray], BoolArray], centre: FloatArray, z: float, reach: float
) -> FloatArray | None:
    x, y = np.meshgrid(np.arange(-reach, reach, 3.0) + centre[0], np.arange(-reach, reach, 3.0) + centre[1])
    points = np.stack([x.ravel(), y.ravel(), np.full(x.size, z)], axis=1)
    held = inside(points)
    return np.asarray(points[held].mean(axis=0)) if held.sum() > 2 else None


def pairs(
    anatomy: Anatomy, truth: Motion, *, other: Anatomy | None = None, drawn_on_both: bool = True
) -> tuple[StructurePair, ...]:
    """The organs, drawn on the fixed image, and on the moving image of the same or of another anatomy."""
    there = anatomy if other is None else other
    found = []
    for name in ORGANS:
        centre, axes = there.organ(name)
        moving = contours(
            lambda p, name=name: there.within(name, p), MOVING, centre, float(axes.max()) + 20.0
        )  # type: ignore[misc]
        here, wide = anatomy.organ(name)
        fixed = contours(
            lambda p, name=name: anatomy.within(name, truth(p)),
            FIXED,
            here,
            float(wide.max()) + 30.0,  # type: ignore[misc]
        )
        found.append(
            StructurePair(
                name=name, tg263=name, kind="organ", fixed=fixed, moving=moving if drawn_on_both else None
            )
        )
    return tuple(found)
