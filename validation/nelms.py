"""Nelms 2015: five bodies in linear doses come in; every program's deviations from the closed forms go out.

Med Phys 42:4435, doi 10.1118/1.4923175. Sphere of 24 mm, cylinder and cone of 24 x 24 mm, these upright and lying; 16 Gy in
the middle, 1 Gy/mm along SI or AP. Test 1: contours every 0.2 mm, four dose grids, 340 values. Test 2: contours and dose of
1, 2, 3 mm, 255 values. Test 3: whole curves in steps of 0.1 Gy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graybook.dvh.bodies import Body, Cone, Cylinder, LinearDose, Sphere, contours, curve_cm3, metrics
from graybook.geometry.arrays import FloatArray
from validation.cases import FRAME, Case, dose_grid, planes_mm, stored
from validation.programs import OTHERS, OURS, Answers, answers
from validation.sections import Options, percents, plot, section, table

__all__ = ["measured"]

METRICS = ("V", "Dmin", "Dmax", "Dmean", "D99", "D95", "D5", "D1", "D0.03cc")
GRADIENTS = {"SI": 2, "AP": 1}
MATCHED = {f"{h:g} mm": (h, (h, h, h)) for h in (1.0, 2.0, 3.0)}
"""Test 2: contours and dose grid by name: slice spacing and voxel (x, y, z). [mm]"""

FINE = {"0.4 × 0.2 × 0.4 mm": (0.2, (0.4, 0.4, 0.2))} | {
    f"{g:g} mm": (0.2, (g, g, g)) for g in (1.0, 2.0, 3.0)
}
"""Test 1. The finest dose grid is 0.2 mm along SI, as its contours are."""

PLACES = 10
SEED = 2015
RADIUS_MM = 12.0

PUBLISHED = (
    ("PlanIQ 2.1 (published)", "18", "24", "-4.2 … +0.6", "0.0", "-4.2 … +22.3", "-4.6 … +0.9"),
    ("Pinnacle 9.8 (published)", "93", "106", "-2.8 … +2.1", "-7.5 … +60.0", "-4.2 … +44.4", "-7.8 … +0.9"),
)  # fmt: skip
"""Nelms 2015, test 2, through a secondary summary; the primary was not at hand."""

PUBLISHED_FINE = (
    ("PlanIQ 2.1 (published)", "5", *"–––––"),
    ("Pinnacle 9.8 (published)", "52", *"–––––"),
)
"""Test 1, likewise."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One body in one dose, with the truth."""

    case: str
    roi: str
    setting: str
    gradient: str
    slice_mm: float
    body: Body
    dose: LinearDose
    place: int


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One value's relative deviation; None when the program gave none."""

    program: str
    of: Setting
    metric: str
    value: float | None


def bodies(radius_mm: float, centre_mm: tuple[float, float, float]) -> dict[str, Body]:
    """The five bodies about a centre."""
    length = 2.0 * radius_mm
    return {
        "sphere": Sphere(radius_mm=radius_mm, centre_mm=centre_mm),
        "cylinder": Cylinder(radius_mm=radius_mm, length_mm=length, centre_mm=centre_mm),
        "lying_cylinder": Cylinder(radius_mm=radius_mm, length_mm=length, along=1, centre_mm=centre_mm),
        "cone": Cone(radius_mm=radius_mm, height_mm=length, centre_mm=centre_mm),
        "lying_cone": Cone(radius_mm=radius_mm, height_mm=length, along=1, centre_mm=centre_mm),
    }


