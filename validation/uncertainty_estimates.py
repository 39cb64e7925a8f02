"""Estimates: trials come in; the bands that Graybook gives of them, and where the truth lies in each, go out."""

from __future__ import annotations

import numpy as np

from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.phase_dose import PhaseDose
from graybook.accumulation.uncertainty import (
    Assumption,
    RandomTerms,
    UncertainCourse,
    UncertainStructure,
    simulated,
)
from graybook.dvh.metrics import parse
from graybook.geometry import GridField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from validation.uncertainty_trials import ALPHA_BETA_GY, METRICS, STEP_MM, Case, GivenCourse

__all__ = ["ends_and_truth"]

FRAME = "1.2.3"
METRICS_ASKED = tuple(parse(metric) for metric in METRICS)


def ends_and_truth(case: Case, *, samples: int, seed: int) -> FloatArray:
    """5 and 95 % of the samples of each metric and its true value (metrics, 3). [Gy]"""
    found = simulated(
        [_structure(case)], RandomTerms(samples=samples, seed=seed, correlation_mm=case.correlation_mm)
    )
    low, high = np.quantile(found[0].values[0], (0.05, 0.95), axis=0)
    return np.stack([low, high, case.truth], axis=1)


def _structure(case: Case) -> UncertainStructure:
    return UncertainStructure(
        name="organ",
        points_mm=case.points_mm,
        volumes_cm3=case.volumes_cm3,
        courses=tuple(_course(f"C{k}", one) for k, one in enumerate(case.courses)),
        assumptions=(Assumption(alpha_beta_gy=ALPHA_BETA_GY),),
        metrics=METRICS_ASKED,
    )


def _course(name: str, given: GivenCourse) -> UncertainCourse:
    grid = Grid(
        frame=FRAME,
        shape=given.dose_gy.shape,  # type: ignore[arg-type]
        origin_mm=given.origin_mm,
        spacing_mm=np.full(3, STEP_MM),
        axes=np.eye(3),
    )
    phase = PhaseDose(
        id=name,
        field=GridField(grid=grid, values=given.dose_gy),
        planned=given.fractions,
        delivered=given.fractions,
    )
    return UncertainCourse(
        dose=CourseDose(id=name, phases=(phase,)),
        points_mm=given.points_mm,
        error_mm=given.error_mm,
        dose_sd=given.dose_sd,
        delivery_sd=given.delivery_sd,
    )
