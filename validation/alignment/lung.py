"""One real patient: the lung CT pair with 51 corrected landmarks comes in; errors of Graybook and elastix go out.

Never used for tuning. No masks, no method, no points are given to either program.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from graybook import __version__
from graybook.files.volumes import read_volume
from graybook.geometry import Grid, GridField
from graybook.geometry.arrays import FloatArray
from validation.alignment.figures import Errors, bins, bootstrap_mm, errors_mm, mm, pictures
from validation.alignment.others import Answer, answer, available, kept_words
from validation.real import VARIABLE
from validation.sections import plot, section, table

__all__ = ["floor_mm", "lung_voxels", "measured", "points_in"]

IMAGES = Path("elastix_lung") / "Testing" / "Data"
POINTS = Path("elastix_lung_points") / "examples" / "data"
STEPS = ("parameters_Rigid.txt", "parameters_Affine.txt", "parameters_BSpline.txt")
OURS = "Graybook, register"
WORST = 4
"""Landmarks shown as pictures."""

HALF_MM = 40.0
HALVED = np.array([0.5, 0.5, 1.0])
"""Steps of the follow-up's landmarks in voxels: they lie on half voxels in a plane, and on planes."""

MOST_MM = 6.0


def measured() -> dict[str, Any]:
    """The whole board; elastix is run in any case, the landmarks mean little without it."""
    folder = Path(os.environ[VARIABLE])
    fixed_path = folder / IMAGES / "3DCT_lung_baseline.mha"
    moving_path = folder / IMAGES / "3DCT_lung_followup.mha"
    here = points_in(folder / POINTS / "CT_3D_lung_fixed_point_set_corrected.txt")
    there = points_in(folder / POINTS / "CT_3D_lung_moving_point_set_corrected.txt")
    fixed, moving = read_volume(fixed_path), read_volume(moving_path)
    parameters = [folder / POINTS / name for name in STEPS]
    answers = [answer(OURS, fixed_path, moving_path, fixed.grid, points_mm=here)]
    if "elastix" in available():
        answers.append(answer("elastix", fixed_path, moving_path, fixed.grid, parameters=parameters))
    for one in answers:
        if one.failed:
            raise RuntimeError(f"{one.program}: {one.failed}")
    lung = lung_voxels(fixed.values, fixed.grid)
    errors = {one.program: errors_mm(one.moved(here), there) for one in answers}
    ours = errors[OURS]
    stated = np.array(answers[0].said["errors_mm"])
    covered = float((ours <= stated).mean())
    found = answers[0].moved(here)
    rows = _rows(here, there, errors, answers, lung)
    steps_mm = moving.grid.spacing_mm * HALVED
    figures = {
        "mean_mm": float(ours.mean()),
        "median_mm": float(np.median(ours)),
        "p95_mm": float(np.percentile(ours, 95)),
        "covered": covered,
        "folds_in_lung": float((answers[0].jacobians()[lung] <= 0).sum()),
        "wall_s": answers[0].wall_s,
        "cpu_s": answers[0].cpu_s,
        "floor_mm": floor_mm(steps_mm),
    }
    texts = [
        "Baseline and follow-up CT of one patient (elastix's test data), 51 landmark pairs set by experts and corrected there. "
        "Graybook as `graybook register` runs when nothing but the two images is given, elastix with the three parameter files "
        "(rigid, affine, B-spline) that its examples give for this pair. Not one choice of Graybook's was made on this pair.",
        f"The landmarks of the baseline are voxels, their places in the follow-up are given in steps of "
        f"{' × '.join(mm(s, 1) for s in steps_mm)} mm: even a perfect registration would read about "
        f"{mm(figures['floor_mm'])} mm, the mean distance of a place from the nearest of these, if the experts had erred nowhere.",
    ]
    texts += kept_words(answers)
    if "elastix" in errors:
        difference, low, high = bootstrap_mm(ours, errors["elastix"])
        figures |= {"difference_mm": difference, "difference_high_mm": high, "difference_low_mm": low}
        texts.append(
            f"Difference of the mean errors on the same landmarks, Graybook less elastix: **{difference:+.2f} mm** "
            f"(bootstrap 95 % interval {low:+.2f} to {high:+.2f}, paired, 10,000 resamples)."
        )
    texts.append(
        f"Graybook's stated 95 % error covers {covered:.0%} of the landmarks (median stated {mm(float(np.median(stated)))} mm)."
    )
    if "elastix" in errors:
        texts.append(_worst_words(errors))
    return section(
        "A real patient: lung CT, baseline and follow-up",
        texts=texts,
        tables=[table(
            "51 landmarks", ("program", "mean, mm", "median", "95th percentile", "worst", "folds in the lung",
            "wall, s", "processor, s", "memory, MB"), rows,
            note="Raw: nothing done. Best shift: the mean difference of the landmarks themselves taken off.",
        )],
        plots=[
            _histogram(errors),
            _scatter(ours, stated),
            _outliers(fixed.values, moving.values, (fixed.grid, moving.grid), (here, there, found), errors),
        ],
        versions={"graybook": __version__, "elastix": "5.0.1"},
        figures=figures,
    )  # fmt: skip


