"""Sheet: material comes in; the whole report in one language goes out, worded but not yet laid out."""

from __future__ import annotations

from graybook.report.alignments import alignment_section
from graybook.report.annex import check_section, metrics_section
from graybook.report.blocks import Block, Figure, Paragraph, Section, Sheet
from graybook.report.citations import citations
from graybook.report.clinical import clinical_section
from graybook.report.limits_section import limits_section, ntcp_section
from graybook.report.limits_table import shown_limits
from graybook.report.material import Material
from graybook.report.nuclear_columns import columns_table
from graybook.report.nuclear_section import nuclear_section
from graybook.report.remaining_section import remaining_annex, remaining_section
from graybook.report.result import PatientResult
from graybook.report.scenarios import scenarios_section
from graybook.report.sources import findings_section, provenance_section, refusals_section
from graybook.report.summary import summary
from graybook.report.uncertainty_section import uncertainty_annex, uncertainty_section
from graybook.report.wording import Wording, person_name
from graybook.text import Language

__all__ = ["HISTOGRAMS", "PLANES", "TIMELINE", "person_details", "sheet"]

TIMELINE = "timeline"
PLANES = "planes"
HISTOGRAMS = "histograms"

_LABELS = (
    "section_question",
    "section_unknown",
    "section_assumptions",
    "more",
    "more_link",
    "see_page",
    "validation",
    "section_metrics",
    "section_warnings",
    "all_limits",
    "all_limits_page",
)


def _identifier(value: str, issuer: str, words: Wording) -> str:
    if not value:
        return words("id_none")
    return words("id_issuer" if issuer else "id", id=value, issuer=issuer)


def person_details(patient: PatientResult, words: Wording) -> str:
    """Identifier and birth date, as the head of a page says them."""
    if len(patient.identities) > 1:
        identity = " = ".join(_identifier(one.value, one.issuer, words) for one in patient.identities)
    else:
        identity = _identifier(patient.id, patient.issuer, words)
    if patient.asserted_by:
        linked = words("asserted_by", author=patient.asserted_by, date=words.date(patient.asserted_on))
        identity = f"{identity} ({linked})"
    if patient.birth_name:
        identity = f"{words('birth_name', name=person_name(patient.birth_name))}, {identity}"
    if not patient.birth_date:
        return f"{identity}, {words('born_unknown')}"
    return f"{identity}, {words('born', date=words.date(patient.birth_date))}"


def _timeline(words: Wording) -> Section:
    figure = Figure(name=TIMELINE, alt=words("fig_timeline"))
    return Section(id="timeline", title=words("section_timeline"), blocks=(figure,))


def _planes(material: Material, words: Wording) -> Section:
    blocks: tuple[Block, ...] = (Paragraph(text=words("note_no_image")),)
    if material.planes:
        through = (
            words("planes_through", organ=material.ranking[0]) if material.ranking else words("planes_plain")
        )
        note = words("planes_note", alpha_beta=words.short(material.result.display_alpha_beta_gy))
        caption = f"{through} {note} {words('letters')}"
        blocks = (Figure(name=PLANES, alt=words("fig_planes"), caption=caption),)
    return Section(id="planes", title=words("section_planes"), blocks=blocks)


def _alignments(material: Material, words: Wording) -> tuple[Section, ...]:
    section = alignment_section(material, words)
    return () if section is None else (section,)


def _histograms(material: Material, words: Wording) -> Section:
    blocks: tuple[Block, ...] = (Paragraph(text=words("note_no_curves")),)
    if material.curves:
        banded = any(curve.course == "cumulative_upper" for item in material.curves for curve in item.curves)
        notes = [
            words("histograms_note"),
            *((words("band_note"),) if banded else ()),
            *((words("sampled_note"),) if material.bands else ()),
        ]
        caption = " ".join(notes)
        blocks = (Figure(name=HISTOGRAMS, alt=words("fig_histograms"), caption=caption),)
    return Section(id="histograms", title=words("section_histograms"), blocks=blocks)


def sheet(material: Material, language: Language) -> Sheet:
    """The report in one language."""
    words, result = Wording(language), material.result
    patient, numbers = result.patient, citations(result, shown_limits(result))
    optional = (
        nuclear_section(result, numbers, words),
        limits_section(result, material.ranking, numbers, words),
        remaining_section(result, numbers, words),
        uncertainty_section(result, material.ranking, numbers, words),
        scenarios_section(result, numbers, words),
        ntcp_section(result, numbers, words),
    )
    annexes = (
        remaining_annex(result, numbers, words),
        uncertainty_annex(result, material.ranking, numbers, words),
    )
    return Sheet(
        language=language,
        title=words("title"),
        notice=words("notice"),
        notice_long=words("notice_long"),
        person=person_name(patient.name) or words("name_unknown"),
        person_details=person_details(patient, words),
        version=words(
            "version", version=result.provenance.version, date=words.date(result.provenance.created)
        ),
        summary=summary(result, material.ranking, numbers, words),
        sections=(
            _timeline(words),
            clinical_section(result, words),
            _planes(material, words),
            _histograms(material, words),
            *(section for section in optional if section is not None),
            *_alignments(material, words),
            *(section for section in annexes if section is not None),
            metrics_section(result, words, beside=columns_table(result, material.ranking, numbers, words)),
            check_section(result, words),
            refusals_section(result, words),
            findings_section(result, words),
            provenance_section(result, words),
        ),
        labels={key: words(key, n="{n}") for key in _LABELS},
    )
