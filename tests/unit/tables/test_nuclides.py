"""Decay data: spellings, what is refused, and what a row must hold."""

from __future__ import annotations

import pytest

from graybook.errors import InputError
from graybook.tables.nuclides import known_nuclide, nuclide, nuclide_name, nuclides


@pytest.mark.parametrize(("written", "name"), [
    ("Lu-177", "Lu-177"), ("177Lu", "Lu-177"), ("Lu177", "Lu-177"), ("LU-177", "Lu-177"), ("lutetium 177", "Lu-177"),
    ("^177^Lutetium", "Lu-177"), ("lutécium-177", "Lu-177"), ("Lu-177m", "Lu-177m"), ("177mLu", "Lu-177m"),
    ("^99m^Technetium", "Tc-99m"), ("Tc99m", "Tc-99m"), ("iode 131", "I-131"), ("Iodine-131", "I-131"),
    ("90Y", "Y-90"), (" Y-90 ", "Y-90"), ("166-Ho", "Ho-166"), ("^18^Fluorine", "F-18"),
])  # fmt: skip
def test_spellings(written: str, name: str) -> None:
    """People and DICOM files write one nuclide in many ways."""
    assert nuclide(written).name == name


@pytest.mark.parametrize(
    "written", ["", "177", "Lu", "lutetium", "lu-1777", "177Lux", "177Lu-DOTATATE", "Lu-177 and Y-90"]
)
def test_no_name(written: str) -> None:
    """Words that name no nuclide, or more than one, are no nuclide: never the nearest."""
    assert nuclide_name(written) is None
    assert known_nuclide(written) is None
    with pytest.raises(InputError) as caught:
        nuclide(written)
    assert caught.value.value == written
    assert "Lu-177" in caught.value.remedy


def test_a_good_name_outside_the_table() -> None:
    """Carbon 11 is well written and not in the table: the name is known, the data are not."""
    assert nuclide_name("C-11") == "C-11"
    assert known_nuclide("C-11") is None


def test_every_radioactive_daughter_is_in_the_table() -> None:
    """A chain never ends at a nuclide that decays: a daughter without a row has no half-life in ICRP-107."""
    stable = {
        one.name for parent in nuclides() for one in parent.daughters if known_nuclide(one.name) is None
    }
    assert not stable & {"Tl-209", "Pb-209", "Bi-211", "Po-211", "Ra-223", "Fr-221", "Bi-212"}
    assert {"Bi-209", "Pb-207", "Pb-208", "Hf-177", "Zr-90"} <= stable


def test_branches_fill_the_decays() -> None:
    """The shares of the daughters are all decays, but for branches below 2 in 10 000 that the source leaves out."""
    for one in nuclides():
        assert sum(daughter.fraction for daughter in one.daughters) == pytest.approx(1.0, abs=2e-4), one.name
