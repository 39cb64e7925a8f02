"""Rule 14: one organ under several names, on several anatomies or on the wrong side, comes in; it is found, never dropped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from phantoms import PhantomRegistration, PhantomStructure, box, linear, moved, rotation, write_phantom
from rules.patients import (
    apart,
    codes,
    cord,
    course,
    eqd2,
    finding,
    metrics,
    organ,
    plan,
    result_of,
    state,
    structure,
)

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)
SPELLINGS = [
    ("Moelle", "SpinalCord"),
    ("Moelle épinière", "Spinal Cord"),
    ("MOELLE_EPINIERE", "spinal_cord"),
    ("Oesophage", "Esophagus"),
    ("Oesophagus", "œsophage"),
    ("Poumon gauche", "Lung_L"),
    ("Poumon_D", "Lt Lung"),
    ("Coeur", "Heart"),
    ("Tronc cérébral", "Brainstem"),
    ("Foie", "Liver"),
]


@pytest.mark.rule(14)
@pytest.mark.parametrize(("first", "second"), [pair for pair in SPELLINGS if pair != ("Poumon_D", "Lt Lung")])
def test_spellings_are_one_organ(tmp_path: Path, first: str, second: str) -> None:
    """French in one course and English in the other: one row, both courses in it, both native contours used."""
    write_phantom(
        tmp_path,
        [
            course("old", OLD, plan(30, 15), structures=[structure(first)]),
            course("new", NEW, plan(50, 25), structures=[structure(second)]),
        ],
    )
    result = result_of(tmp_path)
    (row,) = result.structures
    assert row.name == second
    assert row.tg263
    assert row.cumulative.mean_gy == 80.0
    assert all(one.max_gy is not None for one in row.courses)
    assert len(row.courses) == 2


@pytest.mark.rule(14)
def test_right_and_left_are_two_organs(tmp_path: Path) -> None:
    """Poumon_D is the right lung and Lt Lung the left: never one organ."""
    write_phantom(
        tmp_path,
        [
            course(
                "old", OLD, plan(30, 15), structures=[structure("Poumon_D", box((-20, -5, -5), (-10, 5, 5)))]
            ),
            course(
                "new", NEW, plan(50, 25), structures=[structure("Lt Lung", box((10, -5, -5), (20, 5, 5)))]
            ),
        ],
    )
    assert {one.tg263 for one in result_of(tmp_path).structures} == {"Lung_R", "Lung_L"}


@pytest.mark.rule(14)
def test_absent_on_the_reference_is_propagated(tmp_path: Path) -> None:
    """A heart drawn only in the old course, with a registration: carried over to today's frame and marked; gradients fit."""
    to_old = rotation((0.0, 0.0, 1.0), 90.0, (40.0, -25.0, 15.0))
    wave = linear(30.0, (0.8, 0.0, 0.0))
    heart = structure("Coeur", box((34.0, -31.0, 9.0), (46.0, -19.0, 21.0)), slice_mm=1.0)
    one = plan(30, 15, dose_gy=moved(wave, np.linalg.inv(to_old)))
    old = apart(course("old", OLD, one, structures=[heart], centre_mm=(40.0, -25.0, 15.0)))
    new = apart(course("new", NEW, plan(20, 10)))
    link = PhantomRegistration(from_course=old, to_course=new, matrix=np.linalg.inv(to_old))
    write_phantom(tmp_path, [old, new], [link])
    result = result_of(tmp_path)
    row = organ(result, "Coeur")
    assert row.origin == "propagated"
    assert row.origin_course == result.courses[0].id
    assert row.cumulative.max_gy == pytest.approx(eqd2(34.8, 15, 2.5) + 20, rel=0.003)
    assert finding(result, "Coeur", "not delineated on the reference")


@pytest.mark.rule(14)
def test_absent_and_out_of_reach_is_on_its_own_anatomy(tmp_path: Path) -> None:
    """The same without a registration: its own anatomy, its course's dose, no 3D sum, and not dropped."""
    old = apart(course("old", OLD, plan(30, 15), structures=[structure("Coeur"), cord()]))
    new = apart(course("new", NEW, plan(20, 10)))
    write_phantom(tmp_path, [old, new])
    result = result_of(tmp_path)
    row = organ(result, "Coeur")
    assert row.origin == "own anatomy"
    assert set(metrics(row.cumulative).values()) == {None}
    assert row.point_sum.max_sum_gy is not None
    assert row.point_sum.max_sum_gy >= 30.0
    assert not row.point_sum.complete


@pytest.mark.rule(14)
def test_a_short_cord_is_said(tmp_path: Path) -> None:
    """Today's cord ends where the old hot spot begins: not silently cut off; the old maximum is in the bound."""
    long_cord = structure("Moelle", box((-5.0, -5.0, -25.0), (5.0, 5.0, 25.0)))
    short_cord = structure("SpinalCord", box((-5.0, -5.0, -25.0), (5.0, 5.0, 0.0)))
    old = course("old", OLD, plan(40, 20, dose_gy=linear(20.0, (0.0, 0.0, 0.8))), structures=[long_cord])
    write_phantom(tmp_path, [old, course("new", NEW, plan(20, 10), structures=[short_cord])])
    result = result_of(tmp_path)
    assert "structure_shorter" in codes(result)
    assert organ(result).point_sum.max_sum_gy == pytest.approx(eqd2(40, 20) + 20, rel=0.005)
    row = next(one for one in organ(result).courses if one.id == result.courses[0].id)
    assert row.native_d0_03cc_gy is not None
    assert row.d0_03cc_gy is not None
    assert row.native_d0_03cc_gy > row.d0_03cc_gy + 2.0
    assert "native_mapped_differ" in codes(result)


