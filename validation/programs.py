"""Programs: cases come in; the answers of Graybook and of every other program go out in one form.

An answer is a dictionary by metric (V in cm³, doses in Gy), with ``curve_cm3`` at the doses the case asks for; or it is
``{"failed": why}``, and stays in every count as a failure.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from graybook import __version__
from graybook.dvh.refinement import refined_samples
from graybook.dvh.sampling import StructureSamples
from graybook.dvh.statistics import dose_at_percent_gy, max_gy, mean_gy, min_gy, near_maximum_gy
from graybook.geometry import ContourStack, GridField
from validation.cases import Case, written

__all__ = ["OTHERS", "OURS", "Answers", "answered", "answers", "asked", "installed", "lock", "samples_of"]

HOME = Path(__file__).resolve().parent
ENVIRONMENTS = HOME / ".envs"
OURS = "Graybook"
OTHERS = ("dicompyler", "platipy", "plastimatch")
"""Names of their runners in validation/peers; the first two have an environment of their own."""

LONGEST_S = 1500.0
"""After this a program is stopped and its cases count as failed. [s]"""

Answers = dict[str, dict[str, dict[str, Any]]]
"""Answers by case and structure."""


def installed(uv: Path) -> None:
    """Make the environments of the other programs, pinned and checked by hash; again: only what changed."""
    for name in ("dicompyler", "platipy"):
        home, pins = ENVIRONMENTS / name, HOME / "peers" / f"{name}.txt"
        stamp = home / "stamp"
        if stamp.exists() and stamp.read_text() == pins.read_text():
            continue
        python = home / "bin" / "python"
        if not python.exists():
            subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, home], check=True)
        subprocess.run(
            [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, pins], check=True
        )
        stamp.write_text(pins.read_text())


def lock(uv: Path) -> None:
    """Compile the pins of the other programs anew."""
    for name in ("dicompyler", "platipy"):
        subprocess.run(
            [uv, "pip", "compile", "--quiet", "--generate-hashes", "--universal", "--python-version", "3.11",
             "--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "./run validation --lock",
             HOME / "peers" / f"{name}.in", "--output-file", HOME / "peers" / f"{name}.txt"],
            check=True,
        )  # fmt: skip


def answers(
    cases: Sequence[Case], work: Path, *, others: Sequence[str] = OTHERS, own: bool = True
) -> tuple[dict[str, Answers], dict[str, str]]:
    """Answers by program and the programs' versions; the cases' files are removed afterwards."""
    found: dict[str, Answers] = {OURS: {case.name: answered(case) for case in cases}} if own else {}
    versions = {"graybook": __version__}
    if others:
        shutil.rmtree(work, ignore_errors=True)
        manifest = [written(case, work) for case in cases]
        with ThreadPoolExecutor(2) as pool:
            said = list(pool.map(lambda name: asked(name, manifest, work), others))
        for name, reply in zip(others, said, strict=True):
            found[name] = reply["answers"]
            versions |= reply["versions"]
        shutil.rmtree(work)
    return found, versions


def answered(case: Case) -> dict[str, dict[str, Any]]:
    """Graybook's answers to a case."""
    return {
        name: figures(samples_of(stack, case.field, case.slice_mm), case.field, case.curve_gy.tolist())
        for name, stack in case.stacks.items()
    }


def samples_of(stack: ContourStack, field: GridField, slice_mm: float) -> StructureSamples:
    """The samples that Graybook takes of a structure for a dose."""
    return refined_samples(stack, [field], slice_thickness_mm=slice_mm)


def figures(samples: StructureSamples, field: GridField, curve_gy: Sequence[float]) -> dict[str, Any]:
    """The nine metrics and the curve."""
    dose, volumes = field.sample(samples.points_mm).low, samples.volumes_cm3
    surface = field.sample(samples.extreme_points_mm).low
    found: dict[str, Any] = {
        "V": samples.volume_cm3,
        "Dmin": min_gy(dose, surface),
        "Dmax": max_gy(dose, surface),
        "Dmean": mean_gy(dose, volumes),
    }
    for percent in (99, 95, 5, 1):
        found[f"D{percent}"] = dose_at_percent_gy(dose, volumes, percent)
    near = near_maximum_gy(dose, volumes, 0.03)
    if near is not None:
        found["D0.03cc"] = near
    order = np.argsort(dose, kind="stable")
    above = np.append(np.cumsum(volumes[order][::-1])[::-1], 0.0)
    found["curve_cm3"] = above[np.searchsorted(dose[order], np.asarray(curve_gy), side="left")].tolist()
    return found


def asked(
    name: str, manifest: Sequence[dict[str, Any]], work: Path, *, runner: str | None = None
) -> dict[str, Any]:
    """What a program answers to all cases of a manifest; a program that falls over has failed them all."""
    python, script = ENVIRONMENTS / name / "bin" / "python", HOME / "peers" / f"{runner or f'run_{name}'}.py"
    told, out = work / f"{script.stem}-manifest.json", work / f"{script.stem}.json"
    told.write_text(json.dumps(list(manifest)))
    words = [str(python if python.exists() else sys.executable), str(script), str(told), str(out)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LONGEST_S, check=False)
        why = (done.stderr.strip().splitlines() or ["no answer"])[-1]
    except subprocess.TimeoutExpired:
        why = f"stopped after {LONGEST_S:g} s"
    if out.exists():
        reply: dict[str, Any] = json.loads(out.read_text())
        return reply
    failed = {"failed": why[:200]}
    return {
        "versions": {},
        "answers": {case["name"]: dict.fromkeys(case["rois"], failed) for case in manifest},
    }


_asked = asked
