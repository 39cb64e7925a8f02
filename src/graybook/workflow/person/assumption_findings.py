"""Assumptions and assessed organs come in; what names nothing here, and the files that were read, are said."""

from __future__ import annotations

from collections.abc import Sequence

from graybook.record import Finding, InputFile, Override, Scenario
from graybook.report.result import StructureResult
from graybook.workflow.person.assumptions import Assumptions

__all__ = ["assumed_changes", "assumed_files", "names_nothing"]


def names_nothing(assumed: Assumptions, structures: Sequence[StructureResult]) -> tuple[Finding, ...]:
    """
    A finding for each α/β or recovery that speaks of what is not among the structures.

    Parameters
    ----------
    assumed
        The headline's assumptions and every scenario's.
    structures
        Every structure of the result.
    """
    names = {one.name for one in structures}
    labels = {one.tg263 for one in structures}

    def lost(scenario: Scenario) -> list[str]:
        found = [
            one.structure for one in scenario.alpha_betas if one.structure and one.structure not in names
        ]
        organs = [
            *(one.tg263 for one in scenario.alpha_betas if one.tg263),
            *(one.organ for one in scenario.recoveries),
            *(one.organ for one in scenario.repairs),
        ]
        return list(dict.fromkeys([*found, *(one for one in organs if one not in labels)]))

    return (
        *(Finding(code="option_names_nothing", subject=subject) for subject in lost(assumed.headline)),
        *(
            Finding(code="scenario_names_nothing", subject=subject, params={"scenario": one.name})
            for one in assumed.scenarios
            for subject in lost(one)
        ),
    )


def assumed_files(assumed: Assumptions) -> tuple[InputFile, ...]:
    """The files that were read, by hash."""
    files = [
        ("options", assumed.headline.sha256),
        ("rulebook", assumed.rulebook.sha256),
        *(("scenario", one.sha256) for one in assumed.scenarios),
    ]
    return tuple(InputFile(sha256=sha256, used_as=used_as) for used_as, sha256 in files if sha256)


def assumed_changes(assumed: Assumptions) -> tuple[Override, ...]:
    """What a person changed: the headline's assumptions, a centre's own limits, and published ones it does not use."""
    book = assumed.rulebook
    rows = [
        *((f"limit {one.id}", one) for one in book.limits),
        *((f"limit {one.id}: dropped", one) for one in book.dropped),
    ]
    return (
        *assumed.headline.overrides,
        *(
            Override(
                key=key,
                value=f"{one.organ} {one.metric} {one.op} {one.value:g} {one.unit}".strip(),
                author=one.author,
                date=one.changed_on,
                reason=one.reason,
                source=one.source_text,
            )
            for key, one in rows
            if one.author and one.changed_on is not None
        ),
    )
