"""What a person names on the command line is read and checked before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from graybook.errors import InputError, UsageError
from graybook.record import Scenario
from graybook.tables.rulebook import RULEBOOKS, rulebook
from graybook.workflow.person.assumptions import assumptions

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "tumour board"\n'
CORD = '[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = 3.0\n'
LIMIT = (
    '[[limit]]\norgan = "SpinalCord"\nrule = "{}"\nalpha_beta_gy = 2.0\nrecovery_in_source = "yes"\n'
    'source = "ours"\n'
)


def written(path: Path, text: str) -> Path:
    """The file, with the text in it."""
    path.write_text(STAMP + text, encoding="utf-8")
    return path


def test_nothing_named_is_the_default() -> None:
    """Without files nothing is assumed, and the default rulebook is judged by."""
    found = assumptions(None, "cumulative", ())
    assert (found.headline, found.rulebook, found.scenarios) == (Scenario(), rulebook(), ())


def test_files_are_read(tmp_path: Path) -> None:
    """Options become the headline, whose name is empty; scenarios keep their order; a rulebook is found by its path."""
    options = written(tmp_path / "options.toml", CORD)
    scenarios = [written(tmp_path / f"{name}.toml", CORD) for name in ("b", "a")]
    book = written(tmp_path / "ours.toml", 'base = "none"\n' + LIMIT.format("max <= 60 Gy"))
    found = assumptions(options, str(book), scenarios)
    assert (found.headline.name, found.headline.alpha_betas[0].value_gy) == ("", 3.0)
    assert [one.name for one in found.scenarios] == ["b", "a"]
    assert (found.rulebook.name, len(found.rulebook.limits)) == ("ours", 1)


@pytest.mark.parametrize("name", RULEBOOKS)
def test_every_rulebook_that_ships_is_known_by_name(name: str) -> None:
    """A name of a rulebook that ships stands for it."""
    assert assumptions(None, name, ()).rulebook == rulebook(name)


def test_an_unknown_rulebook_is_refused() -> None:
    """A name that is neither a rulebook nor a file is told, with the nearest one."""
    with pytest.raises(UsageError, match='"first-course"'):
        assumptions(None, "first-curse", ())


def test_four_scenarios_at_most(tmp_path: Path) -> None:
    """A fifth scenario is refused before any is read."""
    four = [written(tmp_path / f"{number}.toml", CORD) for number in range(4)]
    assert len(assumptions(None, "cumulative", four).scenarios) == 4
    with pytest.raises(UsageError, match="At most 4 scenarios"):
        assumptions(None, "cumulative", [*four, tmp_path / "not there.toml"])


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    """Two columns of one name could not be told apart."""
    two = [written(tmp_path / f"{number}.toml", 'name = "same"\n' + CORD) for number in range(2)]
    with pytest.raises(UsageError, match="one name"):
        assumptions(None, "cumulative", two)


def test_rules_that_no_metric_follows_are_refused_with_their_lines(tmp_path: Path) -> None:
    """Metrics that cannot be evaluated, and units that do not fit, are told together with the line of each row."""
    rows = LIMIT.format("magic <= 60 Gy") + LIMIT.format("max <= 60 %")
    with pytest.raises(InputError, match=r"(?s)2 rules.*ours\.toml, line 4.*ours\.toml, line 10"):
        assumptions(None, str(written(tmp_path / "ours.toml", rows)), ())
