"""Tumour-board text: material comes in; at most 1,200 characters of plain text, ready to paste into the form, go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graybook.report.constraint_result import ConstraintResult
from graybook.report.limit_words import dose_text, limit_figure, metric_name, whose
from graybook.report.limiting import is_judged, limiting, limits_of
from graybook.report.limits_table import misses_course
from graybook.report.material import Material
from graybook.report.rcp_nuclear import therapy_words
from graybook.report.recovery_words import assumes_recovery
from graybook.report.result import CourseResult, PhaseResult, Result, StructureResult
from graybook.report.unknowns import unknowns
from graybook.report.values import course_name, prescribed_gy, structures_by_name
from graybook.report.wording import Wording, person_name
from graybook.text import Language, phrase

__all__ = ["LIMIT", "rcp_text", "write_rcp"]

LIMIT = 1200
"""Characters a tumour-board form takes, the final newline included."""

ORGANS = 6
"""Organs named at most."""

LIMITS = 2
"""Organs of which it is said what limits them."""

_COMPARED = {"<=": "at_most", "<": "below", ">=": "at_least", ">": "above"}
_GIVEN = ("delivered", "partly delivered", "assumed delivered")
_UNCOUNTED = ("alternative", "not given")
_GRADES = {"A": "grade_a", "B": "grade_b", "C": "grade_c", "D": "grade_d"}


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    """One sentence, its paragraph, and how early it is left out: the highest rank goes first, rank 0 last."""

    text: str
    part: str
    rank: int


class _Words:
    """The words of one language, without non-breaking spaces: a form may show them as signs."""

    def __init__(self, language: Language) -> None:
        self.report = Wording(language)
        self.language = language

    def __call__(self, key: str, /, **params: object) -> str:
        return phrase(f"rcp_{key}", self.language, **params)

    def gy(self, value: float) -> str:
        """A dose with one decimal. [Gy]"""
        return f"{self.report.number(value, 1)} Gy"


def _plain(text: str) -> str:
    """One line, only plain spaces, one full stop at the end."""
    line = " ".join(text.replace("\u200b", "").split())
    return line if line.endswith((".", "?", "!", ":")) else line + "."


def _question(result: Result, words: _Words) -> str:
    course = next((one for one in result.courses if one.id == result.reference_course), None)
    if course is None:
        return words("question_none")
    name = course_name(course, words.report)
    if any(phase.status == "proposed" for phase in course.phases):
        name = words("proposed", course=name)
    others = len(result.courses) - 1
    key = "question_alone" if others < 1 else "question_one" if others == 1 else "question_many"
    return words(key, course=name, n=others)


def _phase_dose(phase: PhaseResult, words: _Words) -> str:
    """What a phase gave, or was to give: ``24 Gy in 12 fractions of 60 Gy in 30 planned``."""
    dose, planned, given = prescribed_gy(phase), phase.fractions_planned, phase.fractions_delivered
    if dose is None:
        if phase.max_gy is not None:
            return words("dose_highest", dose=words.report.short(phase.max_gy))
        return words("dose_unknown") if planned is None else words("fractions_only", n=planned)
    total = words.report.short(dose)
    if planned is None:
        low, high = phase.fractions_range or (None, None)
        key = "dose_unknown_n" if low is None else "dose_range_n"
        return words(key, dose=total, low=low, high=high)
    if phase.status in _GIVEN and given is not None and given != planned:
        part = words.report.short(dose * given / planned)
        return words("dose_part", dose=part, n=given, total=total, planned=planned)
    return words("dose_in", dose=total, n=planned)


def _course(course: CourseResult, words: _Words, *, given: str, summed: bool) -> str:
    """One course; ``given`` says what one that is not beams left, which stands in no sum (rule 15)."""
    phases = [phase for phase in course.phases if phase.status not in _UNCOUNTED] or course.phases
    statuses = dict.fromkeys(
        words("not_known_if_given")
        if phase.status == "unknown"
        else words.report.term("status", phase.status)
        for phase in phases
    )
    days = [words.report.date(day) for day in dict.fromkeys((course.start_date, course.end_date)) if day]
    name = course_name(course, words.report)
    parts = [
        name,
        course.site if course.site.casefold() not in name.casefold() else "",
        "" if given else " + ".join(_phase_dose(phase, words) for phase in phases) or words("dose_unknown"),
        "" if course.modality == "unknown" or given else words.report.term("modality", course.modality),
        ", ".join(statuses),
        words(_GRADES.get(course.evidence_grade, "grade_d")),
        given or (words("not_in_sum") if summed and not course.in_sum else ""),
    ]
    when = words("from_to", start=days[0], end=days[-1]) if len(days) > 1 else "".join(days)
    text = ", ".join(part for part in parts if part)
    return words("course", when=when or words.report("undated"), text=text)


def _organ_dose(structure: StructureResult, words: _Words) -> str:
    """The near-maximum in all: one value, a range, at least a value, or the sum of the courses' own near-maxima."""
    points = structure.point_sum
    ends = next((one for one in structure.printed_as_range if one.metric.startswith("d0.03cc")), None)
    value = structure.cumulative.d0_03cc_gy
    if structure.use == "point sum only" and points.customary_d0_03cc_gy is not None:
        dose = words.gy(points.customary_d0_03cc_gy)
        return words("points_only", dose=dose if points.complete else words("at_least", dose=dose))
    if ends is not None:
        text = words("dose_range", low=words.report.number(ends.low_gy, 1), high=words.gy(ends.high_gy))
        return words("at_least", dose=text) if structure.lower_bound else text
    if value is not None:
        return words("at_least", dose=words.gy(value)) if structure.lower_bound else words.gy(value)
    if points.customary_d0_03cc_gy is None:
        return ""
    dose = words.gy(points.customary_d0_03cc_gy)
    return words("point_sum", dose=dose if points.complete else words("at_least", dose=dose))


