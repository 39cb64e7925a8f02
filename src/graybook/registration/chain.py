"""Chains: links between frames come in; the shortest chains from one frame to another go out, all of them, never a pick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.geometry.displacement import Displacement
from graybook.geometry.transform import Affine, Transform
from graybook.record.alignment import Alignment, Approval

__all__ = ["Chains", "Link", "chains_between", "spread_at_source_mm", "spread_mm"]

MOST_PATHS = 256
"""Paths followed at once; a folder with more is a tangle, and its shortest chains are found all the same."""

SAME_MATRIX = 1e-6
"""Two links whose matrices differ by less than this in every entry are one link written twice."""

SAME_VECTORS_MM = 1e-3
"""Two fields on one grid whose vectors differ by less are one written twice. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Link:
    """One registration between two frames, usable both ways.

    The inverse of an affine one is exact; that of a deformation is computed when it is first asked for, and the link read
    backwards carries the error of that.

    Parameters
    ----------
    transform
        From one frame to another, as the registration was written.
    source
        SOP Instance UID of the registration, or who made it.
    error_mm
        Stated error; None when nobody stated one. [mm]
    approvals
        In order of time.
    """

    transform: Transform
    source: str
    error_mm: float | None = None
    approvals: tuple[Approval, ...] = ()

    def reversed(self) -> Link:
        """The same link read the other way; what a computed inverse misses by is added to a stated error."""
        return self._reversed

    @cached_property
    def _reversed(self) -> Link:
        inverse = self.transform.inverse()
        error = None if self.error_mm is None else self.error_mm + inverse.inversion_error_mm
        return Link(transform=inverse, source=self.source, error_mm=error, approvals=self.approvals)


@dataclass(frozen=True, kw_only=True, eq=False)
class Chains:
    """What leads from one frame to another.

    ``alignments`` holds every distinct shortest chain: none, one (usable) or several (a choice the user must make, unless one
    alone is approved). ``detours`` are the longer ones: not used, but what they say of the shortest must not be kept from the
    reader.
    """

    alignments: tuple[Alignment, ...]
    detours: tuple[Alignment, ...] = ()

    @property
    def single(self) -> Alignment | None:
        """The one chain, when there is exactly one, or exactly one that is approved for all structures."""
        approved = [one for one in self.alignments if one.is_approved()]
        usable = self.alignments if len(self.alignments) == 1 else tuple(approved)
        return usable[0] if len(usable) == 1 else None

    @property
    def rivals(self) -> tuple[Alignment, ...]:
        """The other shortest chains, when one is used because it is approved."""
        return tuple(one for one in self.alignments if one is not self.single) if self.single else ()


@dataclass(frozen=True, kw_only=True)
class _Way:
    """A link and the direction in which it is followed; no inverse is computed to ask where it leads."""

    link: Link
    backwards: bool

    @property
    def from_frame(self) -> str:
        transform = self.link.transform
        return transform.to_frame if self.backwards else transform.from_frame

    @property
    def to_frame(self) -> str:
        transform = self.link.transform
        return transform.from_frame if self.backwards else transform.to_frame

    @property
    def followed(self) -> Link:
        return self.link.reversed() if self.backwards else self.link


def chains_between(links: Iterable[Link], *, from_frame: str, to_frame: str) -> Chains:
    """Every distinct shortest chain of links from one frame to another; the same frame needs none."""
    if from_frame == to_frame:
        return Chains(alignments=(Alignment(transform=Affine.identity(from_frame), source=("same frame",)),))
    directed = _distinct([_Way(link=link, backwards=back) for link in links for back in (False, True)])
    arrived: list[tuple[_Way, ...]] = []
    paths: list[tuple[_Way, ...]] = [()]
    while paths:
        longer = [(*path, way) for path in paths for way in directed if _continues(path, way, from_frame)]
        arrived += [path for path in longer if path[-1].to_frame == to_frame]
        paths = [path for path in longer if path[-1].to_frame != to_frame][:MOST_PATHS]
    shortest = min((len(path) for path in arrived), default=0)
    return Chains(
        alignments=tuple(_alignment(path) for path in arrived if len(path) == shortest),
        detours=tuple(_alignment(path) for path in arrived if len(path) > shortest),
    )


