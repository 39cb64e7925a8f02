"""What graybook.toml and the call say of one infusion come in; all that its doses need, and what is missing, go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from graybook.errors import NotComparable, UsageError
from graybook.interventional.lung_shunt import ShuntDefinition
from graybook.interventional.partition import Partition, UptakeDefinition
from graybook.interventional.voxel import Calibration
from graybook.record import Radioembolisation
from graybook.workflow.microspheres.biology import Tissue
from graybook.workflow.microspheres.liver import UMOL_L_PER_MG_DL, Liver

__all__ = ["Infusion", "VerifyAsked", "infusion_of"]


@dataclass(frozen=True, kw_only=True)
class VerifyAsked:
    """
    What the call says; None or empty was not said, and graybook.toml says it or nobody does.

    Parameters
    ----------
    infusion
        Label or day of the ``[[radioembolisation]]``, where there are several.
    before, after
        Series Instance UIDs of the images, where the headers do not tell them apart.
    names
        Names of structures by compartment: tumour, perfused, liver, lung.
    density_g_cm3
        Of liver and tumour. [g/cm³]
    calibration
        Which one the comparison is made with.
    """

    infusion: str = ""
    device: str | None = None
    activity_gbq: float | None = None
    infused: datetime | None = None
    lung_kg: float | None = None
    lung_shunt: float | None = None
    shunt_definition: ShuntDefinition | None = None
    constant_j_per_gbq: float | None = None
    density_g_cm3: float | None = None
    calibration: Calibration = Calibration.PATIENT_RELATIVE
    before: str = ""
    after: str = ""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    liver: Liver = field(default_factory=Liver)
    indication: str | None = None
    scenario: str | None = None
    tissues: Mapping[str, Tissue] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Infusion:
    """
    One infusion, as the call and graybook.toml state it together.

    Parameters
    ----------
    activity_gbq
        What reached the patient, at infusion. [GBq]
    infused, day
        Moment, or the day alone.
    planned
        How the partition model parted it; None where figures or definitions are not stated.
    """

    device: str
    activity_gbq: float | None
    infused: datetime | None
    day: date | None
    lung_kg: float | None
    lung_shunt: float | None
    shunt_definition: ShuntDefinition | None
    planned: Partition | None
    liver: Liver
    indication: str | None
    scenario: str | None


def infusion_of(asked: VerifyAsked, stated: Sequence[Radioembolisation]) -> Infusion:
    """
    The infusion that the images show: the one of graybook.toml, with what the call says in its place.

    Raises
    ------
    NotComparable
        Several are stated and none is chosen.
    UsageError
        None has the label or day asked for, or nobody names the device.
    """
    given = _chosen(asked, stated)
    device = asked.device or (None if given is None else given.device)
    if device is None:
        raise UsageError(
            "Nobody says which microspheres were given.",
            remedy="Give --device, or write [[radioembolisation]] with its device into graybook.toml.",
        )
    own = given or Radioembolisation(device=device)
    infused = asked.infused or own.started
    return Infusion(
        device=device,
        activity_gbq=asked.activity_gbq or own.activity_gbq,
        infused=infused,
        day=own.date if infused is None else infused.date(),
        lung_kg=asked.lung_kg or own.lung_kg,
        lung_shunt=own.lung_shunt if asked.lung_shunt is None else asked.lung_shunt,
        shunt_definition=_shunt(asked, own),
        planned=_planned(own),
        liver=_liver(asked.liver, own),
        indication=asked.indication or own.indication or None,
        scenario=asked.scenario or own.scenario or None,
    )


def _chosen(asked: VerifyAsked, stated: Sequence[Radioembolisation]) -> Radioembolisation | None:
    named = [one for one in stated if not asked.infusion or asked.infusion in (one.label, str(one.date))]
    known = ", ".join(one.label or str(one.date) for one in stated)
    if asked.infusion and not named:
        raise UsageError(
            "No infusion of that label or day.", value=asked.infusion, remedy=f"Stated: {known}."
        )
    if len(named) > 1:
        raise NotComparable(
            "Several infusions are stated, and each has images of its own.",
            value=known,
            remedy="Choose one with --infusion, by its label or its day.",
        )
    return named[0] if named else None


def _shunt(asked: VerifyAsked, own: Radioembolisation) -> ShuntDefinition | None:
    if asked.shunt_definition is not None:
        return asked.shunt_definition
    return ShuntDefinition(own.shunt_definition) if own.shunt_definition else None


def _planned(own: Radioembolisation) -> Partition | None:
    figures = (own.tumour_kg, own.normal_kg, own.tn_ratio, own.lung_shunt, own.lung_kg)
    tumour, normal, ratio, shunt, lung = figures
    if tumour is None or normal is None or ratio is None or shunt is None or lung is None:
        return None
    if not own.tn_definition or not own.shunt_definition:
        return None
    return Partition(
        tumour_kg=tumour,
        normal_kg=normal,
        lung_kg=lung,
        tn_ratio=ratio,
        tn_definition=UptakeDefinition(own.tn_definition),
        lung_shunt=shunt,
        shunt_definition=ShuntDefinition(own.shunt_definition),
    )


def _liver(asked: Liver, own: Radioembolisation) -> Liver:
    bilirubin = asked.bilirubin_mg_dl or own.bilirubin_mg_dl
    if bilirubin is None and own.bilirubin_umol_l is not None:
        bilirubin = own.bilirubin_umol_l / UMOL_L_PER_MG_DL
    return Liver(
        bilirubin_mg_dl=bilirubin,
        child_pugh=asked.child_pugh or own.child_pugh,
        albi=own.albi if asked.albi is None else asked.albi,
    )
