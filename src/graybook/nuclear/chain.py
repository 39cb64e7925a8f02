"""A parent nuclide comes in; its chain goes out: decays in place per decay of the parent, and activities over time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache

from graybook.errors import UsageError
from graybook.tables.nuclides import Nuclide, known_nuclide, nuclide

__all__ = ["Chain", "ChainMember", "activities_mbq", "chain_in_place", "integrated_mbq_h"]

_DIGITS = 60
"""Bateman's terms of nuclides that live microseconds and days cancel almost wholly: they are summed with this many digits."""


@dataclass(frozen=True, kw_only=True)
class ChainMember:
    """A nuclide of a chain, and how often it decays for each decay of the parent."""

    nuclide: Nuclide
    decays: float


@dataclass(frozen=True, kw_only=True)
class Chain:
    """
    A parent with the daughters that decay along with it where it is.

    Parameters
    ----------
    members
        The parent first.
    left_out
        Daughters that live longer than what makes them: most of their decays come too late, or elsewhere.
    """

    members: tuple[ChainMember, ...]
    left_out: tuple[str, ...]

    @property
    def alpha_kev(self) -> float:
        """Energy of α particles per decay of the parent. [keV]"""
        return math.fsum(one.decays * one.nuclide.alpha_kev for one in self.members)

    @property
    def recoil_kev(self) -> float:
        """Energy of recoiling nuclei per decay of the parent. [keV]"""
        return math.fsum(one.decays * one.nuclide.recoil_kev for one in self.members)

    @property
    def electron_kev(self) -> float:
        """Energy of electrons per decay of the parent. [keV]"""
        return math.fsum(one.decays * one.nuclide.electron_kev for one in self.members)

    @property
    def photon_kev(self) -> float:
        """Energy of photons per decay of the parent. [keV]"""
        return math.fsum(one.decays * one.nuclide.photon_kev for one in self.members)


def chain_in_place(name: str) -> Chain:
    """
    The chain in secular equilibrium: each daughter decays where its parent did, as often as the branches say.

    Examples
    --------
    >>> chain = chain_in_place("Ac-225")
    >>> [one.nuclide.name for one in chain.members][:3], chain.left_out
    (['Ac-225', 'Fr-221', 'At-217'], ())
    >>> round(chain.alpha_kev, 1)
    27481.4
    """
    parent = nuclide(name)
    decays: dict[str, float] = {}
    left_out: dict[str, None] = {}
    for path, share in _paths(parent.name):
        last = path[-1]
        if any(later.half_life_s > parent.half_life_s for later in path[1:]):
            left_out[last.name] = None
        else:
            decays[last.name] = decays.get(last.name, 0.0) + share
    members = tuple(ChainMember(nuclide=nuclide(one), decays=share) for one, share in decays.items())
    return Chain(members=members, left_out=tuple(one for one in left_out if one not in decays))


def activities_mbq(name: str, parent_mbq: float, hours: float) -> Mapping[str, float]:
    """
    Activities of a chain that starts as the pure parent (Bateman 1910). [MBq]

    Parameters
    ----------
    name
        The parent.
    parent_mbq
        Its activity at time 0. [MBq]
    hours
        Time since then. [h]

    Examples
    --------
    >>> activities_mbq("Ra-223", 1.0, 11.43 * 24.0)["Ra-223"]
    0.5
    """
    _require(parent_mbq, hours)
    found: dict[str, float] = {}
    with localcontext() as context:
        context.prec = _DIGITS
        left = {one: (-_rate(one) * Decimal(hours)).exp() for one in _names(name)}
        for path, share in _paths(nuclide(name).name):
            atoms = sum((weight * left[one] for one, weight in _weights(path)), Decimal(0))
            amount = float(atoms * _rate(path[-1].name)) * share * parent_mbq
            found[path[-1].name] = found.get(path[-1].name, 0.0) + max(amount, 0.0)
    return found


def integrated_mbq_h(name: str, parent_mbq: float, hours: float) -> Mapping[str, float]:
    """
    Time-integrated activities of a chain that starts as the pure parent, from 0 to a time. [MBq h]

    Parameters
    ----------
    name
        The parent.
    parent_mbq
        Its activity at time 0. [MBq]
    hours
        End of the integration; ``inf`` for all decays. [h]

    Examples
    --------
    >>> integrated = integrated_mbq_h("Y-90", 1.0, math.inf)
    >>> round(integrated["Y-90"], 4)
    92.4768
    """
    _require(parent_mbq, hours)
    found: dict[str, float] = {}
    with localcontext() as context:
        context.prec = _DIGITS
        gone = {one: _share_gone(one, hours) for one in _names(name)}
        for path, share in _paths(nuclide(name).name):
            terms = (weight * gone[one] / _rate(one) for one, weight in _weights(path))
            amount = float(sum(terms, Decimal(0)) * _rate(path[-1].name)) * share * parent_mbq
            found[path[-1].name] = found.get(path[-1].name, 0.0) + max(amount, 0.0)
    return found


@cache
def _paths(name: str) -> tuple[tuple[tuple[Nuclide, ...], float], ...]:
    """Every way from the parent to a member, with the share of decays that take it: those nearest to the parent first."""
    found: list[tuple[tuple[Nuclide, ...], float]] = []
    waiting: list[tuple[tuple[Nuclide, ...], float]] = [((nuclide(name),), 1.0)]
    while waiting:
        path, share = waiting.pop(0)
        found.append((path, share))
        for daughter in path[-1].daughters:
            known = known_nuclide(daughter.name)
            if known is not None:
                waiting.append(((*path, known), share * daughter.fraction))
    return tuple(found)


def _names(name: str) -> dict[str, None]:
    return dict.fromkeys(one.name for path, _ in _paths(nuclide(name).name) for one in path)


def _rate(name: str) -> Decimal:
    """[1/h]"""
    return Decimal(2).ln() * 3600 / Decimal(nuclide(name).half_life_s)


def _share_gone(name: str, hours: float) -> Decimal:
    return Decimal(1) if math.isinf(hours) else 1 - (-_rate(name) * Decimal(hours)).exp()


def _weights(path: tuple[Nuclide, ...]) -> list[tuple[str, Decimal]]:
    """
    Weight of each exponential in the number of atoms of the last of a path, per unit of activity of the first.

    N_n(t) = A₀/λ₁ · Σᵢ (Π_{j<n} λⱼ / Π_{j≠i} (λⱼ − λᵢ)) e^(−λᵢ t)
    """
    rates = [_rate(one.name) for one in path]
    made = Decimal(1)
    for rate in rates[1:-1]:
        made *= rate
    if len(rates) == 1:
        return [(path[0].name, 1 / rates[0])]
    weights = []
    for place, one in enumerate(path):
        apart = Decimal(1)
        for other, rate in enumerate(rates):
            if other != place:
                apart *= rate - rates[place]
        weights.append((one.name, made / apart))
    return weights


def _require(parent_mbq: float, hours: float) -> None:
    if not (0.0 <= parent_mbq < math.inf and hours >= 0.0):
        raise UsageError(
            "A chain starts with an activity and runs forward.",
            value=(parent_mbq, hours),
            remedy="Give an activity in MBq and hours after it, neither below 0.",
        )
