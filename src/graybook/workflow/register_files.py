"""Register, files: a registration comes in; transform, quality.json, pictures and points appear in a folder together."""

from __future__ import annotations

from pathlib import Path

from graybook.files.points import write_points
from graybook.progress import Progress, silent
from graybook.report.alignment_figures import CHECKERBOARD, EDGES, ERROR, JACOBIAN, alignment_pngs
from graybook.report.alignment_result import AlignmentResult, json_text
from graybook.text import Language
from graybook.workflow.alignment.planes import planes_of
from graybook.workflow.alignment.points import carried
from graybook.workflow.all_or_nothing import all_or_nothing
from graybook.workflow.register import Registration
from graybook.workflow.registering.result import alignment_result
from graybook.workflow.registering.structures import STRUCTURES, write_structures
from graybook.workflow.registering.transforms import DICOM, FIELD, LINEAR, SPLINE, write_transforms

__all__ = ["OWNED", "POINTS", "QUALITY", "write_registration_files"]

QUALITY, POINTS = "quality.json", "points.csv"

OWNED = (
    DICOM,
    FIELD,
    LINEAR,
    SPLINE,
    POINTS,
    QUALITY,
    STRUCTURES,
    *(f"{name}.png" for name in (CHECKERBOARD, EDGES, JACOBIAN, ERROR)),
)
"""Every file that may be written; those of an earlier run do not stay beside a result they do not belong to."""


def write_registration_files(
    found: Registration, out: Path, *, language: Language = "en", progress: Progress = silent
) -> AlignmentResult:
    """Write all of it into ``out``, or nothing; gives what ``quality.json`` holds."""
    with all_or_nothing(out, owned=OWNED) as folder:
        progress("transform")
        write_transforms(
            found.alignment.transform, found.pair, folder, method=found.alignment.method, progress=progress
        )
        if found.pair.points_mm is not None:
            moved, error = carried(found.pair, found.alignment, found.pair.points_mm)
            write_points(folder / POINTS, found.pair.points_mm, moved_mm=moved, error_mm=error)
        write_structures(found.pair, found.alignment, folder, progress=progress)
        progress("pictures")
        drawn = alignment_pngs(planes_of(found.pair, found.alignment), language)
        for name, data in drawn.items():
            (folder / f"{name}.png").write_bytes(data)
        progress(QUALITY, 0.95)
        result = alignment_result(
            found.pair,
            found.alignment,
            asked=found.asked,
            language=language,
            files=[one.name for one in folder.iterdir()],
            thresholds=found.thresholds,
        )
        (folder / QUALITY).write_bytes(json_text(result).encode())
        progress(QUALITY, 1.0)
    return result
