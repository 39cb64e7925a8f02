"""EQD2 of volumes from what documents state, phase by phase; nothing is filled in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graybook.exchange.computed import cumulative_eqd2_gy, dose_bed_gy, volume_eqd2_gy
from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.record.course import Modality, Status
from graybook.record.person import Identity, Person


def phase(dose_gy: float | None, fractions: int | None, **others: object) -> PhaseFacts:
    """A photon phase of one volume, whose fractions stand at the phase as FHIR has them."""
    stated = {"modality": Modality.PHOTON, "fractions_delivered": fractions} | others
    doses = (VolumeDose(volume="boost", dose_gy=dose_gy),)
    return PhaseFacts(key=f"{dose_gy}/{fractions}", doses=doses, **stated)  # type: ignore[arg-type]


def course(*phases: PhaseFacts, total: VolumeDose | None = None, **others: object) -> CourseFacts:
    """A course of these phases."""
    return CourseFacts(key="c", phases=phases, doses=(total,) if total else (), **others)  # type: ignore[arg-type]


BOOST = (phase(9.0, 3), phase(8.0, 4, modality=Modality.ELECTRON))


@pytest.mark.parametrize(("alpha_beta_gy", "eqd2_gy"), [(2.0, 19.25), (3.0, 18.80), (10.0, 17.75)])
def test_phases_are_converted_before_they_are_added(alpha_beta_gy: float, eqd2_gy: float) -> None:
    """9 Gy in 3 and 8 Gy in 4, by hand: at 3 Gy 9·6/5 + 8·5/5 = 18.8; 17 Gy in 7 equal fractions would be 18.46."""
    total = VolumeDose(volume="boost", dose_gy=17.0, fractions=7, uniform=False)
    assert volume_eqd2_gy(course(*BOOST, total=total), "boost", alpha_beta_gy) == pytest.approx(
        eqd2_gy, abs=1e-9
    )


@pytest.mark.parametrize(("uniform", "expected"), [(True, 10.8), (False, None), (None, None)])
def test_a_total_serves_only_where_fractions_were_equal(uniform: bool | None, expected: float | None) -> None:
    """A course without phases: 9 Gy in 3 equal fractions are 10.8 at 3 Gy; unlike or unknown ones are nothing."""
    total = VolumeDose(volume="boost", dose_gy=9.0, fractions=3, uniform=uniform)
    found = volume_eqd2_gy(course(total=total, modality=Modality.PHOTON), "boost", 3.0)
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    "broken",
    [
        phase(None, 4),
        phase(8.0, None),
        phase(8.0, 0),
        phase(8.0, 4, status=Status.UNKNOWN),
        phase(8.0, 4, modality=Modality.UNKNOWN),
        phase(8.0, 4, modality=Modality.CARBON),
        phase(8.0, 4, modality=Modality.PROTON),
        phase(8.0, 4, modality=Modality.RADIONUCLIDE),
        phase(8.0, 4, modality=Modality.BRACHYTHERAPY),
        phase(8.0, 1, modality=Modality.BRACHYTHERAPY, modality_code="169359004"),
    ],
)
def test_one_unknown_phase_leaves_the_course_unknown(broken: PhaseFacts) -> None:
    """Where a phase says too little, or obeys other laws, its course has no EQD2: never that of the other phases alone."""
    assert volume_eqd2_gy(course(BOOST[0], broken), "boost", 3.0) is None


def test_high_dose_rate_has_fractions() -> None:
    """HDR brachytherapy of 30 Gy in 5: 30·(6 + 10)/12 = 40 at 10 Gy."""
    given = phase(30.0, 5, modality=Modality.BRACHYTHERAPY, modality_code="394902000")
    assert volume_eqd2_gy(course(given), "boost", 10.0) == pytest.approx(40.0)


@pytest.mark.rule(1)
def test_a_plan_is_not_a_treatment() -> None:
    """A phase that stayed a plan adds nothing; a course that was not given has no EQD2."""
    proposed = phase(8.0, 4, status=Status.PROPOSED)
    assert volume_eqd2_gy(course(BOOST[0], proposed), "boost", 3.0) == pytest.approx(10.8)
    assert volume_eqd2_gy(course(*BOOST, status=Status.NOT_GIVEN), "boost", 3.0) is None


def test_phases_and_course_must_agree() -> None:
    """9 + 8 Gy of phases beside a course of 20 Gy: a phase is missing, and nothing follows."""
    total = VolumeDose(volume="boost", dose_gy=20.0, fractions=8, uniform=False)
    assert volume_eqd2_gy(course(*BOOST, total=total), "boost", 3.0) is None
    assert volume_eqd2_gy(course(*BOOST), "elsewhere", 3.0) is None


def person(*courses: CourseFacts) -> PersonFacts:
    """A person with volumes ``boost`` and ``again`` of one name, and one of another."""
    volumes = [
        VolumeFacts(key=key, name=name) for key, name in (("boost", "Brain"), ("again", "Brain"), ("x", "X"))
    ]
    return PersonFacts(
        person=Person(identities=(Identity(value="1"),)), courses=courses, volumes=tuple(volumes)
    )


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("alpha_beta_gy", "eqd2_gy"), [(2.0, 73.75), (3.0, 68.0), (10.0, 54.583333333333336)]
)
def test_courses_are_converted_before_they_are_added(alpha_beta_gy: float, eqd2_gy: float) -> None:
    """25 Gy in 5, then 20 Gy in 5: at 3 Gy 40 + 28 = 68, where 45 Gy in 10 would be 67.5."""
    first, again = phase(25.0, 5), phase(20.0, 5)
    again = replace(again, doses=(replace(again.doses[0], volume="again"),))
    facts = person(course(first), replace(course(again), key="d"))
    assert cumulative_eqd2_gy(facts, "Brain", alpha_beta_gy=alpha_beta_gy) == pytest.approx(eqd2_gy, abs=1e-9)
    assert cumulative_eqd2_gy(facts, "X", alpha_beta_gy=alpha_beta_gy) is None


def test_an_unknown_course_leaves_the_sum_unknown() -> None:
    """Where a course names the volume and says too little, the sum is not known; one that was not given is not in it."""
    assert (
        cumulative_eqd2_gy(person(course(phase(25.0, 5)), course(phase(None, 5))), "Brain", alpha_beta_gy=3.0)
        is None
    )
    planned = course(phase(None, 5), status=Status.PROPOSED)
    assert cumulative_eqd2_gy(
        person(course(phase(25.0, 5)), planned), "Brain", alpha_beta_gy=3.0
    ) == pytest.approx(40.0)


def test_two_volumes_of_one_name_in_a_course_are_asked_about() -> None:
    """Both brain volumes in one course: which of them the name means is not known."""
    doses = (VolumeDose(volume="boost", dose_gy=25.0), VolumeDose(volume="again", dose_gy=20.0))
    both = replace(phase(25.0, 5), doses=doses)
    assert cumulative_eqd2_gy(person(course(both)), "Brain", alpha_beta_gy=3.0) is None


def test_bed() -> None:
    """7.2 Gy in 4 at 2.5 Gy: 7.2·(1 + 1.8/2.5) = 12.384."""
    dose = VolumeDose(volume="n", dose_gy=7.2)
    assert dose_bed_gy(dose, fractions=4, alpha_beta_gy=2.5) == pytest.approx(12.384)
    assert dose_bed_gy(dose, fractions=None, alpha_beta_gy=2.5) is None
