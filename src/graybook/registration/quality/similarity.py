"""Two images on one lattice come in; how alike they are around each node goes out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.registration.quality.lattice import Lattice

__all__ = ["contents", "local_correlation", "unlike"]

WINDOW_MM = 15.0
"""Side of the cube in which values are correlated. [mm]"""

UNLIKE_HU = 200.0
"""CT numbers further apart are of different tissue: lung and soft tissue, soft tissue and bone. [HU]"""

CONTENT = 9.0
"""A window whose variance exceeds that of the noise so many times holds anatomy that can be recognised."""


def _window(lattice: Lattice) -> tuple[int, ...]:
    return tuple(2 * max(1, round(WINDOW_MM / 2 / float(step))) + 1 for step in lattice.spacing_mm)


def local_correlation(lattice: Lattice) -> npt.NDArray[np.float32]:
    """Pearson's correlation in a cube around each node (zyx); its magnitude where the images are of two modalities.

    NaN where less than half of the cube is known, and where neither image holds anything but noise. A window in which one
    image holds structure and the other does not correlates with 0.
    """
    from scipy.ndimage import uniform_filter

    window = _window(lattice)
    known = np.isfinite(lattice.fixed) & np.isfinite(lattice.warped)
    f = np.where(known, lattice.fixed, 0.0).astype(np.float32)
    m = np.where(known, lattice.warped, 0.0).astype(np.float32)
    f -= np.float32(f[known].mean()) if known.any() else np.float32(0.0)
    m -= np.float32(m[known].mean()) if known.any() else np.float32(0.0)
    f[~known] = 0.0
    m[~known] = 0.0
    share = np.maximum(uniform_filter(known.astype(np.float32), window, mode="constant"), 1e-3)

    def mean(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        found: npt.NDArray[np.float32] = uniform_filter(values, window, mode="constant") / share
        return found

    f_mean, m_mean = mean(f), mean(m)
    f_var = np.maximum(mean(f * f) - f_mean**2, 0.0)
    m_var = np.maximum(mean(m * m) - m_mean**2, 0.0)
    noise = np.float32(lattice.noise)
    out = (mean(f * m) - f_mean * m_mean) / np.sqrt((f_var + noise) * (m_var + noise))
    if not lattice.same_modality:
        out = np.abs(out)
    empty = (f_var < CONTENT * noise) & (m_var < CONTENT * noise)
    out[empty | (share < 0.5) | ~known] = np.nan
    found: npt.NDArray[np.float32] = np.asarray(out, dtype=np.float32)
    return found


def contents(lattice: Lattice) -> BoolArray:
    """Nodes around which the fixed image holds anatomy that can be recognised."""
    from scipy.ndimage import uniform_filter

    window = _window(lattice)
    known = np.isfinite(lattice.fixed)
    f = np.where(known, lattice.fixed, 0.0).astype(np.float32)
    if known.any():
        f -= np.float32(f[known].mean())
    f[~known] = 0.0
    share = np.maximum(uniform_filter(known.astype(np.float32), window, mode="constant"), 1e-3)
    mean = uniform_filter(f, window, mode="constant") / share
    variance = uniform_filter(f * f, window, mode="constant") / share - mean**2
    found: BoolArray = (variance > CONTENT * lattice.noise) & known
    return found


def unlike(lattice: Lattice) -> FloatArray:
    """1 where CT numbers differ by more than 200 HU, 0 where they do not, NaN where either is unknown."""
    apart = np.abs(lattice.fixed - lattice.warped)
    return np.where(np.isfinite(apart), apart > UNLIKE_HU, np.nan)
