"""Spellings of chemical elements, folded, come in; symbols go out: English, French and the older Latin ones."""

from __future__ import annotations

from functools import cache

from graybook.tables._spelling import compact

__all__ = ["symbol_of"]

_NAMES = {
    "Ac": "actinium",
    "Ag": "silver argent",
    "Al": "aluminium aluminum",
    "Am": "americium",
    "As": "arsenic",
    "At": "astatine astatin astate",
    "Au": "gold or",
    "Ba": "barium baryum",
    "Bi": "bismuth",
    "Br": "bromine brome",
    "C": "carbon carbone",
    "Ca": "calcium",
    "Cd": "cadmium",
    "Ce": "cerium",
    "Cl": "chlorine chlore",
    "Co": "cobalt",
    "Cr": "chromium chrome",
    "Cs": "caesium cesium",
    "Cu": "copper cuivre",
    "Dy": "dysprosium",
    "Er": "erbium",
    "Eu": "europium",
    "F": "fluorine fluor",
    "Fe": "iron fer",
    "Fr": "francium",
    "Ga": "gallium",
    "Gd": "gadolinium",
    "Ge": "germanium",
    "Hf": "hafnium",
    "Hg": "mercury mercure",
    "Ho": "holmium",
    "I": "iodine iode",
    "In": "indium",
    "Ir": "iridium",
    "K": "potassium",
    "Kr": "krypton",
    "La": "lanthanum lanthane",
    "Lu": "lutetium lutecium",
    "Mn": "manganese",
    "Mo": "molybdenum molybdene",
    "N": "nitrogen azote",
    "Na": "sodium",
    "Nb": "niobium",
    "Nd": "neodymium neodyme",
    "O": "oxygen oxygene",
    "Os": "osmium",
    "P": "phosphorus phosphore",
    "Pb": "lead plomb",
    "Pd": "palladium",
    "Pm": "promethium",
    "Po": "polonium",
    "Pr": "praseodymium praseodyme",
    "Pt": "platinum platine",
    "Ra": "radium",
    "Rb": "rubidium",
    "Re": "rhenium",
    "Rh": "rhodium",
    "Rn": "radon",
    "Ru": "ruthenium",
    "S": "sulphur sulfur soufre",
    "Sb": "antimony antimoine",
    "Sc": "scandium",
    "Se": "selenium",
    "Sm": "samarium",
    "Sn": "tin etain",
    "Sr": "strontium",
    "Ta": "tantalum tantale",
    "Tb": "terbium",
    "Tc": "technetium",
    "Te": "tellurium tellure",
    "Th": "thorium",
    "Ti": "titanium titane",
    "Tl": "thallium",
    "Tm": "thulium",
    "U": "uranium",
    "V": "vanadium",
    "W": "tungsten tungstene",
    "Xe": "xenon",
    "Y": "yttrium",
    "Yb": "ytterbium",
    "Zn": "zinc",
    "Zr": "zirconium",
}


@cache
def _symbols() -> dict[str, str]:
    named = {name: symbol for symbol, names in _NAMES.items() for name in names.split()}
    return named | {symbol.lower(): symbol for symbol in _NAMES}


def symbol_of(element: str) -> str | None:
    """Symbol of an element by symbol or name, whatever its case and accents; None when unknown.

    Examples
    --------
    >>> symbol_of("Lutécium"), symbol_of("LU"), symbol_of("unobtainium")
    ('Lu', 'Lu', None)
    """
    return _symbols().get(compact(element))
