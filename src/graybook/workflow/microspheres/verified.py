"""One map comes in with regions and an infusion; its compartments, doses under each calibration and closure go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graybook.files.nuclear_settings import Clock
from graybook.interventional.voxel import Calibration
from graybook.nuclear.decay import decay_factor
from graybook.record import Finding
from graybook.registration import Link
from graybook.report.sirt_result import ActivityClosure, ImageDoses, SirtImage, SirtRegion
from graybook.workflow.folder.clock import hours_between
from graybook.workflow.microspheres.compartments import Compartments, compartments_of, names_of
from graybook.workflow.microspheres.definitions import GBQ_DECIMALS
from graybook.workflow.microspheres.image_doses import (
    STATED,
    Physics,
    concentration,
    image_doses,
    lung_share_of,
)
from graybook.workflow.microspheres.infusion import Infusion, VerifyAsked
from graybook.workflow.microspheres.maps import AFTER, ActivityMap
from graybook.workflow.nuclear.image_scale import camera_text
from graybook.workflow.nuclear.regions import Region, organ_names

__all__ = ["Verified", "verified"]

BQ_PER_GBQ = 1e9
DECIMALS = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Verified:
    """All that one map gives: itself, its compartments, doses under each calibration, closure, and what is to be said."""

    image: SirtImage
    regions: tuple[SirtRegion, ...] = ()
    doses: tuple[ImageDoses, ...] = ()
    closure: ActivityClosure | None = None
    findings: tuple[Finding, ...] = ()


def verified(
    found: ActivityMap,
    regions: Sequence[Region],
    links: Sequence[Link],
    infusion: Infusion,
    physics: Physics,
    asked: VerifyAsked,
    clock: Clock,
) -> Verified:
    """
    Doses of the compartments of one map.

    The map after is dosed with the patient-relative calibration, and with its own Bq/ml where it has them and the infusion has a
    time; the map before only relatively, with the activity that was delivered.
    """
    names = names_of(regions, organ_names(regions, [found.image], links), asked.names)
    parts = compartments_of(names, found, regions, links)
    said = [*found.questions] if found.role == AFTER else []
    if not isinstance(parts, Compartments):
        return Verified(image=_image(found), findings=(*said, *parts))
    said += parts.findings
    decay, question = _decay(found, infusion, physics, clock)
    said += [] if question is None else [question]
    lungs, lungs_from = lung_share_of(found, parts, infusion)
    if lungs_from == STATED and infusion.shunt_definition is None:
        path = found.image.path
        params = {"path": path, "shunt": infusion.lung_shunt}
        said.append(Finding(code="sirt_shunt_unnamed", subject=path, params=params))
    closure = None if decay is None else _closure(found, parts, infusion, decay)
    delivered = infusion.activity_gbq or (None if closure is None else closure.in_image_gbq)
    calibrations = [Calibration.PATIENT_RELATIVE] if infusion.activity_gbq else []
    calibrations += [Calibration.ABSOLUTE] if decay is not None else []
    if not calibrations or delivered is None:
        asked_for = Finding(
            code="sirt_activity_unknown", subject=found.image.path, params={"path": found.image.path}
        )
        return Verified(
            image=_image(found),
            regions=tuple(_regions(found, parts, physics)),
            closure=closure,
            findings=(*said, asked_for),
        )
    doses = []
    for calibration in calibrations:
        per_ml = concentration(
            found,
            parts,
            calibration=calibration,
            delivered_gbq=delivered,
            lungs=lungs,
            decay=decay or 1.0,
        )
        used = calibration is asked.calibration or len(calibrations) == 1
        doses.append(
            image_doses(
                found,
                parts,
                per_ml,
                calibration=calibration,
                used=used,
                delivered_gbq=delivered,
                lungs=lungs,
                lungs_from=lungs_from,
                infusion=infusion,
                physics=physics,
            )
        )
    return Verified(
        image=_image(found),
        regions=tuple(_regions(found, parts, physics)),
        doses=tuple(doses),
        closure=closure,
        findings=tuple(said),
    )


def _decay(
    found: ActivityMap, infusion: Infusion, physics: Physics, clock: Clock
) -> tuple[float | None, Finding | None]:
    """Activity at infusion over activity at the image's moment, of an absolute map after; None where it cannot be had."""
    if found.role != AFTER or not found.absolute:
        return None, None
    path = found.image.path
    if infusion.infused is None:
        return None, Finding(code="sirt_infusion_time_unknown", subject=path, params={"path": path})
    passed = hours_between(infusion.infused, found.image.moment, clock, subject=path)
    if passed.hours is None:
        return None, passed.question
    return 1.0 / float(decay_factor(passed.hours, physics.half_life_h)), None


def _closure(found: ActivityMap, parts: Compartments, infusion: Infusion, decay: float) -> ActivityClosure:
    values = np.maximum(found.image.bq_per_ml.ravel(), 0.0)
    scale = decay / BQ_PER_GBQ
    total = float(np.sum(values)) * found.image.grid.voxel_cm3 * scale
    held = float(np.sum(values * parts.volumes_ml["perfused"])) * scale
    delivered = infusion.activity_gbq
    return ActivityClosure(
        series=found.image.series_uid,
        role=found.role,
        in_image_gbq=round(total, GBQ_DECIMALS),
        in_compartments_gbq=round(held, GBQ_DECIMALS),
        delivered_gbq=delivered,
        ratio=None if not delivered else round(total / delivered, DECIMALS),
    )


def _image(found: ActivityMap) -> SirtImage:
    spacing = found.image.grid.spacing_mm[::-1]
    return SirtImage(
        series=found.image.series_uid,
        modality=found.modality,
        description=found.description,
        role=found.role,
        nuclide=found.nuclide,
        acquired=None if found.acquired is None else found.acquired.isoformat(),
        units=found.image.scale.units,
        units_source=found.image.scale.source,
        voxel_mm=[round(float(one), DECIMALS) for one in spacing],
        camera=camera_text(found.image.camera),
    )


def _regions(found: ActivityMap, parts: Compartments, physics: Physics) -> list[SirtRegion]:
    rows = []
    for name, volumes in parts.volumes_ml.items():
        volume = float(np.sum(volumes))
        density = None if name == "lung" else physics.density_g_cm3
        rows.append(
            SirtRegion(
                compartment=name,
                series=found.image.series_uid,
                names=list(parts.names[name]),
                derived=name == "normal",
                volume_cm3=round(volume, DECIMALS),
                outside_share=round(parts.outside.get(name, 0.0), DECIMALS),
                density_g_cm3=density,
                mass_kg=None if density is None else round(volume * density * 1e-3, DECIMALS),
            )
        )
    return rows
