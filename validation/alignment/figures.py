"""Figures: errors in mm come in; their statistics, intervals, pictures and rows of tables go out."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graybook.geometry.arrays import FloatArray

__all__ = ["Errors", "bins", "bootstrap_mm", "decoded", "encoded", "errors_mm", "mm", "pictures"]

RESAMPLES = 10_000
SEED = 51

Errors = FloatArray
"""Distances (n,) in mm."""


def errors_mm(found: FloatArray, truth: FloatArray) -> Errors:
    """Distances of points (n, 3). [mm]"""
    return np.asarray(np.sqrt(np.sum((found - truth) ** 2, axis=1)))


def mm(value: float, digits: int = 2) -> str:
    """A length as the page shows it; a dash when there is none."""
    return f"{value:.{digits}f}" if np.isfinite(value) else "–"


def bootstrap_mm(ours: Errors, theirs: Errors) -> tuple[float, float, float]:
    """Difference of mean errors on the same landmarks, with its paired bootstrap 95 % interval (percentiles, seeded). [mm]"""
    difference = np.asarray(ours) - np.asarray(theirs)
    rng = np.random.default_rng(SEED)
    means = difference[rng.integers(0, len(difference), (RESAMPLES, len(difference)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(difference.mean()), float(low), float(high)


def bins(errors: Errors, width_mm: float, most_mm: float) -> tuple[list[float], list[float]]:
    """Middles of bins and the share of errors in each, in %; the last holds all beyond."""
    edges = np.arange(0.0, most_mm + 0.5 * width_mm, width_mm)
    counts, _ = np.histogram(np.minimum(errors, most_mm - 1e-9), edges)
    return (edges[:-1] + 0.5 * width_mm).tolist(), (100.0 * counts / max(len(errors), 1)).tolist()


def pictures(name: str, title: str, panels: Sequence[Sequence[tuple[str, FloatArray]]]) -> dict[str, Any]:
    """Rows of small grey pictures, each with its words; the cross is its middle."""
    return {
        "name": name,
        "title": title,
        "panels": [[{"words": words, **encoded(image)} for words, image in row] for row in panels],
    }


def encoded(image: FloatArray) -> dict[str, Any]:
    """A picture from -1000 to 400 HU in 256 greys, as JSON can hold it."""
    grey = np.clip((np.asarray(image) + 1000.0) / 1400.0, 0.0, 1.0)
    data = np.round(255.0 * grey).astype(np.uint8)
    return {"shape": list(data.shape), "grey": base64.b64encode(data.tobytes()).decode()}


def decoded(panel: Mapping[str, Any]) -> np.ndarray:
    """The greys of a picture."""
    return np.frombuffer(base64.b64decode(panel["grey"]), dtype=np.uint8).reshape(panel["shape"])
