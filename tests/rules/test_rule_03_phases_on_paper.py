"""Rule 3 on paper: phases of one course known from a letter are converted each by itself, then added."""

from __future__ import annotations

from pathlib import Path

import pytest

from graybook.errors import InputError
from graybook.files.settings import parse
from graybook.report.annex import check_section
from graybook.report.blocks import Table
from graybook.report.wording import Wording
from rules.patients import SIGNED, codes, eqd2, organ, result_of, scanned

PERSON = '[person]\npatient_id = "IPP-1"\nname = "DURAND^Marie"\nbirth_date = 1950-02-03\nsex = "F"\n'
COURSE = f'[[course]]\nlabel = "breasts"\nintent = "curative"\n{SIGNED}'
LEFT = """
[[course.phase]]
label = "left tangents"
start_date = 2021-09-06
end_date = 2021-09-08
nature = "photons"
fractions = 3
dose = [
    { target = "Left breast", total_gy = 9, site = "breast", side = "left" },
    { target = "Left boost", total_gy = 9, site = "breast", side = "left" },
]
"""
RIGHT = """
[[course.phase]]
label = "right tangents"
start_date = 2021-09-13
end_date = 2021-09-15
nature = "photons"
fractions = 3
target = "Right breast"
total_gy = 9
site = "breast"
side = "right"
"""
BOOST = """
[[course.phase]]
label = "left boost"
start_date = 2021-09-14
end_date = 2021-09-17
nature = "electrons"
fractions = 4
target = "Left boost"
total_gy = 8
site = "breast"
side = "left"
"""
AT_3 = f'[[alpha_beta]]\ntg263 = "{{}}"\nvalue_gy = 3.0\n{SIGNED}'


