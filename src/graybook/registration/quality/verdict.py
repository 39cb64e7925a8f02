"""Measures of an alignment and limits come in; what it may be used for at each structure, with the reasons, goes out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from graybook.record.alignment import Measure, Use, Verdict
from graybook.record.assessment import Finding, Severity
from graybook.tables.alignment_thresholds import Threshold, Thresholds

__all__ = ["EVIDENCE", "verdict"]

EVIDENCE = ("landmark_max", "surface_distance_mean", "estimated_error_p95")
"""Without one of these nothing says where the alignment lies in truth, and no verdict is given."""

IN_MM = (
    "landmark_max",
    "inverse_consistency_p95",
    "surface_distance_mean",
    "bone_bending_p95",
    "estimated_error_p95",
)
"""Measures that an envelope must reach."""

WHOLE = "whole"
"""Tissue under which limits for the whole alignment stand: beside the cord, a vertebra further all looks alike."""

LEAST_ENVELOPE_MM = 1.0
USES = (Use.SUM, Use.ENVELOPE, Use.POINTS)
SEVERITIES = (Severity.INFO, Severity.WARNING, Severity.WARNING)


def verdict(
    structure: str, measures: Sequence[Measure], limits: Thresholds, tissues: tuple[str, ...] = ()
) -> Verdict:
    """The verdict of a structure: the worst that any of its measures, or of the whole alignment's, allows.

    Parameters
    ----------
    structure
        Its name.
    measures
        Of the structure and of the whole alignment.
    limits
        Of each use.
    tissues
        Whose limits come before the general ones.
    """
    own = [one for one in measures if one.structure == structure]
    named = {one.name for one in own if one.value is not None}
    whole = [one for one in measures if not one.structure and one.name not in named]
    known = [one for one in (*own, *whole) if one.value is not None]
    if not any(one.name in EVIDENCE for one in known):
        reason = Finding(code="alignment_not_measured", severity=Severity.INFO, subject=structure)
        return Verdict(structure=structure, use=Use.UNMEASURED, reasons=(reason,))
    judged = [
        (row.level(one.value), one, row)
        for one in known
        if one.value is not None
        for row in limits.of(one.name, tissues)
    ] + _of_the_whole(measures, limits)
    worst = max((level for level, _, _ in judged), default=0)
    reasons = tuple(
        _reason(structure, level, one, row)
        for level, one, row in sorted(judged, key=lambda item: -item[0])
        if level > 0
    )
    return Verdict(
        structure=structure,
        use=USES[worst],
        envelope_mm=_envelope_mm(known) if worst == 1 else None,
        reasons=reasons
        or (Finding(code="alignment_within_limits", severity=Severity.INFO, subject=structure),),
    )


def _of_the_whole(measures: Sequence[Measure], limits: Thresholds) -> list[tuple[int, Measure, Threshold]]:
    """Limits that the whole alignment must keep whatever a single structure looks like."""
    return [
        (row.level(one.value), one, row)
        for one in measures
        if not one.structure and one.value is not None
        for row in limits.of(one.name, (WHOLE,))
        if row.tissue == WHOLE
    ]


def _reason(structure: str, level: int, measure: Measure, row: Threshold) -> Finding:
    return Finding(
        code=f"alignment_{measure.name}" + ("_whole" if row.tissue == WHOLE else ""),
        severity=SEVERITIES[level],
        subject=structure,
        params={
            "value": _finite(measure.value),
            "limit": row.sum_limit if level == 1 else row.envelope_limit,
            "use": USES[level].value,
            "source": row.source_text,
        },
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _envelope_mm(known: Sequence[Measure]) -> float:
    """The largest of the measures in mm, rounded up to half a millimetre. [mm]"""
    lengths = [one.value for one in known if one.name in IN_MM and one.value is not None]
    largest = max([LEAST_ENVELOPE_MM, *(length for length in lengths if math.isfinite(length))])
    return math.ceil(2.0 * largest - 1e-9) / 2.0