@pytest.mark.rule(14)
@pytest.mark.parametrize(("offset_mm", "warned"), [(1.0, False), (4.0, True)])
def test_native_beside_mapped(tmp_path: Path, offset_mm: float, warned: bool) -> None:
    """A registration that is 4 mm off in 1 Gy/mm: native and mapped D0.03cc are more than 2 Gy apart and that is a warning."""
    wave = linear(40.0, (1.0, 0.0, 0.0))
    old = apart(course("old", OLD, plan(40, 20, dose_gy=wave)))
    new = apart(course("new", NEW, plan(20, 10)))
    matrix = np.eye(4)
    matrix[0, 3] = offset_mm
    write_phantom(tmp_path, [old, new], [PhantomRegistration(from_course=old, to_course=new, matrix=matrix)])
    result = result_of(tmp_path)
    row = next(one for one in organ(result).courses if one.id == result.courses[0].id)
    assert row.native_d0_03cc_gy is not None
    assert row.d0_03cc_gy is not None
    difference = eqd2(50 - 0.075, 20) - eqd2(50 - 0.075 - offset_mm, 20)
    assert row.native_d0_03cc_gy - row.d0_03cc_gy == pytest.approx(difference, rel=0.05)
    assert ("native_mapped_differ" in codes(result)) == warned


LEFT, RIGHT = box((15.0, -5.0, -5.0), (25.0, 5.0, 5.0)), box((-25.0, -5.0, -5.0), (-15.0, 5.0, 5.0))
"""+x is the patient's left (LPS)."""
BODY = structure("BODY", box((-28.0, -20.0, -20.0), (28.0, 20.0, 20.0)), kind="EXTERNAL")

SIDES: dict[str, tuple[list[PhantomStructure], set[str]]] = {
    "right, with a body": ([BODY, structure("Lung_L", LEFT), structure("Lung_R", RIGHT)], set()),
    "swapped, with a body": (
        [BODY, structure("Lung_L", RIGHT), structure("Lung_R", LEFT)],
        {"Lung_L", "Lung_R"},
    ),
    "one of them, French": ([BODY, structure("Rein gauche", RIGHT)], {"Rein gauche"}),
    "swapped, no body": ([structure("Lung_L", RIGHT), structure("Lung_R", LEFT)], {"Lung_L", "Lung_R"}),
}


@pytest.mark.rule(14)
@pytest.mark.parametrize(("drawn", "flagged"), SIDES.values(), ids=SIDES.keys())
def test_the_wrong_side(tmp_path: Path, drawn: list[PhantomStructure], flagged: set[str]) -> None:
    """A structure named one side and lying on the other is an error of its own; one in its place is not."""
    write_phantom(tmp_path, [course("c", NEW, plan(50, 25), structures=drawn)])
    result = result_of(tmp_path)
    assert {one.subject for one in result.findings if one.code == "structure_side"} == flagged


@pytest.mark.rule(14)
def test_the_wrong_side_on_an_older_anatomy(tmp_path: Path) -> None:
    """Drawn on the wrong side in the OLD course only: flagged too, for the sum mixes right with left."""
    old = course("old", OLD, plan(30, 15), structures=[BODY, structure("Kidney_L", RIGHT)])
    new = course("new", NEW, plan(50, 25), structures=[BODY, structure("Kidney_L", LEFT)])
    write_phantom(tmp_path, [old, new])
    result = result_of(tmp_path)
    assert any(one.code == "structure_side" for one in result.findings)


@pytest.mark.rule(14)
def test_a_persons_names_join_what_no_table_knows(tmp_path: Path) -> None:
    """Two private names stated to be the cord make one organ."""
    old = course("old", OLD, plan(30, 15), structures=[structure("zz 2015")])
    new = course("new", NEW, plan(50, 25), structures=[structure("yy 2025")])
    write_phantom(tmp_path, [old, new])
    assert len(result_of(tmp_path).structures) == 2
    state(tmp_path, '[[structure]]\nnames = ["zz 2015", "yy 2025"]\ntg263 = "SpinalCord"')
    (row,) = result_of(tmp_path).structures
    assert row.cumulative.mean_gy == 80.0
    assert len(row.courses) == 2


@pytest.mark.rule(14)
def test_the_wrong_side_beside_the_cord(tmp_path: Path) -> None:
    """No body contour and no second lung, but a cord in the middle: Lung_L on its right is flagged."""
    write_phantom(tmp_path, [course("c", NEW, plan(50, 25), structures=[cord(), structure("Lung_L", RIGHT)])])
    result = result_of(tmp_path)
    assert {one.subject for one in result.findings if one.code == "structure_side"} == {"Lung_L"}
