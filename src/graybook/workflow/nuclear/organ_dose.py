"""An organ's time-integrated activity comes in; its mass, its mean dose by each model that applies, and the one used, go out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graybook.errors import GraybookError, InputError, NotComparable
from graybook.files.nuclear_settings import OrganWish
from graybook.geometry import Grid
from graybook.nuclear.alpha import ChainDose, chain_dose
from graybook.nuclear.chain import Chain, chain_in_place
from graybook.nuclear.local_deposition import local_deposition_gy
from graybook.nuclear.organ_s import OrganS, organ_s_dose
from graybook.nuclear.sphere import sphere_s_by_voxels
from graybook.nuclear.voxel_s import VoxelSDose, resampled_voxel_s_dose
from graybook.record import Structure
from graybook.tables.structure_names import root
from graybook.tables.voxel_s import voxel_s_tables
from graybook.workflow.nuclear.images import ActivityImage
from graybook.workflow.nuclear.organ_curve import OrganCurve
from graybook.workflow.nuclear.organ_points import OrganPoint, OrganPoints
from graybook.workflow.nuclear.region_activity import mean_of

__all__ = [
    "LOCAL",
    "DoseOption",
    "Mass",
    "OrganDose",
    "VoxelDoses",
    "is_kernel_sized",
    "mass_of",
    "organ_dose",
]

LEAST_EDGE_MM, MOST_EDGE_MM = 0.5, 25.0
"""Voxels that a kernel of 2 to 10 mm may be asked of. [mm]"""

LOCAL, VOXELS, SPHERE, ORGAN_S = "local deposition", "voxel S", "sphere", "organ S"

NOT_SOFT = (
    "Lung",
    "Bone",
    "Femur",
    "Femurs",
    "Rib",
    "Ribs",
    "Sternum",
    "Spine",
    "Pelvis",
    "Mandible",
    "Skull",
    "VB",
)
"""Organs that soft tissue's density is not that of, by TG-263 name without side or number."""


@dataclass(frozen=True, kw_only=True)
class Mass:
    """Of an organ, and whether a person states it outright. [g]"""

    mass_g: float
    stated: bool
    source: str


@dataclass(frozen=True, kw_only=True)
class DoseOption:
    """Mean dose under one model. [Gy]"""

    method: str
    dose_gy: float
    note: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class OrganDose:
    """The dose of an organ in one cycle.

    Parameters
    ----------
    used
        The option that a person chose, else local deposition; first of ``options``.
    chain
        By each nuclide of the chain and each kind of particle, by local deposition, not weighted.
    """

    mass: Mass
    used: DoseOption
    options: tuple[DoseOption, ...]
    chain: ChainDose

    @property
    def alpha_gy(self) -> float:
        """Share by α particles, not weighted. [Gy]"""
        return self.chain.alpha_gy


@dataclass(kw_only=True, eq=False)
class VoxelDoses:
    """Dose rates of images by voxel S, each computed once, when first asked for."""

    found: dict[str, VoxelSDose | NotComparable] = field(default_factory=dict)

    def of(self, image: ActivityImage) -> VoxelSDose:
        """Dose rate [Gy/h] of an image; :class:`NotComparable` when there is no kernel for it."""
        if image.series_uid not in self.found:
            self.found[image.series_uid] = _dose_rate(image)
        known = self.found[image.series_uid]
        if isinstance(known, NotComparable):
            raise known
        return known

    @property
    def used(self) -> tuple[VoxelSDose, ...]:
        """Those that could be had, in the order of their images' UIDs."""
        return tuple(
            one
            for uid, one in sorted(self.found.items(), key=lambda item: item[0])
            if isinstance(one, VoxelSDose)
        )


def is_kernel_sized(grid: Grid) -> bool:
    """Whether voxels are of a size that kernels are made for: others are a file's mistake."""
    return all(LEAST_EDGE_MM <= edge <= MOST_EDGE_MM for edge in grid.spacing_mm.tolist())


def _dose_rate(image: ActivityImage) -> VoxelSDose | NotComparable:
    if image.grid.planes_mm is not None:
        return NotComparable(
            "Voxel S-values need evenly spaced planes.", value=image.path, remedy="Use local deposition."
        )
    if not is_kernel_sized(image.grid):
        return NotComparable(
            "Voxel S-values need voxels of a few millimetres.",
            value=image.grid.spacing_mm.tolist(),
            remedy="Use local deposition.",
        )
    mbq = np.clip(image.bq_per_ml, 0.0, None) * (image.grid.voxel_cm3 / 1e6)
    try:
        return resampled_voxel_s_dose(
            mbq, spacing_mm=image.grid.spacing_mm[::-1].tolist(), nuclide_name=image.nuclide
        )
    except NotComparable as error:
        return error


