"""Growth: cases of rising size come in; Graybook's time and memory against voxels, structures and contour points go out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

from graybook import __version__
from validation.programs import OURS
from validation.sections import Options, plot, section, table
from validation.speed import inside, started_kb
from validation.speed_case import SpeedCase, rois, write_folder

__all__ = ["measured"]

CALLS = 3

VOXELS = tuple(
    SpeedCase(shape=shape, spacing_mm=450.0 / shape[2], step_mm=3.0)
    for shape in ((60, 90, 90), (90, 135, 135), (120, 180, 180), (160, 240, 240), (220, 330, 330))
)
STRUCTURES = tuple(SpeedCase(structures=count) for count in (5, 10, 20, 40, 60))
POINTS = tuple(SpeedCase(step_mm=step) for step in (4.0, 2.0, 1.0, 0.5))
LARGEST = SpeedCase(shape=(300, 512, 512), spacing_mm=1.0, structures=60, dose_every=2)
"""A CT of 512 × 512 × 300 voxels of 1 mm with a dose of 2 mm."""


@dataclass(frozen=True, kw_only=True)
class _Run:
    voxels: int
    structures: int
    points: int
    seconds: float
    memory_mb: float


def measured(options: Options) -> dict[str, Any]:
    """Three series and the largest case."""
    steps = 2 if options.quick else None
    series = {
        "dose voxels": [_run(case, options.work) for case in VOXELS[:steps]],
        "structures": [_run(case, options.work) for case in STRUCTURES[:steps]],
        "contour points": [_run(case, options.work) for case in POINTS[:steps]],
    }
    largest = [] if options.quick else [_run(LARGEST, options.work)]
    rows = [_row(name, one) for name, runs in series.items() for one in runs]
    rows += [_row("512 × 512 × 300 CT", one) for one in largest]
    figures = {f"exponent of time against {name}": _exponent(name, runs) for name, runs in series.items()}
    for one in largest:
        figures["largest case, s"] = round(one.seconds, 2)
        figures["largest case, MB above imports"] = round(one.memory_mb)
    return section(
        "Growth",
        texts=[
            "Time of a later call from DICOM files to figures of all structures, and peak memory above the imports. The CT has the "
            "voxels of the dose, except in the largest case: 512 × 512 × 300 voxels of 1 mm, a dose of 2 mm and 60 structures. "
            "An exponent of 1 is linear growth; it is taken between the smallest and the largest of a series.",
        ],
        tables=[table("Growth", _COLUMNS, rows)],
        plots=[_plot(name, runs, what) for name, runs in series.items() for what in ("time", "memory")],
        versions={"graybook": __version__},
        figures=figures,
    )


_COLUMNS = ("series", "dose voxels", "structures", "contour points", "time, s", "memory, MB")


def _run(case: SpeedCase, work: Path) -> _Run:
    """One case, written, computed in one process and removed."""
    folder = write_folder(work / "growth", case)
    try:
        found = inside(OURS, folder, "files", CALLS)
        started = started_kb(OURS, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    nz, ny, nx = case.dose_grid.shape
    return _Run(
        voxels=nz * ny * nx,
        structures=case.structures,
        points=sum(len(polygon) for roi in rois(case) for polygon in roi.polygons),
        seconds=found["seconds"],
        memory_mb=(found["peak_kb"] - started) / 1024,
    )


def _row(name: str, run: _Run) -> list[object]:
    return [name, run.voxels, run.structures, run.points, f"{run.seconds:.3f}", f"{run.memory_mb:.0f}"]


def _along(name: str, run: _Run) -> float:
    return float(
        {"dose voxels": run.voxels, "structures": run.structures, "contour points": run.points}[name]
    )


def _exponent(name: str, runs: list[_Run]) -> float:
    """Logarithm of the growth of time over that of what grows."""
    first, last = runs[0], runs[-1]
    return round(log(last.seconds / first.seconds) / log(_along(name, last) / _along(name, first)), 2)


def _plot(name: str, runs: list[_Run], what: str) -> dict[str, Any]:
    values = [run.seconds if what == "time" else run.memory_mb for run in runs]
    return plot(
        f"growth-{what}-{name.replace(' ', '-')}",
        f"{what.capitalize()} against {name}",
        x=name,
        y="time, s" if what == "time" else "memory above imports, MB",
        series=[(OURS, [_along(name, run) for run in runs], values)],
    )
