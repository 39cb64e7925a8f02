"""Equieffective: planned doses with their fractions come in; their EQD2, added in one pass without arrays in between, goes out."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit, prange, types

from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, written

__all__ = ["add_eqd2", "eqd2_of_three", "eqd2_of_three_single"]

PART = 32_768
"""Voxels that one core takes at a time."""

SINGLE = types.float32
SingleArray: TypeAlias = npt.NDArray[np.float32]


@kernel(written(1), read(1), INT, INT, FLOAT)
def add_eqd2(
    total: FloatArray, dose: FloatArray, planned: int, sessions: int, alpha_beta: float
) -> None:  # pragma: no cover
    """Add to ``total`` (n,) the EQD2 of ``sessions`` of the ``planned`` fractions of a dose (n,).

    Every step in the order, and with the rounding, of the formula on arrays.
    """
    for p in range(total.shape[0]):
        fraction = dose[p] / planned
        total[p] += sessions * fraction * (fraction + alpha_beta) / (2.0 + alpha_beta)


@njit(cache=False)
def fill(
    out: Any, first: Any, second: Any, third: Any, factors: Any, shifts: Any, part: Any
) -> None:  # pragma: no cover
    """Part number ``part`` of ``out``: the sum over doses D of factor x D x (D + shift)."""
    begin = np.uint64(part) * np.uint64(PART)
    end = min(begin + np.uint64(PART), np.uint64(out.shape[0]))
    for p in range(begin, end):
        one, two, three = first[p], second[p], third[p]
        out[p] = (
            factors[0] * one * (one + shifts[0])
            + factors[1] * two * (two + shifts[1])
            + factors[2] * three * (three + shifts[2])
        )


@kernel(written(1), read(1), read(1), read(1), read(1), read(1), parallel=True)
def eqd2_of_three(
    out: FloatArray,
    first: FloatArray,
    second: FloatArray,
    third: FloatArray,
    factors: FloatArray,
    shifts: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (n,) with the EQD2 of three planned doses (n,) together, shared out among the cores.

    With D = n_planned x d, n d (d + α/β) / (2 + α/β) is factor x D x (D + shift): ``factors`` (3,) hold
    n / (n_planned² (2 + α/β)) and ``shifts`` (3,) n_planned α/β. Nothing but the four arrays is read or written.
    """
    for part in prange((out.shape[0] + PART - 1) // PART):
        fill(out, first, second, third, factors, shifts, part)


@kernel(
    written(1, SINGLE),
    read(1, SINGLE),
    read(1, SINGLE),
    read(1, SINGLE),
    read(1, SINGLE),
    read(1, SINGLE),
    parallel=True,
)
def eqd2_of_three_single(
    out: SingleArray,
    first: SingleArray,
    second: SingleArray,
    third: SingleArray,
    factors: SingleArray,
    shifts: SingleArray,
) -> None:  # pragma: no cover
    """:func:`eqd2_of_three` in float32: half the bytes."""
    for part in prange((out.shape[0] + PART - 1) // PART):
        fill(out, first, second, third, factors, shifts, part)
