"""The table of half-times of repair."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graybook.errors import InputError
from graybook.tables.repair import half_time_of_organ, organs_by_tissue, repair_half_times
from graybook.tables.structure_names import tg263_name


def test_ranges_and_components_are_rows() -> None:
    """A range is two rows, two components are two rows with one partition; others stand alone."""
    found = {(one.tissue, one.component) for one in repair_half_times()}
    assert {("mucosa", "lower end"), ("mucosa", "upper end"), ("laryngeal oedema", "")} <= found
    pair = [one for one in repair_half_times() if one.component in ("fast", "slow")]
    assert len({one.partition for one in pair}) == 1


@pytest.mark.parametrize("changes", [{"half_time_h": 0.0}, {"half_time_h": 9.0}, {"ci95_h": (5.0, 6.4)}])
def test_impossible_half_times_are_refused(changes: dict[str, object]) -> None:
    """A half-time is above 0 and within its own interval."""
    row = next(one for one in repair_half_times() if one.ci95_h == (3.2, 6.4))
    with pytest.raises(InputError):
        replace(row, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("organ", "tissue"),
    [
        ("SpinalCord", "myelopathy"),
        ("SpinalCord_PRV05", "myelopathy"),
        ("ThecalSac", "myelopathy"),
        ("Brain", "brain necrosis"),
        ("Larynx", "laryngeal oedema"),
        ("Skin", "skin telangiectasia"),
    ],
)
def test_an_organ_whose_harm_a_row_names(organ: str, tissue: str) -> None:
    """The row's words are the organ's own harm; a margin does not change it."""
    row = half_time_of_organ(organ)
    assert row is not None
    assert row.tissue == tissue


@pytest.mark.parametrize("organ", ["Brainstem", "Kidney_L", "Esophagus", "Parotid_L", "CaudaEquina", None])
def test_no_other_organ_has_a_half_time(organ: str | None) -> None:
    """No row is carried to another organ, and the kidney's, read in a repository alone, is no default."""
    assert half_time_of_organ(organ) is None


def test_the_organs_and_tissues_are_known() -> None:
    """Every organ is a name of the table of names; every tissue is one figure of repair.csv that may be a default."""
    rows = repair_half_times()
    for organ, tissue in organs_by_tissue().items():
        assert tg263_name(organ) == organ
        (row,) = [one for one in rows if one.tissue == tissue]
        assert row.component == ""
        assert row.tier not in ("secondary-repo", "assigned")
