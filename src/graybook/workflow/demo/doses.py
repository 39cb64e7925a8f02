"""Synthetic doses: beams come in, dose in closed form at any point goes out; this is the truth tests compare with.

Each beam is a product of error-function edges (a sharp penumbra and a weak wide one for scatter) and an exponential along
its axis; the sum is normalised at the isocentre and fades across the skin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import erf

from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Affine
from graybook.workflow.demo.anatomy import ORGANS

__all__ = ["Arrangement", "Beam", "dose_gy"]

SCATTER_SHARE = 0.10
SCATTER_SIGMA_MM = 16.0
SKIN_SIGMA_MM = 4.0


@dataclass(frozen=True, kw_only=True)
class Beam:
    """One coplanar beam.

    Parameters
    ----------
    gantry_deg
        IEC gantry angle of a patient head first supine: 0 from the front, 90 from the left. [°]
    half_width_mm, half_length_mm
        Half of the field across, and along z. [mm]
    weight
        Share of the dose at the isocentre.
    """

    gantry_deg: float
    half_width_mm: float
    half_length_mm: float
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """Beams about one isocentre.

    Parameters
    ----------
    isocentre_mm
        In the course's own frame. [mm]
    peak_gy
        Dose at the isocentre, all fractions. [Gy]
    beams
        What shines on it.
    penumbra_mm
        Standard deviation of the sharp edge. [mm]
    attenuation_per_mm
        Loss along each beam. [1/mm]
    """

    isocentre_mm: tuple[float, float, float]
    peak_gy: float
    beams: tuple[Beam, ...]
    penumbra_mm: float = 4.0
    attenuation_per_mm: float = 0.0042


def _edge(distance: FloatArray, half: float, sigma: float) -> FloatArray:
    root = sigma * np.sqrt(2.0)
    out: FloatArray = 0.5 * (erf((half - distance) / root) + erf((half + distance) / root))
    return out


def _edges(distance: FloatArray, half: float, sigma: float) -> tuple[FloatArray, FloatArray]:
    """The sharp edge and the wide one of scatter."""
    return _edge(distance, half, sigma), _edge(distance, half, SCATTER_SIGMA_MM)


def _unscaled(arrangement: Arrangement, offsets: FloatArray) -> FloatArray:
    lengths = {beam.half_length_mm for beam in arrangement.beams}
    along_z = {half: _edges(offsets[:, 2], half, arrangement.penumbra_mm) for half in sorted(lengths)}
    total = np.zeros(len(offsets))
    for beam in arrangement.beams:
        angle = np.deg2rad(beam.gantry_deg)
        across = offsets[:, 0] * np.cos(angle) + offsets[:, 1] * np.sin(angle)
        depth = -offsets[:, 0] * np.sin(angle) + offsets[:, 1] * np.cos(angle)
        sharp, wide = _edges(across, beam.half_width_mm, arrangement.penumbra_mm)
        sharp_z, wide_z = along_z[beam.half_length_mm]
        profile = (1 - SCATTER_SHARE) * sharp * sharp_z + SCATTER_SHARE * wide * wide_z
        total += beam.weight * profile * np.exp(-arrangement.attenuation_per_mm * depth)
    return total


def dose_gy(arrangement: Arrangement, points_mm: FloatArray, to_reference: Affine) -> FloatArray:
    """Total dose at points (n, 3) of the course's own frame. [Gy]

    Parameters
    ----------
    arrangement
        The beams.
    points_mm
        xyz in the course's own frame. [mm]
    to_reference
        From the course's own frame to the reference frame, where the skin is.
    """
    offsets = points_mm - np.asarray(arrangement.isocentre_mm)
    norm = _unscaled(arrangement, np.zeros((1, 3)))[0]
    there = to_reference.apply(points_mm, frame=to_reference.from_frame)
    depth = -ORGANS["External"].level(there[:, 0], there[:, 1], there[:, 2])
    skin = 0.5 * (1.0 + erf(depth / (SKIN_SIGMA_MM * np.sqrt(2.0))))
    out: FloatArray = arrangement.peak_gy / norm * _unscaled(arrangement, offsets) * skin
    return out
