"""The liver's function decides what the guideline says; a number without its unit decides nothing."""

from __future__ import annotations

import pytest

from graybook.errors import UsageError
from graybook.tables.microspheres import DEVICES, recommendations
from graybook.workflow.microspheres.liver import Liver, applies, bilirubin_of, liver_result


@pytest.mark.parametrize(
    ("text", "mg_dl"), [("1,1 mg/dL", 1.1), (" 34.208 µmol / l ", 2.0), ("17.104umol/L", 1.0)]
)
def test_bilirubin_in_either_unit(text: str, mg_dl: float) -> None:
    """1 mg/dl of bilirubin, 584.67 g/mol, is 17.104 µmol/l; a comma is a decimal sign."""
    assert bilirubin_of(text) == pytest.approx(mg_dl, rel=1e-6)


@pytest.mark.parametrize("text", ["1.1", "15", "1.1 g/l", "mg/dl", "-1 mg/dl", ""])
def test_bilirubin_without_its_unit_is_a_question(text: str) -> None:
    """A number alone could be either unit, 17 times apart."""
    with pytest.raises(UsageError, match="unit"):
        bilirubin_of(text)


@pytest.mark.parametrize("device", DEVICES)
def test_without_bilirubin_no_device_has_a_normal_liver_limit(device: str) -> None:
    """Glass, resin and holmium alike: not assessable, whatever the score."""
    found = liver_result(Liver(child_pugh="A5", albi=-2.8), recommendations(device), "en")
    assert (found.normal_liver, found.below_gy) == ("not assessable", [])
    assert "bilirubin" in found.reason


def test_rows_for_a_person_are_asked() -> None:
    """Holmium, bilobar: below 40 Gy holds, below 60 with a better liver is for a person to say."""
    rows = [
        one
        for one in recommendations("ho166", indication="icc", scenario="bilobar")
        if one.structure == "normal"
    ]
    liver = Liver(bilirubin_mg_dl=0.8)
    assert [(one.high_gy, applies(one, liver)) for one in rows] == [(40.0, "yes"), (60.0, "ask")]
    assert liver_result(liver, rows, "en").below_gy == [40.0]


def test_segmentectomy_has_no_row_for_normal_liver() -> None:
    """The guideline prints none there: not assessable, and why."""
    rows = recommendations("y90-resin", indication="hcc", scenario="segmentectomy")
    found = liver_result(Liver(bilirubin_mg_dl=0.8), rows, "fr")
    assert found.normal_liver == "not assessable"
    assert "guide" in found.reason
