"""Doses of an administration of which only the activity is known."""

from __future__ import annotations

import math
from datetime import date

import pytest

from graybook.nuclear.biological import biological_dose, sum_of_cycles
from graybook.record import Administration, IntervalKind, MeanDose, Modality, StatedCoefficient
from graybook.workflow.folder.given import radionuclide_courses
from graybook.workflow.nuclear.activity import activity_doses, activity_findings
from graybook.workflow.nuclear.from_activity import with_activity_doses

DOTATATE = Administration(nuclide="177Lu", agent="Lutathera", activity_gbq=7.4)


def _of(given: Administration, organ: str) -> MeanDose:
    return next(one for one in activity_doses(given).doses if one.organ == organ)


def test_a_published_interval_has_two_ends_and_no_value() -> None:
    """7.4 GBq at 0.27 to 0.91 Gy/GBq (10.1186/s13550-018-0459-4): 1.998 to 6.734 Gy, source named, nothing between."""
    kidneys = _of(DOTATATE, "Kidneys")
    assert kidneys.mean_gy is None
    assert (kidneys.low_gy, kidneys.high_gy) == pytest.approx((1.998, 6.734))
    assert kidneys.interval is IntervalKind.PUBLISHED
    assert "10.1186/s13550-018-0459-4" in kidneys.source
    assert kidneys.decaying is None
    assert kidneys.half_life_h is None


