"""A partition and what was asked of it come in; the same figures read by every other definition go out."""

from __future__ import annotations

from collections.abc import Callable

from graybook.interventional.lung_shunt import ShuntDefinition
from graybook.interventional.partition import Partition, PartitionDoses, UptakeDefinition, partition_doses
from graybook.report.sirt_result import DefinitionResult
from graybook.units import rounded_gy

__all__ = ["GBQ_DECIMALS", "other_definitions"]

GBQ_DECIMALS = 9


def other_definitions(
    partition: Partition, activity_of: Callable[[Partition], float], *, constant_j_per_gbq: float
) -> list[DefinitionResult]:
    """
    What every dose would be, were the ratio or the shunt of another definition than the one used.

    Parameters
    ----------
    partition
        As used.
    activity_of
        Activity delivered under a partition: the same for all, or what the wished dose needs. [GBq]
    constant_j_per_gbq
        As used. [J/GBq]
    """
    used = partition_doses(activity_of(partition), partition, constant_j_per_gbq=constant_j_per_gbq)
    found = []
    for tn in UptakeDefinition:
        for shunt in ShuntDefinition:
            if (tn, shunt) == (partition.tn_definition, partition.shunt_definition):
                continue
            other = partition.read_as(tn, shunt)
            activity_gbq = activity_of(other)
            doses = partition_doses(activity_gbq, other, constant_j_per_gbq=constant_j_per_gbq)
            found.append(_result(tn, shunt, activity_gbq, doses, used))
    return found


def _result(
    tn: UptakeDefinition,
    shunt: ShuntDefinition,
    activity_gbq: float,
    doses: PartitionDoses,
    used: PartitionDoses,
) -> DefinitionResult:
    return DefinitionResult(
        tn_definition=tn.value,
        shunt_definition=shunt.value,
        activity_gbq=round(activity_gbq, GBQ_DECIMALS),
        tumour_gy=rounded_gy(doses.tumour_gy) or 0.0,
        normal_gy=rounded_gy(doses.normal_gy) or 0.0,
        perfused_gy=rounded_gy(doses.perfused_gy) or 0.0,
        lung_gy=rounded_gy(doses.lung_gy) or 0.0,
        tumour_percent=_percent(doses.tumour_gy, used.tumour_gy),
        normal_percent=_percent(doses.normal_gy, used.normal_gy),
        lung_percent=_percent(doses.lung_gy, used.lung_gy),
    )


def _percent(value: float, used: float) -> float:
    return 0.0 if used == 0.0 else round(100.0 * (value / used - 1.0), 4) + 0.0
