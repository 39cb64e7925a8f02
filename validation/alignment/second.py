"""The second generator: a seed and a region come in, a case goes out; other anatomy, motion, texture and noise than the first.

Bodies are blended by smooth steps and not painted over each other with ramps, vessels are waving tubes, tissue is a sum of random
waves, the motion is a row of local pushes and a twist, noise is blurred and grows with the density. Nothing is tuned on these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from graybook.geometry import Grid
from graybook.geometry.arrays import FloatArray, IntArray
from graybook.registration.volume import Volume
from validation.alignment.motions import Motion
from validation.alignment.phantoms import Case, Organ, inside, points_of

__all__ = ["REGIONS", "Blob", "second"]

REGIONS = ("chest", "belly")
FIXED, MOVING = "2.25.50401", "2.25.50402"
FIELD_MM = np.array([300.0, 230.0, 250.0])
MIDDLE_MM = np.array([-8.0, 140.0, 377.0])
SHAPE = (56, 64, 80)
LANDMARKS = 400


@dataclass(frozen=True, kw_only=True)
class Blob:
    """A superellipsoid: centre, half axes, exponent, value, owner."""

    centre: FloatArray
    radii: FloatArray
    power: float
    value: float
    name: str = ""

    def share(self, points: FloatArray) -> FloatArray:
        """From 0 outside to 1 inside, by a smooth step about 3 mm wide."""
        off = np.abs((points - self.centre) / self.radii)
        radius = np.sum(off**self.power, axis=-1) ** (1.0 / self.power)
        depth = (1.0 - radius) * float(self.radii.min())
        return np.asarray(0.5 + 0.5 * np.tanh(depth / 1.5))


Tube = tuple[FloatArray, FloatArray, float, float]
"""Start, amplitude and phase of its two waves (2, 2), radius, value; it runs along z, up and down."""


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """Blobs in their order, tubes within the first blobs of a name, waves of tissue (wave vectors, phases, strengths)."""

    blobs: tuple[Blob, ...]
    tubes: tuple[tuple[str, Tube], ...]
    waves: tuple[FloatArray, FloatArray, FloatArray]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of structures; the number of one in the map of owners is its place here, plus one."""
        return tuple(dict.fromkeys(blob.name for blob in self.blobs if blob.name not in ("", "body")))

    def painted(self, points: FloatArray) -> tuple[FloatArray, IntArray]:
        """HU at points (n, 3) around the middle, and which structure's they are (0: none)."""
        out, owner = np.full(len(points), -1000.0), np.zeros(len(points), dtype=np.int64)
        number = {name: k + 1 for k, name in enumerate(self.names)}
        homes: dict[str, tuple[IntArray, FloatArray]] = {}
        for blob in self.blobs:
            near = np.flatnonzero((np.abs(points - blob.centre) < blob.radii + 6.0).all(axis=1))
            share = blob.share(points[near])
            homes.setdefault(blob.name, (near, share))
            out[near] += share * (blob.value - out[near])
            owner[near[share > 0.5]] = number.get(blob.name, 0)
        for name, tube in self.tubes:
            near, home = homes[name]
            share = _tube_share(tube, points[near]) * home * (owner[near] == number[name])
            out[near] += share * (tube[3] - out[near])
        vectors, phases, strengths = self.waves
        pattern = np.zeros(len(points))
        for vector, phase, strength in zip(vectors, phases, strengths, strict=True):
            pattern += strength * np.sin(points @ vector + phase)
        return np.asarray(out + pattern * np.clip((out + 900.0) / 600.0, 0.0, 1.0)), owner


def second(region: str = "chest", *, seed: int = 0, strength: float = 1.0, without: str = "", person: int | None = None,
           shape: tuple[int, int, int] = SHAPE) -> Case:  # fmt: skip
    """A case of the second generator; ``without`` names a structure that today's image lacks, ``person`` another moving anatomy."""
    rng = np.random.default_rng([77, REGIONS.index(region), seed])
    before = _anatomy(region, np.random.default_rng([78, REGIONS.index(region), seed]))
    now, motion = before, _motion(rng, strength)
    if without:
        now = _lacking(before, without)
    if person is not None:
        before = _anatomy(region, np.random.default_rng([78, REGIONS.index(region), person]))
    grids = tuple(_grid(frame, shape, extra) for frame, extra in ((FIXED, 0.0), (MOVING, 6.0)))
    truth: Motion = lambda points: MIDDLE_MM + motion(np.asarray(points) - MIDDLE_MM)  # noqa: E731
    clean, owner = now.painted(motion(grids[0].centres() - MIDDLE_MM))
    clean_then, owner_then = before.painted(grids[1].centres() - MIDDLE_MM)
    fixed, moving = _image(grids[0], clean, rng), _image(grids[1], clean_then, rng)
    organs = {
        name: Organ(
            name=name,
            fixed_mask=(owner == now.names.index(name) + 1).reshape(grids[0].shape),
            moving_mask=(owner_then == before.names.index(name) + 1).reshape(grids[1].shape),
            fixed_grid=grids[0],
            moving_grid=grids[1],
        )
        for name in now.names
    }
    known = (lambda points: np.full(np.shape(points), np.nan)) if person is not None else truth
    return _case(f"second {region} {seed}", fixed, moving, known, organs, without, rng)


