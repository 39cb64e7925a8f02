"""Assumptions: the files a person names come in; the headline's assumptions, the rulebook and every scenario go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graybook.errors import NotYet
from graybook.record import Scenario
from graybook.tables.rulebook import Rulebook
from graybook.tables.rulebook import rulebook as named_rulebook

__all__ = ["Assumptions", "assumptions"]


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What is assumed: in the headline, by the rulebook, and in every scenario beside it."""

    headline: Scenario = field(default_factory=Scenario)
    rulebook: Rulebook = field(default_factory=named_rulebook)
    scenarios: tuple[Scenario, ...] = ()


def assumptions(options: Path | None, rulebook: str, scenarios: Sequence[Path]) -> Assumptions:
    """Read and check all of it, before anything is computed."""
    if options is not None or scenarios:
        raise NotYet("Files of assumptions are not read yet.", remedy="Leave them out.")
    return Assumptions(rulebook=named_rulebook(rulebook))
