"""Voxel S on spheres: dose beside local deposition and published S-values, and what voxels of another size do, come out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graybook.geometry.arrays import BoolArray
from graybook.nuclear.local_deposition import local_deposition_gy
from graybook.nuclear.sphere import sphere_s_by_voxels, sphere_volume_cm3
from graybook.nuclear.voxel_s import resampled_voxel_s_dose
from graybook.nuclear.voxel_s_kernel import nearest_kernel
from graybook.tables.nuclides import nuclide
from validation.sections import section, table
from validation.voxel_s_closure import NUCLIDES

__all__ = ["measured"]

SOFT_G_PER_CM3 = 1.04
RADII_MM = (6.0, 10.0, 20.0, 40.0)
OTHER_SPACINGS_MM = ((4.6, 4.6, 4.6), (4.795, 4.795, 4.795), (3.9, 3.9, 3.27), (2.0, 4.0, 4.0))

PUBLISHED_GY_PER_BQ_S = {
    1.01: 2.34e-11,
    1.74: 1.36e-11,
    4.12: 5.79e-12,
    8.04: 2.98e-12,
    27.1: 8.94e-13,
    64.3: 3.81e-13,
    217.0: 1.15e-13,
    515.0: 4.91e-14,
    1010.0: 2.55e-14,
}
"""By mass in g: soft-tissue spheres of Lu-177 of github.com/qurit/PyTheranostics, data/s-values/spheres.json, 0 % bone."""


def measured() -> dict[str, Any]:
    """Ratios to local deposition, to published spheres, and of resampled voxels."""
    ratios = [_published(mass_g, value) for mass_g, value in PUBLISHED_GY_PER_BQ_S.items()]
    return section(
        "Spheres",
        texts=[
            "Mean dose to a sphere in which activity is spread evenly, per dose by local deposition of the electrons at the same "
            "mass. `sphere_s_by_voxels` takes the smallest kernel whose reach is the radius of the sphere. A sphere of cubes has "
            "half as much surface again as a sphere, so electrons of short range leave it too often; that and the missing energy "
            "of ¹⁷⁷Lu both make it too low. For ¹⁷⁷Lu local deposition is the nearer of the two to published spheres.",
        ],
        tables=[
            table("By voxel S, per local deposition", ["radius, mm", *NUCLIDES], _by_radius()),
            table(
                "¹⁷⁷Lu in soft tissue beside published S-values of spheres",
                [
                    "mass, g",
                    "published, per local deposition",
                    "voxel S, per published",
                    "local deposition, per published",
                ],
                [[f"{one[0]:g}", *(f"{value:.3f}" for value in one[1:])] for one in ratios],
                note="Published: qurit/PyTheranostics, spheres.json, 0 % bone.",
            ),
            table(
                "Voxels that have no kernel: a sphere of 20 mm radius",
                [
                    "nuclide",
                    "voxel, mm",
                    "nearest kernel as it is: energy off",
                    "done instead",
                    "energy off",
                    "mean dose",
                ],
                [row for name in NUCLIDES for row in _resampled(name)],
                note="The nearest kernel on other voxels gives or takes energy by the ratio of the volumes; this is refused. "
                "Mean dose: of the sphere, per local deposition; the spheres differ a little by the voxels they are made of, and "
                "resampling blurs their sharp edge, which no camera would show.",
            ),
        ],
        figures={
            "Lu-177: voxel S per published, least": round(min(one[2] for one in ratios), 3),
            "Lu-177: voxel S per published, most": round(max(one[2] for one in ratios), 3),
        },
    )


def _by_radius() -> list[list[str]]:
    return [
        [
            f"{radius:g}",
            *(f"{sphere_s_by_voxels(name, sphere_volume_cm3(radius)).of_local:.3f}" for name in NUCLIDES),
        ]
        for radius in RADII_MM
    ]


def _published(mass_g: float, gy_per_bq_s: float) -> tuple[float, float, float, float]:
    published = gy_per_bq_s * 1e6 * 3600.0
    found = sphere_s_by_voxels("Lu-177", mass_g / SOFT_G_PER_CM3)
    local = found.local_gy_per_mbq_h
    return mass_g, published / local, found.gy_per_mbq_h / published, local / published


def _resampled(name: str) -> list[list[str]]:
    rows = []
    for spacing in OTHER_SPACINGS_MM:
        inside = _sphere(20.0, spacing)
        dose = resampled_voxel_s_dose(inside.astype(float), spacing_mm=spacing, nuclide_name=name)
        nearest = nearest_kernel(name, "soft", spacing)
        voxel_mm3 = float(np.prod(spacing))
        electrons = nuclide(name).electron_kev
        local = local_deposition_gy(1.0, voxel_mm3 * 1e-3 * SOFT_G_PER_CM3, energy_kev=electrons)
        held = float(np.sum(dose.gy)) / float(local) / np.count_nonzero(inside)
        sizes = " and ".join(f"{one:g}" for one in dose.of_sizes_mm)
        done = "" if dose.resampled_from_mm is None else f"resampled to {dose.kernel_mm:g} mm, "
        rows.append([
            name,
            " × ".join(f"{one:g}" for one in spacing),
            f"{100.0 * (voxel_mm3 / nearest.voxel_mm**3 - 1.0):+.1f} %",
            f"{done}kernel of {sizes} mm",
            f"{100.0 * (held / dose.closure - 1.0) + 0.0:+.3f} %".replace("-0.000", "+0.000"),
            f"{float(np.mean(dose.gy[inside]) / local):.3f}",
        ])  # fmt: skip
    return rows


def _sphere(radius_mm: float, spacing_mm: tuple[float, ...]) -> BoolArray:
    """Voxels whose middle lies in a sphere about the middle of one, with a margin wider than any kernel's reach."""
    squares = []
    for edge in spacing_mm:
        steps = math.ceil((radius_mm + 60.0) / edge)
        squares.append((np.arange(-steps, steps + 1) * edge) ** 2)
    z, y, x = squares
    inside: BoolArray = z[:, None, None] + y[:, None] + x <= radius_mm**2
    return inside
