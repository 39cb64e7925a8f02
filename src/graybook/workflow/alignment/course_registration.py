"""Course registration: two courses with images come in; an alignment computed between them, or one found measured, goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from graybook.errors import InputError
from graybook.geometry import Affine
from graybook.geometry.contours import ContourStack
from graybook.progress import Progress, silent
from graybook.record import Alignment, Course, Image, Structure
from graybook.registration.automatic import automatic
from graybook.registration.quality import StructurePair, quality
from graybook.registration.registered import Registered
from graybook.registration.volume import Volume
from graybook.tables.alignment_thresholds import Thresholds
from graybook.workflow.alignment.anatomy import structure_names, structures_by_key

__all__ = ["Register", "Registrar", "images_to_align", "pairs_of", "readable_volume"]

Register: TypeAlias = Literal["auto", "rigid", "deformable", "never"]
"""``--register``: compute what is missing; compute one of a kind, whatever was found; compute none."""

MEASURED = ("organ", "target", "external")
"""Kinds of structures that alignments are measured at."""


def images_to_align(course: Course) -> list[Image]:
    """The images of a course in its frame, a CT before any other."""
    images = [image for image in course.images if image.grid.frame == course.frame]
    return sorted(images, key=lambda one: (one.modality != "CT", one.series_uid))


def readable_volume(course: Course) -> Volume | None:
    """The first image of a course in its frame that can be read, a CT before any other; None without one."""
    for image in images_to_align(course):
        try:
            return Volume.of(image)
        except InputError:
            continue
    return None


def pairs_of(course: Course, reference: Course, names: Mapping[str, str]) -> tuple[StructurePair, ...]:
    """What is drawn on the reference, on the course or on both, by the names of the union; unreadable ones are left out."""
    ours, theirs = structures_by_key(reference), structures_by_key(course)
    pairs = []
    for key in dict.fromkeys([*ours, *theirs]):
        first = ours.get(key) or theirs[key]
        fixed, moving = _contours(ours.get(key), reference), _contours(theirs.get(key), course)
        if first.kind in MEASURED and (fixed is not None or moving is not None):
            pairs.append(
                StructurePair(
                    name=names.get(key, first.name),
                    tg263=first.tg263,
                    kind=first.kind,
                    fixed=fixed,
                    moving=moving,
                )
            )
    return tuple(pairs)


def _contours(structure: Structure | None, course: Course) -> ContourStack | None:
    if structure is None:
        return None
    try:
        contours = structure.contours()
    except InputError:
        return None
    return None if contours.is_empty or contours.frame != course.frame else contours


@dataclass(frozen=True, kw_only=True, eq=False)
class Registrar:
    """Aligns courses with the reference by their images, and measures how well they are.

    Parameters
    ----------
    reference
        Whose frame alignments lead from.
    names
        What each key of the union is called; see :func:`graybook.workflow.alignment.anatomy.structure_names`.
    register
        What may be computed.
    thresholds
        Limits of the verdicts; those of the edition when None.
    """

    reference: Course
    names: Mapping[str, str]
    register: Register = "auto"
    thresholds: Thresholds | None = None
    progress: Progress = silent
    volumes: dict[str, Volume | None] = field(default_factory=dict)

    @classmethod
    def between(
        cls,
        courses: Sequence[Course],
        reference: Course,
        *,
        register: Register,
        thresholds: Thresholds | None = None,
        progress: Progress,
    ) -> Registrar:
        """For the courses of one person."""
        return cls(
            reference=reference,
            names=structure_names(courses, reference),
            register=register,
            thresholds=thresholds,
            progress=progress,
        )

    @property
    def insists(self) -> bool:
        """Whether a kind of registration was asked for by name, so that one found is not used in its place."""
        return self.register in ("rigid", "deformable")

    def volume(self, course: Course) -> Volume | None:
        """The image of a course, read once."""
        if course.id not in self.volumes:
            self.volumes[course.id] = readable_volume(course)
        return self.volumes[course.id]

    def computed(self, course: Course) -> Alignment | None:
        """An alignment from the two courses' images; None where one has none, or none may be computed."""
        if self.register == "never":
            return None
        fixed, moving = self.volume(self.reference), self.volume(course)
        if fixed is None or moving is None:
            return None
        found = automatic(
            fixed,
            moving,
            method=self.register,
            around=None,
            structures=pairs_of(course, self.reference, self.names),
            thresholds=self.thresholds,
            progress=self.progress,
        )
        return replace(found, source=("computed",))

    def measured(self, course: Course, alignment: Alignment) -> Alignment:
        """An alignment found in the input, with its quality where both courses have images."""
        fixed, moving = self.volume(self.reference), self.volume(course)
        if alignment.quality is not None or fixed is None or moving is None:
            return alignment
        transform = alignment.transform
        rigid = isinstance(transform, Affine) and transform.is_rigid
        found = quality(
            fixed,
            moving,
            Registered(
                transform=transform, method="rigid" if rigid else "deformable", similarity=float("nan")
            ),
            None,
            structures=pairs_of(course, self.reference, self.names),
            landmarks=None,
            thresholds=self.thresholds,
            progress=self.progress,
        )
        return replace(alignment, quality=found)
