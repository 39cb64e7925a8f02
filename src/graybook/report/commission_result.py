"""The commissioning's result: one pydantic tree that is ``commission.json`` and all that its pages read."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, computed_field

from graybook.geometry.arrays import FloatArray

__all__ = [
    "Case",
    "Commission",
    "CommissionMaterial",
    "ComparedCurve",
    "Group",
    "MachineResult",
    "TableResult",
    "json_text",
]

SCHEMA_VERSION = "1.0"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Case(_Model):
    """One figure: what it must be, what was found here, how far that may differ."""

    id: str
    text: str = Field(description="What is checked, in the language of the report.")
    unit: str
    expected: float
    found: float | None = Field(description="None when it could not be computed; then `error` says why.")
    tolerance: float
    percent: bool = Field(
        default=False, description="Whether deviation and tolerance are in % of `expected`."
    )
    source: str
    error: str = ""
    row: str = Field(default="", description="Where it stands in a matrix of its group: row and column.")
    column: str = ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def deviation(self) -> float | None:
        """Found minus expected, in `unit` or in % of what is expected."""
        if self.found is None or not math.isfinite(self.found):
            return None
        difference = self.found - self.expected
        return 100.0 * difference / abs(self.expected) if self.percent else difference

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether it deviates by no more than its tolerance."""
        return self.deviation is not None and abs(self.deviation) <= self.tolerance


class Group(_Model):
    """Cases of one kind, with the reason of their tolerance."""

    id: str
    title: str
    what: str
    reason: str
    beyond_allowed: int = Field(
        default=0, description="Cases that may lie beyond their tolerance; `reason` says why."
    )
    cases: list[Case]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def beyond(self) -> int:
        """Cases that do."""
        return sum(not one.passed for one in self.cases)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether no more lie beyond than may, and every figure could be computed."""
        computed = bool(self.cases) and all(one.deviation is not None for one in self.cases)
        return computed and self.beyond <= self.beyond_allowed

    @property
    def closest(self) -> Case | None:
        """The case that uses up most of its tolerance, the failed ones first."""
        return max(self.cases, key=_used_up, default=None)


def _used_up(case: Case) -> float:
    if case.deviation is None:
        return math.inf
    if case.tolerance > 0.0:
        return abs(case.deviation) / case.tolerance
    return math.inf if case.deviation else 0.0


class TableResult(_Model):
    """A table of the edition and its SHA-256."""

    file: str
    sha256: str


class MachineResult(_Model):
    """What the figures were computed with."""

    system: str
    processor: str
    cores: int
    python: str
    libraries: dict[str, str]
    seconds: float = Field(description="Time the checks took. [s]")


class Commission(_Model):
    """The whole of ``commission.json``."""

    schema_version: str = SCHEMA_VERSION
    notice: str
    created: str = Field(description="Local date and time, with the offset to UTC.")
    version: str
    tables_edition: str
    groups: list[Group]
    machine: MachineResult
    tables: list[TableResult]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether every group passed."""
        return bool(self.groups) and all(one.passed for one in self.groups)


def json_text(result: Commission) -> str:
    """``commission.json`` as text: keys in the model's order, two spaces, a final newline."""
    return json.dumps(result.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, kw_only=True, eq=False)
class ComparedCurve:
    """The DVH of one phantom: the closed form as a line, ours as points. [Gy, cm³]"""

    title: str
    line_gy: FloatArray
    line_cm3: FloatArray
    points_gy: FloatArray
    points_cm3: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class CommissionMaterial:
    """The result and its pictures' numbers."""

    result: Commission
    curves: tuple[ComparedCurve, ...] = ()
