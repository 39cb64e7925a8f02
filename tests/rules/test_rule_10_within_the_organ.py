"""Rule 10: a cord next to a target, drawn 2 mm off; an envelope that draws from the target, and one that stays in the cord.

In kind what Mechalakos 2025 (RADAR, doi 10.1016/j.prro.2024.10.006) shows on a patient: the maximum of the cord's EQD2 is 72.44 Gy
as added, 126.89 when each voxel may take its earlier dose from 3 mm around, 65.23 when only from the cord, and the maxima of both
plans on their own cords sum to 67.30. All truths here are computed on the closed forms of the doses, on a raster of x and z.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graybook.geometry.arrays import FloatArray
from graybook.report.result import Result
from phantoms import box, write_phantom
from phantoms.doses import DoseFunction
from rules.patients import course, eqd2, organ, plan, result_of, run, structure

OLD, NEW = date(2023, 5, 2), date(2025, 5, 5)
SHIFT_MM = 3.0
LENGTH_MM = 9.5
"""Half of the cord: nineteen planes, 1 mm apart."""


def edge(low_gy: float, high_gy: float, at_mm: float, along_z: float) -> DoseFunction:
    """A target beyond ``at_mm`` of x at the high dose, the low one before it, a little more up or down the cord. [Gy]"""

    def dose(points: FloatArray) -> FloatArray:
        rise = 1.0 / (1.0 + np.exp(-(points[:, 0] - at_mm)))
        return (low_gy + (high_gy - low_gy) * rise) * (1.0 + along_z * points[:, 2])

    return dose


BEFORE, TODAY = edge(40.0, 92.0, 6.9, 0.003), edge(27.0, 44.0, 7.6, -0.003)
N_BEFORE, N_TODAY = 20, 15
DRAWN_BEFORE, DRAWN_TODAY = (-6.0, 2.0), (-4.0, 4.0)
"""The cord's edges along x. [mm]"""

EVERYWHERE = (-16.0, 16.0)


def written(folder: Path) -> Path:
    """Both courses in one frame: by the alignment today's cord lies 2 mm nearer to the old target than the old cord did."""
    said: dict[str, Any] = {"extent_mm": (16.0, 12.0, 16.0), "spacing_mm": (0.25, 4.0, 4.0)}

    def drawn(edges: tuple[float, float]) -> list[Any]:
        return [structure("SpinalCord", box((edges[0], -4.0, -9.0), (edges[1], 4.0, 9.0)), slice_mm=1.0)]

    return write_phantom(
        folder,
        [
            course(
                "old",
                OLD,
                plan(40.0, N_BEFORE, "OLD", dose_gy=BEFORE, prescription_gy=None),
                **said,
                structures=drawn(DRAWN_BEFORE),
            ),
            course(
                "new",
                NEW,
                plan(27.0, N_TODAY, "NEW", dose_gy=TODAY, prescription_gy=None),
                **said,
                structures=drawn(DRAWN_TODAY),
            ),
        ],
    )


def along(dose: DoseFunction, n: int, x: FloatArray, z: FloatArray) -> FloatArray:
    """EQD2 on the raster of x and z. [Gy]"""
    across, up = np.meshgrid(x, z, indexing="ij")
    physical = dose(np.column_stack([across.ravel(), np.zeros(across.size), up.ravel()]))
    found: FloatArray = np.array([eqd2(one, n) for one in physical]).reshape(across.shape)
    return found


def highest_near(edges: tuple[float, float], reach_mm: float) -> float:
    """The highest sum on today's cord when the earlier dose may come from so far, and from between these edges. [Gy]"""
    step = 0.25
    z = np.arange(-LENGTH_MM - SHIFT_MM, LENGTH_MM + SHIFT_MM + step / 2, step)
    x = np.arange(-16.0, 16.0 + step / 2, step)
    before, today = along(BEFORE, N_BEFORE, x, z), along(TODAY, N_TODAY, x, z)
    ends = np.inf if edges == EVERYWHERE else LENGTH_MM
    allowed = (x[:, None] >= edges[0]) & (x[:, None] <= edges[1]) & (np.abs(z)[None, :] <= ends)
    source = np.where(allowed, before, -np.inf)
    here = np.ix_(
        (x >= DRAWN_TODAY[0]) & (x <= DRAWN_TODAY[1]),
        np.abs(z) <= LENGTH_MM,
    )
    most = np.full(before.shape, -np.inf)
    steps = int(reach_mm / step)
    for i in range(-steps, steps + 1):
        for k in range(-steps, steps + 1):
            if np.hypot(i, k) * step <= reach_mm + 1e-9:
                most = np.maximum(most, np.roll(source, (i, k), axis=(0, 1)))
    return float((most + today)[here].max())


