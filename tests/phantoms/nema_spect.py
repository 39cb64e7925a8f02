"""A NEMA-like SPECT phantom: spheres, a warm body and their time courses come in; images [Bq/ml] and true doses go out.

numpy and scipy alone: nothing of graybook is used here. A ball blurred by a Gaussian has a closed form, so that images are
exact before noise. Attenuation and scatter are taken as corrected. DICOM is written by :mod:`phantoms.nema_files`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.special import erf

__all__ = [
    "AUTUMN",
    "BODY",
    "NEW_YEAR",
    "NUCLIDES",
    "SPRING",
    "Ball",
    "Calibration",
    "Camera",
    "Case",
    "Course",
    "Nuclide",
    "calibrated",
    "paris",
]

Array = NDArray[np.float64]

LN2 = math.log(2.0)
DENSITY_G_CM3 = 1.04
"""Soft tissue. [g/cm3]"""
JOULE_PER_KEV = 1.602176634e-16


@dataclass(frozen=True, kw_only=True)
class Nuclide:
    """What the phantom was filled with; energies of all electrons per decay, ICRP-107."""

    name: str
    code: str
    symbol: str
    half_life_h: float
    electron_kev: float

    @property
    def rate_per_h(self) -> float:
        """Physical decay. [1/h]"""
        return LN2 / self.half_life_h

    def gray(self, mbq_h: float, mass_g: float) -> float:
        """Dose when all electrons stay in the mass. [Gy]"""
        return mbq_h * 3.6e9 * self.electron_kev * JOULE_PER_KEV / (1e-3 * mass_g)


NUCLIDES = {
    one.name: one
    for one in (
        Nuclide(name="Lu-177", code="447553000", symbol="^177^Lutetium", half_life_h=159.528, electron_kev=147.923),
        Nuclide(name="I-131", code="1368003", symbol="^131^Iodine", half_life_h=192.4968, electron_kev=191.848),
        Nuclide(name="Y-90", code="14691008", symbol="^90^Yttrium", half_life_h=64.1, electron_kev=933.106),
    )
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Course:
    """Concentration in time: washout with an effective half-life, after an uptake with another where it is given."""

    mbq_per_ml: float
    half_life_h: float
    uptake_half_life_h: float | None = None

    def at(self, hours: float) -> float:
        """Concentration, decay included. [MBq/ml]"""
        falling = 2.0 ** (-hours / self.half_life_h)
        rising = 0.0 if self.uptake_half_life_h is None else 2.0 ** (-hours / self.uptake_half_life_h)
        return self.mbq_per_ml * (falling - rising)

    def integral(self) -> float:
        """From the administration to infinity. [MBq h/ml]"""
        return self.mbq_per_ml * (self.half_life_h - (self.uptake_half_life_h or 0.0)) / LN2


@dataclass(frozen=True, kw_only=True)
class Ball:
    """A fillable sphere."""

    name: str
    diameter_mm: float
    centre_mm: tuple[float, float, float]
    course: Course

    @property
    def volume_ml(self) -> float:
        """Of the sphere. [ml]"""
        return math.pi / 6.0 * self.diameter_mm**3 / 1000.0

    @property
    def mass_g(self) -> float:
        """Of soft tissue of that volume. [g]"""
        return self.volume_ml * DENSITY_G_CM3

    def blurred(self, axes: tuple[Array, Array, Array], sigma_mm: float) -> Array:
        """Share of the ball seen at each point (z, y, x) through a Gaussian: 1 deep inside, 0 far outside."""
        x, y, z = axes
        cx, cy, cz = self.centre_mm
        radius = 0.5 * self.diameter_mm
        square = (x - cx)[None, None, :] ** 2 + (y - cy)[None, :, None] ** 2 + (z - cz)[:, None, None] ** 2
        out = np.zeros(square.shape)
        near = square < (radius + 7.0 * sigma_mm) ** 2
        r = np.sqrt(np.maximum(square[near], 1e-12))
        plus, minus = (radius + r) / (math.sqrt(2) * sigma_mm), (radius - r) / (math.sqrt(2) * sigma_mm)
        edge = sigma_mm / (r * math.sqrt(2 * math.pi)) * (np.exp(-(minus**2)) - np.exp(-(plus**2)))
        out[near] = 0.5 * (erf(plus) + erf(minus)) - edge
        return out


@dataclass(frozen=True, kw_only=True)
class Body:
    """An elliptic cylinder about z."""

    semi_x_mm: float = 150.0
    semi_y_mm: float = 115.0
    half_length_mm: float = 100.0

    def blurred(self, axes: tuple[Array, Array, Array], sigma_mm: float) -> Array:
        """Share seen at each point (z, y, x) through a Gaussian: exact along z, by fine pixels across."""
        x, y, z = axes
        root = math.sqrt(2) * sigma_mm
        along = 0.5 * (erf((self.half_length_mm - z) / root) + erf((self.half_length_mm + z) / root))
        fine = 4
        step_x, step_y = (x[1] - x[0]) / fine, (y[1] - y[0]) / fine
        pad = fine * 12
        across_x = x[0] + step_x * (np.arange(-pad, fine * (len(x) - 1) + pad + 1))
        across_y = y[0] + step_y * (np.arange(-pad, fine * (len(y) - 1) + pad + 1))
        inside = (across_x[None, :] / self.semi_x_mm) ** 2 + (across_y[:, None] / self.semi_y_mm) ** 2 < 1.0
        blurred = gaussian_filter(inside.astype(float), (sigma_mm / step_y, sigma_mm / step_x), truncate=6.0)
        section = blurred[pad : len(across_y) - pad : fine, pad : len(across_x) - pad : fine]
        return along[:, None, None] * section[None]


BODY = Body()


def _around(degrees: float) -> tuple[float, float, float]:
    angle = math.radians(degrees)
    return 80.0 * math.cos(angle), 60.0 * math.sin(angle), 37.0


BALLS = (
    Ball(name="Sphere_10", diameter_mm=10.0, centre_mm=_around(0.0), course=Course(mbq_per_ml=3.0, half_life_h=62.0)),
    Ball(name="Sphere_13", diameter_mm=13.0, centre_mm=_around(60.0), course=Course(mbq_per_ml=3.0, half_life_h=80.0)),
    Ball(name="Sphere_17", diameter_mm=17.0, centre_mm=_around(120.0), course=Course(mbq_per_ml=2.5, half_life_h=95.0)),
    Ball(name="Sphere_22", diameter_mm=22.0, centre_mm=_around(180.0), course=Course(mbq_per_ml=2.0, half_life_h=70.0)),
    Ball(name="Sphere_28", diameter_mm=28.0, centre_mm=_around(240.0),
         course=Course(mbq_per_ml=2.4, half_life_h=85.0, uptake_half_life_h=7.0)),
    Ball(name="Sphere_37", diameter_mm=37.0, centre_mm=_around(300.0), course=Course(mbq_per_ml=2.0, half_life_h=52.0)),
    Ball(name="Sphere_60", diameter_mm=60.0, centre_mm=(0.0, 0.0, -50.0), course=Course(mbq_per_ml=1.2, half_life_h=60.0)),
)  # fmt: skip
"""The six of NEMA NU 2 by diameter and one of the size of a kidney, each with a half-life of its own. [mm]"""


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A SPECT camera with its reconstruction: blur, noise, and what one MBq gives."""

    fwhm_mm: float = 11.0
    voxel_mm: tuple[float, float, float] = (4.42, 4.42, 4.42)
    shape: tuple[int, int, int] = (52, 60, 76)
    """zyx."""
    origin_mm: tuple[float, float, float] = (-165.3, -130.1, -112.9)
    """xyz of the middle of the first voxel. [mm]"""
    cps_per_mbq: float = 10.2
    duration_s: float = 1200.0
    noisier: float = 2.0
    """How much larger the deviations are than those of counts alone, before they are smoothed."""
    correlation_mm: float = 6.0
    """FWHM of the smoothing of the deviations. [mm]"""

    @property
    def sigma_mm(self) -> float:
        """Standard deviation of the blur. [mm]"""
        return self.fwhm_mm / math.sqrt(8.0 * LN2)

    @property
    def voxel_ml(self) -> float:
        """[ml]"""
        return math.prod(self.voxel_mm) / 1000.0

    def axes(self) -> tuple[Array, Array, Array]:
        """Places of the voxels along x, y, z. [mm]"""
        nz, ny, nx = self.shape
        x, y, z = (
            start + step * np.arange(n)
            for start, step, n in zip(self.origin_mm, self.voxel_mm, (nx, ny, nz), strict=True)
        )
        return x, y, z

    def seen(self, mbq_per_ml: Array, rng: np.random.Generator | None) -> Array:
        """The image [MBq/ml] with the noise of its counts: deviations of Poisson counts, enlarged, then smoothed."""
        if rng is None:
            return mbq_per_ml
        counts_per = self.voxel_ml * self.cps_per_mbq * self.duration_s
        expected = np.maximum(mbq_per_ml, 0.0) * counts_per
        deviation = self.noisier * (rng.poisson(expected) - expected)
        sigma = [self.correlation_mm / math.sqrt(8.0 * LN2) / step for step in self.voxel_mm[::-1]]
        return np.maximum(mbq_per_ml + gaussian_filter(deviation, sigma) / counts_per, 0.0)


