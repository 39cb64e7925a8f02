"""Grids in every orientation and a linear dose come in; how far interpolation, transforms and the sum are off goes out as cases.

Trilinear interpolation is exact for a linear dose, and the EQD2 of a linear dose is a polynomial of second degree: both are
known at every point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from graybook.accumulation.equieffective import CourseDose, EquieffectiveField
from graybook.accumulation.phase_dose import PhaseDose
from graybook.errors import FrameMismatch
from graybook.geometry import Affine, Grid, GridField, MappedField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.resample import resampled
from graybook.report.commission_result import Case, Group
from graybook.report.wording import Wording
from graybook.workflow.commissioning.case import ARITHMETIC_GY, Bench, Check, spread_points

__all__ = ["ORIENTATIONS", "geometry", "turned"]

HERE, THERE = "1.1", "1.2"
SLOPE = np.array([0.21, -0.13, 0.17])
MIDDLE_GY = 40.0
SHAPE = (14, 19, 23)
CENTRE_MM = np.array([13.7, -41.3, 88.1])
POINTS = 4000
ROUNDING_MM = 1e-9


def turned(axis: tuple[float, float, float], degrees: float) -> FloatArray:
    """A rotation about an axis (Rodrigues)."""
    unit = np.array(axis) / np.linalg.norm(axis)
    cross = np.array([[0.0, -unit[2], unit[1]], [unit[2], 0.0, -unit[0]], [-unit[1], unit[0], 0.0]])
    angle = np.deg2rad(degrees)
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross)


ORIENTATIONS: dict[str, FloatArray] = {
    "HFS": np.eye(3),
    "FFS": np.diag([-1.0, 1.0, -1.0]),
    "FFP": np.diag([1.0, -1.0, -1.0]),
    "HFDR": np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
    "coronal": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]),
    "sagittal": np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    "oblique": turned((1.0, 2.0, 3.0), 40.0),
}
"""Columns: the directions of columns, rows and planes in the patient."""


def geometry(bench: Bench) -> Group:
    """A linear dose on grids of every kind, outside of one, summed over two, and rigid transforms."""
    words = bench.words
    return Group(
        id="geometry",
        title=words("geometry"),
        what=words("geometry_what"),
        reason=words("geometry_reason"),
        cases=[*_interpolations(words), *_outside(words), *_sums(words), *_transforms(words)],
    )


def _grid(
    spacing_mm: tuple[float, float, float],
    axes: FloatArray,
    *,
    planes_mm: FloatArray | None = None,
    frame: str = HERE,
) -> Grid:
    """A grid about the common centre."""
    lengths = np.array(spacing_mm) * (np.array(SHAPE[::-1]) - 1)
    if planes_mm is not None:
        lengths[2] = planes_mm[-1]
        spacing_mm = (*spacing_mm[:2], float(planes_mm[-1]) / (SHAPE[0] - 1))
    return Grid(
        frame=frame,
        shape=SHAPE,
        origin_mm=CENTRE_MM - axes @ (0.5 * lengths),
        spacing_mm=np.array(spacing_mm),
        axes=axes,
        planes_mm=planes_mm,
    )


def _dose(points_mm: FloatArray, slope: FloatArray = SLOPE) -> FloatArray:
    """The linear dose. [Gy]"""
    return np.asarray(MIDDLE_GY + (points_mm - CENTRE_MM) @ slope)


def _field(grid: Grid, slope: FloatArray = SLOPE) -> GridField:
    return GridField(grid=grid, values=_dose(grid.centres(), slope).reshape(grid.shape))


def _inside(grid: Grid, share: float = 1.0) -> FloatArray:
    """Points spread over the hull of the grid's centres, or its middle part."""
    cube = 0.5 + share * (spread_points(POINTS) - 0.5)
    return grid.points_at(cube * (np.array(grid.shape[::-1]) - 1.0))


def _grids() -> Iterator[tuple[str, Grid]]:
    yield "anisotropic", _grid((1.17, 2.9, 5.0), np.eye(3))
    for name in ("FFS", "FFP", "HFDR", "sagittal", "oblique"):
        yield name, _grid((2.1, 2.6, 3.0), ORIENTATIONS[name])
    steps = np.array([1.0, 4.0, 2.0, 3.0, 2.5, 3.5, 2.0, 1.5, 4.5, 2.0, 3.0, 2.5, 1.0])
    yield "uneven", _grid((2.0, 2.0, 3.0), np.eye(3), planes_mm=np.append(0.0, np.cumsum(steps)))
    leaning = np.eye(3)
    leaning[:, 2] = [0.0, np.sin(np.deg2rad(15.0)), np.cos(np.deg2rad(15.0))]
    yield "gantry", _grid((2.0, 2.0, 3.0), leaning)


