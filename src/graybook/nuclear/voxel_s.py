"""Time-integrated activity of voxels comes in; their dose by a voxel S-kernel goes out, with what kernel and border lose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve

from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray, read_only_view
from graybook.nuclear.rebinning import averaged_over, rebinned
from graybook.nuclear.voxel_s_kernel import (
    VoxelSKernel,
    are_cubes,
    kernel_between,
    kernel_for_voxels,
    nearest_kernel,
)
from graybook.tables.voxel_s import OCTANT

__all__ = ["VoxelSDose", "resampled_voxel_s_dose", "voxel_s_dose"]

_REACH = OCTANT - 1


@dataclass(frozen=True, kw_only=True, eq=False)
class VoxelSDose:
    """
    Dose of each voxel by convolution, and what is known to be wrong with it.

    Parameters
    ----------
    gy
        Dose by voxel, zyx [Gy]; a dose rate [Gy/h] when activities in MBq came in.
    nuclide, tissue, kernel_mm, density_g_per_cm3
        Of the kernel: the medium is uniform. [mm, g/cm3]
    of_sizes_mm
        Sizes of the table that the kernel comes from: its own, or the two it lies between. [mm]
    closure
        Energy that the kernel holds, per energy of the electrons: where it is below 1, the dose is too low.
    reach_mm
        How far the kernel goes: the dose by photons beyond is missing. [mm]
    lost_at_border
        Share of the energy that fell outside the image.
    resampled_from_mm
        Edges of the voxels, zyx, when the activity was put into cubes of the kernel's size and the dose back; else None. [mm]
    source
        Citation of the kernel.
    """

    gy: FloatArray
    nuclide: str
    tissue: str
    kernel_mm: float
    of_sizes_mm: tuple[float, ...]
    density_g_per_cm3: float
    closure: float
    reach_mm: float
    lost_at_border: float
    resampled_from_mm: tuple[float, ...] | None
    source: str


def voxel_s_dose(
    mbq_h: FloatArray, *, spacing_mm: Sequence[float], nuclide_name: str, tissue: str = "soft"
) -> VoxelSDose:
    """
    Dose D(r) = Σ Ã(r') S(r − r') in a uniform medium (MIRD Pamphlet 17).

    Parameters
    ----------
    mbq_h
        Time-integrated activity of each voxel, zyx; activities in MBq give a dose rate in Gy/h. [MBq h]
    spacing_mm
        Edges of a voxel, zyx. [mm]
    nuclide_name, tissue
        Which kernel.

    Raises
    ------
    NotComparable
        The nuclide has no kernels, the voxels are no cubes, or no kernel has their size.
    UsageError
        An activity is below 0 or unknown.
    """
    kernel = kernel_for_voxels(nuclide_name, tissue, spacing_mm)
    return _dose(_amounts(mbq_h), spacing_mm, kernel)


def resampled_voxel_s_dose(
    mbq_h: FloatArray, *, spacing_mm: Sequence[float], nuclide_name: str, tissue: str = "soft"
) -> VoxelSDose:
    """
    The same for voxels of any shape, with what was done about it.

    Cubes between two sizes of the table get the kernel that lies between (:func:`~graybook.nuclear.voxel_s_kernel.kernel_between`).
    Other voxels are resampled: their activity goes into cubes, the dose comes back, and both keep sums. The cubes have the edge
    that two sides of the voxel share, so that only one axis is blurred, by less than a voxel.
    """
    amounts = _amounts(mbq_h)
    edges = tuple(float(one) for one in spacing_mm)
    if are_cubes(edges) and (between := kernel_between(nuclide_name, tissue, max(edges))):
        return _dose(amounts, edges, between)
    kernel = _for_cubes_of(edges, nuclide_name, tissue)
    cube = (kernel.voxel_mm,) * 3
    found = _dose(rebinned(amounts, from_mm=edges, to_mm=kernel.voxel_mm), cube, kernel)
    shape = (amounts.shape[0], amounts.shape[1], amounts.shape[2])
    gy = averaged_over(found.gy, from_mm=kernel.voxel_mm, to_mm=edges, shape=shape)
    energy = float(np.sum(gy)) * float(np.prod(edges))
    return _result(gy, kernel, energy, float(np.sum(amounts)), resampled_from_mm=edges)


def _for_cubes_of(edges: tuple[float, ...], nuclide_name: str, tissue: str) -> VoxelSKernel:
    """The kernel of the cubes to resample to: of the edge that two sides share, else of the nearest size of the table."""
    first, middle, last = sorted(edges)
    for one, other in ((first, middle), (middle, last)):
        if are_cubes((one, other)) and (kernel := kernel_between(nuclide_name, tissue, other)):
            return kernel
    return nearest_kernel(nuclide_name, tissue, edges)


def _dose(amounts: FloatArray, spacing_mm: Sequence[float], kernel: VoxelSKernel) -> VoxelSDose:
    volume_mm3 = float(np.prod([float(one) for one in spacing_mm]))
    gy = np.zeros(amounts.shape)
    box = _where_active(amounts)
    if box is not None:
        of_kernel = kernel.values * (kernel.voxel_mm**3 / volume_mm3)
        spread = fftconvolve(amounts[box], of_kernel, mode="full")
        places = [_overlap(part, planes) for part, planes in zip(box, amounts.shape, strict=True)]
        there, here = tuple(place[0] for place in places), tuple(place[1] for place in places)
        gy[there] = np.clip(spread[here], 0.0, None)
    return _result(gy, kernel, float(np.sum(gy)) * volume_mm3, float(np.sum(amounts)), resampled_from_mm=None)


def _result(
    gy: FloatArray,
    kernel: VoxelSKernel,
    energy_gy_mm3: float,
    mbq_h: float,
    *,
    resampled_from_mm: tuple[float, ...] | None,
) -> VoxelSDose:
    whole = mbq_h * float(np.sum(kernel.values)) * kernel.voxel_mm**3
    return VoxelSDose(
        gy=read_only_view(gy),
        nuclide=kernel.nuclide.name,
        tissue=kernel.tissue,
        kernel_mm=kernel.voxel_mm,
        of_sizes_mm=kernel.of_sizes_mm,
        density_g_per_cm3=kernel.density_g_per_cm3,
        closure=kernel.closure,
        reach_mm=kernel.reach_mm,
        lost_at_border=max(1.0 - energy_gy_mm3 / whole, 0.0) if whole > 0.0 else 0.0,
        resampled_from_mm=resampled_from_mm,
        source=kernel.source,
    )


def _amounts(mbq_h: FloatArray) -> FloatArray:
    amounts = np.asarray(mbq_h, dtype=np.float64)
    if amounts.ndim != 3 or not np.all(amounts >= 0.0):
        raise UsageError(
            "The activities of voxels lie on three axes, and none is below 0 or unknown.",
            value=amounts.shape,
            remedy="Give one time-integrated activity per voxel, zyx; set the noise outside the body to 0 beforehand, and say so.",
        )
    return amounts


def _where_active(amounts: FloatArray) -> tuple[slice, slice, slice] | None:
    """The smallest box with all activity in it."""
    parts = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        found = np.flatnonzero(np.any(amounts > 0.0, axis=others))
        if not found.size:
            return None
        parts.append(slice(int(found[0]), int(found[-1]) + 1))
    return (parts[0], parts[1], parts[2])


def _overlap(part: slice, planes: int) -> tuple[slice, slice]:
    """Where the spread of a box lies in the image, and which of its planes those are."""
    first, last = part.start - _REACH, part.stop + _REACH
    start, stop = max(first, 0), min(last, planes)
    return slice(start, stop), slice(start - first, stop - first)
