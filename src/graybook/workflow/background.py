"""Background: a folder and a number of fractions come in; the earlier dose goes out as files that a planning system can load.

Study, what was given of it, the voxels of the planning CT; earlier EQD2 for each α/β, what each limit leaves in the new fractions,
the base dose for one expected plan; and what all of these are valid for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from graybook.accumulation.upper_end import EarlierCourses, Ratio
from graybook.dicom.write_background import BackgroundHeader
from graybook.errors import InputError, NotComparable, UsageError
from graybook.files.settings import Settings
from graybook.progress import Progress, silent
from graybook.record import Course, Refusal
from graybook.report.background_result import BackgroundResult, json_text
from graybook.report.background_sheet import write_background_sheet
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language, phrase, remedy
from graybook.workflow.alignment.course_registration import Register
from graybook.workflow.all_or_nothing import all_or_nothing, asked_folder
from graybook.workflow.folder.doses import seen_from
from graybook.workflow.limits.prior import Prior, prior_of
from graybook.workflow.person.study import Study, study
from graybook.workflow.planning.expected_dose import Expected, expected_dose
from graybook.workflow.planning.grid import FileGrid, file_grid
from graybook.workflow.planning.limits import VoxelLimits, ratios_of, voxel_limits
from graybook.workflow.planning.organs import voxels_of_organs
from graybook.workflow.planning.volumes import FileWish, written_volumes
from graybook.workflow.planning.words import Told, background_result
from graybook.workflow.registering.giving_back import UNDATED

__all__ = ["SUMMARY", "background"]

MOST_FRACTIONS = 65535
"""What the files' private element can hold."""

SUMMARY = "background.json"
"""Name of the summary in OUT."""

OURS = re.compile(r"(prior_eqd2|remaining|base)_[\w.-]+\.dcm")


def background(
    folder: Path,
    out: Path,
    *,
    fractions: int,
    expected: str | None = None,
    alpha_betas_gy: Sequence[float] = (),
    spacing_mm: float | None = None,
    reference: str | None = None,
    patient: str | None = None,
    language: Language = "en",
    names: Path | None = None,
    register: Register = "auto",
    thresholds: Path | None = None,
    options: Path | None = None,
    rulebook: str = DEFAULT,
    progress: Progress = silent,
) -> BackgroundResult:
    """
    Write the earlier dose for a planning system.

    Parameters
    ----------
    folder
        A folder tree or zip of DICOM, with an optional ``graybook.toml``.
    out
        Where the files go; made when missing. Files that an earlier summary there lists are replaced.
    fractions
        Of the new course.
    expected
        Id, label or start date of a proposed course, or the path of an RT Plan or RT Dose: a base dose is made for it.
    alpha_betas_gy
        Those of the files; of the organs present when empty. [Gy]
    spacing_mm
        Coarser in-plane spacing; None for the planning CT's own. [mm]
    reference, patient, language, names, register, thresholds, options, rulebook, progress
        As of :func:`graybook.workflow.cumulative.assess`.

    Raises
    ------
    graybook.errors.NotComparable
        The sum of the earlier courses is refused (rule 8).
    graybook.errors.InputError
        No earlier course has a dose, or the reference no voxels.
    graybook.errors.UsageError
        No fractions, more than the files can state, an α/β that is none, a folder that cannot be made, or an expected dose in
        other fractions.
    """
    _check(fractions, alpha_betas_gy)
    asked_folder(out)
    found = study(
        folder,
        reference=reference,
        patient=patient,
        names=names,
        register=register,
        thresholds=thresholds,
        options=options,
        rulebook=rulebook,
        progress=progress,
    )
    prior = _prior(found, found.scanned.settings)
    earlier = _earlier(prior)
    dose = None if expected is None else expected_dose(expected, found, folder=folder, fractions=fractions)
    grid = file_grid(found.setting, spacing_mm)
    limits = voxel_limits(found, prior, fractions=fractions, language=language, chosen=alpha_betas_gy)
    ratios = ratios_of(prior.organs, prior.setting, limits, alpha_betas_gy)
    wishes = _wishes(ratios, limits, fractions, dose)
    organs = voxels_of_organs(prior.organs, limits, grid.grid, [one.alpha_beta_gy for one in ratios])
    with all_or_nothing(out, owned=_former(out)) as staged:
        seen = written_volumes(
            wishes,
            earlier,
            grid.grid,
            staged,
            fractions=fractions,
            expected=dose,
            header=_header(found, prior, grid),
            lower_bound=not prior.setting.complete,
            within=organs,
            progress=progress,
        )
        result = background_result(
            Told(
                study=found,
                prior=prior,
                grid=grid,
                limits=limits,
                volumes=seen,
                expected=dose,
                fractions=fractions,
                language=language,
            )
        )
        (staged / SUMMARY).write_text(json_text(result), encoding="utf-8")
        write_background_sheet(result, staged, language)
    return result


def _check(fractions: int, alpha_betas_gy: Sequence[float]) -> None:
    if fractions < 1:
        raise UsageError(
            "A new course has at least one fraction.", value=fractions, remedy="Give --fractions."
        )
    if fractions > MOST_FRACTIONS:
        raise UsageError(
            f"No course has more than {MOST_FRACTIONS} fractions.",
            value=fractions,
            remedy="Give --fractions of the new course.",
        )
    for one in alpha_betas_gy:
        if not 0 < one < float("inf"):
            raise UsageError("α/β must be positive.", value=one, remedy="Give --alpha-beta in Gy.")


