"""A model of effect and the growth of the tissue meanwhile come in; BED less what grew back goes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.model import Model, Validity, at_least_zero

__all__ = ["Repopulation"]


@dataclass(frozen=True, kw_only=True)
class Repopulation:
    r"""
    Repopulation that starts after a kick-off time and undoes a constant BED a day from then on.

    .. math:: \mathrm{BED} = \max\left(0,\ \mathrm{BED}_0 - K \max(0,\ T - T_k)\right)

    Parameters
    ----------
    model
        The delivery itself; gives BED₀.
    overall_days
        From the first to the last irradiation, T. [d]
    kick_off_days
        When repopulation starts, T_k; 0 at once. [d]
    loss_gy_per_day
        BED undone a day, K, at the α/β the model is asked at. [Gy/d]
    parameters_source
        Where K and T_k were read; there is no repopulation without.

    Notes
    -----
    BED never falls below 0: a negative BED would credit other courses with an effect that this one did not have, and a
    voxel without dose would have grown by its treatment. Repopulation is a property of tumours and of tissues that respond
    early; for a late-responding organ it would hide dose, and no table here holds it for one.

    References
    ----------
    Fowler 1989, Br J Radiol 62:679-694, doi:10.1259/0007-1285-62-740-679.

    Examples
    --------
    >>> from graybook.radiobiology.linear_quadratic import LinearQuadratic
    >>> tumour = Repopulation(
    ...     model=LinearQuadratic(fractions=30), overall_days=39.0, kick_off_days=29.0,
    ...     loss_gy_per_day=0.5, parameters_source="an example",
    ... )
    >>> float(tumour.bed_gy(np.array(60.0), alpha_beta_gy=10.0))
    67.0
    """

    model: Model
    overall_days: float
    kick_off_days: float
    loss_gy_per_day: float
    parameters_source: str

    def __post_init__(self) -> None:
        at_least_zero(self.overall_days, "overall time", "days")
        at_least_zero(self.kick_off_days, "kick-off time", "days")
        at_least_zero(self.loss_gy_per_day, "BED undone a day", "Gy")
        if not self.parameters_source.strip():
            raise UsageError(
                "Repopulation without a source of its parameters.",
                value=(self.kick_off_days, self.loss_gy_per_day),
                remedy="Name where the kick-off time and the BED undone a day were read.",
            )

    @property
    def name(self) -> str:
        """Name in print."""
        return f"{self.model.name} with repopulation"

    @property
    def formula(self) -> str:
        """In print; that of the delivery gives BED_0."""
        return (
            f"BED = max(0, BED_0 − K · max(0, T − T_k)); {self.model.formula.replace('BED =', 'BED_0 =', 1)}"
        )

    @property
    def source(self) -> str:
        """Citation of the formulas and of the parameters."""
        return f"{self.model.source}; {self.parameters_source}"

    @property
    def validity(self) -> Validity:
        """That of the delivery."""
        return self.model.validity

    @property
    def lost_gy(self) -> float:
        """BED undone by the end. [Gy]"""
        return self.loss_gy_per_day * max(0.0, self.overall_days - self.kick_off_days)

    def bed_gy(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """Biologically effective dose, never below 0. [Gy]"""
        left: FloatArray = self.model.bed_gy(dose_gy, alpha_beta_gy=alpha_beta_gy) - self.lost_gy
        return np.asarray(np.maximum(left, 0.0))

    def outside_validity(self, dose_gy: FloatArray) -> BoolArray:
        """Where the delivery's own model is extrapolated. [Gy]"""
        return self.model.outside_validity(dose_gy)
