"""Rule 12: constructed cases come in; Rulach 2021, HyTEC, Sahgal 2012 and Nieder 2006 are judged as they were published."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graybook.geometry.arrays import FloatArray
from graybook.tables.rulebook import rulebook
from rules.limit_cases import (
    CUMULATIVE,
    NEW,
    OF_REFERENCE,
    OLD,
    RULACH,
    SHARE,
    condition,
    entries,
    entry,
    given,
    of_plans,
    tolerance,
    words,
)
from rules.patients import eqd2, organ, plan, result_of, state, structure

PRIOR = (50.0, 25)


@pytest.mark.rule(12)
def test_fifty_and_fourteen_exceed_seventy(tmp_path: Path) -> None:
    """50/25 then 14/3 in the sac: 73.33 EQD2(2) exceeds HyTEC's 70 by 3.33; the second keeps to 25 (23.33) and to half (0.318)."""
    result = result_of(given(tmp_path, PRIOR, (14.0, 3)))
    total = eqd2(50, 25) + eqd2(14, 3)
    assert total == pytest.approx(73.3333, abs=1e-4)
    whole = entry(result, CUMULATIVE)
    assert (whole.status, whole.structure, whole.namespace) == ("exceeded", "ThecalSac", "cumulative limit")
    assert whole.value == pytest.approx(total, abs=1e-3)
    assert whole.value_upper == pytest.approx(total, abs=1e-3)
    assert whole.margin == pytest.approx(70 - total, abs=1e-3)
    assert all(one.holds for one in whole.conditions)
    second = entry(result, OF_REFERENCE)
    assert (second.status, second.dose_of) == ("met", "reference course")
    assert second.value_upper == pytest.approx(eqd2(14, 3), abs=1e-3)
    share = entry(result, SHARE)
    assert share.status == "met"
    assert share.value_upper == pytest.approx(eqd2(14, 3) / total, abs=1e-4)


@pytest.mark.rule(12)
def test_a_cord_alone_exceeds_a_fortiori(tmp_path: Path) -> None:
    """Only the cord is drawn: above the sac's 70 it exceeds all the same; below 25 it says nothing; Rulach's 60 is exceeded."""
    result = result_of(given(tmp_path, PRIOR, (14.0, 3), drawn=["SpinalCord"]))
    whole = entry(result, CUMULATIVE)
    assert (whole.status, whole.structure) == ("exceeded", "SpinalCord")
    assert condition(whole, "structure").holds is False
    assert "ThecalSac" in words(whole)
    assert entry(result, OF_REFERENCE).status == "not assessable"
    rulach = entry(result, RULACH)
    assert (rulach.status, rulach.limit) == ("exceeded", 60.0)
    assert rulach.margin == pytest.approx(60 - 73.3333, abs=1e-3)


@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("new", "limit", "value", "status"),
    [
        ((11.0, 2), CUMULATIVE, 70.625, "near"),
        ((18.0, 5), OF_REFERENCE, 25.2, "near"),
        ((18.0, 5), CUMULATIVE, 75.2, "exceeded"),
        ((10.0, 2), CUMULATIVE, 67.5, "met"),
        ((20.0, 5), OF_REFERENCE, 30.0, "exceeded"),
    ],
)
def test_edges_that_hytec_prints(
    tmp_path: Path, new: tuple[float, int], limit: str, value: float, status: str
) -> None:
    """HyTEC's own edge examples, 50/25 + 11/2 = 70.625 and 18/5 = 25.2, are near; beyond its rounding it is exceeded."""
    one = entry(result_of(given(tmp_path, PRIOR, new)), limit)
    assert one.value_upper == pytest.approx(value, abs=1e-3)
    assert one.status == status


@pytest.mark.rule(12)
def test_sahgal_2012_share_and_both_ends(tmp_path: Path) -> None:
    """30/10 then 24/3 in the sac: 97.5 exceeds about 70, 60 exceeds 20 and 25, and 60/97.5 = 0.615 exceeds a half."""
    result = result_of(given(tmp_path, (30.0, 10), (24.0, 3)))
    found = {one.id: one for one in result.constraints if one.id.startswith("sahgal2012-")}
    assert len(found) == 4
    assert {one.status for one in found.values()} == {"exceeded"}
    assert found["sahgal2012-thecalsac-max"].value_upper == pytest.approx(97.5, abs=1e-3)
    assert found["sahgal2012-thecalsac-max-share"].value_upper == pytest.approx(60 / 97.5, abs=1e-4)


