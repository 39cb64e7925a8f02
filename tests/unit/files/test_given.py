"""What graybook.toml says of radionuclides and microspheres given."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from graybook.errors import InputError
from graybook.files.settings import Settings, parse

SIGNED = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "report"\n'


def _nuclide(text: str) -> Settings:
    return parse(f'[[radionuclide]]\nnuclide = "Lu-177"\n{text}\n{SIGNED}')


def _spheres(text: str) -> Settings:
    return parse(f'[[radioembolisation]]\ndevice = "y90-glass"\n{text}\n{SIGNED}')


@pytest.mark.parametrize(
    ("given", "started", "day"),
    [
        ("2026-03-29", None, date(2026, 3, 29)),
        ('"2026-03-29"', None, date(2026, 3, 29)),
        ("2026-12-31T23:30:00", datetime.fromisoformat("2026-12-31T23:30:00"), date(2026, 12, 31)),
        ("2027-01-01T00:30:00+01:00", datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1)),
        (
            '"2026-03-29 09:15+02:00"',
            datetime(2026, 3, 29, 9, 15, tzinfo=timezone(timedelta(hours=2))),
            date(2026, 3, 29),
        ),
    ],
)
def test_day_and_moment_of_an_administration(given: str, started: datetime | None, day: date) -> None:
    """A date is a day alone; a date and time keeps its offset; the day is that of the clock it is written in."""
    one = _nuclide(f"given = {given}").radionuclides[0]
    assert one.date == day
    assert one.started == started
    assert started is None or one.started is not None
    if started is not None and one.started is not None:
        assert (one.started.tzinfo is None) == (started.tzinfo is None)


def test_own_dose_per_activity() -> None:
    """Organ, value, both ends, half-life and source are kept as stated."""
    ends = "low = 0.5, high = 0.7, half_life_h = 50"
    text = f'organ_dose = [{{ organ = "Kidneys", gy_per_gbq = 0.6, {ends}, source = "SPECT of cycle 1" }}]'
    (own,) = _nuclide(text).radionuclides[0].coefficients
    assert (own.organ, own.gy_per_gbq, own.low_gy_per_gbq, own.high_gy_per_gbq) == ("Kidneys", 0.6, 0.5, 0.7)
    assert (own.half_life_h, own.source) == (50.0, "SPECT of cycle 1")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("activity_gbq = 7400", "activity_gbq = 7.4"),
        ("activity_gbq = 0", "above 0"),
        ('given = "2026-03-29T25:00"', "no date and time"),
        ("extravasation_percent = 120", "above 100"),
        ('organ_dose = [{ organ = "Kidneys", gy_per_gbq = 1e9, source = "x" }]', "no organ receives"),
        ('organ_dose = [{ organ = "Kidneys", gy_per_gbq = 0.6 }]', "source"),
        ('organ_dose = [{ organ = "Kidneys", source = "x" }]', "gy_per_gbq"),
        ('organ_dose = [{ organ = "Kidneys", gy_per_gbq = 0.6, low = 0.5, source = "x" }]', "both"),
        (
            'organ_dose = [{ organ = "Kidneys", gy_per_gbq = 0.6, low = 0.7, high = 0.8, source = "x" }]',
            "between",
        ),
        (
            'organ_dose = [{ organ = "Kidneys", gy_per_gbq = 0.6, half_life_h = 200, source = "x" }]',
            "159.53 h",
        ),
        (
            'organ_dose = [{ organ = "kidneys", gy_per_gbq = 0.6, source = "x" },'
            ' { organ = "reins", gy_per_gbq = 0.5, source = "y" }]',
            "twice",
        ),
    ],
)
def test_what_cannot_be_of_a_radionuclide_is_refused(text: str, word: str) -> None:
    """MBq for GBq, ends out of order, a half-life beyond the physical one, an organ twice, no source: named with a remedy."""
    with pytest.raises(InputError) as error:
        _nuclide(text)
    assert word in str(error.value)


def test_radioembolisation_is_read() -> None:
    """Device, masses, both definitions and the liver's function are kept as stated; the definitions are not assumed."""
    one = _spheres(
        "given = 2024-05-06\nactivity_gbq = 2.0\ntumour_kg = 0.2\nnormal_kg = 1.3\ntn_ratio = 3\nlung_shunt = 0.05\n"
        'bilirubin_umol_l = 14\nchild_pugh = "a5"\nalbi = -2.7'
    ).radioembolisations[0]
    assert (one.device, one.activity_gbq, one.tumour_kg, one.normal_kg) == ("y90-glass", 2.0, 0.2, 1.3)
    assert (one.tn_ratio, one.tn_definition, one.lung_shunt, one.shunt_definition) == (3.0, "", 0.05, "")
    assert (one.lung_kg, one.liver_kg, one.bilirubin_mg_dl) == (None, None, None)
    assert (one.bilirubin_umol_l, one.child_pugh, one.albi) == (14.0, "A5", -2.7)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("lung_shunt = 5", "0.05"),
        ("normal_kg = 1300", "normal_kg = 1.3"),
        ("tumour_kg = 0.2\nnormal_kg = 1.3\nliver_kg = 1.2", "together"),
        ("bilirubin_mg_dl = 0.9\nbilirubin_umol_l = 15", "stand together"),
        ('child_pugh = "B5"', "Child-Pugh"),
        ('tn_definition = "counts"', "concentration"),
        ('shunt_definition = "lung"', "liver"),
        ("albi = true", "a number"),
    ],
)
def test_what_cannot_be_of_microspheres_is_refused(text: str, word: str) -> None:
    """A percentage for a share, grams for kilograms, a liver lighter than its parts, a definition that is none."""
    with pytest.raises(InputError) as error:
        _spheres(text)
    assert word in str(error.value)


def test_unknown_device_names_the_known_ones() -> None:
    """Glass and resin are not interchangeable: the device is asked for by name."""
    with pytest.raises(InputError) as error:
        parse(f'[[radioembolisation]]\ndevice = "Y-90"\n{SIGNED}')
    assert "y90-resin" in str(error.value)
