"""Pool speed: synthetic records come in; how long building and asking pools of growing size take, and how much memory, go out.

``python -m validation.pool_speed FOLDER`` makes the records in FOLDER, which needs some 4 GB, measures each size in processes of
their own, writes ``docs/science/pool-speed.md`` and takes the records away.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import graybook
from graybook.cohort.engines import Engine, duckdb_engine, spark_engine
from graybook.cohort.expressions import expressions
from graybook.cohort.ledger import LEDGER
from graybook.cohort.manifest import read_manifest, table_files
from graybook.cohort.query import Condition, Query
from graybook.errors import NotComparable
from graybook.workflow.cohort_build import build
from graybook.workflow.cohort_query import asked
from validation.synthetic_pool import SEED, record

__all__ = ["main"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "science" / "pool-speed.md"
SIZES = (1000, 2500, 5000, 10_000)
A_FOLDER = 500
AGAIN_MOST = 5000
"""Up to this size a pool is built a second time, with nothing new."""
MEMORY_LIMIT = "512MB"
"""What DuckDB is allowed."""
MIB = 1024 * 1024

QUESTIONS = {
    "persons by structure": Query(rows="structure"),
    "mean of the cumulative D0.03cc by structure and type of re-irradiation": Query(
        rows="structure", columns="reirradiation", measure="mean", of="eqd2_d0_03cc"
    ),
    "quartiles of the cumulative mean dose to the spinal cord by interval": Query(
        rows="interval_days",
        measure="quartiles",
        of="eqd2_mean",
        where=(Condition.parsed("structure=SpinalCord"),),
    ),
    "sum of the cumulative V50Gy over everybody": Query(measure="sum", of="v50gy"),
}

GUARDED = {
    "persons by structure": QUESTIONS["persons by structure"],
    "persons by type of re-irradiation and sex": Query(rows="reirradiation", columns="sex"),
    "mean D0.03cc by structure": Query(rows="structure", measure="mean", of="eqd2_d0_03cc"),
}


def written(folder: Path, n: int) -> int:
    """Write the records of so many persons, 500 a folder, one at a time; gives the bytes. [B]"""
    size = 0
    for number in range(1, n + 1):
        one = record(number, seed=SEED)
        place = folder / f"{(number - 1) // A_FOLDER:03}" / one.name
        place.mkdir(parents=True, exist_ok=True)
        size += (place / "result.json").write_bytes(one.result.encode())
        size += (place / "dvh.csv").write_bytes(one.curves.encode())
    return size


def folders(records: Path, n: int) -> list[Path]:
    """The folders that hold the first so many persons."""
    return [records / f"{at:03}" for at in range(-(-n // A_FOLDER))]


def build_measured(records: Path, pool: Path, n: int) -> dict[str, Any]:
    """One building from nothing, and one again with nothing new."""
    key = records.parent / "speed.key"
    key.touch(mode=0o600)
    key.write_text(f'project = "speed"\nsecret = "{SEED:064x}"\n', encoding="ascii")
    times = []
    for _ in range(2 if n <= AGAIN_MOST else 1):
        begin, cpu = time.perf_counter(), time.process_time()
        done = build(folders(records, n), pool, project="speed", key_file=key)
        times.append((time.perf_counter() - begin, time.process_time() - cpu))
    table = sum(one.stat().st_size for one in table_files(pool))
    return {
        "build_s": times[0][0],
        "build_cpu_s": times[0][1],
        "again_s": times[1][0] if len(times) > 1 else None,
        "persons": done.manifest.persons,
        "rows": done.manifest.rows,
        "table_bytes": table,
        "peak_mib": _peak_mib(),
    }


def queries_measured(pool: Path, name: str) -> dict[str, Any]:
    """All tables of each question, on one engine, after it has started; with the SHA-256 of their sorted contents."""
    files = table_files(pool)
    begin = time.perf_counter()
    context = duckdb_engine(files, memory_limit=MEMORY_LIMIT) if name == "duckdb" else spark_engine(files)
    with context as engine:
        engine.collected(engine.table.aggregate(rows=engine.table.count()))
        started = time.perf_counter() - begin
        found = {question: _asked(engine, query) for question, query in QUESTIONS.items()}
        peak = _peak_mib() + sum(_process_peak_mib(one) for one in _children(os.getpid()))
    return {"start_s": started, "questions": found, "peak_mib": peak}


def _asked(engine: Engine, query: Query) -> dict[str, Any]:
    seconds, digests = [], set()
    for _ in range(3):
        begin = time.perf_counter()
        tables = {name: engine.collected(one) for name, one in expressions(engine.table, query).items()}
        seconds.append(time.perf_counter() - begin)
        digests.add(_digest(tables))
    (digest,) = digests
    return {"seconds": seconds, "sha256": digest}


def _digest(tables: dict[str, pa.Table]) -> str:
    """The same for the same values, in whatever order and type of whole number an engine gives them."""
    rows = {
        name: sorted(json.dumps(row, sort_keys=True, default=str) for row in table.to_pylist())
        for name, table in tables.items()
    }
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def guarded_measured(pool: Path) -> dict[str, Any]:
    """Questions as ``graybook cohort query`` answers them first: suppressed, audited, logged; or refused."""
    found = {}
    for question in GUARDED:
        begin = time.perf_counter()
        try:
            cells = asked(pool, GUARDED[question]).cells.values()
            told = f"{sum(one.persons is None for one in cells)} of {len(cells)}"
        except NotComparable:
            told = "refused"
        found[question] = {"seconds": time.perf_counter() - begin, "hidden": told}
        (pool / LEDGER).unlink(missing_ok=True)
    return {"questions": found, "peak_mib": _peak_mib()}


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _children(process: int) -> list[int]:
    """All processes below one, such as Spark's Java."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            found += [int(child), *_children(int(child))]
    return found


