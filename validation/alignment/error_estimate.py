"""The error estimate on the page: transforms that are wrong in known ways come in; how well each sign of error tells goes out.

The true map of each phantom is disturbed by waves or by a push, and the estimate is asked at points of the body. What it is
made of was chosen and weighted on the first generator; the second one only judges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graybook import __version__
from graybook.geometry.arrays import FloatArray
from graybook.geometry.displacement import Displacement
from graybook.progress import silent
from graybook.registration.quality import errors_at
from graybook.registration.quality.deformation import gradients
from graybook.registration.quality.error import estimated_error, floor_mm, signs
from graybook.registration.quality.lattice import laid
from graybook.registration.quality.matching import Matches, matches
from validation.alignment.aligned import aligned
from validation.alignment.phantoms import SMALL, Case, made
from validation.alignment.second import second
from validation.sections import Options, plot, section, table

__all__ = ["measured"]

FIRST = ("smooth thorax", "sliding lung", "weight loss", "filled bladder", "resected lobe", "metal")
SECOND = (("chest", 71), ("belly", 72), ("chest", 73), ("belly", 74))
SIZES_MM = {"right": 0.0, "small": 1.0, "middle": 4.0, "large": 10.0}
"""Disturbances by waves: about so large. [mm]"""

STATED = 0.95
Disturbance = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """What was seen at points of one disturbed pair: true error, stated error, and every sign of error. [mm]"""

    kind: str
    true_mm: FloatArray
    stated_mm: FloatArray
    candidates: dict[str, FloatArray]


def measured(options: Options) -> dict[str, Any]:
    """All candidates on the first generator, the estimate on both, and on registered pairs of the second."""
    first = [made(name, SMALL) for name in FIRST[: 2 if options.quick else None]]
    other = [second(region, seed=seed) for region, seed in SECOND[: 1 if options.quick else None]]
    tuned, judged = _sampled(first), _sampled(other)
    registered = [] if options.quick else [_registered(case) for case in other]
    share = _coverage(judged)
    texts = [
        "How far off may the alignment be, 95 times in 100? On pairs whose true map is known, that map was disturbed by waves or "
        "by a push, and the estimate asked at points of the body. Its parts and weights come from the first generator alone. "
        "The estimate may be too large; it must not be too small more often than it says.",
        f"Second generator, never used for tuning: **{100 * share:.1f} %** of the true errors lie within the stated one"
        + (f"; registered: **{100 * _coverage(registered):.1f} %**." if registered else "."),
    ]
    figures = {
        "first generator: covered": round(_coverage(tuned), 4),
        "second generator: covered": round(share, 4),
    }
    if registered:
        figures["second generator, registered: covered"] = round(_coverage(registered), 4)
    return section(
        "Error estimate",
        texts=texts,
        tables=[_candidates(tuned), _by_kind(tuned, judged, registered)],
        plots=[_plot(judged)],
        versions={"graybook": __version__},
        figures=figures,
    )


def _sampled(cases: Iterable[Case]) -> list[Sampled]:
    return [
        _asked(case, kind, disturbance)
        for number, case in enumerate(cases)
        for kind, disturbance in _disturbances(case, number)
    ]


def _disturbances(case: Case, number: int) -> list[tuple[str, Disturbance]]:
    random = np.random.default_rng(number)
    found = [(kind, _waves(random, size)) for kind, size in SIZES_MM.items()]
    organ = sorted(case.organs)[number % len(case.organs)]
    points = case.points_in(organ)
    middle = points.mean(axis=0) if len(points) else case.landmarks_mm.mean(axis=0)
    way = random.normal(size=3)
    way *= 15.0 / np.linalg.norm(way)
    return [
        *found,
        ("push", lambda p: np.exp(-((p - middle) ** 2).sum(axis=1) / (2 * 25.0**2))[:, None] * way),
    ]


def _waves(random: np.random.Generator, size_mm: float) -> Disturbance:
    waves = random.normal(size=(6, 3))
    waves *= (2 * np.pi / random.uniform(60, 180, 6) / np.linalg.norm(waves, axis=1))[:, None]
    phases, ways = random.uniform(0, 2 * np.pi, 6), random.normal(size=(6, 3))
    return lambda points: size_mm / 3.0 * np.cos(points @ waves.T + phases) @ ways


def _asked(case: Case, kind: str, disturbance: Disturbance) -> Sampled:
    """A pair with its true map disturbed."""
    grid = case.fixed.grid
    nodes = grid.centres()
    there = case.truth(nodes)
    lost = ~np.isfinite(there).all(axis=1)
    there[lost] = nodes[lost]
    vectors = (there + disturbance(nodes) - nodes).reshape(*grid.shape, 3)
    given = Displacement.from_vectors(vectors, grid, to_frame=case.moving.grid.frame)
    lattice = laid(case.fixed, case.moving, given, progress=silent)
    found = matches(lattice, progress=silent)
    points = case.landmarks_mm
    true = np.linalg.norm(given.apply(points, frame=grid.frame) - case.truth(points), axis=1)
    stated = errors_at(estimated_error(lattice, found, given, None), points)
    known = np.isfinite(true) & np.isfinite(stated)
    seen = signs(lattice, found, given, None, points)
    stretched = np.abs(np.linalg.svd(np.nan_to_num(gradients(given, points, 6.0)), compute_uv=False) - 1.0)
    single, unlike = _nearest(lattice.grid.points_at(found.nodes[:, ::-1].astype(np.float64)), found, points)
    candidates = {
        "mean shift to better matches, and its spread": 1.4 * seen.shift_mm + 0.85 * seen.spread_mm,
        "mean shift to better matches": seen.shift_mm,
        "shift to the nearest better match": single,
        "unlikeness of the images": unlike,
        "steepness of the displacement": stretched.max(axis=1),
        "one value everywhere": np.full(len(points), floor_mm(lattice)),
    }
    return Sampled(
        kind=kind,
        true_mm=true[known],
        stated_mm=stated[known],
        candidates={name: values[known] for name, values in candidates.items()},
    )


def _nearest(at_mm: FloatArray, found: Matches, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shift and unlikeness of the match nearest to each point."""
    from scipy.spatial import cKDTree

    near = cKDTree(at_mm).query(points)[1]
    return np.linalg.norm(found.shift_mm[near], axis=1), 1.0 - found.here[near]


