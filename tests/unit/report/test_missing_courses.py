"""A value that a limit compares is a lower bound where a course is missing from its sum, of whichever kind the sum is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from graybook.report import result as model
from graybook.report.limits_table import misses_course
from unit.report import limit_cases as cases


def organ(name: str, *, lower_bound: bool, complete: bool) -> model.StructureResult:
    """An organ with a 3D sum and a point sum."""
    return model.StructureResult(
        name=name, tg263=name, kind="organ", alpha_beta_gy=3.0, volume_cm3=10.0, outside_grid_cm3=0.0,
        lower_bound=lower_bound, point_sum=model.PointSum(customary_d0_03cc_gy=100.0, complete=complete),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("structure", "basis", "op", "misses"),
    [
        ("Lung_R", "3D sum", "<=", False),
        ("Lung_L", "3D sum", "<=", True),
        ("Lung_R + Lung_L", "3D sum", "<=", True),
        ("Lung_L", "3D sum", ">=", False),
        ("Lung_R", "point sum", "<=", True),
        ("Lung_L", "point sum", "<=", False),
        ("Lung_L", "course", "<=", False),
    ],
)
def test_what_misses_a_course(
    made: SimpleNamespace, structure: str, basis: str, op: str, misses: bool
) -> None:
    """A pair misses what one of its sides misses; a point sum what is not in it; what must be spared is never at least."""
    result = made.result(
        structures=[
            organ("Lung_R", lower_bound=False, complete=False),
            organ("Lung_L", lower_bound=True, complete=True),
        ]
    )
    assert misses_course(cases.entry(structure, 60.0, 50.0, basis=basis, op=op), result) is misses
