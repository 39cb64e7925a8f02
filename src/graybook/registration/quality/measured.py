"""Two images, the alignment between them and structures come in; its measures, verdicts and error estimate go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graybook.geometry import Grid, GridField
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.transform import Transform
from graybook.progress import Progress, silent
from graybook.record.alignment import Measure, Quality
from graybook.registration.quality import agreement, deformation, plausibility, similarity
from graybook.registration.quality.error import covered, errors_at, estimated_error
from graybook.registration.quality.interior import Interior
from graybook.registration.quality.lattice import Lattice, laid
from graybook.registration.quality.matching import matches
from graybook.registration.quality.pairs import StructurePair
from graybook.registration.quality.verdict import verdict
from graybook.registration.registered import Registered
from graybook.registration.volume import Volume
from graybook.tables.alignment_thresholds import Thresholds, default_thresholds

__all__ = ["measured"]

POINTS = 8000
"""Points of a structure at which a transform is asked."""

SMALL_CM3 = 10.0
"""Structures that are smaller have a Dice limit of their own. [cm³]"""

THIN_MM = 10.0
"""Thinner structures have that limit too. [mm]"""

OTHER_MODALITY = "other modality"
"""Tissue under which limits for images of two modalities stand."""

GRADIENT_MM = 3.0
"""Step of gradients of a transform without a grid. [mm]"""

NEAR_LANDMARK_MM = 10.0
"""Landmarks that lie within this distance of a structure's box are its own too. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Subject:
    """What is measured: an alignment, with what was found on the whole of it.

    Parameters
    ----------
    forward, backward
        The transform, and the one found the other way; None when there is none.
    lattice, correlation, unlike, outline, error_mm
        Of the images; None without them.
    moving_grid
        Where the moving image lies; None without it.
    cells
        Determinants.
    landmarks
        On the fixed and the moving side; None without.
    """

    forward: Transform
    backward: Transform | None
    lattice: Lattice | None
    correlation: npt.NDArray[np.float32] | None
    unlike: FloatArray | None
    outline: plausibility.Outline | None
    error_mm: GridField | None
    moving_grid: Grid | None
    cells: deformation.Cells | None
    landmarks: tuple[FloatArray, FloatArray] | None
    low_correlation: float


def measured(
    fixed: Volume | None,
    moving: Volume | None,
    forward: Registered | Transform,
    backward: Registered | Transform | None = None,
    *,
    structures: Sequence[StructurePair] = (),
    landmarks: tuple[FloatArray, FloatArray] | None = None,
    thresholds: Thresholds | None = None,
    progress: Progress = silent,
) -> Quality:
    """
    Everything that can be measured of an alignment, and what it may be used for at each structure.

    Parameters
    ----------
    fixed, moving
        The images; None when there are none, then only the transform itself, landmarks and contours speak.
    forward, backward
        What was found from the fixed image's frame to the moving one's, and the other way.
    structures
        Delineated on either side or both.
    landmarks
        Points (n, 3) of the fixed image's frame and the same places in the moving one's. [mm]
    thresholds
        Limits; None for those of the tables.
    """
    there = forward.transform if isinstance(forward, Registered) else forward
    back = backward.transform if isinstance(backward, Registered) else backward
    limits = default_thresholds() if thresholds is None else thresholds
    subject = _subject(fixed, moving, there, back, landmarks, limits, progress)
    measures = [Measure(name=name, value=value, unit=unit) for name, value, unit in _of_the_whole(subject)]
    verdicts = []
    for number, pair in enumerate(structures):
        progress("quality", 0.8 + 0.2 * number / len(structures))
        if pair.fixed is None or pair.fixed.is_empty:
            continue
        interior = Interior(stack=pair.fixed)
        measures += [
            Measure(name=name, value=value, unit=unit, structure=pair.name)
            for name, value, unit in _of_a_structure(subject, pair, interior)
        ]
        verdicts.append(verdict(pair.name, measures, limits, (*pair.tissues, *_tissues(subject, interior))))
    progress("quality", 1.0)
    return Quality(measures=tuple(measures), verdicts=tuple(verdicts), error_mm=subject.error_mm)


