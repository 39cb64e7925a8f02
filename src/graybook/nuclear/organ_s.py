"""S-values that a person supplies and time-integrated activities of organs come in; the dose of a target organ goes out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graybook.errors import InputError, UsageError

__all__ = ["OrganS", "OrganSDose", "organ_s_dose", "scaled_gy_per_mbq_h"]


@dataclass(frozen=True, kw_only=True)
class OrganS:
    """
    Dose to a target organ per decay in a source organ, for one phantom.

    Parameters
    ----------
    target, source
        Organs, by the names the activities have.
    gy_per_mbq_h
        S. [Gy/(MBq h)]
    reference_mass_g
        Mass of the target in the phantom; None: S is used as it is. [g]
    photon_share
        Share of S that comes from photons: scaled otherwise than electrons. Only of an organ by itself.
    origin
        Where the figure comes from.
    """

    target: str
    source: str
    gy_per_mbq_h: float
    reference_mass_g: float | None = None
    photon_share: float = 0.0
    origin: str

    def __post_init__(self) -> None:
        """Refuse a figure that is none, or that has no origin."""
        mass = 1.0 if self.reference_mass_g is None else self.reference_mass_g
        good = (
            0.0 <= self.gy_per_mbq_h < math.inf and 0.0 < mass < math.inf and 0.0 <= self.photon_share <= 1.0
        )
        if not good or not self.origin.strip():
            raise InputError(
                f"The S-value of {self.target} by {self.source} is not one, or has no origin.",
                value=(self.gy_per_mbq_h, self.reference_mass_g, self.photon_share, self.origin),
                remedy="Give S in Gy/(MBq h), the mass in g, the share of photons from 0 to 1, and where they come from.",
            )


@dataclass(frozen=True, kw_only=True)
class OrganSDose:
    """
    Dose of one target.

    Parameters
    ----------
    target
        By name.
    gy
        Sum over the sources whose activity is known: a lower bound when ``missing`` names any. [Gy]
    parts_gy
        By source. [Gy]
    missing
        Sources with an S-value and no activity: what they add is unknown, not 0.
    origins
        Of the S-values.
    """

    target: str
    gy: float
    parts_gy: Mapping[str, float]
    missing: tuple[str, ...]
    origins: tuple[str, ...]


def scaled_gy_per_mbq_h(value: OrganS, mass_g: float) -> float:
    """
    S of a patient's organ by itself, from that of the phantom. [Gy/(MBq h)]

    Electrons stay, so their dose goes with 1/m; the share of photons that stay grows with the length of the organ, so theirs goes
    with m^(-2/3). S by other organs hardly depends on the mass of the target, and is not scaled.

    Parameters
    ----------
    value
        Of the phantom.
    mass_g
        Of the patient's organ. [g]

    Examples
    --------
    >>> kidneys = OrganS(target="Kidneys", source="Kidneys", gy_per_mbq_h=2.8e-4, reference_mass_g=310.0, origin="stated")
    >>> round(scaled_gy_per_mbq_h(kidneys, 155.0), 8)
    0.00056
    """
    if not 0.0 < mass_g < math.inf:
        raise UsageError("The mass of an organ is above 0 g.", value=mass_g, remedy="Give its mass in grams.")
    if value.reference_mass_g is None or value.target != value.source:
        return value.gy_per_mbq_h
    ratio = value.reference_mass_g / mass_g
    photons = value.photon_share * math.pow(ratio, 2.0 / 3.0)
    return value.gy_per_mbq_h * ((1.0 - value.photon_share) * ratio + photons)


def organ_s_dose(
    target: str,
    values: Iterable[OrganS],
    mbq_h: Mapping[str, float],
    *,
    mass_g: float | None = None,
) -> OrganSDose:
    """
    Dose D = Σ Ã(source) S(target ← source) of one target (MIRD).

    Parameters
    ----------
    target
        By name.
    values
        S-values, those of other targets ignored.
    mbq_h
        Time-integrated activity by source. [MBq h]
    mass_g
        Of the patient's target; None: the phantom's. [g]

    Raises
    ------
    InputError
        No S-value is of the target, or two are of one source.
    """
    own = [one for one in values if one.target == target]
    sources = [one.source for one in own]
    if not own or len(set(sources)) < len(sources):
        raise InputError(
            f"The S-values of {target} are missing, or given twice for one source.",
            value=sources,
            remedy="Give one S-value for each pair of organs.",
        )
    parts: dict[str, float] = {}
    for one in own:
        if one.source in mbq_h:
            value = one.gy_per_mbq_h if mass_g is None else scaled_gy_per_mbq_h(one, mass_g)
            parts[one.source] = mbq_h[one.source] * value
    return OrganSDose(
        target=target,
        gy=math.fsum(parts.values()),
        parts_gy=parts,
        missing=tuple(one for one in sources if one not in mbq_h),
        origins=tuple(dict.fromkeys(one.origin for one in own)),
    )
