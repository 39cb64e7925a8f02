"""Determinants, curl and strain of deformations whose gradient is known."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.geometry import Affine, Grid
from graybook.geometry.arrays import FloatArray
from graybook.geometry.displacement import Displacement
from graybook.progress import silent
from graybook.registration.quality import deformation
from graybook.registration.quality.interior import Interior
from phantoms import aligned


def affine(linear: FloatArray) -> Affine:
    """A linear map from "a" to "b"."""
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    return Affine(from_frame="a", to_frame="b", matrix=matrix)


def grid(n: int = 8, spacing: float = 5.0) -> Grid:
    """A cube of nodes in frame "a"."""
    return Grid(
        frame="a", shape=(n, n, n), origin_mm=np.zeros(3), spacing_mm=np.full(3, spacing), axes=np.eye(3)
    )


POINTS = np.random.default_rng(3).uniform(5.0, 30.0, (50, 3))


def test_a_turn_has_no_curl_and_no_strain() -> None:
    """Turning the whole by 40 degrees is no deformation."""
    c, s = np.cos(np.radians(40)), np.sin(np.radians(40))
    found = deformation.gradients(affine(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])), POINTS, 3.0)
    assert deformation.curl(found) == pytest.approx(np.zeros(50), abs=1e-12)
    assert deformation.strain(found) == pytest.approx(np.zeros(50), abs=1e-12)


def test_a_swirl_has_its_curl() -> None:
    """Points that turn the faster the further out, by w(x) = 0.2 x/20 about z: rows u_y = a x², curl_z = 2 a x, less its mean."""
    shear = Displacement.from_vectors(
        np.stack([np.zeros(512), 0.005 * grid().centres()[:, 0] ** 2, np.zeros(512)], axis=1).reshape(
            8, 8, 8, 3
        ),
        grid(),
        to_frame="b",
    )
    inner = np.array([[10.0, 15.0, 15.0], [20.0, 15.0, 15.0]])
    found = deformation.gradients(shear, inner, 10.0)
    assert found[:, 1, 0] == pytest.approx(0.01 * inner[:, 0], abs=1e-6)
    assert deformation.curl(found) == pytest.approx([0.05, 0.05], abs=0.01)


def test_a_stretch_has_its_strain() -> None:
    """Stretched to 1.2 along x: (1.44 - 1) / 2 = 0.22."""
    found = deformation.gradients(affine(np.diag([1.2, 1.0, 1.0])), POINTS, 3.0)
    assert deformation.strain(found) == pytest.approx(np.full(50, 0.22))


@pytest.mark.parametrize("axes", [np.eye(3), np.diag([1.0, -1.0, -1.0]), np.diag([1.0, 1.0, -1.0])])
def test_determinants_of_cells(axes: FloatArray) -> None:
    """A stretch to 1.5 by 0.8 has the determinant 1.2 in every cell, on a grid of any handedness."""
    there = Grid(
        frame="a", shape=(4, 5, 6), origin_mm=np.zeros(3), spacing_mm=np.array([2.0, 3.0, 4.0]), axes=axes
    )
    found = deformation.cells(affine(np.diag([1.5, 0.8, 1.0])), there, progress=silent)
    assert found.low.shape == (3, 4, 5)
    assert found.low == pytest.approx(np.full((3, 4, 5), 1.2), rel=1e-6)
    assert found.high == pytest.approx(found.low)


def test_a_fold_between_two_nodes_is_found() -> None:
    """One node carried past its neighbour folds the cells that touch it, and no other."""
    vectors = np.zeros((8, 8, 8, 3))
    vectors[4, 4, 4, 0] = 6.0
    found = deformation.cells(
        Displacement.from_vectors(vectors, grid(), to_frame="b"), grid(), progress=silent
    )
    assert np.argwhere(found.low <= 0).min(axis=0).tolist() == [3, 3, 4]
    assert np.argwhere(found.low <= 0).max(axis=0).tolist() == [4, 4, 4]


def test_undefined_cells_have_no_determinant() -> None:
    """Where a vector is not defined nothing is said of the cells around it."""
    vectors = np.zeros((8, 8, 8, 3))
    vectors[0, 0, 0] = np.nan
    found = deformation.cells(
        Displacement.from_vectors(vectors, grid(), to_frame="b"), grid(), progress=silent
    )
    assert np.isnan(found.low).sum() == 1


def test_cells_of_a_structure() -> None:
    """A structure takes the cells inside it; one that is smaller than a cell takes those around."""
    big = aligned.grid_of("a", 4.0)
    found = deformation.cells(affine(np.diag([1.1, 1.0, 1.0])), big, progress=silent)
    low, high = found.within(Interior(stack=aligned.pairs(aligned.Anatomy(), np.copy)[2].fixed))  # type: ignore[arg-type]
    assert low == pytest.approx(np.full(len(low), 1.1), rel=1e-5)
    assert len(high) == pytest.approx(4 / 3 * np.pi * 34 * 28 * 36 / 64, rel=0.1)
