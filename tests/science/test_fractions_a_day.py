"""Several fractions a day, from DICOM to the verdict: EQD2 with incomplete repair against the closed form of Thames 1985."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pydicom
import pytest

from graybook.report.result import Result
from phantoms import PhantomRegistration, rotation_z, write_phantom
from rules.limit_cases import assumptions, entry, tolerance
from rules.patients import (
    apart,
    codes,
    course,
    eqd2,
    finding,
    metrics,
    organ,
    plan,
    result_of,
    run,
    state,
    structure,
)

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)

TWICE = '[[phase]]\nplan = "PLAN"\nfractions_per_day = 2\ninterval_h = 6.0'
"""Six hours apart: usual in head and neck."""


def half_time(folder: Path, hours: float, organ_name: str = "SpinalCord", name: str = "options.toml") -> Path:
    """A half-time of repair as a named person assumes it."""
    return assumptions(folder, f'[[repair]]\ntg263 = "{organ_name}"\nhalf_time_h = {hours}\n', name)


def given(
    folder: Path,
    total_gy: float,
    fractions: int,
    *stated: str,
    organ_name: str = "SpinalCord",
    earlier: bool = False,
    **said: Any,
) -> Result:
    """A course of uniform dose on one organ, with what a person states of it; ``earlier``: after 20 Gy in 10."""
    drawn = [structure(organ_name)]
    old = course("old", OLD, plan(20, 10, "OLD"), structures=drawn)
    new = course("c", NEW, plan(total_gy, fractions), structures=drawn)
    write_phantom(folder / "in", [old, new] if earlier else [new])
    return result_of(state(folder / "in", *stated), **said)


def values(result: Result, organ_name: str = "SpinalCord") -> tuple[set[Any], set[Any]]:
    """Every metric of the sum at both ends, each once: all are one in a uniform dose."""
    one = organ(result, organ_name)
    return set(metrics(one.cumulative).values()), set(metrics(one.cumulative_upper).values())


@pytest.mark.rule(2)
def test_cord_twice_a_day(tmp_path: Path) -> None:
    """1.2 Gy twice a day 6 h apart, half-time 4 h: 4.349117 Gy of BED a day (derived from Thames 1985), 30 days of it."""
    result = given(tmp_path, 72.0, 60, TWICE, options=half_time(tmp_path, 4.0))
    h = 2.0 ** (-6.0 / 4.0)
    closed = 72.0 * ((1.0 + h) * 1.2 + 2.0) / 4.0
    assert closed == pytest.approx(30 * 4.349117 / 2.0, abs=2e-5)
    assert values(result) == ({round(closed, 6)}, {round(closed, 6)})
    assert closed > 1.1 * eqd2(72.0, 60)
    cord = organ(result)
    assert (cord.repair_half_time_h, cord.repair_basis) == (4.0, "override")
    assert "A. Physicist" in cord.repair_source
    phase = result.courses[0].phases[0]
    assert (phase.fractions_per_day, phase.interval_h) == (2, 6.0)


@pytest.mark.rule(2)
def test_three_a_day(tmp_path: Path) -> None:
    """Three times 1.5 Gy 4 h apart, half-time 4 h: 10.6875 Gy of BED a day exactly, ten days of it."""
    stated = '[[phase]]\nplan = "PLAN"\nfractions_per_day = 3\ninterval_h = 4.0'
    result = given(tmp_path, 45.0, 30, stated, options=half_time(tmp_path, 4.0))
    assert values(result) == ({53.4375}, {53.4375})
    assert organ(result).point_sum.bound_d0_03cc_gy == 53.4375
    assert organ(result).courses[0].d0_03cc_gy == 53.4375


@pytest.mark.rule(2)
def test_the_cord_of_the_table(tmp_path: Path) -> None:
    """Without a word of a person the cord repairs with 4.1 h (Bender & Tome 2012), and the source stands beside it."""
    result = given(tmp_path, 72.0, 60, TWICE)
    closed = 72.0 * ((1.0 + 2.0 ** (-6.0 / 4.1)) * 1.2 + 2.0) / 4.0
    assert values(result)[0] == {round(closed, 6)}
    cord = organ(result)
    assert (cord.repair_half_time_h, cord.repair_basis) == (4.1, "table")
    assert "Bender" in cord.repair_source
    assert "display_complete_repair" in codes(result)
    assert not codes(result) & {"repair_unknown", "repair_night", "interval_not_stated"}


@pytest.mark.rule(2)
def test_an_odd_number_of_fractions(tmp_path: Path) -> None:
    """Five fractions of 2 Gy: two days of two and one of one, whose fraction meets no damage."""
    result = given(tmp_path, 10.0, 5, TWICE, options=half_time(tmp_path, 6.0))
    pair = 2 * 2.0 * (1.5 * 2.0 + 2.0) / 4.0
    assert values(result)[0] == {2 * pair + 2.0}


@pytest.mark.rule(2)
def test_complete_repair_is_once_a_day(tmp_path: Path) -> None:
    """With repair at once, twice a day is once a day: 72 Gy in 60 is 57.6."""
    result = given(tmp_path, 72.0, 60, TWICE, options=half_time(tmp_path, 0))
    assert values(result) == ({57.6}, {57.6})


@pytest.mark.rule(2)
def test_once_a_day_is_as_before(tmp_path: Path) -> None:
    """Stated as one a day, nothing of the result changes but the statement; no word of repair is in it."""
    said, silent = (
        given(tmp_path / "a", 72.0, 60, '[[phase]]\nplan = "PLAN"\nfractions_per_day = 1'),
        given(tmp_path / "b", 72.0, 60),
    )
    assert said.structures == silent.structures
    assert said.courses == silent.courses
    assert said.findings == silent.findings
    cord = organ(silent)
    assert (cord.repair_half_time_h, cord.repair_basis, cord.repair_source) == (None, "", "")


@pytest.mark.rule(9)
def test_without_a_half_time_both_ends(tmp_path: Path) -> None:
    """The brainstem has no half-time: 72 Gy in 60 from complete repair to 2.4 Gy at once, said with what it would rise by."""
    result = given(tmp_path, 72.0, 60, TWICE, organ_name="Brainstem")
    stem = organ(result, "Brainstem")
    ratio = stem.alpha_beta_gy
    assert ratio is not None
    low, high = eqd2(72.0, 60, ratio), eqd2(72.0, 30, ratio)
    assert values(result, "Brainstem") == ({round(low, 6)}, {round(high, 6)})
    assert (stem.repair_half_time_h, stem.repair_basis) == (None, "no entry")
    assert stem.point_sum.bound_d0_03cc_gy == pytest.approx(high)
    assert finding(result, "repair_unknown", "Brainstem", f"{high - low:.2f}")


@pytest.mark.rule(9)
@pytest.mark.parametrize(("limit_gy", "status"), [(70, "exceeded"), (85, "not assessable"), (100, "met")])
def test_a_limit_sees_both_ends(tmp_path: Path, limit_gy: int, status: str) -> None:
    """α/β 2: 20 and 72 Gy in 60, 57.6 to 79.2, in a brainstem: 77.6 to 99.2; met only if both ends are."""
    book = tolerance(tmp_path, organ="Brainstem", rule=f"max <= {limit_gy} Gy", alpha_beta_gy=2)
    wish = assumptions(tmp_path, '[[alpha_beta]]\ntg263 = "Brainstem"\nvalue_gy = 2.0\n')
    result = given(
        tmp_path, 72.0, 60, TWICE, organ_name="Brainstem", earlier=True, rulebook=str(book), options=wish
    )
    one = entry(result, "centre-cord")
    assert (one.value, one.value_upper) == (77.6, 99.2)
    assert one.status == status, one.reason


@pytest.mark.rule(12)
def test_a_scenario_with_another_half_time(tmp_path: Path) -> None:
    """And if it were 6 h? Half is left after 6 h: 68.4 after 20 Gy becomes the scenario's cord; the headline keeps 4.1 h."""
    wish = half_time(tmp_path, 6.0, name="six.toml")
    book = tolerance(tmp_path, rule="max <= 87 Gy")
    result = given(tmp_path, 72.0, 60, TWICE, earlier=True, scenarios=[wish], rulebook=str(book))
    (scenario,) = result.scenarios
    closed = 20.0 + 72.0 * (1.5 * 1.2 + 2.0) / 4.0
    (shown,) = scenario.structures
    assert shown.max_gy == pytest.approx(closed)
    assert scenario.constraints[0].value_upper == pytest.approx(closed)
    assert "6 h" in scenario.assumptions[0]
    headline = 20.0 + 72.0 * ((1.0 + 2.0 ** (-6.0 / 4.1)) * 1.2 + 2.0) / 4.0
    assert entry(result, "centre-cord").value_upper == pytest.approx(headline, abs=1e-6)
    assert (entry(result, "centre-cord").status, scenario.constraints[0].status) == ("met", "exceeded")


