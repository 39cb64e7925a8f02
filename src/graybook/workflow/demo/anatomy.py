"""Synthetic anatomy: points of a trunk come in, closed-form levels (negative inside) and Hounsfield units go out.

Coordinates are those of the reference frame (2026): xyz in mm, LPS, origin in the middle of the thorax. A level is about
the distance to the surface in mm near it, exactly zero on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graybook.geometry.arrays import FloatArray

__all__ = ["ORGANS", "Level", "Organ", "ball", "ellipsoid", "hounsfield_units", "solid"]

Level = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
"""x, y, z in mm → level in mm, negative inside."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Organ:
    """A solid with a closed form.

    Parameters
    ----------
    level
        Its closed form.
    middle
        Gives x, y of a point inside at the height z, from which the whole section can be seen.
    low_mm, high_mm
        Heights between which it is delineated.
    """

    level: Level
    middle: Callable[[float], tuple[float, float]]
    low_mm: float
    high_mm: float


def ellipsoid(
    centre: tuple[float, float, float], semi: tuple[float, float, float], power: float = 2.0
) -> Level:
    """A superellipsoid about ``centre`` with semi-axes ``semi``. [mm]"""
    (cx, cy, cz), (ax, ay, az) = centre, semi

    def level(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
        if power == 2.0:
            radius = np.sqrt(((x - cx) / ax) ** 2 + ((y - cy) / ay) ** 2 + ((z - cz) / az) ** 2)
        else:
            total = np.abs((x - cx) / ax) ** power
            total = total + np.abs((y - cy) / ay) ** power + np.abs((z - cz) / az) ** power
            radius = total ** (1 / power)
        out: FloatArray = (radius - 1.0) * min(semi)
        return out

    return level


def solid(centre: tuple[float, float, float], semi: tuple[float, float, float], power: float = 2.0) -> Organ:
    """A superellipsoid delineated from pole to pole. [mm]"""
    return Organ(
        level=ellipsoid(centre, semi, power),
        middle=lambda z: (centre[0], centre[1]),
        low_mm=centre[2] - semi[2],
        high_mm=centre[2] + semi[2],
    )


def ball(centre: tuple[float, float, float], radius: float) -> Level:
    """A ball. [mm]"""
    return ellipsoid(centre, (radius, radius, radius))


LUMBAR_MM = -140.0
"""Below this height the spine comes forward again."""


def _spine_shift(z: FloatArray) -> FloatArray:
    """How far the spine, and what lies before it, bends back at height z: a thoracic kyphosis, a lumbar lordosis. [mm]"""
    thoracic = np.maximum(z, LUMBAR_MM)
    below = np.maximum(LUMBAR_MM - z, 0.0)
    out: FloatArray = 0.0005 * thoracic * thoracic - 0.001 * LUMBAR_MM * below - 0.004 * below * below
    return out


def _tube(x0: float, y0: float, semi_x: float, semi_y: float, sway_mm: float = 0.0) -> Level:
    """An elliptic tube along the spine. [mm]"""

    def level(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
        across = (x - x0 - sway_mm * np.sin(z / 60.0)) / semi_x
        deep = (y - y0 - _spine_shift(z)) / semi_y
        out: FloatArray = (np.sqrt(across**2 + deep**2) - 1.0) * min(semi_x, semi_y)
        return out

    return level


def _tube_middle(x0: float, y0: float, sway_mm: float = 0.0) -> Callable[[float], tuple[float, float]]:
    return lambda z: (x0 + sway_mm * float(np.sin(z / 60.0)), y0 + 0.0005 * z * z)


def _body(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    shoulder = 1.0 / (1.0 + np.exp(-(z - 95.0) / 14.0))
    half_width, half_depth = 176.0 + 12.0 * shoulder, 118.0 - 8.0 * shoulder
    radius = (np.abs(x / half_width) ** 2.4 + np.abs(y / half_depth) ** 2.4) ** (1 / 2.4)
    out: FloatArray = (radius - 1.0) * 118.0
    return out


_heart = ellipsoid((22.0, -38.0, -48.0), (52.0, 42.0, 50.0))
_aorta = _tube(29.0, 46.0, 12.0, 12.0)
_oesophagus = _tube(7.0, 27.0, 8.0, 6.5, sway_mm=4.0)
_trachea = _tube(0.0, 8.0, 8.5, 8.0)
_cord = _tube(0.0, 78.0, 6.0, 4.5)
_canal = _tube(0.0, 78.0, 10.0, 8.5)
_vertebra = _tube(0.0, 54.0, 19.0, 15.0)
_spinous = _tube(0.0, 98.0, 4.0, 9.0)
_sternum = ellipsoid((0.0, -99.0, 20.0), (17.0, 6.0, 90.0), 4.0)
_kidneys = {
    "Kidney_R": ((-62.0, 44.0, -146.0), (27.0, 25.0, 42.0)),
    "Kidney_L": ((60.0, 46.0, -145.0), (28.0, 25.0, 43.0)),
}
"""Centre and semi-axes: 119 and 126 cm³. [mm]"""


def _lung(sign: float) -> Level:
    whole = ellipsoid((sign * 84.0, 0.0, -8.0), (64.0, 84.0, 116.0), 2.5)

    def level(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
        medial = 21.0 - sign * x + 0.0 * z
        diaphragm = -88.0 - 0.25 * y - z
        heart = -_heart(x, y, z) + 2.0
        out: FloatArray = np.maximum(np.maximum(whole(x, y, z), medial), np.maximum(diaphragm, heart))
        if sign > 0:
            out = np.maximum(out, 1.5 - _aorta(x, y, z))
        return out

    return level


def _lung_middle(sign: float) -> Callable[[float], tuple[float, float]]:
    return lambda z: (sign * 90.0, max(4.0, -2.2 * (z + 74.0)))


ORGANS: dict[str, Organ] = {
    "External": Organ(level=_body, middle=lambda z: (0.0, 0.0), low_mm=-200.0, high_mm=200.0),
    "Lung_R": Organ(level=_lung(-1.0), middle=_lung_middle(-1.0), low_mm=-115.0, high_mm=110.0),
    "Lung_L": Organ(level=_lung(1.0), middle=_lung_middle(1.0), low_mm=-115.0, high_mm=110.0),
    "Heart": Organ(level=_heart, middle=lambda z: (22.0, -38.0), low_mm=-98.0, high_mm=2.0),
    "A_Aorta": Organ(level=_aorta, middle=_tube_middle(29.0, 46.0), low_mm=-96.0, high_mm=60.0),
    "Esophagus": Organ(level=_oesophagus, middle=_tube_middle(7.0, 27.0, 4.0), low_mm=-102.0, high_mm=111.0),
    "SpinalCord": Organ(level=_cord, middle=_tube_middle(0.0, 78.0), low_mm=-111.0, high_mm=111.0),
    **{name: solid(centre, semi) for name, (centre, semi) in _kidneys.items()},
}
"""By TG-263 name."""


def _paint(hu: FloatArray, value: FloatArray | float, level: FloatArray, edge_mm: float = 1.6) -> FloatArray:
    """``hu`` with ``value`` inside ``level``, over an edge of partial volume."""
    cover = np.clip(0.5 - level / edge_mm, 0.0, 1.0)
    out: FloatArray = hu + (value - hu) * cover
    return out


def _noise(shape: tuple[int, ...], seed: int) -> FloatArray:
    """Grain between -0.5 and 0.5 from a hash of the voxel's index: the same on every machine."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint32) + np.uint32(seed * 2654435761 % 2**32)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        index = (index ^ (index >> np.uint32(shift))) * np.uint32(factor)
    index ^= index >> np.uint32(16)
    return (index.astype(np.float32) / np.float32(2**32) - np.float32(0.5)).reshape(shape)


def _bones(hu: FloatArray, x: FloatArray, y: FloatArray, z: FloatArray, body: FloatArray) -> FloatArray:
    """Ribs, sternum, vertebrae with discs, the arch around the canal."""
    shell = np.abs(body + 19.0) - 3.5
    ribs = (0.45 - np.cos(2 * np.pi * (z + 0.45 * y) / 27.0)) * 5.0
    away = np.maximum(14.0 - np.abs(x), 0.0)
    hu = _paint(hu, 420.0, np.maximum(np.maximum(shell, ribs), away))
    hu = _paint(hu, 330.0, _sternum(x, y, z))
    vertebra = _vertebra(x, y, z)
    marrow = np.where(np.cos(2 * np.pi * z / 27.0) > 0.8, 90.0, 210.0)
    hu = _paint(hu, 480.0, np.minimum(vertebra, np.minimum(_canal(x, y, z) - 4.5, _spinous(x, y, z))))
    hu = _paint(hu, marrow, vertebra + 2.5)
    return _paint(_paint(hu, 12.0, _canal(x, y, z)), 42.0, _cord(x, y, z))


LOINS_MM = -80.0
"""Kidneys and the fat about them lie below this height."""


def _loins(hu: FloatArray, x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    """Kidneys in their fat, where there is no lung."""
    lungs = np.minimum(ORGANS["Lung_R"].level(x, y, z), ORGANS["Lung_L"].level(x, y, z))
    for name in _kidneys:
        kidney = ORGANS[name].level(x, y, z)
        hu = _paint(hu, -85.0, np.maximum(kidney - 8.0, 2.0 - lungs), 6.0)
        hu = _paint(hu, 34.0, kidney)
    return hu


def hounsfield_units(
    x: FloatArray, y: FloatArray, z: FloatArray, *, masses: tuple[Level, ...] = (), seed: int = 0
) -> FloatArray:
    """The CT of the trunk at points of the reference frame, with tumours where ``masses`` are. [HU]"""
    body = _body(x, y, z)
    hu = _paint(np.full(np.broadcast(x, y, z).shape, -1000.0, dtype=np.float32), 28.0, body)
    hu = _paint(hu, -95.0, np.maximum(body, -(body + 11.0)))
    vessels = np.sin(x / 5.3 + 1.1) * np.sin(y / 6.1 + z / 9.0) * np.sin(z / 7.7 - x / 11.0)
    for side in ("Lung_R", "Lung_L"):
        hu = _paint(hu, -800.0 + 420.0 * np.maximum(vessels - 0.45, 0.0), ORGANS[side].level(x, y, z))
    mediastinum = np.sin(x / 9.0) * np.sin(y / 8.0 + z / 21.0)
    hu = _paint(hu, -30.0 + 50.0 * mediastinum, np.maximum(np.abs(x) - 20.0, np.abs(y + 20.0) - 55.0), 8.0)
    for organ, value in ((_heart, 46.0), (_aorta, 52.0), (_oesophagus, 34.0)):
        hu = _paint(hu, value, organ(x, y, z))
    hu = _paint(hu, -985.0, np.maximum(_trachea(x, y, z), 20.0 - z))
    if np.min(z) < LOINS_MM:
        hu = _loins(hu, x, y, z)
    hu = _bones(hu, x, y, z, body)
    for mass in masses:
        hu = _paint(hu, 44.0, mass(x, y, z), 3.0)
    inside = np.clip(0.5 - body, 0.0, 1.0)
    out: FloatArray = hu + _noise(hu.shape, seed) * (8.0 + 26.0 * inside)
    return out