def _case(name: str, fixed: Volume, moving: Volume, truth: Motion, organs: dict[str, Organ], without: str,
          rng: np.random.Generator) -> Case:  # fmt: skip
    uncovered = {}
    for organ in organs.values():
        points = points_of(organ.fixed_grid, organ.fixed_mask, 2000)
        uncovered[organ.name] = float(1.0 - inside(moving.grid, truth(points)).mean()) if len(points) else 1.0
    affected = [one for one in organs if one == without or uncovered[one] > 0.4]
    body = np.argwhere(ndimage.binary_erosion(fixed.values > -960.0, iterations=2, border_value=0))
    zyx = body[rng.permutation(len(body))[: 3 * LANDMARKS]]
    points = fixed.grid.points_at(zyx[:, ::-1] + rng.uniform(-0.5, 0.5, zyx.shape))
    points = points[inside(moving.grid, truth(points))][:LANDMARKS]
    return Case(
        name=name, fixed=fixed, moving=moving, truth=truth, organs=organs, landmarks_mm=points,
        affected=tuple(affected), uncovered=uncovered,
    )  # fmt: skip


def _grid(frame: str, shape: tuple[int, int, int], extra_mm: float) -> Grid:
    spacing = (FIELD_MM + extra_mm) / np.array(shape[::-1])
    origin = MIDDLE_MM - 0.5 * spacing * (np.array(shape[::-1]) - 1.0)
    return Grid(frame=frame, shape=shape, origin_mm=origin, spacing_mm=spacing, axes=np.eye(3))


def _image(grid: Grid, clean: FloatArray, rng: np.random.Generator) -> Volume:
    """Noise is blurred over neighbours and grows with density, as reconstruction makes it."""
    clean = clean.reshape(grid.shape)
    noise = ndimage.gaussian_filter(rng.normal(size=grid.shape), 0.6)
    noise *= (7.0 + 9.0 * np.clip((clean + 1000.0) / 1300.0, 0.0, 1.5)) / noise.std()
    return Volume(grid=grid, values=np.round(clean + noise).astype(np.float32), modality="CT")


def _motion(rng: np.random.Generator, strength: float) -> Motion:
    """Pushes one after the other, each too weak for its width to fold, and a twist about the long axis that fades out."""
    pushes = []
    for _ in range(9):
        width = rng.uniform(28.0, 60.0)
        way = rng.normal(size=3)
        way *= strength * rng.uniform(0.10, 0.24) * width / np.linalg.norm(way)
        pushes.append((rng.uniform(-0.42, 0.42, 3) * FIELD_MM, width, way))
    turn = strength * np.radians(rng.uniform(-3.0, 3.0))

    def motion(points: FloatArray) -> FloatArray:
        out = np.array(points, dtype=np.float64)
        for centre, width, way in pushes:
            away = np.sum((out - centre) ** 2, axis=1) / (2.0 * width**2)
            out += np.exp(-away)[:, None] * way
        angle = turn * np.exp(-((out[:, 2] / 110.0) ** 2))
        x, y = out[:, 0].copy(), out[:, 1].copy()
        out[:, 0], out[:, 1] = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
        return out

    return motion


def _anatomy(region: str, rng: np.random.Generator) -> Anatomy:
    wide, deep = 132.0 * rng.uniform(0.93, 1.07), 96.0 * rng.uniform(0.93, 1.07)
    blobs = [
        Blob(centre=np.array([0.0, 0.0, 0.0]), radii=np.array([wide, deep, 400.0]), power=2.4, value=-98.0, name="body"),
        Blob(centre=np.array([0.0, 0.0, 0.0]), radii=np.array([wide - 11, deep - 13, 400.0]), power=2.3, value=52.0),
    ]  # fmt: skip
    blobs += _small(rng, wide, deep)
    blobs += _chest(rng) if region == "chest" else _belly(rng)
    for z in np.arange(-195.0, 200.0, 30.0):
        blobs.append(_blob(rng, (0, 58, z), (21, 17, 12), 300.0, "", power=3.0))
        blobs.append(_blob(rng, (0, 86, z + 4), (6, 10, 9), 360.0, ""))
    blobs.append(
        Blob(centre=np.array([0.0, 79.0, 0.0]), radii=np.array([11.0, 9.0, 400.0]), power=2.0, value=20.0)
    )
    blobs.append(
        Blob(centre=np.array([0.0, 79.0, 0.0]), radii=np.array([6.0, 5.0, 400.0]), power=2.0, value=44.0, name="SpinalCord")
    )  # fmt: skip
    homes = ("Lung_L", "Lung_R") if region == "chest" else ("Liver", "Bowel")
    tubes = []
    for home in homes:
        side = next(blob.centre[0] for blob in blobs if blob.name == home)
        reach = next(blob.radii for blob in blobs if blob.name == home)
        for _ in range(46):
            at = np.array([side, 0.0]) + rng.uniform(-0.9, 0.9, 2) * reach[:2]
            wave = np.stack([rng.uniform(4, 22, 2), rng.uniform(0, 6.28, 2)])
            value = rng.uniform(10, 70) if region == "chest" else rng.choice([130.0, -40.0])
            tubes.append((home, (at, wave, float(rng.uniform(1.6, 4.0)), float(value))))
    vectors = rng.normal(size=(24, 3))
    vectors *= (2 * np.pi / rng.uniform(11.0, 50.0, 24) / np.linalg.norm(vectors, axis=1))[:, None]
    return Anatomy(
        blobs=tuple(blobs),
        tubes=tuple(tubes),
        waves=(vectors, rng.uniform(0, 6.28, 24), rng.uniform(1.0, 5.0, 24)),
    )


