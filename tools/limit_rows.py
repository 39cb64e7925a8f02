"""Facts and the notes beside them come in; rows of ``reirradiation_limits.csv`` go out: cumulative limits and observed doses."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

PRIMARY_TIERS = ("primary-table", "primary-abstract", "derivation")
DEFAULT_TIERS = ("primary-table", "primary-abstract")
NOTES = Path(__file__).with_name("limit_notes.toml")

COLUMNS = (
    "id", "namespace", "organ", "metric", "op", "value", "unit", "dose_of", "scale", "alpha_beta_gy",
    "rounding", "schedule", "interval_min_months", "interval_max_months", "courses_min", "courses_max",
    "fractions_min", "fractions_max", "fraction_min_gy", "fraction_max_gy", "modalities", "each_course_max_gy",
    "recovery_in_source", "endpoint", "population", "origin", "default", "note", "source", "tier", "verified",
)  # fmt: skip
METRICS = {"Dmax": "max", "Dmean": "mean"}

Row = dict[str, str]


def verified(tier: str) -> str:
    """Whether the figure was read in the primary publication, in the words of the tables."""
    return "primary checked" if tier in PRIMARY_TIERS else "primary not checked"


def number(value: object) -> str:
    """A number as text without a trailing ``.0``; nothing gives nothing."""
    return "" if value is None else f"{float(str(value)):g}"


def half_digit(text: str) -> str:
    """Half a unit of the last digit of a figure as printed."""
    exponent = Decimal(text).as_tuple().exponent
    return format(Decimal(5).scaleb(int(exponent) - 1).normalize(), "f")


def bounds(name: str, span: Sequence[float] | None, unit: str = "") -> Row:
    """The two columns of a condition; 0 and nothing mean no bound."""
    low, high = span or (None, None)
    return {f"{name}_min{unit}": number(low or None), f"{name}_max{unit}": number(high or None)}


def conditions(note: Mapping[str, Any]) -> Row:
    """The columns of rule 12, from the notes beside a figure."""
    return {
        **bounds("interval", note.get("interval_months"), "_months"),
        **bounds("courses", note.get("courses")),
        **bounds("fractions", note.get("fractions")),
        **bounds("fraction", note.get("fraction_gy"), "_gy"),
        "modalities": ";".join(note.get("modalities", ())),
        "each_course_max_gy": number(note.get("each_course_max_gy")),
        "recovery_in_source": note.get("recovery", "yes"),
    }


def evidence(fact: Mapping[str, Any], *, default: bool) -> Row:
    """Source, tier, check, and whether the default rulebook holds the row."""
    tier = fact["tier"]
    return {
        "source": fact["source"],
        "tier": tier,
        "verified": verified(tier),
        "default": "yes" if default and tier in DEFAULT_TIERS else "no",
    }


def ends(value: Any) -> list[tuple[str, str, str]]:
    """Value, suffix of the id, and remark, of each end of a figure given as a number or a pair."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        low, high = value
        return [(number(low), "-low", "lower end"), (number(high), "-high", "upper end")]
    return [(number(value), "", "")]


def unit_of(fact: Mapping[str, Any]) -> str:
    """Unit of the figure of a fact."""
    return "%" if fact["unit"] == "%" else "Gy"


def metric_of(text: str) -> str:
    """A metric of the fact file in the language of ``graybook.dvh.metrics``."""
    return f"{text}[%]" if text.startswith("V") else METRICS.get(text, text)


def organ_slug(organ: str) -> str:
    """Name of the first organ, for an id."""
    return organ.split("/")[0].lower()


def metric_slug(metric: str) -> str:
    """A metric, for an id."""
    return metric.lower().replace("[%]", "").replace("[cc]", "")


def joined(*parts: str) -> str:
    """Remarks that are not empty, separated by semicolons."""
    return "; ".join(part for part in parts if part)


def limit_rows(facts: Mapping[str, Any]) -> list[Row]:
    """Every cumulative limit and every observed dose of the fact file."""
    notes = tomllib.loads(NOTES.read_text(encoding="utf-8"))
    rows = list(_listed(facts, notes))
    rows += [row for note in notes["figure"] for row in _figures(facts, note)]
    rows += list(_observed(facts, notes))
    return rows


