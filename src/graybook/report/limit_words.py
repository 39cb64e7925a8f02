"""Limit words: one judged limit comes in; its limit, dose, margin, status, author and turning point go out in words."""

from __future__ import annotations

import re

from graybook.report.citations import Citations, short_source, shortened
from graybook.report.constraint_result import AlternativeResult, ConditionResult, ConstraintResult
from graybook.report.limiting import (
    ASSESSED,
    FIRST_COURSE,
    alternative_end,
    closest,
    flips,
    is_judged,
    relative_margin,
)
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = [
    "MARKS",
    "against",
    "alternative_text",
    "condition_lines",
    "dose_text",
    "limit_figure",
    "limit_text",
    "margin_text",
    "metric_name",
    "obstacle_text",
    "of_limit_text",
    "reason_text",
    "recovered",
    "source_line",
    "status_text",
    "turning_points",
    "what_of",
    "whose",
]

MARKS = {"exceeded": "■", "near": "◧", "met": "□", "not assessable": "?"}
"""A mark for each status that a black-and-white print keeps apart."""

_OPS = {"<=": "≤", ">=": "≥"}
_NAMES = {"max": "Dmax", "mean": "Dmean", "min": "Dmin"}
_SCALES = ("EQD2", "BED", "physical", "as reported")
_CONVENTIONS = {"dose": "share_off_dose", "tolerance": "share_on_tolerance"}
_CRITICAL = re.compile(r"CV[0-9.]+cc<([0-9.]+)Gy")
_ASIDE = re.compile(r"\s*(?:\([^)]*\)|\[[^\]]*\])")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_HOLDS = {True: "✓", False: "✗", None: "?"}
_TURNS = 2
"""Turning points told on page 1."""
_LONGEST = 140
"""Letters of a reason on page 1."""


def metric_name(metric: str, words: Wording) -> str:
    """A metric as people write it: ``Dmax``, ``D0.1cc``, ``V20Gy``, ``volume below 21 Gy``."""
    if below := _CRITICAL.fullmatch(metric):
        return words("volume_below", dose=words.short(float(below[1])))
    name = _NAMES.get(metric, metric.split("[")[0])
    return name.replace(".", ",") if words.language == "fr" else name


def _unit(entry: ConstraintResult, words: Wording) -> str:
    if entry.unit != "Gy" or entry.scale == "EQD2":
        return entry.unit
    return f"Gy\u00a0{words.term('scale', entry.scale)}"


def _with_unit(text: str, entry: ConstraintResult, words: Wording) -> str:
    unit = _unit(entry, words)
    return f"{text}\u00a0{unit}" if unit else text


def _figure(value: float | None, entry: ConstraintResult, words: Wording) -> str:
    return words.number(value, 1 if entry.unit == "%" else 2)


def limit_text(entry: ConstraintResult, words: Wording) -> str:
    """Metric, comparison and figure: ``Dmax ≤ 60 Gy``; an observed dose has no comparison."""
    compared = "\u00a0".join(
        part for part in (_OPS.get(entry.op, entry.op), limit_figure(entry, words)) if part
    )
    return f"{metric_name(entry.metric, words)} {compared}"


def limit_figure(entry: ConstraintResult, words: Wording) -> str:
    """The figure of a limit with its unit: ``60 Gy``."""
    return _with_unit(words.short(entry.limit), entry, words)


def what_of(entry: ConstraintResult, words: Wording) -> str:
    """Which dose is compared, when it is not that of all courses; and that a first-course constraint is one."""
    kind = words("of_first_course") if entry.namespace == FIRST_COURSE else ""
    dose = "" if entry.dose_of == "all courses" else words.term("dose_of", entry.dose_of)
    return ", ".join(part for part in (kind, dose) if part)


def _agree(low: float, high: float, unit: str) -> bool:
    """Whether both ends print as one value (rule 9)."""
    return abs(high - low) <= max(0.1 if unit == "Gy" else 0.0, 0.01 * abs(high))


