"""Background volumes: earlier courses, an expected dose and a grid come in; every file is written, a few planes at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from graybook.accumulation.background import base_gy, remaining_gy
from graybook.accumulation.base_errors import BaseErrors, Misread, misread
from graybook.accumulation.upper_end import EarlierCourses, Ratio
from graybook.dicom.background_marks import BackgroundMarks, Quantity
from graybook.dicom.write_background import (
    BackgroundHeader,
    BackgroundVoxels,
    WrittenBackground,
    write_background,
)
from graybook.geometry import Grid
from graybook.geometry.arrays import FloatArray, IntArray
from graybook.progress import Progress, silent
from graybook.radiobiology.isoeffective import isoeffective_gy
from graybook.report.background_result import FileLimit
from graybook.units import CM3_PER_MM3
from graybook.workflow.planning.expected_dose import Expected

__all__ = ["EXAMPLE_FRACTIONS", "EXAMPLE_GY", "FileWish", "Volumes", "written_volumes"]

BLOCK = 400_000
"""Voxels computed at once, in whole planes."""

EXAMPLE_GY, EXAMPLE_FRACTIONS = 30.0, 30
"""The new dose of the example when none is expected. [Gy]"""


@dataclass(frozen=True, kw_only=True)
class FileWish:
    """One file to be written; ``limit_eqd2_gy`` of remaining dose. [Gy]"""

    name: str
    quantity: Quantity
    ratio: Ratio
    limit_eqd2_gy: float | None = None
    limits: tuple[FileLimit, ...] = ()


@dataclass(kw_only=True, eq=False)
class Volumes:
    """
    What was written, and what was seen on the way.

    Parameters
    ----------
    files
        With the wish each came from.
    errors
        Of base doses, by α/β.
    hottest
        The voxel of the highest earlier dose, by α/β and in its organs, under the example's new dose.
    spent_cm3
        Of remaining dose, by name: the volume in which nothing is left. [cm³]
    outside
        Voxels outside some earlier dose's grid.
    """

    files: list[tuple[FileWish, WrittenBackground]] = field(default_factory=list)
    errors: dict[float, BaseErrors] = field(default_factory=dict)
    hottest: dict[float, Misread] = field(default_factory=dict)
    spent_cm3: dict[str, float] = field(default_factory=dict)
    outside: int = 0


def written_volumes(
    wishes: Sequence[FileWish],
    earlier: EarlierCourses,
    grid: Grid,
    out: Path,
    *,
    fractions: int,
    expected: Expected | None,
    header: BackgroundHeader,
    lower_bound: bool,
    within: Mapping[float, IntArray] | None = None,
    progress: Progress = silent,
) -> Volumes:
    """
    Write every file.

    Parameters
    ----------
    wishes
        What is to be written, under distinct names.
    earlier
        The courses given, seen from the grid's frame.
    grid
        Of every file.
    out
        An existing folder.
    fractions, expected
        Of the new dose.
    header, lower_bound
        What the files say of themselves.
    within
        Places of the voxels in organs, by α/β: what misleads most is looked for there. Anywhere when empty.
    progress
        Told of the share of planes done.
    """
    ratios = tuple({one.ratio.alpha_beta_gy: one.ratio for one in wishes}.values())
    seen = Volumes(spent_cm3={one.name: 0.0 for one in wishes if one.quantity == "REMAINING"})
    if expected is not None:
        seen.errors = {
            one.alpha_beta_gy: BaseErrors(fractions=fractions, alpha_beta_gy=one.alpha_beta_gy)
            for one in ratios
        }
    with ExitStack() as stack:
        voxels = {
            one.name: stack.enter_context(
                BackgroundVoxels(out / one.name, grid, _highest_gy(one, earlier, fractions))
            )
            for one in wishes
        }
        thicknesses = _thicknesses_mm(grid)
        planes = max(1, BLOCK // (grid.shape[1] * grid.shape[2]))
        for first in range(0, grid.shape[0], planes):
            progress("background", first / grid.shape[0])
            last = min(first + planes, grid.shape[0])
            part, thickness = grid.between(first, last), thicknesses[first:last]
            start = first * grid.shape[1] * grid.shape[2]
            organs = {ratio: _between(all_of, start, part) for ratio, all_of in (within or {}).items()}
            _block(part, thickness, ratios, wishes, voxels, earlier, expected, fractions, organs, seen)
        for wish in wishes:
            progress(wish.name, 1.0)
            marks = _marks(wish, fractions, expected, seen, lower_bound=lower_bound)
            seen.files.append((wish, write_background(voxels[wish.name], marks=marks, header=header)))
    return seen


def _block(
    part: Grid,
    thickness_mm: FloatArray,
    ratios: Sequence[Ratio],
    wishes: Sequence[FileWish],
    voxels: dict[str, BackgroundVoxels],
    earlier: EarlierCourses,
    expected: Expected | None,
    fractions: int,
    within: Mapping[float, IntArray],
    seen: Volumes,
) -> None:
    """Some planes of every file."""
    points = part.centres()
    found, inside = earlier.eqd2_gy(points, ratios)
    prior = {ratio.alpha_beta_gy: one for ratio, one in zip(ratios, found, strict=True)}
    new = None if expected is None else expected.dose_gy(points)
    seen.outside += int(np.count_nonzero(~inside))
    in_plane_mm2 = float(part.spacing_mm[0] * part.spacing_mm[1])
    nowhere = np.zeros(0, dtype=np.int64)
    organs = {one: within.get(one, nowhere) if within else None for one in prior}
    for ratio, dose in prior.items():
        places = organs[ratio]
        if places is not None and not len(places):
            continue
        at = int(np.argmax(dose) if places is None else places[np.argmax(dose[places])])
        if ratio not in seen.hottest or dose[at] > seen.hottest[ratio].prior_eqd2_gy:
            seen.hottest[ratio] = misread(
                points[at], float(dose[at]), EXAMPLE_GY, fractions=EXAMPLE_FRACTIONS, alpha_beta_gy=ratio
            )
    for wish in wishes:
        ratio = wish.ratio.alpha_beta_gy
        values = prior[ratio]
        if wish.quantity == "REMAINING":
            values = remaining_gy(
                values, limit_eqd2_gy=wish.limit_eqd2_gy or 0.0, fractions=fractions, alpha_beta_gy=ratio
            )
            spent = np.count_nonzero(values.reshape(len(thickness_mm), -1) <= 0.0, axis=1)
            seen.spent_cm3[wish.name] += float(spent @ thickness_mm) * in_plane_mm2 * CM3_PER_MM3
        elif wish.quantity == "BASE" and new is not None:
            values = base_gy(prior[ratio], new, fractions=fractions, alpha_beta_gy=ratio)
            seen.errors[ratio].add(points, prior[ratio], new, values, within=organs[ratio])
        voxels[wish.name].add(values.reshape(part.shape))


def _between(places: IntArray, start: int, part: Grid) -> IntArray:
    """Of sorted places those in some planes, counted from their first voxel."""
    first, last = np.searchsorted(places, [start, start + int(np.prod(part.shape))])
    return places[first:last] - start


def _thicknesses_mm(grid: Grid) -> FloatArray:
    """What each plane stands for: half way to its neighbours, the first and last as far beyond. [mm]"""
    if grid.shape[0] < 2:
        return np.full(1, float(grid.spacing_mm[2]))
    gaps = np.diff(grid.offsets_mm)
    both: FloatArray = 0.5 * (np.concatenate([gaps[:1], gaps]) + np.concatenate([gaps, gaps[-1:]]))
    return both


def _highest_gy(wish: FileWish, earlier: EarlierCourses, fractions: int) -> float:
    """A dose that no voxel of a file exceeds: base doses lie below the dose isoeffective to the earlier one alone. [Gy]"""
    ratio = wish.ratio.alpha_beta_gy
    highest = (
        wish.limit_eqd2_gy or 0.0 if wish.quantity == "REMAINING" else earlier.highest_eqd2_gy(wish.ratio)
    )
    if wish.quantity == "EQD2":
        return highest
    return float(isoeffective_gy(np.array(highest), fractions=fractions, alpha_beta_gy=ratio))


def _marks(
    wish: FileWish, fractions: int, expected: Expected | None, seen: Volumes, *, lower_bound: bool
) -> BackgroundMarks:
    ratio = wish.ratio.alpha_beta_gy
    if wish.quantity == "EQD2":
        return BackgroundMarks(quantity="EQD2", alpha_beta_gy=ratio, lower_bound=lower_bound)
    if wish.quantity == "REMAINING" or expected is None:
        return BackgroundMarks(
            quantity=wish.quantity,
            alpha_beta_gy=ratio,
            fractions=fractions,
            limit_eqd2_gy=wish.limit_eqd2_gy,
            lower_bound=lower_bound,
        )
    hottest = seen.errors[ratio].hottest
    return BackgroundMarks(
        quantity="BASE",
        alpha_beta_gy=ratio,
        fractions=fractions,
        expected_plan_uid=expected.result.plan_uid,
        expected_sha256=expected.result.sha256,
        expected_label=expected.result.label,
        truth_eqd2_gy=0.0 if hottest is None else hottest.truth_gy,
        lower_bound=lower_bound,
    )
