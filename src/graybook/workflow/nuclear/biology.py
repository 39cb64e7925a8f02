"""A mean dose of an organ, and what people state of its α/β and repair, come in; BED and EQD2 with their sources go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graybook.files.nuclear_settings import OrganWish
from graybook.files.settings import Settings
from graybook.nuclear.biological import BiologicalDose, biological_dose
from graybook.record import AlphaBetaWish, MeanDose, RepairWish, Structure
from graybook.tables.repair import repair_half_times
from graybook.workflow.folder.corrections import alpha_beta_override
from graybook.workflow.organs.alpha_beta import AlphaBetaChoice, alpha_beta_of
from graybook.workflow.organs.repair import repair_of

__all__ = ["Biology", "RepairRange", "biology_of", "repair_range"]

NIGHT_BRIDGING = "brain necrosis"
"""A half-time of more than a day, of that organ alone: no range of another organ reaches it."""


@dataclass(frozen=True, kw_only=True)
class RepairRange:
    """Half-times of repair to reckon with; both ends are equal where one is known. [h]"""

    half_time_h: tuple[float, float]
    source: str
    known: bool


@dataclass(frozen=True, kw_only=True)
class Biology:
    """BED and EQD2 of an organ's dose from one phase; None where it takes no α/β."""

    dose: BiologicalDose | None
    alpha_beta: AlphaBetaChoice
    repair: RepairRange


def repair_range(tg263: str | None, wish: OrganWish | None, wishes: Sequence[RepairWish] = ()) -> RepairRange:
    """
    The half-time of an organ's repair: a person's, else the table's, else the range of the table's late effects.

    Examples
    --------
    >>> repair_range("SpinalCord", None).half_time_h, repair_range("Kidney_L", None).half_time_h
    ((4.1, 4.1), (2.5, 4.9))
    """
    if wish is not None and wish.repair_half_time_h is not None:
        return RepairRange(half_time_h=wish.repair_half_time_h, source=wish.said, known=True)
    chosen = repair_of(tg263, wishes)
    if chosen.half_time_h is not None:
        value = chosen.half_time_h
        return RepairRange(half_time_h=(value, value), source=chosen.source, known=True)
    rows = [one for one in repair_half_times() if not one.component and one.tissue != NIGHT_BRIDGING]
    ends = (min(one.half_time_h for one in rows), max(one.half_time_h for one in rows))
    tissues = ", ".join(one.tissue for one in rows)
    listed = " / ".join(sorted({one.source_text for one in rows}))
    return RepairRange(half_time_h=ends, source=f"{listed}: {tissues}", known=False)


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
    repair = repair_range(structure.tg263, wish, repairs)
    found = None
    if chosen.value_gy is not None:
        found = biological_dose(dose, alpha_beta_gy=chosen.value_gy, repair_half_time_h=repair.half_time_h)
    return Biology(dose=found, alpha_beta=chosen, repair=repair)
