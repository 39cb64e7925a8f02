"""Tumour-board text of radionuclides: their cycles come in; one plain sentence for each therapy goes out (rule 15)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from graybook.report.nuclear_figures import by_therapy, shown_organs
from graybook.report.nuclear_result import CycleResult, OrganCycleResult
from graybook.report.nuclear_words import total_activity
from graybook.report.result import Result
from graybook.report.wording import Wording
from graybook.text import Language, phrase

__all__ = ["given_in_words", "therapy_sentences"]

_ORGANS = 3
"""Named at most; kidneys and bone marrow first."""


def _say(key: str, language: Language, /, **params: object) -> str:
    return phrase(f"rcp_{key}", language, **params)


def _plain(nuclide: str) -> str:
    """``177Lu``: superscripts may not survive a form."""
    symbol, _, mass = nuclide.partition("-")
    return f"{mass}{symbol}" if mass else nuclide


def given_in_words(result: Result, course: str, report: Wording, language: Language) -> str:
    """Activity of a course, and its cycles when there are several; empty when it gave none."""
    cycles = [] if result.nuclear is None else [one for one in result.nuclear.cycles if one.course == course]
    if not cycles:
        return ""
    key = "given_one" if len(cycles) == 1 else "given_many"
    return _say(key, language, activity=total_activity(cycles, report), n=len(cycles))


def _added(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return math.fsum(known) if len(known) == len(values) else None


def _organ(
    name: str, organs: Sequence[OrganCycleResult], cycles: int, report: Wording, language: Language
) -> str:
    """Mean dose over the cycles that tell it, with both ends."""
    low, high = (math.fsum(getattr(one, key) for one in organs) for key in ("low_gy", "high_gy"))
    ends = [report.number(one, 1) for one in (low, high)]
    dose = _added([one.dose_gy for one in organs])
    span = "" if ends[0] == ends[1] else _say("dose_range", language, low=ends[0], high=ends[1])
    said = f"{span or ends[0]} Gy" if dose is None else f"{report.number(dose, 1)} Gy"
    if len(organs) < cycles:
        said = _say("at_least", language, dose=said)
    return f"{name} {said} ({span})" if span and dose is not None else f"{name} {said}"


def _sentence(cycles: Sequence[CycleResult], report: Wording, language: Language) -> str:
    agents = dict.fromkeys(
        "-".join(part for part in (_plain(one.nuclide), one.agent) if part) for one in cycles
    )
    devices = dict.fromkeys(report.term("device", one.device).split(" ")[-1] for one in cycles if one.device)
    what = ", ".join([*agents, *devices])
    shown = list(shown_organs(cycles).items())[:_ORGANS]
    if not shown:
        return _say("therapy_unknown", language, what=what)
    organs = [
        _organ(name, [organ for _, organ in rows], len(cycles), report, language) for name, rows in shown
    ]
    return _say("therapy", language, what=what, organs=", ".join(organs))


def therapy_sentences(result: Result, report: Wording, language: Language) -> Iterator[tuple[str, bool]]:
    """A sentence for each course of radionuclides or microspheres, and whether it tells a dose."""
    if result.nuclear is not None:
        for cycles in by_therapy(result.nuclear).values():
            yield _sentence(cycles, report, language), any(one.organs for one in cycles)