def _small(rng: np.random.Generator, wide: float, deep: float) -> list[Blob]:
    """Bits of fat, muscle and rib under the skin."""
    found = []
    for _ in range(34):
        angle, z = rng.uniform(0, 2 * np.pi), rng.uniform(-130, 130)
        at = (0.86 * wide * np.sin(angle), 0.84 * deep * np.cos(angle), z)
        found.append(_blob(rng, at, (12, 8, 9), float(rng.choice([-85.0, 90.0, 330.0])), ""))
    return found


def _blob(rng: np.random.Generator, at: Sequence[float], radii: Sequence[float], value: float, name: str,
          power: float = 2.0) -> Blob:  # fmt: skip
    return Blob(
        centre=np.array(at) + rng.uniform(-3.0, 3.0, 3) * (name != "SpinalCord"),
        radii=np.array(radii) * rng.uniform(0.9, 1.1, 3),
        power=power,
        value=value,
        name=name,
    )


def _chest(rng: np.random.Generator) -> list[Blob]:
    return [
        _blob(rng, (62, -6, 30), (46, 62, 115), -790.0, "Lung_L", 2.5),
        _blob(rng, (-62, -6, 30), (46, 62, 115), -800.0, "Lung_R", 2.5),
        _blob(rng, (14, -26, -25), (44, 36, 42), 48.0, "Heart", 2.2),
        _blob(rng, (22, -24, -28), (18, 18, 22), 110.0, "Heart"),
        _blob(rng, (-45, -8, -125), (66, 66, 52), 66.0, "Liver", 2.2),
        _blob(rng, (62, 6, -128), (44, 50, 46), 38.0, "Stomach", 2.2),
        _blob(rng, (18, 36, 0), (11, 11, 250), 95.0, "", 2.0),
        _blob(rng, (0, 20, 90), (8, 8, 70), -900.0, "", 2.0),
    ]


def _belly(rng: np.random.Generator) -> list[Blob]:
    return [
        _blob(rng, (0, -14, 0), (96, 58, 160), -75.0, "", 2.4),
        _blob(rng, (-46, -14, 62), (52, 46, 56), 68.0, "Liver", 2.3),
        _blob(rng, (-30, -34, 40), (12, 12, 20), 4.0, "", 2.0),
        _blob(rng, (66, 8, 62), (28, 30, 38), 58.0, "Spleen", 2.2),
        _blob(rng, (58, 34, -10), (23, 21, 44), 40.0, "Kidney_L", 2.1),
        _blob(rng, (-58, 34, -14), (23, 21, 44), 40.0, "Kidney_R", 2.1),
        _blob(rng, (10, -16, -62), (70, 40, 58), 24.0, "Bowel", 2.6),
        _blob(rng, (30, -30, -50), (20, 14, 20), -500.0, "Bowel", 2.0),
        _blob(rng, (12, 34, 0), (10, 10, 250), 90.0, "", 2.0),
    ]


def _tube_share(tube: Tube, points: FloatArray) -> FloatArray:
    """Inside a tube that runs along z and waves in x and y."""
    at, (swing, phase), radius, _ = tube
    x = at[0] + swing[0] * np.sin(points[:, 2] / 34.0 + phase[0])
    y = at[1] + swing[1] * np.sin(points[:, 2] / 27.0 + phase[1])
    away = np.sqrt((points[:, 0] - x) ** 2 + (points[:, 1] - y) ** 2)
    return np.asarray(0.5 + 0.5 * np.tanh((radius - away) / 1.0))


def _lacking(anatomy: Anatomy, name: str) -> Anatomy:
    """The anatomy after an organ was taken out: what lies behind closes in, as fat or fluid."""
    blobs = tuple(
        blob if blob.name != name else Blob(
            centre=blob.centre - 0.25 * blob.radii * [0.0, 0.0, 1.0], radii=0.6 * blob.radii, power=blob.power,
            value=8.0 if name.startswith("Lung") else -85.0, name=name,
        )
        for blob in anatomy.blobs
    )  # fmt: skip
    return Anatomy(blobs=blobs, tubes=tuple(t for t in anatomy.tubes if t[0] != name), waves=anatomy.waves)