@pytest.mark.rule(10)
def test_the_shift_envelope_sees_the_same(tmp_path: Path) -> None:
    """An earlier course twice a day in another frame: the envelope of a uniform dose is the sum itself, at both ends."""
    old = apart(
        course("old", OLD, plan(72, 60, "PLAN"), structures=[structure("SpinalCord"), structure("Brainstem")])
    )
    new = course(
        "new", NEW, plan(20, 10, "NEW"), structures=[structure("SpinalCord"), structure("Brainstem")]
    )
    write_phantom(
        tmp_path,
        [old, new],
        registrations=[PhantomRegistration(from_course=old, to_course=new, matrix=rotation_z(0.0))],
    )
    result = result_of(state(tmp_path, TWICE))
    for name in ("SpinalCord", "Brainstem"):
        one = organ(result, name)
        assert one.envelope is not None
        assert one.envelope.max_gy == pytest.approx(
            (one.cumulative.max_gy, one.cumulative_upper.max_gy), abs=1e-5
        )
        assert one.envelope.d0_03cc_gy == one.envelope.max_gy


@pytest.mark.rule(2)
def test_phases_in_the_same_sessions(tmp_path: Path) -> None:
    """Two plans in the same sessions, twice a day: 0.6 + 0.6 Gy are 1.2 Gy, and the larger H_m holds for both."""
    write_phantom(tmp_path / "in", [course("c", NEW, plan(36, 60, "PLAN"), plan(36, 60, "OTHER"))])
    folder = state(
        tmp_path / "in", TWICE, '[[course]]\ncourse = "2025-05-05"\nconcurrent = [["PLAN", "OTHER"]]'
    )
    result = result_of(folder, options=half_time(tmp_path, 6.0))
    assert values(result)[0] == {68.4}


