"""Descent: a function with its slopes and a starting point come in; a point lower down goes out (limited-memory BFGS).

Scalar products are summed in a fixed order, which a BLAS of several threads does not promise: same input, same digits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graybook.geometry.arrays import FloatArray

__all__ = ["Step", "lowest"]

MEMORY = 6
"""Steps remembered."""
ENOUGH = 1e-4
"""Share of the promised decrease a step must bring (Armijo)."""
HALVINGS = 8

Step = Callable[[FloatArray], tuple[float, FloatArray]]


def _dot(a: FloatArray, b: FloatArray) -> float:
    return float(np.einsum("i,i->", a, b))


def lowest(
    function: Step,
    start: FloatArray,
    *,
    iterations: int,
    tolerance: float,
    first_step: float,
) -> tuple[FloatArray, float]:
    """The lowest point found and its value.

    Parameters
    ----------
    function
        Gives value and slopes (n,) at a point (n,).
    iterations
        Most steps.
    tolerance
        It ends when two steps in a row lower the value by less than this.
    first_step
        Largest change of any coordinate in the first step.

    Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 7.5, with backtracking.
    """
    here = start
    value, slope = function(here)
    memory: list[tuple[FloatArray, FloatArray, float]] = []
    idle = 0
    for _ in range(iterations):
        direction = -_quasi_newton(slope, memory)
        descent = _dot(direction, slope)
        if descent >= 0.0:
            memory, direction, descent = [], -slope, -_dot(slope, slope)
        if descent == 0.0:
            break
        length = 1.0 if memory else min(1.0, first_step / float(np.abs(direction).max()))
        if memory:
            length = min(length, 4.0 * first_step / float(np.abs(direction).max()))
        for _ in range(HALVINGS):
            there = here + length * direction
            new_value, new_slope = function(there)
            if new_value <= value + ENOUGH * length * descent:
                break
            length *= 0.5
        else:
            if not memory:
                break
            memory = []
            continue
        moved, turned = there - here, new_slope - slope
        curvature = _dot(moved, turned)
        if curvature > 1e-10 * _dot(turned, turned):
            memory = [*memory[-(MEMORY - 1) :], (moved, turned, 1.0 / curvature)]
        idle = idle + 1 if value - new_value < tolerance else 0
        here, value, slope = there, new_value, new_slope
        if idle >= 2:
            break
    return here, value


def _quasi_newton(slope: FloatArray, memory: list[tuple[FloatArray, FloatArray, float]]) -> FloatArray:
    """The inverse of the remembered curvature applied to the slope."""
    vector = slope.copy()
    alphas = []
    for moved, turned, rho in reversed(memory):
        alpha = rho * _dot(moved, vector)
        alphas.append(alpha)
        vector -= alpha * turned
    if memory:
        moved, turned, rho = memory[-1]
        vector *= 1.0 / (rho * _dot(turned, turned))
    for (moved, turned, rho), alpha in zip(memory, reversed(alphas), strict=True):
        vector += (alpha - rho * _dot(turned, vector)) * moved
    return vector
