"""Painting: bodies of a closed form come in, in the order they cover each other; values and owners at any points go out.

An image is never resampled from another: both images of a pair ask the same bodies, each at its own points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from numba import njit, prange, types

from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import FLOAT, kernel, read, written

__all__ = ["AIR_HU", "Body", "Scene", "capsule", "ellipsoid", "pillar"]

AIR_HU = -1000.0
ELLIPSOID, PILLAR, CAPSULE = 0, 1, 2
CELL_MM = 12.0
"""Edge of the cells in which bodies are looked up. [mm]"""


@dataclass(frozen=True, kw_only=True)
class Body:
    """One body: kind, centre, half axes in its own directions, value, owner and strength of its texture."""

    kind: int
    centre_mm: tuple[float, float, float]
    radii_mm: tuple[float, float, float]
    value: float
    label: str
    texture: float = 0.0
    axes: tuple[tuple[float, float, float], ...] = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    """Rows are the body's own directions."""

    @property
    def reach_mm(self) -> FloatArray:
        """Half the box around it, along x, y, z. [mm]"""
        if self.kind == CAPSULE:
            along = np.abs(np.array(self.axes[2])) * self.radii_mm[2]
            return np.asarray(along + self.radii_mm[0])
        return np.abs(np.array(self.axes)).T @ np.array(self.radii_mm)


def ellipsoid(
    centre: Sequence[float], radii: Sequence[float], value: float, label: str, texture: float = 0.0
) -> Body:
    """An ellipsoid with its axes along x, y, z."""
    return Body(
        kind=ELLIPSOID,
        centre_mm=tuple(centre),
        radii_mm=tuple(radii),
        value=value,
        label=label,
        texture=texture,
    )


def pillar(
    centre: Sequence[float], radii: Sequence[float], value: float, label: str, texture: float = 0.0
) -> Body:
    """An elliptic cylinder downwards (-z) from its centre, without end, with half an ellipsoid on top."""
    return replace(ellipsoid(centre, radii, value, label, texture), kind=PILLAR)


