"""Decay, local deposition, chains, spheres and organ S-values: closed forms and refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graybook.errors import InputError, NotComparable, UsageError
from graybook.nuclear.alpha import chain_dose, member_mbq_h
from graybook.nuclear.chain import activities_mbq, chain_in_place
from graybook.nuclear.decay import decay_factor, decay_rate_per_h, half_life_h, mbq_h_of_all_decays
from graybook.nuclear.local_deposition import local_deposition_gy
from graybook.nuclear.organ_s import OrganS, organ_s_dose, scaled_gy_per_mbq_h
from graybook.nuclear.sphere import SphereTable, sphere_s_by_table, sphere_s_by_voxels


def test_decay_by_half_lives() -> None:
    """One half-life later a half is left, one before it was twice as much, and the two conversions undo each other."""
    assert decay_factor(np.array([0.0, 6.0, -6.0, 60.0]), 6.0).tolist() == pytest.approx([1, 0.5, 2, 2**-10])
    assert half_life_h(decay_rate_per_h(159.528)) == pytest.approx(159.528, rel=1e-15)
    assert mbq_h_of_all_decays(2.0, 10.0) == pytest.approx(20.0 / math.log(2.0))


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.inf, math.nan])
def test_no_half_life(wrong: float) -> None:
    """A half-life or a rate that is none is refused."""
    with pytest.raises(UsageError):
        decay_rate_per_h(wrong)
    with pytest.raises(UsageError):
        half_life_h(wrong)


def test_local_deposition_by_hand() -> None:
    """1 MBq h of 100 keV in 1 g: 3.6e9 decays of 1.602e-14 J in 0.001 kg, 0.05768 Gy; by voxel as by region."""
    expected = 3.6e9 * 100.0 * 1.602176634e-16 / 1e-3
    assert local_deposition_gy(1.0, 1.0, energy_kev=100.0) == pytest.approx(expected, rel=1e-12)
    by_voxel = local_deposition_gy(np.array([0.0, 2.0]), np.array([1.0, 4.0]), energy_kev=100.0)
    assert by_voxel.tolist() == pytest.approx([0.0, expected / 2.0])


@pytest.mark.parametrize(
    ("mbq_h", "mass_g"), [(1.0, 0.0), (1.0, -1.0), (-1.0, 1.0), (math.nan, 1.0), (1.0, math.nan)]
)
def test_no_dose_of_what_is_unknown(mbq_h: float, mass_g: float) -> None:
    """An activity or a mass that is unknown or impossible gives a refusal, never 0 Gy."""
    with pytest.raises(UsageError):
        local_deposition_gy(mbq_h, mass_g, energy_kev=100.0)


def test_pure_parent_at_the_start() -> None:
    """At time 0 a chain is its parent alone, and a day later it is in equilibrium with Pb-211 (36 min)."""
    start = activities_mbq("Ra-223", 3.0, 0.0)
    assert start["Ra-223"] == 3.0
    assert [value for name, value in start.items() if name != "Ra-223"] == pytest.approx([0.0] * 6, abs=1e-40)
    later = activities_mbq("Ra-223", 3.0, 24.0)
    share = 1.0 / (1.0 - 2166.0 / (11.43 * 86400.0))
    assert later["Pb-211"] / later["Ra-223"] == pytest.approx(share, rel=1e-4)


def test_daughters_that_outlive_the_parent_are_left_out_by_name() -> None:
    """Bi-207 of At-211 lives for decades and Tc-99 of Tc-99m for millennia: named, not counted as if they decayed at once."""
    assert chain_in_place("At-211").left_out == ("Bi-207",)
    assert chain_in_place("Tc-99m").left_out == ("Tc-99",)
    assert [one.nuclide.name for one in chain_in_place("177Lu").members] == ["Lu-177"]
    assert chain_dose(chain_in_place("At-211"), 1.0, 1.0).left_out == ("Bi-207",)


def test_a_daughter_may_leave() -> None:
    """The share of Bi-213 that stays is a person's statement on that nuclide alone; the others keep all of their decays."""
    chain = chain_in_place("Ac-225")
    stays, whole = member_mbq_h(chain, 10.0, {"213Bi": 0.25}), member_mbq_h(chain, 10.0)
    assert stays["Bi-213"] == pytest.approx(0.25 * whole["Bi-213"])
    assert {name for name in whole if stays[name] != whole[name]} == {"Bi-213"}
    for wrong in ({"Ac-225": 0.5}, {"Ra-223": 0.5}, {"Bi-213": 1.5}):
        with pytest.raises(UsageError):
            member_mbq_h(chain, 10.0, wrong)


