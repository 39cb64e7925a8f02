"""Rule 13: small organs and critical volumes come in; an undefined metric stays undefined and V-below is no D."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from phantoms import box, linear, write_phantom
from rules.patients import course, organ, plan, result_of, run, structure

DAY = date(2025, 5, 5)
SMALL = structure("SpinalCord", box((-5.0, -5.0, -4.0), (5.0, 5.0, 5.0)), slice_mm=1.0)
"""Ten planes of 1 cm² 1 mm apart: 1 cm³."""


@pytest.mark.rule(13)
def test_d2cc_of_one_cm3(tmp_path: Path) -> None:
    """D2cc of a 1 cm³ organ is null at both ends; D0.1cc is not, and JSON says null."""
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25), structures=[SMALL])])
    result = result_of(tmp_path)
    cord = organ(result)
    assert cord.volume_cm3 == pytest.approx(1.0, rel=0.02)
    assert cord.cumulative.d2cc_gy is None
    assert cord.cumulative_upper.d2cc_gy is None
    assert cord.cumulative.d0_1cc_gy == 50.0
    assert '"d2cc_gy": null' in json.dumps(result.model_dump(mode="json", by_alias=True))


@pytest.mark.rule(13)
def test_d2cc_of_one_cm3_in_dvh(tmp_path: Path) -> None:
    """The same in dvh: null under the key as typed, beside a defined D0.03cc."""
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25), structures=[SMALL])])
    ran = run("dvh", tmp_path, "--json", "--metrics", "D2cc, D0.03cc")
    (one,) = json.loads(ran.stdout)["plans"][0]["structures"]
    assert one["metrics"] == {"D2cc": None, "D0.03cc": 50.0}


@pytest.mark.rule(13)
def test_d2cc_of_exactly_what_is_there(tmp_path: Path) -> None:
    """A structure smaller than 0.03 cm³ has neither D0.03cc nor D0.1cc, but a maximum."""
    speck = structure("SpinalCord", box((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0)), slice_mm=1.0)
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25), structures=[speck])])
    cord = organ(result_of(tmp_path))
    assert cord.volume_cm3 is not None
    assert cord.volume_cm3 < 0.03
    assert cord.cumulative.d0_03cc_gy is None
    assert cord.cumulative.d0_1cc_gy is None
    assert cord.point_sum.customary_d0_03cc_gy is None
    assert cord.cumulative.max_gy == 50.0


@pytest.mark.rule(13)
def test_the_bound_of_an_organ_between_v_and_v_over_n(tmp_path: Path) -> None:
    """Two courses on 0.06 cm³: D0.1cc is undefined, so its bound from two D0.05cc is not given either."""
    small = structure("SpinalCord", box((-2.0, -2.0, -1.0), (2.0, 2.0, 2.0)), slice_mm=1.0)
    courses = [
        course("old", date(2015, 5, 4), plan(30, 15), structures=[small]),
        course("new", DAY, plan(50, 25), structures=[small]),
    ]
    write_phantom(tmp_path, courses)
    cord = organ(result_of(tmp_path))
    assert cord.volume_cm3 is not None
    assert 0.05 < cord.volume_cm3 < 0.1
    assert cord.cumulative.d0_1cc_gy is None
    assert cord.point_sum.bound_d0_1cc_gy is None
    assert cord.point_sum.bound_d0_03cc_gy == 80.0


@pytest.mark.rule(13)
def test_critical_volume(tmp_path: Path) -> None:
    """Dose 30 + 2 x Gy on -10..10 mm: below 20 Gy lies the quarter x < -5 mm; D is another kind of number."""
    one = plan(30, 15, dose_gy=linear(30.0, (2.0, 0.0, 0.0)))
    write_phantom(
        tmp_path, [course("c", DAY, one, spacing_mm=(1.0, 5.0, 5.0), structures=[structure("Liver")])]
    )
    ran = run("dvh", tmp_path, "--json", "--metrics", "CV2cc<20Gy,V20Gy[cc]")
    (liver,) = json.loads(ran.stdout)["plans"][0]["structures"]
    assert liver["metrics"]["CV2cc<20Gy"] == pytest.approx(liver["volume_cm3"] / 4, rel=0.02)
    assert liver["metrics"]["V20Gy[cc]"] == pytest.approx(liver["volume_cm3"] * 3 / 4, rel=0.02)


@pytest.mark.rule(13)
def test_max_is_the_point_maximum(tmp_path: Path) -> None:
    """The maximum is that of the surface point, not a near-maximum: 30 + 2 x 10 = 50 Gy at x = 10 mm."""
    one = plan(30, 15, dose_gy=linear(30.0, (2.0, 0.0, 0.0)))
    write_phantom(tmp_path, [course("c", DAY, one)])
    ran = run("dvh", tmp_path, "--json", "--metrics", "max,D0.03cc")
    (cord,) = json.loads(ran.stdout)["plans"][0]["structures"]
    assert cord["max_gy"] == pytest.approx(50.0, rel=1e-3)
    assert cord["metrics"]["max"] == cord["max_gy"]
    assert cord["metrics"]["D0.03cc"] < cord["max_gy"]


@pytest.mark.rule(13)
@pytest.mark.parametrize("typed", ["D", "D0.03", "V20", "VGy", "CV<21Gy", "D95%,,D2cc;", "D-1cc"])
def test_a_metric_that_does_not_say_what_it_is(tmp_path: Path, typed: str) -> None:
    """A metric without its unit is a wrong call (2), explained on stderr, never guessed."""
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25))])
    ran = run("dvh", tmp_path, "--json", "--metrics", typed)
    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert ran.stderr