def mass_of(structure: Structure, volume_cm3: float, wish: OrganWish | None) -> Mass:
    """
    Mass of an organ: stated, or volume times a density, stated or that of soft tissue.

    Raises
    ------
    InputError
        The organ is not of soft tissue and nobody states its density.
    """
    if wish is not None and wish.mass_g is not None:
        return Mass(mass_g=wish.mass_g, stated=True, source=wish.said)
    if wish is not None and wish.density_g_per_cm3 is not None:
        return Mass(mass_g=volume_cm3 * wish.density_g_per_cm3, stated=False, source=wish.said)
    plain = root(structure.tg263 or structure.name)
    if any(plain == one or plain.startswith(f"{one}_") for one in NOT_SOFT) or plain == "Lungs":
        raise InputError(
            f"{structure.name} is not of soft tissue's density.",
            value=f"{volume_cm3:.1f} cm³",
            remedy="State density_g_per_cm3 or mass_g with [[nuclear_organ]] in graybook.toml.",
        )
    soft = next(one for one in voxel_s_tables() if one.tissue == "soft")
    return Mass(
        mass_g=volume_cm3 * soft.density_g_per_cm3,
        stated=False,
        source=f"{soft.density_g_per_cm3:g} g/cm³, soft tissue of {soft.source_text}",
    )


def organ_dose(
    points: OrganPoints, curve: OrganCurve, nuclide: str, wish: OrganWish | None, voxels: VoxelDoses
) -> OrganDose:
    """
    The dose of an organ in one cycle, by the model a person chose or by local deposition, the other models beside it.

    Raises
    ------
    GraybookError
        The chosen model does not apply, or the mass is not known.
    """
    mass = mass_of(points.structure, points.volume_cm3, wish)
    chain = chain_in_place(nuclide)
    local = chain_dose(chain, curve.mbq_h, mass.mass_g)
    options = [DoseOption(method=LOCAL, dose_gy=local.alpha_and_electron_gy, note=_left_out(chain))]
    wanted = wish.dose if wish is not None and wish.dose else LOCAL
    if not local.alpha_gy:
        options += _others(points, curve, mass, local.alpha_and_electron_gy, wish, wanted, voxels)
    chosen = next((one for one in options if one.method == wanted), None)
    if chosen is None:
        raise InputError(
            f"The dose of {points.organ} cannot be had by {wanted}.",
            value=nuclide,
            remedy="Choose another dose model with [[nuclear_organ]].",
        )
    return OrganDose(
        mass=mass,
        used=chosen,
        options=(chosen, *(one for one in options if one is not chosen)),
        chain=local,
    )


def _left_out(chain: Chain) -> str:
    return f"without {', '.join(chain.left_out)}" if chain.left_out else ""


def _others(
    points: OrganPoints,
    curve: OrganCurve,
    mass: Mass,
    local_gy: float,
    wish: OrganWish | None,
    wanted: str,
    voxels: VoxelDoses,
) -> list[DoseOption]:
    """The other models that apply; the reason why the wished one does not is raised."""
    found: list[DoseOption] = []
    try:
        found.append(_by_voxels(_weightiest(points, curve), local_gy, voxels))
    except NotComparable:
        if wanted == VOXELS:
            raise
    if points.structure.kind != "organ" or wanted == SPHERE:
        try:
            sphere = sphere_s_by_voxels(points.points[0].image.nuclide, points.volume_cm3)
            scaled = sphere.gy_per_mbq_h * sphere.mass_g / mass.mass_g
            found.append(
                DoseOption(method=SPHERE, dose_gy=curve.mbq_h * scaled, note="", source=sphere.source)
            )
        except GraybookError:
            if wanted == SPHERE:
                raise
    if wish is not None and wish.s_gy_per_mbq_h is not None:
        found.append(_by_organ_s(points.organ, curve, mass, wish, wish.s_gy_per_mbq_h))
    return found


def _weightiest(points: OrganPoints, curve: OrganCurve) -> OrganPoint:
    """The time nearest to the mean life of the activity: where most of the decays happen around."""
    mean_life_h = curve.mbq_h / max(one.activity_mbq for one in points.points)
    return min(points.points, key=lambda one: (abs(one.hours - mean_life_h), one.hours))


def _by_voxels(point: OrganPoint, local_gy: float, voxels: VoxelDoses) -> DoseOption:
    """The ratio of both models at one time, taken for all times: activity of other organs and border effects are in it."""
    found = voxels.of(point.image)
    mean_rate = mean_of(point.voxels, found.gy)
    kernel_mass_g = point.voxels.volume_cm3 * found.density_g_per_cm3
    chain = chain_in_place(point.image.nuclide)
    local_rate = float(
        local_deposition_gy(point.seen_mbq, kernel_mass_g, energy_kev=chain.members[0].nuclide.electron_kev)
    )
    note = f"kernel {found.kernel_mm:g} mm, energy closure {found.closure:.3f}, ratio at {point.hours:.1f} h"
    return DoseOption(
        method=VOXELS, dose_gy=local_gy * mean_rate / local_rate, note=note, source=found.source
    )


def _by_organ_s(
    organ: str, curve: OrganCurve, mass: Mass, wish: OrganWish, s_gy_per_mbq_h: float
) -> DoseOption:
    value = OrganS(
        target=organ,
        source=organ,
        gy_per_mbq_h=s_gy_per_mbq_h,
        reference_mass_g=wish.s_mass_g,
        origin=wish.said,
    )
    scaled = mass.mass_g if wish.s_mass_g is not None else None
    found = organ_s_dose(organ, [value], {organ: curve.mbq_h}, mass_g=scaled)
    note = "" if wish.s_mass_g is None else f"scaled from {wish.s_mass_g:g} g"
    return DoseOption(method=ORGAN_S, dose_gy=found.gy, note=note, source=wish.said)