def _prior(found: Study, settings: Settings) -> Prior:
    """What was given, by what is known of those courses alone."""
    headline = found.assumed.headline
    prior = prior_of(
        found.assessed, found.setting, settings, alpha_betas=headline.alpha_betas, repairs=headline.repairs
    )
    given, reached = prior.setting.courses, prior.setting.alignments
    apart = [one for one in given if one.dose is not None and one.course.id not in reached]
    unreached = [one.course for one in apart if not one.course.alignment_declined]
    unreached += [one.course for one in given if one.course.undecided]
    if unreached:
        raise _refused(found, unreached)
    if all(one.dose is None or one in apart for one in given):
        raise InputError(
            "No course that counts as given has a dose: there is nothing to load into a planning system.",
            value=", ".join(one.course.label for one in given) or "no course",
            remedy="Add the RT Dose of the earlier courses; `graybook request FOLDER` says what to ask for.",
        )
    complete = not apart and all(one.complete for one in given)
    return replace(prior, setting=replace(prior.setting, refused=False, complete=complete))


def _refused(found: Study, courses: Sequence[Course]) -> NotComparable:
    """The sum of the earlier courses is refused: why, and what to do."""
    ids = {one.id for one in courses}
    refusals: list[Refusal] = [
        one.refusal for one in found.alignments if one.course.id in ids and one.refusal is not None
    ]
    refusals += [refusal for one in found.setting.courses if one.course.id in ids for refusal in one.refusals]
    refusals += [one for one in found.person.refusals if one.subject in ids]
    told = [(one, {"subject": one.subject, **one.params}) for one in refusals]
    why = " ".join(phrase(one.code, "en", **params) for one, params in told)
    remedies = dict.fromkeys(remedy(one.code, "en", **params).strip() for one, params in told)
    return NotComparable(
        "The earlier courses cannot be added in the frame of the planning CT, so nothing is written for a planning system.",
        value=why or ", ".join(one.label for one in courses),
        remedy=" ".join(one for one in remedies if one)
        or "Run `graybook assess` on the folder: it says what is missing.",
    )


def _earlier(prior: Prior) -> EarlierCourses:
    setting = prior.setting
    return EarlierCourses(
        courses=tuple(
            seen_from(one.dose, setting.alignments[one.course.id].transform)
            for one in setting.courses
            if one.dose is not None and one.course.id in setting.alignments
        ),
        order_unknown=setting.order_unknown,
    )


def _wishes(
    ratios: Sequence[Ratio], limits: VoxelLimits, fractions: int, expected: Expected | None
) -> tuple[FileWish, ...]:
    """Every file: earlier EQD2, what limits leave, base doses."""
    if not ratios:
        raise UsageError(
            "No organ of the reference says which α/β the files are for.",
            remedy="Name one or more with --alpha-beta GY, or add the structure set.",
        )
    by_value = {one.alpha_beta_gy: one for one in ratios}
    wishes = [
        FileWish(name=f"prior_eqd2_ab{one.alpha_beta_gy:g}.dcm", quantity="EQD2", ratio=one) for one in ratios
    ]
    for figure in limits.figures:
        first = figure.limits[0]
        ratio = by_value[figure.alpha_beta_gy]
        organ = _slug(first.tg263 or first.structure)
        name = f"remaining_{organ}_{_slug(first.metric)}_{figure.limit_eqd2_gy:g}Gy_ab{ratio.alpha_beta_gy:g}_n{fractions}.dcm"
        wishes.append(
            FileWish(
                name=name,
                quantity="REMAINING",
                ratio=ratio,
                limit_eqd2_gy=figure.limit_eqd2_gy,
                limits=figure.limits,
            )
        )
    if expected is not None:
        label = _slug(expected.result.label)
        wishes += [
            FileWish(
                name=f"base_{label}_ab{one.alpha_beta_gy:g}_n{fractions}.dcm", quantity="BASE", ratio=one
            )
            for one in ratios
        ]
    return tuple(wishes)


def _slug(text: str) -> str:
    """Letters, digits, points, dashes and underscores of a name, at most 40."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-.")[:40] or "unnamed"


def _header(found: Study, prior: Prior, grid: FileGrid) -> BackgroundHeader:
    """The study of the planning CT, else of the reference's own doses."""
    reference, person = found.setting.reference, found.person
    slices = [one.header for one in person.slices if one.header.series_uid == grid.series_uid]
    own = {phase.id for phase in reference.phases}
    headers = slices + [dose.header for one in person.planned if one.id in own for dose in one.doses]
    earlier = [one.dose for one in prior.setting.courses if one.course.id in prior.setting.alignments]
    given = {phase.id for dose in earlier if dose is not None for phase in dose.phases}
    planned = [one for one in person.planned if one.id in given]
    return BackgroundHeader(
        patient=person.record.person,
        study_uid=headers[0].study_uid,
        day=reference.start_date or UNDATED,
        plan_uids=sorted({uid for one in planned for uid in one.plan_uids}),
        ion_plan_uids=sorted(
            {uid for one in planned if one.plan is not None and one.plan.is_ion for uid in one.plan_uids}
        ),
        sources=sorted({dose.header.sha256 for one in planned for dose in one.doses}),
    )


def _former(out: Path) -> frozenset[str]:
    """Files that a former summary in OUT lists: a base dose of another day must not lie beside today's."""
    former = out / SUMMARY
    if not former.is_file():
        return frozenset()
    text = former.read_text(encoding="utf-8", errors="replace")
    return frozenset(match[0] for match in OURS.finditer(text))