def _interpolations(words: Wording) -> Iterator[Case]:
    for name, grid in _grids():

        def worst(grid: Grid = grid) -> float:
            points = _inside(grid)
            return float(np.abs(_field(grid).sample(points).low - _dose(points)).max())

        yield _zero(f"interpolation {name}", words("interpolation", grid=words(f"grid_{name}")), worst, words)


def _zero(
    case_id: str,
    text: str,
    found: Callable[[], float],
    words: Wording,
    *,
    tolerance: float = ARITHMETIC_GY,
    unit: str = "Gy",
) -> Case:
    check = Check(
        id=case_id, text=text, expected=0.0, tolerance=tolerance, unit=unit, source=words("closed_form")
    )
    return check.case(found)


def _outside(words: Wording) -> Iterator[Case]:
    """Rule 9: 5 mm beyond the face of the highest dose, the dose is an interval."""
    grid = _grid((2.0, 2.0, 3.0), np.eye(3))
    edge = grid.points_at(np.array([[SHAPE[2] - 1.0, 0.5 * (SHAPE[1] - 1), 0.5 * (SHAPE[0] - 1)]]))
    beyond = edge + np.array([5.0, 0.0, 0.0])
    highest = float(_dose(grid.centres())[grid.centres()[:, 0] > edge[0, 0] - 1e-9].max())
    ends = {
        "low": (0.0, lambda: float(_field(grid).sample(beyond).low[0])),
        "high": (highest, lambda: float(_field(grid).sample(beyond).high[0])),
    }
    for end, (expected, found) in ends.items():
        check = Check(
            id=f"outside {end}",
            text=words(f"outside_{end}"),
            expected=expected,
            tolerance=ARITHMETIC_GY,
            unit="Gy",
            source=words("closed_form"),
        )
        yield check.case(found)


def _rigid() -> Affine:
    matrix = np.eye(4)
    linear = turned((1.0, -2.0, 0.5), 17.0)
    matrix[:3, :3] = linear
    matrix[:3, 3] = CENTRE_MM - linear @ CENTRE_MM + np.array([3.0, -2.0, 4.5])
    return Affine(from_frame=HERE, to_frame=THERE, matrix=matrix)


def _sums(words: Wording) -> Iterator[Case]:
    """Two courses on unlike grids, the second in a frame of its own: at points, and on the voxels of a display volume."""
    way, ratio = _rigid(), 3.0
    other_slope = np.array([-0.11, 0.19, 0.05])
    own = _field(_grid((1.17, 2.9, 5.0), ORIENTATIONS["FFS"]))
    grid = _grid((3.1, 2.3, 2.7), ORIENTATIONS["oblique"], frame=THERE)
    moved = MappedField(field=_field(grid, other_slope), transform=way)
    courses = tuple(
        CourseDose(id=name, phases=(PhaseDose(id=name, field=field, planned=n, delivered=n),))
        for name, field, n in (("first", own, 20), ("second", moved, 5))
    )
    total = EquieffectiveField(frame=HERE, courses=courses, alpha_beta_gy=ratio)

    def truth(points: FloatArray) -> FloatArray:
        first, second = _dose(points), _dose(way.apply(points, frame=HERE), other_slope)
        return np.asarray(
            sum(dose * (dose / n + ratio) / (2.0 + ratio) for dose, n in ((first, 20), (second, 5)))
        )

    def at_points() -> float:
        points = _inside(own.grid, 0.3)
        return float(np.abs(total.sample(points).low - truth(points)).max())

    def on_voxels() -> float:
        small = Grid(
            frame=HERE, shape=(5, 5, 5), origin_mm=CENTRE_MM - 4.0, spacing_mm=np.full(3, 2.0), axes=np.eye(3)
        )
        found = resampled(total, small).ravel()
        return float(np.abs(found - truth(small.centres())).max())

    yield _zero("sum at points", words("sum_points"), at_points, words)
    yield _zero("sum on voxels", words("sum_voxels"), on_voxels, words)


def _transforms(words: Wording) -> Iterator[Case]:
    way = _rigid()
    points = 400.0 * (spread_points(POINTS) - 0.5)

    def there_and_back() -> float:
        back = way.inverse().apply(way.apply(points, frame=HERE), frame=THERE)
        return float(np.abs(back - points).max())

    def distances() -> float:
        there = way.apply(points, frame=HERE)
        kept = np.linalg.norm(np.diff(there, axis=0), axis=1) - np.linalg.norm(
            np.diff(points, axis=0), axis=1
        )
        return float(np.abs(kept).max())

    def refused() -> float:
        try:
            way.apply(points[:1], frame=THERE)
        except FrameMismatch:
            return 1.0
        return 0.0

    for name, found in {"there_and_back": there_and_back, "distances": distances}.items():
        yield _zero(name, words(name), found, words, tolerance=ROUNDING_MM, unit="mm")
    wrong = Check(
        id="wrong direction",
        text=words("wrong_direction"),
        expected=1.0,
        tolerance=0.0,
        unit="",
        source=words("rule", number=8),
    )
    yield wrong.case(refused)
