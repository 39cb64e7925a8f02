"""Facts of structure sets and image slices come in; structures with TG-263 names and kinds, and images, go out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import get_args

from graybook.dicom.facts import RoiFacts, StructureSetFacts
from graybook.dicom.images import image_of
from graybook.errors import InputError
from graybook.files.settings import Settings, StructureSetting
from graybook.record import Image, Structure, StructureSet
from graybook.tables.structure_names import Kind, kind_of, tg263_name
from graybook.workflow.folder.links import frame_of_structures
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.objects import Objects

__all__ = ["images_of", "structure_set_of"]

KINDS = frozenset(get_args(Kind))


def structure_set_of(
    facts: StructureSetFacts, settings: Settings, course_names: Sequence[str] = ()
) -> StructureSet:
    """A structure set as a noun: TG-263 name and kind from the tables, unless the settings say otherwise.

    ``course_names`` are the course's id, label and start date: settings bound to another course do not apply.
    """
    bound = [one for one in settings.structures if not one.course or one.course in course_names]
    return StructureSet(
        uid=facts.header.sop_instance_uid,
        label=facts.label,
        frame=frame_of_structures(facts),
        structures=tuple(_structure(roi, bound, facts) for roi in facts.rois),
    )


def _structure(roi: RoiFacts, settings: Sequence[StructureSetting], facts: StructureSetFacts) -> Structure:
    own = [one for one in settings if roi.name in one.names]
    stated_name = next((one.tg263 for one in own if one.tg263), None)
    stated_kind = next((one.kind for one in own if one.kind), None)
    kind = stated_kind or kind_of(stated_name or roi.name, roi.interpreted_type or None)
    return Structure(
        name=roi.name,
        tg263=stated_name or tg263_name(roi.name),
        kind=kind,
        frame=roi.frame or facts.header.frame,
        contours=roi.contours,
        number=roi.number,
    )


def images_of(objects: Objects, linked: Collection[str], notes: Notes) -> dict[str, Image]:
    """The images that can be read, by Series Instance UID; the others are listed with the reason, and said when ``linked``."""
    images = {}
    for uid, slices in objects.series().items():
        try:
            read = image_of(slices)
        except InputError as error:
            first = slices[0].header.path
            if uid in linked:
                notes.warn("image_not_used", first, path=first, series=uid, count=len(slices), why=str(error))
            for one in slices:
                notes.leave_out(
                    one.header.path, "image_not_used", series=uid, count=len(slices), why=str(error)
                )
        else:
            images[uid] = read.image
            notes.findings.extend(read.findings if uid in linked else ())
            for path in read.repeated:
                notes.leave_out(path, "image_slice_repeated")
    return images
