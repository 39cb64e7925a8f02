"""Hard phantoms on the page: sliding, weight loss, surgery, metal and more; errors and verdicts by structure come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.record.alignment import Alignment, Use
from validation.alignment.aligned import MIDDLE, WHOLE, aligned, answers_to, missed, spread, versions_of
from validation.alignment.figures import errors_mm, mm
from validation.alignment.others import Answer, available, kept_words
from validation.alignment.phantoms import CASES, SMALL, Case, made
from validation.sections import Options, section, table

__all__ = ["measured"]

OTHERS_ON = ("sliding lung", "weight loss", "filled bladder")
"""Phantoms that the other programs run on too."""


def measured(options: Options) -> dict[str, Any]:
    """Every phantom but the smooth one."""
    others = available() if options.peers else ()
    rows: list[list[object]] = []
    beside: list[list[object]] = []
    words: list[str] = []
    figures: dict[str, float] = {}
    for name in [name for name in CASES if name != "smooth thorax"]:
        case = made(name, SMALL if options.quick else MIDDLE)
        alignment, seconds = aligned(case)
        rows += _case_rows(case, alignment, seconds)
        figures |= _case_figures(case, alignment)
        if name in OTHERS_ON and others:
            answers = answers_to(case, others)
            beside += _beside(case, {WHOLE: _own(case, alignment, seconds), **answers})
            words += kept_words(answers.values())
    return section(
        "Where alignment is hard",
        texts=[
            "Pairs in which tissue slides, is lost, filled, cut out, lies outside the other image or looks otherwise. Asked for "
            "is a mean error in each structure, or a verdict that does not let it be summed.",
            *dict.fromkeys(words),
        ],
        tables=[_organ_table(rows), *([_others_table(beside)] if beside else [])],
        versions=versions_of(others),
        figures={name: round(value, 4) for name, value in figures.items()},
    )


def _of_organ(case: Case, alignment: Alignment, organ: str) -> FloatArray:
    points = case.points_in(organ, most=2000)
    found = alignment.transform.apply(points, frame=case.fixed.grid.frame)
    errors = errors_mm(found, case.truth(points))
    return errors[np.isfinite(errors)]


def _case_rows(case: Case, alignment: Alignment, seconds: float) -> list[list[object]]:
    rows: list[list[object]] = []
    assert alignment.quality is not None  # noqa: S101  (automatic measures)
    for organ in case.organs:
        errors = _of_organ(case, alignment, organ)
        verdict = alignment.quality.verdict(organ)
        said = "–" if verdict is None else verdict.use.value
        if verdict is not None and verdict.envelope_mm is not None:
            said += f" of {verdict.envelope_mm:.1f} mm"
        mark = " (affected)" if organ in case.affected else ""
        numbers = (
            [mm(float(errors.mean())), mm(float(np.percentile(errors, 95)))] if len(errors) else ["–", "–"]
        )
        limit = "–" if case.limit_mm is None else mm(case.limit_mm, 1)
        rows.append([case.name, organ + mark, *numbers, limit, said, f"{seconds:.0f}"])
    return rows


def _case_figures(case: Case, alignment: Alignment) -> dict[str, float]:
    """The largest mean error of a structure that may be summed, and how many beyond the limit are summed all the same."""
    assert alignment.quality is not None  # noqa: S101
    summed, missed = [0.0], 0
    for organ in case.organs:
        verdict, errors = alignment.quality.verdict(organ), _of_organ(case, alignment, organ)
        if verdict is None or verdict.use != Use.SUM:
            continue
        mean = float(errors.mean()) if len(errors) else np.inf
        summed.append(mean)
        missed += organ in case.affected or (case.limit_mm is not None and mean > case.limit_mm)
    return {
        f"{case.name}: worst mean of a summed structure, mm": max(summed),
        f"{case.name}: wrongly summed": float(missed),
    }


def _organ_table(rows: list[list[object]]) -> dict[str, Any]:
    return table(
        "Graybook, by structure",
        ("phantom", "structure", "mean error, mm", "95th percentile", "asked for", "verdict", "processor, s"),
        rows,
        note="Affected: no alignment can be right there (tissue taken out, or much of it outside the other image). "
        "Errors are of the places that both images show.",
    )


def _own(case: Case, alignment: Alignment, seconds: float) -> Answer:
    """An alignment as an answer beside those of other programs."""
    grid = case.fixed.grid
    centres = grid.centres()
    vectors = (alignment.transform.apply(centres, frame=grid.frame) - centres).astype(np.float32)
    return Answer(program=WHOLE, grid=grid, vectors_mm=vectors.reshape(*grid.shape, 3), cpu_s=seconds)


def _beside(case: Case, answers: Mapping[str, Answer]) -> list[list[object]]:
    rows: list[list[object]] = []
    for program, one in answers.items():
        if one.failed:
            rows.append([case.name, program, f"failed: {one.failed}", "–", "–", "–", "–"])
            continue
        organs = [missed(case, one, case.points_in(organ, most=2000)) for organ in case.organs]
        worst = max(float(errors.mean()) for errors in organs)
        cells = spread(missed(case, one, case.landmarks_mm))
        folds = int((one.jacobians() <= 0).sum())
        rows.append([case.name, program, cells[0], cells[2], mm(worst), folds, f"{one.cpu_s:.0f}"])
    return rows


def _others_table(rows: Sequence[Sequence[object]]) -> dict[str, Any]:
    return table(
        "All programs",
        (
            "phantom",
            "program",
            "mean ± SD, mm",
            "worst",
            "largest mean of a structure",
            "folded voxels",
            "processor, s",
        ),
        rows,
        note="Graybook's time holds the way back, the measures and the verdicts.",
    )
