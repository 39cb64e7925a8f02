"""The phantoms of alignment: their true maps, their images and their structures agree with each other."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from graybook.geometry import GridField
from validation.alignment.motions import jacobians
from validation.alignment.phantoms import CASES, SMALL, Case, made

COMPLETE = ("smooth thorax", "weight loss", "filled bladder")
"""Cases of one contrast where all tissue is in both images."""


@cache
def case_of(name: str) -> Case:
    """A small case, made once."""
    return made(name, SMALL)


@pytest.mark.parametrize("name", CASES)
def test_structures_are_carried_onto_themselves(name: str) -> None:
    """The true map carries a structure's voxels to the same structure of the moving image, but for its surface."""
    case = case_of(name)
    for organ in case.organs.values():
        points = case.points_in(organ.name)
        if organ.name in case.affected or len(points) < 30:
            continue
        masks = GridField(grid=organ.moving_grid, values=organ.moving_mask.astype(float))
        thick = name != "another field of view" and len(points) > 1000
        assert (masks.sample(case.truth(points)).low > 0.4).mean() > (0.85 if thick else 0.6)


@pytest.mark.parametrize("name", COMPLETE)
def test_moving_image_at_true_points_is_the_fixed_image(name: str) -> None:
    """Both images show the same anatomy: what differs at true points is noise and interpolation."""
    case = case_of(name)
    points = case.points_in("Bladder") if "Bladder" in case.organs else case.landmarks_mm
    here = GridField(grid=case.fixed.grid, values=case.fixed.values).sample(points).low
    there = GridField(grid=case.moving.grid, values=case.moving.values)
    still = np.abs(here - there.sample(points).low)
    moved = np.abs(here - there.sample(case.truth(points)).low)
    assert np.median(moved) < 35.0
    assert moved.mean() < 0.92 * still.mean()


@pytest.mark.parametrize("name", ["smooth thorax", "filled bladder", "weight loss", "metal", "CT and MR"])
def test_true_maps_do_not_fold(name: str) -> None:
    """The Jacobian of every smooth truth is positive."""
    case = case_of(name)
    assert jacobians(case.truth, case.landmarks_mm).min() > 0.3


def test_smooth_thorax_moves_as_published() -> None:
    """Mean about 5.9 mm and most about 13.9 mm, as of the phantom that the other programs were measured on."""
    case = case_of("smooth thorax")
    moved = np.linalg.norm(case.truth(case.landmarks_mm) - case.landmarks_mm, axis=1) / SMALL.scale
    assert moved.mean() == pytest.approx(5.9, abs=0.5)
    assert moved.max() == pytest.approx(13.9, abs=1.0)


def test_a_case_is_the_same_again_and_its_images_have_their_own_noise() -> None:
    """Same seed, same bytes; another seed or the other image, other noise."""
    one, same, other = made("smooth thorax"), made("smooth thorax"), made("smooth thorax", seed=1)
    assert np.array_equal(one.fixed.values, same.fixed.values)
    assert np.array_equal(one.landmarks_mm, same.landmarks_mm)
    assert not np.array_equal(one.moving.values, other.moving.values)
    air = [case.values[:, :6, :6].ravel() for case in (one.fixed, one.moving)]
    assert abs(np.corrcoef(*air)[0, 1]) < 0.08


def test_what_cannot_be_aligned_is_named() -> None:
    """A resected lobe's lung and what lies outside the other field of view are affected; nothing is on a smooth pair."""
    assert case_of("smooth thorax").affected == ()
    assert case_of("resected lobe").affected == ("Lung_R",)
    assert "Liver" in case_of("another field of view").affected


def test_contours_hold_the_volume_of_their_mask() -> None:
    """Outlines of a structure enclose its voxels to 8 %."""
    organ = case_of("smooth thorax").organs["Heart"]
    area = sum(
        0.5 * abs(np.sum(p[:, 0] * np.roll(p[:, 1], -1) - p[:, 1] * np.roll(p[:, 0], -1)))
        for p in organ.fixed.polygons
    )
    pixel = float(np.prod(organ.fixed_grid.spacing_mm[:2]))
    assert area == pytest.approx(organ.fixed_mask.sum() * pixel, rel=0.08)
