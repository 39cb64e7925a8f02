"""Profiles and codes of FHIR: consistent among themselves, codes only, and written by Verhoeff's rule."""

from __future__ import annotations

import re

import pytest

from graybook.errors import InputError, UsageError
from graybook.record.course import Modality, Status
from graybook.tables import fhir
from graybook.tables.fhir import fhir_codes, fhir_profiles, fhir_rules, fhir_techniques

SETS = [
    "category",
    "code_course",
    "code_phase",
    "code_plan",
    "intent",
    "termination",
    "modality",
    "technique",
    "laterality",
    "volume_type",
    "isotope",
]
D = [
    [(j + i) % 5 if j < 5 else 5 + (j + i) % 5 for j in range(5)] + [5 + (i + j) % 5 for j in range(5)]
    if i < 5
    else [5 + (i - j) % 5 for j in range(5)] + [(i - j) % 5 for j in range(5)]
    for i in range(10)
]
P = [(1, 5, 7, 6, 2, 8, 3, 0, 9, 4)]
"""Verhoeff's check digit: the dihedral group of ten elements and its permutation."""


def verhoeff(code: str) -> int:
    """The check of a number whose last digit is Verhoeff's: nought where it holds."""
    check = 0
    for place, digit in enumerate(reversed(code)):
        value = int(digit)
        for _ in range(place % 8):
            value = P[0][value]
        check = D[check][value]
    return check


@pytest.mark.parametrize("name", SETS)
def test_snomed_codes_have_their_check_digit(name: str) -> None:
    """Every SNOMED CT code of the tables ends in the digit that its others demand: none was mistyped."""
    for one in fhir_codes(name):
        if one.system == "http://snomed.info/sct":
            assert re.fullmatch(r"\d{6,18}", one.code), one.code
            assert verhoeff(one.code) == 0, f"{name} {one.code}"


def test_the_check_digit_finds_a_mistyped_code() -> None:
    """A changed digit is found."""
    assert verhoeff("1217123003") == 0
    assert verhoeff("1217123004") != 0
    assert verhoeff("1217132003") != 0


def test_meanings_are_nouns_of_the_record() -> None:
    """A modality and a status of the codes is one that the record has, or none."""
    assert {one.means for one in fhir_codes("modality")} <= {*Modality, ""}
    assert {one.means for one in fhir_codes("status")} <= {*Status}
    assert {one.means for one in fhir_codes("volume_type")} == {"PTV", "GTV", "CTV", "ITV", "OAR"}


def test_techniques_are_listed() -> None:
    """Modalities and techniques of the rules between them are codes of their sets, each modality with its row."""
    assert set(fhir_techniques()) == {one.code for one in fhir_codes("modality")}
    listed = {one.code for one in fhir_codes("technique")}
    assert set().union(*fhir_techniques().values()) == listed


def test_numbers_of_rules_make_sense() -> None:
    """No rule asks for more than it allows; each path can be read."""
    for rules in fhir_profiles().values():
        assert len({one.path for one in rules}) == len(rules)
        for one in rules:
            assert one.most is None or one.least <= one.most
            assert re.fullmatch(r"[\w.()|:\[\]=-]+", one.path)


def test_unknown_names_are_refused() -> None:
    """A set or a profile that is not in the tables is a fault of the caller."""
    with pytest.raises(UsageError, match="profile"):
        fhir_rules("none")
    with pytest.raises(UsageError, match="codes"):
        fhir_codes("none")


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [("values", "none", "set of codes"), ("severity", "grave", "severity"), ("min", "x", "no number")],
)
def test_a_broken_row_is_refused(column: str, value: str, what: str) -> None:
    """A row with an unknown set, severity or number is refused with its place."""
    cells = {
        "profile": "p",
        "path": "a",
        "min": "0",
        "max": "*",
        "type": "",
        "values": "",
        "severity": "error",
    }
    with pytest.raises(InputError, match=what):
        fhir._rule(fhir.Row(cells | {column: value}))
