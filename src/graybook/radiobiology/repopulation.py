"""A model of effect and the growth of the tissue meanwhile come in; BED less what grew back goes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.model import Model, Validity, alpha_beta, at_least_zero
from graybook.tables.repopulation import Repopulation as TissueRepopulation

__all__ = ["Repopulation"]


@dataclass(frozen=True, kw_only=True)
class Repopulation:
    r"""
    Repopulation that starts after a kick-off time and undoes a constant BED a day from then on.

    .. math::

        \mathrm{BED} = \max\left(0,\ \mathrm{BED}_0 - K \left(1 + \frac{x}{\alpha/\beta}\right) \max(0,\ T - T_k)\right)

    Parameters
    ----------
    model
        The delivery itself; gives BED₀.
    overall_days
        From the first to the last irradiation, T. [d]
    kick_off_days
        When repopulation starts, T_k; 0 at once. [d]
    loss_gy_per_day
        What is undone a day, K. [Gy/d]
    parameters_source
        Where K and T_k were read; there is no repopulation without.
    loss_fraction_gy
        In fractions of which size K is stated, x: 2 for a dose in 2 Gy fractions, 0 for BED. [Gy]

    Notes
    -----
    BED never falls below 0: a negative BED would credit other courses with an effect that this one did not have, and a
    voxel without dose would have grown by its treatment. Repopulation is a property of tumours and of tissues that respond
    early; in a late-responding organ it would hide dose. The table `repopulation.csv` holds K as its source states it, without
    saying in fractions of which size: who uses it says so.

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
    loss_fraction_gy: float = 0.0

    def __post_init__(self) -> None:
        at_least_zero(self.overall_days, "overall time", "days")
        at_least_zero(self.kick_off_days, "kick-off time", "days")
        at_least_zero(self.loss_gy_per_day, "dose undone a day", "Gy")
        at_least_zero(self.loss_fraction_gy, "fraction size of the dose undone a day", "Gy")
        if not self.parameters_source.strip():
            raise UsageError(
                "Repopulation without a source of its parameters.",
                value=(self.kick_off_days, self.loss_gy_per_day),
                remedy="Name where the kick-off time and the dose undone a day were read.",
            )

    @classmethod
    def of_tissue(
        cls,
        row: TissueRepopulation,
        *,
        model: Model,
        overall_days: float,
        loss_fraction_gy: float,
        kick_off_days: float | None = None,
    ) -> Repopulation:
        """Repopulation of a tissue of the tables; the kick-off time is the row's unless one is given. [Gy, d]"""
        onset = row.onset_days if kick_off_days is None else kick_off_days
        if onset is None:
            raise UsageError(
                f"The tables do not say when repopulation starts: {row.tissue}.",
                remedy="Give kick_off_days, with your reason.",
            )
        return cls(
            model=model,
            overall_days=overall_days,
            kick_off_days=onset,
            loss_gy_per_day=row.gy_per_day,
            parameters_source=f"{row.tissue}, {row.primary or row.source_text} ({row.tier})",
            loss_fraction_gy=loss_fraction_gy,
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

    def lost_gy(self, *, alpha_beta_gy: float) -> float:
        """BED undone by the end. [Gy]"""
        a_day = self.loss_gy_per_day * (1.0 + self.loss_fraction_gy / alpha_beta(alpha_beta_gy))
        return a_day * max(0.0, self.overall_days - self.kick_off_days)

    def bed_gy(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """Biologically effective dose, never below 0. [Gy]"""
        lost = self.lost_gy(alpha_beta_gy=alpha_beta_gy)
        left: FloatArray = self.model.bed_gy(dose_gy, alpha_beta_gy=alpha_beta_gy) - lost
        return np.asarray(np.maximum(left, 0.0))

    def outside_validity(self, dose_gy: FloatArray) -> BoolArray:
        """Where the delivery's own model is extrapolated. [Gy]"""
        return self.model.outside_validity(dose_gy)
