"""The output of ``graybook sirt plan``: a plan comes in; a short page goes out."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from graybook.report.sirt_result import RecommendationResult, SirtPlanResult
from graybook.text import Language, dose_text, number_text, phrase
from graybook.workflow.microspheres.plan_statements import device_words

__all__ = ["page"]


def page(found: SirtPlanResult, language: Language) -> None:
    """Doses of the compartments, what moves them, and what is recommended beside."""
    console = Console(highlight=False, markup=False)
    console.print(
        phrase(
            "sirt_plan_title",
            language,
            device=device_words(found.device, language),
            activity=round(found.activity_gbq, 4),
            delivered=round(found.delivered_gbq, 4),
        ),
        style="bold",
    )
    for line in _lines(found, language):
        console.print(line)
    console.print(_doses(found, language))
    for said in found.statements:
        console.print(said.text)
    cases = {(one.indication, one.scenario) for one in found.recommendations}
    if len(cases) == 1:
        console.print(phrase("sirt_plan_recommended", language, source=found.recommendations[0].source))
        for row in found.recommendations:
            if row.applies != "no":
                console.print(f"  {_row(row, language)}")
    console.print(found.notice, style="dim")


def _lines(found: SirtPlanResult, language: Language) -> Iterator[str]:
    if found.target is not None:
        target = phrase(f"sirt_structure_{found.target}", language)
        yield phrase("sirt_plan_for", language, dose=found.target_gy, target=target)
    handling = found.handling
    if handling.hours or handling.residual_percent:
        yield phrase(
            "sirt_plan_decay",
            language,
            hours=handling.hours,
            at_infusion=round(handling.at_infusion_gbq, 4),
            residual=handling.residual_percent,
        )
    yield phrase(
        "sirt_plan_closure",
        language,
        deposited=round(found.deposited_j, 3),
        emitted=round(found.emitted_j, 3),
    )


def _doses(found: SirtPlanResult, language: Language) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for key in ("mean", "mass", "share", "bed", "eqd2"):
        table.add_column(phrase(f"sirt_plan_{key}", language), justify="right")
    biology = {one.structure: one for one in found.biological}
    liver_kg, liver_share = found.tumour_kg + found.normal_kg, found.tumour_share + found.normal_share
    rows = (
        ("tumour", "sirt_structure_tumour", found.tumour_gy, found.tumour_kg, found.tumour_share),
        ("normal", "sirt_plan_normal", found.normal_gy, found.normal_kg, found.normal_share),
        ("perfused", "sirt_structure_perfused", found.perfused_gy, liver_kg, liver_share),
        ("whole", "sirt_plan_whole", found.whole_normal_gy, found.whole_normal_kg, None),
        ("lung", "sirt_structure_lung", found.lung_gy, found.lung_kg, found.lung_share),
    )
    for name, key, dose_gy, mass_kg, share in rows:
        if dose_gy is None:
            continue
        known = biology.get(name)
        table.add_row(
            phrase(key, language),
            dose_text(dose_gy, language),
            f"{number_text(mass_kg, language, decimals=3)} kg",
            "" if share is None else f"{number_text(100.0 * share, language, decimals=1)} %",
            "" if known is None else dose_text(known.bed_gy, language),
            "" if known is None else dose_text(known.eqd2_gy, language),
        )
    return table


def _row(row: RecommendationResult, language: Language) -> str:
    here = phrase("sirt_here", language, dose=row.dose_gy)
    applies = (
        ""
        if row.applies == "yes"
        else f", {phrase('sirt_applies_' + row.applies.replace(' ', '_'), language)}"
    )
    return f"{row.text} ({here}{applies})"
