"""Rule 12: cases in which a limit's source never looked come in; the dose is shown and the limit is not assessable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graybook.geometry.grid import Grid
from graybook.report.constraint_result import ConstraintResult
from phantoms import box, write_phantom
from rules.limit_cases import (
    CUMULATIVE,
    NEW,
    OF_REFERENCE,
    OLD,
    RULACH,
    SHARE,
    assumptions,
    condition,
    entry,
    given,
    of_plans,
    words,
)
from rules.patients import course, eqd2, plan, result_of, state, structure
from rules.test_rule_06_brachytherapy import brachy

PRIOR, SBRT = (50.0, 25), (10.0, 2)
HYTEC = (CUMULATIVE, OF_REFERENCE, SHARE)


def not_assessable(one: ConstraintResult, name: str, *, holds: bool | None = False) -> None:
    """The entry has its dose, no verdict, and the condition that says why."""
    assert one.status == "not assessable"
    assert one.value_upper is not None
    assert condition(one, name).holds is holds
    assert one.reason


@pytest.mark.rule(12)
def test_met_when_every_condition_holds(tmp_path: Path) -> None:
    """The case all others differ from in one thing: 50/25 then 10/2 after two years in the sac is met by HyTEC throughout."""
    result = result_of(given(tmp_path, PRIOR, SBRT))
    for limit in HYTEC:
        assert entry(result, limit).status == "met"


@pytest.mark.rule(12)
def test_interval_too_short(tmp_path: Path) -> None:
    """Four months between the courses: HyTEC looked from five months on."""
    result = result_of(given(tmp_path, PRIOR, SBRT, days=[date(2025, 1, 5), NEW]))
    for limit in HYTEC:
        not_assessable(entry(result, limit), "interval")
    assert entry(result, CUMULATIVE).value_upper == pytest.approx(67.5, abs=1e-3)


@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("day", "status"), [(date(2024, 11, 25), "not assessable"), (date(2024, 10, 25), "met")]
)
def test_the_interval_runs_from_the_end(tmp_path: Path, day: date, status: str) -> None:
    """25 sessions that began 5.3 months ago ended 4.2 months ago: too short for HyTEC, though the start is not; a month earlier it
    is long enough. The reckoned end is said."""
    result = result_of(given(tmp_path, PRIOR, SBRT, days=[day, NEW]))
    assert entry(result, CUMULATIVE).status == status
    assert "end_reckoned" in {one.code for one in result.findings}


@pytest.mark.rule(12)
def test_an_exceeded_limit_is_not_judged_either_outside_its_conditions(tmp_path: Path) -> None:
    """73.33 at four months: the dose, and no verdict in either direction."""
    result = result_of(given(tmp_path, PRIOR, (14.0, 3), days=[date(2025, 1, 5), NEW]))
    not_assessable(entry(result, CUMULATIVE), "interval")


@pytest.mark.rule(12)
def test_interval_unknown(tmp_path: Path) -> None:
    """An earlier course without any date: nobody knows whether five months have passed."""

    def undated(dataset: object) -> None:
        for name in (
            "RTPlanDate", "StudyDate", "SeriesDate", "InstanceCreationDate", "StructureSetDate", "ContentDate",
            "AcquisitionDate",
        ):  # fmt: skip
            if name in dataset:  # type: ignore[operator]
                setattr(dataset, name, "")

    drawn = [structure("ThecalSac")]
    early = plan(*PRIOR, "OLD", alter_plan=undated, alter_dose=undated)

    folder = write_phantom(
        tmp_path,
        [
            course("old", OLD, early, structures=drawn, alter_structures=undated),
            course("new", NEW, plan(*SBRT, "NEW"), structures=drawn),
        ],
    )
    result = result_of(folder, reference=str(NEW))
    not_assessable(entry(result, CUMULATIVE), "interval", holds=None)


@pytest.mark.rule(12)
def test_number_of_courses(tmp_path: Path) -> None:
    """Three courses: HyTEC knows one earlier course; its sum of three is shown."""
    result = result_of(given(tmp_path, (20.0, 10), (30.0, 15), SBRT, days=[date(2019, 3, 4), OLD, NEW]))
    not_assessable(entry(result, CUMULATIVE), "courses")
    assert entry(result, CUMULATIVE).value_upper == pytest.approx(67.5, abs=1e-3)


@pytest.mark.rule(12)
def test_fractionation(tmp_path: Path) -> None:
    """Today's course in 20 fractions: HyTEC is on 1 to 5."""
    result = result_of(given(tmp_path, (30.0, 15), (40.0, 20)))
    for limit in HYTEC:
        not_assessable(entry(result, limit), "fractions")