def paris(moment: datetime) -> datetime:
    """The moment on clocks in Paris: UTC+2 from the last Sunday of March, 01:00 UTC, to that of October."""

    def last_sunday(month: int) -> datetime:
        last = date(moment.year, month, 31)
        return datetime(moment.year, month, 31 - (last.weekday() + 1) % 7, 1, tzinfo=UTC)

    summer = last_sunday(3) <= moment < last_sunday(10)
    return moment.astimezone(timezone(timedelta(hours=2 if summer else 1)))


SPRING = datetime(2025, 3, 29, 21, 30, tzinfo=UTC)
"""22:30 in Paris; four hours later it is 03:30 of the next day, summer time."""
AUTUMN = datetime(2025, 10, 25, 21, 30, tzinfo=UTC)
"""23:30 in Paris; four hours later it is 02:30 for the second time that night."""
NEW_YEAR = datetime(2025, 12, 31, 20, 10, tzinfo=UTC)
"""21:10 in Paris; four hours later it is another year."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One administration, imaged several times.

    Parameters
    ----------
    started
        When the administration began.
    sensitivity
        True sensitivity over the one the camera's calibration states: an error of calibration.
    drawn
        Radius as drawn over the true one, by sphere; 1 where it is not named.
    seed
        Of the noise; None: no noise.
    """

    nuclide: Nuclide = NUCLIDES["Lu-177"]
    started: datetime = SPRING
    hours: tuple[float, ...] = (4.0, 24.0, 72.0, 168.0)
    balls: tuple[Ball, ...] = BALLS
    background: Course = field(default_factory=lambda: Course(mbq_per_ml=0.03, half_life_h=45.0))
    camera: Camera = field(default_factory=Camera)
    administered_mbq: float = 7400.0
    sensitivity: float = 1.0
    drawn: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = 1

    def images(self) -> list[Array]:
        """What the camera gives at the start of each acquisition (z, y, x). [MBq/ml]"""
        axes, sigma = self.camera.axes(), self.camera.sigma_mm
        shares = [ball.blurred(axes, sigma) for ball in self.balls]
        warm = BODY.blurred(axes, sigma) - sum(shares)
        found = []
        for number, hours in enumerate(self.hours):
            image = self.background.at(hours) * warm
            for ball, share in zip(self.balls, shares, strict=True):
                image = image + ball.course.at(hours) * share
            rng = None if self.seed is None else np.random.default_rng([self.seed, number])
            found.append(self.sensitivity * self.camera.seen(image, rng))
        return found

    def moment(self, number: int) -> datetime:
        """Start of an acquisition on clocks in Paris."""
        return paris(self.started + timedelta(hours=self.hours[number]))

    def dose_gy(self, name: str) -> float:
        """True mean dose of a sphere by its own electrons: the integral of its activity times the energy over its mass. [Gy]"""
        ball = next(one for one in self.balls if one.name == name)
        return self.nuclide.gray(ball.course.integral() * ball.volume_ml, ball.mass_g)


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Recovery found on a phantom: for each sphere its volume, the share of its activity seen in it, and its error."""

    diameters_mm: tuple[float, ...]
    volumes_ml: tuple[float, ...]
    recoveries: tuple[float, ...]
    sds: tuple[float, ...]


def calibrated(
    camera: Camera | None = None,
    *,
    diameters_mm: tuple[float, ...] = (15.0, 19.0, 25.0, 32.0, 42.0, 65.0),
    mbq_per_ml: float = 0.8,
    scans: int = 4,
    seed: int = 707,
) -> Calibration:
    """Recovery on another phantom, other spheres in cold water, other noise; its error from repeated scans.

    The activity seen in a sphere is the sum over voxels, each by the share of it that lies in the sphere.
    """
    camera = camera or Camera()
    axes, sigma = camera.axes(), camera.sigma_mm
    rng = np.random.default_rng(seed)
    volumes, recoveries, sds = [], [], []
    for diameter in diameters_mm:
        centre = rng.uniform(-9.0, 9.0, 3)
        ball = Ball(name="", diameter_mm=diameter, centre_mm=(float(centre[0]), float(centre[1]), float(centre[2])),
                    course=Course(mbq_per_ml=1.0, half_life_h=1.0))  # fmt: skip
        share, inside = ball.blurred(axes, sigma), _share_inside(ball, camera)
        true_mbq = mbq_per_ml * ball.volume_ml
        seen = [
            float((camera.seen(mbq_per_ml * share, rng) * inside).sum()) * camera.voxel_ml / true_mbq
            for _ in range(scans)
        ]
        volumes.append(ball.volume_ml)
        recoveries.append(float(np.mean(seen)))
        sds.append(max(float(np.std(seen, ddof=1)) / math.sqrt(scans), 0.002))
    return Calibration(
        diameters_mm=diameters_mm, volumes_ml=tuple(volumes), recoveries=tuple(recoveries), sds=tuple(sds)
    )


def _share_inside(ball: Ball, camera: Camera, fine: int = 6) -> Array:
    """Share of each voxel that lies in the ball, by points within it."""
    x, y, z = camera.axes()
    steps = (np.arange(fine) + 0.5) / fine - 0.5
    cx, cy, cz = ball.centre_mm
    out = np.zeros(camera.shape)
    for dz in steps * camera.voxel_mm[2]:
        for dy in steps * camera.voxel_mm[1]:
            flat = (y + dy - cy)[None, :, None] ** 2 + (z + dz - cz)[:, None, None] ** 2
            for dx in steps * camera.voxel_mm[0]:
                out += (x + dx - cx)[None, None, :] ** 2 + flat < 0.25 * ball.diameter_mm**2
    return out / fine**3
