"""Assumptions: the files a person names come in; the headline's assumptions, the rulebook and every scenario go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from graybook.constraints.language import checked
from graybook.errors import InputError, UsageError
from graybook.files.options import read_scenario
from graybook.files.rulebook import read_rulebook
from graybook.record import Scenario
from graybook.tables.limit import Limit
from graybook.tables.rulebook import RULEBOOKS, Rulebook
from graybook.tables.rulebook import rulebook as named_rulebook

__all__ = ["MOST_SCENARIOS", "Assumptions", "assumptions"]

MOST_SCENARIOS = 4
"""That are computed and shown beside the headline."""


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What is assumed: in the headline, by the rulebook, and in every scenario beside it."""

    headline: Scenario = field(default_factory=Scenario)
    rulebook: Rulebook = field(default_factory=named_rulebook)
    scenarios: tuple[Scenario, ...] = ()


def assumptions(options: Path | None, rulebook: str, scenarios: Sequence[Path]) -> Assumptions:
    """
    All of it, read and checked before anything is computed.

    Parameters
    ----------
    options
        A file of assumptions for the headline; None for none.
    rulebook
        One of :data:`graybook.tables.rulebook.RULEBOOKS`, or the path of a centre's file.
    scenarios
        Files of assumptions to be computed beside the headline.

    Raises
    ------
    graybook.errors.UsageError
        A file or a rulebook is not there, or there are too many scenarios, or two of one name.
    graybook.errors.InputError
        A file is wrong; each of its mistakes is told with its line.
    """
    if len(scenarios) > MOST_SCENARIOS:
        raise UsageError(
            f"At most {MOST_SCENARIOS} scenarios stand side by side.",
            value=len(scenarios),
            remedy="Leave some out, and ask for them in a second run.",
        )
    return Assumptions(
        headline=Scenario() if options is None else read_scenario(options, headline=True),
        rulebook=_rulebook(rulebook),
        scenarios=_named_apart(read_scenario(one) for one in scenarios),
    )


def _named_apart(scenarios: Iterable[Scenario]) -> tuple[Scenario, ...]:
    found = tuple(scenarios)
    twice = [name for name, times in Counter(one.name for one in found).items() if times > 1]
    if twice:
        raise UsageError(
            "Two scenarios have one name.",
            value=twice[0],
            remedy='Write name = "..." at the top of one of the files.',
        )
    return found


def _rulebook(name: str) -> Rulebook:
    if name in RULEBOOKS:
        return named_rulebook(name)
    path = Path(name)
    if not path.is_file():
        close = get_close_matches(name, RULEBOOKS, n=1, cutoff=0.5)
        meant = f'Did you mean "{close[0]}"? ' if close else ""
        raise UsageError(
            "There is neither a rulebook nor a file of this name.",
            value=name,
            remedy=f"{meant}Use one of {', '.join(RULEBOOKS)}, or name a TOML or CSV file.",
        )
    book = read_rulebook(path)
    _check_metrics(book.limits, path.name)
    return book


def _check_metrics(limits: Sequence[Limit], file: str) -> None:
    """Refuse rows of the file whose metric, unit or schedule cannot be followed, all of them together."""
    faults: list[InputError] = []
    for one in limits:
        try:
            checked(one)
        except InputError as error:
            faults.append(error)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        listed = "".join(f"\n- {one}" for one in faults)
        raise InputError(
            f"{file} has {len(faults)} rules that cannot be followed:{listed}\n",
            remedy="Mend each of these lines; nothing is computed before.",
        )
