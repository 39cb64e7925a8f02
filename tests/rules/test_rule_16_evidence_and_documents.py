"""Rule 16, evidence: courses with parts missing come in; they are graded, kept, and the documents hold the promised keys."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graybook.dicom.write_rtdose import WrittenDvh
from phantoms import PhantomPlan, PhantomRegistration, linear, write_phantom
from rules.patients import apart, course, eqd2, finding, organ, plan, result_of, run, scanned, structure

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)

GRADES: dict[str, tuple[dict[str, Any], PhantomPlan, str]] = {
    "all there": ({"image": True}, plan(40, 20), "A"),
    "no image": ({"image": False}, plan(40, 20), "B"),
    "no structures": ({"image": True, "structures": ()}, plan(40, 20), "B"),
    "prescription only": ({"image": True}, plan(40, 20, write_dose=False), "C"),
    "no prescription either": (
        {},
        plan(40, None, write_dose=False, prescription_gy=None, state_beam_dose=False),
        "D",
    ),
}


@pytest.mark.rule(16)
@pytest.mark.parametrize(("said", "old", "grade"), GRADES.values(), ids=GRADES.keys())
def test_grades(tmp_path: Path, said: dict[str, Any], old: PhantomPlan, grade: str) -> None:
    """A to D by what is there; C and D stay in the record and make every 3D number a lower bound."""
    first = apart(course("old", OLD, old, **said))
    second = course("new", NEW, plan(50, 25), image=True)
    link = PhantomRegistration(from_course=first, to_course=second, matrix=np.eye(4))
    write_phantom(tmp_path, [first, second], [link])
    result = result_of(tmp_path)
    assert result.courses[0].evidence_grade == grade
    assert organ(result).lower_bound == (grade in "CD")
    assert organ(result).cumulative.mean_gy == (90.0 if grade in "AB" else 50.0)
    assert result.courses[0].in_sum == (grade in "AB")
    graded = [one["evidence_grade"] for one in scanned(tmp_path)["persons"][0]["courses"]]
    assert graded[0] == grade


@pytest.mark.rule(16)
def test_a_phase_without_dose_is_a_lower_bound(tmp_path: Path) -> None:
    """One of two phases has no dose: the other counts, and every 3D number is a lower bound, said by name."""
    write_phantom(tmp_path, [course("c", NEW, plan(50, 25, "MAIN"), plan(10, 5, "BOOST", write_dose=False))])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    assert organ(result).lower_bound
    assert not organ(result).point_sum.complete
    assert finding(result, "BOOST", "lower bound")


@pytest.mark.rule(16)
def test_the_lower_bound_is_on_page_one(tmp_path: Path) -> None:
    """The headline of assess prints the sign of a lower bound beside the number."""
    plans = (plan(50, 25, "MAIN"), plan(10, 5, "BOOST", write_dose=False))
    write_phantom(tmp_path / "in", [course("c", NEW, *plans)])
    ran = run("assess", tmp_path / "in", "--out", tmp_path / "out")
    assert ran.exit_code == 0
    assert "≥ 50.00" in ran.stdout.replace("\u00a0", " ")


@pytest.mark.rule(16)
def test_a_dose_without_a_plan(tmp_path: Path) -> None:
    """A dose alone: dvh measures it over the one structure set of its frame, label null; assess does not convert it."""
    one = plan(50, 25, write_plan=False, reference_plan=False)
    write_phantom(tmp_path, [course("c", NEW, one)])
    ran = run("dvh", tmp_path, "--json", "--metrics", "D99%,D0.03cc,V20Gy[%]")
    assert ran.exit_code == 0
    (item,) = json.loads(ran.stdout)["plans"]
    assert item["label"] is None
    assert item["structures"][0]["mean_gy"] == 50.0
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy is None
    assert organ(result).lower_bound


@pytest.mark.rule(16)
def test_keys_of_dvh(tmp_path: Path) -> None:
    """dvh --json: the promised keys, names as found, metrics as typed, the planning system's own figures in Gy."""
    dvh = WrittenDvh(
        roi_number=1,
        bin_width_gy=1.0,
        volumes_cm3=(*([8.8] * 29), 4.4, 0.0),
        min_gy=29.01,
        mean_gy=30.02,
        max_gy=30.98,
    )
    one = plan(30, 15, "P 1", dvhs=(dvh,), dose_gy=linear(30.0, (0.1, 0.0, 0.0)))
    write_phantom(tmp_path, [course("c", NEW, one, structures=[structure("Moëlle  x"), structure("Heart")])])
    ran = run("dvh", tmp_path, "--json", "--metrics", "D99%, D0.03cc,V20Gy[%]")
    document = json.loads(ran.stdout)
    (item,) = document["plans"]
    assert {"id", "label", "structures"} <= set(item)
    assert item["label"] == "P 1"
    first, second = item["structures"]
    assert first["name"] == "Moëlle  x"
    for row in (first, second):
        assert {
            "name",
            "volume_cm3",
            "outside_grid_cm3",
            "min_gy",
            "mean_gy",
            "max_gy",
            "metrics",
            "tps",
        } <= set(row)
        assert set(row["metrics"]) == {"D99%", "D0.03cc", "V20Gy[%]"}
    assert second["tps"] is None
    assert first["tps"]["mean_gy"] == pytest.approx(30.02, abs=1e-4)
    assert first["tps"]["max_gy"] == pytest.approx(30.98, abs=1e-4)
    assert first["max_gy"] == pytest.approx(31.0, rel=1e-3)