def test_an_rbe_has_no_default() -> None:
    """The weighted dose asks for an RBE, of 1 at least."""
    dose = chain_dose(chain_in_place("Ra-223"), 1.0, 1.0)
    with pytest.raises(UsageError):
        dose.weighted_gy(0.5)


def test_spheres_too_small_for_cubes() -> None:
    """A sphere below 2.5 voxels in radius, one outside a table and one of a nuclide without kernels are refused with a remedy."""
    with pytest.raises(NotComparable, match="too small"):
        sphere_s_by_voxels("Lu-177", 0.1)
    with pytest.raises(NotComparable, match="no voxel S"):
        sphere_s_by_voxels("Ac-225", 10.0)
    table = SphereTable(
        nuclide="Lu-177", mass_g=np.array([1.0, 10.0]), gy_per_mbq_h=np.array([0.08, 0.008]), source="x"
    )
    with pytest.raises(NotComparable, match="outside"):
        sphere_s_by_table(table, 11.0)


@pytest.mark.parametrize(("mass_g", "values", "source"), [
    ([1.0], [1.0], "x"), ([2.0, 1.0], [1.0, 2.0], "x"), ([1.0, 2.0], [1.0, 0.0], "x"), ([1.0, 2.0], [2.0, 1.0], " "),
])  # fmt: skip
def test_no_table_of_spheres(mass_g: list[float], values: list[float], source: str) -> None:
    """One point, falling masses, an S-value of 0 or no source make no table."""
    with pytest.raises(UsageError):
        SphereTable(nuclide="Lu-177", mass_g=np.array(mass_g), gy_per_mbq_h=np.array(values), source=source)


KIDNEYS = OrganS(
    target="Kidneys",
    source="Kidneys",
    gy_per_mbq_h=3e-4,
    reference_mass_g=310.0,
    photon_share=0.1,
    origin="stated",
)
LIVER = OrganS(target="Kidneys", source="Liver", gy_per_mbq_h=1e-6, reference_mass_g=310.0, origin="stated")


def test_organ_s_by_hand() -> None:
    """Self-dose of half the mass: electrons double, photons grow by 2^(2/3); the dose by the liver stays as it is."""
    scaled = 3e-4 * (0.9 * 2.0 + 0.1 * 2.0 ** (2.0 / 3.0))
    assert scaled_gy_per_mbq_h(KIDNEYS, 155.0) == pytest.approx(scaled)
    assert scaled_gy_per_mbq_h(LIVER, 155.0) == 1e-6
    dose = organ_s_dose("Kidneys", [KIDNEYS, LIVER], {"Kidneys": 5000.0, "Liver": 20000.0}, mass_g=155.0)
    assert dose.gy == pytest.approx(5000.0 * scaled + 0.02)
    assert dose.missing == ()


def test_a_source_without_activity_is_missing_not_zero() -> None:
    """A source organ whose activity is unknown is named: the sum is a lower bound."""
    dose = organ_s_dose("Kidneys", [KIDNEYS, LIVER], {"Kidneys": 5000.0})
    assert dose.missing == ("Liver",)
    assert dose.gy == pytest.approx(1.5)


def test_wrong_organ_s() -> None:
    """No S-value for the target, two for one pair, or a figure without origin are refused."""
    with pytest.raises(InputError):
        organ_s_dose("Spleen", [KIDNEYS], {"Kidneys": 1.0})
    with pytest.raises(InputError):
        organ_s_dose("Kidneys", [KIDNEYS, KIDNEYS], {"Kidneys": 1.0})
    with pytest.raises(InputError):
        OrganS(target="a", source="b", gy_per_mbq_h=1.0, origin="")
