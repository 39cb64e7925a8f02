"""From dose to effect: one published model a file; arrays in, arrays of the same shape out."""

from graybook.radiobiology.equieffective import eqd2_of_bed_gy, eqdx_gy
from graybook.radiobiology.linear_quadratic import (
    LQ_VALID_TO_GY,
    LinearQuadratic,
    bed_gy,
    eqd2_gy,
    eqd2_of_fractions_gy,
)
from graybook.radiobiology.model import Model, Validity

__all__ = [
    "LQ_VALID_TO_GY",
    "LinearQuadratic",
    "Model",
    "Validity",
    "bed_gy",
    "eqd2_gy",
    "eqd2_of_bed_gy",
    "eqd2_of_fractions_gy",
    "eqdx_gy",
]