def capsule(start: Sequence[float], end: Sequence[float], radius: float, value: float, label: str) -> Body:
    """A round rod with round ends."""
    a, b = np.array(start, dtype=float), np.array(end, dtype=float)
    length = float(np.sqrt(np.sum((b - a) ** 2)))
    along = (b - a) / max(length, 1e-9)
    other = np.eye(3)[int(np.argmin(np.abs(along)))]
    u = np.cross(along, other)
    u = u / np.sqrt(np.sum(u**2))
    axes = np.stack([u, np.cross(along, u), along])
    return Body(
        kind=CAPSULE,
        centre_mm=tuple((0.5 * (a + b)).tolist()),
        radii_mm=(radius, radius, 0.5 * length),
        value=value,
        label=label,
        axes=tuple(tuple(row) for row in axes.tolist()),
    )


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Bodies in the order they cover each other, over a background.

    Parameters
    ----------
    bodies
        Later ones cover earlier ones.
    background
        Value where no body is.
    edge_mm
        Width of the ramp at a body's surface, as a scanner would blur it. [mm]
    texture
        All textures times this.
    """

    bodies: tuple[Body, ...]
    background: float = AIR_HU
    edge_mm: float = 2.0
    texture: float = 10.0
    labels: tuple[str, ...] = field(init=False)
    """Names of owners; the number of one in the map of owners is its place here, plus one."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", tuple(dict.fromkeys(body.label for body in self.bodies)))

    def painted(
        self, points_mm: FloatArray, *, values: Sequence[float] | None = None, background: float | None = None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
        """Values and owners (0: none) at points (n, 3); other ``values`` by body show the same bodies in another contrast."""
        bodies = self.bodies
        box = np.array([body.reach_mm for body in bodies]) + self.edge_mm
        centres = np.array([body.centre_mm for body in bodies], dtype=np.float64)
        low = np.asarray(points_mm.min(axis=0))
        high = np.asarray(points_mm.max(axis=0))
        shape = np.maximum(np.ceil((high - low) / CELL_MM), 1.0).astype(np.int64)
        first, items = _cells(centres - box, centres + box, low, shape, [b.kind for b in bodies])
        number = {label: k + 1 for k, label in enumerate(self.labels)}
        given = values if values is not None else [body.value for body in bodies]
        out = np.empty(len(points_mm), dtype=np.float32)
        owner = np.empty(len(points_mm), dtype=np.uint8)
        _paint(
            np.ascontiguousarray(points_mm, dtype=np.float64),
            np.array([body.kind for body in bodies], dtype=np.int64),
            centres,
            np.array([body.radii_mm for body in bodies], dtype=np.float64),
            np.array([body.axes for body in bodies], dtype=np.float64),
            np.array(
                [[v, self.texture * b.texture] for v, b in zip(given, bodies, strict=True)], dtype=np.float64
            ),
            np.array([number[body.label] for body in bodies], dtype=np.int64),
            first,
            items,
            low,
            shape,
            self.background if background is None else background,
            self.edge_mm,
            out,
            owner,
        )
        return out, owner


def _cells(
    low: FloatArray, high: FloatArray, origin: FloatArray, shape: npt.NDArray[np.int64], kinds: list[int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The bodies that reach into each cell, in their order: where each cell's begin, and all of them."""
    inside: list[list[int]] = [[] for _ in range(int(np.prod(shape)))]
    for k in range(len(low)):
        a = np.clip(np.floor((low[k] - origin) / CELL_MM).astype(int), 0, None)
        b = np.minimum(np.floor((high[k] - origin) / CELL_MM).astype(int), shape - 1)
        if kinds[k] == PILLAR:
            a[2] = 0
        for z in range(a[2], b[2] + 1):
            for y in range(a[1], b[1] + 1):
                row = (z * shape[1] + y) * shape[0]
                for x in range(a[0], b[0] + 1):
                    inside[row + x].append(k)
    first = np.cumsum([0, *map(len, inside)]).astype(np.int64)
    items = np.array([k for cell in inside for k in cell] or [0], dtype=np.int64)
    return first, items


@njit(cache=False, inline="never")
def _depth(kind, x, y, z, radii):  # type: ignore[no-untyped-def]
    """Signed distance to a body's surface, about, negative inside; x, y, z in its own directions."""
    if kind == 2:
        t = min(max(z, -radii[2]), radii[2])
        return np.sqrt(x * x + y * y + (z - t) * (z - t)) - radii[0]
    w = 0.0 if kind == 1 and z < 0.0 else z
    p, q, r = x / radii[0], y / radii[1], w / radii[2]
    one = np.sqrt(p * p + q * q + r * r)
    p, q, r = p / radii[0], q / radii[1], r / radii[2]
    two = np.sqrt(p * p + q * q + r * r)
    if two < 1e-9:
        return -min(radii[0], radii[1])
    return one * (one - 1.0) / two


@njit(cache=False, inline="never")
def _texture(x, y, z):  # type: ignore[no-untyped-def]
    """A fixed pattern of tissue, from -1 to 1, with waves of 14 to 60 mm."""
    a = np.sin(0.21 * x + 0.11 * y + 0.4) * np.sin(0.17 * y - 0.09 * z + 1.3)
    b = np.sin(0.31 * z + 0.13 * x + 2.1) * np.sin(0.29 * y + 0.07 * x + 0.2)
    c = np.sin(0.43 * x - 0.19 * z + 0.9) * np.sin(0.37 * y + 0.27 * z + 2.7)
    return (a + b + c) / 3.0


@kernel(
    read(2), read(1, types.int64), read(2), read(2), read(3), read(2), read(1, types.int64), read(1, types.int64),
    read(1, types.int64), read(1), read(1, types.int64), FLOAT, FLOAT, written(1, types.float32),
    written(1, types.uint8), parallel=True,
)  # fmt: skip
def _paint(  # type: ignore[no-untyped-def]
    points,
    kinds,
    centres,
    radii,
    axes,
    values,
    numbers,
    first,
    items,
    origin,
    shape,
    background,
    edge,
    out,
    owner,
):
    """Every point asks the bodies of its cell, one covering the other."""
    for i in prange(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        a = min(int((x - origin[0]) / CELL_MM), shape[0] - 1)
        b = min(int((y - origin[1]) / CELL_MM), shape[1] - 1)
        c = min(int((z - origin[2]) / CELL_MM), shape[2] - 1)
        cell = (c * shape[1] + b) * shape[0] + a
        value, label, pattern = background, 0, _texture(x, y, z)
        for at in range(first[cell], first[cell + 1]):
            k = items[at]
            dx, dy, dz = x - centres[k, 0], y - centres[k, 1], z - centres[k, 2]
            m = axes[k]
            depth = _depth(
                kinds[k],
                m[0, 0] * dx + m[0, 1] * dy + m[0, 2] * dz,
                m[1, 0] * dx + m[1, 1] * dy + m[1, 2] * dz,
                m[2, 0] * dx + m[2, 1] * dy + m[2, 2] * dz,
                radii[k],
            )
            share = min(max(0.5 - depth / edge, 0.0), 1.0)
            value = value + share * (values[k, 0] + values[k, 1] * pattern - value)
            if share >= 0.5:
                label = numbers[k]
        out[i] = value
        owner[i] = label
