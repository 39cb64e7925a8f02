"""Walker and Byrne 2025: spheres in Gaussian doses come in; conformity and gradient indices go out beside 1.00 and 3.69.

Med Dosim 50:1, doi 10.1016/j.meddos.2024.06.002. Radii of 2 to 9 mm, slices of 0.5, 1 and 2 mm, the centre on a slice or
half way between two; the prescription is the dose on the surface. Dose voxels are as long as the slices are apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graybook import __version__
from graybook.dvh.bodies import GaussianDose, Sphere, contours
from graybook.dvh.indices import conformity_index, modified_gradient_index
from graybook.dvh.isodose import isodose_volume
from graybook.dvh.statistics import volume_above_cm3
from validation.cases import FRAME, Case, dose_grid, planes_mm, stored
from validation.programs import OTHERS, OURS, answers, samples_of
from validation.sections import Options, plot, section, table

__all__ = ["measured"]

RADII_MM = (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
SLICES_MM = (0.5, 1.0, 2.0)
PLACES = {"on": 0.0, "between": 0.5}
INDICES = ("PCI", "MGI")
TRUTH = {"PCI": 1.0, "MGI": float((2.0 * np.log(10.0 / (5.0 * np.exp(-0.5)))) ** 1.5)}

PUBLISHED = (
    ("commercial systems (published), 2 mm", "0.60 – 0.73", "4.52 – 6.34"),
    ("commercial systems (published), 9 mm", "0.92 – 0.95", "3.73 – 3.86"),
)
"""Through a secondary summary."""

Key = tuple[float, float, str]
Found = dict[Key, dict[str, float | None]]


def measured(options: Options) -> dict[str, Any]:
    """All radii, slices and places."""
    radii = (2.0, 5.0, 9.0) if options.quick else RADII_MM
    posed = {
        (radius, slice_mm, place): _posed(radius, slice_mm, place)
        for radius in radii
        for slice_mm in SLICES_MM
        for place in PLACES
    }
    found: dict[str, Found] = {OURS: {key: _own(*case) for key, case in posed.items()}}
    versions = {"graybook": __version__}
    if options.peers:
        said, versions = answers([case for case, _ in posed.values()], options.work, others=OTHERS, own=False)
        for program in OTHERS:
            found[program] = {key: _indices(said[program][case.name]) for key, (case, _) in posed.items()}
    smallest = [found[OURS][2.0, 0.5, place] for place in PLACES]
    return section(
        "Conformity and gradient of small targets: Walker and Byrne 2025",
        texts=[
            "Spheres of 2 to 9 mm radius in a Gaussian dose whose prescription isodose is the sphere itself: Paddick's "
            f"conformity index is 1.00 and the modified gradient index {TRUTH['MGI']:.2f} (Walker and Byrne 2025, doi "
            "10.1016/j.meddos.2024.06.002). Dose voxels are cubes as long as the slices are apart. Graybook takes the "
            "isodose's volume over the whole dose; the others have none, so theirs is read in a larger sphere about the "
            "target. dicompyler-core looks at the stored voxels alone; here a voxel lies in the target just when it holds "
            "the prescription, so its PCI of 1.00 is built in."
        ],
        tables=[_table(found, radii, slice_mm) for slice_mm in SLICES_MM]
        + [table("Published, all slices", ["", "PCI", "MGI"], PUBLISHED)],
        plots=[_plot(found, radii, index) for index in INDICES],
        versions=versions,
        figures={
            f"{index}_2_mm_off_percent": 100.0 * max(abs((one[index] or 0.0) / TRUTH[index] - 1.0) for one in smallest)
            for index in INDICES
        },
    )  # fmt: skip


def _posed(radius: float, slice_mm: float, place: str) -> tuple[Case, GaussianDose]:
    """The target at 3.7 and 2.9 tenths of a voxel in plane, on a slice or between two."""
    centre = (0.37 * slice_mm, 0.29 * slice_mm, PLACES[place] * slice_mm)
    dose = GaussianDose(radius_mm=radius, centre_mm=centre)
    around = 1.7 * radius + 1.0
    reach = around + 4.0
    planes = planes_mm(slice_mm, reach)
    bodies = {
        "sphere": Sphere(radius_mm=radius, centre_mm=centre),
        "around": Sphere(radius_mm=around, centre_mm=centre),
    }
    case = Case(
        name=f"gaussian-{radius:g}-{slice_mm:g}-{place}",
        stacks={roi: contours(body, planes, frame=FRAME) for roi, body in bodies.items()},
        field=stored(dose, dose_grid((slice_mm, slice_mm, slice_mm), reach)),
        slice_mm=slice_mm,
        reach_mm=reach,
        curve_gy=np.array([0.5 * dose.surface_gy, dose.surface_gy]),
    )
    return case, dose


def _own(case: Case, dose: GaussianDose) -> dict[str, float | None]:
    """Graybook's indices."""
    samples = samples_of(case.stacks["sphere"], case.field, case.slice_mm)
    at = case.field.sample(samples.points_mm).low
    covered = volume_above_cm3(at, samples.volumes_cm3, dose.surface_gy)
    full, half = (
        isodose_volume(case.field, level).volume_cm3 for level in (dose.surface_gy, 0.5 * dose.surface_gy)
    )
    return {
        "PCI": conformity_index(samples.volume_cm3, covered, full),
        "MGI": modified_gradient_index(half, covered),
    }


def _indices(answer: dict[str, dict[str, Any]]) -> dict[str, float | None]:
    """The indices from a program's volumes."""
    if any("failed" in one for one in answer.values()):
        return {"PCI": None, "MGI": None}
    half, full = answer["around"]["curve_cm3"]
    covered = answer["sphere"]["curve_cm3"][1]
    return {
        "PCI": conformity_index(answer["sphere"]["V"], covered, full),
        "MGI": modified_gradient_index(half, covered),
    }


def _table(found: dict[str, Found], radii: tuple[float, ...], slice_mm: float) -> dict[str, Any]:
    columns = ["program, centre", *(f"{radius:g} mm" for radius in radii)]
    rows = []
    for program, some in found.items():
        for place in PLACES:
            cells = []
            for radius in radii:
                values = [some[radius, slice_mm, place][index] for index in INDICES]
                cells.append(" / ".join("failed" if value is None else f"{value:.2f}" for value in values))
            rows.append([f"{program}, {place} a slice" if place == "on" else f"{program}, between", *cells])
    return table(f"PCI / MGI by radius, slices of {slice_mm:g} mm", columns, rows)


def _plot(found: dict[str, Found], radii: tuple[float, ...], index: str) -> dict[str, Any]:
    series = []
    for program, some in found.items():
        known = [(radius, some[radius, 1.0, "between"][index]) for radius in radii]
        line = [(radius, value) for radius, value in known if value is not None]
        series.append((program, [radius for radius, _ in line], [value for _, value in line]))
    series.append(("truth", [radii[0], radii[-1]], [TRUTH[index]] * 2))
    return plot(
        f"walker-byrne-{index.lower()}", f"{index}, slices of 1 mm, centre between slices",
        x="radius, mm", y=index, series=series,
    )  # fmt: skip
