"""Images of one frame (rule 8)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graybook.geometry import Grid
from graybook.record import Image
from graybook.workflow.alignment.similarity import ALIKE, correlation


def image(centre_mm: float, *, x_mm: float = 0.0, size: int = 41) -> Image:
    """A ball of 20 mm at x = centre_mm in a box whose corner is at x_mm - 40."""
    grid = Grid(
        frame="1", shape=(size,) * 3, origin_mm=[x_mm - 40, -40, -40], spacing_mm=[2] * 3, axes=np.eye(3)
    )
    distance = np.linalg.norm(grid.centres() - np.array([centre_mm, 0, 0]), axis=1)
    voxels = np.where(distance < 20, 40.0, -1000.0).reshape(grid.shape)
    return Image(series_uid=str(centre_mm), modality="CT", grid=grid, voxels=lambda: voxels)


@pytest.mark.rule(8)
def test_the_same_anatomy_correlates_and_a_moved_one_does_not() -> None:
    """Two exposures of one ball are alike; with the ball 30 mm away they are not."""
    assert correlation(image(0.0), image(0.0)) == pytest.approx(1.0)
    moved = correlation(image(0.0), image(30.0))
    assert moved is not None
    assert moved < ALIKE


def test_different_fields_of_view_are_compared_where_they_meet() -> None:
    """The second image covers half of the first."""
    assert correlation(image(0.0), image(0.0, x_mm=40.0)) == pytest.approx(1.0, abs=0.05)


def test_images_that_share_nothing_have_no_correlation() -> None:
    """No common region, or no contrast in it."""
    assert correlation(image(0.0), image(500.0, x_mm=500.0)) is None
    assert correlation(image(0.0), image(200.0)) is None


def test_images_of_two_kinds_are_not_compared() -> None:
    """An MR and a CT of one ball have unlike values: their correlation says nothing of the place."""
    assert correlation(image(0.0), replace(image(0.0), modality="MR")) is None
