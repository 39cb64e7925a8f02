"""Documents of other formats, broken in every way: courses that can be read back, or an error with its remedy, and nothing else."""

from __future__ import annotations

import copy
import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graybook.errors import GraybookError
from graybook.exchange.fhir.read import facts_from_fhir
from graybook.exchange.paper import on_paper
from graybook.exchange.paper_tables import Stamp, paper_tables
from graybook.files import parse
from graybook.files.toml_text import toml_text
from graybook.text import LANGUAGES
from graybook.workflow.exchanging.report import finding_lines

DATA = Path(__file__).resolve().parents[1] / "data" / "fhir"
STAMP = Stamp(author="A. Physicist", date=date(2026, 1, 31), reason="imported", source="document.json")
WRONG = (
    None, "", "  ", 0, -1, -3.5, 1e308, True, [], {}, [None], {"value": 1}, "x" * 300, "\u0000\n|\"'",
    "2021-13-45", "9999-12-31", "0001-01-01", 12345678901234567890,
)  # fmt: skip


def places(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of everything below a node."""
    below: list[tuple[str | int, Any]] = []
    if isinstance(node, dict):
        below = list(node.items())
    elif isinstance(node, list):
        below = list(enumerate(node))
    found = [(*path, key) for key, _ in below]
    for key, value in below:
        found += places(value, (*path, key))
    return found


def parent(document: Any, path: tuple[str | int, ...]) -> Any:
    """What holds the last key of a path."""
    for key in path[:-1]:
        document = document[key]
    return document


def broken(document: Any, draw: random.Random) -> Any:
    """A copy with one to three places removed, replaced, or doubled."""
    made = copy.deepcopy(document)
    for _ in range(draw.randint(1, 3)):
        path = draw.choice(places(made))
        holder = parent(made, path)
        what = draw.randint(0, 2)
        if what == 0:
            del holder[path[-1]]
        elif what == 1 or not isinstance(holder, list):
            holder[path[-1]] = draw.choice(WRONG)
        else:
            holder.append(copy.deepcopy(holder[path[-1]]))
    return made


@pytest.mark.parametrize("name", ["xrts-04.json", "xrts-05.json"])
def test_a_broken_document_breaks_nothing(name: str) -> None:
    """25 mutations: what is written is a graybook.toml that can be read, and every finding has its sentence in both languages."""
    whole = json.loads((DATA / name).read_text(encoding="utf-8"))
    draw = random.Random(20261122)  # noqa: S311
    read = 0
    for _ in range(25):
        try:
            facts, said = facts_from_fhir(broken(whole, draw))
            courses, on_the_way = on_paper(facts)
            parse(toml_text(paper_tables(facts.person, courses, STAMP)))
            for language in LANGUAGES:
                lines = finding_lines((*said, *on_the_way), language)
                assert all(one.text and one.text != one.code for one in lines)
            read += 1
        except GraybookError as refused:
            assert refused.remedy  # noqa: PT017
    assert read > 15
