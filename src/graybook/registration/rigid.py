"""Rigid: two images come in; the turn and shift that carries points of the one to the other goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from graybook.errors import FrameMismatch, InputError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.transform import Affine
from graybook.progress import Progress, silent
from graybook.registration import rigid_descent as descent
from graybook.registration.registered import Registered
from graybook.registration.rigid_descent import Likeness, Sought
from graybook.registration.rigid_levels import (
    Level,
    Picture,
    Window,
    body_of,
    bones_of,
    even,
    pictures,
    spread_points,
)
from graybook.registration.rigid_search import STEP_MM, Candidate, apart, around, everywhere, scorer
from graybook.registration.volume import Volume

__all__ = ["SEED", "Pair", "descended", "orthonormal", "rigid"]

SEED = 20_260_101
"""Of the points at which images are compared: the same input gives the same transform."""

SEARCH_MM, BODY_MM = 8.0, 4.0
"""Voxels of the search, and of the maps of body and bone. [mm]"""

SEARCH_CELL_MM = 100.0
"""Sides of the cubes in which values are correlated in the search: several times its steps. [mm]"""

SEARCH_POINTS, COARSE_POINTS, POINTS = 2000, 6000, 16_000
"""Compared in the search, in the first descents, and per later level."""

FINE_POINTS = 48_000
"""Compared at the finest level."""

ALIKE = 0.8
"""Two bodies whose volumes differ by less than this share are of one size: which image is sampled hangs on its modality."""

BLUR = 0.75
"""Width of the blur before values are binned, in voxels: noise makes the information of a finer image rugged."""

BONE_SHARE = 0.5
"""Of the points lie in and next to bone when both images are CT."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """Two images to be registered, the smaller of which is sampled; ``swapped`` when that is the moving one."""

    sampled: Picture
    other: Picture
    density: FloatArray
    map_level: Level
    swapped: bool

    @property
    def linear(self) -> bool:
        """Whether values of the two are on one scale."""
        return self.sampled.is_ct and self.other.is_ct

    @property
    def window(self) -> Window | None:
        """Of the moving values when mutual information is asked for."""
        return None if self.linear else self.other.window

    def sought(
        self, spacing_mm: float, count: int, *, cell_mm: float = descent.CELL_MM
    ) -> tuple[Level, Sought]:
        """The other image at a level, and points of the sampled one with their values there."""
        points = spread_points(self.map_level, self.density, count, SEED + count)
        blur_mm = 0.0 if self.linear else BLUR * spacing_mm
        sampled = self.sampled.level(spacing_mm, blur_mm=blur_mm)
        level = self.other.level(spacing_mm, blur_mm=blur_mm)
        return level, Sought.of(sampled, points, self.sampled.window, cell_mm=cell_mm)

    def descended(self, level: Level, sought: Sought, matrix: FloatArray) -> FloatArray:
        """The best matrix near one."""
        if self.linear:
            return descent.by_correlation(level, sought, matrix)
        trial = len(sought.values) > COARSE_POINTS
        return descent.by_information(level, sought, matrix, self.other.window, trial=trial)

    def worth(self, level: Level, sought: Sought, matrix: FloatArray) -> float:
        """By which candidates are ranked: what they explain of the sampled image, in nats for each of its points."""
        if self.linear:
            return descent.evidence(level, sought, matrix)
        found = descent.information(level, sought, matrix, self.other.window)
        return found.nats * found.inside

    def likeness(self, level: Level, sought: Sought, matrix: FloatArray) -> Likeness:
        """How alike the two are."""
        if self.linear:
            return descent.correlation(level, sought, matrix)
        found = descent.information(level, sought, matrix, self.other.window)
        return Likeness(found.part, found.inside)


def rigid(
    fixed: Volume,
    moving: Volume,
    *,
    weights: FloatArray | None = None,
    starts: Sequence[Affine] | None = None,
    progress: Progress = silent,
) -> Registered:
    """
    The turn and shift that carries points of the fixed image to the moving one.

    Two CT are compared by correlation (robust: what does not fit, as arms or a couch elsewhere, loses its weight; half the
    points lie in bone), any other pair by mutual information. Only the body is compared, and only where both masks are true.

    Parameters
    ----------
    fixed, moving
        Today's image and the earlier one.
    weights
        How much each voxel of the fixed image bears, zyx; in place of the weight of bone.
    starts
        From the fixed image's frame to the moving one's: only the neighbourhoods of these (16 mm, 10 degrees and what the
        descent reaches from there) are searched. None: every shift and a set of turns.
    progress
        Told of every start and level.

    Returns
    -------
    The transform; ``similarity`` is, for two CT, the median over cubes of 40 mm of the correlation of the values (4 mm voxels,
    clipped to -250 to 750 HU) in the part of the body that both show: -1 to 1, and near 0 for images that are unrelated there.
    Else it is the part of the information that is shared, 2 I(A, B) / (H(A) + H(B)), 0 to 1, which stays low for two kinds of
    image even when they lie on each other.
    """
    pair = _pair(fixed, moving, weights)
    given = None if starts is None else [_inward(start, fixed, moving, pair) for start in starts]
    candidates = _started(pair, given, progress)
    for spacing, count, keep in ((4.0, POINTS, 3), (2.0, FINE_POINTS, 1)):
        level, sought = pair.sought(spacing, count)
        candidates = descended(
            pair, level, sought, candidates[: keep if spacing > 2 else 1], progress, spacing
        )
    matrix = candidates[0].matrix
    level, sought = pair.sought(4.0, POINTS)
    likeness = pair.likeness(level, sought, matrix)
    if pair.swapped:
        matrix = np.linalg.inv(matrix)
    return Registered(
        transform=Affine(from_frame=fixed.grid.frame, to_frame=moving.grid.frame, matrix=orthonormal(matrix)),
        method="rigid",
        similarity=likeness.value,
        settings={
            "measure": "correlation" if pair.linear else "mutual information",
            "overlap": round(likeness.inside, 6),
            "seed": SEED,
        },
    )


def _pair(fixed: Volume, moving: Volume, weights: FloatArray | None) -> Pair:
    one, two = pictures(fixed, moving)
    maps = one.level(BODY_MM), two.level(BODY_MM)
    bodies = body_of(one, maps[0]), body_of(two, maps[1])
    if min(int(body.sum()) for body in bodies) < 100:
        raise InputError(
            "An image to be registered shows no body.", value=0, remedy="Check its voxels and its mask."
        )
    sizes = [body.sum() * level.grid.voxel_cm3 for body, level in zip(bodies, maps, strict=True)]
    swapped = weights is None and _second_sampled(sizes[0], sizes[1], one, two)
    sampled, other = (two, one) if swapped else (one, two)
    at = 1 if swapped else 0
    if weights is None:
        density = _density(bodies[at], maps[at], bone=one.is_ct and two.is_ct)
    else:
        density = _weighted(bodies[at], fixed, weights)
    return Pair(sampled=sampled, other=other, density=density, map_level=maps[at], swapped=swapped)


def _second_sampled(first: float, second: float, one: Picture, two: Picture) -> bool:
    """Whether points are better spread in the second body: it is much the smaller, or of two like ones the CT."""
    if min(first, second) < ALIKE * max(first, second):
        return second < first
    return two.is_ct and not one.is_ct


def _density(body: BoolArray, level: Level, *, bone: bool) -> FloatArray:
    density = body.astype(np.float64)
    if not bone:
        return density
    bones = bones_of(level) & body
    share = float(bones.sum()) / float(body.sum())
    if 0 < share < BONE_SHARE:
        density[bones] *= BONE_SHARE / (1 - BONE_SHARE) * (1 - share) / share
    return density


def _weighted(body: BoolArray, fixed: Volume, weights: FloatArray) -> FloatArray:
    """A user's weights as a density of points within the body."""
    if weights.shape != fixed.grid.shape or not np.all(np.isfinite(weights)) or weights.min() < 0:
        raise InputError(
            "Weights of a registration must be one number, 0 or more, for each voxel of the fixed image.",
            value=weights.shape,
            remedy="Give weights on the grid of the fixed image.",
        )
    own = Volume(grid=fixed.grid, values=weights.astype(np.float32), modality=fixed.modality)
    level = Picture(volume=even(own), window=Window(0.0, np.inf), is_ct=False).level(BODY_MM)
    density = np.where(body, np.nan_to_num(level.image), 0.0)
    if density.sum() <= 0:
        raise InputError(
            "The weights of a registration are zero everywhere in the body.",
            value=0,
            remedy="Give a region that lies in the body of the fixed image.",
        )
    return density