def _subject(
    fixed: Volume | None,
    moving: Volume | None,
    forward: Transform,
    backward: Transform | None,
    landmarks: tuple[FloatArray, FloatArray] | None,
    limits: Thresholds,
    progress: Progress,
) -> _Subject:
    lattice = (
        laid(fixed, moving, forward, progress=progress) if fixed is not None and moving is not None else None
    )
    ground = deformation.deformation_grid(forward, None if lattice is None else lattice.grid)
    error = None
    if lattice is not None:
        error = estimated_error(lattice, matches(lattice, progress=progress), forward, backward)
    low = limits.of(
        "local_correlation", () if lattice is None or lattice.same_modality else (OTHER_MODALITY,)
    )
    return _Subject(
        forward=forward,
        backward=backward,
        lattice=lattice,
        correlation=None if lattice is None else similarity.local_correlation(lattice),
        unlike=similarity.unlike(lattice) if lattice is not None and lattice.ct else None,
        outline=None if lattice is None else plausibility.outline(lattice),
        error_mm=error,
        moving_grid=None if moving is None else moving.grid,
        cells=None if ground is None else deformation.cells(forward, ground, progress=progress),
        landmarks=landmarks,
        low_correlation=low[0].sum_limit if low else 0.0,
    )


def _tissues(subject: _Subject, interior: Interior) -> tuple[str, ...]:
    other = () if subject.lattice is None or subject.lattice.same_modality else (OTHER_MODALITY,)
    return (*other, *(("small",) if _is_small(interior) else ()))


def _is_small(interior: Interior) -> bool:
    return interior.volume_cm3 < SMALL_CM3 or interior.thickness_mm < THIN_MM


Row = tuple[str, float | None, str]


def _of_the_whole(subject: _Subject) -> Iterator[Row]:
    """Measures of the alignment as a whole."""
    if subject.landmarks is not None:
        yield from _landmark_rows(agreement.landmark_errors_mm(subject.forward, *subject.landmarks))
    lattice = subject.lattice
    if lattice is None:
        return
    inside = plausibility.body(lattice.fixed, ct=lattice.ct)
    if subject.cells is not None:
        yield from _cell_rows(subject.cells.low.ravel(), subject.cells.high.ravel())
    points = _spread(lattice.grid, inside)
    if subject.error_mm is not None:
        yield from _error_rows(subject.error_mm, points)
    yield from _deformation_rows(subject, points)
    yield from _consistency_rows(subject, points)
    yield from _similarity_rows(subject, (slice(None),) * 3, inside)
    if subject.outline is not None:
        yield "outline_mismatch_p95", _percentile(subject.outline.apart_mm, 95), "mm"


def _of_a_structure(subject: _Subject, pair: StructurePair, interior: Interior) -> Iterator[Row]:
    """Measures of one structure."""
    points = interior.points(POINTS)
    if subject.landmarks is not None:
        bounds = interior.bounds_mm
        fixed, moving = (np.asarray(side, dtype=np.float64) for side in subject.landmarks)
        near = ((fixed > bounds[0] - NEAR_LANDMARK_MM) & (fixed < bounds[1] + NEAR_LANDMARK_MM)).all(axis=1)
        if near.any():
            yield from _landmark_rows(
                agreement.landmark_errors_mm(subject.forward, fixed[near], moving[near])
            )
    if subject.cells is not None:
        yield from _cell_rows(*subject.cells.within(interior))
    held = _held(subject, points)
    yield "coverage", float(held.mean()), ""
    yield from _deformation_rows(subject, points[held])
    yield from _consistency_rows(subject, points[held])
    if pair.moving is not None and not pair.moving.is_empty:
        found = agreement.overlap(interior, Interior(stack=pair.moving), subject.forward)
        yield "dice", found.dice, ""
        yield "surface_distance_mean", found.mean_mm, "mm"
        yield "surface_distance_p95", found.p95_mm, "mm"
    if subject.lattice is None:
        return
    box, inside = subject.lattice.nodes(interior)
    yield from _similarity_rows(subject, box, _with_rim(inside))
    bent = plausibility.bone_bending_mm(subject.lattice, interior)
    yield "bone_bending_p95", _percentile(bent, 95), "mm"
    if subject.outline is not None:
        yield "outline_mismatch_p95", _percentile(subject.outline.near(interior), 95), "mm"
    if subject.error_mm is not None:
        yield from _error_rows(subject.error_mm, points)