@pytest.mark.rule(16)
def test_dvh_shows_plans_that_were_not_given(tmp_path: Path) -> None:
    """dvh is physical dose of every plan: also a rejected one, never added to another."""
    plans = (plan(50, 25, "REAL"), plan(66, 33, "BAD", approval="REJECTED"))
    write_phantom(tmp_path, [course("c", NEW, *plans)])
    ran = run("dvh", tmp_path, "--json")
    means = {one["label"]: one["structures"][0]["mean_gy"] for one in json.loads(ran.stdout)["plans"]}
    assert means == {"REAL": 50.0, "BAD": 66.0}


@pytest.mark.rule(16)
def test_dvh_does_not_stop_with_the_sessions(tmp_path: Path) -> None:
    """dvh is the planned dose of all fractions, whatever was delivered."""
    write_phantom(tmp_path, [course("c", NEW, plan(60, 30, "A", sessions=12))])
    (one,) = json.loads(run("dvh", tmp_path, "--json").stdout)["plans"]
    assert one["structures"][0]["mean_gy"] == 60.0


@pytest.mark.rule(16)
def test_keys_of_result(tmp_path: Path) -> None:
    """result.json has at least the promised keys, and courses' doses add to the cumulative of a uniform dose."""
    write_phantom(tmp_path, [course("old", OLD, plan(30, 10)), course("new", NEW, plan(50, 25))])
    result = result_of(tmp_path).model_dump(mode="json", by_alias=True)
    top = {
        "schema_version",
        "patient",
        "reference_course",
        "courses",
        "structures",
        "findings",
        "refusals",
        "provenance",
    }
    assert top <= set(result)
    for one in result["courses"]:
        assert {"id", "label", "start_date", "evidence_grade", "phases"} <= set(one)
        assert {"fractions_planned", "fractions_delivered", "status"} <= set(one["phases"][0])
    (cord,) = result["structures"]
    keys = "name tg263 alpha_beta_gy volume_cm3 outside_grid_cm3 cumulative cumulative_upper point_sum envelope courses"
    assert set(keys.split()) <= set(cord)
    assert {"id", "mean_gy", "max_gy"} <= set(cord["courses"][0])
    assert sum(one["mean_gy"] for one in cord["courses"]) == pytest.approx(cord["cumulative"]["mean_gy"])
    for one in result["findings"]:
        assert {"code", "severity", "subject", "text"} <= set(one)


@pytest.mark.rule(16)
def test_every_assumption_has_a_sentence(tmp_path: Path) -> None:
    """No finding, refusal or reason is empty, a bare key, or has a placeholder left over, in both languages."""
    drawn = [structure("Moelle"), structure("zz"), structure("PTV", kind="PTV")]
    old = apart(course("old", OLD, plan(54, 3, "OLD"), structures=drawn))
    plans = (plan(50, 25, "A", target="T"), plan(50, 20, "B", target="T"), plan(10, None, "C"))
    write_phantom(tmp_path, [old, course("new", NEW, *plans)])
    for language in ("en", "fr"):
        result = result_of(tmp_path, language=language)
        said = [(one.code, one.text) for one in result.findings] + [
            (one.code, one.text) for one in result.refusals
        ]
        for code, text in said:
            assert len(text) > 15
            assert "{" not in text
            assert text != code
        assert all(one.remedy for one in result.refusals)


@pytest.mark.rule(16)
def test_hand_check(tmp_path: Path) -> None:
    """What the annex needs, D, n and α/β, gives the course's EQD2 by hand."""
    write_phantom(tmp_path, [course("old", OLD, plan(30, 10)), course("new", NEW, plan(50, 20))])
    cord = organ(result_of(tmp_path))
    for one in cord.courses:
        assert one.physical_d0_03cc_gy is not None
        assert one.fractions is not None
        assert cord.alpha_beta_gy is not None
        by_hand = eqd2(one.physical_d0_03cc_gy, one.fractions, cord.alpha_beta_gy)
        assert one.d0_03cc_gy == pytest.approx(by_hand, abs=1e-6)
