"""What assumptions change is recorded, the files they stand in by their hash; what names nothing here is said."""

from __future__ import annotations

from graybook.files.options import parse_scenario
from graybook.files.rulebook import parse_rulebook
from graybook.report.result import StructureResult
from graybook.workflow.person.assumption_findings import assumed_changes, names_nothing
from graybook.workflow.person.assumptions import Assumptions

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "tumour board"\nsource = "protocol 7"\n'
ASSUMED = """
[[alpha_beta]]
tg263 = "SpinalCord"
value_gy = 3.0
[[alpha_beta]]
structure = "PTV 60"
value_gy = 10.0
[[recovery]]
tg263 = "Brainstem"
share = 0.25
convention = "dose"
"""


def test_what_names_nothing_is_said() -> None:
    """An organ or a structure that is not in the result is a finding of the headline or of its scenario; others are none."""
    headline = parse_scenario(STAMP + ASSUMED, name="options.toml", headline=True)
    scenario = parse_scenario(STAMP + ASSUMED, name="other.toml")
    cord = StructureResult.model_construct(name="Moelle", tg263="SpinalCord")
    found = names_nothing(Assumptions(headline=headline, scenarios=(scenario,)), [cord])
    assert [(one.code, one.subject, one.params) for one in found] == [
        ("option_names_nothing", "PTV 60", {}),
        ("option_names_nothing", "Brainstem", {}),
        ("scenario_names_nothing", "PTV 60", {"scenario": "other"}),
        ("scenario_names_nothing", "Brainstem", {"scenario": "other"}),
    ]


def test_a_dropped_limit_is_recorded() -> None:
    """Beside the headline's assumptions stand a centre's own rows and those it does not use, each with its author."""
    dropped = "rulach2021-troost-spinalcord-max"
    book = parse_rulebook(STAMP + f'drop = ["{dropped}"]\n', name="ours.toml")
    headline = parse_scenario(STAMP + ASSUMED, name="options.toml", headline=True)
    found = assumed_changes(Assumptions(headline=headline, rulebook=book))
    assert [one.key for one in found] == [
        *(one.key for one in headline.overrides),
        f"limit {dropped}: dropped",
    ]
    assert (found[-1].author, found[-1].value) == ("A. Physicist", "SpinalCord max < 65 Gy")
