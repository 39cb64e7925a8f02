"""What a person asks of a plan comes in as stated; the same, checked and with each default named, goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from graybook.errors import UsageError
from graybook.interventional.activity import Compartment
from graybook.interventional.lung_shunt import ShuntDefinition
from graybook.interventional.partition import Partition, UptakeDefinition
from graybook.workflow.microspheres.biology import Tissue
from graybook.workflow.microspheres.liver import Liver

__all__ = ["DEFAULT_SHUNT", "DEFAULT_TARGET", "DEFAULT_UPTAKE", "Asked"]

DEFAULT_UPTAKE = UptakeDefinition.CONCENTRATION
DEFAULT_SHUNT = ShuntDefinition.LIVER
"""Of the original partition model, when nobody says: named wherever a dose is printed, with what the other would give."""

DEFAULT_TARGET = Compartment.TUMOUR


@dataclass(frozen=True, kw_only=True)
class Asked:
    """
    A plan as asked for; what is None or empty was not said.

    Parameters
    ----------
    device
        One of ``tables.microspheres.DEVICES``.
    activity_gbq, target_gy, target
        Activity in the vial [GBq], or the dose wished [Gy] for a compartment.
    tumour_kg, normal_kg, lung_kg
        Masses reached. [kg]
    whole_normal_kg
        All normal liver, also where nothing is infused. [kg]
    tn_ratio, tn_definition, lung_shunt, shunt_definition
        Uptake and shunt, and what they are.
    constant_j_per_gbq
        A person's own. [J/GBq]
    residual_percent
        Share that stays in vial and lines. [%]
    calibrated, infused
        Moment the vial's activity is true at, and that of infusion.
    liver, indication, scenario
        For whom; decide which recommendations stand beside the doses.
    tissues
        α/β and repair of structures whose BED is wanted.
    """

    device: str
    tumour_kg: float
    normal_kg: float
    lung_kg: float
    tn_ratio: float
    lung_shunt: float
    activity_gbq: float | None = None
    target_gy: float | None = None
    target: Compartment | None = None
    whole_normal_kg: float | None = None
    tn_definition: UptakeDefinition | None = None
    shunt_definition: ShuntDefinition | None = None
    constant_j_per_gbq: float | None = None
    residual_percent: float = 0.0
    calibrated: datetime | None = None
    infused: datetime | None = None
    liver: Liver = field(default_factory=Liver)
    indication: str | None = None
    scenario: str | None = None
    tissues: Mapping[str, Tissue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.activity_gbq is None) == (self.target_gy is None):
            raise UsageError(
                "A plan starts from an activity or from a wished dose.",
                value=(self.activity_gbq, self.target_gy),
                remedy="Give --activity-gbq, or --target-gy with --target: one of them.",
            )
        if self.target is not None and self.target_gy is None:
            raise UsageError(
                "A target without a dose.",
                value=self.target.value,
                remedy="Add --target-gy, or leave --target out.",
            )
        if self.activity_gbq is not None and not 0.0 < self.activity_gbq < 1000.0:
            raise UsageError(
                "This is no activity in GBq.",
                value=self.activity_gbq,
                remedy="Give it in GBq: 2 GBq are 2000 MBq.",
            )
        if (self.calibrated is None) != (self.infused is None):
            raise UsageError(
                "Decay needs both moments.",
                value=(self.calibrated or self.infused),
                remedy="Give --calibrated and --infused, or neither when the activity is that at infusion.",
            )
        if not 0.0 <= self.residual_percent < 100.0:
            raise UsageError(
                "The residual is a share from 0 to less than 100 %.",
                value=self.residual_percent,
                remedy="Give --residual-percent 2 for 2 %.",
            )
        if self.whole_normal_kg is not None and self.whole_normal_kg < self.normal_kg:
            raise UsageError(
                "All normal liver cannot be less than the part of it that is infused.",
                value=self.whole_normal_kg,
                remedy="Give --whole-normal-kg at least as large as --normal-kg.",
            )

    @property
    def partition(self) -> Partition:
        """How the activity parts, by the definitions stated or by default."""
        return Partition(
            tumour_kg=self.tumour_kg,
            normal_kg=self.normal_kg,
            lung_kg=self.lung_kg,
            tn_ratio=self.tn_ratio,
            tn_definition=self.tn_definition or DEFAULT_UPTAKE,
            lung_shunt=self.lung_shunt,
            shunt_definition=self.shunt_definition or DEFAULT_SHUNT,
        )
