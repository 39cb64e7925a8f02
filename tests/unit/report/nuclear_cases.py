"""Made-up nuclear results, their numbers by closed form: three 177Lu cycles, iodine of 1998 without a dose, glass microspheres."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from graybook.report import nuclear_result as model
from graybook.report.material import Material
from graybook.report.result import ApartDose, CourseResult, IndicativeTotal, Metrics, Result, StructureResult

KEV_J = 1.602176634e-16
LU_ELECTRON_KEV = 147.923
"""ICRP-107."""
LU_HALF_LIFE_H = 159.528
HOURS = (3.7411, 27.7253, 103.0942, 123.9836)
REPAIR_H = 2.8
KIDNEY_SOURCE = "Staanum et al. 2021, EJNMMI Physics 8:78, doi:10.1186/s40658-021-00422-2"
NUCLIDE_SOURCE = "ICRP Publication 107, by icrp107-database 0.0.3"
KERNEL_SOURCE = "Lanconelli et al. 2012, Phys Med Biol 57:517, doi:10.1088/0031-9155/57/2/517"
REPAIR_SOURCE = "qurit/PyTheranostics radiobiology.json"
LUTATE = "course-lu"
IODINE = "course-iodine"
SPHERES = "course-y90"


def g_factor(amplitudes: list[float], rates: list[float]) -> float:
    """Lea-Catcheside of a sum of exponentials, written out."""
    dose = sum(a / rate for a, rate in zip(amplitudes, rates, strict=True))
    mu = math.log(2.0) / REPAIR_H
    double = sum(
        a * b / ((one + other) * (one + mu))
        for a, one in zip(amplitudes, rates, strict=True)
        for b, other in zip(amplitudes, rates, strict=True)
    )
    return 2.0 * double / dose**2


def organ_cycle(
    name: str,
    tg263: str | None,
    a0_mbq: float,
    rates: tuple[float, float],
    mass_g: float,
    *,
    alpha_beta_gy: float | None = 3.0,
    relative_sd: float = 0.065,
) -> model.OrganCycleResult:
    """An organ with uptake and washout: its time-integrated activity, dose and BED by closed form."""
    washout, uptake = rates
    amplitudes = [a0_mbq, -a0_mbq]
    mbq_h = a0_mbq * (1.0 / washout - 1.0 / uptake)
    dose = mbq_h * 3.6e9 * LU_ELECTRON_KEV * KEV_J / (mass_g * 1e-3)
    g = g_factor(amplitudes, list(rates))
    biology: dict[str, Any] = {}
    low, high = dose * (1.0 - 1.645 * relative_sd), dose * (1.0 + 1.645 * relative_sd)
    if alpha_beta_gy is not None:
        over = 1.0 + 2.0 / alpha_beta_gy

        def bed(value: float) -> float:
            return value * (1.0 + g * value / alpha_beta_gy)

        biology = {
            "alpha_beta_gy": alpha_beta_gy,
            "repair_half_time_h": REPAIR_H,
            "repair_source": REPAIR_SOURCE,
            "g_factor": g,
            "bed_gy": bed(dose),
            "bed_low_gy": bed(low),
            "bed_high_gy": bed(high),
            "eqd2_gy": bed(dose) / over,
            "eqd2_low_gy": bed(low) / over,
            "eqd2_high_gy": bed(high) / over,
        }
    return model.OrganCycleResult(
        organ=name,
        tg263=tg263,
        volume_cm3=mass_g / 1.04,
        mass_g=mass_g,
        recovery=0.86,
        recovery_source="Sphere phantom of 2025-11-03",
        time_points=[
            model.TimePointResult(
                hours=t,
                activity_mbq=a0_mbq * (math.exp(-washout * t) - math.exp(-uptake * t)) * ripple,
                sd_mbq=a0_mbq * math.exp(-washout * t) * 0.06,
                image=f"1.2.826.0.1.3680043.10.1561.7.{i}",
            )
            for i, (t, ripple) in enumerate(zip(HOURS, (1.02, 0.98, 1.01, 0.99), strict=True))
        ],
        model="uptake",
        aicc=14.2,
        exponentials=[
            model.ExponentialResult(amplitude_mbq=a, rate_per_h=rate)
            for a, rate in zip(amplitudes, rates, strict=True)
        ],
        effective_half_life_h=math.log(2.0) / washout,
        time_integrated_mbq_h=mbq_h,
        time_integrated_sd_mbq_h=mbq_h * 0.05,
        time_integrated_choices=[
            model.TimeIntegratedChoice(
                model="uptake", tail="", mbq_h=mbq_h, difference_percent=0.0, used=True
            ),
            *(
                model.TimeIntegratedChoice(
                    model=name_,
                    tail=tail,
                    mbq_h=mbq_h * (1.0 + percent / 100.0),
                    difference_percent=percent,
                )
                for name_, tail, percent in (
                    ("trapezoid", "physical", 36.4),
                    ("trapezoid", "mono", 6.2),
                    ("mono", "", 3.1),
                    ("hanscheid", "", -0.5),
                )
            ),
        ],
        dose_gy=dose,
        low_gy=low,
        high_gy=high,
        interval="90 % band",
        method="local deposition",
        source="SPECT, 4 images",
        dose_choices=[
            model.DoseChoice(method="local deposition", dose_gy=dose, used=True),
            model.DoseChoice(method="voxel S", dose_gy=dose * 1.028),
            model.DoseChoice(method="sphere", dose_gy=dose * 0.991),
        ],
        **biology,
    )


def _lutate_cycle(number: int, given: str, activity_gbq: float, share: float) -> model.CycleResult:
    organs = [
        organ_cycle("Rein G", "Kidney_L", 108.742067 * share, (0.014081426, 0.845429128), 242.9, alpha_beta_gy=2.6),
        organ_cycle("Rein D", "Kidney_R", 101.2 * share, (0.0145253, 0.81), 255.1, alpha_beta_gy=2.6),
        organ_cycle("Foie", "Liver", 425.0 * share, (0.0074765, 0.9), 1800.0),
        organ_cycle("Rate", "Spleen", 104.2 * share, (0.010656, 0.7), 148.0),
        organ_cycle("Moelle osseuse", "BoneMarrow", 26.0 * share, (0.0231, 0.9), 1120.0, relative_sd=0.16),
        organ_cycle("Métastase S6", None, 41.0 * share, (0.0098, 0.5), 31.0, alpha_beta_gy=10.0, relative_sd=0.11),
    ]  # fmt: skip
    return model.CycleResult(
        course=LUTATE,
        phase=f"phase-lu-{number}",
        number=number,
        given=given,
        nuclide="Lu-177",
        agent="DOTATATE",
        activity_gbq=activity_gbq,
        extravasation_percent=None,
        evidence_grade="A",
        origin="images",
        organs=organs,
    )


def published_cycle(number: int, given: str) -> model.CycleResult:
    """7.4 GBq without images: the kidney's interval is a publication's, and no one value is known."""
    low, high = 0.2 * 7.4, 0.9 * 7.4
    organ = model.OrganCycleResult(
        organ="Kidneys",
        tg263="Kidneys",
        dose_gy=None,
        low_gy=low,
        high_gy=high,
        interval="published interval",
        method="activity × Gy/GBq",
        source=KIDNEY_SOURCE,
        alpha_beta_gy=2.6,
        repair_half_time_h=REPAIR_H,
        repair_source=REPAIR_SOURCE,
        bed_low_gy=low * 1.02,
        bed_high_gy=high * 1.2,
        eqd2_low_gy=low * 1.02 / (1.0 + 2.0 / 2.6),
        eqd2_high_gy=high * 1.2 / (1.0 + 2.0 / 2.6),
    )
    return model.CycleResult(
        course=LUTATE, phase=f"phase-lu-{number}", number=number, given=given, nuclide="Lu-177",
        agent="DOTATATE", activity_gbq=7.4, evidence_grade="C", origin="activity", organs=[organ],
    )  # fmt: skip


def iodine_cycle() -> model.CycleResult:
    """3.7 GBq of 1998: no dose is known."""
    return model.CycleResult(
        course=IODINE, phase="phase-iodine", number=1, given="1998-05-12", nuclide="I-131", agent="NaI",
        activity_gbq=3.7, evidence_grade="D", origin="unknown",
    )  # fmt: skip


def sphere_cycle() -> model.CycleResult:
    """90Y glass by the partition model: liver without tumour, tumour and lung; no α/β for the tumour."""
    over = 1.0 + 2.0 / 3.0
    liver = model.OrganCycleResult(
        organ="Foie", tg263="Liver", mass_g=1300.0, dose_gy=49.67, low_gy=41.0, high_gy=58.4,
        interval="stated interval", method="partition model, 49.67 J/GBq", source="Plan of 2025-06-11",
        dose_choices=[
            model.DoseChoice(method="49.67 J/GBq", dose_gy=49.67, used=True),
            model.DoseChoice(method="50 J/GBq", dose_gy=50.0),
        ],
        alpha_beta_gy=3.0, repair_half_time_h=2.5, repair_source=REPAIR_SOURCE, g_factor=0.037538,
        bed_gy=49.67 * (1 + 0.037538 * 49.67 / 3.0), bed_low_gy=62.0, bed_high_gy=101.1,
        eqd2_gy=49.67 * (1 + 0.037538 * 49.67 / 3.0) / over, eqd2_low_gy=62.0 / over, eqd2_high_gy=101.1 / over,
    )  # fmt: skip
    tumour = model.OrganCycleResult(
        organ="CHC segment VII", mass_g=200.0, dose_gy=149.01, low_gy=149.01, high_gy=149.01,
        interval="no interval", method="partition model, 49.67 J/GBq", source="Plan of 2025-06-11",
    )  # fmt: skip
    lung = model.OrganCycleResult(
        organ="Poumons", tg263="Lungs", mass_g=1000.0, dose_gy=4.967, low_gy=3.4, high_gy=6.6,
        interval="stated interval", method="partition model, 49.67 J/GBq", source="Plan of 2025-06-11",
    )  # fmt: skip
    return model.CycleResult(
        course=SPHERES, phase="phase-y90", number=1, given="2025-06-18T10:42:00+02:00", nuclide="Y-90",
        activity_gbq=2.0, device="y90-glass", evidence_grade="B", origin="partition model",
        organs=[liver, tumour, lung],
    )  # fmt: skip


def _line(organ: str, cycles: list[model.CycleResult], *, complete: bool) -> model.LineResult:
    steps, totals = [], [0.0] * 6
    for cycle in cycles:
        for one in cycle.organs:
            if organ != one.organ:
                continue
            ends = (one.dose_gy, one.low_gy, one.high_gy, one.bed_gy, one.bed_low_gy, one.bed_high_gy)
            totals = [have + (more or 0.0) for have, more in zip(totals, ends, strict=True)]
            values = dict(
                zip(
                    ("dose_gy", "low_gy", "high_gy", "bed_gy", "bed_low_gy", "bed_high_gy"),
                    totals,
                    strict=True,
                )
            )
            steps.append(
                model.LineStep(
                    course=cycle.course,
                    phase=cycle.phase,
                    number=cycle.number,
                    given=cycle.given,
                    **{**values, **({"dose_gy": None, "bed_gy": None} if one.dose_gy is None else {})},
                )
            )
    return model.LineResult(organ=organ, complete=complete, steps=steps)


NUCLIDES = [
    model.NuclideResult(
        nuclide="Lu-177", half_life_h=LU_HALF_LIFE_H, electron_kev=LU_ELECTRON_KEV, photon_kev=35.098,
        local_j_per_gbq=19.6363, source=NUCLIDE_SOURCE,
    ),
    model.NuclideResult(
        nuclide="Y-90", half_life_h=64.1, electron_kev=933.106, photon_kev=0.001, local_j_per_gbq=49.67,
        source="Kao et al. 2013, doi:10.1007/s00270-013-0783-z",
    ),
]  # fmt: skip
KERNELS = [
    model.KernelResult(
        nuclide="Lu-177", tissue="soft", voxel_mm=4.42, density_g_cm3=1.04, closure=0.9473, of_sizes_mm=[4.42],
        lost_at_border=0.0214, source=KERNEL_SOURCE,
    ),
    model.KernelResult(
        nuclide="Lu-177", tissue="soft", voxel_mm=4.6, density_g_cm3=1.04, closure=0.9594, of_sizes_mm=[4.42, 4.8],
        resampled_from_mm=[5.0, 4.6, 4.6], source=KERNEL_SOURCE,
    ),
]  # fmt: skip
CAMERAS = [
    model.CameraResult(
        image=f"1.2.826.0.1.3680043.10.1561.7.{i}", camera="Siemens Intevo, room 3",
        units="counts, 9.36 cps/MBq", source="Calibration of 2025-11-03", decay_correction="NONE",
        reference="2026-01-13T14:05:00+01:00",
    )
    for i in range(12)
]  # fmt: skip
GIVEN = ("2025-10-26T01:30:00+02:00", "2025-12-31T22:40:00+01:00", "2026-03-03T09:15:00+01:00")


def lutate_cycles() -> list[model.CycleResult]:
    """Three cycles across the end of summer time and the end of a year."""
    shares = ((7.41, 1.0), (7.38, 0.91), (7.44, 0.85))
    return [
        _lutate_cycle(number, given, activity, share)
        for number, (given, (activity, share)) in enumerate(zip(GIVEN, shares, strict=True), start=1)
    ]


def nuclear() -> model.NuclearResult:
    """All three therapies in the order of time: iodine, microspheres, 177Lu."""
    cycles = [iodine_cycle(), sphere_cycle(), *lutate_cycles()]
    return model.NuclearResult(
        cycles=cycles,
        lines=[
            _line("Rein G", cycles, complete=False),
            _line("Rein D", cycles, complete=False),
            _line("Moelle osseuse", cycles, complete=False),
        ],
        nuclides=NUCLIDES,
        kernels=KERNELS,
        cameras=CAMERAS,
    )


def activity_only() -> model.NuclearResult:
    """Four cycles of 7.4 GBq without images: a published interval and nothing else."""
    days = ("2025-01-14", "2025-03-11", "2025-05-06", "2025-07-01")
    cycles = [published_cycle(number, day) for number, day in enumerate(days, start=1)]
    return model.NuclearResult(cycles=cycles, lines=[_line("Kidneys", cycles, complete=True)])


CourseMaker = Callable[..., CourseResult]


def courses(course: CourseMaker) -> list[CourseResult]:
    """The courses of these therapies, by the maker that the other cases use."""
    return [
        course(11, "Thyroïde, iode 131", "1998-05-12", None, None, modality="radionuclide", in_sum=False,
               evidence_grade="D", interval_days=10000, id=IODINE, on_paper=True),
        course(12, "Radioembolisation foie droit", "2025-06-18", None, None, modality="microspheres",
               in_sum=False, evidence_grade="B", interval_days=200, id=SPHERES),
        course(13, "177Lu-DOTATATE", "2025-10-26", None, None, modality="radionuclide", in_sum=False,
               evidence_grade="A", interval_days=60, id=LUTATE, end_date="2026-03-03"),
    ]  # fmt: skip


def apart(cycles: list[model.CycleResult], tg263: str) -> list[ApartDose]:
    """What stands apart of one organ: summed course by course; unknown where no cycle tells."""
    found = []
    for course, modality in ((IODINE, "radionuclide"), (SPHERES, "microspheres"), (LUTATE, "radionuclide")):
        here = [cycle for cycle in cycles if cycle.course == course]
        organs = [one for cycle in here for one in cycle.organs if one.tg263 == tg263]
        if not here:
            continue
        if not organs:
            found.append(ApartDose(course=course, modality=modality, evidence_grade=here[0].evidence_grade))
            continue

        def total(name: str, of: list[model.OrganCycleResult] = organs) -> float | None:
            values = [getattr(one, name) for one in of]
            return None if None in values else sum(values)

        found.append(
            ApartDose(
                course=course,
                modality=modality,
                evidence_grade=here[0].evidence_grade,
                origin=here[0].origin,
                interval=organs[0].interval,
                source=organs[0].source,
                device=here[0].device,
                **{
                    name: total(name)
                    for name in (
                        "dose_gy",
                        "low_gy",
                        "high_gy",
                        "eqd2_gy",
                        "eqd2_low_gy",
                        "eqd2_high_gy",
                        "bed_gy",
                    )
                },
            )
        )
    return found


def kidney(name: str, tg263: str) -> StructureResult:
    """A kidney with a little external beam."""
    return StructureResult(
        name=name, tg263=tg263, kind="organ", alpha_beta_gy=2.6, alpha_beta_basis="convention",
        volume_cm3=233.6, outside_grid_cm3=0.0,
        cumulative=Metrics(mean_gy=6.21, min_gy=0.4, max_gy=21.0, d0_03cc_gy=20.7, d0_1cc_gy=20.5),
    )  # fmt: skip


def with_nuclear(base: Material, course: CourseMaker, *, indicative: bool = True) -> Material:
    """The realistic material with radionuclides and microspheres beside it."""
    found = base.result
    cycles = nuclear().cycles
    structures = []
    for one in [*found.structures, kidney("Rein G", "Kidney_L"), kidney("Rein D", "Kidney_R")]:
        beside = apart(cycles, one.tg263 or "") if one.kind == "organ" else []
        sums = [one.cumulative.mean_gy, *(item.eqd2_gy for item in beside)]
        known = [value for value in sums if value is not None]
        lows = [item.eqd2_low_gy or 0.0 for item in beside]
        highs = [item.eqd2_high_gy or 0.0 for item in beside]
        total = IndicativeTotal(
            eqd2_gy=sum(known),
            low_gy=(one.cumulative.mean_gy or 0.0) + sum(lows),
            high_gy=(one.cumulative.mean_gy or 0.0) + sum(highs),
            lower_bound=True,
            evidence_grade="D",
        )
        has_any = any(item.eqd2_gy is not None for item in beside)
        structures.append(
            one.model_copy(update={"apart": beside, "indicative": total if indicative and has_any else None})
        )
    added = courses(course)
    result: Result = found.model_copy(
        update={
            "courses": [added[0], *found.courses[:-1], *added[1:], found.courses[-1]],
            "structures": structures,
            "nuclear": nuclear(),
        }
    )
    return Material(
        result=result, curves=base.curves, planes=base.planes, ranking=(*base.ranking, "Rein G", "Rein D")
    )


def said(text: str) -> dict[str, Any]:
    """Nuclear results in which every word from a file is ``text``."""
    found = nuclear()
    cycles = [
        one.model_copy(
            update={
                "agent": text,
                "nuclide": text,
                "given": text,
                "course": text,
                "organs": [
                    organ.model_copy(
                        update={
                            "organ": f"{text}{place}",
                            "source": text,
                            "repair_source": text,
                            "method": text,
                        }
                    )
                    for place, organ in enumerate(one.organs)
                ],
            }
        )
        for one in found.cycles
    ]
    cameras = [
        one.model_copy(update={"camera": text, "units": text, "source": text}) for one in found.cameras
    ]
    lines = [
        one.model_copy(update={"organ": f"Kidney {text}", "steps": [s.model_copy(update={"given": text}) for s in one.steps]})
        for one in found.lines
    ]  # fmt: skip
    changed = found.model_copy(update={"cycles": cycles, "cameras": cameras, "lines": lines})
    return {"nuclear": changed}
