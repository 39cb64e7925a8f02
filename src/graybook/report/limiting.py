"""Limiting: judged limits come in; the tightest of each organ goes out, what limits most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from graybook.report.constraint_result import AlternativeResult, ConstraintResult, ScenarioResult

__all__ = [
    "ASSESSED",
    "CUMULATIVE",
    "FIRST_COURSE",
    "OBSERVED",
    "alternative_end",
    "by_weight",
    "closest",
    "flips",
    "is_judged",
    "limiting",
    "limits_of",
    "most_frequent_obstacle",
    "relative_margin",
    "with_scenarios",
]

CUMULATIVE, FIRST_COURSE, OBSERVED = "cumulative limit", "first-course constraint", "observed dose"
ASSESSED = ("exceeded", "near", "met")
"""What a limit that could be judged says, the gravest first."""

_SAME = 1e-9
_KINDS = (
    "scenario",
    "shift",
    "order",
    "uncovered",
    "alpha_beta",
    "recovery_dose",
    "recovery_tolerance",
    "no_recovery",
    "source",
)
"""Alternatives in the order of a reader's interest: what was asked for first, other authors last."""


def is_judged(entry: ConstraintResult) -> bool:
    """Whether the limit could be judged."""
    return entry.status in ASSESSED


def relative_margin(entry: ConstraintResult) -> float:
    """Margin as a share of the limit: negative is excess; infinite without a value."""
    if entry.margin is None or not entry.limit:
        return float("inf")
    return entry.margin / entry.limit


def limits_of(entries: Iterable[ConstraintResult]) -> tuple[ConstraintResult, ...]:
    """The entries that are limits: an observed dose is none."""
    return tuple(entry for entry in entries if entry.namespace != OBSERVED)


def _weight(entry: ConstraintResult) -> tuple[int, float, bool, str]:
    rank = ASSESSED.index(entry.status) if is_judged(entry) else len(ASSESSED)
    return rank, relative_margin(entry), entry.namespace != CUMULATIVE, entry.id


def by_weight(entries: Iterable[ConstraintResult]) -> tuple[ConstraintResult, ...]:
    """Entries in the order in which they limit: exceeded, near, met, each by its margin's share of the limit; then the others."""
    return tuple(sorted(entries, key=_weight))


def limiting(entries: Iterable[ConstraintResult]) -> tuple[ConstraintResult, ...]:
    """
    One entry for each organ, its tightest, in the order in which they limit.

    Exceeded before near before met, each by its margin as a share of the limit; organs of which nothing could be judged follow.
    """
    tightest: dict[str, ConstraintResult] = {}
    for entry in by_weight(limits_of(entries)):
        tightest.setdefault(entry.structure, entry)
    return tuple(tightest.values())


def with_scenarios(entry: ConstraintResult, scenarios: Iterable[ScenarioResult]) -> ConstraintResult:
    """The entry with what the same limit says under each scenario among its alternatives, by the scenario's name."""
    found = [
        AlternativeResult(
            kind="scenario",
            assumption=scenario.name,
            limit=other.limit,
            value=other.value,
            value_upper=other.value_upper,
            status=other.status,
            flips={entry.status, other.status} == {"met", "exceeded"},
        )
        for scenario in scenarios
        for other in scenario.constraints
        if (other.id, other.structure) == (entry.id, entry.structure)
    ]
    return entry.model_copy(update={"alternatives": [*found, *entry.alternatives]})


def flips(entry: ConstraintResult) -> tuple[AlternativeResult, ...]:
    """The assumptions under which the answer turns: met into exceeded, the reverse, or near into either."""
    near = entry.status == "near"
    found = [one for one in entry.alternatives if one.flips or (near and one.status in ("exceeded", "met"))]
    return tuple(sorted(found, key=lambda one: _KINDS.index(one.kind) if one.kind in _KINDS else len(_KINDS)))


def alternative_end(one: AlternativeResult, entry: ConstraintResult) -> float | None:
    """The end of an alternative that limits: the upper, of what must be spared the lower."""
    ends = (one.value, one.value_upper) if entry.op.startswith(">") else (one.value_upper, one.value)
    return next((end for end in ends if end is not None), None)


def _room(value: float | None, limit: float, entry: ConstraintResult) -> float:
    """Room as a share of a limit; negative is excess."""
    if value is None or not limit:
        return 0.0
    return ((value - limit) if entry.op.startswith(">") else (limit - value)) / limit


def closest(entry: ConstraintResult) -> AlternativeResult | None:
    """The alternative with a verdict that comes closest to turning the answer; None where none comes closer than the entry."""
    towards = 1.0 if entry.status == "exceeded" else -1.0
    found = [
        (towards * _room(alternative_end(one, entry), one.limit, entry), place)
        for place, one in enumerate(entry.alternatives)
        if one.status in ASSESSED
    ]
    best, place = max(found, key=lambda pair: (pair[0], -pair[1]), default=(0.0, 0))
    own = towards * relative_margin(entry)
    return entry.alternatives[place] if found and best > own + _SAME else None


def _obstacles(entry: ConstraintResult) -> Sequence[str]:
    failed = [one.condition for one in entry.conditions if one.holds is False]
    unknown = [one.condition for one in entry.conditions if one.holds is None]
    return (failed or unknown)[:1]


def most_frequent_obstacle(entries: Iterable[ConstraintResult]) -> str:
    """The condition that most often, and first of its entry's, kept a limit from being judged; empty when no condition did."""
    counted = Counter(
        name for entry in limits_of(entries) if not is_judged(entry) for name in _obstacles(entry)
    )
    if not counted:
        return ""
    most = max(counted.values())
    return min(name for name, count in counted.items() if count == most)
