"""Whole grids of a field: the same values as the field gives at each point, linear doses exact, sums without lists of points."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from graybook.errors import Cancelled, FrameMismatch, UsageError
from graybook.geometry import Affine, Displacement, Field, FieldSamples, Grid, GridField, MappedField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.resample import added, resampled
from graybook.progress import Progress

SLOPE = np.array([0.03, -0.07, 0.11])


def turned(about_z: float, about_x: float = 0.0) -> FloatArray:
    c, s, d, t = np.cos(about_z), np.sin(about_z), np.cos(about_x), np.sin(about_x)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, d, -t], [0, t, d]])


def grid(**changed: Any) -> Grid:
    values: dict[str, Any] = {
        "frame": "1",
        "shape": (9, 11, 13),
        "origin_mm": [-13.0, -12.0, -10.0],
        "spacing_mm": [2.0, 3.0, 2.5],
        "axes": np.eye(3),
    }
    return Grid(**{**values, **changed})


LEANING = np.column_stack([turned(0.3)[:, 0], turned(0.3)[:, 1], [0.0, -np.sin(0.2), np.cos(0.2)]])
UNEVEN = np.cumsum([0.0, 2.0, 2.0, 5.0, 1.0, 2.0, 2.0, 7.0, 1.0])
GRIDS = {
    "itself": grid(),
    "offset": grid(origin_mm=[-10.3, -14.1, -8.7]),
    "finer, 3 x 2 mm pixels": grid(shape=(12, 20, 19), spacing_mm=[2.0, 3.0, 1.7]),
    "turned in plane": grid(axes=turned(0.4)),
    "oblique": grid(axes=turned(0.4, -0.7)),
    "rows along z": grid(axes=np.array([[0.0, 0, 1], [0, 1, 0], [1, 0, 0]])),
    "backwards": grid(origin_mm=[12.0, 13.0, 9.0], axes=np.diag([-1.0, -1.0, -1.0])),
    "leaning": grid(axes=LEANING),
    "uneven": grid(planes_mm=UNEVEN),
    "uneven and oblique": grid(planes_mm=UNEVEN, axes=turned(-0.2, 0.5)),
    "one column": grid(shape=(9, 11, 1)),
    "one row": grid(shape=(9, 1, 13), axes=turned(0.2)),
    "far away": grid(origin_mm=[900.0, 0, 0]),
}


def dose(one: Grid, seed: int = 3) -> GridField:
    return GridField(grid=one, values=np.random.default_rng(seed).uniform(0, 60, one.shape))


@pytest.mark.parametrize("source", GRIDS)
@pytest.mark.parametrize("target", GRIDS)
def test_every_voxel_is_what_the_field_gives_there(source: str, target: str) -> None:
    """On every pair of grids the voxels equal the field asked at the voxel's centre, at both ends of rule 9."""
    field, here = dose(GRIDS[source]), GRIDS[target]
    samples = field.sample(here.centres())
    np.testing.assert_allclose(resampled(field, here).ravel(), samples.low, atol=1e-9)
    np.testing.assert_allclose(resampled(field, here, high=True).ravel(), samples.high, atol=1e-9)


MAPS = {
    "shift": np.array([[1.0, 0, 0, 1.25], [0, 1, 0, -2.5], [0, 0, 1, 0.75], [0, 0, 0, 1]]),
    "rigid": np.block([[turned(0.3, 0.2), np.array([[1.0], [2.0], [-3.0]])], [0, 0, 0, 1]]),
    "affine": np.block(
        [[turned(0.1, 0.2) @ np.diag([1.1, 0.9, 1.05]), np.array([[0.0], [1.0], [2.0]])], [0, 0, 0, 1]]
    ),
}


@pytest.mark.parametrize("name", MAPS)
def test_through_transforms_and_chains_of_them(name: str) -> None:
    """A field seen through one or two affine transforms is resampled where the chain leads."""
    there = grid(frame="2", axes=turned(0.1))
    way = Affine(from_frame="1", to_frame="2", matrix=MAPS[name])
    for field in (
        MappedField(field=dose(there), transform=way),
        MappedField(
            field=MappedField(field=dose(there), transform=way),
            transform=Affine(from_frame="0", to_frame="1", matrix=MAPS["rigid"]),
        ),
    ):
        here = grid(frame=field.frame, shape=(8, 9, 10), spacing_mm=[1.7, 2.2, 3.0])
        np.testing.assert_allclose(
            resampled(field, here).ravel(), field.sample(here.centres()).low, atol=1e-9
        )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_linear_doses_add_up_exactly(dtype: Any) -> None:
    """Two linear doses on 3 x 2 mm, oblique, offset grids: within 1e-5 Gy of the closed form wherever both reach."""
    here = grid(shape=(12, 15, 14), spacing_mm=[1.3, 1.1, 1.2], origin_mm=[-9.0, -8.0, -7.0])
    wide = {"shape": (25, 30, 28), "spacing_mm": [3.0, 2.0, 2.5], "origin_mm": [-41.3, -29.8, -30.1]}
    grids = [grid(**wide), grid(**wide, axes=turned(0.15, -0.1))]
    fields = [GridField(grid=one, values=(one.centres() @ SLOPE + 30.0).reshape(one.shape)) for one in grids]
    points = here.centres()
    assert all(field.sample(points).inside.all() for field in fields)
    truth = 2.0 * (points @ SLOPE + 30.0).reshape(here.shape)
    found = added(fields, here, dtype=dtype)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, truth, atol=1e-5, rtol=0)


