"""The ``[clinical]`` table comes in; the clinical headings of a re-irradiation, as a person states them, go out."""

from __future__ import annotations

from dataclasses import dataclass

from graybook.files._tables import Entry

__all__ = ["RECURRENCES", "ClinicalSetting", "ToxicitySetting", "clinical_setting"]

RECURRENCES = ("in field", "marginal", "out of field", "no recurrence")


@dataclass(frozen=True, kw_only=True)
class ToxicitySetting:
    """A toxicity of an earlier course: CTCAE term and grade, 0 for none."""

    term: str
    grade: int
    course: str = ""


@dataclass(frozen=True, kw_only=True)
class ClinicalSetting:
    """What the headings hold; empty where nobody filled them.

    ``cumulative_concern`` is a physician's word on toxicity from cumulative dose without overlap; None when not stated.
    """

    intent: str = ""
    histology: str = ""
    performance_status: str = ""
    recurrence: str = ""
    toxicities: tuple[ToxicitySetting, ...] = ()
    cumulative_concern: bool | None = None


def clinical_setting(entry: Entry) -> ClinicalSetting:
    """The ``[clinical]`` table."""
    entry.only(("intent", "histology", "performance_status", "recurrence", "toxicity", "cumulative_concern"))
    concern = entry.flag("cumulative_concern") if "cumulative_concern" in entry.values else None
    return ClinicalSetting(
        intent=entry.text("intent"),
        histology=entry.text("histology"),
        performance_status=entry.text("performance_status"),
        recurrence=entry.text("recurrence", among=RECURRENCES),
        toxicities=tuple(_toxicity(one) for one in entry.tables("toxicity")),
        cumulative_concern=concern,
    )


def _toxicity(entry: Entry) -> ToxicitySetting:
    entry.only(("course", "term", "grade"), stamp=False)
    entry.required("term")
    entry.required("grade")
    grade = entry.whole("grade", least=0)
    if grade is None or grade > 5:
        raise entry.refuse("grade", "is no CTCAE grade", value=grade, remedy="Write grade = 0 to 5.")
    return ToxicitySetting(term=entry.text("term"), grade=grade, course=entry.selector("course"))