def dose_text(entry: ConstraintResult, words: Wording, *, at_least: bool = False) -> str:
    """What was measured: the end that limits, or both where they differ; ``at_least`` when a course is missing."""
    low, high = entry.value, entry.value_upper
    if low is None and high is None:
        return DASH
    if low is None or high is None or _agree(low, high, entry.unit):
        end = next(
            value for value in (low if entry.op.startswith(">") else high, high, low) if value is not None
        )
        text = _figure(end, entry, words)
    else:
        text = words("range", low=_figure(low, entry, words), high=_figure(high, entry, words))
    reported = (
        entry.scale == "as reported"
    )  # what was measured is Graybook's EQD2, on no scale of the source's
    text = f"{text}\u00a0{entry.unit}" if reported else _with_unit(text, entry, words)
    return words("at_least", value=text) if at_least else text


def margin_text(entry: ConstraintResult, words: Wording) -> str:
    """How far from the limit, in words: over by (short by, of what must be spared), or room."""
    if entry.margin is None or not is_judged(entry):
        return DASH
    size = abs(entry.margin)
    smallest = 0.1 if entry.unit == "%" else 0.01
    text = _figure(size, entry, words)
    if 0.0 < size < smallest / 2:
        text = f"<\u00a0{_figure(smallest, entry, words)}"
    key = "margin_room"
    if entry.margin < 0:
        key = "margin_short" if entry.op.startswith(">") else "margin_over"
    return words(key, value=_with_unit(text, entry, words))


def of_limit_text(entry: ConstraintResult, words: Wording) -> str:
    """The margin as a share of the limit."""
    if entry.margin is None or not entry.limit or not is_judged(entry):
        return ""
    percent = abs(relative_margin(entry)) * 100.0
    return words("margin_share", percent="<\u00a01" if 0.0 < percent < 0.5 else words.number(percent, 0))


def status_text(status: str, words: Wording) -> str:
    """A mark and the word: ``■ exceeded``."""
    return f"{MARKS.get(status, '')}\u00a0{words.term('verdict', status)}".strip("\u00a0")


def whose(entry: ConstraintResult, words: Wording) -> str:
    """Whose limit it is: its source, the author it gives the limit of where that is another, and which end of a range it is."""
    short = short_source(entry.source, entry.source_key)
    named, *qualifiers = [part.strip() for part in _ASIDE.sub("", entry.origin).split(";")]
    if named[:1].islower():
        named, qualifiers = "", [named, *qualifiers]
    if named and not named.startswith(short.split(" ")[0]):
        short = words("origin_in", origin=shortened(named), source=short)
    return ", ".join([short, *(words.term("origin", one) for one in qualifiers if one)])


def source_line(entry: ConstraintResult, numbers: Citations, words: Wording) -> tuple[str, int]:
    """Whose limit it is, how it was read, and the number of its citation."""
    tier = words.term("tier", entry.tier)
    if entry.author:
        tier = f"{words('own_row', author=entry.author)}, {tier}"
    return f"{whose(entry, words)}, {tier}", numbers.number(entry.source)


def against(value: float | None, limit: float, entry: ConstraintResult, words: Wording) -> str:
    """A dose against a limit: ``71.20 > 70``; a dash without a dose."""
    if value is None:
        return DASH
    sign = ">" if value > limit else "<" if value < limit else "="
    return f"{_figure(value, entry, words)}\u00a0{sign}\u00a0{words.short(limit)}"


def _counted_twice(one: AlternativeResult, entry: ConstraintResult) -> bool:
    """Whether nothing but recovery, which the limit holds already, keeps it from a verdict (rule 11)."""
    others = (check.holds for check in entry.conditions if check.condition != "recovery_in_source")
    assumed = one.kind in ("recovery_dose", "recovery_tolerance")
    return assumed and entry.recovery_in_source == "yes" and all(others)


def _assumption(one: AlternativeResult, words: Wording) -> str:
    return words("scenario_named", name=one.assumption) if one.kind == "scenario" else one.assumption


def alternative_text(one: AlternativeResult, entry: ConstraintResult, words: Wording) -> str:
    """The assumption, what the limit then says, and by which figures; a dose without a verdict is not compared."""
    value, assumed = alternative_end(one, entry), _assumption(one, words)
    if one.status not in ASSESSED:
        dose = DASH if value is None else _with_unit(_figure(value, entry, words), entry, words)
        key = "alternative_twice" if _counted_twice(one, entry) else "alternative_dose"
        return words(key, assumption=assumed, dose=dose)
    status = words.term("verdict", one.status)
    figures = against(value, one.limit, entry, words)
    return words("alternative", assumption=assumed, status=status, figures=figures)