@dataclass(frozen=True)
class _Sphere:
    """A field that is no grid: 20 Gy within 8 mm of the origin, unknown up to 5 Gy outside."""

    frame: str = "1"

    def sample(self, points_mm: FloatArray) -> FieldSamples:
        inside = np.linalg.norm(points_mm, axis=1) <= 8.0
        low = np.where(inside, 20.0, 0.0)
        return FieldSamples(low=low, high=np.where(inside, 20.0, 5.0), inside=inside)


@pytest.mark.parametrize("target", ["offset", "oblique", "uneven", "leaning"])
def test_any_other_field_is_asked_point_by_point(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A field without voxels is asked at every centre, in pieces of rows; the sum with a grid is the sum of both."""
    monkeypatch.setattr("graybook.geometry.resample.POINTS", 40)
    here, ball = GRIDS[target], _Sphere()
    centres = here.centres()
    fields: list[Field] = [ball, dose(grid())]
    for high in (False, True):
        ends = [field.sample(centres) for field in fields]
        truth = sum((one.high if high else one.low) for one in ends)
        np.testing.assert_allclose(added(fields, here, high=high).ravel(), truth, atol=1e-9)


def test_float32_in_blocks_is_the_sum_rounded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made in blocks of few planes, a float32 sum is the float64 sum rounded at the end."""
    monkeypatch.setattr("graybook.geometry.resample.BLOCK", 300)
    fields: list[Field] = [dose(GRIDS["uneven"]), dose(GRIDS["oblique"], 4), _Sphere()]
    here = GRIDS["finer, 3 x 2 mm pixels"]
    whole = added(fields, here)
    np.testing.assert_array_equal(added(fields, here, dtype=np.float32), whole.astype(np.float32))


def test_what_is_refused() -> None:
    """A field of another frame and a whole-number result are refused; a user's stop is honoured."""
    with pytest.raises(FrameMismatch):
        resampled(dose(grid(frame="2")), grid())
    with pytest.raises(UsageError):
        resampled(dose(grid()), grid(), dtype=np.int32)
    with pytest.raises(Cancelled):
        resampled(_Sphere(), grid(), progress=Progress(cancelled=lambda: True))


def test_memory_is_the_result_and_little_more() -> None:
    """A sum of three grids over a million voxels takes the result and under 10 % more."""
    here = grid(shape=(100, 100, 100), spacing_mm=[0.3, 0.3, 0.3])
    fields = [dose(GRIDS[name]) for name in ("offset", "oblique", "uneven and oblique")]
    added(fields, grid(shape=(1, 1, 1)))
    tracemalloc.start()
    try:
        added(fields, here)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.1 * 8e6


def bent(on: Grid) -> Displacement:
    """A linear deformation of the grid's frame into frame 2, not defined in its last column of nodes."""
    vectors = (on.centres() @ np.diag([0.1, -0.05, 0.02]) + [3.0, -2.0, 1.0]).reshape(*on.shape, 3)
    vectors[:, :, -1] = np.nan
    return Displacement.from_vectors(vectors, on, to_frame="2")


def test_a_dose_through_a_deformation() -> None:
    """A linear dose carried by a linear deformation is exact; where that is not defined, it is anything up to its highest."""
    far = grid(frame="2", origin_mm=[-40.0, -40.0, -40.0], spacing_mm=[6.0, 8.0, 10.0])
    dose = GridField(grid=far, values=(far.centres() @ SLOPE + 20.0).reshape(far.shape))
    here = grid()
    told: list[float] = []
    seen = MappedField(field=dose, transform=bent(here))

    def tell(_: str, share: float) -> None:
        told.append(share)

    low = resampled(seen, here, progress=tell)
    high = resampled(seen, here, high=True)
    expected = (here.centres() * [1.1, 0.95, 1.02] + [3.0, -2.0, 1.0]) @ SLOPE + 20.0
    inner = np.s_[:, :, :-1]
    np.testing.assert_allclose(low[inner], expected.reshape(here.shape)[inner], atol=1e-5)
    np.testing.assert_array_equal(high[inner], low[inner])
    assert low[:, :, -1].max() == 0.0
    assert high[:, :, -1].min() == high[:, :, -1].max() == dose.values.max()
    assert told == sorted(told)
    assert len(told) > 0


def test_a_dose_through_a_matrix_and_a_deformation() -> None:
    """Chained or nested, the same values as point by point."""
    far = grid(frame="2", origin_mm=[-40.0, -40.0, -40.0], spacing_mm=[6.0, 8.0, 10.0])
    dose = GridField(grid=far, values=np.random.default_rng(3).uniform(0, 60, size=far.shape))
    here = grid(frame="0")
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turned(0.1), [1.0, 2.0, -1.0]
    onto = Affine(from_frame="0", to_frame="1", matrix=matrix)
    chained = MappedField(field=dose, transform=onto.then(bent(grid())))
    nested = MappedField(field=MappedField(field=dose, transform=bent(grid())), transform=onto)
    for field in (chained, nested):
        values = resampled(field, here)
        np.testing.assert_allclose(values.ravel(), field.sample(here.centres()).low, atol=1e-9)
    np.testing.assert_allclose(resampled(chained, here), resampled(nested, here), atol=1e-9)


def test_a_deformed_grid_is_none() -> None:
    """What is seen through a deformation has no voxels of its own: kernels that want them are refused."""
    far = grid(frame="2")
    dose = GridField(grid=far, values=np.ones(far.shape))
    with pytest.raises(UsageError):
        MappedField(field=dose, transform=bent(grid())).lattice(np.eye(4))
