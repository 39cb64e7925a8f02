"""Giving back: an assessment comes in; result.json, the EQD2 volume, the DVH table, the tumour-board text and the report go out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from graybook.accumulation.volume import eqd2_volume_gy
from graybook.dicom.write_eqd2 import write_eqd2_dose
from graybook.errors import UsageError
from graybook.progress import Progress, silent
from graybook.report.html import write_html
from graybook.report.pdf import write_pdf
from graybook.report.rcp import write_rcp
from graybook.report.result import json_text
from graybook.text import Language
from graybook.workflow.alignment.course_registration import images_to_align
from graybook.workflow.alignment.propagated_set import PROPAGATED, write_propagated
from graybook.workflow.cumulative import Assessed
from graybook.workflow.folder.curves import write_assessed_curves
from graybook.workflow.person.illustrations import reference_grid

__all__ = ["made_folder", "write_assessment"]

UNDATED = date(1900, 1, 1)
"""Date written into a DICOM file whose course has none; the clock is never asked."""


def made_folder(out: Path) -> Path:
    """The folder, made with its parents; asked for before the work, so that a wrong OUT costs nothing.

    Raises
    ------
    graybook.errors.UsageError
        Something else is in its place, or it may not be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            "OUT cannot be made as a folder.",
            value=f"{out}: {error.strerror}",
            remedy="Name a folder that can be written to.",
        ) from error
    return out


def write_assessment(
    assessed: Assessed, out: Path, *, language: Language = "en", progress: Progress = silent
) -> None:
    """Write all an assessment gives into a folder, which is made with its parents and may hold other files."""
    made_folder(out)
    _write_eqd2(assessed, out / "eqd2_total.dcm", progress)
    _write_propagated(assessed, out / PROPAGATED, progress)
    (out / "result.json").write_text(json_text(assessed.result), encoding="utf-8")
    write_assessed_curves(assessed.material.curves, out / "dvh.csv", assessed.material.bands)
    write_rcp(assessed.material, out / "rcp.txt", language)
    progress("report.html")
    write_html(assessed.material, out / "report.html", language)
    progress("report.pdf")
    write_pdf(assessed.material, out / "report.pdf", language)


def _write_propagated(assessed: Assessed, path: Path, progress: Progress) -> None:
    """The structures that only other courses drew, on the planes of the reference's image, else of its dose."""
    reference, person = assessed.setting.reference, assessed.person
    image = next(iter(images_to_align(reference)), None)
    slices = (
        [] if image is None else [one for one in person.slices if one.header.series_uid == image.series_uid]
    )
    own = {phase.id for phase in reference.phases}
    headers = [one.header for one in slices]
    headers += [dose.header for one in person.planned if one.id in own for dose in one.doses]
    if not headers:
        path.unlink(missing_ok=True)
        return
    write_propagated(
        path,
        assessed.organs,
        assessed.setting.alignments,
        reference=reference,
        grid=reference_grid(assessed.setting) if image is None else image.grid,
        slices=slices,
        person=person.record.person,
        study_uid=headers[0].study_uid,
        progress=progress,
    )


def _write_eqd2(assessed: Assessed, path: Path, progress: Progress) -> None:
    grid = reference_grid(assessed.setting)
    if assessed.total is None or grid is None:
        path.unlink(missing_ok=True)
        return
    reference = assessed.setting.reference
    summed = {phase.id for course in assessed.result.courses for phase in course.phases if phase.in_sum}
    planned = [one for one in assessed.person.planned if one.id in summed]
    own = {phase.id for phase in reference.phases}
    header = next(one.doses[0].header for one in planned if one.id in own and one.doses)
    write_eqd2_dose(
        path,
        grid=grid,
        values_gy=eqd2_volume_gy(assessed.total, grid, progress=progress),
        alpha_beta_gy=assessed.total.alpha_beta_gy,
        patient=assessed.person.record.person,
        study_uid=header.study_uid,
        day=reference.start_date or UNDATED,
        plan_uids=sorted({uid for one in planned for uid in one.plan_uids}),
        ion_plan_uids=sorted(
            {uid for one in planned if one.plan is not None and one.plan.is_ion for uid in one.plan_uids}
        ),
        sources=sorted({dose.header.sha256 for one in planned for dose in one.doses}),
        full_repair=any(not course.is_once_a_day for course in assessed.total.courses),
    )
