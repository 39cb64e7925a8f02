"""A dose of microspheres, an α/β and a half-time of repair come in; its BED and EQD2 go out, trapped for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graybook.errors import UsageError
from graybook.radiobiology import eqd2_of_bed_gy
from graybook.radiobiology.decaying_source import DecayingSource
from graybook.radiobiology.lea_catcheside import VALIDITY
from graybook.radiobiology.repair import Repair
from graybook.report.sirt_result import BiologicalResult, SirtStatement
from graybook.text import Language, phrase
from graybook.units import rounded_gy

__all__ = ["Tissue", "bed_statements", "biological_result", "biological_results", "tissues_of"]

STRUCTURES = ("tumour", "normal", "perfused", "lung")


@dataclass(frozen=True, kw_only=True)
class Tissue:
    """α/β [Gy] and half-time of repair [h] of one structure, as a person states them."""

    alpha_beta_gy: float
    repair_half_time_h: float


def tissues_of(texts: Sequence[str]) -> dict[str, Tissue]:
    """
    Tissues of texts like ``normal=2.5,2.5``: structure, α/β in Gy, half-time of repair in h.

    Examples
    --------
    >>> tissues_of(["normal=2.5,2.5"])["normal"].alpha_beta_gy
    2.5
    """
    found: dict[str, Tissue] = {}
    for text in texts:
        name, _, figures = text.partition("=")
        parts = figures.split(",")
        try:
            alpha_beta_gy, repair_h = (float(one) for one in parts)
        except ValueError:
            alpha_beta_gy = repair_h = -1.0
        if name.strip() not in STRUCTURES or not (alpha_beta_gy > 0.0 and repair_h > 0.0):
            raise UsageError(
                "A tissue is a structure with its α/β in Gy and its half-time of repair in h.",
                value=text,
                remedy="Write --bed normal=2.5,2.5; structures are tumour, normal, perfused and lung.",
            )
        found[name.strip()] = Tissue(alpha_beta_gy=alpha_beta_gy, repair_half_time_h=repair_h)
    return found


def biological_results(
    doses_gy: Mapping[str, float], tissues: Mapping[str, Tissue], *, half_life_h: float
) -> list[BiologicalResult]:
    """BED and EQD2 of every structure whose tissue was stated. [Gy]"""
    return [
        biological_result(name, doses_gy[name], tissue, half_life_h=half_life_h)
        for name, tissue in tissues.items()
        if name in doses_gy
    ]


def bed_statements(found: Sequence[BiologicalResult], language: Language) -> list[SirtStatement]:
    """Which structures' BED is extrapolated, and from where on; nothing where none is."""
    names = dict.fromkeys(one.structure for one in found if one.extrapolated)
    if not names:
        return []
    validity = phrase(f"validity_{VALIDITY.code}", language, limit=VALIDITY.limit, source=VALIDITY.source)
    words = ", ".join(phrase(f"sirt_structure_{name}", language) for name in names)
    text = phrase("sirt_bed_extrapolated", language, structures=words, validity=validity)
    return [SirtStatement(code="sirt_bed_extrapolated", text=text)]


def biological_result(
    structure: str, dose_gy: float, tissue: Tissue, *, half_life_h: float
) -> BiologicalResult:
    """
    BED and EQD2 of one mean dose, the rate falling with the physical half-life. [Gy]

    Examples
    --------
    >>> tissue = Tissue(alpha_beta_gy=2.5, repair_half_time_h=2.5)
    >>> round(biological_result("normal", 70.0, tissue, half_life_h=64.1).bed_gy, 3)
    143.574
    """
    source = DecayingSource(half_life_h=half_life_h, repair=Repair.single(tissue.repair_half_time_h))
    dose = np.array(dose_gy)
    bed_gy = source.bed_gy(dose, alpha_beta_gy=tissue.alpha_beta_gy)
    return BiologicalResult(
        structure=structure,
        alpha_beta_gy=tissue.alpha_beta_gy,
        repair_half_time_h=tissue.repair_half_time_h,
        half_life_h=half_life_h,
        g_factor=round(source.g_factor, 6),
        bed_gy=rounded_gy(float(bed_gy)) or 0.0,
        eqd2_gy=rounded_gy(float(eqd2_of_bed_gy(bed_gy, alpha_beta_gy=tissue.alpha_beta_gy))) or 0.0,
        extrapolated=bool(source.outside_validity(dose)),
    )
