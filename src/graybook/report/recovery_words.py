"""Recovery words: the overrides of a result come in; what is assumed of recovery, and by whom, goes out (rule 11)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graybook.report.result import Result
from graybook.report.wording import Wording

__all__ = ["assumes_recovery", "recovery_sentences"]

_KEY = re.compile(r"recovery (?P<organ>.+): (?P<convention>dose|tolerance)$")
_RECOVERY = re.compile(r"recovery(?=$|[ :.])")
"""Recovery of tissue; a camera's recovery coefficient is another thing."""
_STEP = re.compile(r"(?P<share>[0-9.e-]+) from (?P<months>[0-9.e-]+) months$")
_CONVENTIONS = {"dose": "share_off_dose", "tolerance": "share_on_tolerance"}


def _stated(result: Result) -> list[dict[str, str]]:
    return [one for one in result.provenance.overrides if _RECOVERY.match(one.get("key", ""))]


def assumes_recovery(result: Result) -> bool:
    """Whether a person assumes recovery of any organ."""
    return bool(_stated(result))


def _step(text: str, convention: str, words: Wording) -> str:
    found = _STEP.match(text.strip())
    if found is None:
        return text.strip()
    share = words(_CONVENTIONS[convention], percent=words.short(float(found["share"]) * 100.0))
    months = float(found["months"])
    return words("share_from", share=share, months=words.short(months)) if months else share


def recovery_sentences(result: Result, words: Wording) -> Iterator[str]:
    """That recovery is 0, or whose recovery is assumed of which organ, and by whom."""
    stated = _stated(result)
    for one in stated:
        key = _KEY.match(one["key"])
        value = one.get("value", "")
        if key is not None:
            value = ", ".join(_step(part, key["convention"], words) for part in value.split(";"))
        organ = key["organ"] if key is not None else one["key"].removeprefix("recovery").strip(" :.")
        yield words("assume_recovery_by", organ=organ, value=value, author=one.get("author", ""))
    yield words("assume_recovery_else" if stated else "assume_recovery")
