"""Activity images: units, corrections and clocks as files state them or people answer; what nobody says is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graybook.dicom.facts import ImageSliceFacts
from graybook.files import Settings, parse
from graybook.record import Finding
from graybook.workflow.nuclear.images import ActivityImage, activity_images
from phantoms.activity import CUBES, MOMENT, SIDE, SPACING_MM, mbq_of, spect

HALF_LIFE_H = 159.528
SIGNED = 'author = "A"\ndate = 2026-01-31\nreason = "r"\n'
KIDNEY = {"Kidney_L": mbq_of(100.0, 50.0)}
at = datetime.fromisoformat


def read(*slices: ImageSliceFacts, text: str = "") -> tuple[tuple[ActivityImage, ...], list[str]]:
    settings = parse(text) if text else Settings()
    images, questions = activity_images(slices, settings.nuclear)
    return images, [one.code for one in questions]


def in_cube(image: ActivityImage) -> float:
    """Activity of the left cube. [MBq]"""
    z, y, x = CUBES["Kidney_L"]
    cube = image.bq_per_ml[z : z + SIDE, y : y + SIDE, x : x + SIDE]
    return float(cube.sum()) * SPACING_MM**3 / 1e3 / 1e6


def asked(code: str) -> dict[str, Any]:
    return {"questions": (Finding(code=code, subject="i", params={"file": "i"}),)}


def seen(hours: float) -> float:
    return 100.0 * 2.0 ** (-hours / 50.0)


def test_what_a_file_asks_is_asked() -> None:
    """A question of the reader keeps the image out."""
    assert read(spect("i", KIDNEY, 24.0, **asked("activity_in_suv"))) == ((), ["activity_in_suv"])


@pytest.mark.parametrize(("units", "factor"), [("Bq/ml", 1.0), ("kBq/ml", 1e3), ("MBq/ml", 1e6)])
def test_units_that_a_person_states(units: str, factor: float) -> None:
    """An answer about units settles the question about them, and no other."""
    silent = {"units": "", "bq_per_ml_per_value": None, **asked("activity_without_units")}
    text = f'[[nuclear_image]]\nseries = "series.i"\nunits = "{units}"\n{SIGNED}'
    (image,), questions = read(spect("i", KIDNEY, 24.0, **silent), text=text)
    assert in_cube(image) == pytest.approx(seen(24.0) * factor)
    assert questions == []
    other = {**silent, **asked("activity_nuclide")}
    assert read(spect("i", KIDNEY, 24.0, **other), text=text) == ((), ["activity_nuclide"])


CALIBRATION = f'[[camera]]\ncamera = "Twin"\nnuclide = "Lu-177"\ncps_per_mbq = 9.36\ncalibrated = 2025-11-03\nsource="s"\n{SIGNED}'


def test_a_calibration_does_not_answer_a_mapping_without_a_unit() -> None:
    """A mapping of slope 20 without a unit stays a question beside a calibration; a unit that a person states is of its values."""
    silent = {
        "units": "",
        "bq_per_ml_per_value": None,
        "mapping_without_units": (20.0, 0.0),
        **asked("activity_mapping_without_units"),
    }
    picture = spect("i", KIDNEY, 24.0, **silent)
    assert read(picture, text=CALIBRATION) == ((), ["activity_mapping_without_units"])
    answer = f'[[nuclear_image]]\nseries = "series.i"\nunits = "{{}}"\n{SIGNED}'
    (image,), _ = read(picture, text=CALIBRATION + answer.format("Bq/ml"))
    assert in_cube(image) == pytest.approx(20.0 * seen(24.0))
    (image,), _ = read(picture, text=CALIBRATION + answer.format("counts"))
    values = seen(24.0) * 1e6 / (SPACING_MM**3 / 1e3)
    assert in_cube(image) == pytest.approx(values * 20.0 / 1200.0 / 9.36)
    assert read(picture, text=answer.format("counts")) == ((), ["nuclear_calibration_missing"])


def test_decay_correction_that_a_person_states() -> None:
    """START: true at the acquisition. ADMIN: brought from the administration to the image. NONE: true half a scan later."""
    silent = {
        "reference": None,
        "decay_correction": "",
        "administered": MOMENT,
        **asked("activity_decay_correction"),
    }
    text = '[[nuclear_image]]\nseries = "series.i"\ndecay_correction = "{}"\n' + SIGNED
    begin = MOMENT + timedelta(hours=24)
    wanted = {
        "START": (seen(24.0), begin),
        "ADMIN": (seen(24.0) * 2.0 ** (-24.0 / HALF_LIFE_H), begin),
        "NONE": (seen(24.0), begin + timedelta(seconds=600)),
    }
    for correction, (activity, moment) in wanted.items():
        (image,), _ = read(spect("i", KIDNEY, 24.0, **silent), text=text.format(correction))
        assert in_cube(image) == pytest.approx(activity)
        assert image.moment == moment


def test_correction_over_the_change_of_clocks() -> None:
    """Corrected to an administration before clocks are put back: 25 h of decay for 24 h on the clock, asked without a zone."""
    given = at("2025-10-25 12:00")
    said = {"reference": given, "decay_correction": "ADMIN", "administered": given}
    picture = spect("i", KIDNEY, 24.0, started=given, **said)
    assert read(picture)[1] == ["nuclear_clock_may_have_changed"]
    (image,), _ = read(picture, text='[nuclear]\nzone = "Europe/Paris"\n')
    assert in_cube(image) == pytest.approx(seen(24.0) * 2.0 ** (-25.0 / HALF_LIFE_H))


def test_offsets_of_files() -> None:
    """Moments with offsets need no zone, whatever the clocks did."""
    given = datetime(2025, 10, 25, 10, tzinfo=UTC)
    said = {"reference": given, "decay_correction": "ADMIN", "administered": given}
    (image,), questions = read(spect("i", KIDNEY, 24.0, started=given, **said))
    assert in_cube(image) == pytest.approx(seen(24.0) * 2.0 ** (-24.0 / HALF_LIFE_H))
    assert questions == []


def test_nuclide_that_the_table_lacks() -> None:
    """A nuclide without decay data is asked, not decayed with another's."""
    assert read(spect("i", KIDNEY, 24.0, nuclide="Xx-999"))[1] == ["nuclear_image_nuclide_unknown"]


