"""Read RTDOSE: a dose's attributes come in; its grid, what it sums, its DVH statistics and a source of Gy go out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pydicom.dataelem import RawDataElement

from graybook.dicom.attributes import Attributes
from graybook.dicom.biological import biological_quantity
from graybook.dicom.dose_geometry import NoGrid, dose_grid, frame_count, single_plane
from graybook.dicom.facts import DoseFacts, Header
from graybook.dicom.parsing import reason
from graybook.dicom.pixels import (
    PlainPixels,
    decoded,
    is_lossy,
    is_native,
    missing_bytes,
    plain_pixels,
    undecodable_syntax,
)
from graybook.dicom.read_dvh import dvh_statistics
from graybook.dicom.walk import SourceFile
from graybook.errors import InputError, UnreadableFile
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.record.assessment import Finding, Severity

__all__ = ["UNKNOWN_FRAME", "dose"]

UNKNOWN_FRAME = "unknown-frame-"
"""Start of the frame of a grid whose file names none, so that no two such doses share a frame by accident."""
LABELS = ("SeriesDescription", "DoseComment", "ContentLabel", "ContentDescription", "DerivationDescription")


def dose(attributes: Attributes, header: Header, source: SourceFile) -> DoseFacts:
    """The facts of an RTDOSE."""
    frames = frame_count(attributes)
    grid, problem = _grid(attributes, header, frames)
    scaling = attributes.number("DoseGridScaling")
    problem = _pixel_problem(attributes, header, frames) or problem or _scaling_problem(header, scaling)
    if attributes.code("DoseUnits") != "GY":
        attributes.notes.add("dose_not_in_gray", units=attributes.code("DoseUnits"))
    _note_negative(attributes, scaling, source)
    plans = attributes.items("ReferencedRTPlanSequence")
    groups = [group for plan in plans for group in plan.items("ReferencedFractionGroupSequence")]
    beams = (
        beam.whole("ReferencedBeamNumber")
        for group in groups
        for beam in group.items("ReferencedBeamSequence")
    )
    setups = (
        setup.whole("ReferencedBrachyApplicationSetupNumber")
        for group in groups
        for setup in group.items("ReferencedBrachyApplicationSetupSequence")
    )
    numbers = {group.whole("ReferencedFractionGroupNumber") for group in groups} - {None}
    dvhs, hundred_percent_gy = dvh_statistics(attributes)
    return DoseFacts(
        header=header,
        summation=attributes.code("DoseSummationType"),
        dose_type=attributes.code("DoseType"),
        units=attributes.code("DoseUnits"),
        grid=grid,
        voxels=_voxels(source, frames, scaling, problem, plain_pixels(attributes, frames)),
        plan_uids=_uids(plans),
        structure_set_uids=_uids(attributes.items("ReferencedStructureSetSequence")),
        fraction_group=numbers.pop() if len(numbers) == 1 else None,
        beam_numbers=tuple(sorted({number for number in beams if number is not None})),
        setup_numbers=tuple(sorted({number for number in setups if number is not None})),
        comment=attributes.text("DoseComment"),
        dvhs=dvhs,
        biological=biological_quantity(*(attributes.text(keyword) for keyword in LABELS)),
        problem=problem,
        plane=_plane(attributes, header, problem),
        dvh_hundred_percent_gy=hundred_percent_gy,
    )


def _uids(items: tuple[Attributes, ...]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(uid for uid in (item.uid("ReferencedSOPInstanceUID") for item in items) if uid)
    )


def _grid(attributes: Attributes, header: Header, frames: int) -> tuple[Grid | None, Finding | None]:
    frame = header.frame
    if not frame:
        attributes.notes.add("frame_missing")
        frame = UNKNOWN_FRAME + header.sha256[:16]
    try:
        return dose_grid(attributes, frame, frames), None
    except NoGrid as error:
        return None, reason(error.code, header.path, Severity.ERROR, value=error.value)


def _plane(attributes: Attributes, header: Header, problem: Finding | None) -> Grid | None:
    """Where a dose of a single plane lies, when that it is single is all that is wrong with it and its frame is known."""
    if problem is None or problem.code != "dose_single_plane" or not header.frame:
        return None
    return single_plane(attributes, header.frame)


def _pixel_problem(attributes: Attributes, header: Header, frames: int) -> Finding | None:
    if "PixelData" not in attributes:
        return reason("dose_without_pixels", header.path, Severity.ERROR)
    missing = missing_bytes(attributes, frames)
    if missing:
        return reason("pixel_data_truncated", header.path, Severity.ERROR, missing=missing)
    if is_lossy(attributes):
        return reason("dose_lossy", header.path, Severity.ERROR)
    syntax = undecodable_syntax(attributes.dataset)
    if syntax:
        return reason("syntax_not_read", header.path, Severity.ERROR, syntax=syntax)
    return None


def _scaling_problem(header: Header, scaling: float | None) -> Finding | None:
    if scaling is None or scaling <= 0:
        return reason("dose_scaling_missing", header.path, Severity.ERROR, value=scaling)
    return None


def _note_negative(attributes: Attributes, scaling: float | None, source: SourceFile) -> None:
    """Say when a signed, uncompressed dose holds values below zero (looked at without decoding)."""
    bits = attributes.whole("BitsAllocated")
    if attributes.whole("PixelRepresentation") != 1 or bits not in (8, 16, 32) or not scaling:
        return
    if "PixelData" not in attributes or not is_native(attributes.dataset):
        return
    raw = _native_bytes(attributes, source)
    order = ">" if attributes.dataset.original_encoding[1] is False else "<"
    width = bits // 8
    lowest = np.frombuffer(raw[: len(raw) // width * width], dtype=f"{order}i{width}").min(initial=0)
    if lowest < 0:
        attributes.notes.add("dose_negative", value=float(lowest) * scaling)


def _native_bytes(attributes: Attributes, source: SourceFile) -> bytes:
    """The bytes of uncompressed pixels, which reading the header leaves where they are."""
    element: object = attributes.dataset.get_item("PixelData")
    if not isinstance(element, RawDataElement):
        return bytes(attributes.dataset.PixelData or b"")
    if element.value:
        return element.value
    with source.open() as stream:
        stream.seek(element.value_tell)
        return stream.read(element.length)


def _voxels(
    source: SourceFile,
    frames: int,
    scaling: float | None,
    problem: Finding | None,
    plain: PlainPixels | None,
) -> Callable[[], FloatArray]:
    def voxels() -> FloatArray:
        if scaling is None or scaling <= 0:
            raise InputError(
                f"DoseGridScaling (3004,000E) of {source.path} is missing or not positive.",
                value=scaling,
                remedy="Export the dose again with its scaling.",
            )
        if problem is not None and problem.code in ("dose_without_pixels", "pixel_data_truncated"):
            raise UnreadableFile(
                f"PixelData (7FE0,0010) of {source.path} is missing or ends early.",
                value=problem.params.get("missing"),
                remedy="Export the dose again.",
            )
        if plain is not None:
            return plain.scaled(source, scaling)
        _, stored = decoded(source, frames)
        return stored.astype(np.float64) * scaling

    return voxels
