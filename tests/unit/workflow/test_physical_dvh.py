"""Metrics of a folder: the kinds that ask the structure, and those that ask the whole dose."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graybook.cli.dvh_page import document
from graybook.dvh.metrics import parse_list
from graybook.workflow.physical_dvh import DosedStructure, PhysicalDvhs, PlanDvhs, physical_dvhs
from phantoms.course import PhantomCourse, PhantomPlan, PhantomStructure
from phantoms.doses import gaussian, linear, uniform
from phantoms.folder import write_phantom
from phantoms.shapes import sphere

CENTRE = (0.4, -0.3, 0.2)
RADIUS_MM = 9.0
SURFACE_GY = 60.0 / np.sqrt(np.e)
"""Dose at the surface of the ball, where the Gaussian of 60 Gy has its own width."""


def dosed(folder: Path, metrics: str, plan: PhantomPlan) -> DosedStructure:
    """The metrics of a ball in the dose of a plan."""
    ball = PhantomStructure(name="PTV", shape=sphere(CENTRE, RADIUS_MM), interpreted_type="PTV")
    course = PhantomCourse(
        name="c1",
        day=date(2020, 1, 6),
        plans=(plan,),
        structures=(ball,),
        extent_mm=(24.0, 24.0, 24.0),
        spacing_mm=(1.0, 1.0, 1.0),
    )
    (found,) = physical_dvhs(write_phantom(folder, [course]), parse_list(metrics)).plans
    return found.structures[0]


def test_indices_of_a_target_in_its_own_isodose(tmp_path: Path) -> None:
    """A ball that fills the isodose of its prescription: CI 1, GI and MGI (1 + 2 ln 2)^1.5 = 3.69 (Walker and Byrne 2025)."""
    plan = PhantomPlan(
        dose_gy=gaussian(60.0, CENTRE, RADIUS_MM), fractions=1, prescription_gy=float(SURFACE_GY)
    )
    at = f"({SURFACE_GY:.6f}Gy)"
    found = dosed(tmp_path, f"CI{at},GI{at},MGI{at},max[%of{SURFACE_GY:.6f}Gy]", plan).metrics
    assert found["CI" + at] == pytest.approx(1.0, rel=0.01)
    assert found["GI" + at] == pytest.approx(3.69, rel=0.01)
    assert found["MGI" + at] == pytest.approx(3.69, rel=0.01)
    assert found[f"max[%of{SURFACE_GY:.6f}Gy]"] == pytest.approx(100.0 * np.sqrt(np.e), rel=0.01)


@pytest.mark.rule(9)
def test_an_isodose_that_leaves_the_grid_has_no_index(tmp_path: Path) -> None:
    """Everything at 50 Gy: how far it goes on is not known, so no index to it; those of an unreached dose divide by nothing."""
    plan = PhantomPlan(dose_gy=uniform(50.0), fractions=25, prescription_gy=50.0)
    metrics = "CI(50Gy),GI(50Gy),MGI(50Gy),CI(80Gy),HI,gEUD(a=-10),V95%of50Gy[%],D99%[%of50Gy]"
    found = dosed(tmp_path, metrics, plan).metrics
    assert [found[text] for text in ("CI(50Gy)", "GI(50Gy)", "MGI(50Gy)", "CI(80Gy)")] == [None] * 4
    assert found["HI"] == 0.0
    assert found["gEUD(a=-10)"] == pytest.approx(50.0, abs=1e-3)
    assert found["V95%of50Gy[%]"] == 100.0
    assert found["D99%[%of50Gy]"] == pytest.approx(100.0, abs=1e-3)


def test_every_metric_has_its_sampling_error(tmp_path: Path) -> None:
    """In the JSON beside each metric, in its unit: nothing in an even dose, little in a slope, null where none is sampled."""
    slope = PhantomPlan(dose_gy=linear(30.0, (1.0, 0.0, 0.0)), fractions=15, prescription_gy=30.0)
    metrics = "mean,median,D0.03cc,V30Gy[%],D99%[%of30Gy],gEUD(a=8),min,max"
    ball = dosed(tmp_path / "slope", metrics, slope)
    plan = PlanDvhs(id="p", label="p", person="p", quantity="PHYSICAL", structures=(ball,))
    (found,) = document(PhysicalDvhs(plans=(plan,)), "en")["plans"][0]["structures"]
    error = found["metrics_error"]
    assert list(error) == list(found["metrics"]) == metrics.split(",")
    assert (error["min"], error["max"]) == (None, None)
    assert all(0.0 <= error[text] < 0.3 for text in metrics.split(",")[:-2])
    assert found["metrics"]["mean"] == pytest.approx(30.0 + CENTRE[0], abs=0.02 + 3.0 * error["mean"])

    even = PhantomPlan(dose_gy=uniform(50.0), fractions=25, prescription_gy=50.0)
    flat = dosed(tmp_path / "even", "mean,D2%,HI", even).metrics_error
    assert [flat[text] for text in ("mean", "D2%", "HI")] == pytest.approx([0.0] * 3, abs=1e-6)
