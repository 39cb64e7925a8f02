"""Unknowns: a result comes in; what a reader must know is missing, and what was assumed, go out as plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graybook.report.limiting import limits_of
from graybook.report.recovery_words import recovery_sentences
from graybook.report.repair_words import repair_sentences
from graybook.report.result import CourseResult, PhaseResult, Result, StructureResult
from graybook.report.values import course_name, structures_by_name
from graybook.report.wording import Wording

__all__ = ["assumptions", "unknowns"]

_UNDIVIDED = ("radionuclide", "microspheres", "x-ray")
"""Modalities that are not given in fractions."""
_COUNTED = ("delivered", "partly delivered", "assumed delivered", "proposed", "unknown")


def _named(courses: list[CourseResult], words: Wording) -> str:
    return words.listing([course_name(course, words) for course in courses])


def _courses_with(result: Result, asked: Callable[[PhaseResult], bool]) -> list[CourseResult]:
    return [course for course in result.courses if any(asked(phase) for phase in course.phases)]


def _left_out(result: Result, words: Wording) -> Iterator[str]:
    missing = [course for course in result.courses if not course.in_sum]
    if 0 < len(missing) < len(result.courses):  # without any 3D sum a refusal says so
        names = [
            words("left_out_course", course=course_name(course, words), grade=course.evidence_grade)
            for course in missing
        ]
        yield words("unknown_left_out", courses=words.listing(names))


def _deliveries(result: Result, words: Wording) -> Iterator[str]:
    if unclear := _courses_with(result, lambda phase: phase.status == "unknown"):
        yield words("unknown_status", courses=_named(unclear, words))
    if uncounted := _courses_with(
        result,
        lambda phase: (
            phase.status in _COUNTED
            and phase.modality not in _UNDIVIDED
            and phase.fractions_delivered is None
        ),
    ):
        yield words("unknown_fractions", courses=_named(uncounted, words))
    if assumed := _courses_with(result, lambda phase: phase.status == "assumed delivered"):
        yield words("unknown_assumed", courses=_named(assumed, words))


def _alignments(result: Result, words: Wording) -> Iterator[str]:
    moved = [link for link in result.provenance.alignments if link.from_frame != link.to_frame]
    computed = [link for link in moved if link.source == ["computed"] and not link.approved]
    if computed:
        key = "unknown_computed" if len(computed) == 1 else "unknown_computed_many"
        yield words(key, n=len(computed))
    unapproved = [link for link in moved if not link.approved and link not in computed]
    if unapproved:
        errors = [link.error_mm for link in unapproved if link.error_mm is not None]
        error = words("error_stated", mm=max(errors)) if errors else words("error_unstated")
        key = "unknown_registration" if len(unapproved) == 1 else "unknown_registrations"
        yield words(key, n=len(unapproved), error=error)


def _organs(shown: list[StructureResult], words: Wording) -> Iterator[str]:
    ranged = [item for item in shown if item.printed_as_range]
    if outside := [item for item in ranged if item.outside_grid_cm3 or item.repair_basis != "no entry"]:
        names = [
            words("volume_of", organ=item.name, volume=item.outside_grid_cm3)
            if item.outside_grid_cm3
            else item.name
            for item in outside
        ]
        yield words("unknown_uncovered", organs=words.listing(names))

    def told(key: str, which: Callable[[StructureResult], bool]) -> Iterator[str]:
        names = [item.name for item in shown if which(item)]
        if names:
            yield words(key, organs=words.listing(names))

    yield from told(
        "unknown_repair", lambda item: bool(item.printed_as_range) and item.repair_basis == "no entry"
    )
    yield from told("unknown_points", lambda item: not item.point_sum.complete)
    yield from told("unknown_order", lambda item: item.concurrent is not None)
    yield from told("unknown_alpha_beta", lambda item: item.alternative is not None)
    yield from told(
        "unknown_extrapolated", lambda item: any(dose.lq_extrapolated_cm3 > 0 for dose in item.courses)
    )


def unknowns(result: Result, ranking: tuple[str, ...], words: Wording) -> tuple[str, ...]:
    """What is not known, weightiest first: refusals, courses left out, errors found, alignment, delivery, organs."""
    by_name = structures_by_name(result)
    shown = [by_name[name] for name in ranking if name in by_name]
    lines = [
        *(words("unknown_refusal", text=refusal.text) for refusal in result.refusals),
        *_left_out(result, words),
        *(finding.text for finding in result.findings if finding.severity == "error"),
        *_alignments(result, words),
        *_deliveries(result, words),
        *_organs(shown, words),
    ]
    return tuple(dict.fromkeys(lines)) or (words("unknown_nothing"),)


def _sequence(result: Result, words: Wording) -> str:
    together = [
        phase.label or phase.id
        for course in result.courses
        for phase in course.phases
        if phase.concurrent_with
    ]
    return (
        words("assume_concurrent", phases=words.listing(together)) if together else words("assume_sequential")
    )


def _particles(result: Result, words: Wording) -> Iterator[str]:
    modalities = {phase.modality for course in result.courses for phase in course.phases}
    if "photon" in modalities:
        yield words("assume_photon")
    if "proton" in modalities:
        yield words("assume_proton")
    if "carbon" in modalities:
        yield words("assume_carbon")


def _shift(result: Result, words: Wording) -> Iterator[str]:
    organs = [item for item in result.structures if item.kind in ("organ", "other")]
    envelopes = [item.envelope for item in organs if item.envelope is not None]
    assumed = [item.shift_mm for item in envelopes if item.assumed and item.shift_mm > 0.0]
    stated = [item.shift_mm for item in envelopes if not item.assumed and item.shift_mm > 0.0]
    if assumed:
        yield words("assume_shift", mm=max(assumed))
    if stated and any(link.measures for link in result.provenance.alignments):
        yield words("assume_shift_measured", low=words.number(min(stated), 1), high=max(stated))
    elif stated:
        yield words("assume_shift_stated", mm=max(stated))


def _alpha_betas(result: Result, words: Wording) -> Iterator[str]:
    """Which structures stand at an α/β that a person set."""
    stated = [item for item in result.structures if item.alpha_beta_basis == "override"]
    if stated:
        listed = words.listing([f"{item.name} {words.short(item.alpha_beta_gy)}\u00a0Gy" for item in stated])
        yield words("assume_alpha_beta", structures=listed)


def assumptions(result: Result, words: Wording) -> tuple[str, ...]:
    """What the numbers rest on, each a short sentence."""
    overrides = len(result.provenance.overrides)
    assumed = bool(_courses_with(result, lambda phase: phase.status == "assumed delivered"))
    return (
        words("assume_eqd2", alpha_beta=words.short(result.display_alpha_beta_gy)),
        *_alpha_betas(result, words),
        *recovery_sentences(result, words),
        *repair_sentences(result, words),
        _sequence(result, words),
        *_particles(result, words),
        *_shift(result, words),
        *((words("assume_delivered"),) if assumed else ()),
        *((words("assume_overrides", n=overrides),) if overrides else ()),
        *(() if limits_of(result.constraints) else (words("assume_limits"),)),
    )