def _continues(path: tuple[_Way, ...], way: _Way, start: str) -> bool:
    """Whether a way goes on from where a path ends, to a frame it has not been in."""
    here = path[-1].to_frame if path else start
    return way.from_frame == here and way.to_frame not in {start, *(one.to_frame for one in path)}


def _distinct(ways: Sequence[_Way]) -> list[_Way]:
    """The ways in a fixed order; of one registration written twice the first, with the approvals of both."""
    kept: list[_Way] = []
    for way in sorted(ways, key=lambda item: (item.link.source, item.from_frame, item.to_frame)):
        if way.from_frame == way.to_frame:
            continue
        twin = next((place for place, other in enumerate(kept) if _same(way, other)), None)
        if twin is None:
            kept.append(way)
        else:
            kept[twin] = _with_approvals(kept[twin], way.link)
    return kept


def _with_approvals(way: _Way, twin: Link) -> _Way:
    """A way whose link also carries what was said of its twin under another name."""
    if twin.source == way.link.source or not twin.approvals:
        return way
    return replace(way, link=replace(way.link, approvals=(*way.link.approvals, *twin.approvals)))


def _same(a: _Way, b: _Way) -> bool:
    """Whether two ways are one: matrices by their value, deformations by that of what is written, in the same direction."""
    if (a.from_frame, a.to_frame) != (b.from_frame, b.to_frame):
        return False
    one, other = a.link.transform, b.link.transform
    if isinstance(one, Affine) and isinstance(other, Affine):
        ours, theirs = a.followed.transform, b.followed.transform
        return isinstance(ours, Affine) and isinstance(theirs, Affine) and _close(ours.matrix, theirs.matrix)
    if isinstance(one, Displacement) and isinstance(other, Displacement) and a.backwards == b.backwards:
        return one is other or _same_field(one, other)
    return one is other and a.backwards == b.backwards


def _close(a: FloatArray, b: FloatArray) -> bool:
    return bool(np.abs(a - b).max() < SAME_MATRIX)


def _same_field(a: Displacement, b: Displacement) -> bool:
    ours, theirs = a.grid, b.grid
    return (
        ours.shape == theirs.shape
        and all(
            _close(one, other)
            for one, other in (
                (ours.origin_mm, theirs.origin_mm),
                (ours.spacing_mm, theirs.spacing_mm),
                (ours.axes, theirs.axes),
                (ours.offsets_mm, theirs.offsets_mm),
                (a.before, b.before),
                (a.after, b.after),
            )
        )
        and np.allclose(a.vectors_mm, b.vectors_mm, rtol=0.0, atol=SAME_VECTORS_MM, equal_nan=True)
    )


def _alignment(path: tuple[_Way, ...]) -> Alignment:
    links = [way.followed for way in path]
    transform = links[0].transform
    for _, link in pairwise(links):
        transform = transform.then(link.transform)
    errors = [link.error_mm for link in links]
    known = [error for error in errors if error is not None]
    return Alignment(
        transform=transform,
        source=tuple(link.source for link in links),
        error_mm=float(np.sqrt(np.sum(np.square(known)))) if len(known) == len(errors) else None,
        approvals=tuple(
            replace(approval, registration=link.source) for link in links for approval in link.approvals
        ),
    )


def spread_mm(alignments: Sequence[Alignment], point_mm: FloatArray) -> float:
    """How far apart several alignments of one frame carry one point (xyz) of it: the largest distance. [mm]

    A deformation that is not defined there carries by what is defined nearest.
    """
    frame = alignments[0].transform.from_frame
    point = np.asarray(point_mm, dtype=np.float64).reshape(1, 3)
    return _widest([alignment.transform.extrapolated(point, frame=frame) for alignment in alignments])


def spread_at_source_mm(alignments: Sequence[Alignment], point_mm: FloatArray) -> float | None:
    """How far apart the points lie that several alignments carry to one point (xyz) of the frame they lead to. [mm]

    None when some alignment carries nothing there.
    """
    frame = alignments[0].transform.to_frame
    point = np.asarray(point_mm, dtype=np.float64).reshape(1, 3)
    places = [alignment.transform.preimages(point, frame=frame) for alignment in alignments]
    return _widest(places) if all(np.isfinite(place).all() for place in places) else None


def _widest(places: Sequence[FloatArray]) -> float:
    return max((float(np.linalg.norm(a - b)) for a in places for b in places), default=0.0)