def _process_peak_mib(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


MEASURES: dict[str, Callable[[Path, Path, int], dict[str, Any]]] = {
    "program": lambda _, __, ___: {"peak_mib": _peak_mib()},
    "build": build_measured,
    "duckdb": lambda _, pool, __: queries_measured(pool, "duckdb"),
    "spark": lambda _, pool, __: queries_measured(pool, "spark"),
    "guarded": lambda _, pool, __: guarded_measured(pool),
}


EACH_SIZE = ("build", "duckdb", "spark", "guarded")


def _in_its_own_process(measure: str, records: Path, pool: Path, n: int) -> dict[str, Any]:
    words = [sys.executable, "-m", "validation.pool_speed", str(records), "--measure", measure]
    words += ["--pool", str(pool), "--sizes", str(n)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def fit(sizes: Sequence[int], seconds: Sequence[float]) -> tuple[float, float, float]:
    """Seconds a thousand persons and at the start by least squares, and the largest relative distance from that line. [s, s, 1]"""
    slope, start = np.polyfit(np.array(sizes, dtype=float), np.array(seconds), 1)
    expected = slope * np.array(sizes) + start
    return 1000 * float(slope), float(start), float(np.max(np.abs(np.array(seconds) - expected) / expected))


def page(results: dict[str, Any]) -> str:
    """The page."""
    return "\n".join([*_head(results), *_building(results), *_asking(results), *_guarding(results)]) + "\n"


def _head(results: dict[str, Any]) -> list[str]:
    most = results["sizes"][-1]
    return [
        "# How fast a pool is",
        "",
        "<!-- written by python -m validation.pool_speed; do not edit -->",
        "",
        "Synthetic persons of `validation/synthetic_pool.py`, as [`graybook cohort build`](../commands/cohort.md) reads them: a "
        "`result.json` and a `dvh.csv` each. Pools of growing size are built and asked, each in a process of its own.",
        "",
        f"*Run on {results['day']}, {results['machine']}. {results['versions']}*",
        "",
        f"A record is {results['record_mib']:.2f} MiB on average, {results['json_share']:.0%} of it JSON; "
        f"{most:,} of them are {results['record_mib'] * most / 1024:.1f} GiB. The demonstration's patient, with four courses and "
        "sixteen structures, has 0.40 MiB of JSON and 0.61 MiB of curves.",
        "",
    ]


def _building(results: dict[str, Any]) -> list[str]:
    sizes, by = results["sizes"], results["by_size"]
    each = [by[str(n)]["build"] for n in sizes]
    elapsed, _, off = fit(sizes, [one["build_s"] for one in each])
    cpu, start, off_cpu = fit(sizes, [one["build_cpu_s"] for one in each])
    lines = [
        "## Building",
        "",
        "| persons | rows | table, MiB | time, s | processor time, s | again with nothing new, s | peak memory, MiB |",
        "|---|---|---|---|---|---|---|",
    ]
    for n, one in zip(sizes, each, strict=True):
        again = "–" if one["again_s"] is None else f"{one['again_s']:.1f}"
        lines.append(
            f"| {n:,} | {one['rows']:,} | {one['table_bytes'] / MIB:.1f} | {one['build_s']:.1f} "
            f"| {one['build_cpu_s']:.1f} | {again} | {one['peak_mib']:.0f} |"
        )
    return [
        *lines,
        "",
        f"Processor time is {cpu:.1f} s a thousand persons and {start:+.1f} s at the start, by least squares; the largest distance "
        f"from that line is {off_cpu:.1%}. Elapsed time, {elapsed:.1f} s a thousand with distances up to {off:.0%}, is that of a "
        "machine that had other work at the same time. Memory holds one record, the 500 persons of one file of the table, and of "
        "every record its identifiers and day; "
        f"{results['program']['peak_mib']:.0f} MiB is the program itself with all it imports.",
        "",
    ]


def _asking(results: dict[str, Any]) -> list[str]:
    heads = " | ".join(f"question {at}, s" for at in range(1, len(QUESTIONS) + 1))
    lines = [
        "## Asking",
        "",
        "Each question asks for all tables that `graybook cohort query` needs, three times in a row; the median of the elapsed "
        f"times is shown. *Start* opens the pool and counts its rows. DuckDB may use {MEMORY_LIMIT}; Spark runs on two threads "
        "with 1 GiB. Peak memory is that of Python and, with Spark, of Java.",
        "",
        *(f"{at}. {question}" for at, question in enumerate(QUESTIONS, 1)),
        "",
        f"| persons | engine | start, s | {heads} | peak memory, MiB |",
        "|" + "---|" * (4 + len(QUESTIONS)),
    ]
    for n in results["sizes"]:
        for engine, shown in (("duckdb", "DuckDB"), ("spark", "Spark")):
            one = results["by_size"][str(n)][engine]
            times = " | ".join(f"{np.median(each['seconds']):.2f}" for each in one["questions"].values())
            lines.append(f"| {n:,} | {shown} | {one['start_s']:.1f} | {times} | {one['peak_mib']:.0f} |")
    return [*lines, "", _same(results), ""]


def _guarding(results: dict[str, Any]) -> list[str]:
    lines = [
        "With the guard, which hides what must be hidden, audits that and logs the answer, a question to a pool that was asked "
        "nothing before takes, on DuckDB:",
        "",
        "| persons | question | time, s | cells hidden | peak memory of all, MiB |",
        "|---|---|---|---|---|",
    ]
    for n in results["sizes"]:
        one = results["by_size"][str(n)]["guarded"]
        for question, each in one["questions"].items():
            told = f"{each['seconds']:.1f} | {each['hidden']} | {one['peak_mib']:.0f}"
            lines.append(f"| {n:,} | {question} | {told} |")
    return lines


def _same(results: dict[str, Any]) -> str:
    """Whether both engines gave the same values."""
    different = [
        f"{n:,}: {question}"
        for n in results["sizes"]
        for question in QUESTIONS
        if len(
            {results["by_size"][str(n)][one]["questions"][question]["sha256"] for one in ("duckdb", "spark")}
        )
        > 1
    ]
    if different:
        return f"**The engines differ**: {'; '.join(different)}."
    return (
        "Both engines gave the same values to every question at every size: the SHA-256 of all tables agree."
    )


def _made(records: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """The records, and what is said of them and of the machine."""
    size = written(records, sizes[-1])
    json_size = sum(one.stat().st_size for one in records.glob("*/*/result.json"))
    packages = ("duckdb", "pyspark", "ibis-framework", "pyarrow")
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "versions": f"Graybook {graybook.__version__}, Python {platform.python_version()}, "
        + ", ".join(f"{one} {version(one)}" for one in packages),
        "sizes": [],
        "record_mib": size / sizes[-1] / MIB,
        "json_share": json_size / size,
        "by_size": {},
    }


def _measured(folder: Path, sizes: Sequence[int], page_file: Path) -> None:
    """Measure size by size; what is measured is written after each, so that a run that was stopped goes on."""
    kept, records = folder / "pool_speed.json", folder / "records"
    if not kept.exists():
        _kept(kept, _made(records, sizes))
    results = json.loads(kept.read_text(encoding="utf-8"))
    if "program" not in results:
        results["program"] = _in_its_own_process("program", records, folder, 0)
    for n in sizes:
        if n in results["sizes"]:
            continue
        pool = folder / f"pool-{n}"
        shutil.rmtree(pool, ignore_errors=True)
        results["by_size"][str(n)] = {
            measure: _in_its_own_process(measure, records, pool, n) for measure in EACH_SIZE
        }
        if read_manifest(pool).persons != n:
            raise RuntimeError(pool)
        shutil.rmtree(pool)
        results["sizes"].append(n)
        _kept(kept, results)
    page_file.write_text(page(results), encoding="utf-8")


def _kept(file: Path, results: dict[str, Any]) -> None:
    unfinished = file.with_suffix(".tmp")
    unfinished.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(file)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all sizes and write the page; or, for a process of its own, measure one thing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--measure", choices=list(MEASURES))
    parser.add_argument("--pool", type=Path)
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args(arguments)
    if given.measure:
        found = MEASURES[given.measure](given.folder, given.pool, given.sizes[0])
        sys.stdout.write(json.dumps(found) + "\n")
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    _measured(given.folder, sorted(given.sizes), given.page)
    shutil.rmtree(given.folder / "records")


if __name__ == "__main__":
    main()
