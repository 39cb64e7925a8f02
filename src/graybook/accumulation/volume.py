"""Volume: the field of the equieffective sum and a grid come in; EQD2 at every voxel goes out, without a list of points."""

from __future__ import annotations

import numpy as np

from graybook.accumulation.equieffective import (
    CourseDose,
    EquieffectiveField,
    Interval,
    course_eqd2,
    summed,
)
from graybook.accumulation.phase_dose import PhaseDose, PhaseSamples
from graybook.errors import FrameMismatch
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.geometry.resample import resampled
from graybook.progress import Progress, silent
from graybook.radiobiology.voxelwise import PlannedVolume, summed_eqd2_gy

__all__ = ["eqd2_volume_gy"]

BLOCK = 400_000
"""Voxels summed at once, in whole planes: few enough to stay near the cores until all courses are added."""


def eqd2_volume_gy(total: EquieffectiveField, grid: Grid, *, progress: Progress = silent) -> FloatArray:
    """
    The cumulative EQD2 at every voxel centre of a grid, zyx, as :meth:`EquieffectiveField.sample` gives it. [Gy]

    Outside a phase's grid that phase counts for nothing: the lower end of rule 9.

    Parameters
    ----------
    total
        The sum over courses at one α/β.
    grid
        In the sum's frame.
    progress
        Told of the share done.

    Raises
    ------
    graybook.errors.FrameMismatch
        The grid lies in another frame.
    """
    if grid.frame != total.frame:
        raise FrameMismatch(
            "The grid lies in another frame than the sum of doses.",
            value=grid.frame,
            remedy="Give a grid of the reference frame.",
        )
    nz, ny, nx = grid.shape
    out = np.empty(grid.shape)
    planes = max(1, BLOCK // (ny * nx))
    one_by_one = all(_is_one_by_one(course) for course in total.courses)
    for first in range(0, nz, planes):
        progress("resample", first / nz)
        part = grid.between(first, min(first + planes, nz))
        block = out[first : first + planes]
        if one_by_one:
            summed_eqd2_gy(
                [_planned(phase, part) for course in total.courses for phase in course.phases],
                alpha_beta_gy=total.alpha_beta_gy,
                out=block,
            )
        else:
            intervals = [_course(course, part, total.alpha_beta_gy) for course in total.courses]
            block[...] = summed(intervals).low.reshape(part.shape)
    return out


def _is_one_by_one(course: CourseDose) -> bool:
    """Whether every phase is converted by itself, with complete repair between its fractions."""
    return not course.groups and not any(any(phase.incomplete_repair) for phase in course.phases)


def _planned(phase: PhaseDose, part: Grid) -> PlannedVolume:
    planned, given = phase.fractions_low
    return PlannedVolume(dose_gy=resampled(phase.field, part), planned=planned, fractions=given)


def _course(course: CourseDose, part: Grid, alpha_beta_gy: float) -> Interval:
    samples = []
    for phase in course.phases:
        dose = resampled(phase.field, part).reshape(-1)
        samples.append(
            PhaseSamples(
                low_gy=dose,
                high_gy=dose,
                inside=np.ones(len(dose), dtype=np.bool_),
                fractions_low=phase.fractions_low,
                fractions_high=phase.fractions_low,
                incomplete_repair=(phase.incomplete_repair[0],) * 2,
            )
        )
    return course_eqd2(samples, course.all_groups(concurrent=False), alpha_beta_gy=alpha_beta_gy)
