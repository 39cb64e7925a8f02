"""Deformable: two images and a first alignment come in; a field of displacements that makes them alike goes out.

A free-form deformation: cubic B-splines on control points (Rueckert 1999, doi 10.1109/42.796284), coarse to fine, the
local correlation of the two images as its aim and bending as its price, lowered by a limited-memory BFGS whose unknowns
are scaled by the curvature expected at each control point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt

from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.displacement import Displacement
from graybook.geometry.transform import Affine, Transform
from graybook.progress import Progress, silent
from graybook.registration._kernels.folding import smallest_ratio
from graybook.registration._kernels.warping import forces, supported, warped
from graybook.registration.bending import bending, bending_diagonal
from graybook.registration.descent import lowest
from graybook.registration.guidance import Guide, border_distance
from graybook.registration.likeness import FLOOR, LocalCorrelation, intensities
from graybook.registration.pyramid import coarser
from graybook.registration.registered import Registered
from graybook.registration.spline_field import SplineField
from graybook.registration.volume import Volume

__all__ = ["LEVELS", "Level", "deformable"]

Voxels = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Level:
    """One step from coarse to fine.

    Parameters
    ----------
    voxel_mm
        Least size of the voxels compared. [mm]
    control_mm
        Distance of control points, about. [mm]
    radius
        Of the windows, in voxels.
    iterations
        Most steps of the descent.
    bending
        Price of bending. [mm²]
    """

    voxel_mm: float
    control_mm: float
    radius: int
    iterations: int
    bending: float


LEVELS = (
    Level(voxel_mm=8.0, control_mm=48.0, radius=2, iterations=40, bending=60.0),
    Level(voxel_mm=5.0, control_mm=30.0, radius=2, iterations=40, bending=60.0),
    Level(voxel_mm=3.0, control_mm=18.0, radius=2, iterations=40, bending=60.0),
    Level(voxel_mm=1.5, control_mm=12.0, radius=2, iterations=40, bending=60.0),
)
"""Own choice, made on phantoms of known deformation; see the decision on the engine."""

TOLERANCE = 1e-7
"""The descent of a level ends when steps lower its energy by less."""

LEAST_RATIO = 0.05
"""A level in which any volume shrinks below this share is done again, stiffer: nothing folds."""

GUIDE_WEIGHT = 4.0
"""Price of a guide's borders lying apart, against that of unlike images: 2 mm cost as much as 4 % of the likeness. Own choice."""

STIFFER, STIFFENINGS = 4.0, 5

MOST_VOXELS = 4_000_000
"""Finest grid compared: a larger one is compared at larger voxels."""


def deformable(
    fixed: Volume,
    moving: Volume,
    *,
    start: Transform,
    guidance: Sequence[Guide] = (),
    levels: Sequence[Level] = LEVELS,
    progress: Progress = silent,
) -> Registered:
    """The deformation that carries points of the fixed image to the same anatomy in the moving one.

    Parameters
    ----------
    fixed, moving
        The two images; their masks say what counts.
    start
        A first alignment, affine, from the fixed to the moving frame.
    guidance
        Structures delineated in both images, whose borders are drawn to each other.
    levels
        From coarse to fine.
    progress
        Told of every step; a stop is honoured.

    The result is a :class:`~graybook.geometry.displacement.Displacement` over the fixed image, on the finest grid compared.
    """
    if not isinstance(start, Affine):
        raise UsageError(
            "A deformation starts from a rigid or affine alignment.",
            value=type(start).__name__,
            remedy="Register rigidly first.",
        )
    signed = fixed.modality == moving.modality
    before: tuple[Volume, Voxels] | None = None
    value = 1.0
    levels = _within_reach(fixed, levels)
    work = np.cumsum([_cost(fixed, level) for level in levels])
    done = [0.0, *(work / work[-1])]
    for number, level in enumerate(levels):
        told = _Told(progress=progress, first=done[number], last=done[number + 1], steps=level.iterations)
        one = _OneLevel(
            coarser(fixed, level.voxel_mm), coarser(moving, 0.8 * level.voxel_mm), start, level, signed
        )
        one.guides = [
            (
                border_distance(guide.fixed, fixed.grid, level.voxel_mm),
                border_distance(guide.moving, moving.grid, 0.8 * level.voxel_mm),
            )
            for guide in guidance
        ]
        displacements, value = one.lowered(before, told)
        before = (one.fixed, displacements)
    assert before is not None  # noqa: S101  (there is at least one level)
    transform = Displacement(
        to_frame=moving.grid.frame,
        grid=before[0].grid,
        vectors_mm=before[1],
        before=start.matrix,
        after=np.eye(4),
    )
    settings = {
        f"level {number} {key}": value
        for number, level in enumerate(levels, start=1)
        for key, value in asdict(level).items()
    }
    return Registered(transform=transform, method="deformable", similarity=1.0 - value, settings=settings)


