"""The smooth thorax on the page: all programs run on one large phantom; errors, folds, times and memory come out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.alignment.aligned import MIDDLE, OURS, WHOLE, answers_to, missed, spread, versions_of
from validation.alignment.figures import bins, errors_mm, mm
from validation.alignment.others import Answer, available, kept_words
from validation.alignment.phantoms import FULL, Case, made
from validation.sections import Options, plot, section, table

__all__ = ["measured"]


def measured(options: Options) -> dict[str, Any]:
    """Graybook, the whole of its command, and the other programs."""
    others = available() if options.peers else ()
    case = made("smooth thorax", MIDDLE if options.quick else FULL)
    answers = answers_to(case, (OURS, WHOLE, *others))
    return section(
        "Smooth thorax, known to the last voxel",
        texts=[
            "Both images are painted from closed forms, the fixed one at the points that the true map gives, each with its own "
            "noise; neither is resampled from the other. Errors are distances to the true place. Pairs of one contrast with rich "
            "texture flatter every program: this is a regression gate, not a claim of clinical accuracy.",
            f"{' × '.join(str(n) for n in case.fixed.grid.shape[::-1])} voxels of "
            f"{' × '.join(mm(s, 1) for s in case.fixed.grid.spacing_mm)} mm, 420 vessels, {len(case.landmarks_mm)} random places "
            "in the body as landmarks. *Graybook* is the rigid step and the deformation one way, what the other programs do; "
            "*Graybook, register* is the whole command, with the way back, the measures and the verdicts.",
            *kept_words(answers.values()),
        ],
        tables=[_table(case, answers)],
        plots=[_histogram(case, answers)],
        versions=versions_of(others),
        figures={name: round(value, 4) for name, value in _figures(case, answers).items()},
    )


def _figures(case: Case, answers: Mapping[str, Answer]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for program, one in answers.items():
        if one.failed:
            continue
        errors = missed(case, one, case.landmarks_mm)
        figures |= {
            f"{program}: mean, mm": float(errors.mean()),
            f"{program}: worst, mm": float(errors.max()),
            f"{program}: folds": float((one.jacobians() <= 0).sum()),
            f"{program}: wall, s": one.wall_s,
            f"{program}: processor, s": one.cpu_s,
        }
    return figures


def _table(case: Case, answers: Mapping[str, Answer]) -> dict[str, Any]:
    start = errors_mm(case.landmarks_mm, case.truth(case.landmarks_mm))
    rows: list[list[object]] = [["nothing done", *spread(start), "–", "–", "–", "–", "–"]]
    lungs = np.concatenate([case.points_in("Lung_L"), case.points_in("Lung_R")])
    for program, one in answers.items():
        if one.failed:
            rows.append([program, f"failed: {one.failed}", *["–"] * 7])
            continue
        inside = missed(case, one, lungs)
        folds = int((one.jacobians() <= 0).sum())
        rows.append(
            [program, *spread(missed(case, one, case.landmarks_mm)), mm(float(inside.mean())), folds,
             f"{one.wall_s:.0f}", f"{one.cpu_s:.0f}", f"{one.peak_mb:.0f}"]
        )  # fmt: skip
    return table(
        "Smooth thorax",
        (
            "program", "mean ± SD, mm", "95th percentile", "worst", "lung mean", "folded voxels", "wall, s", "processor, s",
            "memory, MB",
        ),
        rows,
        note="Times are of the whole process, files read and written, on two threads each.",
    )  # fmt: skip


def _histogram(case: Case, answers: Mapping[str, Answer]) -> dict[str, Any]:
    series = [
        (program, *bins(missed(case, one, case.landmarks_mm), 0.05, 2.0))
        for program, one in answers.items()
        if not one.failed
    ]
    title = "Smooth thorax: errors at the landmarks; the last bin holds all beyond"
    return plot("smooth-errors", title, x="error, mm", y="landmarks, %", series=series)
