"""Export: a folder comes in; one person's record goes out as HL7 FHIR, OSIRIS or OMOP, with what did not fit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from pydantic import ValidationError

from graybook.errors import InputError, UsageError
from graybook.exchange.course_facts import PersonFacts
from graybook.exchange.exported import Exported
from graybook.exchange.fhir.write import fhir_bundle
from graybook.exchange.omop import omop_tables
from graybook.exchange.osiris import osiris_csv, osiris_sql, osiris_tables
from graybook.progress import Progress, silent
from graybook.record import Finding
from graybook.report.result import Result
from graybook.text import Language
from graybook.workflow.exchanging.documents import write_json, write_rows, write_texts
from graybook.workflow.exchanging.facts import facts_of, given_in_same_sessions
from graybook.workflow.exchanging.left_behind import left_behind
from graybook.workflow.exchanging.metrics import with_eqd2
from graybook.workflow.exchanging.report import write_report
from graybook.workflow.folder.scan import PersonScan, scan
from graybook.workflow.person.assembled import today
from graybook.workflow.registering.giving_back import made_folder

__all__ = ["FORMATS", "Exchanged", "Format", "export_record"]

Format: TypeAlias = Literal["fhir", "osiris", "omop"]
FORMATS: tuple[Format, ...] = get_args(Format)

ALPHA_BETAS_GY = (2.0, 3.0, 10.0)
"""At which the EQD2 of volumes is stated unless other values are asked for. [Gy]"""

AGAIN = ("type I", "repeat organ irradiation")
"""Types of re-irradiation in which a target or an organ is irradiated again."""


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """
    What was written.

    Parameters
    ----------
    files
        Names of the files, in the folder.
    facts
        What the documents state.
    findings
        What did not fit.
    """

    files: tuple[str, ...]
    facts: PersonFacts
    findings: tuple[Finding, ...]


def export_record(
    folder: Path,
    out: Path,
    *,
    to: Format,
    result: Path | None = None,
    alpha_betas_gy: Sequence[float] = ALPHA_BETAS_GY,
    patient: str | None = None,
    names: Path | None = None,
    language: Language = "en",
    progress: Progress = silent,
) -> Exchanged:
    """
    One person's record as a document of another format, with findings.json and findings.md beside it.

    Parameters
    ----------
    folder
        A folder tree or zip of DICOM, with an optional ``graybook.toml``.
    out
        A folder, made with its parents.
    result
        ``result.json`` of an assessment of the same folder, or the folder that holds it: whether a course irradiates again what
        was irradiated comes from there; without it nothing is said of that.
    alpha_betas_gy
        At which EQD2 is stated. [Gy]

    Raises
    ------
    graybook.errors.InputError
        Nothing readable, or the result is of other courses.
    graybook.errors.NotComparable
        The files are not established as one person.
    """
    made_folder(out)
    person = scan(folder, progress, names=names).person_to_sum(patient)
    assessed = None if result is None else _assessed(result, person)
    grades = None if assessed is None else {one.id: one.evidence_grade for one in assessed.courses}
    plain = facts_of(person.record, reirradiates=_again(assessed), grades=grades)
    together = given_in_same_sessions(person.record, plain)
    facts = with_eqd2(plain, tuple(alpha_betas_gy), without=together)
    exported = _WRITERS[to](facts, created=today())
    assumed = any("assumed" in one.code for one in exported.findings)
    ours = left_behind(person.record, assessed)
    findings = (
        *(one for one in ours if not (assumed and one.code == "export_assumed")),
        *_same_sessions(facts, together),
        *exported.findings,
    )
    files = _write(out, to, exported.document)
    write_report(out, findings, language, file_format=to, direction="export")
    return Exchanged(files=files, facts=facts, findings=findings)


_WRITERS: dict[Format, Callable[..., Exported]] = {
    "fhir": fhir_bundle,
    "osiris": osiris_tables,
    "omop": omop_tables,
}


def _write(out: Path, to: Format, document: Mapping[str, Any]) -> tuple[str, ...]:
    """The document's files."""
    if to == "fhir":
        write_json(out / "bundle.json", document)
        return ("bundle.json",)
    if to == "osiris":
        files = {**osiris_csv(document), "osiris.sql": osiris_sql(document)}
        write_texts(out, files)
        return tuple(files)
    return write_rows(out, document)


def _same_sessions(facts: PersonFacts, together: frozenset[str]) -> list[Finding]:
    return [
        Finding(code="export_same_sessions", subject=one.name, params={"path": one.key})
        for one in facts.volumes
        if one.key in together
    ]


def _again(assessed: Result | None) -> frozenset[str]:
    if assessed is None or assessed.clinical.reirradiation.type not in AGAIN:
        return frozenset()
    return frozenset({assessed.reference_course})


def _assessed(path: Path, person: PersonScan) -> Result:
    """The result of an assessment, refused when it is of other courses."""
    file = path / "result.json" if path.is_dir() else path
    if not file.is_file():
        raise UsageError(
            "There is no such result.", value=str(path), remedy="Name the result.json of graybook assess."
        )
    try:
        result = Result.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, ValidationError) as error:
        raise InputError(
            f"{file.name} is no result of this version of graybook assess.",
            value=str(error).partition("\n")[0],
            remedy="Run graybook assess on the folder again.",
        ) from error
    ours, theirs = {one.id for one in person.record.courses}, {one.id for one in result.courses}
    if ours != theirs:
        raise InputError(
            f"{file.name} is of other courses than the folder.",
            value=", ".join(sorted(ours ^ theirs)),
            remedy="Run graybook assess on the folder again.",
        )
    return result
