"""Assembled: all that was computed of a person comes in; one result, with its findings and provenance, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import graybook
from graybook.accumulation.envelope import ASSUMED_SHIFT_MM
from graybook.record import (
    Finding,
    InputFile,
    Override,
    Provenance,
    Refusal,
    RepairWish,
    Scenario,
    Severity,
    Status,
)
from graybook.record.assessment import Param
from graybook.report.constraint_result import ConstraintResult, NtcpResult, ScenarioResult
from graybook.report.remaining_result import PlanScaling, RemainingResult
from graybook.report.result import Result, StructureResult
from graybook.tables import edition
from graybook.tables.alignment_thresholds import Thresholds
from graybook.text import Language, phrase
from graybook.workflow.alignment.anatomy import Organ
from graybook.workflow.alignment.results import verdict_findings
from graybook.workflow.limits.intervals import ends_said
from graybook.workflow.organs.laterality import side_findings
from graybook.workflow.organs.paper_sums import no_sum_refusals
from graybook.workflow.organs.repair_findings import general_findings
from graybook.workflow.organs.samples import Setting
from graybook.workflow.person.assumption_findings import assumed_changes, assumed_files, names_nothing
from graybook.workflow.person.assumptions import Assumptions
from graybook.workflow.person.clinical import administrations, clinical_result, overlap_results
from graybook.workflow.person.overlap import levels_said, shared_levels
from graybook.workflow.person.results import (
    course_result,
    finding_results,
    patient_result,
    provenance_result,
    refusal_results,
)
from graybook.workflow.person.study import Study

__all__ = ["Judged", "Parts", "assembled", "findings_of", "provenance_of", "refusals_of", "today"]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What limits say, of the headline and of every scenario, and what they leave."""

    constraints: list[ConstraintResult] = field(default_factory=list)
    scenarios: list[ScenarioResult] = field(default_factory=list)
    ntcp: list[NtcpResult] = field(default_factory=list)
    remaining: list[RemainingResult] = field(default_factory=list)
    scaling: list[PlanScaling] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """What a result is made of; without ``indicative`` unlike evidence is not added up."""

    study: Study
    judged: Judged
    language: Language
    display_alpha_beta_gy: float
    indicative: bool = True


def assembled(parts: Parts) -> Result:
    """The whole result."""
    study, judged, language = parts.study, parts.judged, parts.language
    setting, scanned, headline = study.setting, study.scanned, study.assumed.headline
    courses = [one.course for one in setting.courses]
    clinical = clinical_result(
        scanned.settings.clinical,
        setting.reference,
        setting.courses,
        setting.alignments,
        overlap_percent=headline.overlap_percent,
        overlap_gy=headline.overlap_gy,
        display_alpha_beta_gy=parts.display_alpha_beta_gy,
    )
    return Result(
        notice=phrase("notice", language),
        patient=patient_result(study.person.record.person),
        reference_course=setting.reference.id,
        display_alpha_beta_gy=parts.display_alpha_beta_gy,
        courses=[
            course_result(loaded, aligned, setting.reference, refused=setting.refused)
            for loaded, aligned in zip(setting.courses, study.alignments, strict=True)
        ],
        structures=_structures(parts),
        overlaps=overlap_results(shared_levels(courses)),
        radionuclides=administrations(courses),
        nuclear=study.nuclear,
        clinical=clinical,
        reirradiation_type=clinical.reirradiation.type,
        rulebook=study.assumed.rulebook.name,
        constraints=judged.constraints,
        scenarios=judged.scenarios,
        ntcp=judged.ntcp,
        remaining=judged.remaining,
        scaling=judged.scaling,
        findings=finding_results(findings_of(study), language),
        refusals=refusal_results(refusals_of(study), language),
        provenance=provenance_result(
            provenance_of(study), study.alignments, created=today(), language=language
        ),
    )


def _structures(parts: Parts) -> list[StructureResult]:
    every = [one.result for one in parts.study.assessed if one.result is not None]
    return every if parts.indicative else [one.model_copy(update={"indicative": None}) for one in every]


