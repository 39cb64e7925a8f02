"""A limit, a value and a case to start from, and what one test changes of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from graybook.constraints.judgement import Case, Judgement, Measured
from graybook.constraints.judging import judge
from graybook.record import Override, Recovery, RecoveryStep
from graybook.tables.limit import Limit, Namespace

BY = Override(
    key="recovery",
    value="0.25",
    author="Dr A. Author",
    date=date(2026, 11, 1),
    reason="shown for the test",
    source="a named source",
)


def a_limit(**changed: Any) -> Limit:
    """At most 70 Gy EQD2 at the cord, α/β 2 Gy; recovery is in the source."""
    plain: dict[str, Any] = {
        "id": "a-limit",
        "namespace": Namespace.CUMULATIVE,
        "organ": "SpinalCord",
        "metric": "max",
        "op": "<=",
        "value": 70.0,
        "unit": "Gy",
        "alpha_beta_gy": 2.0,
        "source": "key",
        "source_text": "A citation",
        "tier": "primary-table",
        "primary_checked": True,
    }
    return Limit(**(plain | changed))


def a_case(**changed: Any) -> Case:
    """Two photon courses nine months apart, both at 20 Gy, the second in five fractions of 4 Gy."""
    plain: dict[str, Any] = {
        "structure": "SpinalCord",
        "alpha_beta_gy": 2.0,
        "courses": 2,
        "intervals_months": (9.0,),
        "fractions": (5, 5),
        "fraction_gy": 4.0,
        "modalities": frozenset({"photon"}),
        "course_values": (20.0, 20.0),
    }
    return Case(**(plain | changed))


def a_recovery(convention: str = "dose", *, share: float = 0.25, **changed: Any) -> Recovery:
    """A share of the cord's earlier dose, or of its tolerance, recovered from six months on."""
    plain: dict[str, Any] = {
        "organ": "SpinalCord",
        "steps": (RecoveryStep(from_months=6.0, share=share),),
        "convention": convention,
        "by": BY,
    }
    return Recovery(**(plain | changed))


def judged(value: float | tuple[float | None, float | None], limit: Limit, case: Case) -> Judgement:
    """The judgement of one value, or of both ends."""
    low, high = value if isinstance(value, tuple) else (value, value)
    return judge(limit, Measured(low=low, high=high, basis="3D sum"), case)
