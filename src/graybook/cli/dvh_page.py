"""The output of ``graybook dvh``: figures come in; a JSON document or tables go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from graybook.cli.output import remedy_text, sentence
from graybook.dvh.slices import DEFAULT
from graybook.text import Language, number_text, phrase
from graybook.workflow.physical_dvh import PhysicalDvhs, PlanDvhs

__all__ = ["document", "page"]


def document(found: PhysicalDvhs, language: Language) -> dict[str, Any]:
    """One JSON document."""
    return {
        "slice_model": DEFAULT.value,
        "plans": [asdict(plan) for plan in found.plans],
        "findings": [
            {
                "code": one.code,
                "severity": one.severity.value,
                "subject": one.subject,
                "text": sentence(one, language),
            }
            for one in found.findings
        ],
        "refusals": [
            {
                "code": one.code,
                "subject": one.subject,
                "text": sentence(one, language),
                "remedy": remedy_text(one, language),
            }
            for one in found.refusals
        ],
    }


def page(found: PhysicalDvhs, metrics: Sequence[str], language: Language) -> None:
    """A table a plan, then what must be said."""
    console = Console()
    for plan in found.plans:
        console.print(_table(plan, metrics, language))
    for finding in found.findings:
        console.print(
            f"{finding.severity.value}: {sentence(finding, language)}", highlight=False, markup=False
        )
    for refusal in found.refusals:
        text = phrase(
            "headline_refused",
            language,
            text=sentence(refusal, language),
            remedy=remedy_text(refusal, language),
        )
        console.print(text, highlight=False, markup=False)
    console.print(phrase("notice", language), style="dim", highlight=False, markup=False)


def _table(plan: PlanDvhs, metrics: Sequence[str], language: Language) -> Table:
    title = phrase(
        "dvh_plan", language, label=plan.label or plan.id, person=plan.person, quantity=plan.quantity
    )
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column(phrase("headline_organ", language))
    for key in ("volume", "outside", "min", "mean", "max"):
        table.add_column(phrase(f"dvh_{key}", language), justify="right")
    for metric in metrics:
        table.add_column(metric, justify="right")
    table.add_column(phrase("dvh_tps_mean", language), justify="right")
    for one in plan.structures:
        figures = [one.volume_cm3, one.outside_grid_cm3, one.min_gy, one.mean_gy, one.max_gy]
        figures += [one.metrics[metric] for metric in metrics]
        figures.append(None if one.tps is None else one.tps["mean_gy"])
        table.add_row(one.name, *(number_text(value, language, decimals=3) for value in figures))
    return table
