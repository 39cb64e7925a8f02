"""The table of decay data comes in; a radionuclide by any of its spellings, with half-life, energies and daughters, goes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError
from graybook.tables._element_names import symbol_of
from graybook.tables._rows import PRIMARY_CHECKED, Row, number, place_of, table_rows
from graybook.tables.sources import source_text

__all__ = ["Daughter", "Nuclide", "agent_name", "known_nuclide", "nuclide", "nuclide_name", "nuclides"]

_FILE = "nuclides.csv"
_ENERGIES = (
    "beta_minus_kev", "beta_plus_kev", "conversion_kev", "auger_kev", "photon_kev", "alpha_kev", "recoil_kev",
)  # fmt: skip
_COLUMNS = ("nuclide", "half_life_s", *_ENERGIES, "daughters")
_REMEDY = "restore the file from the package, or mend the cell as the README beside it says"
_S_PER_H = 3600.0

_NUMBER = r"(?P<number>\d{1,3})\s*(?P<isomer>m?)"
_ELEMENT = r"(?P<element>[^\W\d_]+)"
_SPELLINGS = (
    re.compile(rf"\^?\s*{_NUMBER}\s*\^?[\s\-_]*{_ELEMENT}"),
    re.compile(rf"{_ELEMENT}[\s\-_]*{_NUMBER}", re.IGNORECASE),
)
_CARRIED = re.compile(r"^(?:[^\W\d_]+\s*\^\d{1,3}m?\^|\^\d{1,3}m?\^\s*[^\W\d_]+)\s*")


@dataclass(frozen=True, kw_only=True)
class Daughter:
    """What a nuclide decays to, in how many of its decays; stable ones are named too."""

    name: str
    fraction: float


@dataclass(frozen=True, kw_only=True)
class Nuclide:
    """
    One radionuclide: mean energies per decay of this nuclide alone, its daughters left out.

    Parameters
    ----------
    name
        ``Lu-177``, ``Tc-99m``.
    half_life_s
        Physical half-life. [s]
    beta_minus_kev, beta_plus_kev, conversion_kev, auger_kev
        Electrons and positrons by origin. [keV]
    photon_kev
        γ, X and annihilation photons. [keV]
    alpha_kev, recoil_kev
        α particles and the nuclei they push back. [keV]
    daughters
        With the share of decays that lead to each.
    source, source_text, tier, primary_checked
        Key, citation, how it was read, whether in the primary.
    """

    name: str
    half_life_s: float
    beta_minus_kev: float
    beta_plus_kev: float
    conversion_kev: float
    auger_kev: float
    photon_kev: float
    alpha_kev: float
    recoil_kev: float
    daughters: tuple[Daughter, ...]
    source: str
    source_text: str
    tier: str
    primary_checked: bool

    def __post_init__(self) -> None:
        """Refuse what no nuclide has: no half-life, negative energy, more daughters than decays."""
        energies = [getattr(self, column) for column in _ENERGIES]
        if (
            self.half_life_s <= 0.0
            or min(energies) < 0.0
            or sum(one.fraction for one in self.daughters) > 1.00001
        ):
            raise InputError(
                f"Decay data of {self.name} are impossible", value=self.half_life_s, remedy=_REMEDY
            )

    @property
    def half_life_h(self) -> float:
        """Physical half-life. [h]"""
        return self.half_life_s / _S_PER_H

    @property
    def electron_kev(self) -> float:
        """β⁻, β⁺, conversion and Auger electrons together. [keV]"""
        return self.beta_minus_kev + self.beta_plus_kev + self.conversion_kev + self.auger_kev


@cache
def nuclides() -> tuple[Nuclide, ...]:
    """All nuclides of the edition, in the order of mass: those of therapy, of its imaging, and what they decay to."""
    return tuple(_nuclide(row) for row in table_rows(_FILE, _COLUMNS))


@cache
def _by_name() -> dict[str, Nuclide]:
    return {one.name: one for one in nuclides()}


def nuclide_name(text: str) -> str | None:
    """
    Name of a nuclide as people and files write it; None when the words name no element of the table.

    A name that is well written need not be in the table.

    Examples
    --------
    >>> [nuclide_name(one) for one in ("177Lu", "Lu177", "lutécium 177", "^177^Lutetium", "LU-177", "^99m^Technetium")]
    ['Lu-177', 'Lu-177', 'Lu-177', 'Lu-177', 'Lu-177', 'Tc-99m']
    >>> nuclide_name("177") is None
    True
    """
    for spelling in _SPELLINGS:
        found = spelling.fullmatch(text.strip())
        symbol = symbol_of(found["element"]) if found else None
        if found and symbol:
            return f"{symbol}-{int(found['number'])}{found['isomer'].lower()}"
    return None


def agent_name(text: str) -> str:
    """
    What carries a nuclide, without the nuclide that names of agents in DICOM begin with.

    Examples
    --------
    >>> agent_name("Lutetium^177^ DOTATATE"), agent_name("DOTATATE")
    ('DOTATATE', 'DOTATATE')
    """
    return _CARRIED.sub("", text.strip()) or text.strip()


def known_nuclide(text: str) -> Nuclide | None:
    """The nuclide of a name; None when the name is none or not in the table."""
    return _by_name().get(nuclide_name(text) or "")


def nuclide(name: str) -> Nuclide:
    """
    The nuclide of a name in any spelling.

    Raises
    ------
    InputError
        The name is none, or the table does not have the nuclide.

    Examples
    --------
    >>> lutetium = nuclide("177Lu")
    >>> lutetium.name, round(lutetium.half_life_h, 3), round(lutetium.electron_kev, 3)
    ('Lu-177', 159.528, 147.923)
    """
    found = known_nuclide(name)
    if found is None:
        raise InputError(
            "No radionuclide of this name in the table of decay data",
            value=name,
            remedy=f"write it as Lu-177; the table has {', '.join(_by_name())}",
        )
    return found


def _nuclide(row: Row) -> Nuclide:
    name = row["nuclide"]
    if nuclide_name(name) != name:
        raise InputError(
            f"{place_of(row, _FILE)}: the name of a nuclide is not one", value=name, remedy=_REMEDY
        )
    energies = {column: number(row, column, _FILE) for column in _ENERGIES}
    return Nuclide(
        name=name,
        half_life_s=number(row, "half_life_s", _FILE),
        **energies,
        daughters=tuple(_daughter(pair, row) for pair in row["daughters"].split()),
        source=row["source"],
        source_text=source_text(row["source"]),
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
    )


def _daughter(pair: str, row: Row) -> Daughter:
    name, _, fraction = pair.partition(":")
    try:
        return Daughter(name=name, fraction=float(fraction))
    except ValueError:
        raise InputError(
            f"{place_of(row, _FILE)}: a daughter has no share of the decays", value=pair, remedy=_REMEDY
        ) from None
