"""Digital SPECT phantom: many seeds of noise and of other errors; how far doses are off, and whether bands hold, goes out.

Files are made by :mod:`phantoms.nema_spect` and :mod:`phantoms.nema_files` of the tests, which use nothing of graybook.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graybook import __version__
from graybook.workflow.radionuclides import radionuclides
from validation.sections import Options, section, table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from phantoms.nema_files import Written, write_case
from phantoms.nema_spect import AUTUMN, BALLS, NEW_YEAR, SPRING, Camera, Case, calibrated
from phantoms.nema_toml import settings_of

__all__ = ["measured"]

TRIALS, QUICK_TRIALS = 30, 2
CAMERA_SD, RADIUS_SD = 0.02, 0.01
"""Errors that are drawn: of the camera's factor, and of the radius drawn, as shares."""
TOO_SMALL = ("Sphere_10", "Sphere_13")


def measured(options: Options) -> dict[str, Any]:
    """Noise alone, then with errors of calibration and drawing."""
    trials = QUICK_TRIALS if options.quick else TRIALS
    options.work.mkdir(parents=True, exist_ok=True)
    rows, figures = [], {}
    for name, errors in (("noise alone", False), ("noise, calibration, drawing", True)):
        found = np.array([_trial(options.work, number, errors=errors) for number in range(trials)])
        for place, ball in enumerate(_judged()):
            ratio, low, high = found[:, place].T
            within = float(((low <= 1.0) & (high >= 1.0)).mean())
            rows.append(_row(name, ball, ratio, within, float(np.median(high - low))))
        ratios, lows, highs = np.moveaxis(found, 2, 0)
        figures[f"{name}: within 5 %, % of doses"] = round(
            100.0 * float((np.abs(ratios - 1) < 0.05).mean()), 1
        )
        figures[f"{name}: truth within the 90 % band, %"] = round(
            100.0 * float(((lows <= 1.0) & (highs >= 1.0)).mean()), 1
        )
        figures[f"{name}: largest mean error of a sphere, %"] = round(
            100.0 * float(np.abs(ratios.mean(axis=0) - 1).max()), 2
        )
    return section(
        "A NEMA-like phantom, from DICOM to dose",
        texts=_texts(),
        tables=[table(
            "Dose over the truth, by sphere",
            ("errors", "sphere", "mean, %", "sd, %", "largest, %", "truth held by the band, %", "median width of the band, %"),
            rows,
            note=f"{trials} trials for each kind of error, each written as DICOM, read, and computed as `graybook nuclear` does.",
        )],
        versions={"graybook": __version__},
        figures=figures,
    )  # fmt: skip


def _texts() -> list[str]:
    return [
        "Spheres of 17 to 60 mm in a warm body, ¹⁷⁷Lu, each with a half-life of its own and one with an "
        "uptake, imaged 4, 24, 72 and "
        "168 h after the administration with a blur of 11 mm, voxels of 4.42 mm and the noise of 10 counts a "
        "second for a MBq, in NM "
        "files in Bq/ml. Recovery coefficients come from a calibration phantom of six other spheres with "
        "noise of its own, new in "
        "each trial. Spheres of 10 and 13 mm are there too: smaller than any that was calibrated, they are "
        "warned of and not judged "
        "here. Attenuation and scatter are taken as corrected. Truth: the integral of the activity in closed "
        "form times the energy "
        "of the electrons over the mass. Trials begin in turn before the clocks go forward, before they go "
        "back, and before a year "
        "ends.",
        f"*Noise, calibration, drawing*: the camera's true factor differs from the stated one by "
        f"{100 * CAMERA_SD:g} % (one standard "
        f"deviation, stated), and spheres are drawn with a radius that is off by {100 * RADIUS_SD:g} % (not stated: the program "
        "reckons with how finely they are drawn, in planes 2 mm apart).",
        "**What this shows.** Doses are a little high: the body's activity spills into the spheres and is "
        "not taken out. Bands are wide "
        "beside the errors here, most of all for small spheres, because the error of the volume that they "
        "reckon with is that of a "
        "border drawn on voxels, and these are circles drawn nearly exactly: more than 90 % of truths are held.",
    ]


def _judged() -> tuple[str, ...]:
    return tuple(ball.name for ball in BALLS if ball.name not in TOO_SMALL)


def _row(name: str, ball: str, ratio: np.ndarray, within: float, width: float) -> Sequence[str]:
    off = 100.0 * (ratio - 1.0)
    return (
        name,
        ball.removeprefix("Sphere_") + " mm",
        f"{off.mean():+.2f}",
        f"{off.std(ddof=1):.2f}",
        f"{off[np.abs(off).argmax()]:+.2f}",
        f"{100 * within:.0f}",
        f"{100 * width:.0f}",
    )


def _trial(work: Path, number: int, *, errors: bool) -> list[list[float]]:
    """Dose, low and high end over the truth, for each sphere that the calibration covers."""
    rng = np.random.default_rng([8, number])
    case = Case(
        started=(SPRING, AUTUMN, NEW_YEAR)[number % 3],
        sensitivity=float(1.0 + CAMERA_SD * rng.standard_normal()) if errors else 1.0,
        drawn={ball.name: float(1.0 + RADIUS_SD * rng.standard_normal()) for ball in BALLS} if errors else {},
        seed=1000 + number,
    )
    folder = work / f"{'errors' if errors else 'noise'}-{number}"
    write_case(folder, case, Written(ct=False))
    calibration = calibrated(Camera(), seed=7000 + number)
    text = settings_of(case, calibration, camera_sd_percent=100.0 * CAMERA_SD)
    (folder / "graybook.toml").write_text(text, encoding="utf-8")
    (cycle,) = radionuclides(folder).nuclear.cycles
    found = {one.organ: one for one in cycle.organs}
    ratios = []
    for name in _judged():
        one, truth = found[name], case.dose_gy(name)
        if one.dose_gy is None:
            raise RuntimeError(f"{name} has no dose")
        ratios.append([one.dose_gy / truth, one.low_gy / truth, one.high_gy / truth])
    return ratios