def test_left_out() -> None:
    """A series that a person leaves out is neither read nor asked about."""
    text = f'[[nuclear_image]]\nseries = "series.i"\nleave_out = true\n{SIGNED}'
    assert read(spect("i", KIDNEY, 24.0, **asked("activity_in_suv")), text=text) == ((), [])


LATER = 8
"""First slice of the later bed: in the middle of the cube."""


def beds(correction: str) -> list[ImageSliceFacts]:
    """The image slice by slice, those above taken ten minutes later; uncorrected each slice is true at its own time."""
    whole = spect("pet", KIDNEY, 24.0)
    begin = MOMENT + timedelta(hours=24)
    values, facts = whole.voxels(), whole.activity
    assert facts is not None
    slices = []
    for n, place in enumerate(whole.frames_mm):
        acquired = begin + timedelta(minutes=10 if n >= LATER else 0)
        reference = begin if correction == "START" else acquired
        slices.append(
            replace(
                whole,
                header=replace(whole.header, path=f"pet/{n}", sop_instance_uid=f"pet.{n}"),
                position_mm=place,
                frames_mm=(),
                voxels=lambda plane=values[n]: plane,
                activity=replace(facts, acquired=acquired, reference=reference, decay_correction=correction),
            )
        )
    return slices


def test_beds_of_pet() -> None:
    """Corrected to the start of the scan all beds are of one moment; uncorrected the later bed is brought back to it."""
    (corrected,), _ = read(*beds("START"))
    assert in_cube(corrected) == pytest.approx(seen(24.0))
    (bare,), _ = read(*beds("NONE"))
    late = LATER
    lower, upper = (bare.bq_per_ml[part].sum() for part in (slice(0, late), slice(late, None)))
    plain_lower, plain_upper = (
        corrected.bq_per_ml[part].sum() for part in (slice(0, late), slice(late, None))
    )
    assert lower == pytest.approx(plain_lower)
    assert upper == pytest.approx(plain_upper * 2.0 ** (10.0 / 60.0 / HALF_LIFE_H))
