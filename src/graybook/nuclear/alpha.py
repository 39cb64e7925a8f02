"""Decays of the members of an α chain in a region come in; the dose of each by particle goes out, the RBE apart and shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from graybook.errors import UsageError
from graybook.nuclear.chain import Chain
from graybook.nuclear.local_deposition import local_deposition_gy
from graybook.tables.nuclides import nuclide

__all__ = ["ChainDose", "MemberDose", "chain_dose", "dose_of_members", "member_mbq_h"]


@dataclass(frozen=True, kw_only=True)
class MemberDose:
    """
    Mean absorbed dose by one nuclide of a chain, each kind of particle for itself, nothing weighted.

    Parameters
    ----------
    nuclide
        By name.
    mbq_h
        Time-integrated activity in the region. [MBq h]
    alpha_gy, electron_gy, recoil_gy
        Absorbed dose, all of it staying. [Gy]
    photon_gy
        What photons would add if all of them stayed: an upper end, in no sum. [Gy]
    """

    nuclide: str
    mbq_h: float
    alpha_gy: float
    electron_gy: float
    recoil_gy: float
    photon_gy: float


@dataclass(frozen=True, kw_only=True)
class ChainDose:
    """
    Mean absorbed dose by a chain, member by member.

    Parameters
    ----------
    members
        The parent first.
    left_out
        Daughters that were not counted: they live longer than what makes them.
    """

    members: tuple[MemberDose, ...]
    left_out: tuple[str, ...] = ()

    @property
    def alpha_gy(self) -> float:
        """By α particles, not weighted. [Gy]"""
        return math.fsum(one.alpha_gy for one in self.members)

    @property
    def electron_gy(self) -> float:
        """By electrons. [Gy]"""
        return math.fsum(one.electron_gy for one in self.members)

    @property
    def recoil_gy(self) -> float:
        """By recoiling nuclei, in no other sum: 2 % of the dose by α. [Gy]"""
        return math.fsum(one.recoil_gy for one in self.members)

    @property
    def alpha_and_electron_gy(self) -> float:
        """By α particles and electrons, not weighted. [Gy]"""
        return self.alpha_gy + self.electron_gy

    def weighted_gy(self, rbe: float) -> float:
        """
        RBE · α + electrons, for an RBE that a person sets: there is no default. [Gy]

        Parameters
        ----------
        rbe
            Of the α particles, for the effect in question.
        """
        if not 1.0 <= rbe < math.inf:
            raise UsageError(
                "The RBE of α particles is 1 or above.", value=rbe, remedy="Give it with its source."
            )
        return rbe * self.alpha_gy + self.electron_gy


def member_mbq_h(
    chain: Chain, parent_mbq_h: float, stays: Mapping[str, float] | None = None
) -> dict[str, float]:
    """
    Time-integrated activity of each member where the parent was measured. [MBq h]

    Parameters
    ----------
    chain
        In place.
    parent_mbq_h
        Of the parent. [MBq h]
    stays
        Share of the decays of a daughter that happen in place, by name in any spelling; those not named stay.

    Raises
    ------
    UsageError
        A name that is no daughter of the chain, or a share outside 0 to 1.
    """
    shares = {nuclide(name).name: share for name, share in (stays or {}).items()}
    daughters = [one.nuclide.name for one in chain.members[1:]]
    for name, share in shares.items():
        if name not in daughters or not 0.0 <= share <= 1.0:
            raise UsageError(
                "The share of a daughter's decays that stay in place is of no daughter, or outside 0 to 1.",
                value=(name, share),
                remedy=f"Name one of {', '.join(daughters) or 'none: the nuclide has no daughters'}.",
            )
    return {
        one.nuclide.name: parent_mbq_h * one.decays * shares.get(one.nuclide.name, 1.0)
        for one in chain.members
    }


def chain_dose(
    chain: Chain, parent_mbq_h: float, mass_g: float, *, stays: Mapping[str, float] | None = None
) -> ChainDose:
    """
    Dose of a region by a chain in secular equilibrium, all particles staying in the region.

    Parameters
    ----------
    chain
        In place.
    parent_mbq_h
        Time-integrated activity of the parent. [MBq h]
    mass_g
        Of the region. [g]
    stays
        As for :func:`member_mbq_h`.

    Examples
    --------
    >>> from graybook.nuclear.chain import chain_in_place
    >>> dose = chain_dose(chain_in_place("Ac-225"), 1.0, 1000.0)
    >>> dose.members[0].nuclide, round(1e3 * dose.members[0].alpha_gy, 3), round(1e3 * dose.alpha_gy, 3)
    ('Ac-225', 3.338, 15.851)
    """
    found = dose_of_members(member_mbq_h(chain, parent_mbq_h, stays), mass_g)
    return ChainDose(members=found.members, left_out=chain.left_out)


def dose_of_members(mbq_h: Mapping[str, float], mass_g: float) -> ChainDose:
    """
    Dose of a region by the decays of each nuclide in it, as :func:`~graybook.nuclear.chain.integrated_mbq_h` gives them.

    Parameters
    ----------
    mbq_h
        Time-integrated activity by nuclide. [MBq h]
    mass_g
        Of the region. [g]
    """
    return ChainDose(members=tuple(_member(name, amount, mass_g) for name, amount in mbq_h.items()))


def _member(name: str, mbq_h: float, mass_g: float) -> MemberDose:
    found = nuclide(name)
    kev = {
        "alpha_gy": found.alpha_kev,
        "electron_gy": found.electron_kev,
        "recoil_gy": found.recoil_kev,
        "photon_gy": found.photon_kev,
    }
    doses = {key: float(local_deposition_gy(mbq_h, mass_g, energy_kev=energy)) for key, energy in kev.items()}
    return MemberDose(nuclide=found.name, mbq_h=mbq_h, **doses)
