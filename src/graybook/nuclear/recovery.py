"""Recovery: recovery coefficients measured on volumes come in; the coefficient of any volume, its error and slope go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, log, sqrt

import numpy as np
import numpy.typing as npt

from graybook.errors import InputError, NotComparable
from graybook.geometry.arrays import FloatArray, read_only

__all__ = [
    "Recovery",
    "RecoveryCurve",
    "RecoveryNote",
    "RecoveryPoints",
    "RecoveryTable",
    "fit_recovery",
    "recovery_table",
]


class RecoveryNote(StrEnum):
    """What is to be said of a coefficient."""

    ABOVE_MEASURED = "above_measured"
    """The volume is larger than any that was measured."""
    ERRORS_NOT_STATED = "errors_not_stated"
    """The scatter about the curve is the error."""
    MISFIT = "misfit"
    """The curve misses the measured points by more than their stated errors; the error was enlarged."""


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """Recovery coefficient of one volume.

    Parameters
    ----------
    coefficient, sd
        Measured over true activity, and standard error. The error is shared by all images of the region.
    slope
        d ln R / d ln V: by how much per cent it rises when the volume rises by one.
    """

    coefficient: float
    sd: float
    slope: float
    notes: tuple[RecoveryNote, ...] = ()

    @property
    def relative_sd(self) -> float:
        """Standard error over value."""
        return self.sd / self.coefficient


@dataclass(frozen=True, kw_only=True, eq=False)
class RecoveryPoints:
    """Coefficients as measured, smallest volume first, and where they come from."""

    volumes_cm3: FloatArray
    coefficients: FloatArray
    sds: FloatArray | None
    source: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class RecoveryCurve:
    r"""
    Fitted curve of recovery against volume.

    .. math:: R(V) = \frac{1}{1 + (b/V)^c}

    Parameters
    ----------
    b_cm3, c
        Volume of which half is recovered [cm³], and steepness.
    covariance
        Of (ln b, ln c).
    points
        What it was fitted to; it holds from the smallest to the largest volume of it.
    """

    b_cm3: float
    c: float
    covariance: FloatArray
    points: RecoveryPoints
    notes: tuple[RecoveryNote, ...] = ()

    def at(self, volume_cm3: float, *, organ: str = "") -> Recovery:
        """The coefficient of a volume; smaller than any measured is refused. [cm³]"""
        notes = (*self.notes, *_range_notes(volume_cm3, self.points, organ))
        power = (self.b_cm3 / volume_cm3) ** self.c
        value = 1.0 / (1.0 + power)
        # d ln R by ln b and by ln c
        gradient = np.array([-self.c, -self.c * log(self.b_cm3 / volume_cm3)]) * (1.0 - value)
        relative = sqrt(max(float(gradient @ self.covariance @ gradient), 0.0))
        return Recovery(coefficient=value, sd=value * relative, slope=self.c * (1.0 - value), notes=notes)


@dataclass(frozen=True, kw_only=True, eq=False)
class RecoveryTable:
    """Measured coefficients, straight lines over the logarithm of volume in between."""

    points: RecoveryPoints

    def at(self, volume_cm3: float, *, organ: str = "") -> Recovery:
        """The coefficient of a volume; smaller than any measured is refused, larger takes the largest's. [cm³]"""
        notes = _range_notes(volume_cm3, self.points, organ)
        logs = np.log(self.points.volumes_cm3)
        place = log(volume_cm3)
        value = float(np.interp(place, logs, self.points.coefficients))
        sds = self.points.sds
        sd = 0.0 if sds is None else float(np.interp(place, logs, sds))
        i = min(max(int(np.searchsorted(logs, place)), 1), len(logs) - 1)
        rise = float(self.points.coefficients[i] - self.points.coefficients[i - 1]) / float(
            logs[i] - logs[i - 1]
        )
        return Recovery(
            coefficient=value,
            sd=sd,
            slope=0.0 if notes else rise / value,
            notes=notes if sds is not None else (*notes, RecoveryNote.ERRORS_NOT_STATED),
        )


def recovery_table(
    volumes_cm3: Sequence[float],
    coefficients: Sequence[float],
    *,
    sds: Sequence[float] | None = None,
    source: str = "",
) -> RecoveryTable:
    """
    Measured coefficients used as they stand.

    Examples
    --------
    >>> table = recovery_table([1.0, 100.0], [0.4, 0.8], sds=[0.04, 0.02])
    >>> found = table.at(10.0)
    >>> round(found.coefficient, 6), round(found.sd, 6)
    (0.6, 0.03)
    """
    return RecoveryTable(points=_checked(volumes_cm3, coefficients, sds, source))


