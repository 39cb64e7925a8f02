"""A centre's rulebook, TOML or CSV, is checked whole; its rows carry author, date and place, and stand on those of its base."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from graybook.errors import InputError, UsageError
from graybook.files.rulebook import parse_rulebook, read_rulebook
from graybook.tables.limit import DoseOf, Limit, Namespace, Scale
from graybook.tables.rulebook import rulebook
from graybook.tables.sources import source_text

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "decided by the department"\n'
ROW = """
[[limit]]
organ = "SpinalCord"
rule = "max <= 60 Gy"
alpha_beta_gy = 2.0
recovery_in_source = "yes"
source = "our protocol 7"
"""
OWN = STAMP + 'base = "none"\n'


def only(text: str, name: str = "ours.toml") -> Limit:
    """The one limit of a rulebook."""
    (limit,) = parse_rulebook(text, name=name).limits
    return limit


def test_a_row_carries_its_evidence() -> None:
    """A centre's own row is of tier "centre", not checked in a primary, signed, dated, and knows its line."""
    limit = only(OWN + ROW)
    assert (limit.metric, limit.op, limit.value, limit.unit) == ("max", "<=", 60.0, "Gy")
    assert (limit.tier, limit.primary_checked, limit.default) == ("centre", False, False)
    assert (limit.author, limit.changed_on) == ("A. Physicist", date(2026, 1, 31))
    assert limit.reason == "decided by the department"
    assert (limit.source, limit.source_text, limit.place) == (
        "our protocol 7",
        "our protocol 7",
        "ours.toml, line 6",
    )
    assert (limit.id, limit.namespace) == ("ours-spinalcord-max-60", Namespace.CUMULATIVE)


def test_every_key_is_read() -> None:
    """Each key of a row gives its value, and each pair of bounds its condition."""
    limit = only(
        OWN
        + """
[[limit]]
id = "our-cord"
namespace = "cumulative limit"
organ = "SpinalCord/ThecalSac"
metric = "Dmax"
op = "≤"
value = 25.0
unit = "Gy"
dose_of = "reference course"
scale = "BED"
alpha_beta_gy = 2
rounding = 0.4
schedule = "25.3/5"
interval_months_min = 5
courses_max = 2
fractions_max = 5
fraction_gy_min = 5.0
fraction_gy_max = 17
modalities = ["photon", "proton"]
each_course_max_gy = 98
recovery_in_source = "no"
endpoint = "myelopathy"
population = "spine"
tier = "primary-abstract"
note = "read in the abstract"
source = "nieder2006"
"""
    )
    assert (limit.id, limit.organs, limit.metric, limit.op) == (
        "our-cord",
        ("SpinalCord", "ThecalSac"),
        "max",
        "<=",
    )
    assert (limit.dose_of, limit.scale, limit.rounding) == (DoseOf.REFERENCE, Scale.BED, 0.4)
    found = limit.conditions
    assert (found.interval_months, found.courses, found.fractions) == ((5.0, None), (1, 2), (1, 5))
    assert (found.fraction_gy, found.modalities) == ((5.0, 17.0), ("photon", "proton"))
    assert (found.each_course_max_gy, found.recovery_in_source) == (98.0, "no")
    assert (limit.tier, limit.primary_checked) == ("primary-abstract", True)
    assert limit.source_text == source_text("nieder2006")


@pytest.mark.parametrize(
    ("written", "metric", "value", "unit", "rounding"),
    [
        ("D0.1cc<56.25Gy", "D0.1cc", 56.25, "Gy", 0.005),
        ("V20Gy <= 35 %", "V20Gy[%]", 35.0, "%", 0.5),
        ("V20Gy[cc] <= 35.0 cc", "V20Gy[cc]", 35.0, "cm³", 0.05),
        ("CV700cc<21Gy >= 700 cm3", "CV700cc<21Gy", 700.0, "cm³", 0.5),
        ("Dmean < 22 Gy", "mean", 22.0, "Gy", 0.5),
    ],
)
def test_a_rule_is_one_line(written: str, metric: str, value: float, unit: str, rounding: float) -> None:
    """A rule is split into metric, figure and unit; half a unit of its last digit is its rounding."""
    limit = only(OWN + ROW.replace("max <= 60 Gy", written))
    assert (limit.metric, limit.value, limit.unit, limit.rounding) == (metric, value, unit, rounding)


