"""A person's files and statements come in; mean doses of organs from radionuclides, one phase for each cycle, go out.

images and administrations → cycles → organs drawn on the images → activity over time → time-integrated activity → dose with its
band → BED of each cycle with its own G → lines of therapy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graybook.dicom.facts import ImageSliceFacts
from graybook.errors import InputError
from graybook.files.settings import Settings
from graybook.geometry import ContourStack
from graybook.progress import Progress, silent
from graybook.record import (
    AlphaBetaWish,
    EvidenceGrade,
    Finding,
    IntervalKind,
    MeanDose,
    Modality,
    OrganDoses,
    RepairWish,
    Structure,
)
from graybook.report.nuclear_result import NuclearResult
from graybook.tables.nuclides import known_nuclide, nuclide_name
from graybook.tables.structure_names import kind_of, tg263_name
from graybook.workflow.folder.corrections import links_of_registrations
from graybook.workflow.folder.scan import PersonScan
from graybook.workflow.nuclear.activity import activity_doses
from graybook.workflow.nuclear.biology import Biology, biology_of
from graybook.workflow.nuclear.cycles import Cycle, cycles_of
from graybook.workflow.nuclear.held import more_than_given
from graybook.workflow.nuclear.images import ActivityImage, activity_images
from graybook.workflow.nuclear.lines import camera_results, kernel_results, line_results, nuclide_results
from graybook.workflow.nuclear.measured import Assumed, MeasuredOrgan, measured_organ
from graybook.workflow.nuclear.organ_curve import HalfLife
from graybook.workflow.nuclear.organ_dose import VoxelDoses
from graybook.workflow.nuclear.organ_points import OrganPoints, Placing, organ_points
from graybook.workflow.nuclear.recovering import recovery_models
from graybook.workflow.nuclear.regions import organ_names, regions_of
from graybook.workflow.nuclear.results import FilledCycle, cycle_result, grade_of

__all__ = ["Dosimetry", "dosimetry"]

STEP = "dosimetry"

OF_SEVERAL = frozenset({"nuclear_repair_unknown", "nuclear_errors_not_stated", "nuclear_organ_not_in_image"})
"""What is said once, with all organs that it holds for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Dosimetry:
    """What radionuclides gave a person's organs.

    Parameters
    ----------
    doses
        Mean doses by the id of the phase that gave them; a phase of which nothing is known is not there.
    grades
        Evidence by the id of the phase.
    result
        Cycles, lines of therapy, and the data used.
    images
        What was read as activity, in time order.
    doubted
        Ids of phases whose activity given contradicts their images: no dose follows from either alone.
    """

    doses: Mapping[str, OrganDoses] = field(default_factory=dict)
    grades: Mapping[str, EvidenceGrade] = field(default_factory=dict)
    result: NuclearResult = field(default_factory=NuclearResult)
    images: tuple[ActivityImage, ...] = ()
    findings: tuple[Finding, ...] = ()
    cycles: tuple[FilledCycle, ...] = ()
    doubted: frozenset[str] = frozenset()


def dosimetry(
    person: PersonScan,
    settings: Settings,
    *,
    alpha_betas: Sequence[AlphaBetaWish] = (),
    repairs: Sequence[RepairWish] = (),
    progress: Progress = silent,
) -> Dosimetry:
    """
    The doses of all radionuclide therapies of a person.

    Parameters
    ----------
    person
        Of a scan: its courses of radionuclides have one phase for each administration.
    settings
        ``graybook.toml``.
    alpha_betas, repairs
        Assumptions of this run, before those of ``graybook.toml``.
    progress
        Told of the share done.
    """
    courses = [one for one in person.record.courses if one.modality is Modality.RADIONUCLIDE]
    if not courses:
        return Dosimetry()
    given = {
        nuclide_name(one.nuclide)
        for course in courses
        if course.paper is not None
        for one in course.paper.administrations
    }
    images, asked = activity_images(_of_nuclides(person.slices, given), settings.nuclear)
    cycles, said = cycles_of(courses, images, settings.nuclear)
    findings = [*asked, *said]
    assumed = Assumed(settings=settings, alpha_betas=alpha_betas, repairs=repairs)
    voxels = VoxelDoses()
    doubted: set[str] = set()
    filled = _filled(cycles, person, assumed, voxels, findings, doubted, progress)
    results = [cycle_result(one) for one in filled]
    used = [point.image for one in cycles for point in one.points]
    return Dosimetry(
        doses={one.cycle.phase.id: one.doses for one in filled if one.doses.doses},
        grades={one.cycle.phase.id: grade_of(one) for one in filled},
        result=NuclearResult(
            cycles=results,
            lines=line_results(results),
            nuclides=nuclide_results([one.nuclide for one in cycles]),
            kernels=kernel_results(voxels.used),
            cameras=camera_results(used),
        ),
        images=images,
        findings=_once(findings),
        cycles=filled,
        doubted=frozenset(doubted),
    )


