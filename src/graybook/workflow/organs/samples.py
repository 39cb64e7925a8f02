"""Organ samples: organs, courses and alignments come in; each organ's samples with every course's dose on them go out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np

from graybook.accumulation.equieffective import CourseDose
from graybook.dvh.sampling import StructureSamples, structure_samples
from graybook.errors import InputError
from graybook.geometry import Affine, MappedField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Transform
from graybook.record import Alignment, Course, RepairWish, Structure
from graybook.workflow.alignment.anatomy import Organ
from graybook.workflow.folder.doses import LoadedCourse, seen_from
from graybook.workflow.organs.dose import CourseOnOrgan, doses_on_points
from graybook.workflow.organs.result import OrganDoses, UnconvertedDose
from graybook.workflow.organs.shifted_doses import MovableCourse

__all__ = ["Setting", "carried_back", "drawn_points_mm", "organ_doses"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """What all organs share.

    ``alignments`` holds, for each course that can be reached, the way from the reference frame to the course's frame.
    ``refused`` is True when no 3D sum may be made, ``complete`` False when some course is not in it. ``movable`` are the courses
    whose dose may lie off, ``names`` what the verdicts on alignments call each key of the union, ``repairs`` the half-times of
    repair that a person asks for.
    """

    reference: Course
    courses: tuple[LoadedCourse, ...]
    alignments: dict[str, Alignment]
    refused: bool
    complete: bool
    movable: tuple[MovableCourse, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    samples: dict[str, StructureSamples] = field(default_factory=dict)
    repairs: tuple[RepairWish, ...] = ()

    @property
    def order_unknown(self) -> frozenset[str]:
        """Courses whose phases may have been given in the same sessions (rule 2)."""
        return frozenset(one.course.id for one in self.courses if not one.order_known)

    def places(self, course: Course) -> dict[str, tuple[str | None, str, float]]:
        """Each sampled structure of a course: its TG-263 name, kind and x of its centre in the course's frame. [mm]"""
        drawn = [one for structures in course.structure_sets for one in structures.structures]
        return {
            one.name: (one.tg263, one.kind, _centre_x_mm(self.samples[_sample_key(one)]))
            for one in drawn
            if _sample_key(one) in self.samples
        }


def _centre_x_mm(samples: StructureSamples) -> float:
    return float(np.average(samples.points_mm[:, 0], weights=samples.volumes_cm3))


def _samples(structure: Structure, course: Course, setting: Setting) -> StructureSamples | None:
    key = _sample_key(structure)
    if key not in setting.samples:
        contours = structure.contours()
        if contours.is_empty:
            return None
        if contours.frame != course.frame:
            raise InputError(
                "It lies in another frame of reference than its course's dose.",
                value=contours.frame,
                remedy="Export the structures of the frame the dose was computed in.",
            )
        thickness = course.images[0].grid.step_along_mm(contours.normal) if course.images else None
        setting.samples[key] = structure_samples(contours, slice_thickness_mm=thickness)
    return setting.samples[key]


def drawn_points_mm(organ: Organ, setting: Setting) -> FloatArray:
    """An assessed organ's points, those of its surface after them, where it was drawn. [mm]"""
    samples = setting.samples[_sample_key(organ.structure)]
    return np.concatenate([samples.points_mm, samples.extreme_points_mm])


def organ_doses(organ: Organ, setting: Setting) -> OrganDoses | None:
    """An organ with every course on it; None for one without a closed contour."""
    own = _samples(organ.structure, organ.course, setting)
    if own is None:
        return None
    way = setting.alignments.get(organ.course.id)
    if organ.origin == "own anatomy" or way is None:
        samples = own
        mapped = tuple(
            doses_on_points(one.dose, own)
            for one in setting.courses
            if one.dose is not None and one.course.frame == organ.course.frame
        )
    else:
        samples = carried_back(own, way.transform)
        mapped = tuple(
            _mapped(one.dose, one.course, organ, own, samples, setting)
            for one in setting.courses
            if one.dose is not None and one.course.id in setting.alignments
        )
    return OrganDoses(
        samples=samples,
        mapped=mapped,
        native=_native(organ, setting),
        carried=_carried_natives(organ, setting),
        courses=tuple(one.course.id for one in setting.courses if one.dose is not None),
        unconverted=_unconverted(organ, samples, setting),
        volume_ratios=_volume_ratios(samples, {one.id for one in mapped} - {organ.course.id}, setting),
    )


