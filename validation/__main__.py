"""./run validation: options come in; parts are run, their results stored, the page written."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import inspect
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from validation.model_cards import PAGE, write_cards
from validation.page import (
    ALIGNMENT,
    BIOLOGY,
    DECAY,
    DVH,
    NUCLEAR_PHANTOM,
    UNCERTAINTY,
    VOXEL_S,
    Head,
    rendered,
    write_plots,
)
from validation.programs import installed, lock
from validation.real import VARIABLE
from validation.sections import Options, plainly

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "validation" / "results"
SCIENCE = ROOT / "docs" / "science"
MODULES = {
    "real": "real_page",
    "alignment_smooth": "alignment.smooth_board",
    "alignment_phantoms": "alignment.phantom_board",
    "alignment_lung": "alignment.lung",
    "alignment_error": "alignment.error_estimate",
    "alignment_verdicts": "alignment.verdict_board",
    "alignment_size": "alignment.size_board",
}
"""Modules of parts that are not named like them."""

PAGES: dict[Head, tuple[str, ...]] = {
    DVH: ("nelms", "stanley", "walker_byrne", "sums", "resample", "real", "speed", "growth"),
    ALIGNMENT: (
        "alignment_smooth",
        "alignment_phantoms",
        "alignment_lung",
        "alignment_error",
        "alignment_verdicts",
        "alignment_size",
    ),
    BIOLOGY: ("biology_memory", "biology_refresh"),
    UNCERTAINTY: ("uncertainty_coverage", "uncertainty_speed"),
    DECAY: ("decay_chains",),
    VOXEL_S: ("voxel_s_closure", "voxel_s_spheres"),
    NUCLEAR_PHANTOM: ("nuclear_phantom",),
}
"""Parts in the order of each page; the module of each has ``measured``."""

PARTS = tuple(part for parts in PAGES.values() for part in parts)
GROUPS = {
    "alignment": PAGES[ALIGNMENT],
    "biology": PAGES[BIOLOGY],
    "uncertainty": PAGES[UNCERTAINTY],
    "voxel_s": PAGES[VOXEL_S],
}
"""Words that stand for several parts."""

NEED_DATA = ("real", "alignment_lung", "uncertainty_coverage")
"""Parts that read the folder of real data."""


def main() -> int:
    """Run what was asked; 1 when a part failed."""
    asked = _arguments()
    uv = Path(sys.executable).with_name("uv")
    if asked.lock:
        lock(uv)
        return 0
    if not asked.page:
        if not asked.no_peers:
            _say("Installing the other programs ...")
            installed(uv)
        _run(_with_parts(asked.only) if asked.only else PARTS, peers=not asked.no_peers, quick=asked.quick)
    results = stored_results()
    for head, parts in PAGES.items():
        shown = {name: result for name, result in results.items() if name in parts}
        page = SCIENCE / f"{head.name}.md"
        page.write_text(rendered(shown, head), encoding="utf-8")
        write_plots(SCIENCE / head.name, shown)
        _say(f"Written: {page.relative_to(ROOT)}")
    write_cards()
    _say(f"Written: {PAGE.relative_to(ROOT)}")
    failed = [name for name, result in results.items() if "failed" in result]
    for name in failed:
        _say(f"Failed: {name}: {results[name]['failed']}")
    return 1 if failed else 0


def stored_results(parts: Iterable[str] = PARTS) -> dict[str, dict[str, Any]]:
    """The last result of every part that has one, in the order of the pages."""
    paths = {name: RESULTS / f"{name}.json" for name in parts}
    return {
        name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.exists()
    }


def _with_parts(asked: Iterable[str]) -> tuple[str, ...]:
    """The parts asked for, each once; the word of a group stands for its parts."""
    return tuple(dict.fromkeys(part for one in asked for part in GROUPS.get(one, (one,))))


def _run(parts: tuple[str, ...], *, peers: bool, quick: bool) -> None:
    RESULTS.mkdir(exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="validation-"))
    try:
        for name in parts:
            if importlib.util.find_spec(f"validation.{MODULES.get(name, name)}") is None:
                _say(f"{name}: not built yet")
                continue
            if name in NEED_DATA and VARIABLE not in os.environ and (RESULTS / f"{name}.json").exists():
                _say(f"{name}: {VARIABLE} is not set, the stored result stays")
                continue
            _say(f"{name} ...")
            start = time.perf_counter()
            result = _result(name, Options(peers=peers, quick=quick, work=work / name))
            seconds = time.perf_counter() - start
            _say(f"{name}: {result.get('failed', 'done')}, {seconds:.0f} s")
            text = json.dumps(result, indent=None, ensure_ascii=False, separators=(",", ":"))
            (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _result(name: str, options: Options) -> dict[str, Any]:
    """A part's result, or why it has none."""
    head = {"part": name, "date": datetime.now(UTC).date().isoformat(), "machine": _machine()}
    try:
        measured = importlib.import_module(f"validation.{MODULES.get(name, name)}").measured
        found = measured(options) if "options" in inspect.signature(measured).parameters else measured()
    except Exception as error:  # one part must not take the page with it
        if os.environ.get("GRAYBOOK_VALIDATION_DEBUG"):
            raise
        return {**head, "failed": f"{type(error).__name__}: {error}".replace(str(ROOT), ".")[:300]}
    return {**head, "section": found if "tables" in found else plainly(name, found)}


def _machine() -> str:
    """The kind of machine: never its name."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{count} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run validation", description=__doc__)
    words = (*PARTS, *GROUPS)
    parser.add_argument("--only", nargs="+", choices=words, metavar="PART", help=f"of {', '.join(words)}")
    parser.add_argument("--quick", action="store_true", help="fewer places and sizes")
    parser.add_argument("--no-peers", action="store_true", help="Graybook alone")
    parser.add_argument("--page", action="store_true", help="only write the page from the stored results")
    parser.add_argument("--lock", action="store_true", help="compile the other programs' pins anew")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
