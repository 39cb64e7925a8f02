"""Plan of a radioembolisation: masses, uptake, shunt, an activity or a wished dose come in; doses, and what moves them, go out."""

from __future__ import annotations

from pathlib import Path

from graybook.interventional.activity import Handling, activity_for_dose_gbq
from graybook.interventional.partition import Partition, PartitionDoses, partition_doses
from graybook.report.sirt_plan_sheet import write_plan_pages
from graybook.report.sirt_result import HandlingResult, SirtPlanResult, SirtStatement
from graybook.tables.microspheres import nuclide_of, recommendations
from graybook.tables.nuclides import nuclide
from graybook.text import Language, phrase
from graybook.units import rounded_gy
from graybook.workflow.all_or_nothing import all_or_nothing, asked_folder
from graybook.workflow.microspheres.asked import DEFAULT_TARGET, Asked
from graybook.workflow.microspheres.biology import biological_results
from graybook.workflow.microspheres.constants import Constant, constant_used
from graybook.workflow.microspheres.decay import hours_to_infusion
from graybook.workflow.microspheres.definitions import GBQ_DECIMALS, other_definitions
from graybook.workflow.microspheres.liver import liver_result
from graybook.workflow.microspheres.plan_statements import plan_statements
from graybook.workflow.microspheres.recommended import recommendation_results

__all__ = ["sirt_plan", "write_plan"]

OWNED = ("sirt-plan.json", "sirt-plan.html", "sirt-plan.pdf")


def sirt_plan(asked: Asked, *, language: Language = "en") -> SirtPlanResult:
    """
    Doses of tumour, normal liver and lungs by the partition model, with every definition and constant that moves them.

    Parameters
    ----------
    asked
        As a person states it.
    language
        Of the words in it.

    Examples
    --------
    >>> found = sirt_plan(Asked(
    ...     device="y90-glass", activity_gbq=2.0, lung_shunt=0.05, tumour_kg=0.2, normal_kg=1.3, tn_ratio=3.0, lung_kg=1.0,
    ... ))
    >>> found.normal_gy, found.tumour_gy, found.lung_gy, found.constant_j_per_gbq
    (49.67, 149.01, 4.967, 49.67)
    """
    constant = constant_used(asked.device, asked.constant_j_per_gbq)
    handling = _handling(asked)

    def delivered_gbq(partition: Partition) -> float:
        if asked.target_gy is None:
            return handling.delivered_gbq(asked.activity_gbq or 0.0)
        return activity_for_dose_gbq(
            asked.target_gy, asked.target or DEFAULT_TARGET, partition, constant_j_per_gbq=constant.j_per_gbq
        )

    partition = asked.partition
    delivered = delivered_gbq(partition)
    doses = partition_doses(delivered, partition, constant_j_per_gbq=constant.j_per_gbq)
    vial = asked.activity_gbq or handling.calibrated_gbq(delivered)
    others = other_definitions(partition, delivered_gbq, constant_j_per_gbq=constant.j_per_gbq)
    result = _result(asked, constant, doses, _handled(asked, handling, vial), language)
    result = result.model_copy(update={"other_definitions": others})
    return result.model_copy(update={"statements": plan_statements(asked, result, language)})


def write_plan(found: SirtPlanResult, out: Path, *, language: Language = "en") -> None:
    """``sirt-plan.json`` and its pages in a folder, which is made when it is not there."""
    with all_or_nothing(asked_folder(out), owned=OWNED) as staged:
        (staged / OWNED[0]).write_text(found.model_dump_json(indent=2) + "\n", encoding="utf-8")
        write_plan_pages(found, staged, language)


def _handling(asked: Asked) -> Handling:
    hours = 0.0
    if asked.calibrated is not None and asked.infused is not None:
        hours = hours_to_infusion(asked.calibrated, asked.infused)
    half_life_h = nuclide(nuclide_of(asked.device)).half_life_h
    return Handling(half_life_h=half_life_h, hours=hours, residual_share=asked.residual_percent / 100.0)


