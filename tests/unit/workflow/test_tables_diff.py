"""Two sets of limits compared: what was added, removed, and changed field by field."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from graybook.errors import InputError, UsageError
from graybook.tables import edition
from graybook.tables.limits import FILES
from graybook.workflow.tables_diff import difference

BOOK = """
author = "A. Physicist"
date = 2026-01-31
reason = "decided by the department"
base = "cumulative"
drop = ["rulach2021-ars-spinalcord-max"]
[[limit]]
id = "rulach2021-spinalcord-max"
organ = "SpinalCord"
rule = "max <= 58 Gy"
alpha_beta_gy = 2.0
recovery_in_source = "yes"
source = "rulach2021"
[[limit]]
id = "ours-heart"
organ = "Heart"
rule = "mean <= 30 Gy"
alpha_beta_gy = 2.5
recovery_in_source = "no"
source = "rulach2021"
"""


def test_a_centres_file_against_the_default(tmp_path: Path) -> None:
    """A row of its own is added, one is dropped, one says another figure; the rest is the same."""
    path = tmp_path / "ours.toml"
    path.write_text(BOOK, encoding="utf-8")
    found = difference("cumulative", str(path))
    assert [one.id for one in found.added] == ["ours-heart"]
    assert [one.id for one in found.removed] == ["rulach2021-ars-spinalcord-max"]
    (change,) = found.changed
    assert change.id == "rulach2021-spinalcord-max"
    assert change.fields["value"] == ("60", "58")
    assert change.fields["author"] == ("", "A. Physicist")
    assert "place" not in change.fields
    assert found.same == 43


def test_the_same_twice_differs_in_nothing() -> None:
    """A rulebook against itself, and the edition against all, have every row the same."""
    for first, second in (("cumulative", "cumulative"), (edition(), "all")):
        found = difference(first, second)
        assert (found.added, found.removed, found.changed) == ((), (), ())
        assert found.same > 40


def test_the_folder_of_an_edition(tmp_path: Path) -> None:
    """Tables that lie in a folder are compared with those that ship, cell by cell."""
    for name in FILES:
        text = files("graybook.tables").joinpath("data", edition(), name).read_text(encoding="utf-8")
        old = "rulach2021-spinalcord-max,cumulative limit,SpinalCord,max,<=,60,"
        (tmp_path / name).write_text(text.replace(old, old.replace("60", "62")), encoding="utf-8")
    found = difference(edition(), str(tmp_path))
    assert [(one.id, dict(one.fields)) for one in found.changed] == [
        ("rulach2021-spinalcord-max", {"value": ("60", "62")})
    ]
    (tmp_path / FILES[0]).unlink()
    with pytest.raises(InputError, match="no folder of an edition"):
        difference(edition(), str(tmp_path))


def test_unknown_names_are_refused() -> None:
    """A name that is no rulebook, edition, file or folder is a wrong call."""
    with pytest.raises(UsageError, match="No rulebook and no edition"):
        difference("cumulative", "yesterday")
