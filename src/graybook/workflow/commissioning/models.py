"""A golden vector of one model comes in; the BED, or the photon dose of the same effect, that the model gives goes out."""

from __future__ import annotations

import numpy as np

from graybook.radiobiology import Model
from graybook.radiobiology.decaying_source import DecayingSource
from graybook.radiobiology.exponential_sum import ExponentialSum
from graybook.radiobiology.incomplete_repair import IncompleteRepair
from graybook.radiobiology.mcnamara import McNamara2015
from graybook.radiobiology.repair import Repair
from graybook.radiobiology.wedenberg import Wedenberg2013
from graybook.tables.golden_vectors import GoldenVector

__all__ = ["model_figure_gy"]

PROTONS = {"mcnamara": McNamara2015, "wedenberg": Wedenberg2013}


def model_figure_gy(vector: GoldenVector) -> float:
    """What the product's own model makes of the vector. [Gy]"""
    given, ratio = vector.parameters, vector.alpha_beta_gy or 0.0
    dose = np.full(1, given["dose_gy"])
    if vector.way in PROTONS:
        proton = PROTONS[vector.way](fractions=1, let_kev_um=np.full(1, given["let_kev_um"]))
        return float((proton.rbe(dose, alpha_beta_gy=ratio) * dose)[0])
    return float(_model(vector.way, given).bed_gy(dose, alpha_beta_gy=ratio)[0])


def _model(way: str, given: dict[str, float]) -> Model:
    repair = Repair.single(given["repair_half_time_h"])
    if way == "incomplete_repair":
        return IncompleteRepair(
            fractions=int(given["fractions"]),
            per_day=int(given["per_day"]),
            interval_h=given["interval_h"],
            repair_half_time_h=given["repair_half_time_h"],
        )
    if way == "uptake_washout":
        rates = (given["washout_per_h"], given["uptake_per_h"])
        return ExponentialSum(amplitudes=(1.0, -1.0), rates_per_h=rates, repair=repair)
    return DecayingSource(half_life_h=given["half_life_h"], repair=repair)
