"""Register, result: a pair and its alignment come in; what ``quality.json`` holds goes out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

import graybook
from graybook.geometry import Affine, Displacement, Grid
from graybook.geometry.transform import Transform
from graybook.record import Alignment
from graybook.registration.volume import Volume
from graybook.report.alignment_result import (
    AlignedImage,
    AlignmentProvenance,
    AlignmentResult,
    FieldResult,
    FrameResult,
    ThresholdResult,
    TransformResult,
)
from graybook.report.result import InputResult
from graybook.tables import edition
from graybook.tables.alignment_thresholds import Thresholds
from graybook.text import Language, phrase
from graybook.workflow.alignment.pair import CourseSide, Pair
from graybook.workflow.alignment.results import link_result
from graybook.workflow.person.results import finding_results

__all__ = ["alignment_result"]

DECIMALS = 4


def alignment_result(
    pair: Pair,
    alignment: Alignment,
    *,
    asked: str,
    language: Language,
    files: Sequence[str],
    thresholds: Thresholds | None = None,
) -> AlignmentResult:
    """The whole of ``quality.json``."""
    link = link_result("", alignment, language)
    return AlignmentResult(
        notice=phrase("notice", language),
        method_asked=asked,
        method=alignment.method,
        around=pair.around_name,
        source=list(alignment.source),
        error_mm=alignment.error_mm,
        fixed=_image("fixed", pair.fixed, pair.fixed_side),
        moving=_image("moving", pair.moving, pair.moving_side),
        transform=_transform(alignment.transform),
        measures=link.measures,
        verdicts=link.verdicts,
        error_field=_error_field(alignment),
        landmarks=0 if pair.landmarks is None else len(pair.landmarks[0]),
        settings={**_settings(pair, asked), **alignment.settings},
        thresholds_changed=_changed(thresholds),
        findings=finding_results(pair.findings, language),
        files=sorted(files),
        provenance=AlignmentProvenance(
            created=datetime.now(tz=UTC).date().isoformat(),
            version=graybook.__version__,
            tables_edition=edition(),
            inputs=[InputResult(sha256=one.sha256, used_as=one.used_as, uid=one.uid) for one in pair.inputs],
        ),
    )


def _settings(pair: Pair, asked: str) -> dict[str, str | float | int | None]:
    """What was asked for, beside the files: with these and the inputs the same transform is found again."""
    return {
        "method": asked,
        "around_voxels": None if pair.around is None else int(pair.around.sum()),
        "structures": len(pair.structures),
    }


def _changed(thresholds: Thresholds | None) -> list[ThresholdResult]:
    return [
        ThresholdResult(
            measure=row.measure,
            tissue=row.tissue,
            sum_limit=row.sum_limit,
            envelope_limit=row.envelope_limit,
            author=row.author,
            changed_on=row.changed_on.isoformat(),
            reason=row.reason,
        )
        for row in (() if thresholds is None else thresholds.rows)
        if row.changed_on is not None
    ]


def _image(role: str, volume: Volume, side: CourseSide | None) -> AlignedImage:
    start = None if side is None else side.course.start_date
    return AlignedImage(
        role=role,
        course="" if side is None else side.course.id,
        label="" if side is None else side.course.label,
        start_date=None if start is None else start.isoformat(),
        frame=volume.grid.frame,
        series_uid="" if side is None else side.image.series_uid,
        modality=volume.modality,
        grid=_frame(volume.grid),
        mask_voxels=None if volume.mask is None else int(volume.mask.sum()),
    )


def _frame(grid: Grid) -> FrameResult:
    origin, spacing = (
        tuple(round(float(x), 6) + 0.0 for x in one) for one in (grid.origin_mm, grid.spacing_mm)
    )
    return FrameResult(
        shape_zyx=grid.shape,
        origin_mm=(origin[0], origin[1], origin[2]),
        spacing_mm=(spacing[0], spacing[1], spacing[2]),
    )


def _transform(transform: Transform) -> TransformResult:
    matrix = None
    if isinstance(transform, Affine):
        matrix = [[round(float(x), 9) + 0.0 for x in row] for row in transform.matrix]
    kind = "deformable" if matrix is None else "rigid" if transform.is_rigid else "affine"
    return TransformResult(
        from_frame=transform.from_frame,
        to_frame=transform.to_frame,
        kind=kind,
        matrix=matrix,
        nodes=_frame(transform.grid) if isinstance(transform, Displacement) else None,
    )


def _error_field(alignment: Alignment) -> FieldResult | None:
    quality = alignment.quality
    if quality is None or quality.error_mm is None:
        return None
    values = quality.error_mm.values
    finite = values[np.isfinite(values)]
    return FieldResult(
        grid=_frame(quality.error_mm.grid),
        median_mm=_rounded(float(np.median(finite))) if finite.size else None,
        highest_mm=_rounded(float(finite.max())) if finite.size else None,
        supported_percent=round(100.0 * finite.size / max(1, values.size), 2),
    )


def _rounded(value: float) -> float | None:
    return round(value, DECIMALS) + 0.0 if math.isfinite(value) else None
