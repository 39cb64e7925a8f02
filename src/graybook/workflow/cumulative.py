"""Cumulative: a folder comes in; the lifetime dose on today's anatomy goes out as result, report, EQD2 volume and DVHs.

Scan, courses, one alignment per course, a field of dose per phase, equieffective with each structure's α/β, the sum, sampled on the
structure, histogram, metrics, report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graybook.accumulation.equieffective import EquieffectiveField
from graybook.progress import Progress, silent
from graybook.report.material import Material
from graybook.report.result import Result
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language
from graybook.workflow.alignment.anatomy import Organ
from graybook.workflow.alignment.course_registration import Register
from graybook.workflow.budget import left_to_give
from graybook.workflow.folder.doses import seen_from
from graybook.workflow.folder.scan import PersonScan
from graybook.workflow.limits.complications import complications
from graybook.workflow.limits.results import constraints_of
from graybook.workflow.limits.scenarios import Assessing, scenario_results
from graybook.workflow.organs.samples import Setting
from graybook.workflow.person.assembled import Judged, Parts, assembled
from graybook.workflow.person.illustrations import material_of
from graybook.workflow.person.study import Study, study
from graybook.workflow.uncertain.bands import uncertainty_of

__all__ = ["Assessed", "assess"]

DISPLAY_ALPHA_BETA_GY = 3.0
"""α/β of the display volume unless the user says otherwise. [Gy]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Assessed:
    """What is given back, and what it was computed from."""

    material: Material
    person: PersonScan
    setting: Setting
    organs: tuple[Organ, ...]
    total: EquieffectiveField | None

    @property
    def result(self) -> Result:
        """What ``result.json`` holds."""
        return self.material.result


def assess(
    folder: Path,
    *,
    reference: str | None = None,
    patient: str | None = None,
    language: Language = "en",
    display_alpha_beta_gy: float = DISPLAY_ALPHA_BETA_GY,
    names: Path | None = None,
    register: Register = "auto",
    thresholds: Path | None = None,
    options: Path | None = None,
    rulebook: str = DEFAULT,
    scenarios: Sequence[Path] = (),
    uncertainty: bool = False,
    indicative: bool = True,
    progress: Progress = silent,
) -> Assessed:
    """
    The cumulative assessment of one person.

    Parameters
    ----------
    folder
        A folder tree or zip of DICOM, with an optional ``graybook.toml``.
    reference
        Id, label or start date of the course whose anatomy is today's; the latest when None.
    patient
        Patient ID, when the folder holds several persons.
    language
        Of the sentences.
    display_alpha_beta_gy
        α/β of ``eqd2_total.dcm`` and of the isodoses. [Gy]
    names
        A centre's file of structure names.
    register
        What to align by images: "auto" the courses that no registration leads to, "rigid" or "deformable" every course in
        another frame by that kind, "never" none.
    thresholds
        A centre's file of limits for what alignments may be used for.
    options
        A file of assumptions for the headline: α/β, recovery, order of phases.
    rulebook
        Which limits to judge by: one of :data:`graybook.tables.rulebook.RULEBOOKS`, or the path of a centre's file.
    scenarios
        Up to four files of assumptions to be computed beside the headline.
    uncertainty
        Whether bands and chances are drawn (:mod:`graybook.workflow.uncertain.bands`); their settings stand in ``options``.
    indicative
        Whether external beam and what stands apart (radionuclides, microspheres) are added to an indicative total.
    progress
        Told of every step.

    Raises
    ------
    graybook.errors.InputError
        Nothing readable.
    graybook.errors.NotComparable
        The files are not established as one person.
    """
    found = study(
        folder,
        reference=reference,
        patient=patient,
        names=names,
        register=register,
        thresholds=thresholds,
        options=options,
        rulebook=rulebook,
        scenarios=scenarios,
        progress=progress,
    )
    assumed, setting = found.assumed, found.setting
    total = _total(setting, display_alpha_beta_gy)
    assessing = Assessing(
        setting=setting,
        settings=found.scanned.settings,
        book=assumed.rulebook,
        headline=assumed.headline,
        language=language,
    )
    result = assembled(
        Parts(
            study=found,
            judged=_judged(found, assessing, progress),
            language=language,
            display_alpha_beta_gy=display_alpha_beta_gy,
            indicative=indicative,
        )
    )
    material = material_of(
        result, setting, found.organs, found.assessed, total, found.alignments, found.registrar
    )
    if uncertainty:
        material = _with_uncertainty(material, found, language, progress)
    return Assessed(material=material, person=found.person, setting=setting, organs=found.organs, total=total)


def _judged(found: Study, assessing: Assessing, progress: Progress) -> Judged:
    """Every limit of the rulebook, under the headline's assumptions and under each scenario's, and what it leaves."""
    assessed, assumed = found.assessed, found.assumed
    left = left_to_give(found, language=assessing.language, progress=progress)
    return Judged(
        constraints=constraints_of(
            assessed,
            assessing.setting,
            assessing.book,
            language=assessing.language,
            recoveries=assumed.headline.recoveries,
            progress=progress,
        ),
        scenarios=scenario_results(assumed.scenarios, assessed, assessing, progress),
        ntcp=complications(assessed, assessing.language) if assumed.headline.ntcp else [],
        remaining=left.remaining,
        scaling=left.scaling,
    )


def _with_uncertainty(material: Material, found: Study, language: Language, progress: Progress) -> Material:
    """The same with bands and chances."""
    drawn = uncertainty_of(found, material.result.constraints, language=language, progress=progress)
    result = material.result.model_copy(update={"uncertainty": drawn.result})
    return replace(material, result=result, bands=drawn.bands)


def _total(setting: Setting, alpha_beta_gy: float) -> EquieffectiveField | None:
    if setting.refused or not setting.reference.frame:
        return None
    courses = tuple(
        seen_from(one.dose, setting.alignments[one.course.id].transform)
        for one in setting.courses
        if one.dose is not None
    )
    if not courses:
        return None
    return EquieffectiveField(frame=setting.reference.frame, courses=courses, alpha_beta_gy=alpha_beta_gy)
