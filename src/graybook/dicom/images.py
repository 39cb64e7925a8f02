"""Images: the slices of one series come in; a record Image and what is to be said of it go out, or the reason why there is none.

Whatever way the planes lie, they become a Grid with those axes: nothing is turned or resampled. The positions and
orientations of the slices say where the patient is; Patient Position adds nothing to them and is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from graybook.dicom.facts import ImageSliceFacts
from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import LEAST_UPRIGHT, Grid
from graybook.record.assessment import Finding, Param, Severity
from graybook.record.image import Image

__all__ = ["SeriesImage", "image_of"]

ORIENTATION_TOLERANCE = 5e-4
"""How far direction cosines of two slices may differ: 0.25 mm over half a metre."""

POSITION_TOLERANCE_MM = 0.01
"""Slices nearer to each other lie at one position. [mm]"""

SHIFT_TOLERANCE_MM = 0.1
"""How far a slice may lie aside of the straight line through the first and last. [mm]"""

EVEN_SHARE = 0.01
"""Slices are evenly spaced when no gap is off by more than this share of the mean gap, or 0.01 mm."""

MISSING = 1.5
"""A gap this many times longer than the gaps on both sides is where slices are missing."""

LONGEST_BRIDGED_MM = 10.0
"""Over a longer gap where slices are missing nothing is interpolated. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class SeriesImage:
    """An image, what is to be said of it, and the files that repeat another slice of it."""

    image: Image
    findings: tuple[Finding, ...] = ()
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Plane:
    """One slice of a file; several of a multi-frame file share it."""

    file: ImageSliceFacts
    index: int
    position_mm: FloatArray
    height_mm: float

    def voxels(self) -> FloatArray:
        values = self.file.voxels()
        return values[self.index] if self.file.frames_mm else values


def image_of(slices: Sequence[ImageSliceFacts]) -> SeriesImage:
    """The image of one series of parallel slices, in any order; :class:`InputError` when they make no volume.

    Parameters
    ----------
    slices
        All slices of one series.
    """
    series = _series(slices)
    row, column, normal = _directions(slices, series)
    _check_in_plane(slices, series)
    planes = sorted(_planes(slices, normal), key=lambda plane: plane.height_mm)
    kept, repeated = _once(planes, series)
    if len(kept) < 2:
        raise InputError(
            f"{series} has one slice: its thickness is not known.",
            value=len(kept),
            remedy="Add the other slices of the series.",
        )
    axis = _axis(kept, normal, series)
    heights = np.array([plane.height_mm - kept[0].height_mm for plane in kept])
    offsets_mm = heights / float(normal @ axis)
    findings = [*_said_of_gaps(heights, kept[0], series), *_said_of_repeats(repeated, kept[0])]
    first = kept[0].file
    row_mm, column_mm = first.pixel_spacing_mm
    grid = Grid(
        frame=first.header.frame,
        shape=(len(kept), first.rows, first.columns),
        origin_mm=kept[0].position_mm,
        spacing_mm=np.array([column_mm, row_mm, offsets_mm[-1] / (len(kept) - 1)]),
        axes=np.stack([row, column, axis], axis=1),
        planes_mm=None if _is_even(offsets_mm) else offsets_mm,
    )
    image = Image(
        series_uid=first.header.series_uid,
        modality=first.header.modality,
        grid=grid,
        voxels=_stacked(kept),
    )
    return SeriesImage(image=image, findings=tuple(findings), repeated=tuple(repeated))


def _stacked(planes: Sequence[_Plane]) -> Callable[[], FloatArray]:
    def voxels() -> FloatArray:
        files = {id(plane.file): plane.file for plane in planes}
        read = {key: file.voxels() for key, file in files.items()}
        return np.stack(
            [
                read[id(plane.file)][plane.index] if plane.file.frames_mm else read[id(plane.file)]
                for plane in planes
            ]
        )

    return voxels


def _series(slices: Sequence[ImageSliceFacts]) -> str:
    series = sorted({item.header.series_uid for item in slices})
    frames = sorted({item.header.frame for item in slices})
    if len(series) != 1 or len(frames) != 1:
        raise InputError(
            "The slices belong to several series or frames.",
            value=", ".join(series if len(series) != 1 else frames),
            remedy="Give the slices of one series in one frame of reference.",
        )
    return f"Image series {series[0]}"


