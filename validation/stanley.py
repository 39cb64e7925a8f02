"""Stanley 2021: small spheres in a steep dose at random places come in; errors of volume, V100 and V50 go out.

Med Phys, doi 10.1002/mp.14645. Diameters of 3 to 20 mm, 50 random places each, slices of 0.5 and 1 mm, dose voxels of
1 x 1 mm x slice, 20 Gy on the surface. V100 and V50, the volumes that receive 20 and 10 Gy, are read in a larger sphere
about each, as they reach beyond it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from graybook import __version__
from graybook.dvh.bodies import Sphere, SteepDose, contours
from graybook.dvh.isodose import isodose_volume
from validation.cases import FRAME, Case, dose_grid, planes_mm, stored
from validation.programs import OTHERS, OURS, answered, answers
from validation.sections import Options, percents, plot, section, table

__all__ = ["measured"]

DIAMETERS_MM = (3.0, 5.0, 7.0, 10.0, 15.0, 20.0)
SLICES_MM = (0.5, 1.0)
PLACES, PLACES_OF_OTHERS = 50, 10
SEED = 2021
AROUND_MM = 3.0
"""How much further the larger sphere reaches. [mm]"""

STORED = "the stored dose itself"
"""Not a program: the isodose's volume of the trilinear dose between the stored voxels, cell by cell in closed form."""

QUANTITIES = ("volume", "V100", "V50")
PUBLISHED = (
    ("commercial systems (published)", "-4.7 … +1.2", "-33.2 … –", "-3.8 … +0.3", "-36 … +20", "within ±0.5", "–"),
    ("best of them at 5 mm, 1 mm slices (published)", "0.0", "-5.4 … +4.0", *"––––"),
)  # fmt: skip
"""Means over all sizes and worst cases, through a secondary summary."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One sphere at one place, with the truth. [cm³]"""

    case: str
    diameter_mm: float
    slice_mm: float
    place: int
    truth: dict[str, float]


def measured(options: Options) -> dict[str, Any]:
    """All sizes, slices and places."""
    places, few = (5, 2) if options.quick else (PLACES, PLACES_OF_OTHERS)
    shares = np.random.default_rng(SEED).uniform(0.0, 1.0, (places, 3))
    found: dict[str, list[tuple[Setting, dict[str, float | None]]]] = {OURS: [], STORED: []}
    kept: list[tuple[Case, Setting]] = []
    for diameter, slice_mm, (place, share) in product(DIAMETERS_MM, SLICES_MM, enumerate(shares)):
        case, of = _posed(diameter, slice_mm, place, share)
        found[OURS].append((of, _errors(answered(case), of)))
        if place < few:
            found[STORED].append((of, _stored(case, of)))
            kept.append((case, of))
    versions = {"graybook": __version__}
    if options.peers:
        said, versions = answers([case for case, _ in kept], options.work, others=OTHERS, own=False)
        for program in OTHERS:
            found[program] = [(of, _errors(said[program][of.case], of)) for _, of in kept]
    volumes = _values(found[OURS], "volume")
    small = _values([one for one in found[OURS] if one[0].diameter_mm == 5.0], "volume")
    return section(
        "Small spheres: Stanley 2021",
        texts=[
            "Spheres of 3 to 20 mm in a dose that falls from 20 Gy on the surface by half within 0.4 mm (Stanley et al. 2021, "
            f"doi 10.1002/mp.14645); slices of 0.5 and 1 mm, dose voxels of 1 × 1 mm × slice. {places} random places each for "
            f"Graybook, the first {few} of them for the others. V100 and V50 are the volumes at or above 20 and "
            "10 Gy. A dose stored every millimetre and taken as linear between is itself off by much of that: the row "
            f"“{STORED}” integrates it in closed form, and no program that interpolates linearly can do better."
        ],
        tables=[_summary(found), *(_by_size(found, slice_mm) for slice_mm in SLICES_MM)],
        plots=[_plot(found)],
        versions=versions,
        figures={
            "mean_volume_percent": 100.0 * float(np.mean(volumes)),
            "worst_5_mm_percent": 100.0 * max(map(abs, small)),
        },
    )