def findings_of(study: Study) -> list[Finding]:
    """All that is to be said of a study."""
    setting = study.setting
    return [
        *study.scanned.findings,
        *study.person.findings,
        *study.said,
        *_general(setting, study.assumed.headline),
        *general_findings(setting.courses, _repairs(study.assumed)),
        *names_nothing(study.assumed, [one.result for one in study.assessed if one.result is not None]),
        *verdict_findings(study.alignments, _judged_names(study.organs, setting)),
        *levels_said(shared_levels([one.course for one in setting.courses])),
        *_after(study, today()),
        *ends_said([one.course for one in setting.courses], setting.reference),
        *(finding for one in setting.courses for finding in one.findings),
        *(finding for one in study.alignments for finding in one.findings),
        *(finding for one in study.assessed for finding in one.findings),
        *(
            finding
            for one in setting.courses
            for finding in side_findings(setting.places(one.course), course=one.course.label)
        ),
    ]


def _after(study: Study, day: date) -> list[Finding]:
    """Courses on paper that are said to have been given on days that have not come."""
    found = []
    for course in (one.course for one in study.setting.courses):
        phases = [one for one in course.phases if one.status in (Status.DELIVERED, Status.PARTLY_DELIVERED)]
        if course.paper is None or not phases:
            continue
        days = [course.start_date, course.end_date]
        days += [at for one in phases for at in (one.start_date, one.end_date)]
        last = max((one for one in days if one is not None), default=day)
        if last > day:
            params: dict[str, Param] = {"course": course.label, "value": last.isoformat()}
            found.append(Finding(code="paper_in_future", subject=course.id, params=params))
    return found


def refusals_of(study: Study) -> list[Refusal]:
    """All that a study refuses."""
    courses = [one.course for one in study.setting.courses]
    return [
        *study.person.refusals,
        *no_sum_refusals(courses),
        *(refusal for one in study.setting.courses for refusal in one.refusals),
        *(one.refusal for one in study.alignments if one.refusal is not None),
        *(refusal for one in study.assessed for refusal in one.refusals),
    ]


def _judged_names(organs: Sequence[Organ], setting: Setting) -> frozenset[str]:
    """What verdicts call the organs that limits look at."""
    return frozenset(
        setting.names.get(one.key, one.structure.name)
        for one in organs
        if one.structure.kind in ("organ", "other")
    )


def _repairs(assumed: Assumptions) -> list[RepairWish]:
    return [one for scenario in (assumed.headline, *assumed.scenarios) for one in scenario.repairs]


def _general(setting: Setting, headline: Scenario) -> list[Finding]:
    """What holds for the whole assessment."""
    findings = [
        Finding(
            code="recovery_assumed",
            subject=one.organ,
            params={
                "percent": 100.0 * max(step.share for step in one.steps),
                "author": one.by.author,
                "reason": one.by.reason,
                "source": one.by.source,
            },
        )
        for one in headline.recoveries
    ] or [Finding(code="recovery_zero", severity=Severity.INFO)]
    moved = [way for course, way in setting.alignments.items() if course != setting.reference.id]
    if any(way.error_mm is None and way.quality is None for way in moved):
        findings.append(
            Finding(code="shift_assumed", severity=Severity.INFO, params={"shift_mm": ASSUMED_SHIFT_MM})
        )
    with_dose = {one.course.id for one in setting.courses if one.dose is not None}
    if setting.reference.id not in with_dose and setting.reference.paper is None:
        findings.append(Finding(code="no_reference_dose", subject=setting.reference.id))
    return findings


def _changes(limits: Thresholds) -> tuple[Override, ...]:
    """Limits of alignments that a person changed."""
    return tuple(
        Override(
            key=f"alignment_threshold {row.measure}" + (f" ({row.tissue})" if row.tissue else ""),
            value=f"3D sum {row.sum_limit:g}, envelope {row.envelope_limit:g}",
            author=row.author,
            date=row.changed_on,
            reason=row.reason,
        )
        for row in limits.rows
        if row.changed_on is not None
    )


def provenance_of(study: Study) -> Provenance:
    """What a study rests on."""
    scanned = study.scanned
    used = {
        InputFile(sha256=one.sha256, used_as=one.used_as, uid=one.uid)
        for one in scanned.files
        if one.used_as is not None and one.sha256
    } | set(assumed_files(study.assumed))
    return Provenance(
        version=graybook.__version__,
        tables_edition=edition(),
        inputs=tuple(sorted(used, key=lambda one: (one.used_as, one.uid, one.sha256))),
        overrides=(
            *scanned.settings.overrides,
            *assumed_changes(study.assumed),
            *_changes(study.thresholds),
        ),
        settings_sha256=scanned.settings.sha256,
    )


def today() -> date:
    """The only clock of a result."""
    return datetime.now(tz=UTC).date()