def turning_points(entry: ConstraintResult, words: Wording) -> tuple[str, ...]:
    """Under which assumptions the answer turns, two at most and how many more; else how many were tried, and the closest."""
    found = flips(entry)
    lines = [alternative_text(one, entry, words) for one in found[:_TURNS]]
    if len(found) > _TURNS:
        lines.append(words("and_more", n=len(found) - _TURNS))
    tried = sum(one.status in ASSESSED for one in entry.alternatives)
    if lines or not tried:
        return tuple(lines) or (DASH,)
    lines.append(words("none_turns_it" if tried == 1 else "none_of_turns_it", n=tried))
    if (near := closest(entry)) is not None:
        figures = against(alternative_end(near, entry), near.limit, entry, words)
        same = f"{_assumption(near, words)} ({figures})"
        said = same if near.status == entry.status else alternative_text(near, entry, words)
        lines.append(words("closest", alternative=said))
    return tuple(lines)


def _said(name: str, text: str, words: Wording) -> str:
    """What a condition asks or finds: coded words in this language, figures with its decimal sign, a dash for nothing."""
    if name == "modality":
        return ", ".join(words.term("modality", one) for one in text.split(", ") if one) or DASH
    if name == "recovery_in_source":
        return _recovery_said(text, words)
    if name == "scale" and text in _SCALES:
        return words.term("scale", text)
    if words.language == "fr":
        text = _POINT.sub(",", text)
    return text or DASH


def _recovery_said(text: str, words: Wording) -> str:
    share, _, convention = text.partition(" ")
    if convention not in _CONVENTIONS:
        return words.term("recovery_in_source", text) if text != "0" else words("recovery_none")
    return words(_CONVENTIONS[convention], percent=words.short(float(share) * 100.0))


def recovered(entry: ConstraintResult, words: Wording) -> tuple[str, str]:
    """What recovery has done to the dose that was compared, and to the limit; empty where none acts (rule 11)."""
    for one in entry.conditions:
        share, _, convention = one.found.partition(" ")
        if one.condition == "recovery_in_source" and convention in _CONVENTIONS:
            percent = words.short(float(share) * 100.0)
            if convention == "dose":
                return words("dose_discounted", percent=percent), ""
            return "", words("limit_raised", percent=percent) if one.holds else ""
    return "", ""


def _asked_found(one: ConditionResult, words: Wording) -> str:
    name = words.term("condition", one.condition)
    required, found = (_said(one.condition, text, words) for text in (one.required, one.found))
    key = "condition_line" if found != DASH or one.holds is None else "condition_short"
    return words(key, mark=_HOLDS[one.holds], name=name, required=required, found=found)


def _kept(one: ConditionResult, words: Wording) -> str:
    required, found = (_said(one.condition, text, words) for text in (one.required, one.found))
    figures = required if found in (DASH, required) else f"{required} ({found})"
    return f"{words.term('condition', one.condition)} {figures}"


def condition_lines(entry: ConstraintResult, words: Wording) -> tuple[str, ...]:
    """Each condition with its mark, what the source asks and what was found: those that hold on one line, others one each."""
    kept = [_kept(one, words) for one in entry.conditions if one.holds]
    lines = [_asked_found(one, words) for one in entry.conditions if not one.holds]
    return (*lines, *((f"{_HOLDS[True]} {words.series(kept)}",) if kept else ()))


def obstacle_text(entry: ConstraintResult, words: Wording) -> str:
    """Why a limit was not judged, in short: the reason without the words that stand beside it."""
    return reason_text(entry.reason, entry.structure, entry.status, words)


def reason_text(reason: str, structure: str, status: str, words: Wording) -> str:
    """A reason in short, without a structure and a status that stand beside it."""
    for opening in (structure, words.term("verdict", status)):
        said = re.match(rf"{re.escape(opening)}\s*:\s*", reason, re.IGNORECASE)
        reason = reason[said.end() :] if said else reason
    reason = reason[:1].upper() + reason[1:]
    if len(reason) <= _LONGEST:
        return reason
    return reason[:_LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
