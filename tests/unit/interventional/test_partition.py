"""The partition model: golden values, closure, both definitions of each figure, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.errors import UsageError
from graybook.interventional.activity import (
    Compartment,
    Handling,
    activity_for_dose_gbq,
    activity_for_mass_gbq,
)
from graybook.interventional.lung_shunt import (
    ShuntDefinition,
    lung_share,
    restated_shunt,
    shunt_of_activities,
)
from graybook.interventional.partition import Partition, UptakeDefinition, partition_doses

CONCENTRATION, ACTIVITY = UptakeDefinition.CONCENTRATION, UptakeDefinition.ACTIVITY
LIVER, TUMOUR = ShuntDefinition.LIVER, ShuntDefinition.TUMOUR


def partition(
    *,
    tn: UptakeDefinition = CONCENTRATION,
    shunt: ShuntDefinition = LIVER,
    ratio: float = 3.0,
    lung: float = 0.05,
) -> Partition:
    """The liver of the golden case."""
    return Partition(
        tumour_kg=0.2,
        normal_kg=1.3,
        lung_kg=1.0,
        tn_ratio=ratio,
        tn_definition=tn,
        lung_shunt=lung,
        shunt_definition=shunt,
    )


def test_golden_case() -> None:
    """2 GBq, shunt 5 %, 0.2 and 1.3 kg, T/N 3, 49.67 J/GBq: 49.67, 149.01 and 4.967 Gy, and 99.34 J in all."""
    found = partition_doses(2.0, partition(), constant_j_per_gbq=49.67)
    assert found.normal_gy == pytest.approx(49.67, abs=1e-9)
    assert found.tumour_gy == pytest.approx(149.01, abs=1e-9)
    assert found.lung_gy == pytest.approx(4.967, abs=1e-9)
    assert found.deposited_j == pytest.approx(99.34, abs=1e-9)
    assert found.perfused_gy == pytest.approx(99.34 * 0.95 / 1.5, abs=1e-9)


def test_formulas_of_kao_by_hand() -> None:
    """Activity ratio 2 and tumour shunt 20 %: A_T 4/7, A_N 2/7, A_L 1/7 of all, since A_L is a quarter of A_T."""
    found = partition(tn=ACTIVITY, shunt=TUMOUR, ratio=2.0, lung=0.2)
    assert (found.tumour_share, found.normal_share, found.lung_share) == pytest.approx((4 / 7, 2 / 7, 1 / 7))
    doses = partition_doses(7.0, found, constant_j_per_gbq=50.0)
    assert doses.tumour_gy == pytest.approx(50.0 * 4.0 / 0.2)
    assert doses.normal_gy == pytest.approx(50.0 * 2.0 / 1.3)
    assert doses.lung_gy == pytest.approx(50.0 * 1.0 / 1.0)


def test_one_patient_has_one_dose_in_both_definitions() -> None:
    """T/N 3 as concentrations is 3 · 0.2/1.3 as activities; a liver shunt of 5 % is 0.05/(0.05 + 0.95 f) of the tumour."""
    first = partition()
    other = first.restated(ACTIVITY, TUMOUR)
    ratio = 3.0 * 0.2 / 1.3
    held = ratio / (1.0 + ratio)
    assert other.tn_ratio == pytest.approx(ratio)
    assert other.lung_shunt == pytest.approx(0.05 / (0.05 + 0.95 * held))
    one, two = (partition_doses(2.0, each, constant_j_per_gbq=49.67) for each in (first, other))
    assert (two.tumour_gy, two.normal_gy, two.lung_gy) == pytest.approx(
        (one.tumour_gy, one.normal_gy, one.lung_gy)
    )


def test_misread_definition_changes_every_dose() -> None:
    """The same 3 read as activities: three quarters of the liver's activity in the tumour, 353.9 Gy and not 149."""
    misread = partition_doses(2.0, partition().read_as(ACTIVITY, LIVER), constant_j_per_gbq=49.67)
    assert misread.tumour_gy == pytest.approx(49.67 * 2.0 * 0.95 * 0.75 / 0.2)
    assert misread.normal_gy == pytest.approx(49.67 * 2.0 * 0.95 * 0.25 / 1.3)


@pytest.mark.parametrize(("shunt", "held"), [(0.0, 0.4), (0.05, 0.5), (0.3, 1.0), (0.2, 0.01)])
def test_shunt_goes_there_and_back(shunt: float, held: float) -> None:
    """A shunt restated and restated again is itself."""
    there = restated_shunt(shunt, LIVER, TUMOUR, tumour_of_liver=held)
    assert restated_shunt(there, TUMOUR, LIVER, tumour_of_liver=held) == pytest.approx(shunt)
    assert restated_shunt(there, TUMOUR, TUMOUR, tumour_of_liver=held) == pytest.approx(there)


def test_shunt_of_counts() -> None:
    """Counts 5, 30 and 65: 5 % of lung and liver, 1/7 of lung and tumour; and the lungs hold 5 % of all either way."""
    counts = {"lung": 5.0, "tumour": 30.0, "normal": 65.0}
    liver = shunt_of_activities(**counts, definition=LIVER)
    tumour = shunt_of_activities(**counts, definition=TUMOUR)
    assert (liver, tumour) == pytest.approx((0.05, 1 / 7))
    for shunt, definition in ((liver, LIVER), (tumour, TUMOUR)):
        assert lung_share(shunt, definition, tumour_of_liver=30 / 95) == pytest.approx(0.05)


