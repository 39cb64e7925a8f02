"""Aligned: a phantom comes in; Graybook's alignment of it, or every program's answer, goes out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from graybook import __version__
from graybook.geometry.arrays import FloatArray
from graybook.record.alignment import Alignment
from graybook.registration.automatic import automatic
from graybook.registration.quality import StructurePair
from validation.alignment.figures import errors_mm, mm
from validation.alignment.others import Answer, answer, write_image
from validation.alignment.phantoms import Case, Size

__all__ = ["MIDDLE", "OURS", "WHOLE", "aligned", "answers_to", "missed", "pairs_of", "spread", "versions_of"]

OURS = "Graybook"
"""The rigid step and the deformation one way."""

WHOLE = "Graybook, register"
"""All that the command computes."""

MIDDLE = Size(shape=(60, 80, 108))
"""Phantoms of 4.5 x 3 x 3 mm."""


def pairs_of(case: Case) -> tuple[StructurePair, ...]:
    """The structures of a case as an alignment takes them, those that the moving image lacks on one side only."""
    return tuple(
        StructurePair(
            name=organ.name,
            tg263=organ.name,
            kind="organ",
            fixed=organ.fixed,
            moving=organ.moving if organ.moving_mask.any() else None,
        )
        for organ in case.organs.values()
    )


def aligned(case: Case) -> tuple[Alignment, float]:
    """A case aligned as ``graybook register`` would, with its structures; processor seconds of all threads."""
    start = time.process_time()
    alignment = automatic(case.fixed, case.moving, structures=pairs_of(case))
    return alignment, time.process_time() - start


def answers_to(case: Case, programs: Sequence[str]) -> dict[str, Answer]:
    """Every program's answer to a pair, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="alignment-") as name:
        fixed = write_image(case.fixed, Path(name) / "fixed.mha")
        moving = write_image(case.moving, Path(name) / "moving.mha")
        return {
            program: answer(program, fixed, moving, case.fixed.grid, points_mm=case.landmarks_mm)
            for program in programs
        }


def missed(case: Case, one: Answer, points: FloatArray) -> FloatArray:
    """Errors of an answer at points (n, 3). [mm]"""
    return errors_mm(one.moved(points), case.truth(points))


def spread(errors: FloatArray) -> list[str]:
    """Mean ± SD, 95th percentile and worst, as the page shows them."""
    return [
        f"{mm(float(errors.mean()))} ± {mm(float(errors.std()))}",
        mm(float(np.percentile(errors, 95))),
        mm(float(errors.max())),
    ]


def versions_of(others: Sequence[str]) -> dict[str, str]:
    """Versions of Graybook and of other programs."""
    known = {"elastix": "5.0.1", "plastimatch": "1.9.4", "platipy": "0.7.2"}
    return {"graybook": __version__} | {name: known[name] for name in others}
