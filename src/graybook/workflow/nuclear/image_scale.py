"""What a file says of its values, answers and calibrations come in; the factor to Bq/ml with its error, or a question, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from graybook.dicom.activity_facts import Camera
from graybook.dicom.facts import ActivityFacts
from graybook.files.nuclear_settings import UNITS, CameraSetting, ImageAnswer
from graybook.record import Finding
from graybook.tables.nuclides import nuclide_name

__all__ = ["Scale", "answered", "camera_text", "of_camera", "scale_of"]

BQ_PER_MBQ = 1e6

OF_SCALE = frozenset(
    {"activity_units_unknown", "activity_without_units", "activity_in_suv", "activity_proportional"}
    | {"activity_scale_missing", "activity_mapping_without_units"}
)
OF_MOMENT = frozenset(
    {"activity_decay_correction", "activity_reference_apart", "activity_administration_day"}
)
"""Questions of a file that a person's answer about units, or about decay correction, settles."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How values become activity concentration: value x factor + offset. [Bq/ml]

    ``sd_percent`` is the standard deviation of the factor, None when nobody states one; ``source`` says who gives the factor.
    """

    factor: float
    offset: float
    voxel_ml: float
    units: str
    source: str
    sd_percent: float | None = None


def answered(facts: ActivityFacts, answer: ImageAnswer | None) -> ActivityFacts:
    """What a file says, with what a person answers in its place; a question that the answer settles is asked no more.

    A unit is that of the mapped values where a mapping without a unit is the file's own.
    """
    if answer is None:
        return facts
    slope, intercept = facts.mapping_without_units or (1.0, 0.0)
    if answer.units in UNITS:
        facts = replace(
            facts,
            units=answer.units,
            bq_per_ml_per_value=UNITS[answer.units] * slope,
            scale_offset=UNITS[answer.units] * intercept,
            scale_source=answer.said,
            counts_per_value=None,
            questions=_left(facts, OF_SCALE),
        )
    elif answer.units and not intercept:
        facts = replace(
            facts,
            units="counts",
            bq_per_ml_per_value=None,
            counts_per_value=facts.counts_per_value or slope,
            questions=_left(facts, OF_SCALE),
        )
    if answer.decay_correction:
        facts = replace(
            facts,
            decay_correction=answer.decay_correction,
            reference=_reference(facts, answer.decay_correction),
            questions=_left(facts, OF_MOMENT),
        )
    return facts


def _left(facts: ActivityFacts, settled: frozenset[str]) -> tuple[Finding, ...]:
    return tuple(one for one in facts.questions if one.code not in settled)


def _reference(facts: ActivityFacts, correction: str) -> datetime | None:
    if correction == "ADMIN":
        return facts.administered
    if correction == "START" or facts.acquired is None:
        return facts.acquired
    return facts.acquired + timedelta(seconds=(facts.frame_duration_s or 0.0) / 2.0)


def camera_text(camera: Camera) -> str:
    """A camera in words."""
    return " ".join(one for one in (camera.manufacturer, camera.model, camera.station, camera.serial) if one)


def of_camera(setting_camera: str, setting_nuclide: str, camera: Camera, nuclide: str) -> bool:
    """Whether a calibration is of this camera and nuclide."""
    same = nuclide_name(setting_nuclide) == nuclide
    return same and setting_camera.casefold() in camera_text(camera).casefold()


def scale_of(
    facts: ActivityFacts, nuclide: str, voxel_ml: float, cameras: Sequence[CameraSetting], path: str
) -> Scale | Finding:
    """The factor of a file: its own, else a calibration's for counts; a question where there is neither."""
    camera = camera_text(facts.camera)
    found = [one for one in cameras if of_camera(one.camera, one.nuclide, facts.camera, nuclide)]
    if facts.bq_per_ml_per_value is not None:
        known = [one.sd_percent for one in found if one.sd_percent is not None]
        return Scale(
            factor=facts.bq_per_ml_per_value,
            offset=facts.scale_offset,
            voxel_ml=voxel_ml,
            units=facts.units,
            source=facts.scale_source,
            sd_percent=max(known) if known else None,
        )
    params = {"path": path, "units": facts.units or "-", "camera": camera or "-", "nuclide": nuclide}
    if facts.counts_per_value is None:
        return Finding(code="nuclear_image_units_unknown", subject=path, params=params)
    if not facts.frame_duration_s:
        return Finding(code="nuclear_image_duration_unknown", subject=path, params=params)
    found = [one for one in found if one.cps_per_mbq is not None]
    if len(found) != 1:
        code = "nuclear_calibration_missing" if not found else "nuclear_calibration_several"
        return Finding(code=code, subject=path, params={**params, "count": len(found)})
    chosen, cps_per_mbq = found[0], found[0].cps_per_mbq or 0.0
    per_value = facts.counts_per_value / facts.frame_duration_s / cps_per_mbq * BQ_PER_MBQ
    return Scale(
        factor=per_value / voxel_ml if voxel_ml else 0.0,
        offset=0.0,
        voxel_ml=voxel_ml,
        units=f"{cps_per_mbq:g} cps/MBq, {chosen.calibrated.isoformat()}",
        source=chosen.said,
        sd_percent=chosen.sd_percent,
    )
