"""Decay data and chains beside radioactivedecay 0.6 and the spectra of ICRP-107 as icrp107-database ships them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib.resources import files

import pytest
import radioactivedecay

from graybook.nuclear.chain import activities_mbq, integrated_mbq_h
from graybook.nuclear.decay import decay_factor
from graybook.tables.nuclides import known_nuclide, nuclide, nuclides

NAMES = [one.name for one in nuclides()]
CHAINS = ("Ac-225", "Ra-223", "Th-227", "Pb-212", "At-211", "I-131", "Lu-177m")


def emitted_kev(name: str, *kinds: str) -> float:
    """Energy per decay of some kinds of emissions, summed over the lines of the other package. [keV]"""
    text = files("icrp107_database").joinpath("icrp107", f"{name}.json").read_text(encoding="utf-8")
    emissions = json.loads(json.loads(text))["emissions"]
    return 1e3 * math.fsum(energy * share for kind in kinds for energy, share in emissions[kind])


@pytest.mark.parametrize("name", NAMES)
def test_half_life_and_branches(name: str) -> None:
    """Half-life within 1 in 10 000, daughters and branches those of radioactivedecay."""
    ours, theirs = nuclide(name), radioactivedecay.Nuclide(name)
    assert ours.half_life_s == pytest.approx(theirs.half_life("s"), rel=1e-4)
    branches = dict(zip(theirs.progeny(), theirs.branching_fractions(), strict=True))
    assert {one.name: one.fraction for one in ours.daughters} == pytest.approx(branches, rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_energies(name: str) -> None:
    """Energies by particle are the sums over the lines of ICRP-107, to six digits."""
    ours = nuclide(name)
    electrons = emitted_kev(name, "beta-", "beta+", "betaD", "IE", "auger")
    assert ours.electron_kev == pytest.approx(electrons, rel=1e-6)
    assert ours.photon_kev == pytest.approx(emitted_kev(name, "gamma", "X", "annihilation"), rel=1e-6)
    assert ours.alpha_kev == pytest.approx(emitted_kev(name, "alpha"), rel=1e-6)
    assert ours.recoil_kev == pytest.approx(emitted_kev(name, "alpha recoil"), rel=1e-6)


def test_what_has_no_row_is_stable() -> None:
    """Each daughter without a row of its own has an infinite half-life in radioactivedecay."""
    without = {
        one.name for parent in nuclides() for one in parent.daughters if known_nuclide(one.name) is None
    }
    assert without
    assert {name for name in without if radioactivedecay.Nuclide(name).half_life("s") != math.inf} == set()


@pytest.mark.parametrize(("name", "hours"), [("Ac-225", 24.0), ("Ra-223", 240.0), ("Th-227", 1920.0)])
def test_bateman(name: str, hours: float) -> None:
    """Activities of an α chain that starts pure, after a day, ten and eighty: those of radioactivedecay to 1e-9."""
    theirs = radioactivedecay.InventoryHP({name: 1.0}, "MBq").decay(hours, "h").activities("MBq")
    _compare(activities_mbq(name, 1.0, hours), theirs, 1e-9)


@pytest.mark.parametrize("hours", [6.0, 24.0, 240.0])
@pytest.mark.parametrize("name", CHAINS)
def test_bateman_in_double_precision(name: str, hours: float) -> None:
    """The same for other chains and times, beside the faster arithmetic of radioactivedecay: to 1e-6."""
    theirs = radioactivedecay.Inventory({name: 1.0}, "MBq").decay(hours, "h").activities("MBq")
    _compare(activities_mbq(name, 1.0, hours), theirs, 1e-6)


def test_integral_over_time() -> None:
    """Decays of the chain of Th-227 up to 80 days: those that radioactivedecay counts, to 1e-6."""
    theirs = radioactivedecay.Inventory({"Th-227": 1.0}, "MBq").cumulative_decays(1920.0, "h")
    ours = {one: 1e6 * 3600.0 * mbq_h for one, mbq_h in integrated_mbq_h("Th-227", 1.0, 1920.0).items()}
    _compare(ours, theirs, 1e-6)


def _compare(ours: Mapping[str, float], theirs: Mapping[str, float], precision: float) -> None:
    assert set(ours) == {one for one in theirs if known_nuclide(one)}
    for member, value in ours.items():
        assert value == pytest.approx(theirs[member], rel=precision, abs=1e-30), member


@pytest.mark.parametrize("name", ["Lu-177", "Y-90", "I-131", "Ho-166", "Tb-161"])
def test_decay_factor(name: str) -> None:
    """What is left after 100 h: that of radioactivedecay."""
    left = radioactivedecay.Inventory({name: 1.0}, "MBq").decay(100.0, "h").activities("MBq")[name]
    assert decay_factor(100.0, nuclide(name).half_life_h) == pytest.approx(left, rel=1e-4)
