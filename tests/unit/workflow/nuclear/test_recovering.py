"""Recovery and noise: what undoes a loss by volume, what is reckoned with where nobody measured it."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from graybook.files import parse
from graybook.workflow.nuclear.images import ActivityImage, activity_images
from graybook.workflow.nuclear.recovering import MOST_LOST, Undone, blur_loss, recovery_models, undone
from graybook.workflow.nuclear.region_activity import RegionVoxels, noise_share
from phantoms.activity import SPACING_MM, mbq_of, spect

SIGNED = 'author = "A"\ndate = 2026-01-31\nreason = "r"\nsource = "phantom"\n'
HEAD = '[[recovery_coefficient]]\ncamera = "Twin"\nnuclide = "Lu-177"\n'


def image() -> ActivityImage:
    ((found,), _) = activity_images([spect("i", {"Kidney_L": mbq_of(1.0, 9.0)}, 24.0)], parse("").nuclear)
    return found


def found(body: str, volume_cm3: float, organ: str = "Kidney_L") -> Undone:
    models = recovery_models(parse(HEAD + body + SIGNED).nuclear.recoveries)
    return undone(volume_cm3, image(), organ, organ, models)


def test_curve_that_is_stated() -> None:
    """1 / (1 + (b/V)^c) at b is one half, with the error that is stated."""
    one = found("b_cm3 = 8\nc = 0.9\nsd = 0.05\nfrom_cm3 = 1\nto_cm3 = 300\n", 8.0)
    assert one.coefficient == pytest.approx(0.5)
    assert one.sd_share == pytest.approx(0.1)
    assert one.source.endswith("phantom")


def test_points_are_fitted_and_carried_on() -> None:
    """Points of a curve give it back, also beyond the largest, which is said; below the smallest nothing is undone."""
    volumes = (1.0, 5.0, 20.0, 60.0)
    points = ", ".join(
        f"{{ volume_cm3 = {v}, coefficient = {1 / (1 + (4 / v) ** 0.8):.8f}, sd = 0.01 }}" for v in volumes
    )
    body = f"points = [{points}]\n"
    assert found(body, 30.0).coefficient == pytest.approx(1 / (1 + (4 / 30) ** 0.8), rel=1e-5)
    beyond = found(body, 150.0)
    assert beyond.above_measured
    assert beyond.coefficient == pytest.approx(1 / (1 + (4 / 150) ** 0.8), rel=1e-5)
    assert found(body, 0.5) == Undone(sd_share=found(body, 0.5).sd_share)


def test_two_points_are_not_carried_on() -> None:
    """Two volumes speak for what lies between them and for nothing else."""
    body = "points = [{ volume_cm3 = 5, coefficient = 0.5 }, { volume_cm3 = 50, coefficient = 0.8 }]\n"
    assert found(body, 5.0).coefficient == pytest.approx(0.5)
    assert found(body, 80.0).coefficient == 1.0


def test_of_other_organs_and_cameras() -> None:
    """A table for lesions says nothing of a kidney, and one of another camera nothing at all."""
    curve = "b_cm3 = 8\nc = 0.9\nfrom_cm3 = 1\nto_cm3 = 300\n"
    assert found(f'{curve}organs = ["GTV"]\n', 8.0).coefficient == 1.0
    assert found(f'{curve}organs = ["GTV"]\n', 8.0, "GTV").coefficient == pytest.approx(0.5)
    models = recovery_models(
        parse(
            f'[[recovery_coefficient]]\ncamera = "Other"\nnuclide = "Lu-177"\n{curve}{SIGNED}'
        ).nuclear.recoveries
    )
    assert undone(8.0, image(), "Kidney_L", "Kidney_L", models).coefficient == 1.0


def test_loss_by_blur() -> None:
    """A ball of 30 mm radius blurred by two voxels of 4 mm loses what its voxels lose by a Gaussian filter."""
    voxel_mm, radius_mm, fine = 4.0, 30.0, 1.0
    half = 60
    z, y, x = np.ogrid[-half : half + 1, -half : half + 1, -half : half + 1]
    ball = (x**2 + y**2 + z**2 <= radius_mm**2).astype(float)
    blurred = gaussian_filter(ball, 2.0 * voxel_mm / 2.3548200450309493 / fine)
    lost = 1.0 - float((blurred * ball).sum() / ball.sum())
    volume = 4.0 / 3.0 * np.pi * (radius_mm / 10.0) ** 3
    assert blur_loss(volume, voxel_mm) == pytest.approx(lost, rel=0.05)
    missing = undone(volume, image(), "Kidney_L", "Kidney_L", ())
    assert missing.sd_share == pytest.approx(-log(1.0 - blur_loss(volume, SPACING_MM)))
    assert undone(0.01, image(), "x", "x", ()).sd_share == pytest.approx(-log(1.0 - MOST_LOST))


def test_noise_of_a_region() -> None:
    """Correlated noise in an even region: the estimate is how much means of such regions scatter, within a third."""
    rng = np.random.default_rng(5)
    inside = np.zeros((24, 24, 24), dtype=bool)
    inside[7:17, 7:17, 7:17] = True
    indices = np.flatnonzero(inside)
    region = RegionVoxels(
        indices=indices, volumes_cm3=np.full(1000, 0.1), volume_cm3=100.0, outside_share=0.0
    )
    means, shares = [], []
    for _ in range(150):
        values = gaussian_filter(rng.normal(size=inside.shape), 2.0 / 2.3548200450309493, mode="wrap")
        values = 1.0 + 1.5 * values
        means.append(float(values[inside].mean()))
        shares.append(noise_share(region, values))
    assert float(np.mean(shares)) == pytest.approx(float(np.std(means)), rel=0.33)


def test_even_region_without_noise() -> None:
    """Voxels that are all alike are not known better than to 1 %."""
    region = RegionVoxels(indices=np.arange(8), volumes_cm3=np.ones(8), volume_cm3=8.0, outside_share=0.0)
    assert noise_share(region, np.ones((2, 2, 2))) == 0.01