def points_in(path: Path) -> FloatArray:
    """Points (n, 3) of elastix's text form. [mm]"""
    lines = path.read_text().split("\n")
    points = np.array([[float(word) for word in line.split()] for line in lines[2:] if line.strip()])
    if lines[0].strip() != "point" or len(points) != int(lines[1]):
        raise RuntimeError(f"{path.name} is not a file of points")
    return points


def floor_mm(steps_mm: FloatArray) -> float:
    """Mean distance of a place from the nearest point of a lattice of these steps: what rounding a landmark to it costs. [mm]"""
    off = np.random.default_rng(7).uniform(-0.5, 0.5, (100_000, 3)) * steps_mm
    return float(np.sqrt(np.sum(off**2, axis=1)).mean())


def lung_voxels(values: FloatArray, grid: Grid) -> np.ndarray:
    """Air within the body: below -400 HU and not joined to the air around it in a plane; parts over 20 cm³."""
    low = np.asarray(values) < -400.0
    parts = np.zeros_like(low)
    for plane in range(len(low)):
        labels, _ = ndimage.label(low[plane])
        rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
        parts[plane] = low[plane] & ~np.isin(labels, rim)
    labels, count = ndimage.label(parts)
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * grid.voxel_cm3
    sizes[0] = 0.0
    return np.asarray(sizes[labels] > 20.0)


def _rows(
    here: FloatArray,
    there: FloatArray,
    errors: dict[str, Errors],
    answers: Sequence[Answer],
    lung: np.ndarray,
) -> list[list[object]]:
    shift = (there - here).mean(axis=0)
    plain = {"raw": errors_mm(here, there), "best shift": errors_mm(here + shift, there)}
    rows: list[list[object]] = [[name, *_cells(values), "–", "–", "–", "–"] for name, values in plain.items()]
    for one in answers:
        folds = int((one.jacobians()[lung] <= 0).sum())
        rows.append(
            [
                one.program,
                *_cells(errors[one.program]),
                folds,
                f"{one.wall_s:.0f}",
                f"{one.cpu_s:.0f}",
                f"{one.peak_mb:.0f}",
            ]
        )
    return rows


def _cells(errors: Errors) -> list[str]:
    return [mm(float(v)) for v in (errors.mean(), np.median(errors), np.percentile(errors, 95), errors.max())]


def _worst_words(errors: dict[str, Errors]) -> str:
    ours, theirs = errors[OURS], errors["elastix"]
    order = np.argsort(-ours)[:WORST]
    pairs = ", ".join(f"{k + 1}: {mm(float(ours[k]), 1)} / {mm(float(theirs[k]), 1)}" for k in order)
    return f"Graybook's {WORST} largest errors (landmark: Graybook / elastix, mm): {pairs}. The pictures show them."


def _histogram(errors: dict[str, Errors]) -> dict[str, Any]:
    series = [(name, *bins(values, 0.5, MOST_MM)) for name, values in errors.items()]
    return plot(
        "lung-errors",
        "Landmark errors; the last bin holds all beyond",
        x="error, mm",
        y="landmarks, %",
        series=series,
    )


def _scatter(ours: Errors, stated: FloatArray) -> dict[str, Any]:
    line = np.linspace(0.0, MOST_MM, 61).tolist()
    shown = np.isfinite(stated)
    return plot(
        "lung-stated",
        "Stated 95 % error and error at the landmarks",
        x="stated 95 % error, mm",
        y="error, mm",
        series=[("landmarks", stated[shown].tolist(), ours[shown].tolist()), ("error = stated", line, line)],
        points=True,
    )


def _outliers(
    fixed: FloatArray,
    moving: FloatArray,
    grids: tuple[Grid, Grid],
    points: tuple[FloatArray, FloatArray, FloatArray],
    errors: dict[str, Errors],
) -> dict[str, Any]:
    rows = []
    for k in np.argsort(-errors[OURS])[:WORST]:
        rows.append(
            [
                (f"landmark {k + 1}, baseline", _crop(fixed, grids[0], points[0][k])),
                ("follow-up, the experts' place", _crop(moving, grids[1], points[1][k])),
                (f"follow-up, Graybook's: {mm(float(errors[OURS][k]), 1)} mm off", _crop(moving, grids[1], points[2][k])),
            ]
        )  # fmt: skip
    return pictures("lung-outliers", "The largest errors: axial cuts of 80 mm, the place at the cross", rows)


def _crop(values: FloatArray, grid: Grid, point: FloatArray) -> FloatArray:
    """An axial cut around a point, 1.6 mm a pixel."""
    side = np.arange(-HALF_MM, HALF_MM + 0.1, 1.6)
    x, y = np.meshgrid(side, side)
    places = point + np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], axis=1)
    shown = GridField(grid=grid, values=np.asarray(values, dtype=np.float64)).sample(places)
    return np.where(shown.inside, shown.low, -1000.0).reshape(x.shape)
