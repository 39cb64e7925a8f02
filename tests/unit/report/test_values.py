"""Doses print as one number, a range or a bound, and delivered doses keep the plan's dose per fraction."""

from __future__ import annotations

from typing import Any

import pytest

from graybook.report import result as model
from graybook.report.values import course_prescription, delivered_text, metric_text, planned_text
from graybook.report.wording import Wording

EN, FR = Wording("en"), Wording("fr")


def structure(**changes: Any) -> model.StructureResult:
    """A cord of 18.8 Gy."""
    values: dict[str, Any] = {
        "name": "Cord",
        "tg263": "SpinalCord",
        "kind": "organ",
        "alpha_beta_gy": 2.0,
        "volume_cm3": 40.0,
        "outside_grid_cm3": 0.0,
        "cumulative": model.Metrics(d0_03cc_gy=18.8, mean_gy=2.0),
    }
    return model.StructureResult(**{**values, **changes})


def phase(status: str = "delivered", **changes: Any) -> model.PhaseResult:
    """60 Gy in 30, stopped at 12."""
    values: dict[str, Any] = {
        "id": "p",
        "label": "P",
        "status": status,
        "modality": "photon",
        "fractions_planned": 30,
        "fractions_delivered": 12,
        "in_sum": True,
        "prescriptions": [model.PrescriptionResult(target="PTV", dose_gy=60.0)],
    }
    return model.PhaseResult(**{**values, **changes})


def test_one_value() -> None:
    """A covered organ prints one number, French with a comma."""
    assert metric_text(structure(), "d0_03cc_gy", FR, unit=True) == "18,80\u00a0Gy"
    assert metric_text(structure(), "d0_03cc_gy", EN) == "18.80"
    assert metric_text(structure(), "d2cc_gy", EN) == "–"


@pytest.mark.rule(9)
@pytest.mark.parametrize("name", ["d0.03cc", "d0.03cc_gy", "d0_03cc_gy"])
def test_range_is_printed(name: str) -> None:
    """A metric that is a range prints both ends, and only that metric does."""
    bounds = [model.Bound(metric=name, low_gy=18.8, high_gy=30.0)]
    partly = structure(printed_as_range=bounds, outside_grid_cm3=3.0)
    assert metric_text(partly, "d0_03cc_gy", EN, unit=True) == "18.80–30.00\u00a0Gy"
    assert metric_text(partly, "mean_gy", EN) == "2.00"


def test_lower_bound_is_marked() -> None:
    """While a course is missing from the 3D sum, value and range print with ≥."""
    assert metric_text(structure(lower_bound=True), "mean_gy", EN) == "≥ 2.00"
    bounds = [model.Bound(metric="mean", low_gy=2.0, high_gy=3.0)]
    assert metric_text(structure(lower_bound=True, printed_as_range=bounds), "mean_gy", EN) == "≥ 2.00–3.00"


@pytest.mark.rule(1)
def test_stopped_course_keeps_its_dose_per_fraction() -> None:
    """60 Gy in 30 stopped at 12 was 24 Gy in 12."""
    stopped = phase("partly delivered")
    assert planned_text(stopped, EN) == "60 Gy / 30"
    assert delivered_text(stopped, EN) == "24 Gy / 12"


@pytest.mark.parametrize("status", ["proposed", "alternative", "not given", "unknown"])
def test_nothing_is_given_that_was_not(status: str) -> None:
    """A proposed, alternative, cancelled or unclear phase shows nothing as given."""
    assert delivered_text(phase(status), EN) == "–"


def test_fractions_not_known() -> None:
    """A number of fractions that is not known is said, with its range where there is one."""
    unclear = phase(fractions_planned=None, fractions_delivered=None)
    assert planned_text(unclear, EN) == "60 Gy / n not known"
    ranged = unclear.model_copy(update={"fractions_range": (5, 25)})
    assert planned_text(ranged, FR) == "60 Gy / 5 à 25"


def test_doses_without_prescription() -> None:
    """Without a prescription the highest dose of the grid stands for what was given."""
    bare = phase(prescriptions=[], max_gy=14.681)
    assert planned_text(bare, EN) == "30 fractions"
    assert delivered_text(bare, FR) == "maximum 14,68 Gy"


def test_dose_levels_stand_together() -> None:
    """Two dose levels of one plan print as one prescription, highest first."""
    levels = [model.PrescriptionResult(target=t, dose_gy=d) for t, d in (("a", 54.0), ("b", 60.0))]
    assert planned_text(phase(prescriptions=levels), EN) == "60 and 54 Gy / 30"


@pytest.mark.rule(3)
def test_phases_are_named_one_by_one() -> None:
    """Phases of a course are listed, never added; an alternative is left out."""
    course = model.CourseResult(
        id="c",
        label="C",
        start_date=None,
        evidence_grade="A",
        modality="photon",
        phases=[phase(), phase(fractions_planned=5), phase("alternative")],
    )
    assert course_prescription(course, EN, in_words=True) == "60 Gy in 30 fractions + 60 Gy in 5 fractions"
