"""Values: a structure's or a phase's numbers come in; what is printed for them goes out: one number, a range, a bound."""

from __future__ import annotations

from graybook.report.result import CourseDose, CourseResult, Metrics, PhaseResult, Result, StructureResult
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = [
    "METRICS",
    "alpha_beta_text",
    "concurrent_text",
    "course_name",
    "course_prescription",
    "delivered_text",
    "dose_to",
    "is_range",
    "metric_text",
    "other_alpha_beta_text",
    "planned_text",
    "prescribed_gy",
    "structures_by_name",
]

METRICS = ("mean_gy", "min_gy", "max_gy", "d0_03cc_gy", "d0_1cc_gy", "d2cc_gy", "d50_gy")
"""The attributes of :class:`~graybook.report.result.Metrics`, in the order of the table."""


def structures_by_name(result: Result) -> dict[str, StructureResult]:
    """The structures by name; the first of two that share one."""
    found: dict[str, StructureResult] = {}
    for structure in result.structures:
        found.setdefault(structure.name, structure)
    return found


def dose_to(structure: StructureResult, course: str) -> CourseDose | None:
    """One course's dose to a structure; None when it has none."""
    return next((dose for dose in structure.courses if dose.id == course), None)


def _bound(structure: StructureResult, metric: str) -> tuple[float, float] | None:
    names = {metric, metric.replace("_", ".", 1) if metric.startswith("d0") else metric}
    names |= {name.removesuffix("_gy") for name in names}
    for bound in structure.printed_as_range:
        if bound.metric in names:
            return bound.low_gy, bound.high_gy
    return None


def is_range(structure: StructureResult) -> bool:
    """Whether any metric of the structure prints as a range (rule 9)."""
    return bool(structure.printed_as_range)


def metric_text(structure: StructureResult, metric: str, words: Wording, *, unit: bool = False) -> str:
    """A cumulative metric as printed: one value, or its range, with "≥" when it is a lower bound (rules 9 and 14)."""
    written = words.gy if unit else words.number
    bound = _bound(structure, metric)
    value = getattr(structure.cumulative, metric)
    if bound is not None:
        low, high = words.number(bound[0]), written(bound[1])
        key = "at_least_range" if structure.lower_bound else "range"
        return words(key, low=low, high=high)
    if value is None:
        return DASH
    return words("at_least", value=written(value)) if structure.lower_bound else written(value)


def _beside(metrics: Metrics | None, metric: str, words: Wording) -> str:
    return (
        "" if metrics is None or getattr(metrics, metric) is None else words.number(getattr(metrics, metric))
    )


def other_alpha_beta_text(structure: StructureResult, metric: str, words: Wording) -> str:
    """The same metric at the other α/β of an organ without an entry (rule 4); empty when there is none."""
    other = structure.alternative
    value = _beside(other, metric, words)
    if not value or other is None:
        return ""
    return words("at_alpha_beta", value=value, alpha_beta=words.short(other.alpha_beta_gy))


def concurrent_text(structure: StructureResult, metric: str, words: Wording) -> str:
    """The same metric if phases of unknown order were given together (rule 2); empty when it does not apply."""
    value = _beside(structure.concurrent, metric, words)
    return words("concurrent", value=value) if value else ""


def alpha_beta_text(structure: StructureResult, words: Wording) -> str:
    """The α/β used. [Gy]"""
    return words.short(structure.alpha_beta_gy)


def prescribed_gy(phase: PhaseResult) -> float | None:
    """The highest dose prescribed in a phase, over its planned fractions; None when the files state none. [Gy]"""
    return max((item.dose_gy for item in phase.prescriptions), default=None)


def _fraction_words(dose: str, n: int | None, phase: PhaseResult, words: Wording) -> str:
    if n is not None:
        return words("dose_in", dose=dose, n=n)
    if phase.fractions_range is not None:
        low, high = phase.fractions_range
        return words("dose_range_n", dose=dose, low=low, high=high)
    return words("dose_unknown_n", dose=dose)


def planned_text(phase: PhaseResult, words: Wording) -> str:
    """Dose and fractions as planned: ``60 Gy / 30``; several dose levels as ``60 and 54 Gy / 30``."""
    levels = sorted({item.dose_gy for item in phase.prescriptions}, reverse=True)
    if not levels:
        n = phase.fractions_planned
        return words("fractions_only", n=n) if n is not None else DASH
    dose = words("and").join(words.short(level) for level in levels[:3])
    text = _fraction_words(dose, phase.fractions_planned, phase, words)
    if not phase.fractions_per_day:
        return text
    return words("times_a_day", text=text, n=phase.fractions_per_day, hours=phase.interval_h)


def delivered_text(phase: PhaseResult, words: Wording) -> str:
    """Dose and fractions as given: d stays D_plan / n_planned (rule 1); in brackets when only assumed, a dash when not given."""
    if phase.status not in ("delivered", "partly delivered", "assumed delivered"):
        return DASH
    text = _given_text(phase, words)
    return f"({text})" if phase.status == "assumed delivered" and text != DASH else text


def _given_text(phase: PhaseResult, words: Wording) -> str:
    dose, planned, given = prescribed_gy(phase), phase.fractions_planned, phase.fractions_delivered
    if dose is None:
        return words("highest", dose=words.short(phase.max_gy)) if phase.max_gy is not None else DASH
    if planned and given is not None:
        return words("dose_in", dose=words.short(dose * given / planned), n=given)
    return _fraction_words(words.short(dose), given, phase, words)


def course_prescription(course: CourseResult, words: Wording, *, in_words: bool = False) -> str:
    """The course's phases that count: ``50 Gy in 25 fractions + 10 Gy in 5 fractions``; "or" between rivals nobody chose from."""
    parts = []
    for phase in course.phases:
        dose, n = prescribed_gy(phase), phase.fractions_planned
        if phase.status in ("alternative", "not given"):
            continue
        if in_words and dose is not None and n is not None:
            parts.append(words("dose_in_words", dose=words.short(dose), n=n))
        elif (text := planned_text(phase, words)) != DASH:
            parts.append(text)
    undecided = any(phase.status == "unknown" for phase in course.phases)
    return words("or_plan" if undecided else "plus_plan").join(parts)


def course_name(course: CourseResult, words: Wording) -> str:
    """A course as the page names it: its label, else its site, else its date."""
    return course.label or course.site or words.date(course.start_date)
