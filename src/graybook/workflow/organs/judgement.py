"""Judgement: an organ's result comes in; the value that limits look at, from end to end, goes out (rules 2, 4, 9, 10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from graybook.record.alignment import Use
from graybook.report.result import Judged, Metrics, StructureResult
from graybook.workflow.organs.assessing import AssessedOrgan

__all__ = ["POINT_SUM", "basis_of", "judged", "with_judgement"]

POINT_SUM = "point sum"
"""Basis where no 3D sum may be judged."""

Ends = tuple[float, float]


def with_judgement(assessed: Sequence[AssessedOrgan]) -> tuple[AssessedOrgan, ...]:
    """Every organ with what limits look at."""
    return tuple(
        one
        if one.result is None
        else replace(one, result=one.result.model_copy(update={"judged": judged(one.result)}))
        for one in assessed
    )


def judged(structure: StructureResult) -> Judged:
    """
    What limits look at in one structure.

    The 3D sum, with the worse of sequential and concurrent (rule 2) and of two values of α/β (rule 4), up to its upper end
    (rule 9); its envelope where the alignments allow the sum only with one; from the customary value to the bound of the point
    sum (rule 10) where they allow no more, where there is no 3D sum, and where it lacks a course.
    """
    basis = basis_of(structure)
    if not basis:
        return Judged()
    if basis == POINT_SUM:
        points = structure.point_sum
        return _on(
            POINT_SUM,
            _ends([points.customary_d0_03cc_gy], [points.bound_d0_03cc_gy]),
            _ends([points.customary_d0_1cc_gy], [points.bound_d0_1cc_gy]),
        )
    others = [one for one in (structure.concurrent, structure.alternative) if one is not None]
    lows, highs = [structure.cumulative, *others], [structure.cumulative_upper, *others]
    near, near_01 = _of(lows, highs, "d0_03cc_gy"), _of(lows, highs, "d0_1cc_gy")
    if basis == Use.SUM.value:
        return _on(basis, near, near_01)
    around = structure.envelope
    return _on(
        Use.ENVELOPE.value,
        _around(near, None if around is None else around.d0_03cc_gy),
        _around(near_01, None if around is None else around.d0_1cc_gy),
    )


def basis_of(structure: StructureResult) -> str:
    """What limits look at: the 3D sum, the same with its envelope, or the point sum; empty for what no limit speaks of."""
    if structure.kind not in ("organ", "other") or structure.alpha_beta_gy is None:
        return ""
    if structure.cumulative.max_gy is None or structure.use == Use.POINTS or _lacks_beams(structure):
        return POINT_SUM
    return Use.ENVELOPE.value if structure.use == Use.ENVELOPE else Use.SUM.value


def _lacks_beams(structure: StructureResult) -> bool:
    """Whether the 3D sum lacks what the point sum may hold: a course that stands apart is in neither, and changes no basis."""
    return structure.lower_bound and (not structure.apart or any(one.basis for one in structure.courses))


def _around(near: Ends | None, envelope: Ends | None) -> Ends | None:
    """A range with its envelope; None where either is not known."""
    if near is None or envelope is None:
        return None
    return min(near[0], envelope[0]), max(near[1], envelope[1])


def _on(basis: str, near: Ends | None, near_01: Ends | None) -> Judged:
    if near is None and near_01 is None:
        return Judged()
    return Judged(basis=basis, d0_03cc_gy=near, d0_1cc_gy=near_01)


def _of(lows: Iterable[Metrics], highs: Iterable[Metrics], name: str) -> Ends | None:
    return _ends([getattr(one, name) for one in lows], [getattr(one, name) for one in highs])


def _ends(lows: Sequence[float | None], highs: Sequence[float | None]) -> Ends | None:
    """The highest of each; None where one of them is not known."""
    low = [one for one in lows if one is not None]
    high = [one for one in highs if one is not None]
    if len(low) < len(lows) or len(high) < len(highs):
        return None
    return max(low), max(*low, *high)
