"""Doses of images before and after, and a plan, come in; predicted against delivered, compartment by compartment, goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graybook.interventional.partition import partition_doses
from graybook.report.sirt_result import CompartmentComparison, ImageDoses
from graybook.units import rounded_gy
from graybook.workflow.microspheres.infusion import Infusion
from graybook.workflow.microspheres.maps import AFTER, BEFORE

__all__ = ["comparisons"]

ORDER = ("tumour", "normal", "perfused", "liver", "lung")


def comparisons(
    doses: Sequence[ImageDoses], infusion: Infusion, constant_j_per_gbq: float
) -> list[CompartmentComparison]:
    """What the image before and the partition model foretold, against what the image after shows. [Gy]"""
    after = next((_means(one) for one in doses if one.role == AFTER and one.used), None)
    if after is None:
        return []
    before = next((_means(one) for one in doses if one.role == BEFORE and one.used), {})
    return [
        *_against(before, after, "image before"),
        *_against(_planned(infusion, constant_j_per_gbq), after, "partition model"),
    ]


def _means(one: ImageDoses) -> dict[str, float]:
    return {row.compartment: row.mean_gy for row in one.compartments}


def _planned(infusion: Infusion, constant_j_per_gbq: float) -> dict[str, float]:
    if infusion.planned is None or not infusion.activity_gbq:
        return {}
    found = partition_doses(infusion.activity_gbq, infusion.planned, constant_j_per_gbq=constant_j_per_gbq)
    return {name: getattr(found, f"{name}_gy") for name in ORDER if name != "liver"}


def _against(
    predicted: Mapping[str, float], after: Mapping[str, float], by: str
) -> list[CompartmentComparison]:
    return [
        CompartmentComparison(
            compartment=name,
            predicted_by=by,
            predicted_gy=rounded_gy(predicted[name]) or 0.0,
            delivered_gy=after[name],
            difference_percent=round(100.0 * (after[name] / predicted[name] - 1.0), 4) + 0.0,
        )
        for name in ORDER
        if name in after and predicted.get(name)
    ]
