"""Reliance: alignments and an organ come in; what its sum may be used for, and how far earlier doses may lie off, go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from graybook.accumulation.envelope import ASSUMED_SHIFT_MM
from graybook.dvh.sampling import StructureSamples
from graybook.record import Alignment
from graybook.record.alignment import Quality, Use, Verdict
from graybook.registration.quality import errors_at
from graybook.tables.alignment_thresholds import default_thresholds

__all__ = ["ORDER", "Reliance", "reliance", "worst_use"]

PART_PERCENT = 95.0
"""Part of an organ's volume within which its error lies: what stands for the organ. Our own choice: no source was found. [%]"""

ORDER = (Use.SUM, Use.ENVELOPE, Use.UNMEASURED, Use.POINTS)
"""From what an alignment may be used for most to least."""


@dataclass(frozen=True, kw_only=True)
class Reliance:
    """How far one course's alignment is to be trusted at one organ.

    Parameters
    ----------
    use
        By the verdict, else by the estimated error; None when nothing was measured.
    shift_mm
        How far the course's dose may lie off; None where nothing supports an error. [mm]
    assumed
        Whether the shift is a convention and neither measured nor stated.
    """

    use: Use | None
    shift_mm: float | None
    assumed: bool


def reliance(alignment: Alignment, names: Iterable[str], samples: StructureSamples) -> Reliance:
    """
    What one alignment may be used for at one organ.

    Parameters
    ----------
    alignment
        From the frame of ``samples`` to a course.
    names
        What the organ may be called in the verdicts, the first that has one counts.
    samples
        The organ.
    """
    stated = alignment.error_mm
    quality = alignment.quality
    if quality is None:
        return Reliance(
            use=None, shift_mm=ASSUMED_SHIFT_MM if stated is None else stated, assumed=stated is None
        )
    verdict = next((found for name in names if (found := quality.verdict(name)) is not None), None)
    mapped = _mapped_error_mm(quality, samples)
    use = _by_estimate(mapped) if verdict is None else verdict.use
    measured = _measured_mm(verdict, mapped)
    known = [one for one in (measured, stated) if one is not None]
    if any(not np.isfinite(one) for one in known):
        return Reliance(use=use, shift_mm=None, assumed=False)
    if known:
        return Reliance(use=use, shift_mm=max(known), assumed=False)
    return Reliance(use=use, shift_mm=ASSUMED_SHIFT_MM, assumed=True)


def _by_estimate(mapped_mm: float | None) -> Use:
    """By the estimated error alone: of a structure that is not drawn on the reference no verdict was given."""
    if mapped_mm is None:
        return Use.UNMEASURED
    limits = default_thresholds().of("estimated_error_p95")
    return (Use.SUM, Use.ENVELOPE, Use.POINTS)[max(row.level(mapped_mm) for row in limits)]


def _measured_mm(verdict: Verdict | None, mapped_mm: float | None) -> float | None:
    """The verdict's envelope where it gives one, else what the map of errors says of the organ. [mm]"""
    if verdict is not None and verdict.use is Use.ENVELOPE and verdict.envelope_mm is not None:
        return verdict.envelope_mm
    return mapped_mm


def _mapped_error_mm(quality: Quality, samples: StructureSamples) -> float | None:
    """The error that 95 % of the organ keep within; infinite where too much of it has none. [mm]"""
    if quality.error_mm is None or quality.error_mm.frame != samples.frame or not len(samples.volumes_cm3):
        return None
    error = np.full(len(samples.volumes_cm3), np.inf)
    known = np.isfinite(samples.points_mm).all(axis=1)
    error[known] = errors_at(quality.error_mm, samples.points_mm[known])
    order = np.argsort(error, kind="stable")
    share = np.cumsum(samples.volumes_cm3[order])
    place = int(np.searchsorted(share, PART_PERCENT / 100.0 * share[-1] * (1.0 - 1e-12)))
    return float(error[order[min(place, len(order) - 1)]])


def worst_use(of: Mapping[str, Reliance]) -> Use | None:
    """The least that any course's alignment may be used for; None when none was measured."""
    found = [one.use for one in of.values() if one.use is not None]
    return max(found, key=ORDER.index, default=None)
