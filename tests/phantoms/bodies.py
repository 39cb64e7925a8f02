"""Bodies: a seed and the frame of an image come in; a CT of a body with its own spine, ribs and organs, in that frame, goes out.

Built for rigid registration: the field of view, the pose in the frame, the arms and the couch differ between two images of one
body, and the transform between the frames is known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from graybook.geometry import Grid
from graybook.geometry.transform import Affine
from graybook.registration.volume import Volume

__all__ = ["Scene", "ct_of", "pose"]

F4 = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """How one image of a body is taken.

    Parameters
    ----------
    to_body
        From the image's frame to the body's (xyz, mm, LPS; the chest's middle at 0).
    low_mm, high_mm
        Heights of the body between which the image lies, about.
    arms_up
        Arms beside the head instead of beside the trunk.
    couch_mm
        How far behind the origin of the body the couch lies; it belongs to the image, not to the body.
    """

    to_body: Affine
    low_mm: float
    high_mm: float
    arms_up: bool = False
    couch_mm: float = 125.0


def pose(frame: str, *, turn_deg: tuple[float, float, float], shift_mm: tuple[float, float, float]) -> Affine:
    """From a frame to the body's: a turn (rotation vector) and a shift."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(np.radians(turn_deg)).as_matrix()
    matrix[:3, 3] = shift_mm
    return Affine(from_frame=frame, to_frame="body", matrix=matrix)


def ct_of(seed: int, scene: Scene, *, spacing_mm: tuple[float, float, float] = (3.0, 3.0, 3.0)) -> Volume:
    """The CT of body number ``seed``; noise differs from scene to scene."""
    grid = _grid(scene, spacing_mm)
    body = scene.to_body.apply(grid.centres(), frame=grid.frame).astype(np.float32)
    x, y, z = (body[:, k].reshape(grid.shape) for k in range(3))
    hu = _trunk(x, y, z, np.random.default_rng(seed))
    _arms(hu, x, y, z, up=scene.arms_up)
    _couch(hu, grid, scene)
    noise = np.random.default_rng([seed, int(abs(scene.low_mm) * 7), int(scene.arms_up)])
    hu += noise.normal(0.0, 15.0, hu.shape).astype(np.float32)
    return Volume(grid=grid, values=hu, modality="CT")


def _grid(scene: Scene, spacing_mm: tuple[float, float, float]) -> Grid:
    back = scene.to_body.inverse()
    middle = back.apply(np.array([[0.0, 0.0, (scene.low_mm + scene.high_mm) / 2]]), frame="body")[0]
    extent = np.array([480.0, 330.0, scene.high_mm - scene.low_mm])
    shape = np.round(extent / spacing_mm).astype(int)
    return Grid(
        frame=back.to_frame,
        shape=(int(shape[2]), int(shape[1]), int(shape[0])),
        origin_mm=np.round(middle) - (shape - 1) * np.array(spacing_mm) / 2,
        spacing_mm=np.array(spacing_mm),
        axes=np.eye(3),
    )


def _painted(hu: F4, value: float | F4, level: F4) -> None:
    """Value inside the level (mm, negative inside), over an edge of 3 mm."""
    cover = np.clip(0.5 - level / np.float32(3.0), 0.0, 1.0)
    hu += (value - hu) * cover


def _ellipse(x: F4, y: F4, half_x: F4 | float, half_y: F4 | float) -> F4:
    return (np.sqrt((x / half_x) ** 2 + (y / half_y) ** 2) - 1) * np.float32(np.min(half_y))


def _solid(x: F4, y: F4, z: F4, centre: tuple[float, ...], half: tuple[float, ...]) -> F4:
    far = (
        ((x - centre[0]) / half[0]) ** 2 + ((y - centre[1]) / half[1]) ** 2 + ((z - centre[2]) / half[2]) ** 2
    )
    return (np.sqrt(far) - 1) * np.float32(min(half))


def _along(z: F4, heights: list[float], values: list[float]) -> F4:
    return np.interp(z, heights, values).astype(np.float32)


def _trunk(x: F4, y: F4, z: F4, draw: np.random.Generator) -> F4:
    """Head to thigh, with what a seed makes different: size, spine, ribs, organs."""
    size = float(draw.uniform(0.9, 1.15))
    heights = [-420.0, -300.0, -150.0, 0.0, 120.0, 170.0, 200.0, 260.0, 330.0]
    wide = _along(
        z, heights, [170 * size, 175 * size, 145 * size, 165 * size, 190 * size, 110.0, 62.0, 75.0, 60.0]
    )
    deep = _along(
        z, heights, [95 * size, 105 * size, 100 * size, 110 * size, 95 * size, 75.0, 60.0, 95.0, 70.0]
    )
    hu = np.full(x.shape, -1000.0, dtype=np.float32)
    _painted(hu, -100.0, _ellipse(x, y, wide, deep))
    _painted(hu, 45.0, _ellipse(x, y, wide - 15 * size, deep - 15 * size))
    for side in (-1.0, 1.0):
        lung = _solid(x, y, z, (side * 80 * size, -5.0, 25.0), (58 * size, 75 * size, 105.0))
        _painted(hu, -780.0, lung)
        _painted(hu, 450.0, _solid(x, y, z, (side * 95 * size, 10.0, -270.0), (60.0, 18.0, 55.0)))
        _painted(hu, 380.0, _solid(x, y, z, (side * 100 * size, 0.0, -345.0), (24.0, 24.0, 24.0)))
    _ribs(hu, x, y, z, draw, size)
    _painted(hu, 60.0, _solid(x, y, z, (20.0, -30.0, -10.0), (48.0, 42.0, 50.0)))
    _painted(hu, 70.0, _solid(x, y, z, (-60.0, -15.0, -120.0), (75.0, 70.0, 55.0)))
    _painted(hu, 700.0, np.abs(_solid(x, y, z, (0.0, -5.0, 290.0), (68.0, 85.0, 75.0))) - 4)
    for _ in range(40):
        centre = (draw.uniform(-110, 110), draw.uniform(-70, 55), draw.uniform(-380, 170))
        half = tuple(draw.uniform(6, 20, 3))
        _painted(hu, float(draw.uniform(-90, 180)), _solid(x, y, z, centre, half))
    _spine(hu, x, y, z, draw)
    return hu


def _ribs(hu: F4, x: F4, y: F4, z: F4, draw: np.random.Generator, size: float) -> None:
    slope = float(draw.uniform(0.3, 0.5))
    shell = np.abs(_ellipse(x, y, 138 * size, 88 * size)) - 4
    for at in np.linspace(-75, 120, 8) + draw.uniform(-5, 5, 8):
        rib = np.abs(z - np.float32(at) + slope * (y - 60)) - 4.5
        _painted(hu, 500.0, np.maximum(np.maximum(shell, rib), 20 - np.abs(x)))


def _spine(hu: F4, x: F4, y: F4, z: F4, draw: np.random.Generator) -> None:
    """Vertebrae whose heights grow downwards, each its own, along a bent line, with a canal."""
    bend, sway = draw.uniform(0.0003, 0.0006), draw.uniform(-6, 6)
    back = 58 + np.float32(bend) * z * z * np.float32(0.5)
    aside = np.float32(sway) * np.sin(z / np.float32(110.0))
    bottom = -330.0
    while bottom < 210.0:
        share = (bottom + 330) / 540
        height = float(36 - 20 * share + draw.uniform(-1.5, 1.5))
        radius = float(26 - 12 * share)
        slab = np.abs(z - (bottom + height / 2)) - (height / 2 - 3)
        body = np.maximum(_ellipse(x - aside, y - back, radius, 0.75 * radius), slab)
        _painted(hu, float(draw.uniform(250, 420)), body)
        process = np.maximum(_ellipse(x - aside, y - back - 1.5 * radius, 4.0, 13.0), slab + 5)
        _painted(hu, 500.0, process)
        bottom += height
    _painted(hu, 30.0, _ellipse(x - aside, y - back - 24, 10.0, 8.0))


def _arms(hu: F4, x: F4, y: F4, z: F4, *, up: bool) -> None:
    for side in (-1.0, 1.0):
        if up:
            across, along = x - side * (100 + np.float32(0.25) * (z - 170)), 120.0 - z
        else:
            across, along = x - side * np.float32(212.0), z - 130.0
        arm = np.maximum(_ellipse(across, y - 15, 33.0, 33.0), along)
        _painted(hu, 40.0, arm)
        _painted(hu, 600.0, np.maximum(_ellipse(across, y - 15, 10.0, 10.0), along))


def _couch(hu: F4, grid: Grid, scene: Scene) -> None:
    """A plate of the image, flat in its own frame, behind everything."""
    back = scene.to_body.inverse()
    height = back.apply(np.array([[0.0, scene.couch_mm, (scene.low_mm + scene.high_mm) / 2]]), frame="body")[
        0, 1
    ]
    y = grid.origin_mm[1] + grid.spacing_mm[1] * np.arange(grid.shape[1])
    skin = (np.abs(y - height) < 2.5) | (np.abs(y - height - 40) < 2.5)
    inside = (y > height) & (y < height + 40)
    air = hu < -600
    for rows, value in ((inside, -930.0), (skin, 80.0)):
        part = hu[:, rows]
        part[air[:, rows]] = value
        hu[:, rows] = part