@pytest.mark.rule(2)
def test_the_brain_does_not_repair_over_night(tmp_path: Path) -> None:
    """Half of the damage in 38.1 h: 2^(-18/38.1), 72.1 %, is left the next morning, and that is said."""
    result = given(tmp_path, 72.0, 60, TWICE, organ_name="Brain")
    assert organ(result, "Brain").repair_half_time_h == 38.1
    assert finding(result, "repair_night", "Brain", "72.1")


def touched(folder: Path, modality: str, **changes: Any) -> None:
    """Change every file of a modality: ``pattern`` of the fraction group, or ``day`` of each second record."""
    for place, path in enumerate(sorted(path for path in folder.rglob("*") if path.is_file())):
        data = pydicom.dcmread(path, force=True)
        if data.get("Modality") != modality:
            continue
        if "pattern" in changes:
            data.FractionGroupSequence[0].NumberOfFractionPatternDigitsPerDay = changes["digits"]
            data.FractionGroupSequence[0].FractionPattern = changes["pattern"]
        elif place:
            data.TreatmentDate = changes["day"]
        data.save_as(path)


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    ("digits", "pattern", "said"),
    [(2, "11111111110000", True), (2, "10101010100000", False), (1, "1111100", False), (2, "abc", False)],
)
def test_a_pattern_of_two_a_day_is_asked_about(tmp_path: Path, digits: int, pattern: str, said: bool) -> None:
    """A Fraction Pattern with two fractions on one day is a question, never a guess: repair stays complete until answered."""
    write_phantom(tmp_path, [course("c", NEW, plan(72, 60))])
    touched(tmp_path, "RTPLAN", digits=digits, pattern=pattern)
    result = result_of(tmp_path)
    assert ("interval_not_stated" in codes(result)) == said
    assert values(result)[0] == {57.6}
    for answer in (TWICE, '[[phase]]\nplan = "PLAN"\nfractions_per_day = 1'):
        assert "interval_not_stated" not in codes(result_of(state(tmp_path, answer)))


@pytest.mark.rule(2)
def test_two_records_on_one_day_are_asked_about(tmp_path: Path) -> None:
    """Treatment records of two sessions on one date are the same question; one a day is none."""
    write_phantom(tmp_path, [course("c", NEW, plan(72, 60, sessions=60))])
    assert "interval_not_stated" not in codes(result_of(tmp_path))
    touched(tmp_path, "RTRECORD", day="20250701")
    result = result_of(tmp_path)
    assert "interval_not_stated" in codes(result)
    assert finding(result, "interval", "complete repair")


@pytest.mark.rule(9)
def test_a_course_on_paper(tmp_path: Path) -> None:
    """A letter that says 72 Gy in 60, twice a day 6 h apart, over the cord enters the point sum with the same formula."""
    write_phantom(tmp_path / "in", [course("c", NEW, plan(20, 10))])
    paper = (
        '[[course]]\nlabel = "LETTER"\nstart_date = 2015-05-04\nsite = "neck"\norgans = ["SpinalCord"]\n'
        "total_gy = 72.0\nfractions = 60\nfractions_per_day = 2\ninterval_h = 6.0"
    )
    result = result_of(state(tmp_path / "in", paper), options=half_time(tmp_path, 6.0))
    cord = organ(result)
    assert cord.point_sum.customary_d0_03cc_gy == pytest.approx(20.0 + 72.0 * (1.5 * 1.2 + 2.0) / 4.0)
    assert cord.repair_half_time_h == 6.0


@pytest.mark.rule(17)
def test_the_display_volume_says_complete_repair(tmp_path: Path) -> None:
    """eqd2_total.dcm of 72 Gy in 60 at α/β 3 is 60.48 Gy, repair complete, and its comment says so; once a day it says nothing."""
    write_phantom(tmp_path / "in", [course("c", NEW, plan(72, 60))])
    for stated in ((), (TWICE,)):
        ran = run("assess", state(tmp_path / "in", *stated), "--out", tmp_path / "out")
        assert ran.exit_code == 0, ran.output
        written = pydicom.dcmread(tmp_path / "out" / "eqd2_total.dcm")
        assert float(written.DoseGridScaling) * written.pixel_array.max() == pytest.approx(60.48, abs=1e-3)
        assert ("Full repair" in written.DoseComment) == bool(stated)
        assert len(written.DoseComment) <= 64
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    for words in ("2 a day 6 h apart", "SpinalCord 4.1 h", "Thames 1985", "Bender", "H_m 0.3626"):
        assert words in page, words
