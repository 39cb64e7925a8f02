"""Coverage: how often the truth lies within Graybook's bands, over trials whose errors are of several kinds, goes out.

The trials are made by :mod:`validation.uncertainty_trials`, which shares no code with the estimator.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numba
import numpy as np

from graybook import __version__
from graybook.accumulation.uncertainty import CORRELATION_MM
from graybook.files.volumes import read_volume
from validation.alignment.lung import IMAGES, OURS, POINTS, points_in
from validation.alignment.others import answer
from validation.real import VARIABLE
from validation.sections import Options, plot, section, table
from validation.uncertainty_estimates import ends_and_truth
from validation.uncertainty_trials import METRICS, Array, Pattern, case

__all__ = ["Held", "Kind", "held", "kinds", "measured"]

TRIALS, QUICK_TRIALS = 2000, 100
SAMPLES = 300
PROCESSES = 2
PART = 50
"""Trials that a process takes at a time."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of error: its name, how cases are made, and the least share that must be held."""

    name: str
    asked: Mapping[str, Any] = field(default_factory=dict)
    number: int
    least: float | None


@dataclass(frozen=True, kw_only=True)
class Held:
    """Shares of trials (metrics,): in which the truth is below, within and above the band; and the median width. [Gy]"""

    below: Array
    within: Array
    above: Array
    width_gy: Array


def kinds(patterns: Mapping[str, Pattern]) -> tuple[Kind, ...]:
    """All kinds of error, those of real residuals by name."""
    drawn = (
        Kind(name="its own kind", asked={"kind": "gaussian"}, number=1, least=0.88),
        Kind(
            name="its own kind, with errors of dose and delivery",
            asked={"kind": "gaussian", "factor_sd": 0.02},
            number=2,
            least=0.88,
        ),
        Kind(name="twice as correlated", asked={"kind": "gaussian", "longer": 2.0}, number=3, least=0.85),
        Kind(name="Student's t, 3 degrees of freedom", asked={"kind": "student"}, number=4, least=0.85),
        Kind(name="Laplace", asked={"kind": "laplace"}, number=5, least=0.85),
    )
    real = [
        Kind(name=name, asked={"kind": "", "pattern": pattern}, number=6 + k, least=0.85)
        for k, (name, pattern) in enumerate(patterns.items())
    ]
    return (*drawn, *real)


def held(kind: Kind, trials: int, *, samples: int = SAMPLES, processes: int = 1) -> Held:
    """How often the truth is held, over so many trials."""
    parts = [range(first, min(first + PART, trials)) for first in range(0, trials, PART)]
    run = partial(_part, kind, samples)
    if processes > 1:
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            found = pool.map(run, parts, chunksize=1)
    else:
        found = [run(part) for part in parts]
    low, high, truth = np.moveaxis(np.concatenate(found), 2, 0)
    below, above = truth < low, truth > high
    return Held(
        below=below.mean(axis=0),
        within=(~below & ~above).mean(axis=0),
        above=above.mean(axis=0),
        width_gy=np.median(high - low, axis=0),
    )


def _part(kind: Kind, samples: int, trials: range) -> Array:
    """Low and high end and truth (trials, metrics, 3); of each trial the same whatever else is run."""
    numba.set_num_threads(1)
    found = [
        ends_and_truth(
            case(np.random.default_rng([kind.number, trial]), correlation_mm=CORRELATION_MM, **kind.asked),
            samples=samples,
            seed=trial,
        )
        for trial in trials
    ]
    return np.array(found)


def measured(options: Options) -> dict[str, Any]:
    """Every kind of error."""
    trials = QUICK_TRIALS if options.quick else TRIALS
    patterns, figures = _patterns()
    rows, shares = [], []
    asked = kinds(patterns)
    for kind in asked:
        found = held(kind, trials, processes=PROCESSES)
        shares.append(found.within)
        figures[f"{kind.name}: least share held, %"] = round(100.0 * float(found.within.min()), 1)
        figures[f"{kind.name}: greatest share held, %"] = round(100.0 * float(found.within.max()), 1)
        rows.append(
            [
                kind.name,
                *(f"{100 * share:.1f}" for share in found.within),
                " / ".join(
                    f"{100 * b:.1f}–{100 * a:.1f}" for b, a in zip(found.below, found.above, strict=True)
                ),
                " / ".join(f"{one:.1f}" for one in found.width_gy),
                "–" if kind.least is None else f"{100 * kind.least:.0f}",
            ]
        )
    return section(
        "Whether the bands hold the truth",
        texts=texts_of(figures),
        tables=[table(
            "Share of trials in which the true value lies within the 5 to 95 % band, %",
            ("errors", *METRICS, "below–above, %", "median width, Gy", "asked for"),
            rows,
            note=f"{trials} trials each: a share of 90 % is known within {196 * np.sqrt(0.09 / trials):.1f} % (95 % of the time). "
            "Below–above: how often the truth is below and above the band; both and the width in the order of the metrics.",
        )],
        plots=[plot(
            "coverage", "Share of trials in which the truth is held; numbers as in the table", x="kind of error", y="%",
            points=True, ticks=[str(1 + k) for k in range(len(asked))],
            series=[
                (name, list(range(len(asked))), [100 * float(one[k]) for one in shares])
                for k, name in enumerate(METRICS)
            ],
        )],
        versions={"graybook": __version__},
        figures=figures,
    )  # fmt: skip