def posed(
    name: str,
    slice_mm: float,
    voxel_mm: tuple[float, float, float],
    share: FloatArray,
    *,
    place: int = 0,
    radius_mm: float = RADIUS_MM,
    per_mm_gy: float = 1.0,
) -> tuple[list[Case], list[Setting]]:
    """Both gradients of a setting, the centre ``share`` of a voxel (of a slice along z where that is more) off the grid."""
    z = max(voxel_mm[2], slice_mm)
    x, y = share[0] * voxel_mm[0], share[1] * voxel_mm[1]
    centre = (x, y, share[2] * z)
    planes = planes_mm(slice_mm, radius_mm + 9.0)
    shapes = bodies(radius_mm, centre)
    middle = 4.0 / 3.0 * radius_mm * abs(per_mm_gy)
    stacks = {roi: contours(body, planes, frame=FRAME) for roi, body in shapes.items()}
    cases, settings = [], []
    for gradient, axis in GRADIENTS.items():
        dose = LinearDose(axis=axis, per_mm_gy=per_mm_gy, middle_gy=middle, middle_mm=centre)
        label = f"{name}-{gradient}-{place}".replace(" ", "")
        cases.append(
            Case(
                name=label,
                stacks=stacks,
                field=stored(dose, dose_grid(voxel_mm, radius_mm + 7.0)),
                slice_mm=slice_mm,
                reach_mm=radius_mm + 9.0,
                curve_gy=np.arange(0.0, 2.0 * middle + 0.05, 0.1),
            )
        )
        settings += [
            Setting(
                case=label, roi=roi, setting=name, gradient=gradient, slice_mm=slice_mm,
                body=body.contoured(planes), dose=dose, place=place,
            )
            for roi, body in shapes.items()
        ]  # fmt: skip
    return cases, settings


def deviations(program: str, found: Answers, settings: Sequence[Setting]) -> list[Deviation]:
    """Every value against its closed form; the volume counts once for both gradients."""
    made = []
    for of in settings:
        answer = found[of.case][of.roi]
        for metric, truth in metrics(of.body, of.dose).items():
            if metric == "V" and of.gradient != "SI":
                continue
            value = answer.get(metric)
            off = None if value is None else float(value) / truth - 1.0
            made.append(Deviation(program=program, of=of, metric=metric, value=off))
    return made


def beyond(found: Sequence[Deviation], share: float) -> int:
    """How many values are further off than this share; no value counts as off."""
    return sum(1 for one in found if one.value is None or abs(one.value) > share)


def curve_error(found: Answers, of: Setting, curve_gy: FloatArray) -> float | None:
    """Largest difference of the cumulative curves, as a share of the true volume."""
    curve = found[of.case][of.roi].get("curve_cm3")
    if curve is None:
        return None
    truth = curve_cm3(of.body, of.dose, curve_gy)
    # a step of the curve lies at most half of 1e-6 Gy aside
    return float(np.max(np.abs(np.asarray(curve) - truth)) / truth.max())


