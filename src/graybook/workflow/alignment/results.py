"""Alignment results: an alignment comes in; its part of ``result.json``, with what was measured and who approved it, goes out."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from graybook.geometry import Affine
from graybook.geometry.transform import Transform
from graybook.record import Alignment, Finding, Severity
from graybook.record.alignment import Approval, Measure, Use, Verdict
from graybook.record.assessment import Param
from graybook.report.result import ApprovalResult, LinkResult, MeasureResult, VerdictResult
from graybook.text import Language, phrase
from graybook.workflow.alignment.alignments import CourseAlignment

__all__ = ["COMPUTED", "SAME_FRAME", "link_result", "method_of", "verdict_findings"]

COMPUTED = ("computed",)
"""Source of an alignment that was computed here."""

SAME_FRAME = ("same frame",)
"""Source of an alignment that one frame of reference makes needless."""

DECIMALS = 4
"""Of measures and errors."""

TOLD = {Use.POINTS: "alignment_points_only", Use.ENVELOPE: "alignment_with_envelope"}
SEVERITIES = {Use.POINTS: Severity.WARNING, Use.ENVELOPE: Severity.INFO}


def link_result(course: str, alignment: Alignment, language: Language) -> LinkResult:
    """One alignment used."""
    quality = alignment.quality
    return LinkResult(
        course=course,
        from_frame=alignment.transform.from_frame,
        to_frame=alignment.transform.to_frame,
        method=method_of(alignment),
        source=list(alignment.source),
        error_mm=alignment.error_mm,
        inversion_error_mm=_inversion_error_mm(alignment.transform),
        approved=alignment.is_approved(),
        approval=_approval(alignment),
        approvals=[_event(one) for one in alignment.approvals],
        measures=[] if quality is None else [_measure(one) for one in quality.measures],
        verdicts=[] if quality is None else [_verdict(one, language) for one in quality.verdicts],
    )


def verdict_findings(aligned: Sequence[CourseAlignment], organs: Collection[str]) -> tuple[Finding, ...]:
    """What the verdicts on alignments keep organs from, course by course; ``organs`` are the names that are judged."""
    found = []
    for one in aligned:
        quality = None if one.alignment is None else one.alignment.quality
        verdicts = () if quality is None else quality.verdicts
        for use, code in TOLD.items():
            names = [each.structure for each in verdicts if each.use is use and each.structure in organs]
            if names:
                params: dict[str, Param] = {"course": one.course.label, "structures": ", ".join(names)}
                found.append(
                    Finding(code=code, severity=SEVERITIES[use], subject=one.course.id, params=params)
                )
    return tuple(found)


def method_of(alignment: Alignment) -> str:
    """What kind of alignment it is: rigid, local, affine, deformable, or none."""
    if alignment.source == SAME_FRAME:
        return "none"
    if alignment.method:
        return alignment.method
    if isinstance(alignment.transform, Affine):
        return "rigid" if alignment.transform.is_rigid else "affine"
    return "deformable"


def _inversion_error_mm(transform: Transform) -> float | None:
    return None if isinstance(transform, Affine) else _rounded(transform.inversion_error_mm)


def _approval(alignment: Alignment) -> str:
    """Where the approval of an alignment stands, as a code the report has words for."""
    if alignment.source == SAME_FRAME:
        return "not needed"
    if alignment.is_approved():
        return "approved"
    named = {name for event in alignment.approvals for name in event.structures}
    if any(alignment.is_approved(name) for name in named):
        return "approved in part"
    if alignment.approvals:
        return (
            "approval revoked" if any(not one.approved for one in alignment.approvals) else "approved in part"
        )
    return "computed, not approved" if alignment.source == COMPUTED else "approval not recorded"


def _event(one: Approval) -> ApprovalResult:
    return ApprovalResult(
        who=one.who,
        when=None if one.when is None else one.when.isoformat(),
        approved=one.approved,
        reason=one.reason,
        structures=list(one.structures),
        registration=one.registration,
    )


def _measure(one: Measure) -> MeasureResult:
    value = None if one.value is None else _rounded(one.value)
    return MeasureResult(name=one.name, value=value, unit=one.unit, structure=one.structure)


def _verdict(one: Verdict, language: Language) -> VerdictResult:
    return VerdictResult(
        structure=one.structure,
        use=one.use.value,
        envelope_mm=None if one.envelope_mm is None else _rounded(one.envelope_mm),
        reasons=[phrase(why.code, language, **{"subject": why.subject, **why.params}) for why in one.reasons],
    )


def _rounded(value: float) -> float | None:
    """As printed into result.json; None for what is not finite."""
    return round(float(value), DECIMALS) + 0.0 if math.isfinite(value) else None
