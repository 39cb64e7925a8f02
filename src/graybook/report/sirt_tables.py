"""Tables of radioembolisation: a plan or doses of images come in; tables for the pages go out, with no verdict among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.report.blocks import Cell, Column, Table, cell
from graybook.report.citations import Citations, short_source
from graybook.report.nuclear_words import activity_text, given_text, percent_text
from graybook.report.sirt_result import (
    BiologicalResult,
    ConstantResult,
    LiverResult,
    RecommendationResult,
    SirtPlanResult,
)
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = [
    "bed_cell",
    "cited",
    "columns",
    "constants_table",
    "definitions_table",
    "facts_table",
    "handling_table",
    "liver_table",
    "percent_cell",
    "recommendations_table",
    "sirt_sources",
]

_NUMERIC = (
    "col_tumour",
    "col_normal",
    "col_lung",
    "col_gbq",
    "col_sirt_dose",
    "col_constant",
    "col_dose_change",
)


def sirt_sources(
    constants: Sequence[ConstantResult],
    biological: Sequence[BiologicalResult],
    recommendations: Sequence[RecommendationResult],
) -> list[str]:
    """Every source in the order of the pages."""
    return [
        *(one.source for one in constants),
        *(source for one in biological for source in (one.alpha_beta_source, one.repair_source)),
        *(one.source for one in recommendations),
    ]


def columns(keys: Sequence[str], words: Wording, wide: Sequence[str] = ()) -> tuple[Column, ...]:
    """Columns by the keys of their titles; those that are ``wide`` share what is left."""
    return tuple(
        Column(title=words(key), numeric=key in _NUMERIC, share=1.0 if key in wide else 0.0) for key in keys
    )


def cited(source: str, numbers: Citations) -> Cell:
    """A source by its short name and number."""
    number = numbers.number(source)
    return cell((short_source(source), number)) if number else cell(source or DASH)


def percent_cell(value: float | None, words: Wording) -> Cell:
    """A share or a difference with its sign; a dash when not known. [%]"""
    return cell(DASH if value is None else percent_text([value], words))


def facts_table(title: str, rows: Sequence[tuple[str, Cell]], words: Wording, note: str = "") -> Table:
    """Names and values, one to a line."""
    return Table(
        title=title,
        columns=(Column(title=words("col_what")), Column(title=words("col_value"), share=1.0)),
        rows=tuple((cell(name, strong=True), value) for name, value in rows),
        note=note,
    )


def bed_cell(found: BiologicalResult | None, numbers: Citations, words: Wording) -> Cell:
    """BED with what it was computed with; a dash where nobody asked for one."""
    if found is None:
        return cell(DASH)
    ratio = words("at_alpha_beta_of", value=words.short(found.alpha_beta_gy))
    repair = words("repair_of", hours=words.short(found.repair_half_time_h))
    return cell(
        words.number(found.bed_gy),
        words("sirt_eqd2", value=found.eqd2_gy, g=words.number(found.g_factor, 3)),
        (ratio, numbers.number(found.alpha_beta_source)),
        (repair, numbers.number(found.repair_source)),
    )


def constants_table(found: Sequence[ConstantResult], numbers: Citations, words: Wording) -> Table:
    """Energy per activity in use, the one used first marked: every dose goes with it."""
    rows = tuple(
        (
            cell(words.number(one.j_per_gbq, 3), words("sirt_used") if one.used else "", strong=one.used),
            percent_cell(one.difference_percent, words),
            cited(one.source, numbers),
            cell(words.term("tier", one.tier) if one.tier else DASH),
        )
        for one in found
    )
    keys = ("col_constant", "col_dose_change", "col_source", "col_tier")
    marked = next((place for place, one in enumerate(found) if one.used), -1)
    return Table(
        title=words("sirt_constants"), columns=columns(keys, words, ("col_source",)), rows=rows,
        note=words("note_sirt_constants"), marked=marked,
    )  # fmt: skip


def definitions_table(plan: SirtPlanResult, words: Wording) -> Table:
    """The same two figures read by every pair of definitions; the pair used stands first."""

    def row(
        pair: tuple[str, str], doses: tuple[float, float, float], activity: float, *, used: bool
    ) -> tuple[Cell, ...]:
        tn, shunt = pair
        return (
            cell(words.term("tn", tn), words("sirt_used") if used else "", strong=used),
            cell(words.term("shunt", shunt)),
            cell(words.number(activity)),
            *(cell(words.number(dose), strong=used) for dose in doses),
        )

    pair = (plan.tn_definition, plan.shunt_definition)
    rows = [row(pair, (plan.tumour_gy, plan.normal_gy, plan.lung_gy), plan.delivered_gbq, used=True)]
    rows += [
        row(
            (one.tn_definition, one.shunt_definition),
            (one.tumour_gy, one.normal_gy, one.lung_gy),
            one.activity_gbq,
            used=False,
        )
        for one in plan.other_definitions
    ]
    keys = ("col_tn", "col_shunt", "col_gbq", "col_tumour", "col_normal", "col_lung")
    stated = plan.tn_definition_stated and plan.shunt_definition_stated
    return Table(
        title=words("sirt_definitions"),
        columns=columns(keys, words, ("col_tn", "col_shunt")),
        rows=tuple(rows),
        note=words("note_sirt_definitions") if stated else words("note_sirt_definitions_assumed"),
        marked=0,
    )


def handling_table(plan: SirtPlanResult, words: Wording) -> Table:
    """From the vial to the patient."""
    found = plan.handling
    rows = [
        (
            words("sirt_in_vial"),
            cell(activity_text(found.activity_gbq, words), _moment(found.calibrated, words)),
        ),
        (
            words("sirt_at_infusion"),
            cell(activity_text(found.at_infusion_gbq, words), _moment(found.infused, words)),
        ),
        (words("sirt_residual"), cell(f"{words.number(found.residual_percent, 1)}\u00a0%")),
        (words("sirt_delivered"), cell(activity_text(found.delivered_gbq, words), strong=True)),
        (words("col_half_life"), cell(words.number(found.half_life_h))),
    ]
    return facts_table(words("sirt_handling"), rows, words)


def _moment(moment: str | None, words: Wording) -> str:
    return given_text(moment, words) if moment else ""


def liver_table(liver: LiverResult, words: Wording) -> Table:
    """What is known of the liver, and whether the recommendation for the normal liver can be said."""
    bilirubin = words("not_stated")
    if liver.bilirubin_mg_dl is not None:
        bilirubin = f"{words.number(liver.bilirubin_mg_dl)}\u00a0mg/dl"
        if liver.bilirubin_umol_l is not None:
            bilirubin += f" ({words.number(liver.bilirubin_umol_l, 1)}\u00a0µmol/l)"
    ends = ", ".join(words("sirt_below", dose=words.short(one)) for one in liver.below_gy)
    told = words.term("normal_liver", liver.normal_liver)
    rows = [
        (words("sirt_bilirubin"), cell(bilirubin)),
        (words("sirt_child_pugh"), cell(liver.child_pugh or words("not_stated"))),
        (words("sirt_albi"), cell(words("not_stated") if liver.albi is None else words.number(liver.albi))),
        (words("sirt_normal_liver"), cell(ends or told, told if ends else "", liver.reason, strong=True)),
    ]
    return facts_table(words("sirt_liver"), rows, words)


def _recommended(
    found: Sequence[RecommendationResult], numbers: Citations, words: Wording
) -> Iterator[tuple[Cell, ...]]:
    for one in found:
        dose = DASH if one.dose_gy is None else words.number(one.dose_gy)
        yield (
            cell(one.text),
            cell(dose),
            cell(words.term("applies", one.applies)),
            cell(one.evidence_level or DASH),
            cited(one.source, numbers),
        )


def recommendations_table(
    found: Sequence[RecommendationResult], numbers: Citations, words: Wording
) -> Table | None:
    """What a guideline recommends for this device beside the dose found: never a verdict; None when none was found."""
    if not found:
        return None
    keys = ("col_recommended", "col_sirt_dose", "col_applies", "col_level", "col_source")
    return Table(
        title=words("sirt_recommendations"),
        columns=columns(keys, words, ("col_recommended", "col_source")),
        rows=tuple(_recommended(found, numbers, words)),
        note=words("note_sirt_recommendations"),
    )
