"""Masses, uptake and lung shunt come in, each by a named definition; shares of activity and doses of three compartments go out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite

from graybook.errors import UsageError
from graybook.interventional.lung_shunt import ShuntDefinition, lung_share, restated_shunt

__all__ = ["Partition", "PartitionDoses", "UptakeDefinition", "partition_doses"]


class UptakeDefinition(StrEnum):
    """What the ratio T/N of tumour to normal liver is one of."""

    CONCENTRATION = "concentration"
    """(A_T/m_T) / (A_N/m_N): Ho 1996."""
    ACTIVITY = "activity"
    """A_T / A_N: Kao 2013."""


@dataclass(frozen=True, kw_only=True)
class Partition:
    """
    How microspheres part between tumour, normal liver and lungs: all of them stay in one of the three.

    Parameters
    ----------
    tumour_kg, normal_kg, lung_kg
        Masses that are reached. [kg]
    tn_ratio, tn_definition
        Tumour to normal liver, and what it is a ratio of.
    lung_shunt, shunt_definition
        Lung shunt, and what it is a share of.
    """

    tumour_kg: float
    normal_kg: float
    lung_kg: float
    tn_ratio: float
    tn_definition: UptakeDefinition
    lung_shunt: float
    shunt_definition: ShuntDefinition

    def __post_init__(self) -> None:
        for name in ("tumour_kg", "normal_kg", "lung_kg", "tn_ratio"):
            value = getattr(self, name)
            if not (isfinite(value) and value > 0.0):
                raise UsageError(
                    f"{name} must be above 0.",
                    value=value,
                    remedy="Give masses in kg, and the ratio of tumour to normal liver as found.",
                )
        if not 0.0 <= self.lung_shunt < 1.0:
            raise UsageError(
                "The lung shunt is a share from 0 to less than 1.",
                value=self.lung_shunt,
                remedy="Give 0.05 for 5 %.",
            )

    @property
    def tumour_of_liver(self) -> float:
        """Activity of the tumour over that of tumour and normal liver."""
        weighted = self.activity_ratio
        return weighted / (1.0 + weighted)

    @property
    def activity_ratio(self) -> float:
        """A_T / A_N, whichever ratio was given."""
        if self.tn_definition is UptakeDefinition.ACTIVITY:
            return self.tn_ratio
        return self.tn_ratio * self.tumour_kg / self.normal_kg

    @property
    def lung_share(self) -> float:
        """Share of all activity that reaches the lungs."""
        return lung_share(self.lung_shunt, self.shunt_definition, tumour_of_liver=self.tumour_of_liver)

    @property
    def tumour_share(self) -> float:
        """Share of all activity that stays in the tumour."""
        return (1.0 - self.lung_share) * self.tumour_of_liver

    @property
    def normal_share(self) -> float:
        """Share of all activity that stays in normal liver."""
        return (1.0 - self.lung_share) * (1.0 - self.tumour_of_liver)

    def read_as(self, tn: UptakeDefinition, shunt: ShuntDefinition) -> Partition:
        """The same figures taken for those of other definitions: other shares, other doses."""
        return replace(self, tn_definition=tn, shunt_definition=shunt)

    def restated(self, tn: UptakeDefinition, shunt: ShuntDefinition) -> Partition:
        """The same patient in other definitions: other figures, the same shares and doses."""
        ratio = self.activity_ratio
        if tn is UptakeDefinition.CONCENTRATION:
            ratio *= self.normal_kg / self.tumour_kg
        found = restated_shunt(
            self.lung_shunt, self.shunt_definition, shunt, tumour_of_liver=self.tumour_of_liver
        )
        return replace(self, tn_ratio=ratio, tn_definition=tn, lung_shunt=found, shunt_definition=shunt)


@dataclass(frozen=True, kw_only=True)
class PartitionDoses:
    """
    Mean absorbed doses of the compartments.

    Parameters
    ----------
    tumour_gy, normal_gy, lung_gy
        Of each. [Gy]
    perfused_gy
        Of tumour and normal liver together. [Gy]
    deposited_j
        Sum of dose times mass over the three compartments: the constant times the activity, or something was lost. [J]
    """

    tumour_gy: float
    normal_gy: float
    lung_gy: float
    perfused_gy: float
    deposited_j: float


def partition_doses(
    delivered_gbq: float, partition: Partition, *, constant_j_per_gbq: float
) -> PartitionDoses:
    r"""
    Doses of an activity that reached the patient.

    .. math:: D_i = k A \frac{p_i}{m_i}

    with p the share of a compartment; for a T/N of concentrations r and a shunt L of the liver that is
    :math:`D_N = k A (1 - L) / (m_N + r m_T)`, :math:`D_T = r D_N`, :math:`D_L = k A L / m_L`.

    Parameters
    ----------
    delivered_gbq
        Activity that reached the patient. [GBq]
    partition
        How it parts.
    constant_j_per_gbq
        Energy of all decays in place. [J/GBq]

    References
    ----------
    Ho et al. 1996, Eur J Nucl Med 23:947-952; Kao et al. 2013, doi:10.1007/s00270-013-0783-z.

    Examples
    --------
    >>> liver = Partition(
    ...     tumour_kg=0.2, normal_kg=1.3, lung_kg=1.0, tn_ratio=3.0, tn_definition=UptakeDefinition.CONCENTRATION,
    ...     lung_shunt=0.05, shunt_definition=ShuntDefinition.LIVER,
    ... )
    >>> found = partition_doses(2.0, liver, constant_j_per_gbq=49.67)
    >>> round(found.normal_gy, 3), round(found.tumour_gy, 3), round(found.lung_gy, 3)
    (49.67, 149.01, 4.967)
    """
    for name, value in (("activity", delivered_gbq), ("constant", constant_j_per_gbq)):
        if not (isfinite(value) and value > 0.0):
            raise UsageError(f"The {name} must be above 0.", value=value, remedy="Give GBq, and J/GBq.")
    energy_j = constant_j_per_gbq * delivered_gbq
    tumour_gy = energy_j * partition.tumour_share / partition.tumour_kg
    normal_gy = energy_j * partition.normal_share / partition.normal_kg
    lung_gy = energy_j * partition.lung_share / partition.lung_kg
    liver_j = tumour_gy * partition.tumour_kg + normal_gy * partition.normal_kg
    return PartitionDoses(
        tumour_gy=tumour_gy,
        normal_gy=normal_gy,
        lung_gy=lung_gy,
        perfused_gy=liver_j / (partition.tumour_kg + partition.normal_kg),
        deposited_j=liver_j + lung_gy * partition.lung_kg,
    )
