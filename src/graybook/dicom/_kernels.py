"""Kernels: the bytes of decimal texts come in, numbers go out. Arrays only, never a record."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import types

from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import INT, kernel, read, written

__all__ = ["plain_decimals"]

SPACE, PLUS, MINUS, POINT, BACKSLASH, ZERO, NINE = 32, 43, 45, 46, 92, 48, 57
UPPER_E, LOWER_E = 69, 101
MOST = (2**53 - 9) // 10
"""A mantissa up to this still is a whole number in a float64 after one more digit."""
POWERS = np.array([float(f"1e{exponent}") for exponent in range(23)])
"""The powers of ten that a float64 holds exactly: with an exact mantissa, one division or product is the nearest float."""


@kernel(read(1, types.uint8), written(1), gives=INT)
def plain_decimals(text: npt.NDArray[np.uint8], values: FloatArray) -> int:  # pragma: no cover
    """Number of decimals, parted by backslashes, put into ``values``; -1 when one is odd, too long, or there is no room.

    What is filled is the float64 nearest to the text, as Python reads it.
    """
    place, count, length = 0, 0, text.shape[0]
    while True:
        while place < length and text[place] == SPACE:
            place += 1
        negative = place < length and text[place] == MINUS
        if place < length and (text[place] == MINUS or text[place] == PLUS):
            place += 1
        mantissa, exponent, digits, after_point = 0, 0, 0, False
        while place < length:
            letter = text[place]
            if ZERO <= letter <= NINE:
                if mantissa > MOST:
                    return -1
                mantissa = mantissa * 10 + (letter - ZERO)
                digits += 1
                if after_point:
                    exponent -= 1
            elif letter == POINT and not after_point:
                after_point = True
            else:
                break
            place += 1
        if digits == 0:
            return -1
        if place < length and (text[place] == LOWER_E or text[place] == UPPER_E):
            place += 1
            falls = place < length and text[place] == MINUS
            if place < length and (text[place] == MINUS or text[place] == PLUS):
                place += 1
            power, digits = 0, 0
            while place < length and ZERO <= text[place] <= NINE and digits < 4:
                power = power * 10 + (text[place] - ZERO)
                digits += 1
                place += 1
            if digits == 0:
                return -1
            exponent += -power if falls else power
        if abs(exponent) >= POWERS.shape[0] or count == values.shape[0]:
            return -1
        value = float(mantissa)
        value = value / POWERS[-exponent] if exponent < 0 else value * POWERS[exponent]
        values[count] = -value if negative else value
        count += 1
        while place < length and text[place] == SPACE:
            place += 1
        if place == length:
            return count
        if text[place] != BACKSLASH:
            return -1
        place += 1
