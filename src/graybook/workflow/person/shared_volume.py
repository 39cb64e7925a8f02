"""Two courses with their doses come in; whether, and how much, the volumes they treated are one on today's anatomy goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from graybook.accumulation.equieffective import CourseDose, course_eqd2
from graybook.accumulation.phase_dose import PhaseSamples
from graybook.dvh.isodose import isodose_volume
from graybook.geometry.arrays import FloatArray
from graybook.geometry.field import Field, FieldSamples, GridField
from graybook.geometry.grid import Grid
from graybook.record import Alignment
from graybook.workflow.folder.doses import LoadedCourse, seen_from

__all__ = ["Isodose", "SharedVolume", "shared_volume"]

MOST_NODES = 500_000
"""Nodes of a lattice on which the shared volume is looked for; more would be thinned evenly."""

LEAST_CELLS = 64
"""Cells along each axis of that lattice at least: where both surfaces cross, the lesser dose has an edge."""


@dataclass(frozen=True, kw_only=True)
class Isodose:
    """From which dose on a place counts as treated.

    Parameters
    ----------
    percent
        Share of each prescription. [%]
    dose_gy
        The same for every course, EQD2 at ``alpha_beta_gy``; in place of ``percent`` when given. [Gy]
    alpha_beta_gy
        Of that EQD2. [Gy]
    """

    percent: float = 50.0
    dose_gy: float | None = None
    alpha_beta_gy: float = 3.0

    @property
    def text(self) -> str:
        """As ``result.json`` names it."""
        if self.dose_gy is None:
            return f"{self.percent:g} % of each prescription"
        return f"{self.dose_gy:g} Gy EQD2 (α/β {self.alpha_beta_gy:g} Gy)"


@dataclass(frozen=True, kw_only=True)
class SharedVolume:
    """Whether two treated volumes meet, how large the part they share is and how well that is known; None: not known. [cm³]"""

    meets: bool | None = None
    volume_cm3: float | None = None
    error_cm3: float | None = None


def shared_volume(
    reference: LoadedCourse, other: LoadedCourse, way: Alignment | None, isodose: Isodose
) -> SharedVolume:
    """
    The volume, in the reference frame, in which both courses give at least the isodose.

    Where a dose is known only as an interval (outside a grid, where a deformation is not defined) both its ends are looked at: a
    volume is given only when they agree, and when the isodose ends within the reference dose grid.

    Parameters
    ----------
    way
        Leads from the reference frame to the other course's; None when there is none.

    Returns
    -------
    The volume on a lattice, and a third of what one half as fine differs by: its error, which goes with the square of the cells.
    """
    ours, theirs = _treated(reference, isodose), _treated(other, isodose)
    if ours is None or theirs is None or way is None:
        return SharedVolume()
    theirs = replace(theirs, dose=seen_from(theirs.dose, way.transform))
    grid = max(
        (one.grid for one in reference.grids.values()), key=lambda one: one.voxel_cm3 * np.prod(one.shape)
    )
    box = _box(ours, grid)
    if box is None or np.any(box[0] >= box[1]):
        return SharedVolume()
    both = _Both(ours=ours, theirs=theirs)
    found = [_looked_at(both, _lattice(grid, box, coarser=coarser)) for coarser in (1, 2)]
    if not any(one.reached for one in found):
        open_ended = any(one.open for one in found) or not (reference.complete and other.complete)
        return SharedVolume() if open_ended else SharedVolume(meets=False, volume_cm3=0.0, error_cm3=0.0)
    if any(one.open or one.cut for one in found) or not (reference.complete and other.complete):
        return SharedVolume(meets=True)
    fine, coarse = (one.volume_cm3 for one in found)
    return SharedVolume(meets=True, volume_cm3=fine, error_cm3=abs(fine - coarse) / 3)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Treated:
    """A course's dose as a multiple of the isodose; ``parts`` are phases that treat one place, with their own isodose. [Gy]"""

    dose: CourseDose
    parts: tuple[tuple[tuple[int, ...], float], ...]
    isodose: Isodose

    @property
    def frame(self) -> str:
        return self.dose.phases[0].field.frame

    def sample(self, points_mm: FloatArray) -> FieldSamples:
        phases = [phase.sample(points_mm) for phase in self.dose.phases]
        inside = np.all([one.inside for one in phases], axis=0)
        low, high = self._multiples(phases)
        return FieldSamples(low=low, high=high, inside=inside)

    def on_plane(self, grid: Grid, indices_xyz: FloatArray, k: int) -> FloatArray:
        """The upper end at the voxels of plane k of a grid; read and not sampled where the only phase is on that grid."""
        (first, *others) = self.dose.phases
        if others or not isinstance(first.field, GridField) or first.field.grid is not grid:
            return self.sample(grid.points_at(indices_xyz)).high
        planned_gy = first.field.values[k].ravel()
        inside = np.ones(len(planned_gy), dtype=np.bool_)
        phase = replace(
            first.sample(grid.points_at(indices_xyz[:1])),
            low_gy=planned_gy,
            high_gy=planned_gy,
            inside=inside,
        )
        return self._multiples([phase])[1]

    def _multiples(self, phases: Sequence[PhaseSamples]) -> tuple[FloatArray, FloatArray]:
        wanted = self.isodose.dose_gy
        if wanted is not None:
            groups = self.dose.all_groups(concurrent=False)
            given = course_eqd2(phases, groups, alpha_beta_gy=self.isodose.alpha_beta_gy)
            return given.low / wanted, given.high / wanted
        low, high = (
            np.max(
                [
                    np.sum([phases[one].delivered_gy(high=end) for one in members], axis=0) / least_gy
                    for members, least_gy in self.parts
                ],
                axis=0,
            )
            for end in (False, True)
        )
        return low, high


