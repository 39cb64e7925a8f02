"""Rows of the guideline and doses found come in; each row in words, with the dose beside it and whether it applies, goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graybook.report.sirt_result import RecommendationResult
from graybook.tables.microspheres import Recommendation
from graybook.text import Language, phrase
from graybook.units import rounded_gy
from graybook.workflow.microspheres.liver import Liver, applies

__all__ = ["recommendation_results"]


def recommendation_results(
    rows: Sequence[Recommendation], doses_gy: Mapping[str, float | None], liver: Liver, language: Language
) -> list[RecommendationResult]:
    """
    Each row beside the dose found in its structure.

    Parameters
    ----------
    rows
        Of the device, and of the indication and scenario where they are known.
    doses_gy
        By structure of the rows; a structure that is not there has an unknown dose. [Gy]
    liver
        Decides conditions on bilirubin.
    language
        Of the words.
    """
    return [
        RecommendationResult(
            device=row.device,
            indication=row.indication,
            scenario=row.scenario,
            structure=row.structure,
            relation=row.relation,
            low_gy=row.low_gy,
            high_gy=row.high_gy,
            condition=row.condition,
            applies=applies(row, liver),
            dose_gy=rounded_gy(doses_gy.get(row.structure)),
            evidence_level=row.evidence_level,
            source=row.source_text,
            tier=row.tier,
            text=_words(row, language),
        )
        for row in rows
    ]


def _words(row: Recommendation, language: Language) -> str:
    relation = row.relation.replace(" ", "_")
    if relation == "at_least" and row.high_gy is not None:
        relation = "at_least_both"
    said = phrase(
        "sirt_recommended",
        language,
        indication=phrase(f"sirt_indication_{row.indication}", language),
        scenario=phrase(f"sirt_scenario_{row.scenario}", language),
        structure=phrase(f"sirt_structure_{row.structure}", language),
        dose=phrase(f"sirt_relation_{relation}", language, low=row.low_gy, high=row.high_gy),
    )
    if not row.condition:
        return said
    condition = phrase(f"sirt_condition_{row.condition}", language, bilirubin=row.bilirubin_mg_dl)
    return f"{said}, {condition}"