def _directions(slices: Sequence[ImageSliceFacts], series: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Unit vectors of rows, columns and their normal."""
    first = np.array(slices[0].orientation)
    for item in slices:
        if np.abs(np.array(item.orientation) - first).max() > ORIENTATION_TOLERANCE:
            raise InputError(
                f"{series} has slices that are not parallel.",
                value=[round(value, 4) for value in item.orientation],
                remedy="Leave out the slices that do not belong to the volume (scouts, other stacks).",
            )
    lengths = np.linalg.norm(first.reshape(2, 3), axis=1)
    row, column = first[:3] / max(lengths[0], 1e-9), first[3:] / max(lengths[1], 1e-9)
    if np.abs(lengths - 1.0).max() > 1e-2 or abs(float(row @ column)) > 1e-3:
        raise InputError(
            f"{series} has rows and columns that are not at right angles.",
            value=[round(value, 4) for value in slices[0].orientation],
            remedy="Export the series again.",
        )
    return row, column, np.cross(row, column)


def _check_in_plane(slices: Sequence[ImageSliceFacts], series: str) -> None:
    first = slices[0]
    for item in slices:
        same_size = (item.rows, item.columns) == (first.rows, first.columns)
        spacing = np.allclose(item.pixel_spacing_mm, first.pixel_spacing_mm, rtol=1e-4)
        if not same_size or not spacing:
            raise InputError(
                f"{series} has slices of different size or pixel spacing.",
                value=item.header.path,
                remedy="Leave out the slices that do not belong to the volume.",
            )


def _planes(slices: Sequence[ImageSliceFacts], normal: FloatArray) -> list[_Plane]:
    return [
        _Plane(file=item, index=index, position_mm=np.array(place), height_mm=float(np.array(place) @ normal))
        for item in sorted(slices, key=lambda item: item.header.path)
        for index, place in enumerate(item.frames_mm or (item.position_mm,))
    ]


def _once(planes: Sequence[_Plane], series: str) -> tuple[list[_Plane], list[str]]:
    """Each position once; slices repeated with the same pixels are left out, with others the series is refused."""
    kept = [planes[0]]
    repeated: list[str] = []
    for plane in planes[1:]:
        last = kept[-1]
        if plane.height_mm - last.height_mm > POSITION_TOLERANCE_MM:
            kept.append(plane)
            continue
        aside_mm = float(np.linalg.norm(plane.position_mm - last.position_mm))
        if aside_mm > SHIFT_TOLERANCE_MM or not np.array_equal(plane.voxels(), last.voxels()):
            raise InputError(
                f"{series} has two different slices at one position.",
                value=", ".join(dict.fromkeys([last.file.header.path, plane.file.header.path])),
                remedy="Leave out one of the phases, echoes or reconstructions.",
            )
        if plane.file is not last.file:
            repeated.append(plane.file.header.path)
    return kept, repeated


def _axis(planes: Sequence[_Plane], normal: FloatArray, series: str) -> FloatArray:
    """Unit vector from slice to slice: the normal, or leaning when the gantry was tilted."""
    places = np.stack([plane.position_mm for plane in planes])
    rise = np.array([plane.height_mm for plane in planes]) - planes[0].height_mm
    along = places - places[0]
    if np.linalg.norm(along - rise[:, None] * normal, axis=1).max() <= SHIFT_TOLERANCE_MM:
        return normal
    axis = along[-1] / np.linalg.norm(along[-1])
    upright = float(axis @ normal)
    aside_mm = np.linalg.norm(along - (rise / max(upright, 1e-9))[:, None] * axis, axis=1)
    if aside_mm.max() > SHIFT_TOLERANCE_MM or upright < LEAST_UPRIGHT:
        raise InputError(
            f"{series} has slices shifted against each other without a rule.",
            value=planes[int(aside_mm.argmax())].file.header.path,
            remedy="Leave out the slices that do not belong to the volume, or export it as parallel slices.",
        )
    return np.asarray(axis)


def _is_even(offsets_mm: FloatArray) -> bool:
    step = float(offsets_mm[-1]) / (len(offsets_mm) - 1)
    return bool(np.abs(np.diff(offsets_mm) - step).max() <= max(POSITION_TOLERANCE_MM, EVEN_SHARE * step))


def _said_of_gaps(heights_mm: FloatArray, first: _Plane, series: str) -> list[Finding]:
    """Where slices are missing or unevenly spaced; refused when a hole is too long to bridge."""
    if _is_even(heights_mm):
        return []
    gaps = np.diff(heights_mm).tolist()
    missing = []
    for k, gap in enumerate(gaps):
        beside = gaps[max(k - 1, 0) : k] + gaps[k + 1 : k + 2]
        if beside and gap > MISSING * max(beside):
            missing.append(gap)
    longest = max(missing, default=0.0)
    if longest > LONGEST_BRIDGED_MM:
        raise InputError(
            f"{series} has a hole where slices are missing.",
            value=f"{longest:g} mm between two slices",
            remedy="Add the missing slices.",
        )
    params: dict[str, Param] = {
        "series": first.file.header.series_uid,
        "shortest": f"{min(gaps):.4g}",
        "longest": f"{max(gaps):.4g}",
        "count": len(missing),
    }
    code = "image_slices_missing" if missing else "image_slices_uneven"
    severity = Severity.WARNING if missing else Severity.INFO
    return [Finding(code=code, severity=severity, subject=first.file.header.path, params=params)]


def _said_of_repeats(repeated: Sequence[str], first: _Plane) -> list[Finding]:
    if not repeated:
        return []
    params: dict[str, Param] = {"series": first.file.header.series_uid, "count": len(repeated)}
    return [
        Finding(
            code="image_slices_repeated",
            severity=Severity.INFO,
            subject=first.file.header.path,
            params=params,
        )
    ]
