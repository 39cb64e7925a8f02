"""Codes of treated sites are those of the concept map of mCODE, and each names an organ that Graybook knows by TG-263."""

from __future__ import annotations

import pytest

from graybook.tables.structure_names import labels, root, tg263_name
from graybook.tables.treatment_sites import _organs, organ_at, site_code


@pytest.mark.parametrize(
    ("code", "organ"),
    [("12738006", "Brain"), ("76752008", "Breast"), ("41216001", "Prostate"), ("39607008", "Lung")],
)
def test_codes_of_the_examples(code: str, organ: str) -> None:
    """The sites of the guide's own examples: brain, breast, prostate, lung."""
    assert organ_at(code) == organ
    assert site_code(organ) == code


def test_every_organ_is_a_name_of_tg263() -> None:
    """Each row names a structure of the table of names, without a side, and a word on the side gives that side's label."""
    known = {root(one) for one in labels()}
    for organ in _organs().values():
        assert organ in known, organ
        if f"{organ}_L" in labels():
            assert tg263_name(f"{organ} left") == f"{organ}_L"
            assert tg263_name(f"{organ} right") == f"{organ}_R"


def test_a_code_that_means_two_organs_in_the_map_is_left_out() -> None:
    """33795007 stands for two arteries in the map: it is not in the table, so that nothing is guessed."""
    assert organ_at("33795007") is None
