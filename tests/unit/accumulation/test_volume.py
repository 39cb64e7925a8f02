"""The sum on a grid, against the same field asked point by point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graybook.accumulation import volume
from graybook.accumulation.equieffective import CourseDose, EquieffectiveField
from graybook.accumulation.phase_dose import PhaseDose
from graybook.accumulation.volume import eqd2_volume_gy
from graybook.errors import FrameMismatch
from graybook.geometry import Affine, Displacement, Grid, GridField, MappedField
from graybook.geometry.field import Field

DOSE = Grid(frame="then", shape=(9, 10, 11), origin_mm=[-10, -9, -8], spacing_mm=[2, 2, 2], axes=np.eye(3))
THERE = Grid(
    frame="now",
    shape=(12, 7, 9),
    origin_mm=[-11, -8, -9],
    spacing_mm=[2.4, 2.9, 1.7],
    axes=np.eye(3),
)
UNEVEN = replace(THERE, planes_mm=np.cumsum([0.0, *[1.2, 2.4, 1.7] * 4])[:12])


def phase(seed: int, fractions: int, *, bent: bool = False) -> PhaseDose:
    """A random dose, some of whose grid lies outside the other one."""
    values = np.random.default_rng(seed).uniform(0, 70, DOSE.shape)
    field: Field = GridField(grid=DOSE, values=values)
    if bent:
        grid = replace(DOSE, frame="now")
        vectors = np.broadcast_to(np.array([0.7, -0.4, 0.3]), (*grid.shape, 3)).copy()
        vectors[0] = np.nan
        way: Affine | Displacement = Displacement.from_vectors(vectors, grid, to_frame="then")
    else:
        matrix = np.eye(4)
        matrix[:3, 3] = [0.5, 1.5, -0.5]
        way = Affine(from_frame="now", to_frame="then", matrix=matrix)
    return PhaseDose(
        id=f"p{seed}",
        field=MappedField(field=field, transform=way),
        planned=fractions,
        delivered=fractions - 1,
    )


def course(name: str, *phases: PhaseDose, groups: tuple[tuple[int, ...], ...] = ()) -> CourseDose:
    """A course of these phases."""
    return CourseDose(id=name, phases=phases, groups=groups)


CASES = {
    "one after the other": [
        course("a", phase(1, 25), phase(2, 8)),
        course("b", phase(3, 5)),
        course("c", phase(4, 30)),
    ],
    "some together": [course("a", phase(1, 25), phase(2, 8), groups=((0, 1),)), course("b", phase(3, 5))],
    "twice a day": [
        course("a", replace(phase(1, 25), incomplete_repair=(0.4, 0.6))),
        course("b", phase(3, 5)),
    ],
    "deformed": [course("a", phase(1, 25, bent=True)), course("b", phase(3, 5))],
}


@pytest.mark.parametrize("grid", [THERE, UNEVEN], ids=["even", "uneven"])
@pytest.mark.parametrize("case", CASES)
def test_every_voxel_is_the_field_there(case: str, grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks of a few planes: to a billionth of a gray what the field gives at each centre."""
    monkeypatch.setattr(volume, "BLOCK", 200)
    total = EquieffectiveField(frame="now", courses=tuple(CASES[case]), alpha_beta_gy=2.3)
    expected = total.sample(grid.centres()).low.reshape(grid.shape)
    assert expected.max() > 50.0
    assert np.abs(eqd2_volume_gy(total, grid) - expected).max() < 1e-9


def test_grid_of_another_frame() -> None:
    """Refused: nobody knows where it lies."""
    total = EquieffectiveField(frame="now", courses=(course("a", phase(1, 25)),), alpha_beta_gy=2.3)
    with pytest.raises(FrameMismatch, match="another frame"):
        eqd2_volume_gy(total, DOSE)
