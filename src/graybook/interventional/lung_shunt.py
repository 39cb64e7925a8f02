"""Activity of lung, tumour and liver comes in; the lung shunt by either definition, and the share in the lungs, go out."""

from __future__ import annotations

from enum import StrEnum
from math import isfinite

from graybook.errors import UsageError

__all__ = ["ShuntDefinition", "lung_share", "restated_shunt", "shunt_of_activities"]


class ShuntDefinition(StrEnum):
    """What the activity of the lungs is divided by."""

    LIVER = "liver"
    """lung / (lung + liver): Ho 1996."""
    TUMOUR = "tumour"
    """lung / (lung + tumour): Kao 2013, which has no shunt through normal liver."""


def shunt_of_activities(*, lung: float, tumour: float, normal: float, definition: ShuntDefinition) -> float:
    """
    Lung shunt of three activities, or of counts that go with them.

    Parameters
    ----------
    lung, tumour, normal
        In one unit.
    definition
        Which.

    Examples
    --------
    >>> found = shunt_of_activities(lung=5.0, tumour=30.0, normal=65.0, definition=ShuntDefinition.LIVER)
    >>> round(found, 6)
    0.05
    """
    _at_least_zero(lung=lung, tumour=tumour, normal=normal)
    rest = tumour if definition is ShuntDefinition.TUMOUR else tumour + normal
    if not lung + rest > 0.0:
        raise UsageError(
            "The lung shunt needs activity.",
            value=(lung, rest),
            remedy="Give the activity of lung and liver.",
        )
    return lung / (lung + rest)


def lung_share(shunt: float, definition: ShuntDefinition, *, tumour_of_liver: float) -> float:
    r"""
    Share of all activity that reaches the lungs.

    By the liver's definition it is the shunt s itself. By the tumour's, with f the tumour's share of what the liver holds,

    .. math:: \frac{x}{1 + x}, \qquad x = f \frac{s}{1 - s}

    Parameters
    ----------
    shunt
        From 0 to less than 1.
    definition
        How it was found.
    tumour_of_liver
        Activity of the tumour over that of tumour and normal liver.

    References
    ----------
    Kao et al. 2013, doi:10.1007/s00270-013-0783-z, equations 1 to 3.

    Examples
    --------
    >>> round(lung_share(0.05, ShuntDefinition.TUMOUR, tumour_of_liver=0.5), 6)
    0.025641
    """
    _share(shunt, "The lung shunt")
    if definition is ShuntDefinition.LIVER:
        return shunt
    held = _within(tumour_of_liver)
    per_liver = held * shunt / (1.0 - shunt)
    return per_liver / (1.0 + per_liver)


def restated_shunt(
    shunt: float, given: ShuntDefinition, wanted: ShuntDefinition, *, tumour_of_liver: float
) -> float:
    """
    The same shunt by the other definition.

    Parameters
    ----------
    shunt
        As found.
    given, wanted
        Definition it was found by, and the other.
    tumour_of_liver
        Activity of the tumour over that of tumour and normal liver.

    Examples
    --------
    >>> round(restated_shunt(0.05, ShuntDefinition.LIVER, ShuntDefinition.TUMOUR, tumour_of_liver=0.5), 6)
    0.095238
    """
    lung = lung_share(shunt, given, tumour_of_liver=tumour_of_liver)
    if wanted is ShuntDefinition.LIVER or lung == 0.0:
        return lung
    tumour = (1.0 - lung) * _within(tumour_of_liver)
    return lung / (lung + tumour)


def _share(value: float, what: str) -> None:
    if not 0.0 <= value < 1.0:
        raise UsageError(
            f"{what} is a share from 0 to less than 1.",
            value=value,
            remedy="Give 0.05 for 5 %.",
        )


def _within(value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise UsageError(
            "The tumour's share of the liver's activity is from 0 to 1.",
            value=value,
            remedy="Give the activity of the tumour over that of tumour and normal liver.",
        )
    return value


def _at_least_zero(**activities: float) -> None:
    for name, value in activities.items():
        if not (isfinite(value) and value >= 0.0):
            raise UsageError(
                f"The activity of {name} is not a number of at least 0.",
                value=value,
                remedy="Give counts or activity without background.",
            )
