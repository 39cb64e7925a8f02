"""Doses of radionuclides come in; the lines that the terminal shows of them go out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from graybook.report.nuclear_document import NuclearDocument
from graybook.report.nuclear_result import CycleResult, OrganCycleResult
from graybook.text import Language, keys, number_text, phrase
from graybook.text.numbers import activity_number_text

__all__ = ["page"]


def page(document: NuclearDocument, out: Path, language: Language) -> str:
    """Each cycle with its organs, each organ over all cycles, what is asked, and where the files are."""
    return "\n".join(_lines(document, out, language)) + "\n"


def _lines(document: NuclearDocument, out: Path, language: Language) -> Iterator[str]:
    for cycle in document.nuclear.cycles:
        yield _cycle(cycle, language)
        if not cycle.organs:
            yield f"    {phrase('nuclear_page_unknown', language)}"
        for organ in cycle.organs:
            yield f"    {_organ(organ, language)}"
    for line in document.nuclear.lines:
        last = line.steps[-1]
        if line.complete and len(line.steps) == 1:
            continue
        yield phrase(
            "nuclear_page_line" if line.complete else "nuclear_page_line_at_least",
            language,
            organ=line.organ,
            cycles=_cycles(len(line.steps), language),
            dose=_ends(last.dose_gy, last.low_gy, last.high_gy, language),
            bed=_ends(last.bed_gy, last.bed_low_gy, last.bed_high_gy, language),
        )
    for kind in ("error", "warning"):
        yield from (one.text for one in document.findings if one.severity == kind)
    yield from (f"{one.text} {one.remedy}".strip() for one in document.refusals)
    yield phrase("nuclear_page_written", language, path=str(out / "nuclear.html"))
    yield document.notice


def _cycles(count: int, language: Language) -> str:
    return phrase("nuclear_page_one_cycle" if count == 1 else "nuclear_page_cycles", language, n=count)


def _cycle(cycle: CycleResult, language: Language) -> str:
    activity = None if cycle.activity_gbq is None else activity_number_text(cycle.activity_gbq, language)
    return phrase(
        "nuclear_page_cycle",
        language,
        number=cycle.number,
        what=f"{cycle.nuclide} {cycle.agent}".strip(),
        activity=activity,
        given=cycle.given,
        grade=cycle.evidence_grade,
    )


def _organ(organ: OrganCycleResult, language: Language) -> str:
    return phrase(
        "nuclear_page_organ",
        language,
        organ=organ.organ,
        dose=_ends(organ.dose_gy, organ.low_gy, organ.high_gy, language),
        interval=phrase(
            f"nuclear_interval_{organ.interval.replace('90 % ', '').replace(' ', '_')}", language
        ),
        method=_method(organ.method, language),
        bed=_ends(organ.bed_gy, organ.bed_low_gy, organ.bed_high_gy, language),
    )


def _method(name: str, language: Language) -> str:
    """A dose model in words; as it stands where the catalogue has none."""
    code = f"nuclear_method_{re.sub('[^a-z]+', '_', name.lower()).strip('_')}"
    return phrase(code, language) if code in keys() else name


def _ends(value: float | None, low: float | None, high: float | None, language: Language) -> str:
    """A value with its ends, or the ends alone; a dash where nothing is known. [Gy]"""
    if low is None or high is None:
        return "–"
    ends = f"{number_text(low, language)}–{number_text(high, language)}"
    if value is None:
        return f"{ends}\u00a0Gy"
    best = number_text(value, language)
    return f"{best}\u00a0Gy" if low == high else f"{best}\u00a0Gy ({ends})"
