"""The table of voxel S-values comes in; the kernel of a nuclide, tissue and voxel size, or the sizes there are, goes out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement

from graybook.errors import InputError
from graybook.tables._rows import PRIMARY_CHECKED, Row, number, place_of, table_rows
from graybook.tables.sources import source_text

__all__ = ["OCTANT", "TISSUES", "VoxelSTable", "voxel_s_tables"]

OCTANT = 6
"""Voxels along one edge of the octant of a kernel, the source voxel at its corner."""

TISSUES = ("soft", "bone")

_FILE = "voxel_s.csv"
_COLUMNS = ("nuclide", "tissue", "voxel_mm", "density_g_per_cm3", "s_mgy_per_mbq_s")
_REMEDY = "restore the file from the package, or build it anew as the README beside it says"
_PLACES = tuple(combinations_with_replacement(range(OCTANT), 3))


@dataclass(frozen=True, kw_only=True)
class VoxelSTable:
    """
    Dose to each voxel around one voxel in which a nuclide decays, in a uniform medium.

    Parameters
    ----------
    nuclide
        ``Lu-177``.
    tissue
        ``soft`` or ``bone`` (compact).
    voxel_mm
        Edge of the cubic voxels. [mm]
    density_g_per_cm3
        Density of the medium, as the energy of the kernels implies it. [g/cm3]
    values
        S by place (i, j, k) with i ≤ j ≤ k, in voxels from the source; turned about, the value is the same. [mGy/(MBq s)]
    source, source_text, tier, primary_checked
        Key, citation, how it was read, whether in the primary.
    """

    nuclide: str
    tissue: str
    voxel_mm: float
    density_g_per_cm3: float
    values: tuple[float, ...]
    source: str
    source_text: str
    tier: str
    primary_checked: bool

    def __post_init__(self) -> None:
        """Refuse a kernel that lacks values, or in which the source voxel does not get the most."""
        good = (
            len(self.values) == len(_PLACES) and min(self.values) > 0.0 and max(self.values) == self.values[0]
        )
        if not good or self.tissue not in TISSUES or self.voxel_mm <= 0.0 or self.density_g_per_cm3 <= 0.0:
            raise InputError(
                f"Table {_FILE}: the kernel of {self.nuclide}, {self.tissue}, {self.voxel_mm:g} mm is none",
                value=len(self.values),
                remedy=_REMEDY,
            )

    def at(self, place: tuple[int, int, int]) -> float:
        """S at a place of the octant, whatever the order of its steps. [mGy/(MBq s)]"""
        near, middle, far = sorted(place)
        return self.values[_PLACES.index((near, middle, far))]


@cache
def voxel_s_tables() -> tuple[VoxelSTable, ...]:
    """All kernels of the edition, by nuclide, tissue and voxel size."""
    return tuple(_table(row) for row in table_rows(_FILE, _COLUMNS))


def _table(row: Row) -> VoxelSTable:
    return VoxelSTable(
        nuclide=row["nuclide"],
        tissue=row["tissue"],
        voxel_mm=number(row, "voxel_mm", _FILE),
        density_g_per_cm3=number(row, "density_g_per_cm3", _FILE),
        values=_values(row),
        source=row["source"],
        source_text=source_text(row["source"]),
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
    )


def _values(row: Row) -> tuple[float, ...]:
    try:
        return tuple(float(cell) for cell in row["s_mgy_per_mbq_s"].split())
    except ValueError:
        raise InputError(
            f"{place_of(row, _FILE)}: an S-value is not a number", value=row["nuclide"], remedy=_REMEDY
        ) from None
