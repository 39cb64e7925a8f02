"""Recovery coefficients that a person states come in; what undoes the loss of one volume, with its error, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np

from graybook.errors import NotComparable
from graybook.files.nuclear_settings import RecoverySetting
from graybook.nuclear.recovery import (
    RecoveryCurve,
    RecoveryNote,
    RecoveryPoints,
    RecoveryTable,
    fit_recovery,
    recovery_table,
)
from graybook.workflow.nuclear.image_scale import of_camera
from graybook.workflow.nuclear.images import ActivityImage

__all__ = ["LEAST_BLUR_VOXELS", "RecoveryModel", "Undone", "blur_loss", "recovery_models", "undone"]

FWHM_PER_SD = 2.3548200450309493
CURVE_POINTS = 3
"""From so many volumes on a curve is fitted; fewer are used as they stand, between them, and so are those no curve fits."""

LEAST_BLUR_VOXELS = 2.0
"""No image shows more than half a line pair a voxel: full width at half maximum of the blur, at least."""

MOST_LOST = 0.95
"""Of a region so small that hardly anything of it is seen, no larger loss is reckoned with."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RecoveryModel:
    """The coefficients of one table of ``graybook.toml``."""

    setting: RecoverySetting
    model: RecoveryCurve | RecoveryTable


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What the activity seen was divided by.

    Parameters
    ----------
    coefficient
        1 where none is stated.
    sd_share
        One standard deviation of the logarithm; without a coefficient, what a blur of two voxels would make of it.
    slope
        d ln R / d ln V.
    source
        Who states it; empty without one.
    above_measured
        The volume is larger than any that was measured.
    """

    coefficient: float = 1.0
    sd_share: float = 0.0
    slope: float = 0.0
    source: str = ""
    above_measured: bool = False


def recovery_models(settings: Sequence[RecoverySetting]) -> tuple[RecoveryModel, ...]:
    """The models of all tables, fitted once."""
    return tuple(RecoveryModel(setting=one, model=_model(one)) for one in settings)


def _model(setting: RecoverySetting) -> RecoveryCurve | RecoveryTable:
    if setting.b_cm3 is not None and setting.c is not None:
        volumes = np.array(setting.volume_cm3)
        points = RecoveryPoints(volumes_cm3=volumes, coefficients=np.ones(2), sds=None, source=setting.said)
        return RecoveryCurve(b_cm3=setting.b_cm3, c=setting.c, covariance=np.zeros((2, 2)), points=points)
    measured, coefficients = zip(*setting.points, strict=True)
    sds = list(setting.point_sds) or None
    if len(measured) >= CURVE_POINTS and min(coefficients) < 1.0:
        curve = fit_recovery(list(measured), list(coefficients), sds=sds, source=setting.said)
        if RecoveryNote.MISFIT not in curve.notes:
            return curve
    return recovery_table(list(measured), list(coefficients), sds=sds, source=setting.said)


def undone(
    volume_cm3: float, image: ActivityImage, organ: str, name: str, models: Sequence[RecoveryModel]
) -> Undone:
    """What undoes the loss of a region, by the one model of the image's camera and nuclide that covers it; else nothing does."""
    fitting = [
        one
        for one in models
        if of_camera(one.setting.camera, one.setting.nuclide, image.camera, image.nuclide)
        and (not one.setting.organs or {organ, name} & set(one.setting.organs))
    ]
    own = [one for one in fitting if one.setting.organs] or fitting
    for one in own:
        low, high = one.setting.volume_cm3
        above = volume_cm3 > high
        if volume_cm3 < low or (above and isinstance(one.model, RecoveryTable)):
            continue
        try:
            found = one.model.at(volume_cm3, organ=organ)
        except NotComparable:
            continue
        stated = 0.0 if one.setting.sd is None else one.setting.sd / found.coefficient
        return Undone(
            coefficient=found.coefficient,
            sd_share=max(found.relative_sd, stated),
            slope=found.slope,
            source=one.setting.said,
            above_measured=above or RecoveryNote.ABOVE_MEASURED in found.notes,
        )
    lost = min(blur_loss(volume_cm3, float(max(image.grid.spacing_mm))), MOST_LOST)
    return Undone(sd_share=-log(1.0 - lost))


def blur_loss(volume_cm3: float, voxel_mm: float) -> float:
    r"""
    Share of its activity that a ball loses beyond its border by a blur of two voxels.

    A Gaussian of standard deviation σ carries σ/√(2π) per area across a flat border, so that a ball of radius r loses
    3 σ / (r √(2π)).

    Examples
    --------
    A ball of 33 mm radius on voxels of 4.8 mm:

    >>> round(blur_loss(150.53, 4.8), 3)
    0.148
    """
    radius_mm = 10.0 * (3.0 * volume_cm3 / (4.0 * pi)) ** (1.0 / 3.0)
    sigma_mm = LEAST_BLUR_VOXELS * voxel_mm / FWHM_PER_SD
    return float(min(3.0 * sigma_mm / (radius_mm * sqrt(2.0 * pi)), 1.0))