def test_four_cycles_add_their_ends_and_each_has_its_own_g() -> None:
    """Kidneys, α/β 2.6 Gy: 7.992 to 26.936 Gy; BED from the dose itself to 4 · d(1 + d/2.6), never the pooled 306 Gy."""
    one = biological_dose(_of(DOTATATE, "Kidneys"), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    four = sum_of_cycles([one] * 4)
    assert four.bed_gy is None
    assert four.bed_low_gy == pytest.approx(4 * 7.4 * 0.27)
    assert four.bed_high_gy == pytest.approx(4 * (6.734 + 6.734**2 / 2.6))


def test_a_persons_own_value_stands_before_publications() -> None:
    """0.6 Gy/GBq with 0.5 to 0.7 on 7.4 GBq is 4.44 (3.7 to 5.18) Gy; with 50 h and repair 2.8 h G is 2.8/52.8."""
    own = StatedCoefficient(
        organ="reins",
        gy_per_gbq=0.6,
        low_gy_per_gbq=0.5,
        high_gy_per_gbq=0.7,
        half_life_h=50.0,
        source="SPECT/CT of cycle 1",
    )
    given = Administration(nuclide="Lu-177", agent="DOTATATE", activity_gbq=7.4, coefficients=(own,))
    organs = [one.organ for one in activity_doses(given).doses]
    assert organs.count("Kidneys") == 0
    found = _of(given, "reins")
    assert (found.low_gy, found.mean_gy, found.high_gy) == pytest.approx((3.7, 4.44, 5.18))
    assert (found.interval, found.source) == (IntervalKind.STATED, "SPECT/CT of cycle 1")
    effect = biological_dose(found, alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    assert effect.g_factor == pytest.approx(2.8 / 52.8)
    assert effect.bed_gy == pytest.approx(4.44 * (1 + 2.8 / 52.8 * 4.44 / 2.6))


def test_a_value_without_ends_says_so() -> None:
    """One stated value is a point without an interval, and no half-life is made up for it."""
    own = StatedCoefficient(organ="Spleen", gy_per_gbq=1.0, source="report")
    found = _of(Administration(nuclide="Y-90", activity_gbq=2.0, coefficients=(own,)), "Spleen")
    assert (found.low_gy, found.mean_gy, found.high_gy) == (2.0, 2.0, 2.0)
    assert found.interval is IntervalKind.POINT
    assert biological_dose(found, alpha_beta_gy=3.0, repair_half_time_h=(2.5, 2.5)).bed_gy is None


@pytest.mark.parametrize(
    "given",
    [
        Administration(nuclide="I-131", activity_gbq=3.7, date=date(1998, 3, 2)),
        Administration(nuclide="I-131", agent="iodide", activity_gbq=3.7),
        Administration(nuclide="Lu-177", agent="PSMA-I&T", activity_gbq=7.4),
        Administration(nuclide="Lu-177", activity_gbq=7.4),
        Administration(nuclide="Lu-177", agent="DOTATATE"),
        Administration(nuclide="lutetium", agent="DOTATATE", activity_gbq=7.4),
        Administration(nuclide="Ra-223", agent="dichloride", activity_gbq=0.004),
    ],
)
def test_what_nobody_published_is_unknown(given: Administration) -> None:
    """No agent, no disease, another ligand, no activity, no known nuclide: no organ has a dose, never 0."""
    assert activity_doses(given).doses == ()


def test_iodide_of_thyroid_cancer_gives_blood() -> None:
    """3.7 GBq at 0.057 to 0.172 Gy/GBq (PMC5020787) is 0.211 to 0.636 Gy to blood, and to no other organ."""
    given = Administration(nuclide="I-131", agent="NaI", indication="thyroid cancer", activity_gbq=3.7)
    (blood,) = activity_doses(given).doses
    assert blood.organ == "Blood"
    assert (blood.low_gy, blood.high_gy) == pytest.approx((0.2109, 0.6364))


def test_alpha_emitters_are_marked_whole() -> None:
    """Nobody says which part of a stated dose is by α particles: all of it is, without an RBE and without a quadratic term."""
    own = StatedCoefficient(organ="BoneMarrow", gy_per_gbq=300.0, source="report")
    found = _of(Administration(nuclide="223Ra", activity_gbq=0.004, coefficients=(own,)), "BoneMarrow")
    assert found.alpha_gy == found.mean_gy == pytest.approx(1.2)
    assert found.rbe is None
    assert biological_dose(
        found, alpha_beta_gy=3.0, repair_half_time_h=(2.5, 2.5)
    ).bed_high_gy == pytest.approx(1.2)


def test_extravasation_lowers_the_lower_end_alone() -> None:
    """Of 20 % nobody knows where it went: 1.998 · 0.8 to 6.734 Gy, and it is said."""
    given = Administration(nuclide="Lu-177", agent="DOTATATE", activity_gbq=7.4, extravasation_percent=20.0)
    kidneys = _of(given, "Kidneys")
    assert (kidneys.low_gy, kidneys.high_gy) == pytest.approx((1.5984, 6.734))
    assert "given_extravasation" in {one.code for one in activity_findings(given, subject="a", cycle="1")}


def test_a_stated_half_life_integrates_to_the_dose() -> None:
    """The dose rate of one exponential has the dose as its integral."""
    own = StatedCoefficient(organ="Liver", gy_per_gbq=0.5, half_life_h=60.0, source="report")
    found = _of(Administration(nuclide="Lu-177", activity_gbq=7.4, coefficients=(own,)), "Liver")
    assert found.decaying is not None
    assert math.isclose(float((found.decaying.amplitudes_gy_per_h / found.decaying.rates_per_h).sum()), 3.7)


def test_cycles_of_one_agent_spelt_twice_are_one_course() -> None:
    """177Lu Lutathera and Lu-177 DOTATATE eight weeks apart are two cycles; iodine of 1998 is another course."""
    given = [
        Administration(nuclide="177Lu", agent="Lutathera", date=date(2024, 1, 2), activity_gbq=7.4),
        Administration(nuclide="Lu-177", agent="DOTATATE", date=date(2024, 2, 27), activity_gbq=7.4),
        Administration(nuclide="I-131", date=date(1998, 3, 2), activity_gbq=3.7),
    ]
    courses, said = with_activity_doses(radionuclide_courses(given))
    by_size = {len(one.phases): one for one in courses}
    assert sorted(by_size) == [1, 2]
    assert all(one.modality is Modality.RADIONUCLIDE for one in courses)
    assert by_size[1].phases[0].organ_doses is None
    assert all(phase.organ_doses is not None for phase in by_size[2].phases)
    assert [one.code for one in said].count("given_published") == 2


def test_questions_name_what_is_missing() -> None:
    """A nuclide that is none and an activity that nobody states are asked for."""
    codes = {
        one.code
        for one in activity_findings(Administration(nuclide="lutetium"), subject="course", cycle="cycle 1")
    }
    assert codes == {"given_nuclide_unknown", "given_activity_unknown"}
    asked = activity_findings(
        Administration(nuclide="I-131", agent="iodide", activity_gbq=3.7), subject="course", cycle="cycle 1"
    )
    assert [one.code for one in asked] == ["given_indication_asked"]
