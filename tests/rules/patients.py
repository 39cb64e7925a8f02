"""Patients made to break a rule: the doses of a hand calculation come in, folders, results and their rows go out.

Doses are uniform in a block of 6 cm and the organ is a box of 2 cm, so that every number of a rule can be worked out on paper.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from typer.testing import CliRunner
from typer.testing import Result as Ran

from graybook.cli.main import app
from graybook.report.result import FindingResult, RefusalResult, Result, StructureResult
from graybook.workflow.cumulative import assess
from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, Shape, box, uniform

__all__ = [
    "BOX",
    "SIGNED",
    "codes",
    "cord",
    "course",
    "eqd2",
    "finding",
    "folder_bytes",
    "metrics",
    "organ",
    "plan",
    "result_of",
    "run",
    "scanned",
    "state",
    "structure",
]

BOX = box((-10.0, -10.0, -10.0), (10.0, 10.0, 10.0))
"""8 cm³, drawn on planes 2 mm apart."""

SIGNED = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "treatment chart"\n'
"""What every entry of graybook.toml must carry."""

LAST = date(2025, 5, 5)


def structure(
    name: str, shape: Shape = BOX, *, kind: str = "ORGAN", slice_mm: float = 2.0
) -> PhantomStructure:
    """A structure on planes 2 mm apart."""
    return PhantomStructure(name=name, shape=shape, interpreted_type=kind, slice_mm=slice_mm)


def cord(name: str = "SpinalCord") -> PhantomStructure:
    """The organ of most rules: α/β 2 by the table's convention."""
    return structure(name)


def plan(total_gy: float, fractions: int | None, label: str = "PLAN", /, **said: Any) -> PhantomPlan:
    """An approved plan of a uniform dose, prescribed as it is; 32 bits, so that the file rounds nothing."""
    values: dict[str, Any] = {
        "dose_gy": uniform(total_gy),
        "fractions": fractions,
        "prescription_gy": total_gy,
        "label": label,
        "bits": 32,
    }
    return PhantomPlan(**{**values, **said})


def course(
    name: str = "course",
    day: date = LAST,
    *plans: PhantomPlan,
    structures: Sequence[PhantomStructure] | None = None,
    **said: Any,
) -> PhantomCourse:
    """A course on a coarse grid, without CT, with a cord unless told otherwise."""
    values: dict[str, Any] = {
        "extent_mm": (30.0, 30.0, 30.0),
        "spacing_mm": (5.0, 5.0, 5.0),
        "image": False,
        "frame": "1.2.826.0.1.3680043.8.498.77",
    }
    drawn = (cord(),) if structures is None else tuple(structures)
    return PhantomCourse(name=name, day=day, plans=plans, structures=drawn, **{**values, **said})


def apart(one: PhantomCourse) -> PhantomCourse:
    """The course in a frame of its own."""
    return replace(one, frame="")


def eqd2(dose_gy: float, fractions: int, alpha_beta_gy: float = 2.0) -> float:
    """D (D/n + α/β) / (2 + α/β), written out here so that no product code is trusted. [Gy]"""
    return dose_gy * (dose_gy / fractions + alpha_beta_gy) / (2.0 + alpha_beta_gy)


def state(folder: Path, *entries: str) -> Path:
    """Write graybook.toml: each entry is its table and keys; author, date and reason are added."""
    text = "\n".join(f"{entry}\n{SIGNED}" for entry in entries)
    (folder / "graybook.toml").write_text(text, encoding="utf-8")
    return folder


def result_of(folder: Path, **said: Any) -> Result:
    """The result of an assessment."""
    return assess(folder, **said).result


def organ(result: Result, name: str = "SpinalCord") -> StructureResult:
    """The one structure of this name, as found or by TG-263."""
    (found,) = [one for one in result.structures if name in (one.name, one.tg263)]
    return found


def metrics(one: Any) -> dict[str, float | None]:
    """Metrics by their key in result.json."""
    dumped = one.model_dump(mode="json", by_alias=True)
    return {key: value for key, value in dumped.items() if key != "alpha_beta_gy"}


def codes(result: Result) -> set[str]:
    """Codes of the findings and refusals."""
    return {one.code for one in result.findings} | {one.code for one in result.refusals}


def finding(result: Result, *words: str) -> bool:
    """Whether one finding or refusal holds all of the words, in any case."""
    said: list[FindingResult | RefusalResult] = [*result.findings, *result.refusals]
    texts = [f"{one.code} {one.subject} {one.text}".replace("\u00a0", " ").lower() for one in said]
    return any(all(word.lower() in text for word in words) for text in texts)


def run(*words: object) -> Ran:
    """Run the command line."""
    return CliRunner().invoke(app, [str(word) for word in words])


def scanned(folder: Path, *, status: int = 0) -> dict[str, Any]:
    """The document of ``graybook scan --json``."""
    ran = run("scan", folder, "--json")
    assert ran.exit_code == status, ran.output
    document: dict[str, Any] = json.loads(ran.stdout)
    return document


def folder_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its content."""
    return {
        str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()
    }
