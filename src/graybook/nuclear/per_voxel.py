"""Per voxel: activities of voxels at several times, and an organ's rates, come in; each voxel's amplitudes go out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graybook.errors import InputError, UsageError
from graybook.geometry.arrays import FloatArray
from graybook.nuclear.curve import CurveModel
from graybook.nuclear.curve_models import amplitudes_of, columns, exponentials
from graybook.nuclear.time_activity import CurveFit
from graybook.record.delivery import Decaying

__all__ = ["VoxelCurves", "voxel_curves"]


@dataclass(frozen=True, kw_only=True, eq=False)
class VoxelCurves:
    """Curves of voxels that share rates.

    Parameters
    ----------
    amplitudes_mbq
        (..., n exponentials). [MBq]
    rates_per_h
        (n exponentials,). [1/h]
    model
        Shape of all of them.
    empty_share
        Share of voxels without activity: at most noise was seen.
    """

    amplitudes_mbq: FloatArray
    rates_per_h: FloatArray
    model: CurveModel
    empty_share: float

    @property
    def integral_mbq_h(self) -> FloatArray:
        """Time-integrated activity of each voxel. [MBq h]"""
        return np.asarray((self.amplitudes_mbq / self.rates_per_h).sum(axis=-1))

    def decaying(self, gy_per_mbq_h: npt.ArrayLike) -> Decaying:
        """Dose rate of each voxel, for a dose per time-integrated activity of one voxel or of each. [Gy/(MBq h)]"""
        factor = np.asarray(gy_per_mbq_h, dtype=np.float64)[..., None]
        return Decaying(amplitudes_gy_per_h=self.amplitudes_mbq * factor, rates_per_h=self.rates_per_h)


def voxel_curves(
    times_h: npt.ArrayLike, activity_mbq: npt.ArrayLike, *, fit: CurveFit, organ: str = ""
) -> VoxelCurves:
    """
    Amplitudes of each voxel by least squares with the organ's rates, none below 0.

    A voxel alone is too noisy for a rate of its own; amplitudes are linear in the activities, so that the voxels' curves add up to
    the organ's, as far as no voxel was held at 0.

    Parameters
    ----------
    times_h
        (n times,), after the start of the administration. [h]
    activity_mbq
        (n times, ...), of registered images; noise may be below 0. [MBq]
    fit
        The organ's curve. Its points' errors are the weights where the times are the same.
    organ
        Named in errors.

    Examples
    --------
    >>> from graybook.nuclear.time_activity import fit_curve
    >>> times = np.array([4.0, 24.0, 96.0])
    >>> whole = 100 * 2 ** (-times / 50)
    >>> fit = fit_curve(times, whole, physical_half_life_h=159.528)
    >>> voxels = voxel_curves(times, np.stack([0.25 * whole, 0.75 * whole], axis=1), fit=fit)
    >>> voxels.amplitudes_mbq.round(4).tolist()
    [[25.0], [75.0]]
    """
    times = np.asarray(times_h, dtype=np.float64)
    values = np.asarray(activity_mbq, dtype=np.float64)
    name = organ or "the region"
    if times.ndim != 1 or values.ndim < 1 or values.shape[0] != len(times) or not len(times):
        raise UsageError(
            f"Times and images of {name} do not belong together.",
            value=(times.shape, values.shape),
            remedy="Give one image for each time, times first.",
        )
    if not bool(np.isfinite(values).all()) or not bool((times >= 0).all()):
        raise InputError(
            f"A voxel of {name} has no activity at some time, or a time lies before the administration.",
            value=f"{int((~np.isfinite(values)).sum())} voxels, times {times.tolist()}",
            remedy="Leave out voxels that an image does not cover; check dates and times.",
        )
    rates = np.array(fit.curve.rates_per_h)
    matrix = columns(fit.model, rates, times)
    if len(times) < matrix.shape[1]:
        raise InputError(
            f"Voxels of {name} have fewer times than their curve has amplitudes.",
            value=f"{len(times)} times, {matrix.shape[1]} amplitudes",
            remedy="Choose a curve with fewer exponentials.",
        )
    order = np.argsort(times, kind="stable")
    weights = np.ones(len(times))
    if fit.sd_mbq is not None and np.array_equal(times[order], fit.times_h):
        weights[order] = 1.0 / fit.sd_mbq
    flat = values.reshape(len(times), -1)
    found = amplitudes_of(matrix * weights[:, None], flat * weights[:, None])
    amplitudes = exponentials(fit.model, found).T.reshape(*values.shape[1:], len(rates))
    empty = ~(found > 0).any(axis=0)
    return VoxelCurves(
        amplitudes_mbq=amplitudes,
        rates_per_h=rates,
        model=fit.model,
        empty_share=float(empty.mean()) if empty.size else 0.0,
    )
