"""Whatever becomes of a file that a person wrote, reading it ends in a value or in a told mistake, never in a foreign error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graybook.errors import GraybookError
from graybook.files import parse, template
from graybook.files._lines import Place, toml_lines
from graybook.files.options import parse_scenario
from graybook.files.rulebook import parse_rulebook

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "x"\nsource = "y"\n'
OPTIONS = (
    STAMP
    + """
name = "board"
concurrent = ["C1", 2009-03-16]
[[alpha_beta]]
tg263 = "SpinalCord"
value_gy = 3.0
[[recovery]]
tg263 = "Esophagus"
steps = [{from_months = 6, share = 0.1}, {from_months = 12, share = 0.25}]
convention = "tolerance"
[[recovery]]
model = "doi2021"
[[leave_out]]
course = 2009-03-16
"""
)
LIMITS = (
    STAMP
    + """
base = "cumulative"
drop = ["rulach2021-troost-spinalcord-max"]
[[limit]]
organ = "SpinalCord/Brainstem"
rule = "CV700cc<21Gy >= 700 cc"
alpha_beta_gy = 2.0
schedule = "50/25"
interval_months_min = 6
courses_max = 2
fractions_min = 1
fractions_max = 5
modalities = ["photon"]
recovery_in_source = "yes"
"""
)
CSV = """\
# base = none
organ,rule,alpha_beta_gy,modalities,recovery_in_source,source,author,date,reason
SpinalCord,max <= 60 Gy,2.0,photon/proton,yes,rulach2021,A. Physicist,2026-01-31,department
"Esophagus",max <= 75 Gy,3.0,,yes,"Rulach, 2021",A. Physicist,2026-01-31,department
"""
SETTINGS = re.sub(r"(?m)^# (?=\[|\w+ = )", "", template())

READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "scenario": (OPTIONS, lambda text: parse_scenario(text, name="a.toml")),
    "headline": (OPTIONS, lambda text: parse_scenario(text, name="a.toml", headline=True)),
    "rulebook": (LIMITS, lambda text: parse_rulebook(text, name="a.toml")),
    "csv": (CSV, lambda text: parse_rulebook(text, name="a.csv")),
    "settings": (SETTINGS, parse),
}

PIECES = st.one_of(
    st.sampled_from(
        ["[", "]", "[[", "{", "}", '"', "'", '"""', "=", ".", ",", ";", "#", "\n", "\r\n", "\r", "\x00", "\ufeff", "−"]
    ),
    st.sampled_from(["-1", "nan", "inf", "1e999", "9" * 320, "true", "[]", "{}", '""', "2026-13-45", "07:32:00"]),
    st.sampled_from(["author", "share", "steps", "limit", "[[recovery]]", "[overlap]", "SpinalCord", "PTV", "a.b.c = 1"]),
    st.text(max_size=4),
)  # fmt: skip
CHANGE = st.tuples(st.integers(0, 4000), st.integers(0, 12), PIECES)


def mutated(text: str, changes: list[tuple[int, int, str]]) -> str:
    """The text, with a piece in place of some characters at each change."""
    for at, length, piece in changes:
        at %= len(text) + 1
        text = text[:at] + piece + text[at + length :]
    return text


def places(value: object, place: Place = ()) -> Iterator[Place]:
    """Every place in what TOML gave."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*place, key)
        yield from places(item, (*place, key))


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=100, deadline=None)
@given(changes=st.lists(CHANGE, min_size=1, max_size=4))
def test_a_changed_file_is_read_or_refused(kind: str, changes: list[tuple[int, int, str]]) -> None:
    """A changed file gives a value, or an error that names the file."""
    text, read = READERS[kind]
    said = ""
    try:
        read(mutated(text, changes))
    except GraybookError as error:
        said = error.what
    if said and kind != "settings":
        assert re.match(r"a\.(toml|csv)(, line \d+| has \d+ mistakes)", said)


@pytest.mark.parametrize("text", [OPTIONS, LIMITS, SETTINGS], ids=["options", "limits", "settings"])
@settings(max_examples=100, deadline=None)
@given(changes=st.lists(CHANGE, max_size=4))
@example(changes=[(OPTIONS.index("[[alpha_beta]]") + 3, 0, ".")])
def test_every_place_of_a_changed_file_has_a_line(text: str, changes: list[tuple[int, int, str]]) -> None:
    """Where TOML reads a text, each of its keys and items is found, on a line that exists."""
    changed = mutated(text, changes)
    try:
        values = tomllib.loads(changed)
    except (ValueError, RecursionError):
        return
    lines = toml_lines(changed)
    assert [place for place in places(values) if place not in lines.places] == []
    assert max(lines.places.values()) <= changed.count("\n") + 1
