"""A digital SPECT phantom, from DICOM to organ dose, against activity integrals in closed form.

The phantom's generator uses nothing of Graybook. Its recovery coefficients come from a calibration phantom of other spheres and
other noise. Attenuation and scatter are taken as corrected; a dose is that of the sphere's own electrons.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from graybook.report.nuclear_document import NuclearDocument
from graybook.report.nuclear_result import OrganCycleResult
from graybook.workflow.radionuclides import radionuclides
from phantoms.nema_files import Written, write_case
from phantoms.nema_spect import (
    AUTUMN,
    BALLS,
    NEW_YEAR,
    NUCLIDES,
    SPRING,
    Ball,
    Calibration,
    Case,
    Course,
    calibrated,
    paris,
)
from phantoms.nema_toml import settings_of

WITHIN = 0.05
TOO_SMALL = ("Sphere_10", "Sphere_13")
"""Smaller than the smallest sphere whose recovery was measured."""

ZONE = '[nuclear]\nzone = "Europe/Paris"\n'


@cache
def calibration() -> Calibration:
    """The centre's own phantom."""
    return calibrated()


def shortened(balls: tuple[Ball, ...], physical_h: float) -> tuple[Ball, ...]:
    """The same biology with another nuclide: half-lives that no physical decay outlasts."""
    found = []
    for ball in balls:
        course = ball.course
        half_life = course.half_life_h * physical_h / (course.half_life_h + physical_h)
        found.append(replace(ball, course=replace(course, half_life_h=half_life)))
    return tuple(found)


YTTRIUM = Case(
    nuclide=NUCLIDES["Y-90"],
    started=NEW_YEAR,
    hours=(4.0, 24.0, 48.0, 96.0),
    balls=shortened(BALLS, 64.1),
    background=Course(mbq_per_ml=0.03, half_life_h=26.0),
)

CASES = {
    "NM in Bq/ml, winter time comes back": (Case(started=AUTUMN), Written(), ""),
    "PET corrected to the administration, segments, summer time": (
        Case(started=SPRING), Written(image="PET", decay_correction="ADMIN", regions="SEG"), "",
    ),
    "counts and a calibration, a year ends": (Case(started=NEW_YEAR), Written(image="counts"), ""),
    "131I, PET not corrected, regions of each scan, no dose report": (
        Case(nuclide=NUCLIDES["I-131"], started=AUTUMN),
        Written(image="PET", decay_correction="NONE", own_regions=True, ct=False, report=False), "",
    ),
    "clocks without offset in a stated zone": (
        Case(started=SPRING), Written(image="PET", offsets=False, ct=False), ZONE,
    ),
    "90Y": (YTTRIUM, Written(ct=False), ""),
}  # fmt: skip


@cache
def measured(name: str, folder: Path) -> NuclearDocument:
    """What Graybook finds in the files of a case."""
    case, how, more = CASES[name]
    write_case(folder, case, how)
    (folder / "graybook.toml").write_text(settings_of(case, calibration(), more=more), encoding="utf-8")
    return radionuclides(folder)


@pytest.fixture(params=CASES)
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Case, NuclearDocument]:
    """A case and what was found of it."""
    place = tmp_path_factory.getbasetemp() / "nema" / str(list(CASES).index(request.param))
    return CASES[request.param][0], measured(request.param, place)


def organs(document: NuclearDocument) -> dict[str, OrganCycleResult]:
    """The organs of the only cycle."""
    (cycle,) = document.nuclear.cycles
    return {one.organ: one for one in cycle.organs}


def test_doses_are_true_within_five_percent_and_within_their_band(
    found: tuple[Case, NuclearDocument],
) -> None:
    """Every sphere whose size the calibration covers: dose within 5 % of the truth, the truth within the 90 % band."""
    case, document = found
    doses = organs(document)
    for ball in case.balls:
        one = doses[ball.name]
        if ball.name not in TOO_SMALL:
            assert one.dose_gy == pytest.approx(case.dose_gy(ball.name), rel=WITHIN), ball.name
            assert one.interval == "90 % band"
            assert one.low_gy < case.dose_gy(ball.name) < one.high_gy, ball.name
            assert one.recovery is not None


def test_times_are_those_of_the_clock_on_earth(found: tuple[Case, NuclearDocument]) -> None:
    """Hours after the administration, across midnight, the change of the clocks and the year: within half an acquisition."""
    case, document = found
    for one in organs(document).values():
        hours = [point.hours for point in one.time_points]
        assert np.array(hours) == pytest.approx(np.array(case.hours), abs=0.17)


def test_small_spheres_say_that_recovery_does_not_apply(found: tuple[Case, NuclearDocument]) -> None:
    """10 and 13 mm: no coefficient is used beyond what was measured, a warning says so, and the dose is far too low."""
    case, document = found
    warned = {one.subject for one in document.findings if one.code == "nuclear_recovery_missing"}
    assert warned == set(TOO_SMALL)
    for name in TOO_SMALL:
        one = organs(document)[name]
        assert one.recovery is None
        assert one.dose_gy is None or one.dose_gy < 0.5 * case.dose_gy(name)


def test_uptake_is_seen_where_there_is_one(found: tuple[Case, NuclearDocument]) -> None:
    """The sphere that fills slowly gets a curve that rises; of the others none does."""
    _, document = found
    rising = {name for name, one in organs(document).items() if one.model == "uptake"}
    assert rising == {"Sphere_28"}


def test_administration_is_the_one_given(found: tuple[Case, NuclearDocument]) -> None:
    """Moment, activity and nuclide, from the dose report or from the images' headers."""
    case, document = found
    (cycle,) = document.nuclear.cycles
    assert (cycle.activity_gbq, cycle.nuclide) == (pytest.approx(7.4), case.nuclide.name)
    assert cycle.given is not None
    assert cycle.given.startswith(paris(case.started).strftime("%Y-%m-%dT%H:%M:%S"))


def test_recovery_is_that_of_a_blurred_ball() -> None:
    """The calibration phantom's coefficients against an integral in closed form: a ball of radius R, seen through a Gaussian.

    The share that stays inside is 1/V ∫ f(r) 4 pi r² dr over the ball, f the ball's blurred profile. Voxels of 4.4 mm blur a
    little more: up to 5 % of the small ones.
    """
    found = calibration()
    ball_r = 0.5 * np.array(found.diameters_mm)
    for radius, seen in zip(ball_r, found.recoveries, strict=True):
        ball = Ball(
            name="",
            diameter_mm=2 * radius,
            centre_mm=(0.0, 0.0, 0.0),
            course=Course(mbq_per_ml=1, half_life_h=1),
        )
        r = (np.arange(4000) + 0.5) / 4000 * radius
        profile = ball.blurred((r, np.zeros(1), np.zeros(1)), 11.0 / 2.354820045)[0, 0]
        inside = float(np.sum(profile * 3 * r**2) / np.sum(3 * r**2))
        assert seen == pytest.approx(inside, rel=0.05)
        assert seen < 1.01 * inside
