"""Result parts: persons, courses, findings and provenance come in; their parts of ``result.json`` go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from graybook.dvh.slices import DEFAULT as SLICE_MODEL
from graybook.geometry import GridField
from graybook.record import Course, Finding, Person, Phase, Provenance, Refusal
from graybook.report.result import (
    CourseResult,
    FindingResult,
    IdentityResult,
    InputResult,
    PatientResult,
    PhaseResult,
    PrescriptionResult,
    ProvenanceResult,
    RefusalResult,
)
from graybook.text import Language, phrase, remedy
from graybook.units import rounded_gy
from graybook.workflow.alignment.alignments import CourseAlignment
from graybook.workflow.alignment.results import link_result
from graybook.workflow.folder.doses import LoadedCourse, day_of
from graybook.workflow.limits.intervals import interval_days

__all__ = [
    "course_result",
    "finding_results",
    "patient_result",
    "provenance_result",
    "refusal_results",
]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def patient_result(person: Person) -> PatientResult:
    """The person, as found."""
    first = person.identities[0]
    return PatientResult(
        id=first.value,
        issuer=first.issuer,
        name=person.name,
        birth_date=_day(person.birth_date),
        sex=person.sex,
        birth_name=person.birth_name,
        ins=person.ins,
        identities=[IdentityResult(value=one.value, issuer=one.issuer) for one in person.identities],
        asserted_by=person.asserted_by,
        asserted_on=_day(person.asserted_on),
    )


def course_result(
    loaded: LoadedCourse, aligned: CourseAlignment, reference: Course, *, refused: bool
) -> CourseResult:
    """One course."""
    course = loaded.course
    interval = None if course.id == reference.id else interval_days(course, reference)
    in_sum = loaded.dose is not None and aligned.alignment is not None and not refused
    return CourseResult(
        id=course.id,
        label=course.label,
        start_date=_day(course.start_date),
        end_date=_day(course.end_date),
        evidence_grade=course.evidence_grade.value,
        modality=course.modality.value,
        site=course.site,
        intent=course.intent,
        interval_days=interval,
        is_reference=course.id == reference.id,
        in_sum=in_sum,
        alignment=aligned.how,
        side=course.region.side,
        levels=course.region.levels.text if course.region.levels else "",
        on_paper=course.paper is not None,
        energy=course.paper.energy if course.paper else "",
        overall_days=course.paper.overall_days if course.paper else None,
        acute_toxicity=course.paper.acute_toxicity if course.paper else "",
        phases=[_phase_result(phase, loaded, in_sum=in_sum) for phase in course.phases],
    )


def _phase_result(phase: Phase, loaded: LoadedCourse, *, in_sum: bool) -> PhaseResult:
    field = loaded.grids.get(phase.id)
    day = day_of(phase)
    summed = loaded.dose is not None and any(one.id == phase.id for one in loaded.dose.phases)
    return PhaseResult(
        id=phase.id,
        label=phase.label,
        status=phase.status.value,
        modality=phase.modality.value,
        fractions_planned=phase.fractions_planned,
        fractions_delivered=phase.fractions_delivered,
        fractions_range=phase.fractions_range,
        start_date=_day(phase.start_date),
        end_date=_day(phase.end_date),
        approval=phase.approval,
        intent=phase.intent,
        quantity=None if phase.dose is None else phase.dose.quantity.value,
        in_sum=in_sum and summed,
        concurrent_with=sorted(phase.concurrent_with),
        prescriptions=[
            PrescriptionResult(target=one.target, dose_gy=one.dose_gy) for one in phase.prescriptions
        ],
        max_gy=None if field is None else _delivered_max(phase, field),
        fractions_per_day=None if day is None else day.per_day,
        interval_h=None if day is None else day.interval_h,
    )


def _delivered_max(phase: Phase, field: GridField) -> float | None:
    share = 1.0
    if phase.fractions_planned and phase.fractions_delivered is not None:
        share = phase.fractions_delivered / phase.fractions_planned
    return rounded_gy(float(field.values.max()) * share)


def finding_results(findings: Sequence[Finding], language: Language) -> list[FindingResult]:
    """Findings in the words of the catalogue: errors first, then warnings, then the rest; each once."""
    order = {"error": 0, "warning": 1, "info": 2}
    results: dict[tuple[str, str, str], FindingResult] = {}
    for one in findings:
        text = phrase(one.code, language, **{"subject": one.subject, **one.params})
        results.setdefault(
            (one.code, one.subject, text),
            FindingResult(code=one.code, severity=one.severity.value, subject=one.subject, text=text),
        )
    return sorted(results.values(), key=lambda one: (order[one.severity], one.code, one.subject, one.text))


def refusal_results(refusals: Sequence[Refusal], language: Language) -> list[RefusalResult]:
    """Refusals with their remedies; each once."""
    results: dict[tuple[str, str, str], RefusalResult] = {}
    for one in refusals:
        params = {"subject": one.subject, **one.params}
        text = phrase(one.code, language, **params)
        results.setdefault(
            (one.code, one.subject, text),
            RefusalResult(
                code=one.code, subject=one.subject, text=text, remedy=remedy(one.code, language, **params)
            ),
        )
    return sorted(results.values(), key=lambda one: (one.code, one.subject, one.text))


def provenance_result(
    provenance: Provenance, alignments: Sequence[CourseAlignment], *, created: date, language: Language
) -> ProvenanceResult:
    """What the result rests on; ``created`` is the only clock in it."""
    return ProvenanceResult(
        created=created.isoformat(),
        version=provenance.version,
        tables_edition=provenance.tables_edition,
        slice_model=SLICE_MODEL.value,
        inputs=[
            InputResult(sha256=one.sha256, used_as=one.used_as, uid=one.uid) for one in provenance.inputs
        ],
        alignments=[
            link_result(one.course.id, one.alignment, language)
            for one in alignments
            if one.alignment is not None and one.how != "reference"
        ],
        overrides=[
            {
                "key": one.key,
                "value": one.value,
                "author": one.author,
                "date": one.date.isoformat(),
                "reason": one.reason,
                "source": one.source,
            }
            for one in provenance.overrides
        ],
        settings_sha256=provenance.settings_sha256,
    )
