"""The synthetic patient: an empty folder comes in; its courses as DICOM files and a ``graybook.toml`` stand in it after."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from graybook.dicom.write_beams import WrittenBeam
from graybook.dicom.write_ct import ct_slice_uid, write_ct
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_registration import WrittenImages, write_registration
from graybook.dicom.write_rtdose import WrittenDose, write_rtdose
from graybook.dicom.write_rtplan import WrittenDoseReference, WrittenPlan, write_rtplan
from graybook.dicom.write_rtrecord import WrittenSession, write_rtrecord
from graybook.dicom.write_rtstruct import WrittenRoi, write_rtstruct
from graybook.files.settings import FILE_NAME
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.progress import Progress, silent
from graybook.workflow.demo.anatomy import hounsfield_units
from graybook.workflow.demo.contours import polygons_of
from graybook.workflow.demo.courses import (
    COURSES,
    LOWER_SLICES,
    PATIENT,
    REFERENCE,
    SyntheticCourse,
    SyntheticPlan,
    synthetic_uid,
)
from graybook.workflow.demo.radionuclide import nuclear_settings_text, write_radionuclide

__all__ = ["settings_text", "write_synthetic_patient"]

SERIES_NUMBERS = {"ct": 1, "rtstruct": 2, "rtplan": 3, "rtdose": 4, "rtrecord": 5, "reg": 6}


def write_synthetic_patient(folder: Path, progress: Progress = silent) -> None:
    """Write the synthetic patient into ``folder``: about 360 files, 62 MB, the same bytes each time.

    Parameters
    ----------
    folder
        Made with its parents when absent.
    progress
        Told course by course.
    """
    steps = 4 * len(COURSES)
    for number, course in enumerate(COURSES):
        place = folder / course.key
        progress(f"{course.key}: CT", 4 * number / steps)
        grid = course.image_grid()
        hu = _voxels(course, grid, progress)
        write_ct(place / "CT", header=_header(course, "ct"), grid=grid, hu=hu)
        progress(f"{course.key}: structures", (4 * number + 1) / steps)
        _write_structures(place, course, grid)
        progress(f"{course.key}: plans and doses", (4 * number + 2) / steps)
        for plan in course.plans:
            _write_plan(place, course, plan)
        if course is not REFERENCE:
            _write_registration(folder, course)
    write_radionuclide(folder, progress)
    folder.joinpath(FILE_NAME).write_text(settings_text(), encoding="utf-8", newline="\n")
    progress("synthetic patient written", 1.0)


def settings_text() -> str:
    """The ``graybook.toml`` of the synthetic patient: the last course is proposed, its phases are sequential."""
    plans, lymphoma = (
        ", ".join(f'"{plan.label}"' for plan in course.plans) for course in (REFERENCE, COURSES[0])
    )
    return f"""\
# What DICOM does not say about the synthetic patient.
[[course]]
plans = [{plans}]
label = "Left hilum 2026"
site = "lung"
status = "proposed"
sequential = true
author = "A. Demonstration"
date = {REFERENCE.day.isoformat()}
reason = "Plan for the tumour board; the boost follows the first 25 fractions."
source = "Invented for the demonstration."

