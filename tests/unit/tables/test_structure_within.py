"""Which organ lies within which other."""

from __future__ import annotations

from graybook.tables import structure_within
from graybook.tables._rows import table_rows
from graybook.tables.structure_names import labels, tg263_name


def test_every_organ_is_a_label() -> None:
    """Both organs of a row are names that a structure can have."""
    for pair in structure_within.pairs():
        assert set(pair) <= labels()
        assert all(tg263_name(name) == name for name in pair)


def test_the_vertebral_column_from_within() -> None:
    """Cord, dura, bone: the canal is around everything, and nothing is around the canal."""
    assert structure_within.around("SpinalCord") == {"ThecalSac", "SpinalCanal"}
    assert structure_within.around("ThecalSac") == {"SpinalCanal"}
    assert structure_within.around("SpinalCanal") == frozenset()


def test_great_vessels_hold_each_vessel() -> None:
    """TG-263 defines GreatVes as aorta, venae cavae, pulmonary artery and vein: a limit on them concerns each."""
    assert structure_within.around("A_Aorta_Asc") == {"A_Aorta", "GreatVes"}
    for one in ("A_Aorta", "A_Pulmonary", "V_Pulmonary", "V_Venacava_S", "V_Venacava_I"):
        assert structure_within.around(one) == {"GreatVes"}


def test_anatomy_says_that_it_is_no_publication() -> None:
    """Every row is marked as assigned."""
    rows = table_rows("structure_within.csv", ("inner", "outer", "note"))
    assert {row["tier"] for row in rows} == {"assigned"}