def _within_reach(fixed: Volume, levels: Sequence[Level]) -> tuple[Level, ...]:
    """The levels whose grid is no larger than :data:`MOST_VOXELS`; larger ones take larger voxels."""
    _, ny, nx = fixed.grid.shape
    extent = [
        float(fixed.grid.spacing_mm[0]) * nx,
        float(fixed.grid.spacing_mm[1]) * ny,
        float(fixed.grid.offsets_mm[-1]),
    ]
    out = []
    for level in levels:
        voxel = level.voxel_mm
        while (
            np.prod(
                [
                    max(e / max(voxel, float(s)), 1.0)
                    for e, s in zip(extent, fixed.grid.spacing_mm, strict=True)
                ]
            )
            > MOST_VOXELS
        ):
            voxel *= 1.05
        out.append(replace(level, voxel_mm=voxel))
    return tuple(out)


def _cost(fixed: Volume, level: Level) -> float:
    nz, ny, nx = fixed.grid.shape
    voxels = 1.0
    for count, own in zip((nx, ny, nz), fixed.grid.spacing_mm, strict=True):
        voxels *= count * min(1.0, float(own) / level.voxel_mm)
    return voxels * level.iterations


@dataclass
class _Told:
    progress: Progress
    first: float
    last: float
    steps: int
    taken: int = 0

    def __call__(self) -> None:
        self.taken = min(self.taken + 1, self.steps)
        share = self.taken / self.steps
        self.progress("deformable", self.first + share * (self.last - self.first))


