"""The value that limits look at."""

from __future__ import annotations

from typing import Any

import pytest

from graybook.report.result import Alternative, Envelope, Judged, Metrics, PointSum, StructureResult
from graybook.workflow.organs.judgement import judged


def organ(**said: Any) -> StructureResult:
    """A cord of 40 (to 44) Gy in all; 38 Gy customary, 50 at most."""
    values: dict[str, Any] = {
        "name": "SpinalCord",
        "tg263": "SpinalCord",
        "kind": "organ",
        "alpha_beta_gy": 2.0,
        "volume_cm3": 30.0,
        "outside_grid_cm3": 0.0,
        "use": "3D sum",
        "cumulative": Metrics(max_gy=41.0, d0_03cc_gy=40.0, d0_1cc_gy=39.0),
        "cumulative_upper": Metrics(max_gy=45.0, d0_03cc_gy=44.0, d0_1cc_gy=43.0),
        "point_sum": PointSum(
            customary_d0_03cc_gy=38.0,
            bound_d0_03cc_gy=50.0,
            customary_d0_1cc_gy=37.0,
            bound_d0_1cc_gy=49.0,
        ),
        "envelope": Envelope(shift_mm=5.0, assumed=False, d0_03cc_gy=(33.0, 47.0), d0_1cc_gy=(32.0, 42.0)),
    }
    return StructureResult(**{**values, **said})


def test_the_sum_from_end_to_end() -> None:
    """A plain 3D sum: from its lower to its upper end (rule 9)."""
    assert judged(organ()) == Judged(basis="3D sum", d0_03cc_gy=(40.0, 44.0), d0_1cc_gy=(39.0, 43.0))


def test_an_envelope_where_the_alignment_asks_for_one() -> None:
    """The envelope with the sum's own ends, of each volume; nothing where no envelope could be had."""
    found = judged(organ(use="3D sum with envelope"))
    assert found == Judged(basis="3D sum with envelope", d0_03cc_gy=(33.0, 47.0), d0_1cc_gy=(32.0, 43.0))
    assert judged(organ(use="3D sum with envelope", envelope=None)) == Judged()


@pytest.mark.rule(10)
@pytest.mark.parametrize(
    "said",
    [
        {"use": "point sum only"},
        {"lower_bound": True},
        {"cumulative": Metrics(), "cumulative_upper": Metrics()},
    ],
    ids=["by verdict", "a course is missing", "no sum"],
)
def test_the_point_sum_from_customary_to_bound(said: dict[str, Any]) -> None:
    """Where the sum may not be judged by, is not all, or is not there: from the customary value to the bound."""
    assert judged(organ(**said)) == Judged(basis="point sum", d0_03cc_gy=(38.0, 50.0), d0_1cc_gy=(37.0, 49.0))


@pytest.mark.rule(2)
@pytest.mark.rule(4)
def test_the_worse_of_two_readings() -> None:
    """Phases given together, or another α/β, count when they are worse."""
    worse, better = Metrics(d0_03cc_gy=46.0, d0_1cc_gy=45.0), Metrics(d0_03cc_gy=30.0, d0_1cc_gy=30.0)
    assert judged(organ(concurrent=worse)).d0_03cc_gy == (46.0, 46.0)
    other = Alternative(**better.model_dump(by_alias=True), alpha_beta_gy=2.0)
    assert judged(organ(alternative=other)).d0_03cc_gy == (40.0, 44.0)


def test_a_target_is_not_judged() -> None:
    """No limit of an organ looks at a target."""
    assert judged(organ(kind="target")) == Judged()
