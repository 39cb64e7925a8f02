"""Uncertain tornado: what was drawn for limits comes in; what each term alone moves them by, widest first, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graybook.accumulation.uncertainty import RandomTerms, Simulated, simulated
from graybook.progress import Progress
from graybook.report.uncertainty_result import TornadoBar
from graybook.units import DOSE_DECIMALS
from graybook.workflow.uncertain.groups import UncertainGroup
from graybook.workflow.uncertain.limits import UncertainLimit, band_of
from graybook.workflow.uncertain.organs import SizedTerm
from graybook.workflow.uncertain.words import UncertaintyWords

__all__ = ["tornados"]

SAMPLES = 250
"""With which each random term alone is drawn: enough for the ends of a bar."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Alone:
    """A group as its limits are judged: the assumptions and metrics of these alone."""

    group: UncertainGroup
    found: Simulated
    at: tuple[int, ...]
    """For each limit, which assumption of the group it is judged at."""

    @classmethod
    def of(cls, group: UncertainGroup, found: Simulated) -> _Alone:
        return cls(group=group, found=found, at=tuple(one.judged(found).place for one in group.limits))

    @property
    def places(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self.at))

    def terms(self, sizes: Sequence[SizedTerm]) -> tuple[SizedTerm, ...]:
        """Those that move something here."""
        courses = {one.dose.id for one in self.group.organ.courses}
        every = (*self.group.organ.moves, *sizes)
        return tuple(one for one in every if one.course in courses and one.size > 0.0)


def tornados(
    groups: Sequence[UncertainGroup],
    found: Sequence[Simulated],
    sizes: Sequence[SizedTerm],
    terms: RandomTerms,
    words: UncertaintyWords,
    progress: Progress,
) -> list[list[list[TornadoBar]]]:
    """
    For each group and each of its limits, a bar for each term.

    Parameters
    ----------
    groups, found
        What was asked, and what was drawn with all terms together.
    sizes
        Calculation and delivery of every course.
    terms
        How it was drawn; each term alone with fewer samples, the first of the same draws.
    words
        For the bars.
    progress
        Told of every term.
    """
    alone = [_Alone.of(*pair) for pair in zip(groups, found, strict=True)]
    fewer = replace(terms, samples=min(terms.samples, SAMPLES))
    names = dict.fromkeys(term.name for one in alone if one.group.limits for term in one.terms(sizes))
    bars: list[list[list[TornadoBar]]] = [
        [_ignorance(limit, one.found, words) for limit in one.group.limits] for one in alone
    ]
    for place, name in enumerate(names):
        progress(name, place / len(names))
        asked = [
            (number, term)
            for number, one in enumerate(alone)
            for term in one.terms(sizes)
            if one.group.limits and term.name == name
        ]
        drawn = simulated(
            [
                replace(
                    alone[number].group.structure,
                    assumptions=tuple(
                        alone[number].group.unknowns.assumptions[at] for at in alone[number].places
                    ),
                )
                for number, _ in asked
            ],
            fewer,
            only=frozenset({name}),
        )
        for (number, term), one in zip(asked, drawn, strict=True):
            for limit, into in zip(alone[number].group.limits, bars[number], strict=True):
                into.append(_random(limit, alone[number], one, term, words))
    return [[sorted(one, key=_widest_first) for one in limits] for limits in bars]


def _ignorance(limit: UncertainLimit, found: Simulated, words: UncertaintyWords) -> list[TornadoBar]:
    return [
        TornadoBar(
            term=kind,
            kind="ignorance",
            words=words.kind(kind, limit.unknowns),
            low=round(low, DOSE_DECIMALS),
            high=round(high, DOSE_DECIMALS),
        )
        for kind, (low, high) in limit.ignorance(found).items()
    ]


def _random(
    limit: UncertainLimit, alone: _Alone, drawn: Simulated, term: SizedTerm, words: UncertaintyWords
) -> TornadoBar:
    judged = limit.judged(alone.found)
    values = drawn.values[alone.places.index(judged.place), :, limit.metric]
    low, _, high = band_of(judged.scale * values)
    return TornadoBar(
        term=term.name,
        kind="random",
        words=words.term(term),
        low=round(low, DOSE_DECIMALS),
        high=round(high, DOSE_DECIMALS),
    )


def _widest_first(bar: TornadoBar) -> tuple[float, str]:
    return (bar.low - bar.high, bar.term)