def _error_rows(field: GridField, points: FloatArray) -> Iterator[Row]:
    errors = errors_at(field, points)
    known = errors[np.isfinite(errors)]
    yield "estimated_error_p50", _percentile(known, 50), "mm"
    yield "estimated_error_p95", _percentile(known, 95), "mm"
    yield "unsupported_share", float(np.mean(~np.isfinite(errors))), ""


def _landmark_rows(errors: FloatArray) -> Iterator[Row]:
    yield "landmark_mean", float(errors.mean()), "mm"
    yield "landmark_p95", _percentile(errors, 95), "mm"
    yield "landmark_max", float(errors.max()), "mm"


def _cell_rows(low: FloatArray, high: FloatArray) -> Iterator[Row]:
    known = np.isfinite(low)
    if not known.any():
        return
    low, high = low[known], high[known]
    yield "jacobian_min", float(low.min()), ""
    yield "jacobian_p01", _percentile(low, 1), ""
    yield "jacobian_p99", _percentile(high, 99), ""
    yield "jacobian_max", float(high.max()), ""
    yield "folded_share", float(np.mean(low <= 0.0)), ""


def _deformation_rows(subject: _Subject, points: FloatArray) -> Iterator[Row]:
    step = GRADIENT_MM
    if subject.cells is not None:
        step = float(subject.cells.grid.spacing_mm.max())
    gradient = deformation.gradients(subject.forward, points, step)
    gradient = gradient[np.isfinite(gradient).all(axis=(1, 2))]
    if len(gradient) == 0:
        return
    yield "jacobian_mean", float(np.linalg.det(gradient).mean()), ""
    yield "curl_p95", _percentile(deformation.curl(gradient), 95), ""
    yield "strain_p95", _percentile(deformation.strain(gradient), 95), ""


def _consistency_rows(subject: _Subject, points: FloatArray) -> Iterator[Row]:
    if subject.backward is None:
        return
    missed = agreement.inconsistencies_mm(subject.forward, subject.backward, points)
    missed = missed[np.isfinite(missed)]
    if len(missed):
        yield "inverse_consistency_mean", float(missed.mean()), "mm"
        yield "inverse_consistency_p95", _percentile(missed, 95), "mm"


def _held(subject: _Subject, points: FloatArray) -> BoolArray:
    """Which points are carried to a place within the moving image."""
    moved = subject.forward.apply(points, frame=subject.forward.from_frame)
    held: BoolArray = np.asarray(np.isfinite(moved).all(axis=1))
    grid = subject.moving_grid
    if grid is not None:
        at = grid.indices_of(np.nan_to_num(moved))
        held = held & ((at >= -0.5) & (at <= np.array(grid.shape[::-1]) - 0.5)).all(axis=1)
    if subject.lattice is not None:
        held = held & covered(subject.lattice, points)
    return held


def _similarity_rows(subject: _Subject, box: tuple[slice, slice, slice], inside: BoolArray) -> Iterator[Row]:
    if subject.correlation is None or not inside.any():
        return
    found = subject.correlation[box][inside]
    found = found[np.isfinite(found)]
    if len(found):
        yield "local_correlation", float(np.median(found)), ""
        yield "low_similarity_share", float(np.mean(found < subject.low_correlation)), ""
    if subject.unlike is not None:
        apart = subject.unlike[box][inside]
        apart = apart[np.isfinite(apart)]
        if len(apart):
            yield "unlike_share", float(apart.mean()), ""


def _with_rim(inside: BoolArray) -> BoolArray:
    """A structure with two nodes around it: what can be recognised of an organ is its edge."""
    from scipy.ndimage import binary_dilation

    found: BoolArray = binary_dilation(inside, iterations=2)
    return found


def _spread(grid: Grid, inside: BoolArray) -> FloatArray:
    """At most so many nodes of a lattice, spread evenly. [mm]"""
    z, y, x = np.nonzero(inside)
    chosen = np.linspace(0, len(z) - 1, min(len(z), POINTS)).round().astype(np.int64)
    return grid.points_at(np.stack([x[chosen], y[chosen], z[chosen]], axis=1).astype(np.float64))


def _percentile(values: FloatArray, share: float) -> float | None:
    return float(np.percentile(values, share)) if len(values) else None
