"""Sheet of radioembolisation: doses of images before and after come in; worded pages and their files go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from graybook.report.blocks import Block, Cell, Column, Figure, Paragraph, Table, cell
from graybook.report.citations import Citations
from graybook.report.nuclear_words import activity_text, given_text, percent_text
from graybook.report.plain_sheet import PlainSheet, write_plain_sheet
from graybook.report.sirt_figure import COMPARED, sirt_svg
from graybook.report.sirt_page import opened, sirt_sections, sirt_sheet
from graybook.report.sirt_result import (
    CompartmentResult,
    ImageDoses,
    SirtVerifyResult,
)
from graybook.report.sirt_tables import (
    bed_cell,
    columns,
    constants_table,
    facts_table,
    liver_table,
    percent_cell,
    recommendations_table,
    sirt_sources,
)
from graybook.report.wording import Wording
from graybook.text import Language
from graybook.text.numbers import DASH

__all__ = ["verify_sheet", "write_verify_pages"]


def _image_title(doses: ImageDoses, words: Wording) -> str:
    text = words(
        "sirt_image_doses",
        role=words.term("role", doses.role),
        calibration=words.term("calibrated", doses.calibration),
    )
    return opened(f"{text}, {words('sirt_used')}" if doses.used else text)


def _grid(one: CompartmentResult, words: Wording) -> list[str]:
    """The means that other dose models give, with their differences."""

    def told(dose: float) -> str:
        return f"{words.number(dose)} ({percent_text([100.0 * (dose / one.mean_gy - 1.0)], words)})"

    return [
        words("titled", name=words.term("dosimetry", name), title=told(dose))
        for name, dose in one.grid_mean_gy.items()
        if one.mean_gy
    ]


def _image_doses(doses: ImageDoses, numbers: Citations, words: Wording) -> Table:
    rows = tuple(
        (
            cell(opened(words.term("compartment", one.compartment)), *_grid(one, words), strong=True),
            cell(words.number(one.mass_kg, 3)),
            cell(words.number(one.activity_gbq, 3)),
            cell(DASH if one.share is None else f"{words.number(100.0 * one.share, 1)}\u00a0%"),
            cell(words.number(one.mean_gy), strong=True),
            *(cell(words.number(value)) for value in (one.d95_gy, one.d70_gy, one.d50_gy, one.max_gy)),
            bed_cell(one.biological, numbers, words),
        )
        for one in doses.compartments
    )
    keys = (
        "col_mass",
        "col_gbq",
        "col_share",
        "col_sirt_mean",
        "col_d95",
        "col_d70",
        "col_d50",
        "col_max",
        "col_bed_gy",
    )
    return Table(
        title=_image_title(doses, words),
        columns=(
            Column(title=words("col_compartment"), share=1.0),
            *(Column(title=words(key), numeric=True) for key in keys),
        ),
        rows=rows,
        note=words("note_sirt_images", activity=activity_text(doses.activity_gbq, words)),
    )  # fmt: skip


def _comparisons(found: SirtVerifyResult, words: Wording) -> Table:
    rows = tuple(
        (
            cell(opened(words.term("compartment", one.compartment)), strong=True),
            cell(words.term("predicted_by", one.predicted_by)),
            cell(words.number(one.predicted_gy)),
            cell(words.number(one.delivered_gy), strong=True),
            percent_cell(one.difference_percent, words),
        )
        for one in found.comparisons
    )
    return Table(
        title=words("sirt_compared"),
        columns=(
            Column(title=words("col_compartment"), share=1.0),
            Column(title=words("col_predicted_by"), share=1.0),
            *(Column(title=words(key), numeric=True) for key in ("col_predicted", "col_found", "col_difference")),
        ),
        rows=rows,
        note=words("note_sirt_compared"),
    )  # fmt: skip


def _ratios(found: SirtVerifyResult, words: Wording) -> Table:
    """Lung shunt and T/N of each image by both definitions."""

    def share(value: float | None) -> Cell:
        return cell(words("not_known") if value is None else f"{words.number(100.0 * value, 1)}\u00a0%")

    seen: dict[tuple[str, str], ImageDoses] = {}
    for one in found.doses:
        seen.setdefault((one.series, one.role), one)
    rows = tuple(
        (
            cell(
                opened(words.term("role", one.role)),
                words.term("shunt_from", one.lung_shunt_from),
                strong=True,
            ),
            share(one.lung_shunt),
            share(one.lung_shunt_tumour),
            cell(words("not_known") if one.tn_concentration is None else words.number(one.tn_concentration)),
            cell(words("not_known") if one.tn_activity is None else words.number(one.tn_activity)),
        )
        for one in seen.values()
    )
    keys = ("col_shunt_liver", "col_shunt_tumour", "col_tn_concentration", "col_tn_activity")
    return Table(
        title=words("sirt_ratios"),
        columns=(
            Column(title=words("col_image"), share=1.0),
            *(Column(title=words(key), numeric=True) for key in keys),
        ),
        rows=rows,
    )


def _closure(found: SirtVerifyResult, words: Wording) -> Table:
    rows = tuple(
        (
            cell(opened(words.term("role", one.role)), strong=True),
            *(
                cell(words("not_known") if value is None else words.number(value, 3))
                for value in (one.in_image_gbq, one.in_compartments_gbq, one.delivered_gbq, one.ratio)
            ),
        )
        for one in found.closure
    )
    keys = ("col_in_image", "col_in_compartments", "col_delivered_gbq", "col_image_share")
    return Table(
        title=words("sirt_closure"),
        columns=(
            Column(title=words("col_image"), share=1.0),
            *(Column(title=words(key), numeric=True) for key in keys),
        ),
        rows=rows,
        note=words("note_sirt_closure"),
    )


def _images(found: SirtVerifyResult, words: Wording) -> Iterator[Table]:
    rows = tuple(
        (
            cell(opened(words.term("role", one.role)), one.series, strong=True),
            cell(one.modality, one.description),
            cell(given_text(one.acquired, words) if one.acquired else DASH),
            cell(one.units or words("not_stated"), one.units_source),
            cell(" × ".join(words.short(size) for size in one.voxel_mm) or DASH),
            cell(one.camera or DASH),
        )
        for one in found.images
    )
    keys = ("col_image", "col_modality", "col_acquired", "col_units", "col_voxel", "col_camera")
    wide = ("col_image", "col_units")
    yield Table(title=words("sirt_images"), columns=columns(keys, words, wide), rows=rows)
    roles = {one.series: one.role for one in found.images}
    regions = tuple(
        (
            cell(
                opened(words.term("compartment", one.compartment)),
                words.term("role", roles.get(one.series, "")) if one.series in roles else "",
                strong=True,
            ),
            cell(
                words.listing(one.names) or DASH,
                words("sirt_derived") if one.derived else "",
                words("sirt_outside", percent=words.number(100.0 * one.outside_share, 1))
                if one.outside_share
                else "",
            ),
            cell(words.number(one.volume_cm3, 1)),
            cell(words.number(one.density_g_cm3)),
            cell(words("not_known") if one.mass_kg is None else words.number(one.mass_kg, 3)),
        )
        for one in found.regions
    )
    yield Table(
        title=words("sirt_regions"),
        columns=(
            Column(title=words("col_compartment")),
            Column(title=words("col_structure"), share=1.0),
            *(Column(title=words(key), numeric=True) for key in ("col_volume", "col_density", "col_mass")),
        ),
        rows=regions,
    )


def _used(found: SirtVerifyResult) -> ImageDoses | None:
    """The image whose doses the headline tells: that after, as it was chosen, else that before."""
    used = [one for one in found.doses if one.used] or list(found.doses)
    return next((one for one in reversed(used) if one.role == "after"), used[-1] if used else None)


def _headline(found: SirtVerifyResult, words: Wording) -> str:
    doses = _used(found)
    if doses is None:
        return words("sirt_no_doses")
    told = [
        f"{words.term('compartment', one.compartment)} {words.gy(one.mean_gy)}"
        for one in doses.compartments
        if one.compartment in ("tumour", "normal", "lung")
    ]
    role = opened(words.term("role", doses.role))
    return words("sirt_verified", role=role, doses=", ".join(told) or DASH)


def verify_sheet(found: SirtVerifyResult, language: Language) -> PlainSheet:
    """Doses of images before and after an infusion, in one language."""
    words = Wording(language)
    biological = [
        one.biological for each in found.doses for one in each.compartments if one.biological is not None
    ]
    numbers = Citations(sirt_sources(found.constants, biological, found.recommendations))
    infused = found.infused or found.day
    given = [
        (words("sirt_delivered"), cell(activity_text(found.delivered_gbq, words))),
        (words("sirt_infused"), cell(given_text(infused, words) if infused else words("not_known"))),
    ]  # fmt: skip
    figure = Figure(name=COMPARED, alt=words("fig_sirt"), caption=words("sirt_figure_note"))
    compared: tuple[Block, ...] = (
        (_comparisons(found, words), figure) if found.comparisons else (Paragraph(text=words("sirt_not_compared")),)
    )  # fmt: skip
    blocks: list[tuple[str, Sequence[Block | None]]] = [
        ("section_sirt_compared", compared),
        ("section_sirt_doses", (
            *(_image_doses(one, numbers, words) for one in found.doses), _ratios(found, words), _closure(found, words),
        )),
        ("section_sirt_beside", (
            liver_table(found.liver, words), recommendations_table(found.recommendations, numbers, words),
        )),
        ("section_sirt_rests", (
            facts_table(words("sirt_handling"), given, words), *_images(found, words),
            constants_table(found.constants, numbers, words), numbers.listed(words("nuclear_sources")),
        )),
    ]  # fmt: skip
    return sirt_sheet(
        language,
        title="sirt_verify_sheet",
        head=words("id", id=found.patient) if found.patient else words("name_unknown"),
        details=words.term("device", found.device),
        headline=_headline(found, words),
        lines=(),
        statements=found.statements,
        sections=tuple(sirt_sections(blocks, words)),
    )


def write_verify_pages(found: SirtVerifyResult, out: Path, language: Language) -> tuple[Path, Path]:
    """Write ``sirt.pdf`` and ``sirt.html`` into a folder; gives their paths."""
    drawn = {COMPARED: sirt_svg(found, Wording(language))}
    return write_plain_sheet(verify_sheet(found, language), drawn, out, "sirt")
