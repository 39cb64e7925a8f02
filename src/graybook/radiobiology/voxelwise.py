"""Voxelwise: planned doses of several fractionations come in; their EQD2 together, in one pass over memory, goes out.

For courses given one after the other: what is given in the same sessions is to be added as physical dose first (rule 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.radiobiology._kernels.equieffective import add_eqd2, eqd2_of_three, eqd2_of_three_single
from graybook.radiobiology.model import alpha_beta

__all__ = ["PlannedVolume", "add_eqd2_gy", "summed_eqd2_gy"]

AT_ONCE = 3
"""Doses that one pass over memory takes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedVolume:
    """A dose of ``planned`` fractions in each voxel, and how many of them were given. [Gy]"""

    dose_gy: FloatArray
    planned: int
    fractions: int

    def __post_init__(self) -> None:
        _checked(self.planned, self.fractions)


def _checked(planned: int, fractions: int) -> None:
    if planned < 1 or fractions < 0:
        raise UsageError(
            "A dose is planned in at least one fraction, and none or more of them are given.",
            value=(planned, fractions),
            remedy="Give the numbers of fractions.",
        )


def add_eqd2_gy(
    total_gy: FloatArray, dose_gy: FloatArray, *, planned: int, fractions: int, alpha_beta_gy: float
) -> None:
    """
    Add to ``total_gy`` the EQD2 of a dose at n points, in place: the same digits as the formula on arrays.

    Parameters
    ----------
    total_gy
        What is added to (n,). [Gy]
    dose_gy
        Of all planned fractions (n,). [Gy]
    planned, fractions
        Numbers of fractions planned and given.
    alpha_beta_gy
        Of the tissue. [Gy]

    Examples
    --------
    Thirty fractions of 2 Gy planned, twelve given:

    >>> total = np.zeros(1)
    >>> add_eqd2_gy(total, np.array([60.0]), planned=30, fractions=12, alpha_beta_gy=3.0)
    >>> total.tolist()
    [24.0]
    """
    _checked(planned, fractions)
    add_eqd2(
        total_gy,
        np.ascontiguousarray(dose_gy, dtype=np.float64),
        planned,
        fractions,
        alpha_beta(alpha_beta_gy),
    )


def summed_eqd2_gy(
    volumes: Sequence[PlannedVolume], *, alpha_beta_gy: float, out: FloatArray | None = None
) -> FloatArray:
    r"""
    EQD2 of several doses on one grid, each by its own fractions, added voxel by voxel.

    .. math:: \mathrm{EQD2} = \sum_k n_k d_k \frac{d_k + \alpha/\beta}{2 + \alpha/\beta}

    Three doses at a time are read, and the sum written, with no array in between; shared out among the cores.

    Parameters
    ----------
    volumes
        Doses of one shape, all float32 or all float64; others become float64. [Gy]
    alpha_beta_gy
        Of the tissue. [Gy]
    out
        Where the sum is written, of the doses' shape and type and contiguous; by default a new array.

    Returns
    -------
    Of the doses' shape and type. [Gy] In float32 it is within 1 part in a million of the formula.

    References
    ----------
    Fowler 1989, Br J Radiol 62:679-694.

    Examples
    --------
    Fifty gray in 25 fractions, then 30 Gy in ten, at α/β 2:

    >>> first = PlannedVolume(dose_gy=np.full((1, 1, 2), 50.0), planned=25, fractions=25)
    >>> second = PlannedVolume(dose_gy=np.full((1, 1, 2), 30.0), planned=10, fractions=10)
    >>> summed_eqd2_gy([first, second], alpha_beta_gy=2.0).ravel().tolist()
    [87.5, 87.5]
    """
    ratio = alpha_beta(alpha_beta_gy)
    shapes = {np.shape(one.dose_gy) for one in volumes}
    if len(shapes) != 1:
        raise UsageError(
            "Doses of different grids cannot be added voxel by voxel.",
            value=sorted(shapes),
            remedy="Resample them onto one grid.",
        )
    (shape,) = shapes
    single = all(one.dose_gy.dtype == np.float32 for one in volumes)
    dtype: npt.DTypeLike = np.float32 if single else np.float64
    total = np.empty(shape, dtype=dtype) if out is None else out
    if total.shape != shape or total.dtype != dtype or not total.flags.c_contiguous:
        raise UsageError(
            "The sum cannot be written there.",
            value=(total.shape, total.dtype.name),
            remedy="Give an array of the doses' shape and type.",
        )
    _fill(total.reshape(-1), volumes[:AT_ONCE], ratio)
    for first in range(AT_ONCE, len(volumes), AT_ONCE):
        part = np.empty(total.size, dtype=dtype)
        _fill(part, volumes[first : first + AT_ONCE], ratio)
        total += part.reshape(shape)
    return total


def _fill(out: FloatArray, volumes: Sequence[PlannedVolume], ratio: float) -> None:
    """Up to three doses; for what is missing the last one stands, given in no fraction."""
    doses = [np.ascontiguousarray(one.dose_gy, dtype=out.dtype).reshape(-1) for one in volumes]
    factors = [one.fractions / (one.planned**2 * (2.0 + ratio)) for one in volumes]
    shifts = [one.planned * ratio for one in volumes]
    missing = AT_ONCE - len(volumes)
    doses += [doses[-1]] * missing
    run = eqd2_of_three_single if out.dtype == np.float32 else eqd2_of_three
    run(
        out,
        *doses,
        np.array([*factors, *[0.0] * missing], dtype=out.dtype),
        np.array([*shifts, *[0.0] * missing], dtype=out.dtype),
    )
