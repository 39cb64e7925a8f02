"""Bodies with closed forms, contoured on slices, come in; every figure of their DVH beside the truth goes out as cases."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graybook.dvh.bodies import Body, Cone, Cylinder, LinearDose, Sphere, contours, curve_cm3, metrics
from graybook.dvh.histogram import cumulative
from graybook.dvh.refinement import refined_samples
from graybook.dvh.sampling import StructureSamples, structure_samples
from graybook.dvh.statistics import dose_at_percent_gy, max_gy, mean_gy, min_gy, near_maximum_gy
from graybook.geometry import Grid, GridField
from graybook.report.commission_result import Case, ComparedCurve, Group
from graybook.report.wording import Wording
from graybook.workflow.commissioning.case import Bench, Check, spread_points

__all__ = ["BODIES", "GRADIENTS", "SLICES_MM", "curves", "nelms", "sampled_metrics", "spheres"]

BODIES: dict[str, Body] = {
    "sphere": Sphere(radius_mm=12.0),
    "cylinder": Cylinder(radius_mm=12.0, length_mm=24.0),
    "lying_cylinder": Cylinder(radius_mm=12.0, length_mm=24.0, along=1),
    "cone": Cone(radius_mm=12.0, height_mm=24.0),
    "lying_cone": Cone(radius_mm=12.0, height_mm=24.0, along=1),
}
"""The shapes of Nelms 2015."""

GRADIENTS = {"SI": LinearDose(axis=2), "AP": LinearDose(axis=1)}
SLICES_MM = (1.0, 2.0, 3.0)
NELMS_PERCENT, NELMS_BEYOND = 3.0, 5
"""A failure is a figure beyond 3 % of its value (Nelms 2015); how many of 255 may be."""

FRAME, GRID_MM, GRID_REACH_MM = "1.2.3", 2.0, 20.0
"""Where the linear dose lies: a grid that holds every body."""

DIAMETERS_MM = (5.0, 7.0, 10.0, 15.0, 20.0)
SPHERE_SLICES_MM = (0.5, 1.0)
PLACES = 5
SMALL_PERCENT, MEAN_PERCENT = 5.0, 1.0


def nelms(bench: Bench) -> Group:
    """Test 2 of Nelms 2015: contours on slices of 1, 2 and 3 mm, 255 figures."""
    words = bench.words
    cases = []
    for number, (name, body) in enumerate(BODIES.items()):
        bench.progress(words("nelms"), number / len(BODIES))
        for slice_mm in SLICES_MM:
            cases += list(_nelms_cases(name, body, slice_mm, words))
    return Group(
        id="nelms",
        title=words("nelms"),
        what=words("nelms_what"),
        reason=words("nelms_reason", percent=NELMS_PERCENT, beyond=NELMS_BEYOND),
        beyond_allowed=NELMS_BEYOND,
        cases=cases,
    )


def _planes(body: Body, slice_mm: float) -> np.ndarray:
    """Planes through both ends of the body. [mm]"""
    low, high = body.span_mm(2)
    return np.linspace(low, high, round((high - low) / slice_mm) + 1)


def sampled_metrics(samples: StructureSamples, dose: LinearDose) -> dict[str, float | None]:
    """The nine metrics of Nelms 2015 as Graybook finds them: V in cm³, doses in Gy."""
    inner, outer = dose.at(samples.points_mm), dose.at(samples.extreme_points_mm)
    volumes = samples.volumes_cm3
    found = {
        "V": samples.volume_cm3,
        "Dmin": min_gy(inner, outer),
        "Dmax": max_gy(inner, outer),
        "Dmean": mean_gy(inner, volumes),
    }
    for percent in (99, 95, 5, 1):
        found[f"D{percent}"] = dose_at_percent_gy(inner, volumes, percent)
    return {**found, "D0.03cc": near_maximum_gy(inner, volumes, 0.03)}


def _grid(dose: LinearDose) -> GridField:
    """A linear dose on voxels of 2 mm: between their centres it is the same."""
    count = round(2.0 * GRID_REACH_MM / GRID_MM) + 1
    grid = Grid(
        frame=FRAME,
        shape=(count, count, count),
        origin_mm=np.full(3, -GRID_REACH_MM),
        spacing_mm=np.full(3, GRID_MM),
        axes=np.eye(3),
    )
    return GridField(grid=grid, values=dose.at(grid.centres()).reshape(grid.shape))


def _nelms_cases(name: str, body: Body, slice_mm: float, words: Wording) -> Iterator[Case]:
    planes = _planes(body, slice_mm)
    for gradient, dose in GRADIENTS.items():
        found = sampled_metrics(refined_samples(contours(body, planes), [_grid(dose)]), dose)
        for key, expected in metrics(body.contoured(planes), dose).items():
            if key == "V" and gradient != "SI":
                continue  # the volume counts once
            check = Check(
                id=f"{name} {slice_mm:g} mm {gradient} {key}",
                text=words("body", body=words(f"body_{name}"), slice=slice_mm, gradient=gradient, metric=key),
                expected=expected,
                tolerance=NELMS_PERCENT,
                percent=True,
                unit="cm³" if key == "V" else "Gy",
                source=words("source_nelms"),
                row=words("body_row", body=words(f"body_{name}"), slice=slice_mm),
                column=key,
            )
            yield check.case(lambda key=key, found=found: found[key])  # type: ignore[misc]


def spheres(bench: Bench) -> Group:
    """Spheres of the sizes of Stanley 2021 at places off the slices: the worst volume of each size, and the mean error."""
    words, errors = bench.words, list[float]()
    cases = []
    for number, diameter in enumerate(DIAMETERS_MM):
        bench.progress(words("spheres"), number / len(DIAMETERS_MM))
        for slice_mm in SPHERE_SLICES_MM:
            body = Sphere(radius_mm=0.5 * diameter)
            truth = metrics(body, LinearDose(axis=2))["V"]
            volumes = [_volume_cm3(diameter, slice_mm, place) for place in spread_points(PLACES)]
            errors += [100.0 * (volume / truth - 1.0) for volume in volumes]
            check = Check(
                id=f"sphere {diameter:g} mm, slices {slice_mm:g} mm",
                text=words("sphere", diameter=diameter, slice=slice_mm, places=PLACES),
                expected=truth,
                tolerance=SMALL_PERCENT,
                percent=True,
                unit="cm³",
                source=words("source_stanley"),
            )
            cases.append(
                check.case(lambda volumes=volumes, truth=truth: max(volumes, key=lambda v: abs(v - truth)))  # type: ignore[misc]
            )
    mean = Check(
        id="mean volume error",
        text=words("sphere_mean"),
        expected=0.0,
        tolerance=MEAN_PERCENT,
        unit="%",
        source=words("source_stanley"),
    )
    cases.append(mean.case(lambda: float(np.mean(errors))))
    return Group(
        id="spheres",
        title=words("spheres"),
        what=words("spheres_what"),
        reason=words("spheres_reason"),
        cases=cases,
    )


def _volume_cm3(diameter_mm: float, slice_mm: float, place: np.ndarray) -> float:
    """Volume of a sphere whose centre lies ``place`` (x, y, z, each a share of a slice) off the nearest plane. [cm³]"""
    x, y, z = (float(one) * slice_mm for one in place)
    body = Sphere(radius_mm=0.5 * diameter_mm, centre_mm=(x, y, z))
    reach = int(np.ceil(diameter_mm / slice_mm)) + 2
    planes = slice_mm * np.arange(-reach, reach + 1)
    return structure_samples(contours(body, planes)).volume_cm3


def curves(words: Wording) -> tuple[ComparedCurve, ...]:
    """Two DVHs for the picture: a body the model holds exactly, and the hardest one."""
    shown = (("sphere", 2.0, "AP"), ("lying_cone", 3.0, "SI"))
    return tuple(_curve(name, slice_mm, gradient, words) for name, slice_mm, gradient in shown)


def _curve(name: str, slice_mm: float, gradient: str, words: Wording) -> ComparedCurve:
    body, dose = BODIES[name], GRADIENTS[gradient]
    planes = _planes(body, slice_mm)
    samples = refined_samples(contours(body, planes), [_grid(dose)])
    line = np.linspace(2.0, 30.0, 281)
    points = np.arange(3.0, 30.0)
    found = cumulative(dose.at(samples.points_mm), samples.volumes_cm3, points)
    return ComparedCurve(
        title=words("curve", body=words(f"body_{name}"), slice=slice_mm, gradient=gradient),
        line_gy=line,
        line_cm3=curve_cm3(body.contoured(planes), dose, line),
        points_gy=found.dose_gy,
        points_cm3=found.volume_cm3,
    )
