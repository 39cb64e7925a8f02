"""Dose planes: single-plane RTDOSE files of one series come in; the volume they make goes out, or the reason why they make none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from graybook.dicom.dose_geometry import POSITION_TOLERANCE_MM, NoGrid, grid_of_planes
from graybook.dicom.facts import DoseFacts
from graybook.dicom.parsing import reason
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.record.assessment import Finding, Param, Severity

__all__ = ["with_assembled_planes"]

MISSING = 1.5
"""A gap this many times longer than the gaps beside it is where a plane is missing."""

ORIENTATION_TOLERANCE = 1e-4

ASIDE_MM = 0.1
"""How far a plane may lie aside of the first, along the rows or columns. [mm]"""


def with_assembled_planes(doses: Sequence[DoseFacts]) -> tuple[tuple[DoseFacts, ...], tuple[Finding, ...]]:
    """The doses, single planes of one series put together into one; and what is to be said of it.

    Planes belong together when they name the same series, frame, plans, beams, summation, type and units. A series that
    makes no volume stays as it was, each plane with the reason as its problem.
    """
    kept: list[DoseFacts] = []
    series: dict[tuple[object, ...], list[DoseFacts]] = {}
    for dose in doses:
        if dose.plane is None or not dose.header.series_uid:
            kept.append(dose)
        else:
            series.setdefault(_key(dose), []).append(dose)
    findings = []
    for planes in series.values():
        if len(planes) == 1:
            kept += planes
            continue
        try:
            whole = _assembled(planes)
        except NoGrid as error:
            kept += [_refused(one, error) for one in planes]
        else:
            kept.append(whole)
            params: dict[str, Param] = {"file": whole.header.path, "count": len(planes)}
            findings.append(
                Finding(
                    code="dose_planes_assembled",
                    severity=Severity.INFO,
                    subject=whole.header.path,
                    params=params,
                )
            )
    return tuple(sorted(kept, key=lambda one: one.header.path)), tuple(findings)


def _key(dose: DoseFacts) -> tuple[object, ...]:
    links = (dose.plan_uids, dose.structure_set_uids, dose.fraction_group, dose.beam_numbers)
    meaning = (dose.summation, dose.dose_type, dose.units, dose.biological, dose.comment)
    return (dose.header.series_uid, dose.header.frame, *links, *meaning)


def _refused(dose: DoseFacts, error: NoGrid) -> DoseFacts:
    problem = reason("dose_planes_apart", dose.header.path, Severity.ERROR, value=error.value)
    return replace(dose, problem=problem)


def _assembled(planes: Sequence[DoseFacts]) -> DoseFacts:
    """One dose of the planes; :class:`NoGrid` when they are not equal, straight above each other and complete."""
    first_plane = _plane_of(planes[0])
    normal = first_plane.axes[:, 2]
    heights = {id(one): float((_plane_of(one).origin_mm - first_plane.origin_mm) @ normal) for one in planes}
    ordered = sorted(planes, key=lambda one: heights[id(one)])
    base = _plane_of(ordered[0])
    for one in ordered[1:]:
        _check_alike(base, _plane_of(one))
    offsets = np.array([heights[id(one)] for one in ordered])
    _check_complete(np.diff(offsets))
    grid = grid_of_planes(base, offsets - offsets[0])
    first = min(planes, key=lambda one: one.header.sop_instance_uid)
    return replace(
        first,
        header=replace(first.header, digest=_digest(planes)),
        grid=grid,
        voxels=_stacked(ordered),
        problem=None,
        plane=None,
        parts=tuple(sorted(one.header.path for one in planes)),
    )


def _digest(planes: Sequence[DoseFacts]) -> Callable[[], str]:
    """A source of one hash of all the files."""
    headers = [one.header for one in planes]

    def digest() -> str:
        return hashlib.sha256("\n".join(sorted(one.sha256 for one in headers)).encode()).hexdigest()

    return digest


def _plane_of(dose: DoseFacts) -> Grid:
    if dose.plane is None:
        raise NoGrid(code="dose_single_plane")
    return dose.plane


def _check_alike(first: Grid, other: Grid) -> None:
    if np.abs(first.axes - other.axes).max() > ORIENTATION_TOLERANCE:
        raise NoGrid(code="dose_planes_apart", value="planes that are not parallel")
    if first.shape != other.shape or not np.allclose(first.spacing_mm, other.spacing_mm, rtol=1e-4):
        raise NoGrid(code="dose_planes_apart", value="planes of different size or pixel spacing")
    aside = (other.origin_mm - first.origin_mm) @ first.axes[:, :2]
    if np.abs(aside).max() > ASIDE_MM:
        raise NoGrid(code="dose_planes_apart", value=f"planes shifted by {np.abs(aside).max():.2f} mm")


def _check_complete(gaps_mm: FloatArray) -> None:
    gaps = gaps_mm.tolist()
    if min(gaps) <= POSITION_TOLERANCE_MM:
        raise NoGrid(code="dose_planes_apart", value="two planes at one position")
    for k, gap in enumerate(gaps):
        beside = gaps[max(k - 1, 0) : k] + gaps[k + 1 : k + 2]
        if beside and gap > MISSING * max(beside):
            raise NoGrid(code="dose_planes_apart", value=f"a plane is missing in a gap of {gap:g} mm")


def _stacked(ordered: Sequence[DoseFacts]) -> Callable[[], FloatArray]:
    sources = tuple(one.voxels for one in ordered)
    return lambda: np.concatenate([source() for source in sources])
