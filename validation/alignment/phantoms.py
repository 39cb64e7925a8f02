"""Phantoms: a case's name and a size come in; two images, the true map between them and their structures go out.

Generator 1. The moving image shows the anatomy as it was, the fixed one the same anatomy asked at ``truth(points)``; noise is
drawn for each. :mod:`validation.alignment.second` makes images by other mathematics, for what was tuned on these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from graybook.geometry import ContourStack, Grid
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.registration.volume import Volume
from validation.alignment import motions
from validation.alignment.anatomy import FLOOR_MM, PELVIS, THORAX, Thorax, pelvis, thorax
from validation.alignment.looks import Look, cbct, ct, metal, mr
from validation.alignment.motions import Motion
from validation.alignment.outlines import outlined
from validation.alignment.painting import Scene

__all__ = ["CASES", "FULL", "SMALL", "Case", "Organ", "Size", "made"]

FIXED, MOVING = "2.25.40301", "2.25.40302"
MIDDLE_MM = np.array([12.5, -33.0, -1204.0])
"""Where the middle of the anatomy lies, in both frames. [mm]"""

LANDMARKS = 400
MOST_UNCOVERED = 0.4
"""Beyond this share outside the moving image a structure cannot be aligned."""

NOISE_HU = 12.0
RICH = 32.0
"""Texture of the smooth pair: so rich that elastix finds it to about 0.1 mm, as on the phantom that its figure is from."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """Voxels along z, y, x over 270 x 240 x 320 mm times ``scale``; a smaller scale shrinks the anatomy and its motion."""

    shape: tuple[int, int, int]
    scale: float = 1.0

    @property
    def spacing_mm(self) -> FloatArray:
        """Along x, y, z. [mm]"""
        return np.array([320.0, 240.0, 270.0]) / np.array(self.shape[::-1]) * self.scale


FULL = Size(shape=(90, 120, 160))
"""3 x 2 x 2 mm."""

SMALL = Size(shape=(48, 64, 80), scale=0.6)
"""For tests: a child's, of 3.4 x 2.3 x 2.4 mm."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Organ:
    """One structure in both images."""

    name: str
    fixed_mask: BoolArray
    moving_mask: BoolArray
    fixed_grid: Grid
    moving_grid: Grid

    @property
    def fixed(self) -> ContourStack:
        """Its contours on the fixed image."""
        return outlined(self.fixed_mask, self.fixed_grid)

    @property
    def moving(self) -> ContourStack:
        """Its contours on the moving image."""
        return outlined(self.moving_mask, self.moving_grid)


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """Two images and the truth about them.

    Parameters
    ----------
    truth
        Points (n, 3) of the fixed frame to the moving frame; NaN where the tissue was not there. [mm]
    organs
        By name; each with voxels in the fixed image.
    landmarks_mm
        Points of the fixed frame in the body, in both fields of view, where the truth is known.
    affected
        Structures where no alignment can be right, or of which much lies outside the moving image.
    uncovered
        Share of each structure that lies outside the moving image, or was not there.
    limit_mm
        Mean error in the structures that is asked for; None where nothing is. [mm]
    """

    name: str
    fixed: Volume
    moving: Volume
    truth: Callable[[FloatArray], FloatArray]
    organs: Mapping[str, Organ]
    landmarks_mm: FloatArray
    affected: tuple[str, ...] = ()
    uncovered: Mapping[str, float] = field(default_factory=dict)
    limit_mm: float | None = None

    def points_in(self, organ: str, *, most: int = 4000) -> FloatArray:
        """Voxel centres of a structure whose tissue lies in the moving image, evenly thinned to about ``most``. [mm]"""
        points = points_of(self.fixed.grid, self.organs[organ].fixed_mask, most)
        return np.asarray(points[inside(self.moving.grid, self.truth(points))])


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What makes a case: an anatomy now and one before, how it moved, how both look, and the fields of view."""

    now: Callable[[], Scene]
    before: Callable[[], Scene] | None = None
    motion: Motion
    structures: tuple[str, ...] = THORAX
    looks: tuple[Look, Look] = field(default_factory=lambda: (ct(NOISE_HU), ct(NOISE_HU)))
    affected: tuple[str, ...] = ()
    limit_mm: float | None = None
    wide: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Field of view over the usual one, along x, y, z."""
    moving_wide: tuple[float, float, float] | None = None
    moving_off_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Where the middle of the moving field lies."""
    moving_thicker: float = 1.0


def _arms_up(points: FloatArray) -> FloatArray:
    there = motions.shoulders()(points)
    there[np.abs(points[:, 0]) > 157.0] = np.nan
    return there


BELLY = (0.0, -18.0, 0.0)
CASES: Mapping[str, Recipe] = {
    "smooth thorax": Recipe(now=lambda: replace(thorax(), texture=RICH), motion=motions.breathing(), limit_mm=0.15),
    "sliding lung": Recipe(now=thorax, motion=motions.sliding(), limit_mm=1.0),
    "weight loss": Recipe(
        now=lambda: thorax(Thorax(fat_mm=26.0)),
        motion=motions.slimmer(140.0, 95.0, 10.0, 26.0),
        limit_mm=1.5,
        wide=(1.1, 1.1, 1.0),
    ),
    "filled bladder": Recipe(
        now=lambda: pelvis(bladder_mm=43.0),
        motion=motions.bladder(30.0, 46.0, BELLY),
        structures=PELVIS,
        limit_mm=2.0,
    ),
    "resected lobe": Recipe(
        now=lambda: thorax(Thorax(without_lobe=True)),
        before=lambda: thorax(Thorax(lobe_tumour=True)),
        motion=motions.moved(motions.lobe(FLOOR_MM, -30.0, 60.0)),
        affected=("Lung_R",),
    ),
    "another field of view": Recipe(
        now=thorax,
        motion=motions.moved(motions.breathing(0.5), motions.rigid((3, -2, 5), (22, -12, 18))),
        moving_wide=(1.1, 1.1, 0.75),
        moving_off_mm=(15.0, -8.0, 55.0),
        moving_thicker=1.6,
    ),
    "arms up, arms down": Recipe(
        now=lambda: thorax(Thorax(arms=True)), before=thorax, motion=_arms_up, wide=(1.45, 1.1, 1.0)
    ),
    "metal": Recipe(
        now=lambda: thorax(Thorax(rods=True)),
        before=thorax,
        motion=motions.moved(motions.breathing(0.6), motions.rigid((1.5, 0, -2), (6, 4, -9))),
        looks=(metal(NOISE_HU), ct(NOISE_HU)),
    ),
    "CT and MR": Recipe(
        now=pelvis,
        motion=motions.moved(motions.breathing(0.6), motions.rigid((2, 1, -3), (7, -5, 11))),
        structures=PELVIS,
        looks=(ct(NOISE_HU), mr(18.0)),
    ),
    "CT and cone-beam CT": Recipe(
        now=pelvis,
        motion=motions.moved(motions.breathing(0.5), motions.rigid((-1, 0, 2), (-4, 6, 5))),
        structures=PELVIS,
        looks=(ct(NOISE_HU), cbct(38.0)),
    ),
}  # fmt: skip


def made(name: str, size: Size = SMALL, *, seed: int = 0) -> Case:
    """A case by its name; the same for the same size and seed."""
    return built(name, CASES[name], size, seed=seed)


def built(name: str, recipe: Recipe, size: Size, *, seed: int = 0) -> Case:
    """A case from its recipe."""
    now = recipe.now()
    before = recipe.before() if recipe.before else now
    truth = motions.scaled(recipe.motion, size.scale, MIDDLE_MM)
    fixed_grid = _grid(FIXED, size, recipe.wide, (0.0, 0.0, 0.0), 1.0)
    moving_grid = _grid(
        MOVING, size, recipe.moving_wide or recipe.wide, recipe.moving_off_mm, recipe.moving_thicker
    )
    rng = np.random.default_rng([seed, sum(map(ord, name))])
    centres = fixed_grid.centres()
    there = truth(centres)
    lost = ~np.isfinite(there).all(axis=1)
    there[lost] = centres[lost]
    fixed, fixed_owner = _image(recipe.looks[0], now, fixed_grid, there, size.scale, rng)
    moving, moving_owner = _image(
        recipe.looks[1], before, moving_grid, moving_grid.centres(), size.scale, rng
    )
    organs = _organs(recipe.structures, (now, before), (fixed_owner, moving_owner), (fixed_grid, moving_grid))
    uncovered = _uncovered(organs, truth, moving_grid)
    body = (fixed_owner > 0) & ~np.isin(fixed_owner, _numbers(now, ("Arm", "Humerus", "Implant", "Effusion")))
    return Case(
        name=name,
        fixed=fixed,
        moving=moving,
        truth=truth,
        organs=organs,
        landmarks_mm=_landmarks(fixed_grid, moving_grid, body, truth, rng),
        affected=tuple(
            dict.fromkeys(
                [*recipe.affected, *(k for k, share in uncovered.items() if share > MOST_UNCOVERED)]
            )
        ),
        uncovered=uncovered,
        limit_mm=recipe.limit_mm,
    )


def points_of(grid: Grid, mask: BoolArray, most: int) -> FloatArray:
    """Voxel centres of a mask, evenly thinned to about ``most``. [mm]"""
    zyx = np.argwhere(mask)
    return grid.points_at(zyx[:: max(1, len(zyx) // most), ::-1].astype(np.float64))


def inside(grid: Grid, points: FloatArray) -> BoolArray:
    """Which points are defined and lie between the outermost voxel centres of a grid."""
    at = grid.indices_of(np.nan_to_num(points, nan=-1e6))
    return np.asarray(((at >= 0.0) & (at <= np.array(grid.shape[::-1]) - 1.0)).all(axis=1))


def _grid(frame: str, size: Size, wide: tuple[float, ...], off: tuple[float, ...], thicker: float) -> Grid:
    spacing = size.spacing_mm * [wide[0], wide[1], thicker]
    nz, ny, nx = size.shape
    planes = max(8, round(nz * wide[2] / thicker))
    half = 0.5 * spacing * (np.array([nx, ny, planes]) - 1.0)
    origin = MIDDLE_MM + size.scale * np.array(off) - half
    return Grid(frame=frame, shape=(planes, ny, nx), origin_mm=origin, spacing_mm=spacing, axes=np.eye(3))


def _image(
    look: Look, scene: Scene, grid: Grid, points: FloatArray, scale: float, rng: np.random.Generator
) -> tuple[Volume, npt.NDArray[np.uint8]]:
    anatomy = (points - MIDDLE_MM) / scale
    clean, owner = scene.painted(anatomy, values=look.values(scene), background=look.background)
    shape = grid.shape
    owners = owner.reshape(shape)
    places = ((grid.centres() - MIDDLE_MM) / scale).reshape(*shape, 3)
    values = look.finish(clean.reshape(shape), np.isin(owners, _numbers(scene, ("Implant",))), places, rng)
    return Volume(grid=grid, values=values, modality=look.modality), owners


def _numbers(scene: Scene, labels: tuple[str, ...]) -> list[int]:
    return [k + 1 for k, label in enumerate(scene.labels) if label in labels]


def _organs(
    names: tuple[str, ...],
    scenes: tuple[Scene, Scene],
    owners: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
    grids: tuple[Grid, Grid],
) -> dict[str, Organ]:
    found = {}
    for name in names:
        masks = [
            np.isin(owner, _numbers(scene, (name,))) for owner, scene in zip(owners, scenes, strict=True)
        ]
        if masks[0].any():
            found[name] = Organ(
                name=name,
                fixed_mask=masks[0],
                moving_mask=masks[1],
                fixed_grid=grids[0],
                moving_grid=grids[1],
            )
    return found


def _uncovered(organs: Mapping[str, Organ], truth: Motion, moving: Grid) -> dict[str, float]:
    """The share of each structure that lies outside the moving image."""
    found = {}
    for name, organ in organs.items():
        points = points_of(organ.fixed_grid, organ.fixed_mask, 2000)
        found[name] = float(1.0 - inside(moving, truth(points)).mean())
    return found


def _landmarks(
    fixed: Grid, moving: Grid, body: BoolArray, truth: Motion, rng: np.random.Generator
) -> FloatArray:
    """Random places of the body, off the outermost four voxels of both fields."""
    inner = np.zeros(fixed.shape, dtype=bool)
    inner[4:-4, 4:-4, 4:-4] = body[4:-4, 4:-4, 4:-4]
    zyx = np.argwhere(inner)
    zyx = zyx[rng.permutation(len(zyx))[: 6 * LANDMARKS]]
    points = fixed.points_at(zyx[:, ::-1] + rng.uniform(-0.5, 0.5, zyx.shape))
    at = moving.indices_of(np.nan_to_num(truth(points), nan=-1e6))
    last = np.array(moving.shape[::-1]) - 5.0
    return np.asarray(points[((at >= 4.0) & (at <= last)).all(axis=1)][:LANDMARKS])
