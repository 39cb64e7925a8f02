"""Microspheres known from a report come in; mean doses by the partition model, and what is to be said, go out.

A definition that the report does not state is not chosen: the doses are then the interval over both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import log

import numpy as np

from graybook.interventional.lung_shunt import ShuntDefinition
from graybook.interventional.partition import Partition, UptakeDefinition, partition_doses
from graybook.record import (
    Course,
    Decaying,
    DoseOrigin,
    Finding,
    IntervalKind,
    MeanDose,
    Modality,
    OrganDoses,
    Radioembolisation,
)
from graybook.tables.microspheres import constant_of, nuclide_of
from graybook.tables.nuclides import nuclide

__all__ = ["PERFUSED", "TUMOUR", "partition_findings", "partition_organ_doses", "with_partition_doses"]

TUMOUR, PERFUSED = "GTV_Liver", "Liver-GTV (perfused)"
"""What the partition model gives a dose to; neither is a structure that another course draws under this name."""

_NEEDED = ("activity_gbq", "tumour_kg", "normal_kg", "tn_ratio", "lung_shunt")
_UNIT_KG = 1.0
"""Stands in for a mass of the lungs that nobody states: no other dose depends on it, and theirs is not given. [kg]"""


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What a report must state for any dose to be computed."""

    activity_gbq: float
    tumour_kg: float
    normal_kg: float
    tn_ratio: float
    lung_shunt: float


def with_partition_doses(courses: Sequence[Course]) -> tuple[tuple[Course, ...], tuple[Finding, ...]]:
    """
    Each phase of microspheres that has no doses as yet with those of its report; the others as they are.

    A letter that states mean doses of organs and no partition keeps them, as stated.
    """
    filled: list[Course] = []
    said: list[Finding] = []
    for course in courses:
        given = () if course.paper is None else course.paper.radioembolisations
        if course.modality is not Modality.MICROSPHERES or len(given) != len(course.phases):
            filled.append(_of_letter(course))
            continue
        phases = []
        for phase, one in zip(course.phases, given, strict=True):
            found = partition_organ_doses(one) if phase.organ_doses is None else phase.organ_doses
            phases.append(replace(phase, organ_doses=found) if found.doses else phase)
            if phase.organ_doses is None:
                said += partition_findings(one, subject=course.id, infusion=f"{course.label}, {phase.label}")
        filled.append(replace(course, phases=tuple(phases)))
    return tuple(filled), tuple(said)


def _of_letter(course: Course) -> Course:
    """A letter of microspheres with the mean doses it states; nobody knows of which device they are, nor how fast they came."""
    if course.modality is not Modality.MICROSPHERES or course.paper is None or len(course.phases) != 1:
        return course
    stated = tuple(
        MeanDose(
            organ=one.organ,
            mean_gy=one.dose_gy,
            low_gy=one.dose_gy,
            high_gy=one.dose_gy,
            interval=IntervalKind.POINT,
            origin=DoseOrigin.STATED,
            method="mean",
            source=course.label,
        )
        for one in course.paper.organ_doses
        if one.metric == "mean"
    )
    if not stated or course.phases[0].organ_doses is not None:
        return course
    return replace(course, phases=(replace(course.phases[0], organ_doses=OrganDoses(doses=stated)),))


def partition_organ_doses(given: Radioembolisation) -> OrganDoses:
    """
    Mean doses of tumour, perfused normal liver and, where their masses are stated, lungs and whole liver.

    Examples
    --------
    >>> given = Radioembolisation(
    ...     device="y90-glass", activity_gbq=2.0, tumour_kg=0.2, normal_kg=1.3, lung_kg=1.0, tn_ratio=3.0,
    ...     tn_definition="concentration", lung_shunt=0.05, shunt_definition="liver",
    ... )
    >>> [(one.organ, round(one.mean_gy, 3)) for one in partition_organ_doses(given).doses]
    [('GTV_Liver', 149.01), ('Liver-GTV (perfused)', 49.67), ('Lungs', 4.967)]
    """
    known = _known(given)
    if known is None:
        return OrganDoses(doses=())
    readings = [_reading(given, known, tn, shunt) for tn, shunt in _definitions(given)]
    return OrganDoses(
        doses=tuple(_dose(organ, [one[organ] for one in readings], given) for organ in readings[0])
    )


