"""Nuclide and volume come in; the dose to a uniform sphere goes out, by voxel S or a supplied table, beside the local one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from graybook.errors import NotComparable, UsageError
from graybook.geometry.arrays import BoolArray, FloatArray, read_only
from graybook.nuclear.local_deposition import local_deposition_gy
from graybook.nuclear.voxel_s import voxel_s_dose
from graybook.nuclear.voxel_s_kernel import VoxelSKernel, kernel_sizes_mm, nearest_kernel, voxel_s_kernel
from graybook.tables.nuclides import nuclide

__all__ = ["SphereS", "SphereTable", "sphere_s_by_table", "sphere_s_by_voxels", "sphere_volume_cm3"]

_FEWEST_VOXELS = 2.5
"""Radius of a sphere in voxels, below which a stack of cubes is no sphere."""

_MM_PER_CM = 10.0


@dataclass(frozen=True, kw_only=True)
class SphereS:
    """
    Dose to a uniform sphere per time-integrated activity in it.

    Parameters
    ----------
    nuclide
        By name.
    mass_g
        Of the sphere. [g]
    gy_per_mbq_h
        Mean dose to the sphere by itself. [Gy/(MBq h)]
    local_gy_per_mbq_h
        The same by local deposition of the electrons. [Gy/(MBq h)]
    method
        ``voxel S`` or ``supplied table``.
    source
        Citation of the kernel or of the table.
    closure
        Energy that the kernel holds per energy of the electrons; None for a table.
    kernel_mm
        Voxel size of the kernel; None for a table. [mm]
    """

    nuclide: str
    mass_g: float
    gy_per_mbq_h: float
    local_gy_per_mbq_h: float
    method: str
    source: str
    closure: float | None
    kernel_mm: float | None

    @property
    def of_local(self) -> float:
        """Ratio to local deposition."""
        return self.gy_per_mbq_h / self.local_gy_per_mbq_h


@dataclass(frozen=True, kw_only=True, eq=False)
class SphereTable:
    """
    S-values of spheres that a person supplies.

    Parameters
    ----------
    nuclide
        In any spelling.
    mass_g
        Ascending. [g]
    gy_per_mbq_h
        Of the sphere by itself. [Gy/(MBq h)]
    source
        Where the figures come from.
    """

    nuclide: str
    mass_g: FloatArray
    gy_per_mbq_h: FloatArray
    source: str

    def __post_init__(self) -> None:
        """Refuse what is no table, and keep it as it is."""
        mass, value = read_only(self.mass_g), read_only(self.gy_per_mbq_h)
        good = mass.ndim == 1 and mass.shape == value.shape and mass.size >= 2
        if not (good and mass[0] > 0.0 and np.all(np.diff(mass) > 0.0) and np.all(value > 0.0)):
            raise UsageError(
                "A table of spheres has ascending masses, and an S-value above 0 for each.",
                value=(mass.tolist(), value.tolist()),
                remedy="Give two masses or more in g, and S-values in Gy/(MBq h).",
            )
        if not self.source.strip():
            raise UsageError("A table of spheres has no source.", remedy="Say where the S-values come from.")
        object.__setattr__(self, "mass_g", mass)
        object.__setattr__(self, "gy_per_mbq_h", value)


def sphere_volume_cm3(radius_mm: float) -> float:
    """
    Volume 4/3 π r³ of a sphere. [cm3]

    Examples
    --------
    >>> round(sphere_volume_cm3(10.0), 4)
    4.1888
    """
    return 4.0 / 3.0 * math.pi * (radius_mm / _MM_PER_CM) ** 3


def sphere_s_by_voxels(
    nuclide_name: str, volume_cm3: float, *, tissue: str = "soft", kernel_mm: float | None = None
) -> SphereS:
    """
    S of a sphere of cubes, convolved with a kernel: electrons that leave and photons that stay are in it.

    A sphere of cubes has one and a half times the surface of a sphere, so short-ranged electrons leave it too often: by 1 to 2 % of
    the dose by ¹⁷⁷Lu at 1 cm radius. What the kernel lacks (``closure``) is missing here too.

    Parameters
    ----------
    nuclide_name, tissue
        Which kernels.
    volume_cm3
        Of the sphere. [cm3]
    kernel_mm
        Voxel size of the kernel; None: the smallest whose reach is the radius, else the largest. [mm]

    Raises
    ------
    NotComparable
        The nuclide has no kernels, or the sphere is too small for them.

    Examples
    --------
    >>> sphere = sphere_s_by_voxels("Y-90", 33.51, kernel_mm=4.42)
    >>> round(sphere.of_local, 2)
    0.88
    """
    if not 0.0 < volume_cm3 < math.inf:
        raise UsageError("A sphere has a volume above 0.", value=volume_cm3, remedy="Give its volume in cm3.")
    radius_mm = _MM_PER_CM * (3.0 * volume_cm3 / (4.0 * math.pi)) ** (1.0 / 3.0)
    kernel = _kernel(nuclide_name, tissue, radius_mm, kernel_mm)
    edge_mm = kernel.voxel_mm
    if radius_mm < _FEWEST_VOXELS * edge_mm:
        raise NotComparable(
            f"A sphere of {volume_cm3:g} cm3 is too small for a kernel of {edge_mm:g} mm.",
            value=round(radius_mm, 2),
            remedy="Use local deposition, or supply a table of S-values of spheres.",
        )
    mass_g = volume_cm3 * kernel.density_g_per_cm3
    share = _share_absorbed(kernel.nuclide.name, tissue, edge_mm, round(radius_mm, 6))
    local = float(local_deposition_gy(1.0, mass_g, energy_kev=kernel.nuclide.electron_kev))
    return SphereS(
        nuclide=kernel.nuclide.name,
        mass_g=mass_g,
        gy_per_mbq_h=share * local,
        local_gy_per_mbq_h=local,
        method="voxel S",
        source=kernel.source,
        closure=kernel.closure,
        kernel_mm=edge_mm,
    )


def sphere_s_by_table(table: SphereTable, mass_g: float) -> SphereS:
    """
    S of a sphere from a supplied table, straight between its points in the logarithms of mass and S.

    Raises
    ------
    NotComparable
        The mass lies outside the table.
    """
    low, high = float(table.mass_g[0]), float(table.mass_g[-1])
    if not low <= mass_g <= high:
        raise NotComparable(
            "The mass of a sphere lies outside the supplied table.",
            value=mass_g,
            remedy=f"The table goes from {low:g} to {high:g} g: use local deposition, or a longer table.",
        )
    value = math.exp(float(np.interp(math.log(mass_g), np.log(table.mass_g), np.log(table.gy_per_mbq_h))))
    found = nuclide(table.nuclide)
    return SphereS(
        nuclide=found.name,
        mass_g=mass_g,
        gy_per_mbq_h=value,
        local_gy_per_mbq_h=float(local_deposition_gy(1.0, mass_g, energy_kev=found.electron_kev)),
        method="supplied table",
        source=table.source,
        closure=None,
        kernel_mm=None,
    )


def _kernel(nuclide_name: str, tissue: str, radius_mm: float, kernel_mm: float | None) -> VoxelSKernel:
    if kernel_mm is not None:
        return voxel_s_kernel(nuclide_name, tissue, kernel_mm)
    sizes = kernel_sizes_mm(nuclide_name, tissue)
    if not sizes:
        return nearest_kernel(nuclide_name, tissue, (1.0, 1.0, 1.0))  # refuses, and says what there is
    kernels = [voxel_s_kernel(nuclide_name, tissue, size) for size in sizes]
    return next((one for one in kernels if one.reach_mm >= radius_mm), kernels[-1])


@cache
def _share_absorbed(name: str, tissue: str, edge_mm: float, radius_mm: float) -> float:
    """Dose to a sphere of cubes by activity spread evenly in it, per dose by local deposition of the electrons."""
    inside = _sphere_of_cubes(radius_mm, edge_mm)
    count = int(np.count_nonzero(inside))
    kernel = voxel_s_kernel(name, tissue, edge_mm)
    found = voxel_s_dose(inside / count, spacing_mm=(edge_mm,) * 3, nuclide_name=name, tissue=tissue)
    local = local_deposition_gy(1.0, count * kernel.voxel_g, energy_kev=kernel.nuclide.electron_kev)
    return float(np.mean(found.gy[inside]) / local)


def _sphere_of_cubes(radius_mm: float, edge_mm: float) -> BoolArray:
    """The cubes whose middles lie within a radius of the middle of one."""
    steps = math.ceil(radius_mm / edge_mm)
    along = (np.arange(-steps, steps + 1) * edge_mm) ** 2
    inside: BoolArray = along[:, None, None] + along[:, None] + along <= radius_mm**2
    return inside
