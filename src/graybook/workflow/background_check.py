"""Background check: a base dose and a new dose come in; what a planning system reads of both, against the truth, goes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graybook.accumulation.background import read_eqd2_gy, true_eqd2_gy
from graybook.dicom.background_marks import BackgroundMarks
from graybook.dicom.facts import DoseFacts
from graybook.dicom.read_background import BackgroundDose, read_background, read_plain_dose
from graybook.errors import FrameMismatch, NotComparable, QuantityMismatch, UsageError
from graybook.geometry import Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.record import Finding, Severity
from graybook.report.background_check_result import BackgroundCheckResult
from graybook.text import Language, phrase
from graybook.units import DOSE_DECIMALS
from graybook.workflow.person.results import finding_results

__all__ = ["check_background"]

BLOCK = 400_000
"""Voxels looked at together, in whole planes."""


@dataclass(kw_only=True)
class _Seen:
    """Extremes over the voxels so far. EQD2 [Gy]"""

    reading_gy: float = -1.0
    point_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    truth_gy: float = 0.0
    lowest_gy: float = np.inf
    highest_gy: float = -np.inf
    outside: int = 0


def check_background(
    base: Path,
    new: Path,
    *,
    alpha_beta_gy: float,
    fractions: int,
    prior: Path | None = None,
    language: Language = "en",
) -> BackgroundCheckResult:
    """
    Add a new dose to a base dose as a planning system does, and compare with the truth.

    Parameters
    ----------
    base
        A base dose as ``graybook background`` wrote it.
    new
        RT Dose of the new plan, of all its fractions.
    alpha_beta_gy, fractions
        At which the sum is to be read.
    prior
        The earlier EQD2 at the same α/β, from the same run: then the truth is known for any new dose.
    language
        Of the sentences.

    Raises
    ------
    graybook.errors.NotComparable
        Another α/β, another number of fractions, another frame, another person, or no base dose.
    """
    loaded = read_background(base)
    marks = _valid(loaded, base, alpha_beta_gy, fractions)
    dose = _new_dose(new, loaded.dose)
    earlier = None if prior is None else _prior(prior, loaded)
    seen = _compared(loaded, dose, earlier)
    expected = marks.expected_sha256 == dose.header.sha256
    truth = seen.truth_gy if earlier is not None else (marks.truth_eqd2_gy if expected else None)
    error = None if truth is None else seen.reading_gy - truth
    return BackgroundCheckResult(
        notice=phrase("notice", language),
        plan=marks.expected_label,
        alpha_beta_gy=marks.alpha_beta_gy,
        fractions=fractions,
        is_expected=expected,
        reading_gy=round(seen.reading_gy, DOSE_DECIMALS),
        reading_point_mm=seen.point_mm,
        truth_gy=None if truth is None else round(truth, DOSE_DECIMALS),
        error_gy=None if error is None else round(error, DOSE_DECIMALS),
        error_percent=None if error is None or not truth else round(100.0 * error / truth, 4),
        lowest_error_gy=None if earlier is None else round(seen.lowest_gy, DOSE_DECIMALS),
        highest_error_gy=None if earlier is None else round(seen.highest_gy, DOSE_DECIMALS),
        lower_bound=marks.lower_bound,
        warnings=finding_results(_said(marks, seen, dose, expected=expected), language),
    )


def _valid(loaded: BackgroundDose, path: Path, alpha_beta_gy: float, fractions: int) -> BackgroundMarks:
    """The marks of a base dose that is right for what is asked; else the refusal."""
    marks = loaded.marks
    if marks.quantity != "BASE":
        raise QuantityMismatch(
            "The file is no base dose: it is not added to a new dose in Gy.",
            value=f"{path.name}: {marks.quantity}",
            remedy="Name a base_*.dcm of `graybook background --expected`.",
        )
    if abs(marks.alpha_beta_gy - alpha_beta_gy) > 1e-9:
        raise NotComparable(
            "The base dose is for another α/β: read at this one it is wrong.",
            value=f"made for α/β {marks.alpha_beta_gy:g} Gy, asked at {alpha_beta_gy:g} Gy",
            remedy=f"Load a base dose that was made with `graybook background --alpha-beta {alpha_beta_gy:g}`.",
        )
    if marks.fractions != fractions:
        raise NotComparable(
            "The base dose is for another number of fractions.",
            value=f"made for {marks.fractions}, asked in {fractions}",
            remedy=f"Make one with `graybook background --fractions {fractions}` and the plan in {fractions} fractions.",
        )
    return marks


def _new_dose(path: Path, base: DoseFacts) -> DoseFacts:
    dose = read_plain_dose(path)
    if dose.biological or dose.header.made_by_graybook:
        raise QuantityMismatch(
            "The new dose is not a dose as a planning system computes it.",
            value=f"{path.name}: {dose.biological or 'written by Graybook'}",
            remedy="Name the RT Dose of the new plan.",
        )
    _same_frame(dose, base, "new dose")
    if dose.header.patient_id != base.header.patient_id:
        raise NotComparable(
            "The new dose is another person's.",
            value=f"{dose.header.patient_id}; base dose: {base.header.patient_id}",
            remedy="Name the new plan's dose of the same person.",
        )
    return dose


def _same_frame(dose: DoseFacts, base: DoseFacts, what: str) -> None:
    if dose.header.frame != base.header.frame or not base.header.frame:
        raise FrameMismatch(
            f"The {what} lies in another frame of reference than the base dose.",
            value=dose.header.frame,
            remedy="Name a dose computed on the planning CT that the base dose was made for.",
        )


def _prior(path: Path, base: BackgroundDose) -> DoseFacts:
    loaded = read_background(path)
    if loaded.marks.quantity != "EQD2" or loaded.marks.alpha_beta_gy != base.marks.alpha_beta_gy:
        raise QuantityMismatch(
            "The earlier dose is not EQD2 at the α/β of the base dose.",
            value=f"{path.name}: {loaded.marks.quantity}, α/β {loaded.marks.alpha_beta_gy:g} Gy",
            remedy=f"Name prior_eqd2_ab{base.marks.alpha_beta_gy:g}.dcm of the same run.",
        )
    _same_frame(loaded.dose, base.dose, "earlier dose")
    first, second = _grid(loaded.dose), _grid(base.dose)
    if first.shape != second.shape or np.abs(first.origin_mm - second.origin_mm).max() > 1e-3:
        raise UsageError(
            "The earlier dose has other voxels than the base dose.",
            value=path.name,
            remedy="Name the file of the same run.",
        )
    return loaded.dose


def _grid(dose: DoseFacts) -> Grid:
    assert dose.grid is not None  # noqa: S101  (checked on reading)
    return dose.grid


def _compared(base: BackgroundDose, new: DoseFacts, earlier: DoseFacts | None) -> _Seen:
    """Look at every voxel of the base dose."""
    grid, seen = _grid(base.dose), _Seen()
    field = GridField(grid=_grid(new), values=new.voxels())
    bases = base.dose.voxels()
    priors = None if earlier is None else earlier.voxels()
    planes = max(1, BLOCK // (grid.shape[1] * grid.shape[2]))
    for first in range(0, grid.shape[0], planes):
        last = min(first + planes, grid.shape[0])
        points = grid.between(first, last).centres()
        samples = field.sample(points)
        seen.outside += int(np.count_nonzero(~samples.inside))
        there = None if priors is None else priors[first:last].ravel()
        _look(seen, base.marks, points, bases[first:last].ravel(), samples.low, there)
    return seen


def _look(
    seen: _Seen,
    marks: BackgroundMarks,
    points: FloatArray,
    base: FloatArray,
    new: FloatArray,
    prior: FloatArray | None,
) -> None:
    fractions, ratio = marks.fractions or 1, marks.alpha_beta_gy
    reading = read_eqd2_gy(base, new, fractions=fractions, alpha_beta_gy=ratio)
    at = int(np.argmax(reading))
    if float(reading[at]) > seen.reading_gy:
        x, y, z = (float(one) for one in points[at])
        seen.reading_gy, seen.point_mm = float(reading[at]), (x, y, z)
    if prior is not None:
        truth = true_eqd2_gy(prior, new, fractions=fractions, alpha_beta_gy=ratio)
        seen.truth_gy = max(seen.truth_gy, float(truth.max()))
        missed = reading - truth
        seen.lowest_gy = min(seen.lowest_gy, float(missed.min()))
        seen.highest_gy = max(seen.highest_gy, float(missed.max()))


def _said(marks: BackgroundMarks, seen: _Seen, dose: DoseFacts, *, expected: bool) -> list[Finding]:
    said = []
    if not expected:
        params = {"plan": marks.expected_label, "truth": marks.truth_eqd2_gy}
        said.append(Finding(code="background_other_dose", severity=Severity.WARNING, params=params))
    if marks.lower_bound:
        said.append(Finding(code="background_check_missing", severity=Severity.WARNING))
    if seen.outside:
        said.append(Finding(code="background_new_outside", severity=Severity.INFO))
    if dose.dose_type.upper() != "PHYSICAL":
        said.append(
            Finding(
                code="background_new_type", severity=Severity.WARNING, params={"type": dose.dose_type or None}
            )
        )
    return said
