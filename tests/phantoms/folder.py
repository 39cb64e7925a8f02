"""Phantom folders: courses and registrations come in, DICOM files in a folder go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from graybook.dicom.marks import uid_from
from graybook.dicom.write_beams import WrittenBeam
from graybook.dicom.write_ct import ct_slice_dataset, ct_slice_uid
from graybook.dicom.write_deformable import deformable_dataset
from graybook.dicom.write_header import SeriesHeader, save
from graybook.dicom.write_registration import WrittenImages, registration_dataset
from graybook.dicom.write_rtdose import WrittenDose, rtdose_dataset
from graybook.dicom.write_rtplan import WrittenDoseReference, WrittenPlan, rtplan_dataset
from graybook.dicom.write_rtrecord import WrittenSession, rtrecord_dataset
from graybook.dicom.write_rtstruct import WrittenRoi, rtstruct_dataset
from graybook.geometry.transform import Affine
from graybook.record.person import Identity, Person
from phantoms.course import Alter, PhantomCourse, PhantomDeformation, PhantomPlan, PhantomRegistration

__all__ = ["PERSON", "write_phantom"]

PERSON = Person(
    identities=(Identity(value="PHANTOM-1", issuer="TEST"),),
    name="Éprouvette^Zoé",
    birth_date=date(1970, 2, 3),
    sex="F",
)
"""The person of a phantom: an accent in the name on purpose."""


def write_phantom(
    folder: Path,
    courses: Sequence[PhantomCourse],
    registrations: Sequence[PhantomRegistration | PhantomDeformation] = (),
    *,
    person: Person = PERSON,
) -> Path:
    """Write every course into ``folder/<course name>`` and the registrations into ``folder/registrations``; gives ``folder``."""
    for course in courses:
        _write_course(folder / course.name, course, _person_of(course, person))
    for registration in registrations:
        if isinstance(registration, PhantomDeformation):
            _write_deformation(folder / "registrations", registration, person)
        else:
            _write_registration(folder / "registrations", registration, person)
    return folder


def _person_of(course: PhantomCourse, person: Person) -> Person:
    identity = person.identities[0]
    value = course.patient_id or identity.value
    issuer = identity.issuer if course.issuer is None else course.issuer
    return replace(person, identities=(Identity(value=value, issuer=issuer),))


def _header(course: PhantomCourse, person: Person, kind: str, day: date | None = None) -> SeriesHeader:
    return SeriesHeader(
        person=person,
        study_uid=course.study_uid,
        series_uid=course.image_series_uid
        if kind == "ct"
        else uid_from("phantom", course.name, "series", kind),
        day=day or course.day,
        frame=course.frame_uid,
        series_description=kind,
        study_description=course.name,
    )


def _save(dataset: Dataset, path: Path, alter: Alter | None) -> None:
    if alter is not None:
        alter(dataset)
    save(dataset, path)


def _write_course(folder: Path, course: PhantomCourse, person: Person) -> None:
    slices: dict[float, str] = {}
    if course.image:
        slices = _write_image(folder, course, person)
    if course.write_structures and course.structures:
        dataset = rtstruct_dataset(
            _header(course, person, "rtstruct"),
            uid=course.structure_set_uid,
            label=course.name[:16],
            rois=[
                WrittenRoi(
                    number=number,
                    name=item.name,
                    polygons=item.contours(),
                    interpreted_type=item.interpreted_type,
                    geometric_type=item.geometric_type,
                )
                for number, item in enumerate(course.structures, start=1)
            ],
            image_series_uid=course.image_series_uid if slices else "",
            image_uids=slices,
        )
        _save(dataset, folder / "RS.dcm", course.alter_structures)
    for index, plan in enumerate(course.plans):
        _write_plan(folder, course, person, index, plan)


def _write_image(folder: Path, course: PhantomCourse, person: Person) -> dict[float, str]:
    grid = course.image_grid()
    radii = (grid.centres() - np.asarray(course.centre_mm)) / np.asarray(course.extent_mm)
    hu = np.where(np.sum(radii[:, :2] ** 2, axis=1) < 0.81, 0.0, -1000.0).reshape(grid.shape)
    uids = {}
    for index in range(grid.shape[0]):
        dataset = ct_slice_dataset(_header(course, person, "ct"), grid=grid, hu=hu[index], index=index)
        _save(dataset, folder / f"CT_{index + 1:04d}.dcm", course.alter_image)
        z_mm = float(grid.origin_mm[2] + index * grid.spacing_mm[2])
        uids[z_mm] = ct_slice_uid(course.image_series_uid, index)
    return uids


def _beams(plan: PhantomPlan) -> tuple[WrittenBeam, ...]:
    share = None
    if plan.state_beam_dose and plan.prescription_gy is not None and plan.fractions:
        share = plan.prescription_gy / plan.fractions / plan.beams
    return tuple(
        WrittenBeam(
            number=number,
            name=f"Beam {number}",
            dose_gy=share,
            gantry_deg=360.0 * (number - 1) / plan.beams,
            dose_point_mm=plan.prescription_point_mm,
            radiation_type=plan.radiation_type,
            energy=150.0 if plan.ion else 6.0,
        )
        for number in range(1, plan.beams + 1)
    )


def _dose_references(
    course: PhantomCourse, index: int, plan: PhantomPlan
) -> tuple[WrittenDoseReference, ...]:
    if plan.prescription_gy is None:
        return ()
    names = [item.name for item in course.structures]
    number = names.index(plan.target_structure) + 1 if plan.target_structure else None
    if plan.prescription_point_mm is not None:
        kind = "COORDINATES"
    else:
        kind = "SITE" if number is None else "VOLUME"
    target = (
        ("phantom target", plan.target) if plan.target else ("phantom", course.name, "target", str(index))
    )
    return (
        WrittenDoseReference(
            number=1,
            uid=uid_from(*target),
            prescription_gy=plan.prescription_gy,
            description=plan.target or plan.target_structure or "Target",
            structure_type=kind,
            roi_number=number if kind == "VOLUME" else None,
            point_mm=plan.prescription_point_mm,
        ),
    )


def _write_plan(folder: Path, course: PhantomCourse, person: Person, index: int, plan: PhantomPlan) -> None:
    beams = _beams(plan)
    header = _header(course, person, "rtplan", plan.day)
    uid = course.plan_uid(index)
    if plan.write_plan:
        written = WrittenPlan(
            uid=uid,
            label=plan.label,
            name=plan.name,
            fractions=plan.fractions,
            beams=beams,
            dose_references=_dose_references(course, index, plan),
            intent=plan.intent,
            approval=plan.approval,
            structure_set_uid=course.structure_set_uid
            if plan.reference_structures and course.structures
            else "",
            ion=plan.ion,
        )
        _save(rtplan_dataset(header, written), folder / f"RP_{index}.dcm", plan.alter_plan)
    for number in range(1, plan.sessions + 1):
        session = WrittenSession(
            uid=uid_from("phantom", course.name, "record", str(index), str(number)),
            plan_uid=uid,
            day=header.day + timedelta(days=number - 1),
            fraction=number,
            fractions_planned=plan.fractions or plan.sessions,
            termination=plan.termination,
        )
        dataset = rtrecord_dataset(_header(course, person, "rtrecord", session.day), session, beams)
        _save(dataset, folder / f"RT_{index}_{number:03d}.dcm", plan.alter_record)
    if plan.write_dose and plan.session_doses:
        for number in range(1, plan.session_doses + 1):
            _write_session_dose(folder, course, person, index, plan, number)
    elif plan.write_dose:
        _write_doses(folder, course, person, index, plan)


def _write_doses(folder: Path, course: PhantomCourse, person: Person, index: int, plan: PhantomPlan) -> None:
    grid = plan.grid or course.dose_grid()
    values = plan.dose_gy(grid.centres()).reshape(grid.shape) * plan.dose_scale
    by_beam = plan.summation == "BEAM"
    parts = range(1, plan.beams + 1)[: plan.beams_written] if by_beam else [0]
    for part in parts:
        dose = WrittenDose(
            uid=course.dose_uid(index, part),
            grid=grid,
            values_gy=values / plan.beams if by_beam else values,
            summation=plan.summation,
            dose_type=plan.dose_type,
            units=plan.units,
            plan_uids=(course.plan_uid(index),) if plan.reference_plan else (),
            ion_plan_uids=(course.plan_uid(index),) if plan.ion else (),
            beam_numbers=(part,) if by_beam else (),
            fraction_group=1 if by_beam or plan.summation == "FRACTION" else None,
            structure_set_uid=course.structure_set_uid if plan.dvhs or plan.dose_names_structures else "",
            comment=plan.comment,
            dvhs=plan.dvhs,
            bits=plan.bits,
            absolute_offsets=plan.absolute_offsets,
        )
        name = f"RD_{index}.dcm" if part == 0 else f"RD_{index}_beam{part}.dcm"
        dataset = rtdose_dataset(_header(course, person, "rtdose", plan.day), dose)
        _save(dataset, folder / name, plan.alter_dose)


def _write_session_dose(
    folder: Path, course: PhantomCourse, person: Person, index: int, plan: PhantomPlan, number: int
) -> None:
    grid = plan.grid or course.dose_grid()
    dose = WrittenDose(
        uid=course.dose_uid(index, number),
        grid=grid,
        values_gy=plan.dose_gy(grid.centres()).reshape(grid.shape) * plan.dose_scale / (plan.fractions or 1),
        summation=plan.summation,
        plan_uids=(course.plan_uid(index),) if plan.reference_plan else (),
        bits=plan.bits,
    )
    dataset = rtdose_dataset(_header(course, person, "rtdose", plan.day), dose)
    dataset.InstanceNumber = number
    _save(dataset, folder / f"RD_{index}_session{number:03d}.dcm", plan.alter_dose)


def _images(course: PhantomCourse) -> WrittenImages | None:
    if not course.image:
        return None
    n_slices = course.image_grid().shape[0]
    uids = [ct_slice_uid(course.image_series_uid, index) for index in range(n_slices)]
    return WrittenImages(course.study_uid, course.image_series_uid, uids)


def _write_registration(folder: Path, registration: PhantomRegistration, person: Person) -> None:
    source, target = registration.from_course, registration.to_course
    uid = uid_from("phantom", "reg", registration.name, source.name, target.name)
    header = replace(
        _header(target, _person_of(target, person), "reg", registration.day),
        series_uid=uid_from("phantom", "reg series", registration.name, source.name, target.name),
    )
    transform = Affine(
        from_frame=source.frame_uid, to_frame=target.frame_uid, matrix=np.asarray(registration.matrix)
    )
    dataset = registration_dataset(
        header, uid=uid, transform=transform, registered_images=_images(target), source_images=_images(source)
    )
    name = f"REG_{registration.name}_{source.name}_{target.name}.dcm"
    _save(dataset, folder / name, registration.alter)


def _write_deformation(folder: Path, deformation: PhantomDeformation, person: Person) -> None:
    here, there = deformation.from_course, deformation.to_course
    header = replace(
        _header(here, _person_of(here, person), "reg", deformation.day),
        series_uid=uid_from("phantom", "reg series", deformation.name, here.name, there.name),
    )
    dataset = deformable_dataset(
        header,
        transform=deformation.displacement,
        uid=uid_from("phantom", "reg", deformation.name, here.name, there.name),
        registered_images=_images(here),
        source_images=_images(there),
    )
    name = f"REG_{deformation.name}_{here.name}_{there.name}.dcm"
    _save(dataset, folder / name, deformation.alter)
