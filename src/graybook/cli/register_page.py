"""The result of a registration comes in; the lines that the terminal shows go out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graybook.report.alignment_result import AlignmentResult
from graybook.report.result import MeasureResult
from graybook.report.wording import Wording
from graybook.text import Language

__all__ = ["page"]

USES = {
    "3D sum": "use_sum",
    "3D sum with envelope": "use_envelope",
    "point sum only": "use_points",
    "not measured": "use_unmeasured",
}

SHARES = ("coverage", "folded_share", "low_similarity_share", "unlike_share", "unsupported_share")
"""Measures that are shares, printed in %."""

SHOWN = (
    "landmark_mean",
    "landmark_p95",
    "landmark_max",
    "local_correlation",
    "coverage",
    "folded_share",
    "jacobian_p01",
    "jacobian_p99",
    "inverse_consistency_p95",
)
"""Measures of the whole alignment that a reader sees first, in this order."""


def page(result: AlignmentResult, out: Path, language: Language) -> str:
    """What was found, what it may be used for, what was measured, and where the files are."""
    return "\n".join(_lines(result, out, Wording(language, "register"))) + "\n"


def _lines(result: AlignmentResult, out: Path, words: Wording) -> Iterator[str]:
    fixed = result.fixed.label or words("fixed_image")
    moving = result.moving.label or words("moving_image")
    yield words("page_found", fixed=fixed, moving=moving, method=words(f"method_{result.method}"))
    yield words("page_standing")
    yield from _verdicts(result, words)
    whole = {one.name: one for one in result.measures if not one.structure}
    yield from _table(
        [(words(f"measure_{name}"), _value(whole[name], words)) for name in SHOWN if name in whole]
    )
    if result.error_field is not None:
        field = result.error_field
        yield words("page_error", median=field.median_mm, percent=field.supported_percent)
    for finding in result.findings:
        yield finding.text
    yield ", ".join(str(out / name) for name in [*result.files, "quality.json"])
    yield result.notice


def _verdicts(result: AlignmentResult, words: Wording) -> Iterator[str]:
    rows = []
    for one in result.verdicts:
        use = words(USES[one.use], envelope=one.envelope_mm) if one.use in USES else one.use
        rows.append((one.structure, use))
    width = max((len(name) for name, _ in rows), default=0)
    for (name, use), one in zip(rows, result.verdicts, strict=True):
        yield f"  {name:<{width}}  {use}"
        for reason in one.reasons if one.use != "3D sum" else ():
            yield f"  {'':<{width}}    {reason}"


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        yield f"  {name:<{width}}  {value}"


def _value(one: MeasureResult, words: Wording) -> str:
    if one.value is not None and one.name in SHARES:
        return f"{words.number(100.0 * one.value, 2)} %"
    return f"{words.number(one.value, 2)} {one.unit}".rstrip()
