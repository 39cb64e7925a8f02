"""Looks: painted values come in, what a scanner makes of them goes out: noise, metal, cone-beam shading, another contrast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from graybook.geometry.arrays import BoolArray, FloatArray
from validation.alignment.painting import AIR_HU, Scene

__all__ = ["Look", "cbct", "ct", "metal", "mr"]

Image = npt.NDArray[np.float32]
Finish = Callable[[Image, BoolArray, FloatArray, np.random.Generator], Image]

SIGNALS = (
    (-1000.0, 8.0), (-850.0, 45.0), (-120.0, 610.0), (-80.0, 590.0), (0.0, 820.0), (15.0, 760.0), (35.0, 240.0),
    (60.0, 300.0), (90.0, 380.0), (260.0, 420.0), (340.0, 120.0), (450.0, 60.0), (3000.0, 5.0),
)  # fmt: skip
"""Signal of a T2-like MR image by HU: fluid and fat bright, muscle and cortical bone dark, marrow between; made up."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a scanner shows a scene: its modality, contrast and what it adds."""

    modality: str
    finish: Finish
    signals: Sequence[tuple[float, float]] = ()

    def values(self, scene: Scene) -> list[float] | None:
        """Values by body in this contrast; None: as they are."""
        if not self.signals:
            return None
        hu, signal = zip(*self.signals, strict=True)
        return [float(np.interp(body.value, hu, signal)) for body in scene.bodies]

    @property
    def background(self) -> float:
        """Value of air."""
        return self.signals[0][1] if self.signals else AIR_HU


def ct(noise_hu: float) -> Look:
    """CT with white noise."""

    def finish(image: Image, _metal: BoolArray, _places: FloatArray, rng: np.random.Generator) -> Image:
        return _whole(image + rng.normal(0.0, noise_hu, image.shape))

    return Look(modality="CT", finish=finish)


def metal(noise_hu: float, strength_hu: float = 420.0) -> Look:
    """CT with streaks from metal: bright and dark rays from each implant in a plane, a dark band between two."""

    def finish(image: Image, implant: BoolArray, places: FloatArray, rng: np.random.Generator) -> Image:
        out = image.astype(np.float64)
        for plane in np.flatnonzero(implant.any(axis=(1, 2))):
            parts, count = ndimage.label(implant[plane])
            x, y = places[plane, ..., 0], places[plane, ..., 1]
            middles = [(x[parts == k + 1].mean(), y[parts == k + 1].mean()) for k in range(count)]
            for a, b in middles:
                away = np.hypot(x - a, y - b)
                rays = np.sin(7 * np.arctan2(y - b, x - a) + 0.7 * plane) + 0.6 * np.sin(
                    17 * np.arctan2(y - b, x - a) + 1.9 * plane
                )
                out[plane] += strength_hu * rays * np.exp(-away / 32.0) * (away > 3.0)
            if count > 1:
                level = np.mean([b for _, b in middles])
                out[plane] -= (
                    1.2 * strength_hu * np.exp(-(((y - level) / 5.0) ** 2)) * np.exp(-np.abs(x) / 55.0)
                )
        return _whole(np.clip(out, -1024.0, 3071.0) + rng.normal(0.0, noise_hu, image.shape))

    return Look(modality="CT", finish=finish)


def cbct(noise_hu: float, radius_mm: float = 118.0) -> Look:
    """Cone-beam CT: a cylinder of view, cupping and low contrast by scatter, rings, more noise."""

    def finish(image: Image, _metal: BoolArray, places: FloatArray, rng: np.random.Generator) -> Image:
        x, y, z = places[..., 0], places[..., 1], places[..., 2]
        away = np.hypot(x, y)
        shade = -140.0 * np.exp(-((away / 75.0) ** 2)) + 45.0 * np.sin(x / 60.0 + 0.5) + 0.12 * z
        rings = 14.0 * np.sin(away / 2.1)
        out = AIR_HU + 0.86 * (image - AIR_HU) + np.where(image > -600.0, shade + rings, 0.0)
        out = out + rng.normal(0.0, noise_hu, image.shape)
        return _whole(np.where(away <= radius_mm, out, -1024.0))

    return Look(modality="CT", finish=finish)


def mr(noise: float) -> Look:
    """MR: another contrast that neither rises nor falls with HU, a bias field, Rician noise."""

    def finish(image: Image, _metal: BoolArray, places: FloatArray, rng: np.random.Generator) -> Image:
        x, y, z = places[..., 0], places[..., 1], places[..., 2]
        bias = 1.0 + 0.28 * np.sin(x / 110.0 + 0.7) * np.cos(y / 90.0) + 0.12 * np.sin(z / 80.0 + 0.2)
        signal = image * bias
        real, imaginary = (rng.normal(0.0, noise, image.shape) for _ in range(2))
        return _whole(np.hypot(signal + real, imaginary))

    return Look(modality="MR", finish=finish, signals=SIGNALS)


def _whole(image: FloatArray) -> Image:
    """As files hold it: whole numbers."""
    return np.round(image).astype(np.float32)
