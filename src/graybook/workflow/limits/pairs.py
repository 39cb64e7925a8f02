"""Limit pairs: organs come in; for limits on both sides together, where the sides are drawn apart, the pair goes out beside them.

A limit on the lungs is a limit on both. Where only left and right are drawn, their samples together are the pair: the volumes add,
and no point is counted twice unless the contours overlap. A pair is made for limits alone; it is no structure of the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from graybook.accumulation.phase_dose import PhaseSamples
from graybook.dvh.sampling import StructureSamples
from graybook.geometry.arrays import FloatArray
from graybook.record.alignment import Use
from graybook.tables.limit import Limit
from graybook.tables.structure_names import pair_of, root, side
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.dose import CourseOnOrgan
from graybook.workflow.organs.judgement import POINT_SUM, basis_of
from graybook.workflow.organs.reliance import ORDER, Reliance
from graybook.workflow.organs.result import OrganDoses

__all__ = ["with_pairs"]


def with_pairs(organs: Sequence[AssessedOrgan], limits: Sequence[Limit]) -> tuple[AssessedOrgan, ...]:
    """The organs, and behind each right or left whose other side comes before it, the pair that some limit asks for."""
    asked = {name for one in limits for name in one.organs}
    drawn = {one.result.tg263 for one in organs if one.result is not None and one.result.origin != "apart"}
    found: list[AssessedOrgan] = []
    for organ in organs:
        found.append(organ)
        name = _pair(organ)
        if name not in asked or name in drawn:
            continue
        other = next((one for one in found[:-1] if _is_other_side(one, organ)), None)
        pair = None if other is None else _together(other, organ, name)
        if pair is not None:
            found.append(pair)
    return tuple(found)


def _pair(organ: AssessedOrgan) -> str:
    """What both sides of an organ are called; empty for what is no plain side."""
    tg263 = None if organ.result is None else organ.result.tg263
    if tg263 is None or organ.doses is None or tg263 != f"{root(tg263)}_{tg263[-1]}" or not side(tg263):
        return ""
    return pair_of(root(tg263))


def _is_other_side(one: AssessedOrgan, other: AssessedOrgan) -> bool:
    names = [None if each.result is None else each.result.tg263 for each in (one, other)]
    return (
        _pair(one) == _pair(other)
        and names[0] != names[1]
        and one.choice is not None
        and other.choice is not None
        and one.choice.value_gy == other.choice.value_gy
        and one.choice.alternative_gy == other.choice.alternative_gy
    )


def _together(left: AssessedOrgan, right: AssessedOrgan, name: str) -> AssessedOrgan | None:
    """Both sides as one; None where they are not in one frame under the same courses, or have no 3D sum to be judged."""
    assert left.doses is not None and right.doses is not None  # noqa: S101, PT018  (a side has doses)
    assert left.result is not None and right.result is not None  # noqa: S101, PT018
    first, second = left.doses, right.doses
    same = [one.id for one in first.mapped] == [one.id for one in second.mapped]
    apart = first.samples.frame != second.samples.frame or first.repair != second.repair
    if (
        not same
        or apart
        or any(basis_of(one.result) in ("", POINT_SUM) for one in (left, right) if one.result)
    ):
        return None
    doses = OrganDoses(
        samples=_samples(first.samples, second.samples),
        mapped=tuple(_course(*pair) for pair in zip(first.mapped, second.mapped, strict=True)),
        courses=first.courses,
        repair=first.repair,
    )
    worst = max(left.result.use, right.result.use, key=_rank)
    result = right.result.model_copy(
        update={
            "name": f"{left.result.name} + {right.result.name}",
            "tg263": name,
            "use": worst,
            "volume_cm3": doses.samples.volume_cm3,
        }
    )
    return replace(
        right, result=result, curves=None, doses=doses, trusted=_trusted(left, right), findings=(), organ=None
    )


def _rank(use: str) -> int:
    return ORDER.index(Use(use)) if use else 0


def _trusted(left: AssessedOrgan, right: AssessedOrgan) -> dict[str, Reliance]:
    """The lesser of what each course's alignment is trusted with at both sides, and the larger shift."""
    return {course: _lesser(left.trusted[course], one) for course, one in right.trusted.items()}


def _lesser(one: Reliance, other: Reliance) -> Reliance:
    uses = [each.use for each in (one, other) if each.use is not None]
    shifts = [each.shift_mm for each in (one, other)]
    known = [shift for shift in shifts if shift is not None]
    return Reliance(
        use=max(uses, key=ORDER.index, default=None),
        shift_mm=max(known) if len(known) == len(shifts) else None,
        assumed=one.assumed or other.assumed,
    )


def _samples(one: StructureSamples, other: StructureSamples) -> StructureSamples:
    return StructureSamples(
        frame=one.frame,
        points_mm=np.concatenate([one.points_mm, other.points_mm]),
        volumes_cm3=np.concatenate([one.volumes_cm3, other.volumes_cm3]),
        extreme_points_mm=np.concatenate([one.extreme_points_mm, other.extreme_points_mm]),
        second_half=np.concatenate([one.second_half, other.second_half]),
        model=one.model,
    )


def _course(one: CourseOnOrgan, other: CourseOnOrgan) -> CourseOnOrgan:
    """One course on both sides: sample points of both, then extreme points of both."""
    ends = (len(one.volumes_cm3), len(other.volumes_cm3))
    return replace(
        one,
        samples=tuple(_phase(*pair, ends) for pair in zip(one.samples, other.samples, strict=True)),
        volumes_cm3=np.concatenate([one.volumes_cm3, other.volumes_cm3]),
    )


def _phase(one: PhaseSamples, other: PhaseSamples, ends: tuple[int, int]) -> PhaseSamples:
    def joined(first: FloatArray, second: FloatArray) -> FloatArray:
        n, m = ends
        return np.concatenate([first[:n], second[:m], first[n:], second[m:]])

    low = joined(one.low_gy, other.low_gy)
    certain = one.high_gy is one.low_gy and other.high_gy is other.low_gy
    return replace(
        one,
        low_gy=low,
        high_gy=low if certain else joined(one.high_gy, other.high_gy),
        inside=np.concatenate(
            [one.inside[: ends[0]], other.inside[: ends[1]], one.inside[ends[0] :], other.inside[ends[1] :]]
        ),
    )
