"""Tumour-board text of radionuclides: their cycles come in; what stands in its one sentence goes out (rule 15)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from graybook.report.nuclear_figures import shown_organs
from graybook.report.nuclear_result import OrganCycleResult
from graybook.report.nuclear_words import total_activity
from graybook.report.result import Result
from graybook.report.wording import Wording
from graybook.text import Language, phrase

__all__ = ["therapy_words"]

_ORGANS = 2
"""Named at most; kidneys and bone marrow first."""


def _say(key: str, language: Language, /, **params: object) -> str:
    return phrase(f"rcp_{key}", language, **params)


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


def therapy_words(result: Result, course: str, report: Wording, language: Language) -> str:
    """What one course of radionuclides or microspheres gave: activity, cycles, mean doses; empty for a course of beams."""
    cycles = [] if result.nuclear is None else [one for one in result.nuclear.cycles if one.course == course]
    if not cycles:
        return ""
    devices = dict.fromkeys(report.term("device", one.device).split(" ")[-1] for one in cycles if one.device)
    activity = ", ".join([total_activity(cycles, report), *devices])
    given = activity if len(cycles) == 1 else _say("given_many", language, activity=activity, n=len(cycles))
    organs = [
        _organ(name, [organ for _, organ in rows], len(cycles), report, language)
        for name, rows in list(shown_organs(cycles).items())[:_ORGANS]
    ]
    if not organs:
        return _say("therapy_unknown", language, given=given)
    return _say("therapy", language, given=given, organs=", ".join(organs))
