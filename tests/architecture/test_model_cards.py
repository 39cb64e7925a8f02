"""The page of the models is what the models and their test values give, and holds a card for each of them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import graybook.radiobiology
from validation.model_cards import CODE, MARK, PAGE, cards
from validation.model_vectors import CLASSES, vectors

SOURCE = Path(graybook.radiobiology.__file__).parent


def test_page_is_current() -> None:
    """The page is, to the byte, what the models and the table give, and says how it is made."""
    text = PAGE.read_text(encoding="utf-8")
    assert MARK in text
    assert text == cards()


def test_every_model_has_a_card() -> None:
    """Each class of the package that computes BED is on the page, and no other."""
    found = set()
    for path in SOURCE.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            methods = [one.name for one in getattr(node, "body", ()) if isinstance(one, ast.FunctionDef)]
            if isinstance(node, ast.ClassDef) and "bed_gy" in methods:
                found.add(node.name)
            if isinstance(node, ast.ClassDef) and any(
                isinstance(base, ast.Name) and base.id == "VariableRbe" for base in node.bases
            ):
                found.add(node.name)
    assert found - {"Model", "VariableRbe"} == {kind.__name__ for kind in CLASSES}


def test_every_model_has_test_values() -> None:
    """The table holds a value of each model, with its source."""
    rows = vectors()
    assert {kind for row in rows for kind in CLASSES if isinstance(row.model(), kind)} == set(CLASSES)
    assert all(row.source for row in rows)


def test_the_program_on_the_page_runs() -> None:
    """The program shown gives an EQD2 in each of its three voxels, the first a little above the 1.1 of every day."""
    names: dict[str, Any] = {}
    exec(CODE, names)
    eqd2 = names["eqd2_gy"]
    constant = 54.0 * 1.1 * (1.8 * 1.1 + 2.0) / 4.0
    assert eqd2.shape == (3,)
    assert constant < eqd2[0] < 1.3 * constant