@pytest.mark.rule(12)
@pytest.mark.parametrize("where", ["graybook.toml", "options"])
def test_alpha_beta(tmp_path: Path, where: str) -> None:
    """A person sets the sac's α/β to 3: the dose at 3, no verdict by limits published at 2."""
    folder = given(tmp_path / "in", PRIOR, SBRT)
    said = {}
    if where == "options":
        said["options"] = assumptions(tmp_path, '[[alpha_beta]]\ntg263 = "ThecalSac"\nvalue_gy = 3\n')
    else:
        state(folder, '[[alpha_beta]]\ntg263 = "ThecalSac"\nvalue_gy = 3.0')
    one = entry(result_of(folder, **said), CUMULATIVE)
    not_assessable(one, "alpha_beta")
    assert one.value_upper == pytest.approx(50 + eqd2(10, 2, 3.0), abs=1e-3)


@pytest.mark.rule(12)
@pytest.mark.parametrize("name", ["SpinalCord", "SpinalCord_PRV03", "SpinalCanal"])
def test_structure_used(tmp_path: Path, name: str) -> None:
    """HyTEC judges the thecal sac. Below its limit the cord inside says nothing; the canal around it is below, so the sac is;
    a margin on the cord lies neither inside nor around."""
    found = [
        one
        for one in result_of(given(tmp_path, PRIOR, SBRT, drawn=[name])).constraints
        if one.id == CUMULATIVE
    ]
    if name == "SpinalCanal":
        assert [one.status for one in found] == ["met"]
    for one in found:
        assert condition(one, "structure").holds is False
    if name == "SpinalCord":
        not_assessable(found[0], "structure")
    if name == "SpinalCord_PRV03":
        assert {one.status for one in found} <= {"not assessable"}


@pytest.mark.rule(12)
def test_a_margin_is_not_the_cord(tmp_path: Path) -> None:
    """Rulach's 60 is on the cord. A margin around it above 60 may hold a cord below: not assessable; below 60 the cord is met."""
    above = result_of(given(tmp_path / "above", PRIOR, (14.0, 3), drawn=["SpinalCord_PRV03"]))
    not_assessable(entry(above, RULACH), "structure")
    below = result_of(given(tmp_path / "below", (30.0, 15), (20.0, 10), drawn=["SpinalCord_PRV03"]))
    assert entry(below, RULACH).status == "met"


@pytest.mark.rule(12)
def test_modality_brachytherapy(tmp_path: Path) -> None:
    """An earlier HDR course in files: external-beam limits are not judged, its dose is in the sum."""
    early = plan(35.0, 5, "HDR", alter_plan=brachy(), prescription_gy=None)
    result = result_of(of_plans(tmp_path, (OLD, early), (NEW, plan(*SBRT, "NEW"))))
    not_assessable(entry(result, CUMULATIVE), "modality")
    assert entry(result, CUMULATIVE).value_upper == pytest.approx(eqd2(35, 5) + eqd2(10, 2), abs=1e-3)


@pytest.mark.rule(12)
@pytest.mark.rule(15)
@pytest.mark.parametrize("limit", [CUMULATIVE, RULACH])
def test_modality_radionuclide(tmp_path: Path, limit: str) -> None:
    """Lutetium between two courses of beams: its dose is unknown and in no sum, so nothing external-beam is met."""
    folder = given(tmp_path, (30.0, 15), (10.0, 5), drawn=["SpinalCord", "ThecalSac"])
    name = "ThecalSac" if limit == CUMULATIVE else "SpinalCord"
    assert entry(result_of(folder), limit, name).status == "met"
    state(
        folder,
        '[[radionuclide]]\nnuclide = "Lu-177"\nagent = "DOTATATE"\ngiven = 2024-01-02\nactivity_gbq = 7.4',
    )
    one = entry(result_of(folder), limit, name)
    assert one.status == "not assessable"
    assert one.value_upper == pytest.approx(40.0, abs=1e-3)


