"""Regions, their names and a map come in; tumour, normal liver, perfused volume and lungs as parts of its voxels go out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graybook.errors import NotComparable
from graybook.geometry.arrays import FloatArray
from graybook.record import Finding
from graybook.registration import Link
from graybook.workflow.microspheres.maps import ActivityMap
from graybook.workflow.nuclear.region_activity import region_voxels
from graybook.workflow.nuclear.regions import PlacedRegion, Region, placed_region

__all__ = ["COMPARTMENTS", "Compartments", "compartments_of", "names_of"]

COMPARTMENTS = ("tumour", "perfused", "liver", "lung")
"""What may be drawn; normal liver is what the perfused volume leaves beside the tumours."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Compartments:
    """
    Volume of each compartment in each voxel of a map, flat. [ml]

    Parameters
    ----------
    volumes_ml
        By compartment: those drawn, and ``normal`` where tumour and perfused volume are.
    names
        Organs that each was made of.
    outside
        Share of each that lies outside the map.
    findings
        What is to be said of how they got there.
    """

    volumes_ml: Mapping[str, FloatArray]
    names: Mapping[str, tuple[str, ...]]
    outside: Mapping[str, float]
    findings: tuple[Finding, ...] = ()


def names_of(
    regions: Sequence[Region], near: Sequence[str], stated: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """
    Organs of each compartment: as a person names them, else those near the image whose name says so.

    Parameters
    ----------
    regions
        All of the person.
    near
        Organs that are drawn in the image's frame, or that a registration carries there: a target of another anatomy is none.
    stated
        Names by compartment.

    Raises
    ------
    NotComparable
        A name that a person gives is none of the structures.
    """
    found = {}
    for compartment in COMPARTMENTS:
        wanted = stated.get(compartment, ())
        chosen = _stated(wanted, regions) if wanted else _by_name(compartment, near)
        if chosen:
            found[compartment] = chosen
    if "perfused" not in found and "liver" in found:
        found["perfused"] = found["liver"]
    return found


def _stated(wanted: Sequence[str], regions: Sequence[Region]) -> tuple[str, ...]:
    organs = []
    for name in wanted:
        same = [one.organ for one in regions if name in (one.organ, one.structure.name)]
        if not same:
            raise NotComparable(
                "No structure has this name.",
                value=name,
                remedy=f"Found: {', '.join(sorted({one.structure.name for one in regions}))}.",
            )
        organs.append(same[0])
    return tuple(sorted(set(organs)))


def _by_name(compartment: str, organs: Sequence[str]) -> tuple[str, ...]:
    """Structures whose name says what they are: TG-263's liver and lungs, GTVs, and a volume called perfused."""
    said: dict[str, Callable[[str], bool]] = {
        "tumour": lambda name: name.upper().startswith("GTV"),
        "perfused": lambda name: "perfus" in name.casefold(),
        "liver": lambda name: name == "Liver",
        "lung": lambda name: name == "Lungs",
    }
    chosen = tuple(one for one in organs if said[compartment](one))
    if compartment == "lung" and not chosen and {"Lung_L", "Lung_R"} <= set(organs):
        return ("Lung_L", "Lung_R")
    return chosen if compartment in ("tumour", "lung") or len(chosen) == 1 else ()


def compartments_of(
    names: Mapping[str, tuple[str, ...]], found: ActivityMap, regions: Sequence[Region], links: Sequence[Link]
) -> Compartments | tuple[Finding, ...]:
    """The compartments in one map; questions where the perfused volume does not lie in it."""
    if "perfused" not in names:
        path = found.image.path
        return (Finding(code="sirt_no_perfused", subject=path, params={"path": path}),)
    volumes: dict[str, FloatArray] = {}
    outside: dict[str, float] = {}
    said: list[Finding] = []
    for compartment, organs in names.items():
        placed = [placed_region(organ, found.image, regions, links) for organ in organs]
        missing = [organ for organ, one in zip(organs, placed, strict=True) if one is None]
        asked = [one for one in placed if isinstance(one, Finding)]
        said += [*asked, *(_absent(organ, found) for organ in missing)]
        if asked or missing:
            continue
        there = [one for one in placed if isinstance(one, PlacedRegion)]
        said += [finding for one in there for finding in one.findings]
        volumes[compartment], outside[compartment] = _united(there, found)
    if "perfused" not in volumes:
        return tuple(said)
    if "tumour" in volumes:
        volumes["tumour"] = np.where(volumes["perfused"] > 0.0, volumes["tumour"], 0.0)
        volumes["normal"] = volumes["perfused"] - volumes["tumour"]
    return Compartments(
        volumes_ml=volumes,
        names={one: names.get(one, names["perfused"]) for one in volumes},
        outside=outside,
        findings=tuple(said),
    )


def _united(placed: Sequence[PlacedRegion], found: ActivityMap) -> tuple[FloatArray, float]:
    """Regions together: where they overlap, a voxel is filled by no more than itself."""
    grid = found.image.grid
    volumes = np.zeros(int(np.prod(grid.shape)))
    most = np.full(volumes.shape, grid.voxel_cm3)
    drawn = missed = 0.0
    for one in placed:
        voxels = region_voxels(one, found.image)
        volumes[voxels.indices] += voxels.volumes_cm3
        most[voxels.indices] = np.maximum(most[voxels.indices], voxels.volumes_cm3)
        drawn += voxels.volume_cm3
        missed += voxels.outside_share * voxels.volume_cm3
    return np.minimum(volumes, most), missed / drawn if drawn else 1.0


def _absent(organ: str, found: ActivityMap) -> Finding:
    path = found.image.path
    return Finding(code="sirt_region_elsewhere", subject=path, params={"path": path, "organ": organ})
