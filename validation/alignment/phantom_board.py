"""Phantoms on the page: every case goes through Graybook and the other programs; errors, folds, times and verdicts come out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from graybook import __version__
from graybook.geometry.arrays import FloatArray
from graybook.record.alignment import Alignment, Use
from graybook.registration.automatic import automatic
from graybook.registration.quality import StructurePair, errors_at
from validation.alignment.figures import bins, errors_mm, mm
from validation.alignment.others import Answer, answer, available, kept_words, write_image
from validation.alignment.phantoms import CASES, FULL, Case, Size, made
from validation.alignment.second import REGIONS, second
from validation.sections import Options, plot, section, table

__all__ = ["MIDDLE", "aligned", "measured", "pairs_of"]

MIDDLE = Size(shape=(60, 80, 108))
"""The other phantoms: 4.5 x 3 x 3 mm."""

SMOOTH = "smooth thorax"
OTHERS_ON = ("sliding lung", "weight loss", "filled bladder")
"""Phantoms besides the smooth one that the other programs run on too."""

OURS = "Graybook"
WHOLE = "Graybook, register"
SEEDS = range(40, 43)
STATED = 0.95
INSIDE = {"Lung_L": "lungs", "Lung_R": "lungs"}

Figures = dict[str, float]


def measured(options: Options) -> dict[str, Any]:
    """All of it."""
    others = available() if options.peers else ()
    smooth = made(SMOOTH, MIDDLE if options.quick else FULL)
    answers = _answers(smooth, (OURS, WHOLE, *others))
    figures = _smooth_figures(smooth, answers)
    tables = [_smooth_table(smooth, answers)]
    names = [name for name in CASES if name != SMOOTH][: 2 if options.quick else None]
    rows: list[list[object]] = []
    stated: dict[str, tuple[list[float], list[float]]] = {}
    ours: dict[str, tuple[Case, Answer]] = {}
    for name in names:
        case = made(name, MIDDLE)
        alignment, seconds = aligned(case)
        rows += _case_rows(case, alignment, seconds)
        figures |= _case_figures(case, alignment)
        stated[name] = _stated(case, alignment)
        if name in OTHERS_ON:
            ours[name] = case, _own(case, alignment, seconds)
    tables.append(_organ_table(rows))
    if others:
        tables.append(_others_table(others, ours))
    second_stated = {}
    for region in REGIONS:
        for seed in SEEDS if not options.quick else list(SEEDS)[:1]:
            case = second(region, seed=seed)
            second_stated[case.name] = _stated(case, aligned(case)[0])
    figures |= _coverage_figures(stated, "first") | _coverage_figures(second_stated, "second")
    tables.append(_coverage_table(stated, second_stated))
    return section(
        "Phantoms whose deformation is known",
        texts=[
            "Both images of a pair are painted from closed forms, the fixed one at the points that the true map gives, each with "
            "its own noise; neither is resampled from the other. Errors are distances to the true place. Pairs of one contrast "
            "with rich texture flatter every program: this is a regression gate, not a claim of clinical accuracy.",
            f"The smooth thorax has {' × '.join(str(n) for n in smooth.fixed.grid.shape[::-1])} voxels of "
            f"{' × '.join(mm(s, 1) for s in smooth.fixed.grid.spacing_mm)} mm, 420 vessels and {len(smooth.landmarks_mm)} random "
            "places in the body as landmarks. *Graybook* is the rigid step and the deformation one way, what the other programs "
            "do; *Graybook, register* is the whole command, with the way back, the measures and the verdicts.",
            *kept_words(answers.values()),
        ],
        tables=tables,
        plots=[
            _histogram(smooth, answers),
            _scatter("stated-first", "Stated 95 % error and true error: first generator", stated),
            _scatter("stated-second", "Stated 95 % error and true error: second generator", second_stated),
        ],
        versions=_versions(others),
        figures={name: round(value, 4) for name, value in figures.items()},
    )


def pairs_of(case: Case) -> tuple[StructurePair, ...]:
    """The structures of a case as an alignment takes them, those that the moving image lacks on one side only."""
    return tuple(
        StructurePair(
            name=organ.name,
            tg263=organ.name,
            kind="organ",
            fixed=organ.fixed,
            moving=organ.moving if organ.moving_mask.any() else None,
        )
        for organ in case.organs.values()
    )


def aligned(case: Case) -> tuple[Alignment, float]:
    """A case aligned as ``graybook register`` would, with its structures; processor seconds of all threads."""
    start = time.process_time()
    alignment = automatic(case.fixed, case.moving, structures=pairs_of(case))
    return alignment, time.process_time() - start


def _answers(case: Case, programs: tuple[str, ...]) -> dict[str, Answer]:
    with tempfile.TemporaryDirectory(prefix="alignment-") as name:
        fixed = write_image(case.fixed, Path(name) / "fixed.mha")
        moving = write_image(case.moving, Path(name) / "moving.mha")
        return {
            program: answer(program, fixed, moving, case.fixed.grid, points_mm=case.landmarks_mm)
            for program in programs
        }


def _missed(case: Case, one: Answer, points: FloatArray) -> FloatArray:
    return errors_mm(one.moved(points), case.truth(points))


def _smooth_figures(case: Case, answers: Mapping[str, Answer]) -> Figures:
    figures: Figures = {}
    for program, one in answers.items():
        if one.failed:
            continue
        errors = _missed(case, one, case.landmarks_mm)
        figures |= {
            f"{program}: mean, mm": float(errors.mean()),
            f"{program}: worst, mm": float(errors.max()),
            f"{program}: folds": float((one.jacobians() <= 0).sum()),
            f"{program}: wall, s": one.wall_s,
            f"{program}: processor, s": one.cpu_s,
        }
    return figures


def _smooth_table(case: Case, answers: Mapping[str, Answer]) -> dict[str, Any]:
    start = errors_mm(case.landmarks_mm, case.truth(case.landmarks_mm))
    rows: list[list[object]] = [["nothing done", *_spread(start), "–", "–", "–", "–", "–"]]
    lungs = np.concatenate([case.points_in("Lung_L"), case.points_in("Lung_R")])
    for program, one in answers.items():
        if one.failed:
            rows.append([program, f"failed: {one.failed}", *["–"] * 7])
            continue
        inside = _missed(case, one, lungs)
        folds = int((one.jacobians() <= 0).sum())
        rows.append(
            [program, *_spread(_missed(case, one, case.landmarks_mm)), mm(float(inside.mean())), folds,
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


def _spread(errors: FloatArray) -> list[str]:
    return [
        f"{mm(float(errors.mean()))} ± {mm(float(errors.std()))}",
        mm(float(np.percentile(errors, 95))),
        mm(float(errors.max())),
    ]


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


def _case_figures(case: Case, alignment: Alignment) -> Figures:
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
        "Other phantoms: Graybook, by structure",
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


def _others_table(others: tuple[str, ...], ours: Mapping[str, tuple[Case, Answer]]) -> dict[str, Any]:
    rows: list[list[object]] = []
    for name, (case, own) in ours.items():
        for program, one in {WHOLE: own, **_answers(case, others)}.items():
            if one.failed:
                rows.append([name, program, f"failed: {one.failed}", "–", "–", "–", "–"])
                continue
            worst = max(
                float(_missed(case, one, case.points_in(organ, most=2000)).mean()) for organ in case.organs
            )
            cells = _spread(_missed(case, one, case.landmarks_mm))
            rows.append(
                [
                    name,
                    program,
                    cells[0],
                    cells[2],
                    mm(worst),
                    int((one.jacobians() <= 0).sum()),
                    f"{one.cpu_s:.0f}",
                ]
            )
    return table(
        "Other phantoms: all programs",
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


def _stated(case: Case, alignment: Alignment) -> tuple[list[float], list[float]]:
    """Stated 95 % errors and true ones at the landmarks where an error is stated. [mm]"""
    assert alignment.quality is not None  # noqa: S101
    if alignment.quality.error_mm is None:
        return [], []
    points = case.landmarks_mm
    stated = errors_at(alignment.quality.error_mm, points)
    true = errors_mm(alignment.transform.apply(points, frame=case.fixed.grid.frame), case.truth(points))
    known = np.isfinite(true)
    return stated[known].tolist(), true[known].tolist()


def _covered(pairs: Mapping[str, tuple[list[float], list[float]]]) -> float:
    stated = np.concatenate([one for one, _ in pairs.values()] or [np.empty(0)])
    true = np.concatenate([one for _, one in pairs.values()] or [np.empty(0)])
    return float((true <= stated).mean()) if len(true) else float("nan")


def _coverage_figures(pairs: Mapping[str, tuple[list[float], list[float]]], name: str) -> Figures:
    return {f"covered, {name} generator": _covered(pairs)}


def _coverage_table(*generators: Mapping[str, tuple[list[float], list[float]]]) -> dict[str, Any]:
    rows: list[list[object]] = []
    for label, pairs in zip(("first", "second"), generators, strict=True):
        for name, (stated, true) in pairs.items():
            finite = np.array(stated)[np.isfinite(stated)]
            rows.append(
                [label, name, f"{np.mean(np.array(true) <= np.array(stated)):.1%}" if stated else "–",
                 mm(float(np.median(finite))) if len(finite) else "–", mm(float(np.median(true))) if true else "–"]
            )  # fmt: skip
        rows.append([label, "**all**", f"**{_covered(pairs):.1%}**", "", ""])
    return table(
        "How often the stated 95 % error covers the true one",
        ("generator", "phantom", "covered", "median stated, mm", "median true, mm"),
        rows,
        note="The estimate was chosen on phantoms of the first generator; those of the second have another anatomy, motion, "
        "texture and noise, and nothing was tuned on them.",
    )


def _histogram(case: Case, answers: Mapping[str, Answer]) -> dict[str, Any]:
    series = [
        (program, *bins(_missed(case, one, case.landmarks_mm), 0.05, 2.0))
        for program, one in answers.items()
        if not one.failed
    ]
    title = "Smooth thorax: errors at the landmarks; the last bin holds all beyond"
    return plot("smooth-errors", title, x="error, mm", y="landmarks, %", series=series)


def _scatter(name: str, title: str, pairs: Mapping[str, tuple[list[float], list[float]]]) -> dict[str, Any]:
    most = 12.0
    line = np.linspace(0.0, most, 61).tolist()
    series = []
    for label, (stated, true) in pairs.items():
        kept = [(s, t) for s, t in zip(stated[::4], true[::4], strict=True) if s <= most and t <= most]
        series.append((label, [s for s, _ in kept], [t for _, t in kept]))
    series.append(("error = stated", line, line))
    return plot(name, title, x="stated 95 % error, mm", y="true error, mm", series=series, points=True)


def _versions(others: tuple[str, ...]) -> dict[str, str]:
    known = {"elastix": "5.0.1", "plastimatch": "1.9.4", "platipy": "0.7.2"}
    return {"graybook": __version__} | {name: known[name] for name in others}
