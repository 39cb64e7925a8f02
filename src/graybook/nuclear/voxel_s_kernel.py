"""Nuclide, tissue and voxel size come in; the kernel as an array goes out, with the energy it holds, or the sizes there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np

from graybook.errors import NotComparable, UsageError
from graybook.geometry.arrays import FloatArray, read_only
from graybook.nuclear.decay import J_PER_KEV, SECONDS_PER_HOUR
from graybook.tables.nuclides import Nuclide, nuclide
from graybook.tables.voxel_s import OCTANT, TISSUES, VoxelSTable, voxel_s_tables

__all__ = [
    "SIZE_TOLERANCE",
    "VoxelSKernel",
    "kernel_for_voxels",
    "kernel_sizes_mm",
    "mixed_kernel",
    "nearest_kernel",
    "voxel_s_kernel",
]

SIZE_TOLERANCE = 0.0025
"""Voxels count as those of a kernel when each edge differs by no more than this share; the mass is then that of the voxels."""

_GRAMS_PER_MM3 = 1e-3
"""[g/mm3] at 1 g/cm3."""


@dataclass(frozen=True, kw_only=True, eq=False)
class VoxelSKernel:
    """
    Dose to the voxels around one voxel in which a nuclide decays.

    Parameters
    ----------
    nuclide
        With its electrons, against which the kernel is held.
    tissue
        ``soft`` or ``bone``: the medium is uniform.
    voxel_mm
        Edge of the cubes. [mm]
    density_g_per_cm3
        Of the medium. [g/cm3]
    values
        S at -5…5 voxels along each axis, zyx. [Gy/(MBq h)]
    of_sizes_mm
        Sizes of the table it comes from: its own, or the two it lies between. [mm]
    source
        Citation.
    """

    nuclide: Nuclide
    tissue: str
    voxel_mm: float
    density_g_per_cm3: float
    values: FloatArray
    of_sizes_mm: tuple[float, ...]
    source: str

    @property
    def voxel_g(self) -> float:
        """Mass of one voxel of the medium. [g]"""
        return self.voxel_mm**3 * _GRAMS_PER_MM3 * self.density_g_per_cm3

    @property
    def reach_mm(self) -> float:
        """How far from the middle of the source voxel the kernel goes: what photons leave beyond is not in it. [mm]"""
        return (OCTANT - 0.5) * self.voxel_mm

    @property
    def energy_kev(self) -> float:
        """Energy per decay that all voxels of the kernel hold together. [keV]"""
        gy_per_mbq_h = float(np.sum(self.values))
        return gy_per_mbq_h * self.voxel_g * 1e-3 / (1e6 * SECONDS_PER_HOUR) / J_PER_KEV

    @property
    def closure(self) -> float:
        """
        Energy that the kernel holds, per energy of the electrons.

        1 for a pure β emitter; above 1 by the photons that stay within reach; below 1 energy is missing from the kernel.
        """
        return self.energy_kev / self.nuclide.electron_kev


def kernel_sizes_mm(nuclide_name: str, tissue: str) -> tuple[float, ...]:
    """
    Voxel sizes for which there is a kernel, ascending; empty for a nuclide that has none. [mm]

    Examples
    --------
    >>> kernel_sizes_mm("177Lu", "soft")[:3]
    (2.21, 2.33, 2.4)
    """
    return tuple(one.voxel_mm for one in _tables(nuclide(nuclide_name), tissue))


def voxel_s_kernel(nuclide_name: str, tissue: str, voxel_mm: float) -> VoxelSKernel:
    """
    The kernel of one size of the table.

    Raises
    ------
    NotComparable
        There is no such kernel; the remedy names those there are.

    Examples
    --------
    >>> kernel = voxel_s_kernel("Y-90", "soft", 4.42)
    >>> round(kernel.closure, 3), kernel.values.shape
    (1.002, (11, 11, 11))
    """
    return kernel_for_voxels(nuclide_name, tissue, (voxel_mm, voxel_mm, voxel_mm))


def kernel_for_voxels(nuclide_name: str, tissue: str, spacing_mm: Sequence[float]) -> VoxelSKernel:
    """
    The kernel of these voxels, and no other: one of the next size would be off by the cube of the ratio of their edges.

    Parameters
    ----------
    nuclide_name
        In any spelling.
    tissue
        ``soft`` or ``bone``.
    spacing_mm
        Edges of a voxel. [mm]

    Raises
    ------
    NotComparable
        The nuclide has no kernels, the voxels are not cubes, or no kernel has their size.
    """
    found = nuclide(nuclide_name)
    edges = tuple(float(one) for one in spacing_mm)
    for table in _required(found, tissue):
        if all(abs(edge / table.voxel_mm - 1.0) <= SIZE_TOLERANCE for edge in edges):
            return _kernel(found, table)
    nearest = nearest_kernel(nuclide_name, tissue, edges).voxel_mm
    what = "have no kernel of their size" if are_cubes(edges) else "are not cubes"
    raise NotComparable(
        f"Voxel S-values of {found.name} in {tissue} tissue: the voxels {what}.",
        value=tuple(round(edge, 4) for edge in edges),
        remedy=f"Resample the activity to cubes of {nearest:g} mm (its sum unchanged), or use local deposition; there are"
        f" kernels of {', '.join(f'{one:g}' for one in kernel_sizes_mm(nuclide_name, tissue))} mm.",
    )


def nearest_kernel(nuclide_name: str, tissue: str, spacing_mm: Sequence[float]) -> VoxelSKernel:
    """
    The kernel whose voxel volume is nearest to that of the given voxels: the one to resample the activity to.

    Examples
    --------
    >>> nearest_kernel("Lu-177", "soft", (4.6, 4.6, 4.6)).voxel_mm
    4.42
    """
    found = nuclide(nuclide_name)
    edge = float(np.prod([float(one) for one in spacing_mm])) ** (1.0 / 3.0)
    tables = _required(found, tissue)
    nearest = min(tables, key=lambda one: (abs(np.log(one.voxel_mm / edge)), one.voxel_mm))
    return _kernel(found, nearest)


def are_cubes(spacing_mm: Sequence[float]) -> bool:
    """Whether the edges of a voxel are alike, as far as that of a kernel may differ from them."""
    return max(spacing_mm) / min(spacing_mm) - 1.0 <= 2.0 * SIZE_TOLERANCE


def kernel_between(nuclide_name: str, tissue: str, voxel_mm: float) -> VoxelSKernel | None:
    """
    The kernel of any size from the smallest to the largest of the table; None beyond them.

    Parameters
    ----------
    nuclide_name, tissue
        Which kernels.
    voxel_mm
        Edge of the cubes. [mm]

    Examples
    --------
    >>> kernel = kernel_between("Lu-177", "soft", 4.6)
    >>> kernel.of_sizes_mm, round(kernel.closure, 4)
    ((4.42, 4.8), 0.9594)
    """
    found = nuclide(nuclide_name)
    tables = _required(found, tissue)
    for below, above in pairwise(tables):
        if below.voxel_mm <= voxel_mm <= above.voxel_mm:
            return mixed_kernel(_kernel(found, below), _kernel(found, above), voxel_mm)
    return None


def mixed_kernel(below: VoxelSKernel, above: VoxelSKernel, voxel_mm: float) -> VoxelSKernel:
    """
    The kernel of a size between those of two others.

    The energy that each voxel of a kernel holds is a smooth function of the size: straight in the logarithms of both between the
    two. The sum over all voxels is then brought to what lies between the two sums.

    Parameters
    ----------
    below, above
        Kernels of one nuclide and medium, the smaller first.
    voxel_mm
        Edge of the cubes, between theirs. [mm]
    """
    if voxel_mm in (below.voxel_mm, above.voxel_mm):
        return below if voxel_mm == below.voxel_mm else above
    step = float(np.log(voxel_mm / below.voxel_mm) / np.log(above.voxel_mm / below.voxel_mm))
    low, high = below.values * below.voxel_mm**3, above.values * above.voxel_mm**3
    mixed = np.exp((1.0 - step) * np.log(low) + step * np.log(high))
    mixed *= ((1.0 - step) * float(np.sum(low)) + step * float(np.sum(high))) / float(np.sum(mixed))
    return replace(
        below,
        voxel_mm=voxel_mm,
        values=read_only(mixed / voxel_mm**3),
        of_sizes_mm=(below.voxel_mm, above.voxel_mm),
    )


def _kernel(found: Nuclide, table: VoxelSTable) -> VoxelSKernel:
    return VoxelSKernel(
        nuclide=found,
        tissue=table.tissue,
        voxel_mm=table.voxel_mm,
        density_g_per_cm3=table.density_g_per_cm3,
        values=_values(table),
        of_sizes_mm=(table.voxel_mm,),
        source=table.source_text,
    )


@cache
def _values(table: VoxelSTable) -> FloatArray:
    reach = range(1 - OCTANT, OCTANT)
    per_mbq_s = [[[table.at((abs(k), abs(j), abs(i))) for i in reach] for j in reach] for k in reach]
    return read_only(np.asarray(per_mbq_s) * 1e-3 * SECONDS_PER_HOUR)


def _required(found: Nuclide, tissue: str) -> tuple[VoxelSTable, ...]:
    tables = _tables(found, tissue)
    if not tables:
        known = sorted({one.nuclide for one in voxel_s_tables()})
        raise NotComparable(
            f"There are no voxel S-values of {found.name}.",
            value=found.name,
            remedy=f"Use local deposition or the sphere model; there are kernels of {', '.join(known)}.",
        )
    return tables


def _tables(found: Nuclide, tissue: str) -> tuple[VoxelSTable, ...]:
    if tissue not in TISSUES:
        raise UsageError(
            "No kernel of that tissue.", value=tissue, remedy=f"Use one of {', '.join(TISSUES)}."
        )
    return tuple(one for one in voxel_s_tables() if (one.nuclide, one.tissue) == (found.name, tissue))
