"""Chains: links between frames come in; the shortest chains from one frame to another go out, all of them, never a pick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Affine
from graybook.record.alignment import Alignment, Approval

__all__ = ["Chains", "Link", "chains_between", "spread_mm"]

MOST_PATHS = 256
"""Paths followed at once; a folder with more is a tangle, and its shortest chains are found all the same."""

SAME_MATRIX = 1e-6
"""Two links whose matrices differ by less than this in every entry are one link written twice."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Link:
    """One registration between two frames, usable both ways: its exact inverse is as right as itself."""

    transform: Affine
    source: str
    error_mm: float | None = None
    approvals: tuple[Approval, ...] = ()

    def reversed(self) -> Link:
        """The same link read the other way."""
        return Link(
            transform=self.transform.inverse(),
            source=self.source,
            error_mm=self.error_mm,
            approvals=self.approvals,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Chains:
    """What leads from one frame to another.

    ``alignments`` holds every distinct shortest chain: none, one (usable) or several (a choice the user must make). ``detours``
    are the longer ones: not used, but what they say of the shortest must not be kept from the reader.
    """

    alignments: tuple[Alignment, ...]
    detours: tuple[Alignment, ...] = ()

    @property
    def single(self) -> Alignment | None:
        """The one chain, when there is exactly one."""
        return self.alignments[0] if len(self.alignments) == 1 else None


def chains_between(links: Iterable[Link], *, from_frame: str, to_frame: str) -> Chains:
    """Every distinct shortest chain of links from one frame to another; the same frame needs none."""
    if from_frame == to_frame:
        return Chains(alignments=(Alignment(transform=Affine.identity(from_frame), source=("same frame",)),))
    directed = _distinct([both for link in links for both in (link, link.reversed())])
    arrived: list[tuple[Link, ...]] = []
    paths: list[tuple[Link, ...]] = [()]
    while paths:
        longer = [(*path, link) for path in paths for link in directed if _continues(path, link, from_frame)]
        arrived += [path for path in longer if path[-1].transform.to_frame == to_frame]
        paths = [path for path in longer if path[-1].transform.to_frame != to_frame][:MOST_PATHS]
    shortest = min((len(path) for path in arrived), default=0)
    return Chains(
        alignments=tuple(_alignment(path) for path in arrived if len(path) == shortest),
        detours=tuple(_alignment(path) for path in arrived if len(path) > shortest),
    )


def _continues(path: tuple[Link, ...], link: Link, start: str) -> bool:
    """Whether a link goes on from where a path ends, to a frame it has not been in."""
    here = path[-1].transform.to_frame if path else start
    visited = {start, *(one.transform.to_frame for one in path)}
    return link.transform.from_frame == here and link.transform.to_frame not in visited


def _distinct(links: Sequence[Link]) -> list[Link]:
    kept: list[Link] = []
    for link in sorted(
        links, key=lambda item: (item.source, item.transform.from_frame, item.transform.to_frame)
    ):
        if link.transform.from_frame != link.transform.to_frame and not any(
            _same(link, other) for other in kept
        ):
            kept.append(link)
    return kept


def _same(a: Link, b: Link) -> bool:
    return (
        a.transform.from_frame == b.transform.from_frame
        and a.transform.to_frame == b.transform.to_frame
        and bool(np.abs(a.transform.matrix - b.transform.matrix).max() < SAME_MATRIX)
    )


def _alignment(path: tuple[Link, ...]) -> Alignment:
    transform = path[0].transform
    for _, link in pairwise(path):
        transform = transform.then(link.transform)
    errors = [link.error_mm for link in path]
    known = [error for error in errors if error is not None]
    return Alignment(
        transform=transform,
        source=tuple(link.source for link in path),
        error_mm=float(np.sqrt(np.sum(np.square(known)))) if len(known) == len(errors) else None,
        approvals=tuple(approval for link in path for approval in link.approvals),
    )


def spread_mm(alignments: Sequence[Alignment], point_mm: FloatArray) -> float:
    """How far apart several alignments of one frame carry one point (xyz) of it: the largest distance. [mm]"""
    frame = alignments[0].transform.from_frame
    mapped = [
        alignment.transform.apply(np.asarray(point_mm, dtype=np.float64).reshape(1, 3), frame=frame)[0]
        for alignment in alignments
    ]
    return max((float(np.linalg.norm(a - b)) for a in mapped for b in mapped), default=0.0)
