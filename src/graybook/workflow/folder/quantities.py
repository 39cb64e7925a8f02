"""A plan, its doses and the user's answer come in; what quantity the dose is, and what to multiply by, goes out (rule 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graybook.dicom.facts import DoseFacts, PlanFacts
from graybook.record import Modality, Quantity
from graybook.workflow.folder.notes import Notes

__all__ = ["Meaning", "meaning_of", "modality_of"]

PROTON_RBE = 1.1
"""Clinical constant RBE of protons (ICRU Report 78, 2007): a physical proton dose times this is photon-isoeffective."""


HIGH_DOSE_RATE = "HDR"
"""The only Brachy Treatment Type whose fractions are short against repair, as the conversion assumes."""


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a dose means, the RBE model if any, and the factor its values are multiplied by."""

    quantity: Quantity
    rbe_model: str = ""
    factor: float = 1.0


PHYSICAL = Meaning(quantity=Quantity.PHYSICAL)
UNKNOWN = Meaning(quantity=Quantity.UNKNOWN)


def modality_of(plan: PlanFacts | None) -> Modality:
    """What irradiates, by the radiation types of the plan's treatment beams."""
    if plan is None or not plan.radiation:
        return (
            Modality.PROTON if plan is not None and plan.is_ion and not plan.radiation else Modality.UNKNOWN
        )
    kinds = set(plan.radiation)
    if kinds == {"PROTON"}:
        return Modality.PROTON
    if kinds <= {"ION", "CARBON"}:
        return Modality.CARBON
    if kinds == {"BRACHY"}:
        return Modality.BRACHYTHERAPY
    if kinds == {"ELECTRON"}:
        return Modality.ELECTRON
    return Modality.PHOTON if kinds <= {"PHOTON", "ELECTRON"} else Modality.UNKNOWN


def meaning_of(
    plan: PlanFacts | None, doses: Sequence[DoseFacts], answer: str, name: str, notes: Notes
) -> Meaning:
    """The quantity of a plan's dose; ``Quantity.UNKNOWN`` and a refusal where only a person can say.

    Parameters
    ----------
    answer
        The user's word: "1.1 included", "physical", "photon", or empty.
    """
    types = {dose.dose_type.upper() for dose in doses}
    modality = modality_of(plan)
    if answer:
        return _answered(answer, modality, name, notes)
    if len(types) > 1:
        notes.refuse("dose_types_differ", name, plan=name, types=", ".join(sorted(types)))
        return UNKNOWN
    if types == {"EFFECTIVE"}:
        return _effective(plan, modality, name, notes)
    if types != {"PHYSICAL"}:
        notes.refuse("dose_type_unknown", name, plan=name, type=", ".join(types) or None)
        return UNKNOWN
    if modality is Modality.PROTON:
        notes.refuse("proton_physical", name, plan=name)
        return UNKNOWN
    if modality is Modality.CARBON:
        notes.refuse("ion_physical", name, plan=name)
        return UNKNOWN
    if modality is Modality.BRACHYTHERAPY and plan is not None and plan.brachy_type != HIGH_DOSE_RATE:
        notes.refuse("brachy_dose_rate", name, plan=name, type=plan.brachy_type)
        return UNKNOWN
    if modality is Modality.UNKNOWN and plan is not None and plan.radiation:
        notes.refuse("radiation_not_yet", name, plan=name, radiation=", ".join(plan.radiation))
        return UNKNOWN
    if modality is Modality.UNKNOWN:
        notes.warn("radiation_assumed_photon", name, plan=name)
    return PHYSICAL


def _effective(plan: PlanFacts | None, modality: Modality, name: str, notes: Notes) -> Meaning:
    if plan is not None and plan.is_ion and modality is Modality.PROTON:
        notes.tell("rbe_as_exported", name, plan=name)
        return Meaning(quantity=Quantity.RBE_WEIGHTED, rbe_model="RBE 1.1 (as exported)")
    if modality is Modality.CARBON:
        notes.warn("ion_model_extrapolated", name, plan=name)
        return Meaning(
            quantity=Quantity.RBE_WEIGHTED, rbe_model="ion model of the exporting system, extrapolated"
        )
    notes.refuse("effective_unknown", name, plan=name)
    return UNKNOWN


def _answered(answer: str, modality: Modality, name: str, notes: Notes) -> Meaning:
    notes.tell("rbe_answered", name, plan=name, answer=answer)
    if answer == "1.1 included":
        return Meaning(quantity=Quantity.RBE_WEIGHTED, rbe_model="RBE 1.1 (stated by the user)")
    if answer == "photon":
        return PHYSICAL
    if modality is Modality.CARBON:
        notes.refuse("ion_physical", name, plan=name)
        return UNKNOWN
    if modality in (Modality.PHOTON, Modality.ELECTRON, Modality.BRACHYTHERAPY):
        return PHYSICAL
    return Meaning(quantity=Quantity.RBE_WEIGHTED, rbe_model="constant RBE 1.1", factor=PROTON_RBE)
