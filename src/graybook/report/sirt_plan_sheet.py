"""Sheet of a plan by the partition model: the plan comes in; worded pages and their files go out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graybook.report.blocks import Block, Cell, Column, Table, cell
from graybook.report.citations import Citations
from graybook.report.nuclear_words import activity_text
from graybook.report.plain_sheet import PlainSheet, write_plain_sheet
from graybook.report.sirt_page import opened, sirt_sections, sirt_sheet
from graybook.report.sirt_result import (
    BiologicalResult,
    SirtPlanResult,
)
from graybook.report.sirt_tables import (
    bed_cell,
    constants_table,
    definitions_table,
    handling_table,
    liver_table,
    recommendations_table,
    sirt_sources,
)
from graybook.report.wording import Wording
from graybook.text import Language
from graybook.text.numbers import DASH

__all__ = ["plan_sheet", "write_plan_pages"]


def _plan_doses(plan: SirtPlanResult, numbers: Citations, words: Wording) -> Table:
    beds: dict[str, BiologicalResult] = {one.structure: one for one in plan.biological}
    rows: list[tuple[Cell, ...]] = []
    figures = (
        ("tumour", plan.tumour_kg, plan.tumour_share, plan.tumour_gy),
        ("normal", plan.normal_kg, plan.normal_share, plan.normal_gy),
        ("perfused", plan.tumour_kg + plan.normal_kg, plan.tumour_share + plan.normal_share, plan.perfused_gy),
        ("lung", plan.lung_kg, plan.lung_share, plan.lung_gy),
        ("whole_normal", plan.whole_normal_kg, None, plan.whole_normal_gy),
    )  # fmt: skip
    for name, mass, share, dose in figures:
        if name == "whole_normal" and mass is None:
            continue
        rows.append(
            (
                cell(opened(words.term("compartment", name)), strong=True),
                cell(words.number(mass, 3)),
                cell(DASH if share is None else f"{words.number(100.0 * share, 1)}\u00a0%"),
                cell(words("not_known") if dose is None else words.number(dose), strong=True),
                bed_cell(beds.get(name), numbers, words),
            )
        )
    return Table(
        columns=(
            Column(title=words("col_compartment"), share=1.0),
            *(Column(title=words(key), numeric=True) for key in ("col_mass", "col_share", "col_sirt_dose", "col_bed_gy")),
        ),
        rows=tuple(rows),
        note=words("note_sirt_plan", emitted=words.number(plan.emitted_j), deposited=words.number(plan.deposited_j)),
    )  # fmt: skip


def plan_sheet(plan: SirtPlanResult, language: Language) -> PlainSheet:
    """A plan by the partition model, in one language."""
    words = Wording(language)
    sources = sirt_sources(plan.constants, plan.biological, plan.recommendations)
    numbers = Citations(sources)
    blocks: list[tuple[str, Sequence[Block | None]]] = [
        ("section_sirt_doses", (_plan_doses(plan, numbers, words), definitions_table(plan, words))),
        ("section_sirt_beside", (
            liver_table(plan.liver, words), recommendations_table(plan.recommendations, numbers, words),
        )),
        ("section_sirt_rests", (
            handling_table(plan, words), constants_table(plan.constants, numbers, words),
            numbers.listed(words("nuclear_sources")),
        )),
    ]  # fmt: skip
    key = "sirt_plan_asked" if plan.target is not None else "sirt_plan_given"
    return sirt_sheet(
        language,
        title="sirt_plan_sheet",
        head=words.term("device", plan.device),
        details="",
        headline=words(
            key,
            activity=activity_text(plan.activity_gbq, words),
            tumour=plan.tumour_gy,
            normal=plan.normal_gy,
            lung=plan.lung_gy,
        ),
        lines=(
            words(
                "sirt_read_as",
                tn=words.number(plan.tn_ratio),
                tn_as=words.term("tn", plan.tn_definition),
                shunt=f"{words.number(100.0 * plan.lung_shunt, 1)}\u00a0%",
                shunt_as=words.term("shunt", plan.shunt_definition),
            ),
        ),
        statements=plan.statements,
        sections=tuple(sirt_sections(blocks, words)),
    )


def write_plan_pages(plan: SirtPlanResult, out: Path, language: Language) -> tuple[Path, Path]:
    """Write ``sirt-plan.pdf`` and ``sirt-plan.html`` into a folder; gives their paths."""
    return write_plain_sheet(plan_sheet(plan, language), {}, out, "sirt-plan")
