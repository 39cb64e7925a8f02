"""Rule 10: a cord next to a target, drawn 2 mm off; an envelope that draws from the target, and one that stays in the cord.

In kind what Mechalakos 2025 (RADAR, doi 10.1016/j.prro.2024.10.006) shows on a patient: the maximum of the cord's EQD2 is 72.44 Gy
as added, 126.89 when each voxel may take its earlier dose from 3 mm around, 65.23 when only from the cord, and the maxima of both
plans on their own cords sum to 67.30. All truths here are computed on the closed forms of the doses, on a raster of x and z.
"""

from __future__ import annotations

import html
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graybook.geometry.arrays import FloatArray
from graybook.report.html import write_html
from graybook.report.result import Result, json_text
from graybook.text import Language
from graybook.workflow.cumulative import Assessed, assess
from phantoms import box, write_phantom
from phantoms.doses import DoseFunction
from rules.patients import course, eqd2, organ, plan, structure

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
def assessment(tmp_path_factory: pytest.TempPathFactory) -> Assessed:
    """Both courses, assessed."""
    return assess(written(tmp_path_factory.mktemp("cord")))


@pytest.fixture(scope="module")
def assessed(assessment: Assessed) -> Result:
    """The result of both courses."""
    return assessment.result


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
    ("language", "said"),
    [
        ("en", ("may draw from outside the organ", "within the organ", "customary", "bound")),
        ("fr", ("peut puiser hors de l'organe", "dans l'organe", "usuelle", "borne")),
    ],
)
def test_the_words_of_the_report(
    tmp_path: Path, assessment: Assessed, language: Language, said: tuple[str, ...]
) -> None:
    """The report says which envelope may draw from outside the organ and which stays in it; the customary sum is called so."""
    page = page_of(assessment, tmp_path / "report.html", language)
    made = json.loads(json_text(assessment.result))
    (cord,) = [one for one in made["structures"] if one["name"] == "SpinalCord"]
    figures = page.replace(",", ".") if language == "fr" else page
    for value in (
        cord["envelope"]["within_organ_d0.03cc_gy"],
        cord["envelope"]["d0.03cc_gy"][1],
        cord["point_sum"]["customary_d0.03cc_gy"],
        cord["point_sum"]["bound_d0.03cc_gy"],
    ):
        assert f"{value:.2f}" in figures
    for words in said:
        assert words in page
    never_conservative(page)


def spot(x_mm: float) -> DoseFunction:
    """45 Gy in a cuboid of 2 x 2 x 5 mm about x, 0.02 cm³; 5 Gy elsewhere."""

    def dose(points: FloatArray) -> FloatArray:
        half = np.array([1.0, 1.0, 2.5]) + 1e-6
        inside = np.all(np.abs(points - np.array([x_mm, 0.0, 0.0])) <= half, axis=1)
        return np.where(inside, 45.0, 5.0)

    return dose


@pytest.fixture(scope="module")
def spots(tmp_path_factory: pytest.TempPathFactory) -> Assessed:
    """Two courses of 20 sessions, each with its own spot; 4 mm lie between the spots."""
    said: dict[str, Any] = {
        "structures": [structure("SpinalCord", box((-6.0, -3.0, -4.0), (6.0, 3.0, 4.0)), slice_mm=0.5)],
        "extent_mm": (10.0, 7.0, 8.0),
        "spacing_mm": (0.1, 0.1, 0.25),
    }
    plans = [plan(45, 20, name, dose_gy=spot(x)) for name, x in (("A", -3.0), ("B", 3.0))]
    folder = tmp_path_factory.mktemp("spots")
    return assess(
        write_phantom(
            folder,
            [course(name, day, one, **said) for name, day, one in zip("ab", (OLD, NEW), plans, strict=True)],
        )
    )


@pytest.mark.rule(10)
def test_two_separate_spots(spots: Assessed) -> None:
    """0.02 cm³ of 45 Gy in 5 Gy, twice: customary 5 + 5, truth 45 + 5 in 0.04 cm³, bound 45 + 45; 3 mm off they do not meet."""
    high, low = eqd2(45, 20), eqd2(5, 20)
    cord = organ(spots.result)
    points, envelope = cord.point_sum, cord.envelope
    assert points.customary_d0_03cc_gy == pytest.approx(low + low, abs=1e-4)
    assert cord.cumulative.d0_03cc_gy == pytest.approx(high + low, abs=1e-4)
    assert points.bound_d0_03cc_gy == pytest.approx(high + high, abs=1e-4)
    assert points.max_sum_gy == pytest.approx(high + high, abs=1e-4)
    assert envelope is not None
    assert envelope.d0_03cc_gy is not None
    assert envelope.max_gy is not None
    assert not envelope.inside_only
    assert envelope.d0_03cc_gy[1] == pytest.approx(high + low, abs=1e-4)
    assert envelope.max_gy[1] == pytest.approx(high + low, abs=1e-4)
    assert envelope.within_organ_max_gy == pytest.approx(high + low, abs=1e-4)


@pytest.mark.rule(10)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_words_for_two_spots(tmp_path: Path, spots: Assessed, language: Language) -> None:
    """Customary sum, truth and bound stand in the report in figures; the customary sum is called conservative by no sentence."""
    high, low = eqd2(45, 20), eqd2(5, 20)
    page = page_of(spots, tmp_path / "report.html", language)
    figures = page.replace(",", ".") if language == "fr" else page
    for value in (low + low, high + low, high + high):
        assert f"{value:.2f}" in figures
    assert ("customary" if language == "en" else "usuelle") in page
    never_conservative(page)


def page_of(assessment: Assessed, path: Path, language: Language) -> str:
    """The text of the report, with plain spaces and apostrophes."""
    write_html(assessment.material, path, language)
    text = html.unescape(path.read_text(encoding="utf-8"))
    return text.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")


def never_conservative(page: str) -> None:
    """No figure is called conservative or a worst case, except to deny it."""
    said = page.lower()
    for word in ("conservative", "conservatrice", "conservateur"):
        assert said.count(word) == said.count(f"not {word}") + said.count(f"pas {word}")
    assert "worst case" not in said
    assert "pire des cas" not in said
