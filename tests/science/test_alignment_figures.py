"""What the alignment page is made of: statistics, vectors at points, determinants and pictures, against closed forms."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from graybook.geometry import Grid
from validation.alignment.figures import bins, bootstrap_mm, decoded, encoded, errors_mm, pictures
from validation.alignment.lung import floor_mm, lung_voxels, points_in
from validation.alignment.others import Answer, answer, write_image
from validation.alignment.phantoms import Size, made
from validation.page import write_plots
from validation.sections import section

GRID = Grid(frame="1", shape=(9, 10, 11), origin_mm=[5, -7, 3], spacing_mm=[2.0, 3.0, 4.0], axes=np.eye(3))


def _linear(matrix: np.ndarray) -> Answer:
    """The answer of a program that found a linear map about 0."""
    vectors = GRID.centres() @ matrix.T
    return Answer(program="none", grid=GRID, vectors_mm=vectors.reshape(*GRID.shape, 3).astype(np.float32))


def test_vectors_are_read_at_points_and_give_the_determinant() -> None:
    """A linear field is exact between voxels, and its determinant is that of identity plus matrix, everywhere."""
    matrix = np.array([[0.1, 0.02, -0.03], [0.05, -0.08, 0.0], [0.01, 0.04, 0.2]])
    one = _linear(matrix)
    points = GRID.points_at(np.random.default_rng(1).uniform(0, 8, (50, 3)))
    assert one.moved(points) == pytest.approx(points + points @ matrix.T, abs=1e-4)
    assert one.jacobians() == pytest.approx(np.linalg.det(np.eye(3) + matrix), abs=1e-4)


def test_a_fold_is_seen() -> None:
    """A field that turns x about has a negative determinant."""
    assert _linear(np.diag([-1.5, 0.0, 0.0])).jacobians().max() < 0


def test_bootstrap_of_a_constant_difference_is_that_difference() -> None:
    """Errors that are all 0.2 mm larger differ by 0.2 mm, with no width; shuffled ones have an interval about the mean."""
    errors = np.random.default_rng(2).gamma(2.0, 0.5, 51)
    assert bootstrap_mm(errors + 0.2, errors) == pytest.approx((0.2, 0.2, 0.2))
    mean, low, high = bootstrap_mm(errors, errors[::-1])
    assert low < mean < high
    assert bootstrap_mm(errors, errors[::-1]) == (mean, low, high)


def test_bins_hold_every_error() -> None:
    """Shares add to 100 %, the last bin takes what lies beyond."""
    middles, shares = bins(np.array([0.1, 0.2, 0.9, 7.0]), 0.5, 2.0)
    assert middles == pytest.approx([0.25, 0.75, 1.25, 1.75])
    assert shares == pytest.approx([50.0, 25.0, 0.0, 25.0])


def test_floor_of_rounding_is_below_its_root_mean_square() -> None:
    """Steps of 1, 2 and 3 mm: a little less than the root of the summed variances; of a cube 0.4803 edges."""
    square = np.sqrt(14.0 / 12.0)
    assert 0.9 * square < floor_mm(np.array([1.0, 2.0, 3.0])) < square
    assert floor_mm(np.ones(3)) == pytest.approx(0.4803, abs=0.002)


def test_lungs_are_the_air_within_the_body() -> None:
    """A box of air in a box of tissue is lung; the air around it is not."""
    values = np.full((20, 60, 60), -1000.0)
    values[:, 10:50, 10:50] = 40.0
    values[:, 20:40, 20:40] = -800.0
    grid = Grid(frame="1", shape=values.shape, origin_mm=[0, 0, 0], spacing_mm=[2, 2, 2], axes=np.eye(3))
    assert lung_voxels(values, grid).sum() == 20 * 20 * 20


def test_points_of_elastix_are_read(tmp_path: Path) -> None:
    """Kind, number, then one point a line; another number is refused."""
    path = tmp_path / "points.txt"
    path.write_text("point\n2\n1 2 3\n4.5e0 -5 6\n")
    assert points_in(path).tolist() == [[1, 2, 3], [4.5, -5, 6]]
    path.write_text("point\n3\n1 2 3\n")
    with pytest.raises(RuntimeError):
        points_in(path)


def test_pictures_survive_their_storing(tmp_path: Path) -> None:
    """Greys come back to half a step through JSON, and are drawn to the same bytes twice."""
    image = np.linspace(-1000, 400, 64).reshape(8, 8)
    back = decoded(json.loads(json.dumps(encoded(image))))
    assert np.abs(back / 255 * 1400 - 1000 - image).max() < 3.0
    results = {
        "part": {"section": section("Part", plots=[pictures("some", "Some", [[("a", image), ("b", image)]])])}
    }
    for folder in ("a", "b"):
        write_plots(tmp_path / folder, results)
    assert (tmp_path / "a" / "some.svg").read_bytes() == (tmp_path / "b" / "some.svg").read_bytes()


def test_a_program_that_falls_over_has_failed(tmp_path: Path) -> None:
    """A picture that is none makes an answer that says so, in words."""
    case = made("smooth thorax", Size(shape=(12, 16, 20), scale=0.3))
    good = write_image(case.fixed, tmp_path / "good.mha")
    bad = tmp_path / "bad.mha"
    bad.write_text("nothing")
    assert "ended with" in answer("Graybook", good, bad, case.fixed.grid).failed


def test_errors_are_distances() -> None:
    """3, 4, 12 has length 13."""
    assert errors_mm(np.array([[3.0, 4.0, 12.0]]), np.zeros((1, 3))).tolist() == [13.0]
