"""A mean dose of an organ, and what people state of its α/β and repair, come in; BED and EQD2 with their sources go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graybook.files.nuclear_settings import OrganWish
from graybook.files.settings import Settings
from graybook.nuclear.biological import BiologicalDose, biological_dose
from graybook.record import AlphaBetaWish, MeanDose, RepairWish, Structure
from graybook.workflow.folder.corrections import alpha_beta_override
from graybook.workflow.organs.alpha_beta import AlphaBetaChoice, alpha_beta_of
from graybook.workflow.organs.protracted import RepairRange, repair_range_of

__all__ = ["Biology", "biology_of"]


@dataclass(frozen=True, kw_only=True)
class Biology:
    """BED and EQD2 of an organ's dose from one phase; None where it takes no α/β."""

    dose: BiologicalDose | None
    alpha_beta: AlphaBetaChoice
    repair: RepairRange


def biology_of(
    dose: MeanDose,
    structure: Structure,
    *,
    site: str,
    settings: Settings,
    wish: OrganWish | None,
    alpha_betas: Sequence[AlphaBetaWish] = (),
    repairs: Sequence[RepairWish] = (),
) -> Biology:
    """BED and EQD2 of one phase, with its own G."""
    chosen = alpha_beta_of(structure, site=site, stated=alpha_beta_override(structure, settings, alpha_betas))
    if wish is not None and wish.repair_half_time_h is not None:
        repair = RepairRange(half_time_h=wish.repair_half_time_h, basis="override", source=wish.said)
    else:
        repair = repair_range_of(structure.tg263, repairs)
    found = None
    if chosen.value_gy is not None:
        found = biological_dose(dose, alpha_beta_gy=chosen.value_gy, repair_half_time_h=repair.half_time_h)
    return Biology(dose=found, alpha_beta=chosen, repair=repair)
