"""Volumes of isodoses against closed forms: slopes, balls, leaning and uneven grids, grids that end too early."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dvh.isodose import CELL_TOLERANCE, FieldVolumes, isodose_volume
from graybook.errors import UsageError
from graybook.geometry import Affine, FieldSamples, Grid, GridField, MappedField

CORNERS = np.array([[c % 2, c // 2 % 2, c // 4] for c in range(8)])
"""x, y, z of the corners of a unit cell in the order of its eight voxels."""


def grid(shape: tuple[int, int, int], spacing_mm: float | list[float] = 1.0, **more: object) -> Grid:
    """A grid centred on the origin."""
    spacing = np.broadcast_to(np.asarray(spacing_mm, dtype=float), 3)
    origin = -0.5 * (np.array(shape[::-1]) - 1) * spacing
    return Grid(
        **{
            "frame": "1",
            "shape": shape,
            "origin_mm": origin,
            "spacing_mm": spacing,
            "axes": np.eye(3),
            **more,
        }
    )


def cell(corners: np.ndarray) -> GridField:
    """One cell of 10 mm with these corner values."""
    return GridField(grid=grid((2, 2, 2), 10.0), values=corners.reshape(2, 2, 2))


def ball(where: Grid, radius_mm: float = 12.0, shift_mm: float = 0.0) -> GridField:
    """A cone of dose, 10 Gy at the centre, 5 Gy at the radius: its isodoses are balls."""
    distance = np.linalg.norm(where.centres() - shift_mm, axis=1)
    return GridField(grid=where, values=(10.0 - 5.0 * distance / radius_mm).reshape(where.shape))


@pytest.mark.parametrize("direction", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 2, 3), (-3, 1, 0.01)])
def test_a_plane_through_a_cell(direction: tuple[float, float, float]) -> None:
    """Below a plane a·x = s lies Σ ± (s - a·corner)³ / (6 a1 a2 a3) of a unit cell: the cube's own closed form."""
    a = np.array(direction, dtype=float)
    values = 100.0 + CORNERS @ a
    for share in (0.1, 0.35, 0.5, 0.8):
        s = values.min() + share * np.ptp(values)
        up = np.maximum(np.abs(a), 1e-4)  # the same plane with its steps turned upward
        height = (1.0 - share) * np.abs(a).sum()
        signs = np.prod(np.where(CORNERS == 0, 1.0, -1.0), axis=1)
        cut = np.maximum(height - CORNERS @ up, 0.0) ** 3
        truth = float(signs @ cut) / (6.0 * np.prod(up))
        assert isodose_volume(cell(values), float(s)).volume_cm3 == pytest.approx(truth, abs=2e-4)


def test_the_corner_of_a_trilinear_cell() -> None:
    """xyz >= t fills 1 - t (1 - ln t + ln² t / 2) of the unit cell, at whichever corner it stands."""
    for t in (0.01, 0.1, 0.3, 0.7):
        truth = 1.0 - t * (1.0 - np.log(t) + 0.5 * np.log(t) ** 2)
        for corner in range(8):
            values = np.zeros(8)
            values[corner] = 1.0
            found = isodose_volume(cell(values), t).volume_cm3
            assert found == pytest.approx(truth, abs=1e-6 + 1e-3 * truth)


def test_a_saddle() -> None:
    """Two high edges across from each other: (2x - 1)(2y - 1) >= t fills (1 - t + t ln t) / 2 of the cell, t > 0."""
    x, y = CORNERS[:, 0], CORNERS[:, 1]
    values = 1.0 + (2.0 * x - 1.0) * (2.0 * y - 1.0)
    for t in (0.001, 0.1, 0.6):
        truth = 0.5 * (1.0 - t + t * np.log(t))
        assert isodose_volume(cell(values), 1.0 + t).volume_cm3 == pytest.approx(truth, abs=1e-6)
        assert isodose_volume(cell(values), 1.0 - t).volume_cm3 == pytest.approx(1.0 - truth, abs=1e-6)


