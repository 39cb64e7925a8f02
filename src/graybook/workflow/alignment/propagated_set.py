"""Propagated set: structures that stand on today's anatomy only through an alignment come in; an RTSTRUCT of them goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import graybook
from graybook.dicom.facts import ImageSliceFacts
from graybook.dicom.marks import MANUFACTURER, NOTICE, uid_from
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_rtstruct import WrittenRoi, write_rtstruct
from graybook.geometry import Grid
from graybook.progress import Progress, silent
from graybook.record import Alignment, Course, Person
from graybook.workflow.alignment.anatomy import Organ
from graybook.workflow.alignment.propagation import propagated
from graybook.workflow.alignment.results import COMPUTED, method_of

__all__ = ["PROPAGATED", "axial_slices", "write_propagated"]

PROPAGATED = "propagated.dcm"
"""Name of the file."""

LABEL = "PROPAGATED"
TYPES = {"organ": "ORGAN", "external": "EXTERNAL", "support": "SUPPORT"}
TARGETS = ("GTV", "CTV", "PTV")
LONGEST_DESCRIPTION = 1024
UNDATED = date(1900, 1, 1)
CT = "1.2.840.10008.5.1.4.1.1.2"
UPRIGHT = 1e-4
"""How far the cosines of an image's axes may be from those of the frame for its planes to be axial."""


def write_propagated(
    path: Path,
    organs: Sequence[Organ],
    alignments: dict[str, Alignment],
    *,
    reference: Course,
    grid: Grid | None,
    slices: Sequence[ImageSliceFacts],
    person: Person,
    study_uid: str,
    progress: Progress = silent,
) -> bool:
    """
    Write the structures that the reference course does not draw; False, and no file, where there is none.

    Parameters
    ----------
    path
        Where to write; a file of an earlier run is taken away when there is nothing to write.
    organs
        The union; those of origin "propagated" are carried, but the body's outline.
    alignments
        By course, from the reference frame to the course's.
    reference
        Onto whose image they are carried.
    grid, slices
        Planes of that image, and the facts of its slices; a dose grid and none where it has no image.
    person, study_uid
        Of the reference course's study.
    """
    rois = [] if grid is None else list(_rois(organs, alignments, grid, progress))
    if not rois or grid is None:
        path.unlink(missing_ok=True)
        return False
    digits = " ".join(f"{number:.4f}" for roi in rois for one in roi.polygons for number in one.ravel())
    uid = uid_from("propagated", study_uid, grid.frame, *(roi.name for roi in rois), digits)
    header = SeriesHeader(
        person=person,
        study_uid=study_uid,
        series_uid=uid_from("propagated series", uid),
        day=reference.start_date or UNDATED,
        frame=grid.frame,
        series_description=f"GRAYBOOK PROPAGATED {NOTICE}",
        series_number=9001,
        manufacturer=MANUFACTURER,
        model="Graybook",
        software=graybook.__version__,
    )
    axial = axial_slices(grid, slices)
    write_rtstruct(
        path,
        header=header,
        uid=uid,
        label=LABEL,
        rois=rois,
        image_series_uid=slices[0].header.series_uid if axial else "",
        image_uids=axial,
    )
    return True


def _rois(
    organs: Sequence[Organ], alignments: dict[str, Alignment], grid: Grid, progress: Progress
) -> Iterator[WrittenRoi]:
    number = 0
    for one in organs:
        way = alignments.get(one.course.id)
        if one.origin != "propagated" or one.structure.kind == "external" or way is None:
            continue
        if way.transform.from_frame == way.transform.to_frame:
            continue
        progress(one.structure.name)
        found = propagated(one.structure.contours(), way.transform, grid)
        if found.is_empty:
            continue
        number += 1
        yield WrittenRoi(
            number=number,
            name=one.structure.name,
            polygons=found.polygons,
            interpreted_type=_type(one),
            algorithm="AUTOMATIC",
            description=_description(one.course, way)[:LONGEST_DESCRIPTION],
        )


def _description(course: Course, way: Alignment) -> str:
    made = "computed, not approved" if way.source == COMPUTED else "registration " + " > ".join(way.source)
    return f"Propagated from course {course.label}: {method_of(way)}, {made}"


def _type(one: Organ) -> str:
    name = (one.structure.tg263 or one.structure.name).upper()
    if one.structure.kind == "target":
        return next((target for target in TARGETS if name.startswith(target)), "")
    return TYPES.get(one.structure.kind, "")


def axial_slices(grid: Grid, slices: Sequence[ImageSliceFacts]) -> dict[float, str]:
    """The slices of an axial CT by their z; none of any other image. [mm]"""
    upright = abs(abs(grid.axes[0, 0]) - 1.0) < UPRIGHT and abs(abs(grid.axes[1, 1]) - 1.0) < UPRIGHT
    if not upright or any(one.header.sop_class_uid != CT or one.frames_mm for one in slices):
        return {}
    return {one.position_mm[2]: one.header.sop_instance_uid for one in slices}
