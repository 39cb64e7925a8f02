"""Verdicts on the page: forty bad pairs and thirty good ones are aligned; how often each verdict is given goes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graybook import __version__
from graybook.record.alignment import Quality, Use
from graybook.registration.quality import quality
from validation.alignment.aligned import aligned, pairs_of
from validation.alignment.trials import BAD, GOOD, Trial
from validation.sections import Options, section, table

__all__ = ["Judged", "judged", "measured"]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was said of a pair's structures."""

    trial: Trial
    uses: dict[str, str]

    @property
    def summed(self) -> tuple[str, ...]:
        """Structures that got "3D sum"."""
        return tuple(name for name, use in self.uses.items() if use == Use.SUM.value)


def measured(options: Options) -> dict[str, Any]:
    """All seventy; quickly: the first of each kind."""
    trials: Iterable[Trial] = (*BAD, *GOOD)
    if options.quick:
        trials = {trial.kind: trial for trial in reversed((*BAD, *GOOD))}.values()
    results = [judged(trial) for trial in trials]
    bad = [one for one in results if one.trial.kind != "good"]
    good = [one for one in results if one.trial.kind == "good"]
    wrong = [one for one in bad if one.summed]
    structures = sum(len(one.uses) for one in good)
    summed = sum(len(one.summed) for one in good)
    whole = sum(bool(one.uses) and len(one.summed) == len(one.uses) for one in good)
    return section(
        "Verdicts: bad pairs and good ones",
        texts=[
            "Pairs on which something is deliberately wrong, with their contours, each aligned as `graybook register` would (a "
            "local error is given as a finished transform). Affected are the structures where no alignment can be right; none of "
            "them may get *3D sum*. The good pairs are of one person, with all structures in both images.",
            f"**{len(wrong)} of {len(bad)} bad pairs** got *3D sum* for an affected structure{_named(wrong)}"
            f". Of the good pairs' structures **{summed} of {structures}** got it; {whole} of {len(good)} pairs for all.",
        ],
        tables=[_table(results), _lost(good)],
        versions={"graybook": __version__},
        figures={
            "bad pairs": float(len(bad)),
            "bad pairs with a wrongly summed structure": float(len(wrong)),
            "good pairs": float(len(good)),
            "share of good structures summed": round(summed / max(structures, 1), 4),
        },
    )


def judged(trial: Trial) -> Judged:
    """A pair aligned, or measured with the transform given, and the verdicts on the structures that count."""
    case = trial.case()
    given = trial.given(case)
    found: Quality | None
    if given is None:
        found = aligned(case)[0].quality
    else:
        found = quality(case.fixed, case.moving, given, structures=pairs_of(case))
    assert found is not None  # noqa: S101  (both ways measure)
    uses = {}
    for name in trial.judged(case):
        verdict = found.verdict(name)
        uses[name] = Use.UNMEASURED.value if verdict is None else verdict.use.value
    return Judged(trial=trial, uses=uses)


def _table(results: list[Judged]) -> dict[str, Any]:
    kinds = dict.fromkeys(one.trial.kind for one in results)
    rows = []
    for kind in kinds:
        of_kind = [one for one in results if one.trial.kind == kind]
        uses = Counter(use for one in of_kind for use in one.uses.values())
        rows.append([kind, len(of_kind), *(uses.get(use.value, 0) for use in Use)])
    return table(
        "Structures that count, by verdict",
        ("kind", "pairs", *(use.value for use in Use)),
        rows,
        note="Of bad pairs: the affected structures.",
    )


def _named(wrong: list[Judged]) -> str:
    """Which ones, after a colon; nothing when there are none."""
    names = [f"{one.trial.name} ({', '.join(one.summed)})" for one in wrong]
    return f": {', '.join(names)}" if names else ""


def _lost(good: list[Judged]) -> dict[str, Any]:
    rows = [
        [one.trial.name, name, use] for one in good for name, use in one.uses.items() if use != Use.SUM.value
    ]
    return table("Structures of good pairs without a 3D sum", ("pair", "structure", "verdict"), rows)