def texts_of(figures: Mapping[str, float]) -> list[str]:
    """What is said of the study."""
    return [
        "One trial is one patient: an organ (ball, slab or cord), two earlier courses whose dose has rims, lobes and "
        "ripples, 5 to 30 fractions, α/β 2.5 Gy. The true places of the organ's points are drawn without regard to the "
        "dose; the observed alignment is the truth plus an error. Graybook is given the observed places, the doses and "
        f"the size of the error, never the truth, and draws {SAMPLES} samples (whose small number alone makes a band of "
        f"90 % hold {band_of(SAMPLES):.1f} %). The trials are made with numpy and scipy alone: random fields as sums of "
        "waves, trilinear doses by `scipy.ndimage`, EQD2 and metrics written out again.",
        "**Sizes**: 95 % of displacements keep within an error of 2 to 8 mm, drawn for each course; Student's and "
        "Laplace's fields are scaled to the same. *Twice as correlated*: the truth is alike over twice the length that "
        f"Graybook takes, {2 * CORRELATION_MM:g} instead of {CORRELATION_MM:g} mm.",
        "**Real residuals**: `elastix_lung`, 51 landmark pairs; the landmarks' own errors are in the residuals. Error "
        "vectors are interpolated linearly between landmarks; in each trial and course the organ is put within 10 mm of "
        "a landmark drawn at random and the pattern turned or mirrored at random. Graybook is told what a user would "
        "have: *stated*, the 95 % error that `graybook register` states at that landmark; *measured*, the 95th "
        "percentile of the residuals' lengths at the 50 other landmarks. The affine map is, for each landmark, the "
        "least-squares one of the 50 others. Mean length of the residuals: "
        f"{figures['register: mean residual, mm']:.2f} mm of `graybook register`, {figures['affine: mean residual, mm']:.2f} mm of "
        "the affine map; their likeness at landmarks up to 40 mm apart (1: the same vector, 0: none): "
        f"{figures['register: likeness of residuals up to 40 mm apart']:.2f} and "
        f"{figures['affine: likeness of residuals up to 40 mm apart']:.2f}.",
        f"The error that `graybook register` states is to hold 95 % of landmarks and holds "
        f"{figures['register: residuals within what is stated, %']:.0f} % of these, and its residuals are alike over less than "
        f"{CORRELATION_MM:g} mm: of all kinds of error asked, its row holds least.",
        "**What this does not show.** The organ's place knows nothing of the dose. Where a plan was shaped around this very organ, "
        "displacements lead out of a hollow of the dose, and the band may lie too high; no trial of this was made.",
    ]


def band_of(samples: int) -> float:
    """What a band between 5 and 95 % of so few samples holds of another draw, on average. [%]"""
    return 100.0 * 0.9 * (samples - 1) / (samples + 1)


def _patterns() -> tuple[dict[str, Pattern], dict[str, float]]:
    """Residuals of two maps at the landmarks with what is stated of them, and figures on them."""
    folder = Path(os.environ[VARIABLE])
    here, there = (
        points_in(folder / POINTS / f"CT_3D_lung_{which}_point_set_corrected.txt")
        for which in ("fixed", "moving")
    )
    paths = [folder / IMAGES / f"3DCT_lung_{when}.mha" for when in ("baseline", "followup")]
    ours = answer(OURS, *paths, read_volume(paths[0]).grid, points_mm=here)
    if ours.failed:
        raise RuntimeError(ours.failed)
    errors = ours.moved(here) - there
    affine = affine_residuals(here, there)
    figures = {
        "register: mean residual, mm": round(float(np.linalg.norm(errors, axis=1).mean()), 2),
        "affine: mean residual, mm": round(float(np.linalg.norm(affine, axis=1).mean()), 2),
        "register: likeness of residuals up to 40 mm apart": likeness(here, errors, 40.0),
        "affine: likeness of residuals up to 40 mm apart": likeness(here, affine, 40.0),
    }
    stated = np.array(ours.said["errors_mm"])
    within = float((np.linalg.norm(errors, axis=1) <= stated).mean())
    figures["register: residuals within what is stated, %"] = round(100.0 * within, 1)
    return {
        "lung, `graybook register`, stated": Pattern(points_mm=here, errors_mm=errors, stated_mm=stated),
        "lung, `graybook register`, measured": Pattern(
            points_mm=here, errors_mm=errors, stated_mm=percentiles_of_others(errors)
        ),
        "lung, affine, measured": Pattern(
            points_mm=here, errors_mm=affine, stated_mm=percentiles_of_others(affine)
        ),
    }, figures


def affine_residuals(here: Array, there: Array) -> Array:
    """At each landmark the error of the affine map that fits the others best. [mm]"""
    design, found = np.c_[here, np.ones(len(here))], []
    for k in range(len(here)):
        others = np.arange(len(here)) != k
        found.append(design[k] @ np.linalg.lstsq(design[others], there[others], rcond=None)[0] - there[k])
    return np.array(found)


def percentiles_of_others(errors: Array) -> Array:
    """At each landmark the 95th percentile of the lengths at all others: what a user would have measured. [mm]"""
    lengths = np.linalg.norm(errors, axis=1)
    return np.array([np.percentile(np.delete(lengths, k), 95) for k in range(len(lengths))])


def likeness(here: Array, errors: Array, within_mm: float) -> float:
    """Mean product of residuals at pairs of landmarks so near each other, over the mean square; of lengths up to 10 mm."""
    usual = np.linalg.norm(errors, axis=1) < 10.0
    places, vectors = here[usual], errors[usual]
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    near = (apart < within_mm) & (apart > 0.0)
    return round(float((vectors @ vectors.T)[near].mean() / (vectors**2).sum(axis=1).mean()), 2)
