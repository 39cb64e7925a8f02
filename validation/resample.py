"""Resample and add: sums of two grids of 6 million voxels; time, memory and worst error of Graybook and other programs go out."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any

import numpy as np

from validation.programs import ENVIRONMENTS, HOME
from validation.sections import Options, section, table

__all__ = ["measured"]

ROUNDS, REPEATS = 3, 5
"""Fresh processes of every program, in turn, and sums in each."""

LONGEST_S = 300.0

OURS, OTHER, SLOW = "Graybook", "SimpleITK", "dicompyler-core"

ONE = {"shape": [151, 201, 201], "spacing": [2.0, 2.0, 2.0], "origin": [-200.0, -200.0, -150.0]}
UPRIGHT = np.eye(3)


def _turned() -> np.ndarray:
    """A frame turned by 0.1, 0.2 and 0.15 rad about z, x and y."""
    axes = UPRIGHT
    for angle, (a, b) in ((0.1, (0, 1)), (0.2, (1, 2)), (0.15, (2, 0))):
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        axes = axes @ turn
    return axes


CASES = {
    "offset, 2.5 mm": ([2.5, 2.5, 2.5], UPRIGHT),
    "offset, pixels of 3 x 2.5 mm": ([3.0, 2.5, 2.2], UPRIGHT),
    "oblique, pixels of 3.6 x 3 mm": ([3.6, 3.0, 3.3], _turned()),
}
"""The second grid, 181 x 181 x 161: its spacing and axes. It reaches beyond the first on every side."""


def measured(options: Options) -> dict[str, Any]:
    """All cases in all programs, in turn."""
    programs = [OURS, OTHER, SLOW] if options.peers else [OURS, OTHER]
    rounds = 1 if options.quick else ROUNDS
    rows, versions, figures = [], {}, {}
    for name, (spacing, axes) in CASES.items():
        case = _case(spacing, axes)
        answers: dict[str, list[dict[str, Any]]] = {program: [] for program in programs}
        for turn in range(rounds):
            for program in programs:
                if program != SLOW or turn == 0:
                    answers[program].append(_answer(program, case))
        for program, given in answers.items():
            versions[program] = given[0].get("version", "")
            rows.append([name, program, *_cells(given)])
        ours, other = (_best(answers[program]) for program in (OURS, OTHER))
        figures[f"{name}: SimpleITK's time over Graybook's"] = round(other / ours, 2)
        figures[f"{name}: Graybook's worst error, mGy"] = 1e3 * max(one["worst_gy"] for one in answers[OURS])
        figures[f"{name}: Graybook's memory, MB"] = round(max(one["memory_mb"] for one in answers[OURS]), 1)
    return section(
        "Resample and add",
        texts=[
            "The sum of a dose of 201 × 201 × 151 voxels and one of 181 × 181 × 161 on the first grid: 6.1 million voxels, "
            "double precision, linear doses whose sum is known in closed form. Every program runs in fresh processes, in turn. "
            "Memory is the highest resident set above the interpreter, its imports and a first small sum; the two doses are in it.",
        ],
        tables=[
            table(
                "Resample and add, 6.1 million voxels",
                ("second grid", "program", "best time, s", "median, s", "memory, MB", "worst error, Gy"),
                rows,
                note="dicompyler-core holds doses as whole numbers, here of 1e-7 Gy, and refuses to add oblique grids.",
            )
        ],
        versions=versions,
        figures=figures,
    )


def _case(spacing: list[float], axes: np.ndarray) -> dict[str, Any]:
    """The first grid, and a second one around it, off the first one's middle."""
    middle = np.array(ONE["origin"]) + np.array([200.0, 200.0, 150.0]) + [0.7, -1.1, 0.4]
    origin = middle - axes @ (0.5 * np.array([180, 180, 160]) * spacing)
    other = {
        "shape": [161, 181, 181],
        "spacing": spacing,
        "origin": origin.tolist(),
        "axes": axes.tolist(),
    }
    return {"one": {**ONE, "axes": UPRIGHT.tolist()}, "other": other, "repeats": REPEATS}


def _answer(program: str, case: dict[str, Any]) -> dict[str, Any]:
    """What one fresh process of a program says."""
    python = ENVIRONMENTS / "dicompyler" / "bin" / "python" if program == SLOW else sys.executable
    asked = {**case, "repeats": 1} if program == SLOW else case
    try:
        done = subprocess.run(
            [python, HOME / "peers" / "run_resample.py", program],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        reply: dict[str, Any] = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        return {"failed": type(error).__name__}
    return reply


def _best(given: list[dict[str, Any]]) -> float:
    return min(min(one["seconds"]) for one in given)


def _cells(given: list[dict[str, Any]]) -> list[str]:
    failed = next((one["failed"] for one in given if "failed" in one), None)
    if failed is not None:
        return [f"failed: {failed}", "–", "–", "–"]
    times = [seconds for one in given for seconds in one["seconds"]]
    memory, worst = (max(one[key] for one in given) for key in ("memory_mb", "worst_gy"))
    return [f"{min(times):.3f}", f"{statistics.median(times):.3f}", f"{memory:.0f}", f"{worst:.1e}"]
