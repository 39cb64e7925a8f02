"""What graybook.toml says of radionuclide images: each answer arrives whole, and each mistake names its key."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.errors import InputError
from graybook.files import parse

SIGNED = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "protocol"\nsource = "phantom"\n'


def test_clock() -> None:
    """A zone or an offset says where the clocks of files without one stand."""
    assert parse('[nuclear]\nzone = "Europe/Paris"\n').nuclear.clock.zone == "Europe/Paris"
    assert parse('[nuclear]\nutc_offset = "-03:30"\n').nuclear.clock.offset_minutes == -210
    assert not parse("").nuclear.clock.known


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('[nuclear]\nzone = "Europe/Lutetia"\n', "zone"),
        ('[nuclear]\nutc_offset = "2"\n', "utc_offset"),
        ('[nuclear]\nutc_offset = "+19:00"\n', "utc_offset"),
        ('[nuclear]\nzone = "Europe/Paris"\nutc_offset = "+01:00"\n', "zone and utc_offset"),
        ("[nuclear]\nclock = 1\n", "clock"),
    ],
)
def test_clock_refused(text: str, word: str) -> None:
    """A clock that is none, or two, is refused by its key."""
    with pytest.raises(InputError, match=word):
        parse(text)


def test_camera() -> None:
    """A calibration keeps its factor, its error, its day and who says so."""
    text = '[[camera]]\ncamera = "Symbia"\nnuclide = "Lu-177"\ncps_per_mbq = 9.36\nsd_percent = 3\n'
    text += f"calibrated = 2025-11-03\n{SIGNED}"
    found = parse(text)
    camera = found.nuclear.cameras[0]
    assert (camera.cps_per_mbq, camera.sd_percent, camera.calibrated) == (9.36, 3.0, date(2025, 11, 3))
    assert camera.said == "A. Physicist, 2026-01-31; protocol; phantom"
    assert {one.author for one in found.overrides} == {"A. Physicist"}


@pytest.mark.parametrize("missing", ["calibrated", "nuclide", "source", "author"])
def test_camera_without(missing: str) -> None:
    """A calibration without its day, its factor, its source or its author is no calibration."""
    text = f'[[camera]]\ncamera = "Symbia"\nnuclide = "Lu-177"\ncps_per_mbq = 9.36\ncalibrated = 2025-11-03\n{SIGNED}'
    kept = "\n".join(line for line in text.splitlines() if not line.startswith(missing))
    with pytest.raises(InputError, match=missing):
        parse(kept)


def test_recovery() -> None:
    """Measured points speak for the volumes between the smallest and the largest; a curve for those that are stated."""
    head = '[[recovery_coefficient]]\ncamera = "Symbia"\nnuclide = "Lu-177"\n'
    points = "points = [{ volume_cm3 = 5, coefficient = 0.5 }, { volume_cm3 = 200, coefficient = 0.9 }]\n"
    assert parse(head + points + SIGNED).nuclear.recoveries[0].volume_cm3 == (5.0, 200.0)
    curve = parse(f"{head}b_cm3 = 3\nc = 0.8\nfrom_cm3 = 5\nto_cm3 = 300\n{SIGNED}").nuclear.recoveries[0]
    assert (curve.b_cm3, curve.c, curve.volume_cm3) == (3.0, 0.8, (5.0, 300.0))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "b_cm3 = 3\nfrom_cm3 = 5\nto_cm3 = 300\n",
        "b_cm3 = 3\nc = 0.8\n",
        "points = [{ volume_cm3 = 5, coefficient = 60 }]\n",
        "points = [{ volume_cm3 = 9, coefficient = 0.6 }, { volume_cm3 = 5, coefficient = 0.5 }]\n",
    ],
)
def test_recovery_refused(body: str) -> None:
    """Neither points nor a whole curve, no range of volumes, percentages, or volumes out of order are refused."""
    with pytest.raises(InputError):
        parse(f'[[recovery_coefficient]]\ncamera = "Symbia"\nnuclide = "Lu-177"\n{body}{SIGNED}')


def test_organ() -> None:
    """An organ's choices arrive with who made them; one half-time of repair is both ends of its range."""
    text = f'[[nuclear_organ]]\norgan = "Kidney_L"\ncurve = "mono"\nrepair_half_time_h = 2.8\ndensity_g_per_cm3 = 1.05\n{SIGNED}'
    (wish,) = parse(text).nuclear.organs
    assert (wish.curve, wish.repair_half_time_h, wish.density_g_per_cm3) == ("mono", (2.8, 2.8), 1.05)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("", "is missing"),
        ('curve = "spline"\n', "curve"),
        ('dose = "organ S"\n', "s_gy_per_mbq_h"),
        ("repair_half_time_to_h = 2.8\n", "repair_half_time"),
        ("rbe = 0\n", "rbe"),
    ],
)
def test_organ_refused(body: str, word: str) -> None:
    """No choice at all, an unknown curve, S-values that nobody gives, a range without its beginning: refused by the key."""
    with pytest.raises(InputError, match=word):
        parse(f'[[nuclear_organ]]\norgan = "Kidney_L"\n{body}{SIGNED}')


def test_figures_need_a_source() -> None:
    """A half-life of a population without a source is nobody's figure."""
    text = '[[nuclear_organ]]\norgan = "Kidney_L"\nhalf_life_h = 50\nauthor = "A"\ndate = 2026-01-31\nreason = "r"\n'
    with pytest.raises(InputError, match="source"):
        parse(text)


def test_image() -> None:
    """An answer about one series: its units, its cycle."""
    (answer,) = parse(
        f'[[nuclear_image]]\nseries = "1.2.3"\nunits = "kBq/ml"\ncycle = 2\n{SIGNED}'
    ).nuclear.images
    assert (answer.series, answer.units, answer.cycle) == ("1.2.3", "kBq/ml", 2)
