"""Every table of graybook.toml, as its reference shows it, goes out as settings that hold and that name nobody."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from graybook.files.settings import NUCLEAR_TABLES, TABLES, parse
from graybook.record import Person
from graybook.record.person import Identity
from graybook.record.project_key import ProjectKey
from graybook.workflow.deidentifying.naming import Naming
from graybook.workflow.deidentifying.people import Pseudonymous
from graybook.workflow.deidentifying.selectors import Selectors
from graybook.workflow.deidentifying.statements import statements
from graybook.workflow.deidentifying.words import Words

KEY = ProjectKey(project="P", secret=bytes(range(32)))
WORDS = Words(key=KEY)
REFERENCE = Path(__file__).resolve().parents[4] / "docs" / "graybook-toml.md"
PERSON = Pseudonymous(
    pseudonym="P-AAAAAAAAAAAAAAAA",
    days=-7 * 7000,
    person=Person(identities=(Identity(value="123456", issuer="HOSPITAL A"),), name="MARTIN^Marie"),
    objects=(),
    has_paper=True,
)
STAY = {
    *("SpinalCord", "Brainstem", "Kidney_L", "Kidney_R", "Kidneys", "Moelle", "cord 2019", "breast", "lung"),
    *("Lu-177", "DOTATATE", "thyroid cancer", "F", "6 MV", "ECOG 1", "palliative", "curative"),
}
"""Plain words of the field: organs, sites, a nuclide with its agent, an energy, a state."""
OF_LISTS = {
    *(
        "status",
        "alignment",
        "levels",
        "side",
        "kind",
        "nature",
        "rbe",
        "dose",
        "curve",
        "tail",
        "units",
        "decay_correction",
    ),
    *(
        "tn_definition",
        "shunt_definition",
        "scenario",
        "metric",
        "dose_scale",
        "indication",
        "device",
        "vital_status",
    ),
    *("child_pugh", "recurrence"),
}
"""Keys that hold a word of a short list."""


class Everything(defaultdict):
    """A mapping in which every name names one thing."""

    def get(self, name, default=None):
        return self[name]

    def __missing__(self, name):
        return self.default_factory(name)


class Cameras(Selectors):
    """Selectors that find every camera."""

    def camera(self, text):
        return ("Camera 1",)


def naming() -> Naming:
    """Names under which everything is found."""
    one = Everything(lambda name: (f"new-{KEY.name(name)}",))
    uids = Everything(lambda name: KEY.uid(name))
    return Naming(Cameras(courses=one, plans=one, uids=uids), WORDS)


def example() -> str:
    """All examples of the reference in one file."""
    return "\n".join(re.findall(r"```toml\n(.*?)```", REFERENCE.read_text(encoding="utf-8"), re.DOTALL))


def texts(value, key=""):
    """Each text with its key."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from texts(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one, key)
    elif isinstance(value, str):
        yield key, value


def numbers(value, key=""):
    """Each number with its key, in order."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from numbers(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from numbers(one, key)
    elif isinstance(value, int | float):
        yield key, value


def test_every_table_of_the_reference_goes_out_and_holds():
    """Each of them but identities, which are settled, and corrections of what is gone."""
    said = statements(example(), PERSON, naming(), WORDS, [], alone=True)
    found, before = tomllib.loads(said.text), tomllib.loads(example())
    assert parse(said.text)
    assert set(before) - set(found) <= {"identity", "correction", "nuclear"}
    assert {"course", "phase", "structure", "radionuclide", "radioembolisation", *NUCLEAR_TABLES} <= set(
        found
    )
    assert set(found) <= {*TABLES, "person", "clinical", "nuclear"}
    assert all(len(found[one]) == len(before[one]) for one in found if one in TABLES)


def test_no_word_of_the_reference_goes_out_but_those_of_lists():
    """Every text of the new file is a stand-in, or a plain word of the field."""
    said = statements(example(), PERSON, naming(), WORDS, [], alone=True)
    before = {text for _, text in texts(tomllib.loads(example()))}
    kept = {(key, text) for key, text in texts(tomllib.loads(said.text)) if text in before}
    assert {(key, text) for key, text in kept if key not in OF_LISTS and text not in STAY} == set()


@pytest.mark.parametrize(
    "table", ["radionuclide", "radioembolisation", "alpha_beta", "nuclear_organ", "recovery_coefficient"]
)
def test_numbers_stay(table):
    """Activities, masses, α/β, coefficients: every one, under its key."""
    said = statements(example(), PERSON, naming(), WORDS, [], alone=True)
    before, after = tomllib.loads(example())[table], tomllib.loads(said.text)[table]
    for old, new in zip(before, after, strict=True):
        assert list(numbers(new)) == list(numbers(old))


def test_moments_move_by_days_and_keep_hour_and_offset():
    """A week of winter stays a week; the hour and its offset from UTC stay; a day in text is a day."""
    text = """
[[radionuclide]]
nuclide = "Lu-177"
given = 2024-01-02T10:15:00+01:00
author = "A"
date = "2026-01-31"
reason = "r"
"""
    (found,) = tomllib.loads(statements(text, PERSON, naming(), WORDS, [], alone=True).text)["radionuclide"]
    moved = timedelta(days=PERSON.days)
    assert found["given"] == datetime.fromisoformat("2024-01-02T10:15:00+01:00") + moved
    assert found["given"].utcoffset() == timedelta(hours=1)
    assert found["date"] == date(2026, 1, 31) + moved


def test_a_local_hour_gets_the_offset_of_its_zone():
    """Given in July and in January at the clock of Paris: +02:00 and +01:00, whatever season the moved day lies in."""
    entry = (
        '[[radionuclide]]\nnuclide = "Lu-177"\ngiven = {}\nauthor = "A"\ndate = 2026-01-31\nreason = "r"\n'
    )
    text = f'[nuclear]\nzone = "Europe/Paris"\n{entry.format("2024-07-02T10:15:00")}{entry.format("2024-01-02T10:15:00")}'
    found = tomllib.loads(statements(text, PERSON, naming(), WORDS, [], alone=True).text)
    assert "nuclear" not in found
    assert [one["given"].utcoffset() for one in found["radionuclide"]] == [
        timedelta(hours=2),
        timedelta(hours=1),
    ]
    assert [one["given"].hour for one in found["radionuclide"]] == [10, 10]