def measured(options: Options) -> dict[str, Any]:
    """Tests 1, 2 and 3, at the paper's centre and at random places; other sizes and gradients."""
    places = 2 if options.quick else PLACES
    shares = np.random.default_rng(SEED).uniform(0.0, 1.0, (places, 3))
    others = OTHERS if options.peers else ()
    second = Run.of("test2", MATCHED, [np.zeros(3), *shares], options, others)
    first = Run.of("test1", FINE, [np.zeros(3)], options, () if options.quick else others)
    first_off = Run.of("test1-off", FINE, [np.zeros(3), *shares[:3]], options, ())
    sizes = sizes_measured(options)
    return section(
        "Linear doses: Nelms 2015",
        texts=[_introduction(places)],
        tables=[
            second.scores("Test 2: matched contours and dose of 1, 2 and 3 mm", PUBLISHED),
            *second.failures(),
            first.scores("Test 1: contours every 0.2 mm, four dose grids", PUBLISHED_FINE),
            first_off.kinds("Test 1, three of the random places: Graybook's values beyond 3 %"),
            second.curves(),
            sizes,
        ],
        plots=[second.strip(), second.worst_curve()],
        versions=second.versions | first.versions,
        figures={
            "test2_beyond_3": second.count(OURS, 0),
            "test2_beyond_3_places": second.over_places(OURS),
            "test1_beyond_3": first.count(OURS, 0),
            "test1_beyond_3_places": float(np.mean([first_off.count(OURS, k + 1) for k in range(len(shares[:3]))])),
            **{f"curve_{name}": second.worst(OURS, name, centre=True) or 0.0 for name in MATCHED},
        },
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Run:
    """The answers of all programs to one test, with the truth."""

    answers: dict[str, Answers]
    versions: dict[str, str]
    settings: list[Setting]
    curves_gy: dict[str, FloatArray]
    found: dict[str, list[Deviation]]

    @classmethod
    def of(
        cls,
        name: str,
        grids: dict[str, tuple[float, tuple[float, float, float]]],
        shares: Sequence[FloatArray],
        options: Options,
        others: Sequence[str],
    ) -> Run:
        """Pose the test and let every program answer."""
        posed_all = [
            posed(grid, *sizes, share, place=place)
            for place, share in enumerate(shares)
            for grid, sizes in grids.items()
        ]
        cases = [case for some, _ in posed_all for case in some]
        settings = [one for _, some in posed_all for one in some]
        said, versions = answers(cases, options.work / name, others=others)
        return cls(
            answers=said,
            versions=versions,
            settings=settings,
            curves_gy={case.name: case.curve_gy for case in cases},
            found={program: deviations(program, reply, settings) for program, reply in said.items()},
        )

    def at(self, program: str, place: int) -> list[Deviation]:
        """The deviations at one place; 0 is the paper's centre."""
        return [one for one in self.found[program] if one.of.place == place]

    def count(self, program: str, place: int, share: float = 0.03) -> int:
        """Values beyond a share at one place."""
        return beyond(self.at(program, place), share)

    def over_places(self, program: str) -> float:
        """Values beyond 3 %, averaged over the random places."""
        places = sorted({one.place for one in self.settings} - {0})
        return float(np.mean([self.count(program, place) for place in places])) if places else 0.0

    def scores(self, title: str, published: Sequence[Sequence[str]]) -> dict[str, Any]:
        """One row per program."""
        columns = ["program", "> 3 %", "> 2 %", "V, %", "Dmin, %", "D99, %", "D0.03cc, %"]
        places = sorted({one.place for one in self.settings} - {0})
        if places:
            columns.append(f"> 3 % over {len(places)} places: mean (least – most)")
        rows = []
        for program in self.found:
            here = self.at(program, 0)
            row: list[object] = [program, self.count(program, 0), self.count(program, 0, 0.02)]
            for metric in ("V", "Dmin", "D99", "D0.03cc"):
                row.append(
                    percents([one.value for one in here if one.metric == metric and one.value is not None])
                )
            if places:
                counts = [self.count(program, place) for place in places]
                row.append(f"{np.mean(counts):.1f} ({min(counts)} – {max(counts)})")
            rows.append(row)
        rows += [[*row, *(["–"] if places else [])] for row in published]
        values = len(self.at(OURS, 0))
        missing = [
            f"{program}: no answer to {lost} of them"
            for program in self.found
            if (lost := sum(1 for one in self.at(program, 0) if one.value is None))
        ]
        return table(
            title, columns, rows, note=". ".join([f"{values} values at the paper's centre", *missing]) + "."
        )

    def failures(self) -> list[dict[str, Any]]:
        """Graybook's values beyond 3 %: each at the paper's centre, by kind at the random places."""
        off = [one for one in self.found[OURS] if one.value is None or abs(one.value) > 0.03]
        here = [
            (one.of.roi.replace("_", " "), one.of.setting, one.of.gradient, one.metric, _percent(one.value))
            for one in off
            if one.of.place == 0
        ]
        return [
            table(
                "Test 2, paper's centre: each of Graybook's values beyond 3 %",
                ["body", "slices", "gradient", "metric", "off by, %"],
                here,
            ),
            self.kinds("Test 2, random places: Graybook's values beyond 3 %"),
        ]

    def kinds(self, title: str) -> dict[str, Any]:
        """Graybook's values beyond 3 % off the paper's centre, by kind."""
        off = [one for one in self.found[OURS] if one.value is None or abs(one.value) > 0.03]
        kinds: dict[tuple[str, ...], list[float]] = {}
        for one in off:
            if one.of.place:
                key = (one.of.roi.replace("_", " "), one.of.setting, one.of.gradient, one.metric)
                kinds.setdefault(key, []).append(float("inf") if one.value is None else one.value)
        elsewhere = [(*key, len(kinds[key]), _percent(max(kinds[key], key=abs))) for key in sorted(kinds)]
        columns = ["body", "grid", "gradient", "metric", "values", "worst, %"]
        return table(title, columns, elsewhere)

    def worst(self, program: str, setting: str, *, centre: bool) -> float | None:
        """Worst error of a whole curve."""
        found = [
            curve_error(self.answers[program], of, self.curves_gy[of.case])
            for of in self.settings
            if of.setting == setting and (of.place == 0) == centre
        ]
        known = [value for value in found if value is not None]
        return max(known) if known else None

    def curves(self) -> dict[str, Any]:
        """Worst error of whole curves, by slice spacing."""
        rows: list[list[object]] = []
        for program in self.found:
            row: list[object] = [program]
            for centre in (True, False):
                for name in MATCHED:
                    value = self.worst(program, name, centre=centre)
                    row.append("–" if value is None else f"{100 * value:.2f}")
            rows.append(row)
        rows.append(["PlanIQ 2.1 (published)", "0.4", "–", "1.5", *"–––"])
        rows.append(["Pinnacle 9.8 (published)", "4.4", "–", "11.2", *"–––"])
        columns = [
            "program",
            *(f"{name}" for name in MATCHED),
            *(f"{name}, random places" for name in MATCHED),
        ]
        note = "Largest difference of the cumulative curve from the closed form, in % of the body's volume, over steps of 0.1 Gy."
        return table("Test 3: whole curves", columns, rows, note=note)

    def strip(self) -> dict[str, Any]:
        """All deviations of test 2 by metric."""
        series = []
        width = 0.8 / max(len(self.found), 1)
        for k, program in enumerate(self.found):
            here = [one for one in self.at(program, 0) if one.value is not None]
            x = [METRICS.index(one.metric) - 0.4 + (k + 0.5) * width for one in here]
            series.append((program, x, [100.0 * (one.value or 0.0) for one in here]))
        return plot(
            "nelms-test-2", "Test 2, paper's centre: every value", x="", y="deviation from the closed form, %",
            series=series, points=True, ticks=METRICS,
        )  # fmt: skip

    def worst_curve(self) -> dict[str, Any]:
        """Errors of all programs along the curve on which Graybook is worst at 3 mm."""
        worst = max(
            (of for of in self.settings if of.place == 0 and of.setting == "3 mm"),
            key=lambda of: curve_error(self.answers[OURS], of, self.curves_gy[of.case]) or 0.0,
        )
        doses = self.curves_gy[worst.case]
        truth = curve_cm3(worst.body, worst.dose, doses)
        series = [
            (
                program,
                doses.tolist(),
                (100.0 * (np.asarray(reply["curve_cm3"]) - truth) / truth.max()).tolist(),
            )
            for program in self.found
            if "curve_cm3" in (reply := self.answers[program][worst.case][worst.roi])
        ]
        return plot(
            "nelms-curve",
            f"Test 3: the curve on which Graybook is worst at 3 mm ({worst.roi.replace('_', ' ')}, {worst.gradient})",
            x="dose, Gy", y="error of the volume, % of the body", series=series,
        )  # fmt: skip


def sizes_measured(options: Options) -> dict[str, Any]:
    """Graybook alone at other sizes and gradients, at the first three random places."""
    share = np.random.default_rng(SEED).uniform(0.0, 1.0, (PLACES, 3))
    rows = []
    for radius in (6.0, 20.0):
        for slope in (1.0, -1.0, 3.0):
            cases, settings = [], []
            for place in range(1 if options.quick else 3):
                for grid, sizes in MATCHED.items():
                    some, more = posed(
                        grid, *sizes, share[place], place=place, radius_mm=radius, per_mm_gy=slope
                    )
                    cases += some
                    settings += more
            said, _ = answers(cases, options.work / "sizes", others=())
            found = deviations(OURS, said[OURS], settings)
            values = [one.value for one in found if one.value is not None]
            rows.append([
                f"{2 * radius:g} mm", f"{slope:+g} Gy/mm", len(found), beyond(found, 0.03), beyond(found, 0.02),
                percents(values), percents([one.value for one in found if one.metric == "V" and one.value is not None]),
            ])  # fmt: skip
    return table(
        "Other sizes and gradients, Graybook alone",
        ["size", "gradient", "values", "> 3 %", "> 2 %", "all, %", "V, %"],
        rows,
        note="Slices and dose of 1, 2 and 3 mm at random places; 4/3 of the dose over the radius in the middle, as in the paper.",
    )


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{100.0 * value:+.1f}"


def _introduction(places: int) -> str:
    return (
        "Sphere, cylinder and cone of 24 mm, the latter two upright and lying, in a dose of 1 Gy/mm along SI or AP "
        "(Nelms et al. 2015, Med Phys 42:4435). A value is beyond 3 % when it differs from the closed form by more than 3 % of "
        "itself. As in the paper, flat ends across the slices lie half a slice beyond the last plane. The paper's centre puts "
        f"planes and voxels exactly through the bodies' ends; {places} random places, the same for all programs, do not. What "
        "remains there is what contours do not tell: the apex of the lying cone and the edge of a base between two planes."
    )
