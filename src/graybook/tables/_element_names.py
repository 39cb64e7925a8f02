"""Spellings of chemical elements, folded, come in; symbols go out: English, French and the older Latin ones."""

from __future__ import annotations

from functools import cache

from graybook.tables._spelling import compact

__all__ = ["symbol_of"]

_NAMES = {
    "Ac": "actinium",
    "Ag": "silver argent",
    "Am": "americium",
    "At": "astatine astatin astate",
    "Au": "gold or",
    "Bi": "bismuth",
    "Br": "bromine brome",
    "C": "carbon carbone",
    "Ca": "calcium",
    "Cd": "cadmium",
    "Co": "cobalt",
    "Cr": "chromium chrome",
    "Cs": "caesium cesium",
    "Cu": "copper cuivre",
    "Er": "erbium",
    "Eu": "europium",
    "F": "fluorine fluor",
    "Fe": "iron fer",
    "Fr": "francium",
    "Ga": "gallium",
    "Gd": "gadolinium",
    "Ge": "germanium",
    "Hg": "mercury mercure",
    "Ho": "holmium",
    "I": "iodine iode",
    "In": "indium",
    "Ir": "iridium",
    "Kr": "krypton",
    "La": "lanthanum lanthane",
    "Lu": "lutetium lutecium",
    "Mn": "manganese",
    "Mo": "molybdenum molybdene",
    "N": "nitrogen azote",
    "Na": "sodium",
    "Nd": "neodymium neodyme",
    "O": "oxygen oxygene",
    "Os": "osmium",
    "P": "phosphorus phosphore",
    "Pb": "lead plomb",
    "Pd": "palladium",
    "Pm": "promethium",
    "Po": "polonium",
    "Ra": "radium",
    "Rb": "rubidium",
    "Re": "rhenium",
    "Rh": "rhodium",
    "Rn": "radon",
    "Sc": "scandium",
    "Se": "selenium",
    "Sm": "samarium",
    "Sn": "tin etain",
    "Sr": "strontium",
    "Tb": "terbium",
    "Tc": "technetium",
    "Te": "tellurium tellure",
    "Th": "thorium",
    "Tl": "thallium",
    "U": "uranium",
    "W": "tungsten tungstene",
    "Xe": "xenon",
    "Y": "yttrium",
    "Yb": "ytterbium",
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
