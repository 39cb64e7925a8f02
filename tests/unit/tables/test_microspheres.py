"""The tables of microspheres: one default a device, and every row as the guideline prints it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graybook.errors import InputError, UsageError
from graybook.tables.microspheres import DEVICES, constant_of, constants_of, nuclide_of, recommendations


@pytest.mark.parametrize(("device", "j_per_gbq", "others"), [
    ("y90-glass", 49.67, {50.0, 49.771}),
    ("y90-resin", 49.67, {50.0, 49.771}),
    ("ho166", 15.87, {15.529, 14.85}),
])  # fmt: skip
def test_constants_that_conflict_stand_side_by_side(
    device: str, j_per_gbq: float, others: set[float]
) -> None:
    """90Y 49.67, 50 and 49.77 J/GBq, 166Ho 14.85, 15.53 and 15.87: one is used, all are there with their source."""
    assert constant_of(device).j_per_gbq == j_per_gbq
    assert {one.j_per_gbq for one in constants_of(device)} == {j_per_gbq, *others}
    assert all(one.source_text for one in constants_of(device))


@pytest.mark.parametrize("device", DEVICES)
def test_no_default_is_from_a_repository(device: str) -> None:
    """The constant used was read in a publication, not only in somebody's program."""
    assert constant_of(device).tier != "secondary-repo"


@pytest.mark.parametrize(
    ("device", "kev", "half_life_h"), [("y90-glass", 933.106, 64.1), ("ho166", 696.338, 26.8)]
)
def test_energy_of_a_decay_times_mean_life_is_the_constant(
    device: str, kev: float, half_life_h: float
) -> None:
    """1 GBq that decays in place gives 1e9 · T½/ln 2 decays of the electrons' mean energy."""
    from math import log

    decays = 1e9 * half_life_h * 3600.0 / log(2.0)
    joule = decays * kev * 1e3 * 1.602176634e-19
    derived = next(one for one in constants_of(device) if one.tier == "derivation")
    assert derived.j_per_gbq == pytest.approx(joule, rel=1e-4)


def test_unknown_device_is_refused() -> None:
    """A device that is none names those there are."""
    with pytest.raises(UsageError, match="No microspheres"):
        constant_of("y90")
    assert nuclide_of("ho166") == "Ho-166"


def test_glass_in_hepatocellular_carcinoma_is_as_printed() -> None:
    """Table 2 of the EANM guideline, lobectomy: normal liver below 75, 50 or 90 by bilirubin; tumour at least 205 Gy."""
    rows = recommendations("y90-glass", indication="hcc", scenario="lobectomy")
    normal = {one.condition: one.high_gy for one in rows if one.structure == "normal"}
    assert normal == {"": 75.0, "bilirubin_above": 50.0, "bilirubin_below": 90.0}
    assert [one.low_gy for one in rows if one.structure == "tumour"] == [205.0, 250.0]
    assert [(one.relation, one.low_gy) for one in rows if one.structure == "perfused"] == [
        ("above", 150.0),
        ("between", 140.0),
    ]


def test_resin_and_holmium_are_as_printed() -> None:
    """Tables 3 and 4: resin bilobar below 40, or 30 when compromised; holmium perfused 60, bilobar normal below 40 or 60."""
    resin = recommendations("y90-resin", indication="mcrc", scenario="bilobar")
    assert {one.condition: one.high_gy for one in resin if one.structure == "normal_perfused"} == {
        "": 40.0,
        "compromised_liver": 30.0,
    }
    holmium = recommendations("ho166", indication="icc", scenario="bilobar")
    assert [(one.structure, one.low_gy, one.high_gy) for one in holmium] == [
        ("perfused", 60.0, 60.0),
        ("normal", None, 40.0),
        ("normal", None, 60.0),
        ("tumour", 150.0, None),
    ]


@pytest.mark.parametrize("device", DEVICES)
def test_every_row_was_read_in_the_guideline(device: str) -> None:
    """Each device has rows of every indication and scenario, all read in the guideline's own tables."""
    rows = recommendations(device)
    assert {(one.indication, one.scenario) for one in rows} == {
        (indication, scenario)
        for indication in ("hcc", "icc", "mcrc")
        for scenario in ("segmentectomy", "lobectomy", "unilobar", "bilobar")
    }
    assert all(
        one.tier == "primary-table" and "10.1007/s00259-021-05600-z" in one.source_text for one in rows
    )


@pytest.mark.parametrize(
    "changes",
    [{"device": "y90"}, {"relation": "near"}, {"low_gy": None}, {"high_gy": 1.0}, {"bilirubin_mg_dl": 1.1}],
)
def test_impossible_rows_are_refused(changes: dict[str, object]) -> None:
    """A row is of a known kind, and its ends fit its relation."""
    row = recommendations("y90-glass", scenario="segmentectomy")[0]
    with pytest.raises(InputError):
        replace(row, **changes)  # type: ignore[arg-type]


def test_no_energy_is_refused() -> None:
    """A constant of 0 J/GBq is none."""
    with pytest.raises(InputError):
        replace(constant_of("ho166"), j_per_gbq=0.0)