[[course]]
plans = [{lymphoma}]
label = "{COURSES[0].title}"
sequential = true
author = "A. Demonstration"
date = {REFERENCE.day.isoformat()}
reason = "The para-aortic nodes were treated after the mediastinum."
source = "Invented for the demonstration."
{nuclear_settings_text()}"""


def _header(course: SyntheticCourse, kind: str) -> SeriesHeader:
    return SeriesHeader(
        person=PATIENT,
        study_uid=synthetic_uid(course.key, "study"),
        series_uid=synthetic_uid(course.key, "series", kind),
        day=course.day,
        frame=course.frame,
        series_description=f"Synthetic {kind}",
        study_description=course.title,
        study_id=course.key,
        series_number=SERIES_NUMBERS[kind],
        manufacturer=course.manufacturer,
        institution="SYNTHETIC, NOT A PERSON",
    )


def _voxels(course: SyntheticCourse, grid: Grid, progress: Progress) -> FloatArray:
    """The CT of a course, slice by slice so that a stop is honoured. [HU]"""
    matrix = course.to_reference.matrix.astype(np.float32)
    nz, ny, nx = grid.shape
    u = (grid.origin_mm[0] + grid.spacing_mm[0] * np.arange(nx)).astype(np.float32)[None, :]
    v = (grid.origin_mm[1] + grid.spacing_mm[1] * np.arange(ny)).astype(np.float32)[:, None]
    hu = np.empty(grid.shape, dtype=np.int16)
    for k in range(nz):
        if progress.cancelled():
            progress("stopped")
        w = np.float32(grid.origin_mm[2] + grid.spacing_mm[2] * k)
        x, y, z = (row[0] * u + row[1] * v + (row[2] * w + row[3]) for row in matrix[:3])
        seed = course.seed * 1000 + k - LOWER_SLICES
        hu[k] = np.rint(hounsfield_units(x, y, z, masses=course.masses, seed=seed))
    return hu.astype(np.float32)


def _heights_mm(grid: Grid) -> list[float]:
    return [float(grid.origin_mm[2] + grid.spacing_mm[2] * k) for k in range(grid.shape[0])]


def _slice_uids(course: SyntheticCourse) -> list[str]:
    series_uid = synthetic_uid(course.key, "series", "ct")
    return [ct_slice_uid(series_uid, index) for index in range(course.image_grid().shape[0])]


def _write_structures(place: Path, course: SyntheticCourse, grid: Grid) -> None:
    heights = _heights_mm(grid)
    rois = [
        WrittenRoi(
            number=number,
            name=name,
            polygons=polygons_of(organ, course.to_reference, heights),
            interpreted_type=interpreted_type,
        )
        for number, (name, (organ, interpreted_type)) in enumerate(course.organs().items(), start=1)
    ]
    write_rtstruct(
        place / "RS.dcm",
        header=_header(course, "rtstruct"),
        uid=synthetic_uid(course.key, "rtstruct"),
        label=f"Synthetic {course.key}",
        rois=rois,
        image_series_uid=synthetic_uid(course.key, "series", "ct"),
        image_uids=dict(zip(heights, _slice_uids(course), strict=True)),
    )


def _beams(plan: SyntheticPlan) -> tuple[WrittenBeam, ...]:
    beams = plan.arrangement.beams
    total = sum(beam.weight for beam in beams)
    per_fraction_gy = plan.prescription_gy / plan.fractions
    return tuple(
        WrittenBeam(
            number=number,
            name=f"{number} G{beam.gantry_deg:g}",
            dose_gy=round(per_fraction_gy * beam.weight / total, 6),
            meterset=round(100 * per_fraction_gy * beam.weight / total, 2),
            gantry_deg=beam.gantry_deg,
            isocentre_mm=plan.arrangement.isocentre_mm,
        )
        for number, beam in enumerate(beams, start=1)
    )


def _write_plan(place: Path, course: SyntheticCourse, plan: SyntheticPlan) -> None:
    key, name = course.key, plan.label.replace(" ", "_")
    plan_uid = synthetic_uid(key, "rtplan", plan.label)
    target = WrittenDoseReference(
        number=1,
        uid=synthetic_uid(key, "target", plan.target),
        prescription_gy=plan.prescription_gy,
        description=plan.target,
        structure_type="VOLUME",
        roi_number=list(course.organs()).index(plan.target) + 1,
    )
    beams = _beams(plan)
    written = WrittenPlan(
        uid=plan_uid,
        label=plan.label,
        fractions=plan.fractions,
        beams=beams,
        dose_references=(target,),
        approval=plan.approval,
        structure_set_uid=synthetic_uid(key, "rtstruct"),
        prescription_description=plan.description,
    )
    header = _header(course, "rtplan")
    write_rtplan(place / f"RP_{name}.dcm", header=header.on(plan.day), plan=written)
    grid = course.dose_grid()
    dose = WrittenDose(
        uid=synthetic_uid(key, "rtdose", plan.label),
        grid=grid,
        values_gy=course.physical_dose_gy(plan, grid.centres()).reshape(grid.shape),
        plan_uids=(plan_uid,),
        absolute_offsets=course.absolute_offsets,
    )
    write_rtdose(place / f"RD_{name}.dcm", header=_header(course, "rtdose").on(plan.day), dose=dose)
    for number, day in enumerate(plan.sessions, start=1):
        session = WrittenSession(
            uid=synthetic_uid(key, "record", plan.label, str(number)),
            plan_uid=plan_uid,
            day=day,
            fraction=number,
            fractions_planned=plan.fractions,
        )
        header = _header(course, "rtrecord").on(day)
        write_rtrecord(place / f"RT_{name}_{number}.dcm", header=header, session=session, beams=beams)


def _images(course: SyntheticCourse) -> WrittenImages:
    return WrittenImages(
        synthetic_uid(course.key, "study"),
        synthetic_uid(course.key, "series", "ct"),
        _slice_uids(course),
    )


def _write_registration(folder: Path, course: SyntheticCourse) -> None:
    header = _header(REFERENCE, "reg")
    write_registration(
        folder / REFERENCE.key / f"REG_{course.key}_to_{REFERENCE.key}.dcm",
        header=header.in_series(synthetic_uid("reg", course.key)),
        uid=synthetic_uid("registration", course.key),
        transform=course.to_reference,
        registered_images=_images(REFERENCE),
        source_images=_images(course),
        description=f"{course.key} onto {REFERENCE.key}",
    )
