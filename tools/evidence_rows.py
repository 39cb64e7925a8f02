"""Facts and notes come in; rows of the tables of recovery, repair, repopulation and complication probabilities go out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from limit_rows import PRIMARY_TIERS, Row, joined, number, verified

NOTES = Path(__file__).with_name("evidence_notes.toml")

RECOVERY_COLUMNS = (
    "name", "organ", "convention", "steps", "alpha_beta_gy", "usable", "reason", "evidence", "note",
    "source", "tier", "verified",
)  # fmt: skip
REPAIR_COLUMNS = (
    "tissue", "component", "half_time_h", "ci95_low_h", "ci95_high_h", "partition", "primary", "note",
    "source", "tier", "verified",
)  # fmt: skip
REPOPULATION_COLUMNS = (
    "tissue", "gy_per_day", "ci95_low_gy_per_day", "ci95_high_gy_per_day", "onset_days", "primary", "note",
    "source", "tier", "verified",
)  # fmt: skip
NTCP_COLUMNS = (
    "id", "model", "organ", "endpoint", "td50_gy", "td50_low_gy", "td50_high_gy", "m", "m_low", "m_high",
    "n", "n_low", "n_high", "gamma50", "a", "coefficients", "alpha_beta_gy", "usable", "reason", "note",
    "source", "tier", "verified",
)  # fmt: skip

MODELS = {
    "LKB": "LKB",
    "Niemierko gEUD": "Niemierko",
    "logistic with risk factors": "logistic with risk factors",
    "logistic": "logistic",
    "log-logistic": "log-logistic",
    "probabilistic": "probabilistic",
}
KNOWN_PARAMETERS = ("TD50", "D50", "D50_0", "m", "n", "gamma50", "gamma50_0", "a")


def _evidence(fact: Mapping[str, Any]) -> Row:
    return {"source": fact["source"], "tier": fact["tier"], "verified": verified(fact["tier"])}


def _ends(fact: Mapping[str, Any]) -> tuple[object, object]:
    low, high = fact.get("ci95", (None, None))
    return low, high


def _shown(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " to ".join(str(one) for one in value)
    return str(value)


def recovery_rows(facts: Mapping[str, Any]) -> list[Row]:
    """What was published on recovery, usable or not; a fact without a note stops the build."""
    notes = {note["fact"]: note for note in tomllib.loads(NOTES.read_text(encoding="utf-8"))["recovery"]}
    without = [fact["id"] for fact in facts["recovery"] if fact["id"] not in notes]
    if without:
        raise SystemExit(f"No note in {NOTES.name} on {', '.join(without)}: write one")
    return [_recovery(fact, notes[fact["id"]]) for fact in facts["recovery"]]


def _recovery(fact: Mapping[str, Any], note: Mapping[str, Any]) -> Row:
    values = fact["value"] if isinstance(fact["value"], Mapping) else {}
    known = {key: _shown(value) for key, value in {**fact, **values}.items()}
    return {
        "name": note["name"],
        "organ": note["organ"],
        "convention": note.get("convention", ""),
        "steps": ";".join(_steps(fact["value"])) if isinstance(fact["value"], list) else "",
        "alpha_beta_gy": number(fact.get("alpha_beta")),
        "usable": "yes" if note.get("usable") and fact["tier"] in PRIMARY_TIERS else "no",
        "reason": note.get("reason", ""),
        "evidence": note["evidence"].format(**known),
        "note": joined(note.get("note", ""), fact.get("note", "")),
        **_evidence(fact),
    }


def _steps(value: Sequence[Mapping[str, float]]) -> Iterator[str]:
    """``months:share`` for each step that recovers something; steps given by their end start where the one before ended."""
    start: float = 0
    for step in value:
        share = step.get("recovery_fraction", step.get("r", 0))
        months = step.get("interval_months_ge", step.get("ge_months", start))
        if share:
            yield f"{number(months)}:{number(share)}"
        start = step.get("lt_months", start)


def repair_rows(facts: Mapping[str, Any]) -> list[Row]:
    """Half-times of repair: one row for a figure, two for a range or for two components."""
    notes = tomllib.loads(NOTES.read_text(encoding="utf-8"))["repair"]
    return [row for fact in facts.get("repair_half_times", ()) for row in _repair(fact, notes)]


def _repair(fact: Mapping[str, Any], notes: Mapping[str, str]) -> Iterator[Row]:
    value, note = fact["value"], notes.get(fact["tissue"], "")
    low, high = _ends(fact)
    partition: object = None
    if isinstance(value, Mapping):
        parts = [("fast", value["fast"]), ("slow", value["slow"])]
        partition = value["partition"]
        note = f"fitted with α/β {number(value['alpha_beta'])} Gy"
    elif isinstance(value, list):
        parts = [("", value[0])] if note else [("lower end", value[0]), ("upper end", value[1])]
    else:
        parts = [("", value)]
    for component, figure in parts:
        yield {
            "tissue": fact["tissue"],
            "component": component,
            "half_time_h": number(figure),
            "ci95_low_h": number(low),
            "ci95_high_h": number(high),
            "partition": number(partition),
            "primary": fact.get("primary", ""),
            "note": note,
            **_evidence(fact),
        }


def repopulation_rows(facts: Mapping[str, Any]) -> list[Row]:
    """Dose per day that repopulation takes, and from which day."""
    return [_repopulation(fact) for fact in facts.get("repopulation", ())]


def _repopulation(fact: Mapping[str, Any]) -> Row:
    low, high = _ends(fact)
    return {
        "tissue": fact["tissue"],
        "gy_per_day": number(fact["value"]),
        "ci95_low_gy_per_day": number(low),
        "ci95_high_gy_per_day": number(high),
        "onset_days": number(fact.get("Tk_days")),
        "primary": fact.get("primary", ""),
        "note": fact.get("note", ""),
        **_evidence(fact),
    }


def ntcp_rows(facts: Mapping[str, Any]) -> list[Row]:
    """Parameters of models of complication probability; usable are complete ones read in their primary."""
    notes = {one["source"]: one["reason"] for one in tomllib.loads(NOTES.read_text(encoding="utf-8"))["ntcp"]}
    rows = [_ntcp(fact, notes) for fact in facts.get("ntcp", ())]
    seen: dict[str, int] = {}
    for row in rows:
        seen[row["id"]] = seen.get(row["id"], 0) + 1
        if seen[row["id"]] > 1:
            row["id"] += f"-{seen[row['id']]}"
    return rows


def _ntcp(fact: Mapping[str, Any], notes: Mapping[str, str]) -> Row:
    value, model = fact["value"], MODELS[fact["model"].split(":")[0].split(" (")[0]]
    spans = {**fact.get("ci95", {}), **({"TD50": value["ci"]} if "ci" in value else {})}
    complete = model == "LKB" and {"TD50", "m", "n"} <= set(value)
    usable = complete and fact["tier"] in PRIMARY_TIERS
    unread = "read in a repository, not in the primary" if fact["tier"] == "secondary-repo" else ""
    return {
        "id": "-".join(
            (fact["source"], fact["organ"].split("/")[0].split(" ")[0], model.split(" ")[0])
        ).lower(),
        "model": model,
        "organ": fact["organ"],
        "endpoint": fact["endpoint"],
        "td50_gy": number(value.get("TD50", value.get("D50", value.get("D50_0")))),
        **_span("td50", spans.get("TD50"), "_gy"),
        "m": number(value.get("m")),
        **_span("m", spans.get("m")),
        "n": number(value.get("n")),
        **_span("n", spans.get("n")),
        "gamma50": number(value.get("gamma50", value.get("gamma50_0"))),
        "a": number(value.get("a")),
        "coefficients": "; ".join(_coefficients(value)),
        "alpha_beta_gy": number(fact.get("alpha_beta", value.get("alpha_beta"))),
        "usable": "yes" if usable else "no",
        "reason": "" if usable else notes.get(fact["source"], unread or "not a complete model"),
        "note": joined(_remark(fact), f"first given by {fact['primary']}" if "primary" in fact else ""),
        **_evidence(fact),
    }


def _remark(fact: Mapping[str, Any]) -> str:
    """The remark of a fact, unless it holds a figure from memory."""
    remark = str(fact.get("note", ""))
    return "" if "memory" in remark else remark


def _span(name: str, span: Sequence[float] | None, unit: str = "") -> Row:
    low, high = span or (None, None)
    return {f"{name}_low{unit}": number(low), f"{name}_high{unit}": number(high)}


def _coefficients(value: Mapping[str, Any]) -> Iterator[str]:
    for key, figure in value.items():
        if key in (*KNOWN_PARAMETERS, "ci", "alpha_beta"):
            continue
        if isinstance(figure, Mapping):
            yield from (f"{name}={number(one)}" for name, one in figure.items())
        elif isinstance(figure, list):
            yield from (f"{key}{place}={number(one)}" for place, one in enumerate(figure))
        else:
            yield f"{key}={number(figure)}"