def _organ(structure: StructureResult, words: _Words) -> str:
    dose = _organ_dose(structure, words)
    if not dose:
        return ""
    points, other = structure.point_sum, structure.alternative
    notes = [words("alpha_beta", value=words.report.short(structure.alpha_beta_gy))]
    if other is not None and other.d0_03cc_gy is not None:
        at = words.report.short(other.alpha_beta_gy)
        notes.append(words("at_alpha_beta", dose=words.gy(other.d0_03cc_gy), value=at))
    if structure.concurrent is not None and structure.concurrent.d0_03cc_gy is not None:
        notes.append(words("together", dose=words.gy(structure.concurrent.d0_03cc_gy)))
    if points.bound_d0_03cc_gy is not None and points.complete and len(structure.courses) > 1:
        notes.append(words("upper_bound", dose=words.gy(points.bound_d0_03cc_gy)))
    return words("organ", organ=structure.name, dose=dose, notes=words("between").join(notes))


def _organs(material: Material, words: _Words) -> Iterator[_Sentence]:
    by_name = structures_by_name(material.result)
    said = [
        (by_name[name], text)
        for name in material.ranking
        if name in by_name and (text := _organ(by_name[name], words))
    ][:ORGANS]
    if not said:
        yield _Sentence(text=words("no_organ"), part="organs", rank=1)
        return
    summed = any(one.cumulative.d0_03cc_gy is not None for one, _ in said)
    yield _Sentence(text=words("organs_sum" if summed else "organs_points"), part="organs", rank=1)
    for _, text in said:
        yield _Sentence(text=text, part="organs", rank=3)
    paper = {course.id for course in material.result.courses if course.evidence_grade in ("C", "D")}
    if any(dose.id in paper for one, _ in said for dose in one.courses):
        yield _Sentence(text=words("paper_doses"), part="organs", rank=4)


def _limit(entry: ConstraintResult, result: Result, words: _Words) -> str:
    """One organ, what its tightest limit says, and whose limit it is; comparisons in words."""
    dose = dose_text(entry, words.report)
    if misses_course(entry, result):
        dose = words("at_least", dose=dose)
    return words(
        "limit",
        organ=entry.structure,
        status=words.report.term("verdict", entry.status),
        dose=dose,
        metric=metric_name(entry.metric, words.report),
        limit=words(_COMPARED[entry.op], dose=limit_figure(entry, words.report)),
        source=whose(entry, words.report),
    )


