"""Activity in memory: cubes with known activities over time come in; facts of SPECT and structures go out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from graybook.dicom.activity_facts import ActivityFacts, Camera
from graybook.dicom.facts import AdministrationFacts, ImageSliceFacts, RoiFacts, StructureSetFacts
from graybook.geometry.arrays import FloatArray
from graybook.geometry.contours import ContourStack
from graybook.record import Administration
from phantoms.facts import header

at = datetime.fromisoformat

__all__ = ["CUBES", "FRAME", "SPACING_MM", "administered", "cubes", "mbq_of", "report", "spect"]

FRAME = "1.2.3.500"
SPACING_MM = 4.8
SHAPE = (24, 24, 32)
CUBES = {"Kidney_L": (4, 8, 5), "Kidney_R": (4, 8, 20)}
"""First voxel (z, y, x) of cubes of 8 voxels, on whole voxels: what contours and voxels hold is the same."""
SIDE = 8
MOMENT = at("2025-11-03 09:00")

Activities = Mapping[str, Callable[[float], float]]
"""Organ to its activity at hours after the administration. [MBq]"""


def mbq_of(amplitude: float, half_life_h: float) -> Callable[[float], float]:
    """A single exponential. [MBq]"""
    return lambda hours: amplitude * 2.0 ** (-hours / half_life_h)


def spect(
    name: str,
    activities: Activities,
    hours: float,
    *,
    started: datetime = MOMENT,
    frame: str = FRAME,
    **said: Any,
) -> ImageSliceFacts:
    """A SPECT in one file, in Bq/ml, each cube filled evenly; ``said`` overrides what it says of its activity."""
    acquired = started + timedelta(hours=hours)
    voxel_ml = SPACING_MM**3 / 1000.0
    values = np.zeros(SHAPE)
    for organ, curve in activities.items():
        z, y, x = CUBES[organ]
        values[z : z + SIDE, y : y + SIDE, x : x + SIDE] = curve(hours) * 1e6 / (SIDE**3 * voxel_ml)
    facts: dict[str, Any] = {
        "units": "Bq/ml",
        "bq_per_ml_per_value": 1.0,
        "scale_source": "Real World Value Mapping",
        "acquired": acquired,
        "reference": acquired,
        "decay_correction": "START",
        "frame_duration_s": 1200.0,
        "nuclide": "Lu-177",
        "agent": "DOTATATE",
        "camera": Camera(manufacturer="Maker", model="Twin", station="NM1"),
        "modality": "NM",
    }
    heights = tuple((0.0, 0.0, SPACING_MM * n) for n in range(SHAPE[0]))
    return ImageSliceFacts(
        header=header(name, "NM", series_uid=f"series.{name}", frame=frame, study_uid=f"study.{name}"),
        position_mm=heights[0],
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        patient_position="HFS",
        rows=SHAPE[1],
        columns=SHAPE[2],
        pixel_spacing_mm=(SPACING_MM, SPACING_MM),
        voxels=_giving(values),
        frames_mm=heights,
        activity=ActivityFacts(**{**facts, **said}),
    )


def _giving(values: FloatArray) -> Callable[[], FloatArray]:
    return lambda: values


def cubes(
    name: str = "rtstruct",
    organs: Sequence[str] = tuple(CUBES),
    *,
    frame: str = FRAME,
    series: Sequence[str] = (),
    shift_mm: float = 0.0,
) -> StructureSetFacts:
    """The cubes as contours, one in each plane of voxels; ``shift_mm`` moves them along x."""
    rois = tuple(
        RoiFacts(
            number=number,
            name=organ,
            interpreted_type="",
            frame=frame,
            contour_count=SIDE,
            contours=_stack(organ, frame, shift_mm),
        )
        for number, organ in enumerate(organs, start=1)
    )
    return StructureSetFacts(
        header=header(name, "RTSTRUCT", frame=frame, study_uid=f"study.{name}"),
        label=name,
        rois=rois,
        image_series_uids=tuple(series),
    )


def _stack(organ: str, frame: str, shift_mm: float) -> Callable[[], ContourStack]:
    z, y, x = (SPACING_MM * first for first in CUBES[organ])
    low_x, low_y, side = x - SPACING_MM / 2 + shift_mm, y - SPACING_MM / 2, SIDE * SPACING_MM
    square = [(low_x, low_y), (low_x + side, low_y), (low_x + side, low_y + side), (low_x, low_y + side)]
    planes = tuple(np.array([(*corner, z + SPACING_MM * n) for corner in square]) for n in range(SIDE))
    return lambda: ContourStack(frame=frame, polygons=planes)


def administered(
    cycle: int = 1, *, started: datetime = MOMENT, activity_gbq: float = 7.4, **said: Any
) -> Administration:
    """177Lu-DOTATATE given."""
    values: dict[str, Any] = {
        "nuclide": "Lu-177",
        "agent": "DOTATATE",
        "date": started.date(),
        "started": started,
        "activity_gbq": activity_gbq,
        "cycle": cycle,
    }
    return Administration(**{**values, **said})


def report(name: str, *given: Administration) -> AdministrationFacts:
    """A dose report of administrations."""
    return AdministrationFacts(header=header(name, "SR"), administrations=given)
