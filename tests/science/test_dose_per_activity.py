"""Published doses per activity against a patient who was measured."""

from __future__ import annotations

import pytest

from graybook.tables.organ_dose_per_activity import published_intervals

INJECTED_GBQ = 7.2104
REFERENCE_GY = {"left kidney": 2.741417, "right kidney": 2.288893, "liver": 2.347016, "spleen": 3.017682}
"""SNMMI challenge patient, 177Lu-DOTATATE: github.com/qurit/PyTheranostics, tests/data/voxel_dosimetry_validation."""


@pytest.mark.parametrize(
    ("measured", "organ", "within"),
    [
        ("left kidney", "Kidneys", True),
        ("right kidney", "Kidneys", True),
        ("liver", "Liver", True),
        ("spleen", "Spleen", False),
    ],
)
def test_a_measured_patient_and_the_intervals(measured: str, organ: str, within: bool) -> None:
    """Kidneys 0.380 and 0.317, liver 0.326 Gy/GBq lie within; the spleen's 0.4185 lies 0.4 % below: an interval is no bound."""
    value = REFERENCE_GY[measured] / INJECTED_GBQ
    found = next(one for one in published_intervals("Lu-177", "DOTATATE") if one.organ == organ)
    assert (found.low_gy_per_gbq <= value <= found.high_gy_per_gbq) is within
    assert value > 0.99 * found.low_gy_per_gbq
