"""Mutated files, each in a folder of clean ones: scan and assess end, in time, in bounded memory, with every file listed."""

from __future__ import annotations

import contextlib
import json
import resource
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from graybook.errors import GraybookError
from graybook.progress import silent
from graybook.workflow.cumulative import assess
from graybook.workflow.folder.scan import scan
from phantoms import (
    PhantomCourse,
    PhantomPlan,
    PhantomRegistration,
    PhantomStructure,
    box,
    rotation_z,
    write_phantom,
)
from phantoms.doses import linear
from phantoms.mutations import mutated

LONGEST_S = 5.0
MEMORY_BYTES = 6 << 30
GROWTH_BYTES = 2 << 30
SEEDS_QUICK, SEEDS_ALL = 96, 1000


def clean(folder: Path) -> Path:
    """Two courses in two frames, a registration between them, treatment records, a CT."""
    cord = PhantomStructure(
        name="SpinalCord", shape=box((-10.0, -10.0, -10.0), (10.0, 10.0, 10.0)), slice_mm=4.0
    )
    small = {
        "extent_mm": (20.0, 20.0, 20.0),
        "spacing_mm": (5.0, 5.0, 5.0),
        "image_spacing_mm": (10.0, 10.0, 10.0),
    }
    dose = linear(40.0, (0.2, 0.0, 0.0))
    plans = (PhantomPlan(dose_gy=dose, fractions=20, prescription_gy=40.0, sessions=2),)
    old = PhantomCourse(
        name="old", day=date(2015, 5, 4), structures=(cord,), plans=plans, image=False, **small
    )
    new = PhantomCourse(
        name="new", day=date(2025, 5, 5), structures=(cord,), plans=plans, image=True, **small
    )
    link = PhantomRegistration(from_course=old, to_course=new, matrix=rotation_z(5.0))
    return write_phantom(folder, (old, new), (link,))


def outcome(source: Path, place: Path, seed: int, *, with_assess: bool) -> tuple[str, float]:
    """What was damaged and how long scan and assess took; fails when a file is not accounted for."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(source, place)
    kind, file = mutated(place, seed)
    begin = time.perf_counter()
    found = scan(place, silent)
    if with_assess:
        with contextlib.suppress(GraybookError):  # refused in our own words
            assess(place)
    seconds = time.perf_counter() - begin
    listed = {one.path: one for one in found.files}
    for one in place.rglob("*"):
        if one.is_file():
            entry = listed[str(one.relative_to(place))]
            assert entry.used_as or entry.reason, f"seed {seed}: {entry.path} is not accounted for"
    return f"{kind} of {file.relative_to(place)}", seconds


def run(source: Path, place: Path, seeds: range, every: int) -> list[str]:
    """Every seed in turn; gives what took too long or ended in a foreign exception."""
    faults = []
    assess(source)  # compiled and warm
    for seed in seeds:
        try:
            what, seconds = outcome(source, place, seed, with_assess=seed // 16 % every == 0)
        except Exception as error:
            faults.append(f"seed {seed}: {type(error).__name__}: {error}")
            continue
        if seconds > LONGEST_S:
            faults.append(f"seed {seed}: {what} took {seconds:.1f} s")
    return faults


def test_a_hundred_mutated_files(tmp_path: Path) -> None:
    """96 damaged folders, six of each kind: no foreign exception, none over 5 s, every file accounted for."""
    assert run(clean(tmp_path / "clean"), tmp_path / "in", range(SEEDS_QUICK), every=3) == []


@pytest.mark.slow
def test_a_thousand_mutated_files(tmp_path: Path) -> None:
    """The same for 1,000 in a process of at most 6 GB, which grows by less than 2 GB over the clean folder's peak."""
    clean(tmp_path / "clean")
    code = (
        "import json,resource,sys; from pathlib import Path; "
        f"sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[1])]!r}; "
        "import test_mutated_files as t; "
        f"resource.setrlimit(resource.RLIMIT_AS, ({MEMORY_BYTES}, {MEMORY_BYTES})); "
        f"root = Path({str(tmp_path)!r}); t.assess(root / 'clean'); "
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
        f"faults = t.run(root / 'clean', root / 'in', range({SEEDS_ALL}), every=1); "
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
        "print(json.dumps([faults, after - before]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=3600
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    faults, growth_kb = json.loads(ended.stdout.splitlines()[-1])
    assert faults == []
    assert growth_kb * 1024 < GROWTH_BYTES
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < MEMORY_BYTES