def _inward(start: Affine, fixed: Volume, moving: Volume, pair: Pair) -> FloatArray:
    for frame, own, what in ((start.from_frame, fixed, "starts"), (start.to_frame, moving, "ends")):
        if frame != own.grid.frame:
            raise FrameMismatch(
                f"A start of the registration {what} in another frame than its image.",
                value=frame,
                remedy="Give transforms from the fixed image's frame to the moving one's.",
            )
    return np.asarray(np.linalg.inv(start.matrix) if pair.swapped else start.matrix)


def _started(pair: Pair, given: Sequence[FloatArray] | None, progress: Progress) -> list[Candidate]:
    level, few = pair.sought(SEARCH_MM, SEARCH_POINTS, cell_mm=SEARCH_CELL_MM)
    score = scorer(level, few, pair.window)
    if given is not None:
        found = around(given, few, score, progress, step_mm=STEP_MM, step_deg=10.0)
    else:
        body = pair.other.level(SEARCH_MM)
        where = body_of(pair.other, body)
        points = spread_points(body, where.astype(np.float64), 4000, SEED)
        found = everywhere(few, points, score, progress)
    level, sought = pair.sought(SEARCH_MM, COARSE_POINTS)
    chosen = apart(found, few, count=12, least_mm=12.0)
    return descended(pair, level, sought, chosen, progress, SEARCH_MM)


def descended(
    pair: Pair,
    level: Level,
    sought: Sought,
    candidates: Sequence[Candidate],
    progress: Progress,
    spacing_mm: float,
) -> list[Candidate]:
    """Every candidate descended on one level, best first."""
    out = []
    for number, one in enumerate(candidates):
        progress(f"register: {spacing_mm:g} mm", number / len(candidates))
        matrix = pair.descended(level, sought, one.matrix)
        out.append(Candidate(matrix=matrix, worth=pair.worth(level, sought, matrix)))
    ranked = sorted(out, key=lambda one: -one.worth)
    return apart(ranked, sought, count=len(ranked), least_mm=3.0)


def orthonormal(matrix: FloatArray) -> FloatArray:
    """A rigid matrix without the rounding of many products."""
    out = np.eye(4)
    out[:3, :3] = Rotation.from_matrix(matrix[:3, :3]).as_matrix()
    out[:3, 3] = matrix[:3, 3]
    return out