def _registered(case: Case) -> Sampled:
    """A pair as ``graybook register`` aligns it."""
    alignment = aligned(case)[0]
    points, quality = case.landmarks_mm, alignment.quality
    if quality is None or quality.error_mm is None:
        raise RuntimeError("a registration was not measured")
    found = alignment.transform.apply(points, frame=alignment.transform.from_frame)
    true, stated = np.linalg.norm(found - case.truth(points), axis=1), errors_at(quality.error_mm, points)
    known = np.isfinite(true) & np.isfinite(stated)
    return Sampled(kind="registered", true_mm=true[known], stated_mm=stated[known], candidates={})


def _coverage(samples: Iterable[Sampled]) -> float:
    """Share of the true errors that lie within the stated one."""
    return float(np.mean(np.concatenate([one.true_mm <= one.stated_mm for one in samples])))


def _candidates(samples: list[Sampled]) -> dict[str, Any]:
    """Each candidate with the factor that makes it cover best: what is lost, and how it ranks."""
    true = np.concatenate([one.true_mm for one in samples if one.kind != "right"])
    rows = []
    for name in samples[0].candidates:
        values = np.concatenate([one.candidates[name] for one in samples if one.kind != "right"])
        factors = np.geomspace(0.05, 200.0, 120)
        losses = [_loss(true, factor * values) for factor in factors]
        rows.append((min(losses), name, _rank_correlation(values, true)))
    return table(
        "Signs of error, first generator: how well each predicts the true one",
        ("sign", "loss at 95 %, mm", "rank correlation"),
        [[name, f"{loss:.2f}", f"{rank:.2f}"] for loss, name, rank in sorted(rows)],
        note="Loss: 0.95 of what is missing, 0.05 of what is too much, in the mean, with the factor that makes it least.",
    )


def _loss(true: FloatArray, stated: FloatArray) -> float:
    off = true - stated
    return float(np.mean(np.maximum(STATED * off, (STATED - 1.0) * off)))


def _rank_correlation(a: FloatArray, b: FloatArray) -> float:
    """Spearman's; 0 where one is constant."""
    if np.ptp(a) == 0.0:
        return 0.0
    ranks = [np.argsort(np.argsort(values)).astype(np.float64) for values in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _by_kind(tuned: list[Sampled], judged: list[Sampled], registered: list[Sampled]) -> dict[str, Any]:
    rows = []
    for name, samples in (("first", tuned), ("second", judged), ("second", registered)):
        for kind in dict.fromkeys(one.kind for one in samples):
            of_kind = [one for one in samples if one.kind == kind]
            true = np.concatenate([one.true_mm for one in of_kind])
            stated = np.concatenate([one.stated_mm for one in of_kind])
            rows.append(
                [
                    name, kind, len(true), f"{np.median(true):.2f}", f"{np.percentile(true, 95):.2f}",
                    f"{np.median(stated):.2f}", f"{100 * np.mean(true <= stated):.1f}",
                ]
            )  # fmt: skip
    return table(
        "Stated and true error",
        ("generator", "error", "points", "true, median", "true, 95 %", "stated, median", "covered, %"),
        rows,
        note="In mm. Right: the true map itself. Push: 15 mm in the middle of an organ.",
    )


def _plot(samples: list[Sampled]) -> dict[str, Any]:
    kinds = dict.fromkeys(one.kind for one in samples)
    return plot(
        "error-estimate",
        "Stated 95 % error and true error, second generator",
        x="true error, mm",
        y="stated error, mm",
        series=[
            (
                kind,
                np.round(
                    np.concatenate([one.true_mm for one in samples if one.kind == kind])[::4], 2
                ).tolist(),
                np.round(
                    np.concatenate([one.stated_mm for one in samples if one.kind == kind])[::4], 2
                ).tolist(),
            )
            for kind in kinds
        ],
        points=True,
    )