@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("new", "days", "status"),
    [
        ((10.0, 5), (date(2023, 5, 2), date(2025, 5, 5)), "met"),
        ((30.0, 15), (date(2023, 5, 2), date(2025, 5, 5)), "exceeded"),
        ((10.0, 5), (date(2024, 12, 2), date(2025, 5, 5)), "not assessable"),
        ((54.0, 25), (date(2023, 5, 2), date(2025, 5, 5)), "not assessable"),
    ],
)
def test_nieder_2006_as_bed(
    tmp_path: Path, new: tuple[float, int], days: tuple[date, date], status: str
) -> None:
    """Nieder judges BED(2). 45/25 is 85.5: with 10/5 105.5 of at most 120, met; with 30/15 145.5, exceeded; not judged before six
    months, nor when a course alone is above 98 (54/25: 112.3)."""
    result = result_of(given(tmp_path, (45.0, 25), new, days=days, drawn=["SpinalCord"]))
    one = entry(result, "nieder2006-spinalcord-max-no-events")
    bed = 45 * (1 + 1.8 / 2) + new[0] * (1 + new[0] / new[1] / 2)
    assert (one.scale, one.status) == ("BED", status)
    assert one.value_upper == pytest.approx(bed, abs=1e-3)


@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("days", "holds"),
    [((date(2024, 9, 2), date(2025, 5, 5)), True), ((date(2023, 5, 2), date(2025, 5, 5)), False)],
)
def test_a_column_of_six_to_twelve_months(tmp_path: Path, days: tuple[date, date], holds: bool) -> None:
    """Paradis's column is for 6 to 12 months: at 8 months D0.1cc 50 of less than 56.25 is met, at 2 years not assessable."""
    one = entry(
        result_of(given(tmp_path, (30.0, 15), (20.0, 10), days=days, drawn=["SpinalCord"])),
        "rulach2021-paradis-spinalcord-d0.1cc",
    )
    assert condition(one, "interval").holds is holds
    assert one.status == ("met" if holds else "not assessable")
    assert one.value_upper == pytest.approx(50.0, abs=1e-3)


@pytest.mark.rule(12)
def test_volumes_of_the_lungs(tmp_path: Path) -> None:
    """30/15 + 10/5 in all of both lungs, α/β 3: 40 Gy EQD2, so V20 is 100 % of less than 40 %: exceeded, and the mean of 22 too."""
    result = result_of(given(tmp_path, (30.0, 15), (10.0, 5), drawn=["Lungs"]))
    volume = entry(result, "rulach2021-ars-lungs-v20gy")
    assert (volume.status, volume.unit, volume.value_upper) == (
        "exceeded",
        "%",
        pytest.approx(100.0, abs=0.01),
    )
    assert entry(result, "rulach2021-troost-lungs-mean").status == "exceeded"
    one_lung = result_of(given(tmp_path / "left", (30.0, 15), (10.0, 5), drawn=["Lung_L"]))
    assert {one.status for one in one_lung.constraints} <= {"not assessable"}


@pytest.mark.rule(12)
def test_every_entry_has_a_source_and_every_default_limit_its_entry(tmp_path: Path) -> None:
    """Cord, sac and oesophagus: one entry per default limit and structure it speaks of, each with citation and tier, none
    of tier secondary-repo; the limits of organs that are absent have none."""
    names = ["SpinalCord", "ThecalSac", "Esophagus"]
    result = result_of(given(tmp_path, PRIOR, (14.0, 3), drawn=names))
    assert result.constraints
    assert all(one.source and one.tier and one.reason for one in result.constraints)
    assert {one.tier for one in result.constraints} <= {
        "primary-table",
        "primary-abstract",
        "secondary-curated",
    }
    expected = {(limit.id, name) for limit in rulebook().limits for name in names if name in limit.organs}
    found = [(one.id, one.structure) for one in result.constraints]
    assert expected <= set(found)
    assert len(found) == len(set(found))
    assert {name for _, name in found} == set(names)
    assert not {one.id for one in result.constraints if "lungs" in one.id}


@pytest.mark.rule(12)
@pytest.mark.parametrize("kind", ["PTV", "CTV"])
def test_a_target_never_gets_an_organs_limit(tmp_path: Path, kind: str) -> None:
    """A target drawn under the cord's name beside the cord has no entry of its own, whatever its name."""
    drawn = [structure("SpinalCord"), structure("SpinalCord boost", kind=kind), structure(kind, kind=kind)]
    result = result_of(given(tmp_path, PRIOR, (14.0, 3), drawn=drawn))
    assert {one.structure for one in result.constraints} == {"SpinalCord"}


@pytest.mark.rule(12)
def test_no_limit_no_entry(tmp_path: Path) -> None:
    """An organ of no default limit has a dose and no entry."""
    result = result_of(given(tmp_path, PRIOR, (14.0, 3), drawn=["Spleen"]))
    assert organ(result, "Spleen").cumulative.max_gy is not None
    assert result.constraints == []