def truths() -> dict[str, float]:
    """As added; from 3 mm around; from 3 mm within the cord as drawn then; the sum of both maxima, each on its own cord. [Gy]"""
    z = np.linspace(-LENGTH_MM, LENGTH_MM, 77)
    own = along(BEFORE, N_BEFORE, np.linspace(*DRAWN_BEFORE, 65), z).max()
    today = along(TODAY, N_TODAY, np.linspace(*DRAWN_TODAY, 65), z).max()
    return {
        "added": highest_near(EVERYWHERE, 0.0),
        "around": highest_near(EVERYWHERE, SHIFT_MM),
        "within": highest_near(DRAWN_BEFORE, SHIFT_MM),
        "maxima": float(own + today),
    }


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The result of both courses."""
    return result_of(written(tmp_path_factory.mktemp("cord")))


def test_the_phantom_is_of_the_published_kind() -> None:
    """By its closed form: 3 mm around add at least half, a search within the cord falls below both what is added and the maxima."""
    truth = truths()
    assert truth["around"] > 1.5 * truth["added"]
    assert truth["within"] < truth["maxima"] < truth["added"]


@pytest.mark.rule(10)
def test_both_searches_by_raster(assessed: Result) -> None:
    """As added, displaced by 3 mm, and within the cord: each as on the raster; the search within the cord draws nothing in."""
    cord, truth = organ(assessed), truths()
    envelope = cord.envelope
    assert envelope is not None
    assert envelope.max_gy is not None
    assert (envelope.shift_mm, envelope.inside_only) == (SHIFT_MM, False)
    assert cord.cumulative.max_gy == pytest.approx(truth["added"], rel=0.005)
    assert envelope.max_gy[1] == pytest.approx(truth["around"], rel=0.01)
    assert envelope.within_organ_max_gy == pytest.approx(truth["within"], rel=0.005)
    assert envelope.within_organ_max_gy < truth["maxima"]


@pytest.mark.rule(10)
def test_each_figure_in_its_place(assessed: Result) -> None:
    """Customary: D0.03cc of each on its own cord; bound: nowhere below the sum as added; near-maxima no higher than maxima."""
    cord = organ(assessed)
    points, envelope = cord.point_sum, cord.envelope
    assert envelope is not None
    assert envelope.d0_03cc_gy is not None
    assert envelope.within_organ_d0_03cc_gy is not None
    assert envelope.within_organ_d0_1cc_gy is not None
    assert envelope.within_organ_max_gy is not None
    assert points.customary_d0_03cc_gy is not None
    assert points.bound_d0_03cc_gy is not None
    assert cord.cumulative.d0_03cc_gy is not None
    assert points.customary_d0_03cc_gy < cord.cumulative.d0_03cc_gy <= points.bound_d0_03cc_gy
    assert envelope.within_organ_d0_03cc_gy < cord.cumulative.d0_03cc_gy < envelope.d0_03cc_gy[1]
    assert envelope.within_organ_d0_1cc_gy <= envelope.within_organ_d0_03cc_gy <= envelope.within_organ_max_gy


@pytest.mark.rule(10)
@pytest.mark.parametrize(
    ("language", "outside", "within", "customary"),
    [
        ("en", "may draw from outside the organ", "within the organ", "customary"),
        ("fr", "peut puiser hors de l'organe", "dans l'organe", "usuelle"),
    ],
)
def test_the_words_of_the_report(
    tmp_path: Path, language: str, outside: str, within: str, customary: str
) -> None:
    """report.html says which envelope may draw from outside the organ and which stays in it, and calls the customary sum so."""
    ran = run("assess", written(tmp_path / "in"), "--out", tmp_path / "out", "--lang", language)
    assert ran.exit_code == 0, ran.output
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    page = page.replace("&#39;", "'").replace("&#x27;", "'").replace("’", "'").replace("\u00a0", " ")
    made = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    (cord,) = [one for one in made["structures"] if one["name"] == "SpinalCord"]
    shown = cord["envelope"]["within_organ_d0.03cc_gy"]
    figures = page.replace(",", ".") if language == "fr" else page
    for value in (shown, cord["envelope"]["d0.03cc_gy"][1], cord["point_sum"]["customary_d0.03cc_gy"]):
        assert f"{value:.2f}" in figures
    assert outside in page
    assert within in page
    assert customary in page
    for word in ("conservative", "conservatrice", "conservateur"):
        assert page.lower().count(word) == sum(page.lower().count(f"{no} {word}") for no in ("not", "pas"))
    assert "worst case" not in page.lower()
    assert "pire des cas" not in page.lower()
