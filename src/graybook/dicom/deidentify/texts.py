"""Texts that a person or a system wrote come in; what may stay of them goes out, and names under the project's key for the rest."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from graybook.dicom.biological import FOR_PLANNING, RADIONUCLIDE, biological_quantity
from graybook.dicom.deidentify.guard import Guard
from graybook.dicom.marks import PRIVATE_CREATOR
from graybook.dicom.nuclide_codes import LEADING, TRAILING, nuclide_of_text
from graybook.record.project_key import ProjectKey
from graybook.tables.agent_names import agent_named
from graybook.tables.deidentification import has_only_agent_words, is_plain_structure_name
from graybook.tables.structure_names import kind_of, tg263_name

__all__ = [
    "STAND_IN",
    "code_string",
    "dose_mark",
    "label_name",
    "nuclide_or_agent",
    "structure_name",
    "structure_stays",
]

CODE_STRING = re.compile(r"[A-Za-z0-9_ .+/-]{0,16}")
LONG_NUMBER = re.compile(r"\d{6}")
"""A code string with such a number may be an identifier."""
PREFIXES = {
    "target": ("Boost", "PTV", "CTV", "GTV", "ITV"),
    "ring": ("Ring",),
    "support": ("Couch", "Bolus"),
    "other": ("ROI", "Dose"),
    "organ": ("ROI",),
    "external": ("ROI",),
}
"""How a structure's stand-in begins, so that it is read as what it was; the one that the name holds, or the first."""
STAND_IN = re.compile(
    rf"({'|'.join(sorted({one for listed in PREFIXES.values() for one in listed}))})-[A-Z2-7]{{8}}"
)
"""What stands for a structure's name."""
NOBODY = Guard()
TYPES = (None, "ORGAN", "CONTROL", "SUPPORT")
"""Interpreted types under which a stand-in must mean what its original meant."""
MOST_ATTEMPTS = 100


def structure_stays(name: str, guard: Guard) -> bool:
    """Whether a structure keeps its name: a TG-263 name or a spelling of one always, other plain ones but for what is guarded."""
    if not is_plain_structure_name(name):
        return False
    return tg263_name(name) is not None or not guard.is_in_structure(name)


def structure_name(name: str, key: ProjectKey, guard: Guard = NOBODY) -> str:
    """The name a structure bears in the project: its own where it is plain, else a stand-in of the same kind.

    It depends on nothing but the name, the key and the person's guard, so that names in ``graybook.toml`` can be replaced the
    same way.
    """
    plain = name.strip()
    if not plain or structure_stays(plain, guard):
        return plain
    return _stand_in(plain, key)


def _stand_in(name: str, key: ProjectKey) -> str:
    kind, upper = kind_of(name, None), name.upper()
    found = [one for one in PREFIXES[kind] if one.upper() in upper]
    prefix = min(found or PREFIXES[kind][:1], key=lambda one: upper.find(one.upper()))
    wanted = [kind_of(name, one) for one in TYPES]
    same = name if kind == "target" else _folded(name) or name
    for attempt in range(MOST_ATTEMPTS):
        written = key.name(same + "\x00" * attempt, prefix=f"{prefix}-")
        if [kind_of(written, one) for one in TYPES] == wanted:
            return written
    return key.name(same, prefix=f"{prefix}-")


def _folded(name: str) -> str:
    """A name by which structures of two courses meet: letters and digits alone, whatever their case and accents."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def label_name(text: str, key: ProjectKey, *, prefix: str = "N-") -> str:
    """What stands for a label, a plan's name or a machine's in the project; empty stays empty."""
    plain = text.strip()
    return key.name(plain, prefix=prefix) if plain else ""


def dose_mark(text: str) -> str:
    """What a comment says of a dose and readers must know (rule 7): that it is EQD2, BED, or made by Graybook; else empty.

    Examples
    --------
    >>> dose_mark("Mme Durand, EQD2 sum"), dose_mark("GRAYBOOK EQD2 ab=3 NOT FOR PLANNING"), dose_mark("plan 3")
    ('EQD2', 'GRAYBOOK EQD2', '')
    """
    quantity = biological_quantity(text)
    if quantity in (*FOR_PLANNING, RADIONUCLIDE):
        return f"{PRIVATE_CREATOR} {quantity}"
    own = text.strip().startswith(PRIVATE_CREATOR)
    return f"{PRIVATE_CREATOR} {quantity}".strip() if own else quantity


@lru_cache(maxsize=1024)
def nuclide_or_agent(text: str) -> str:
    """A text that names a nuclide, an agent of the tables, or both, as it was when it says nothing else; else the nuclide alone.

    Examples
    --------
    >>> [nuclide_or_agent(one) for one in ("Ir-192", "177Lu-DOTATATE", "Lu177 for J. Doe", "milk")]
    ['Ir-192', '177Lu-DOTATATE', 'Lu-177', '']
    """
    plain = text.strip()
    nuclide = nuclide_of_text(plain)
    if agent_named(plain, nuclide) is not None:
        return plain
    rest = TRAILING.sub("", LEADING.sub("", plain)) if nuclide else ""
    plain_rest = has_only_agent_words(rest if nuclide else plain)
    known = (nuclide and plain_rest) or agent_named(rest, nuclide) is not None
    return plain if known or (plain and plain_rest) else nuclide


def code_string(value: str) -> str:
    """A code string as it was; empty when it is none, or holds a number as long as an identifier."""
    plain = value.strip()
    return plain if CODE_STRING.fullmatch(plain) and not LONG_NUMBER.search(plain) else ""
