"""A file of assumptions is checked whole, signed and dated; every mistake is told with its line."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.errors import InputError
from graybook.files.options import parse_scenario

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "tumour board"\n'


def test_every_assumption_is_read() -> None:
    """Each table gives its values as typed, and each stands among the overrides with author, date, reason and source."""
    found = parse_scenario(
        STAMP
        + """
name = "as the board asked"
source = "protocol 7"
concurrent = ["C2", 2009-03-16]
ntcp = true

[[alpha_beta]]
tg263 = "SpinalCord"
value_gy = 3

[[alpha_beta]]
structure = "PTV 60"
value_gy = 10.0
author = "B. Physician"

[[recovery]]
tg263 = "SpinalCord"
share = 0.25
from_months = 6
convention = "dose"
source = "doi:10.1000/1"

[[recovery]]
tg263 = "Brainstem"
steps = [{from_months = 6, share = 0.1}, {from_months = 12, share = 0.3}]
convention = "tolerance"

[overlap]
isodose_gy = 40
""",
        name="board.toml",
        headline=True,
    )
    assert (found.name, found.concurrent, found.ntcp) == ("", ("C2", "2009-03-16"), True)
    cord, target = found.alpha_betas
    assert (cord.tg263, cord.value_gy, target.structure, target.value_gy) == (
        "SpinalCord",
        3.0,
        "PTV 60",
        10.0,
    )
    assert (cord.by.author, target.by.author, cord.by.date) == (
        "A. Physicist",
        "B. Physician",
        date(2026, 1, 31),
    )
    first, second = found.recoveries
    assert (first.share_after(5.9), first.share_after(6), first.by.source) == (0.0, 0.25, "doi:10.1000/1")
    assert (second.share_after(7), second.share_after(12), second.convention) == (0.1, 0.3, "tolerance")
    assert (found.overlap_gy, found.left_out) == (40.0, ())
    assert [one.key for one in found.overrides] == [
        "alpha_beta SpinalCord: value_gy",
        "alpha_beta PTV 60: value_gy",
        "recovery SpinalCord: dose",
        "recovery Brainstem: tolerance",
        "concurrent",
        "ntcp",
        "overlap: isodose_gy",
    ]


def test_a_scenario_may_leave_a_course_out() -> None:
    """A scenario is called as it says, else as its file, and names the course that it does not count."""
    text = STAMP + '[[leave_out]]\ncourse = 2001-02-03\nreason = "no dose known"\n'
    found = parse_scenario(text, name="without-2001.toml")
    assert (found.name, found.left_out) == ("without-2001", ("2001-02-03",))
    assert (found.overrides[0].key, found.overrides[0].reason) == (
        "leave_out 2001-02-03: course",
        "no dose known",
    )
    assert parse_scenario('name = "A"\n' + text, name="b.toml").name == "A"


def test_a_published_model_is_taken_whole() -> None:
    """Doi 2021 raises the tolerance of the cord to 125 % from 6 months on and to 150 % from 12, with its citation."""
    text = STAMP + '[[recovery]]\nmodel = "doi2021"\n'
    (found,) = parse_scenario(text, name="options.toml", headline=True).recoveries
    assert (found.organ, found.convention, found.model) == ("SpinalCord", "tolerance", "doi2021")
    assert [found.share_after(months) for months in (5.9, 6.0, 12.0)] == [0.0, 0.25, 0.5]
    assert "10.1007/s00066-021-01772-7" in found.by.source


@pytest.mark.rule(11)
@pytest.mark.parametrize(
    ("organ", "source", "says"),
    [
        ("GTVp 2019", "ours", "names a target"),
        ("SpinalCord", "", "source"),
        ("SpinalCord", None, "source is missing"),
    ],
)
def test_recovery_is_never_of_a_tumour_and_never_without_source(
    organ: str, source: str | None, says: str
) -> None:
    """Recovery of a target, and one that nobody published or stands for, are refused."""
    stated = "" if source is None else f'source = "{source}"\n'
    text = STAMP + f'[[recovery]]\ntg263 = "{organ}"\nshare = 0.25\nconvention = "dose"\n' + stated
    with pytest.raises(InputError, match=says):
        parse_scenario(text, name="options.toml", headline=True)
