"""Cases for limits: schedules of two or more courses come in; folders of DICOM, files of assumptions and entries go out.

Doses are uniform, so that the value a limit sees is worked out on paper: D (D/n + α/β) / (2 + α/β), course by course.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from graybook.report.constraint_result import ConditionResult, ConstraintResult
from graybook.report.result import Result
from phantoms import PhantomPlan, PhantomStructure, write_phantom
from rules.patients import SIGNED, course, plan, structure

__all__ = [
    "CUMULATIVE",
    "NEW",
    "OF_REFERENCE",
    "OLD",
    "RULACH",
    "SHARE",
    "assumptions",
    "condition",
    "entries",
    "entry",
    "given",
    "of_plans",
    "tolerance",
    "words",
]

OLD, NEW = date(2023, 5, 2), date(2025, 5, 5)
"""Two years apart: beyond every shortest interval of the default limits."""

CUMULATIVE, OF_REFERENCE = "hytec2021-thecalsac-max", "hytec2021-thecalsac-max-reference"
SHARE, RULACH = "hytec2021-thecalsac-max-share", "rulach2021-spinalcord-max"

Schedule = tuple[float, int]


def of_plans(
    folder: Path, *dated: tuple[date, PhantomPlan], drawn: Sequence[str | PhantomStructure] = ("ThecalSac",)
) -> Path:
    """One course for each plan, in one frame, each with the structures drawn as boxes of 2 cm."""
    shapes = [structure(one) if isinstance(one, str) else one for one in drawn]
    courses = [course(f"course{n}", day, one, structures=shapes) for n, (day, one) in enumerate(dated)]
    return write_phantom(folder, courses)


def given(
    folder: Path,
    *schedules: Schedule,
    days: Sequence[date] = (OLD, NEW),
    drawn: Sequence[str | PhantomStructure] = ("ThecalSac",),
) -> Path:
    """Courses of (Gy, fractions), the last one today's."""
    plans = [plan(total, fractions, f"PLAN{n}") for n, (total, fractions) in enumerate(schedules)]
    return of_plans(folder, *zip(days, plans, strict=True), drawn=drawn)


def entries(result: Result, limit: str) -> list[ConstraintResult]:
    """Every entry of a limit."""
    return [one for one in result.constraints if one.id == limit]


def entry(result: Result, limit: str, structure_name: str = "") -> ConstraintResult:
    """The one entry of a limit, on one structure if it is named."""
    (found,) = [one for one in entries(result, limit) if structure_name in ("", one.structure)]
    return found


def condition(one: ConstraintResult, name: str) -> ConditionResult:
    """The check of one condition."""
    (found,) = [check for check in one.conditions if check.condition == name]
    return found


def words(one: ConstraintResult) -> str:
    """The reason with plain spaces."""
    return one.reason.replace("\u00a0", " ").replace("\u202f", " ")


def assumptions(folder: Path, text: str, name: str = "options.toml") -> Path:
    """A signed file of assumptions, with a source."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f'{SIGNED}source = "local protocol 7"\n{text}', encoding="utf-8")
    return path


def tolerance(folder: Path, **said: Any) -> Path:
    """A centre's rulebook: the cord's maximum at most 50 Gy, a tolerance without recovery; None leaves a key out."""
    values = {
        "organ": "SpinalCord",
        "rule": "max <= 50 Gy",
        "alpha_beta_gy": 2,
        "recovery_in_source": "no",
        **said,
    }
    lines = "\n".join(
        f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}"
        for key, value in values.items()
        if value is not None
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "centre.toml"
    path.write_text(
        f'name = "Centre"\n{SIGNED}source = "local protocol 7"\n\n[[limit]]\nid = "centre-cord"\n{lines}\n',
        encoding="utf-8",
    )
    return path
