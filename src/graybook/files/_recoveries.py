"""A ``[[recovery]]`` table comes in; what one organ recovers between courses goes out, or its mistakes are noted (rule 11)."""

from __future__ import annotations

from typing import Literal

from graybook.files._noted import Noted, Stamp
from graybook.record.scenario import Recovery, RecoveryStep
from graybook.tables.recovery import RecoveryModel, recovery_models

__all__ = ["recovery"]

KEYS = ("tg263", "share", "from_months", "steps", "model", "convention")
ABOVE = ("name", "concurrent", "ntcp")

Convention = Literal["dose", "tolerance"]
CONVENTIONS: dict[str, Convention] = {"dose": "dose", "tolerance": "tolerance"}

_SOURCE = 'Add source = "..." here or at the top of the file: recovery is 0 unless a source says otherwise.'


def recovery(one: Noted, of_file: Stamp) -> Recovery | None:
    """What one table assumes; None where anything in it is wrong."""
    one.only(KEYS, above=ABOVE)
    _check_kinds(one)
    model = _model(one)
    if not one.has("model"):
        one.missing("tg263", '"SpinalCord"')
        one.missing("convention", '"dose" or "tolerance"')
    organ = one.organ("tg263") or _organ_of(model)
    stated = one.text("convention", among=CONVENTIONS)
    steps = _steps(one) if model is None else _steps_of(model)
    if model is not None:
        _check_model(one, model, organ, stated)
    convention = CONVENTIONS.get(stated or ("" if model is None else model.convention))
    stamp = one.signed(of_file, "nothing is assumed")
    source = stamp.source if model is None else model.source_text
    if not source and not one.has("model"):
        one.note("source", "is missing", value=None, remedy=_SOURCE)
    if one.faulty or convention is None or not steps:
        return None
    shown = "; ".join(f"{step.share:g} from {step.from_months:g} months" for step in steps)
    by = stamp.override(f"recovery {organ}: {convention}", shown, source=source)
    return Recovery(
        organ=organ, steps=steps, convention=convention, by=by, model="" if model is None else model.name
    )


def _check_kinds(one: Noted) -> None:
    """Note any but one of share, steps and model."""
    stated = [key for key in ("share", "steps", "model") if one.has(key)]
    if len(stated) != 1:
        one.note(
            " or ".join(stated or ("share", "steps", "model")),
            "must be given, one of the three",
            value=stated or None,
            remedy="Write share = 0.25, say, or steps = [{from_months = 6, share = 0.25}].",
        )
    if one.has("from_months") and not one.has("share"):
        one.note(
            "from_months",
            "belongs to share",
            value=one.entry.values["from_months"],
            remedy="Write it within each of the steps.",
        )


def _model(one: Noted) -> RecoveryModel | None:
    """The published model that is named; those that must not be computed with are refused with the reason."""
    name = one.text("model")
    if not name:
        return None
    found = next((model for model in recovery_models() if model.name == name), None)
    if found is not None and found.usable:
        return found
    usable = ", ".join(f'"{model.name}"' for model in recovery_models() if model.usable)
    one.note(
        "model",
        "is not known" if found is None else f"cannot be computed with: {found.reason}",
        value=name,
        remedy=f"Usable here: {usable}; or state a share of your own, with its source.",
    )
    return None


def _organ_of(model: RecoveryModel | None) -> str:
    return "" if model is None else model.organs[0]


def _steps_of(model: RecoveryModel) -> tuple[RecoveryStep, ...]:
    return tuple(RecoveryStep(from_months=months, share=share) for months, share in model.steps)


def _check_model(one: Noted, model: RecoveryModel, organ: str, convention: str) -> None:
    """Note what contradicts the model that is named."""
    if organ not in model.organs:
        one.note(
            "tg263",
            f"is not an organ of {model.name}",
            value=organ,
            remedy=f"{model.name} speaks of {' and '.join(model.organs)} alone.",
        )
    if convention and convention != model.convention:
        one.note(
            "convention",
            f"is not that of {model.name}",
            value=convention,
            remedy=f"Leave it out: {model.name} changes the {model.convention}.",
        )


def _steps(one: Noted) -> tuple[RecoveryStep, ...]:
    """The steps that the table states itself."""
    if one.has("steps"):
        return _list_of_steps(one)
    step = _step(one)
    return () if step is None else (step,)


def _step(one: Noted) -> RecoveryStep | None:
    share = one.number("share", "from 0 to below 1", lambda value: 0 <= value < 1, "0.25")
    months = one.number("from_months", "of at least 0", lambda value: value >= 0, "6")
    if one.faulty or share is None:
        return None
    return RecoveryStep(from_months=months or 0.0, share=share)


def _list_of_steps(one: Noted) -> tuple[RecoveryStep, ...]:
    tables = one.tables("steps")
    steps: list[RecoveryStep] = []
    for table in tables:
        table.only(("from_months", "share"), stamp=False)
        table.missing("from_months", "6")
        table.missing("share", "0.25")
        step = _step(table)
        if step is None:
            continue
        last = steps[-1] if steps else None
        if last is not None and not (step.from_months > last.from_months and step.share >= last.share):
            table.note(
                "from_months and share",
                "must rise from step to step",
                value=(step.from_months, step.share),
                remedy="Put the steps in order of months; what has recovered stays recovered.",
            )
        steps.append(step)
    if not one.faulty and not tables:
        one.note(
            "steps",
            "holds no step",
            value=[],
            remedy="Write steps = [{from_months = 6, share = 0.25}], say.",
        )
    whole = len(steps) == len(tables) and not any(table.faulty for table in tables)
    return tuple(steps) if whole else ()
