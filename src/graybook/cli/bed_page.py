"""The output of ``graybook bed``: one result comes in; a JSON document or a short page goes out."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from graybook.text import Language, dose_text, number_text, phrase
from graybook.units import rounded_gy
from graybook.workflow.bed import Bed

__all__ = ["document", "page"]

FACTOR_DECIMALS = 6


def document(found: Bed, language: Language) -> dict[str, Any]:
    """One JSON document."""
    return {
        "bed_gy": rounded_gy(found.bed_gy),
        "eqd2_gy": rounded_gy(found.eqd2_gy),
        "reference_fraction_gy": found.reference_fraction_gy,
        "eqdx_gy": rounded_gy(found.eqdx_gy),
        "dose_gy": found.dose_gy,
        "alpha_beta_gy": found.alpha_beta_gy,
        "model": found.model.name,
        "formula": found.model.formula,
        "g_factor": _factor(found.g_factor),
        "h_factor": _factor(found.h_factor),
        "left_over_night": _factor(found.left_over_night),
        "source": found.model.source,
        "outside_validity": found.outside_validity,
        "validity": _validity(found, language),
        "notice": phrase("notice", language),
    }


def page(found: Bed, language: Language) -> None:
    """Two columns, then what must be said."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for key, text in _rows(found, language):
        table.add_row(key, text)
    console = Console(highlight=False, markup=False)
    console.print(table)
    if found.outside_validity:
        console.print(phrase("bed_outside", language), style="bold")
    console.print(phrase("notice", language), style="dim")


def _rows(found: Bed, language: Language) -> list[tuple[str, str]]:
    rows = [
        ("bed_dose", dose_text(found.dose_gy, language)),
        ("bed_given", _given(found, language)),
        ("bed_alpha_beta", dose_text(found.alpha_beta_gy, language)),
        ("bed_bed", dose_text(found.bed_gy, language)),
        ("bed_eqd2", dose_text(found.eqd2_gy, language)),
    ]
    said = [(phrase(key, language), text) for key, text in rows]
    if found.reference_fraction_gy is not None:
        name = phrase("bed_eqdx", language, reference=found.reference_fraction_gy)
        said.append((name, dose_text(found.eqdx_gy, language)))
    factors = (
        ("bed_g_factor", found.g_factor),
        ("bed_h_factor", found.h_factor),
        ("bed_night", found.left_over_night),
    )
    said += [
        (phrase(key, language), number_text(value, language, decimals=FACTOR_DECIMALS))
        for key, value in factors
        if value is not None
    ]
    model = found.model
    name = phrase(f"model_{model.name.replace(' ', '_').replace('-', '_')}", language)
    said += [
        (phrase("bed_model", language), name),
        (phrase("bed_formula", language), model.formula),
        (phrase("bed_source", language), model.source),
        (phrase("bed_validity", language), _validity(found, language)),
    ]
    return said


def _given(found: Bed, language: Language) -> str:
    given = found.given
    if given.fractions is not None:
        key = "bed_given_fractions" if found.h_factor is None else "bed_given_per_day"
    elif given.effective_half_life_h is None:
        key = "bed_given_rate"
    else:
        key = "bed_given_decay" if given.duration_h is None else "bed_given_decay_finite"
    return phrase(
        key,
        language,
        fractions=given.fractions,
        fraction=None if given.fractions is None else found.dose_gy / given.fractions,
        per_day=given.per_day,
        interval=given.interval_h,
        repair=given.repair_half_life_h,
        half_life=given.effective_half_life_h,
        duration=given.duration_h,
    )


def _validity(found: Bed, language: Language) -> str:
    validity = found.model.validity
    return phrase(f"validity_{validity.code}", language, limit=validity.limit, source=validity.source)


def _factor(value: float | None) -> float | None:
    return None if value is None else round(value, FACTOR_DECIMALS) + 0.0
