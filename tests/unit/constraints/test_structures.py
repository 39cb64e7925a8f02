"""Limits and TG-263 names come in; how the structure lies to the limit's goes out."""

from __future__ import annotations

import pytest

from graybook.constraints.structures import Relation, grows_with_the_structure, speaks_of
from graybook.dvh.metrics import parse
from graybook.tables.limit import DoseOf
from graybook.tables.structure_within import around, pairs
from unit.constraints.cases import a_limit


@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("limited", "structure", "expected"),
    [
        ("SpinalCord", "SpinalCord", "same"),
        ("SpinalCord", None, None),
        ("SpinalCord", "", None),
        ("SpinalCord", "Heart", None),
        ("SpinalCord", "Brainstem", None),
        # the vertebral column
        ("SpinalCord", "ThecalSac", "outer"),
        ("SpinalCord", "SpinalCanal", "outer"),
        ("ThecalSac", "SpinalCord", "inner"),
        ("ThecalSac", "SpinalCanal", "outer"),
        ("SpinalCanal", "SpinalCord", "inner"),
        ("ThecalSac", "SpinalCord_Thor", "inner"),
        ("SpinalCord_Thor", "SpinalCord", "outer"),
        ("SpinalCord_Thor", "SpinalCord_Cerv", None),
        ("ThecalSac", "CaudaEquina", None),
        ("SpinalCord/SpinalCord_Cerv", "SpinalCord_Cerv", "same"),
        # margins
        ("SpinalCord", "SpinalCord_PRV05", "outer"),
        ("SpinalCord", "SpinalCord_PRV", "outer"),
        ("SpinalCord_PRV05", "SpinalCord", "inner"),
        ("SpinalCord_PRV", "SpinalCord", "inner"),
        ("SpinalCord_PRV05", "SpinalCord_PRV03", "inner"),
        ("SpinalCord_PRV03", "SpinalCord_PRV05", "outer"),
        ("SpinalCord_PRV05", "SpinalCord_PRV05", "same"),
        ("SpinalCord_PRV", "SpinalCord_PRV", "same"),
        ("SpinalCord_PRV", "SpinalCord_PRV05", None),
        ("ThecalSac", "SpinalCord_PRV05", None),
        ("ThecalSac_PRV03", "SpinalCord", "inner"),
        ("SpinalCord_PRV03", "ThecalSac_PRV03", "outer"),
        # sides and pairs
        ("BrachialPlex", "BrachialPlex_L", "same"),
        ("BrachialPlex", "BrachialPlex_R", "same"),
        ("BrachialPlex", "BrachialPlexs", "outer"),
        ("BrachialPlex", "BrachialPlex_PRV05_L", "outer"),
        ("Lungs", "Lungs", "same"),
        ("Lungs", "Lung_L", None),
        ("Lungs", "Lung_RUL", None),
        ("Lung_L", "Lung_L", "same"),
        ("Lung_L", "Lung_R", None),
        ("Lung_L", "Lungs", "outer"),
        ("Lung_L", "Lung", None),
        # parts and croppings
        ("Lungs", "Lungs-GTV", "inner"),
        ("Lungs-GTV", "Lungs", "outer"),
        ("Lungs-GTV", "Lungs-GTV", "same"),
        ("Lungs-GTV", "Lungs-PTV", None),
        ("Esophagus", "Esophagus~", "inner"),
        ("Esophagus~", "Esophagus", "outer"),
        ("Esophagus~", "Esophagus~", "same"),
        ("ThecalSac~", "SpinalCord", None),
        ("ThecalSac~", "SpinalCord~", None),
        ("ThecalSac", "SpinalCord~", "inner"),
        # two organs in one row
        ("Skin/Chestwall", "Skin", "same"),
        ("Skin/Chestwall", "Chestwall_L", "same"),
        ("Bronchus_Main/BronchialTree_Prox", "Bronchus_Main_R", "same"),
        ("Bronchus_Main/BronchialTree_Prox", "Trachea", None),
        ("ThecalSac/SpinalCord", "SpinalCord", "same"),
        ("Skin/", "Skin", "same"),
        ("Skin/", "Heart", None),
    ],
)
def test_which_structure_stands_for_which(
    limited: str, structure: str | None, expected: Relation | None
) -> None:
    """Sides, pairs, margins, parts and what lies within what."""
    assert speaks_of(a_limit(organ=limited), structure) == expected


@pytest.mark.parametrize(
    ("changed", "grows"),
    [
        ({"metric": "max"}, True),
        ({"metric": "D0.1cc"}, True),
        ({"metric": "V20Gy[cc]", "unit": "cm³"}, True),
        ({"metric": "V20Gy[%]", "unit": "%"}, False),
        ({"metric": "D2%"}, False),
        ({"metric": "mean"}, False),
        ({"metric": "CV700cc<21Gy", "unit": "cm³", "op": ">="}, False),
        ({"metric": "max", "op": ">="}, False),
        ({"metric": "max", "unit": "", "dose_of": DoseOf.SHARE}, False),
    ],
)
def test_what_grows_with_the_structure(changed: dict[str, object], grows: bool) -> None:
    """Upper limits on a maximum and on absolute volumes do; shares, means and critical volumes do not."""
    limit = a_limit(**changed)
    assert grows_with_the_structure(limit, parse(limit.metric)) is grows


def test_what_lies_within_what_has_no_circle() -> None:
    """Nothing lies within itself, over any number of steps."""
    assert pairs()
    assert all(inner not in around(inner) for inner, _ in pairs())
    assert around("SpinalCord_Cerv") == {"SpinalCord", "ThecalSac", "SpinalCanal"}
    assert around("Heart") == frozenset()
