"""The check of the tables: faults stop it, citations that cannot be opened are told and counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from graybook.errors import InputError
from graybook.tables.limit import Conditions
from graybook.tables.limits import limits
from graybook.tables.sources import Source
from graybook.workflow import tables_check
from graybook.workflow.tables_check import checked

BOOK = """
author = "A. Physicist"
date = 2026-01-31
reason = "decided by the department"
base = "none"
[[limit]]
organ = "SpinalCord"
rule = "max <= 58 Gy"
alpha_beta_gy = 2.0
recovery_in_source = "yes"
source = "{source}"
"""


def test_the_shipped_edition_has_no_fault() -> None:
    """Every table and rulebook that ships is read, and every row of it holds."""
    found = checked()
    assert found.faults == ()
    assert found.rows["reirradiation_limits"] > 50
    assert len(found.rows) > 15


def test_citations_without_an_address_are_counted() -> None:
    """Each is listed with why, and with the rows that rest on it; no default limit rests on one."""
    found = {one.source: one for one in checked().unopenable}
    assert (found["binkley2016"].why, found["binkley2016"].rows, found["binkley2016"].tables) == (
        "title_only",
        2,
        ("alpha_beta",),
    )
    assert found["graybook"].why == "assigned"
    assert not {one.source for one in limits() if one.default} & set(found)


def test_a_citation_from_memory_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source whose title says that its citation is from memory is told, though it has a PMID."""
    doubtful = Source(key="doi2021", title="Doi (citation from memory)", pmid="1")
    monkeypatch.setattr(tables_check, "source", lambda key: doubtful)
    assert {one.why for one in checked().unopenable if one.source == "doi2021"} == {"memory"}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"metric": "Dmaximum"}, "Metric not understood"),
        ({"unit": "%"}, "unit"),
        ({"organ": "SpinalCord/Cord"}, "TG-263"),
        ({"schedule": "14 Gy"}, "schedule"),
        ({"schedule": "14/1"}, "the schedule gives"),
        ({"op": ">="}, "wrong way round"),
        ({"conditions": Conditions(modalities=("photons",))}, "modality"),
    ],
)
def test_faulty_limits_are_told(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], what: str
) -> None:
    """A metric outside the language, another unit and an unknown structure are faults, with the row and a remedy."""
    wrong = replace(limits()[0], **changes)  # type: ignore[arg-type]
    monkeypatch.setattr(tables_check, "limits", lambda: (wrong,))
    (fault,) = checked().faults
    assert what in fault.what
    assert fault.row == wrong.id
    assert fault.remedy


def test_a_default_from_a_repository_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """However it came about, a default that was read in a repository alone is a fault."""
    wrong = replace(limits()[0])
    object.__setattr__(wrong, "tier", "secondary-repo")
    monkeypatch.setattr(tables_check, "limits", lambda: (wrong,))
    assert [one.what for one in checked().faults] == ["A default read in a repository alone"]


def test_what_a_reader_refuses_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that cannot be read is told with the reader's own words, once, and the rest is still counted."""

    def refuse() -> object:
        raise InputError("Table x.csv, line 3: value is not a number", value="ten", remedy="mend it")

    monkeypatch.setattr(tables_check, "LOADERS", (("x.csv", refuse), ("rulebook x", refuse)))
    found = checked()
    assert [(one.what, one.value) for one in found.faults] == [
        ("Table x.csv, line 3: value is not a number", "ten")
    ]
    assert found.rows


@pytest.mark.parametrize(
    ("source", "unopenable"),
    [("rulach2021", 0), ("Own audit 2025, https://hospital.example.org/audit", 0), ("Own audit 2025", 1)],
)
def test_a_centres_file_is_checked(tmp_path: Path, source: str, unopenable: int) -> None:
    """Its own rows are checked; a citation without an address is told, and is no fault."""
    path = tmp_path / "ours.toml"
    path.write_text(BOOK.format(source=source), encoding="utf-8")
    found = checked(path)
    assert (found.faults, found.rows, len(found.unopenable)) == ((), {"own": 1, "base": 0}, unopenable)


def test_a_faulty_file_is_told(tmp_path: Path) -> None:
    """A file that is refused gives the reader's words as a fault."""
    path = tmp_path / "ours.toml"
    path.write_text(BOOK.format(source="rulach2021").replace("SpinalCord", "Backbone"), encoding="utf-8")
    (fault,) = checked(path).faults
    assert fault.place == "ours.toml"
    assert "Backbone" in fault.what + fault.value
