"""Check of a radioembolisation: a folder of images and structures comes in; doses before and after, compared, go out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graybook.errors import NotComparable
from graybook.progress import Progress, silent
from graybook.record import Finding
from graybook.report.sirt_result import SirtStatement, SirtVerifyResult
from graybook.report.sirt_sheet import write_verify_pages
from graybook.tables.microspheres import recommendations
from graybook.text import Language, phrase, remedy
from graybook.workflow.all_or_nothing import all_or_nothing, asked_folder
from graybook.workflow.folder.corrections import links_of_registrations
from graybook.workflow.folder.scan import PersonScan, ScanResult, scan
from graybook.workflow.microspheres.comparison import comparisons
from graybook.workflow.microspheres.constants import constant_used
from graybook.workflow.microspheres.image_doses import Physics, physics_of
from graybook.workflow.microspheres.infusion import Infusion, VerifyAsked, infusion_of
from graybook.workflow.microspheres.liver import liver_result
from graybook.workflow.microspheres.maps import AFTER, BEFORE, ActivityMap, activity_maps
from graybook.workflow.microspheres.recommended import recommendation_results
from graybook.workflow.microspheres.recorded import with_recorded
from graybook.workflow.microspheres.verified import Verified, verified
from graybook.workflow.microspheres.verify_statements import verify_statements
from graybook.workflow.nuclear.regions import regions_of

__all__ = ["sirt_verify", "write_verified"]

RESULT, HTML, PDF = "sirt.json", "sirt.html", "sirt.pdf"
OWNED = (RESULT, HTML, PDF)
"""What ``graybook sirt verify`` writes into OUT."""


def sirt_verify(
    folder: Path,
    asked: VerifyAsked,
    *,
    patient: str | None = None,
    language: Language = "en",
    progress: Progress = silent,
) -> SirtVerifyResult:
    """
    Doses of tumour, normal liver, perfused volume and lungs from the images before and after an infusion.

    Parameters
    ----------
    folder
        A folder tree or zip of DICOM, with an optional ``graybook.toml``.
    asked
        What the call says.
    patient
        Patient ID, when the folder holds several persons.
    language
        Of the words in it.
    progress
        Told of every step.

    Raises
    ------
    NotComparable
        No image shows the microspheres, several do, or nobody says how much was given: with what to do.
    """
    scanned = scan(folder, progress)
    person = _person(scanned, patient)
    nuclear = scanned.settings.nuclear
    infusion, recorded = with_recorded(
        infusion_of(asked, scanned.settings.radioembolisations),
        person.administrations,
        person.slices,
        nuclear.clock,
    )
    maps, said = activity_maps(person.slices, nuclear, infusion, asked)
    said = (*recorded, *said)
    chosen = _chosen(_named(maps, asked), said, language)
    regions = regions_of(person.structure_sets, person.segmentations, scanned.settings)
    physics = physics_of(infusion, asked)
    links = links_of_registrations(person.registrations, scanned.settings)
    found = [
        verified(
            one,
            regions,
            links,
            infusion,
            physics,
            asked,
            nuclear.clock,
        )
        for one in chosen
    ]
    if not any(one.doses for one in found):
        why = [finding for one in found for finding in one.findings]
        raise NotComparable(
            phrase("sirt_no_doses", language),
            value=" ".join(_said(one, language).text for one in why) or None,
            remedy=" ".join(filter(None, (_said(one, language).remedy for one in why)))
            or phrase("sirt_no_image_remedy", language),
        )
    return _result(person, infusion, physics, asked, found, said, language)


def write_verified(found: SirtVerifyResult, out: Path, *, language: Language = "en") -> None:
    """``sirt.json`` and its pages in a folder, which is made when it is not there."""
    with all_or_nothing(asked_folder(out), owned=OWNED) as staged:
        (staged / RESULT).write_text(found.model_dump_json(indent=2) + "\n", encoding="utf-8")
        write_verify_pages(found, staged, language)


def _person(scanned: ScanResult, patient: str | None) -> PersonScan:
    """The one person of the images, who need not have a course of beams; several are a question, as anywhere."""
    scanned.require_settings()
    named = [one for one in scanned.persons if patient is None or patient in one.ids]
    if len(named) == 1 and not named[0].identity_refusals:
        return named[0]
    return scanned.person_to_sum(patient)


def _named(maps: Sequence[ActivityMap], asked: VerifyAsked) -> list[ActivityMap]:
    """Where a person names the series of a role, no other has it."""
    named = {BEFORE: asked.before, AFTER: asked.after}
    return [one for one in maps if named[one.role] in ("", one.image.series_uid)]


def _chosen(maps: Sequence[ActivityMap], said: Sequence[Finding], language: Language) -> list[ActivityMap]:
    """At most one map before and one after; several, or none at all, are a question."""
    for role, option in ((BEFORE, "--before"), (AFTER, "--after")):
        same = [one.image.series_uid for one in maps if one.role == role]
        if len(same) > 1:
            raise NotComparable(
                phrase("sirt_several_images", language, role=phrase(f"sirt_role_{role}", language)),
                value=", ".join(same),
                remedy=phrase("sirt_several_images_remedy", language, option=option),
            )
    if not maps:
        why = " ".join(phrase(one.code, language, subject=one.subject, **one.params) for one in said)
        raise NotComparable(
            phrase("sirt_no_image", language),
            value=why or None,
            remedy=phrase("sirt_no_image_remedy", language),
        )
    return sorted(maps, key=lambda one: one.role != BEFORE)


def _result(
    person: PersonScan,
    infusion: Infusion,
    physics: Physics,
    asked: VerifyAsked,
    found: Sequence[Verified],
    said: Sequence[Finding],
    language: Language,
) -> SirtVerifyResult:
    constant = constant_used(infusion.device, asked.constant_j_per_gbq)
    rows = recommendations(infusion.device, indication=infusion.indication, scenario=infusion.scenario)
    doses = [dose for one in found for dose in one.doses]
    last = next((one for one in reversed(doses) if one.used), None)
    beside = {} if last is None else {one.compartment: one.mean_gy for one in last.compartments}
    beside = {**beside, **({"normal_perfused": beside["normal"]} if "normal" in beside else {})}
    findings = [*said, *(finding for one in found for finding in one.findings)]
    result = SirtVerifyResult(
        patient=", ".join(person.ids),
        device=infusion.device,
        nuclide=physics.nuclide,
        constant_j_per_gbq=constant.j_per_gbq,
        constant_source=constant.source,
        constants=list(constant.others),
        delivered_gbq=infusion.activity_gbq,
        infused=None if infusion.infused is None else infusion.infused.isoformat(),
        day=None if infusion.day is None else infusion.day.isoformat(),
        images=[one.image for one in found],
        regions=[region for one in found for region in one.regions],
        doses=doses,
        closure=[one.closure for one in found if one.closure is not None],
        comparisons=comparisons(doses, infusion, constant.j_per_gbq),
        liver=liver_result(infusion.liver, rows, language),
        recommendations=recommendation_results(rows, beside, infusion.liver, language),
        statements=[_said(one, language) for one in findings],
        notice=phrase("notice", language),
    )
    more = verify_statements(result, infusion, language)
    return result.model_copy(update={"statements": [*result.statements, *more]})


def _said(one: Finding, language: Language) -> SirtStatement:
    params = {"subject": one.subject, **one.params}
    return SirtStatement(
        code=one.code,
        text=phrase(one.code, language, **params),
        remedy=remedy(one.code, language, **params).strip(),
    )
