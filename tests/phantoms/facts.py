"""Facts in memory: what a test wants said comes in, facts as the readers give them go out; no file is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np

from graybook.dicom.facts import (
    BeamFacts,
    DoseFacts,
    DoseReferenceFacts,
    FractionGroupFacts,
    Header,
    ImageSliceFacts,
    PlanFacts,
    RoiFacts,
    StructureSetFacts,
    TreatmentRecordFacts,
)
from graybook.geometry.arrays import FloatArray
from graybook.geometry.contours import ContourStack
from graybook.geometry.grid import Grid

__all__ = ["a_dose", "a_plan", "a_record", "a_slice", "a_target", "header", "structures"]

FRAME = "1.2.3.100"
DAY = date(2020, 1, 6)


def header(path: str, modality: str, **said: Any) -> Header:
    """A header of one person; the UID and the hash follow the path."""
    values: dict[str, Any] = {
        "path": path,
        "digest": lambda: f"sha of {path}",
        "sop_class_uid": "1.2.840.10008.5.1.4.1.1.481",
        "sop_instance_uid": f"uid.{path}",
        "modality": modality,
        "patient_id": "P1",
        "patient_name": "DOE^JANE",
        "study_uid": "study",
        "series_uid": f"series.{path}",
        "frame": FRAME,
        "date": DAY,
        "date_source": "RTPlanDate",
    }
    return Header(**{**values, **said})


def a_target(
    prescription_gy: float | None, *, uid: str = "", roi: int | None = None, point: Any = None
) -> DoseReferenceFacts:
    """A dose reference that prescribes to a target."""
    kind = "POINT" if point else "VOLUME" if roi is not None else "SITE"
    return DoseReferenceFacts(
        uid=uid,
        structure_type=kind,
        reference_type="TARGET",
        description="",
        roi_number=roi,
        point_mm=point,
        prescription_gy=prescription_gy,
    )


def a_plan(
    label: str,
    *,
    fractions: Sequence[int | None] = (20,),
    beams: int = 2,
    beam_dose_gy: float | None = None,
    beam_point: Any = None,
    targets: Sequence[DoseReferenceFacts] = (),
    radiation: str = "PHOTON",
    approval: str = "APPROVED",
    intent: str = "CURATIVE",
    structure_set: str = "",
    replaces: Sequence[str] = (),
    **said: Any,
) -> PlanFacts:
    """A plan with one fraction group per number in ``fractions``; its path is ``<label>.plan``."""
    groups = tuple(
        FractionGroupFacts(
            number=number,
            fractions_planned=n,
            beams=tuple(
                BeamFacts(
                    number=beam,
                    name=f"B{beam}",
                    radiation_type=radiation,
                    delivery_type="TREATMENT",
                    dose_gy=beam_dose_gy,
                    point_mm=beam_point,
                )
                for beam in range(1, beams + 1)
            ),
        )
        for number, n in enumerate(fractions, start=1)
    )
    return PlanFacts(
        header=header(f"{label}.plan", "RTPLAN", **said),
        label=label,
        name="",
        intent=intent,
        approval=approval,
        radiation=(radiation,) if radiation else (),
        is_ion=radiation in ("PROTON", "ION"),
        geometry="PATIENT",
        fraction_groups=groups,
        dose_references=tuple(targets),
        structure_set_uids=(f"uid.{structure_set}",) if structure_set else (),
        dose_uids=(),
        replaces_uids=tuple(f"uid.{one}.plan" for one in replaces),
    )


def a_dose(
    name: str,
    *,
    plans: Sequence[str] = (),
    summation: str = "PLAN",
    dose_gy: float | FloatArray = 40.0,
    dose_type: str = "PHYSICAL",
    units: str = "GY",
    beams: Sequence[int] = (),
    group: int | None = None,
    spacing_mm: float = 5.0,
    structure_set: str = "",
    biological: str = "",
    frame: str = FRAME,
    **said: Any,
) -> DoseFacts:
    """A dose of 5 x 5 x 5 voxels around the origin; its path is ``<name>.dose``; ``plans`` are labels."""
    grid = Grid(
        frame=frame,
        shape=(5, 5, 5),
        origin_mm=np.full(3, -2 * spacing_mm),
        spacing_mm=np.full(3, spacing_mm),
        axes=np.eye(3),
    )
    values = np.broadcast_to(np.asarray(dose_gy, dtype=np.float64), grid.shape)
    return DoseFacts(
        header=header(f"{name}.dose", "RTDOSE", frame=frame, **said),
        summation=summation,
        dose_type=dose_type,
        units=units,
        grid=grid,
        voxels=_giving(values),
        plan_uids=tuple(f"uid.{one}.plan" for one in plans),
        structure_set_uids=(f"uid.{structure_set}",) if structure_set else (),
        fraction_group=group,
        beam_numbers=tuple(beams),
        biological=biological,
    )


def _giving(values: FloatArray) -> Callable[[], FloatArray]:
    return lambda: values


def structures(
    name: str,
    rois: Sequence[str] = ("Target",),
    *,
    series: Sequence[str] = (),
    frame: str = FRAME,
    **said: Any,
) -> StructureSetFacts:
    """A structure set of cubes of 16 mm around the origin; its path is ``<name>``."""
    square = np.array([[-8.0, -8.0], [8.0, -8.0], [8.0, 8.0], [-8.0, 8.0]])
    planes = tuple(np.column_stack([square, np.full(4, z)]) for z in (-8.0, -4.0, 0.0, 4.0, 8.0))
    return StructureSetFacts(
        header=header(name, "RTSTRUCT", frame=frame, **said),
        label=name,
        rois=tuple(
            RoiFacts(
                number=number,
                name=roi,
                interpreted_type="",
                frame=frame,
                contour_count=len(planes),
                contours=lambda: ContourStack(frame=frame, polygons=planes),
            )
            for number, roi in enumerate(rois, start=1)
        ),
        image_series_uids=tuple(series),
    )


def a_slice(number: int, *, series: str = "ct", frame: str = FRAME, **said: Any) -> ImageSliceFacts:
    """One axial slice at z = 5 mm times its number; its path is ``<series>/<number>``."""
    return ImageSliceFacts(
        header=header(f"{series}/{number}", "CT", series_uid=series, frame=frame, **said),
        position_mm=(-10.0, -10.0, 5.0 * number),
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        patient_position="HFS",
        rows=4,
        columns=4,
        pixel_spacing_mm=(5.0, 5.0),
        voxels=lambda: np.zeros((4, 4)),
    )


def a_record(
    plan: str,
    number: int | None,
    *,
    day: date | None = DAY,
    complete: bool = True,
    beams: Sequence[int] = (),
    name: str = "",
    **said: Any,
) -> TreatmentRecordFacts:
    """One session of a plan, by label; its path is ``<plan>-<number>.record`` unless named."""
    return TreatmentRecordFacts(
        header=header(name or f"{plan}-{number}.record", "RTRECORD", **said),
        plan_uids=(f"uid.{plan}.plan",),
        treatment_date=day,
        fraction_group=1,
        fraction_numbers=() if number is None else (number,),
        complete=complete,
        delivered_beams=tuple(beams),
    )
