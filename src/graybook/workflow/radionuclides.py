"""Radionuclides: a folder comes in; the doses of every cycle to organs, measured or by activity, go out as one document and pages.

Scan → one person → images, administrations and regions → doses of cycles, beside every sum of external beam (rule 15).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import graybook
from graybook.dicom.write_radionuclide_dose import write_radionuclide_dose
from graybook.errors import InputError
from graybook.progress import Progress, silent
from graybook.record import Finding, InputFile, Provenance
from graybook.report.nuclear_document import NuclearDocument, TherapyResult
from graybook.report.nuclear_pages import write_nuclear_pages
from graybook.report.nuclear_result import NuclearResult
from graybook.tables import edition
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language, phrase
from graybook.workflow.all_or_nothing import all_or_nothing, asked_folder
from graybook.workflow.folder.scan import PersonScan, ScanResult, scan
from graybook.workflow.nuclear.dose_maps import DoseMap, dose_map
from graybook.workflow.person.assembled import today
from graybook.workflow.person.assumption_findings import assumed_changes, assumed_files
from graybook.workflow.person.assumptions import Assumptions, assumptions
from graybook.workflow.person.doses_apart import doses_apart
from graybook.workflow.person.results import (
    finding_results,
    patient_result,
    provenance_result,
    refusal_results,
)

__all__ = ["JSON_NAME", "json_text", "radionuclides"]

JSON_NAME = "nuclear.json"
OWN = ("activity", "given", "microspheres", "nuclear")
"""How codes of findings on radionuclides and microspheres begin."""

PAGES = (JSON_NAME, "nuclear.html", "nuclear.pdf")
MAPS = "dose_cycle_*.dcm"

USES = ("activity", "administration", "segmentation", "structures", "registration", "settings", "archive")
"""Uses of the files that such doses rest on."""


def radionuclides(
    folder: Path,
    out: Path | None = None,
    *,
    patient: str | None = None,
    language: Language = "en",
    names: Path | None = None,
    options: Path | None = None,
    dose_maps: bool = False,
    progress: Progress = silent,
) -> NuclearDocument:
    """
    What radionuclides gave a person's organs, cycle by cycle.

    Parameters
    ----------
    folder
        A folder tree or zip of DICOM, with an optional ``graybook.toml``.
    out
        Where ``nuclear.json`` and the pages go, all together or none; None: nothing is written.
    patient
        Patient ID, when the folder holds several persons.
    language
        Of the pages and the sentences.
    names, options
        As of :func:`graybook.workflow.cumulative.assess`: names of structures; α/β and half-times of repair.
    dose_maps
        Whether the absorbed dose of each cycle whose images lie on one grid is written too, as RTDOSE.
    progress
        Told of the share done; can stop the work.

    Raises
    ------
    graybook.errors.InputError
        The person was given no radionuclide that anything speaks of.
    graybook.errors.NotComparable
        Identities are not established as one person.
    """
    if out is not None:
        asked_folder(out)
    assumed = assumptions(options, DEFAULT, ())
    scanned = scan(folder, progress, names=names)
    person = scanned.person_to_sum(patient)
    headline = assumed.headline
    apart = doses_apart(
        person,
        scanned.settings,
        alpha_betas=headline.alpha_betas,
        repairs=headline.repairs,
        progress=progress,
    )
    if apart.nuclear is None:
        raise InputError(
            "No radionuclide was given to this person, as far as the folder tells.",
            value=f"{len(person.record.courses)} courses",
            remedy="Add dose reports or images of the radionuclide, or [[radionuclide]] to graybook.toml.",
        )
    made = [dose_map(one.cycle) for one in apart.measured.cycles] if dose_maps and out is not None else []
    said = [one for one in made if isinstance(one, Finding)]
    person = replace(apart.person, findings=(*apart.person.findings, *said))
    found = _document(scanned, person, apart.nuclear, assumed, language)
    if out is not None:
        former = [one.name for one in out.glob(MAPS)] if out.is_dir() else []
        with all_or_nothing(out, owned=(*PAGES, *former)) as staged:
            (staged / JSON_NAME).write_text(json_text(found), encoding="utf-8")
            write_nuclear_pages(found, staged, language)
            for number, one in enumerate((one for one in made if isinstance(one, DoseMap)), start=1):
                _write_map(one, person, staged / MAPS.replace("*", str(number)))
    return found


def _write_map(found: DoseMap, person: PersonScan, path: Path) -> None:
    cycle = found.cycle
    write_radionuclide_dose(
        path,
        grid=found.grid,
        values_gy=found.gy,
        patient=person.record.person,
        study_uid=cycle.points[0].image.study_uid,
        day=cycle.given.date or cycle.points[0].image.moment.date(),
        cycle=cycle.number,
        method=found.method,
        sources=[one.image.series_uid for one in cycle.points],
    )


def json_text(document: NuclearDocument) -> str:
    """``nuclear.json`` as text: keys in the model's order, two spaces, a final newline."""
    return json.dumps(document.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def _document(
    scanned: ScanResult,
    person: PersonScan,
    nuclear: NuclearResult,
    assumed: Assumptions,
    language: Language,
) -> NuclearDocument:
    courses = [one for one in person.record.courses if one.modality.stands_apart]
    return NuclearDocument(
        notice=phrase("notice", language),
        patient=patient_result(person.record.person),
        therapies=[
            TherapyResult(
                id=one.id,
                label=one.label,
                start_date=None if one.start_date is None else one.start_date.isoformat(),
                modality=one.modality.value,
            )
            for one in courses
        ],
        nuclear=nuclear,
        findings=finding_results(_without_beams([*scanned.findings, *person.findings], person), language),
        refusals=refusal_results(person.refusals, language),
        provenance=provenance_result(_provenance(scanned, assumed), (), created=today(), language=language),
    )


def _without_beams(findings: Sequence[Finding], person: PersonScan) -> list[Finding]:
    """What is said of plans of beams is no matter here; what is said of radionuclides stays, whatever it is called."""
    phases = [
        one for course in person.record.courses if not course.modality.stands_apart for one in course.phases
    ]
    plans = {name for one in phases for name in (one.label, *one.plan_uids)}
    return [one for one in findings if one.subject not in plans or one.code.startswith(OWN)]


def _provenance(scanned: ScanResult, assumed: Assumptions) -> Provenance:
    used = {
        InputFile(sha256=one.sha256, used_as=one.used_as, uid=one.uid)
        for one in scanned.files
        if one.used_as in USES and one.sha256
    } | set(assumed_files(assumed))
    return Provenance(
        version=graybook.__version__,
        tables_edition=edition(),
        inputs=tuple(sorted(used, key=lambda one: (one.used_as, one.uid, one.sha256))),
        overrides=(*scanned.settings.overrides, *assumed_changes(assumed)),
        settings_sha256=scanned.settings.sha256,
    )
