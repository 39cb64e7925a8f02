"""Voxel S: the energy that each of the 78 kernels holds, per energy of the electrons, comes out; printed as well as written."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from graybook.nuclear.voxel_s_kernel import kernel_sizes_mm, mixed_kernel, voxel_s_kernel
from graybook.tables.voxel_s import TISSUES
from validation.sections import plot, section, table

__all__ = ["NUCLIDES", "closures", "measured"]

NUCLIDES = ("Y-90", "Lu-177", "I-131")
STANDS_OUT = 0.01
"""Departure from the mean of its two neighbours in size from which a kernel is named."""


def measured() -> dict[str, Any]:
    """Closure of every kernel, those that stand out among their neighbours, and the deficit of Lu-177."""
    found = closures()
    sizes = kernel_sizes_mm(NUCLIDES[0], "soft")
    heads = ["voxel, mm", *(f"{name} {tissue}" for name, tissue in found)]
    rows = [[f"{size:g}", *(f"{row[size]:.4f}" for row in found.values())] for size in sizes]
    for row in [heads, *rows]:
        sys.stdout.write("  ".join(f"{cell:>11}" for cell in row) + "\n")
    lutetium = found["Lu-177", "soft"]
    figures = {
        "Lu-177 soft: least": min(lutetium.values()),
        "Lu-177 soft: most": max(lutetium.values()),
        "Y-90: largest departure from 1": max(
            abs(value - 1.0) for (name, _), row in found.items() if name == "Y-90" for value in row.values()
        ),
    }
    return section(
        "Energy in each kernel",
        texts=[
            "Sum of all 1331 values of a kernel, times the mass of a voxel, per energy of the electrons that the nuclide emits "
            "at a decay (ICRP-107). A pure β emitter comes to 1. Photons that stay within reach come on top.",
            "**⁹⁰Y** closes. It is a pure β emitter, and the densities 1.04 and 1.85 g/cm³ of the two media are those at which it "
            "does: the publication's own were not read.",
            f"**¹⁷⁷Lu lacks energy.** In soft tissue its kernels hold {min(lutetium.values()):.3f} to "
            f"{max(lutetium.values()):.3f} of the electrons' energy although they contain photons, which should bring them above "
            "1. So a dose by these kernels is at least 1 to 5 % too low. The cause is not known; nothing is scaled to hide it. "
            "Every result by a kernel carries its closure, and local deposition stands beside it.",
            "**¹³¹I** gives twice as much energy to photons as to electrons; the larger the kernel, the more of it stays.",
        ],
        tables=[
            table("Energy held, per energy of the electrons", heads, rows),
            _odd(found, sizes),
            _between(),
        ],
        plots=[
            plot(
                "closure",
                "Energy held by kernels in soft tissue, per energy of the electrons",
                x="voxel, mm",
                y="per energy of the electrons",
                series=[(name, list(sizes), list(found[name, "soft"].values())) for name in NUCLIDES],
            )
        ],
        figures={name: round(value, 4) for name, value in figures.items()},
    )


def closures() -> dict[tuple[str, str], dict[float, float]]:
    """By nuclide and tissue, by voxel size."""
    return {
        (name, tissue): {
            size: voxel_s_kernel(name, tissue, size).closure for size in kernel_sizes_mm(name, tissue)
        }
        for name in NUCLIDES
        for tissue in TISSUES
    }


def _odd(found: dict[tuple[str, str], dict[float, float]], sizes: tuple[float, ...]) -> dict[str, Any]:
    rows = []
    for (name, tissue), row in found.items():
        for before, size, after in zip(sizes, sizes[1:], sizes[2:], strict=False):
            share = (size - before) / (after - before)
            expected = row[before] + share * (row[after] - row[before])
            if abs(row[size] / expected - 1.0) > STANDS_OUT:
                off = 100.0 * (row[size] / expected - 1.0)
                rows.append([name, tissue, f"{size:g}", f"{row[size]:.4f}", f"{off:+.1f} %"])
    return table(
        "Kernels that stand out among their neighbours in size",
        ["nuclide", "tissue", "voxel, mm", "energy held", "beside the line through its neighbours"],
        rows,
        note=f"By more than {100.0 * STANDS_OUT:g} %: the files themselves are in doubt there.",
    )


def _between() -> dict[str, Any]:
    """Kernels left out and made again from their neighbours in size: the worst of each nuclide and tissue."""
    rows = []
    for name in NUCLIDES:
        for tissue in TISSUES:
            sizes = kernel_sizes_mm(name, tissue)
            off = [
                _misplaced(name, tissue, *three) for three in zip(sizes, sizes[1:], sizes[2:], strict=False)
            ]
            worst = int(np.argmax([one for one, _ in off]))
            cells = [f"{100.0 * np.median([one for one, _ in off]):.2f} %", f"{100.0 * off[worst][0]:.2f} %"]
            rows.append(
                [
                    name,
                    tissue,
                    *cells,
                    f"{sizes[worst]:g}, {sizes[worst + 2]:g}",
                    f"{100.0 * off[worst][1]:+.2f} %",
                ]
            )
    return table(
        "Kernels made from their two neighbours in size instead of read",
        ["nuclide", "tissue", "energy misplaced, median", "worst", "between, mm", "there, in all"],
        rows,
        note="Each size but the first and last is left out and made again, in a gap twice as wide as any that is used.",
    )


def _misplaced(name: str, tissue: str, below: float, size: float, above: float) -> tuple[float, float]:
    """Share of the energy that lies in another voxel than it should, and by how much all of it is off."""
    made = mixed_kernel(voxel_s_kernel(name, tissue, below), voxel_s_kernel(name, tissue, above), size).values
    truth = voxel_s_kernel(name, tissue, size).values
    whole = float(np.sum(truth))
    return float(np.sum(np.abs(made - truth))) / whole, float(np.sum(made)) / whole - 1.0
