"""Radioembolisation: microspheres of one device given into a liver, as a report states them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

__all__ = ["Radioembolisation"]


@dataclass(frozen=True, kw_only=True)
class Radioembolisation:
    """One infusion; what nobody states is None or empty.

    Parameters
    ----------
    device
        ``y90-glass``, ``y90-resin`` or ``ho166``.
    date, started
        Day, and moment where it is known.
    activity_gbq
        What reached the patient, at the infusion: the residual left out. [GBq]
    tumour_kg, normal_kg
        Masses that were perfused: tumour, and liver that is none. [kg]
    lung_kg
        [kg]
    liver_kg
        Whole liver with its tumours; None where only the perfused part is known. [kg]
    tn_ratio, tn_definition
        Uptake of tumour over normal liver, of ``concentration`` or of ``activity``.
    lung_shunt, shunt_definition
        Share that reached the lungs, of lungs and ``liver`` or of lungs and ``tumour``.
    bilirubin_mg_dl, bilirubin_umol_l
        Total bilirubin before it, in the unit of the laboratory. [mg/dl], [µmol/l]
    child_pugh, albi
        Class or points as written; the ALBI score.
    indication, scenario
        ``hcc``, ``icc`` or ``mcrc``; ``segmentectomy``, ``lobectomy``, ``unilobar`` or ``bilobar``.
    source
        The report.
    """

    device: str
    label: str = ""
    date: date | None = None
    started: datetime | None = None
    activity_gbq: float | None = None
    tumour_kg: float | None = None
    normal_kg: float | None = None
    lung_kg: float | None = None
    liver_kg: float | None = None
    tn_ratio: float | None = None
    tn_definition: str = ""
    lung_shunt: float | None = None
    shunt_definition: str = ""
    bilirubin_mg_dl: float | None = None
    bilirubin_umol_l: float | None = None
    child_pugh: str = ""
    albi: float | None = None
    indication: str = ""
    scenario: str = ""
    source: str = ""
