"""Facts come in; rows of ``first_course_constraints.csv`` go out, and what was left out with the reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from limit_rows import Row, conditions, ends, evidence, half_digit, joined, metric_slug, number, organ_slug

MEMORY = "its figures are from memory"
ORGANS = {
    "Bladder (bladder ca)": ("Bladder", "bladder cancer"),
    "Bladder (prostate ca)": ("Bladder", "prostate cancer"),
    "Liver (primary)": ("Liver", "primary liver tumour"),
    "Liver (metastases)": ("Liver", "liver metastases"),
    "Parotid (one spared)": ("Parotid", "one gland spared"),
}
BY_CONDITION = {"(both glands)": "Parotids", "(single gland)": "Parotid", "Retina": "Retina"}
OTHER_STRUCTURE = ("subvolume", "minus GTV", "Macula", "of kidney")
PLAIN = {
    "Dmax": "max",
    "Dmax (point <<1cc)": "max",
    "Dmax (SRS 1 fx)": "max",
    "Dmax (3 fx)": "max",
    "Dmean": "mean",
    "Dmean (bilateral)": "mean",
}
FRACTIONS_IN_METRIC = {"Dmax (SRS 1 fx)": 1, "Dmax (3 fx)": 3}


def constraint_rows(
    facts: Mapping[str, Any], labels: frozenset[str] | None = None
) -> tuple[list[Row], list[str]]:
    """Rows of the first-course constraints, and a line for each that was left out."""
    rows, left_out = list(_de_novo(facts)), []
    for fact in facts.get("constraints", ()):
        reason = _why_not(fact, labels)
        if reason:
            shown = (
                fact.get("text")
                or f"{fact['metric']} {fact.get('op')} {fact['value']} {fact.get('unit', '')}"
            )
            left_out.append(f"{fact['organ']}, {fact['schedule']}, {shown} ({fact['source']}): {reason}")
        else:
            rows += _rows(fact)
    return _with_own_ids(rows), left_out


def _why_not(fact: Mapping[str, Any], labels: frozenset[str] | None) -> str:
    """Why a constraint of the facts is no row; empty when it is one."""
    condition = fact.get("condition", "")
    if "conflict" in fact:
        return f"two transcriptions disagree or the transcription is wrong: {fact['conflict']}"
    if fact["metric"] == "free_text" or fact["value"] is None:
        return "free text"
    if "memory" in fact.get("note", "") and fact["source"] == "hfc":
        return MEMORY
    if condition.startswith("or "):
        return "two alternatives joined by `or`: the language has no such metric"
    if any(word in condition for word in OTHER_STRUCTURE):
        return f"the structure is another one or in doubt: {condition}"
    if _metric(fact, "0") is None:
        return "the language has no such metric"
    if fact["schedule"].startswith("SBRT") and "fractions" not in fact:
        return "stereotactic, and the number of fractions is not stated"
    if labels is not None and not set(_organ(fact)[0].split("/")) <= labels:
        return "not a structure of TG-263"
    return ""


def _metric(fact: Mapping[str, Any], value: str) -> str | None:
    text = fact["metric"].replace("D.", "D0.")
    if text in PLAIN:
        return PLAIN[text]
    if re.fullmatch(r"CV[\d.]+cc", text):
        return f"{text}<{value}Gy"
    if re.fullmatch(r"V[\d.]+Gy", text):
        return f"{text}[{fact['unit']}]"
    return text if re.fullmatch(r"D[\d.]+(cc|%)", text) else None


def _organ(fact: Mapping[str, Any]) -> tuple[str, str]:
    """TG-263 name of the structure, and in whom."""
    organ, population = ORGANS.get(fact["organ"], (fact["organ"], ""))
    condition = fact.get("condition", "").strip(" ;")
    if condition in BY_CONDITION:
        return BY_CONDITION[condition], population
    if "renal cortex" in fact.get("text", ""):
        return "Kidney_Cortex", population
    if fact["metric"] == "Dmean (bilateral)":
        return organ, "both glands"
    return organ, joined(population, condition)


def _rows(fact: Mapping[str, Any]) -> list[Row]:
    organ, population = _organ(fact)
    fractions = fact.get("fractions") or FRACTIONS_IN_METRIC.get(fact["metric"])
    eqd2 = "EQD2" in fact["schedule"] or "EQD2" in fact.get("condition", "")
    note = {
        "courses": (1, 1),
        "fractions": (fractions, fractions) if fractions else None,
        "fraction_gy": None if fractions or eqd2 else (1.8, 2.0),
        "recovery": "no",
    }
    rows = []
    for value, suffix, end in ends(fact["value"]):
        metric = _metric(fact, value) or ""
        critical = metric.startswith("CV")
        shown = number(fact["metric"].removeprefix("CV").removesuffix("cc")) if critical else value
        dose = fact["unit"] == "Gy" and not critical
        rows.append(
            {
                "id": _id(fact, organ, metric, fractions) + suffix,
                "namespace": "first-course constraint",
                "organ": organ,
                "metric": metric,
                "op": ">=" if critical else _op(fact),
                "value": shown,
                "unit": "cm³" if critical or fact["unit"] == "cc" else fact["unit"],
                "dose_of": "all courses",
                "scale": "EQD2" if eqd2 else "physical",
                "rounding": half_digit(shown),
                "schedule": f"{value}/{fractions}" if dose and fractions and not eqd2 else "",
                **conditions(note),
                "endpoint": _endpoint(fact),
                "population": population,
                "origin": joined(fact.get("cited_as", ""), fact.get("class", ""), end),
                "note": _note(fact),
                **evidence(fact, default=False),
            }
        )
    return rows


def _op(fact: Mapping[str, Any]) -> str:
    """The sign as the text has it: the facts hold ``<`` where the text has ``≤``."""
    return "<=" if "≤" in fact.get("text", "") else str(fact["op"])


def _endpoint(fact: Mapping[str, Any]) -> str:
    endpoint = str(fact.get("endpoint", "")).strip("-")
    return f"{endpoint}, {fact['risk']}" if "risk" in fact else endpoint


def _note(fact: Mapping[str, Any]) -> str:
    text = f'as transcribed: "{fact["text"]}"' if "text" in fact else ""
    seen = f"read in {fact['seen_in']}" if "seen_in" in fact else ""
    second = "a second transcription agrees" if fact.get("cross_checked") else ""
    return joined(text, seen, second, str(fact.get("note", "")))


def _id(fact: Mapping[str, Any], organ: str, metric: str, fractions: int | None) -> str:
    through = fact.get("seen_in", "") if fact["tier"] == "secondary-repo" else ""
    schedule = f"{fractions}fx" if fractions else "conventional"
    name = metric_slug(metric).replace("<", "-")
    parts = [fact["source"], through, organ_slug(organ), name, schedule, fact.get("class", "")]
    return "-".join(part for part in parts if part)


def _with_own_ids(rows: list[Row]) -> list[Row]:
    """The rows, with the figure behind an id that several share, and a count behind what is still shared."""
    for suffix in ("value", "count"):
        often = Counter(row["id"] for row in rows)
        seen: Counter[str] = Counter()
        for row in rows:
            name = row["id"]
            seen[name] += 1
            if often[name] > 1:
                row["id"] = f"{name}-{row['value'] if suffix == 'value' else seen[name]}"
    return rows


def _de_novo(facts: Mapping[str, Any]) -> list[Row]:
    """The point maxima of a first stereotactic course, by number of fractions; all are printed with one decimal."""
    rows = []
    for fact in facts["reirradiation_limits"]:
        if "de novo" not in fact["metric"]:
            continue
        for fractions, figure in fact["value"].items():
            for value, suffix, end in ends(figure):
                rows.append(
                    {
                        "id": f"hytec2021-{organ_slug(fact['organ'])}-max-{fractions}fx{suffix}",
                        "namespace": "first-course constraint",
                        "organ": fact["organ"],
                        "metric": "max",
                        "op": "<=",
                        "value": value,
                        "unit": "Gy",
                        "dose_of": "all courses",
                        "scale": "physical",
                        "rounding": "0.05",
                        "schedule": f"{value}/{fractions}",
                        **conditions(
                            {"courses": (1, 1), "fractions": (int(fractions),) * 2, "recovery": "no"}
                        ),
                        "endpoint": "radiation myelopathy, 1 to 5 %",
                        "population": "stereotactic radiotherapy of the spine, not irradiated before",
                        "origin": end,
                        "note": fact.get("note", ""),
                        **evidence(fact, default=False),
                    }
                )
    return rows
