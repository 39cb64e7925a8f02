"""The table ``[uncertainty]`` of a file of options."""

from __future__ import annotations

import pytest

from graybook.errors import InputError
from graybook.files.options import parse_scenario
from graybook.record import Uncertainty

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "measured here"\n'


def parsed(text: str, *, headline: bool = True) -> Uncertainty:
    """The settings of a text under a stamp of three lines."""
    return parse_scenario(STAMP + text, name="options.toml", headline=headline).uncertainty


def test_settings_and_spreads_are_read_and_signed() -> None:
    """Every key gives its value; what a course states of its own carries its own stamp."""
    found = parse_scenario(
        STAMP
        + """[uncertainty]
samples = 400
seed = 7
correlation_mm = 20
dose_percent = 2

[[uncertainty.courses]]
course = 2009-03-16
registration_mm = 5.0
delivery_percent = 3
author = "B. Physicist"
source = "chart"
""",
        name="options.toml",
        headline=True,
    )
    settings = found.uncertainty
    assert (settings.samples, settings.seed, settings.correlation_mm) == (400, 7, 20.0)
    stated = {(one.term, one.course): (one.size, one.by.author, one.by.source) for one in settings.spreads}
    assert stated == {
        ("dose", ""): (2.0, "A. Physicist", ""),
        ("registration", "2009-03-16"): (5.0, "B. Physicist", "chart"),
        ("delivery", "2009-03-16"): (3.0, "B. Physicist", "chart"),
    }
    assert {one.key for one in found.overrides} == {
        "uncertainty: samples",
        "uncertainty: seed",
        "uncertainty: correlation_mm",
        "uncertainty: dose_percent",
        "uncertainty 2009-03-16: registration_mm",
        "uncertainty 2009-03-16: delivery_percent",
    }


def test_without_the_table_the_defaults_hold() -> None:
    """1,000 samples of seed 1, and nothing stated."""
    assert parsed("ntcp = true\n") == Uncertainty(samples=1000, seed=1, correlation_mm=None, spreads=())


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("[uncertainty]\nsamples = 2\n", 5, "samples"),
        ("[uncertainty]\nsamples = 200000\n", 5, "samples"),
        ("[uncertainty]\nseed = 1.5\n", 5, "seed"),
        ("[uncertainty]\ncorrelation_mm = 0\n", 5, "correlation_mm"),
        ("[uncertainty]\ndose_percent = 60\n", 5, "dose_percent"),
        ("[uncertainty]\nregistration_mm = -1\n", 5, "registration_mm"),
        ("[uncertainty]\nsample = 200\n", 5, '"sample" is not a key'),
        ("[uncertainty]\ncourses = 3\n", 5, "list of tables"),
        ("[uncertainty]\n[[uncertainty.courses]]\ndose_percent = 3\n", 5, "course is missing"),
        ("[uncertainty]\n[[uncertainty.courses]]\ncourse = 'a'\n", 5, "is missing"),
        (
            "[uncertainty]\n[[uncertainty.courses]]\ncourse = 'a'\nseed = 3\ndose_percent = 1\n",
            7,
            '"seed" is not a key',
        ),
        (
            "[uncertainty]\n[[uncertainty.courses]]\ncourse = 'a'\ndose_percent = 1\n"
            "[[uncertainty.courses]]\ncourse = 'a'\ndose_percent = 2\n",
            9,
            "earlier table",
        ),
    ],
)
def test_each_mistake_is_told_with_its_line(text: str, line: int, key: str) -> None:
    """A number out of range, an unknown key, a course without a name, or named twice."""
    with pytest.raises(InputError, match=f"line {line},") as caught:
        parsed(text)
    assert key in str(caught.value)


def test_a_scenario_cannot_ask_for_it() -> None:
    """The uncertainty is that of the headline."""
    with pytest.raises(InputError, match="asked of the headline"):
        parsed("[uncertainty]\nseed = 2\n", headline=False)


def test_nothing_is_assumed_without_a_signature() -> None:
    """Author, date and reason are asked for, as for every assumption."""
    with pytest.raises(InputError, match="author and date and reason"):
        parse_scenario("[uncertainty]\nseed = 2\n", name="options.toml", headline=True)