def _of_nuclides(slices: Sequence[ImageSliceFacts], given: set[str | None]) -> list[ImageSliceFacts]:
    """Images of the nuclides that were given, and those whose nuclide nobody states; a diagnosis by another is no matter here."""
    return [
        one
        for one in slices
        if one.activity is not None
        and (nuclide_name(one.activity.nuclide) in given or known_nuclide(one.activity.nuclide) is None)
    ]


def _filled(
    cycles: Sequence[Cycle],
    person: PersonScan,
    assumed: Assumed,
    voxels: VoxelDoses,
    findings: list[Finding],
    doubted: set[str],
    progress: Progress,
) -> tuple[FilledCycle, ...]:
    points, said = _points(cycles, person, assumed.settings, progress)
    findings.extend(said)
    measured: dict[str, dict[str, MeasuredOrgan]] = {one.phase.id: {} for one in cycles}
    ordered = sorted(points, key=lambda pair: _is_single(pair[1]))
    for place, (cycle, organ) in enumerate(ordered):
        progress(STEP, 0.5 + 0.5 * place / len(ordered))
        excess = more_than_given(organ, cycle)
        if excess is not None:
            findings.append(excess)
            doubted.add(cycle.phase.id)
            continue
        known = _known(organ.organ, cycle, cycles, measured) if _is_single(organ) else None
        found, told = measured_organ(organ, cycle, known, assumed, voxels)
        findings.extend(told)
        if found is not None:
            measured[cycle.phase.id][organ.organ] = found
    whole = tuple(_whole(one, measured[one.phase.id], assumed, one.phase.id in doubted) for one in cycles)
    findings.extend(_wishes_of_nothing(assumed.settings, [organ for _, organ in points], whole))
    return whole


def _points(
    cycles: Sequence[Cycle], person: PersonScan, settings: Settings, progress: Progress
) -> tuple[list[tuple[Cycle, OrganPoints]], list[Finding]]:
    """The points of every organ in every cycle, and what is missing."""
    placing = Placing(
        regions=regions_of(person.structure_sets, person.segmentations, settings),
        links=links_of_registrations(person.registrations, settings),
        recoveries=recovery_models(settings.nuclear.recoveries),
    )
    found: list[tuple[Cycle, OrganPoints]] = []
    said: list[Finding] = []
    for place, cycle in enumerate(cycles):
        progress(STEP, 0.5 * place / len(cycles))
        images = [one.image for one in cycle.points]
        for name in organ_names(placing.regions, images, placing.links):
            points, told = organ_points(name, cycle, placing)
            said.extend(told)
            if points is not None:
                found.append((cycle, points))
        said.extend(_without_regions(cycle, [one for owner, one in found if owner is cycle]))
    return found, [*said, *_not_in_cycle(cycles, found)]


def _without_regions(cycle: Cycle, organs: Sequence[OrganPoints]) -> list[Finding]:
    seen = {point.image.series_uid for organ in organs for point in organ.points}
    return [
        Finding(code="nuclear_image_without_regions", subject=one.image.path, params={"path": one.image.path})
        for one in cycle.points
        if one.image.series_uid not in seen
    ]


def _not_in_cycle(cycles: Sequence[Cycle], found: Sequence[tuple[Cycle, OrganPoints]]) -> list[Finding]:
    """Organs that other cycles of a course have, and one with images has not."""
    said = []
    for cycle in cycles:
        here = {one.organ for owner, one in found if owner is cycle}
        there = {one.organ for owner, one in found if owner.course.id == cycle.course.id}
        for organ in sorted(there - here) if cycle.points else ():
            params: dict[str, str | float | int | None] = {"organ": organ, "cycle": cycle.number}
            said.append(Finding(code="nuclear_organ_not_in_cycle", subject=organ, params=params))
    return said


