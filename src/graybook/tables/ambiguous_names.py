"""The name of a structure comes in; the TG-263 names it could stand for go out where a reader would have to ask."""

from __future__ import annotations

from functools import lru_cache

from graybook.tables._spelling import compact, words
from graybook.tables.structure_names import labels, pair_of, root, side, tg263_name

__all__ = ["possible_names"]

_ABBREVIATIONS = {
    "pd": ("Parotid_R", "Lung_R"),
    "pg": ("Parotid_L", "Lung_L"),
    "rd": ("Kidney_R", "Retina_R"),
    "rg": ("Kidney_L", "Retina_L"),
    "sd": ("Breast_R", "Glnd_Submand_R"),
    "sg": ("Breast_L", "Glnd_Submand_L"),
    "nod": ("OpticNrv_R",),
    "nog": ("OpticNrv_L",),
    "tfd": ("Femur_Head_R",),
    "tfg": ("Femur_Head_L",),
    "tc": ("Brainstem",),
    "tronc": ("Brainstem",),
    "me": ("SpinalCord",),
    "me prv": ("SpinalCord_PRV",),
    "moelle os": ("BoneMarrow", "SpinalCord"),
    "vs": ("SeminalVes",),
    "oi": ("Ear_Internal_L", "Ear_Internal_R"),
    "plexus": ("BrachialPlex_L", "BrachialPlex_R", "SacralPlex"),
    "plexus d": ("BrachialPlex_R", "SacralPlex"),
    "plexus g": ("BrachialPlex_L", "SacralPlex"),
    "paroi": ("Chestwall_L", "Chestwall_R", "Rectal_Wall", "Bladder_Wall"),
    "cote d": ("Rib",),
    "cote g": ("Rib",),
}
"""Short forms with more than one reading, or that are also other words: never taken, always asked."""

_WHOLE = ("Bone_Pelvic", "Bronchus", "Bronchus_Main", "Cerebrum", "Maxilla", "PubicSymphys", "Tongue_Base")
"""Organs with sides whose bare name is customary for the whole: both sides, or the part at the midline."""

_BY_SPELLING = {compact(short): found for short, found in _ABBREVIATIONS.items()}


@lru_cache(maxsize=4096)
def possible_names(name: str) -> tuple[str, ...]:
    """
    The TG-263 names a structure may have, when its name leaves it open; empty when the name is plain or means nothing.

    Parameters
    ----------
    name
        Name as found.

    Examples
    --------
    >>> possible_names("Poumon"), possible_names("Parotide 1")
    (('Lung_L', 'Lung_R', 'Lungs'), ('Parotid_L', 'Parotid_R', 'Parotids'))
    >>> possible_names("PD"), possible_names("Poumon D"), possible_names("Moelle")
    (('Parotid_R', 'Lung_R'), (), ())
    """
    label = tg263_name(name) or tg263_name(" ".join(part for part in words(name) if not part.isdigit()))
    if label is None:
        return _BY_SPELLING.get(compact(name), ())
    organ = root(label)
    if side(label) or organ in _WHOLE or not {f"{organ}_L", f"{organ}_R"} <= labels():
        return ()
    pair = pair_of(organ)
    return tuple(found for found in (_sided(label, "L"), _sided(label, "R"), pair) if found)


def _sided(label: str, at: str) -> str:
    return f"{label}_{at}"