@given(
    st.floats(0.01, 3.0), st.floats(0.1, 3.0), st.floats(0.3, 2.0), st.floats(0.1, 30.0), st.floats(0.0, 0.9),
    st.sampled_from(UptakeDefinition), st.sampled_from(ShuntDefinition),
    st.sampled_from([Compartment.TUMOUR, Compartment.NORMAL, Compartment.PERFUSED]), st.floats(1.0, 500.0),
    st.floats(-100.0, 200.0), st.floats(0.0, 0.5),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_plan_delivered_gives_the_wished_dose(
    tumour_kg: float, normal_kg: float, lung_kg: float, ratio: float, lung: float, tn: UptakeDefinition,
    shunt: ShuntDefinition, compartment: Compartment, wished_gy: float, hours: float, residual: float,
) -> None:  # fmt: skip
    """Activity from a dose, ordered, decayed, infused with a residual: the dose is the wished one, and no energy is lost."""
    liver = Partition(
        tumour_kg=tumour_kg, normal_kg=normal_kg, lung_kg=lung_kg, tn_ratio=ratio, tn_definition=tn,
        lung_shunt=lung, shunt_definition=shunt,
    )  # fmt: skip
    delivered = activity_for_dose_gbq(wished_gy, compartment, liver, constant_j_per_gbq=49.67)
    handling = Handling(half_life_h=64.1, hours=hours, residual_share=residual)
    again = handling.delivered_gbq(handling.calibrated_gbq(delivered))
    doses = partition_doses(again, liver, constant_j_per_gbq=49.67)
    assert getattr(doses, f"{compartment.value}_gy") == pytest.approx(wished_gy, rel=1e-9)
    assert doses.deposited_j == pytest.approx(49.67 * again, rel=1e-9)
    assert liver.tumour_share + liver.normal_share + liver.lung_share == pytest.approx(1.0)


def test_holmium_constants_move_the_activity() -> None:
    """60 Gy in 1.2 kg: 4.848, 4.636 and 4.537 GBq by 14.85, 15.53 and 15.87 J/GBq."""
    found = [activity_for_mass_gbq(60.0, 1.2, constant_j_per_gbq=one) for one in (14.85, 15.53, 15.87)]
    assert found == pytest.approx([4.848, 4.636, 4.537], abs=5e-4)


def test_activity_for_a_mass_divides_by_what_stays() -> None:
    """What the lungs take must be ordered too: dividing by 1 - L, not multiplying."""
    assert activity_for_mass_gbq(50.0, 1.0, constant_j_per_gbq=50.0, lung_share=0.2) == pytest.approx(1.25)


def test_decay_to_infusion_and_residual() -> None:
    """Two half-lives leave a quarter; a residual of 2 % comes off; and back."""
    handling = Handling(half_life_h=64.1, hours=128.2, residual_share=0.02)
    assert handling.delivered_gbq(4.0) == pytest.approx(0.98)
    assert handling.calibrated_gbq(0.98) == pytest.approx(4.0)


@pytest.mark.parametrize("change", [
    {"tumour_kg": 0.0}, {"normal_kg": -1.0}, {"lung_kg": float("nan")}, {"tn_ratio": float("inf")}, {"lung_shunt": 1.0},
    {"lung_shunt": 5.0},
])  # fmt: skip
def test_impossible_livers_are_refused(change: dict[str, float]) -> None:
    """A mass of 0, a ratio that is no number, a shunt in per cent: refused with what to give."""
    known = {"tumour_kg": 0.2, "normal_kg": 1.3, "lung_kg": 1.0, "tn_ratio": 3.0, "lung_shunt": 0.05}
    with pytest.raises(UsageError):
        Partition(**(known | change), tn_definition=CONCENTRATION, shunt_definition=LIVER)


def test_impossible_wishes_are_refused() -> None:
    """No dose, no activity, lungs that get nothing, no half-life, no counts: each is refused."""
    with pytest.raises(UsageError):
        activity_for_dose_gbq(0.0, Compartment.TUMOUR, partition(), constant_j_per_gbq=50.0)
    with pytest.raises(UsageError):
        activity_for_dose_gbq(10.0, Compartment.LUNG, partition(lung=0.0), constant_j_per_gbq=50.0)
    with pytest.raises(UsageError):
        partition_doses(0.0, partition(), constant_j_per_gbq=50.0)
    with pytest.raises(UsageError):
        activity_for_mass_gbq(60.0, 0.0, constant_j_per_gbq=50.0)
    with pytest.raises(UsageError):
        Handling(half_life_h=0.0)
    with pytest.raises(UsageError):
        shunt_of_activities(lung=0.0, tumour=0.0, normal=10.0, definition=TUMOUR)
    with pytest.raises(UsageError):
        shunt_of_activities(lung=-1.0, tumour=0.0, normal=10.0, definition=LIVER)
    with pytest.raises(UsageError):
        lung_share(1.0, LIVER, tumour_of_liver=0.5)
    with pytest.raises(UsageError):
        lung_share(0.1, TUMOUR, tumour_of_liver=1.5)
