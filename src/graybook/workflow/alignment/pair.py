"""Register, the pair: two images with what is known of them; what a registration starts from."""

from __future__ import annotations

from dataclasses import dataclass, field

from graybook.dicom.facts import ImageSliceFacts
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.record import Course, Finding, Image, InputFile, Person
from graybook.registration.quality.pairs import StructurePair
from graybook.registration.volume import Volume

__all__ = ["CourseSide", "Pair"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CourseSide:
    """A course of DICOM files and the image of it that is registered, with the facts of its slices."""

    course: Course
    image: Image
    slices: tuple[ImageSliceFacts, ...]

    @property
    def name(self) -> str:
        """Label and date, as a reader knows the course."""
        parts = [self.course.label, str(self.course.start_date or "")]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """What is to be registered: points of ``fixed`` are to be found in ``moving``.

    Parameters
    ----------
    fixed, moving
        The images, in two different frames.
    fixed_side, moving_side
        The courses they belong to; None for plain images.
    person
        Whose courses they are; None for plain images.
    fixed_name, moving_name
        As a reader knows them: label and date of the course, or the name of the file.
    around, around_name
        Voxels of the fixed image to align around, and what they are called; None and empty without.
    structures
        Of both courses, by what they mean.
    landmarks
        Points (n, 3) of the fixed image and where they truly lie in the moving one. [mm]
    points_mm
        Points (n, 3) of the fixed image to be carried. [mm]
    """

    fixed: Volume
    moving: Volume
    fixed_side: CourseSide | None = None
    moving_side: CourseSide | None = None
    person: Person | None = None
    fixed_name: str = ""
    moving_name: str = ""
    around: BoolArray | None = None
    around_name: str = ""
    structures: tuple[StructurePair, ...] = ()
    landmarks: tuple[FloatArray, FloatArray] | None = None
    points_mm: FloatArray | None = None
    inputs: tuple[InputFile, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