def test_random_cells_keep_the_tolerance() -> None:
    """Any corners: within the stated tolerance of a count over 64 cross-sections of 64 lines, each exact along x."""
    rng = np.random.default_rng(7)
    n = 96
    z, y = np.meshgrid((np.arange(n) + 0.5) / n, (np.arange(n) + 0.5) / n, indexing="ij")
    for _ in range(200):
        v = rng.normal(size=8)
        p, q = (
            (v[k] * (1 - y) + v[k + 2] * y) * (1 - z) + (v[k + 4] * (1 - y) + v[k + 6] * y) * z
            for k in (0, 1)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            root = np.clip(p / (p - q), 0.0, 1.0)
        line = np.where((p >= 0) & (q >= 0), 1.0, np.where(p >= 0, root, np.where(q >= 0, 1.0 - root, 0.0)))
        found = isodose_volume(cell(v + 100.0), 100.0).volume_cm3
        assert found == pytest.approx(float(line.mean()), abs=CELL_TOLERANCE + 1e-3)


@pytest.mark.parametrize("turn", [0.0, 0.4, 1.1])
def test_balls_on_grids_that_lean_turn_or_are_uneven(turn: float) -> None:
    """Isodoses of a cone of dose are balls of 4/3 pi r³; their volume does not depend on how the grid lies."""
    c, s = np.cos(turn), np.sin(turn)
    turned = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    lean = turned.copy()
    lean[:, 2] = np.array([np.sin(0.3), 0.0, np.cos(0.3)])
    planes = np.concatenate([[0.0], np.cumsum(np.tile([0.4, 0.9, 0.6], 27))])
    shape = (len(planes), 71, 81)
    origin = -0.5 * (np.array([80.0, 70.0]) * 0.7) @ turned[:, :2].T
    grids = [
        grid(shape, 0.7, axes=turned, origin_mm=[origin[0], origin[1], -25.0]),
        grid(
            shape,
            [0.7, 0.7, planes[-1] / 81],
            axes=turned,
            planes_mm=planes,
            origin_mm=[origin[0], origin[1], -25.0],
        ),
        grid(
            shape,
            0.7,
            axes=lean,
            origin_mm=[origin[0] - 25.0 * np.tan(0.3), origin[1], -25.0],
        ),
    ]
    for where in grids:
        for dose, radius in ((5.0, 12.0), (6.0, 9.6), (8.0, 4.8)):
            found = isodose_volume(ball(where), dose)
            truth = 4.0 / 3.0 * np.pi * radius**3 / 1000.0
            assert found.volume_cm3 == pytest.approx(truth, rel=0.005 * (9.6 / radius) ** 2)
            assert not found.is_cut


@pytest.mark.rule(9)
def test_an_isodose_that_leaves_the_grid_is_a_lower_bound() -> None:
    """Where a face reaches the dose the volume goes on outside: it is marked, and asked for as a number it is None."""
    field = ball(grid((41, 41, 41)), shift_mm=15.0)
    assert isodose_volume(field, 5.0).is_cut
    assert not isodose_volume(field, 9.0).is_cut
    volumes = FieldVolumes(field=field)
    assert volumes(5.0) is None
    assert volumes(9.0) == pytest.approx(4 / 3 * np.pi * 2.4**3 / 1000.0, rel=0.1)


def test_every_volume_together_is_the_grid() -> None:
    """A dose that every voxel reaches has the volume between the outermost centres; one that none reaches has none."""
    field = ball(grid((5, 6, 7), [1.0, 2.0, 3.0]))
    assert isodose_volume(field, 1e-3).volume_cm3 == pytest.approx(6 * 10 * 12 / 1000.0)
    assert isodose_volume(field, 11.0) == (0.0, False)


def test_a_plateau_at_the_dose_counts() -> None:
    """ "At or above": a field that has the dose exactly everywhere is full."""
    assert isodose_volume(cell(np.full(8, 42.0)), 42.0).volume_cm3 == 1.0


def test_a_grid_of_one_plane_has_no_volume() -> None:
    """A field whose support is a plane has none, and what lies beyond is not known."""
    field = GridField(grid=grid((1, 4, 4)), values=np.full((1, 4, 4), 5.0))
    assert isodose_volume(field, 2.0) == (0.0, True)


def test_a_field_seen_through_a_transform() -> None:
    """Turned, the volume stays; through a transform that doubles every length it is an eighth."""
    field = ball(grid((41, 41, 41)), 12.0)
    plain = isodose_volume(field, 5.0).volume_cm3
    turn = np.array([[0.0, -1.0, 0.0, 3.0], [1.0, 0.0, 0.0, 4.0], [0.0, 0.0, 1.0, 5.0], [0.0, 0.0, 0.0, 1.0]])
    for matrix, share in ((turn, 1.0), (np.diag([2.0, 2.0, 2.0, 1.0]), 0.125)):
        seen = MappedField(field=field, transform=Affine(from_frame="2", to_frame="1", matrix=matrix))
        assert isodose_volume(seen, 5.0).volume_cm3 == pytest.approx(share * plain)


class Formula:
    """A field that knows its dose everywhere, and may end at a plane."""

    frame = "1"

    def __init__(self, end_mm: float = np.inf) -> None:
        self.end_mm = end_mm

    def sample(self, points_mm: np.ndarray) -> FieldSamples:
        """A Gaussian of 10 Gy and 6 mm up to the plane."""
        dose = 10.0 * np.exp(-0.5 * (points_mm**2).sum(axis=1) / 36.0)
        inside = points_mm[:, 0] <= self.end_mm
        return FieldSamples(low=np.where(inside, dose, 0.0), high=np.where(inside, dose, 10.0), inside=inside)


def test_any_field_is_asked_on_a_grid() -> None:
    """Without a grid of its own a field is asked at the centres of one; where it ends too early that is said."""
    over = grid((81, 81, 81), 0.5)
    truth = 4.0 / 3.0 * np.pi * (6.0 * np.sqrt(2.0 * np.log(2.0))) ** 3 / 1000.0
    assert FieldVolumes(field=Formula(), over=over)(5.0) == pytest.approx(truth, rel=0.005)
    assert isodose_volume(Formula(end_mm=0.0), 5.0, over=over).is_cut
    with pytest.raises(UsageError, match="no grid"):
        isodose_volume(Formula(), 5.0)


@pytest.mark.parametrize("dose_gy", [0.0, -1.0, np.nan, np.inf])
def test_a_dose_that_is_none_is_refused(dose_gy: float) -> None:
    """An isodose needs a dose above zero: below any dose lies the whole world."""
    with pytest.raises(UsageError, match="above zero"):
        isodose_volume(cell(np.ones(8)), dose_gy)


def test_a_voxel_that_is_no_number_is_refused() -> None:
    """A grid with a hole in its numbers has no isodose."""
    values = np.ones(8)
    values[3] = np.nan
    with pytest.raises(UsageError, match="not a number"):
        isodose_volume(cell(values), 0.5)
