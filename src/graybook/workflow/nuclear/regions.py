"""Structure sets, segmentations and an image come in; where each organ lies in that image, or what is missing, goes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from graybook.dicom.facts import SegmentationFacts, SegmentFacts, StructureSetFacts
from graybook.dvh.sampling import structure_samples
from graybook.dvh.slices import DEFAULT_THICKNESS_MM
from graybook.errors import InputError
from graybook.files.settings import Settings
from graybook.geometry import ContourStack, Grid
from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Transform
from graybook.record import Finding, Structure
from graybook.registration import Link, chains_between
from graybook.tables.structure_names import kind_of, tg263_name
from graybook.workflow.folder.delineations import structure_set_of
from graybook.workflow.nuclear.images import ActivityImage
from graybook.workflow.organs.alpha_beta import WITHOUT

__all__ = ["PlacedRegion", "Region", "organ_names", "placed_region", "regions_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Region:
    """A delineated organ, as weighted points of one frame.

    Parameters
    ----------
    structure
        Its names and kind.
    source
        SOP Instance UID and path of the file it was drawn in.
    series
        Image series that the file says it was drawn on.
    study
        Study of the file.
    sample
        Gives points (n, 3) [mm] and the volume that each stands for. [cm³]
    edge_mm
        Gives how finely it was drawn: distance of its planes, or the longest edge of its voxels. [mm]
    """

    structure: Structure
    source: str
    path: str
    series: tuple[str, ...]
    study: str
    sample: Callable[[], tuple[FloatArray, FloatArray]] = field(repr=False)
    edge_mm: Callable[[], float] = field(repr=False)

    @property
    def organ(self) -> str:
        """TG-263 name, else the name as found."""
        return self.structure.tg263 or self.structure.name

    @property
    def frame(self) -> str:
        """Frame of Reference UID."""
        return self.structure.frame


@dataclass(frozen=True, kw_only=True, eq=False)
class PlacedRegion:
    """A region and how the image sees it: in its own frame (None), or through a transform; what of that is to be said."""

    region: Region
    transform: Transform | None
    findings: tuple[Finding, ...] = ()


def regions_of(
    structure_sets: Sequence[StructureSetFacts],
    segmentations: Sequence[SegmentationFacts],
    settings: Settings,
) -> tuple[Region, ...]:
    """Every region that takes a dose: no external contours, supports or rings."""
    found = [region for one in structure_sets for region in _of_contours(one, settings)]
    found += [_of_segment(one, segment, settings) for one in segmentations for segment in one.segments]
    return tuple(one for one in found if one.structure.kind not in WITHOUT and one.frame)


def _of_contours(facts: StructureSetFacts, settings: Settings) -> list[Region]:
    header = facts.header
    drawn = {roi.number for roi in facts.rois if roi.contour_count}
    return [
        Region(
            structure=structure,
            source=header.sop_instance_uid,
            path=header.path,
            series=facts.image_series_uids,
            study=header.study_uid,
            sample=_contour_points(structure),
            edge_mm=_plane_step(structure),
        )
        for structure in structure_set_of(facts, settings).structures
        if structure.number in drawn
    ]


def _contour_points(structure: Structure) -> Callable[[], tuple[FloatArray, FloatArray]]:
    @cache
    def sample() -> tuple[FloatArray, FloatArray]:
        samples = structure_samples(structure.contours())
        return samples.points_mm, samples.volumes_cm3

    return sample


def _plane_step(structure: Structure) -> Callable[[], float]:
    def step() -> float:
        heights, *_ = structure.contours().rings()
        return float(np.median(np.diff(heights))) if len(heights) > 1 else DEFAULT_THICKNESS_MM

    return step


def _of_segment(facts: SegmentationFacts, segment: SegmentFacts, settings: Settings) -> Region:
    stated = [one for one in settings.structures if segment.label in one.names]
    name = next((one.tg263 for one in stated if one.tg263), None)
    name = name or tg263_name(segment.label) or (tg263_name(segment.kind) if segment.kind else None)
    kind = next((one.kind for one in stated if one.kind), None) or kind_of(name or segment.label, None)
    structure = Structure(
        name=segment.label,
        tg263=name,
        kind=kind,
        frame=facts.grid.frame,
        contours=_no_contours(facts, segment),
        number=segment.number,
    )
    return Region(
        structure=structure,
        source=facts.header.sop_instance_uid,
        path=facts.header.path,
        series=facts.image_series_uids,
        study=facts.header.study_uid,
        sample=_mask_points(facts.grid, segment),
        edge_mm=lambda: float(max(facts.grid.spacing_mm)),
    )


def _no_contours(facts: SegmentationFacts, segment: SegmentFacts) -> Callable[[], ContourStack]:
    def contours() -> ContourStack:
        raise InputError(
            f"Segment {segment.label} of {facts.header.path} has voxels and no contours.",
            value=segment.number,
            remedy="Convert it to a structure set where contours are needed.",
        )

    return contours


def _mask_points(grid: Grid, segment: SegmentFacts) -> Callable[[], tuple[FloatArray, FloatArray]]:
    @cache
    def sample() -> tuple[FloatArray, FloatArray]:
        mask = np.asarray(segment.mask(), dtype=np.float64)
        z, y, x = np.nonzero(mask > 0.0)
        points = grid.points_at(np.stack([x, y, z], axis=1).astype(np.float64))
        return points, mask[z, y, x] * grid.voxel_cm3

    return sample


def organ_names(
    regions: Sequence[Region], images: Sequence[ActivityImage], links: Sequence[Link]
) -> tuple[str, ...]:
    """
    The organs that have a region in one of the images: what is drawn in its frame, and organs that a registration carries there.

    Targets and other structures of another frame belong to what was planned there.
    """
    frames = {one.frame for one in images}
    joined = {one.transform.from_frame for one in links} | {one.transform.to_frame for one in links}
    near = {one.organ for one in regions if one.frame in frames}
    carried = {
        one.organ
        for one in regions
        if one.frame in joined and one.structure.kind == "organ" and one.structure.tg263
    }
    return tuple(sorted(near | (carried if frames & joined else set())))


def placed_region(
    organ: str, image: ActivityImage, regions: Sequence[Region], links: Sequence[Link]
) -> PlacedRegion | Finding | None:
    """
    Where an organ lies in an image; a question where several regions or ways compete, None where nothing leads there.

    First what was drawn on the image itself, then in its frame and study, then in its frame; then what one registration brings.
    """
    own = [one for one in regions if one.organ == organ]
    here = [one for one in own if one.frame == image.frame]
    tiers = (
        [one for one in here if image.series_uid in one.series],
        [one for one in here if one.study == image.study_uid],
        here,
    )
    for tier in tiers:
        if len(tier) == 1:
            return PlacedRegion(region=tier[0], transform=None)
        if tier:
            return _several(organ, image, [one.path for one in tier])
    return _carried(organ, image, [one for one in own if one.structure.kind == "organ"], links)


def _carried(
    organ: str, image: ActivityImage, regions: Sequence[Region], links: Sequence[Link]
) -> PlacedRegion | Finding | None:
    ways = []
    for region in regions:
        chains = chains_between(links, from_frame=region.frame, to_frame=image.frame)
        if chains.alignments and chains.single is None:
            uids = [" > ".join(one.source) for one in chains.alignments]
            return Finding(
                code="nuclear_registrations_several",
                subject=image.path,
                params={"path": image.path, "organ": organ, "uids": ", ".join(uids)},
            )
        if chains.single is not None:
            ways.append((region, chains.single))
    if not ways:
        return None
    nearest = min(len(one.source) for _, one in ways)
    short = [(region, one) for region, one in ways if len(one.source) == nearest]
    if len(short) > 1:
        return _several(organ, image, [region.path for region, _ in short])
    region, alignment = short[0]
    said = Finding(
        code="nuclear_region_carried",
        subject=image.path,
        params={
            "path": image.path,
            "organ": organ,
            "drawn": region.path,
            "uids": ", ".join(alignment.source),
        },
    )
    return PlacedRegion(region=region, transform=alignment.transform, findings=(said,))


def _several(organ: str, image: ActivityImage, paths: Sequence[str]) -> Finding:
    return Finding(
        code="nuclear_regions_several",
        subject=image.path,
        params={"path": image.path, "organ": organ, "paths": ", ".join(sorted(paths))},
    )