def letter(folder: Path, *parts: str) -> Path:
    """A folder that holds nothing but these tables."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "graybook.toml").write_text("\n".join((PERSON, *parts)), encoding="utf-8")
    return folder


@pytest.mark.rule(3)
def test_each_phase_is_converted_then_added(tmp_path: Path) -> None:
    """9 Gy in 3 and 8 Gy in 4 on the left breast are 10.8 + 8.0 = 18.8 at α/β 3, not the 18.46 of 17 Gy in 7; the right 10.8."""
    sides = [AT_3.format(name) for name in ("Breast_L", "Breast_R")]
    result = result_of(letter(tmp_path, COURSE, LEFT, RIGHT, BOOST, *sides))
    left, right = organ(result, "Breast_L"), organ(result, "Breast_R")
    assert left.point_sum.customary_d0_03cc_gy == pytest.approx(eqd2(9, 3, 3.0) + eqd2(8, 4, 3.0), abs=1e-6)
    assert left.point_sum.customary_d0_03cc_gy == 18.8
    assert left.point_sum.bound_d0_03cc_gy == 18.8
    assert right.point_sum.customary_d0_03cc_gy == 10.8
    (row,) = left.courses
    assert (row.d0_03cc_gy, row.physical_d0_03cc_gy, row.fractions) == (18.8, 17.0, None)


@pytest.mark.rule(9)
def test_a_phase_given_elsewhere_leaves_the_sum_open(tmp_path: Path) -> None:
    """A phase on the other breast, or of nobody knows where, may have reached the organ: the sum is not complete without it."""
    cases = {"alone": (LEFT, BOOST), "other side": (LEFT, RIGHT), "nowhere": (LEFT, BOOST.split("site =")[0])}
    complete = {
        name: organ(result_of(letter(tmp_path / name, COURSE, *parts)), "Breast_L").point_sum.complete
        for name, parts in cases.items()
    }
    assert complete == {"alone": True, "other side": False, "nowhere": False}


@pytest.mark.rule(3)
def test_a_course_lasts_from_its_first_phase_to_its_last(tmp_path: Path) -> None:
    """Dates and energies of the course are those of its phases; scan shows each with its own fractions; grade C."""
    document = scanned(letter(tmp_path, COURSE, LEFT, RIGHT, BOOST))
    (course,) = document["persons"][0]["courses"]
    assert (course["start_date"], course["end_date"]) == ("2021-09-06", "2021-09-17")
    assert course["evidence_grade"] == "C"
    assert [(one["label"], one["fractions_delivered"]) for one in course["phases"]] == [
        ("left tangents", 3),
        ("right tangents", 3),
        ("left boost", 4),
    ]


@pytest.mark.rule(2)
def test_phases_that_share_days_may_share_sessions(tmp_path: Path) -> None:
    """9 Gy in 3 and 8 Gy in 4 over the same days: 18.8 one after the other; three sessions of 5 Gy and one of 2 are 26 above."""
    same = BOOST.replace("2021-09-14", "2021-09-06").replace("2021-09-17", "2021-09-09")
    result = result_of(letter(tmp_path, COURSE, LEFT, same, AT_3.format("Breast_L")))
    points = organ(result, "Breast_L").point_sum
    assert points.customary_d0_03cc_gy == 18.8
    assert points.bound_d0_03cc_gy == pytest.approx(3 * eqd2(5, 1, 3.0) + eqd2(2, 1, 3.0), abs=1e-6) == 26.0
    assert "paper_phases_share_days" in codes(result)


@pytest.mark.rule(1)
def test_a_phase_that_was_not_given_adds_nothing(tmp_path: Path) -> None:
    """The boost stated as not given: the left breast has 10.8 at α/β 3."""
    never = f'{BOOST}status = "not_given"\n'
    result = result_of(letter(tmp_path, COURSE, LEFT, never, AT_3.format("Breast_L")))
    assert organ(result, "Breast_L").point_sum.customary_d0_03cc_gy == 10.8


@pytest.mark.rule(5)
def test_fractions_of_one_phase_unknown(tmp_path: Path) -> None:
    """A phase without fractions: nothing of the course is converted, and it is said; with 2 to 8 the ends are 17.87 and 22.00."""
    bare = BOOST.replace("fractions = 4\n", "")
    result = result_of(letter(tmp_path / "a", COURSE, LEFT, bare, AT_3.format("Breast_L")))
    assert organ(result, "Breast_L").point_sum.customary_d0_03cc_gy is None
    assert {"paper_fractions_unknown", "paper_not_converted"} <= codes(result)
    ranged = BOOST.replace("fractions = 4", "fractions_min = 2\nfractions_max = 8")
    points = organ(
        result_of(letter(tmp_path / "b", COURSE, LEFT, ranged, AT_3.format("Breast_L"))), "Breast_L"
    ).point_sum
    assert points.customary_d0_03cc_gy == pytest.approx(10.8 + eqd2(8, 8, 3.0), abs=1e-6)
    assert points.bound_d0_03cc_gy == pytest.approx(10.8 + eqd2(8, 2, 3.0), abs=1e-6)


@pytest.mark.rule(3)
def test_an_organ_dose_of_the_whole_course_lies_between_two_ends(tmp_path: Path) -> None:
    """14 Gy stated over 3 + 4 sessions: at least seven alike, at most all of it in the three of one phase."""
    stated = COURSE + 'organ_dose = [{ organ = "SpinalCord", dose_gy = 14, metric = "max" }]\n'
    points = organ(result_of(letter(tmp_path, stated, LEFT, BOOST))).point_sum
    assert points.customary_d0_03cc_gy == pytest.approx(eqd2(14, 7), abs=1e-6) == 14.0
    assert points.max_sum_gy == pytest.approx(eqd2(14, 3), abs=1e-6)


@pytest.mark.parametrize(
    ("course", "phase", "words"),
    [
        ("total_gy = 17\n", BOOST, "total_gy and phase stand together"),
        ("fractions = 7\n", BOOST, "fractions and phase stand together"),
        ("", BOOST.replace("electrons", "microspheres"), "nature has a value that is not known"),
        ("", LEFT + "total_gy = 9\n", "total_gy and dose stand together"),
        ("", BOOST.replace("2021-09-17", "2021-09-01"), "end_date is before start_date"),
        ("", BOOST + "sessions = 4\n", '"sessions" is not a key of this table'),
        ("", BOOST + "fractions_min = 3\nfractions_max = 4\n", "fractions and fractions_min stand together"),
    ],
)
def test_mistakes_in_phases_are_named(course: str, phase: str, words: str) -> None:
    """A contradiction or an unknown key is refused with the table's place."""
    with pytest.raises(InputError) as refused:
        parse(PERSON + COURSE + course + phase)
    assert words in str(refused.value)
    assert "[[course]] 1" in str(refused.value)


@pytest.mark.rule(3)
def test_the_report_lists_each_phase_for_the_check_by_hand(tmp_path: Path) -> None:
    """The annex computes every phase by itself: 9 Gy in 3 are 10.80, 8 Gy in 4 are 8.00, and their sum is the program's figure."""
    folder = letter(tmp_path, COURSE, LEFT, BOOST, AT_3.format("Breast_L"))
    (row,) = organ(result_of(folder), "Breast_L").courses
    assert [(one.physical_gy, one.fractions) for one in row.phases_at_max] == [(9.0, 3), (8.0, 4)]
    assert row.max_gy == pytest.approx(eqd2(9, 3, 3.0) + eqd2(8, 4, 3.0), abs=1e-6)
    section = check_section(result_of(folder), Wording(language="en"))
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    by_hand = [(row[-2].lines[0], row[-1].lines[0] if row[-1].lines else "") for row in table.rows]
    assert by_hand == [("10.80", ""), ("8.00", ""), ("18.80", "18.80")]