def _posed(diameter: float, slice_mm: float, place: int, share: np.ndarray) -> tuple[Case, Setting]:
    radius = diameter / 2.0
    x, y, z = (float(value) for value in share * np.array([1.0, 1.0, slice_mm]))
    centre = (x, y, z)
    dose = SteepDose(radius_mm=radius, centre_mm=centre)
    reach = radius + AROUND_MM + 3.0
    planes = planes_mm(slice_mm, reach)
    bodies = {
        "sphere": Sphere(radius_mm=radius, centre_mm=centre),
        "around": Sphere(radius_mm=radius + AROUND_MM, centre_mm=centre),
    }
    name = f"stanley-{diameter:g}-{slice_mm:g}-{place}"
    case = Case(
        name=name,
        stacks={roi: contours(body, planes, frame=FRAME) for roi, body in bodies.items()},
        field=stored(dose, dose_grid((1.0, 1.0, slice_mm), reach)),
        slice_mm=slice_mm,
        reach_mm=reach,
        curve_gy=np.array([10.0, 20.0]),
    )
    ball = 4.0 / 3.0 * np.pi / 1000.0
    truth = {
        "volume": ball * radius**3,
        "V100": ball * radius**3,
        "V50": ball * dose.reached_at_mm(10.0) ** 3,
    }
    return case, Setting(case=name, diameter_mm=diameter, slice_mm=slice_mm, place=place, truth=truth)


def _errors(answer: dict[str, dict[str, Any]], of: Setting) -> dict[str, float | None]:
    """Relative errors; None where a program gave nothing."""
    half, full = answer["around"].get("curve_cm3") or (None, None)
    found = {"volume": answer["sphere"].get("V"), "V100": full, "V50": half}
    return {name: None if value is None else value / of.truth[name] - 1.0 for name, value in found.items()}


def _stored(case: Case, of: Setting) -> dict[str, float | None]:
    """Errors that the stored dose brings whoever reads it, linear between voxels."""
    full, half = (isodose_volume(case.field, level).volume_cm3 for level in (20.0, 10.0))
    return {"volume": None, "V100": full / of.truth["V100"] - 1.0, "V50": half / of.truth["V50"] - 1.0}


Found = Sequence[tuple[Setting, dict[str, float | None]]]


def _values(found: Found, name: str) -> list[float]:
    return [value for _, errors in found if (value := errors[name]) is not None]


def _missing(found: Found) -> int:
    return sum(1 for _, errors in found if errors["V100"] is None)


def _cells(found: Found) -> list[str]:
    cells = []
    for name in QUANTITIES:
        values = _values(found, name)
        cells += [f"{100.0 * float(np.mean(values)):+.2f}" if values else "–", percents(values)]
    return cells


def _summary(found: dict[str, list[tuple[Setting, dict[str, float | None]]]]) -> dict[str, Any]:
    columns = ["program", *(f"{name}, {what}, %" for name in QUANTITIES for what in ("mean", "range"))]
    rows = [[program, *_cells(some)] for program, some in found.items()] + [list(row) for row in PUBLISHED]
    lost = [
        f"{program} failed on {n} of {len(some)}" for program, some in found.items() if (n := _missing(some))
    ]
    return table("All sizes and slices", columns, rows, note=". ".join([*lost, ""]).strip())


def _by_size(
    found: dict[str, list[tuple[Setting, dict[str, float | None]]]], slice_mm: float
) -> dict[str, Any]:
    programs = [program for program in found if program != STORED]
    rows = []
    for diameter in DIAMETERS_MM:
        row: list[object] = [f"{diameter:g} mm"]
        for program in programs:
            here = [
                one for one in found[program] if (one[0].diameter_mm, one[0].slice_mm) == (diameter, slice_mm)
            ]
            values = _values(here, "volume")
            row.append(
                f"{100.0 * float(np.mean(values)):+.2f} ({percents(values, 2)})" if values else "failed"
            )
        rows.append(row)
    return table(f"Volume, slices of {slice_mm:g} mm: mean (range), %", ["sphere", *programs], rows)


def _plot(found: dict[str, list[tuple[Setting, dict[str, float | None]]]]) -> dict[str, Any]:
    width = 0.8 / len(found)
    series = []
    for k, (program, some) in enumerate(found.items()):
        if program == STORED:
            continue
        known = [
            (of, errors["volume"])
            for of, errors in some
            if errors["volume"] is not None and of.slice_mm == 1.0
        ]
        x = [DIAMETERS_MM.index(of.diameter_mm) - 0.4 + (k + 0.5) * width for of, _ in known]
        series.append((program, x, [100.0 * (value or 0.0) for _, value in known]))
    return plot(
        "stanley-volume", "Volumes of small spheres, slices of 1 mm", x="diameter", y="error, %",
        series=series, points=True, ticks=[f"{diameter:g} mm" for diameter in DIAMETERS_MM],
    )  # fmt: skip
