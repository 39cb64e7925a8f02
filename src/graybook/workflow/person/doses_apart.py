"""A person's files and statements come in; the same with the doses of organs that radionuclides and microspheres gave, go out.

images and administrations → doses of cycles; else activities → a person's own doses or published intervals; of microspheres images
after them; else their reports → the partition model. All of it is beside every sum of external beam (rule 15).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from graybook.files.settings import Settings
from graybook.progress import Progress, silent
from graybook.record import AlphaBetaWish, Course, DoseOrigin, EvidenceGrade, Phase, RepairWish
from graybook.report.nuclear_result import CycleResult, NuclearResult
from graybook.workflow.folder.scan import PersonScan
from graybook.workflow.microspheres.from_images import with_image_doses
from graybook.workflow.microspheres.on_paper import with_partition_doses
from graybook.workflow.microspheres.on_paper_results import infusion_results
from graybook.workflow.nuclear.dosimetry import Dosimetry, dosimetry
from graybook.workflow.nuclear.from_activity import with_activity_doses
from graybook.workflow.nuclear.lines import nuclide_results

__all__ = ["DosesApart", "doses_apart"]


@dataclass(frozen=True, kw_only=True, eq=False)
class DosesApart:
    """A person whose phases carry what is known of their organs, and the cycles; None where nothing stands apart."""

    person: PersonScan
    nuclear: NuclearResult | None
    measured: Dosimetry = field(default_factory=Dosimetry)


def doses_apart(
    person: PersonScan,
    settings: Settings,
    *,
    alpha_betas: Sequence[AlphaBetaWish] = (),
    repairs: Sequence[RepairWish] = (),
    progress: Progress = silent,
) -> DosesApart:
    """
    What radionuclides and microspheres gave the organs of a person.

    Parameters
    ----------
    person
        Of a scan.
    settings
        ``graybook.toml``.
    alpha_betas, repairs
        Assumptions of this run, before those of ``graybook.toml``.
    progress
        Told of the dosimetry's share.
    """
    if not any(course.modality.stands_apart for course in person.record.courses):
        return DosesApart(person=person, nuclear=None)
    measured = dosimetry(person, settings, alpha_betas=alpha_betas, repairs=repairs, progress=progress)
    courses, of_activity = with_activity_doses(
        [_measured(one, measured) for one in person.record.courses], measured.doubted
    )
    courses, of_spheres = with_image_doses(courses, person, settings)
    courses, of_partition = with_partition_doses(courses)
    infusions = infusion_results(courses, settings, alpha_betas=alpha_betas, repairs=repairs)
    cycles = sorted([*measured.result.cycles, *infusions], key=_when)
    nuclear = measured.result.model_copy(
        update={"cycles": cycles, "nuclides": nuclide_results([one.nuclide for one in cycles])}
    )
    findings = (*person.findings, *measured.findings, *of_activity, *of_spheres, *of_partition)
    record = replace(person.record, courses=courses)
    return DosesApart(
        person=replace(person, record=record, findings=findings), nuclear=nuclear, measured=measured
    )


def _when(cycle: CycleResult) -> tuple[str, str, int]:
    return cycle.given or "9999", cycle.course, cycle.number


def _measured(course: Course, measured: Dosimetry) -> Course:
    """The phases whose images gave doses with them; the grade of the course is that of its least known phase."""
    phases = tuple(_phase(one, measured) for one in course.phases)
    grades = [measured.grades[one.id] for one in phases if one.id in measured.grades]
    worst = max(grades, key=lambda one: one.value, default=course.evidence_grade)
    return replace(course, phases=phases, evidence_grade=EvidenceGrade(worst))


def _phase(phase: Phase, measured: Dosimetry) -> Phase:
    found = measured.doses.get(phase.id)
    if found is None or all(one.origin is not DoseOrigin.IMAGES for one in found.doses):
        return phase
    return replace(phase, organ_doses=found)
