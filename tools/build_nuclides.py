"""Two public packages of ICRP-107 data come in; ``nuclides.csv`` of one edition goes out.

Usage::

    python tools/build_nuclides.py [--out src/graybook/tables/data/2026-11/nuclides.csv]

Half-lives and emissions are read from ``icrp107-database``, branching fractions from ``radioactivedecay`` (both development
dependencies). A half-life in which the two differ by more than 1 in 10 000 stops the build. Named are the nuclides of therapy and
of the imaging that goes with it; everything they decay to is added until a nuclide is stable.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from importlib.resources import files
from pathlib import Path
from typing import Any

import radioactivedecay  # type: ignore[import-not-found, import-untyped, unused-ignore]

OUT = Path(__file__).resolve().parents[1] / "src/graybook/tables/data/2026-11/nuclides.csv"

WANTED = (
    *("P-32", "Sr-89", "Y-90", "I-131", "Sm-153", "Tb-161", "Ho-166", "Er-169", "Lu-177", "Lu-177m", "Re-186", "Re-188", "Cu-67"),
    *("At-211", "Pb-212", "Bi-212", "Bi-213", "Ra-223", "Ra-224", "Ac-225", "Th-227", "Tb-149"),
    *("F-18", "Cu-64", "Ga-67", "Ga-68", "Y-86", "Zr-89", "Tc-99m", "In-111", "I-123", "I-124", "Tb-152", "Tb-155", "Ho-166m"),
)  # fmt: skip

SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "y": 365.2422 * 86400.0}
KINDS = {
    "beta_minus_kev": ("beta-", "betaD"),
    "beta_plus_kev": ("beta+",),
    "conversion_kev": ("IE",),
    "auger_kev": ("auger",),
    "photon_kev": ("gamma", "X", "annihilation"),
    "alpha_kev": ("alpha",),
    "recoil_kev": ("alpha recoil",),
}
COLUMNS = ("nuclide", "half_life_s", *KINDS, "daughters", "source", "tier", "verified")
AGREEMENT = 1e-4


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row(name) for name in names())


def names() -> list[str]:
    """The wanted nuclides and all that they decay to, in the order of mass."""
    found: set[str] = set()
    left = list(WANTED)
    while left:
        name = left.pop()
        if name not in found and is_known(name):
            found.add(name)
            left += [daughter for daughter, _ in branches(name)]
    return sorted(found, key=lambda one: (int(one.split("-")[1].rstrip("mn")), one))


def is_known(name: str) -> bool:
    """Whether ICRP-107 has the nuclide: it has no stable ones."""
    return files("icrp107_database").joinpath("icrp107", f"{name}.json").is_file()


def branches(name: str) -> list[tuple[str, float]]:
    """Daughters with their fractions, spontaneous fission left out."""
    nuclide = radioactivedecay.Nuclide(name)
    pairs = zip(nuclide.progeny(), nuclide.branching_fractions(), strict=True)
    return [(daughter, fraction) for daughter, fraction in pairs if daughter != "SF"]


def row(name: str) -> dict[str, Any]:
    """The row of one nuclide."""
    data = json.loads(json.loads(files("icrp107_database").joinpath("icrp107", f"{name}.json").read_text()))
    half_life_s = data["half_life"] * SECONDS[data["time_unit"]]
    other_s = radioactivedecay.Nuclide(name).half_life("s")
    if not math.isclose(half_life_s, other_s, rel_tol=AGREEMENT):
        raise SystemExit(f"{name}: half-lives {half_life_s} s and {other_s} s")
    if any(data["emissions"][kind] for kind in ("fission", "neutron")):
        raise SystemExit(f"{name}: fission and neutrons are not in the table")
    energies = {
        column: f"{sum(1e3 * mev * share for kind in kinds for mev, share in data['emissions'][kind]):.7g}"
        for column, kinds in KINDS.items()
    }
    daughters = " ".join(f"{daughter}:{fraction:.8g}" for daughter, fraction in branches(name))
    evidence = {"source": "icrp107_sum", "tier": "secondary-curated", "verified": "primary not checked"}
    return {
        "nuclide": name,
        "half_life_s": f"{half_life_s:.10g}",
        **energies,
        "daughters": daughters,
        **evidence,
    }


if __name__ == "__main__":
    main()
