"""Speed: one folder of twenty structures comes in; times and memory of Graybook and other programs, in the same run, go out."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from graybook import __version__
from validation.programs import ENVIRONMENTS, HOME, OURS
from validation.sections import Options, section, table
from validation.speed_case import SpeedCase, write_folder

__all__ = ["CASE", "fresh", "inside", "measured", "started_kb"]

CASE = SpeedCase()
ROUNDS = 3
"""Fresh processes of every program, in turn."""
CALLS = {OURS: 7, "platipy": 3, "dicompyler-core": 3}
"""Calls in one process; the first is left out."""
SLOWEST_S = 900.0
METRICS = "D95%,D0.03cc,V20Gy[cc],mean"
PROGRAMS = HOME / "speed_programs"
SCRIPTS = {OURS: "with_graybook", "platipy": "with_platipy", "dicompyler-core": "with_dicompyler"}
PYTHONS = {"platipy": "platipy", "dicompyler-core": "dicompyler"}


def measured(options: Options) -> dict[str, Any]:
    """Times a structure and memory, by program and by way."""
    folder = write_folder(options.work / "speed", CASE)
    try:
        return _section(folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _section(folder: Path, options: Options) -> dict[str, Any]:
    others = ["platipy", "dicompyler-core"] if options.peers else []
    programs = [OURS, *others]
    starts: dict[str, list[dict[str, float]]] = {}
    fresh(_command(OURS, folder))  # compiles, where nobody has yet
    for _ in range(1 if options.quick else ROUNDS):
        for name in [*programs, *(["plastimatch"] if options.peers and shutil.which("plastimatch") else [])]:
            starts.setdefault(name, []).append(fresh(_command(name, folder)))
    calls = {way: {name: inside(name, folder, way) for name in programs} for way in ("files", "memory")}
    return section(
        "Speed and memory",
        texts=[
            f"{CASE.structures} structures, {' × '.join(str(n) for n in CASE.shape[::-1])} voxels of {CASE.spacing_mm} mm, "
            f"contour points every {CASE.step_mm} mm; D95 %, D0.03cc, V20Gy and the mean of each; medians. "
            "In memory: contours and dose are there already. Warm: from DICOM files, a later call of one process. "
            "Fresh: from the start of a process to its end. Memory: peak of that process above one that only starts and imports.",
        ],
        tables=[_times(starts, calls), _memory(starts, folder)],
        versions=_versions(options),
        figures=_figures(starts, calls, folder),
    )


def fresh(command: Sequence[str]) -> dict[str, float]:
    """Seconds and peak memory of a command as a process of its own. [s, kB]"""
    done = subprocess.run(
        [sys.executable, str(PROGRAMS / "watched.py"), *command],
        capture_output=True,
        text=True,
        timeout=SLOWEST_S,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    if found["status"] != 0:
        raise RuntimeError(f"{Path(command[0]).name} ended with status {found['status']}")
    return found


def inside(name: str, folder: Path, way: str, calls: int = 0) -> dict[str, Any]:
    """Times of several calls in one process of a program, without the first; and its figures."""
    command = _script(name, folder, way, calls or CALLS[name])
    done = subprocess.run(command, capture_output=True, text=True, timeout=SLOWEST_S, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "seconds": statistics.median(found["times_s"][1:])}


def started_kb(name: str, folder: Path) -> float:
    """Peak memory of a program that starts, imports what it needs and ends. [kB]"""
    return fresh(_imports(name, folder))["peak_kb"]


def _script(name: str, folder: Path, way: str, calls: int) -> list[str]:
    python = ENVIRONMENTS / PYTHONS[name] / "bin" / "python" if name in PYTHONS else sys.executable
    return [str(python), str(PROGRAMS / f"{SCRIPTS[name]}.py"), str(folder), way, str(calls)]


def _command(name: str, folder: Path) -> list[str]:
    """From nothing to figures, as a user would call it."""
    if name == OURS:
        program = Path(sys.executable).with_name("graybook")
        return [str(program), "dvh", str(folder), "--json", "--metrics", METRICS]
    if name == "plastimatch":
        return [name, "dvh", "--input", str(folder), "--output-csv", str(folder.parent / "plastimatch.csv")]
    return _script(name, folder, "files", 1)


def _imports(name: str, folder: Path) -> list[str]:
    """The same program, started and nothing else."""
    return [name, "--version"] if name == "plastimatch" else _script(name, folder, "imports", 0)


def _a_structure(seconds: float) -> str:
    return f"{1e3 * seconds / CASE.structures:.1f}"


def _median(starts: list[dict[str, float]], key: str = "seconds") -> float:
    return statistics.median(one[key] for one in starts)


def _times(
    starts: dict[str, list[dict[str, float]]], calls: dict[str, dict[str, dict[str, Any]]]
) -> dict[str, Any]:
    rows = []
    for name, given in starts.items():
        ways = [calls[way].get(name) for way in ("memory", "files")]
        cells = ["–" if way is None else _a_structure(way["seconds"]) for way in ways]
        rows.append([name, *cells, _a_structure(_median(given)), f"{_median(given):.2f}"])
    columns = ("program", "in memory", "files, warm", "files, fresh process", "all, fresh process, s")
    note = "plastimatch is a program, not a library: every run is a fresh one. It gives curves, no metrics."
    return table("Time a structure, ms", columns, rows, note=note)


def _above_mb(name: str, given: list[dict[str, float]], folder: Path) -> tuple[float, float]:
    base = started_kb(name, folder) / 1024
    return base, _median(given, "peak_kb") / 1024 - base


def _memory(starts: dict[str, list[dict[str, float]]], folder: Path) -> dict[str, Any]:
    rows = []
    for name, given in starts.items():
        base, above = _above_mb(name, given, folder)
        rows.append([name, f"{base:.0f}", f"{above:.0f}"])
    return table("Memory, MB", ("program", "started, imports loaded", "above that"), rows)


def _figures(
    starts: dict[str, list[dict[str, float]]], calls: dict[str, dict[str, dict[str, Any]]], folder: Path
) -> dict[str, float]:
    """The ratios that are claimed: fastest other program over Graybook."""
    found = {"structures": float(CASE.structures)}
    for way, label in (("memory", "in memory"), ("files", "from files, warm")):
        ours = calls[way][OURS]["seconds"]
        found[f"Graybook {label}, ms a structure"] = 1e3 * ours / CASE.structures
        rivals = [one["seconds"] for name, one in calls[way].items() if name != OURS]
        if rivals:
            found[f"{label}: fastest Python program over Graybook"] = min(rivals) / ours
    ours = _median(starts[OURS])
    found["Graybook fresh process, s"] = ours
    python = [_median(given) for name, given in starts.items() if name in PYTHONS]
    if python:
        found["fresh process: fastest Python program over Graybook"] = min(python) / ours
    if "plastimatch" in starts:
        other = _median(starts["plastimatch"])
        found["plastimatch over Graybook, fresh process"] = other / ours
        found["plastimatch over Graybook, warm"] = other / calls["files"][OURS]["seconds"]
    found["Graybook memory above imports, MB"] = _above_mb(OURS, starts[OURS], folder)[1]
    rivals = [_above_mb(name, given, folder)[1] for name, given in starts.items() if name != OURS]
    if rivals:
        found["leanest other program's memory above imports, MB"] = min(rivals)
    return {name: float(f"{value:.4g}") for name, value in found.items()}


def _versions(options: Options) -> dict[str, str]:
    found = {"graybook": __version__, "numpy": version("numpy"), "numba": version("numba")}
    if not options.peers:
        return found
    for name, package in (("platipy", "platipy"), ("dicompyler", "dicompyler-core")):
        code = f"from importlib.metadata import version; print(version({package!r}))"
        python = ENVIRONMENTS / name / "bin" / "python"
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
        found[package] = done.stdout.strip()
    if shutil.which("plastimatch"):
        done = subprocess.run(["plastimatch", "--version"], capture_output=True, text=True, check=False)
        found["plastimatch"] = done.stdout.split()[-1] if done.stdout.split() else ""
    return found
