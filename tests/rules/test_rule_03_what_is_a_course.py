"""Rule 3, courses: plans of one person by dates and frames come in; courses and phases go out, doubts as questions."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from phantoms import PhantomPlan, write_phantom
from rules.patients import apart, course, finding, organ, plan, result_of, run, scanned, state

DAY = date(2025, 1, 6)


def _later(days: int, total_gy: float = 25, n: int = 25, label: str = "B") -> PhantomPlan:
    return plan(total_gy, n, label, day=DAY + timedelta(days=days))


@pytest.mark.rule(3)
@pytest.mark.parametrize(("days", "courses"), [(0, 1), (45, 1), (90, 1), (91, 2), (365, 2)])
def test_ninety_days(tmp_path: Path, days: int, courses: int) -> None:
    """Plans of one frame within 90 days are one course of two phases; one day more starts a new course."""
    write_phantom(tmp_path, [course("c", DAY, plan(25, 25, "A"), _later(days))])
    result = result_of(tmp_path)
    assert len(result.courses) == courses
    cord = organ(result)
    assert cord.cumulative.mean_gy == 37.5
    assert (cord.concurrent is not None) == (courses == 1)


@pytest.mark.rule(3)
def test_a_chain_of_dates(tmp_path: Path) -> None:
    """Each plan within 90 days of the one before: one course, though the last is 160 days after the first."""
    plans = (plan(10, 10, "A"), _later(80, 10, 10, "B"), _later(160, 10, 10, "C"))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    (found,) = result_of(tmp_path).courses
    assert [phase.label for phase in found.phases] == ["A", "B", "C"]


@pytest.mark.rule(3)
def test_two_frames_within_ninety_days_is_a_question(tmp_path: Path) -> None:
    """A second frame 30 days later is a second course, and a question to the user."""
    other = apart(course("d", DAY + timedelta(days=30), plan(25, 25, "B")))
    write_phantom(tmp_path, [course("c", DAY, plan(25, 25, "A")), other])
    result = result_of(tmp_path)
    assert len(result.courses) == 2
    assert any("frame" in one.text.lower() and "?" in one.text for one in result.findings)


@pytest.mark.rule(3)
def test_two_frames_long_apart_is_no_question(tmp_path: Path) -> None:
    """Ten years between two frames asks nothing."""
    other = apart(course("d", date(2015, 1, 6), plan(25, 25, "B")))
    write_phantom(tmp_path, [course("c", DAY, plan(25, 25, "A")), other])
    result = result_of(tmp_path)
    assert not any("frame" in one.text.lower() and "?" in one.text for one in result.findings)


@pytest.mark.rule(3)
def test_a_person_makes_a_course(tmp_path: Path) -> None:
    """[[course]] plans joins what the dates separate."""
    write_phantom(tmp_path, [course("c", DAY, plan(25, 25, "A"), _later(120))])
    assert len(result_of(tmp_path).courses) == 2
    state(tmp_path, '[[course]]\nplans = ["A", "B"]\nlabel = "Mediastinum"\nconcurrent = [["A", "B"]]')
    result = result_of(tmp_path)
    (found,) = result.courses
    assert found.label == "Mediastinum"
    assert organ(result).cumulative.mean_gy == 50.0


@pytest.mark.rule(3)
def test_reference_by_id_label_and_date(tmp_path: Path) -> None:
    """COURSE is an id, label or start date; the latest is the default; what names none is a wrong call (2) that lists them."""
    old = course("old", date(2015, 5, 4), plan(30, 10, "FIRST"))
    write_phantom(tmp_path / "in", [old, course("new", DAY, plan(50, 25, "SECOND"))])
    default = result_of(tmp_path / "in")
    first, second = default.courses
    assert default.reference_course == second.id
    for name in (first.id, first.label, "2015-05-04"):
        again = result_of(tmp_path / "in", reference=name)
        assert again.reference_course == first.id
        assert organ(again).cumulative.mean_gy == 87.5
    ran = run("assess", tmp_path / "in", "--out", tmp_path / "out", "--reference", "2016-01-01")
    assert ran.exit_code == 2
    assert first.id in ran.stderr
    assert second.id in ran.stderr


@pytest.mark.rule(3)
def test_ids_follow_the_content(tmp_path: Path) -> None:
    """The id of a course does not depend on the folder, and is the same in scan and assess."""
    folder = write_phantom(tmp_path / "in", [course("c", DAY, plan(25, 25, "A"))])
    elsewhere = write_phantom(tmp_path / "elsewhere" / "deep", [course("c", DAY, plan(25, 25, "A"))])
    (found,) = result_of(folder).courses
    (other,) = result_of(elsewhere).courses
    (listed,) = scanned(folder)["persons"][0]["courses"]
    assert found.id == other.id == listed["id"]


@pytest.mark.rule(3)
def test_phases_in_order_of_date_then_label(tmp_path: Path) -> None:
    """Phases stand in order of date, then label, whatever the order of files."""
    plans = (_later(20, 10, 5, "A boost"), plan(20, 10, "Z"), plan(20, 20, "M"))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    (found,) = result_of(tmp_path).courses
    assert [phase.label for phase in found.phases] == ["M", "Z", "A boost"]


@pytest.mark.rule(3)
def test_undated_plans_are_said(tmp_path: Path) -> None:
    """A plan without any date is not dropped and not dated by a guess in silence."""

    def undated(dataset: object) -> None:
        for keyword in (
            "RTPlanDate",
            "StudyDate",
            "SeriesDate",
            "ContentDate",
            "InstanceCreationDate",
            "AcquisitionDate",
        ):
            if keyword in dataset:  # type: ignore[operator]
                delattr(dataset, keyword)

    one = plan(50, 25, "NO DATE", alter_plan=undated, alter_dose=undated)
    write_phantom(tmp_path, [course("c", DAY, one, alter_structures=undated)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    assert result.courses[0].start_date is None
    assert finding(result, "date")