def fit_recovery(
    volumes_cm3: Sequence[float],
    coefficients: Sequence[float],
    *,
    sds: Sequence[float] | None = None,
    source: str = "",
) -> RecoveryCurve:
    """
    Fit 1/(1 + (b/V)^c) to measured coefficients.

    Without stated errors all points weigh the same and their scatter about the curve is the error; with them a scatter larger than
    stated enlarges it.

    Parameters
    ----------
    volumes_cm3, coefficients, sds
        At least three volumes, measured over true activity of each, and its standard error. [cm³]
    source
        Camera, nuclide, reconstruction, date: a recovery coefficient belongs to all of them.

    Examples
    --------
    >>> volumes = [0.5, 1.2, 2.6, 5.6, 11.5, 26.5]
    >>> curve = fit_recovery(volumes, [1 / (1 + (2.0 / v) ** 0.9) for v in volumes], sds=[0.02] * 6)
    >>> round(curve.b_cm3, 6), round(curve.c, 6), round(curve.at(2.0).coefficient, 6)
    (2.0, 0.9, 0.5)
    """
    points = _checked(volumes_cm3, coefficients, sds, source)
    if len(points.volumes_cm3) < 3:
        raise InputError(
            "A curve of recovery needs three volumes.",
            value=points.volumes_cm3.tolist(),
            remedy="Measure more volumes, or use the coefficients as a table.",
        )
    if not bool((points.coefficients < 1.0).any()):
        raise InputError(
            "No coefficient is below 1: there is no loss to fit.",
            value=points.coefficients.tolist(),
            remedy="Use the coefficients as a table, or none.",
        )
    found = _least_squares(points)
    spare = len(points.volumes_cm3) - 2
    notes: tuple[RecoveryNote, ...] = ()
    misfit = float((found[1] ** 2).sum())
    scale = misfit / spare
    if points.sds is None:
        notes = (RecoveryNote.ERRORS_NOT_STATED,)
    elif scale > 1.0:
        notes = (RecoveryNote.MISFIT,) if misfit > spare + 3.0 * sqrt(2.0 * spare) else ()
    else:
        scale = 1.0
    covariance = np.linalg.pinv(found[2].T @ found[2]) * scale
    return RecoveryCurve(
        b_cm3=float(np.exp(found[0][0])),
        c=float(np.exp(found[0][1])),
        covariance=read_only(covariance),
        points=points,
        notes=notes,
    )


def _least_squares(points: RecoveryPoints) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(ln b, ln c), residuals and their slopes."""
    from scipy.optimize import least_squares

    weights = np.ones(len(points.volumes_cm3)) if points.sds is None else 1.0 / points.sds

    def residuals(place: npt.NDArray[np.float64]) -> FloatArray:
        power = (np.exp(place[0]) / points.volumes_cm3) ** np.exp(place[1])
        return np.asarray((1.0 / (1.0 + power) - points.coefficients) * weights)

    start = np.array([float(np.log(points.volumes_cm3).min()), 0.0])
    solution = least_squares(
        residuals,
        start,
        jac="3-point",
        bounds=(
            [log(1e-6 * float(points.volumes_cm3.min())), log(0.05)],
            [log(1e3 * float(points.volumes_cm3.max())), log(20.0)],
        ),
        xtol=1e-13,
        ftol=1e-13,
        gtol=1e-13,
    )
    return solution.x, solution.fun, solution.jac


def _range_notes(volume_cm3: float, points: RecoveryPoints, organ: str) -> tuple[RecoveryNote, ...]:
    smallest, largest = float(points.volumes_cm3[0]), float(points.volumes_cm3[-1])
    if not smallest <= volume_cm3 < inf:
        raise NotComparable(
            f"The volume of {organ or 'the region'} is smaller than any on which recovery was measured.",
            value=f"{volume_cm3:g} cm³, smallest measured {smallest:g} cm³",
            remedy="Measure recovery on smaller volumes; without it the activity of this region is unknown.",
        )
    return (RecoveryNote.ABOVE_MEASURED,) if volume_cm3 > largest else ()


def _checked(
    volumes_cm3: Sequence[float], coefficients: Sequence[float], sds: Sequence[float] | None, source: str
) -> RecoveryPoints:
    volumes = np.asarray(volumes_cm3, dtype=np.float64)
    values = np.asarray(coefficients, dtype=np.float64)
    errors = None if sds is None else np.asarray(sds, dtype=np.float64)
    same = (
        volumes.ndim == 1
        and volumes.shape == values.shape
        and (errors is None or errors.shape == values.shape)
    )
    if not same or len(volumes) < 2 or len(set(volumes.tolist())) < len(volumes):
        raise InputError(
            "Recovery coefficients do not belong to their volumes.",
            value=(volumes.tolist(), values.tolist()),
            remedy="Give one coefficient for each of at least two different volumes.",
        )
    bad = ~((volumes > 0) & np.isfinite(volumes) & (values > 0) & (values <= 1.5))
    if errors is not None:
        bad |= ~((errors > 0) & np.isfinite(errors))
    if bool(bad.any()):
        i = int(np.flatnonzero(bad)[0])
        raise InputError(
            "A recovery coefficient is impossible.",
            value=f"{values[i]:g} at {volumes[i]:g} cm³"
            + ("" if errors is None else f", error {errors[i]:g}"),
            remedy="Give volumes above 0 cm³, coefficients above 0 and no more than 1.5 as a share, errors above 0.",
        )
    order = np.argsort(volumes)
    return RecoveryPoints(
        volumes_cm3=read_only(volumes[order]),
        coefficients=read_only(values[order]),
        sds=None if errors is None else read_only(errors[order]),
        source=source,
    )
