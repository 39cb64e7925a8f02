"""A transform read backwards leads every point to where it came from, and says so where there is no such place."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.errors import FrameMismatch
from graybook.geometry import Affine, Displacement, Grid
from graybook.geometry.inverted import Inverted, backwards

GRID = Grid(frame="a", shape=(9, 9, 9), origin_mm=[-20.0] * 3, spacing_mm=[5.0] * 3, axes=np.eye(3))
SLOPES = np.diag([0.1, -0.2, 0.05])
FIELD = Displacement.from_vectors(
    (GRID.centres() @ SLOPES + [4.0, -3.0, 2.0]).reshape(9, 9, 9, 3), GRID, to_frame="b"
)
INNER = np.random.default_rng(2).uniform(-18.0, 18.0, size=(300, 3))


def test_a_deformation_backwards() -> None:
    """A linear deformation: led back to the start, with one over its determinant; forwards again it is itself."""
    back = backwards(FIELD)
    assert isinstance(back, Inverted)
    assert (back.from_frame, back.to_frame, back.is_rigid) == ("b", "a", False)
    there = FIELD.apply(INNER, frame="a")
    np.testing.assert_allclose(back.apply(there, frame="b"), INNER, atol=0.01)
    expected = 1.0 / np.linalg.det(np.eye(3) + SLOPES)
    np.testing.assert_allclose(back.volume_ratios(there), expected, rtol=1e-4)
    np.testing.assert_allclose(back.preimages(INNER, frame="a"), there)
    assert back.inverse() is FIELD
    assert 0.0 < back.inversion_error_mm <= 0.05


def test_where_nothing_leads() -> None:
    """Beyond the image of the grid nothing leads back; carried on, the nearest vector serves."""
    back = backwards(FIELD)
    far = np.array([[200.0, 0.0, 0.0], [4.0, -3.0, 2.0]])
    assert np.isnan(back.apply(far, frame="b")).all(axis=1).tolist() == [True, False]
    assert np.isnan(back.volume_ratios(far)).tolist() == [True, False]
    found = back.extrapolated(far, frame="b")
    assert np.isfinite(found).all()
    assert abs(found[0, 0] - 194.0) < 1.0  # the nearest vector: 6 mm at the grid's end
    np.testing.assert_allclose(found[1], 0.0, atol=0.01)


def test_chains_and_frames() -> None:
    """It is a link as any other, and takes points of its own frame only."""
    turn = np.array([[0.0, -1, 0, 1], [1, 0, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1]])
    onto = Affine(from_frame="a", to_frame="c", matrix=turn)
    chain = backwards(FIELD).then(onto)
    there = FIELD.apply(INNER, frame="a")
    np.testing.assert_allclose(chain.apply(there, frame="b"), onto.apply(INNER, frame="a"), atol=0.01)
    with pytest.raises(FrameMismatch):
        backwards(FIELD).apply(INNER, frame="a")
    assert isinstance(backwards(onto), Affine)