def partition_findings(given: Radioembolisation, *, subject: str, infusion: str) -> tuple[Finding, ...]:
    """What the report does not state: what doses need, which definitions, masses, the liver's function."""
    missing = [key for key in _NEEDED if getattr(given, key) is None]
    said = []
    if missing:
        said.append(("microspheres_dose_unknown", ", ".join(missing)))
    else:
        unnamed = [key for key in ("tn_definition", "shunt_definition") if not getattr(given, key)]
        masses = [key for key in ("lung_kg", "liver_kg") if getattr(given, key) is None]
        said += [("microspheres_definition_asked", ", ".join(unnamed))] if unnamed else []
        said += [("microspheres_mass_asked", ", ".join(masses))] if masses else []
    if given.bilirubin_mg_dl is None and given.bilirubin_umol_l is None:
        said.append(("microspheres_bilirubin_missing", ""))
    return tuple(
        Finding(code=code, subject=subject, params={"infusion": infusion, "keys": keys})
        for code, keys in said
    )


def _known(given: Radioembolisation) -> _Known | None:
    values = {key: getattr(given, key) for key in _NEEDED}
    return None if None in values.values() else _Known(**values)


def _definitions(given: Radioembolisation) -> list[tuple[UptakeDefinition, ShuntDefinition]]:
    """As stated; every one where it is not."""
    uptake = [UptakeDefinition(given.tn_definition)] if given.tn_definition else list(UptakeDefinition)
    shunt = [ShuntDefinition(given.shunt_definition)] if given.shunt_definition else list(ShuntDefinition)
    return list(product(uptake, shunt))


def _reading(
    given: Radioembolisation, known: _Known, tn: UptakeDefinition, shunt: ShuntDefinition
) -> dict[str, float]:
    """Dose by organ under one pair of definitions. [Gy]"""
    found = partition_doses(
        known.activity_gbq,
        Partition(
            tumour_kg=known.tumour_kg,
            normal_kg=known.normal_kg,
            lung_kg=given.lung_kg or _UNIT_KG,
            tn_ratio=known.tn_ratio,
            tn_definition=tn,
            lung_shunt=known.lung_shunt,
            shunt_definition=shunt,
        ),
        constant_j_per_gbq=constant_of(given.device).j_per_gbq,
    )
    doses = {TUMOUR: found.tumour_gy, PERFUSED: found.normal_gy}
    if given.lung_kg is not None:
        doses["Lungs"] = found.lung_gy
    if given.liver_kg is not None:
        normal_j = found.normal_gy * known.normal_kg
        doses["Liver"] = (normal_j + found.tumour_gy * known.tumour_kg) / given.liver_kg
        rest_kg = given.liver_kg - known.tumour_kg
        doses["Liver-GTV"] = normal_j / rest_kg
    return doses


def _dose(organ: str, readings_gy: Sequence[float], given: Radioembolisation) -> MeanDose:
    low, high = min(readings_gy), max(readings_gy)
    constant = constant_of(given.device)
    one = len(readings_gy) == 1
    rate = log(2.0) / nuclide(nuclide_of(given.device)).half_life_h
    return MeanDose(
        organ=organ,
        mean_gy=low if one else None,
        low_gy=low,
        high_gy=high,
        interval=IntervalKind.POINT if one else IntervalKind.STATED,
        origin=DoseOrigin.PARTITION,
        method=f"partition model, {constant.j_per_gbq:g} J/GBq",
        source="; ".join(part for part in (given.source, constant.source_text) if part),
        decaying=Decaying(amplitudes_gy_per_h=np.array([high * rate]), rates_per_h=np.array([rate])),
        device=given.device,
    )
