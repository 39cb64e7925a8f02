"""The keys of a row that say under what its source looked come in; conditions go out, or mistakes are noted (rule 12)."""

from __future__ import annotations

from typing import Literal

from graybook.files._noted import Noted
from graybook.record.course import Modality
from graybook.tables.limit import Conditions, Namespace

__all__ = ["CONDITION_KEYS", "conditions"]

CONDITION_KEYS = (
    "interval_months_min", "interval_months_max", "courses_min", "courses_max", "fractions_min", "fractions_max",
    "fraction_gy_min", "fraction_gy_max", "modalities", "each_course_max_gy", "recovery_in_source",
)  # fmt: skip

Recovered = Literal["yes", "no", "discounted"]
RECOVERED: dict[str, Recovered] = {"yes": "yes", "no": "no", "discounted": "discounted"}


def conditions(one: Noted, namespace: Namespace) -> Conditions:
    """The conditions of one row; what is not stated is None or empty."""
    interval = _numbers(one, "interval_months", "of at least 0", "6")
    fraction_gy = _numbers(one, "fraction_gy", "above 0", "2.0")
    fractions = _counts(one, "fractions")
    courses = _counts(one, "courses")
    if fractions is not None and fractions[1] is None:
        one.note("fractions_min", "stands alone", value=fractions[0], remedy="Add fractions_max = 5, say.")
    if fraction_gy is not None and fraction_gy[1] is None:
        one.note(
            "fraction_gy_min", "stands alone", value=fraction_gy[0], remedy="Add fraction_gy_max = 20, say."
        )
    return Conditions(
        interval_months=interval,
        courses=courses,
        fractions=None if fractions is None else (fractions[0], fractions[1] or fractions[0]),
        fraction_gy=None if fraction_gy is None else (fraction_gy[0] or 0.0, fraction_gy[1] or 0.0),
        modalities=_modalities(one),
        each_course_max_gy=one.above_zero("each_course_max_gy", "50.0"),
        recovery_in_source=_recovered(one, namespace),
    )


def _numbers(one: Noted, key: str, says: str, example: str) -> tuple[float | None, float | None] | None:
    """Lowest and highest value, each None where not stated; None where neither is."""
    fits = (lambda value: value > 0) if says == "above 0" else (lambda value: value >= 0)
    low = one.number(f"{key}_min", says, fits, example)
    high = one.number(f"{key}_max", says, fits, example)
    if low is not None and high is not None and low > high:
        _note_order(one, key, (low, high))
    return None if low is None and high is None else (low, high)


def _counts(one: Noted, key: str) -> tuple[int, int | None] | None:
    """Fewest, 1 where not stated, and most, None where not stated; None where neither is."""
    low, high = one.whole_number(f"{key}_min", least=1), one.whole_number(f"{key}_max", least=1)
    if low is not None and high is not None and low > high:
        _note_order(one, key, (low, high))
    return None if low is None and high is None else (low or 1, high)


def _note_order(one: Noted, key: str, found: tuple[float, float]) -> None:
    one.note(
        f"{key}_min and {key}_max", "must stand the smaller first", value=found, remedy="Exchange the two."
    )


def _modalities(one: Noted) -> tuple[str, ...]:
    known = [str(kind) for kind in Modality if kind is not Modality.UNKNOWN]
    found = one.texts("modalities")
    for kind in found:
        if kind not in known:
            one.note(
                "modalities",
                "has a value that is not known",
                value=kind,
                remedy=f"Known here: {', '.join(known)}.",
            )
    return found


def _recovered(one: Noted, namespace: Namespace) -> Recovered:
    """Whether the figure contains recovery: asked of a cumulative limit, "no" of any other."""
    stated = one.text("recovery_in_source", among=RECOVERED)
    if namespace is Namespace.CUMULATIVE and not one.has("recovery_in_source"):
        one.note(
            "recovery_in_source",
            "is missing",
            value=None,
            remedy='Add recovery_in_source = "yes" (doses of tissue that had time to recover, not discounted), "no" (a tolerance '
            'without recovery) or "discounted" (the source discounted the earlier dose).',
        )
    return RECOVERED.get(stated, "no")
