"""A check and what it must give come in; a case that passed, failed or could not be computed goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from graybook.errors import Cancelled
from graybook.geometry.arrays import FloatArray
from graybook.progress import Progress
from graybook.report.commission_result import Case
from graybook.report.wording import Wording
from graybook.workflow.cumulative import Assessed, assess
from graybook.workflow.demo.patient import write_synthetic_patient

__all__ = ["ARITHMETIC_GY", "Bench", "Check", "spread_points"]

ARITHMETIC_GY = 1e-6
"""What arithmetic in double precision may differ by, with room for another processor: doses are given out to this digit. [Gy]"""

DECIMALS = 9


@dataclass(frozen=True, kw_only=True)
class Check:
    """What must come out.

    Parameters
    ----------
    id
        Its name in ``commission.json``; the same in every language.
    text
        What is checked, in words.
    row, column
        Where it stands when the group is shown as a matrix.
    """

    id: str
    text: str
    expected: float
    tolerance: float
    unit: str
    source: str
    percent: bool = False
    row: str = ""
    column: str = ""

    def case(self, found: Callable[[], float | None]) -> Case:
        """The case: what ``found`` gives, or the error it raised; a check that cannot run has not passed."""
        value, error = None, ""
        try:
            value = found()
        except Cancelled:
            raise
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
        if value is not None and not np.isfinite(value):
            value, error = None, f"{value}"
        return Case(
            id=self.id,
            text=self.text,
            unit=self.unit,
            expected=round(self.expected, DECIMALS),
            found=None if value is None else round(float(value), DECIMALS) + 0.0,
            tolerance=self.tolerance,
            percent=self.percent,
            source=self.source,
            error=error,
            row=self.row,
            column=self.column,
        )


class Bench:
    """Where checks run: a folder of their own, the words of a language, and the synthetic patient, assessed once."""

    def __init__(self, folder: Path, words: Wording, progress: Progress) -> None:
        self.folder = folder
        self.words = words
        self.part = (0.0, 1.0)
        self._progress = progress
        self._told = 0.0

    def progress(self, step: str, done: float) -> None:
        """Tell a step, and the share of this group's part of the work that is done; it never goes back."""
        low, high = self.part
        self._told = max(self._told, low + done * (high - low))
        self._progress(step, self._told)

    def steps(self, title: str, start: float, end: float) -> Progress:
        """A progress of a longer work that fills this group's part from ``start`` to ``end``."""

        def tell(step: str, done: float) -> None:
            self.progress(f"{title}: {step}", start + done * (end - start))

        return Progress(tell=tell, cancelled=self._progress.cancelled)

    @property
    def patient_folder(self) -> Path:
        """The synthetic patient's files."""
        return self.folder / "patient"

    @cached_property
    def assessed(self) -> Assessed:
        """The first assessment of the synthetic patient, written before."""
        title = self.words("patient")
        write_synthetic_patient(self.patient_folder, self.steps(title, 0.0, 0.45))
        return assess(self.patient_folder, progress=self.steps(title, 0.45, 0.85))

    def assessed_again(self) -> Assessed:
        """A second assessment of the same files, computed anew."""
        return assess(self.patient_folder, progress=self.steps(self.words("repeat"), 0.0, 1.0))


def spread_points(count: int) -> FloatArray:
    """Points (n, 3) that fill the unit cube evenly, the same on every machine: the additive recurrence of g⁴ = g + 1."""
    steps = 1.2207440846057595 ** -np.arange(1.0, 4.0)
    return np.asarray((0.5 + np.arange(1, count + 1)[:, None] * steps) % 1.0)
