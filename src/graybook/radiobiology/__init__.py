"""From dose to effect: one published model a file; arrays in, arrays of the same shape out."""

from graybook.radiobiology.linear_quadratic import LQ_VALID_TO_GY, bed_gy, eqd2_gy, eqd2_of_fractions_gy

__all__ = ["LQ_VALID_TO_GY", "bed_gy", "eqd2_gy", "eqd2_of_fractions_gy"]
