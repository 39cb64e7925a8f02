"""Dose: a grid, voxels in Gy, and what quantity they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid

__all__ = ["DoseVolume", "Quantity"]


class Quantity(StrEnum):
    """What a dose in Gy means."""

    PHYSICAL = "physical"
    """Absorbed dose, photon-isoeffective as it is (photons, electrons)."""
    RBE_WEIGHTED = "rbe-weighted"
    """Absorbed dose times an RBE by a named model: photon-isoeffective."""
    UNKNOWN = "unknown"
    """EFFECTIVE of unknown content, proton PHYSICAL not yet confirmed: not usable in a sum."""
    BED = "bed"
    EQD2 = "eqd2"


@dataclass(frozen=True, kw_only=True, eq=False)
class DoseVolume:
    """A dose distribution of one phase (all planned fractions unless the phase says otherwise).

    Parameters
    ----------
    grid
        Where the voxels lie.
    voxels
        Gives the values in Gy, zyx; called when needed, so that listing a record loads no voxels.
    quantity
        What the values mean.
    alpha_beta_gy
        The α/β used, for BED and EQD2. [Gy]
    rbe_model
        The model, for RBE-weighted dose.
    """

    grid: Grid
    voxels: Callable[[], FloatArray]
    quantity: Quantity = Quantity.PHYSICAL
    alpha_beta_gy: float | None = None
    rbe_model: str = ""

    def __post_init__(self) -> None:
        if self.quantity in (Quantity.BED, Quantity.EQD2) and self.alpha_beta_gy is None:
            raise InputError(
                f"A dose in {self.quantity.value} must state its α/β.", remedy="Give alpha_beta_gy."
            )
        if self.quantity is Quantity.RBE_WEIGHTED and not self.rbe_model:
            raise InputError("An RBE-weighted dose must name its model.", remedy="Give rbe_model.")