class _OneLevel:
    """The images of one level and the energy between them."""

    def __init__(self, fixed: Volume, moving: Volume, start: Affine, level: Level, signed: bool) -> None:
        self.fixed, self.moving, self.level = fixed, moving, level
        self.field = SplineField(
            shape=fixed.grid.shape,
            steps=tuple(max(2, round(level.control_mm / float(s))) for s in fixed.grid.spacing_mm[::-1]),  # type: ignore[arg-type]
        )
        self.control_mm: tuple[float, float, float] = tuple(  # type: ignore[assignment]
            float(s) * step for s, step in zip(fixed.grid.spacing_mm[::-1], self.field.steps, strict=True)
        )
        steps = fixed.grid.axes * fixed.grid.spacing_mm
        linear = moving.grid.to_index @ start.matrix[:3, :3]
        self.matrix = np.ascontiguousarray(linear @ steps)
        self.offset = np.ascontiguousarray(
            linear @ fixed.grid.origin_mm
            + moving.grid.to_index @ (start.matrix[:3, 3] - moving.grid.origin_mm)
        )
        self.linear = np.ascontiguousarray(start.matrix[:3, :3])
        self.growth = abs(float(np.linalg.det(self.linear)))
        self.to_index = np.ascontiguousarray(moving.grid.to_index)
        self.fixed_values, self.moving_values = intensities(fixed), intensities(moving)
        self.values = np.empty(fixed.grid.shape, np.float32)
        self.slopes = np.empty(fixed.grid.shape, np.float32)
        self.gradients = np.empty((*fixed.grid.shape, 3), np.float32)
        self.signed = signed
        self.guides: list[tuple[Voxels, Voxels]] = []

    def lowered(self, before: tuple[Volume, Voxels] | None, told: _Told) -> tuple[Voxels, float]:
        """Displacements (nz, ny, nx, 3) after the descent, and the unlikeness left."""
        first = self._first(before)
        likeness = LocalCorrelation.of(
            self.fixed_values, self._support(first), radius=self.level.radius, signed=self.signed
        )
        price = self.level.bending
        for _ in range(STIFFENINGS):
            displacements, left = self._descended(first, likeness, price, told)
            if (
                smallest_ratio(displacements, self.linear, self.fixed.grid.to_index)
                > LEAST_RATIO * self.growth
            ):
                break
            price *= STIFFER
        return displacements, left

    def _descended(
        self, first: FloatArray, likeness: LocalCorrelation, price: float, told: _Told
    ) -> tuple[Voxels, float]:
        scale = self._scale(first, likeness, price)
        left = [0.0]

        def energy(unknowns: FloatArray) -> tuple[float, FloatArray]:
            told()
            coefficients = first + unknowns.reshape(first.shape) * scale
            rows = self.field.rows(coefficients)
            self._warp(rows)
            left[0] = likeness.unlikeness(self.values, self.slopes)
            pull = self.field.back(
                forces(self.slopes, self.gradients, self.field.taps[2], self.field.controls[2])
            )
            drawn, draw = self._drawn(rows)
            pull += draw
            bent, stiffness = bending(coefficients, self.control_mm)
            slopes = (pull + price * stiffness) * scale
            return left[0] + drawn + price * bent, slopes.ravel()

        found, _ = lowest(
            energy,
            np.zeros(first.size),
            iterations=self.level.iterations,
            tolerance=TOLERANCE,
            first_step=0.5 * self.level.voxel_mm / float(np.median(scale)),
        )
        coefficients = first + found.reshape(first.shape) * scale
        return self.field.displacements(coefficients), left[0]

    def _drawn(self, rows: FloatArray) -> tuple[float, FloatArray]:
        """What is left between the guides' borders: the mean square of their distances near them; and its slopes."""
        total, slopes = 0.0, np.zeros((*self.field.controls, 3))
        for fixed, moving in self.guides:
            self._pull(moving, rows, self.values)
            near = np.abs(fixed) < 1.0
            number = max(int(near.sum()), 1)
            apart = np.where(near, self.values - fixed, np.float32(0.0))
            total += GUIDE_WEIGHT * float(np.sum(apart * apart, dtype=np.float64)) / number
            force = forces(
                np.asarray(apart * np.float32(2.0 * GUIDE_WEIGHT / number)),
                self.gradients,
                self.field.taps[2],
                self.field.controls[2],
            )
            slopes += self.field.back(force)
        return total, slopes

    def _warp(self, rows: FloatArray) -> None:
        self._pull(self.moving_values, rows, self.values)

    def _pull(self, image: Voxels, rows: FloatArray, values: Voxels) -> None:
        taps = self.field.taps[2]
        warped(image, rows, taps, self.matrix, self.offset, self.to_index, values, self.gradients)

    def _first(self, before: tuple[Volume, Voxels] | None) -> FloatArray:
        if before is None:
            return np.zeros((*self.field.controls, 3))
        return self.field.fitted(_finer(before[1], self.field.shape))

    def _support(self, coefficients: FloatArray) -> BoolArray:
        """Voxels that count: of the fixed mask, inside the moving image and its mask."""
        inside = np.empty(self.fixed.grid.shape, np.bool_)
        rows = self.field.rows(coefficients)
        supported(
            self.moving.grid.shape, rows, self.field.taps[2], self.matrix, self.offset, self.to_index, inside
        )
        if self.fixed.mask is not None:
            inside &= self.fixed.mask
        if self.moving.mask is not None:
            seen = np.empty_like(self.values)
            self._pull(self.moving.mask.astype(np.float32), rows, seen)
            inside &= seen > 0.5
        return inside

    def _scale(self, coefficients: FloatArray, likeness: LocalCorrelation, price: float) -> FloatArray:
        """How far each coefficient is expected to move: one over the root of the energy's curvature by it (Gauss–Newton)."""
        self._warp(self.field.rows(coefficients))
        weight = likeness.weights / (likeness.variance + FLOOR**2) / likeness.total
        squares = np.sum(self.gradients**2, axis=3, keepdims=True) * np.ones(3, np.float32) / 3.0
        curvature = self.field.back_squared(
            forces(weight, np.ascontiguousarray(squares), self.field.taps[2] ** 2, self.field.controls[2])
        )
        stiffness = price * bending_diagonal(self.control_mm, int(np.prod(self.field.controls)))
        return np.asarray(1.0 / np.sqrt(curvature + stiffness))


def _finer(displacements: Voxels, shape: tuple[int, int, int]) -> Voxels:
    """Displacements on a grid of the same extent and more voxels, by linear interpolation along each axis."""
    values = displacements
    for axis, count in enumerate(shape):
        own = values.shape[axis]
        if own == count:
            continue
        at = np.arange(count) * ((own - 1) / max(count - 1, 1))
        piece = np.clip(at.astype(int), 0, max(own - 2, 0))
        share = (at - piece).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(4)])
        lower, upper = (
            np.take(values, piece, axis=axis),
            np.take(values, np.minimum(piece + 1, own - 1), axis=axis),
        )
        values = lower + share * (upper - lower)
    return values
