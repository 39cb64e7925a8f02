"""Filled cycles come in; each organ over all lines of therapy, and the decay data, kernels and cameras used, go out."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from graybook.nuclear.chain import chain_in_place
from graybook.nuclear.local_deposition import j_per_gbq
from graybook.nuclear.voxel_s import VoxelSDose
from graybook.report.nuclear_result import (
    CameraResult,
    CycleResult,
    KernelResult,
    LineResult,
    LineStep,
    NuclideResult,
    OrganCycleResult,
)
from graybook.tables.nuclides import known_nuclide
from graybook.units import rounded_gy
from graybook.workflow.nuclear.image_scale import camera_text
from graybook.workflow.nuclear.images import ActivityImage

__all__ = ["camera_results", "kernel_results", "line_results", "nuclide_results"]


def line_results(cycles: Sequence[CycleResult]) -> list[LineResult]:
    """
    Each organ cycle after cycle: BED of each cycle with its own G, then summed.

    A cycle that says nothing of the organ leaves a lower bound: the sums are of what is known.
    """
    ordered = sorted(cycles, key=lambda one: (one.given or "9999", one.course, one.number))
    names = dict.fromkeys(organ.organ for one in ordered for organ in one.organs)
    return [_line(name, ordered) for name in names]


def _line(name: str, cycles: Sequence[CycleResult]) -> LineResult:
    known: list[OrganCycleResult] = []
    steps = []
    for cycle in cycles:
        organ = next((one for one in cycle.organs if one.organ == name), None)
        if organ is None:
            continue
        known.append(organ)
        steps.append(
            LineStep(
                course=cycle.course,
                phase=cycle.phase,
                number=cycle.number,
                given=cycle.given,
                dose_gy=_sum([one.dose_gy for one in known]),
                low_gy=_sum([one.low_gy for one in known]) or 0.0,
                high_gy=_sum([one.high_gy for one in known]) or 0.0,
                bed_gy=_sum([one.bed_gy for one in known]),
                bed_low_gy=_sum([one.bed_low_gy for one in known]),
                bed_high_gy=_sum([one.bed_high_gy for one in known]),
            )
        )
    return LineResult(organ=name, complete=len(known) == len(cycles), steps=steps)


def _sum(values: Sequence[float | None]) -> float | None:
    """Of values that are all known."""
    known = [one for one in values if one is not None]
    return rounded_gy(fsum(known)) if len(known) == len(values) else None


def nuclide_results(names: Sequence[str]) -> list[NuclideResult]:
    """The decay data of each nuclide, in order; of one that the table has not, none."""
    found = []
    for name in dict.fromkeys(names):
        nuclide = known_nuclide(name)
        if nuclide is None:
            continue
        chain = chain_in_place(nuclide.name)
        found.append(
            NuclideResult(
                nuclide=nuclide.name,
                half_life_h=nuclide.half_life_h,
                electron_kev=chain.electron_kev,
                photon_kev=chain.photon_kev,
                alpha_kev=chain.alpha_kev,
                local_j_per_gbq=j_per_gbq(nuclide, energy_kev=chain.alpha_kev + chain.electron_kev),
                source=nuclide.source_text,
                chain=[one.nuclide.name for one in chain.members[1:]],
            )
        )
    return found


def kernel_results(doses: Sequence[VoxelSDose]) -> list[KernelResult]:
    """Each kernel once for each way it was used, with the most that the border of an image lost."""
    alike: dict[tuple[object, ...], list[VoxelSDose]] = {}
    for one in doses:
        key = (one.nuclide, one.tissue, one.kernel_mm, one.resampled_from_mm or ())
        alike.setdefault(key, []).append(one)
    return [
        KernelResult(
            nuclide=same[0].nuclide,
            tissue=same[0].tissue,
            voxel_mm=same[0].kernel_mm,
            density_g_cm3=same[0].density_g_per_cm3,
            closure=same[0].closure,
            of_sizes_mm=list(same[0].of_sizes_mm),
            resampled_from_mm=[round(edge, 6) for edge in same[0].resampled_from_mm or ()],
            lost_at_border=round(max(one.lost_at_border for one in same), 6),
            source=same[0].source,
        )
        for _, same in sorted(alike.items(), key=lambda item: str(item[0]))
    ]


def camera_results(images: Sequence[ActivityImage]) -> list[CameraResult]:
    """How the values of each image became activity."""
    return [
        CameraResult(
            image=one.series_uid,
            camera=camera_text(one.camera),
            units=one.scale.units,
            source=one.scale.source,
            decay_correction=one.facts.decay_correction,
            reference=None if one.facts.reference is None else one.facts.reference.isoformat(),
        )
        for one in images
    ]
