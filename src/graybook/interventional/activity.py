"""A wished dose comes in; the activity to deliver, to fill in and to order goes out, and back again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from graybook.errors import UsageError
from graybook.interventional.partition import Partition, partition_doses

__all__ = ["Compartment", "Handling", "activity_for_dose_gbq", "activity_for_mass_gbq"]


class Compartment(StrEnum):
    """What a dose is wished for."""

    TUMOUR = "tumour"
    NORMAL = "normal"
    PERFUSED = "perfused"
    LUNG = "lung"


def activity_for_dose_gbq(
    dose_gy: float, compartment: Compartment, partition: Partition, *, constant_j_per_gbq: float
) -> float:
    """
    Activity that must reach the patient for a mean dose of one compartment: the inverse of ``partition_doses``.

    Parameters
    ----------
    dose_gy
        Wished. [Gy]
    compartment, partition
        Of what, and how the activity parts.
    constant_j_per_gbq
        Energy of all decays in place. [J/GBq]

    Examples
    --------
    >>> from graybook.interventional.lung_shunt import ShuntDefinition
    >>> from graybook.interventional.partition import UptakeDefinition
    >>> liver = Partition(
    ...     tumour_kg=0.2, normal_kg=1.3, lung_kg=1.0, tn_ratio=3.0, tn_definition=UptakeDefinition.CONCENTRATION,
    ...     lung_shunt=0.05, shunt_definition=ShuntDefinition.LIVER,
    ... )
    >>> round(activity_for_dose_gbq(149.01, Compartment.TUMOUR, liver, constant_j_per_gbq=49.67), 6)
    2.0
    """
    if not (isfinite(dose_gy) and dose_gy > 0.0):
        raise UsageError("A wished dose must be above 0.", value=dose_gy, remedy="Give it in Gy.")
    per_gbq = getattr(
        partition_doses(1.0, partition, constant_j_per_gbq=constant_j_per_gbq), f"{compartment.value}_gy"
    )
    if not per_gbq > 0.0:
        raise UsageError(
            f"No activity reaches the {compartment.value}.",
            value=partition.lung_shunt,
            remedy="Wish a dose for a compartment that is reached.",
        )
    return float(dose_gy / per_gbq)


def activity_for_mass_gbq(
    dose_gy: float, mass_kg: float, *, constant_j_per_gbq: float, lung_share: float = 0.0
) -> float:
    r"""
    Activity that must reach the patient for a mean dose of one mass that holds all but what the lungs take.

    .. math:: A = \frac{D m}{k (1 - L)}

    Parameters
    ----------
    dose_gy, mass_kg
        Wished dose [Gy] of a mass [kg].
    constant_j_per_gbq
        Energy of all decays in place. [J/GBq]
    lung_share
        Share of all activity that reaches the lungs.

    Examples
    --------
    166Ho, 60 Gy in 1.2 kg, by two constants in use:

    >>> [round(activity_for_mass_gbq(60.0, 1.2, constant_j_per_gbq=one), 3) for one in (14.85, 15.87)]
    [4.848, 4.537]
    """
    if not (dose_gy > 0.0 and mass_kg > 0.0 and constant_j_per_gbq > 0.0 and 0.0 <= lung_share < 1.0):
        raise UsageError(
            "Dose, mass and constant must be above 0, and the share of the lungs below 1.",
            value=(dose_gy, mass_kg, constant_j_per_gbq, lung_share),
            remedy="Give Gy, kg, J/GBq, and 0.05 for 5 %.",
        )
    return dose_gy * mass_kg / (constant_j_per_gbq * (1.0 - lung_share))


@dataclass(frozen=True, kw_only=True)
class Handling:
    """
    What happens to an activity between its calibration and the patient.

    Parameters
    ----------
    half_life_h
        Physical. [h]
    hours
        From calibration to infusion; negative when it was calibrated for a later moment. [h]
    residual_share
        Share that stays in vial and lines.
    """

    half_life_h: float
    hours: float = 0.0
    residual_share: float = 0.0

    def __post_init__(self) -> None:
        if not (self.half_life_h > 0.0 and isfinite(self.hours) and 0.0 <= self.residual_share < 1.0):
            raise UsageError(
                "A half-life is above 0, and a residual is a share below 1.",
                value=(self.half_life_h, self.hours, self.residual_share),
                remedy="Give hours, and 0.02 for 2 %.",
            )

    @property
    def decay_factor(self) -> float:
        """Activity at infusion over activity at calibration."""
        return float(2.0 ** (-self.hours / self.half_life_h))

    @property
    def delivered_share(self) -> float:
        """Activity that reaches the patient, at infusion, over activity at calibration."""
        return self.decay_factor * (1.0 - self.residual_share)

    def delivered_gbq(self, calibrated_gbq: float) -> float:
        """What reaches the patient, at infusion, of an activity at calibration. [GBq]"""
        return calibrated_gbq * self.delivered_share

    def calibrated_gbq(self, delivered_gbq: float) -> float:
        """The activity at calibration that an activity at infusion in the patient needs. [GBq]"""
        return delivered_gbq / self.delivered_share
