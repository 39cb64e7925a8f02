"""The page *The demonstration's left kidney, by hand*: every step again with plain arithmetic, and both ends with the program."""

from __future__ import annotations

import math
import re
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pydicom
import pytest

from graybook.report.nuclear_result import OrganCycleResult
from graybook.report.result import Result, StructureResult
from graybook.workflow.cumulative import assess
from graybook.workflow.demo.courses import COURSES
from graybook.workflow.demo.radionuclide import CYCLES
from phantoms.demo import synthetic_patient

PAGE = (Path(__file__).parents[2] / "docs" / "science" / "kidney-by-hand.md").read_text(encoding="utf-8")
J_PER_MBQ_H = 3.6e9 * 147.923e3 * 1.602176634e-19
DENSITY, ALPHA_BETA_GY, REPAIR_H = 1.04, 2.6, 2.8


def table(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    lines = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]
    return rows[2:]


def number(text: str) -> float:
    """The first number of a cell."""
    found = re.search(r"-?[\d,]+\.?\d*", text)
    assert found is not None, text
    return float(found.group().replace(",", ""))


def volume_cm3() -> float:
    """As given on the page."""
    return number({row[0]: row[1] for row in table("What is given")}["volume V"])


def scans() -> dict[int, list[list[float]]]:
    """Hours, seen, activity of every image by cycle."""
    found: dict[int, list[list[float]]] = {}
    for cycle, _, *values in table("Activity at each time"):
        found.setdefault(int(cycle), []).append([float(one) for one in values])
    return found


def cycles() -> dict[int, list[float]]:
    """λ, A₀, Ã, D, G, BED, EQD2 by cycle."""
    rows = table("Curve, time-integrated activity, dose, biology")
    return {int(row[0]): [float(one) for one in row[1:]] for row in rows}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic patient."""
    return synthetic_patient(tmp_path_factory.getbasetemp())


@cache
def result_of(demo: Path, place: Path) -> Result:
    """The program's result, of the files that this row rests on: without CT, which gives it no number."""
    shutil.copytree(demo, place, ignore=shutil.ignore_patterns("CT"))
    return assess(place, register="never").result


@pytest.fixture
def result(demo: Path) -> Result:
    """Once for all tests."""
    return result_of(demo, demo.parent / "kidney-by-hand")


def kidney(result: Result) -> StructureResult:
    """The row."""
    return next(one for one in result.structures if one.name == "Kidney_L")


def measured(result: Result) -> dict[int, OrganCycleResult]:
    """What the program measured of it by cycle."""
    assert result.nuclear is not None
    return {
        cycle.number: next(one for one in cycle.organs if one.organ == "Kidney_L")
        for cycle in result.nuclear.cycles
    }


def test_activity_is_what_the_files_hold(demo: Path) -> None:
    """Voxels of the segment in the stored values times their slope, summed by hand: *seen*; over R: *activity*; hours by dates."""
    recovery = 1 / (1 + (2.8395 / volume_cm3()) ** 0.40211)
    for cycle in CYCLES:
        for number_, (hours, seen, activity) in enumerate(scans()[cycle.number], start=1):
            spect = pydicom.dcmread(demo / cycle.key / f"NM_{number_}.dcm")
            values = spect.pixel_array * float(spect.RealWorldValueMappingSequence[0].RealWorldValueSlope)
            first = np.array(spect.DetectorInformationSequence[0].ImagePositionPatient, dtype=float)
            places = segment_mm(demo / cycle.key / "SEG.dcm")
            x, y, z = np.rint((places - first) / 5.0).astype(int).T
            assert len(places) * 0.008 == pytest.approx(volume_cm3(), abs=1e-9)
            assert values[z, y, x].sum() * 0.008e-6 == pytest.approx(seen, rel=1e-5)
            assert seen / recovery == pytest.approx(activity, rel=1e-5)
            assert cycle.hours(cycle.scans[number_ - 1]) == pytest.approx(hours, abs=1e-4)


def segment_mm(path: Path) -> np.ndarray:
    """Middles of the left kidney's voxels. [mm]"""
    ds = pydicom.dcmread(path)
    labels = {one.SegmentNumber: one.SegmentLabel for one in ds.SegmentSequence}
    found = []
    for group, plane in zip(ds.PerFrameFunctionalGroupsSequence, ds.pixel_array, strict=True):
        if labels[group.SegmentIdentificationSequence[0].ReferencedSegmentNumber] == "Kidney_L":
            corner = np.array(group.PlanePositionSequence[0].ImagePositionPatient, dtype=float)
            y, x = np.nonzero(plane)
            found.append(corner + 2.0 * np.column_stack([x, y, 0 * x]))
    return np.concatenate(found)


def test_recovery_passes_through_the_stated_points() -> None:
    """b and c of the page give the three stated coefficients within 0.001, of which one standard deviation is 0.02."""
    for volume, stated in ((64.5, 0.778), (126.0, 0.822), (246.0, 0.857)):
        assert 1 / (1 + (2.8395 / volume) ** 0.40211) == pytest.approx(stated, abs=1e-3)


