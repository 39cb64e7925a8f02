"""The rows of one person, against figures written down by hand; and what keeps a person out."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from graybook.cohort.entry import NotPooled
from graybook.cohort.histogram import curves_of
from graybook.cohort.rows import rows
from graybook.cohort.schema import TABLE
from graybook.report.result import Result, json_text

DAYS = -7 * 7000

CURVES = (
    "structure,course,dose_gy_eqd2,volume_percent\n"
    "Moelle,a,0.0,100.0000\nMoelle,a,20.0,100.0000\nMoelle,a,40.0,0.0000\n"
    "Moelle,c,0.0,100.0000\nMoelle,c,20.0,0.0000\n"
    "Moelle,cumulative,0.0,100.0000\nMoelle,cumulative,20.0,100.0000\nMoelle,cumulative,60.0,0.0000\n"
)
"""Even distributions: 20 to 40 Gy, 0 to 20 Gy, 20 to 60 Gy; means 30, 10 and 40."""


def course(name: str, start: str | None, **values: Any) -> dict[str, Any]:
    """A course of one phase of 25 fractions."""
    phase = {
        "id": f"{name}-1", "label": None, "status": "delivered", "modality": "photon", "fractions_planned": 25,
        "fractions_delivered": 25, "in_sum": True, **values.pop("phase", {}),
    }  # fmt: skip
    basic = {"id": name, "label": "x", "start_date": start, "evidence_grade": "A", "modality": "photon"}
    return {**basic, "phases": [phase], **values}


def document(**values: Any) -> dict[str, Any]:
    """A person of 58 years with a course of 2015, a radionuclide of 2018, and a reference course of 2020."""
    told: dict[str, Any] = {
        "notice": "",
        "patient": {"id": "1", "name": "Doe^Jane", "birth_date": "1961-11-30", "sex": "F", "identities": []},
        "reference_course": "c",
        "courses": [
            course("a", "2015-01-05", interval_days=1800, evidence_grade="B"),
            course("b", "2018-03-01", end_date="2018-09-01", modality="radionuclide", in_sum=False),
            course("c", "2020-02-03", is_reference=True, phase={"status": "proposed"}),
        ],
        "structures": [
            {
                "name": "Moelle", "tg263": "SpinalCord", "kind": "organ", "alpha_beta_gy": 2.0, "alpha_beta_basis": "override",
                "alpha_beta_source": "Dr. Who; said so", "volume_cm3": 40.1234565, "outside_grid_cm3": 0.0,
                "cumulative": {"mean_gy": 40.0, "min_gy": 20.0, "max_gy": 60.0, "d0.03cc_gy": 59.9, "d2cc_gy": 58.123457},
                "cumulative_upper": {"mean_gy": 41.5}, "use": "3D sum", "judged": {"d0.03cc_gy": [59.9, 61.2]},
                "courses": [
                    {"id": "a", "mean_gy": 30.0, "max_gy": 40.0, "d0.03cc_gy": 39.9, "physical_mean_gy": 33.3, "fractions": 25},
                    {"id": "c", "mean_gy": 10.0, "max_gy": 20.0, "outside_grid_cm3": 0.5},
                ],
                "apart": [{"course": "b", "modality": "radionuclide", "dose_gy": 1.5, "eqd2_gy": 1.0, "eqd2_low_gy": 0.5,
                           "eqd2_high_gy": 2.0, "complete": True}],
            },
            {"name": "PTV Dr Who", "tg263": None, "kind": "target", "alpha_beta_gy": 10.0, "volume_cm3": 1, "outside_grid_cm3": 0},
        ],
        "clinical": {
            "reirradiation": {"type": "type I"},
            "outcome": {
                "vital_status": "dead", "death_date": "2021-02-03", "last_follow_up": "2021-01-01", "recurrence": True,
                "recurrence_date": "2020-02-04",
                "toxicity": [
                    {"organ": "spinal cord", "term": "Myelitis", "grade": 1, "date": "2020-03-01"},
                    {"organ": "Moelle", "term": "Myelitis", "grade": 3, "date": "2020-12-01"},
                    {"organ": "SpinalCord", "term": "Pain", "grade": 3, "date": "2020-06-01"},
                    {"organ": "", "term": "Fatigue", "grade": 2},
                ],
            },
        },
        "findings": [], "refusals": [],
        "provenance": {
            "created": "2026-01-01", "version": "0.1.0", "tables_edition": "2026-11",
            "alignments": [{"course": "a", "from_frame": "1", "to_frame": "2", "source": [], "error_mm": None, "approved": True,
                            "verdicts": [{"structure": "Moelle", "use": "3D sum with envelope"}]}],
        },
    }  # fmt: skip
    told |= values
    return json.loads(json_text(Result.model_validate(told)), parse_float=Decimal)  # type: ignore[no-any-return]


def made(told: dict[str, Any] | None = None, curves: str = CURVES) -> list[dict[str, Any]]:
    """The rows as dictionaries."""
    found = rows(
        document() if told is None else told, curves_of(curves.encode()), person="P", name="R", days=DAYS
    )
    found.table.validate(full=True)
    assert found.table.schema == TABLE
    return found.table.to_pylist()  # type: ignore[no-any-return]


def one(found: list[dict[str, Any]], structure: str, course: int | None) -> dict[str, Any]:
    """The only row of a structure and course."""
    (row,) = [row for row in found if (row["structure"], row["course"]) == (structure, course)]
    return row


def test_a_row_for_each_structure_and_course_and_the_sum() -> None:
    """Two structures, three courses and the sum: eight rows, the target by kind and number."""
    found = made()
    assert [(row["structure"], row["scope"], row["course"]) for row in found] == [
        (name, scope, number)
        for name in ("SpinalCord", "target-1")
        for scope, number in (("course", 1), ("course", 2), ("course", 3), ("cumulative", None))
    ]
    assert {row["courses"] for row in found} == {3}


def test_the_sum() -> None:
    """Metrics, both ends, and the points of an even distribution from 20 to 60 Gy, in whole small units."""
    row = one(made(), "SpinalCord", None)
    assert (row["eqd2_mean_ugy"], row["eqd2_mean_low_ugy"], row["eqd2_mean_high_ugy"]) == (
        40_000_000,
        40_000_000,
        41_500_000,
    )
    assert (row["eqd2_d0_03cc_low_ugy"], row["eqd2_d0_03cc_high_ugy"]) == (59_900_000, 61_200_000)
    assert (row["eqd2_d2cc_ugy"], row["eqd2_d0_1cc_ugy"]) == (58_123_457, None)
    assert (row["eqd2_d50pct_ugy"], row["eqd2_d98pct_ugy"]) == (40_000_000, 20_800_000)
    assert (row["v20gy_ppm"], row["v30gy_ppm"], row["v60gy_ppm"]) == (1_000_000, 750_000, 0)
    assert (row["volume_mm3"], row["alpha_beta_mgy"], row["alpha_beta_basis"]) == (40_123, 2000, "override")
    assert row["physical_mean_ugy"] is None  # physical doses of different courses are never added (rule 3)


def test_how_sure_the_sum_is() -> None:
    """The least sure status and the worst grade of what counts: a proposed course is no treatment."""
    row = one(made(), "SpinalCord", None)
    assert (row["status"], row["evidence_grade"], row["alignment_use"]) == ("proposed", "B", "3D sum")
    assert row["reirradiation"] == "type I"


def test_a_course() -> None:
    """A course has its own doses, status, alignment and part outside the grid; rule 15 keeps the radionuclide apart."""
    found = made()
    first, apart, last = (one(found, "SpinalCord", number) for number in (1, 2, 3))
    assert (first["eqd2_mean_ugy"], first["physical_mean_ugy"]) == (30_000_000, 33_300_000)
    assert (first["status"], first["alignment_use"], first["fractions"]) == (
        "delivered",
        "3D sum with envelope",
        25,
    )
    assert (first["lower_bound"], last["lower_bound"]) == (False, True)
    assert (first["reirradiation"], last["reirradiation"]) == (None, "type I")
    assert [row["apart"] for row in (first, apart, last)] == [False, True, False]
    assert [row["in_sum"] for row in (first, apart, last)] == [True, False, True]
    assert (apart["physical_mean_ugy"], apart["eqd2_mean_ugy"]) == (1_500_000, 1_000_000)
    assert (apart["eqd2_mean_low_ugy"], apart["eqd2_mean_high_ugy"]) == (500_000, 2_000_000)


def test_times() -> None:
    """Days between courses of one kind by the calendar; only ``start`` is a date, and it is moved."""
    found = made()
    start = date(2020, 2, 3)
    first, apart, last = (one(found, "SpinalCord", number) for number in (1, 2, 3))
    assert [row["interval_days"] for row in (first, apart, last)] == [None, None, 1800]
    assert last["since_first_days"] == (start - date(2015, 1, 5)).days
    assert (start - last["start"]).days == 7 * 7000
    assert last["age_years"] == 58
    assert one(found, "SpinalCord", None)["interval_days"] == 1800


def test_outcome() -> None:
    """Days from the start of the reference course; at the cord the highest grade and its first day, in every row."""
    for row in made()[:4]:
        assert (row["vital_status"], row["follow_up_days"]) == ("dead", 366)
        assert (row["recurrence"], row["recurrence_days"]) == (True, 1)
        assert (row["toxicity_grade"], row["toxicity_days"]) == (
            3,
            (date(2020, 6, 1) - date(2020, 2, 3)).days,
        )
    assert made()[4]["toxicity_grade"] is None


def test_a_day_before_the_reference_course_is_left_out() -> None:
    """What was seen before says nothing of what followed: NULL, and counted."""
    told = document()
    told["clinical"]["outcome"] |= {
        "vital_status": "alive",
        "death_date": None,
        "last_follow_up": "2020-02-02",
    }
    told["clinical"]["outcome"] |= {
        "recurrence": False,
        "recurrence_date": None,
        "toxicity": told["clinical"]["outcome"]["toxicity"][3:],
    }
    found = rows(told, {}, person="P", name="R", days=0)
    assert found.table.column("follow_up_days").null_count == 8
    assert {said.code: said.params["n"] for said in found.left_out} == {
        "pool_before_reference": 1,
        "pool_toxicity_elsewhere": 1,
    }


def test_death_without_a_day() -> None:
    """The day last seen is not the day of death."""
    told = document()
    told["clinical"]["outcome"]["death_date"] = None
    assert {row["follow_up_days"] for row in made(told)} == {None}
    assert {row["vital_status"] for row in made(told)} == {"dead"}


def test_nothing_a_person_wrote_enters() -> None:
    """Names of persons, structures and sources stay out; a TG-263 name that is none becomes a number."""
    told = document()
    told["structures"][0]["tg263"] = "Cord of Jane"
    text = json.dumps(made(told), default=str)
    assert not any(
        word in text for word in ("Jane", "Doe", "Moelle", "Who", "Myelitis", "2015-", "2020-", "1961")
    )
    assert {row["structure"] for row in made(told)} == {"organ-1", "target-1"}


def test_two_structures_of_one_name() -> None:
    """The second stands by its number: no two rows share person, structure, scope and course."""
    told = document()
    told["structures"][1] |= {"tg263": "SpinalCord", "kind": "organ"}
    found = made(told)
    assert {row["structure"] for row in found} == {"SpinalCord", "organ-1"}


def test_without_curves() -> None:
    """Without dvh.csv the points are NULL, everything else stands."""
    row = one(made(curves=CURVES[:45]), "SpinalCord", None)
    assert row["eqd2_d50pct_ugy"] is None
    assert row["v20gy_ppm"] is None
    assert row["eqd2_mean_ugy"] == 40_000_000


def test_what_was_not_given_does_not_count() -> None:
    """A course not given has no row and no number (rule 1)."""
    told = document()
    told["courses"][0]["phases"][0]["status"] = "not given"
    found = rows(told, {}, person="P", name="R", days=0).table.to_pylist()
    assert {row["courses"] for row in found} == {2}
    assert {row["since_first_days"] for row in found} == {0, (date(2020, 2, 3) - date(2018, 3, 1)).days}


def test_a_course_that_is_not_in_the_sum_makes_it_a_lower_bound() -> None:
    """Of beams; then the sum is of the others."""
    told = document()
    told["courses"][0] |= {"in_sum": False, "evidence_grade": "C"}
    row = one(made(told), "SpinalCord", None)
    assert (row["lower_bound"], row["evidence_grade"]) == (True, "A")


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (("structures", 0, "cumulative", "max_gy"), Decimal("-0.1"), "pool_out_of_range"),
        (("structures", 0, "volume_cm3"), Decimal("NaN"), "pool_not_finite"),
        (("structures", 0, "kind"), "organs", "pool_wrong_key"),
        (("structures", 0, "courses", 0, "id"), "z", "pool_wrong_key"),
        (("structures", 0, "use"), "Dr. Who says so", "pool_wrong_key"),
        (("structures", 0, "courses", 0, "mean_gy"), Decimal("19.0"), "pool_other_curves"),
        (("structures", 0, "name"), "Moelle 2", "pool_other_curves"),
        (("reference_course",), "z", "pool_wrong_key"),
        (("courses", 1, "id"), "a", "pool_wrong_key"),
        (("courses", 0, "start_date"), "2015-13-05", "pool_no_day"),
        (("courses", 0, "evidence_grade"), "E", "pool_wrong_key"),
        (("courses", 0, "modality"), "", "pool_wrong_key"),
        (("courses", 0, "phases", 0, "fractions_delivered"), -3, "pool_out_of_range"),
        (("patient", "birth_date"), "2020-02-04", "pool_out_of_range"),
        (("provenance", "version"), "/home/jane", "pool_wrong_key"),
        (("provenance", "version"), "dupont", "pool_wrong_key"),
        (("provenance", "version"), "0.1.0+dupont", "pool_wrong_key"),
        (("provenance", "tables_edition"), "dupont-2026", "pool_wrong_key"),
        (("provenance", "tables_edition"), "2026-13", "pool_wrong_key"),
        (("structures", 0, "alpha_beta_gy"), Decimal("0.0"), "pool_out_of_range"),
        (("patient", "birth_date"), "1800-01-01", "pool_out_of_range"),
        (("clinical", "outcome", "toxicity", 0, "grade"), 6, "pool_out_of_range"),
        (("clinical", "outcome", "vital_status"), "unknown", "pool_wrong_key"),
    ],
)
def test_what_breaks_a_rule_stays_out(place: tuple[str | int, ...], value: object, code: str) -> None:
    """One bad value keeps the whole result out, with its key."""
    told: Any = document()
    at = told
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    with pytest.raises(NotPooled) as error:
        rows(told, curves_of(CURVES.encode()), person="P", name="R", days=0)
    assert error.value.finding.code == code


def with_values(*changes: tuple[tuple[str | int, ...], object]) -> dict[str, Any]:
    """The document with some of its values others."""
    told: Any = document()
    for place, value in changes:
        at = told
        for step in place[:-1]:
            at = at[step]
        at[place[-1]] = value
    return told  # type: ignore[no-any-return]


OUTCOME = ("clinical", "outcome")


@pytest.mark.parametrize(
    ("changes", "key", "other"),
    [
        (
            [((*OUTCOME, "vital_status"), "alive")],
            "clinical.outcome.death_date",
            "clinical.outcome.vital_status",
        ),
        (
            [((*OUTCOME, "vital_status"), None)],
            "clinical.outcome.death_date",
            "clinical.outcome.vital_status",
        ),
        (
            [((*OUTCOME, "recurrence"), False)],
            "clinical.outcome.recurrence_date",
            "clinical.outcome.recurrence",
        ),
        (
            [((*OUTCOME, "recurrence"), None)],
            "clinical.outcome.recurrence_date",
            "clinical.outcome.recurrence",
        ),
        (
            [((*OUTCOME, "recurrence_date"), "2021-02-04")],
            "clinical.outcome.recurrence_date",
            "clinical.outcome.death_date",
        ),
        (
            [((*OUTCOME, "last_follow_up"), "2021-02-04")],
            "clinical.outcome.last_follow_up",
            "clinical.outcome.death_date",
        ),
        (
            [((*OUTCOME, "toxicity", 3, "date"), "2021-02-04")],
            "clinical.outcome.toxicity.3.date",
            "clinical.outcome.death_date",
        ),
        (
            [
                ((*OUTCOME, "vital_status"), "alive"),
                ((*OUTCOME, "death_date"), None),
                ((*OUTCOME, "last_follow_up"), "9999-12-31"),
            ],
            "clinical.outcome.last_follow_up",
            "provenance.created",
        ),
        ([((*OUTCOME, "death_date"), "2026-01-02")], "clinical.outcome.death_date", "provenance.created"),
        (
            [
                ((*OUTCOME, "vital_status"), "alive"),
                ((*OUTCOME, "death_date"), None),
                ((*OUTCOME, "toxicity", 0, "grade"), 5),
            ],
            "clinical.outcome.toxicity.0.grade",
            "clinical.outcome.vital_status",
        ),
        ([(("courses", 0, "end_date"), "1990-01-01")], "courses.0.end_date", "courses.0.start_date"),
        ([(("courses", 0, "end_date"), "2035-01-01")], "courses.0.end_date", "provenance.created"),
        ([(("courses", 0, "interval_days"), 6795)], "courses.0.interval_days", "courses.0.start_date"),
        ([(("courses", 0, "start_date"), "2018-03-02")], "courses.1.start_date", "the order of courses"),
        (
            [(("structures", 0, "cumulative", "min_gy"), Decimal("500"))],
            "structures.0.cumulative.min_gy",
            "structures.0.cumulative.d2cc_gy",
        ),
        (
            [(("structures", 0, "courses", 0, "mean_gy"), Decimal("40.1"))],
            "structures.0.courses.0.mean_gy",
            "structures.0.courses.0.max_gy",
        ),
        (
            [(("structures", 0, "cumulative_upper", "mean_gy"), Decimal("39.9"))],
            "structures.0.cumulative_upper.mean_gy",
            "structures.0.cumulative.mean_gy",
        ),
        (
            [(("structures", 0, "apart", 0, "eqd2_low_gy"), Decimal("1.1"))],
            "structures.0.apart.0.eqd2_low_gy",
            "structures.0.apart.0.eqd2_gy",
        ),
    ],
)
def test_what_cannot_both_be_true_stays_out(
    changes: list[tuple[tuple[str | int, ...], object]], key: str, other: str
) -> None:
    """Both places are named, with the value of the one that is listed."""
    with pytest.raises(NotPooled) as error:
        rows(with_values(*changes), {}, person="P", name="R", days=0)
    said = error.value.finding
    assert (said.code, said.params["key"], said.params["other"]) == ("pool_contradiction", key, other)
    at: Any = with_values(*changes)
    for step in key.split("."):
        at = at[int(step)] if step.isdigit() else at[step]
    assert said.params["value"] == str(at)


def test_seen_after_the_last_follow_up() -> None:
    """Until when the person was followed is not known: NULL and counted; the toxicity of 2020-12-01 stays."""
    told = with_values(
        ((*OUTCOME, "vital_status"), "alive"),
        ((*OUTCOME, "death_date"), None),
        ((*OUTCOME, "last_follow_up"), "2020-11-30"),
    )
    found = rows(told, {}, person="P", name="R", days=0)
    assert found.table.column("follow_up_days").null_count == 8
    assert {said.code for said in found.left_out} == {"pool_seen_later", "pool_toxicity_elsewhere"}
    assert found.table.column("recurrence_days").to_pylist() == [1] * 8


def test_a_proposed_course_may_be_in_the_future() -> None:
    """What is planned is no contradiction; its interval is to its planned start, here of 2026-03-01."""
    told = with_values(
        (("courses", 2, "start_date"), "2026-03-01"),
        (("courses", 0, "interval_days"), None),
        (("courses", 0, "end_date"), "2015-03-01"),
        (("clinical", "outcome"), None),
    )
    assert one(made(told), "SpinalCord", 3)["interval_days"] == (date(2026, 3, 1) - date(2015, 3, 1)).days
    told["courses"][2]["phases"][0]["status"] = "assumed delivered"
    with pytest.raises(NotPooled, match="pool_contradiction"):
        made(told)
