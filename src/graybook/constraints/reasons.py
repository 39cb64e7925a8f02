"""Reasons: a verdict and what it rests on come in; the code of its sentence, with the figures, goes out."""

from __future__ import annotations

from collections.abc import Mapping

from graybook.constraints.judgement import Case, ConditionCheck, Measured, Status
from graybook.constraints.recovery import Applied
from graybook.constraints.verdicts import better_and_worse, margin
from graybook.record import Finding
from graybook.record.assessment import Param, Severity
from graybook.tables.limit import Limit, Namespace, Scale

__all__ = ["a_fortiori", "condition", "counted_twice", "no_value", "value"]

_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_SHOWN = 2
"""Decimals that sentences print: ends that agree to them are one value."""


def no_value(limit: Limit, case: Case) -> Finding:
    """There is nothing to compare, and the caller does not say why."""
    return _finding("constraint_no_value", limit, case, {"metric": limit.metric})


def value(
    status: Status, printed: Limit, limit: Limit, measured: Measured, case: Case, acts: Applied | None
) -> Finding:
    """
    Why a value that may be judged is what it is.

    Parameters
    ----------
    status
        The verdict.
    printed, limit
        The limit as its source prints it, and as compared with.
    measured, case
        What was judged.
    acts
        The recovery that acts.
    """
    figures = _figures(limit, measured)
    if status is Status.NOT_ASSESSABLE:
        return _finding(_unclear(figures, case), limit, case, figures)
    if acts is not None:
        figures |= _assumed(acts) | {"whole": limit.value / (1.0 + acts.share)}
        return _finding(f"constraint_{status}_recovery_{acts.convention}", limit, case, figures, status)
    if limit.value != printed.value:
        figures |= {
            "printed": printed.value,
            "printed_alpha_beta": printed.alpha_beta_gy,
            "alpha_beta": limit.alpha_beta_gy,
            "schedule": limit.schedule,
        }
        return _finding(f"constraint_{status}_rederived", limit, case, figures, status)
    if status is Status.EXCEEDED and not case.complete:
        return _finding("constraint_exceeded_lower_bound", limit, case, figures, status)
    return _finding(f"constraint_{status}{_range(status, figures, limit.unit)}", limit, case, figures, status)


def a_fortiori(status: Status, limit: Limit, measured: Measured, case: Case, acts: Applied | None) -> Finding:
    """Why a dose on another structure than the source's gives a verdict all the same."""
    code = f"constraint_{status}_{'inner' if status is Status.EXCEEDED else 'outer'}"
    figures = _figures(limit, measured)
    if acts is not None:
        code, figures = f"{code}_recovery", figures | _assumed(acts)
    return _finding(code, limit, case, figures, status)


def counted_twice(
    status: Status, limit: Limit, measured: Measured, case: Case, acts: Applied | None
) -> Finding:
    """Why recovery that is in the source already, and assumed again, gives no pass."""
    figures = _figures(limit, measured)
    convention = "dose" if acts is None else acts.convention
    figures |= {} if acts is None else _assumed(acts)
    even_so = "_exceeded" if status is Status.EXCEEDED else ""
    return _finding(f"constraint_counted_twice_{convention}{even_so}", limit, case, figures, status)


def condition(check: ConditionCheck, limit: Limit, case: Case) -> Finding:
    """Why a condition of the source leaves a limit without a verdict."""
    code = f"constraint_condition_{check.name}"
    if check.holds is None:
        code += "_unknown" if check.required else "_not_stated"
    elif check.name == "namespace":
        code += {
            Namespace.OBSERVED: "_observed",
            Namespace.FIRST_COURSE: "_first_course",
            Namespace.CUMULATIVE: "_cumulative",
        }[limit.namespace]
    elif check.name == "scale":
        code += "_reported" if limit.scale is Scale.REPORTED else "_physical"
    return _finding(code, limit, case, {"required": check.required, "found": check.found or None})


def _unclear(figures: Mapping[str, Param], case: Case) -> str:
    """Why a value under all conditions gives no verdict."""
    if not case.complete:
        return "constraint_lower_bound"
    return "constraint_one_end" if None in (figures["better"], figures["worse"]) else "constraint_both_ways"


def _figures(limit: Limit, measured: Measured) -> dict[str, Param]:
    better, worse = better_and_worse(limit, measured)
    excess = None
    if better is not None:
        excess = better - limit.value if limit.at_most else limit.value - better
    room = margin(limit, measured)
    return {
        "better": better,
        "worse": worse,
        "margin": room,
        "beyond": None if room is None else -room,
        "excess": excess,
        "rounding": limit.rounding,
    }


def _range(status: Status, figures: Mapping[str, Param], unit: str) -> str:
    """Whether a sentence has to name both ends: unless they agree within 1 % or 0.1 Gy (rule 9), for "near" to the digits shown."""
    better, worse = figures["better"], figures["worse"]
    if not isinstance(better, int | float) or not isinstance(worse, int | float):
        return "_range"
    apart = abs(better - worse)
    if status is Status.NEAR:
        return "" if round(apart, _SHOWN) == 0 else "_range"
    return "" if apart <= 0.01 * abs(worse) or (unit == "Gy" and apart <= 0.1) else "_range"


def _assumed(acts: Applied) -> dict[str, Param]:
    by = acts.recovery.by
    return {"share": 100.0 * acts.share, "author": by.author, "from": by.source}


def _finding(
    code: str, limit: Limit, case: Case, figures: Mapping[str, Param], status: Status = Status.NOT_ASSESSABLE
) -> Finding:
    scale = f"\u00a0{limit.scale.value}" if limit.scale in (Scale.EQD2, Scale.BED) else ""
    unit = f"\u00a0{limit.unit}{scale if limit.unit == 'Gy' else ''}" if limit.unit else ""
    return Finding(
        code=code,
        severity=Severity.INFO if status is Status.MET else Severity.WARNING,
        subject=case.structure or limit.organ,
        params={
            "structure": case.structure or "",
            "organ": limit.organ,
            "op": _SIGNS.get(limit.op, ""),
            "limit": limit.value,
            "unit": unit,
            **figures,
        },
    )
