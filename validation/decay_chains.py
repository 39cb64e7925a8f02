"""Decay data and α chains beside radioactivedecay and published doses: differences, and doses by particle, come out."""

from __future__ import annotations

import sys
from typing import Any

import radioactivedecay  # type: ignore[import-not-found, import-untyped, unused-ignore]

from graybook.nuclear.alpha import ChainDose, chain_dose, dose_of_members
from graybook.nuclear.chain import activities_mbq, chain_in_place, integrated_mbq_h
from graybook.tables.nuclides import known_nuclide, nuclides
from validation.sections import section, table

__all__ = ["measured"]

CHAINS = ("Ac-225", "Ra-223", "Th-227", "Pb-212", "At-211")
HOURS = (0.1, 24.0, 240.0, 1920.0)
LEAST_MBQ = 1e-15
"""Of 1 MBq of the parent: activities below are not compared."""

BONE_G = 10.0 * 1.92
"""10 cm3 of cortical bone. [g]"""

PARENT_GY, CHAIN_GY = 110.0, 563.0
"""IDAC-Dose 2.1, EJNMMI Res 2017, Fig. 3: 1 MBq of Th-227, 1920 h."""

LIVER_MGY_PER_MBQ = {"Ac-225": 15.3, "Fr-221": 16.6, "At-217": 18.6}
"""EJNMMI Physics, doi:10.1186/s40658-021-00410-6, Table 5."""


def measured() -> dict[str, Any]:
    """Half-lives, branches, Bateman's activities, the sphere of IDAC-Dose and the daughters of Ac-225."""
    sphere = dose_of_members(integrated_mbq_h("Th-227", 1.0, 1920.0), BONE_G)
    doses = _sphere(sphere)
    for row in doses:
        sys.stdout.write("  ".join(f"{cell:>24}" for cell in row) + "\n")
    worst = {name: _bateman(name) for name in CHAINS}
    off = max(
        abs(one.half_life_s / radioactivedecay.Nuclide(one.name).half_life("s") - 1.0) for one in nuclides()
    )
    return section(
        "Decay data and α chains",
        texts=[
            f"Half-lives of {len(nuclides())} nuclides are those of radioactivedecay within {off:.1e}. Activities of a chain that "
            f"starts as the pure parent are compared at {', '.join(f'{one:g}' for one in HOURS)} h.",
            "The sphere: 1 MBq of ²²⁷Th in 10 cm³ of cortical bone (1.92 g/cm³), 1920 h, all α particles and electrons staying. "
            "The published figure with daughters lies between α alone and α with electrons.",
        ],
        tables=[
            table(
                "Bateman beside radioactivedecay",
                ["parent", "members", "largest difference"],
                [[name, count, f"{value:.1e}"] for name, (count, value) in worst.items()],
            ),
            table(
                "Sphere of IDAC-Dose 2.1", ["", "published, Gy", "α alone, Gy", "α and electrons, Gy"], doses
            ),
            table("Daughters of ²²⁵Ac in the liver, per ²²⁵Ac", ["", "published", "here"], _daughters()),
        ],
        versions={"radioactivedecay": radioactivedecay.__version__},
        figures={
            "Th-227 sphere, parent: off, %": round(100.0 * (_both(sphere, 1) / PARENT_GY - 1.0), 2),
            "Th-227 sphere, chain by α: off, %": round(100.0 * (sphere.alpha_gy / CHAIN_GY - 1.0), 2),
            "Th-227 sphere, chain by α and electrons: off, %": round(
                100.0 * (sphere.alpha_and_electron_gy / CHAIN_GY - 1.0), 2
            ),
            "Bateman: largest difference": max(value for _, value in worst.values()),
        },
    )


def _bateman(name: str) -> tuple[int, float]:
    """Members, and the largest relative difference of their activities."""
    worst, count = 0.0, 0
    for hours in HOURS:
        theirs = radioactivedecay.InventoryHP({name: 1.0}, "MBq").decay(hours, "h").activities("MBq")
        ours = activities_mbq(name, 1.0, hours)
        count = len(ours)
        if set(ours) != {one for one in theirs if known_nuclide(one)}:
            raise ValueError(f"{name}: other members")
        apart = [abs(ours[one] / theirs[one] - 1.0) for one in ours if theirs[one] > LEAST_MBQ]
        worst = max([worst, *apart])
    return count, worst


def _sphere(sphere: ChainDose) -> list[list[str]]:
    parent = sphere.members[0]
    rows = [
        ("parent alone", PARENT_GY, parent.alpha_gy, _both(sphere, 1)),
        ("with daughters", CHAIN_GY, sphere.alpha_gy, sphere.alpha_and_electron_gy),
    ]
    return [
        [name, f"{published:g}", *(f"{one:.1f} ({100.0 * (one / published - 1.0):+.1f} %)" for one in ours)]
        for name, published, *ours in rows
    ]


def _both(sphere: ChainDose, members: int) -> float:
    return sum(one.alpha_gy + one.electron_gy for one in sphere.members[:members])


def _daughters() -> list[list[str]]:
    found = {one.nuclide: one for one in chain_dose(chain_in_place("Ac-225"), 1.0, 1000.0).members}
    dose = {name: found[name].alpha_gy + found[name].electron_gy for name in LIVER_MGY_PER_MBQ}
    first = LIVER_MGY_PER_MBQ["Ac-225"]
    return [
        [name, f"{value / first:.3f}", f"{dose[name] / dose['Ac-225']:.3f}"]
        for name, value in LIVER_MGY_PER_MBQ.items()
        if name != "Ac-225"
    ]
