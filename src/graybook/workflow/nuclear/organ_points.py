"""A cycle's images and an organ's regions come in; its activity at each time, recovery undone, goes out with what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from graybook.record import Finding, Severity, Structure
from graybook.registration import Link
from graybook.workflow.nuclear.cycles import Cycle, TimePoint
from graybook.workflow.nuclear.images import ActivityImage
from graybook.workflow.nuclear.recovering import RecoveryModel, Undone, undone
from graybook.workflow.nuclear.region_activity import RegionVoxels, activity_mbq, noise_share, region_voxels
from graybook.workflow.nuclear.regions import PlacedRegion, Region, placed_region

__all__ = ["OrganPoint", "OrganPoints", "Placing", "organ_points"]

MOST_OUTSIDE = 0.01
"""A larger share of an organ outside an image is activity that nobody saw there."""


LEAST_APART_S = 60.0
"""Two acquisitions begin at least so far apart, where a file does not say how long it took. [s]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class OrganPoint:
    """Activity of an organ at one time.

    Parameters
    ----------
    hours
        After the start of the administration. [h]
    seen_mbq, activity_mbq
        As the image shows it, and with recovery undone. [MBq]
    noise_share
        One standard deviation by chance alone, as a share, estimated from the image.
    """

    hours: float
    image: ActivityImage
    placed: PlacedRegion
    voxels: RegionVoxels
    seen_mbq: float
    activity_mbq: float
    noise_share: float
    recovery: Undone


@dataclass(frozen=True, kw_only=True, eq=False)
class OrganPoints:
    """An organ in one cycle, its points in time order."""

    organ: str
    structure: Structure
    points: tuple[OrganPoint, ...]

    @property
    def volume_cm3(self) -> float:
        """Mean over the regions it was drawn in. [cm³]"""
        return sum(one.voxels.volume_cm3 for one in self.points) / len(self.points)

    @property
    def latest(self) -> OrganPoint:
        """The last point."""
        return self.points[-1]


@dataclass(kw_only=True, eq=False)
class Placing:
    """All regions and ways of a person, and what of them was computed already."""

    regions: Sequence[Region]
    links: Sequence[Link]
    recoveries: Sequence[RecoveryModel] = ()
    voxels: dict[tuple[int, str], RegionVoxels] = field(default_factory=dict)

    def of(self, placed: PlacedRegion, image: ActivityImage) -> RegionVoxels:
        """The voxels of a region in an image, sampled once."""
        key = (id(placed.region), image.series_uid)
        if key not in self.voxels:
            self.voxels[key] = region_voxels(placed, image)
        return self.voxels[key]


def organ_points(organ: str, cycle: Cycle, placing: Placing) -> tuple[OrganPoints | None, list[Finding]]:
    """An organ's points in a cycle, None where no image of it holds the organ; and what is to be said."""
    found: list[OrganPoint] = []
    said: list[Finding] = []
    absent: list[TimePoint] = []
    for point in cycle.points:
        placed = placed_region(organ, point.image, placing.regions, placing.links)
        if placed is None:
            absent.append(point)
        elif isinstance(placed, Finding):
            said.append(placed)
        else:
            one = _point(point, placed, organ, placing, said)
            if one is not None:
                found.append(one)
    rivals = _rivals(found)
    if rivals is not None:
        one, other = rivals
        said.append(_said("nuclear_images_rival", organ, one.image, other=other.image.path))
        return None, said
    if not found:
        return None, said
    said.extend(_said("nuclear_organ_not_in_image", organ, point.image) for point in absent)
    structure = found[0].placed.region.structure
    return OrganPoints(organ=organ, structure=structure, points=tuple(found)), said


def _rivals(points: Sequence[OrganPoint]) -> tuple[OrganPoint, OrganPoint] | None:
    """Two images of one moment: reconstructions of one acquisition, of which a person must choose."""
    for one, other in pairwise(points):
        duration_s = max(one.image.facts.frame_duration_s or 0.0, LEAST_APART_S)
        if (other.hours - one.hours) * 3600.0 < duration_s:
            return one, other
    return None


def _point(
    point: TimePoint, placed: PlacedRegion, organ: str, placing: Placing, said: list[Finding]
) -> OrganPoint | None:
    image = point.image
    voxels = placing.of(placed, image)
    if voxels.outside_share > MOST_OUTSIDE:
        percent = round(100.0 * voxels.outside_share, 1)
        said.append(_said("nuclear_organ_outside_image", organ, image, share=percent))
        return None
    said.extend(placed.findings)
    seen = activity_mbq(voxels, image.bq_per_ml)
    if not seen > 0.0:
        said.append(_said("nuclear_organ_without_activity", organ, image))
        return None
    recovery = undone(voxels.volume_cm3, image, organ, placed.region.structure.name, placing.recoveries)
    return OrganPoint(
        hours=point.hours,
        image=image,
        placed=placed,
        voxels=voxels,
        seen_mbq=seen,
        activity_mbq=seen / recovery.coefficient,
        noise_share=noise_share(voxels, image.bq_per_ml),
        recovery=recovery,
    )


def _said(code: str, organ: str, image: ActivityImage, **params: float | str) -> Finding:
    values: Mapping[str, str | float | int | None] = {"organ": organ, "path": image.path, **params}
    return Finding(code=code, severity=Severity.WARNING, subject=organ, params=values)