@dataclass(frozen=True, kw_only=True, eq=False)
class _Both:
    """The lesser multiple of two courses: 1 on the surface of what they share."""

    ours: _Treated
    theirs: _Treated

    @property
    def frame(self) -> str:
        return self.ours.frame

    def sample(self, points_mm: FloatArray) -> FieldSamples:
        ours, theirs = self.ours.sample(points_mm), self.theirs.sample(points_mm)
        return FieldSamples(
            low=np.minimum(ours.low, theirs.low),
            high=np.minimum(ours.high, theirs.high),
            inside=ours.inside & theirs.inside,
        )


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What one lattice shows; ``open``: more may be shared where a dose is an interval; ``cut``: more beyond the grid."""

    reached: bool
    open: bool
    cut: bool
    volume_cm3: float


def _looked_at(both: Field, lattice: Grid) -> _Look:
    samples = both.sample(lattice.centres())
    known = _Known(frame=lattice.frame, samples=samples)
    volume = isodose_volume(known, 1.0, over=lattice)
    open_ended = bool(np.any((samples.high >= 1.0) & (samples.low < 1.0)))
    return _Look(
        reached=bool(np.any(samples.low >= 1.0)),
        open=open_ended,
        cut=volume.is_cut,
        volume_cm3=volume.volume_cm3,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Known:
    """Samples already taken, given back for the lattice they were taken on."""

    frame: str
    samples: FieldSamples

    def sample(self, points_mm: FloatArray) -> FieldSamples:
        return self.samples


def _box(treated: _Treated, grid: Grid) -> tuple[FloatArray, FloatArray] | None:
    """Along the grid's axes, the lowest and highest corner of what may be treated, with a voxel around it; None: nothing. [mm]"""
    nz, ny, nx = grid.shape
    y, x = (
        one.ravel().astype(np.float64) for one in np.meshgrid(np.arange(ny), np.arange(nx), indexing="ij")
    )
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for k in range(nz):
        reached = treated.on_plane(grid, np.column_stack([x, y, np.full(len(x), float(k))]), k) >= 1.0
        if reached.any():
            low = np.minimum(low, [x[reached].min(), y[reached].min(), k])
            high = np.maximum(high, [x[reached].max(), y[reached].max(), k])
    if not np.isfinite(low).all():
        return None
    last = np.array([nx, ny, nz]) - 1
    return _along(np.maximum(low - 1, 0), grid), _along(np.minimum(high + 1, last), grid)


