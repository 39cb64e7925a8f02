"""Register, structures: a found transform comes in; the earlier course's structures on today's image are written as RTSTRUCT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from graybook.dicom.marks import uid_from
from graybook.dicom.write_rtstruct import WrittenRoi, write_rtstruct
from graybook.progress import Progress, silent
from graybook.record import Alignment
from graybook.registration.quality import StructurePair
from graybook.workflow.alignment.pair import CourseSide, Pair
from graybook.workflow.alignment.propagated_set import axial_slices
from graybook.workflow.alignment.propagation import propagated
from graybook.workflow.registering.transforms import DESCRIPTION, series_header

__all__ = ["STRUCTURES", "write_structures"]

STRUCTURES = "structures.dcm"

CARRIED = ("organ", "target")
"""Kinds of structures carried; the body's outline is not."""

TARGETS = ("GTV", "CTV", "PTV")


def write_structures(pair: Pair, alignment: Alignment, folder: Path, *, progress: Progress = silent) -> None:
    """Write the moving course's organs and targets, carried onto the fixed image; nothing where there are none."""
    if pair.fixed_side is None or pair.moving_side is None:
        return
    rois = list(_rois(pair, pair.moving_side, alignment, progress))
    if not rois:
        return
    header = series_header(
        pair, pair.fixed_side, kind=f"structures {alignment.method}", description=f"Propagated. {DESCRIPTION}"
    )
    digits = " ".join(f"{number:.3f}" for roi in rois for one in roi.polygons for number in one.ravel())
    axial = axial_slices(pair.fixed_side.image.grid, pair.fixed_side.slices)
    write_rtstruct(
        folder / STRUCTURES,
        header=header,
        uid=uid_from("graybook", "propagated", header.series_uid, digits),
        label="PROPAGATED",
        rois=rois,
        image_series_uid=pair.fixed_side.image.series_uid if axial else "",
        image_uids=axial,
    )


def _rois(pair: Pair, moving: CourseSide, alignment: Alignment, progress: Progress) -> Iterator[WrittenRoi]:
    wanted = [one for one in pair.structures if one.moving is not None and one.kind in CARRIED]
    number = 0
    for place, one in enumerate(wanted):
        told = _part(progress, place, len(wanted))
        if one.moving is None:
            continue
        found = propagated(one.moving, alignment.transform, pair.fixed.grid, progress=told)
        if found.is_empty:
            continue
        number += 1
        yield WrittenRoi(
            number=number,
            name=one.name,
            polygons=found.polygons,
            interpreted_type=_type(one),
            algorithm="AUTOMATIC",
            description=f"Propagated from {moving.name}. {DESCRIPTION}",
        )


def _part(progress: Progress, place: int, count: int) -> Progress:
    """A progress whose whole is one of several equal parts of another's."""

    def tell(step: str, done: float) -> None:
        progress.tell(step, (place + done) / count)

    return replace(progress, tell=tell)


def _type(one: StructurePair) -> str:
    if one.kind == "organ":
        return "ORGAN"
    name = (one.tg263 or one.name).upper()
    return next((target for target in TARGETS if name.startswith(target)), "")