def _wishes_of_nothing(
    settings: Settings, points: Sequence[OrganPoints], filled: Sequence[FilledCycle]
) -> list[Finding]:
    """Wishes for organs that neither the images hold nor any activity speaks of."""
    names = {name for one in points for name in (one.organ, one.structure.name)}
    names |= {
        name
        for one in filled
        for dose in one.doses.doses
        for name in (dose.organ, tg263_name(dose.organ) or dose.organ)
    }
    return [
        Finding(code="nuclear_wish_names_nothing", subject=one.organ, params={"organ": one.organ})
        for one in settings.nuclear.organs
        if one.organ not in names
    ]


def _is_single(organ: OrganPoints) -> bool:
    return len({one.hours for one in organ.points}) < 2


def _known(
    organ: str, cycle: Cycle, cycles: Sequence[Cycle], measured: Mapping[str, Mapping[str, MeasuredOrgan]]
) -> HalfLife | None:
    """The organ's half-life in another cycle of the course: the last one before, else the first one after."""
    same = [one for one in cycles if one.course.id == cycle.course.id]
    here = same.index(cycle)
    for other in (*reversed(same[:here]), *same[here + 1 :]):
        found = measured[other.phase.id].get(organ)
        half_life = None if found is None else found.curve.known_half_life(other.number)
        if half_life is not None:
            return half_life
    return None


def _whole(
    cycle: Cycle, measured: Mapping[str, MeasuredOrgan], assumed: Assumed, doubted: bool
) -> FilledCycle:
    """
    A cycle with the doses of its images; without any, with what its activity says; a person's own Gy/GBq for other organs.

    Of an activity that the images contradict nothing follows.
    """
    of_images = [measured[name].mean for name in sorted(measured)]
    names = {tg263_name(one) or one for one in measured}
    others = [
        one
        for one in (() if doubted else activity_doses(cycle.given).doses)
        if not measured
        or (one.interval is not IntervalKind.PUBLISHED and (tg263_name(one.organ) or one.organ) not in names)
    ]
    biology = {name: one.biology for name, one in measured.items()}
    for one in others:
        biology[one.organ] = _biology_of_activity(one, cycle, assumed)
    return FilledCycle(
        cycle=cycle, measured=measured, doses=OrganDoses(doses=(*of_images, *others)), biology=biology
    )


def _biology_of_activity(dose: MeanDose, cycle: Cycle, assumed: Assumed) -> Biology:
    name = tg263_name(dose.organ)
    structure = Structure(
        name=dose.organ, tg263=name, kind=kind_of(dose.organ, None), frame="", contours=_no_contours
    )
    wishes = [one for one in assumed.settings.nuclear.organs if one.organ in (dose.organ, name)]
    return biology_of(
        dose,
        structure,
        site=cycle.course.site,
        settings=assumed.settings,
        wish=wishes[-1] if wishes else None,
        alpha_betas=assumed.alpha_betas,
        repairs=assumed.repairs,
    )


def _no_contours() -> ContourStack:
    raise InputError(
        "An organ that is known by its dose alone has no contours.", remedy="Add the structures of the cycle."
    )


def _once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each finding once: of an organ whatever the cycle and image, and of several organs where it says the same of them."""
    kept: dict[tuple[object, ...], Finding] = {}
    for one in findings:
        own = {"cycle", "path"} & set(one.params)
        shared = one.code in OF_SEVERAL
        params = {key: value for key, value in one.params.items() if not (shared and key == "organ")}
        key = (
            one.code,
            "" if shared else one.subject,
            *(sorted(params.items(), key=str) if own or shared else ()),
        )
        first = kept.setdefault(key, one)
        if shared and first is not one:
            kept[key] = _joined(first, one)
    return tuple(kept.values())


def _joined(first: Finding, other: Finding) -> Finding:
    """One finding that names the organs of both."""
    names = [*str(first.params["organ"]).split(", "), str(other.params["organ"])]
    return replace(first, subject="", params={**first.params, "organ": ", ".join(dict.fromkeys(names))})