def _limits(result: Result, words: _Words) -> Iterator[_Sentence]:
    """The organs that limit most; that no limit was judged, where none was."""
    judged = [entry for entry in limiting(result.constraints) if is_judged(entry)]
    for place, entry in enumerate(judged[:LIMITS]):
        lead = "limits_lead" if place == 0 else "limits_next"
        yield _Sentence(
            text=words(lead, text=_limit(entry, result, words)), part="limits", rank=1 if place == 0 else 2
        )
    left = sum(not is_judged(entry) for entry in limits_of(result.constraints))
    if left:
        yield _Sentence(text=words("limits_left", n=left), part="limits", rank=3)
    elif not judged:
        yield _Sentence(text=words("limits"), part="notice", rank=20)


def _unknown(material: Material, words: _Words) -> list[str]:
    """What page 1 says is not known, but for the courses left out of the sum: their own lines say it, and "at least" does."""
    left_out = words.report("unknown_left_out", courses="|").split("|")[0]
    lines = unknowns(material.result, tuple(material.ranking[:ORGANS]), words.report)
    return [line for line in lines if not line.startswith(left_out)]


def _sentences(material: Material, words: _Words) -> Iterator[_Sentence]:
    """Every sentence in the order of the text."""
    result = material.result
    patient = result.patient
    name = person_name(patient.name) or words.report("name_unknown")
    born = words.report("born", date=words.report.date(patient.birth_date)) if patient.birth_date else ""
    who = ", ".join(part for part in (name, words.report("id", id=patient.id), born) if part)
    yield _Sentence(text=who, part="person", rank=5)
    yield _Sentence(text=_question(result, words), part="question", rank=1)
    summed = any(course.in_sum for course in result.courses)
    for course in result.courses:
        given = therapy_words(result, course.id, words.report, words.language)
        yield _Sentence(text=_course(course, words, given=given, summed=summed), part="courses", rank=2)
    limits = list(_limits(result, words))
    yield from (one for one in limits if one.part == "limits")
    yield from _organs(material, words)
    lines = _unknown(material, words)
    for place, line in enumerate(lines):
        lead = words("unknown", text=line) if place == 0 else line
        yield _Sentence(text=lead, part="unknown", rank=2 if place < max(1, len(result.refusals)) else 4)
    key = "recovery_assumed" if assumes_recovery(result) else "recovery"
    yield _Sentence(text=words(key), part="notice", rank=6)
    yield from (one for one in limits if one.part == "notice")
    yield _Sentence(text=words("notice", version=result.provenance.version), part="notice", rank=0)


def _joined(sentences: Sequence[_Sentence], left_out: int, words: _Words) -> str:
    """Paragraphs of sentences, courses and organs each on a line of its own; how many were left out stands at the end."""
    parts: dict[str, list[str]] = {}
    for one in sentences:
        parts.setdefault(one.part, []).append(_plain(one.text))
    lines = [("\n" if part in ("courses", "organs") else " ").join(texts) for part, texts in parts.items()]
    if left_out:
        lines.append(_plain(words("left_out_one" if left_out == 1 else "left_out_many", n=left_out)))
    return "\n".join(lines) + "\n"


def _without_bare_lead(kept: list[_Sentence]) -> list[_Sentence]:
    """The sentences without one that leads to organs of which none is left."""
    organs = [one for one in kept if one.part == "organs"]
    bare = organs if len(organs) == 1 and organs[0].text.endswith(":") else []
    return [one for one in kept if one not in bare]


def rcp_text(material: Material, language: Language, *, limit: int = LIMIT) -> str:
    """
    The text for the tumour-board form.

    Parameters
    ----------
    material
        An assessment.
    language
        "en" or "fr".
    limit
        Characters at most. Whole sentences are left out by weight until it fits, and their number is said; the notice
        is never left out.
    """
    words = _Words(language)
    kept = list(_sentences(material, words))
    every = len(kept)
    while len(text := _joined(kept, every - len(kept), words)) > limit and len(kept) > 1:
        last = max(range(len(kept)), key=lambda place: (kept[place].rank, place))
        del kept[last]
        kept = _without_bare_lead(kept)
    return text


def write_rcp(material: Material, path: Path, language: Language) -> None:
    """Write ``rcp.txt``: UTF-8, no markup."""
    path.write_bytes(rcp_text(material, language).encode("utf-8"))