def _volume_ratios(
    samples: StructureSamples, courses: Collection[str], setting: Setting
) -> dict[str, FloatArray]:
    """Of the deformations through which courses are seen from the samples' frame; the course that drew them needs none."""
    ways = {
        course: way.transform
        for course, way in setting.alignments.items()
        if course in courses and samples.frame == way.transform.from_frame
    }
    return {
        course: transform.volume_ratios(samples.points_mm)
        for course, transform in ways.items()
        if not isinstance(transform, Affine)
    }


def _mapped(
    dose: CourseDose,
    course: Course,
    organ: Organ,
    own: StructureSamples,
    samples: StructureSamples,
    setting: Setting,
) -> CourseOnOrgan:
    """A course on the organ in the reference frame; the course that drew the organ is asked where it drew it."""
    transform = setting.alignments[course.id].transform
    if course.id == organ.course.id and not isinstance(transform, Affine):
        return replace(doses_on_points(dose, own), volumes_cm3=samples.volumes_cm3)
    return doses_on_points(seen_from(dose, transform), samples)


def _unconverted(organ: Organ, samples: StructureSamples, setting: Setting) -> dict[str, UnconvertedDose]:
    """Courses with a dose but no number of fractions, on the mapped organ, else on their own delineation."""
    found = {}
    for one in setting.courses:
        if one.dose is not None or not one.grids or one.course.undecided:
            continue
        way = setting.alignments.get(one.course.id)
        own = organ.native.get(one.course.id)
        if way is not None and samples.frame == way.transform.from_frame:
            on, there = samples, way.transform
        elif own is not None and (drawn := _samples(own, one.course, setting)) is not None:
            on, there = drawn, Affine.identity(drawn.frame)
        else:
            continue
        fields = [MappedField(field=each, transform=there) for each in one.grids.values()]
        found[one.course.id] = UnconvertedDose(
            points_gy=np.sum([each.sample(on.points_mm).low for each in fields], axis=0),
            extremes_gy=np.sum([each.sample(on.extreme_points_mm).low for each in fields], axis=0),
            volumes_cm3=on.volumes_cm3,
        )
    return found


def _native(organ: Organ, setting: Setting) -> dict[str, CourseOnOrgan]:
    native = {}
    for one in setting.courses:
        structure = organ.native.get(one.course.id)
        if one.dose is None or structure is None or structure is organ.structure:
            continue
        try:
            samples = _samples(structure, one.course, setting)
        except InputError:
            samples = None
        if samples is not None:
            native[one.course.id] = doses_on_points(one.dose, samples)
    return native


def _carried_natives(organ: Organ, setting: Setting) -> dict[str, StructureSamples]:
    found = {}
    for course, structure in organ.native.items():
        way = setting.alignments.get(course)
        samples = setting.samples.get(_sample_key(structure))
        if course != organ.course.id and way is not None and samples is not None:
            found[course] = carried_back(samples, way.transform)
    return found


def _sample_key(structure: Structure) -> str:
    return f"{structure.frame}|{structure.number}|{structure.name}|{id(structure)}"


def carried_back(samples: StructureSamples, transform: Transform) -> StructureSamples:
    """Samples of the frame a transform leads to as samples of the frame it leads from: NaN where nothing is carried there;
    volumes scale with it where something is."""
    if transform.from_frame == transform.to_frame:
        return samples
    points = transform.preimages(samples.points_mm, frame=samples.frame)
    scale: FloatArray | float = 1.0
    if not transform.is_rigid:
        ratios = np.abs(transform.volume_ratios(points))
        scale = 1.0 / np.where(np.isfinite(ratios) & (ratios > 0.0), ratios, 1.0)
    return StructureSamples(
        frame=transform.from_frame,
        points_mm=points,
        volumes_cm3=samples.volumes_cm3 * scale,
        extreme_points_mm=transform.preimages(samples.extreme_points_mm, frame=samples.frame),
        second_half=samples.second_half,
        model=samples.model,
    )