@pytest.mark.rule(9)
@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("new", "status"), [((20.0, 10), "not assessable"), ((70.0, 35), "exceeded"), ((10.0, 5), "met")]
)
def test_part_of_the_cord_outside_a_grid(tmp_path: Path, new: tuple[float, int], status: str) -> None:
    """45/25 on the left half alone (42.75): a limit met at the low end only is not assessable, one passed by today's course is
    exceeded, one met at both ends is met. Rulach: 60.

    The half that the earlier grid leaves out is where today's whole dose falls.
    """
    half = Grid(
        frame=course().frame,
        shape=(31, 31, 16),
        origin_mm=np.array([-30.0, -30.0, -30.0]),
        spacing_mm=np.full(3, 2.0),
        axes=np.eye(3),
    )
    drawn = [structure("SpinalCord", box((2.0, -10.0, -10.0), (12.0, 10.0, 10.0)))]
    early = plan(45.0, 25, "OLD", grid=half)
    result = result_of(of_plans(tmp_path, (OLD, early), (NEW, plan(*new, "NEW")), drawn=drawn))
    one = entry(result, RULACH)
    assert (one.value, one.value_upper) == (
        pytest.approx(eqd2(*new)),
        pytest.approx(eqd2(45, 25) + eqd2(*new)),
    )
    assert one.status == status


@pytest.mark.rule(9)
@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("letter", "status"), [("", "met"), ('organs = ["SpinalCord"]\nnature = "photons"', "not assessable")]
)
def test_a_lower_bound_is_never_met(tmp_path: Path, letter: str, status: str) -> None:
    """A letter with no dose for a course that may have reached the cord: what was met is not assessable any more."""
    folder = given(tmp_path, (30.0, 15), (10.0, 5), drawn=["SpinalCord"])
    if letter:
        state(folder, f'[[course]]\nlabel = "letter"\nstart_date = 2010-03-01\n{letter}')
    one = entry(result_of(folder), RULACH)
    assert one.status == status


@pytest.mark.rule(9)
@pytest.mark.rule(12)
def test_a_lower_bound_that_exceeds_exceeds(tmp_path: Path) -> None:
    """A letter of photons of no known dose, where the courses with files alone exceed the limit: exceeded, with what they give."""
    folder = given(tmp_path, PRIOR, (14.0, 3), drawn=["SpinalCord"])
    letter = '[[course]]\nlabel = "letter"\nstart_date = 2010-03-01\norgans = ["SpinalCord"]'
    not_assessable(entry(result_of(state(folder, letter)), RULACH), "modality", holds=None)
    assert entry(result_of(state(folder, f'{letter}\nnature = "photons"')), RULACH).status == "exceeded"


CHANGES: dict[str, Callable[[Path], Path]] = {
    "interval": lambda folder: given(folder, PRIOR, SBRT, days=[date(2025, 1, 5), NEW]),
    "courses": lambda folder: given(folder, (20.0, 10), (30.0, 15), SBRT, days=[date(2019, 3, 4), OLD, NEW]),
    "fractions": lambda folder: given(folder, (30.0, 15), (40.0, 20)),
}


@pytest.mark.rule(12)
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("change", sorted(CHANGES))
def test_the_reason_names_what_was_asked_and_found(tmp_path: Path, change: str, language: str) -> None:
    """In both languages the sentence of an entry holds the figure required and the figure found."""
    one = entry(result_of(CHANGES[change](tmp_path), language=language), CUMULATIVE)
    check = condition(one, change)
    said = words(one).replace(",", ".")
    assert any(figure in said for figure in (check.required, check.required.strip("≥≤ ")))
    assert check.found.split(",")[0][:3] in said


@pytest.mark.rule(2)
@pytest.mark.rule(10)
def test_a_shift_in_a_uniform_dose_flips_nothing(tmp_path: Path) -> None:
    """25/25 + 25/25 of unknown order, then 14/3: limits see 73.33 (given together), and so they do when the earlier doses are
    displaced, for a uniform dose is everywhere the same; in their order it is 60.83."""
    drawn = [structure("ThecalSac")]
    early = course("old", OLD, plan(25, 25, "A"), plan(25, 25, "B"), structures=drawn)
    folder = write_phantom(tmp_path, [early, course("new", NEW, plan(14, 3, "N"), structures=drawn)])
    one = entry(result_of(folder), CUMULATIVE)
    found = {other.kind: other for other in one.alternatives}
    assert one.value_upper == pytest.approx(eqd2(50, 25) + eqd2(14, 3), abs=1e-3)
    assert found["shift"].value_upper == pytest.approx(one.value_upper, abs=1e-3)
    assert not found["shift"].flips
    assert found["order"].value_upper == pytest.approx(2 * eqd2(25, 25) + eqd2(14, 3), abs=1e-3)
    assert (found["order"].status, found["order"].flips) == ("met", True)