def _listed(facts: Mapping[str, Any], notes: Mapping[str, Any]) -> Iterator[Row]:
    for fact in facts["reirradiation_limits"]:
        if fact["op"] is None:
            continue
        note = _note_of(fact, notes["limit"])
        metric = note.get("as_metric") or metric_of(fact["metric"])
        for value, suffix, end in ends(fact["value"]):
            yield {
                "id": f"{note['slug']}-{organ_slug(fact['organ'])}-{metric_slug(metric)}{suffix}",
                "namespace": "cumulative limit",
                "organ": fact["organ"],
                "metric": metric,
                "op": fact["op"],
                "value": value,
                "unit": unit_of(fact),
                "dose_of": note.get("dose_of", "all courses"),
                "scale": note.get("scale", "EQD2"),
                "alpha_beta_gy": number(fact.get("alpha_beta")),
                "rounding": half_digit(value),
                **conditions(note),
                "endpoint": note.get("endpoint", ""),
                "population": note.get("population", ""),
                "origin": joined(fact.get("column", ""), end),
                "note": joined(fact.get("note", ""), fact.get("evidence", ""), note["why"]),
                **evidence(fact, default=True),
            }


def _note_of(fact: Mapping[str, Any], notes: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    found = [
        note
        for note in notes
        if note["source"] == fact["source"]
        and note.get("column") == fact.get("column")
        and note.get("metric", fact["metric"]) == fact["metric"]
    ]
    if len(found) != 1:
        raise SystemExit(
            f"{len(found)} notes in {NOTES.name} fit {fact['source']}, {fact['metric']}: write one"
        )
    return found[0]


def _figures(facts: Mapping[str, Any], note: Mapping[str, Any]) -> Iterator[Row]:
    fact = next((one for one in facts.get("recovery", ()) if one["id"] == note["fact"]), None)
    if fact is None:
        raise SystemExit(f"No fact {note['fact']}, which {NOTES.name} asks for")
    for value, suffix, end in ends(fact["value"][note["figure"]]):
        rounding = note.get("rounding")
        yield {
            "id": note["id"] + suffix,
            "namespace": "cumulative limit",
            "organ": note["organ"],
            "metric": note["as_metric"],
            "op": "<=",
            "value": value,
            "unit": note.get("unit", "Gy"),
            "dose_of": note.get("dose_of", "all courses"),
            "scale": note.get("scale", "EQD2"),
            "alpha_beta_gy": number(note["alpha_beta_gy"]),
            "rounding": half_digit(value) if rounding is None else number(rounding),
            **conditions(note),
            "endpoint": note["endpoint"],
            "population": note["population"],
            "origin": joined(note.get("origin", ""), end),
            "note": note["why"],
            **evidence(fact, default=True),
        }


def _observed(facts: Mapping[str, Any], notes: Mapping[str, Any]) -> Iterator[Row]:
    for fact in facts["reirradiation_limits"]:
        note = next((one for one in notes["observed"] if one["source"] == fact["source"]), None)
        if fact["op"] is not None or note is None or fact["unit"].startswith("%"):
            continue
        median = fact["value"]
        seen = dict(median) if isinstance(median, Mapping) else {"median": median}
        for kind, value in seen.items():
            yield {
                "id": f"{note['slug']}-{organ_slug(fact['organ'])}-max-{kind}",
                "namespace": "observed dose",
                "organ": fact["organ"],
                "metric": "max",
                "op": "",
                "value": number(value),
                "unit": "Gy",
                "dose_of": "all courses",
                "scale": "BED" if "BED" in fact["unit"] else "EQD2",
                "alpha_beta_gy": number(fact.get("alpha_beta")),
                "rounding": half_digit(number(value)),
                **conditions(note),
                "population": note["population"],
                "origin": {"median": "median of the series", "max": "highest of the series"}[kind],
                "note": fact["metric"],
                **evidence(fact, default=False),
            }
