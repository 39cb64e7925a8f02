"""Our labels against the TG-263 list as the independent PyPI package `tg263` holds it."""

from __future__ import annotations

import pytest

from graybook.tables.structure_names import labels, root, side

tg263 = pytest.importorskip("tg263")

OWN = {"BronchialTree_Prox", "Femur_Heads"}
"""Labels of ours that the list lacks; each says so in the note of its row."""

THEIRS = {one.primary_name for one in getattr(tg263, "ALLOWED_STRUCTURES", ())}


def test_every_label_is_in_the_list() -> None:
    """Each label is a TG-263 name, or the bare name of an organ whose two sides both are."""
    bare = {label for label in labels() if {f"{label}_L", f"{label}_R"} <= THEIRS}
    assert len(THEIRS) > 700
    assert labels() - THEIRS - bare == OWN


def test_sides_agree() -> None:
    """What ends in _L or _R there has that side here, and its root is a label of ours when the name is."""
    ours = {name for name in THEIRS if name in labels() and name[-2:] in ("_L", "_R")}
    assert len(ours) > 50
    assert all(side(name) == name[-1] for name in ours)
    assert all(root(name) in labels() for name in ours)