def _handled(asked: Asked, handling: Handling, vial_gbq: float) -> HandlingResult:
    return HandlingResult(
        activity_gbq=round(vial_gbq, GBQ_DECIMALS),
        calibrated=None if asked.calibrated is None else asked.calibrated.isoformat(),
        infused=None if asked.infused is None else asked.infused.isoformat(),
        hours=round(handling.hours, 6) + 0.0,
        half_life_h=handling.half_life_h,
        at_infusion_gbq=round(vial_gbq * handling.decay_factor, GBQ_DECIMALS),
        residual_percent=asked.residual_percent,
        delivered_gbq=round(handling.delivered_gbq(vial_gbq), GBQ_DECIMALS),
    )


def _result(
    asked: Asked, constant: Constant, doses: PartitionDoses, handling: HandlingResult, language: Language
) -> SirtPlanResult:
    partition = asked.partition
    rows = recommendations(asked.device, indication=asked.indication, scenario=asked.scenario)
    whole_gy = _whole_normal_gy(asked, doses)
    compartments = {
        "tumour": doses.tumour_gy,
        "normal": doses.normal_gy,
        "perfused": doses.perfused_gy,
        "lung": doses.lung_gy,
    }
    beside = {**compartments, "normal_perfused": doses.normal_gy, "normal": whole_gy or doses.normal_gy}
    return SirtPlanResult(
        device=asked.device,
        nuclide=nuclide_of(asked.device),
        target=None if asked.target_gy is None else (asked.target or DEFAULT_TARGET).value,
        target_gy=asked.target_gy,
        activity_gbq=handling.activity_gbq,
        delivered_gbq=handling.delivered_gbq,
        tumour_gy=rounded_gy(doses.tumour_gy) or 0.0,
        normal_gy=rounded_gy(doses.normal_gy) or 0.0,
        perfused_gy=rounded_gy(doses.perfused_gy) or 0.0,
        lung_gy=rounded_gy(doses.lung_gy) or 0.0,
        whole_normal_gy=rounded_gy(whole_gy),
        tumour_kg=asked.tumour_kg,
        normal_kg=asked.normal_kg,
        lung_kg=asked.lung_kg,
        whole_normal_kg=asked.whole_normal_kg,
        tn_ratio=asked.tn_ratio,
        tn_definition=partition.tn_definition.value,
        tn_definition_stated=asked.tn_definition is not None,
        lung_shunt=asked.lung_shunt,
        shunt_definition=partition.shunt_definition.value,
        shunt_definition_stated=asked.shunt_definition is not None,
        definitions={
            "tn_ratio": phrase(f"sirt_tn_{partition.tn_definition.value}", language),
            "lung_shunt": phrase(f"sirt_shunt_{partition.shunt_definition.value}", language),
        },
        tumour_share=round(partition.tumour_share, GBQ_DECIMALS),
        normal_share=round(partition.normal_share, GBQ_DECIMALS),
        lung_share=round(partition.lung_share, GBQ_DECIMALS),
        constant_j_per_gbq=constant.j_per_gbq,
        constant_source=constant.source,
        constants=list(constant.others),
        emitted_j=round(constant.j_per_gbq * handling.delivered_gbq, 6),
        deposited_j=round(doses.deposited_j, 6),
        other_definitions=[],
        handling=handling,
        liver=liver_result(asked.liver, rows, language),
        biological=biological_results(compartments, asked.tissues, half_life_h=handling.half_life_h),
        recommendations=recommendation_results(rows, beside, asked.liver, language),
        statements=list[SirtStatement](),
        notice=phrase("notice", language),
    )


def _whole_normal_gy(asked: Asked, doses: PartitionDoses) -> float | None:
    """Mean dose of all normal liver, where some of it is not infused. [Gy]"""
    if asked.whole_normal_kg is None:
        return None
    return doses.normal_gy * asked.normal_kg / asked.whole_normal_kg
