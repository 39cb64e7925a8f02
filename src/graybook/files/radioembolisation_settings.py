"""Microspheres given come in as tables; checked radioembolisations, with every definition asked for by name, go out."""

from __future__ import annotations

import re

from graybook.files._given import activity_gbq, day, moment, number, share
from graybook.files._tables import Entry
from graybook.record.radioembolisation import Radioembolisation
from graybook.tables.microspheres import DEVICES, INDICATIONS, SCENARIOS

__all__ = ["SHUNT_DEFINITIONS", "TN_DEFINITIONS", "radioembolisation_setting"]

TN_DEFINITIONS = ("concentration", "activity")
"""Tumour over normal liver: activity per gram of each, or activity of each."""

SHUNT_DEFINITIONS = ("liver", "tumour")
"""Lungs over lungs and liver, or over lungs and tumour."""

_MASSES = ("tumour_kg", "normal_kg", "lung_kg", "liver_kg")
MOST_KG = 10.0
"""No liver and no lungs weigh more: who writes more has written grams. [kg]"""

_KEYS = (
    "device", "label", "given", "activity_gbq", *_MASSES, "tn_ratio", "tn_definition", "lung_shunt", "shunt_definition",
    "bilirubin_mg_dl", "bilirubin_umol_l", "child_pugh", "albi", "indication", "scenario",
)  # fmt: skip
_CHILD_PUGH = re.compile(r"A[56]?|B[789]?|C(1[0-5])?")


def radioembolisation_setting(entry: Entry) -> Radioembolisation:
    """One ``[[radioembolisation]]``."""
    entry.only(_KEYS)
    entry.required("device")
    masses = {key: _mass(entry, key) for key in _MASSES}
    _whole_liver(entry, masses)
    return Radioembolisation(
        device=entry.text("device", among=DEVICES),
        label=entry.text("label"),
        date=day(entry, "given"),
        started=moment(entry, "given"),
        activity_gbq=activity_gbq(entry),
        **masses,
        tn_ratio=entry.positive("tn_ratio"),
        tn_definition=entry.text("tn_definition", among=TN_DEFINITIONS),
        lung_shunt=share(entry, "lung_shunt"),
        shunt_definition=entry.text("shunt_definition", among=SHUNT_DEFINITIONS),
        bilirubin_mg_dl=_bilirubin(entry),
        bilirubin_umol_l=entry.positive("bilirubin_umol_l"),
        child_pugh=_child_pugh(entry),
        albi=number(entry, "albi"),
        indication=entry.text("indication", among=INDICATIONS),
        scenario=entry.text("scenario", among=SCENARIOS),
        source=entry.text("source"),
    )


def _mass(entry: Entry, key: str) -> float | None:
    value = entry.positive(key)
    if value is not None and value > MOST_KG:
        raise entry.refuse(
            key,
            f"is above {MOST_KG:g} kg",
            value=value,
            remedy=f"If it is in grams, write {key} = {value / 1000.0:g}.",
        )
    return value


def _whole_liver(entry: Entry, masses: dict[str, float | None]) -> None:
    whole, perfused = masses["liver_kg"], (masses["tumour_kg"] or 0.0) + (masses["normal_kg"] or 0.0)
    if whole is not None and whole < perfused * (1.0 - 1e-9):
        raise entry.refuse(
            "liver_kg",
            "is less than tumour_kg and normal_kg together",
            value=(whole, perfused),
            remedy="liver_kg is the whole liver with its tumours.",
        )


def _bilirubin(entry: Entry) -> float | None:
    """[mg/dl]"""
    value = entry.positive("bilirubin_mg_dl")
    if value is not None and "bilirubin_umol_l" in entry.values:
        raise entry.refuse(
            "bilirubin_mg_dl and bilirubin_umol_l",
            "stand together",
            value=value,
            remedy="Keep the one the laboratory printed.",
        )
    return value


def _child_pugh(entry: Entry) -> str:
    text = entry.text("child_pugh").upper()
    if text and not _CHILD_PUGH.fullmatch(text):
        raise entry.refuse(
            "child_pugh",
            "is no Child-Pugh class",
            value=text,
            remedy='Write child_pugh = "A", or "A5" to "C15".',
        )
    return text