def test_a_row_takes_the_place_of_the_base_s() -> None:
    """A row of a known id replaces it, one that is dropped is gone with its author, the others stay."""
    base = rulebook()
    first, second = base.limits[0], base.limits[1]
    found = parse_rulebook(
        STAMP + f'drop = ["{second.id}"]\n' + ROW.replace("[[limit]]", f'[[limit]]\nid = "{first.id}"'),
        name="ours.toml",
    )
    assert [one.id for one in found.limits] == [one.id for one in base.limits if one.id != second.id]
    assert found.limits[0].author == "A. Physicist"
    assert [(one.id, one.author, one.place) for one in found.dropped] == [
        (second.id, "A. Physicist", "ours.toml, line 4")
    ]


def test_an_adopted_row_stays_marked() -> None:
    """A row of the edition that the default lacks is judged by, signed by the centre, and its tier stays what it was."""
    there = {one.id for one in rulebook().limits}
    other = next(one for one in rulebook("all").limits if one.id not in there)
    found = parse_rulebook(STAMP + f'base = "none"\nadopt = ["{other.id}"]\n', name="ours.toml").limits
    assert [(one.id, one.tier, one.primary_checked, one.author) for one in found] == [
        (other.id, other.tier, other.primary_checked, "A. Physicist")
    ]


def test_csv_is_the_same(tmp_path: Path) -> None:
    """A CSV, of commas or semicolons, gives what TOML of the same content gives, and the hash of its bytes."""
    toml = only(OWN + ROW + 'modalities = ["photon", "proton"]\n')
    for sign in (",", ";"):
        header = sign.join(
            [
                "organ",
                "rule",
                "alpha_beta_gy",
                "modalities",
                "recovery_in_source",
                "source",
                "author",
                "date",
                "reason",
            ]
        )
        row = sign.join(
            [
                "SpinalCord",
                "max <= 60 Gy",
                "2.0",
                "photon/proton",
                "yes",
                "our protocol 7",
                "A. Physicist",
                "2026-01-31",
                "decided by the department",
            ]
        )
        path = tmp_path / "ours.csv"
        path.write_bytes(f"# base = none\r\n{header}\r\n\r\n{row}\r\n".encode("utf-8-sig"))
        found = read_rulebook(path)
        (limit,) = found.limits
        assert limit.place == "ours.csv, line 4"
        assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert {**vars(limit), "place": ""} == {**vars(toml), "place": ""}


def test_missing_file_is_a_fault_of_the_call(tmp_path: Path) -> None:
    """A file that is not there is told as such."""
    with pytest.raises(UsageError, match="rulebook cannot be read"):
        read_rulebook(tmp_path / "none.toml")


def test_a_file_that_says_nothing_is_refused() -> None:
    """Nobody names an empty file to be judged by the default limits; with its base written it is one."""
    with pytest.raises(InputError, match="says nothing"):
        parse_rulebook("", name="a.toml")
    assert parse_rulebook('base = "cumulative"\n', name="a.toml").limits


def test_an_empty_rulebook_is_refused() -> None:
    """A rulebook without a limit judges nothing."""
    with pytest.raises(InputError, match="holds no limit"):
        parse_rulebook('base = "none"\n', name="ours.toml")


def test_cells_of_text_stay_text() -> None:
    """A note that is a number, or holds a sign that some call the end of a line, stays as it is written."""
    header = "organ,rule,alpha_beta_gy,recovery_in_source,source,author,date,reason,note,endpoint"
    row = "SpinalCord,max <= 60 Gy,2,yes,ours,A,2026-01-31,x,7,one\u2028two"
    limit = only(f"# base = none\n{header}\n{row}\n", "ours.csv")
    assert (limit.note, limit.endpoint, limit.place) == ("7", "one\u2028two", "ours.csv, line 3")