@pytest.mark.rule(12)
def test_each_condition_stands_beside_the_limit(tmp_path: Path) -> None:
    """HyTEC's entry states what it asks and what was found: α/β 2, one earlier course, 1 to 5 fractions, 5 months, modality."""
    one = entry(result_of(given(tmp_path, PRIOR, (14.0, 3))), CUMULATIVE)
    found = {check.condition: (check.required, check.found) for check in one.conditions}
    assert found["alpha_beta"] == ("2", "2")
    assert found["courses"] == ("2", "2")
    assert found["fractions"] == ("1–5", "3")
    assert found["interval"][0] == "≥ 5"
    assert found["structure"] == ("ThecalSac", "ThecalSac")
    assert "photon" in found["modality"][0]
    assert one.recovery_in_source == "yes"


@pytest.mark.rule(12)
def test_one_course_is_not_judged_by_cumulative_limits(tmp_path: Path) -> None:
    """A first course of 50/25: no cumulative limit speaks of it; the dose is shown."""
    result = result_of(given(tmp_path, PRIOR, days=[date(2025, 5, 5)], drawn=["SpinalCord", "ThecalSac"]))
    assert {one.structure for one in entries(result, RULACH)} == {"SpinalCord", "ThecalSac"}
    assert {one.status for one in result.constraints} == {"not assessable"}
    assert entry(result, RULACH, "SpinalCord").value_upper == pytest.approx(50.0, abs=1e-3)


@pytest.mark.rule(4)
@pytest.mark.parametrize(("stated", "status"), [(3, "met"), (2, "exceeded")])
def test_an_organ_without_alpha_beta(tmp_path: Path, stated: int, status: str) -> None:
    """The liver has no entry of α/β: 24/4 twice is 86.4 at 3 Gy and 96 at 2 Gy. A limit of 90 sees the one its source names; the
    other stands beside it."""
    book = tolerance(tmp_path, organ="Liver", rule="max <= 90 Gy", alpha_beta_gy=stated)
    result = result_of(given(tmp_path / "in", (24.0, 4), (24.0, 4), drawn=["Liver"]), rulebook=str(book))
    one = entry(result, "centre-cord")
    assert one.value_upper == pytest.approx(2 * eqd2(24, 4, float(stated)), abs=1e-3)
    assert one.status == status
    others = [other.value_upper for other in one.alternatives if other.kind == "alpha_beta"]
    assert others == [pytest.approx(2 * eqd2(24, 4, 5.0 - stated), abs=1e-3)]


@pytest.mark.rule(13)
@pytest.mark.parametrize(("spared_gy", "status"), [(20.0, "exceeded"), (5.0, "met")])
def test_a_critical_volume_is_a_volume_that_is_spared(tmp_path: Path, spared_gy: float, status: str) -> None:
    """A centre asks for at least 3.5 cm³ of the liver below 21 Gy EQD2(3). Half of it gets 30/12 twice, the other half 20/12 twice
    (37.3 in all: nothing is spared) or 5/12 twice (6.8 in all).

    Between the voxels at -5 and 0 mm the dose falls in a straight line; 21 Gy lie where each course gives D with
    2 D (D/12 + 3) / 5 = 21, at x = -5 + 5 (30 - D) / 25 mm.
    """

    def halves(points: FloatArray) -> FloatArray:
        return np.where(points[:, 0] < 0, 30.0, spared_gy)

    book = tolerance(tmp_path, organ="Liver", rule="CV4cc<21Gy >= 3.5 cm³", alpha_beta_gy=3)
    drawn = [structure("Liver")]
    plans = [(OLD, plan(30.0, 12, "OLD", dose_gy=halves)), (NEW, plan(30.0, 12, "NEW", dose_gy=halves))]
    result = result_of(
        state(
            of_plans(tmp_path / "in", *plans, drawn=drawn), '[[alpha_beta]]\ntg263 = "Liver"\nvalue_gy = 3.0'
        ),
        rulebook=str(book),
    )
    one = entry(result, "centre-cord")
    assert (one.status, one.unit) == (status, "cm³")
    at_21_gy = (math.sqrt((3 * 12) ** 2 + 4 * 12 * 5 * 10.5) - 3 * 12) / 2
    edge_mm = -5.0 + 5.0 * (30.0 - at_21_gy) / 25.0
    whole = organ(result, "Liver").volume_cm3
    assert whole is not None
    assert one.value == pytest.approx(0.0 if spared_gy == 20 else whole * (10.0 - edge_mm) / 20.0, rel=0.02)