def _along(index: FloatArray, grid: Grid) -> FloatArray:
    x_mm, y_mm, _ = grid.spacing_mm
    return np.array([index[0] * x_mm, index[1] * y_mm, grid.offsets_mm[int(index[2])]])


def _lattice(grid: Grid, box: tuple[FloatArray, FloatArray], *, coarser: int) -> Grid:
    """A lattice over the box: two cells to a voxel, or so many times fewer along each axis."""
    low, high = box
    extent = high - low
    cells = np.maximum(np.ceil(2 * extent / grid.finest_mm), LEAST_CELLS)
    cells = np.floor(cells * min(1.0, (MOST_NODES / float(np.prod(cells))) ** (1 / 3)) / coarser)
    nx, ny, nz = (int(one) + 1 for one in cells)
    return Grid(
        frame=grid.frame,
        shape=(nz, ny, nx),
        origin_mm=grid.origin_mm + grid.axes @ low,
        spacing_mm=extent / cells,
        axes=grid.axes,
    )


def _treated(loaded: LoadedCourse, isodose: Isodose) -> _Treated | None:
    """The course's own dose with its isodoses; None when it has no dose, or was not given."""
    if loaded.dose is None:
        return None
    asked = [_asked_gy(loaded, one.id) for one in loaded.dose.phases]
    parts = [
        (members, sum(asked[one] for one in members) * isodose.percent / 100.0)
        for members in _together(loaded, asked, isodose.percent / 100.0)
    ]
    kept = tuple((members, least_gy) for members, least_gy in parts if least_gy > 0.0)
    return _Treated(dose=loaded.dose, parts=kept, isodose=isodose) if kept else None


def _asked_gy(loaded: LoadedCourse, phase_id: str) -> float:
    """What was prescribed and delivered; where no prescription is known, the highest dose delivered. [Gy]"""
    phase = next(one for one in loaded.course.phases if one.id == phase_id)
    asked = max((one.dose_gy for one in phase.prescriptions), default=None)
    whole = float(loaded.grids[phase_id].values.max()) if asked is None else asked
    planned, given = phase.fractions_planned, phase.fractions_delivered
    return whole * (given / planned if planned and given is not None else 1.0)


def _together(loaded: LoadedCourse, asked: Sequence[float], share: float) -> list[tuple[int, ...]]:
    """
    Phases that treat one place, as indices: a boost with what it boosts, two lesions apart.

    Two are together when one gives its own isodose where the other is hottest; else half of two prescriptions added would be more
    than half of either, and what one of the lesions shares with an earlier course would not be seen.
    """
    assert loaded.dose is not None  # noqa: S101  (the caller has asked)
    phases = loaded.dose.phases
    groups = [{one} for one in range(len(phases))]
    for index, phase in enumerate(phases):
        field = loaded.grids[phase.id]
        z, y, x = np.unravel_index(int(np.argmax(field.values)), field.values.shape)
        hottest = field.grid.points_at(np.array([[x, y, z]], dtype=np.float64))
        for other, beside in enumerate(phases):
            given = float(beside.sample(hottest).delivered_gy(high=True)[0])
            if other != index and given >= share * asked[other] > 0.0:
                merged = next(one for one in groups if index in one) | next(
                    one for one in groups if other in one
                )
                groups = [one for one in groups if not one & merged] + [merged]
    return [tuple(sorted(one)) for one in sorted(groups, key=min)]
