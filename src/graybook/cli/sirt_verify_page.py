"""The output of ``graybook sirt verify``: doses of images come in; a short page goes out."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from graybook.report.sirt_result import ImageDoses, SirtVerifyResult
from graybook.text import Language, dose_text, number_text, phrase
from graybook.workflow.microspheres.plan_statements import device_words

__all__ = ["page"]

COMPARTMENTS = {
    "tumour": "sirt_structure_tumour",
    "normal": "sirt_plan_normal",
    "perfused": "sirt_structure_perfused",
    "liver": "sirt_structure_liver",
    "lung": "sirt_structure_lung",
}


def page(found: SirtVerifyResult, language: Language) -> None:
    """Doses of each image, predicted against delivered, where the activity is, and what must be said."""
    console = Console(highlight=False, markup=False)
    for one in found.doses:
        console.print(_title(one, found, language), style="bold")
        console.print(_doses(one, language))
    if found.comparisons:
        console.print(phrase("sirt_verify_compared", language), style="bold")
        console.print(_compared(found, language))
    for closure in found.closure:
        console.print(
            phrase(
                "sirt_verify_closure",
                language,
                image=_figure(closure.in_image_gbq),
                perfused=_figure(closure.in_compartments_gbq),
                delivered=_figure(closure.delivered_gbq),
            )
        )
    for said in found.statements:
        console.print(f"{said.text} {said.remedy}".strip())
    console.print(found.notice, style="dim")


def _title(one: ImageDoses, found: SirtVerifyResult, language: Language) -> str:
    return phrase(
        "sirt_verify_title",
        language,
        role=phrase(f"sirt_role_{one.role}", language),
        calibration=phrase(f"sirt_calibrated_{one.calibration.replace('-', '_')}", language),
        device=device_words(found.device, language),
        activity=_figure(one.activity_gbq),
    )


def _doses(one: ImageDoses, language: Language) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for key in ("mean", "voxel_s", "d70", "mass", "share", "bed"):
        table.add_column(phrase(f"sirt_plan_{key}", language), justify="right")
    for row in one.compartments:
        spread = next(iter(row.grid_mean_gy.values()), None)
        table.add_row(
            phrase(COMPARTMENTS[row.compartment], language),
            dose_text(row.mean_gy, language),
            "" if spread is None else dose_text(spread, language),
            "" if row.d70_gy is None else dose_text(row.d70_gy, language),
            f"{number_text(row.mass_kg, language, decimals=3)} kg",
            "" if row.share is None else f"{number_text(100.0 * row.share, language, decimals=1)} %",
            "" if row.biological is None else dose_text(row.biological.bed_gy, language),
        )
    return table


def _compared(found: SirtVerifyResult, language: Language) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for key in ("by", "predicted", "delivered", "difference"):
        table.add_column(phrase(f"sirt_verify_{key}", language), justify="right")
    for row in found.comparisons:
        table.add_row(
            phrase(COMPARTMENTS[row.compartment], language),
            phrase(f"sirt_predicted_{row.predicted_by.replace(' ', '_')}", language),
            dose_text(row.predicted_gy, language),
            dose_text(row.delivered_gy, language),
            f"{number_text(row.difference_percent, language, decimals=1)} %",
        )
    return table


def _figure(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
