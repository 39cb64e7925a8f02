"""What limits: the tightest limit of each organ, the gravest first, whatever the order of the entries."""

from __future__ import annotations

import pytest

from graybook.report.limiting import (
    closest,
    flips,
    is_judged,
    limiting,
    limits_of,
    most_frequent_obstacle,
    relative_margin,
    with_scenarios,
)
from unit.report import limit_cases as made


@pytest.mark.parametrize("backwards", [False, True])
def test_one_entry_an_organ_gravest_first(backwards: bool) -> None:
    """Exceeded by its excess (7.66/60 before 12.74/100), then near, then met by its margin, then what was not judged."""
    entries = [*made.EIGHT, *made.OTHER_KINDS]
    found = limiting(reversed(entries) if backwards else entries)
    assert [one.structure for one in found] == [
        "Moelle épinière",
        "Oesophage",
        "Coeur",
        "Poumon D",
        "Poumon G",
        "Trachée",
        "Plexus brachial D",
        "Foie",
    ]
    assert found[0].limit == 60.0
    assert [is_judged(one) for one in found] == [True] * 6 + [False] * 2


def test_share_of_the_limit_counts_not_the_gray() -> None:
    """Mean lung 19.74 of 22 (10 %) is tighter than its V20Gy 33.3 of 40 % (17 %)."""
    assert relative_margin(made.LUNG) == pytest.approx(2.26 / 22.0)
    (lung,) = [one for one in limiting(made.EIGHT) if one.structure == "Poumon D"]
    assert lung.id == "troost-lung"


def test_observed_doses_limit_nothing() -> None:
    """An observed dose is no limit, even where it is passed."""
    assert [one.id for one in limits_of(made.OTHER_KINDS)] == ["first-heart"]


def test_flips_tell_the_patient_before_other_authors() -> None:
    """Of the assumptions that turn the answer, recovery stands before another source."""
    assert [one.kind for one in flips(made.CORD)] == ["recovery_tolerance", "source"]


def test_most_frequent_obstacle() -> None:
    """The interval failed twice, the number of courses once."""
    assert most_frequent_obstacle(made.EIGHT) == "interval"
    assert most_frequent_obstacle([made.CORD]) == ""


def test_scenarios_are_told_first_by_name() -> None:
    """A scenario in which the same limit on the same structure is met flips an exceeded one; another limit's does not."""
    entry = with_scenarios(made.CORD, made.scenarios(2))
    assert [one.assumption for one in flips(entry)][:2] == ["Scénario 1", "Scénario 2"]
    assert [one.status for one in flips(entry)][:2] == ["met", "met"]
    assert with_scenarios(made.HEART, made.scenarios(2)).alternatives == []


def test_closest_to_turning() -> None:
    """Of an excess the alternative that leaves least, of room that which leaves least; none that leaves the answer further off."""
    lenient = made.other("source", "at 65", 65.0, 67.0, "exceeded", flips=False)
    strict = made.other("source", "at 57", 57.0, 67.0, "exceeded", flips=False)
    dose = made.other("alpha_beta", "dose alone", 100.0, 67.0, "not assessable", flips=False)
    over = made.entry("Cord", 60.0, 67.0, alternatives=[strict, lenient, dose])
    assert closest(over) == lenient
    assert closest(over.model_copy(update={"alternatives": [strict, dose]})) is None
    shifted = made.other("shift", "shifted", 60.0, 58.0, "met", flips=False)
    assert closest(made.entry("Cord", 60.0, 50.0, alternatives=[shifted])) == shifted
    spared = made.other("shift", "shifted", 700.0, 710.0, "met", flips=False)
    assert (
        closest(made.entry("Liver", 700.0, 800.0, op=">=", status="met", margin=100.0, alternatives=[spared]))
        == spared
    )
