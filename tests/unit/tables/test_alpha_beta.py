"""The default α/β: who may be one, what stands beside it."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from graybook import tables
from graybook.errors import InputError
from graybook.tables import alpha_beta, structure_names


def plain_row(**changes: object) -> alpha_beta.AlphaBetaRow:
    fields: dict[str, object] = {
        "tissue": "heart",
        "endpoint": "late",
        "value_gy": 2.5,
        "ci95_gy": None,
        "source": "rulach2021",
        "source_text": "Rulach",
        "tier": "primary-table",
        "primary_checked": True,
        "note": "",
    }
    return alpha_beta.AlphaBetaRow(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{"value_gy": 0.0}, {"value_gy": float("nan")}, {"ci95_gy": (3.0, 4.0)}])
def test_impossible_rows_are_refused(changes: dict[str, object]) -> None:
    """An α/β is positive and lies in its own interval."""
    with pytest.raises(InputError):
        plain_row(**changes)


def test_all_rows_are_kept() -> None:
    """The edition holds 85 published α/β; only those of a primary source count as checked."""
    assert len(alpha_beta.rows()) == 85
    assert all(row.primary_checked == row.tier.startswith("primary") for row in alpha_beta.rows())


@pytest.mark.parametrize("label", sorted(structure_names.labels()))
def test_no_default_from_a_repository_or_an_acute_effect(label: str) -> None:
    """Whatever the organ, its default is a late effect read in a publication or a curated work, inside its range."""
    default = alpha_beta.default_for_organ(label)
    if default is None:
        return
    assert default.row is not None
    assert default.row.tier in ("primary-table", "primary-abstract", "secondary-curated")
    assert default.row.effect == "late"
    assert default.basis == "table"
    assert default.range_gy[0] <= default.value_gy <= default.range_gy[1]
    assert default.row not in default.others


@pytest.mark.parametrize(
    ("variant", "organ"),
    [
        ("Lung_L", "Lungs"),
        ("Lung_RUL", "Lungs"),
        ("Lungs-GTV", "Lungs"),
        ("Lung~_L", "Lungs"),
        ("SpinalCord_PRV05", "SpinalCord"),
        ("SpinalCord_PRV", "SpinalCord"),
        ("SpinalCanal", "SpinalCord"),
        ("ThecalSac", "SpinalCord"),
        ("SpinalCanal_PRV03", "SpinalCord"),
        ("BrachialPlex_R", "BrachialPlexs"),
        ("A_Aorta", "GreatVes"),
        ("Chestwall_L", "Chestwall"),
    ],
)
def test_variants_of_an_organ_share_its_value(variant: str, organ: str) -> None:
    """Side, lobe, margin, cropping and partial contour leave the α/β as it is."""
    one, other = alpha_beta.default_for_organ(variant), alpha_beta.default_for_organ(organ)
    assert one is not None
    assert other is not None
    assert one.value_gy == other.value_gy


def test_lumbar_cord_takes_the_lower_value() -> None:
    """The lumbar cord keeps the cord's 2 Gy, with the lumbar 4 Gy of Nieder beside it; the cauda takes the 4 Gy."""
    lumbar = alpha_beta.default_for_organ("SpinalCord_Lum")
    assert lumbar is not None
    assert lumbar.value_gy == 2.0
    assert 4.0 in {row.value_gy for row in lumbar.others}


def test_acute_effects_stand_beside_but_not_in_the_range() -> None:
    """Erythema of the skin (8.8 Gy) is shown, and does not stretch the range of late effects."""
    skin = alpha_beta.default_for_organ("Skin")
    assert skin is not None
    assert 8.8 in {row.value_gy for row in skin.others}
    assert skin.range_gy == (2.5, 2.6)


@pytest.mark.parametrize(
    "organ", ["Cavity_Oral", "Trachea", "Bronchus", "Duodenum", "A_LAD", "Pericardium", "", "PTV"]
)
def test_no_value_is_borrowed(organ: str) -> None:
    """An organ that no row names has no entry: a neighbour's value is not lent to it."""
    assert alpha_beta.default_for_organ(organ) is None


def test_organ_without_entry_is_computed_at_three_and_two() -> None:
    """Rule 4: an organ without an entry is shown at 3 Gy and at 2 Gy."""
    assert alpha_beta.no_entry_gy() == (3.0, 2.0)


def test_study_and_where_it_was_read_are_both_named() -> None:
    """A figure known through a curated work names the study and the work."""
    rectum = alpha_beta.default_for_organ("Rectum")
    assert rectum is not None
    assert rectum.row is not None
    assert rectum.row.source_text.startswith("Brand 2021 (CHHiP), as listed by")


def test_every_tissue_is_judged_and_every_judgement_holds() -> None:
    """Each tissue of the α/β table is placed in tissues.csv, under organs that the names table knows."""
    folder = files("graybook.tables").joinpath("data", tables.edition())
    judged = list(csv.DictReader(folder.joinpath("tissues.csv").read_text("utf-8").splitlines()))
    sites = list(csv.DictReader(folder.joinpath("tumour_sites.csv").read_text("utf-8").splitlines()))
    tissues = {row.tissue for row in alpha_beta.rows()}
    assert {row["tissue"] for row in judged} == tissues
    assert {row["organ"] for row in judged} - {""} <= structure_names.labels()
    assert {row["use"] for row in judged} == {"default", "beside", "none", "tumour"}
    assert {row["tissue"] for row in sites} == {row["tissue"] for row in judged if row["use"] == "tumour"}
