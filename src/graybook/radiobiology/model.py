"""Model: the one signature of every model of effect; total physical dose at points comes in, BED at the same points goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray

__all__ = ["Model", "Validity", "above_zero", "alpha_beta", "at_least_zero", "doses", "whole_number"]

_NO_DOSE = "Give absorbed doses of at least 0 Gy; leave out what is not a dose."


@dataclass(frozen=True, kw_only=True)
class Validity:
    """
    Up to where a model was shown to hold.

    Parameters
    ----------
    code
        Key of the sentence that says it, without ``validity_``.
    limit
        The figure in that sentence; None when it has none.
    source
        Citation of the figure.
    """

    code: str
    limit: float | None = None
    source: str = ""


class Model(Protocol):
    """
    What every model of this package is: a frozen value that validates itself.

    The dose is the total absorbed dose of one delivery in each voxel; how it arrives in time is the model's own parameters.
    """

    @property
    def name(self) -> str:
        """Name in print, for example ``linear-quadratic``."""

    @property
    def formula(self) -> str:
        """The formula in print, symbols as in the field."""

    @property
    def source(self) -> str:
        """Citation of the formula, and of the parameters that came with it."""

    @property
    def validity(self) -> Validity:
        """Up to where the model holds."""

    def bed_gy(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """Biologically effective dose, of the shape of ``dose_gy``. [Gy]"""

    def outside_validity(self, dose_gy: FloatArray) -> BoolArray:
        """Where the model is extrapolated, of the shape of ``dose_gy``. [Gy]"""


def alpha_beta(value_gy: float) -> float:
    """The α/β, which is above 0 and finite. [Gy]"""
    if not 0 < value_gy < np.inf:
        raise UsageError(
            "α/β must be positive.", value=value_gy, remedy="Give α/β in Gy, 2 or 3 for late effects."
        )
    return value_gy


def doses(dose_gy: FloatArray) -> FloatArray:
    """The doses, of which none is below 0; where a voxel has no dose (NaN), it has no BED. [Gy]"""
    found = np.asarray(dose_gy, dtype=np.float64)
    if bool((found < 0).any()):
        raise UsageError("A dose is below 0.", value=float(np.nanmin(found)), remedy=_NO_DOSE)
    if bool(np.isinf(found).any()):
        raise UsageError("A dose is infinite.", value=float("inf"), remedy=_NO_DOSE)
    return found


def above_zero(value: float, what: str, unit: str) -> float:
    """A parameter that is above 0 and finite."""
    if not 0 < value < np.inf:
        raise UsageError(f"The {what} must be above 0.", value=value, remedy=f"Give it in {unit}, above 0.")
    return value


def at_least_zero(value: float, what: str, unit: str) -> float:
    """A parameter that is 0 or more, and finite."""
    if not 0 <= value < np.inf:
        raise UsageError(
            f"The {what} must be 0 or more.", value=value, remedy=f"Give it in {unit}, 0 or more."
        )
    return value


def whole_number(value: int, what: str) -> int:
    """A count that is a whole number of at least 1."""
    if value != int(value) or value < 1:
        raise UsageError(
            f"The number of {what} must be 1 or more.", value=value, remedy="Give a whole number."
        )
    return int(value)