def test_every_line_follows_from_the_one_before() -> None:
    """λ, A₀, Ã, D, G, BED and EQD2 of each cycle by the formulae of the page, from the activities on the page."""
    rate = 0.0
    for cycle, line in cycles().items():
        points = scans()[cycle]
        (first_h, _, first), (last_h, _, last) = points[0], points[-1]
        if len(points) > 1:
            rate = math.log(first / last) / (last_h - first_h)
        for hours, _, activity in points[1:-1]:
            assert first * math.exp(-rate * (hours - first_h)) == pytest.approx(activity, rel=1e-4)
        amplitude = first * math.exp(rate * first_h)
        integral = amplitude / rate
        dose = 1000 * J_PER_MBQ_H * integral / (volume_cm3() * DENSITY)
        g = REPAIR_H / (REPAIR_H + math.log(2) / rate)
        bed = dose * (1 + g * dose / ALPHA_BETA_GY)
        assert line == pytest.approx(
            [rate, amplitude, integral, dose, g, bed, bed / (1 + 2 / ALPHA_BETA_GY)], rel=5e-5
        )


def test_the_program_says_the_same_of_every_cycle(result: Result) -> None:
    """Activity, λ, A₀, Ã, mass, D, G, BED and EQD2 in ``result.json`` are those of the page."""
    for cycle, one in measured(result).items():
        assert one.volume_cm3 == pytest.approx(volume_cm3(), abs=1e-6)
        assert one.mass_g == pytest.approx(volume_cm3() * DENSITY, abs=1e-4)
        for point, (hours, _, activity) in zip(one.time_points, scans()[cycle], strict=True):
            assert (point.hours, point.activity_mbq) == pytest.approx((hours, activity), rel=1e-5)
        (term,) = one.exponentials
        assert [
            term.rate_per_h, term.amplitude_mbq, one.time_integrated_mbq_h, one.dose_gy, one.g_factor, one.bed_gy,
            one.eqd2_gy,
        ] == pytest.approx(cycles()[cycle], rel=5e-5)  # fmt: skip


def test_external_beam_is_the_closed_form() -> None:
    """⟨D⟩, ⟨D²⟩ and mean EQD2 over the ellipsoid by the beams' formulae; plans that the page leaves out give nothing."""
    step, centre, semi = 0.75, np.array([60.0, 46.0, -145.0]), np.array([28.0, 25.0, 43.0])
    axes = [middle + np.arange(-half, half, step) for middle, half in zip(centre, semi, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    points = points[(((points - centre) / semi) ** 2).sum(axis=1) < 1.0]
    listed = {row[0]: [float(one) for one in row[1:]] for row in table("External beam")}
    for course in COURSES:
        for plan in course.plans:
            dose = course.physical_dose_at_reference_gy(plan, points)
            mean, square = float(dose.mean()), float((dose**2).mean())
            eqd2 = (square / plan.fractions + ALPHA_BETA_GY * mean) / (2 + ALPHA_BETA_GY)
            if plan.label in listed:
                assert [plan.fractions, mean, square, eqd2] == pytest.approx(
                    listed[plan.label], rel=1e-3, abs=6e-5
                )
            else:
                assert eqd2 < 1e-5


def test_the_row_is_the_sum(result: Result) -> None:
    """External beam within 0.5 % of the closed form, three cycles to four digits, their sum the indicative total."""
    rows = {row[0]: number(row[1]) for row in table("The row")}
    beams, lutetium, total = rows.values()
    assert sum(line[-1] for line in cycles().values()) == pytest.approx(lutetium, abs=2e-4)
    assert sum(float(row[-1]) for row in table("External beam")) == pytest.approx(beams, abs=1e-6)
    assert beams + lutetium == pytest.approx(total, abs=1e-6)
    row = kidney(result)
    (apart,) = row.apart
    assert row.cumulative.mean_gy == pytest.approx(beams, rel=5e-3)
    assert apart.eqd2_gy == pytest.approx(lutetium, rel=5e-5)
    assert row.indicative is not None
    assert row.indicative.eqd2_gy == pytest.approx(total, rel=3e-3)
    assert row.cumulative.mean_gy is not None
    assert apart.eqd2_gy is not None
    assert row.indicative.eqd2_gy == pytest.approx(row.cumulative.mean_gy + apart.eqd2_gy, abs=2e-6)
    assert "5.7810 Gy" in PAGE
    assert row.cumulative.mean_gy == pytest.approx(5.7810, abs=5e-4)


def test_the_sum_of_beams_holds_nothing_of_it(result: Result) -> None:
    """The 3D sum, which limits of beams look at, is the sum of the courses of beams."""
    row = kidney(result)
    assert [one.id for one in row.courses if one.id == row.apart[0].course] == []
    assert row.cumulative.mean_gy == pytest.approx(
        sum(one.mean_gy for one in row.courses if one.mean_gy is not None), abs=1e-5
    )
