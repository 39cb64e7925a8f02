"""Memory: three grids of 512 x 512 x 200 voxels; the rate at which EQD2 reads and writes them goes out, beside that of a copy."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, prange

from graybook import __version__
from graybook.radiobiology.linear_quadratic import eqd2_of_fractions_gy
from graybook.radiobiology.voxelwise import PlannedVolume, summed_eqd2_gy
from validation.sections import Options, section, table

__all__ = ["measured"]

SHAPE, QUICK_SHAPE = (200, 512, 512), (20, 128, 128)
ROUNDS, QUICK_ROUNDS = 61, 3
"""Runs of every program, in turn, forwards and backwards."""

FRACTIONS = ((25, 25), (30, 12), (5, 5))
"""Planned and given of the three doses."""

ALPHA_BETA_GY = 3.0
PART = 32_768

OURS, COPY, LIBRARY, PLAIN = "Graybook", "copy on all cores", "copy by numpy", "the formula in numpy"

Runs = dict[str, Callable[[], object]]


@njit(parallel=True)
def _copied(out: Any, source: Any) -> None:  # pragma: no cover
    """A copy shared out among the cores as EQD2 is."""
    n = source.shape[0]
    for part in prange((n + PART - 1) // PART):
        begin = np.uint64(part) * np.uint64(PART)
        end = min(begin + np.uint64(PART), np.uint64(n))
        for p in range(begin, end):
            out[p] = source[p]


def measured(options: Options) -> dict[str, Any]:
    """Both precisions."""
    shape = QUICK_SHAPE if options.quick else SHAPE
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    rows, figures = [], {}
    for dtype in (np.float32, np.float64):
        seconds, gigabytes, worst = _timed(shape, dtype, rounds)
        name = np.dtype(dtype).name
        for program, by_turn in seconds.items():
            share = statistics.median(each / seconds[OURS][turn] for turn, each in by_turn.items())
            times = list(by_turn.values())
            rows.append(
                [
                    name,
                    program,
                    f"{1e3 * statistics.median(times):.0f}",
                    f"{gigabytes / statistics.median(times):.2f}",
                    f"{gigabytes / min(times):.2f}",
                    "" if program == OURS else f"{share:.2f}",
                ]
            )
            if program == COPY:
                figures[f"{name}: time over that of a copy"] = round(1.0 / share, 3)
        figures[f"{name}: worst share the sum is off"] = worst
    return section(
        "EQD2 of whole grids",
        texts=[
            f"Three doses of {shape[2]} × {shape[1]} × {shape[0]} voxels, {len(FRACTIONS)} fractionations, become one EQD2. All "
            "three are read and the sum is written: four grids. A copy of two grids reads and writes as much. Bytes are counted "
            "the same way for all: what is read and what is written, each once. The programs run in turn in one process, "
            f"{rounds} times each, the formula in numpy every twentieth time.",
            "The copy on all cores is the same loop without the formula; numpy's is that of the C library on one core. The "
            "formula in numpy is written as one would, `n * d * (d + ab) / (2 + ab)` for each dose, which makes arrays in "
            "between: it is counted as if it made none.",
        ],
        tables=[
            table(
                "Rate of memory",
                (
                    "precision",
                    "program",
                    "median, ms",
                    "median, GB/s",
                    "best, GB/s",
                    "Graybook's rate over it, median",
                ),
                rows,
            )
        ],
        versions={"Graybook": __version__, "numpy": np.__version__},
        figures=figures,
    )


def _timed(
    shape: tuple[int, int, int], dtype: type, rounds: int
) -> tuple[dict[str, dict[int, float]], float, float]:
    """Seconds by program and turn, gigabytes that one run moves, and the largest relative error of the sum."""
    rng = np.random.default_rng(6)
    doses = rng.random((3, *shape), dtype=dtype) * dtype(60.0)
    source, target = doses[:2].reshape(-1), np.zeros(2 * doses[0].size, dtype=dtype)
    volumes = [
        PlannedVolume(dose_gy=dose, planned=planned, fractions=given)
        for dose, (planned, given) in zip(doses, FRACTIONS, strict=True)
    ]
    out = np.zeros(shape, dtype=dtype)
    runs: Runs = {
        OURS: lambda: summed_eqd2_gy(volumes, alpha_beta_gy=ALPHA_BETA_GY, out=out),
        COPY: lambda: _copied(target, source),
        LIBRARY: lambda: np.copyto(target, source),
        PLAIN: lambda: _plain(doses),
    }
    for run in runs.values():
        run()
    seconds: dict[str, dict[int, float]] = {name: {} for name in runs}
    for turn in range(rounds):
        for name in list(runs)[:: 1 if turn % 2 else -1]:
            if name == PLAIN and turn % 20:
                continue
            start = time.perf_counter()
            runs[name]()
            seconds[name][turn] = time.perf_counter() - start
    planes = slice(0, 4)
    true = _plain(doses[:, planes].astype(np.float64))
    worst = float(np.max(np.abs(out[planes] - true) / true))
    return seconds, 4 * doses[0].nbytes / 1e9, float(f"{worst:.1e}")


def _plain(doses: Any) -> Any:
    """The formula on arrays."""
    total = np.zeros(doses.shape[1:], dtype=doses.dtype)
    for dose, (planned, given) in zip(doses, FRACTIONS, strict=True):
        total = total + eqd2_of_fractions_gy(dose / planned, fractions=given, alpha_beta_gy=ALPHA_BETA_GY)
    return total
